//! Builds the test programs into `target/clrhost/fixtures/NAME/NAME.dll`, each with `libfixture.so` beside it,
//! and the samples into `target/clrhost/samples`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::compiler::{self, Kind};
use crate::workspace::{built, copy, files, make_folder, progress, root, run_quietly, shown, stale};

/// The only fixture without Main.
const LIBRARY: &str = "Entries";
/// The fixture that uses `Indirect.dll`.
const USES_CALLI: &str = "Calli";

/// Builds every fixture that is older than its sources.
pub fn build() -> Result<(), Failure> {
    let source = root().join("fixtures");
    let out = built().join("fixtures");
    make_folder(&out)?;
    let native = build_native(&source.join("native"), &out.join("libfixture.so"))?;
    let indirect = build_indirect(&source.join("il/Indirect.cs"), &out.join("Indirect.dll"))?;
    let shared = files(&source.join("managed/shared"), ".cs")?;

    let (mut total, mut compiled) = (0, 0);
    for folder in files(&source.join("managed"), "")? {
        let name = folder.file_name().expect("a listed file has a name").to_string_lossy().into_owned();
        if name == "shared" {
            continue;
        }
        total += 1;
        let out = out.join(&name);
        let mut sources = files(&folder, ".cs")?;
        sources.extend(shared.iter().cloned());
        let references = if name == USES_CALLI { vec![indirect.clone()] } else { Vec::new() };
        compiled += u32::from(build_managed(&out, &name, &sources, &references)?);
        for library in references.iter().chain([&native]) {
            let beside = out.join(library.file_name().expect("a built file has a name"));
            if stale(&beside, std::slice::from_ref(library)) {
                copy(library, &beside)?;
            }
        }
    }
    progress("fixtures", &format!("{total} in {}, {compiled} compiled", shown(&out)));
    Ok(())
}

/// Builds the sample `samples/FOLDER`, and answers its assembly, `NAME.dll`.
pub fn build_sample(folder: &str, name: &str) -> Result<PathBuf, Failure> {
    let out = built().join("samples").join(folder);
    let sources = files(&root().join("samples").join(folder), ".cs")?;
    build_managed(&out, name, &sources, &[])?;
    Ok(out.join(name).with_extension("dll"))
}

fn build_native(folder: &Path, library: &Path) -> Result<PathBuf, Failure> {
    let sources = files(folder, ".c")?;
    if stale(library, &sources) {
        let mut cc = Command::new("cc");
        cc.args(["-Wall", "-Wextra", "-Werror", "-O2", "-g", "-fPIC", "-shared", "-pthread", "-o"]);
        run_quietly(cc.arg(library).args(&sources))?;
    }
    Ok(library.to_path_buf())
}

/// The program `fixtures/il/Indirect.cs` writes the assembly itself, when Mono runs it.
fn build_indirect(source: &Path, assembly: &Path) -> Result<PathBuf, Failure> {
    let sources = [source.to_path_buf()];
    if stale(assembly, &sources) {
        let emitter = assembly.with_file_name("EmitIndirect.exe");
        compiler::compile(&emitter, Kind::Program, &sources, &[])?;
        let folder = assembly.parent().expect("the assembly lies in a folder");
        run_quietly(Command::new("mono").arg(&emitter).arg(folder))?;
    }
    Ok(assembly.to_path_buf())
}

/// Answers whether there was anything to do.
fn build_managed(
    folder: &Path,
    name: &str,
    sources: &[PathBuf],
    references: &[PathBuf],
) -> Result<bool, Failure> {
    make_folder(folder)?;
    let assembly = folder.join(name).with_extension("dll");
    let inputs = [sources, references].concat();
    if !stale(&assembly, &inputs) {
        return Ok(false);
    }
    let kind = if name == LIBRARY { Kind::Library } else { Kind::Program };
    compiler::compile(&assembly, kind, sources, references).inspect_err(|_| {
        // A half-written assembly would count as newer than its sources.
        let _ = fs::remove_file(&assembly);
    })?;
    Ok(true)
}
