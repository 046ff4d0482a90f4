//! The Rust side: windows-bindgen's raw interfaces, with this project's own types for what it has already.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::metadata::{Field, Model, Signature};
use crate::{Failure, choice};

/// The text of `hosting/generated.rs`.
pub fn generate(root: &Path, model: &Model) -> Result<String, Failure> {
    let out = std::env::temp_dir().join(format!("clrhost-abi-{}.rs", std::process::id()));
    let mut arguments: Vec<String> =
        ["--sys", "--flat", "--no-deps", "--no-allow", "--no-comment", "--out"].map(String::from).into();
    arguments.push(out.display().to_string());
    for namespace in choice::OPAQUE {
        arguments.extend(["--reference".into(), format!("super::opaque,flat,{namespace}")]);
    }
    arguments.extend(["--filter".into(), choice::HOSTING.into(), "!DEPRECATED_CLR_API_MESG".into()]);
    arguments.extend(choice::LEFT_OUT.iter().map(|name| format!("!{name}")));
    // What MSCorEE.dll exports is what we export, not what we link with.
    arguments.extend(model.all_functions.iter().map(|name| format!("!{name}")));
    arguments.extend(choice::RUST_NEEDS.iter().map(|name| (*name).to_string()));
    let warnings = windows_bindgen::bindgen(&arguments);
    if !warnings.is_empty() {
        return Err(format!("windows-bindgen left something out, see choice.rs:\n{warnings}"));
    }
    let text = std::fs::read_to_string(&out).map_err(|e| format!("can't read {}: {e}", out.display()))?;
    // Left behind it would do no harm.
    let _ = std::fs::remove_file(&out);
    format(root, &adapt(&text)?)
}

const HEAD: &str = "\
//! Interfaces, structures, enumerations and constants of the hosting API.
//!
//! Written by `cargo xtask abi` from the Win32 metadata in windows-bindgen 0.62.1; changes by hand are lost.

use crate::{ComObject, Guid as GUID, Hresult as HRESULT, IUnknownVtbl as IUnknown_Vtbl};

";

/// Puts our own types in place of windows-bindgen's.
fn adapt(text: &str) -> Result<String, Failure> {
    let mut text = text.to_string();
    for item in ["pub struct GUID", "impl GUID", "pub type HRESULT", "pub struct IUnknown_Vtbl"] {
        text = without(&text, item)?;
    }
    // One convention in the whole crate; the two differ only on 32-bit x86.
    text = text.replace("extern \"system\"", "extern \"C\"");
    for (from, to) in [
        ("pub CreateSemaphoreA:", "pub CreateSemaphore:"),
        ("pub LoadLibraryA:", "pub LoadLibrary:"),
        ("pub const CLRRuntimeHost:", "pub const CLSID_CLRRuntimeHost:"),
        ("pub const CorRuntimeHost:", "pub const CLSID_CorRuntimeHost:"),
        ("pub const ComCallUnmarshalV4:", "pub const CLSID_ComCallUnmarshalV4:"),
        ("pub const TypeNameFactory:", "pub const CLSID_TypeNameFactory:"),
    ] {
        if text.matches(from).count() != 1 {
            return Err(format!("expected one `{from}` from windows-bindgen"));
        }
        text = text.replace(from, to);
    }
    let interfaces: Vec<String> = text.lines().filter_map(interface).map(String::from).collect();
    text += "\n";
    for name in interfaces {
        text += &format!("pub type {name} = ComObject<{name}_Vtbl>;\n");
    }
    Ok(HEAD.to_string() + &text)
}

/// The text of `tests/tables/generated.rs`: what the compiler makes of the module, for comparison with the contract.
pub fn layout(root: &Path, model: &Model) -> Result<String, Failure> {
    let mut text = String::from(LAYOUT_HEAD);
    text += "pub const IIDS: &[(&str, Guid)] = &[";
    for name in model.interfaces.keys() {
        text += &format!("(\"{name}\", IID_{name}),");
    }
    text += "];\npub const CLSIDS: &[(&str, Guid)] = &[";
    for name in model.guids.keys() {
        text += &format!("(\"{name}\", {name}),");
    }
    text += "];\npub const SLOTS: &[(&str, &str, usize)] = &[";
    for (name, interface) in &model.interfaces {
        for Signature { name: method, .. } in &interface.methods {
            text += &format!("(\"{name}\", \"{method}\", offset_of!({name}_Vtbl, {method})),");
        }
    }
    text += "];\npub const TABLES: &[(&str, usize)] = &[";
    for name in model.interfaces.keys() {
        text += &format!("(\"{name}\", size_of::<{name}_Vtbl>()),");
    }
    text += "];\npub const ENUMS: &[(&str, &str, i32)] = &[";
    for (name, values) in &model.enums {
        for (value, _) in values {
            text += &format!("(\"{name}\", \"{value}\", {value}),");
        }
    }
    text += "];\npub const STRUCTS: &[(&str, &str, usize)] = &[";
    for (name, fields) in &model.structs {
        for field in fields {
            if let Field::Plain(_, field, _) = field {
                text += &format!("(\"{name}\", \"{field}\", offset_of!({name}, {field})),");
            }
        }
        text += &format!("(\"{name}\", \"-\", size_of::<{name}>()),");
    }
    format(root, &(text + "];\n"))
}

const LAYOUT_HEAD: &str = "\
//! What the compiler makes of `clrhost_abi::hosting`.
//!
//! Written by `cargo xtask abi`; changes by hand are lost.

use clrhost_abi::Guid;
use clrhost_abi::hosting::*;
use core::mem::offset_of;

";

fn interface(line: &str) -> Option<&str> {
    line.strip_prefix("pub struct ")?.split_once("_Vtbl {").map(|(name, _)| name)
}

/// Removes an item with its attributes. The text is formatted: an item ends with the line that is `}` or ends in `;`.
fn without(text: &str, item: &str) -> Result<String, Failure> {
    let lines: Vec<&str> = text.lines().collect();
    let found: Vec<usize> = (0..lines.len()).filter(|n| lines[*n].starts_with(item)).collect();
    let [start] = found[..] else { return Err(format!("expected one `{item}` from windows-bindgen")) };
    let last = (start..lines.len()).find(|n| lines[*n] == "}" || lines[*n].ends_with(';') && *n == start);
    let last = last.ok_or_else(|| format!("`{item}` does not end"))?;
    let first = (0..start).rev().take_while(|n| lines[*n].starts_with("#[")).last().unwrap_or(start);
    let kept = lines[..first].iter().chain(&lines[last + 1..]);
    Ok(kept.flat_map(|line| [line, "\n"]).collect())
}

/// Formats as the project does, which its own check of formatting asks for.
fn format(root: &Path, text: &str) -> Result<String, Failure> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--config-path"]).arg(root.join("rustfmt.toml")).current_dir(root);
    let child = rustfmt.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|e| format!("can't run rustfmt: {e}"))?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = text.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(|e| format!("rustfmt: {e}"))?;
    writer.join().expect("writing does not panic").map_err(|e| format!("rustfmt: {e}"))?;
    if !output.status.success() {
        return Err(format!("rustfmt ended with {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|e| e.to_string())
}
