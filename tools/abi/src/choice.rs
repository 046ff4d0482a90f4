//! What is taken from the metadata, and into which header it goes.
//!
//! Everything in the metadata's namespace of hosting goes into `mscoree.h`, unless it is named here.

/// The namespace of the hosting API.
pub const HOSTING: &str = "Windows.Win32.System.ClrHosting";

/// Interfaces left out: they hand over a VARIANT or a BSTR, name types for remoting, or are marked internal, and serve
/// COM interop, which CoreCLR has not got here.
pub const LEFT_OUT: &[&str] = &[
    "IApartmentCallback",
    "ICatalogServices",
    "IManagedObject",
    "IObjectHandle",
    "ITypeName",
    "ITypeNameBuilder",
    "ITypeNameFactory",
];

/// Constants that are not for hosts: the metadata has them because the headers of the SDK do.
pub const CONSTANTS: &[&str] = &["BucketParamsCount", "BucketParamLength"];

/// Functions declared in `mscoree.h`; the others of MSCorEE.dll have no counterpart in libmscoree.so.
pub const MSCOREE_FUNCTIONS: &[&str] =
    &["CorBindToRuntimeEx", "CorBindToRuntimeHost", "GetCORSystemDirectory", "GetCORVersion"];

/// Functions declared in `metahost.h`.
pub const METAHOST_FUNCTIONS: &[&str] = &["CLRCreateInstance"];

/// What the SDK declares in `metahost.h`.
pub const METAHOST: &[&str] = &[
    "CLRCreateInstanceFnPtr",
    "CLR_DEBUGGING_PROCESS_FLAGS",
    "CLR_DEBUGGING_VERSION",
    "CLSID_CLRDebugging",
    "CLSID_CLRDebuggingLegacy",
    "CLSID_CLRMetaHost",
    "CLSID_CLRMetaHostPolicy",
    "CLSID_CLRProfiling",
    "CLSID_CLRStrongName",
    "CallbackThreadSetFnPtr",
    "CallbackThreadUnsetFnPtr",
    "CreateInterfaceFnPtr",
    "ICLRDebugging",
    "ICLRDebuggingLibraryProvider",
    "ICLRMetaHost",
    "ICLRMetaHostPolicy",
    "ICLRProfiling",
    "ICLRRuntimeInfo",
    "ICLRStrongName",
    "ICLRStrongName2",
    "ICLRStrongName3",
    "METAHOST_CONFIG_FLAGS",
    "METAHOST_POLICY_FLAGS",
    "RuntimeLoadedCallbackFnPtr",
];

/// What the SDK declares in `gchost.h`.
pub const GCHOST: &[&str] = &[
    "COR_GC_STATS",
    "COR_GC_STAT_TYPES",
    "COR_GC_THREAD_STATS",
    "COR_GC_THREAD_STATS_TYPES",
    "IGCHost",
    "IGCHost2",
    "IGCHostControl",
    "IGCThreadControl",
];

/// Interfaces of COM itself that hosting methods hand over, by namespace and name, bases first.
pub const COM: &[(&str, &str)] = &[
    ("Windows.Win32.System.Com", "IEnumUnknown"),
    ("Windows.Win32.System.Com", "ISequentialStream"),
    ("Windows.Win32.System.Com", "IStream"),
];

/// Types outside the namespace that the Rust interfaces need. A method whose types are missing would become a nameless
/// slot.
pub const RUST_NEEDS: &[&str] = &[
    "ACL",
    "FILETIME",
    "HINSTANCE",
    "HMODULE",
    "IEnumUnknown",
    "ISequentialStream",
    "IStream",
    "LOCKTYPE",
    "LPOVERLAPPED_COMPLETION_ROUTINE",
    "LPTHREAD_START_ROUTINE",
    "OVERLAPPED",
    "STATFLAG",
    "STATSTG",
    "STGC",
    "STGM",
    "STREAM_SEEK",
    "WAITORTIMERCALLBACK",
];

/// Namespaces whose types are only pointed to: a processor's registers are no part of hosting.
pub const OPAQUE: &[&str] = &["Windows.Win32.System.Diagnostics.Debug", "Windows.Win32.System.Kernel"];
