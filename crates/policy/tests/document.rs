//! The examples of `docs/policy.md` are policies, and do what is said beside them.

use clrhost_policy::{Action, Policy, Subject};

const DOCUMENT: &str = include_str!("../../../docs/policy.md");

fn examples() -> Vec<Policy> {
    let blocks = DOCUMENT.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks
        .map(|text| Policy::parse(text, "docs/policy.md").unwrap_or_else(|error| panic!("{error}\n{text}")))
        .collect()
}

#[test]
fn the_complete_file_does_what_it_says() {
    let policy = &examples()[0];
    assert_eq!(policy.check_dotnet_can_start(), Ok(()));
    let (allow, deny) = (Action::Allow, Action::Deny);
    for (assembly, method, library, symbol, action, rule) in [
        (
            "System.Console.dll",
            "Interop.Sys.Write",
            "libSystem.Native",
            "SystemNative_Write",
            allow,
            ".NET itself",
        ),
        (
            "System.Diagnostics.Process.dll",
            "Interop.Sys.ForkAndExecProcess",
            "libSystem.Native",
            "SystemNative_ForkAndExecProcess",
            deny,
            "no processes",
        ),
        ("Plugin.dll", "Plugin.Clock.Time", "libc", "time", allow, "the plugin's clock"),
        ("Plugin.dll", "Plugin.Shell.Run", "libc", "system", deny, "nothing else for the plugin"),
        ("Plugin.dll", "Plugin.Db.Open", "sqlite3", "sqlite3_open", deny, "nothing else for the plugin"),
        ("MyApp.dll", "MyApp.Db.Step", "sqlite3", "sqlite3_step", allow, "SQLite"),
        ("MyApp.dll", "MyApp.Unix.UserId", "libc", "getuid", allow, "users and groups"),
        ("MyApp.dll", "MyApp.Other.UserId", "libc", "getuid", deny, ""),
    ] {
        let subject = Subject {
            library: Some(library),
            file: None,
            symbol: Some(symbol),
            method: Some(method),
            assembly: Some(assembly),
        };
        let decision = policy.decide(&subject);
        let decided = decision.rule.map(|id| policy.rule(id).name()).unwrap_or_default();
        assert_eq!((decision.action, &*decided), (action, rule), "{method}");
    }
}

#[test]
fn the_short_file_denies_shells() {
    let examples = examples();
    assert_eq!(examples.len(), 2);
    let call = |symbol| Subject { symbol: Some(symbol), ..Subject::default() };
    assert_eq!(examples[1].decide(&call("execve")).action, Action::Deny);
    assert_eq!(examples[1].decide(&call("getpid")).action, Action::Allow);
}
