//! Scripts: their text, and that what is made valid stays so.

use clrhost_engine_sim::{Op, Shape, Step, TaskNumber, make_valid, parse, print, random_script};
use std::collections::BTreeSet;

const SEEDS: u64 = 500;

fn scripts() -> impl Iterator<Item = Vec<Step>> {
    (0..SEEDS).map(|seed| random_script(seed, Shape { steps: 80, tasks: 6 }))
}

#[test]
fn the_text_of_a_script_reads_back_as_the_script() {
    for script in scripts() {
        assert_eq!(parse(&print(&script)), Ok(script));
    }
}

#[test]
fn what_is_left_of_a_valid_script_is_made_valid_again() {
    for (seed, script) in scripts().enumerate() {
        assert_eq!(make_valid(&script), script, "it was valid");
        let mut chance = fastrand::Rng::with_seed(seed as u64);
        let part: Vec<Step> = script.iter().copied().filter(|_| chance.bool()).collect();
        let valid = make_valid(&part);
        assert_eq!(make_valid(&valid), valid);
        let ended = |step: &Step| step.op == Op::End;
        let tasks: BTreeSet<TaskNumber> =
            valid.iter().map(|step| step.task).filter(|&task| task != TaskNumber::RUNTIME).collect();
        assert!(valid.iter().filter(|step| ended(step)).count() >= tasks.len(), "{}", print(&valid));
    }
}

#[test]
fn random_scripts_have_every_step_there_is() {
    let words: BTreeSet<String> = scripts()
        .flatten()
        .map(|step| step.op.to_string().split(' ').next().unwrap_or_default().to_owned())
        .collect();
    let all = "abort alert ask begin-delay-abort begin-thread-affinity end end-delay-abort end-thread-affinity enter leave \
               new resume reverse-enter reverse-leave set-locale set-ui-locale sleep stray-enter suspend switch";
    assert_eq!(words.iter().map(String::as_str).collect::<Vec<_>>().join(" "), all);
}

#[test]
fn a_line_that_is_no_step_is_told_with_its_number() {
    let wrong = [
        "1: leap a",
        "1: leave m",
        "1: reverse-enter a",
        "0: end",
        "runtime: leave a",
        "1: alert 2",
        "1 end",
    ];
    for line in wrong {
        let error = parse(&format!("# a script\n1: reverse-enter m\n{line}\n")).unwrap_err();
        assert_eq!((error.line, error.text.as_str()), (3, line));
    }
}
