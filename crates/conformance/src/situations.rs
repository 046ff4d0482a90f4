//! Scripts that everybody should see first: the situations that the contract's rules are about.

use clrhost_engine_sim::{Step, make_valid, parse};

/// A situation, by name.
pub struct Situation {
    /// Its name, for `clrhost check`.
    pub name: &'static str,
    text: &'static str,
}

impl Situation {
    /// Its script.
    pub fn script(&self) -> Vec<Step> {
        // A text of ours that is no script would fail the test below.
        make_valid(&parse(self.text).unwrap_or_default())
    }
}

/// All of them.
pub const SITUATIONS: &[Situation] = &[
    Situation {
        name: "the documentation's nested calls",
        text: "1: reverse-enter m\n1: leave a\n1: reverse-enter n\n1: leave b",
    },
    Situation {
        name: "a waiting task comes back while others hold managed code",
        text: "1: reverse-enter m\n2: reverse-enter m\n1: leave a\n3: reverse-enter m\n1: enter\n2: leave b\n3: leave c\n2: enter\n3: enter",
    },
    Situation {
        name: "threads that the runtime asks for",
        text: "1: reverse-enter m\n1: new 2\n1: new 3\n1: new 4\n2: leave a\n3: leave a\n4: leave wait\n2: enter\n3: enter\n4: enter",
    },
    Situation {
        name: "a thread ends inside native code",
        text: "1: reverse-enter m\n1: new 2\n2: leave a\n2: end\n1: new 3\n3: leave a\n3: reverse-enter m\n3: leave b\n3: end\n1: new 4\n1: new 5\n1: new 6\n4: leave b\n5: leave b\n6: leave b",
    },
    Situation {
        name: "many tasks end inside native code",
        text: "1: reverse-enter m\n1: leave a\n1: end\n2: reverse-enter m\n2: leave a\n2: end\n3: reverse-enter m\n3: leave a\n3: end\n4: reverse-enter m\n4: leave a\n4: end\n5: reverse-enter m\n5: leave a\n5: enter",
    },
    Situation {
        name: "an alert in a sleep",
        text: "1: reverse-enter m\n1: sleep forever alertable\nruntime: alert 1\n1: leave a",
    },
    Situation {
        name: "an alert before a sleep",
        text: "1: reverse-enter m\nruntime: alert 1\n1: sleep 20 alertable\n1: sleep 2 alertable",
    },
    Situation {
        name: "an alert and a sleep that is not alertable",
        text: "1: reverse-enter m\nruntime: alert 1\n1: sleep 20\n1: sleep 20 alertable",
    },
    Situation {
        name: "an alert during a sleep that is not alertable",
        text: "1: reverse-enter m\n1: sleep 60\nruntime: alert 1\n1: sleep 20 alertable",
    },
    Situation {
        name: "an alert to a task in native code, and to one that has ended its sleep",
        text: "1: reverse-enter m\n1: leave a\nruntime: alert 1\n1: enter\n1: sleep 20 alertable\n1: sleep 2 alertable",
    },
    Situation {
        name: "an alert while every slot is taken",
        text: "1: reverse-enter m\n2: reverse-enter m\n3: reverse-enter m\n4: reverse-enter m\nruntime: alert 4\nruntime: alert 1\n1: leave a\n2: leave a\n3: leave a",
    },
    Situation {
        name: "a task sleeps while others want its place",
        text: "1: reverse-enter m\n1: sleep forever alertable\n2: reverse-enter m\n3: reverse-enter m\n2: reverse-leave\n3: reverse-leave\nruntime: alert 1",
    },
    Situation {
        name: "an abort in a sleep",
        text: "1: reverse-enter m\n1: new 2\n2: leave a\n2: reverse-enter n\n2: sleep forever alertable\nruntime: abort 2\n2: set-locale 1033\n2: reverse-leave\n2: enter\n1: leave b",
    },
    Situation {
        name: "an abort in a critical region",
        text: "1: reverse-enter m\n1: new 2\n2: begin-delay-abort\nruntime: abort 2\n2: leave a\n2: enter\n2: end-delay-abort\n2: leave b\n1: new 3\n3: leave a",
    },
    Situation {
        name: "nested thread affinity",
        text: "1: reverse-enter m\n1: begin-thread-affinity\n1: begin-thread-affinity\n1: leave a\n1: enter\n1: end-thread-affinity\n1: switch\n1: end-thread-affinity",
    },
    Situation {
        name: "a collection while a task waits for its place",
        text: "1: reverse-enter m\n2: reverse-enter m\n1: leave a\n3: reverse-enter m\n2: suspend\n1: enter\n2: resume 1\n2: leave b\n3: leave b",
    },
    Situation {
        name: "tasks come back to managed code during a collection",
        text: "1: reverse-enter m\n1: leave a\n2: reverse-enter m\n2: suspend\n1: enter\n2: resume 1\n2: reverse-leave\n1: suspend\n2: reverse-enter n\n1: resume 0",
    },
    Situation {
        name: "a collection with every task somewhere else",
        text: "1: reverse-enter m\n1: new 2\n2: leave a\n3: reverse-enter n\n3: leave wait\n4: reverse-enter m\n4: sleep 5\n1: suspend\n2: enter\n3: enter\n1: resume 2\n1: suspend\n1: resume 0",
    },
    Situation {
        name: "the same function asked about by several tasks",
        text: "1: reverse-enter m\n1: leave a\n2: reverse-enter m\n2: ask a\n1: enter\n1: ask a\n2: leave a\n2: enter\n1: ask b\n2: ask b\n1: leave b",
    },
    Situation {
        name: "an EnterRuntime without its LeaveRuntime",
        text: "1: reverse-enter m\n1: stray-enter\n1: leave a\n1: enter\n1: stray-enter\n2: reverse-enter m\n2: leave a",
    },
    Situation {
        name: "switching with and without others who wait",
        text: "1: reverse-enter m\n1: switch\n2: reverse-enter m\n3: reverse-enter m\n1: switch\n2: switch\n3: switch",
    },
    Situation {
        name: "cultures",
        text: "1: reverse-enter m\n1: set-locale 1033\n1: set-ui-locale 1036\n2: reverse-enter m\n2: set-locale 1031\n1: set-locale 1033",
    },
    Situation {
        name: "deep nesting on several tasks",
        text: "1: reverse-enter m\n1: leave a\n2: reverse-enter m\n2: leave a\n1: reverse-enter m\n2: reverse-enter m\n1: leave a\n2: leave b\n1: reverse-enter n\n2: reverse-enter n\n1: leave c\n2: leave d\n1: enter\n2: enter\n1: reverse-leave\n1: enter\n2: reverse-leave\n2: enter",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_situation_is_a_script_of_which_no_step_is_left_out() {
        for situation in SITUATIONS {
            let steps = parse(situation.text).expect(situation.name);
            let valid = make_valid(&steps);
            assert_eq!(valid[..steps.len()], steps, "{}", situation.name);
        }
        let names: BTreeSet<&str> = SITUATIONS.iter().map(|situation| situation.name).collect();
        assert_eq!(names.len(), SITUATIONS.len());
    }
}
