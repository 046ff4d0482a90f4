//! The table itself. A change of it belongs to a run that shows it: what is `Tested` is tested by `cargo xtask test`, and
//! `docs/versions.md` says how what is `Tried` was tried.

use super::{Feature, Row, Standing};
use crate::Source;
use Feature::*;
use Source::{Flag, Thunks};
use Standing::{Absent, Partly, Tested, Tried, Unknown};

const THUNKS: Option<Source> = Some(Thunks);
const FLAG: Option<Source> = Some(Flag);

const CORE31: &str = "3.1.23";
const NET8: &str = "8.0.4";
const NET9: &str = "9.0.1";
const NET10: &str = "10.0.9";

const T31: Standing = Tested(CORE31);
const T8: Standing = Tested(NET8);
const T9: Standing = Tested(NET9);
const BY_HAND10: Standing = Tried(NET10);
/// Nobody has got hold of one of these: 5, 6 and 7.
const UNSEEN: [Standing; 3] = [Unknown; 3];

const fn row(
    feature: Feature,
    source: Option<Source>,
    core31: Standing,
    [net5, net6, net7]: [Standing; 3],
    [net8, net9, net10]: [Standing; 3],
) -> Row {
    Row { feature, source, standings: [core31, net5, net6, net7, net8, net9, net10] }
}

/// A row that says the same of every version that tests run on.
const fn partly(feature: Feature, source: Option<Source>, why: &'static str) -> Row {
    let later = [Partly(NET8, why), Partly(NET9, why), Unknown];
    row(feature, source, Partly(CORE31, why), UNSEEN, later)
}

const fn absent(feature: Feature, source: Option<Source>, why: &'static str) -> Row {
    Row { feature, source, standings: [Absent(why); 7] }
}

/// Every row; those of one feature follow each other.
pub const MATRIX: &[Row] = &[
    row(PInvokes, THUNKS, Tried(CORE31), UNSEEN, [T8, T9, BY_HAND10]),
    row(PInvokes, FLAG, T31, UNSEEN, [T8, T9, BY_HAND10]),
    row(Callbacks, THUNKS, Partly(CORE31, IN_FIELDS), UNSEEN, [T8, T9, Unknown]),
    row(Callbacks, FLAG, T31, UNSEEN, [T8, T9, Unknown]),
    row(NativeDelegates, THUNKS, Partly(CORE31, TYPELESS), UNSEEN, [Partly(NET8, FILLED_IN), T9, Unknown]),
    row(NativeDelegates, FLAG, T31, UNSEEN, [T8, T9, Unknown]),
    row(UnmanagedCallersOnly, THUNKS, Absent(SINCE5), UNSEEN, [T8, T9, BY_HAND10]),
    row(UnmanagedCallersOnly, FLAG, Absent(SINCE5), UNSEEN, [T8, T9, BY_HAND10]),
    row(NamedPointers, THUNKS, Partly(CORE31, TYPELESS), UNSEEN, [T8, T9, Unknown]),
    partly(
        NamedPointers,
        FLAG,
        "counted by the delegate's type or among other pointers, without the function's name",
    ),
    absent(OtherPointers, THUNKS, "such a pointer passes no place that clrhost can change"),
    partly(OtherPointers, FLAG, "a lower bound, without a name"),
    row(Denials, THUNKS, Partly(CORE31, TYPELESS), UNSEEN, [T8, T9, Unknown]),
    absent(Denials, FLAG, "the runtime tells of calls, which cannot be kept from being made"),
    row(BesideAnother, FLAG, Absent(SINCE6), [Absent(SINCE6), Unknown, Unknown], [T8, T9, Unknown]),
    row(Trace, None, T31, UNSEEN, [T8, T9, BY_HAND10]),
    row(SingleFile, None, Unknown, UNSEEN, [Tested("8.0.30"), Unknown, BY_HAND10]),
    row(Recordings, None, T31, UNSEEN, [T8, T9, BY_HAND10]),
    row(Pauses, None, T31, UNSEEN, [T8, T9, Unknown]),
    row(Stacks, None, T31, UNSEEN, [T8, T9, Unknown]),
    row(Hosts, None, Partly(CORE31, NATIVE_STARTS), UNSEEN, [T8, T9, Unknown]),
    row(Tasks, None, Absent(NO_SHIM), [Absent(NO_SHIM); 3], [T8, T9, Unknown]),
    row(Aborts, None, Absent(NO_SHIM), [Absent(NO_SHIM); 3], [T8, Absent(UNCAUGHT), Absent(UNCAUGHT)]),
    row(TaskMemory, None, Absent(NO_DAC), [Absent(NO_DAC); 3], [T8, Absent(NO_DAC), Absent(NO_DAC)]),
];

const IN_FIELDS: &str = "delegates in fields of structures are not seen";
const FILLED_IN: &str = "those in fields of structures that native code filled in are not seen";
const TYPELESS: &str = "calls of delegates made of native functions are not seen";
const SINCE5: &str = "came with .NET 5";
const SINCE6: &str = "came with .NET 6";
const NATIVE_STARTS: &str =
    "threads of the pool wait, and threads are started, in native code of the runtime's own";
const NO_SHIM: &str = "hostfxr loads nothing into the runtime of an application before .NET 8";
const UNCAUGHT: &str = "an abort that nobody catches would end the process, so a host's request is refused";
const NO_DAC: &str = "clrhost knows the structures of .NET 8 alone";
