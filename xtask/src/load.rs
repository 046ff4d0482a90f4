//! `cargo xtask load`: the long run of everything at once, and its short form beside the other checks of `cargo xtask test`.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::dotnet::Dotnet;
use crate::workspace::{self, built, cargo, make_folder, progress, shown, target, words};
use crate::{Failure, fixtures, setup};

/// Minutes beside the other checks.
const MINUTES: &str = "5";

/// Builds what it needs, and runs the load; `args` go to it. With `--release` among them clrhost is built with optimisation.
pub fn run(args: &[String]) -> Result<u8, Failure> {
    let dotnet = setup()?;
    fixtures::build()?;
    let release = args.iter().any(|arg| arg == "--release");
    let args: Vec<&String> = args.iter().filter(|arg| *arg != "--release").collect();
    progress("load", "building it");
    let mut build = cargo();
    build.args(["build", "--quiet", "--package", "clrhost-load"]).args(release.then_some("--release"));
    workspace::run(&mut build)?;
    let mut load = command(&dotnet, if release { "release" } else { "debug" });
    load.args(args);
    let status = load.status().map_err(|e| format!("can't start {}: {e}", words(&load)))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn command(dotnet: &Dotnet, profile: &str) -> Command {
    let mut load = Command::new(target().join(profile).join("clrhost-load"));
    load.arg(built().join("fixtures/Endurance/Endurance.dll"));
    load.arg("--folder").arg(built().join("load"));
    load.env("DOTNET_ROOT", &dotnet.root).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    load
}

/// A load that runs while other things are done.
pub struct Background {
    child: Child,
    output: PathBuf,
}

impl Background {
    /// Starts it, below everything else in priority. `clrhost-load` is built already.
    pub fn start(dotnet: &Dotnet) -> Result<Background, Failure> {
        let folder = built().join("load");
        make_folder(&folder)?;
        let output = folder.join("output.txt");
        let file = File::create(&output).map_err(|e| format!("can't write {}: {e}", output.display()))?;
        let again = file.try_clone().map_err(|e| format!("can't write {}: {e}", output.display()))?;
        let load = command(dotnet, "debug");
        let mut nice = Command::new("nice");
        nice.args(["-n", "19"]).arg(load.get_program()).args(load.get_args()).args(["--minutes", MINUTES]);
        nice.envs(load.get_envs().filter_map(|(name, value)| Some((name, value?))));
        nice.stdin(Stdio::null()).stdout(file).stderr(again);
        let child = nice.spawn().map_err(|e| format!("can't start {}: {e}", words(&nice)))?;
        progress(
            "load",
            &format!("runs {MINUTES} minutes beside what follows; it writes to {}", shown(&output)),
        );
        Ok(Background { child, output })
    }

    /// Waits for its end, and shows what it said. An error if something did not hold.
    pub fn join(mut self) -> Result<(), Failure> {
        progress("load", "waiting for its end");
        let status = self.child.wait().map_err(|e| format!("the load is lost: {e}"))?;
        eprintln!("{}", fs::read_to_string(&self.output).unwrap_or_default());
        if status.success() {
            Ok(())
        } else {
            Err(format!("the step \"load\" failed: it ended with {status}"))
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Where another step failed nobody waits for it. After `join` it has ended, and this does nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
