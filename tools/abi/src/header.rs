//! Puts the headers together.

use std::collections::BTreeMap;
use std::fmt::Write;

use clrhost_hresult::Hresult;

use crate::metadata::{Interface, Model, Signature};
use crate::{Failure, choice, cxx};

const WINDOWS: &str = include_str!("../templates/clrhost_windows.h");
const CORERROR: &str = include_str!("../templates/corerror.h");

/// Where a template takes what is generated.
const PLACE: &str = "/* @GENERATED@ */\n";

/// Status codes that hosts know by name and that clrhost's own table does not hold: it holds what we answer.
const MORE_CODES: &[(&str, u32)] = &[
    ("COR_E_SYNCHRONIZATIONLOCK", 0x8013_1518),
];

/// Path and text of every header.
pub fn all(model: &Model) -> Result<Vec<(String, String)>, Failure> {
    let com = |name: &str| choice::COM.iter().any(|(_, com)| *com == name);
    let metahost =
        |name: &str| choice::METAHOST.contains(&name) || choice::METAHOST_FUNCTIONS.contains(&name);
    let gchost = |name: &str| choice::GCHOST.contains(&name);
    let rest = |name: &str| !com(name) && !metahost(name) && !gchost(name);
    for name in [choice::METAHOST, choice::GCHOST].concat() {
        let found = model.interfaces.contains_key(name)
            || model.enums.contains_key(name)
            || model.structs.contains_key(name)
            || model.callbacks.contains_key(name)
            || model.guids.contains_key(name);
        if !found {
            return Err(format!("choice.rs names {name}, which the metadata does not have"));
        }
    }

    let streams: Vec<&Interface> = choice::COM.iter().map(|(_, name)| &model.interfaces[*name]).collect();
    let mut com_text = String::new();
    for interface in streams {
        com_text += &cxx::interface(interface, &model.interfaces);
        com_text += "\n";
    }
    Ok(vec![
        ("include/clrhost_windows.h".into(), filled(WINDOWS, &com_text)?),
        ("include/corerror.h".into(), filled(CORERROR, &codes()?)?),
        (
            "include/gchost.h".into(),
            header(
                "gchost.h",
                "the garbage collector's side of hosting",
                &["clrhost_windows.h"],
                model,
                gchost,
            ),
        ),
        (
            "include/metahost.h".into(),
            header("metahost.h", "finding and choosing a runtime", &["mscoree.h"], model, metahost),
        ),
        (
            "include/mscoree.h".into(),
            header(
                "mscoree.h",
                "hosting a runtime",
                &["clrhost_windows.h", "corerror.h", "gchost.h"],
                model,
                rest,
            ),
        ),
    ])
}

fn filled(template: &str, text: &str) -> Result<String, Failure> {
    match template.split_once(PLACE) {
        Some((before, after)) => Ok(format!("{before}{text}{after}")),
        None => Err("a template has no place for what is generated".into()),
    }
}

fn header(
    file: &str,
    what: &str,
    includes: &[&str],
    model: &Model,
    belongs: impl Fn(&str) -> bool,
) -> String {
    let guard = format!("CLRHOST_{}", file.to_uppercase().replace('.', "_"));
    let mut text = format!(
        "/* {file}: {what}, for C and C++.\n *\n * Written by `cargo xtask abi` from Microsoft's Win32 metadata \
         (MIT or Apache-2.0); changes by hand are lost.\n * Part of clrhost, MIT or Apache-2.0. See clrhost_windows.h \
         for the types and the rules of compiling.\n */\n#ifndef {guard}\n#define {guard}\n\n"
    );
    for include in includes {
        writeln!(text, "#include \"{include}\"").expect("text takes all");
    }
    text += PRAGMA;
    let ours = |name: &String| belongs(name);
    let interfaces: Vec<&Interface> =
        model.interfaces.iter().filter(|(name, _)| ours(name)).map(|(_, interface)| interface).collect();

    text += "\n";
    for interface in &interfaces {
        writeln!(text, "typedef struct {0} {0};", interface.name).expect("text takes all");
    }
    if file == "mscoree.h" {
        text += "\ntypedef DWORD CONNID;\ntypedef UINT64 TASKID;\n\n";
        for (name, value) in &model.constants {
            writeln!(text, "#define {name} {value}").expect("text takes all");
        }
    }
    for (name, values) in model.enums.iter().filter(|(name, _)| ours(name)) {
        text += "\n";
        text += &cxx::enumeration(name, values);
    }
    for (name, fields) in model.structs.iter().filter(|(name, _)| ours(name)) {
        text += "\n";
        text += &cxx::structure(name, fields);
    }
    text += "\n";
    for callback in by_need(&model.callbacks, &ours) {
        text += &cxx::callback(callback);
    }
    text += "\n";
    for (name, guid) in model.guids.iter().filter(|(name, _)| ours(name)) {
        text += &cxx::guid(name, *guid);
    }
    // A base comes before what extends it, and its name is the beginning of the other's.
    for interface in interfaces {
        text += "\n";
        text += &cxx::interface(interface, &model.interfaces);
    }
    text += "\n";
    for (_, function) in model.functions.iter().filter(|(name, _)| ours(name)) {
        text += &cxx::function(function);
    }
    text + PRAGMA_END + "\n#endif\n"
}

/// COM objects are not deleted from outside; a destructor would take a slot.
const PRAGMA: &str = "
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored \"-Wnon-virtual-dtor\"
#endif
";
const PRAGMA_END: &str = "
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif
";

/// Callbacks in such an order that each comes after those it takes.
fn by_need<'a>(
    callbacks: &'a BTreeMap<String, Signature>,
    ours: &impl Fn(&String) -> bool,
) -> Vec<&'a Signature> {
    let mut waiting: Vec<&Signature> =
        callbacks.iter().filter(|(name, _)| ours(name)).map(|(_, callback)| callback).collect();
    let mut sorted = Vec::new();
    while !waiting.is_empty() {
        let names: Vec<String> = waiting.iter().map(|callback| format!("{} ", callback.name)).collect();
        let (later, now) =
            waiting.iter().partition(|callback| callback.parameters.iter().any(|(ty, _)| names.contains(ty)));
        assert!(waiting.len() > Vec::len(&later), "callbacks take each other in a circle");
        sorted.extend::<Vec<&Signature>>(now);
        waiting = later;
    }
    sorted
}

/// The status codes: clrhost's table, then what hosts know besides.
fn codes() -> Result<String, Failure> {
    let mut text = String::new();
    for (name, code, meaning) in Hresult::TABLE {
        writeln!(text, "/* {meaning} */").expect("text takes all");
        // Under this name Windows has the code itself, not the status made of it.
        let value = match name.starts_with("ERROR_") {
            true => format!("{}L", code.0 & 0xFFFF),
            false => hresult(code.0 as u32),
        };
        text += &define(name, &value);
    }
    for (name, value) in MORE_CODES {
        if Hresult::TABLE.iter().any(|row| row.0 == *name) {
            return Err(format!("{name} is in clrhost's table now; take it out of header.rs"));
        }
        text += &define(name, &hresult(*value));
    }
    Ok(text)
}

fn hresult(value: u32) -> String {
    format!("((HRESULT)0x{value:08X})")
}

fn define(name: &str, value: &str) -> String {
    format!("#ifndef {name}\n#define {name} {value}\n#endif\n")
}
