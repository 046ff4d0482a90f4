//! `ICLRGCManager` and `ICLRGCManager2`.

use crate::entry::{check_available, methods};
use crate::hosting;
use crate::object::{Singleton, unknown};
use clrhost::{HostResult, Hresult};
use clrhost_abi::hosting::*;

static VTBL: ICLRGCManager2_Vtbl = ICLRGCManager2_Vtbl {
    base__: ICLRGCManager_Vtbl {
        base__: unknown!(IID_ICLRGCManager, IID_ICLRGCManager2),
        Collect: collect,
        GetStats: get_stats,
        SetGCStartupLimits: set_gc_startup_limits,
    },
    SetGCStartupLimitsEx: set_gc_startup_limits_ex,
};
static OBJECT: Singleton<ICLRGCManager2_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRGCManager2_Vtbl> {
    &OBJECT
}

/// Least values that the documentation allows.
const LEAST_SEGMENT: usize = 4 << 20;
const LEAST_GEN0: usize = 64 << 10;

/// CoreCLR has regions instead of segments, so a segment's size can only be checked; the limit of generation 0 is passed on.
/// 0 leaves a value alone. Only the first call counts.
fn set_limits(segment: usize, gen0: usize) -> HostResult {
    check_available()?;
    let whole_segments = segment.is_multiple_of(1 << 20) && segment >= LEAST_SEGMENT;
    if (segment != 0 && !whole_segments) || (gen0 != 0 && gen0 < LEAST_GEN0) {
        return Err(Hresult::E_INVALIDARG);
    }
    let mut state = hosting::state();
    if state.was_started {
        return Err(Hresult::E_ACCESSDENIED);
    }
    if gen0 == 0 {
        // Nothing is left that CoreCLR could do.
        return if segment == 0 { Ok(()) } else { Err(Hresult::E_NOTIMPL) };
    }
    state.gen0_limit.get_or_insert(gen0);
    Ok(())
}

methods! {
    fn collect(this, generation: i32) {
        let generation = match generation {
            -1 => None,
            0..=2 => Some(generation as u32),
            _ => return Err(Hresult::E_INVALIDARG),
        };
        hosting::started_runtime(None)?.collect(generation)
    }

    fn get_stats(this, stats: *mut COR_GC_STATS) {
        if stats.is_null() {
            return Err(Hresult::E_POINTER);
        }
        let known = hosting::started_runtime(None)?.gc_stats()?;
        let stats = &mut *stats;
        if stats.Flags & COR_GC_COUNTS as u32 != 0 {
            stats.ExplicitGCCount = known.explicit as usize;
            stats.GenCollectionsTaken = known.collections.map(|count| count as usize);
        }
        if stats.Flags & COR_GC_MEMORYUSAGE as u32 != 0 {
            let kilobytes = |bytes: Option<u64>| bytes.map(|bytes| (bytes / 1024) as usize);
            // What CoreCLR does not tell stays as the caller had it, as the documentation has it for fields not asked for.
            if let Some(committed) = kilobytes(known.committed) {
                stats.CommittedKBytes = committed;
            }
            if let Some(promoted) = kilobytes(known.promoted) {
                stats.KBytesPromotedFromGen0 = promoted;
            }
        }
        Ok(())
    }

    fn set_gc_startup_limits(this, segment: u32, gen0: u32) {
        set_limits(segment as usize, gen0 as usize)
    }

    fn set_gc_startup_limits_ex(this, segment: usize, gen0: usize) {
        set_limits(segment, gen0)
    }
}
