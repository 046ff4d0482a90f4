//! `--policy`, `--policy-report-only` and `--learn-policy` of `clrhost run`.

use crate::args::Run;
use crate::complain;
use clrhost::policy::{Mode, Policy, Violations, learn};
use clrhost::report::Report;
use clrhost::{Host, Origin, TargetKind};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How many objections are said on stderr; the report has them all.
const SAID: usize = 10;

/// Reads and checks the policy, before anything runs. `None` where none is asked for. The error is a message for people.
pub fn load(options: &Run) -> Result<Option<Arc<Violations>>, String> {
    let Some(path) = &options.policy.policy else { return Ok(None) };
    let nothing_ran = |problem: String| format!("{problem}; nothing was run");
    let mut policy = Policy::read(path).map_err(|error| nothing_ran(error.to_string()))?;
    if options.policy.policy_report_only {
        policy = policy.report_only();
    }
    if policy.mode() == Mode::Enforce {
        policy.check_dotnet_can_start().map_err(nothing_ran)?;
    }
    if options.count_only && policy.has_budgets() {
        let file = policy.file();
        let problem =
            format!("{file}: the policy has budgets, and --count-only takes no times. Leave one of them out");
        return Err(nothing_ran(problem));
    }
    Ok(Some(Arc::new(Violations::new(Arc::new(policy)))))
}

/// The host with what keeps denied functions from being called. The error is a message for people.
///
/// This is the place for a source that is asked when functions are bound: it passes on [`Violations::at_bind`]. The
/// transitions flag is told of calls and cannot keep them from being made, and a policy that is not enforced must not look
/// as if it were.
pub fn enforce(host: Host, violations: &Arc<Violations>) -> Result<Host, String> {
    let policy = violations.policy();
    if policy.mode() == Mode::ReportOnly || !policy.can_deny() {
        return Ok(host);
    }
    Err(format!(
        "{}: the policy cannot be enforced: crossings are seen by the transitions flag, which cannot keep a function from \
         being called; nothing was run. Use --policy-report-only, or mode = \"report-only\" in the file",
        policy.file()
    ))
}

/// Says on stderr what rules objected to.
pub fn complain_of(report: &Report) {
    let lines = report.policy_lines();
    for line in lines.iter().take(SAID) {
        complain(line);
    }
    if lines.len() > SAID {
        complain(format_args!("{} more in the report", lines.len() - SAID));
    }
}

/// The policy that allows what the report says was used. The report must be one with all rows.
pub fn learned(report: &Report, when: SystemTime) -> String {
    let run =
        learn::Run { program: &report.application.path, clrhost_version: &report.clrhost_version, when };
    let called = report.targets.iter().filter(|row| row.kind != TargetKind::RuntimeWait.as_str());
    let used = called.map(|row| {
        let by_name = row.kind == TargetKind::PInvoke.as_str();
        learn::Used {
            library: row.library.as_deref().filter(|_| by_name),
            symbol: row.symbol.as_deref().filter(|_| by_name),
            of_dotnet: [Origin::CoreLib, Origin::Framework]
                .iter()
                .any(|origin| row.origin == origin.as_str()),
            calls: row.calls,
            longest: row.max_ns.map(Duration::from_nanos),
        }
    });
    learn::write(&run, used)
}
