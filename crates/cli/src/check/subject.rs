//! A host in a process of its own, one for each script.

use crate::trace::folder::PrivateFolder;
use clrhost_conformance::{Finding, Outcome, SURVIVES, Step, Subject, print};
use serde_json::Value;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long loading a host may take, and everything beside the script's own waiting.
const LOADING: Duration = Duration::from_secs(60);

/// Runs scripts in child processes.
pub struct Child {
    executable: PathBuf,
    host: PathBuf,
    show_output: bool,
    /// Why the host cannot be checked.
    trouble: Option<String>,
}

impl Child {
    pub fn new(host: &Path, show_output: bool) -> Result<Child, String> {
        // The loader looks for a name without a slash in its own folders.
        let host = host.canonicalize().map_err(|error| format!("cannot find {}: {error}", host.display()))?;
        let executable =
            std::env::current_exe().map_err(|error| format!("cannot find clrhost itself: {error}"))?;
        Ok(Child { executable, host, show_output, trouble: None })
    }

    /// Why there is no verdict, if there is none.
    pub fn into_trouble(self) -> Option<String> {
        self.trouble
    }

    fn try_run(&self, script: &[Step], patience: Duration) -> Result<Outcome, String> {
        let failed = |what: &'static str| move |error: std::io::Error| format!("cannot {what}: {error}");
        let folder = PrivateFolder::new().map_err(failed("make a temporary folder"))?;
        let result = folder.path().join("result");
        File::create(&result).map_err(failed("make a temporary file"))?;
        let mut how = File::options();
        let said = how.read(true).append(true).create(true).open(folder.path().join("output"));
        let mut said = said.map_err(failed("make a temporary file"))?;
        let output = |said: &File| match self.show_output {
            true => Ok(Stdio::inherit()),
            false => said.try_clone().map(Stdio::from),
        };
        let mut child = Command::new(&self.executable)
            .arg("check")
            .args(["--patience", &patience.as_millis().to_string()])
            .arg("--into")
            .arg(&result)
            .arg(&self.host)
            .stdin(Stdio::piped())
            .stdout(output(&said).map_err(failed("share a file"))?)
            .stderr(output(&said).map_err(failed("share a file"))?)
            .spawn()
            .map_err(failed("start a process"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A child that is gone before it has read says so by its end.
            let _ = stdin.write_all(print(script).as_bytes());
        }
        let limit = Instant::now() + LOADING + patience * 4;
        let ended = loop {
            match child.try_wait().map_err(failed("wait for a process"))? {
                Some(status) => break Some(status),
                None if Instant::now() > limit => {
                    let _ = child.kill();
                    let _ = child.wait();
                    break None;
                }
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        let lines = std::fs::read_to_string(&result).map_err(failed("read a temporary file"))?;
        read(&lines, ended, &tail(&mut said))
    }
}

impl Subject for Child {
    fn run(&mut self, script: &[Step], patience: Duration) -> Outcome {
        // What could not be done once is not tried again.
        if self.trouble.is_some() {
            return Outcome::default();
        }
        self.try_run(script, patience).unwrap_or_else(|trouble| {
            self.trouble = Some(trouble);
            Outcome::default()
        })
    }
}

/// What the child wrote: a line for each call as it began, then the outcome, or why there is none.
fn read(lines: &str, ended: Option<ExitStatus>, said: &str) -> Result<Outcome, String> {
    let records: Vec<Value> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts =
        |value: &Value| value.as_array().map(|all| all.iter().map(text).collect()).unwrap_or_default();
    if let Some(trouble) = records.iter().find_map(|record| record.get("trouble")) {
        let said = if said.is_empty() { String::new() } else { format!("; it said: {said}") };
        return Err(text(trouble) + &said);
    }
    if let Some(outcome) = records.iter().find_map(|record| record.get("outcome")) {
        let findings = outcome["findings"].as_array().map(|all| all.iter().filter_map(finding).collect());
        return Ok(Outcome {
            findings: findings.unwrap_or_default(),
            calls: texts(&outcome["calls"]),
            is_stuck: outcome["stuck"] == true,
        });
    }
    let calls: Vec<String> = records.iter().filter_map(|record| record.get("call")).map(text).collect();
    let inside = match calls.last() {
        Some(call) => format!("in or after {call}"),
        None => "before the first call".to_owned(),
    };
    let how = match ended {
        None => "did not end".to_owned(),
        Some(status) => match (status.signal(), status.code()) {
            (Some(signal), _) => format!("ended with signal {signal}"),
            (None, code) => format!("exited with {}", code.unwrap_or_default()),
        },
    };
    let said = if said.is_empty() { String::new() } else { format!(" It said: {said}") };
    let what = format!("The process {how}, {inside}.{said}");
    Ok(Outcome { findings: vec![Finding { rule: SURVIVES.id, what }], calls, is_stuck: false })
}

fn finding(value: &Value) -> Option<Finding> {
    let id = value["rule"].as_str()?;
    let rule = clrhost_conformance::RULES.iter().find(|rule| rule.id == id)?.id;
    Some(Finding { rule, what: value["what"].as_str()?.to_owned() })
}

/// The last words of a process.
fn tail(file: &mut File) -> String {
    const LINES: usize = 3;
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match read {
        Ok(_) => lines[lines.len().saturating_sub(LINES)..].join(" / "),
        Err(_) => String::new(),
    }
}
