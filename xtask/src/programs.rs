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

use crate::pinned::{NpmPackage, Wheel, install};
use crate::workspace::{self, built, make_folder, progress, run_quietly};
use crate::{Failure, debian};

const NBGV: NpmPackage = NpmPackage {
    name: "nerdbank-gitversioning@3.10.94",
    sha256: "96b148148a34ae2aaf6468e55bed427124869256744c42d37332b24f81c1e3da",
};
/// Has Roslyn, Microsoft's C# compiler, in it.
const AUTOREST: NpmPackage = NpmPackage {
    name: "@autorest/csharp@3.0.0-beta.20240827.3",
    sha256: "823d945e45939579970428c570ccfb27adde8fb86c37232230f86b5f2832be59",
};
const SARIF: NpmPackage = NpmPackage {
    name: "@microsoft/sarif-multitool-linux@5.7.0",
    sha256: "27d8e3e96dde578a23b7c45035b8d741fece5731e2700aa068015b8c44d1514e",
};
const PYTHONNET: [&Wheel; 4] = [
    &Wheel {
        name: "pythonnet==3.2.1",
        sha256: &["dd5668b74b0c903d9a24e1ba86f728fc490f8e919d56b3c24bf06739b9ee2b7f"],
    },
    &Wheel {
        name: "clr_loader==0.3.1",
        sha256: &["cbad189de20d202a7d621956b0fc38049e13c9bf7ca2923441eff725cd121aa1"],
    },
    // For Python 3.10 to 3.14.
    &Wheel {
        name: "cffi==2.1.1",
        sha256: &[
            "194cffa889098ced9976c3fc6340305e43f6303657d298da55366907c05c22d6",
            "34e261f78cb6ceaaa36f42f2613f4380d94d9c759a9c73c769ee6e0247364632",
            "c1453022f490d2459a11819d83ad1d586e9ff65a12ac3e705ffebd46d3685dcf",
            "a931079504ecc49efed7744c476a5c343a92fabf66dec2db95edb1b2fdc770e2",
            "b0431303acaea1089ad4b3e9ce4e6518193def1118d4073ca848635ee4ea2e96",
        ],
    },
    &Wheel {
        name: "pycparser==3.12",
        sha256: &["a076f3f489b39b43ed13563a1dafe42447445bec2e294154ec5c57fcdda4c85e"],
    },
];
/// Enough history for the version height to need a walk.
const COMMITS: u32 = 60;

/// What programs without a runtimeconfig.json of their own need: they were made for newer class libraries than .NET Core's.
const RUNTIME_CONFIG: &str = r#"{
  "runtimeOptions": {
    "tfm": "net8.0",
    "rollForward": "Major",
    "framework": { "name": "Microsoft.NETCore.App", "version": "8.0.0" },
    "configProperties": { "System.Globalization.Invariant": true }
  }
}
"#;

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

fn sarif(folder: &Path) -> Result<&'static str, Failure> {
    SARIF.unpack(folder)?;
    run_quietly(Command::new("chmod").arg("+x").arg(folder.join("package/Sarif.Multitool")))?;
    workspace::write(&folder.join("in.sarif"), SARIF_INPUT)?;
    Ok("npm's @microsoft/sarif-multitool-linux")
}

const SARIF_INPUT: &str = r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{
"name":"nobody"}},"results":[{"ruleId":"N1","message":{"text":"nothing"}}]}]}
"#;

fn pythonnet(folder: &Path) -> Result<&'static str, Failure> {
    AUTOREST.unpack(folder)?;
    install(&PYTHONNET, &folder.join("site"))?;
    workspace::write(&folder.join("rc8.json"), RUNTIME_CONFIG)?;
    workspace::write(&folder.join("compile.py"), COMPILE)?;
    Ok("PyPI's pythonnet and npm's @autorest/csharp")
}

const COMPILE: &str = include_str!("compile.py");

fn nbgv(folder: &Path) -> Result<&'static str, Failure> {
    debian::ensure_command("git", "git")?;
    NBGV.unpack(folder)?;

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
