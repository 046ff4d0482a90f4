//! Programs that nobody here wrote, which must behave under clrhost as under `dotnet`.
//!
//! In `target/clrhost/programs`:
//!
//! | folder | contents |
//! | --- | --- |
//! | `mcs` | `mcs.exe`, Mono's C# compiler, and `Input.cs` for it to compile |
//! | `coco` | `Coco.exe`, a compiler generator, its frame files and the grammar `Calc.atg` |
//! | `sarif` | `package/Sarif.Multitool`, a program of a single file with .NET inside, and `in.sarif` for it |
//! | `pythonnet` | `compile.py`, a program in Python that hosts .NET and compiles C# by Roslyn; what it needs in `site` and `package` |
//! | `prometheus` | `promtool`, which checks metrics as Prometheus reads them |
//! | `nbgv` | `package/nbgv.cli/tools/net8.0/any/nbgv.dll`, and the git repository `repo` to ask it about |
//!
//! The first two have no runtimeconfig.json of their own; `rc8.json` beside them is for
//! `dotnet exec --runtimeconfig rc8.json mcs.exe ...`. mcs reads its class library with
//! `-nostdlib -noconfig -r:.../System.Private.CoreLib.dll`; Coco writes its output where `-o` says.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::compiler::RUNTIME_CONFIG;
use crate::workspace::{self, built, make_folder, progress, run_quietly};
use crate::{Failure, debian, python};

const NBGV: &str = "nerdbank-gitversioning@3.10.94";
const PYTHONNET: &str = "pythonnet==3.2.1";
/// Has Roslyn, Microsoft's C# compiler, in it.
const AUTOREST: &str = "@autorest/csharp@3.0.0-beta.20240827.3";
const SARIF: &str = "@microsoft/sarif-multitool-linux@5.7.0";
/// Enough history for the version height to need a walk.
const COMMITS: u32 = 60;

/// Gets the programs that are missing.
pub fn ensure() -> Result<(), Failure> {
    let programs = built().join("programs");
    let all: [(_, fn(&Path) -> _); 6] = [
        ("mcs", mcs),
        ("coco", coco),
        ("nbgv", nbgv),
        ("sarif", sarif),
        ("pythonnet", pythonnet),
        ("prometheus", prometheus),
    ];
    for (name, get) in all {
        let folder = programs.join(name);
        // Written last, so a folder that has it is complete.
        let complete = folder.join("complete");
        if complete.exists() {
            continue;
        }
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|e| format!("can't empty {}: {e}", folder.display()))?;
        }
        make_folder(&folder)?;
        let source = get(&folder).map_err(|failure| format!("can't get the program {name}: {failure}"))?;
        workspace::write(&complete, "")?;
        progress(name, &format!("from {source}"));
    }
    Ok(())
}

fn mcs(folder: &Path) -> Result<&'static str, Failure> {
    workspace::copy(Path::new("/usr/lib/mono/4.5/mcs.exe"), &folder.join("mcs.exe"))?;
    workspace::write(&folder.join("rc8.json"), RUNTIME_CONFIG)?;
    let mut input = String::from(
        "using System; using System.Runtime.InteropServices;\nstatic class Input\n{\n    static int sum;\n",
    );
    let mut body = String::new();
    for i in 0..300 {
        let _ =
            writeln!(input, "    [DllImport(\"libc\", EntryPoint = \"abs\")] static extern int a{i}(int x);");
        let _ = writeln!(body, "        sum += a{i}(-{i});");
    }
    let _ =
        write!(input, "    static void Main()\n    {{\n{body}        Console.WriteLine(sum);\n    }}\n}}\n");
    workspace::write(&folder.join("Input.cs"), &input)?;
    Ok("Debian's mono-mcs")
}

fn coco(folder: &Path) -> Result<&'static str, Failure> {
    let package = folder.join("package");
    debian::unpack("coco-cs", &package)?;
    for file in ["Coco.exe", "Parser.frame", "Scanner.frame", "Copyright.frame"] {
        workspace::copy(&package.join("usr/share/coco-cs").join(file), &folder.join(file))?;
    }
    workspace::write(&folder.join("rc8.json"), RUNTIME_CONFIG)?;
    workspace::write(&folder.join("Calc.atg"), GRAMMAR)?;
    Ok("Debian's coco-cs")
}

/// 19 MB to fetch, some three seconds. All but one file of it is of no use here.
fn prometheus(folder: &Path) -> Result<&'static str, Failure> {
    let package = folder.join("package");
    debian::unpack("prometheus", &package)?;
    workspace::copy(&package.join("usr/bin/promtool"), &folder.join("promtool"))?;
    fs::remove_dir_all(&package).map_err(|e| format!("can't remove {}: {e}", package.display()))?;
    Ok("Debian's prometheus")
}

const GRAMMAR: &str = r#"COMPILER Calc
CHARACTERS
  digit = "0123456789".
  letter = "abcxyz".
TOKENS
  number = digit {digit}.
  ident = letter {letter | digit}.
PRODUCTIONS
  Calc = Stat {Stat}.
  Stat = ident "=" Expr ";".
  Expr = Term {("+" | "-") Term}.
  Term = Factor {("*" | "/") Factor}.
  Factor = number | ident | "(" Expr ")".
END Calc.
"#;

/// Unpacks a package of npm's into `folder/package`.
fn npm_package(name: &str, folder: &Path) -> Result<(), Failure> {
    debian::ensure_command("npm", "npm")?;
    let archive = run_quietly(Command::new("npm").args(["pack", "--silent", name]).current_dir(folder))?;
    let archive = archive.lines().last().ok_or("npm pack named no file")?.trim();
    run_quietly(Command::new("tar").args(["xzf", archive]).current_dir(folder)).map(drop)
}

fn sarif(folder: &Path) -> Result<&'static str, Failure> {
    npm_package(SARIF, folder)?;
    run_quietly(Command::new("chmod").arg("+x").arg(folder.join("package/Sarif.Multitool")))?;
    workspace::write(&folder.join("in.sarif"), SARIF_INPUT)?;
    Ok("npm's @microsoft/sarif-multitool-linux")
}

const SARIF_INPUT: &str = r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{
"name":"nobody"}},"results":[{"ruleId":"N1","message":{"text":"nothing"}}]}]}
"#;

fn pythonnet(folder: &Path) -> Result<&'static str, Failure> {
    npm_package(AUTOREST, folder)?;
    let site = folder.join("site");
    let mut install = python::pip()?;
    install.args(["install", "--quiet", "--disable-pip-version-check", "--target"]).arg(&site).arg(PYTHONNET);
    run_quietly(&mut install)?;
    workspace::write(&folder.join("rc8.json"), RUNTIME_CONFIG)?;
    workspace::write(&folder.join("compile.py"), COMPILE)?;
    Ok("PyPI's pythonnet and npm's @autorest/csharp")
}

const COMPILE: &str = include_str!("compile.py");

fn nbgv(folder: &Path) -> Result<&'static str, Failure> {
    debian::ensure_command("git", "git")?;
    npm_package(NBGV, folder)?;

    let repo = folder.join("repo");
    make_folder(&repo)?;
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        // Nothing of the user's own configuration, so that everybody's repository has the same commits.
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git.env("GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z").env("GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z");
        git.args(["-c", "user.name=clrhost", "-c", "user.email=clrhost@example.invalid"]);
        run_quietly(git.args(args).current_dir(&repo)).map(drop)
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    workspace::write(&repo.join("version.json"), "{\"version\":\"1.2-beta\"}\n")?;
    for i in 0..COMMITS {
        workspace::write(&repo.join(format!("file{}", i % 10)), &format!("{i}\n"))?;
        git(&["add", "."])?;
        git(&["commit", "--quiet", "--message", &format!("Commit {i}")])?;
    }
    Ok("npm's nerdbank-gitversioning")
}
