//! The cases.

use crate::SITUATIONS;
use crate::cases::{HostPlan, Model, Reply, Says, producible};
use clrhost::Hresult;
use clrhost_engine_sim::{Callee, Shape, Step, make_valid, parse, random_script};
use std::collections::BTreeMap;

/// A script, and what the host answers in it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is, for messages.
    pub name: String,
    /// The steps; CoreCLR can be made to take all of them.
    pub script: Vec<Step>,
    /// The host.
    pub plan: HostPlan,
}

const EVERYTHING: &str = "1: reverse-enter m\n1: leave a\n1: reverse-enter n\n1: leave b\n1: enter\n1: new 2\n2: leave a\n2: reverse-enter o\n1: leave wait\n2: sleep 0 alertable\n2: switch\n1: enter\n1: sleep 0 alertable\n1: switch\n1: set-locale 127\n1: set-ui-locale 127\n1: begin-delay-abort\n1: begin-thread-affinity\n1: begin-thread-affinity\n1: suspend\n1: resume 1\n1: end-thread-affinity\n1: end-thread-affinity\n1: end-delay-abort\n2: leave wait\n3: reverse-enter p\n3: leave c\n1: new 4\n2: enter\n2: reverse-leave\n2: enter\n4: leave d\n4: end\n3: end\n1: suspend\n1: resume 0\n2: set-locale 127\n2: set-ui-locale 127\n2: begin-delay-abort\n2: end-delay-abort\n2: end\n1: leave d";

/// Failures short of `E_FAIL`. `S_FALSE` is one, as the contract has it.
const MILD: [Hresult; 4] =
    [Hresult::E_OUTOFMEMORY, Hresult::S_FALSE, Hresult::HOST_E_TIMEOUT, Hresult::HOST_E_INVALIDOPERATION];

/// A script in which a host is called by every method.
pub fn everything() -> Vec<Step> {
    // A text of ours that is no script would fail a test.
    producible(&parse(EVERYTHING).unwrap_or_default())
}

/// The [situations](SITUATIONS), as far as CoreCLR can be put into them, and `random` scripts by chance, with hosts that answer this
/// and that, but never so that the layer shuts.
pub fn mild_cases(random: u64) -> Vec<Case> {
    let hosts = [
        ("the runtime does all", HostPlan::default()),
        ("the host does all", HostPlan { makes_threads: true, does_all: true, ..HostPlan::default() }),
    ];
    let mut scripts = vec![("everything".to_owned(), everything())];
    scripts.extend(
        SITUATIONS.iter().map(|situation| (situation.name.to_owned(), producible(&situation.script()))),
    );
    let mut cases = Vec::new();
    for (name, script) in scripts {
        for (host, plan) in &hosts {
            let name = format!("{name}; {host}");
            cases.push(Case { name, script: script.clone(), plan: plan.clone() });
        }
    }
    cases.extend((0..random).map(by_chance));
    cases
}

/// A random script and a random host.
fn by_chance(seed: u64) -> Case {
    let script = producible(&random_script(seed, Shape { steps: 50, tasks: 5 }));
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut plan = HostPlan { makes_threads: chance.bool(), does_all: chance.bool(), ..HostPlan::default() };
    if chance.u32(..8) == 0 {
        plan.unhooked.push(Callee::FUNCTIONS[chance.usize(..4)]);
    }
    let calls = Model::default().expect(&script, &plan);
    for _ in 0..chance.usize(..6) {
        let Some(call) = chance.choice(&calls) else { break };
        let nth = 1 + chance.u32(..3);
        let says = Says::Result(Err(MILD[chance.usize(..MILD.len())]));
        plan.replies.push(Reply { method: call.method, nth, says });
    }
    Case { name: format!("random script and host of seed {seed}"), script, plan }
}

/// Aborts of a task that the runtime made, wherever it may be. That a step after it is not taken is what shows it.
const ABORTS: [(&str, &str); 6] = [
    ("in managed code", "1: reverse-enter m\n1: new 2\nruntime: abort 2\n2: leave b\n1: leave a"),
    (
        "in native code",
        "1: reverse-enter m\n1: new 2\n2: leave a\nruntime: abort 2\n2: enter\n2: leave b\n1: leave a",
    ),
    (
        "in a wait",
        "1: reverse-enter m\n1: new 2\n2: leave wait\nruntime: abort 2\n2: enter\n2: leave b\n1: leave a",
    ),
    (
        "in a sleep",
        "1: reverse-enter m\n1: new 2\n2: sleep forever alertable\nruntime: abort 2\n2: leave b\n1: leave a",
    ),
    (
        "in a critical region",
        "1: reverse-enter m\n1: new 2\n2: begin-delay-abort\nruntime: abort 2\n2: leave a\n2: enter\n2: end-delay-abort\n2: end\n1: leave a",
    ),
    (
        "before it makes a thread, which is not made",
        "1: reverse-enter m\n1: new 2\nruntime: abort 2\n2: new 3\n3: leave b\n3: end\n1: new 4\n4: leave a",
    ),
];

/// Aborts of a task that the host refused: it hears of what the task does to others alone.
const ABORTS_OF_REFUSED: [(&str, &str); 2] = [
    ("in managed code", "1: reverse-enter m\n1: new 2\nruntime: abort 2\n2: new 3\n3: leave b\n1: leave a"),
    (
        "in a critical region",
        "1: reverse-enter m\n1: new 2\n2: begin-delay-abort\nruntime: abort 2\n2: new 3\n2: end-delay-abort\n2: end\n3: leave a",
    ),
];

/// Cases with aborts, in each of which task 2 is aborted.
pub fn cases_with_aborts() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, text) in ABORTS_OF_REFUSED {
        let says = Says::Result(Err(Hresult::HOST_E_INVALIDOPERATION));
        let replies = vec![Reply { method: "SetCLRTask", nth: 2, says }];
        let plan = HostPlan { replies, ..HostPlan::default() };
        let script = make_valid(&parse(text).unwrap_or_default());
        cases.push(Case { name: format!("an abort of a refused task {name}"), script, plan });
    }
    for (name, text) in ABORTS {
        for does_all in [false, true] {
            let name = format!("an abort {name}; the host does all: {does_all}");
            let plan = HostPlan { makes_threads: does_all, does_all, ..HostPlan::default() };
            // A text of ours that is no script would fail a test.
            cases.push(Case { name, script: make_valid(&parse(text).unwrap_or_default()), plan });
        }
    }
    cases
}

/// For each method that a host is called by in a script with everything, cases in which its first call, and a later one, is answered
/// `E_FAIL` or panics. The layer is shut after each.
pub fn cases_that_shut() -> Vec<Case> {
    let all = every_failure(&everything(), &[Says::Result(Err(Hresult::E_FAIL)), Says::Panic]);
    let mut count: BTreeMap<(&str, bool), u32> = BTreeMap::new();
    for case in &all {
        let reply = case.plan.replies[0];
        let key = (reply.method, reply.says == Says::Panic);
        let last = count.entry(key).or_default();
        *last = reply.nth.max(*last);
    }
    let is_chosen = |case: &Case| {
        let Reply { method, nth, says } = case.plan.replies[0];
        let is_panic = says == Says::Panic;
        // The first with E_FAIL; a later one, as far as there is one, with a panic.
        let later = count[&(method, is_panic)].min(2);
        if is_panic { nth == later } else { nth == 1 }
    };
    all.into_iter().filter(is_chosen).collect()
}

/// For each call of the host's in this script the cases in which that one is answered so.
pub fn every_failure(script: &[Step], failures: &[Says]) -> Vec<Case> {
    let plan = HostPlan { makes_threads: true, ..HostPlan::default() };
    let mut nths: BTreeMap<&str, u32> = BTreeMap::new();
    let mut cases = Vec::new();
    for call in Model::default().expect(script, &plan) {
        let nth = nths.entry(call.method).or_default();
        *nth += 1;
        for &says in failures {
            let reply = Reply { method: call.method, nth: *nth, says };
            let name = format!("call {nth} of {} says {says:?}", call.method);
            let plan = HostPlan { replies: vec![reply], ..plan.clone() };
            cases.push(Case { name, script: script.to_vec(), plan });
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::unproducible;
    use std::collections::BTreeSet;

    #[test]
    fn everything_is_a_script_in_which_the_host_is_called_by_every_method() {
        let steps = parse(EVERYTHING).unwrap();
        assert_eq!(everything()[..steps.len()], steps);
        let calls = Model::default().expect(&everything(), &HostPlan::default());
        let methods: BTreeSet<&str> = calls.iter().map(|call| call.method).collect();
        // All but Alert, which belongs to aborts.
        assert_eq!(methods.len(), 18, "{methods:?}");
        assert_eq!(cases_that_shut().len(), 36);
    }

    #[test]
    fn each_abort_is_a_script_and_strikes() {
        for (name, text) in ABORTS.into_iter().chain(ABORTS_OF_REFUSED) {
            let steps = parse(text).unwrap();
            assert_eq!(make_valid(&steps)[..steps.len()], steps, "{name}");
        }
        for case in cases_with_aborts() {
            let calls = Model::default().expect(&case.script, &case.plan);
            let calls: Vec<String> = calls.iter().map(ToString::to_string).collect();
            let is_refused = !case.plan.replies.is_empty();
            assert_ne!(calls.iter().any(|call| call.contains("Alert(task 2)")), is_refused, "{calls:?}");
            assert!(!calls.iter().any(|call| call.contains("LeaveRuntime(b)")), "{calls:?}");
        }
    }

    #[test]
    fn no_mild_case_shuts_the_layer() {
        let mut model = Model::default();
        for case in mild_cases(200) {
            assert!(unproducible(&case.script).is_none(), "{}", case.name);
            model.expect(&case.script, &case.plan);
            assert!(!model.is_shut(), "{}", case.name);
        }
    }
}
