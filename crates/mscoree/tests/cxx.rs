//! The library as hosts in C and C++ use it: programs in `tests/cxx`, compiled against the headers and run.

mod programs;

use clrhost_testkit::{fixture, sample, workspace_root};
use programs::{Compiler, Program, hresult};
use std::time::Duration;

#[test]
fn runtimes_are_found_and_named() {
    Program::cxx("finding").arg(fixture("Everything")).passes();
}

#[test]
fn a_host_lives_its_life() {
    Program::cxx("hosting").arg(fixture("Everything")).passes();
}

#[test]
fn a_sloppy_host_works() {
    Program::cxx("sloppy").arg(fixture("Everything")).passes();
}

/// With every compiler and standard, and with wide characters of 16 bits.
#[test]
fn the_headers_serve_every_dialect() {
    for compiler in Compiler::installed() {
        for options in [&["-std=c++17"][..], &["-std=c++20"], &["-std=c++17", "-fshort-wchar"]] {
            Program::with("hosting", compiler, options).arg(fixture("Everything")).passes();
        }
    }
}

/// `docs/embedding-c.md` has the program of `examples/embedding-c`, and it works.
#[test]
fn the_program_of_the_guide_works() {
    let source = std::fs::read_to_string(workspace_root().join("examples/embedding-c/host.c")).unwrap();
    let guide = std::fs::read_to_string(workspace_root().join("docs/embedding-c.md")).unwrap();
    assert!(
        guide.contains(&source),
        "docs/embedding-c.md shows another program than examples/embedding-c/host.c"
    );
    let host = || Program::c("examples/embedding-c/host.c");
    let output = host().arg(fixture("Everything")).args(&["Everything", "Length", "four"]).succeeds();
    assert_eq!(output.trim(), "Length gave 4");
    let failed = host().arg(fixture("Everything")).args(&["Everything", "Nothing", "x"]).run();
    assert_eq!(failed.code, Some(1));
    assert!(failed.stderr.contains("0x80131513"), "{}", failed.stderr);
}

#[test]
fn the_cooperative_host_keeps_its_rule_and_aborts_runaways() {
    for kind in ["cpu", "io"] {
        let host = Program::sources(&["main.cpp", "scheduler.cpp"], "examples/cooperative-cpp");
        let host = host.time_limit(Duration::from_secs(120));
        let output = host.arg(sample("load")).args(&[kind, "40", "2", "1", "2"]).succeeds();
        let value = |key: &str| {
            let found = output.split_whitespace().find_map(|word| word.strip_prefix(key));
            found.unwrap_or_else(|| panic!("no {key} in {output}")).parse::<u64>().unwrap()
        };
        assert_eq!(value("violations="), 0, "{output}");
        assert!((1..=2).contains(&value("most_at_once=")), "{output}");
        // On a busy machine others may exceed their time too.
        assert!(value("aborts=") >= 2, "{output}");
        assert_eq!(value("finally_blocks="), 2, "{output}");
        assert!(value("crossings=") > 100, "{output}");
    }
}

/// Each answer that the contract names, from each notification: what the application sees, and that nothing crashes.
mod answers {
    use super::*;

    const S_FALSE: u32 = 1;
    const E_FAIL: u32 = 0x8000_4005;
    const OTHERS: [u32; 4] = [0x8007_000E, 0x8013_1024, 0x8013_1026, NOT_AVAILABLE];
    const NOT_AVAILABLE: u32 = 0x8013_1023;
    const NO_RUNTIME: u32 = 0x8013_1700;

    /// What came of a run in which `method` answered `answer`.
    struct Outcome {
        output: String,
        method: &'static str,
        answer: u32,
    }

    impl Outcome {
        fn of(method: &'static str, answer: u32) -> Outcome {
            let program = Program::cxx("answers").arg(fixture("Everything"));
            let output = program.args(&[method, &format!("{answer:08X}")]).succeeds();
            Outcome { output, method, answer }
        }

        fn value(&self, key: &str) -> Option<u32> {
            let line = self.output.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
            Some(u32::from_str_radix(line, 16).expect("a number"))
        }

        /// Steps of the application that did not end well.
        fn failed_steps(&self) -> Vec<&str> {
            let steps = self.output.lines().filter_map(|line| line.strip_prefix("step "));
            steps.filter(|step| !step.ends_with(" ok")).collect()
        }

        #[track_caller]
        fn assert_execute(&self, expected: u32) {
            let Outcome { method, answer, output } = self;
            assert_eq!(
                self.value("Execute"),
                Some(expected),
                "{method} answered {}: {output}",
                hresult(*answer)
            );
        }

        /// After a catastrophe every call answers that the runtime is not available.
        #[track_caller]
        fn assert_shut(&self) {
            let after: Vec<&str> = self.output.lines().filter(|line| line.starts_with("after.")).collect();
            assert!(after.len() >= 7, "{}", self.output);
            for line in after {
                assert!(line.ends_with("=80131023"), "{}: {line}", self.method);
            }
        }
    }

    /// `E_FAIL` shuts the layer; whether the managed call still comes to its end depends on when that was.
    #[track_caller]
    fn catastrophe(method: &'static str) {
        let outcome = Outcome::of(method, E_FAIL);
        match outcome.value("Execute") {
            Some(0) => assert!(outcome.failed_steps().is_empty(), "{}", outcome.output),
            other => assert_eq!(other, Some(NOT_AVAILABLE), "{}", outcome.output),
        }
        outcome.assert_shut();
    }

    /// Every other failure is noted and changes nothing for the application.
    #[track_caller]
    fn is_mild(method: &'static str) {
        for answer in [0, S_FALSE].into_iter().chain(OTHERS) {
            let outcome = Outcome::of(method, answer);
            outcome.assert_execute(0);
            assert!(
                outcome.failed_steps().is_empty(),
                "{method} answered {}: {}",
                hresult(answer),
                outcome.output
            );
        }
        every_code(method);
        catastrophe(method);
    }

    /// All codes that are defined but `E_FAIL`, and some that are not, in turn.
    #[track_caller]
    fn every_code(method: &'static str) {
        let program = Program::cxx("answers").arg(fixture("Everything"));
        let output = program.args(&[method, "every"]).succeeds();
        let outcome = Outcome { output, method, answer: 0 };
        outcome.assert_execute(0);
        assert!(outcome.failed_steps().is_empty(), "{method} answered every code: {}", outcome.output);
    }

    /// What COM forbids. Nobody can catch it on its way through the runtime, so it ends the process, as it would in C++ alone.
    #[test]
    fn an_exception_of_the_hosts_ends_the_process() {
        for method in ["LeaveRuntime", "ReverseEnterRuntime", "Sleep"] {
            let program = Program::cxx("answers").arg(fixture("Everything"));
            let finished = program.args(&[method, "throw"]).run();
            assert_eq!(finished.code, None, "{method}: by a signal\n{}", finished.stderr);
            assert!(finished.stderr.contains("aborting"), "{method}: {}", finished.stderr);
        }
    }

    macro_rules! mild {
        ($($name:ident: $method:literal;)*) => { $(#[test] fn $name() { is_mild($method); })* };
    }
    mild! {
        sleep: "Sleep";
        switch_to_task: "SwitchToTask";
        call_needs_host_hook: "CallNeedsHostHook";
        leave_runtime: "LeaveRuntime";
        enter_runtime: "EnterRuntime";
        reverse_enter_runtime: "ReverseEnterRuntime";
        reverse_leave_runtime: "ReverseLeaveRuntime";
        begin_delay_abort: "BeginDelayAbort";
        end_delay_abort: "EndDelayAbort";
        begin_thread_affinity: "BeginThreadAffinity";
        end_thread_affinity: "EndThreadAffinity";
        suspension_starting: "SuspensionStarting";
        suspension_ending: "SuspensionEnding";
        set_clr_task: "SetCLRTask";
    }

    /// No task for the thread, whatever the answer; `E_FAIL` included.
    #[test]
    fn get_current_task() {
        for answer in [S_FALSE, E_FAIL].into_iter().chain(OTHERS) {
            let outcome = Outcome::of("GetCurrentTask", answer);
            outcome.assert_execute(0);
            assert_eq!(outcome.value("after.GetCurrentAppDomainId"), Some(0), "{}", outcome.output);
            assert!(!outcome.output.contains("calls.LeaveRuntime"), "{}", outcome.output);
        }
    }

    /// `E_FAIL` is a host that has run out of tasks; any other failure means that the thread cannot be made, and the runtime
    /// cannot do without its own.
    #[test]
    fn create_task() {
        Outcome::of("CreateTask", E_FAIL).assert_execute(0);
        for answer in [S_FALSE].into_iter().chain(OTHERS) {
            Outcome::of("CreateTask", answer).assert_execute(NO_RUNTIME);
        }
    }

    #[test]
    fn start() {
        for answer in [S_FALSE].into_iter().chain(OTHERS) {
            Outcome::of("Start", answer).assert_execute(NO_RUNTIME);
        }
        let outcome = Outcome::of("Start", E_FAIL);
        outcome.assert_execute(NOT_AVAILABLE);
        outcome.assert_shut();
    }

    /// A refusal is thrown at whoever sets the culture.
    #[test]
    fn locales() {
        for (method, step) in [("SetLocale", "culture"), ("SetUILocale", "uiculture")] {
            for answer in [0, S_FALSE] {
                let outcome = Outcome::of(method, answer);
                assert!(outcome.failed_steps().is_empty(), "{}", outcome.output);
            }
            for answer in OTHERS {
                let outcome = Outcome::of(method, answer);
                let expected = if answer == 0x8007_000E { "OutOfMemoryException" } else { "COMException" };
                assert_eq!(outcome.failed_steps(), [format!("{step} {expected}")], "{}", outcome.output);
            }
            catastrophe(method);
        }
    }

    /// The answer is ignored, but for the one that ends everything.
    #[test]
    fn set_clr_task_manager() {
        for answer in [0, S_FALSE].into_iter().chain(OTHERS) {
            Outcome::of("SetCLRTaskManager", answer).assert_execute(0);
        }
        let outcome = Outcome::of("SetCLRTaskManager", E_FAIL);
        outcome.assert_execute(NOT_AVAILABLE);
        outcome.assert_shut();
    }
}
