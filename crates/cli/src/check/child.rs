//! In the child: loads the host, runs one script, writes what came of it.

use clrhost::Hresult;
use clrhost_conformance::{
    Finding, HostUnderTest, RULES, Rule, SAME_TASK, STARTS_WHEN_TOLD, Settings, judge, make_valid, parse,
    run as simulate,
};
use mscoree::{CREATE_HOST_CONTROL, CreateHostControl, Managers, Remark, managers_of, remarks};
use serde_json::json;
use std::ffi::CStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Runs the script on standard input. Does not return where threads are stuck: the process ends here.
pub fn run(host: &Path, into: &Path, patience: Duration) -> i32 {
    let Ok(result) = File::options().append(true).open(into) else { return crate::exit_code::FAILURE };
    let write = |mut result: &File, record: serde_json::Value| {
        // In one piece, so that nothing is lost if the process ends at the next instruction.
        let _ = result.write_all(format!("{record}\n").as_bytes());
    };
    let mut text = String::new();
    let script = match std::io::stdin().read_to_string(&mut text).map(|_| parse(&text)) {
        Ok(Ok(steps)) => make_valid(&steps),
        _ => return crate::exit_code::FAILURE,
    };
    let managers = match load(host) {
        Ok(managers) => managers,
        Err(trouble) => {
            write(&result, json!({ "trouble": trouble }));
            return crate::exit_code::FAILURE;
        }
    };
    let tasks = managers.tasks.unwrap_or_else(|| Box::new(Nothing));
    let result = Arc::new(Mutex::new(result));
    let trail = result.clone();
    let settings = Settings {
        patience,
        trail: Some(Arc::new(move |call| {
            if let Ok(result) = trail.lock() {
                write(&result, json!({ "call": call.question() }));
            }
        })),
        ..Settings::default()
    };
    let record = simulate(&script, HostUnderTest { tasks, gc: managers.gc }, &settings);
    let mut findings = judge(&script, &record);
    findings.extend(remarks().into_iter().map(finding));
    findings.sort_by_key(|finding| RULES.iter().position(|rule| rule.id == finding.rule));
    findings.dedup_by_key(|finding| finding.rule);
    let outcome = json!({
        "findings": findings
            .iter()
            .map(|finding| json!({ "rule": finding.rule, "what": finding.what }))
            .collect::<Vec<_>>(),
        "calls": record.calls.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "stuck": !record.stuck.is_empty(),
    });
    if let Ok(result) = result.lock() {
        write(&result, json!({ "outcome": outcome }));
    }
    // Neither the host's destructors nor its threads are part of the check.
    // SAFETY: it has no precondition; nothing of ours is left to be done.
    unsafe { libc::_exit(0) }
}

/// A host that has a GC manager alone.
struct Nothing;

impl clrhost::TaskManager for Nothing {}

fn load(host: &Path) -> Result<Managers, String> {
    let path = std::ffi::CString::new(host.as_os_str().as_bytes())
        .map_err(|_| format!("{} is no path", host.display()))?;
    // SAFETY: the path ends with a zero. What the library does when it is loaded is its own affair: this process is there
    // for it.
    let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if library.is_null() {
        return Err(format!("cannot load the host: {}", loader_error()));
    }
    // SAFETY: the library stays loaded; the name ends with a zero.
    let create = unsafe { libc::dlsym(library, CREATE_HOST_CONTROL.as_ptr()) };
    if create.is_null() {
        return Err(format!(
            "{} exports no {}, which makes its IHostControl; include/clrhost_check.h declares it",
            host.display(),
            CREATE_HOST_CONTROL.to_string_lossy()
        ));
    }
    // SAFETY: the library exports the function under the name that stands for this type.
    let create = unsafe { std::mem::transmute::<*mut libc::c_void, CreateHostControl>(create) };
    // SAFETY: as above; the library is never closed.
    let managers = unsafe { managers_of(create) }.map_err(|hresult| match hresult {
        Hresult::E_POINTER => "the host gave no IHostControl".to_owned(),
        hresult => format!("the host does not want to be checked: {hresult}"),
    })?;
    if managers.tasks.is_none() && managers.gc.is_none() {
        return Err(
            "the host has neither an IHostTaskManager nor an IHostGCManager: there is nothing to check"
                .to_owned(),
        );
    }
    Ok(managers)
}

fn loader_error() -> String {
    // SAFETY: gives null or a text that stays until the next call of the loader on this thread.
    unsafe {
        let error = libc::dlerror();
        if error.is_null() {
            "the loader does not say why".to_owned()
        } else {
            CStr::from_ptr(error).to_string_lossy().into_owned()
        }
    }
}

fn finding(remark: Remark) -> Finding {
    let (rule, what): (Rule, &str) = match remark {
        Remark::OtherTask => (
            SAME_TASK,
            "on a thread that CreateTask made, GetCurrentTask gave another task than CreateTask had",
        ),
        Remark::RanBeforeStart => {
            (STARTS_WHEN_TOLD, "the start routine ran before IHostTask::Start was called")
        }
        Remark::RanAgain => (STARTS_WHEN_TOLD, "the start routine ran a second time"),
    };
    Finding { rule: rule.id, what: what.to_owned() }
}
