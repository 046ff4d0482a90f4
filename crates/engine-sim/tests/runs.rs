//! What a host sees of a script.

use clrhost::Tasks;
use clrhost_boundary::{GcManager, HostResult, Hresult, Target, Task, TaskManager, TaskRequest, WaitOption};
use clrhost_engine_sim::{
    Answer, EngineFault, HostUnderTest, Lapse, Op, Record, Settings, Shape, Step, TaskNumber, make_valid,
    parse, random_script, run,
};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

fn run_text(text: &str, host: impl TaskManager + 'static) -> Record {
    let script = make_valid(&parse(text).expect("a script"));
    run(&script, of(host), &Settings { patience: Duration::from_millis(300), ..Settings::default() })
}

fn of(host: impl TaskManager + 'static) -> HostUnderTest {
    HostUnderTest { tasks: Box::new(host), gc: None }
}

/// The calls as `task: Method(argument)`, without those about targets as such.
fn calls(record: &Record) -> Vec<String> {
    let told = record.calls.iter().filter(|call| call.method != "CallNeedsHostHook");
    told.map(|call| format!("{}: {}({})", call.task, call.method, call.argument)).collect()
}

/// Answers `S_OK` where it is asked, and leaves the rest to the runtime.
struct Willing;
impl TaskManager for Willing {}

#[test]
fn the_documentations_example_is_told_as_documented() {
    let record = run_text(
        "1: reverse-enter m
         1: leave a
         1: reverse-enter n
         1: leave b",
        Willing,
    );
    let expected = [
        "1: SetCLRTask()",
        "1: ReverseEnterRuntime(m)",
        "1: LeaveRuntime(a)",
        "1: ReverseEnterRuntime(n)",
        "1: LeaveRuntime(b)",
        "1: EnterRuntime(b)",
        "1: ReverseLeaveRuntime(n)",
        "1: EnterRuntime(a)",
        "1: ReverseLeaveRuntime(m)",
        "1: ExitTask()",
    ];
    assert_eq!(calls(&record), expected);
}

#[test]
fn who_comes_back_to_managed_code_during_a_collection_blocks() {
    struct Collecting;
    impl GcManager for Collecting {}
    let script = parse(
        "1: reverse-enter m\n1: leave a\n2: reverse-enter m\n2: suspend\n1: enter\n3: reverse-enter m\n2: resume 0",
    );
    let host = HostUnderTest { gc: Some(Box::new(Collecting)), ..of(Willing) };
    let record = run(&make_valid(&script.expect("a script")), host, &Settings::default());
    let calls = calls(&record);
    let starts = calls.iter().position(|call| call.contains("SuspensionStarting")).expect("it is told");
    let expected = [
        "2: SuspensionStarting()",
        "1: EnterRuntime(a)",
        "1: ThreadIsBlockingForSuspension()",
        "3: SetCLRTask()",
        "3: ReverseEnterRuntime(m)",
        "3: ThreadIsBlockingForSuspension()",
        "2: SuspensionEnding(0)",
    ];
    assert_eq!(calls[starts..starts + expected.len()], expected);
}

#[test]
fn a_thread_is_made_by_the_host_and_its_body_is_a_callback() {
    struct Maker;
    impl TaskManager for Maker {
        fn create_task(&self, request: TaskRequest) -> HostResult {
            std::thread::spawn(move || request.run());
            Ok(())
        }
    }
    let record = run_text("1: reverse-enter m\n1: new 2\n2: leave a\n1: reverse-leave", Maker);
    let of_two: Vec<String> = calls(&record).into_iter().filter(|call| call.starts_with("2:")).collect();
    let expected = [
        "2: SetCLRTask()",
        "2: ReverseEnterRuntime(thread)",
        "2: LeaveRuntime(a)",
        "2: EnterRuntime(a)",
        "2: ReverseLeaveRuntime(thread)",
        "2: ExitTask()",
    ];
    assert_eq!(of_two, expected);
    assert_eq!(record.lapses, []);
}

#[test]
fn a_thread_that_the_host_never_runs_is_noticed() {
    struct Dropping;
    impl TaskManager for Dropping {
        fn create_task(&self, _: TaskRequest) -> HostResult {
            Ok(())
        }
    }
    let record = run_text("1: reverse-enter m\n1: new 2\n2: leave a", Dropping);
    assert_eq!(record.lapses, [Lapse::ThreadDropped(TaskNumber(2))]);
    assert_eq!((record.stuck.len(), record.skipped), (0, 3), "the steps of task 2 are left out");

    struct Inline;
    impl TaskManager for Inline {
        fn create_task(&self, request: TaskRequest) -> HostResult {
            request.run();
            Ok(())
        }
    }
    let record = run_text("1: reverse-enter m\n1: new 2", Inline);
    assert_eq!(record.lapses, [Lapse::ThreadShared(TaskNumber(2))]);

    struct Small;
    impl TaskManager for Small {
        fn create_task(&self, request: TaskRequest) -> HostResult {
            let thread = std::thread::Builder::new().stack_size(256 << 10);
            thread.spawn(move || request.run()).map(drop).map_err(|_| Hresult::E_OUTOFMEMORY)
        }
    }
    let record = run_text("1: reverse-enter m\n1: new 2", Small);
    assert!(
        matches!(record.lapses[..], [Lapse::StackTooSmall { asked: 0x10_0000, .. }]),
        "{:?}",
        record.lapses
    );
}

#[test]
fn a_task_that_waits_in_the_host_lets_others_go_on() {
    /// Only one task in managed code.
    #[derive(Default)]
    struct OneSlot {
        taken: Mutex<bool>,
        free: Condvar,
    }
    impl TaskManager for OneSlot {
        fn reverse_enter_runtime(&self, _: &Task, _: &Target) -> HostResult {
            let taken = self.taken.lock().unwrap();
            *self.free.wait_while(taken, |taken| *taken).unwrap() = true;
            Ok(())
        }
        fn reverse_leave_runtime(&self, _: &Task, _: &Target) -> HostResult {
            *self.taken.lock().unwrap() = false;
            self.free.notify_one();
            Ok(())
        }
    }
    let script = "1: reverse-enter m
                  2: reverse-enter n
                  2: set-locale 1033
                  1: set-locale 1031
                  1: reverse-leave";
    let record = run_text(script, OneSlot::default());
    assert_eq!(record.stuck, []);
    let locales: Vec<String> = calls(&record).into_iter().filter(|call| call.contains("SetLocale")).collect();
    assert_eq!(locales, ["1: SetLocale(1031)", "2: SetLocale(1033)"]);

    /// As before, but it forgets to give the slot back.
    #[derive(Default)]
    struct Forgets(OneSlot);
    impl TaskManager for Forgets {
        fn reverse_enter_runtime(&self, task: &Task, target: &Target) -> HostResult {
            self.0.reverse_enter_runtime(task, target)
        }
    }
    let record = run_text(script, Forgets::default());
    let [stuck] = &record.stuck[..] else { panic!("{:?}", record.stuck) };
    assert_eq!(
        (stuck.step.to_string().as_str(), stuck.inside),
        ("2: reverse-enter n", Some("ReverseEnterRuntime"))
    );
}

#[test]
fn an_abort_ends_the_innermost_method_and_wakes_a_sleep() {
    struct Sleeper {
        alerted: Mutex<bool>,
        woken: Condvar,
    }
    impl TaskManager for Sleeper {
        fn sleep(&self, _: &Task, _: Option<u32>, option: WaitOption) -> HostResult {
            assert!(option.is_alertable());
            let alerted = self.alerted.lock().unwrap();
            *self.woken.wait_while(alerted, |alerted| !*alerted).unwrap() = false;
            Err(Hresult::HOST_E_INTERRUPTED)
        }
        fn alert(&self, _: &Task) -> HostResult {
            *self.alerted.lock().unwrap() = true;
            self.woken.notify_all();
            Ok(())
        }
    }
    let script = "1: reverse-enter m
                  1: leave a
                  1: reverse-enter n
                  1: sleep forever alertable
                  runtime: abort 1
                  1: set-locale 1033
                  1: leave b
                  1: enter
                  1: reverse-leave
                  1: enter
                  1: set-locale 1036";
    let record = run_text(script, Sleeper { alerted: Mutex::new(false), woken: Condvar::new() });
    let expected = [
        "1: SetCLRTask()",
        "1: ReverseEnterRuntime(m)",
        "1: LeaveRuntime(a)",
        "1: ReverseEnterRuntime(n)",
        "1: Sleep(INFINITE, WAIT_ALERTABLE)",
        "runtime: Alert(task 1)",
        "1: ReverseLeaveRuntime(n)",
        "1: EnterRuntime(a)",
        "1: SetLocale(1036)",
        "1: ReverseLeaveRuntime(m)",
        "1: ExitTask()",
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(record.skipped, 4);
}

#[test]
fn a_host_that_answers_e_fail_is_not_called_again_and_the_script_goes_on() {
    struct Fails;
    impl TaskManager for Fails {
        fn leave_runtime(&self, _: &Task, _: &Target) -> HostResult {
            Err(Hresult::E_FAIL)
        }
    }
    let record = run_text("1: reverse-enter m\n1: leave a\n1: enter\n1: leave b", Fails);
    assert!(record.is_shut);
    assert_eq!(calls(&record).last().map(String::as_str), Some("1: LeaveRuntime(a)"));
    assert_eq!((record.stuck.len(), record.skipped), (0, 0));
}

#[test]
fn a_willing_host_brings_every_random_script_to_its_end_in_the_same_way() {
    let settings = Settings::default();
    for seed in 0..30 {
        let script = random_script(seed, Shape::default());
        let record = run(&script, of(Willing), &settings);
        assert_eq!(record.stuck, [], "seed {seed}");
        assert!(record.calls.iter().all(|call| call.answer.is_some()), "seed {seed}");
        let refused = |answer: Option<Answer>| answer.is_some_and(|answer| !answer.is_ok());
        let unexpected = record.calls.iter().find(|call| {
            refused(call.answer) && call.answer.map(Answer::hresult) != Some(Hresult::E_NOTIMPL)
        });
        assert!(unexpected.is_none(), "seed {seed}: {unexpected:?}");
        let again = run(&script, of(Willing), &settings);
        // Sleeps of the runtime's own end when their time is over, beside other steps.
        if !script.iter().any(|step: &Step| matches!(step.op, Op::Sleep { .. })) {
            assert_eq!(calls(&again), calls(&record), "seed {seed}");
        }
    }
}

#[test]
fn what_a_host_asks_of_the_runtime_is_written_down_and_can_be_made_to_fail() {
    /// Aborts the other task whenever it leaves, and attaches a thread of its own.
    struct Asking;
    impl TaskManager for Asking {
        fn leave_runtime(&self, task: &Task, _: &Target) -> HostResult {
            let tasks = Tasks::of_process().expect("there is a runtime");
            let other = tasks.live().into_iter().find(|live| live.id() != task.id());
            if let Some(other) = other {
                // What it answers is looked at in the record.
                let _ = tasks.abort(&other);
            }
            std::thread::spawn(move || drop(tasks.attach())).join().expect("attached");
            Ok(())
        }
    }
    let script = "1: reverse-enter m
                  2: reverse-enter m
                  1: leave a
                  1: enter
                  1: leave a
                  1: enter
                  1: leave a
                  2: set-locale 1033";
    let fault = |method, nth, hresult| EngineFault { method, nth, hresult };
    let faults = vec![
        fault("Abort", 1, Hresult::E_OUTOFMEMORY),
        fault("CreateTask", 2, Hresult::HOST_E_CLRNOTAVAILABLE),
    ];
    let settings = Settings { faults, ..Settings::default() };
    let record = run(&make_valid(&parse(script).unwrap()), of(Asking), &settings);
    assert!(
        record
            .engine_calls
            .iter()
            .all(|call| call.method == "CreateTask" || call.inside == Some("LeaveRuntime"))
    );
    let answers = |method: &str| -> Vec<HostResult> {
        let calls = record.engine_calls.iter().filter(|call| call.method == method);
        calls.map(|call| call.answer).collect()
    };
    // The third request finds the second one still open: the task takes it at its next step.
    assert_eq!(answers("Abort"), [Err(Hresult::E_OUTOFMEMORY), Ok(())]);
    assert_eq!(answers("CreateTask"), [Ok(()), Err(Hresult::HOST_E_CLRNOTAVAILABLE), Ok(())]);
    assert!(!calls(&record).iter().any(|call| call.contains("SetLocale")), "the abort came first");
}
