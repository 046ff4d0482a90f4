//! Interfaces, structures, enumerations and constants of the hosting API.
//!
//! Written by `cargo xtask abi` from the Win32 metadata in windows-bindgen 0.62.1; changes by hand are lost.

use crate::{ComObject, Guid as GUID, Hresult as HRESULT, IUnknownVtbl as IUnknown_Vtbl};

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct ACL {
    pub AclRevision: u8,
    pub Sbz1: u8,
    pub AclSize: u16,
    pub AceCount: u16,
    pub Sbz2: u16,
}
pub const APPDOMAIN_FORCE_TRIVIAL_WAIT_OPERATIONS: APPDOMAIN_SECURITY_FLAGS = 8i32;
pub const APPDOMAIN_SECURITY_DEFAULT: APPDOMAIN_SECURITY_FLAGS = 0i32;
pub type APPDOMAIN_SECURITY_FLAGS = i32;
pub const APPDOMAIN_SECURITY_FORBID_CROSSAD_REVERSE_PINVOKE: APPDOMAIN_SECURITY_FLAGS = 2i32;
pub const APPDOMAIN_SECURITY_SANDBOXED: APPDOMAIN_SECURITY_FLAGS = 1i32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AssemblyBindInfo {
    pub dwAppDomainId: u32,
    pub lpReferencedIdentity: PCWSTR,
    pub lpPostPolicyIdentity: PCWSTR,
    pub ePolicyLevel: u32,
}
impl Default for AssemblyBindInfo {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
pub type BOOL = i32;
pub const BucketParamLength: u32 = 255u32;
pub type BucketParameterIndex = i32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct BucketParameters {
    pub fInited: BOOL,
    pub pszEventTypeName: [u16; 255],
    pub pszParams: [u16; 2550],
}
impl Default for BucketParameters {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
pub const BucketParamsCount: u32 = 10u32;
pub type CLRCreateInstanceFnPtr = Option<
    unsafe extern "C" fn(
        clsid: *const GUID,
        riid: *const GUID,
        ppinterface: *mut *mut core::ffi::c_void,
    ) -> HRESULT,
>;
pub const CLSID_CLRRuntimeHost: GUID = GUID::from_u128(0x90f1a06e_7712_4762_86b5_7a5eba6bdb02);
pub const CLR_ASSEMBLY_BUILD_VERSION: u32 = 0u32;
pub const CLR_ASSEMBLY_IDENTITY_FLAGS_DEFAULT: ECLRAssemblyIdentityFlags = 0i32;
pub const CLR_ASSEMBLY_MAJOR_VERSION: u32 = 4u32;
pub const CLR_ASSEMBLY_MINOR_VERSION: u32 = 0u32;
pub const CLR_BUILD_VERSION: u32 = 22220u32;
pub const CLR_DEBUGGING_MANAGED_EVENT_DEBUGGER_LAUNCH: CLR_DEBUGGING_PROCESS_FLAGS = 2i32;
pub const CLR_DEBUGGING_MANAGED_EVENT_PENDING: CLR_DEBUGGING_PROCESS_FLAGS = 1i32;
pub type CLR_DEBUGGING_PROCESS_FLAGS = i32;
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct CLR_DEBUGGING_VERSION {
    pub wStructVersion: u16,
    pub wMajor: u16,
    pub wMinor: u16,
    pub wBuild: u16,
    pub wRevision: u16,
}
pub const CLR_MAJOR_VERSION: u32 = 4u32;
pub const CLR_MINOR_VERSION: u32 = 0u32;
pub const CLSID_CLRDebugging: GUID = GUID::from_u128(0xbacc578d_fbdd_48a4_969f_02d932b74634);
pub const CLSID_CLRDebuggingLegacy: GUID = GUID::from_u128(0xdf8395b5_a4ba_450b_a77c_a9a47762c520);
pub const CLSID_CLRMetaHost: GUID = GUID::from_u128(0x9280188d_0e8e_4867_b30c_7fa83884e8de);
pub const CLSID_CLRMetaHostPolicy: GUID = GUID::from_u128(0x2ebcd49a_1b47_4a61_b13a_4a03701e594b);
pub const CLSID_CLRProfiling: GUID = GUID::from_u128(0xbd097ed8_733e_43fe_8ed7_a95ff9a8448c);
pub const CLSID_CLRStrongName: GUID = GUID::from_u128(0xb79b0acd_f5cd_409b_b5a5_a16244610b92);
pub const CLSID_RESOLUTION_DEFAULT: CLSID_RESOLUTION_FLAGS = 0i32;
pub type CLSID_RESOLUTION_FLAGS = i32;
pub const CLSID_RESOLUTION_REGISTERED: CLSID_RESOLUTION_FLAGS = 1i32;
pub const COR_GC_COUNTS: COR_GC_STAT_TYPES = 1i32;
pub const COR_GC_MEMORYUSAGE: COR_GC_STAT_TYPES = 2i32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct COR_GC_STATS {
    pub Flags: u32,
    pub ExplicitGCCount: usize,
    pub GenCollectionsTaken: [usize; 3],
    pub CommittedKBytes: usize,
    pub ReservedKBytes: usize,
    pub Gen0HeapSizeKBytes: usize,
    pub Gen1HeapSizeKBytes: usize,
    pub Gen2HeapSizeKBytes: usize,
    pub LargeObjectHeapSizeKBytes: usize,
    pub KBytesPromotedFromGen0: usize,
    pub KBytesPromotedFromGen1: usize,
}
impl Default for COR_GC_STATS {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
pub type COR_GC_STAT_TYPES = i32;
pub const COR_GC_THREAD_HAS_PROMOTED_BYTES: COR_GC_THREAD_STATS_TYPES = 1i32;
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct COR_GC_THREAD_STATS {
    pub PerThreadAllocation: u64,
    pub Flags: u32,
}
pub type COR_GC_THREAD_STATS_TYPES = i32;
pub type CallbackThreadSetFnPtr = Option<unsafe extern "C" fn() -> HRESULT>;
pub type CallbackThreadUnsetFnPtr = Option<unsafe extern "C" fn() -> HRESULT>;
pub const ComCallUnmarshal: GUID = GUID::from_u128(0x3f281000_e95a_11d2_886b_00c04f869f04);
pub const CLSID_ComCallUnmarshalV4: GUID = GUID::from_u128(0x45fb4600_e6e8_4928_b25e_50476ff79425);
pub const CLSID_CorRuntimeHost: GUID = GUID::from_u128(0xcb2f6723_ab3a_11d2_9c40_00c04fa30a3e);
pub type CreateInterfaceFnPtr = Option<
    unsafe extern "C" fn(
        clsid: *const GUID,
        riid: *const GUID,
        ppinterface: *mut *mut core::ffi::c_void,
    ) -> HRESULT,
>;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CustomDumpItem {
    pub itemKind: ECustomDumpItemKind,
    pub Anonymous: CustomDumpItem_0,
}
impl Default for CustomDumpItem {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
#[repr(C)]
#[derive(Clone, Copy)]
pub union CustomDumpItem_0 {
    pub pReserved: usize,
}
impl Default for CustomDumpItem_0 {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
pub const DUMP_FLAVOR_CriticalCLRState: ECustomDumpFlavor = 1i32;
pub const DUMP_FLAVOR_Default: ECustomDumpFlavor = 0i32;
pub const DUMP_FLAVOR_Mini: ECustomDumpFlavor = 0i32;
pub const DUMP_FLAVOR_NonHeapCLRState: ECustomDumpFlavor = 2i32;
pub const DUMP_ITEM_None: ECustomDumpItemKind = 0i32;
pub type EApiCategories = i32;
pub type EBindPolicyLevels = i32;
pub type ECLRAssemblyIdentityFlags = i32;
pub type EClrEvent = i32;
pub type EClrFailure = i32;
pub type EClrOperation = i32;
pub type EClrUnhandledException = i32;
pub type EContextType = i32;
pub type ECustomDumpFlavor = i32;
pub type ECustomDumpItemKind = i32;
pub type EHostApplicationPolicy = i32;
pub type EHostBindingPolicyModifyFlags = i32;
pub type EInitializeNewDomainFlags = i32;
pub type EMemoryAvailable = i32;
pub type EMemoryCriticalLevel = i32;
pub type EPolicyAction = i32;
pub type ESymbolReadingPolicy = i32;
pub type ETaskType = i32;
pub const Event_ClrDisabled: EClrEvent = 1i32;
pub const Event_DomainUnload: EClrEvent = 0i32;
pub const Event_MDAFired: EClrEvent = 2i32;
pub const Event_StackOverflow: EClrEvent = 3i32;
pub const FAIL_AccessViolation: EClrFailure = 5i32;
pub const FAIL_CodeContract: EClrFailure = 6i32;
pub const FAIL_CriticalResource: EClrFailure = 1i32;
pub const FAIL_FatalRuntime: EClrFailure = 2i32;
pub const FAIL_NonCriticalResource: EClrFailure = 0i32;
pub const FAIL_OrphanedLock: EClrFailure = 3i32;
pub const FAIL_StackOverflow: EClrFailure = 4i32;
pub type FExecuteInAppDomainCallback =
    Option<unsafe extern "C" fn(cookie: *mut core::ffi::c_void) -> HRESULT>;
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct FILETIME {
    pub dwLowDateTime: u32,
    pub dwHighDateTime: u32,
}
pub type FLockClrVersionCallback = Option<unsafe extern "C" fn() -> HRESULT>;
pub type HANDLE = *mut core::ffi::c_void;
pub type HINSTANCE = *mut core::ffi::c_void;
pub type HMODULE = *mut core::ffi::c_void;
pub const HOST_APPLICATION_BINDING_POLICY: EHostApplicationPolicy = 1i32;
pub const HOST_BINDING_POLICY_MODIFY_CHAIN: EHostBindingPolicyModifyFlags = 1i32;
pub const HOST_BINDING_POLICY_MODIFY_DEFAULT: EHostBindingPolicyModifyFlags = 0i32;
pub const HOST_BINDING_POLICY_MODIFY_MAX: EHostBindingPolicyModifyFlags = 3i32;
pub const HOST_BINDING_POLICY_MODIFY_REMOVE: EHostBindingPolicyModifyFlags = 2i32;
pub type HOST_TYPE = i32;
pub const HOST_TYPE_APPLAUNCH: HOST_TYPE = 1i32;
pub const HOST_TYPE_CORFLAG: HOST_TYPE = 2i32;
pub const HOST_TYPE_DEFAULT: HOST_TYPE = 0i32;
pub const IID_IActionOnCLREvent: GUID = GUID::from_u128(0x607be24b_d91b_4e28_a242_61871ce56e35);
#[repr(C)]
pub struct IActionOnCLREvent_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub OnEvent: unsafe extern "C" fn(*mut core::ffi::c_void, EClrEvent, *const core::ffi::c_void) -> HRESULT,
}
pub const IID_IAppDomainBinding: GUID = GUID::from_u128(0x5c2b07a7_1e98_11d3_872f_00c04f79ed0d);
#[repr(C)]
pub struct IAppDomainBinding_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub OnAppDomain: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_ICLRAppDomainResourceMonitor: GUID = GUID::from_u128(0xc62de18c_2e23_4aea_8423_b40c1fc59eae);
#[repr(C)]
pub struct ICLRAppDomainResourceMonitor_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetCurrentAllocated: unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut u64) -> HRESULT,
    pub GetCurrentSurvived: unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut u64, *mut u64) -> HRESULT,
    pub GetCurrentCpuTime: unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut u64) -> HRESULT,
}
pub const IID_ICLRAssemblyIdentityManager: GUID = GUID::from_u128(0x15f0a9da_3ff6_4393_9da9_fdfd284e6972);
#[repr(C)]
pub struct ICLRAssemblyIdentityManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetCLRAssemblyReferenceList: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const PCWSTR,
        u32,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub GetBindingIdentityFromFile:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, u32, PWSTR, *mut u32) -> HRESULT,
    pub GetBindingIdentityFromStream:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void, u32, PWSTR, *mut u32) -> HRESULT,
    pub GetReferencedAssembliesFromFile: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        u32,
        *mut core::ffi::c_void,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub GetReferencedAssembliesFromStream: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *mut core::ffi::c_void,
        u32,
        *mut core::ffi::c_void,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub GetProbingAssembliesFromReference: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        u32,
        u32,
        PCWSTR,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub IsStronglyNamed: unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *mut BOOL) -> HRESULT,
}
pub const IID_ICLRAssemblyReferenceList: GUID = GUID::from_u128(0x1b2c9750_2e66_4bda_8b44_0a642c5cd733);
#[repr(C)]
pub struct ICLRAssemblyReferenceList_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub IsStringAssemblyReferenceInList: unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR) -> HRESULT,
    pub IsAssemblyReferenceInList:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_ICLRControl: GUID = GUID::from_u128(0x9065597e_d1a1_4fb2_b6ba_7e1fce230f61);
#[repr(C)]
pub struct ICLRControl_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetCLRManager:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const GUID, *mut *mut core::ffi::c_void) -> HRESULT,
    pub SetAppDomainManagerType: unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, PCWSTR) -> HRESULT,
}
pub const IID_ICLRDebugManager: GUID = GUID::from_u128(0x00dcaec6_2ac0_43a9_acf9_1e36c139b10d);
#[repr(C)]
pub struct ICLRDebugManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub BeginConnection: unsafe extern "C" fn(*mut core::ffi::c_void, u32, PCWSTR) -> HRESULT,
    pub SetConnectionTasks:
        unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32, *const *mut core::ffi::c_void) -> HRESULT,
    pub EndConnection: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub SetDacl: unsafe extern "C" fn(*mut core::ffi::c_void, *const ACL) -> HRESULT,
    pub GetDacl: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut ACL) -> HRESULT,
    pub IsDebuggerAttached: unsafe extern "C" fn(*mut core::ffi::c_void, *mut BOOL) -> HRESULT,
    pub SetSymbolReadingPolicy: unsafe extern "C" fn(*mut core::ffi::c_void, ESymbolReadingPolicy) -> HRESULT,
}
pub const IID_ICLRDebugging: GUID = GUID::from_u128(0xd28f3c5a_9634_4206_a509_477552eefb10);
#[repr(C)]
pub struct ICLRDebugging_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub OpenVirtualProcess: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        u64,
        *mut core::ffi::c_void,
        *mut core::ffi::c_void,
        *const CLR_DEBUGGING_VERSION,
        *const GUID,
        *mut *mut core::ffi::c_void,
        *mut CLR_DEBUGGING_VERSION,
        *mut CLR_DEBUGGING_PROCESS_FLAGS,
    ) -> HRESULT,
    pub CanUnloadNow: unsafe extern "C" fn(*mut core::ffi::c_void, HMODULE) -> HRESULT,
}
pub const IID_ICLRDebuggingLibraryProvider: GUID = GUID::from_u128(0x3151c08d_4d09_4f9b_8838_2880bf18fe51);
#[repr(C)]
pub struct ICLRDebuggingLibraryProvider_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub ProvideLibrary:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, u32, u32, *mut HMODULE) -> HRESULT,
}
pub const IID_ICLRDomainManager: GUID = GUID::from_u128(0x270d00a2_8e15_4d0b_adeb_37bc3e47df77);
#[repr(C)]
pub struct ICLRDomainManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub SetAppDomainManagerType:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, PCWSTR, EInitializeNewDomainFlags) -> HRESULT,
    pub SetPropertiesForDefaultAppDomain:
        unsafe extern "C" fn(*mut core::ffi::c_void, u32, *const PCWSTR, *const PCWSTR) -> HRESULT,
}
pub const IID_ICLRErrorReportingManager: GUID = GUID::from_u128(0x980d2f1a_bf79_4c08_812a_bb9778928f78);
#[repr(C)]
pub struct ICLRErrorReportingManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetBucketParametersForCurrentException:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut BucketParameters) -> HRESULT,
    pub BeginCustomDump: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        ECustomDumpFlavor,
        u32,
        *const CustomDumpItem,
        u32,
    ) -> HRESULT,
    pub EndCustomDump: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
}
pub const IID_ICLRGCManager: GUID = GUID::from_u128(0x54d9007e_a8e2_4885_b7bf_f998deee4f2a);
#[repr(C)]
pub struct ICLRGCManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Collect: unsafe extern "C" fn(*mut core::ffi::c_void, i32) -> HRESULT,
    pub GetStats: unsafe extern "C" fn(*mut core::ffi::c_void, *mut COR_GC_STATS) -> HRESULT,
    pub SetGCStartupLimits: unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32) -> HRESULT,
}
pub const IID_ICLRGCManager2: GUID = GUID::from_u128(0x0603b793_a97a_4712_9cb4_0cd1c74c0f7c);
#[repr(C)]
pub struct ICLRGCManager2_Vtbl {
    pub base__: ICLRGCManager_Vtbl,
    pub SetGCStartupLimitsEx: unsafe extern "C" fn(*mut core::ffi::c_void, usize, usize) -> HRESULT,
}
pub const IID_ICLRHostBindingPolicyManager: GUID = GUID::from_u128(0x4b3545e7_1856_48c9_a8ba_24b21a753c09);
#[repr(C)]
pub struct ICLRHostBindingPolicyManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub ModifyApplicationPolicy: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        PCWSTR,
        *const u8,
        u32,
        u32,
        *mut u8,
        *mut u32,
    ) -> HRESULT,
    pub EvaluatePolicy: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        *const u8,
        u32,
        PWSTR,
        *mut u32,
        *mut u32,
    ) -> HRESULT,
}
pub const IID_ICLRHostProtectionManager: GUID = GUID::from_u128(0x89f25f5c_ceef_43e1_9cfa_a68ce863aaac);
#[repr(C)]
pub struct ICLRHostProtectionManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub SetProtectedCategories: unsafe extern "C" fn(*mut core::ffi::c_void, EApiCategories) -> HRESULT,
    pub SetEagerSerializeGrantSets: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
}
pub const IID_ICLRIoCompletionManager: GUID = GUID::from_u128(0x2d74ce86_b8d6_4c84_b3a7_9768933b3c12);
#[repr(C)]
pub struct ICLRIoCompletionManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub OnComplete:
        unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32, *const core::ffi::c_void) -> HRESULT,
}
pub const IID_ICLRMemoryNotificationCallback: GUID = GUID::from_u128(0x47eb8e57_0846_4546_af76_6f42fcfc2649);
#[repr(C)]
pub struct ICLRMemoryNotificationCallback_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub OnMemoryNotification: unsafe extern "C" fn(*mut core::ffi::c_void, EMemoryAvailable) -> HRESULT,
}
pub const IID_ICLRMetaHost: GUID = GUID::from_u128(0xd332db9e_b9b3_4125_8207_a14884f53216);
#[repr(C)]
pub struct ICLRMetaHost_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetRuntime: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        *const GUID,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub GetVersionFromFile: unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, PWSTR, *mut u32) -> HRESULT,
    pub EnumerateInstalledRuntimes:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub EnumerateLoadedRuntimes:
        unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, *mut *mut core::ffi::c_void) -> HRESULT,
    pub RequestRuntimeLoadedNotification:
        unsafe extern "C" fn(*mut core::ffi::c_void, RuntimeLoadedCallbackFnPtr) -> HRESULT,
    pub QueryLegacyV2RuntimeBinding:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const GUID, *mut *mut core::ffi::c_void) -> HRESULT,
    pub ExitProcess: unsafe extern "C" fn(*mut core::ffi::c_void, i32) -> HRESULT,
}
pub const IID_ICLRMetaHostPolicy: GUID = GUID::from_u128(0xe2190695_77b2_492e_8e14_c4b3a7fdd593);
#[repr(C)]
pub struct ICLRMetaHostPolicy_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetRequestedRuntime: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        METAHOST_POLICY_FLAGS,
        PCWSTR,
        *mut core::ffi::c_void,
        PWSTR,
        *mut u32,
        PWSTR,
        *mut u32,
        *mut u32,
        *const GUID,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
}
pub const IID_ICLROnEventManager: GUID = GUID::from_u128(0x1d0e0132_e64f_493d_9260_025c0e32c175);
#[repr(C)]
pub struct ICLROnEventManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub RegisterActionOnEvent:
        unsafe extern "C" fn(*mut core::ffi::c_void, EClrEvent, *mut core::ffi::c_void) -> HRESULT,
    pub UnregisterActionOnEvent:
        unsafe extern "C" fn(*mut core::ffi::c_void, EClrEvent, *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_ICLRPolicyManager: GUID = GUID::from_u128(0x7d290010_d781_45da_a6f8_aa5d711a730e);
#[repr(C)]
pub struct ICLRPolicyManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub SetDefaultAction:
        unsafe extern "C" fn(*mut core::ffi::c_void, EClrOperation, EPolicyAction) -> HRESULT,
    pub SetTimeout: unsafe extern "C" fn(*mut core::ffi::c_void, EClrOperation, u32) -> HRESULT,
    pub SetActionOnTimeout:
        unsafe extern "C" fn(*mut core::ffi::c_void, EClrOperation, EPolicyAction) -> HRESULT,
    pub SetTimeoutAndAction:
        unsafe extern "C" fn(*mut core::ffi::c_void, EClrOperation, u32, EPolicyAction) -> HRESULT,
    pub SetActionOnFailure:
        unsafe extern "C" fn(*mut core::ffi::c_void, EClrFailure, EPolicyAction) -> HRESULT,
    pub SetUnhandledExceptionPolicy:
        unsafe extern "C" fn(*mut core::ffi::c_void, EClrUnhandledException) -> HRESULT,
}
pub const IID_ICLRProbingAssemblyEnum: GUID = GUID::from_u128(0xd0c5fb1f_416b_4f97_81f4_7ac7dc24dd5d);
#[repr(C)]
pub struct ICLRProbingAssemblyEnum_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Get: unsafe extern "C" fn(*mut core::ffi::c_void, u32, PWSTR, *mut u32) -> HRESULT,
}
pub const IID_ICLRProfiling: GUID = GUID::from_u128(0xb349abe3_b56f_4689_bfcd_76bf39d888ea);
#[repr(C)]
pub struct ICLRProfiling_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub AttachProfiler: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        u32,
        u32,
        *const GUID,
        PCWSTR,
        *const core::ffi::c_void,
        u32,
    ) -> HRESULT,
}
pub const IID_ICLRReferenceAssemblyEnum: GUID = GUID::from_u128(0xd509cb5d_cf32_4876_ae61_67770cf91973);
#[repr(C)]
pub struct ICLRReferenceAssemblyEnum_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Get: unsafe extern "C" fn(*mut core::ffi::c_void, u32, PWSTR, *mut u32) -> HRESULT,
}
pub const IID_ICLRRuntimeHost: GUID = GUID::from_u128(0x90f1a06c_7712_4762_86b5_7a5eba6bdb02);
#[repr(C)]
pub struct ICLRRuntimeHost_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Start: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub Stop: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub SetHostControl: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
    pub GetCLRControl: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub UnloadAppDomain: unsafe extern "C" fn(*mut core::ffi::c_void, u32, BOOL) -> HRESULT,
    pub ExecuteInAppDomain: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        u32,
        FExecuteInAppDomainCallback,
        *const core::ffi::c_void,
    ) -> HRESULT,
    pub GetCurrentAppDomainId: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub ExecuteApplication: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        u32,
        *const PCWSTR,
        u32,
        *const PCWSTR,
        *mut i32,
    ) -> HRESULT,
    pub ExecuteInDefaultAppDomain:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, PCWSTR, PCWSTR, PCWSTR, *mut u32) -> HRESULT,
}
pub const IID_ICLRRuntimeInfo: GUID = GUID::from_u128(0xbd39d1d2_ba2f_486a_89b0_b4b0cb466891);
#[repr(C)]
pub struct ICLRRuntimeInfo_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetVersionString: unsafe extern "C" fn(*mut core::ffi::c_void, PWSTR, *mut u32) -> HRESULT,
    pub GetRuntimeDirectory: unsafe extern "C" fn(*mut core::ffi::c_void, PWSTR, *mut u32) -> HRESULT,
    pub IsLoaded: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, *mut BOOL) -> HRESULT,
    pub LoadErrorString: unsafe extern "C" fn(*mut core::ffi::c_void, u32, PWSTR, *mut u32, i32) -> HRESULT,
    pub LoadLibrary: unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *mut HMODULE) -> HRESULT,
    pub GetProcAddress:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCSTR, *mut *mut core::ffi::c_void) -> HRESULT,
    pub GetInterface: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const GUID,
        *const GUID,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub IsLoadable: unsafe extern "C" fn(*mut core::ffi::c_void, *mut BOOL) -> HRESULT,
    pub SetDefaultStartupFlags: unsafe extern "C" fn(*mut core::ffi::c_void, u32, PCWSTR) -> HRESULT,
    pub GetDefaultStartupFlags:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32, PWSTR, *mut u32) -> HRESULT,
    pub BindAsLegacyV2Runtime: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub IsStarted: unsafe extern "C" fn(*mut core::ffi::c_void, *mut BOOL, *mut u32) -> HRESULT,
}
pub const IID_ICLRStrongName: GUID = GUID::from_u128(0x9fd93ccf_3280_4391_b3a9_96e1cde77c8d);
#[repr(C)]
pub struct ICLRStrongName_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetHashFromAssemblyFile:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCSTR, *mut u32, *mut u8, u32, *mut u32) -> HRESULT,
    pub GetHashFromAssemblyFileW:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *mut u32, *mut u8, u32, *mut u32) -> HRESULT,
    pub GetHashFromBlob: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const u8,
        u32,
        *mut u32,
        *mut u8,
        u32,
        *mut u32,
    ) -> HRESULT,
    pub GetHashFromFile:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCSTR, *mut u32, *mut u8, u32, *mut u32) -> HRESULT,
    pub GetHashFromFileW:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *mut u32, *mut u8, u32, *mut u32) -> HRESULT,
    pub GetHashFromHandle:
        unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, *mut u32, *mut u8, u32, *mut u32) -> HRESULT,
    pub StrongNameCompareAssemblies:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, PCWSTR, *mut u32) -> HRESULT,
    pub StrongNameFreeBuffer: unsafe extern "C" fn(*mut core::ffi::c_void, *const u8) -> HRESULT,
    pub StrongNameGetBlob: unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *mut u8, *mut u32) -> HRESULT,
    pub StrongNameGetBlobFromImage:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const u8, u32, *mut u8, *mut u32) -> HRESULT,
    pub StrongNameGetPublicKey: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        *const u8,
        u32,
        *mut *mut u8,
        *mut u32,
    ) -> HRESULT,
    pub StrongNameHashSize: unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut u32) -> HRESULT,
    pub StrongNameKeyDelete: unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR) -> HRESULT,
    pub StrongNameKeyGen:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, u32, *mut *mut u8, *mut u32) -> HRESULT,
    pub StrongNameKeyGenEx:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, u32, u32, *mut *mut u8, *mut u32) -> HRESULT,
    pub StrongNameKeyInstall: unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *const u8, u32) -> HRESULT,
    pub StrongNameSignatureGeneration: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        PCWSTR,
        *const u8,
        u32,
        *mut *mut u8,
        *mut u32,
    ) -> HRESULT,
    pub StrongNameSignatureGenerationEx: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        PCWSTR,
        *const u8,
        u32,
        *mut *mut u8,
        *mut u32,
        u32,
    ) -> HRESULT,
    pub StrongNameSignatureSize:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const u8, u32, *const u32) -> HRESULT,
    pub StrongNameSignatureVerification:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, u32, *mut u32) -> HRESULT,
    pub StrongNameSignatureVerificationEx:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, bool, *mut u8) -> HRESULT,
    pub StrongNameSignatureVerificationFromImage:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const u8, u32, u32, *mut u32) -> HRESULT,
    pub StrongNameTokenFromAssembly:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *mut *mut u8, *mut u32) -> HRESULT,
    pub StrongNameTokenFromAssemblyEx: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        *mut *mut u8,
        *mut u32,
        *mut *mut u8,
        *mut u32,
    ) -> HRESULT,
    pub StrongNameTokenFromPublicKey:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const u8, u32, *mut *mut u8, *mut u32) -> HRESULT,
}
pub const IID_ICLRStrongName2: GUID = GUID::from_u128(0xc22ed5c5_4b59_4975_90eb_85ea55c0069b);
#[repr(C)]
pub struct ICLRStrongName2_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub StrongNameGetPublicKeyEx: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        *const u8,
        u32,
        *mut *mut u8,
        *mut u32,
        u32,
        u32,
    ) -> HRESULT,
    pub StrongNameSignatureVerificationEx2:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, bool, *const u8, u32, *mut u8) -> HRESULT,
}
pub const IID_ICLRStrongName3: GUID = GUID::from_u128(0x22c7089b_bbd3_414a_b698_210f263f1fed);
#[repr(C)]
pub struct ICLRStrongName3_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub StrongNameDigestGenerate:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *mut *mut u8, *mut u32, u32) -> HRESULT,
    pub StrongNameDigestSign: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        *const u8,
        u32,
        *const u8,
        u32,
        u32,
        *mut *mut u8,
        *mut u32,
        u32,
    ) -> HRESULT,
    pub StrongNameDigestEmbed:
        unsafe extern "C" fn(*mut core::ffi::c_void, PCWSTR, *const u8, u32) -> HRESULT,
}
pub const IID_ICLRSyncManager: GUID = GUID::from_u128(0x55ff199d_ad21_48f9_a16c_f24ebbb8727d);
#[repr(C)]
pub struct ICLRSyncManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetMonitorOwner:
        unsafe extern "C" fn(*mut core::ffi::c_void, usize, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateRWLockOwnerIterator: unsafe extern "C" fn(*mut core::ffi::c_void, usize, *mut usize) -> HRESULT,
    pub GetRWLockOwnerNext:
        unsafe extern "C" fn(*mut core::ffi::c_void, usize, *mut *mut core::ffi::c_void) -> HRESULT,
    pub DeleteRWLockOwnerIterator: unsafe extern "C" fn(*mut core::ffi::c_void, usize) -> HRESULT,
}
pub const IID_ICLRTask: GUID = GUID::from_u128(0x28e66a4a_9906_4225_b231_9187c3eb8611);
#[repr(C)]
pub struct ICLRTask_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub SwitchIn: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE) -> HRESULT,
    pub SwitchOut: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub GetMemStats: unsafe extern "C" fn(*mut core::ffi::c_void, *mut COR_GC_THREAD_STATS) -> HRESULT,
    pub Reset: unsafe extern "C" fn(*mut core::ffi::c_void, BOOL) -> HRESULT,
    pub ExitTask: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub Abort: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub RudeAbort: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub NeedsPriorityScheduling: unsafe extern "C" fn(*mut core::ffi::c_void, *mut BOOL) -> HRESULT,
    pub YieldTask: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub LocksHeld: unsafe extern "C" fn(*mut core::ffi::c_void, *mut usize) -> HRESULT,
    pub SetTaskIdentifier: unsafe extern "C" fn(*mut core::ffi::c_void, u64) -> HRESULT,
}
pub const IID_ICLRTask2: GUID = GUID::from_u128(0x28e66a4a_9906_4225_b231_9187c3eb8612);
#[repr(C)]
pub struct ICLRTask2_Vtbl {
    pub base__: ICLRTask_Vtbl,
    pub BeginPreventAsyncAbort: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub EndPreventAsyncAbort: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
}
pub const IID_ICLRTaskManager: GUID = GUID::from_u128(0x4862efbe_3ae5_44f8_8feb_346190ee8a34);
#[repr(C)]
pub struct ICLRTaskManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub CreateTask: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub GetCurrentTask: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub SetUILocale: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub SetLocale: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub GetCurrentTaskType: unsafe extern "C" fn(*mut core::ffi::c_void, *mut ETaskType) -> HRESULT,
}
pub const IID_ICorConfiguration: GUID = GUID::from_u128(0x5c2b07a5_1e98_11d3_872f_00c04f79ed0d);
#[repr(C)]
pub struct ICorConfiguration_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub SetGCThreadControl: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
    pub SetGCHostControl: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
    pub SetDebuggerThreadControl:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
    pub AddDebuggerSpecialThread: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
}
pub const IID_ICorRuntimeHost: GUID = GUID::from_u128(0xcb2f6722_ab3a_11d2_9c40_00c04fa30a3e);
#[repr(C)]
pub struct ICorRuntimeHost_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub CreateLogicalThreadState: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub DeleteLogicalThreadState: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub SwitchInLogicalThreadState: unsafe extern "C" fn(*mut core::ffi::c_void, *const u32) -> HRESULT,
    pub SwitchOutLogicalThreadState: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut u32) -> HRESULT,
    pub LocksHeldByLogicalThread: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub MapFile: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, *mut HMODULE) -> HRESULT,
    pub GetConfiguration:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub Start: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub Stop: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub CreateDomain: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        *mut core::ffi::c_void,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub GetDefaultDomain:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub EnumDomains: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub NextDomain: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const core::ffi::c_void,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub CloseEnum: unsafe extern "C" fn(*mut core::ffi::c_void, *const core::ffi::c_void) -> HRESULT,
    pub CreateDomainEx: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        PCWSTR,
        *mut core::ffi::c_void,
        *mut core::ffi::c_void,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub CreateDomainSetup:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateEvidence: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub UnloadDomain: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
    pub CurrentDomain: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_ICorThreadpool: GUID = GUID::from_u128(0x84680d3a_b2c1_46e8_acc2_dbc0a359159a);
#[repr(C)]
pub struct ICorThreadpool_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub CorRegisterWaitForSingleObject: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const HANDLE,
        HANDLE,
        WAITORTIMERCALLBACK,
        *const core::ffi::c_void,
        u32,
        BOOL,
        *mut BOOL,
    ) -> HRESULT,
    pub CorUnregisterWait: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, HANDLE, *mut BOOL) -> HRESULT,
    pub CorQueueUserWorkItem: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        LPTHREAD_START_ROUTINE,
        *const core::ffi::c_void,
        BOOL,
        *mut BOOL,
    ) -> HRESULT,
    pub CorCreateTimer: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const HANDLE,
        WAITORTIMERCALLBACK,
        *const core::ffi::c_void,
        u32,
        u32,
        *mut BOOL,
    ) -> HRESULT,
    pub CorChangeTimer: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, u32, u32, *mut BOOL) -> HRESULT,
    pub CorDeleteTimer: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, HANDLE, *mut BOOL) -> HRESULT,
    pub CorBindIoCompletionCallback:
        unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, LPOVERLAPPED_COMPLETION_ROUTINE) -> HRESULT,
    pub CorCallOrQueueUserWorkItem: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        LPTHREAD_START_ROUTINE,
        *const core::ffi::c_void,
        *mut BOOL,
    ) -> HRESULT,
    pub CorSetMaxThreads: unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32) -> HRESULT,
    pub CorGetMaxThreads: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32, *mut u32) -> HRESULT,
    pub CorGetAvailableThreads: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32, *mut u32) -> HRESULT,
}
pub const IID_IDebuggerInfo: GUID = GUID::from_u128(0xbf24142d_a47d_4d24_a66d_8c2141944e44);
#[repr(C)]
pub struct IDebuggerInfo_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub IsDebuggerAttached: unsafe extern "C" fn(*mut core::ffi::c_void, *mut BOOL) -> HRESULT,
}
pub const IID_IDebuggerThreadControl: GUID = GUID::from_u128(0x23d86786_0bb5_4774_8fb5_e3522add6246);
#[repr(C)]
pub struct IDebuggerThreadControl_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub ThreadIsBlockingForDebugger: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub ReleaseAllRuntimeThreads: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub StartBlockingForDebugger: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
}
pub const IID_IEnumUnknown: GUID = GUID::from_u128(0x00000100_0000_0000_c000_000000000046);
#[repr(C)]
pub struct IEnumUnknown_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Next:
        unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut *mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub Skip: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub Reset: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub Clone: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IGCHost: GUID = GUID::from_u128(0xfac34f6e_0dcd_47b5_8021_531bc5ecca63);
#[repr(C)]
pub struct IGCHost_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub SetGCStartupLimits: unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32) -> HRESULT,
    pub Collect: unsafe extern "C" fn(*mut core::ffi::c_void, i32) -> HRESULT,
    pub GetStats: unsafe extern "C" fn(*mut core::ffi::c_void, *mut COR_GC_STATS) -> HRESULT,
    pub GetThreadStats:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const u32, *mut COR_GC_THREAD_STATS) -> HRESULT,
    pub SetVirtualMemLimit: unsafe extern "C" fn(*mut core::ffi::c_void, usize) -> HRESULT,
}
pub const IID_IGCHost2: GUID = GUID::from_u128(0xa1d70cec_2dbe_4e2f_9291_fdf81438a1df);
#[repr(C)]
pub struct IGCHost2_Vtbl {
    pub base__: IGCHost_Vtbl,
    pub SetGCStartupLimitsEx: unsafe extern "C" fn(*mut core::ffi::c_void, usize, usize) -> HRESULT,
}
pub const IID_IGCHostControl: GUID = GUID::from_u128(0x5513d564_8374_4cb9_aed9_0083f4160a1d);
#[repr(C)]
pub struct IGCHostControl_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub RequestVirtualMemLimit: unsafe extern "C" fn(*mut core::ffi::c_void, usize, *mut usize) -> HRESULT,
}
pub const IID_IGCThreadControl: GUID = GUID::from_u128(0xf31d1788_c397_4725_87a5_6af3472c2791);
#[repr(C)]
pub struct IGCThreadControl_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub ThreadIsBlockingForSuspension: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub SuspensionStarting: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub SuspensionEnding: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
}
pub const IID_IHostAssemblyManager: GUID = GUID::from_u128(0x613dabd7_62b2_493e_9e65_c1e32a1e0c5e);
#[repr(C)]
pub struct IHostAssemblyManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetNonHostStoreAssemblies:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub GetAssemblyStore:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostAssemblyStore: GUID = GUID::from_u128(0x7b102a88_3f7f_496d_8fa2_c35374e01af3);
#[repr(C)]
pub struct IHostAssemblyStore_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub ProvideAssembly: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const AssemblyBindInfo,
        *mut u64,
        *mut u64,
        *mut *mut core::ffi::c_void,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub ProvideModule: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const ModuleBindInfo,
        *mut u32,
        *mut *mut core::ffi::c_void,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
}
pub const IID_IHostAutoEvent: GUID = GUID::from_u128(0x50b0cfce_4063_4278_9673_e5cb4ed0bdb8);
#[repr(C)]
pub struct IHostAutoEvent_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Wait: unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32) -> HRESULT,
    pub Set: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostControl: GUID = GUID::from_u128(0x02ca073c_7079_4860_880a_c2f7a449c991);
#[repr(C)]
pub struct IHostControl_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetHostManager:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const GUID, *mut *mut core::ffi::c_void) -> HRESULT,
    pub SetAppDomainManager:
        unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostCrst: GUID = GUID::from_u128(0x6df710a6_26a4_4a65_8cd5_7237b8bda8dc);
#[repr(C)]
pub struct IHostCrst_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Enter: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub Leave: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub TryEnter: unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut BOOL) -> HRESULT,
    pub SetSpinCount: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
}
pub const IID_IHostGCManager: GUID = GUID::from_u128(0x5d4ec34e_f248_457b_b603_255faaba0d21);
#[repr(C)]
pub struct IHostGCManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub ThreadIsBlockingForSuspension: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub SuspensionStarting: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub SuspensionEnding: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
}
pub const IID_IHostIoCompletionManager: GUID = GUID::from_u128(0x8bde9d80_ec06_41d6_83e6_22580effcc20);
#[repr(C)]
pub struct IHostIoCompletionManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub CreateIoCompletionPort: unsafe extern "C" fn(*mut core::ffi::c_void, *mut HANDLE) -> HRESULT,
    pub CloseIoCompletionPort: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE) -> HRESULT,
    pub SetMaxThreads: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub GetMaxThreads: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub GetAvailableThreads: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub GetHostOverlappedSize: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub SetCLRIoCompletionManager:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
    pub InitializeHostOverlapped:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const core::ffi::c_void) -> HRESULT,
    pub Bind: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE, HANDLE) -> HRESULT,
    pub SetMinThreads: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub GetMinThreads: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
}
pub const IID_IHostMalloc: GUID = GUID::from_u128(0x1831991c_cc53_4a31_b218_04e910446479);
#[repr(C)]
pub struct IHostMalloc_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Alloc: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        usize,
        EMemoryCriticalLevel,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub DebugAlloc: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        usize,
        EMemoryCriticalLevel,
        *const u8,
        i32,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub Free: unsafe extern "C" fn(*mut core::ffi::c_void, *const core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostManualEvent: GUID = GUID::from_u128(0x1bf4ec38_affe_4fb9_85a6_525268f15b54);
#[repr(C)]
pub struct IHostManualEvent_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Wait: unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32) -> HRESULT,
    pub Reset: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub Set: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostMemoryManager: GUID = GUID::from_u128(0x7bc698d1_f9e3_4460_9cde_d04248e9fa25);
#[repr(C)]
pub struct IHostMemoryManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub CreateMalloc:
        unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut *mut core::ffi::c_void) -> HRESULT,
    pub VirtualAlloc: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const core::ffi::c_void,
        usize,
        u32,
        u32,
        EMemoryCriticalLevel,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub VirtualFree:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const core::ffi::c_void, usize, u32) -> HRESULT,
    pub VirtualQuery: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const core::ffi::c_void,
        *mut core::ffi::c_void,
        usize,
        *mut usize,
    ) -> HRESULT,
    pub VirtualProtect: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *const core::ffi::c_void,
        usize,
        u32,
        *mut u32,
    ) -> HRESULT,
    pub GetMemoryLoad: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32, *mut usize) -> HRESULT,
    pub RegisterMemoryNotificationCallback:
        unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
    pub NeedsVirtualAddressSpace:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const core::ffi::c_void, usize) -> HRESULT,
    pub AcquiredVirtualAddressSpace:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const core::ffi::c_void, usize) -> HRESULT,
    pub ReleasedVirtualAddressSpace:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostPolicyManager: GUID = GUID::from_u128(0x7ae49844_b1e3_4683_ba7c_1e8212ea3b79);
#[repr(C)]
pub struct IHostPolicyManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub OnDefaultAction:
        unsafe extern "C" fn(*mut core::ffi::c_void, EClrOperation, EPolicyAction) -> HRESULT,
    pub OnTimeout: unsafe extern "C" fn(*mut core::ffi::c_void, EClrOperation, EPolicyAction) -> HRESULT,
    pub OnFailure: unsafe extern "C" fn(*mut core::ffi::c_void, EClrFailure, EPolicyAction) -> HRESULT,
}
pub const IID_IHostSecurityContext: GUID = GUID::from_u128(0x7e573ce4_0343_4423_98d7_6318348a1d3c);
#[repr(C)]
pub struct IHostSecurityContext_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Capture: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostSecurityManager: GUID = GUID::from_u128(0x75ad2468_a349_4d02_a764_76a68aee0c4f);
#[repr(C)]
pub struct IHostSecurityManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub ImpersonateLoggedOnUser: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE) -> HRESULT,
    pub RevertToSelf: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub OpenThreadToken: unsafe extern "C" fn(*mut core::ffi::c_void, u32, BOOL, *mut HANDLE) -> HRESULT,
    pub SetThreadToken: unsafe extern "C" fn(*mut core::ffi::c_void, HANDLE) -> HRESULT,
    pub GetSecurityContext:
        unsafe extern "C" fn(*mut core::ffi::c_void, EContextType, *mut *mut core::ffi::c_void) -> HRESULT,
    pub SetSecurityContext:
        unsafe extern "C" fn(*mut core::ffi::c_void, EContextType, *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostSemaphore: GUID = GUID::from_u128(0x855efd47_cc09_463a_a97d_16acab882661);
#[repr(C)]
pub struct IHostSemaphore_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Wait: unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32) -> HRESULT,
    pub ReleaseSemaphore: unsafe extern "C" fn(*mut core::ffi::c_void, i32, *mut i32) -> HRESULT,
}
pub const IID_IHostSyncManager: GUID = GUID::from_u128(0x234330c7_5f10_4f20_9615_5122dab7a0ac);
#[repr(C)]
pub struct IHostSyncManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub SetCLRSyncManager: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
    pub CreateCrst: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateCrstWithSpinCount:
        unsafe extern "C" fn(*mut core::ffi::c_void, u32, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateAutoEvent: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateManualEvent:
        unsafe extern "C" fn(*mut core::ffi::c_void, BOOL, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateMonitorEvent:
        unsafe extern "C" fn(*mut core::ffi::c_void, usize, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateRWLockWriterEvent:
        unsafe extern "C" fn(*mut core::ffi::c_void, usize, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateRWLockReaderEvent:
        unsafe extern "C" fn(*mut core::ffi::c_void, BOOL, usize, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateSemaphore:
        unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32, *mut *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostTask: GUID = GUID::from_u128(0xc2275828_c4b1_4b55_82c9_92135f74df1a);
#[repr(C)]
pub struct IHostTask_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Start: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub Alert: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub Join: unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32) -> HRESULT,
    pub SetPriority: unsafe extern "C" fn(*mut core::ffi::c_void, i32) -> HRESULT,
    pub GetPriority: unsafe extern "C" fn(*mut core::ffi::c_void, *mut i32) -> HRESULT,
    pub SetCLRTask: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostTaskManager: GUID = GUID::from_u128(0x997ff24c_43b7_4352_8667_0dc04fafd354);
#[repr(C)]
pub struct IHostTaskManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub GetCurrentTask: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
    pub CreateTask: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        u32,
        LPTHREAD_START_ROUTINE,
        *const core::ffi::c_void,
        *mut *mut core::ffi::c_void,
    ) -> HRESULT,
    pub Sleep: unsafe extern "C" fn(*mut core::ffi::c_void, u32, u32) -> HRESULT,
    pub SwitchToTask: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub SetUILocale: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub SetLocale: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub CallNeedsHostHook: unsafe extern "C" fn(*mut core::ffi::c_void, usize, *mut BOOL) -> HRESULT,
    pub LeaveRuntime: unsafe extern "C" fn(*mut core::ffi::c_void, usize) -> HRESULT,
    pub EnterRuntime: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub ReverseLeaveRuntime: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub ReverseEnterRuntime: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub BeginDelayAbort: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub EndDelayAbort: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub BeginThreadAffinity: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub EndThreadAffinity: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub SetStackGuarantee: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub GetStackGuarantee: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub SetCLRTaskManager: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IHostThreadpoolManager: GUID = GUID::from_u128(0x983d50e2_cb15_466b_80fc_845dc6e8c5fd);
#[repr(C)]
pub struct IHostThreadpoolManager_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub QueueUserWorkItem: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        LPTHREAD_START_ROUTINE,
        *const core::ffi::c_void,
        u32,
    ) -> HRESULT,
    pub SetMaxThreads: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub GetMaxThreads: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub GetAvailableThreads: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
    pub SetMinThreads: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub GetMinThreads: unsafe extern "C" fn(*mut core::ffi::c_void, *mut u32) -> HRESULT,
}
pub const IID_ISequentialStream: GUID = GUID::from_u128(0x0c733a30_2a1c_11ce_ade5_00aa0044773d);
#[repr(C)]
pub struct ISequentialStream_Vtbl {
    pub base__: IUnknown_Vtbl,
    pub Read: unsafe extern "C" fn(*mut core::ffi::c_void, *mut core::ffi::c_void, u32, *mut u32) -> HRESULT,
    pub Write:
        unsafe extern "C" fn(*mut core::ffi::c_void, *const core::ffi::c_void, u32, *mut u32) -> HRESULT,
}
pub const IID_IStream: GUID = GUID::from_u128(0x0000000c_0000_0000_c000_000000000046);
#[repr(C)]
pub struct IStream_Vtbl {
    pub base__: ISequentialStream_Vtbl,
    pub Seek: unsafe extern "C" fn(*mut core::ffi::c_void, i64, STREAM_SEEK, *mut u64) -> HRESULT,
    pub SetSize: unsafe extern "C" fn(*mut core::ffi::c_void, u64) -> HRESULT,
    pub CopyTo: unsafe extern "C" fn(
        *mut core::ffi::c_void,
        *mut core::ffi::c_void,
        u64,
        *mut u64,
        *mut u64,
    ) -> HRESULT,
    pub Commit: unsafe extern "C" fn(*mut core::ffi::c_void, u32) -> HRESULT,
    pub Revert: unsafe extern "C" fn(*mut core::ffi::c_void) -> HRESULT,
    pub LockRegion: unsafe extern "C" fn(*mut core::ffi::c_void, u64, u64, u32) -> HRESULT,
    pub UnlockRegion: unsafe extern "C" fn(*mut core::ffi::c_void, u64, u64, u32) -> HRESULT,
    pub Stat: unsafe extern "C" fn(*mut core::ffi::c_void, *mut STATSTG, u32) -> HRESULT,
    pub Clone: unsafe extern "C" fn(*mut core::ffi::c_void, *mut *mut core::ffi::c_void) -> HRESULT,
}
pub const IID_IUnknown: GUID = GUID::from_u128(0x00000000_0000_0000_c000_000000000046);
pub const InvalidBucketParamIndex: BucketParameterIndex = 9i32;
pub const LIBID_mscoree: GUID = GUID::from_u128(0x5477469e_83b1_11d2_8b49_00a0c9b7c9c4);
pub type LOCKTYPE = i32;
pub type LPOVERLAPPED_COMPLETION_ROUTINE = Option<
    unsafe extern "C" fn(dwerrorcode: u32, dwnumberofbytestransfered: u32, lpoverlapped: *mut OVERLAPPED),
>;
pub type LPTHREAD_START_ROUTINE =
    Option<unsafe extern "C" fn(lpthreadparameter: *mut core::ffi::c_void) -> u32>;
pub const MALLOC_EXECUTABLE: MALLOC_TYPE = 2i32;
pub const MALLOC_THREADSAFE: MALLOC_TYPE = 1i32;
pub type MALLOC_TYPE = i32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MDAInfo {
    pub lpMDACaption: PCWSTR,
    pub lpMDAMessage: PCWSTR,
    pub lpStackTrace: PCWSTR,
}
impl Default for MDAInfo {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
pub type METAHOST_CONFIG_FLAGS = i32;
pub const METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_FALSE: METAHOST_CONFIG_FLAGS = 2i32;
pub const METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_MASK: METAHOST_CONFIG_FLAGS = 3i32;
pub const METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_TRUE: METAHOST_CONFIG_FLAGS = 1i32;
pub const METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_UNSET: METAHOST_CONFIG_FLAGS = 0i32;
pub const METAHOST_POLICY_APPLY_UPGRADE_POLICY: METAHOST_POLICY_FLAGS = 8i32;
pub const METAHOST_POLICY_EMULATE_EXE_LAUNCH: METAHOST_POLICY_FLAGS = 16i32;
pub const METAHOST_POLICY_ENSURE_SKU_SUPPORTED: METAHOST_POLICY_FLAGS = 128i32;
pub type METAHOST_POLICY_FLAGS = i32;
pub const METAHOST_POLICY_HIGHCOMPAT: METAHOST_POLICY_FLAGS = 0i32;
pub const METAHOST_POLICY_IGNORE_ERROR_MODE: METAHOST_POLICY_FLAGS = 4096i32;
pub const METAHOST_POLICY_SHOW_ERROR_DIALOG: METAHOST_POLICY_FLAGS = 32i32;
pub const METAHOST_POLICY_USE_PROCESS_IMAGE_PATH: METAHOST_POLICY_FLAGS = 64i32;
pub const MaxClrEvent: EClrEvent = 4i32;
pub const MaxClrFailure: EClrFailure = 7i32;
pub const MaxClrOperation: EClrOperation = 7i32;
pub const MaxPolicyAction: EPolicyAction = 10i32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ModuleBindInfo {
    pub dwAppDomainId: u32,
    pub lpAssemblyIdentity: PCWSTR,
    pub lpModuleName: PCWSTR,
}
impl Default for ModuleBindInfo {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
pub type NTSTATUS = i32;
pub const OPR_AppDomainRudeUnload: EClrOperation = 4i32;
pub const OPR_AppDomainUnload: EClrOperation = 3i32;
pub const OPR_FinalizerRun: EClrOperation = 6i32;
pub const OPR_ProcessExit: EClrOperation = 5i32;
pub const OPR_ThreadAbort: EClrOperation = 0i32;
pub const OPR_ThreadRudeAbortInCriticalRegion: EClrOperation = 2i32;
pub const OPR_ThreadRudeAbortInNonCriticalRegion: EClrOperation = 1i32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct OVERLAPPED {
    pub Internal: usize,
    pub InternalHigh: usize,
    pub Anonymous: OVERLAPPED_0,
    pub hEvent: HANDLE,
}
impl Default for OVERLAPPED {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
#[repr(C)]
#[derive(Clone, Copy)]
pub union OVERLAPPED_0 {
    pub Anonymous: OVERLAPPED_0_0,
    pub Pointer: *mut core::ffi::c_void,
}
impl Default for OVERLAPPED_0 {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct OVERLAPPED_0_0 {
    pub Offset: u32,
    pub OffsetHigh: u32,
}
pub type PCSTR = *const u8;
pub type PCWSTR = *const u16;
pub type PTLS_CALLBACK_FUNCTION =
    Option<unsafe extern "C" fn(__midl____midl_itf_mscoree_0000_00040005: *mut core::ffi::c_void)>;
pub type PWSTR = *mut u16;
pub const Parameter1: BucketParameterIndex = 0i32;
pub const Parameter2: BucketParameterIndex = 1i32;
pub const Parameter3: BucketParameterIndex = 2i32;
pub const Parameter4: BucketParameterIndex = 3i32;
pub const Parameter5: BucketParameterIndex = 4i32;
pub const Parameter6: BucketParameterIndex = 5i32;
pub const Parameter7: BucketParameterIndex = 6i32;
pub const Parameter8: BucketParameterIndex = 7i32;
pub const Parameter9: BucketParameterIndex = 8i32;
pub const RUNTIME_INFO_DONT_RETURN_DIRECTORY: RUNTIME_INFO_FLAGS = 16i32;
pub const RUNTIME_INFO_DONT_RETURN_VERSION: RUNTIME_INFO_FLAGS = 32i32;
pub const RUNTIME_INFO_DONT_SHOW_ERROR_DIALOG: RUNTIME_INFO_FLAGS = 64i32;
pub type RUNTIME_INFO_FLAGS = i32;
pub const RUNTIME_INFO_IGNORE_ERROR_MODE: RUNTIME_INFO_FLAGS = 4096i32;
pub const RUNTIME_INFO_REQUEST_AMD64: RUNTIME_INFO_FLAGS = 4i32;
pub const RUNTIME_INFO_REQUEST_ARM64: RUNTIME_INFO_FLAGS = 8192i32;
pub const RUNTIME_INFO_REQUEST_IA64: RUNTIME_INFO_FLAGS = 2i32;
pub const RUNTIME_INFO_REQUEST_X86: RUNTIME_INFO_FLAGS = 8i32;
pub const RUNTIME_INFO_UPGRADE_VERSION: RUNTIME_INFO_FLAGS = 1i32;
pub type RuntimeLoadedCallbackFnPtr = Option<
    unsafe extern "C" fn(
        pruntimeinfo: *mut core::ffi::c_void,
        pfncallbackthreadset: CallbackThreadSetFnPtr,
        pfncallbackthreadunset: CallbackThreadUnsetFnPtr,
    ),
>;
pub const SO_ClrEngine: StackOverflowType = 1i32;
pub const SO_Managed: StackOverflowType = 0i32;
pub const SO_Other: StackOverflowType = 2i32;
pub const STARTUP_ALWAYSFLOW_IMPERSONATION: STARTUP_FLAGS = 262144i32;
pub const STARTUP_ARM: STARTUP_FLAGS = 4194304i32;
pub const STARTUP_CONCURRENT_GC: STARTUP_FLAGS = 1i32;
pub const STARTUP_DISABLE_COMMITTHREADSTACK: STARTUP_FLAGS = 131072i32;
pub const STARTUP_ETW: STARTUP_FLAGS = 1048576i32;
pub type STARTUP_FLAGS = i32;
pub const STARTUP_HOARD_GC_VM: STARTUP_FLAGS = 8192i32;
pub const STARTUP_LEGACY_IMPERSONATION: STARTUP_FLAGS = 65536i32;
pub const STARTUP_LOADER_OPTIMIZATION_MASK: STARTUP_FLAGS = 6i32;
pub const STARTUP_LOADER_OPTIMIZATION_MULTI_DOMAIN: STARTUP_FLAGS = 4i32;
pub const STARTUP_LOADER_OPTIMIZATION_MULTI_DOMAIN_HOST: STARTUP_FLAGS = 6i32;
pub const STARTUP_LOADER_OPTIMIZATION_SINGLE_DOMAIN: STARTUP_FLAGS = 2i32;
pub const STARTUP_LOADER_SAFEMODE: STARTUP_FLAGS = 16i32;
pub const STARTUP_LOADER_SETPREFERENCE: STARTUP_FLAGS = 256i32;
pub const STARTUP_SERVER_GC: STARTUP_FLAGS = 4096i32;
pub const STARTUP_SINGLE_VERSION_HOSTING_INTERFACE: STARTUP_FLAGS = 16384i32;
pub const STARTUP_TRIM_GC_COMMIT: STARTUP_FLAGS = 524288i32;
pub type STATFLAG = i32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct STATSTG {
    pub pwcsName: PWSTR,
    pub r#type: u32,
    pub cbSize: u64,
    pub mtime: FILETIME,
    pub ctime: FILETIME,
    pub atime: FILETIME,
    pub grfMode: STGM,
    pub grfLocksSupported: u32,
    pub clsid: GUID,
    pub grfStateBits: u32,
    pub reserved: u32,
}
impl Default for STATSTG {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
pub type STGC = i32;
pub type STGM = u32;
pub type STREAM_SEEK = u32;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct StackOverflowInfo {
    pub soType: StackOverflowType,
    pub pExceptionInfo: *mut super::opaque::EXCEPTION_POINTERS,
}
impl Default for StackOverflowInfo {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
pub type StackOverflowType = i32;
pub const TT_ADUNLOAD: ETaskType = 128i32;
pub const TT_DEBUGGERHELPER: ETaskType = 1i32;
pub const TT_FINALIZER: ETaskType = 4i32;
pub const TT_GC: ETaskType = 2i32;
pub const TT_THREADPOOL_GATE: ETaskType = 16i32;
pub const TT_THREADPOOL_IOCOMPLETION: ETaskType = 64i32;
pub const TT_THREADPOOL_TIMER: ETaskType = 8i32;
pub const TT_THREADPOOL_WAIT: ETaskType = 512i32;
pub const TT_THREADPOOL_WORKER: ETaskType = 32i32;
pub const TT_UNKNOWN: ETaskType = -2147483648i32;
pub const TT_USER: ETaskType = 256i32;
pub const CLSID_TypeNameFactory: GUID = GUID::from_u128(0xb81ff171_20f3_11d2_8dcc_00a0c9b00525);
pub type WAITORTIMERCALLBACK = Option<unsafe extern "C" fn(param0: *mut core::ffi::c_void, param1: bool)>;
pub const WAIT_ALERTABLE: WAIT_OPTION = 2i32;
pub const WAIT_MSGPUMP: WAIT_OPTION = 1i32;
pub const WAIT_NOTINDEADLOCK: WAIT_OPTION = 4i32;
pub type WAIT_OPTION = i32;
pub const eAbortThread: EPolicyAction = 2i32;
pub const eAll: EApiCategories = 511i32;
pub const eAppDomainCritical: EMemoryCriticalLevel = 1i32;
pub const eCurrentContext: EContextType = 0i32;
pub const eDisableRuntime: EPolicyAction = 9i32;
pub const eExitProcess: EPolicyAction = 6i32;
pub const eExternalProcessMgmt: EApiCategories = 4i32;
pub const eExternalThreading: EApiCategories = 16i32;
pub const eFastExitProcess: EPolicyAction = 7i32;
pub const eHostDeterminedPolicy: EClrUnhandledException = 1i32;
pub const eInitializeNewDomainFlags_NoSecurityChanges: EInitializeNewDomainFlags = 2i32;
pub const eInitializeNewDomainFlags_None: EInitializeNewDomainFlags = 0i32;
pub const eMayLeakOnAbort: EApiCategories = 256i32;
pub const eMemoryAvailableHigh: EMemoryAvailable = 3i32;
pub const eMemoryAvailableLow: EMemoryAvailable = 1i32;
pub const eMemoryAvailableNeutral: EMemoryAvailable = 2i32;
pub const eNoAction: EPolicyAction = 0i32;
pub const eNoChecks: EApiCategories = 0i32;
pub const ePolicyLevelAdmin: EBindPolicyLevels = 32i32;
pub const ePolicyLevelApp: EBindPolicyLevels = 4i32;
pub const ePolicyLevelHost: EBindPolicyLevels = 16i32;
pub const ePolicyLevelNone: EBindPolicyLevels = 0i32;
pub const ePolicyLevelPublisher: EBindPolicyLevels = 8i32;
pub const ePolicyLevelRetargetable: EBindPolicyLevels = 1i32;
pub const ePolicyPortability: EBindPolicyLevels = 64i32;
pub const ePolicyUnifiedToCLR: EBindPolicyLevels = 2i32;
pub const eProcessCritical: EMemoryCriticalLevel = 2i32;
pub const eRestrictedContext: EContextType = 1i32;
pub const eRudeAbortThread: EPolicyAction = 3i32;
pub const eRudeExitProcess: EPolicyAction = 8i32;
pub const eRudeUnloadAppDomain: EPolicyAction = 5i32;
pub const eRuntimeDeterminedPolicy: EClrUnhandledException = 0i32;
pub const eSecurityInfrastructure: EApiCategories = 64i32;
pub const eSelfAffectingProcessMgmt: EApiCategories = 8i32;
pub const eSelfAffectingThreading: EApiCategories = 32i32;
pub const eSharedState: EApiCategories = 2i32;
pub const eSymbolReadingAlways: ESymbolReadingPolicy = 1i32;
pub const eSymbolReadingFullTrustOnly: ESymbolReadingPolicy = 2i32;
pub const eSymbolReadingNever: ESymbolReadingPolicy = 0i32;
pub const eSynchronization: EApiCategories = 1i32;
pub const eTaskCritical: EMemoryCriticalLevel = 0i32;
pub const eThrowException: EPolicyAction = 1i32;
pub const eUI: EApiCategories = 128i32;
pub const eUnloadAppDomain: EPolicyAction = 4i32;

pub type IActionOnCLREvent = ComObject<IActionOnCLREvent_Vtbl>;
pub type IAppDomainBinding = ComObject<IAppDomainBinding_Vtbl>;
pub type ICLRAppDomainResourceMonitor = ComObject<ICLRAppDomainResourceMonitor_Vtbl>;
pub type ICLRAssemblyIdentityManager = ComObject<ICLRAssemblyIdentityManager_Vtbl>;
pub type ICLRAssemblyReferenceList = ComObject<ICLRAssemblyReferenceList_Vtbl>;
pub type ICLRControl = ComObject<ICLRControl_Vtbl>;
pub type ICLRDebugManager = ComObject<ICLRDebugManager_Vtbl>;
pub type ICLRDebugging = ComObject<ICLRDebugging_Vtbl>;
pub type ICLRDebuggingLibraryProvider = ComObject<ICLRDebuggingLibraryProvider_Vtbl>;
pub type ICLRDomainManager = ComObject<ICLRDomainManager_Vtbl>;
pub type ICLRErrorReportingManager = ComObject<ICLRErrorReportingManager_Vtbl>;
pub type ICLRGCManager = ComObject<ICLRGCManager_Vtbl>;
pub type ICLRGCManager2 = ComObject<ICLRGCManager2_Vtbl>;
pub type ICLRHostBindingPolicyManager = ComObject<ICLRHostBindingPolicyManager_Vtbl>;
pub type ICLRHostProtectionManager = ComObject<ICLRHostProtectionManager_Vtbl>;
pub type ICLRIoCompletionManager = ComObject<ICLRIoCompletionManager_Vtbl>;
pub type ICLRMemoryNotificationCallback = ComObject<ICLRMemoryNotificationCallback_Vtbl>;
pub type ICLRMetaHost = ComObject<ICLRMetaHost_Vtbl>;
pub type ICLRMetaHostPolicy = ComObject<ICLRMetaHostPolicy_Vtbl>;
pub type ICLROnEventManager = ComObject<ICLROnEventManager_Vtbl>;
pub type ICLRPolicyManager = ComObject<ICLRPolicyManager_Vtbl>;
pub type ICLRProbingAssemblyEnum = ComObject<ICLRProbingAssemblyEnum_Vtbl>;
pub type ICLRProfiling = ComObject<ICLRProfiling_Vtbl>;
pub type ICLRReferenceAssemblyEnum = ComObject<ICLRReferenceAssemblyEnum_Vtbl>;
pub type ICLRRuntimeHost = ComObject<ICLRRuntimeHost_Vtbl>;
pub type ICLRRuntimeInfo = ComObject<ICLRRuntimeInfo_Vtbl>;
pub type ICLRStrongName = ComObject<ICLRStrongName_Vtbl>;
pub type ICLRStrongName2 = ComObject<ICLRStrongName2_Vtbl>;
pub type ICLRStrongName3 = ComObject<ICLRStrongName3_Vtbl>;
pub type ICLRSyncManager = ComObject<ICLRSyncManager_Vtbl>;
pub type ICLRTask = ComObject<ICLRTask_Vtbl>;
pub type ICLRTask2 = ComObject<ICLRTask2_Vtbl>;
pub type ICLRTaskManager = ComObject<ICLRTaskManager_Vtbl>;
pub type ICorConfiguration = ComObject<ICorConfiguration_Vtbl>;
pub type ICorRuntimeHost = ComObject<ICorRuntimeHost_Vtbl>;
pub type ICorThreadpool = ComObject<ICorThreadpool_Vtbl>;
pub type IDebuggerInfo = ComObject<IDebuggerInfo_Vtbl>;
pub type IDebuggerThreadControl = ComObject<IDebuggerThreadControl_Vtbl>;
pub type IEnumUnknown = ComObject<IEnumUnknown_Vtbl>;
pub type IGCHost = ComObject<IGCHost_Vtbl>;
pub type IGCHost2 = ComObject<IGCHost2_Vtbl>;
pub type IGCHostControl = ComObject<IGCHostControl_Vtbl>;
pub type IGCThreadControl = ComObject<IGCThreadControl_Vtbl>;
pub type IHostAssemblyManager = ComObject<IHostAssemblyManager_Vtbl>;
pub type IHostAssemblyStore = ComObject<IHostAssemblyStore_Vtbl>;
pub type IHostAutoEvent = ComObject<IHostAutoEvent_Vtbl>;
pub type IHostControl = ComObject<IHostControl_Vtbl>;
pub type IHostCrst = ComObject<IHostCrst_Vtbl>;
pub type IHostGCManager = ComObject<IHostGCManager_Vtbl>;
pub type IHostIoCompletionManager = ComObject<IHostIoCompletionManager_Vtbl>;
pub type IHostMalloc = ComObject<IHostMalloc_Vtbl>;
pub type IHostManualEvent = ComObject<IHostManualEvent_Vtbl>;
pub type IHostMemoryManager = ComObject<IHostMemoryManager_Vtbl>;
pub type IHostPolicyManager = ComObject<IHostPolicyManager_Vtbl>;
pub type IHostSecurityContext = ComObject<IHostSecurityContext_Vtbl>;
pub type IHostSecurityManager = ComObject<IHostSecurityManager_Vtbl>;
pub type IHostSemaphore = ComObject<IHostSemaphore_Vtbl>;
pub type IHostSyncManager = ComObject<IHostSyncManager_Vtbl>;
pub type IHostTask = ComObject<IHostTask_Vtbl>;
pub type IHostTaskManager = ComObject<IHostTaskManager_Vtbl>;
pub type IHostThreadpoolManager = ComObject<IHostThreadpoolManager_Vtbl>;
pub type ISequentialStream = ComObject<ISequentialStream_Vtbl>;
pub type IStream = ComObject<IStream_Vtbl>;
