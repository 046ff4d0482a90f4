//! The profiling interfaces (`corprof.idl`): what the runtime calls (`ICorProfilerCallback`) and what it offers
//! (`ICorProfilerInfo`).

mod callback;
mod info;

pub use callback::{CALLBACK_IIDS, CALLBACK_SLOTS, CallbackSlot, CallbackVtbl};
pub use info::{
    COR_PRF_MODULE_DYNAMIC, COR_PRF_MODULE_FLAT_LAYOUT, COR_PRF_MODULE_RESOURCE, CorPrfMethod,
    ICorProfilerInfo3Vtbl, ICorProfilerInfo6Vtbl, ICorProfilerInfo11Vtbl, ICorProfilerInfoVtbl,
    ICorProfilerMethodEnumVtbl, IID_ICORPROFILERINFO, IID_ICORPROFILERINFO3, IID_ICORPROFILERINFO6,
    IID_ICORPROFILERINFO11, IMethodMallocVtbl,
};

/// Event mask bits of `COR_PRF_MONITOR` that clrhost uses.
pub mod monitor {
    /// `COR_PRF_MONITOR_MODULE_LOADS`.
    pub const MODULE_LOADS: u32 = 0x4;
    /// `COR_PRF_MONITOR_JIT_COMPILATION`: brings `JITInlining` too.
    pub const JIT_COMPILATION: u32 = 0x20;
    /// `COR_PRF_MONITOR_THREADS`.
    pub const THREADS: u32 = 0x200;
    /// `COR_PRF_MONITOR_SUSPENDS`.
    pub const SUSPENDS: u32 = 0x1_0000;
    /// `COR_PRF_MONITOR_CACHE_SEARCHES`: asks before precompiled code is used.
    pub const CACHE_SEARCHES: u32 = 0x2_0000;
    /// `COR_PRF_HIGH_BASIC_GC`, of the second mask: tells of collections without making them blocking.
    pub const HIGH_BASIC_GC: u32 = 0x10;
    /// `COR_PRF_MONITOR_CODE_TRANSITIONS`: immutable, so only in `Initialize`.
    pub const CODE_TRANSITIONS: u32 = 0x800;
}

/// `COR_PRF_TRANSITION_CALL`: the transition is a call.
pub const COR_PRF_TRANSITION_CALL: u32 = 0;
/// `COR_PRF_TRANSITION_RETURN`: the transition is the return of a call.
pub const COR_PRF_TRANSITION_RETURN: u32 = 1;
