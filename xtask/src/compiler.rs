//! Compiles C# with Mono's `mcs`, Debian's smallest C# compiler.
//!
//! It knows C# 7 and compiles against Mono's mscorlib; .NET runs the result through its own mscorlib
//! facade. A .NET SDK would do for the sample, but not for `fixtures/il`, which runs under Mono, and one
//! compiler everywhere makes every machine test the same programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{progress, run_quietly, write};
use crate::{Failure, debian};

/// Whether a program has a Main method.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Program,
    Library,
}

/// Installs the compilers that are missing: for C# and, as the fixtures need it, for C.
pub fn ensure() -> Result<(), Failure> {
    debian::ensure_command("cc", "gcc")?;
    let mcs = debian::ensure_command("mcs", "mono-mcs")?;
    progress("C# compiler", &mcs.display().to_string());
    Ok(())
}

/// Compiles `sources` to `assembly`, and writes its runtimeconfig.json.
pub fn compile(
    assembly: &Path,
    kind: Kind,
    sources: &[PathBuf],
    references: &[PathBuf],
) -> Result<(), Failure> {
    let mut mcs = Command::new("mcs");
    mcs.args(["-nologo", "-optimize+", "-unsafe", "-warnaserror+"]);
    mcs.arg(if kind == Kind::Library { "-target:library" } else { "-target:exe" });
    mcs.arg(option("-out:", assembly));
    mcs.args(references.iter().map(|file| option("-r:", file)));
    mcs.args(sources);
    run_quietly(&mut mcs)?;
    write_config(assembly)
}

/// Says beside an assembly which .NET it runs on.
pub fn write_config(assembly: &Path) -> Result<(), Failure> {
    write(&assembly.with_extension("runtimeconfig.json"), RUNTIME_CONFIG)
}

/// The newest .NET that there is, if it is not older than the oldest one that can be hosted; and no need of libicu.
const RUNTIME_CONFIG: &str = r#"{
  "runtimeOptions": {
    "tfm": "netcoreapp3.1",
    "rollForward": "LatestMajor",
    "framework": { "name": "Microsoft.NETCore.App", "version": "3.1.0" },
    "configProperties": { "System.Globalization.Invariant": true }
  }
}
"#;

fn option(name: &str, file: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(file);
    option
}
