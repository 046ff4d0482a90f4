//! Builds the test programs into `target/clrhost/fixtures/NAME/NAME.dll`, each with `libfixture.so` and what else it
//! uses beside it, and the samples into `target/clrhost/samples`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compiler::{self, Kind};
use crate::workspace::{built, copy, files, make_folder, progress, root, run_quietly, shown, stale};
use crate::{Failure, debian};

/// The fixtures without Main.
const LIBRARIES: [&str; 2] = ["Entries", "StartupHook"];
/// What lies beside a program apart from `libfixture.so`: assemblies that it is compiled against, native libraries.
const BESIDE: &[(&str, &[&str])] = &[
    ("Bench", &["Indirect.dll", "libfixture_many.so"]),
    ("Calli", &["Indirect.dll"]),
    ("CppThreads", &["libfixture_cxx.so"]),
    ("CppThrow", &["libfixture_cxx.so"]),
    (
        "Endurance",
        &["Indirect.dll", "libfixture_endurance.so", "libfixture_guest_one.so", "libfixture_guest_two.so"],
    ),
    ("Exports", &["Indirect.dll"]),
    ("Freed", &["libfixture_first.so"]),
    ("ManyTargets", &["libfixture_many.so"]),
    ("Replaced", &["Indirect.dll", "libfixture_first.so", "libfixture_second.so"]),
    ("SuppressedForms", &["Indirect.dll"]),
    ("Symbols", &["Indirect.dll"]),
];

/// Builds every fixture that is older than its sources.
pub fn build() -> Result<(), Failure> {
    let source = root().join("fixtures");
    let out = built().join("fixtures");
    make_folder(&out)?;
    let native = source.join("native");
    let library = build_native(&native, &out.join("libfixture.so"))?;
    for folder in files(&native, "")?.into_iter().filter(|path| path.is_dir()) {
        let name = folder.file_name().expect("a listed folder has a name").to_string_lossy();
        build_native(&folder, &out.join(format!("libfixture_{name}.so")))?;
    }
    build_indirect(&source.join("il/Indirect.cs"), &out.join("Indirect.dll"))?;
    let shared = files(&source.join("managed/shared"), ".cs")?;

    let (mut total, mut compiled) = (0, 0);
    for folder in files(&source.join("managed"), "")? {
        let name = folder.file_name().expect("a listed file has a name").to_string_lossy().into_owned();
        if name == "shared" {
            continue;
        }
        total += 1;
        let mut sources = files(&folder, ".cs")?;
        sources.extend(shared.iter().cloned());
        let used = BESIDE.iter().find(|(program, _)| *program == name).map_or(&[][..], |(_, used)| used);
        let used: Vec<PathBuf> = used.iter().map(|file| out.join(file)).collect();
        let references: Vec<PathBuf> =
            used.iter().filter(|file| file.extension().is_some_and(|e| e == "dll")).cloned().collect();
        let out = out.join(&name);
        compiled += u32::from(build_managed(&out, &name, &sources, &references)?);
        for file in used.iter().chain([&library]) {
            let beside = out.join(file.file_name().expect("a built file has a name"));
            if stale(&beside, std::slice::from_ref(file)) {
                copy(file, &beside)?;
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

/// Builds what lies in `folder`, but not below it, into one library: C, C++ or assembler.
fn build_native(folder: &Path, library: &Path) -> Result<PathBuf, Failure> {
    let mut sources = files(folder, ".c")?;
    sources.extend(files(folder, ".S")?);
    let mut compiler = "cc";
    let cxx = files(folder, ".cpp")?;
    if !cxx.is_empty() {
        debian::ensure_command("g++", "g++")?;
        compiler = "g++";
        sources.extend(cxx);
    }
    if stale(library, &[sources.clone(), files(folder, ".h")?].concat()) {
        let mut cc = Command::new(compiler);
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
    // It may have changed without the sources.
    compiler::write_config(&assembly)?;
    if !stale(&assembly, &inputs) {
        return Ok(false);
    }
    let kind = if LIBRARIES.contains(&name) { Kind::Library } else { Kind::Program };
    compiler::compile(&assembly, kind, sources, references).inspect_err(|_| {
        // A half-written assembly would count as newer than its sources.
        let _ = fs::remove_file(&assembly);
    })?;
    Ok(true)
}
