//! A runtime without an application: static methods, called from threads of the host's own.

use crate::child::Child;
use crate::recorder::{Call, Event, Recorder, check_contract, count, sequence, this_thread};
use crate::scripted::Scripted;
use clrhost::{Component, Error, Host, Hresult, Runtime, TargetKind};
use clrhost_testkit::{SIGABRT, fixture};
use std::sync::OnceLock;

const TYPE: &str = "Entries, Entries";

fn start(host: Host) -> Runtime {
    host.start(fixture("Entries").with_extension("runtimeconfig.json")).expect("it starts")
}

fn component(runtime: &Runtime, method: &str) -> Result<Component, Error> {
    runtime.component(&fixture("Entries"), TYPE, method)
}

/// The argument of `Entries.CallHost`, as C lays it out.
#[repr(C)]
struct Request {
    function: extern "C" fn(i32) -> i32,
    times: i32,
}

/// Has managed code call `function` with 0, 1, 2, ... and gives the sum of its answers.
fn call_host(component: Component, function: extern "C" fn(i32) -> i32, times: i32) -> i32 {
    let request = Request { function, times };
    let mut bytes = [0; size_of::<Request>()];
    // SAFETY: as many bytes as the request has; those behind its last field are padding that nobody reads.
    unsafe { std::ptr::copy_nonoverlapping((&raw const request).cast(), bytes.as_mut_ptr(), bytes.len()) };
    component.call(&mut bytes).expect("it is called")
}

#[test]
fn a_method_gets_bytes_and_gives_a_number() {
    let finished = Child::new().run(|_| {
        let runtime = start(Host::builder());
        let entry = component(&runtime, "Entry").expect("it is there");
        assert_eq!(entry.call(&mut [1, 2, 3, 250]).unwrap(), 256);
        assert_eq!(entry.call(&mut []).unwrap(), 0);
        let read = runtime.crossings().unwrap().snapshot();
        let target =
            read.snapshot.bound.iter().find(|(_, description)| description.method == "Entries.fx_add");
        let (id, description) = target.expect("it was called");
        assert_eq!(description.kind, TargetKind::PInvoke);
        assert_eq!(read.snapshot.targets.iter().find(|row| row.target == *id).unwrap().calls, 4);
        0
    });
    finished.assert_code(0);
}

#[test]
fn what_is_missing_is_named() {
    let finished = Child::new().run(|_| {
        let runtime = start(Host::builder());
        let entries = fixture("Entries");
        for (assembly, type_name, method) in [
            (entries.with_file_name("Missing.dll"), TYPE, "Entry"),
            (entries.clone(), "Missing, Entries", "Entry"),
            (entries.clone(), TYPE, "Missing"),
        ] {
            let error = runtime.component(&assembly, type_name, method).err().expect("it is missing");
            let message = error.to_string();
            assert!(matches!(error, Error::Engine(_)) && message.contains("Missing"), "{message}");
        }
        // None of that spoils anything.
        assert_eq!(component(&runtime, "Entry").unwrap().call(&mut [7]).unwrap(), 7);
        0
    });
    finished.assert_code(0);
}

#[test]
fn an_exception_that_leaves_the_method_ends_the_process() {
    let finished = Child::new().run(|_| {
        let throws = component(&start(Host::builder()), "Throws").expect("it is there");
        throws.call(&mut []).expect("not reached")
    });
    finished.assert_signal(SIGABRT);
    assert!(finished.stderr.contains("thrown from Entries.Throws"), "{finished}");
}

extern "C" fn square(x: i32) -> i32 {
    x * x
}

static ENTRY: OnceLock<Component> = OnceLock::new();

/// Native code that managed code calls, and that calls managed code.
extern "C" fn call_back_in(x: i32) -> i32 {
    ENTRY.get().expect("it was set").call(&mut [1, x as u8]).expect("it is called")
}

#[test]
fn managed_code_calls_a_function_of_the_hosts() {
    let finished = Child::new().run(|_| {
        let recorder = Recorder::default();
        let runtime = start(Host::builder().task_manager(recorder.clone()));
        assert_eq!(call_host(component(&runtime, "CallHost").unwrap(), square, 4), 14);
        let events = recorder.events();
        check_contract(&events);
        assert_eq!(count(&events, Call::Leave).get("HostFunction.Invoke"), Some(&4));
        assert_eq!(count(&events, Call::Enter).get("HostFunction.Invoke"), Some(&4));
        0
    });
    finished.assert_code(0);
}

#[test]
fn calls_nest_through_the_host() {
    let finished = Child::new().run(|_| {
        let recorder = Recorder::default();
        let runtime = start(Host::builder().task_manager(recorder.clone()));
        let _ = ENTRY.set(component(&runtime, "Entry").unwrap());
        assert_eq!(call_host(component(&runtime, "CallHost").unwrap(), call_back_in, 2), 3);
        let events = recorder.events();
        check_contract(&events);
        // Each of the two calls of Entry makes one P/Invoke for each of its two bytes.
        let call = [
            "L HostFunction.Invoke",
            "L Entries.fx_add",
            "E Entries.fx_add",
            "L Entries.fx_add",
            "E Entries.fx_add",
            "E HostFunction.Invoke",
        ];
        assert_eq!(sequence(&events, &["HostFunction.Invoke", "Entries.fx_add"]), call.repeat(2));
        // CallHost, and Entry twice: native code called three managed methods.
        assert!(callbacks_by(&events, this_thread()) >= 3);
        0
    });
    finished.assert_code(0);
}

fn callbacks_by(events: &[Event], thread: u64) -> usize {
    let entered = |event: &&Event| event.call == Call::ReverseEnter && event.thread == thread;
    events.iter().filter(entered).count()
}

#[test]
fn threads_call_at_the_same_time() {
    const THREADS: u64 = 4;
    const CALLS: u64 = 500;
    let finished = Child::new().run(|_| {
        let recorder = Recorder::default();
        let runtime = start(Host::builder().task_manager(recorder.clone()));
        let entry = component(&runtime, "Entry").expect("it is there");
        let ready = std::sync::Barrier::new(THREADS as usize);
        let work = || {
            ready.wait();
            for _ in 0..CALLS {
                assert_eq!(entry.call(&mut [1, 2]).unwrap(), 3);
            }
            this_thread()
        };
        let threads: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let events = recorder.events();
        check_contract(&events);
        assert_eq!(count(&events, Call::Leave)["Entries.fx_add"], THREADS * CALLS * 2);
        for thread in threads {
            let about = events.iter().filter(|event| event.task_thread == thread).collect::<Vec<_>>();
            assert_eq!(about.first().map(|event| event.call), Some(Call::TaskStarted));
            assert_eq!(about.last().map(|event| event.call), Some(Call::TaskEnded));
            assert_eq!(callbacks_by(&events, thread) as u64, CALLS);
        }
        0
    });
    finished.assert_code(0);
}

#[test]
fn a_shut_layer_finishes_the_call_and_refuses_later_ones() {
    let finished = Child::new().run(|_| {
        let host = Scripted::new(|scene| {
            let fails = scene.method == "LeaveRuntime" && scene.is_users();
            if fails { Err(Hresult::E_FAIL) } else { Ok(()) }
        });
        let runtime = start(Host::builder().task_manager(host));
        let entry = component(&runtime, "Entry").expect("it is there");
        assert_eq!(entry.call(&mut [1, 2, 3]).expect("the host fails in the middle"), 6);
        assert!(runtime.crossings().unwrap().is_shut());
        let later = [entry.call(&mut [1]).err(), component(&runtime, "Entry").err()];
        for error in later {
            let error = error.expect("the layer is shut");
            assert!(matches!(error, Error::NotAvailable));
            assert_eq!(error.hresult(), Some(Hresult::HOST_E_CLRNOTAVAILABLE));
        }
        0
    });
    let told = "clrhost: the host answered E_FAIL in LeaveRuntime";
    assert!(finished.assert_code(0).stderr.contains(told), "{finished}");
}
