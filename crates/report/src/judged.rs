//! Which rows a policy is asked about.

use crate::model::TargetRow;
use clrhost_boundary::TargetKind;
use clrhost_policy::{Called, Subject};
use std::path::Path;
use std::time::Duration;

/// What a policy has a say in. Waits of the runtime's own are reported to hosts as calls, but nothing is called by them.
pub(crate) fn called(rows: &[TargetRow]) -> impl Iterator<Item = Called<'_>> {
    rows.iter().filter(|row| row.kind != TargetKind::RuntimeWait.as_str()).map(|row| Called {
        subject: Subject {
            library: row.library.as_deref(),
            file: row.file.as_deref().map(Path::new),
            symbol: row.symbol.as_deref(),
            method: Some(&row.method),
            assembly: row.assembly.as_deref(),
        },
        by_name: row.kind == TargetKind::PInvoke.as_str(),
        calls: row.calls,
        longest: row.max_ns.map(Duration::from_nanos),
    })
}
