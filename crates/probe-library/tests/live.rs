//! A process that others start can be asked while it runs.

use clrhost_control::client::Process;
use clrhost_testkit::{dotnet, dotnet_root, fixture, scratch};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Ends the process if the test fails.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn plain_dotnet_can_be_asked() {
    let library =
        std::env::current_exe().expect("the test has a path").with_file_name("libclrhost_profiler.so");
    let mut command = Command::new(dotnet());
    command.arg(fixture("Blocking")).arg("2").stdin(Stdio::piped()).stdout(Stdio::piped());
    command.env("DOTNET_ROOT", dotnet_root()).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    command.env("CORECLR_ENABLE_PROFILING", "1").env("CORECLR_PROFILER_PATH", library);
    command.env("CORECLR_PROFILER", "{C1A05051-7B3E-4C1B-9D52-636C72686F73}");
    command.env("CLRHOST_REPORT", scratch("live").join("report.json")).env("CLRHOST_SOURCE", "thunks");
    let mut child = Ended(command.spawn().expect("dotnet starts"));
    let mut output = BufReader::new(child.0.stdout.take().expect("it is piped")).lines();
    assert_eq!(output.next().expect("a line").expect("text"), "ready");

    let process = Process::find(child.0.id()).expect("it has a socket");
    let hello = process.hello().expect("an answer");
    assert_eq!((hello.attachment.as_str(), hello.source.as_str()), ("attached", "thunks"));
    assert!(hello.command[0].ends_with("dotnet"), "{hello:?}");
    let (threads, _) = process.stuck(Duration::ZERO).expect("an answer");
    let waiting = threads.iter().filter(|(thread, _)| {
        let last = thread.calls.last().expect("a stuck thread is in a call");
        last.call.name.symbol.as_deref() == Some("fx_wait_in_kind") && thread.stack.is_some() && !thread.moved
    });
    assert_eq!(waiting.count(), 22);
    // Where a thunk's call returns to is managed code, whose method the process knows.
    let callers: Vec<u64> = threads
        .iter()
        .filter(|(thread, _)| thread.name.as_deref() == Some("poll"))
        .filter_map(|(thread, _)| thread.calls.last()?.return_address)
        .map(|address| address - 1)
        .collect();
    let methods = process.methods(&callers).expect("an answer");
    assert_eq!(methods[0].as_ref().map(|method| method.name.as_str()), Some("Blocking.Inner"));

    // No memory of clrhost's is written and executed.
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", process.pid())).expect("it runs");
    let own: Vec<&str> = maps
        .lines()
        .filter(|line| line.contains("/memfd:clrhost-thunks") || line.ends_with("/libclrhost_profiler.so"))
        .collect();
    let rights = |line: &&str| line.split(' ').nth(1).unwrap_or_default().to_owned();
    assert!(own.iter().map(rights).all(|rights| !(rights.contains('w') && rights.contains('x'))), "{own:#?}");
    let is_thunks = |line: &&&str| line.contains("memfd") && rights(line).starts_with("r-x");
    assert!(own.iter().filter(is_thunks).count() > 0, "{own:#?}");

    drop(child.0.stdin.take());
    assert!(child.0.wait().expect("it ends").success());
    assert!(Process::find(process.pid()).is_err(), "its socket is gone");
}
