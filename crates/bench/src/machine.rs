//! Where the figures come from.

use crate::Failure;
use crate::setting::Setting;
use std::fs;
use std::process::Command;

/// What a reader has to know of the machine.
pub struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
    dotnet: String,
    date: String,
    /// How busy it was when the measuring began.
    load: String,
}

impl Machine {
    /// Asks the system, `dotnet` and the calendar.
    pub fn read(setting: &Setting) -> Result<Machine, Failure> {
        let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = file("/proc/cpuinfo");
        let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
        let runtimes = output(Command::new(setting.dotnet()).arg("--list-runtimes"))?;
        let version =
            |line: &str| Some(line.strip_prefix("Microsoft.NETCore.App ")?.split_once(' ')?.0.to_owned());
        Ok(Machine {
            processor: model
                .and_then(|line| line.split_once(": "))
                .map_or("unknown", |pair| pair.1)
                .to_owned(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: file("/proc/sys/kernel/osrelease").trim().to_owned(),
            dotnet: runtimes.lines().filter_map(version).next_back().unwrap_or_else(|| "unknown".to_owned()),
            date: output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?.trim().to_owned(),
            load: file("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        })
    }

    /// The machine and the command, as the first lines of figures.
    pub fn describe(&self, command: &str, quick: bool) -> String {
        let Machine { processor, cores, kernel, dotnet, date, load } = self;
        let caution = if quick { "\nMade with --quick: the figures say nothing.\n" } else { "" };
        format!(
            "{processor}, {cores} cores, Linux {kernel}, .NET {dotnet}, {date}, load {load} at the beginning.\n\
             Command: `cargo xtask bench {command}`\n{caution}"
        )
    }
}

fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|error| format!("can't start {command:?}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
