//! A host of one's own: runs a .NET application and says which thread called which native function how often.
//!
//!     cargo run --example host -- APP.dll [ARGS...]

use clrhost::{Application, Host, HostResult, Target, Task, TaskManager, on_process_end};
use std::collections::BTreeMap;
use std::env;
use std::process;
use std::sync::Mutex;

/// Calls by thread and function. A static, because the application may end the process from any thread.
static CALLS: Mutex<BTreeMap<(u64, String), u64>> = Mutex::new(BTreeMap::new());

struct CallCounter;

impl TaskManager for CallCounter {
    /// Asked once per target; here, what the console writes is not of interest.
    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        Ok(target.description().symbol.as_deref() != Some("SystemNative_Write"))
    }

    /// Runs on the thread that makes the call, right before it.
    fn leave_runtime(&self, task: &Task, target: &Target) -> HostResult {
        let call = (task.os_thread_id(), target.description().method.clone());
        *CALLS.lock().unwrap().entry(call).or_default() += 1;
        Ok(())
    }
}

fn print_calls() {
    for ((thread, method), calls) in &*CALLS.lock().unwrap() {
        eprintln!("thread {thread} called {method} {calls} times");
    }
}

fn main() {
    let mut args = env::args_os().skip(1);
    let Some(app) = args.next() else {
        eprintln!("usage: host APP.dll [ARGS...]");
        process::exit(2);
    };
    // Also when the application calls Environment.Exit or dies.
    on_process_end(|_| print_calls()).expect("set once");
    let host = Host::builder().task_manager(CallCounter);
    let exit_code = host.run(Application::new(app).args(args)).unwrap_or_else(|error| {
        eprintln!("host: {error}");
        1
    });
    process::exit(exit_code);
}
