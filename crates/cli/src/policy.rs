//! `--policy`, `--policy-report-only` and `--learn-policy` of `clrhost run`.

use crate::args::{Run, SourceName};
use crate::complain;
use clrhost::policy::{Mode, Policy, Violations, learn};
use clrhost::report::{Report, is_judged};
use clrhost::{Origin, TargetDescription, TargetKind};
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
    if options.source == Some(SourceName::Flag) && policy.mode() == Mode::Enforce && policy.can_deny() {
        // A policy that is not enforced must not look as if it were.
        return Err(format!(
            "{}: the policy cannot be enforced: with --source flag the runtime tells of calls, and they cannot be kept from \
             being made; nothing was run. Use --source thunks, --policy-report-only, or mode = \"report-only\" in the file",
            policy.file()
        ));
    }
    if options.count_only && policy.has_budgets() {
        let file = policy.file();
        let problem =
            format!("{file}: the policy has budgets, and --count-only takes no times. Leave one of them out");
        return Err(nothing_ran(problem));
    }
    Ok(Some(Arc::new(Violations::new(Arc::new(policy)))))
}

/// Says on stderr what rules objected to, save for what was denied, which was said when it happened.
pub fn complain_of(report: &Report) {
    let lines = report.policy_lines();
    for line in lines.iter().take(SAID) {
        complain(line);
    }
    if lines.len() > SAID {
        complain(format_args!("{} more in the report", lines.len() - SAID));
    }
}

/// The policy that allows what the report says was used, and what was bound and not called. The report must be one with all
/// rows.
pub fn learned(report: &Report, bound: &[TargetDescription], when: SystemTime) -> String {
    let run =
        learn::Run { program: &report.application.path, clrhost_version: &report.clrhost_version, when };
    let of_dotnet =
        |origin: &str| [Origin::CoreLib, Origin::Framework].iter().any(|dotnets| origin == dotnets.as_str());
    let called = report.targets.iter().filter(|row| row.kind != TargetKind::RuntimeWait.as_str());
    let called = called.map(|row| {
        let judged = is_judged(&row.kind, row.library.as_deref());
        learn::Used {
            library: row.library.as_deref().filter(|_| judged),
            symbol: row.symbol.as_deref().filter(|_| judged),
            method: Some(&row.method),
            of_dotnet: of_dotnet(&row.origin),
            calls: row.calls,
            longest: row.max_ns.map(Duration::from_nanos),
        }
    });
    let judged = bound.iter().filter(|target| is_judged(target.kind.as_str(), target.library.as_deref()));
    let bound = judged.map(|target| learn::Used {
        library: target.library.as_deref(),
        symbol: target.symbol.as_deref(),
        method: Some(&target.method),
        of_dotnet: of_dotnet(target.origin.as_str()),
        calls: 0,
        longest: None,
    });
    learn::write(&run, called.chain(bound))
}
