//! Programs that nobody here wrote. `xtask/src/programs.rs` says what they are.

use super::{Program, files};
use clrhost_testkit::{dotnet_root, program, scratch};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Mono's C# compiler with a file to compile; the result is `OUT/Input.exe`.
pub fn mcs(out: &str) -> (Program, PathBuf) {
    let folder = program("mcs");
    let result = scratch(out).join("Input.exe");
    let framework = dotnet_root().join("shared/Microsoft.NETCore.App");
    let version = files(&framework).pop().expect("an installed framework");
    let reference = |name: &str| option("-r:", framework.join(&version).join(name));
    let args = [
        "-nostdlib".into(),
        "-noconfig".into(),
        reference("System.Private.CoreLib.dll"),
        reference("System.Console.dll"),
        reference("System.Runtime.dll"),
        option("-out:", result.clone()),
        folder.join("Input.cs").into(),
    ];
    let compiler = Program::new(folder.join("mcs.exe"))
        .exec_options(["--runtimeconfig".into(), OsString::from(folder.join("rc8.json"))])
        .args(args);
    (compiler, result)
}

fn option(name: &str, file: PathBuf) -> OsString {
    let mut option = OsString::from(name);
    option.push(file);
    option
}

/// A compiler generator, which writes a scanner and a parser into this folder.
pub fn coco(out: &Path) -> Program {
    let folder = program("coco");
    Program::new(folder.join("Coco.exe"))
        .exec_options(["--runtimeconfig".into(), OsString::from(folder.join("rc8.json"))])
        .args(["-frames".into(), OsString::from(&folder), "-o".into(), OsString::from(out)])
        .args([folder.join("Calc.atg")])
}

/// A tool that asks a git repository for a version, by code of its own ("Managed") or by libgit2 ("LibGit2").
pub fn nbgv(engine: &str) -> Program {
    let folder = program("nbgv");
    Program::new(folder.join("package/nbgv.cli/tools/net8.0/any/nbgv.dll"))
        .args(["get-version", "--format", "json"])
        .env("NBGV_GitEngine", engine)
        // Whose repository it is depends on who ran `cargo xtask`.
        .env("HOME", scratch("home"))
        .current_dir(folder.join("repo"))
}
