//! Aborting tasks: where it works, and what is answered where it does not.

use crate::child::{Child, facts, tell};
use clrhost::{Host, HostResult, Hresult, Runtime, Target, Task, TaskManager, TaskType, Tasks};
use clrhost_testkit::{Finished, dotnet_version, fixture, needs};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

struct Silent;

impl TaskManager for Silent {
    fn call_needs_host_hook(&self, _: &Target) -> HostResult<bool> {
        Ok(false)
    }
}

/// Hears of all calls.
struct Hooking;

impl TaskManager for Hooking {}

fn start(host: impl TaskManager + 'static, name: &str) -> Runtime {
    let config = fixture(name).with_extension("runtimeconfig.json");
    Host::builder().task_manager(host).start(config).expect("the runtime starts")
}

/// The task of this name, as soon as there is one.
fn wait_for(tasks: Tasks, name: &str) -> Arc<Task> {
    for _ in 0..500 {
        if let Some(task) = tasks.live().into_iter().find(|task| task.name().as_deref() == Some(name)) {
            return task;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("no task is called {name}");
}

fn code(result: HostResult) -> i32 {
    result.map_or_else(|hresult| hresult.0, |()| 0)
}

/// In the child: aborts the victim while it does this.
fn abort_victim(kind: &str) -> i32 {
    let runtime = start(Silent, "Aborted");
    let tasks = runtime.tasks().expect("it is hooked");
    let aborter = thread::spawn(move || {
        let victim = wait_for(tasks, "victim");
        // So that it does what it is to be aborted in.
        thread::sleep(Duration::from_millis(250));
        let first = code(tasks.abort(&victim));
        let second = code(tasks.abort(&victim));
        (victim, first, second)
    });
    let result = runtime.execute(&fixture("Aborted"), "Aborted", "Run", Some(kind));
    let (victim, first, second) = aborter.join().expect("no assertion failed");
    // Its thread may take a moment to end.
    let ended = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(10));
        tasks.abort(&victim) == Err(Hresult::HOST_E_INVALIDOPERATION)
    });
    tell(&json!({ "first": first, "second": second, "ended": ended }));
    result.expect("the process goes on")
}

/// In the parent.
#[track_caller]
fn assert_aborted(finished: &Finished) {
    finished.assert_code(0);
    let told = facts(finished);
    assert_eq!(told["first"], 0, "{finished}");
    // The first may be over already.
    assert!(
        [0, 1, Hresult::HOST_E_INVALIDOPERATION.0].iter().any(|code| told["second"] == *code),
        "{finished}"
    );
    assert_eq!(told["ended"], true, "{finished}");
}

#[test]
fn a_managed_loop_is_aborted() {
    needs!(Aborts);
    assert_aborted(&Child::new().run(|_| abort_victim("loop")));
}

#[test]
fn a_sleep_is_aborted() {
    needs!(Aborts);
    assert_aborted(&Child::new().run(|_| abort_victim("sleep")));
}

#[test]
fn a_wait_for_a_lock_is_aborted() {
    needs!(Aborts);
    assert_aborted(&Child::new().run(|_| abort_victim("lock")));
}

#[test]
fn a_wait_handle_is_aborted() {
    needs!(Aborts);
    assert_aborted(&Child::new().run(|_| abort_victim("wait")));
}

#[test]
fn a_monitor_wait_is_aborted() {
    needs!(Aborts);
    assert_aborted(&Child::new().run(|_| abort_victim("monitor")));
}

#[test]
fn native_code_is_aborted_on_return() {
    needs!(Aborts);
    assert_aborted(&Child::new().run(|_| abort_victim("native")));
}

#[test]
fn a_wait_in_a_handler_goes_on_and_the_abort_comes_after_it() {
    needs!(Aborts);
    let finished = Child::new().run(|_| abort_victim("handler"));
    assert_aborted(&finished);
    assert!(finished.stdout.contains("handler_done=True"), "{finished}");
}

#[test]
fn a_wait_for_finalizers_is_aborted() {
    needs!(Aborts);
    assert_aborted(&Child::new().run(|_| abort_victim("finalizers")));
}

/// In the child: aborts every victim there is, until the fixture is done.
fn abort_all(host: impl TaskManager + 'static, kind: &str) -> i32 {
    abort_and_tell(host, kind, |aborts| json!({ "aborts": aborts }))
}

fn abort_and_tell(host: impl TaskManager + 'static, kind: &str, facts: impl Fn(usize) -> Value) -> i32 {
    let runtime = start(host, "Aborted");
    let tasks = runtime.tasks().expect("it is hooked");
    let over = Arc::new(AtomicBool::new(false));
    let own = over.clone();
    let aborter = thread::spawn(move || {
        let mut aborts = 0;
        while !own.load(Ordering::Relaxed) {
            let victims = tasks.live().into_iter().filter(|task| task.name().as_deref() == Some("victim"));
            aborts += victims.filter(|victim| tasks.abort(victim).is_ok()).count();
            thread::sleep(Duration::from_millis(1));
        }
        aborts
    });
    let code = runtime.execute(&fixture("Aborted"), "Aborted", "Run", Some(kind));
    over.store(true, Ordering::Relaxed);
    tell(&facts(aborter.join().expect("no assertion failed")));
    code.expect("the process goes on")
}

fn child_of_many() -> Child {
    Child::new().time_limit(Duration::from_secs(200))
}

/// In the parent: what only an abort ends was aborted, all of it.
#[track_caller]
fn assert_all_aborted(finished: &Finished) {
    finished.assert_code(0);
    assert!(facts(finished)["aborts"].as_u64() >= Some(320), "{finished}");
}

/// The runtime signals a thread that it aborts, and the signal must not go to one that has ended meanwhile.
#[test]
fn threads_that_end_while_they_are_aborted_end() {
    needs!(Aborts);
    let finished = child_of_many().run(|_| abort_all(Silent, "ending"));
    finished.assert_code(0);
    assert!(facts(&finished)["aborts"].as_u64() > Some(50), "{finished}");
}

/// The runtime would end the process if it were handed an abort while the thread is in one of its small methods.
#[test]
fn threads_that_call_native_code_are_aborted_there() {
    needs!(Aborts);
    assert_all_aborted(&child_of_many().run(|_| abort_all(Hooking, "calling")));
}

/// Such threads come by no call of native code.
#[test]
fn threads_that_compute_are_aborted() {
    needs!(Aborts);
    assert_all_aborted(&child_of_many().run(|_| abort_all(Hooking, "computing")));
}

/// Such threads come by no call of native code that we are told of.
#[test]
fn threads_that_call_untold_native_code_are_aborted() {
    needs!(Aborts);
    assert_all_aborted(&child_of_many().run(|_| abort_all(Hooking, "yielding")));
}

/// The runtime compiles a method outside of managed code, but looks for no abort before it goes there.
#[test]
fn threads_that_have_code_compiled_are_aborted() {
    needs!(Aborts);
    assert_all_aborted(&child_of_many().run(|_| abort_all(Hooking, "compiling")));
}

/// What the victims were given by the class library's `malloc` and have not given back.
#[derive(Clone, Default)]
struct Given(Arc<AtomicI64>);

impl TaskManager for Given {
    fn leave_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.count(task, target, "SystemNative_Free", -1)
    }

    fn enter_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.count(task, target, "SystemNative_Malloc", 1)
    }
}

impl Given {
    fn count(&self, task: &Task, target: &Target, symbol: &str, by: i64) -> HostResult {
        if target.description().symbol.as_deref() == Some(symbol) && task.name().as_deref() == Some("victim")
        {
            self.0.fetch_add(by, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Thrown as `malloc` returns an abort would lose what it gives.
#[test]
fn threads_are_not_aborted_where_they_are_given_memory() {
    needs!(Aborts);
    let finished = child_of_many().run(|_| {
        let given = Given::default();
        let lost = given.0.clone();
        abort_and_tell(
            given,
            "allocating",
            |aborts| json!({ "aborts": aborts, "lost": lost.load(Ordering::Relaxed) }),
        )
    });
    assert_all_aborted(&finished);
    let told = facts(&finished);
    // The runtime itself interrupts a thread wherever it is, but seldom just there.
    assert!(told["lost"].as_i64().expect("it was told") <= 8, "{finished}");
}

#[test]
fn a_critical_region_is_not_aborted() {
    needs!(Aborts);
    let finished = Child::new().run(|_| abort_victim("region"));
    assert_aborted(&finished);
    assert!(finished.stdout.contains("region_done=True"), "{finished}");
}

/// What can be answered without aborting anything.
#[test]
fn what_cannot_be_aborted_says_so() {
    needs!(Aborts);
    let finished = Child::new().run(|_| {
        let runtime = start(Silent, "Kinds");
        let tasks = runtime.tasks().expect("it is hooked");
        let ran = runtime.execute(&fixture("Kinds"), "Kinds", "Run", None);
        assert_eq!(ran, Ok(0));
        let finalizer = tasks.live().into_iter().find(|task| task.task_type() == TaskType::Finalizer);
        let finalizer = finalizer.expect("it is a task");
        assert_eq!(tasks.abort(&finalizer), Err(Hresult::HOST_E_INVALIDOPERATION));
        assert_eq!(tasks.needs_priority_scheduling(&finalizer), Ok(true));
        let own = tasks.current().unwrap().expect("this thread executed a method");
        assert_eq!(tasks.yield_task(&own), Err(Hresult::HOST_E_INVALIDOPERATION));
        assert!(tasks.allocated_bytes(&own).unwrap() > 0);
        assert!(tasks.allocated_bytes(&finalizer).is_ok());
        assert_eq!(tasks.locks_held(&own), Ok(0));
        // Of itself: held until the thread is in managed code again.
        assert_eq!(tasks.begin_prevent_async_abort(&own), Ok(()));
        assert_eq!(tasks.abort(&own), Ok(()));
        assert_eq!(tasks.abort(&own), Err(Hresult::S_FALSE));
        assert_eq!(tasks.end_prevent_async_abort(&own), Ok(()));
        assert_eq!(tasks.end_prevent_async_abort(&own), Err(Hresult::E_UNEXPECTED));
        let looped = runtime.execute(&fixture("Everything"), "Everything", "Loop", None);
        assert_eq!(looped, Err(Hresult::COR_E_THREADABORTED));
        assert_eq!(runtime.execute(&fixture("Everything"), "Everything", "Length", Some("four")), Ok(4));
        0
    });
    finished.assert_code(0);
}

/// A request that would end the process is refused, and the process goes on.
#[test]
fn where_nothing_can_be_aborted_a_host_is_told_so() {
    if (7..=8).contains(&dotnet_version().0) {
        // What they do instead is what the other tests are about.
        return;
    }
    let finished = Child::new().run(|_| {
        let runtime = start(Silent, "Aborted");
        let tasks = runtime.tasks().expect("it is hooked");
        let task = tasks.attach().expect("a task of this thread's");
        assert_eq!(tasks.abort(&task), Err(Hresult::E_NOTIMPL));
        assert_eq!(runtime.execute(&fixture("Everything"), "Everything", "Length", Some("four")), Ok(4));
        0
    });
    finished.assert_code(0);
}
