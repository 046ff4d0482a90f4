//! A learned policy allows what was used, and nothing else.

use clrhost_policy::learn::{Run, Used, write};
use clrhost_policy::{Action, Mode, Policy, Subject};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

fn run() -> Run<'static> {
    Run {
        program: "/opt/Orders.dll",
        clrhost_version: "0.1.0",
        when: UNIX_EPOCH + Duration::from_secs(1_763_836_860),
    }
}

fn used<'a>(library: &'a str, symbol: &'a str, calls: u64) -> Used<'a> {
    Used {
        library: Some(library),
        symbol: Some(symbol),
        method: None,
        of_dotnet: false,
        calls,
        longest: None,
    }
}

#[test]
fn a_learned_policy_reads_well() {
    let timed = |used: Used<'static>, us| Used { longest: Some(Duration::from_micros(us)), ..used };
    let text = write(
        &run(),
        [
            timed(used("sqlite3", "sqlite3_step", 2_000), 7_200),
            Used { of_dotnet: true, ..timed(used("libSystem.Native", "SystemNative_Write", 3), 4) },
            Used { of_dotnet: true, ..timed(used("libSystem.Native", "SystemNative_Read", 1), 9) },
            used("c", "getpid", 1),
            timed(used("sqlite3", "sqlite3_step", 3), 1),
            timed(used("sqlite3", "sqlite3_close", 1), 20),
            Used { library: None, ..used("", "", 5) },
            Used { symbol: None, method: Some("Orders.Reader.Invoke"), ..used("sqlite3", "", 4) },
        ],
    );
    let expected = r##"# What /opt/Orders.dll used, learned by clrhost 0.1.0 on 2025-11-22 18:41 UTC:
# 2013 calls of 6 native functions.
#
# Everything else is denied. A run shows only the paths it took, so run with this policy as it is, in report-only
# mode, add what is missing, and enforce it then: docs/policy.md.
#
# Not here: 5 calls that no name led to, as through function pointers. No policy applies to them.

version = 1
mode = "report-only"    # "enforce" denies what it now only reports
default = "deny"

# What .NET's own assemblies call in its own libraries. Any of it: a run shows only part of what the next one
# needs, and without it the runtime does not work.
[[rule]]
name = ".NET itself"
action = "allow"
library = [
    "libSystem.Native",  # 4 calls, longest 9.0µs
]
assembly = ["System.*", "Microsoft.*"]

[[rule]]
name = "c"
action = "allow"
library = "c"
symbol = [
    "getpid",  # 1 call
]

[[rule]]
name = "sqlite3"
action = "allow"
library = "sqlite3"
symbol = [
    "sqlite3_close",  # 1 call, longest 20.0µs
    "sqlite3_step",  # 2003 calls, longest 7.2ms
]

# Delegates made from functions that the library has no name for.
[[rule]]
action = "allow"
library = "sqlite3"
method = [
    "Orders.Reader.Invoke",  # 4 calls
]
"##;
    assert_eq!(text, expected, "it was:\n{text}");
    let policy = Policy::parse(&text, "learned.toml").unwrap();
    assert_eq!((policy.mode(), policy.default_action()), (Mode::ReportOnly, Action::Deny));
    assert_eq!(policy.check_dotnet_can_start(), Ok(()));
    let own = Subject {
        library: Some("libSystem.Native"),
        symbol: Some("SystemNative_Stat"),
        ..Subject::default()
    };
    assert_eq!(policy.decide(&own).action, Action::Deny, "not known to be .NET's own");
    let own = Subject { assembly: Some("System.Private.CoreLib.dll"), ..own };
    assert_eq!(policy.decide(&own).action, Action::Allow);
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ab*?\\\\\\[!]{1,3}",
        1 => any::<String>().prop_filter("a name", |name| !name.is_empty()),
        1 => Just(".NET itself".to_owned()),
        1 => "[a\n\t\"#\u{fffd}]{1,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn exactly_what_was_used_is_allowed(
        pairs in prop::collection::vec((name(), name(), 1..9_u64), 0..12),
        others in prop::collection::vec((name(), name()), 0..6),
        program in any::<String>(),
    ) {
        let run = Run { program: &program, ..run() };
        let text = write(&run, pairs.iter().map(|(library, symbol, calls)| used(library, symbol, *calls)));
        let policy = match Policy::parse(&text, "learned.toml") {
            Ok(policy) => policy,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
        };
        let allowed: BTreeSet<(&str, &str)> = pairs.iter().map(|(library, symbol, _)| (&**library, &**symbol)).collect();
        let libraries = pairs.iter().map(|pair| &pair.0).chain(others.iter().map(|pair| &pair.0));
        for library in libraries {
            for symbol in pairs.iter().map(|pair| &pair.1).chain(others.iter().map(|pair| &pair.1)) {
                let subject = Subject { library: Some(library), symbol: Some(symbol), ..Subject::default() };
                let action = policy.decide(&subject).action;
                prop_assert_eq!(action == Action::Allow, allowed.contains(&(library, symbol)), "{}!{}\n{}", library, symbol, text);
            }
        }
        let backwards = write(&run, pairs.iter().rev().map(|(library, symbol, calls)| used(library, symbol, *calls)));
        prop_assert_eq!(text, backwards);
    }
}
