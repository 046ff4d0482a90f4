//! Children of all kinds: they make no report of their parent's and change nothing of it, and its counts are exact.

use crate::support::{Program, assert_same, files, sources};
use crate::{check, watched};
use clrhost_testkit::{Run, dotnet, fixture, read_report, scratch};

fn forked(how: &str) -> Program {
    Program::fixture("Forked").args([how])
}

/// Where managed code goes on in the child. By itself .NET maps its own code for writing in memory that parent and child
/// share, and breaks either of them.
fn copied(how: &str) -> Program {
    forked(how).env("DOTNET_EnableWriteXorExecute", "0")
}

#[test]
fn native_code_makes_children() {
    for how in ["fork", "vfork", "vfork_exec", "posix_spawn"] {
        check(&forked(how));
    }
}

#[test]
fn managed_code_starts_processes() {
    check(&forked("start"));
}

#[test]
fn a_copy_of_the_process_calls_native_code_and_ends() {
    for how in ["_exit", "exit"] {
        check(&copied(how));
    }
}

/// Whatever it wrote at its end would be the last word: the run is over when its streams are closed.
#[test]
fn a_copy_of_the_process_ends_after_it() {
    check(&copied("outlives"));
}

/// Thunks for delegates are made in the child once the parent has made its own in the same place. (That the child writes none of it
/// where the parent would see it is shown by `a_forked_child_leaves_the_stubs_of_its_parent_alone` in `thunk/pages.rs`.)
#[test]
fn a_copy_of_the_process_makes_delegates() {
    check(&copied("delegates"));
}

/// The child has the recording's descriptor, and an exit of its own.
#[test]
fn a_copy_of_the_process_leaves_the_recording_alone() {
    for source in sources() {
        let folder = scratch("forked-recording");
        let recording = folder.join("r.clrtrace");
        let run = |run: Run| run.env("DOTNET_EnableWriteXorExecute", "0").arg(fixture("Forked")).arg("exit");
        let plain = run(Run::dotnet().arg("exec")).output();
        let options = ["trace", "--source", source.name(), "--report"];
        let traced = Run::clrhost().args(options).arg(folder.join("report.json")).arg("-o").arg(&recording);
        let mut traced = run(traced.arg("--").arg(dotnet()).arg("exec")).output();
        assert_eq!(traced.stderr.lines().filter(|line| !line.is_empty()).count(), 1, "where it is: {traced}");
        traced.stderr.clear();
        assert_same(&traced, &plain);
        assert_eq!(files(&folder), ["r.clrtrace", "report.json"]);
        let json = Run::clrhost().arg("report").arg(&recording).args(["--format", "json"]).output();
        let recorded: serde_json::Value = serde_json::from_str(&json.assert_code(0).stdout).expect("JSON");
        let made = read_report(&folder.join("report.json"));
        for total in ["leave", "enter", "reverse_enter", "reverse_leave", "open", "lost"] {
            assert_eq!(recorded["report"]["totals"][total], made["totals"][total], "{total}\n{recorded}");
        }
        assert_eq!(recorded["report"]["process"]["exit"]["code"], 0, "{recorded}");
    }
}

/// A child that is killed, or kills itself, is none of the parent's business either.
#[test]
fn a_forked_child_of_a_hosted_program_ends_in_other_ways() {
    for how in ["exit", "abort", "hup"] {
        let program = Program::fixture("Endings").args(["fork", how]);
        let dotnet = program.under_dotnet();
        for watched in watched(&program) {
            assert_same(&watched.finished, &dotnet);
            watched.assert_as_expected();
        }
    }
}
