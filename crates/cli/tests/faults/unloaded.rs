//! Libraries that go while pointers to their functions are kept. (`thunk_programs.rs` has libraries that come and go in each other's
//! place, assemblies that are unloaded with their P/Invokes and delegates, and delegates that were collected.)

use crate::support::{Program, assert_same};
use crate::watched;
use clrhost::report::Exit;
use libc::SIGSEGV;

/// A mistake of the program's, which ends it as it does without clrhost: the thunk is there still, and leads where nothing is.
#[test]
fn a_function_of_a_freed_library_is_called() {
    for how in ["delegate", "pinvoke"] {
        let program = Program::fixture("Freed").args([how]);
        let dotnet = program.under_dotnet();
        dotnet.assert_signal(SIGSEGV);
        for watched in watched(&program) {
            assert_same(&watched.finished, &dotnet);
            assert_eq!(watched.report.process.exit, Exit::Signal { signal: SIGSEGV }, "{}", watched.text);
            watched.assert_sound();
            watched.assert_as_expected();
        }
    }
}
