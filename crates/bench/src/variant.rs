//! The ways to run an application that are compared.

use crate::Failure;
use crate::setting::Setting;
use clrhost::{Application, Host, Source, TaskManager, Timing};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One way to run an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variant {
    /// `dotnet APP`.
    Dotnet,
    /// The same a second time in each round: what differs without a reason.
    DotnetAgain,
    /// `clrhost run --no-hooks APP`.
    NoHooks,
    /// `clrhost run --count-only APP`.
    Counted,
    /// `clrhost run APP`.
    Timed,
    /// `clrhost run -o FILE APP.dll`.
    Recorded,
    /// A host in Rust that is called at every crossing and does nothing; crossings are counted besides.
    RustHost,
    /// The same; crossings are counted and timed besides.
    RustHostTimed,
    /// A host in C++ behind `libmscoree.so` that does nothing; crossings are counted besides.
    ComHost,
    /// `clrhost run --empty-probe APP`: the runtime calls a profiler that does nothing.
    EmptyProbe,
    /// `clrhost run --source flag --count-only APP`.
    FlagCounted,
    /// `clrhost run --source flag APP`.
    FlagTimed,
    /// A host in Rust where the runtime reports the crossings.
    FlagRustHost,
    /// Frida calls functions in C at entry and return.
    FridaC,
    /// Frida calls functions in JavaScript.
    FridaJavaScript,
    /// Frida puts a function in C in place, which calls the one it stands for.
    FridaReplace,
    /// The kernel counts entries and returns.
    Uretprobe,
}

impl Variant {
    /// What the tables say.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Dotnet => "`dotnet`",
            Variant::DotnetAgain => "`dotnet` again",
            Variant::NoHooks => "`clrhost run --no-hooks`",
            Variant::Counted => "counted: `clrhost run --count-only`",
            Variant::Timed => "timed: `clrhost run`",
            Variant::Recorded => "recorded: `clrhost run -o FILE`",
            Variant::RustHost => "counted, and a Rust host called",
            Variant::RustHostTimed => "timed, and a Rust host called",
            Variant::ComHost => "counted, and a COM host called",
            Variant::EmptyProbe => "empty profiler callback",
            Variant::FlagCounted => "`--source flag`, counted",
            Variant::FlagTimed => "`--source flag`, timed",
            Variant::FlagRustHost => "`--source flag`, a Rust host called",
            Variant::FridaC => "Frida's `Interceptor.attach`, in C",
            Variant::FridaJavaScript => "Frida's `Interceptor.attach`, in JavaScript",
            Variant::FridaReplace => "Frida's `Interceptor.replaceFast`, in C",
            Variant::Uretprobe => "uprobe and uretprobe",
        }
    }

    /// The runtime reports the crossings, all of them: then nothing in the process is un-hooked.
    pub fn sees_everything(self) -> bool {
        use Variant::*;
        matches!(self, EmptyProbe | FlagCounted | FlagTimed | FlagRustHost)
    }

    /// The method of `hooks/hook.py`, for hooks that are not clrhost's.
    pub fn foreign(self) -> Option<&'static str> {
        match self {
            Variant::FridaC => Some("frida-c"),
            Variant::FridaJavaScript => Some("frida-javascript"),
            Variant::FridaReplace => Some("frida-replace"),
            Variant::Uretprobe => Some("uretprobe"),
            _ => None,
        }
    }

    /// The command that runs `application` with `args` in this way. Reports go nowhere.
    pub fn command(self, setting: &Setting, application: &Path, args: &[String]) -> Command {
        let mut command = match self {
            Variant::Dotnet | Variant::DotnetAgain => Command::new(setting.dotnet()),
            Variant::RustHost | Variant::RustHostTimed | Variant::FlagRustHost => {
                let mut host = Command::new(env::current_exe().expect("this program has a path"));
                host.arg("host");
                match self {
                    Variant::RustHostTimed => host.arg("--timed"),
                    Variant::FlagRustHost => host.arg("--flag"),
                    _ => &mut host,
                };
                host
            }
            Variant::ComHost => Command::new(setting.com_host()),
            Variant::FridaC | Variant::FridaJavaScript | Variant::FridaReplace | Variant::Uretprobe => {
                let mut python = Command::new("python3");
                python.env("PYTHONPATH", setting.frida()).arg(setting.hook_script());
                python.arg(self.foreign().expect("these are")).arg(setting.dotnet());
                python
            }
            _ => {
                let mut clrhost = Command::new(&setting.clrhost);
                clrhost.arg("run");
                match self {
                    Variant::NoHooks => clrhost.arg("--no-hooks"),
                    Variant::EmptyProbe => clrhost.arg("--empty-probe"),
                    Variant::Counted => clrhost.args(["--count-only"]),
                    Variant::Recorded => clrhost.args(["--max-size", "64M", "-o"]).arg(setting.recording()),
                    Variant::FlagCounted => clrhost.args(["--source", "flag", "--count-only"]),
                    Variant::FlagTimed => clrhost.args(["--source", "flag"]),
                    _ => &mut clrhost,
                };
                if !matches!(self, Variant::NoHooks | Variant::EmptyProbe) {
                    clrhost.args(["--report", "/dev/null"]);
                }
                clrhost
            }
        };
        command.arg(application);
        if self == Variant::ComHost {
            // It calls a method that takes one string.
            command.args(["Bench", "Measure", &args.join(" ")]).env("LD_LIBRARY_PATH", &setting.libraries);
        } else {
            command.args(args);
        }
        if self.foreign().is_some() {
            command.arg("wait");
        }
        setting.environment(&mut command);
        command
    }
}

/// A host that takes every call and does nothing.
struct Silent;

impl TaskManager for Silent {}

/// [`Variant::RustHost`] and its like, in a process of its own: gives the application's exit code.
pub fn host(timed: bool, flag: bool, application: &[PathBuf]) -> Result<u8, Failure> {
    let (assembly, args) = application.split_first().ok_or("no application")?;
    let timing = if timed { Timing::Timed } else { Timing::Counted };
    let source = if flag { Source::Flag } else { Source::Thunks };
    let host = Host::builder().timing(timing).source(source).task_manager(Silent);
    let code = host.run(Application::new(assembly).args(args)).map_err(|error| error.to_string())?;
    Ok(u8::try_from(code).unwrap_or(1))
}
