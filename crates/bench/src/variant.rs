//! The ways to run an application that are compared.

use crate::Failure;
use clrhost::{Application, Host, TaskManager, Timing};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One way to run an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// `dotnet APP`.
    Dotnet,
    /// `clrhost run --no-hooks APP`.
    NoHooks,
    /// `clrhost run --empty-probe APP`: the runtime calls a profiler that does nothing.
    EmptyProbe,
    /// `clrhost run --count-only APP`.
    Counted,
    /// `clrhost run APP`.
    Timed,
    /// A host in Rust that is called at every crossing and does nothing; crossings are counted besides.
    Hosted,
}

impl Variant {
    /// What the tables say.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Dotnet => "`dotnet`",
            Variant::NoHooks => "`clrhost run --no-hooks`",
            Variant::EmptyProbe => "empty profiler callback",
            Variant::Counted => "`clrhost run --count-only`",
            Variant::Timed => "`clrhost run`",
            Variant::Hosted => "counting, and a Rust host called",
        }
    }
}

/// Where everything lies.
pub struct Setting {
    /// The root of the source tree.
    pub root: PathBuf,
    dotnet_root: PathBuf,
    clrhost: PathBuf,
    built: PathBuf,
}

impl Setting {
    /// Looks for what `cargo xtask bench` builds.
    pub fn find(clrhost: Option<PathBuf>) -> Result<Setting, Failure> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .expect("two folders below")
            .to_path_buf();
        let target = root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        let built = target.join("clrhost");
        let dotnet_root = env::var_os("CLRHOST_TEST_DOTNET_ROOT").map_or(built.join("dotnet"), PathBuf::from);
        let clrhost = clrhost.unwrap_or_else(|| target.join("release/clrhost"));
        let setting = Setting { root, dotnet_root, clrhost, built };
        for needed in [&setting.clrhost, &setting.dotnet(), &setting.fixture("Bench"), &setting.orders()] {
            if !needed.exists() {
                return Err(format!("{} is missing; `cargo xtask bench` makes it", needed.display()));
            }
        }
        Ok(setting)
    }

    /// The `dotnet` command.
    pub fn dotnet(&self) -> PathBuf {
        self.dotnet_root.join("dotnet")
    }

    /// A program of `fixtures/managed`.
    pub fn fixture(&self, name: &str) -> PathBuf {
        self.built.join("fixtures").join(name).join(name).with_extension("dll")
    }

    /// The sample over SQLite.
    pub fn orders(&self) -> PathBuf {
        self.built.join("samples/orders/Orders.dll")
    }

    /// The command that runs `application` in this way. Reports go nowhere.
    pub fn command(&self, variant: Variant, application: &Path) -> Command {
        let mut command = match variant {
            Variant::Dotnet => Command::new(self.dotnet()),
            Variant::Hosted => {
                let mut host = Command::new(env::current_exe().expect("this program has a path"));
                host.arg("host");
                host
            }
            Variant::NoHooks | Variant::EmptyProbe | Variant::Counted | Variant::Timed => {
                let mut clrhost = Command::new(&self.clrhost);
                clrhost.arg("run");
                match variant {
                    Variant::NoHooks => clrhost.arg("--no-hooks"),
                    Variant::EmptyProbe => clrhost.arg("--empty-probe"),
                    Variant::Counted => clrhost.args(["--count-only", "--report", "/dev/null"]),
                    _ => clrhost.args(["--report", "/dev/null"]),
                };
                clrhost
            }
        };
        command.arg(application).env("DOTNET_ROOT", &self.dotnet_root);
        // As the tests run it: without libicu, and without a profiler from outside.
        command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").env_remove("CORECLR_ENABLE_PROFILING");
        command
    }
}

/// A host that takes every call and does nothing.
struct Silent;

impl TaskManager for Silent {}

/// [`Variant::Hosted`], in a process of its own: gives the application's exit code.
pub fn host(application: &[PathBuf]) -> Result<u8, Failure> {
    let (assembly, args) = application.split_first().ok_or("no application")?;
    let host = Host::builder().timing(Timing::Counted).task_manager(Silent);
    let code = host.run(Application::new(assembly).args(args)).map_err(|error| error.to_string())?;
    Ok(u8::try_from(code).unwrap_or(1))
}
