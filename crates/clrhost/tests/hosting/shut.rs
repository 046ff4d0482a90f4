//! Hosts that answer `E_FAIL` or panic: the hosting layer shuts, says so, and the application goes on.

use crate::answers::assert_undisturbed;
use crate::child::Child;
use crate::recorder::this_thread;
use crate::scripted::{METHODS, Scripted};
use clrhost::{Application, Crossings, Host, Hresult};
use clrhost_testkit::{Finished, fixture};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

/// Threads of this application end before it does, and they come in by reverse calls: so it leads to every method.
const APPLICATION: &str = "NativeThreads";

const PANIC: &str = "lost my scheduler";

static CROSSINGS: OnceLock<Crossings> = OnceLock::new();

/// What became of the host.
#[derive(Default)]
struct Fate {
    /// The thread on which it failed.
    failed_on: Option<u64>,
    /// How often it was called after that on the same thread, and on others once the layer was shut.
    called_after: BTreeMap<u64, u64>,
}

/// In the child: runs the application under a host that fails in this method, the first time it is called about a
/// function of the application's, or at all where the method is not about functions.
fn run_failing(method: &str, panics: bool) -> i32 {
    let fate = Arc::new(Mutex::new(Fate::default()));
    let (method, state) = (method.to_owned(), Arc::clone(&fate));
    let wanted = method.clone();
    let host = Scripted::new(move |scene| {
        let mut fate = state.lock().unwrap();
        if let Some(failed_on) = fate.failed_on {
            // While a panic is on its way to the layer, other threads go on.
            if failed_on == this_thread() || CROSSINGS.get().is_some_and(Crossings::is_shut) {
                *fate.called_after.entry(this_thread()).or_default() += 1;
            }
            return Ok(());
        }
        if scene.method != wanted || !(scene.target.is_none() || scene.is_users()) {
            return Ok(());
        }
        fate.failed_on = Some(this_thread());
        drop(fate);
        if panics { panic!("{PANIC}") } else { Err(Hresult::E_FAIL) }
    });
    let application = Application::new(fixture(APPLICATION));
    let prepared = Host::builder().task_manager(host).prepare(application).expect("it is prepared");
    let crossings = *CROSSINGS.get_or_init(|| prepared.crossings().unwrap());
    let code = prepared.run().expect("the application goes on");

    assert!(crossings.is_shut());
    let host = crossings.snapshot().host.unwrap();
    assert_eq!((host.shut, host.failures), (true, 1));
    assert_eq!((host.kept[0].method, host.kept[0].hresult), (method.as_str(), Hresult::E_FAIL));
    assert_eq!(host.kept[0].panic.as_deref(), panics.then_some(PANIC));
    let fate = fate.lock().unwrap();
    let failed_on = fate.failed_on.expect("the method was called");
    // Another thread may have been about to call when the layer shut.
    let only_others = |(thread, calls): (&u64, &u64)| *thread != failed_on && *calls == 1;
    assert!(fate.called_after.iter().all(only_others), "{failed_on} failed, then {:?}", fate.called_after);
    code
}

/// In the parent: the application did not notice, and the person at the terminal was told once.
#[track_caller]
fn assert_told(finished: &Finished, message: &str) {
    assert_undisturbed(finished, APPLICATION);
    let told = finished.stderr.lines().filter(|line| line.starts_with("clrhost: ")).collect::<Vec<_>>();
    assert_eq!(told, [message], "{finished}");
}

#[test]
fn e_fail_in_any_method_shuts_the_layer_and_the_application_goes_on() {
    for method in METHODS {
        let finished = Child::new().argument(method).run(|method| run_failing(method, false));
        let told = format!(
            "clrhost: the host answered E_FAIL in {method}; the hosting layer is shut, the application goes on"
        );
        assert_told(&finished, &told);
    }
}

#[test]
fn a_panic_in_any_method_shuts_the_layer_and_the_application_goes_on() {
    for method in METHODS {
        let finished = Child::new().argument(method).run(|method| run_failing(method, true));
        let told = format!(
            "clrhost: the host panicked in {method}: {PANIC}; the hosting layer is shut, the application goes on"
        );
        assert_told(&finished, &told);
    }
}
