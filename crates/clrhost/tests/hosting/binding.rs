//! What a host may do with a native function before managed code gets its address, and what it is told of it.

use crate::child::{Child, facts, tell};
use clrhost::policy::{Policy, Violations};
use clrhost::report::{Exit, Report};
use clrhost::{
    Admission, Application, Crossings, Error, Host, HostResult, Hresult, Source, Substitute, Target,
    TargetDescription, TargetKind, Task, TaskManager,
};
use clrhost_testkit::{Finished, fixture};
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::CString;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};

/// Answers what the closure does, and keeps what was asked and called.
struct Binder<F> {
    decide: F,
    needs_hook: fn(&Target) -> bool,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    /// Questions by kind, method and symbol: about binding, and about hooks.
    asked: BTreeMap<String, [u64; 2]>,
    /// Calls by method and symbol, with the address that the host was told.
    left: BTreeMap<(String, String), (u64, usize)>,
}

fn symbol(target: &TargetDescription) -> &str {
    target.symbol.as_deref().unwrap_or("")
}

fn name(target: &TargetDescription) -> String {
    format!("{} {}!{}", target.kind.as_str(), target.method, symbol(target))
}

impl<F: Fn(&TargetDescription) -> HostResult<Admission> + Send + Sync> TaskManager for Binder<F> {
    fn bind_target(&self, target: &TargetDescription) -> HostResult<Admission> {
        self.record.lock().unwrap().asked.entry(name(target)).or_default()[0] += 1;
        (self.decide)(target)
    }

    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        self.record.lock().unwrap().asked.entry(name(target.description())).or_default()[1] += 1;
        Ok((self.needs_hook)(target))
    }

    fn leave_runtime(&self, _: &Task, target: &Target) -> HostResult {
        let description = target.description();
        let mut record = self.record.lock().unwrap();
        let key = (description.method.clone(), symbol(description).to_owned());
        let left = record.left.entry(key).or_default();
        *left = (left.0 + 1, target.address());
        Ok(())
    }
}

struct Outcome {
    code: i32,
    record: Arc<Mutex<Record>>,
    crossings: Crossings,
    /// Thunks before the application ran.
    thunks_before: usize,
    report: Report,
}

/// In the child: runs a fixture under a host that decides so.
fn run_with(
    host: Host,
    name: &str,
    needs_hook: fn(&Target) -> bool,
    decide: impl Fn(&TargetDescription) -> HostResult<Admission> + Send + Sync + 'static,
) -> Outcome {
    let record = Arc::new(Mutex::new(Record::default()));
    let binder = Binder { decide, needs_hook, record: Arc::clone(&record) };
    let prepared =
        host.task_manager(binder).prepare(Application::new(fixture(name))).expect("it is prepared");
    let (crossings, reporter) = (prepared.crossings().unwrap(), prepared.reporter().unwrap());
    let thunks_before = crossings.thunks();
    let code = prepared.run().expect("it runs");
    Outcome { code, record, crossings, thunks_before, report: reporter.report(Exit::Code { code }, false) }
}

fn run(decide: impl Fn(&TargetDescription) -> HostResult<Admission> + Send + Sync + 'static) -> Outcome {
    run_with(Host::builder(), "Denied", |_| true, decide)
}

/// Where the fixture's library has a function, asked of the dynamic linker by the child itself.
fn address_of(symbol: &str) -> usize {
    let path = fixture("Denied").with_file_name("libfixture.so");
    let (path, symbol) = (CString::new(path.to_str().unwrap()).unwrap(), CString::new(symbol).unwrap());
    // SAFETY: C strings; the library is loaded already.
    unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOLOAD | libc::RTLD_LAZY);
        assert!(!library.is_null(), "it is not loaded");
        libc::dlsym(library, symbol.as_ptr()) as usize
    }
}

/// What the program printed of one way, as in `pinvoke: 3`.
#[track_caller]
fn assert_outcome(finished: &Finished, way: &str, result: &str) {
    let prefix = format!("{way}: {result}");
    assert_eq!(
        finished.stdout.lines().filter(|line| line.starts_with(&prefix)).count(),
        2,
        "{prefix}\n{finished}"
    );
}

const MISSING: &str = "System.EntryPointNotFoundException: ";

fn deny() -> HostResult<Admission> {
    Ok(Admission::Deny { reason: "not here".to_owned() })
}

#[test]
fn a_function_that_the_host_denies_is_missing() {
    clrhost_testkit::needs!(Thunks);
    let finished = Child::new().run(|_| {
        let outcome = run(|target| match (target.kind, symbol(target)) {
            (TargetKind::PInvoke, "fx_add") | (TargetKind::FunctionPointer, "fx_double") => deny(),
            (TargetKind::NativeDelegate, "fx_square") => deny(),
            _ => Ok(Admission::Call),
        });
        let record = outcome.record.lock().unwrap();
        let again: Vec<_> = record.asked.iter().filter(|(_, asked)| asked[0] != 1 || asked[1] > 1).collect();
        assert!(again.is_empty(), "asked again, or not: {again:?}");
        let host = outcome.report.host.as_ref().expect("there is a host");
        assert_eq!((host.failures, host.denied_left_out), (0, 0));
        let denied = host.denied_targets.iter();
        let denied: Vec<_> =
            denied.map(|it| (&*it.method, it.symbol.as_deref().unwrap(), &*it.reason, it.attempts)).collect();
        let expected = [
            ("Denied.fx_add", "fx_add", "not here", 2),
            ("Elsewhere.Sum", "fx_add", "not here", 2),
            ("(function pointer)", "fx_double", "not here", 2),
            ("Unary.Invoke", "fx_square", "not here", 2),
        ];
        assert_eq!(denied, expected);
        let bound = outcome.crossings.snapshot().snapshot.bound;
        assert!(!bound.values().any(|target| symbol(target) == "fx_add"), "no target for what is denied");
        outcome.code
    });
    finished.assert_code(0);
    for (way, result) in [
        ("pinvoke", MISSING),
        ("elsewhere", MISSING),
        ("suppressed", "1"),
        ("export", MISSING),
        ("try", "42"),
        ("delegate", MISSING),
    ] {
        assert_outcome(&finished, way, result);
    }
    let told = "clrhost: denied by the host: Denied.fx_add → fixture!fx_add: not here\n";
    assert_eq!(finished.stderr.matches(told).count(), 1, "{finished}");
    assert_eq!(finished.stderr.lines().count(), 4, "{finished}");
}

extern "C" fn sum_and_a_hundred(a: i32, b: i32) -> i32 {
    a + b + 100
}

extern "C" fn seven(_: i32) -> i32 {
    7
}

/// Calls one of the functions above.
fn substitute(function: *const ()) -> HostResult<Admission> {
    let function = NonNull::new(function.cast_mut().cast()).unwrap();
    // SAFETY: they have the signatures of those for which they are given below, and are part of this program.
    Ok(Admission::Substitute(unsafe { Substitute::new(function) }))
}

#[test]
fn a_function_of_the_hosts_is_called_in_the_place_of_another() {
    clrhost_testkit::needs!(Thunks);
    for hooked in ["hooked", "not hooked"] {
        let child = Child::new().argument(hooked);
        let finished = child.run(|hooked| {
            let needs_hook: fn(&Target) -> bool = if hooked == "hooked" { |_| true } else { |_| false };
            let outcome = run_with(Host::builder(), "Denied", needs_hook, |target| {
                match (target.kind, symbol(target)) {
                    (TargetKind::PInvoke, "fx_add") if target.method == "Denied.fx_add" => {
                        substitute(sum_and_a_hundred as *const ())
                    }
                    (TargetKind::FunctionPointer, "fx_double") => substitute(seven as *const ()),
                    (TargetKind::NativeDelegate, "fx_square") => substitute(seven as *const ()),
                    _ => Ok(Admission::Call),
                }
            });
            if hooked == "hooked" {
                let rows = outcome.report.targets.iter().filter(|row| row.substituted);
                let mut rows: Vec<_> =
                    rows.map(|row| (&*row.method, row.symbol.as_deref(), row.calls)).collect();
                rows.sort_unstable();
                let expected = [
                    ("Denied.fx_add", Some("fx_add"), 2),
                    // The delegate made of the exported pointer leads where the pointer does.
                    ("Unary.Invoke", Some("fx_double"), 2),
                    ("Unary.Invoke", Some("fx_square"), 2),
                ];
                assert_eq!(rows, expected);
                let record = outcome.record.lock().unwrap();
                let (calls, address) = record.left[&("Denied.fx_add".to_owned(), "fx_add".to_owned())];
                assert_eq!((calls, address), (2, address_of("fx_add")), "the target keeps its address");
            }
            outcome.code
        });
        finished.assert_code(0);
        for (way, result) in
            [("pinvoke", "103"), ("elsewhere", "7"), ("export", "7"), ("try", "42"), ("delegate", "7")]
        {
            assert_outcome(&finished, way, result);
        }
        assert_eq!(finished.stderr, "", "{hooked}");
    }
}

#[test]
fn the_host_is_told_where_a_function_lies() {
    clrhost_testkit::needs!(Thunks);
    let finished = Child::new().run(|_| {
        let outcome = run(|_| Ok(Admission::Call));
        let record = outcome.record.lock().unwrap();
        for (method, symbol) in [
            ("Denied.fx_add", "fx_add"),
            ("Elsewhere.Sum", "fx_add"),
            ("Denied.fx_native_address", "fx_native_address"),
            ("Unary.Invoke", "fx_double"),
            ("Unary.Invoke", "fx_square"),
        ] {
            let (calls, address) = record.left[&(method.to_owned(), symbol.to_owned())];
            assert!(calls > 0);
            assert_eq!(address, address_of(symbol), "{method}");
        }
        assert!(outcome.crossings.thunks() > outcome.thunks_before);
        let unknown: Vec<_> = record.left.iter().filter(|(_, (_, address))| *address == 0).collect();
        assert!(unknown.iter().all(|((_, symbol), _)| symbol.is_empty()), "waits alone: {unknown:?}");
        outcome.code
    });
    finished.assert_code(0);
}

#[test]
fn nothing_stands_before_functions_that_need_no_hook() {
    clrhost_testkit::needs!(Thunks);
    let finished = Child::new().run(|_| {
        let outcome = run_with(Host::builder(), "Denied", |_| false, |_| Ok(Admission::Call));
        let record = outcome.record.lock().unwrap();
        assert!(record.asked.len() > 10, "{:?}", record.asked);
        // Those that suppress the GC transition are reported to no host, so it is not asked about hooks.
        let snapshot = outcome.crossings.snapshot().snapshot;
        let suppressed: Vec<String> =
            snapshot.bound.values().filter(|target| target.suppress_gc_transition).map(name).collect();
        assert!(suppressed.contains(&"pinvoke Denied.fx_nothing!fx_nothing".to_owned()), "{suppressed:?}");
        for (target, asked) in &record.asked {
            assert_eq!(*asked, [1, u64::from(!suppressed.contains(target))], "{target}");
        }
        let reported: Vec<_> = record.left.keys().filter(|(_, symbol)| !symbol.is_empty()).collect();
        assert!(reported.is_empty(), "{reported:?}");
        let others = outcome.report.targets.iter().filter(|row| !row.suppress_gc_transition);
        let counted: Vec<_> = others.filter(|row| row.kind != "runtime_wait").collect();
        assert!(counted.is_empty(), "{counted:?}");
        let grown = outcome.crossings.thunks() - outcome.thunks_before;
        assert!(grown <= suppressed.len(), "{grown} thunks for {suppressed:?}");
        tell(&json!({ "asked": record.asked.len() }));
        outcome.code
    });
    assert!(facts(&finished)["asked"].as_u64() > Some(10));
    for (way, result) in [("pinvoke", "3"), ("suppressed", "1"), ("export", "42"), ("delegate", "441")] {
        assert_outcome(&finished, way, result);
    }
}

#[test]
fn what_is_not_hooked_leaves_the_others_their_names() {
    clrhost_testkit::needs!(Thunks);
    let finished = Child::new().run(|_| {
        let some: fn(&Target) -> bool =
            |target| !["fx_add", "fx_double"].contains(&symbol(target.description()));
        let outcome = run_with(Host::builder(), "Denied", some, |_| Ok(Admission::Call));
        let record = outcome.record.lock().unwrap();
        let left = |method: &str, symbol: &str| {
            record.left.get(&(method.to_owned(), symbol.to_owned())).map_or(0, |(calls, _)| *calls)
        };
        assert_eq!((left("Denied.fx_add", "fx_add"), left("Unary.Invoke", "fx_double")), (0, 0));
        assert_eq!((left("Denied.getpid", "getpid"), left("Unary.Invoke", "fx_square")), (2, 2));
        outcome.code
    });
    finished.assert_code(0);
}

#[test]
fn a_host_that_fails_to_decide_lets_functions_be_called() {
    clrhost_testkit::needs!(Thunks);
    for (how, failures) in [("E_OUTOFMEMORY", 2), ("E_FAIL", 1), ("a panic", 1)] {
        let child = Child::new().argument(how);
        let finished = child.run(|how| {
            let how = how.to_owned();
            let is_panic = how == "a panic";
            let failing = move |target: &TargetDescription| match (symbol(target), &*how) {
                ("fx_add", "a panic") => panic!("undecided"),
                ("fx_add", "E_FAIL") => Err(Hresult::E_FAIL),
                ("fx_add", _) => Err(Hresult::E_OUTOFMEMORY),
                // After E_FAIL nobody is asked.
                ("fx_square", "E_FAIL" | "a panic") => deny(),
                _ => Ok(Admission::Call),
            };
            let outcome = run(failing);
            let host = outcome.report.host.as_ref().expect("there is a host");
            assert!(host.failed_calls.iter().all(|failed| failed.method == "BindTarget"));
            assert_eq!(host.failed_calls[0].panic.is_some(), is_panic);
            tell(&json!({ "failures": host.failures, "shut": host.shut }));
            outcome.code
        });
        finished.assert_code(0);
        assert_outcome(&finished, "pinvoke", "3");
        assert_outcome(&finished, "delegate", "441");
        let told = facts(&finished);
        assert_eq!(
            (told["failures"].as_u64(), told["shut"].as_bool()),
            (Some(failures), Some(failures == 1))
        );
    }
}

fn policy(text: &str) -> Arc<Violations> {
    Arc::new(Violations::new(Arc::new(Policy::parse(text, "policy.toml").expect("a policy"))))
}

const NO_SUMS: &str = "version = 1\n[[rule]]\naction = \"deny\"\nsymbol = \"fx_add\"\n";

#[test]
fn a_policy_comes_before_the_host() {
    clrhost_testkit::needs!(Thunks);
    let finished = Child::new().run(|_| {
        let host = Host::builder().policy(policy(NO_SUMS));
        let outcome = run_with(
            host,
            "Denied",
            |_| true,
            |target| match symbol(target) {
                "fx_add" => substitute(sum_and_a_hundred as *const ()),
                "fx_square" => deny(),
                _ => Ok(Admission::Call),
            },
        );
        let record = outcome.record.lock().unwrap();
        assert!(!record.asked.keys().any(|target| target.ends_with("!fx_add")), "{:?}", record.asked);
        let policy = outcome.report.policy.as_ref().expect("the report says what the policy did");
        assert_eq!((policy.rules[0].targets, policy.rules[0].denied), (2, 4));
        assert_eq!(outcome.report.host.as_ref().unwrap().denied_targets.len(), 1);
        outcome.code
    });
    finished.assert_code(0);
    assert_outcome(&finished, "pinvoke", MISSING);
    assert_outcome(&finished, "delegate", MISSING);
    assert_eq!(finished.stderr.matches("policy.toml: denied by rule 1 (line 2)").count(), 2, "{finished}");
}

#[test]
fn a_policy_works_without_a_host_and_in_a_runtime_without_an_application() {
    let finished = Child::new().run(|_| {
        let runtime = Host::builder()
            .policy(policy(NO_SUMS))
            .start(fixture("Entries").with_extension("runtimeconfig.json"))
            .expect("it starts");
        let entry = runtime.component(&fixture("Entries"), "Entries, Entries", "Entry").expect("it is there");
        // It calls fx_add, and nothing catches what that throws.
        entry.call(&mut [1, 2]).expect("not reached")
    });
    finished.assert_signal(clrhost_testkit::SIGABRT);
    assert!(
        finished.stderr.contains("denied by rule 1 (line 2): Entries.fx_add → fixture!fx_add"),
        "{finished}"
    );
    assert!(finished.stderr.contains("System.EntryPointNotFoundException"), "{finished}");
}

#[test]
fn a_policy_that_could_not_be_enforced_is_refused() {
    let finished = Child::new().run(|_| {
        let prepare = |host: Host| host.prepare(Application::new(fixture("Hello"))).err();
        let cases = [
            (Host::builder().source(Source::Flag), NO_SUMS, "cannot be enforced"),
            (Host::builder().without_hooks(), NO_SUMS, "without hooks"),
            (Host::builder(), "version = 1\ndefault = \"deny\"", ".NET itself cannot start"),
            (
                Host::builder().timing(clrhost::Timing::Counted),
                "version = 1\n[[rule]]\naction = \"allow\"\nbudget = \"1 s\"",
                "has budgets",
            ),
        ];
        for (host, text, problem) in cases {
            let error = prepare(host.policy(policy(text))).expect("it is refused");
            assert!(matches!(error, Error::Policy(_)) && error.to_string().contains(problem), "{error}");
        }
        // What only reports may come from any source, and nothing has been started.
        let only = Policy::parse(NO_SUMS, "policy.toml").unwrap().report_only();
        let only = Arc::new(Violations::new(Arc::new(only)));
        assert!(prepare(Host::builder().source(Source::Flag).policy(only)).is_none());
        0
    });
    finished.assert_code(0);
}
