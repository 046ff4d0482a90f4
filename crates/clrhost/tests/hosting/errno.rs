//! A host may make system calls that fail: the application's `errno` is its own.

use crate::answers::assert_undisturbed;
use crate::child::Child;
use crate::scripted::Scripted;
use clrhost::{Application, Host, Timing};
use clrhost_testkit::fixture;

/// In the child: the host leaves another `errno` in every method. `Marshalled` checks its own.
fn run_disturbing(timing: Timing) -> i32 {
    let host = Scripted::new(|_| {
        // SAFETY: the location is valid for the life of the calling thread.
        unsafe { *libc::__errno_location() = libc::EDOM };
        Ok(())
    });
    let host = Host::builder().task_manager(host).timing(timing);
    host.run(Application::new(fixture("Marshalled"))).expect("it runs")
}

#[test]
fn a_host_that_changes_errno_is_not_noticed() {
    assert_undisturbed(&Child::new().run(|_| run_disturbing(Timing::Timed)), "Marshalled");
}

#[test]
fn a_host_that_changes_errno_is_not_noticed_without_times_either() {
    assert_undisturbed(&Child::new().run(|_| run_disturbing(Timing::Counted)), "Marshalled");
}
