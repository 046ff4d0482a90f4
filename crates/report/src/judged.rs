//! What a policy is asked about.

use crate::model::TargetRow;
use clrhost_boundary::{TargetDescription, TargetKind};
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
            method: declaring(&row.method, row.symbol.as_deref()),
            assembly: row.assembly.as_deref(),
        },
        by_name: is_judged(&row.kind, row.library.as_deref()),
        calls: row.calls,
        longest: row.max_ns.map(Duration::from_nanos),
    })
}

/// A target as a policy is asked about it.
pub fn subject_of(target: &TargetDescription) -> Subject<'_> {
    Subject {
        library: target.library.as_deref(),
        file: target.file.as_deref().map(Path::new),
        symbol: target.symbol.as_deref(),
        method: declaring(&target.method, target.symbol.as_deref()),
        assembly: target.assembly.as_deref(),
    }
}

/// Whether a policy is asked about targets of this kind: they are found by a name, or it is known in which library they lie.
pub fn is_judged(kind: &str, library: Option<&str>) -> bool {
    let by_pointer = [TargetKind::FunctionPointer.as_str(), TargetKind::NativeDelegate.as_str()];
    kind == TargetKind::PInvoke.as_str() || (by_pointer.contains(&kind) && library.is_some())
}

/// The method, where it is one: calls that no method is known for have words in parentheses, or the symbol, in its place.
fn declaring<'a>(method: &'a str, symbol: Option<&str>) -> Option<&'a str> {
    Some(method).filter(|method| !method.starts_with('(') && Some(*method) != symbol)
}
