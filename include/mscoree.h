/* mscoree.h: hosting a runtime, for C and C++.
 *
 * Written by `cargo xtask abi` from Microsoft's Win32 metadata (MIT or Apache-2.0); changes by hand are lost.
 * Part of clrhost, MIT or Apache-2.0. See clrhost_windows.h for the types and the rules of compiling.
 */
#ifndef CLRHOST_MSCOREE_H
#define CLRHOST_MSCOREE_H

#include "clrhost_windows.h"
#include "corerror.h"
#include "gchost.h"

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#endif

typedef struct IActionOnCLREvent IActionOnCLREvent;
typedef struct IAppDomainBinding IAppDomainBinding;
typedef struct ICLRAppDomainResourceMonitor ICLRAppDomainResourceMonitor;
typedef struct ICLRAssemblyIdentityManager ICLRAssemblyIdentityManager;
typedef struct ICLRAssemblyReferenceList ICLRAssemblyReferenceList;
typedef struct ICLRControl ICLRControl;
typedef struct ICLRDebugManager ICLRDebugManager;
typedef struct ICLRDomainManager ICLRDomainManager;
typedef struct ICLRErrorReportingManager ICLRErrorReportingManager;
typedef struct ICLRGCManager ICLRGCManager;
typedef struct ICLRGCManager2 ICLRGCManager2;
typedef struct ICLRHostBindingPolicyManager ICLRHostBindingPolicyManager;
typedef struct ICLRHostProtectionManager ICLRHostProtectionManager;
typedef struct ICLRIoCompletionManager ICLRIoCompletionManager;
typedef struct ICLRMemoryNotificationCallback ICLRMemoryNotificationCallback;
typedef struct ICLROnEventManager ICLROnEventManager;
typedef struct ICLRPolicyManager ICLRPolicyManager;
typedef struct ICLRProbingAssemblyEnum ICLRProbingAssemblyEnum;
typedef struct ICLRReferenceAssemblyEnum ICLRReferenceAssemblyEnum;
typedef struct ICLRRuntimeHost ICLRRuntimeHost;
typedef struct ICLRSyncManager ICLRSyncManager;
typedef struct ICLRTask ICLRTask;
typedef struct ICLRTask2 ICLRTask2;
typedef struct ICLRTaskManager ICLRTaskManager;
typedef struct ICorConfiguration ICorConfiguration;
typedef struct ICorRuntimeHost ICorRuntimeHost;
typedef struct ICorThreadpool ICorThreadpool;
typedef struct IDebuggerInfo IDebuggerInfo;
typedef struct IDebuggerThreadControl IDebuggerThreadControl;
typedef struct IHostAssemblyManager IHostAssemblyManager;
typedef struct IHostAssemblyStore IHostAssemblyStore;
typedef struct IHostAutoEvent IHostAutoEvent;
typedef struct IHostControl IHostControl;
typedef struct IHostCrst IHostCrst;
typedef struct IHostGCManager IHostGCManager;
typedef struct IHostIoCompletionManager IHostIoCompletionManager;
typedef struct IHostMalloc IHostMalloc;
typedef struct IHostManualEvent IHostManualEvent;
typedef struct IHostMemoryManager IHostMemoryManager;
typedef struct IHostPolicyManager IHostPolicyManager;
typedef struct IHostSecurityContext IHostSecurityContext;
typedef struct IHostSecurityManager IHostSecurityManager;
typedef struct IHostSemaphore IHostSemaphore;
typedef struct IHostSyncManager IHostSyncManager;
typedef struct IHostTask IHostTask;
typedef struct IHostTaskManager IHostTaskManager;
typedef struct IHostThreadpoolManager IHostThreadpoolManager;

typedef DWORD CONNID;
typedef UINT64 TASKID;

#define BucketParamLength 255
#define BucketParamsCount 10

typedef enum APPDOMAIN_SECURITY_FLAGS {
    APPDOMAIN_SECURITY_DEFAULT = 0,
    APPDOMAIN_SECURITY_SANDBOXED = 1,
    APPDOMAIN_SECURITY_FORBID_CROSSAD_REVERSE_PINVOKE = 2,
    APPDOMAIN_FORCE_TRIVIAL_WAIT_OPERATIONS = 8
} APPDOMAIN_SECURITY_FLAGS;

typedef enum BucketParameterIndex {
    Parameter1 = 0,
    Parameter2 = 1,
    Parameter3 = 2,
    Parameter4 = 3,
    Parameter5 = 4,
    Parameter6 = 5,
    Parameter7 = 6,
    Parameter8 = 7,
    Parameter9 = 8,
    InvalidBucketParamIndex = 9
} BucketParameterIndex;

typedef enum CLSID_RESOLUTION_FLAGS {
    CLSID_RESOLUTION_DEFAULT = 0,
    CLSID_RESOLUTION_REGISTERED = 1
} CLSID_RESOLUTION_FLAGS;

typedef enum EApiCategories {
    eNoChecks = 0,
    eSynchronization = 1,
    eSharedState = 2,
    eExternalProcessMgmt = 4,
    eSelfAffectingProcessMgmt = 8,
    eExternalThreading = 0x10,
    eSelfAffectingThreading = 0x20,
    eSecurityInfrastructure = 0x40,
    eUI = 0x80,
    eMayLeakOnAbort = 0x100,
    eAll = 0x1FF
} EApiCategories;

typedef enum EBindPolicyLevels {
    ePolicyLevelNone = 0,
    ePolicyLevelRetargetable = 1,
    ePolicyUnifiedToCLR = 2,
    ePolicyLevelApp = 4,
    ePolicyLevelPublisher = 8,
    ePolicyLevelHost = 0x10,
    ePolicyLevelAdmin = 0x20,
    ePolicyPortability = 0x40
} EBindPolicyLevels;

typedef enum ECLRAssemblyIdentityFlags {
    CLR_ASSEMBLY_IDENTITY_FLAGS_DEFAULT = 0
} ECLRAssemblyIdentityFlags;

typedef enum EClrEvent {
    Event_DomainUnload = 0,
    Event_ClrDisabled = 1,
    Event_MDAFired = 2,
    Event_StackOverflow = 3,
    MaxClrEvent = 4
} EClrEvent;

typedef enum EClrFailure {
    FAIL_NonCriticalResource = 0,
    FAIL_CriticalResource = 1,
    FAIL_FatalRuntime = 2,
    FAIL_OrphanedLock = 3,
    FAIL_StackOverflow = 4,
    FAIL_AccessViolation = 5,
    FAIL_CodeContract = 6,
    MaxClrFailure = 7
} EClrFailure;

typedef enum EClrOperation {
    OPR_ThreadAbort = 0,
    OPR_ThreadRudeAbortInNonCriticalRegion = 1,
    OPR_ThreadRudeAbortInCriticalRegion = 2,
    OPR_AppDomainUnload = 3,
    OPR_AppDomainRudeUnload = 4,
    OPR_ProcessExit = 5,
    OPR_FinalizerRun = 6,
    MaxClrOperation = 7
} EClrOperation;

typedef enum EClrUnhandledException {
    eRuntimeDeterminedPolicy = 0,
    eHostDeterminedPolicy = 1
} EClrUnhandledException;

typedef enum EContextType {
    eCurrentContext = 0,
    eRestrictedContext = 1
} EContextType;

typedef enum ECustomDumpFlavor {
    DUMP_FLAVOR_Mini = 0,
    DUMP_FLAVOR_CriticalCLRState = 1,
    DUMP_FLAVOR_NonHeapCLRState = 2,
    DUMP_FLAVOR_Default = 0
} ECustomDumpFlavor;

typedef enum ECustomDumpItemKind {
    DUMP_ITEM_None = 0
} ECustomDumpItemKind;

typedef enum EHostApplicationPolicy {
    HOST_APPLICATION_BINDING_POLICY = 1
} EHostApplicationPolicy;

typedef enum EHostBindingPolicyModifyFlags {
    HOST_BINDING_POLICY_MODIFY_DEFAULT = 0,
    HOST_BINDING_POLICY_MODIFY_CHAIN = 1,
    HOST_BINDING_POLICY_MODIFY_REMOVE = 2,
    HOST_BINDING_POLICY_MODIFY_MAX = 3
} EHostBindingPolicyModifyFlags;

typedef enum EInitializeNewDomainFlags {
    eInitializeNewDomainFlags_None = 0,
    eInitializeNewDomainFlags_NoSecurityChanges = 2
} EInitializeNewDomainFlags;

typedef enum EMemoryAvailable {
    eMemoryAvailableLow = 1,
    eMemoryAvailableNeutral = 2,
    eMemoryAvailableHigh = 3
} EMemoryAvailable;

typedef enum EMemoryCriticalLevel {
    eTaskCritical = 0,
    eAppDomainCritical = 1,
    eProcessCritical = 2
} EMemoryCriticalLevel;

typedef enum EPolicyAction {
    eNoAction = 0,
    eThrowException = 1,
    eAbortThread = 2,
    eRudeAbortThread = 3,
    eUnloadAppDomain = 4,
    eRudeUnloadAppDomain = 5,
    eExitProcess = 6,
    eFastExitProcess = 7,
    eRudeExitProcess = 8,
    eDisableRuntime = 9,
    MaxPolicyAction = 10
} EPolicyAction;

typedef enum ESymbolReadingPolicy {
    eSymbolReadingNever = 0,
    eSymbolReadingAlways = 1,
    eSymbolReadingFullTrustOnly = 2
} ESymbolReadingPolicy;

typedef enum ETaskType {
    TT_DEBUGGERHELPER = 1,
    TT_GC = 2,
    TT_FINALIZER = 4,
    TT_THREADPOOL_TIMER = 8,
    TT_THREADPOOL_GATE = 0x10,
    TT_THREADPOOL_WORKER = 0x20,
    TT_THREADPOOL_IOCOMPLETION = 0x40,
    TT_ADUNLOAD = 0x80,
    TT_USER = 0x100,
    TT_THREADPOOL_WAIT = 0x200,
    TT_UNKNOWN = (int)0x80000000
} ETaskType;

typedef enum HOST_TYPE {
    HOST_TYPE_DEFAULT = 0,
    HOST_TYPE_APPLAUNCH = 1,
    HOST_TYPE_CORFLAG = 2
} HOST_TYPE;

typedef enum MALLOC_TYPE {
    MALLOC_THREADSAFE = 1,
    MALLOC_EXECUTABLE = 2
} MALLOC_TYPE;

typedef enum RUNTIME_INFO_FLAGS {
    RUNTIME_INFO_UPGRADE_VERSION = 1,
    RUNTIME_INFO_REQUEST_IA64 = 2,
    RUNTIME_INFO_REQUEST_AMD64 = 4,
    RUNTIME_INFO_REQUEST_X86 = 8,
    RUNTIME_INFO_DONT_RETURN_DIRECTORY = 0x10,
    RUNTIME_INFO_DONT_RETURN_VERSION = 0x20,
    RUNTIME_INFO_DONT_SHOW_ERROR_DIALOG = 0x40,
    RUNTIME_INFO_IGNORE_ERROR_MODE = 0x1000,
    RUNTIME_INFO_REQUEST_ARM64 = 0x2000
} RUNTIME_INFO_FLAGS;

typedef enum STARTUP_FLAGS {
    STARTUP_CONCURRENT_GC = 1,
    STARTUP_LOADER_OPTIMIZATION_MASK = 6,
    STARTUP_LOADER_OPTIMIZATION_SINGLE_DOMAIN = 2,
    STARTUP_LOADER_OPTIMIZATION_MULTI_DOMAIN = 4,
    STARTUP_LOADER_OPTIMIZATION_MULTI_DOMAIN_HOST = 6,
    STARTUP_LOADER_SAFEMODE = 0x10,
    STARTUP_LOADER_SETPREFERENCE = 0x100,
    STARTUP_SERVER_GC = 0x1000,
    STARTUP_HOARD_GC_VM = 0x2000,
    STARTUP_SINGLE_VERSION_HOSTING_INTERFACE = 0x4000,
    STARTUP_LEGACY_IMPERSONATION = 0x10000,
    STARTUP_DISABLE_COMMITTHREADSTACK = 0x20000,
    STARTUP_ALWAYSFLOW_IMPERSONATION = 0x40000,
    STARTUP_TRIM_GC_COMMIT = 0x80000,
    STARTUP_ETW = 0x100000,
    STARTUP_ARM = 0x400000
} STARTUP_FLAGS;

typedef enum StackOverflowType {
    SO_Managed = 0,
    SO_ClrEngine = 1,
    SO_Other = 2
} StackOverflowType;

typedef enum WAIT_OPTION {
    WAIT_MSGPUMP = 1,
    WAIT_ALERTABLE = 2,
    WAIT_NOTINDEADLOCK = 4
} WAIT_OPTION;

typedef struct AssemblyBindInfo {
    DWORD dwAppDomainId;
    LPCWSTR lpReferencedIdentity;
    LPCWSTR lpPostPolicyIdentity;
    DWORD ePolicyLevel;
} AssemblyBindInfo;

typedef struct BucketParameters {
    BOOL fInited;
    WCHAR pszEventTypeName[BucketParamLength];
    WCHAR pszParams[BucketParamsCount][BucketParamLength];
} BucketParameters;

typedef struct CustomDumpItem {
    ECustomDumpItemKind itemKind;
    union {
        UINT_PTR pReserved;
    };
} CustomDumpItem;

typedef struct MDAInfo {
    LPCWSTR lpMDACaption;
    LPCWSTR lpMDAMessage;
    LPCWSTR lpStackTrace;
} MDAInfo;

typedef struct ModuleBindInfo {
    DWORD dwAppDomainId;
    LPCWSTR lpAssemblyIdentity;
    LPCWSTR lpModuleName;
} ModuleBindInfo;

typedef struct StackOverflowInfo {
    StackOverflowType soType;
    EXCEPTION_POINTERS *pExceptionInfo;
} StackOverflowInfo;

typedef HRESULT (STDMETHODCALLTYPE *FExecuteInAppDomainCallback)(void *cookie);
typedef HRESULT (STDMETHODCALLTYPE *FLockClrVersionCallback)(void);
typedef void (STDMETHODCALLTYPE *PTLS_CALLBACK_FUNCTION)(void *data);

CLRHOST_GUID(CLSID_CLRRuntimeHost, 0x90f1a06e, 0x7712, 0x4762, 0x86, 0xb5, 0x7a, 0x5e, 0xba, 0x6b, 0xdb, 0x02);
CLRHOST_GUID(CLSID_CorRuntimeHost, 0xcb2f6723, 0xab3a, 0x11d2, 0x9c, 0x40, 0x00, 0xc0, 0x4f, 0xa3, 0x0a, 0x3e);
CLRHOST_GUID(LIBID_mscoree, 0x5477469e, 0x83b1, 0x11d2, 0x8b, 0x49, 0x00, 0xa0, 0xc9, 0xb7, 0xc9, 0xc4);

#ifndef __IActionOnCLREvent_INTERFACE_DEFINED__
#define __IActionOnCLREvent_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IActionOnCLREvent, 0x607be24b, 0xd91b, 0x4e28, 0xa2, 0x42, 0x61, 0x87, 0x1c, 0xe5, 0x6e, 0x35);
#ifdef __cplusplus
struct IActionOnCLREvent : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE OnEvent(EClrEvent event, void *data) = 0; /* slot 3 */
};
#else
typedef struct IActionOnCLREventVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IActionOnCLREvent *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IActionOnCLREvent *This);
    ULONG (STDMETHODCALLTYPE *Release)(IActionOnCLREvent *This);
    HRESULT (STDMETHODCALLTYPE *OnEvent)(IActionOnCLREvent *This, EClrEvent event, void *data);
} IActionOnCLREventVtbl;
struct IActionOnCLREvent {
    const struct IActionOnCLREventVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IActionOnCLREvent_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IActionOnCLREvent_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IActionOnCLREvent_Release(This) ((This)->lpVtbl->Release(This))
#define IActionOnCLREvent_OnEvent(This, event, data) ((This)->lpVtbl->OnEvent(This, event, data))
#endif
#endif
#endif

#ifndef __IAppDomainBinding_INTERFACE_DEFINED__
#define __IAppDomainBinding_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IAppDomainBinding, 0x5c2b07a7, 0x1e98, 0x11d3, 0x87, 0x2f, 0x00, 0xc0, 0x4f, 0x79, 0xed, 0x0d);
#ifdef __cplusplus
struct IAppDomainBinding : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE OnAppDomain(IUnknown *pAppdomain) = 0; /* slot 3 */
};
#else
typedef struct IAppDomainBindingVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IAppDomainBinding *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IAppDomainBinding *This);
    ULONG (STDMETHODCALLTYPE *Release)(IAppDomainBinding *This);
    HRESULT (STDMETHODCALLTYPE *OnAppDomain)(IAppDomainBinding *This, IUnknown *pAppdomain);
} IAppDomainBindingVtbl;
struct IAppDomainBinding {
    const struct IAppDomainBindingVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IAppDomainBinding_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IAppDomainBinding_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IAppDomainBinding_Release(This) ((This)->lpVtbl->Release(This))
#define IAppDomainBinding_OnAppDomain(This, pAppdomain) ((This)->lpVtbl->OnAppDomain(This, pAppdomain))
#endif
#endif
#endif

#ifndef __ICLRAppDomainResourceMonitor_INTERFACE_DEFINED__
#define __ICLRAppDomainResourceMonitor_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRAppDomainResourceMonitor, 0xc62de18c, 0x2e23, 0x4aea, 0x84, 0x23, 0xb4, 0x0c, 0x1f, 0xc5, 0x9e, 0xae);
#ifdef __cplusplus
struct ICLRAppDomainResourceMonitor : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetCurrentAllocated(
        DWORD dwAppDomainId,
        UINT64 *pBytesAllocated) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE GetCurrentSurvived(
        DWORD dwAppDomainId,
        UINT64 *pAppDomainBytesSurvived,
        UINT64 *pTotalBytesSurvived) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE GetCurrentCpuTime(DWORD dwAppDomainId, UINT64 *pMilliseconds) = 0; /* slot 5 */
};
#else
typedef struct ICLRAppDomainResourceMonitorVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRAppDomainResourceMonitor *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRAppDomainResourceMonitor *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRAppDomainResourceMonitor *This);
    HRESULT (STDMETHODCALLTYPE *GetCurrentAllocated)(
        ICLRAppDomainResourceMonitor *This,
        DWORD dwAppDomainId,
        UINT64 *pBytesAllocated);
    HRESULT (STDMETHODCALLTYPE *GetCurrentSurvived)(
        ICLRAppDomainResourceMonitor *This,
        DWORD dwAppDomainId,
        UINT64 *pAppDomainBytesSurvived,
        UINT64 *pTotalBytesSurvived);
    HRESULT (STDMETHODCALLTYPE *GetCurrentCpuTime)(
        ICLRAppDomainResourceMonitor *This,
        DWORD dwAppDomainId,
        UINT64 *pMilliseconds);
} ICLRAppDomainResourceMonitorVtbl;
struct ICLRAppDomainResourceMonitor {
    const struct ICLRAppDomainResourceMonitorVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRAppDomainResourceMonitor_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRAppDomainResourceMonitor_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRAppDomainResourceMonitor_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRAppDomainResourceMonitor_GetCurrentAllocated(This, dwAppDomainId, pBytesAllocated) ((This)->lpVtbl->GetCurrentAllocated(This, dwAppDomainId, pBytesAllocated))
#define ICLRAppDomainResourceMonitor_GetCurrentSurvived(This, dwAppDomainId, pAppDomainBytesSurvived, pTotalBytesSurvived) ((This)->lpVtbl->GetCurrentSurvived(This, dwAppDomainId, pAppDomainBytesSurvived, pTotalBytesSurvived))
#define ICLRAppDomainResourceMonitor_GetCurrentCpuTime(This, dwAppDomainId, pMilliseconds) ((This)->lpVtbl->GetCurrentCpuTime(This, dwAppDomainId, pMilliseconds))
#endif
#endif
#endif

#ifndef __ICLRAssemblyIdentityManager_INTERFACE_DEFINED__
#define __ICLRAssemblyIdentityManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRAssemblyIdentityManager, 0x15f0a9da, 0x3ff6, 0x4393, 0x9d, 0xa9, 0xfd, 0xfd, 0x28, 0x4e, 0x69, 0x72);
#ifdef __cplusplus
struct ICLRAssemblyIdentityManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetCLRAssemblyReferenceList(
        LPCWSTR *ppwzAssemblyReferences,
        DWORD dwNumOfReferences,
        ICLRAssemblyReferenceList **ppReferenceList) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE GetBindingIdentityFromFile(
        LPCWSTR pwzFilePath,
        DWORD dwFlags,
        LPWSTR pwzBuffer,
        DWORD *pcchBufferSize) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE GetBindingIdentityFromStream(
        IStream *pStream,
        DWORD dwFlags,
        LPWSTR pwzBuffer,
        DWORD *pcchBufferSize) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE GetReferencedAssembliesFromFile(
        LPCWSTR pwzFilePath,
        DWORD dwFlags,
        ICLRAssemblyReferenceList *pExcludeAssembliesList,
        ICLRReferenceAssemblyEnum **ppReferenceEnum) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE GetReferencedAssembliesFromStream(
        IStream *pStream,
        DWORD dwFlags,
        ICLRAssemblyReferenceList *pExcludeAssembliesList,
        ICLRReferenceAssemblyEnum **ppReferenceEnum) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE GetProbingAssembliesFromReference(
        DWORD dwMachineType,
        DWORD dwFlags,
        LPCWSTR pwzReferenceIdentity,
        ICLRProbingAssemblyEnum **ppProbingAssemblyEnum) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE IsStronglyNamed(
        LPCWSTR pwzAssemblyIdentity,
        BOOL *pbIsStronglyNamed) = 0; /* slot 9 */
};
#else
typedef struct ICLRAssemblyIdentityManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRAssemblyIdentityManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRAssemblyIdentityManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRAssemblyIdentityManager *This);
    HRESULT (STDMETHODCALLTYPE *GetCLRAssemblyReferenceList)(
        ICLRAssemblyIdentityManager *This,
        LPCWSTR *ppwzAssemblyReferences,
        DWORD dwNumOfReferences,
        ICLRAssemblyReferenceList **ppReferenceList);
    HRESULT (STDMETHODCALLTYPE *GetBindingIdentityFromFile)(
        ICLRAssemblyIdentityManager *This,
        LPCWSTR pwzFilePath,
        DWORD dwFlags,
        LPWSTR pwzBuffer,
        DWORD *pcchBufferSize);
    HRESULT (STDMETHODCALLTYPE *GetBindingIdentityFromStream)(
        ICLRAssemblyIdentityManager *This,
        IStream *pStream,
        DWORD dwFlags,
        LPWSTR pwzBuffer,
        DWORD *pcchBufferSize);
    HRESULT (STDMETHODCALLTYPE *GetReferencedAssembliesFromFile)(
        ICLRAssemblyIdentityManager *This,
        LPCWSTR pwzFilePath,
        DWORD dwFlags,
        ICLRAssemblyReferenceList *pExcludeAssembliesList,
        ICLRReferenceAssemblyEnum **ppReferenceEnum);
    HRESULT (STDMETHODCALLTYPE *GetReferencedAssembliesFromStream)(
        ICLRAssemblyIdentityManager *This,
        IStream *pStream,
        DWORD dwFlags,
        ICLRAssemblyReferenceList *pExcludeAssembliesList,
        ICLRReferenceAssemblyEnum **ppReferenceEnum);
    HRESULT (STDMETHODCALLTYPE *GetProbingAssembliesFromReference)(
        ICLRAssemblyIdentityManager *This,
        DWORD dwMachineType,
        DWORD dwFlags,
        LPCWSTR pwzReferenceIdentity,
        ICLRProbingAssemblyEnum **ppProbingAssemblyEnum);
    HRESULT (STDMETHODCALLTYPE *IsStronglyNamed)(
        ICLRAssemblyIdentityManager *This,
        LPCWSTR pwzAssemblyIdentity,
        BOOL *pbIsStronglyNamed);
} ICLRAssemblyIdentityManagerVtbl;
struct ICLRAssemblyIdentityManager {
    const struct ICLRAssemblyIdentityManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRAssemblyIdentityManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRAssemblyIdentityManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRAssemblyIdentityManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRAssemblyIdentityManager_GetCLRAssemblyReferenceList(This, ppwzAssemblyReferences, dwNumOfReferences, ppReferenceList) ((This)->lpVtbl->GetCLRAssemblyReferenceList(This, ppwzAssemblyReferences, dwNumOfReferences, ppReferenceList))
#define ICLRAssemblyIdentityManager_GetBindingIdentityFromFile(This, pwzFilePath, dwFlags, pwzBuffer, pcchBufferSize) ((This)->lpVtbl->GetBindingIdentityFromFile(This, pwzFilePath, dwFlags, pwzBuffer, pcchBufferSize))
#define ICLRAssemblyIdentityManager_GetBindingIdentityFromStream(This, pStream, dwFlags, pwzBuffer, pcchBufferSize) ((This)->lpVtbl->GetBindingIdentityFromStream(This, pStream, dwFlags, pwzBuffer, pcchBufferSize))
#define ICLRAssemblyIdentityManager_GetReferencedAssembliesFromFile(This, pwzFilePath, dwFlags, pExcludeAssembliesList, ppReferenceEnum) ((This)->lpVtbl->GetReferencedAssembliesFromFile(This, pwzFilePath, dwFlags, pExcludeAssembliesList, ppReferenceEnum))
#define ICLRAssemblyIdentityManager_GetReferencedAssembliesFromStream(This, pStream, dwFlags, pExcludeAssembliesList, ppReferenceEnum) ((This)->lpVtbl->GetReferencedAssembliesFromStream(This, pStream, dwFlags, pExcludeAssembliesList, ppReferenceEnum))
#define ICLRAssemblyIdentityManager_GetProbingAssembliesFromReference(This, dwMachineType, dwFlags, pwzReferenceIdentity, ppProbingAssemblyEnum) ((This)->lpVtbl->GetProbingAssembliesFromReference(This, dwMachineType, dwFlags, pwzReferenceIdentity, ppProbingAssemblyEnum))
#define ICLRAssemblyIdentityManager_IsStronglyNamed(This, pwzAssemblyIdentity, pbIsStronglyNamed) ((This)->lpVtbl->IsStronglyNamed(This, pwzAssemblyIdentity, pbIsStronglyNamed))
#endif
#endif
#endif

#ifndef __ICLRAssemblyReferenceList_INTERFACE_DEFINED__
#define __ICLRAssemblyReferenceList_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRAssemblyReferenceList, 0x1b2c9750, 0x2e66, 0x4bda, 0x8b, 0x44, 0x0a, 0x64, 0x2c, 0x5c, 0xd7, 0x33);
#ifdef __cplusplus
struct ICLRAssemblyReferenceList : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE IsStringAssemblyReferenceInList(LPCWSTR pwzAssemblyName) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE IsAssemblyReferenceInList(IUnknown *pName) = 0; /* slot 4 */
};
#else
typedef struct ICLRAssemblyReferenceListVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRAssemblyReferenceList *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRAssemblyReferenceList *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRAssemblyReferenceList *This);
    HRESULT (STDMETHODCALLTYPE *IsStringAssemblyReferenceInList)(
        ICLRAssemblyReferenceList *This,
        LPCWSTR pwzAssemblyName);
    HRESULT (STDMETHODCALLTYPE *IsAssemblyReferenceInList)(ICLRAssemblyReferenceList *This, IUnknown *pName);
} ICLRAssemblyReferenceListVtbl;
struct ICLRAssemblyReferenceList {
    const struct ICLRAssemblyReferenceListVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRAssemblyReferenceList_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRAssemblyReferenceList_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRAssemblyReferenceList_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRAssemblyReferenceList_IsStringAssemblyReferenceInList(This, pwzAssemblyName) ((This)->lpVtbl->IsStringAssemblyReferenceInList(This, pwzAssemblyName))
#define ICLRAssemblyReferenceList_IsAssemblyReferenceInList(This, pName) ((This)->lpVtbl->IsAssemblyReferenceInList(This, pName))
#endif
#endif
#endif

#ifndef __ICLRControl_INTERFACE_DEFINED__
#define __ICLRControl_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRControl, 0x9065597e, 0xd1a1, 0x4fb2, 0xb6, 0xba, 0x7e, 0x1f, 0xce, 0x23, 0x0f, 0x61);
#ifdef __cplusplus
struct ICLRControl : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetCLRManager(REFIID riid, void **ppObject) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SetAppDomainManagerType(
        LPCWSTR pwzAppDomainManagerAssembly,
        LPCWSTR pwzAppDomainManagerType) = 0; /* slot 4 */
};
#else
typedef struct ICLRControlVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRControl *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRControl *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRControl *This);
    HRESULT (STDMETHODCALLTYPE *GetCLRManager)(ICLRControl *This, REFIID riid, void **ppObject);
    HRESULT (STDMETHODCALLTYPE *SetAppDomainManagerType)(
        ICLRControl *This,
        LPCWSTR pwzAppDomainManagerAssembly,
        LPCWSTR pwzAppDomainManagerType);
} ICLRControlVtbl;
struct ICLRControl {
    const struct ICLRControlVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRControl_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRControl_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRControl_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRControl_GetCLRManager(This, riid, ppObject) ((This)->lpVtbl->GetCLRManager(This, riid, ppObject))
#define ICLRControl_SetAppDomainManagerType(This, pwzAppDomainManagerAssembly, pwzAppDomainManagerType) ((This)->lpVtbl->SetAppDomainManagerType(This, pwzAppDomainManagerAssembly, pwzAppDomainManagerType))
#endif
#endif
#endif

#ifndef __ICLRDebugManager_INTERFACE_DEFINED__
#define __ICLRDebugManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRDebugManager, 0x00dcaec6, 0x2ac0, 0x43a9, 0xac, 0xf9, 0x1e, 0x36, 0xc1, 0x39, 0xb1, 0x0d);
#ifdef __cplusplus
struct ICLRDebugManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE BeginConnection(CONNID dwConnectionId, LPWSTR szConnectionName) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SetConnectionTasks(
        CONNID id,
        DWORD dwCount,
        ICLRTask **ppCLRTask) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE EndConnection(CONNID dwConnectionId) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE SetDacl(ACL *pacl) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE GetDacl(ACL **pacl) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE IsDebuggerAttached(BOOL *pbAttached) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE SetSymbolReadingPolicy(ESymbolReadingPolicy policy) = 0; /* slot 9 */
};
#else
typedef struct ICLRDebugManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRDebugManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRDebugManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRDebugManager *This);
    HRESULT (STDMETHODCALLTYPE *BeginConnection)(
        ICLRDebugManager *This,
        CONNID dwConnectionId,
        LPWSTR szConnectionName);
    HRESULT (STDMETHODCALLTYPE *SetConnectionTasks)(
        ICLRDebugManager *This,
        CONNID id,
        DWORD dwCount,
        ICLRTask **ppCLRTask);
    HRESULT (STDMETHODCALLTYPE *EndConnection)(ICLRDebugManager *This, CONNID dwConnectionId);
    HRESULT (STDMETHODCALLTYPE *SetDacl)(ICLRDebugManager *This, ACL *pacl);
    HRESULT (STDMETHODCALLTYPE *GetDacl)(ICLRDebugManager *This, ACL **pacl);
    HRESULT (STDMETHODCALLTYPE *IsDebuggerAttached)(ICLRDebugManager *This, BOOL *pbAttached);
    HRESULT (STDMETHODCALLTYPE *SetSymbolReadingPolicy)(ICLRDebugManager *This, ESymbolReadingPolicy policy);
} ICLRDebugManagerVtbl;
struct ICLRDebugManager {
    const struct ICLRDebugManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRDebugManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRDebugManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRDebugManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRDebugManager_BeginConnection(This, dwConnectionId, szConnectionName) ((This)->lpVtbl->BeginConnection(This, dwConnectionId, szConnectionName))
#define ICLRDebugManager_SetConnectionTasks(This, id, dwCount, ppCLRTask) ((This)->lpVtbl->SetConnectionTasks(This, id, dwCount, ppCLRTask))
#define ICLRDebugManager_EndConnection(This, dwConnectionId) ((This)->lpVtbl->EndConnection(This, dwConnectionId))
#define ICLRDebugManager_SetDacl(This, pacl) ((This)->lpVtbl->SetDacl(This, pacl))
#define ICLRDebugManager_GetDacl(This, pacl) ((This)->lpVtbl->GetDacl(This, pacl))
#define ICLRDebugManager_IsDebuggerAttached(This, pbAttached) ((This)->lpVtbl->IsDebuggerAttached(This, pbAttached))
#define ICLRDebugManager_SetSymbolReadingPolicy(This, policy) ((This)->lpVtbl->SetSymbolReadingPolicy(This, policy))
#endif
#endif
#endif

#ifndef __ICLRDomainManager_INTERFACE_DEFINED__
#define __ICLRDomainManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRDomainManager, 0x270d00a2, 0x8e15, 0x4d0b, 0xad, 0xeb, 0x37, 0xbc, 0x3e, 0x47, 0xdf, 0x77);
#ifdef __cplusplus
struct ICLRDomainManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE SetAppDomainManagerType(
        LPCWSTR wszAppDomainManagerAssembly,
        LPCWSTR wszAppDomainManagerType,
        EInitializeNewDomainFlags dwInitializeDomainFlags) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SetPropertiesForDefaultAppDomain(
        DWORD nProperties,
        LPCWSTR *pwszPropertyNames,
        LPCWSTR *pwszPropertyValues) = 0; /* slot 4 */
};
#else
typedef struct ICLRDomainManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRDomainManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRDomainManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRDomainManager *This);
    HRESULT (STDMETHODCALLTYPE *SetAppDomainManagerType)(
        ICLRDomainManager *This,
        LPCWSTR wszAppDomainManagerAssembly,
        LPCWSTR wszAppDomainManagerType,
        EInitializeNewDomainFlags dwInitializeDomainFlags);
    HRESULT (STDMETHODCALLTYPE *SetPropertiesForDefaultAppDomain)(
        ICLRDomainManager *This,
        DWORD nProperties,
        LPCWSTR *pwszPropertyNames,
        LPCWSTR *pwszPropertyValues);
} ICLRDomainManagerVtbl;
struct ICLRDomainManager {
    const struct ICLRDomainManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRDomainManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRDomainManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRDomainManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRDomainManager_SetAppDomainManagerType(This, wszAppDomainManagerAssembly, wszAppDomainManagerType, dwInitializeDomainFlags) ((This)->lpVtbl->SetAppDomainManagerType(This, wszAppDomainManagerAssembly, wszAppDomainManagerType, dwInitializeDomainFlags))
#define ICLRDomainManager_SetPropertiesForDefaultAppDomain(This, nProperties, pwszPropertyNames, pwszPropertyValues) ((This)->lpVtbl->SetPropertiesForDefaultAppDomain(This, nProperties, pwszPropertyNames, pwszPropertyValues))
#endif
#endif
#endif

#ifndef __ICLRErrorReportingManager_INTERFACE_DEFINED__
#define __ICLRErrorReportingManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRErrorReportingManager, 0x980d2f1a, 0xbf79, 0x4c08, 0x81, 0x2a, 0xbb, 0x97, 0x78, 0x92, 0x8f, 0x78);
#ifdef __cplusplus
struct ICLRErrorReportingManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetBucketParametersForCurrentException(
        BucketParameters *pParams) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE BeginCustomDump(
        ECustomDumpFlavor dwFlavor,
        DWORD dwNumItems,
        CustomDumpItem *items,
        DWORD dwReserved) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE EndCustomDump() = 0; /* slot 5 */
};
#else
typedef struct ICLRErrorReportingManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRErrorReportingManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRErrorReportingManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRErrorReportingManager *This);
    HRESULT (STDMETHODCALLTYPE *GetBucketParametersForCurrentException)(
        ICLRErrorReportingManager *This,
        BucketParameters *pParams);
    HRESULT (STDMETHODCALLTYPE *BeginCustomDump)(
        ICLRErrorReportingManager *This,
        ECustomDumpFlavor dwFlavor,
        DWORD dwNumItems,
        CustomDumpItem *items,
        DWORD dwReserved);
    HRESULT (STDMETHODCALLTYPE *EndCustomDump)(ICLRErrorReportingManager *This);
} ICLRErrorReportingManagerVtbl;
struct ICLRErrorReportingManager {
    const struct ICLRErrorReportingManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRErrorReportingManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRErrorReportingManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRErrorReportingManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRErrorReportingManager_GetBucketParametersForCurrentException(This, pParams) ((This)->lpVtbl->GetBucketParametersForCurrentException(This, pParams))
#define ICLRErrorReportingManager_BeginCustomDump(This, dwFlavor, dwNumItems, items, dwReserved) ((This)->lpVtbl->BeginCustomDump(This, dwFlavor, dwNumItems, items, dwReserved))
#define ICLRErrorReportingManager_EndCustomDump(This) ((This)->lpVtbl->EndCustomDump(This))
#endif
#endif
#endif

#ifndef __ICLRGCManager_INTERFACE_DEFINED__
#define __ICLRGCManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRGCManager, 0x54d9007e, 0xa8e2, 0x4885, 0xb7, 0xbf, 0xf9, 0x98, 0xde, 0xee, 0x4f, 0x2a);
#ifdef __cplusplus
struct ICLRGCManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Collect(int Generation) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE GetStats(COR_GC_STATS *pStats) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SetGCStartupLimits(DWORD SegmentSize, DWORD MaxGen0Size) = 0; /* slot 5 */
};
#else
typedef struct ICLRGCManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRGCManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRGCManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRGCManager *This);
    HRESULT (STDMETHODCALLTYPE *Collect)(ICLRGCManager *This, int Generation);
    HRESULT (STDMETHODCALLTYPE *GetStats)(ICLRGCManager *This, COR_GC_STATS *pStats);
    HRESULT (STDMETHODCALLTYPE *SetGCStartupLimits)(ICLRGCManager *This, DWORD SegmentSize, DWORD MaxGen0Size);
} ICLRGCManagerVtbl;
struct ICLRGCManager {
    const struct ICLRGCManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRGCManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRGCManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRGCManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRGCManager_Collect(This, Generation) ((This)->lpVtbl->Collect(This, Generation))
#define ICLRGCManager_GetStats(This, pStats) ((This)->lpVtbl->GetStats(This, pStats))
#define ICLRGCManager_SetGCStartupLimits(This, SegmentSize, MaxGen0Size) ((This)->lpVtbl->SetGCStartupLimits(This, SegmentSize, MaxGen0Size))
#endif
#endif
#endif

#ifndef __ICLRGCManager2_INTERFACE_DEFINED__
#define __ICLRGCManager2_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRGCManager2, 0x0603b793, 0xa97a, 0x4712, 0x9c, 0xb4, 0x0c, 0xd1, 0xc7, 0x4c, 0x0f, 0x7c);
#ifdef __cplusplus
struct ICLRGCManager2 : public ICLRGCManager {
    virtual HRESULT STDMETHODCALLTYPE SetGCStartupLimitsEx(SIZE_T SegmentSize, SIZE_T MaxGen0Size) = 0; /* slot 6 */
};
#else
typedef struct ICLRGCManager2Vtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRGCManager2 *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRGCManager2 *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRGCManager2 *This);
    HRESULT (STDMETHODCALLTYPE *Collect)(ICLRGCManager2 *This, int Generation);
    HRESULT (STDMETHODCALLTYPE *GetStats)(ICLRGCManager2 *This, COR_GC_STATS *pStats);
    HRESULT (STDMETHODCALLTYPE *SetGCStartupLimits)(ICLRGCManager2 *This, DWORD SegmentSize, DWORD MaxGen0Size);
    HRESULT (STDMETHODCALLTYPE *SetGCStartupLimitsEx)(ICLRGCManager2 *This, SIZE_T SegmentSize, SIZE_T MaxGen0Size);
} ICLRGCManager2Vtbl;
struct ICLRGCManager2 {
    const struct ICLRGCManager2Vtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRGCManager2_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRGCManager2_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRGCManager2_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRGCManager2_Collect(This, Generation) ((This)->lpVtbl->Collect(This, Generation))
#define ICLRGCManager2_GetStats(This, pStats) ((This)->lpVtbl->GetStats(This, pStats))
#define ICLRGCManager2_SetGCStartupLimits(This, SegmentSize, MaxGen0Size) ((This)->lpVtbl->SetGCStartupLimits(This, SegmentSize, MaxGen0Size))
#define ICLRGCManager2_SetGCStartupLimitsEx(This, SegmentSize, MaxGen0Size) ((This)->lpVtbl->SetGCStartupLimitsEx(This, SegmentSize, MaxGen0Size))
#endif
#endif
#endif

#ifndef __ICLRHostBindingPolicyManager_INTERFACE_DEFINED__
#define __ICLRHostBindingPolicyManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRHostBindingPolicyManager, 0x4b3545e7, 0x1856, 0x48c9, 0xa8, 0xba, 0x24, 0xb2, 0x1a, 0x75, 0x3c, 0x09);
#ifdef __cplusplus
struct ICLRHostBindingPolicyManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ModifyApplicationPolicy(
        LPCWSTR pwzSourceAssemblyIdentity,
        LPCWSTR pwzTargetAssemblyIdentity,
        BYTE *pbApplicationPolicy,
        DWORD cbAppPolicySize,
        DWORD dwPolicyModifyFlags,
        BYTE *pbNewApplicationPolicy,
        DWORD *pcbNewAppPolicySize) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE EvaluatePolicy(
        LPCWSTR pwzReferenceIdentity,
        BYTE *pbApplicationPolicy,
        DWORD cbAppPolicySize,
        LPWSTR pwzPostPolicyReferenceIdentity,
        DWORD *pcchPostPolicyReferenceIdentity,
        DWORD *pdwPoliciesApplied) = 0; /* slot 4 */
};
#else
typedef struct ICLRHostBindingPolicyManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRHostBindingPolicyManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRHostBindingPolicyManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRHostBindingPolicyManager *This);
    HRESULT (STDMETHODCALLTYPE *ModifyApplicationPolicy)(
        ICLRHostBindingPolicyManager *This,
        LPCWSTR pwzSourceAssemblyIdentity,
        LPCWSTR pwzTargetAssemblyIdentity,
        BYTE *pbApplicationPolicy,
        DWORD cbAppPolicySize,
        DWORD dwPolicyModifyFlags,
        BYTE *pbNewApplicationPolicy,
        DWORD *pcbNewAppPolicySize);
    HRESULT (STDMETHODCALLTYPE *EvaluatePolicy)(
        ICLRHostBindingPolicyManager *This,
        LPCWSTR pwzReferenceIdentity,
        BYTE *pbApplicationPolicy,
        DWORD cbAppPolicySize,
        LPWSTR pwzPostPolicyReferenceIdentity,
        DWORD *pcchPostPolicyReferenceIdentity,
        DWORD *pdwPoliciesApplied);
} ICLRHostBindingPolicyManagerVtbl;
struct ICLRHostBindingPolicyManager {
    const struct ICLRHostBindingPolicyManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRHostBindingPolicyManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRHostBindingPolicyManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRHostBindingPolicyManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRHostBindingPolicyManager_ModifyApplicationPolicy(This, pwzSourceAssemblyIdentity, pwzTargetAssemblyIdentity, pbApplicationPolicy, cbAppPolicySize, dwPolicyModifyFlags, pbNewApplicationPolicy, pcbNewAppPolicySize) ((This)->lpVtbl->ModifyApplicationPolicy(This, pwzSourceAssemblyIdentity, pwzTargetAssemblyIdentity, pbApplicationPolicy, cbAppPolicySize, dwPolicyModifyFlags, pbNewApplicationPolicy, pcbNewAppPolicySize))
#define ICLRHostBindingPolicyManager_EvaluatePolicy(This, pwzReferenceIdentity, pbApplicationPolicy, cbAppPolicySize, pwzPostPolicyReferenceIdentity, pcchPostPolicyReferenceIdentity, pdwPoliciesApplied) ((This)->lpVtbl->EvaluatePolicy(This, pwzReferenceIdentity, pbApplicationPolicy, cbAppPolicySize, pwzPostPolicyReferenceIdentity, pcchPostPolicyReferenceIdentity, pdwPoliciesApplied))
#endif
#endif
#endif

#ifndef __ICLRHostProtectionManager_INTERFACE_DEFINED__
#define __ICLRHostProtectionManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRHostProtectionManager, 0x89f25f5c, 0xceef, 0x43e1, 0x9c, 0xfa, 0xa6, 0x8c, 0xe8, 0x63, 0xaa, 0xac);
#ifdef __cplusplus
struct ICLRHostProtectionManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE SetProtectedCategories(EApiCategories categories) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SetEagerSerializeGrantSets() = 0; /* slot 4 */
};
#else
typedef struct ICLRHostProtectionManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRHostProtectionManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRHostProtectionManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRHostProtectionManager *This);
    HRESULT (STDMETHODCALLTYPE *SetProtectedCategories)(ICLRHostProtectionManager *This, EApiCategories categories);
    HRESULT (STDMETHODCALLTYPE *SetEagerSerializeGrantSets)(ICLRHostProtectionManager *This);
} ICLRHostProtectionManagerVtbl;
struct ICLRHostProtectionManager {
    const struct ICLRHostProtectionManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRHostProtectionManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRHostProtectionManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRHostProtectionManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRHostProtectionManager_SetProtectedCategories(This, categories) ((This)->lpVtbl->SetProtectedCategories(This, categories))
#define ICLRHostProtectionManager_SetEagerSerializeGrantSets(This) ((This)->lpVtbl->SetEagerSerializeGrantSets(This))
#endif
#endif
#endif

#ifndef __ICLRIoCompletionManager_INTERFACE_DEFINED__
#define __ICLRIoCompletionManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRIoCompletionManager, 0x2d74ce86, 0xb8d6, 0x4c84, 0xb3, 0xa7, 0x97, 0x68, 0x93, 0x3b, 0x3c, 0x12);
#ifdef __cplusplus
struct ICLRIoCompletionManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE OnComplete(
        DWORD dwErrorCode,
        DWORD NumberOfBytesTransferred,
        void *pvOverlapped) = 0; /* slot 3 */
};
#else
typedef struct ICLRIoCompletionManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRIoCompletionManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRIoCompletionManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRIoCompletionManager *This);
    HRESULT (STDMETHODCALLTYPE *OnComplete)(
        ICLRIoCompletionManager *This,
        DWORD dwErrorCode,
        DWORD NumberOfBytesTransferred,
        void *pvOverlapped);
} ICLRIoCompletionManagerVtbl;
struct ICLRIoCompletionManager {
    const struct ICLRIoCompletionManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRIoCompletionManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRIoCompletionManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRIoCompletionManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRIoCompletionManager_OnComplete(This, dwErrorCode, NumberOfBytesTransferred, pvOverlapped) ((This)->lpVtbl->OnComplete(This, dwErrorCode, NumberOfBytesTransferred, pvOverlapped))
#endif
#endif
#endif

#ifndef __ICLRMemoryNotificationCallback_INTERFACE_DEFINED__
#define __ICLRMemoryNotificationCallback_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRMemoryNotificationCallback, 0x47eb8e57, 0x0846, 0x4546, 0xaf, 0x76, 0x6f, 0x42, 0xfc, 0xfc, 0x26, 0x49);
#ifdef __cplusplus
struct ICLRMemoryNotificationCallback : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE OnMemoryNotification(EMemoryAvailable eMemoryAvailable) = 0; /* slot 3 */
};
#else
typedef struct ICLRMemoryNotificationCallbackVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRMemoryNotificationCallback *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRMemoryNotificationCallback *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRMemoryNotificationCallback *This);
    HRESULT (STDMETHODCALLTYPE *OnMemoryNotification)(
        ICLRMemoryNotificationCallback *This,
        EMemoryAvailable eMemoryAvailable);
} ICLRMemoryNotificationCallbackVtbl;
struct ICLRMemoryNotificationCallback {
    const struct ICLRMemoryNotificationCallbackVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRMemoryNotificationCallback_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRMemoryNotificationCallback_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRMemoryNotificationCallback_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRMemoryNotificationCallback_OnMemoryNotification(This, eMemoryAvailable) ((This)->lpVtbl->OnMemoryNotification(This, eMemoryAvailable))
#endif
#endif
#endif

#ifndef __ICLROnEventManager_INTERFACE_DEFINED__
#define __ICLROnEventManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLROnEventManager, 0x1d0e0132, 0xe64f, 0x493d, 0x92, 0x60, 0x02, 0x5c, 0x0e, 0x32, 0xc1, 0x75);
#ifdef __cplusplus
struct ICLROnEventManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE RegisterActionOnEvent(
        EClrEvent event,
        IActionOnCLREvent *pAction) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE UnregisterActionOnEvent(
        EClrEvent event,
        IActionOnCLREvent *pAction) = 0; /* slot 4 */
};
#else
typedef struct ICLROnEventManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLROnEventManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLROnEventManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLROnEventManager *This);
    HRESULT (STDMETHODCALLTYPE *RegisterActionOnEvent)(
        ICLROnEventManager *This,
        EClrEvent event,
        IActionOnCLREvent *pAction);
    HRESULT (STDMETHODCALLTYPE *UnregisterActionOnEvent)(
        ICLROnEventManager *This,
        EClrEvent event,
        IActionOnCLREvent *pAction);
} ICLROnEventManagerVtbl;
struct ICLROnEventManager {
    const struct ICLROnEventManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLROnEventManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLROnEventManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLROnEventManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLROnEventManager_RegisterActionOnEvent(This, event, pAction) ((This)->lpVtbl->RegisterActionOnEvent(This, event, pAction))
#define ICLROnEventManager_UnregisterActionOnEvent(This, event, pAction) ((This)->lpVtbl->UnregisterActionOnEvent(This, event, pAction))
#endif
#endif
#endif

#ifndef __ICLRPolicyManager_INTERFACE_DEFINED__
#define __ICLRPolicyManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRPolicyManager, 0x7d290010, 0xd781, 0x45da, 0xa6, 0xf8, 0xaa, 0x5d, 0x71, 0x1a, 0x73, 0x0e);
#ifdef __cplusplus
struct ICLRPolicyManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE SetDefaultAction(EClrOperation operation, EPolicyAction action) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SetTimeout(EClrOperation operation, DWORD dwMilliseconds) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SetActionOnTimeout(
        EClrOperation operation,
        EPolicyAction action) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE SetTimeoutAndAction(
        EClrOperation operation,
        DWORD dwMilliseconds,
        EPolicyAction action) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE SetActionOnFailure(EClrFailure failure, EPolicyAction action) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE SetUnhandledExceptionPolicy(EClrUnhandledException policy) = 0; /* slot 8 */
};
#else
typedef struct ICLRPolicyManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRPolicyManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRPolicyManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRPolicyManager *This);
    HRESULT (STDMETHODCALLTYPE *SetDefaultAction)(
        ICLRPolicyManager *This,
        EClrOperation operation,
        EPolicyAction action);
    HRESULT (STDMETHODCALLTYPE *SetTimeout)(ICLRPolicyManager *This, EClrOperation operation, DWORD dwMilliseconds);
    HRESULT (STDMETHODCALLTYPE *SetActionOnTimeout)(
        ICLRPolicyManager *This,
        EClrOperation operation,
        EPolicyAction action);
    HRESULT (STDMETHODCALLTYPE *SetTimeoutAndAction)(
        ICLRPolicyManager *This,
        EClrOperation operation,
        DWORD dwMilliseconds,
        EPolicyAction action);
    HRESULT (STDMETHODCALLTYPE *SetActionOnFailure)(
        ICLRPolicyManager *This,
        EClrFailure failure,
        EPolicyAction action);
    HRESULT (STDMETHODCALLTYPE *SetUnhandledExceptionPolicy)(ICLRPolicyManager *This, EClrUnhandledException policy);
} ICLRPolicyManagerVtbl;
struct ICLRPolicyManager {
    const struct ICLRPolicyManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRPolicyManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRPolicyManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRPolicyManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRPolicyManager_SetDefaultAction(This, operation, action) ((This)->lpVtbl->SetDefaultAction(This, operation, action))
#define ICLRPolicyManager_SetTimeout(This, operation, dwMilliseconds) ((This)->lpVtbl->SetTimeout(This, operation, dwMilliseconds))
#define ICLRPolicyManager_SetActionOnTimeout(This, operation, action) ((This)->lpVtbl->SetActionOnTimeout(This, operation, action))
#define ICLRPolicyManager_SetTimeoutAndAction(This, operation, dwMilliseconds, action) ((This)->lpVtbl->SetTimeoutAndAction(This, operation, dwMilliseconds, action))
#define ICLRPolicyManager_SetActionOnFailure(This, failure, action) ((This)->lpVtbl->SetActionOnFailure(This, failure, action))
#define ICLRPolicyManager_SetUnhandledExceptionPolicy(This, policy) ((This)->lpVtbl->SetUnhandledExceptionPolicy(This, policy))
#endif
#endif
#endif

#ifndef __ICLRProbingAssemblyEnum_INTERFACE_DEFINED__
#define __ICLRProbingAssemblyEnum_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRProbingAssemblyEnum, 0xd0c5fb1f, 0x416b, 0x4f97, 0x81, 0xf4, 0x7a, 0xc7, 0xdc, 0x24, 0xdd, 0x5d);
#ifdef __cplusplus
struct ICLRProbingAssemblyEnum : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Get(DWORD dwIndex, LPWSTR pwzBuffer, DWORD *pcchBufferSize) = 0; /* slot 3 */
};
#else
typedef struct ICLRProbingAssemblyEnumVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRProbingAssemblyEnum *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRProbingAssemblyEnum *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRProbingAssemblyEnum *This);
    HRESULT (STDMETHODCALLTYPE *Get)(
        ICLRProbingAssemblyEnum *This,
        DWORD dwIndex,
        LPWSTR pwzBuffer,
        DWORD *pcchBufferSize);
} ICLRProbingAssemblyEnumVtbl;
struct ICLRProbingAssemblyEnum {
    const struct ICLRProbingAssemblyEnumVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRProbingAssemblyEnum_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRProbingAssemblyEnum_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRProbingAssemblyEnum_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRProbingAssemblyEnum_Get(This, dwIndex, pwzBuffer, pcchBufferSize) ((This)->lpVtbl->Get(This, dwIndex, pwzBuffer, pcchBufferSize))
#endif
#endif
#endif

#ifndef __ICLRReferenceAssemblyEnum_INTERFACE_DEFINED__
#define __ICLRReferenceAssemblyEnum_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRReferenceAssemblyEnum, 0xd509cb5d, 0xcf32, 0x4876, 0xae, 0x61, 0x67, 0x77, 0x0c, 0xf9, 0x19, 0x73);
#ifdef __cplusplus
struct ICLRReferenceAssemblyEnum : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Get(DWORD dwIndex, LPWSTR pwzBuffer, DWORD *pcchBufferSize) = 0; /* slot 3 */
};
#else
typedef struct ICLRReferenceAssemblyEnumVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRReferenceAssemblyEnum *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRReferenceAssemblyEnum *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRReferenceAssemblyEnum *This);
    HRESULT (STDMETHODCALLTYPE *Get)(
        ICLRReferenceAssemblyEnum *This,
        DWORD dwIndex,
        LPWSTR pwzBuffer,
        DWORD *pcchBufferSize);
} ICLRReferenceAssemblyEnumVtbl;
struct ICLRReferenceAssemblyEnum {
    const struct ICLRReferenceAssemblyEnumVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRReferenceAssemblyEnum_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRReferenceAssemblyEnum_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRReferenceAssemblyEnum_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRReferenceAssemblyEnum_Get(This, dwIndex, pwzBuffer, pcchBufferSize) ((This)->lpVtbl->Get(This, dwIndex, pwzBuffer, pcchBufferSize))
#endif
#endif
#endif

#ifndef __ICLRRuntimeHost_INTERFACE_DEFINED__
#define __ICLRRuntimeHost_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRRuntimeHost, 0x90f1a06c, 0x7712, 0x4762, 0x86, 0xb5, 0x7a, 0x5e, 0xba, 0x6b, 0xdb, 0x02);
#ifdef __cplusplus
struct ICLRRuntimeHost : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Start() = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE Stop() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SetHostControl(IHostControl *pHostControl) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE GetCLRControl(ICLRControl **pCLRControl) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE UnloadAppDomain(DWORD dwAppDomainId, BOOL fWaitUntilDone) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE ExecuteInAppDomain(
        DWORD dwAppDomainId,
        FExecuteInAppDomainCallback pCallback,
        void *cookie) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE GetCurrentAppDomainId(DWORD *pdwAppDomainId) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE ExecuteApplication(
        LPCWSTR pwzAppFullName,
        DWORD dwManifestPaths,
        LPCWSTR *ppwzManifestPaths,
        DWORD dwActivationData,
        LPCWSTR *ppwzActivationData,
        int *pReturnValue) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE ExecuteInDefaultAppDomain(
        LPCWSTR pwzAssemblyPath,
        LPCWSTR pwzTypeName,
        LPCWSTR pwzMethodName,
        LPCWSTR pwzArgument,
        DWORD *pReturnValue) = 0; /* slot 11 */
};
#else
typedef struct ICLRRuntimeHostVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRRuntimeHost *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRRuntimeHost *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRRuntimeHost *This);
    HRESULT (STDMETHODCALLTYPE *Start)(ICLRRuntimeHost *This);
    HRESULT (STDMETHODCALLTYPE *Stop)(ICLRRuntimeHost *This);
    HRESULT (STDMETHODCALLTYPE *SetHostControl)(ICLRRuntimeHost *This, IHostControl *pHostControl);
    HRESULT (STDMETHODCALLTYPE *GetCLRControl)(ICLRRuntimeHost *This, ICLRControl **pCLRControl);
    HRESULT (STDMETHODCALLTYPE *UnloadAppDomain)(ICLRRuntimeHost *This, DWORD dwAppDomainId, BOOL fWaitUntilDone);
    HRESULT (STDMETHODCALLTYPE *ExecuteInAppDomain)(
        ICLRRuntimeHost *This,
        DWORD dwAppDomainId,
        FExecuteInAppDomainCallback pCallback,
        void *cookie);
    HRESULT (STDMETHODCALLTYPE *GetCurrentAppDomainId)(ICLRRuntimeHost *This, DWORD *pdwAppDomainId);
    HRESULT (STDMETHODCALLTYPE *ExecuteApplication)(
        ICLRRuntimeHost *This,
        LPCWSTR pwzAppFullName,
        DWORD dwManifestPaths,
        LPCWSTR *ppwzManifestPaths,
        DWORD dwActivationData,
        LPCWSTR *ppwzActivationData,
        int *pReturnValue);
    HRESULT (STDMETHODCALLTYPE *ExecuteInDefaultAppDomain)(
        ICLRRuntimeHost *This,
        LPCWSTR pwzAssemblyPath,
        LPCWSTR pwzTypeName,
        LPCWSTR pwzMethodName,
        LPCWSTR pwzArgument,
        DWORD *pReturnValue);
} ICLRRuntimeHostVtbl;
struct ICLRRuntimeHost {
    const struct ICLRRuntimeHostVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRRuntimeHost_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRRuntimeHost_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRRuntimeHost_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRRuntimeHost_Start(This) ((This)->lpVtbl->Start(This))
#define ICLRRuntimeHost_Stop(This) ((This)->lpVtbl->Stop(This))
#define ICLRRuntimeHost_SetHostControl(This, pHostControl) ((This)->lpVtbl->SetHostControl(This, pHostControl))
#define ICLRRuntimeHost_GetCLRControl(This, pCLRControl) ((This)->lpVtbl->GetCLRControl(This, pCLRControl))
#define ICLRRuntimeHost_UnloadAppDomain(This, dwAppDomainId, fWaitUntilDone) ((This)->lpVtbl->UnloadAppDomain(This, dwAppDomainId, fWaitUntilDone))
#define ICLRRuntimeHost_ExecuteInAppDomain(This, dwAppDomainId, pCallback, cookie) ((This)->lpVtbl->ExecuteInAppDomain(This, dwAppDomainId, pCallback, cookie))
#define ICLRRuntimeHost_GetCurrentAppDomainId(This, pdwAppDomainId) ((This)->lpVtbl->GetCurrentAppDomainId(This, pdwAppDomainId))
#define ICLRRuntimeHost_ExecuteApplication(This, pwzAppFullName, dwManifestPaths, ppwzManifestPaths, dwActivationData, ppwzActivationData, pReturnValue) ((This)->lpVtbl->ExecuteApplication(This, pwzAppFullName, dwManifestPaths, ppwzManifestPaths, dwActivationData, ppwzActivationData, pReturnValue))
#define ICLRRuntimeHost_ExecuteInDefaultAppDomain(This, pwzAssemblyPath, pwzTypeName, pwzMethodName, pwzArgument, pReturnValue) ((This)->lpVtbl->ExecuteInDefaultAppDomain(This, pwzAssemblyPath, pwzTypeName, pwzMethodName, pwzArgument, pReturnValue))
#endif
#endif
#endif

#ifndef __ICLRSyncManager_INTERFACE_DEFINED__
#define __ICLRSyncManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRSyncManager, 0x55ff199d, 0xad21, 0x48f9, 0xa1, 0x6c, 0xf2, 0x4e, 0xbb, 0xb8, 0x72, 0x7d);
#ifdef __cplusplus
struct ICLRSyncManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetMonitorOwner(SIZE_T Cookie, IHostTask **ppOwnerHostTask) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE CreateRWLockOwnerIterator(SIZE_T Cookie, SIZE_T *pIterator) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE GetRWLockOwnerNext(
        SIZE_T Iterator,
        IHostTask **ppOwnerHostTask) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE DeleteRWLockOwnerIterator(SIZE_T Iterator) = 0; /* slot 6 */
};
#else
typedef struct ICLRSyncManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRSyncManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRSyncManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRSyncManager *This);
    HRESULT (STDMETHODCALLTYPE *GetMonitorOwner)(ICLRSyncManager *This, SIZE_T Cookie, IHostTask **ppOwnerHostTask);
    HRESULT (STDMETHODCALLTYPE *CreateRWLockOwnerIterator)(ICLRSyncManager *This, SIZE_T Cookie, SIZE_T *pIterator);
    HRESULT (STDMETHODCALLTYPE *GetRWLockOwnerNext)(
        ICLRSyncManager *This,
        SIZE_T Iterator,
        IHostTask **ppOwnerHostTask);
    HRESULT (STDMETHODCALLTYPE *DeleteRWLockOwnerIterator)(ICLRSyncManager *This, SIZE_T Iterator);
} ICLRSyncManagerVtbl;
struct ICLRSyncManager {
    const struct ICLRSyncManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRSyncManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRSyncManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRSyncManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRSyncManager_GetMonitorOwner(This, Cookie, ppOwnerHostTask) ((This)->lpVtbl->GetMonitorOwner(This, Cookie, ppOwnerHostTask))
#define ICLRSyncManager_CreateRWLockOwnerIterator(This, Cookie, pIterator) ((This)->lpVtbl->CreateRWLockOwnerIterator(This, Cookie, pIterator))
#define ICLRSyncManager_GetRWLockOwnerNext(This, Iterator, ppOwnerHostTask) ((This)->lpVtbl->GetRWLockOwnerNext(This, Iterator, ppOwnerHostTask))
#define ICLRSyncManager_DeleteRWLockOwnerIterator(This, Iterator) ((This)->lpVtbl->DeleteRWLockOwnerIterator(This, Iterator))
#endif
#endif
#endif

#ifndef __ICLRTask_INTERFACE_DEFINED__
#define __ICLRTask_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRTask, 0x28e66a4a, 0x9906, 0x4225, 0xb2, 0x31, 0x91, 0x87, 0xc3, 0xeb, 0x86, 0x11);
#ifdef __cplusplus
struct ICLRTask : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE SwitchIn(HANDLE threadHandle) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SwitchOut() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE GetMemStats(COR_GC_THREAD_STATS *memUsage) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE Reset(BOOL fFull) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE ExitTask() = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE Abort() = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE RudeAbort() = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE NeedsPriorityScheduling(BOOL *pbNeedsPriorityScheduling) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE YieldTask() = 0; /* slot 11 */
    virtual HRESULT STDMETHODCALLTYPE LocksHeld(SIZE_T *pLockCount) = 0; /* slot 12 */
    virtual HRESULT STDMETHODCALLTYPE SetTaskIdentifier(TASKID asked) = 0; /* slot 13 */
};
#else
typedef struct ICLRTaskVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRTask *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRTask *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRTask *This);
    HRESULT (STDMETHODCALLTYPE *SwitchIn)(ICLRTask *This, HANDLE threadHandle);
    HRESULT (STDMETHODCALLTYPE *SwitchOut)(ICLRTask *This);
    HRESULT (STDMETHODCALLTYPE *GetMemStats)(ICLRTask *This, COR_GC_THREAD_STATS *memUsage);
    HRESULT (STDMETHODCALLTYPE *Reset)(ICLRTask *This, BOOL fFull);
    HRESULT (STDMETHODCALLTYPE *ExitTask)(ICLRTask *This);
    HRESULT (STDMETHODCALLTYPE *Abort)(ICLRTask *This);
    HRESULT (STDMETHODCALLTYPE *RudeAbort)(ICLRTask *This);
    HRESULT (STDMETHODCALLTYPE *NeedsPriorityScheduling)(ICLRTask *This, BOOL *pbNeedsPriorityScheduling);
    HRESULT (STDMETHODCALLTYPE *YieldTask)(ICLRTask *This);
    HRESULT (STDMETHODCALLTYPE *LocksHeld)(ICLRTask *This, SIZE_T *pLockCount);
    HRESULT (STDMETHODCALLTYPE *SetTaskIdentifier)(ICLRTask *This, TASKID asked);
} ICLRTaskVtbl;
struct ICLRTask {
    const struct ICLRTaskVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRTask_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRTask_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRTask_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRTask_SwitchIn(This, threadHandle) ((This)->lpVtbl->SwitchIn(This, threadHandle))
#define ICLRTask_SwitchOut(This) ((This)->lpVtbl->SwitchOut(This))
#define ICLRTask_GetMemStats(This, memUsage) ((This)->lpVtbl->GetMemStats(This, memUsage))
#define ICLRTask_Reset(This, fFull) ((This)->lpVtbl->Reset(This, fFull))
#define ICLRTask_ExitTask(This) ((This)->lpVtbl->ExitTask(This))
#define ICLRTask_Abort(This) ((This)->lpVtbl->Abort(This))
#define ICLRTask_RudeAbort(This) ((This)->lpVtbl->RudeAbort(This))
#define ICLRTask_NeedsPriorityScheduling(This, pbNeedsPriorityScheduling) ((This)->lpVtbl->NeedsPriorityScheduling(This, pbNeedsPriorityScheduling))
#define ICLRTask_YieldTask(This) ((This)->lpVtbl->YieldTask(This))
#define ICLRTask_LocksHeld(This, pLockCount) ((This)->lpVtbl->LocksHeld(This, pLockCount))
#define ICLRTask_SetTaskIdentifier(This, asked) ((This)->lpVtbl->SetTaskIdentifier(This, asked))
#endif
#endif
#endif

#ifndef __ICLRTask2_INTERFACE_DEFINED__
#define __ICLRTask2_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRTask2, 0x28e66a4a, 0x9906, 0x4225, 0xb2, 0x31, 0x91, 0x87, 0xc3, 0xeb, 0x86, 0x12);
#ifdef __cplusplus
struct ICLRTask2 : public ICLRTask {
    virtual HRESULT STDMETHODCALLTYPE BeginPreventAsyncAbort() = 0; /* slot 14 */
    virtual HRESULT STDMETHODCALLTYPE EndPreventAsyncAbort() = 0; /* slot 15 */
};
#else
typedef struct ICLRTask2Vtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRTask2 *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRTask2 *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRTask2 *This);
    HRESULT (STDMETHODCALLTYPE *SwitchIn)(ICLRTask2 *This, HANDLE threadHandle);
    HRESULT (STDMETHODCALLTYPE *SwitchOut)(ICLRTask2 *This);
    HRESULT (STDMETHODCALLTYPE *GetMemStats)(ICLRTask2 *This, COR_GC_THREAD_STATS *memUsage);
    HRESULT (STDMETHODCALLTYPE *Reset)(ICLRTask2 *This, BOOL fFull);
    HRESULT (STDMETHODCALLTYPE *ExitTask)(ICLRTask2 *This);
    HRESULT (STDMETHODCALLTYPE *Abort)(ICLRTask2 *This);
    HRESULT (STDMETHODCALLTYPE *RudeAbort)(ICLRTask2 *This);
    HRESULT (STDMETHODCALLTYPE *NeedsPriorityScheduling)(ICLRTask2 *This, BOOL *pbNeedsPriorityScheduling);
    HRESULT (STDMETHODCALLTYPE *YieldTask)(ICLRTask2 *This);
    HRESULT (STDMETHODCALLTYPE *LocksHeld)(ICLRTask2 *This, SIZE_T *pLockCount);
    HRESULT (STDMETHODCALLTYPE *SetTaskIdentifier)(ICLRTask2 *This, TASKID asked);
    HRESULT (STDMETHODCALLTYPE *BeginPreventAsyncAbort)(ICLRTask2 *This);
    HRESULT (STDMETHODCALLTYPE *EndPreventAsyncAbort)(ICLRTask2 *This);
} ICLRTask2Vtbl;
struct ICLRTask2 {
    const struct ICLRTask2Vtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRTask2_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRTask2_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRTask2_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRTask2_SwitchIn(This, threadHandle) ((This)->lpVtbl->SwitchIn(This, threadHandle))
#define ICLRTask2_SwitchOut(This) ((This)->lpVtbl->SwitchOut(This))
#define ICLRTask2_GetMemStats(This, memUsage) ((This)->lpVtbl->GetMemStats(This, memUsage))
#define ICLRTask2_Reset(This, fFull) ((This)->lpVtbl->Reset(This, fFull))
#define ICLRTask2_ExitTask(This) ((This)->lpVtbl->ExitTask(This))
#define ICLRTask2_Abort(This) ((This)->lpVtbl->Abort(This))
#define ICLRTask2_RudeAbort(This) ((This)->lpVtbl->RudeAbort(This))
#define ICLRTask2_NeedsPriorityScheduling(This, pbNeedsPriorityScheduling) ((This)->lpVtbl->NeedsPriorityScheduling(This, pbNeedsPriorityScheduling))
#define ICLRTask2_YieldTask(This) ((This)->lpVtbl->YieldTask(This))
#define ICLRTask2_LocksHeld(This, pLockCount) ((This)->lpVtbl->LocksHeld(This, pLockCount))
#define ICLRTask2_SetTaskIdentifier(This, asked) ((This)->lpVtbl->SetTaskIdentifier(This, asked))
#define ICLRTask2_BeginPreventAsyncAbort(This) ((This)->lpVtbl->BeginPreventAsyncAbort(This))
#define ICLRTask2_EndPreventAsyncAbort(This) ((This)->lpVtbl->EndPreventAsyncAbort(This))
#endif
#endif
#endif

#ifndef __ICLRTaskManager_INTERFACE_DEFINED__
#define __ICLRTaskManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRTaskManager, 0x4862efbe, 0x3ae5, 0x44f8, 0x8f, 0xeb, 0x34, 0x61, 0x90, 0xee, 0x8a, 0x34);
#ifdef __cplusplus
struct ICLRTaskManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE CreateTask(ICLRTask **pTask) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE GetCurrentTask(ICLRTask **pTask) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SetUILocale(LCID lcid) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE SetLocale(LCID lcid) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE GetCurrentTaskType(ETaskType *pTaskType) = 0; /* slot 7 */
};
#else
typedef struct ICLRTaskManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRTaskManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRTaskManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *CreateTask)(ICLRTaskManager *This, ICLRTask **pTask);
    HRESULT (STDMETHODCALLTYPE *GetCurrentTask)(ICLRTaskManager *This, ICLRTask **pTask);
    HRESULT (STDMETHODCALLTYPE *SetUILocale)(ICLRTaskManager *This, LCID lcid);
    HRESULT (STDMETHODCALLTYPE *SetLocale)(ICLRTaskManager *This, LCID lcid);
    HRESULT (STDMETHODCALLTYPE *GetCurrentTaskType)(ICLRTaskManager *This, ETaskType *pTaskType);
} ICLRTaskManagerVtbl;
struct ICLRTaskManager {
    const struct ICLRTaskManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRTaskManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRTaskManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRTaskManager_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRTaskManager_CreateTask(This, pTask) ((This)->lpVtbl->CreateTask(This, pTask))
#define ICLRTaskManager_GetCurrentTask(This, pTask) ((This)->lpVtbl->GetCurrentTask(This, pTask))
#define ICLRTaskManager_SetUILocale(This, lcid) ((This)->lpVtbl->SetUILocale(This, lcid))
#define ICLRTaskManager_SetLocale(This, lcid) ((This)->lpVtbl->SetLocale(This, lcid))
#define ICLRTaskManager_GetCurrentTaskType(This, pTaskType) ((This)->lpVtbl->GetCurrentTaskType(This, pTaskType))
#endif
#endif
#endif

#ifndef __ICorConfiguration_INTERFACE_DEFINED__
#define __ICorConfiguration_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICorConfiguration, 0x5c2b07a5, 0x1e98, 0x11d3, 0x87, 0x2f, 0x00, 0xc0, 0x4f, 0x79, 0xed, 0x0d);
#ifdef __cplusplus
struct ICorConfiguration : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE SetGCThreadControl(IGCThreadControl *pGCThreadControl) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SetGCHostControl(IGCHostControl *pGCHostControl) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SetDebuggerThreadControl(
        IDebuggerThreadControl *pDebuggerThreadControl) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE AddDebuggerSpecialThread(DWORD dwSpecialThreadId) = 0; /* slot 6 */
};
#else
typedef struct ICorConfigurationVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICorConfiguration *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICorConfiguration *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICorConfiguration *This);
    HRESULT (STDMETHODCALLTYPE *SetGCThreadControl)(ICorConfiguration *This, IGCThreadControl *pGCThreadControl);
    HRESULT (STDMETHODCALLTYPE *SetGCHostControl)(ICorConfiguration *This, IGCHostControl *pGCHostControl);
    HRESULT (STDMETHODCALLTYPE *SetDebuggerThreadControl)(
        ICorConfiguration *This,
        IDebuggerThreadControl *pDebuggerThreadControl);
    HRESULT (STDMETHODCALLTYPE *AddDebuggerSpecialThread)(ICorConfiguration *This, DWORD dwSpecialThreadId);
} ICorConfigurationVtbl;
struct ICorConfiguration {
    const struct ICorConfigurationVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICorConfiguration_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICorConfiguration_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICorConfiguration_Release(This) ((This)->lpVtbl->Release(This))
#define ICorConfiguration_SetGCThreadControl(This, pGCThreadControl) ((This)->lpVtbl->SetGCThreadControl(This, pGCThreadControl))
#define ICorConfiguration_SetGCHostControl(This, pGCHostControl) ((This)->lpVtbl->SetGCHostControl(This, pGCHostControl))
#define ICorConfiguration_SetDebuggerThreadControl(This, pDebuggerThreadControl) ((This)->lpVtbl->SetDebuggerThreadControl(This, pDebuggerThreadControl))
#define ICorConfiguration_AddDebuggerSpecialThread(This, dwSpecialThreadId) ((This)->lpVtbl->AddDebuggerSpecialThread(This, dwSpecialThreadId))
#endif
#endif
#endif

#ifndef __ICorRuntimeHost_INTERFACE_DEFINED__
#define __ICorRuntimeHost_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICorRuntimeHost, 0xcb2f6722, 0xab3a, 0x11d2, 0x9c, 0x40, 0x00, 0xc0, 0x4f, 0xa3, 0x0a, 0x3e);
#ifdef __cplusplus
struct ICorRuntimeHost : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE CreateLogicalThreadState() = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE DeleteLogicalThreadState() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SwitchInLogicalThreadState(DWORD *pFiberCookie) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE SwitchOutLogicalThreadState(DWORD **pFiberCookie) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE LocksHeldByLogicalThread(DWORD *pCount) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE MapFile(HANDLE hFile, HMODULE *hMapAddress) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE GetConfiguration(ICorConfiguration **pConfiguration) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE Start() = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE Stop() = 0; /* slot 11 */
    virtual HRESULT STDMETHODCALLTYPE CreateDomain(
        LPCWSTR pwzFriendlyName,
        IUnknown *pIdentityArray,
        IUnknown **pAppDomain) = 0; /* slot 12 */
    virtual HRESULT STDMETHODCALLTYPE GetDefaultDomain(IUnknown **pAppDomain) = 0; /* slot 13 */
    virtual HRESULT STDMETHODCALLTYPE EnumDomains(void **hEnum) = 0; /* slot 14 */
    virtual HRESULT STDMETHODCALLTYPE NextDomain(void *hEnum, IUnknown **pAppDomain) = 0; /* slot 15 */
    virtual HRESULT STDMETHODCALLTYPE CloseEnum(void *hEnum) = 0; /* slot 16 */
    virtual HRESULT STDMETHODCALLTYPE CreateDomainEx(
        LPCWSTR pwzFriendlyName,
        IUnknown *pSetup,
        IUnknown *pEvidence,
        IUnknown **pAppDomain) = 0; /* slot 17 */
    virtual HRESULT STDMETHODCALLTYPE CreateDomainSetup(IUnknown **pAppDomainSetup) = 0; /* slot 18 */
    virtual HRESULT STDMETHODCALLTYPE CreateEvidence(IUnknown **pEvidence) = 0; /* slot 19 */
    virtual HRESULT STDMETHODCALLTYPE UnloadDomain(IUnknown *pAppDomain) = 0; /* slot 20 */
    virtual HRESULT STDMETHODCALLTYPE CurrentDomain(IUnknown **pAppDomain) = 0; /* slot 21 */
};
#else
typedef struct ICorRuntimeHostVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICorRuntimeHost *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICorRuntimeHost *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICorRuntimeHost *This);
    HRESULT (STDMETHODCALLTYPE *CreateLogicalThreadState)(ICorRuntimeHost *This);
    HRESULT (STDMETHODCALLTYPE *DeleteLogicalThreadState)(ICorRuntimeHost *This);
    HRESULT (STDMETHODCALLTYPE *SwitchInLogicalThreadState)(ICorRuntimeHost *This, DWORD *pFiberCookie);
    HRESULT (STDMETHODCALLTYPE *SwitchOutLogicalThreadState)(ICorRuntimeHost *This, DWORD **pFiberCookie);
    HRESULT (STDMETHODCALLTYPE *LocksHeldByLogicalThread)(ICorRuntimeHost *This, DWORD *pCount);
    HRESULT (STDMETHODCALLTYPE *MapFile)(ICorRuntimeHost *This, HANDLE hFile, HMODULE *hMapAddress);
    HRESULT (STDMETHODCALLTYPE *GetConfiguration)(ICorRuntimeHost *This, ICorConfiguration **pConfiguration);
    HRESULT (STDMETHODCALLTYPE *Start)(ICorRuntimeHost *This);
    HRESULT (STDMETHODCALLTYPE *Stop)(ICorRuntimeHost *This);
    HRESULT (STDMETHODCALLTYPE *CreateDomain)(
        ICorRuntimeHost *This,
        LPCWSTR pwzFriendlyName,
        IUnknown *pIdentityArray,
        IUnknown **pAppDomain);
    HRESULT (STDMETHODCALLTYPE *GetDefaultDomain)(ICorRuntimeHost *This, IUnknown **pAppDomain);
    HRESULT (STDMETHODCALLTYPE *EnumDomains)(ICorRuntimeHost *This, void **hEnum);
    HRESULT (STDMETHODCALLTYPE *NextDomain)(ICorRuntimeHost *This, void *hEnum, IUnknown **pAppDomain);
    HRESULT (STDMETHODCALLTYPE *CloseEnum)(ICorRuntimeHost *This, void *hEnum);
    HRESULT (STDMETHODCALLTYPE *CreateDomainEx)(
        ICorRuntimeHost *This,
        LPCWSTR pwzFriendlyName,
        IUnknown *pSetup,
        IUnknown *pEvidence,
        IUnknown **pAppDomain);
    HRESULT (STDMETHODCALLTYPE *CreateDomainSetup)(ICorRuntimeHost *This, IUnknown **pAppDomainSetup);
    HRESULT (STDMETHODCALLTYPE *CreateEvidence)(ICorRuntimeHost *This, IUnknown **pEvidence);
    HRESULT (STDMETHODCALLTYPE *UnloadDomain)(ICorRuntimeHost *This, IUnknown *pAppDomain);
    HRESULT (STDMETHODCALLTYPE *CurrentDomain)(ICorRuntimeHost *This, IUnknown **pAppDomain);
} ICorRuntimeHostVtbl;
struct ICorRuntimeHost {
    const struct ICorRuntimeHostVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICorRuntimeHost_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICorRuntimeHost_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICorRuntimeHost_Release(This) ((This)->lpVtbl->Release(This))
#define ICorRuntimeHost_CreateLogicalThreadState(This) ((This)->lpVtbl->CreateLogicalThreadState(This))
#define ICorRuntimeHost_DeleteLogicalThreadState(This) ((This)->lpVtbl->DeleteLogicalThreadState(This))
#define ICorRuntimeHost_SwitchInLogicalThreadState(This, pFiberCookie) ((This)->lpVtbl->SwitchInLogicalThreadState(This, pFiberCookie))
#define ICorRuntimeHost_SwitchOutLogicalThreadState(This, pFiberCookie) ((This)->lpVtbl->SwitchOutLogicalThreadState(This, pFiberCookie))
#define ICorRuntimeHost_LocksHeldByLogicalThread(This, pCount) ((This)->lpVtbl->LocksHeldByLogicalThread(This, pCount))
#define ICorRuntimeHost_MapFile(This, hFile, hMapAddress) ((This)->lpVtbl->MapFile(This, hFile, hMapAddress))
#define ICorRuntimeHost_GetConfiguration(This, pConfiguration) ((This)->lpVtbl->GetConfiguration(This, pConfiguration))
#define ICorRuntimeHost_Start(This) ((This)->lpVtbl->Start(This))
#define ICorRuntimeHost_Stop(This) ((This)->lpVtbl->Stop(This))
#define ICorRuntimeHost_CreateDomain(This, pwzFriendlyName, pIdentityArray, pAppDomain) ((This)->lpVtbl->CreateDomain(This, pwzFriendlyName, pIdentityArray, pAppDomain))
#define ICorRuntimeHost_GetDefaultDomain(This, pAppDomain) ((This)->lpVtbl->GetDefaultDomain(This, pAppDomain))
#define ICorRuntimeHost_EnumDomains(This, hEnum) ((This)->lpVtbl->EnumDomains(This, hEnum))
#define ICorRuntimeHost_NextDomain(This, hEnum, pAppDomain) ((This)->lpVtbl->NextDomain(This, hEnum, pAppDomain))
#define ICorRuntimeHost_CloseEnum(This, hEnum) ((This)->lpVtbl->CloseEnum(This, hEnum))
#define ICorRuntimeHost_CreateDomainEx(This, pwzFriendlyName, pSetup, pEvidence, pAppDomain) ((This)->lpVtbl->CreateDomainEx(This, pwzFriendlyName, pSetup, pEvidence, pAppDomain))
#define ICorRuntimeHost_CreateDomainSetup(This, pAppDomainSetup) ((This)->lpVtbl->CreateDomainSetup(This, pAppDomainSetup))
#define ICorRuntimeHost_CreateEvidence(This, pEvidence) ((This)->lpVtbl->CreateEvidence(This, pEvidence))
#define ICorRuntimeHost_UnloadDomain(This, pAppDomain) ((This)->lpVtbl->UnloadDomain(This, pAppDomain))
#define ICorRuntimeHost_CurrentDomain(This, pAppDomain) ((This)->lpVtbl->CurrentDomain(This, pAppDomain))
#endif
#endif
#endif

#ifndef __ICorThreadpool_INTERFACE_DEFINED__
#define __ICorThreadpool_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICorThreadpool, 0x84680d3a, 0xb2c1, 0x46e8, 0xac, 0xc2, 0xdb, 0xc0, 0xa3, 0x59, 0x15, 0x9a);
#ifdef __cplusplus
struct ICorThreadpool : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE CorRegisterWaitForSingleObject(
        HANDLE *phNewWaitObject,
        HANDLE hWaitObject,
        WAITORTIMERCALLBACK Callback,
        void *Context,
        DWORD timeout,
        BOOL executeOnlyOnce,
        BOOL *result) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE CorUnregisterWait(
        HANDLE hWaitObject,
        HANDLE CompletionEvent,
        BOOL *result) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE CorQueueUserWorkItem(
        LPTHREAD_START_ROUTINE Function,
        void *Context,
        BOOL executeOnlyOnce,
        BOOL *result) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE CorCreateTimer(
        HANDLE *phNewTimer,
        WAITORTIMERCALLBACK Callback,
        void *Parameter,
        DWORD DueTime,
        DWORD Period,
        BOOL *result) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE CorChangeTimer(
        HANDLE Timer,
        DWORD DueTime,
        DWORD Period,
        BOOL *result) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE CorDeleteTimer(
        HANDLE Timer,
        HANDLE CompletionEvent,
        BOOL *result) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE CorBindIoCompletionCallback(
        HANDLE fileHandle,
        LPOVERLAPPED_COMPLETION_ROUTINE callback) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE CorCallOrQueueUserWorkItem(
        LPTHREAD_START_ROUTINE Function,
        void *Context,
        BOOL *result) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE CorSetMaxThreads(
        DWORD MaxWorkerThreads,
        DWORD MaxIOCompletionThreads) = 0; /* slot 11 */
    virtual HRESULT STDMETHODCALLTYPE CorGetMaxThreads(
        DWORD *MaxWorkerThreads,
        DWORD *MaxIOCompletionThreads) = 0; /* slot 12 */
    virtual HRESULT STDMETHODCALLTYPE CorGetAvailableThreads(
        DWORD *AvailableWorkerThreads,
        DWORD *AvailableIOCompletionThreads) = 0; /* slot 13 */
};
#else
typedef struct ICorThreadpoolVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICorThreadpool *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICorThreadpool *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICorThreadpool *This);
    HRESULT (STDMETHODCALLTYPE *CorRegisterWaitForSingleObject)(
        ICorThreadpool *This,
        HANDLE *phNewWaitObject,
        HANDLE hWaitObject,
        WAITORTIMERCALLBACK Callback,
        void *Context,
        DWORD timeout,
        BOOL executeOnlyOnce,
        BOOL *result);
    HRESULT (STDMETHODCALLTYPE *CorUnregisterWait)(
        ICorThreadpool *This,
        HANDLE hWaitObject,
        HANDLE CompletionEvent,
        BOOL *result);
    HRESULT (STDMETHODCALLTYPE *CorQueueUserWorkItem)(
        ICorThreadpool *This,
        LPTHREAD_START_ROUTINE Function,
        void *Context,
        BOOL executeOnlyOnce,
        BOOL *result);
    HRESULT (STDMETHODCALLTYPE *CorCreateTimer)(
        ICorThreadpool *This,
        HANDLE *phNewTimer,
        WAITORTIMERCALLBACK Callback,
        void *Parameter,
        DWORD DueTime,
        DWORD Period,
        BOOL *result);
    HRESULT (STDMETHODCALLTYPE *CorChangeTimer)(
        ICorThreadpool *This,
        HANDLE Timer,
        DWORD DueTime,
        DWORD Period,
        BOOL *result);
    HRESULT (STDMETHODCALLTYPE *CorDeleteTimer)(
        ICorThreadpool *This,
        HANDLE Timer,
        HANDLE CompletionEvent,
        BOOL *result);
    HRESULT (STDMETHODCALLTYPE *CorBindIoCompletionCallback)(
        ICorThreadpool *This,
        HANDLE fileHandle,
        LPOVERLAPPED_COMPLETION_ROUTINE callback);
    HRESULT (STDMETHODCALLTYPE *CorCallOrQueueUserWorkItem)(
        ICorThreadpool *This,
        LPTHREAD_START_ROUTINE Function,
        void *Context,
        BOOL *result);
    HRESULT (STDMETHODCALLTYPE *CorSetMaxThreads)(
        ICorThreadpool *This,
        DWORD MaxWorkerThreads,
        DWORD MaxIOCompletionThreads);
    HRESULT (STDMETHODCALLTYPE *CorGetMaxThreads)(
        ICorThreadpool *This,
        DWORD *MaxWorkerThreads,
        DWORD *MaxIOCompletionThreads);
    HRESULT (STDMETHODCALLTYPE *CorGetAvailableThreads)(
        ICorThreadpool *This,
        DWORD *AvailableWorkerThreads,
        DWORD *AvailableIOCompletionThreads);
} ICorThreadpoolVtbl;
struct ICorThreadpool {
    const struct ICorThreadpoolVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICorThreadpool_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICorThreadpool_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICorThreadpool_Release(This) ((This)->lpVtbl->Release(This))
#define ICorThreadpool_CorRegisterWaitForSingleObject(This, phNewWaitObject, hWaitObject, Callback, Context, timeout, executeOnlyOnce, result) ((This)->lpVtbl->CorRegisterWaitForSingleObject(This, phNewWaitObject, hWaitObject, Callback, Context, timeout, executeOnlyOnce, result))
#define ICorThreadpool_CorUnregisterWait(This, hWaitObject, CompletionEvent, result) ((This)->lpVtbl->CorUnregisterWait(This, hWaitObject, CompletionEvent, result))
#define ICorThreadpool_CorQueueUserWorkItem(This, Function, Context, executeOnlyOnce, result) ((This)->lpVtbl->CorQueueUserWorkItem(This, Function, Context, executeOnlyOnce, result))
#define ICorThreadpool_CorCreateTimer(This, phNewTimer, Callback, Parameter, DueTime, Period, result) ((This)->lpVtbl->CorCreateTimer(This, phNewTimer, Callback, Parameter, DueTime, Period, result))
#define ICorThreadpool_CorChangeTimer(This, Timer, DueTime, Period, result) ((This)->lpVtbl->CorChangeTimer(This, Timer, DueTime, Period, result))
#define ICorThreadpool_CorDeleteTimer(This, Timer, CompletionEvent, result) ((This)->lpVtbl->CorDeleteTimer(This, Timer, CompletionEvent, result))
#define ICorThreadpool_CorBindIoCompletionCallback(This, fileHandle, callback) ((This)->lpVtbl->CorBindIoCompletionCallback(This, fileHandle, callback))
#define ICorThreadpool_CorCallOrQueueUserWorkItem(This, Function, Context, result) ((This)->lpVtbl->CorCallOrQueueUserWorkItem(This, Function, Context, result))
#define ICorThreadpool_CorSetMaxThreads(This, MaxWorkerThreads, MaxIOCompletionThreads) ((This)->lpVtbl->CorSetMaxThreads(This, MaxWorkerThreads, MaxIOCompletionThreads))
#define ICorThreadpool_CorGetMaxThreads(This, MaxWorkerThreads, MaxIOCompletionThreads) ((This)->lpVtbl->CorGetMaxThreads(This, MaxWorkerThreads, MaxIOCompletionThreads))
#define ICorThreadpool_CorGetAvailableThreads(This, AvailableWorkerThreads, AvailableIOCompletionThreads) ((This)->lpVtbl->CorGetAvailableThreads(This, AvailableWorkerThreads, AvailableIOCompletionThreads))
#endif
#endif
#endif

#ifndef __IDebuggerInfo_INTERFACE_DEFINED__
#define __IDebuggerInfo_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IDebuggerInfo, 0xbf24142d, 0xa47d, 0x4d24, 0xa6, 0x6d, 0x8c, 0x21, 0x41, 0x94, 0x4e, 0x44);
#ifdef __cplusplus
struct IDebuggerInfo : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE IsDebuggerAttached(BOOL *pbAttached) = 0; /* slot 3 */
};
#else
typedef struct IDebuggerInfoVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IDebuggerInfo *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IDebuggerInfo *This);
    ULONG (STDMETHODCALLTYPE *Release)(IDebuggerInfo *This);
    HRESULT (STDMETHODCALLTYPE *IsDebuggerAttached)(IDebuggerInfo *This, BOOL *pbAttached);
} IDebuggerInfoVtbl;
struct IDebuggerInfo {
    const struct IDebuggerInfoVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IDebuggerInfo_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IDebuggerInfo_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IDebuggerInfo_Release(This) ((This)->lpVtbl->Release(This))
#define IDebuggerInfo_IsDebuggerAttached(This, pbAttached) ((This)->lpVtbl->IsDebuggerAttached(This, pbAttached))
#endif
#endif
#endif

#ifndef __IDebuggerThreadControl_INTERFACE_DEFINED__
#define __IDebuggerThreadControl_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IDebuggerThreadControl, 0x23d86786, 0x0bb5, 0x4774, 0x8f, 0xb5, 0xe3, 0x52, 0x2a, 0xdd, 0x62, 0x46);
#ifdef __cplusplus
struct IDebuggerThreadControl : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ThreadIsBlockingForDebugger() = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE ReleaseAllRuntimeThreads() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE StartBlockingForDebugger(DWORD dwUnused) = 0; /* slot 5 */
};
#else
typedef struct IDebuggerThreadControlVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IDebuggerThreadControl *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IDebuggerThreadControl *This);
    ULONG (STDMETHODCALLTYPE *Release)(IDebuggerThreadControl *This);
    HRESULT (STDMETHODCALLTYPE *ThreadIsBlockingForDebugger)(IDebuggerThreadControl *This);
    HRESULT (STDMETHODCALLTYPE *ReleaseAllRuntimeThreads)(IDebuggerThreadControl *This);
    HRESULT (STDMETHODCALLTYPE *StartBlockingForDebugger)(IDebuggerThreadControl *This, DWORD dwUnused);
} IDebuggerThreadControlVtbl;
struct IDebuggerThreadControl {
    const struct IDebuggerThreadControlVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IDebuggerThreadControl_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IDebuggerThreadControl_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IDebuggerThreadControl_Release(This) ((This)->lpVtbl->Release(This))
#define IDebuggerThreadControl_ThreadIsBlockingForDebugger(This) ((This)->lpVtbl->ThreadIsBlockingForDebugger(This))
#define IDebuggerThreadControl_ReleaseAllRuntimeThreads(This) ((This)->lpVtbl->ReleaseAllRuntimeThreads(This))
#define IDebuggerThreadControl_StartBlockingForDebugger(This, dwUnused) ((This)->lpVtbl->StartBlockingForDebugger(This, dwUnused))
#endif
#endif
#endif

#ifndef __IHostAssemblyManager_INTERFACE_DEFINED__
#define __IHostAssemblyManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostAssemblyManager, 0x613dabd7, 0x62b2, 0x493e, 0x9e, 0x65, 0xc1, 0xe3, 0x2a, 0x1e, 0x0c, 0x5e);
#ifdef __cplusplus
struct IHostAssemblyManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetNonHostStoreAssemblies(
        ICLRAssemblyReferenceList **ppReferenceList) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE GetAssemblyStore(IHostAssemblyStore **ppAssemblyStore) = 0; /* slot 4 */
};
#else
typedef struct IHostAssemblyManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostAssemblyManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostAssemblyManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostAssemblyManager *This);
    HRESULT (STDMETHODCALLTYPE *GetNonHostStoreAssemblies)(
        IHostAssemblyManager *This,
        ICLRAssemblyReferenceList **ppReferenceList);
    HRESULT (STDMETHODCALLTYPE *GetAssemblyStore)(IHostAssemblyManager *This, IHostAssemblyStore **ppAssemblyStore);
} IHostAssemblyManagerVtbl;
struct IHostAssemblyManager {
    const struct IHostAssemblyManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostAssemblyManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostAssemblyManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostAssemblyManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostAssemblyManager_GetNonHostStoreAssemblies(This, ppReferenceList) ((This)->lpVtbl->GetNonHostStoreAssemblies(This, ppReferenceList))
#define IHostAssemblyManager_GetAssemblyStore(This, ppAssemblyStore) ((This)->lpVtbl->GetAssemblyStore(This, ppAssemblyStore))
#endif
#endif
#endif

#ifndef __IHostAssemblyStore_INTERFACE_DEFINED__
#define __IHostAssemblyStore_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostAssemblyStore, 0x7b102a88, 0x3f7f, 0x496d, 0x8f, 0xa2, 0xc3, 0x53, 0x74, 0xe0, 0x1a, 0xf3);
#ifdef __cplusplus
struct IHostAssemblyStore : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ProvideAssembly(
        AssemblyBindInfo *pBindInfo,
        UINT64 *pAssemblyId,
        UINT64 *pContext,
        IStream **ppStmAssemblyImage,
        IStream **ppStmPDB) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE ProvideModule(
        ModuleBindInfo *pBindInfo,
        DWORD *pdwModuleId,
        IStream **ppStmModuleImage,
        IStream **ppStmPDB) = 0; /* slot 4 */
};
#else
typedef struct IHostAssemblyStoreVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostAssemblyStore *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostAssemblyStore *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostAssemblyStore *This);
    HRESULT (STDMETHODCALLTYPE *ProvideAssembly)(
        IHostAssemblyStore *This,
        AssemblyBindInfo *pBindInfo,
        UINT64 *pAssemblyId,
        UINT64 *pContext,
        IStream **ppStmAssemblyImage,
        IStream **ppStmPDB);
    HRESULT (STDMETHODCALLTYPE *ProvideModule)(
        IHostAssemblyStore *This,
        ModuleBindInfo *pBindInfo,
        DWORD *pdwModuleId,
        IStream **ppStmModuleImage,
        IStream **ppStmPDB);
} IHostAssemblyStoreVtbl;
struct IHostAssemblyStore {
    const struct IHostAssemblyStoreVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostAssemblyStore_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostAssemblyStore_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostAssemblyStore_Release(This) ((This)->lpVtbl->Release(This))
#define IHostAssemblyStore_ProvideAssembly(This, pBindInfo, pAssemblyId, pContext, ppStmAssemblyImage, ppStmPDB) ((This)->lpVtbl->ProvideAssembly(This, pBindInfo, pAssemblyId, pContext, ppStmAssemblyImage, ppStmPDB))
#define IHostAssemblyStore_ProvideModule(This, pBindInfo, pdwModuleId, ppStmModuleImage, ppStmPDB) ((This)->lpVtbl->ProvideModule(This, pBindInfo, pdwModuleId, ppStmModuleImage, ppStmPDB))
#endif
#endif
#endif

#ifndef __IHostAutoEvent_INTERFACE_DEFINED__
#define __IHostAutoEvent_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostAutoEvent, 0x50b0cfce, 0x4063, 0x4278, 0x96, 0x73, 0xe5, 0xcb, 0x4e, 0xd0, 0xbd, 0xb8);
#ifdef __cplusplus
struct IHostAutoEvent : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Wait(DWORD dwMilliseconds, DWORD option) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE Set() = 0; /* slot 4 */
};
#else
typedef struct IHostAutoEventVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostAutoEvent *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostAutoEvent *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostAutoEvent *This);
    HRESULT (STDMETHODCALLTYPE *Wait)(IHostAutoEvent *This, DWORD dwMilliseconds, DWORD option);
    HRESULT (STDMETHODCALLTYPE *Set)(IHostAutoEvent *This);
} IHostAutoEventVtbl;
struct IHostAutoEvent {
    const struct IHostAutoEventVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostAutoEvent_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostAutoEvent_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostAutoEvent_Release(This) ((This)->lpVtbl->Release(This))
#define IHostAutoEvent_Wait(This, dwMilliseconds, option) ((This)->lpVtbl->Wait(This, dwMilliseconds, option))
#define IHostAutoEvent_Set(This) ((This)->lpVtbl->Set(This))
#endif
#endif
#endif

#ifndef __IHostControl_INTERFACE_DEFINED__
#define __IHostControl_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostControl, 0x02ca073c, 0x7079, 0x4860, 0x88, 0x0a, 0xc2, 0xf7, 0xa4, 0x49, 0xc9, 0x91);
#ifdef __cplusplus
struct IHostControl : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetHostManager(REFIID riid, void **ppObject) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SetAppDomainManager(
        DWORD dwAppDomainID,
        IUnknown *pUnkAppDomainManager) = 0; /* slot 4 */
};
#else
typedef struct IHostControlVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostControl *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostControl *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostControl *This);
    HRESULT (STDMETHODCALLTYPE *GetHostManager)(IHostControl *This, REFIID riid, void **ppObject);
    HRESULT (STDMETHODCALLTYPE *SetAppDomainManager)(
        IHostControl *This,
        DWORD dwAppDomainID,
        IUnknown *pUnkAppDomainManager);
} IHostControlVtbl;
struct IHostControl {
    const struct IHostControlVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostControl_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostControl_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostControl_Release(This) ((This)->lpVtbl->Release(This))
#define IHostControl_GetHostManager(This, riid, ppObject) ((This)->lpVtbl->GetHostManager(This, riid, ppObject))
#define IHostControl_SetAppDomainManager(This, dwAppDomainID, pUnkAppDomainManager) ((This)->lpVtbl->SetAppDomainManager(This, dwAppDomainID, pUnkAppDomainManager))
#endif
#endif
#endif

#ifndef __IHostCrst_INTERFACE_DEFINED__
#define __IHostCrst_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostCrst, 0x6df710a6, 0x26a4, 0x4a65, 0x8c, 0xd5, 0x72, 0x37, 0xb8, 0xbd, 0xa8, 0xdc);
#ifdef __cplusplus
struct IHostCrst : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Enter(DWORD option) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE Leave() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE TryEnter(DWORD option, BOOL *pbSucceeded) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE SetSpinCount(DWORD dwSpinCount) = 0; /* slot 6 */
};
#else
typedef struct IHostCrstVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostCrst *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostCrst *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostCrst *This);
    HRESULT (STDMETHODCALLTYPE *Enter)(IHostCrst *This, DWORD option);
    HRESULT (STDMETHODCALLTYPE *Leave)(IHostCrst *This);
    HRESULT (STDMETHODCALLTYPE *TryEnter)(IHostCrst *This, DWORD option, BOOL *pbSucceeded);
    HRESULT (STDMETHODCALLTYPE *SetSpinCount)(IHostCrst *This, DWORD dwSpinCount);
} IHostCrstVtbl;
struct IHostCrst {
    const struct IHostCrstVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostCrst_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostCrst_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostCrst_Release(This) ((This)->lpVtbl->Release(This))
#define IHostCrst_Enter(This, option) ((This)->lpVtbl->Enter(This, option))
#define IHostCrst_Leave(This) ((This)->lpVtbl->Leave(This))
#define IHostCrst_TryEnter(This, option, pbSucceeded) ((This)->lpVtbl->TryEnter(This, option, pbSucceeded))
#define IHostCrst_SetSpinCount(This, dwSpinCount) ((This)->lpVtbl->SetSpinCount(This, dwSpinCount))
#endif
#endif
#endif

#ifndef __IHostGCManager_INTERFACE_DEFINED__
#define __IHostGCManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostGCManager, 0x5d4ec34e, 0xf248, 0x457b, 0xb6, 0x03, 0x25, 0x5f, 0xaa, 0xba, 0x0d, 0x21);
#ifdef __cplusplus
struct IHostGCManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ThreadIsBlockingForSuspension() = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SuspensionStarting() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SuspensionEnding(DWORD Generation) = 0; /* slot 5 */
};
#else
typedef struct IHostGCManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostGCManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostGCManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostGCManager *This);
    HRESULT (STDMETHODCALLTYPE *ThreadIsBlockingForSuspension)(IHostGCManager *This);
    HRESULT (STDMETHODCALLTYPE *SuspensionStarting)(IHostGCManager *This);
    HRESULT (STDMETHODCALLTYPE *SuspensionEnding)(IHostGCManager *This, DWORD Generation);
} IHostGCManagerVtbl;
struct IHostGCManager {
    const struct IHostGCManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostGCManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostGCManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostGCManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostGCManager_ThreadIsBlockingForSuspension(This) ((This)->lpVtbl->ThreadIsBlockingForSuspension(This))
#define IHostGCManager_SuspensionStarting(This) ((This)->lpVtbl->SuspensionStarting(This))
#define IHostGCManager_SuspensionEnding(This, Generation) ((This)->lpVtbl->SuspensionEnding(This, Generation))
#endif
#endif
#endif

#ifndef __IHostIoCompletionManager_INTERFACE_DEFINED__
#define __IHostIoCompletionManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostIoCompletionManager, 0x8bde9d80, 0xec06, 0x41d6, 0x83, 0xe6, 0x22, 0x58, 0x0e, 0xff, 0xcc, 0x20);
#ifdef __cplusplus
struct IHostIoCompletionManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE CreateIoCompletionPort(HANDLE *phPort) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE CloseIoCompletionPort(HANDLE hPort) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SetMaxThreads(DWORD dwMaxIOCompletionThreads) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE GetMaxThreads(DWORD *pdwMaxIOCompletionThreads) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE GetAvailableThreads(DWORD *pdwAvailableIOCompletionThreads) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE GetHostOverlappedSize(DWORD *pcbSize) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE SetCLRIoCompletionManager(ICLRIoCompletionManager *pManager) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE InitializeHostOverlapped(void *pvOverlapped) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE Bind(HANDLE hPort, HANDLE hHandle) = 0; /* slot 11 */
    virtual HRESULT STDMETHODCALLTYPE SetMinThreads(DWORD dwMinIOCompletionThreads) = 0; /* slot 12 */
    virtual HRESULT STDMETHODCALLTYPE GetMinThreads(DWORD *pdwMinIOCompletionThreads) = 0; /* slot 13 */
};
#else
typedef struct IHostIoCompletionManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostIoCompletionManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostIoCompletionManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostIoCompletionManager *This);
    HRESULT (STDMETHODCALLTYPE *CreateIoCompletionPort)(IHostIoCompletionManager *This, HANDLE *phPort);
    HRESULT (STDMETHODCALLTYPE *CloseIoCompletionPort)(IHostIoCompletionManager *This, HANDLE hPort);
    HRESULT (STDMETHODCALLTYPE *SetMaxThreads)(IHostIoCompletionManager *This, DWORD dwMaxIOCompletionThreads);
    HRESULT (STDMETHODCALLTYPE *GetMaxThreads)(IHostIoCompletionManager *This, DWORD *pdwMaxIOCompletionThreads);
    HRESULT (STDMETHODCALLTYPE *GetAvailableThreads)(
        IHostIoCompletionManager *This,
        DWORD *pdwAvailableIOCompletionThreads);
    HRESULT (STDMETHODCALLTYPE *GetHostOverlappedSize)(IHostIoCompletionManager *This, DWORD *pcbSize);
    HRESULT (STDMETHODCALLTYPE *SetCLRIoCompletionManager)(
        IHostIoCompletionManager *This,
        ICLRIoCompletionManager *pManager);
    HRESULT (STDMETHODCALLTYPE *InitializeHostOverlapped)(IHostIoCompletionManager *This, void *pvOverlapped);
    HRESULT (STDMETHODCALLTYPE *Bind)(IHostIoCompletionManager *This, HANDLE hPort, HANDLE hHandle);
    HRESULT (STDMETHODCALLTYPE *SetMinThreads)(IHostIoCompletionManager *This, DWORD dwMinIOCompletionThreads);
    HRESULT (STDMETHODCALLTYPE *GetMinThreads)(IHostIoCompletionManager *This, DWORD *pdwMinIOCompletionThreads);
} IHostIoCompletionManagerVtbl;
struct IHostIoCompletionManager {
    const struct IHostIoCompletionManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostIoCompletionManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostIoCompletionManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostIoCompletionManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostIoCompletionManager_CreateIoCompletionPort(This, phPort) ((This)->lpVtbl->CreateIoCompletionPort(This, phPort))
#define IHostIoCompletionManager_CloseIoCompletionPort(This, hPort) ((This)->lpVtbl->CloseIoCompletionPort(This, hPort))
#define IHostIoCompletionManager_SetMaxThreads(This, dwMaxIOCompletionThreads) ((This)->lpVtbl->SetMaxThreads(This, dwMaxIOCompletionThreads))
#define IHostIoCompletionManager_GetMaxThreads(This, pdwMaxIOCompletionThreads) ((This)->lpVtbl->GetMaxThreads(This, pdwMaxIOCompletionThreads))
#define IHostIoCompletionManager_GetAvailableThreads(This, pdwAvailableIOCompletionThreads) ((This)->lpVtbl->GetAvailableThreads(This, pdwAvailableIOCompletionThreads))
#define IHostIoCompletionManager_GetHostOverlappedSize(This, pcbSize) ((This)->lpVtbl->GetHostOverlappedSize(This, pcbSize))
#define IHostIoCompletionManager_SetCLRIoCompletionManager(This, pManager) ((This)->lpVtbl->SetCLRIoCompletionManager(This, pManager))
#define IHostIoCompletionManager_InitializeHostOverlapped(This, pvOverlapped) ((This)->lpVtbl->InitializeHostOverlapped(This, pvOverlapped))
#define IHostIoCompletionManager_Bind(This, hPort, hHandle) ((This)->lpVtbl->Bind(This, hPort, hHandle))
#define IHostIoCompletionManager_SetMinThreads(This, dwMinIOCompletionThreads) ((This)->lpVtbl->SetMinThreads(This, dwMinIOCompletionThreads))
#define IHostIoCompletionManager_GetMinThreads(This, pdwMinIOCompletionThreads) ((This)->lpVtbl->GetMinThreads(This, pdwMinIOCompletionThreads))
#endif
#endif
#endif

#ifndef __IHostMalloc_INTERFACE_DEFINED__
#define __IHostMalloc_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostMalloc, 0x1831991c, 0xcc53, 0x4a31, 0xb2, 0x18, 0x04, 0xe9, 0x10, 0x44, 0x64, 0x79);
#ifdef __cplusplus
struct IHostMalloc : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Alloc(
        SIZE_T cbSize,
        EMemoryCriticalLevel eCriticalLevel,
        void **ppMem) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE DebugAlloc(
        SIZE_T cbSize,
        EMemoryCriticalLevel eCriticalLevel,
        char *pszFileName,
        int iLineNo,
        void **ppMem) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE Free(void *pMem) = 0; /* slot 5 */
};
#else
typedef struct IHostMallocVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostMalloc *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostMalloc *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostMalloc *This);
    HRESULT (STDMETHODCALLTYPE *Alloc)(
        IHostMalloc *This,
        SIZE_T cbSize,
        EMemoryCriticalLevel eCriticalLevel,
        void **ppMem);
    HRESULT (STDMETHODCALLTYPE *DebugAlloc)(
        IHostMalloc *This,
        SIZE_T cbSize,
        EMemoryCriticalLevel eCriticalLevel,
        char *pszFileName,
        int iLineNo,
        void **ppMem);
    HRESULT (STDMETHODCALLTYPE *Free)(IHostMalloc *This, void *pMem);
} IHostMallocVtbl;
struct IHostMalloc {
    const struct IHostMallocVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostMalloc_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostMalloc_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostMalloc_Release(This) ((This)->lpVtbl->Release(This))
#define IHostMalloc_Alloc(This, cbSize, eCriticalLevel, ppMem) ((This)->lpVtbl->Alloc(This, cbSize, eCriticalLevel, ppMem))
#define IHostMalloc_DebugAlloc(This, cbSize, eCriticalLevel, pszFileName, iLineNo, ppMem) ((This)->lpVtbl->DebugAlloc(This, cbSize, eCriticalLevel, pszFileName, iLineNo, ppMem))
#define IHostMalloc_Free(This, pMem) ((This)->lpVtbl->Free(This, pMem))
#endif
#endif
#endif

#ifndef __IHostManualEvent_INTERFACE_DEFINED__
#define __IHostManualEvent_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostManualEvent, 0x1bf4ec38, 0xaffe, 0x4fb9, 0x85, 0xa6, 0x52, 0x52, 0x68, 0xf1, 0x5b, 0x54);
#ifdef __cplusplus
struct IHostManualEvent : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Wait(DWORD dwMilliseconds, DWORD option) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE Set() = 0; /* slot 5 */
};
#else
typedef struct IHostManualEventVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostManualEvent *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostManualEvent *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostManualEvent *This);
    HRESULT (STDMETHODCALLTYPE *Wait)(IHostManualEvent *This, DWORD dwMilliseconds, DWORD option);
    HRESULT (STDMETHODCALLTYPE *Reset)(IHostManualEvent *This);
    HRESULT (STDMETHODCALLTYPE *Set)(IHostManualEvent *This);
} IHostManualEventVtbl;
struct IHostManualEvent {
    const struct IHostManualEventVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostManualEvent_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostManualEvent_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostManualEvent_Release(This) ((This)->lpVtbl->Release(This))
#define IHostManualEvent_Wait(This, dwMilliseconds, option) ((This)->lpVtbl->Wait(This, dwMilliseconds, option))
#define IHostManualEvent_Reset(This) ((This)->lpVtbl->Reset(This))
#define IHostManualEvent_Set(This) ((This)->lpVtbl->Set(This))
#endif
#endif
#endif

#ifndef __IHostMemoryManager_INTERFACE_DEFINED__
#define __IHostMemoryManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostMemoryManager, 0x7bc698d1, 0xf9e3, 0x4460, 0x9c, 0xde, 0xd0, 0x42, 0x48, 0xe9, 0xfa, 0x25);
#ifdef __cplusplus
struct IHostMemoryManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE CreateMalloc(DWORD dwMallocType, IHostMalloc **ppMalloc) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE VirtualAlloc(
        void *pAddress,
        SIZE_T dwSize,
        DWORD flAllocationType,
        DWORD flProtect,
        EMemoryCriticalLevel eCriticalLevel,
        void **ppMem) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE VirtualFree(void *lpAddress, SIZE_T dwSize, DWORD dwFreeType) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE VirtualQuery(
        void *lpAddress,
        void *lpBuffer,
        SIZE_T dwLength,
        SIZE_T *pResult) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE VirtualProtect(
        void *lpAddress,
        SIZE_T dwSize,
        DWORD flNewProtect,
        DWORD *pflOldProtect) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE GetMemoryLoad(DWORD *pMemoryLoad, SIZE_T *pAvailableBytes) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE RegisterMemoryNotificationCallback(
        ICLRMemoryNotificationCallback *pCallback) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE NeedsVirtualAddressSpace(void *startAddress, SIZE_T size) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE AcquiredVirtualAddressSpace(void *startAddress, SIZE_T size) = 0; /* slot 11 */
    virtual HRESULT STDMETHODCALLTYPE ReleasedVirtualAddressSpace(void *startAddress) = 0; /* slot 12 */
};
#else
typedef struct IHostMemoryManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostMemoryManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostMemoryManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostMemoryManager *This);
    HRESULT (STDMETHODCALLTYPE *CreateMalloc)(IHostMemoryManager *This, DWORD dwMallocType, IHostMalloc **ppMalloc);
    HRESULT (STDMETHODCALLTYPE *VirtualAlloc)(
        IHostMemoryManager *This,
        void *pAddress,
        SIZE_T dwSize,
        DWORD flAllocationType,
        DWORD flProtect,
        EMemoryCriticalLevel eCriticalLevel,
        void **ppMem);
    HRESULT (STDMETHODCALLTYPE *VirtualFree)(
        IHostMemoryManager *This,
        void *lpAddress,
        SIZE_T dwSize,
        DWORD dwFreeType);
    HRESULT (STDMETHODCALLTYPE *VirtualQuery)(
        IHostMemoryManager *This,
        void *lpAddress,
        void *lpBuffer,
        SIZE_T dwLength,
        SIZE_T *pResult);
    HRESULT (STDMETHODCALLTYPE *VirtualProtect)(
        IHostMemoryManager *This,
        void *lpAddress,
        SIZE_T dwSize,
        DWORD flNewProtect,
        DWORD *pflOldProtect);
    HRESULT (STDMETHODCALLTYPE *GetMemoryLoad)(IHostMemoryManager *This, DWORD *pMemoryLoad, SIZE_T *pAvailableBytes);
    HRESULT (STDMETHODCALLTYPE *RegisterMemoryNotificationCallback)(
        IHostMemoryManager *This,
        ICLRMemoryNotificationCallback *pCallback);
    HRESULT (STDMETHODCALLTYPE *NeedsVirtualAddressSpace)(IHostMemoryManager *This, void *startAddress, SIZE_T size);
    HRESULT (STDMETHODCALLTYPE *AcquiredVirtualAddressSpace)(
        IHostMemoryManager *This,
        void *startAddress,
        SIZE_T size);
    HRESULT (STDMETHODCALLTYPE *ReleasedVirtualAddressSpace)(IHostMemoryManager *This, void *startAddress);
} IHostMemoryManagerVtbl;
struct IHostMemoryManager {
    const struct IHostMemoryManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostMemoryManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostMemoryManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostMemoryManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostMemoryManager_CreateMalloc(This, dwMallocType, ppMalloc) ((This)->lpVtbl->CreateMalloc(This, dwMallocType, ppMalloc))
#define IHostMemoryManager_VirtualAlloc(This, pAddress, dwSize, flAllocationType, flProtect, eCriticalLevel, ppMem) ((This)->lpVtbl->VirtualAlloc(This, pAddress, dwSize, flAllocationType, flProtect, eCriticalLevel, ppMem))
#define IHostMemoryManager_VirtualFree(This, lpAddress, dwSize, dwFreeType) ((This)->lpVtbl->VirtualFree(This, lpAddress, dwSize, dwFreeType))
#define IHostMemoryManager_VirtualQuery(This, lpAddress, lpBuffer, dwLength, pResult) ((This)->lpVtbl->VirtualQuery(This, lpAddress, lpBuffer, dwLength, pResult))
#define IHostMemoryManager_VirtualProtect(This, lpAddress, dwSize, flNewProtect, pflOldProtect) ((This)->lpVtbl->VirtualProtect(This, lpAddress, dwSize, flNewProtect, pflOldProtect))
#define IHostMemoryManager_GetMemoryLoad(This, pMemoryLoad, pAvailableBytes) ((This)->lpVtbl->GetMemoryLoad(This, pMemoryLoad, pAvailableBytes))
#define IHostMemoryManager_RegisterMemoryNotificationCallback(This, pCallback) ((This)->lpVtbl->RegisterMemoryNotificationCallback(This, pCallback))
#define IHostMemoryManager_NeedsVirtualAddressSpace(This, startAddress, size) ((This)->lpVtbl->NeedsVirtualAddressSpace(This, startAddress, size))
#define IHostMemoryManager_AcquiredVirtualAddressSpace(This, startAddress, size) ((This)->lpVtbl->AcquiredVirtualAddressSpace(This, startAddress, size))
#define IHostMemoryManager_ReleasedVirtualAddressSpace(This, startAddress) ((This)->lpVtbl->ReleasedVirtualAddressSpace(This, startAddress))
#endif
#endif
#endif

#ifndef __IHostPolicyManager_INTERFACE_DEFINED__
#define __IHostPolicyManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostPolicyManager, 0x7ae49844, 0xb1e3, 0x4683, 0xba, 0x7c, 0x1e, 0x82, 0x12, 0xea, 0x3b, 0x79);
#ifdef __cplusplus
struct IHostPolicyManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE OnDefaultAction(EClrOperation operation, EPolicyAction action) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE OnTimeout(EClrOperation operation, EPolicyAction action) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE OnFailure(EClrFailure failure, EPolicyAction action) = 0; /* slot 5 */
};
#else
typedef struct IHostPolicyManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostPolicyManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostPolicyManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostPolicyManager *This);
    HRESULT (STDMETHODCALLTYPE *OnDefaultAction)(
        IHostPolicyManager *This,
        EClrOperation operation,
        EPolicyAction action);
    HRESULT (STDMETHODCALLTYPE *OnTimeout)(IHostPolicyManager *This, EClrOperation operation, EPolicyAction action);
    HRESULT (STDMETHODCALLTYPE *OnFailure)(IHostPolicyManager *This, EClrFailure failure, EPolicyAction action);
} IHostPolicyManagerVtbl;
struct IHostPolicyManager {
    const struct IHostPolicyManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostPolicyManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostPolicyManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostPolicyManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostPolicyManager_OnDefaultAction(This, operation, action) ((This)->lpVtbl->OnDefaultAction(This, operation, action))
#define IHostPolicyManager_OnTimeout(This, operation, action) ((This)->lpVtbl->OnTimeout(This, operation, action))
#define IHostPolicyManager_OnFailure(This, failure, action) ((This)->lpVtbl->OnFailure(This, failure, action))
#endif
#endif
#endif

#ifndef __IHostSecurityContext_INTERFACE_DEFINED__
#define __IHostSecurityContext_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostSecurityContext, 0x7e573ce4, 0x0343, 0x4423, 0x98, 0xd7, 0x63, 0x18, 0x34, 0x8a, 0x1d, 0x3c);
#ifdef __cplusplus
struct IHostSecurityContext : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Capture(IHostSecurityContext **ppClonedContext) = 0; /* slot 3 */
};
#else
typedef struct IHostSecurityContextVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostSecurityContext *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostSecurityContext *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostSecurityContext *This);
    HRESULT (STDMETHODCALLTYPE *Capture)(IHostSecurityContext *This, IHostSecurityContext **ppClonedContext);
} IHostSecurityContextVtbl;
struct IHostSecurityContext {
    const struct IHostSecurityContextVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostSecurityContext_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostSecurityContext_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostSecurityContext_Release(This) ((This)->lpVtbl->Release(This))
#define IHostSecurityContext_Capture(This, ppClonedContext) ((This)->lpVtbl->Capture(This, ppClonedContext))
#endif
#endif
#endif

#ifndef __IHostSecurityManager_INTERFACE_DEFINED__
#define __IHostSecurityManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostSecurityManager, 0x75ad2468, 0xa349, 0x4d02, 0xa7, 0x64, 0x76, 0xa6, 0x8a, 0xee, 0x0c, 0x4f);
#ifdef __cplusplus
struct IHostSecurityManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ImpersonateLoggedOnUser(HANDLE hToken) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE RevertToSelf() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE OpenThreadToken(
        DWORD dwDesiredAccess,
        BOOL bOpenAsSelf,
        HANDLE *phThreadToken) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE SetThreadToken(HANDLE hToken) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE GetSecurityContext(
        EContextType eContextType,
        IHostSecurityContext **ppSecurityContext) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE SetSecurityContext(
        EContextType eContextType,
        IHostSecurityContext *pSecurityContext) = 0; /* slot 8 */
};
#else
typedef struct IHostSecurityManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostSecurityManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostSecurityManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostSecurityManager *This);
    HRESULT (STDMETHODCALLTYPE *ImpersonateLoggedOnUser)(IHostSecurityManager *This, HANDLE hToken);
    HRESULT (STDMETHODCALLTYPE *RevertToSelf)(IHostSecurityManager *This);
    HRESULT (STDMETHODCALLTYPE *OpenThreadToken)(
        IHostSecurityManager *This,
        DWORD dwDesiredAccess,
        BOOL bOpenAsSelf,
        HANDLE *phThreadToken);
    HRESULT (STDMETHODCALLTYPE *SetThreadToken)(IHostSecurityManager *This, HANDLE hToken);
    HRESULT (STDMETHODCALLTYPE *GetSecurityContext)(
        IHostSecurityManager *This,
        EContextType eContextType,
        IHostSecurityContext **ppSecurityContext);
    HRESULT (STDMETHODCALLTYPE *SetSecurityContext)(
        IHostSecurityManager *This,
        EContextType eContextType,
        IHostSecurityContext *pSecurityContext);
} IHostSecurityManagerVtbl;
struct IHostSecurityManager {
    const struct IHostSecurityManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostSecurityManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostSecurityManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostSecurityManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostSecurityManager_ImpersonateLoggedOnUser(This, hToken) ((This)->lpVtbl->ImpersonateLoggedOnUser(This, hToken))
#define IHostSecurityManager_RevertToSelf(This) ((This)->lpVtbl->RevertToSelf(This))
#define IHostSecurityManager_OpenThreadToken(This, dwDesiredAccess, bOpenAsSelf, phThreadToken) ((This)->lpVtbl->OpenThreadToken(This, dwDesiredAccess, bOpenAsSelf, phThreadToken))
#define IHostSecurityManager_SetThreadToken(This, hToken) ((This)->lpVtbl->SetThreadToken(This, hToken))
#define IHostSecurityManager_GetSecurityContext(This, eContextType, ppSecurityContext) ((This)->lpVtbl->GetSecurityContext(This, eContextType, ppSecurityContext))
#define IHostSecurityManager_SetSecurityContext(This, eContextType, pSecurityContext) ((This)->lpVtbl->SetSecurityContext(This, eContextType, pSecurityContext))
#endif
#endif
#endif

#ifndef __IHostSemaphore_INTERFACE_DEFINED__
#define __IHostSemaphore_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostSemaphore, 0x855efd47, 0xcc09, 0x463a, 0xa9, 0x7d, 0x16, 0xac, 0xab, 0x88, 0x26, 0x61);
#ifdef __cplusplus
struct IHostSemaphore : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Wait(DWORD dwMilliseconds, DWORD option) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE ReleaseSemaphore(int lReleaseCount, int *lpPreviousCount) = 0; /* slot 4 */
};
#else
typedef struct IHostSemaphoreVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostSemaphore *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostSemaphore *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostSemaphore *This);
    HRESULT (STDMETHODCALLTYPE *Wait)(IHostSemaphore *This, DWORD dwMilliseconds, DWORD option);
    HRESULT (STDMETHODCALLTYPE *ReleaseSemaphore)(IHostSemaphore *This, int lReleaseCount, int *lpPreviousCount);
} IHostSemaphoreVtbl;
struct IHostSemaphore {
    const struct IHostSemaphoreVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostSemaphore_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostSemaphore_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostSemaphore_Release(This) ((This)->lpVtbl->Release(This))
#define IHostSemaphore_Wait(This, dwMilliseconds, option) ((This)->lpVtbl->Wait(This, dwMilliseconds, option))
#define IHostSemaphore_ReleaseSemaphore(This, lReleaseCount, lpPreviousCount) ((This)->lpVtbl->ReleaseSemaphore(This, lReleaseCount, lpPreviousCount))
#endif
#endif
#endif

#ifndef __IHostSyncManager_INTERFACE_DEFINED__
#define __IHostSyncManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostSyncManager, 0x234330c7, 0x5f10, 0x4f20, 0x96, 0x15, 0x51, 0x22, 0xda, 0xb7, 0xa0, 0xac);
#ifdef __cplusplus
struct IHostSyncManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE SetCLRSyncManager(ICLRSyncManager *pManager) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE CreateCrst(IHostCrst **ppCrst) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE CreateCrstWithSpinCount(DWORD dwSpinCount, IHostCrst **ppCrst) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE CreateAutoEvent(IHostAutoEvent **ppEvent) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE CreateManualEvent(
        BOOL bInitialState,
        IHostManualEvent **ppEvent) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE CreateMonitorEvent(SIZE_T Cookie, IHostAutoEvent **ppEvent) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE CreateRWLockWriterEvent(
        SIZE_T Cookie,
        IHostAutoEvent **ppEvent) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE CreateRWLockReaderEvent(
        BOOL bInitialState,
        SIZE_T Cookie,
        IHostManualEvent **ppEvent) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE CreateSemaphore(
        DWORD dwInitial,
        DWORD dwMax,
        IHostSemaphore **ppSemaphore) = 0; /* slot 11 */
};
#else
typedef struct IHostSyncManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostSyncManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostSyncManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostSyncManager *This);
    HRESULT (STDMETHODCALLTYPE *SetCLRSyncManager)(IHostSyncManager *This, ICLRSyncManager *pManager);
    HRESULT (STDMETHODCALLTYPE *CreateCrst)(IHostSyncManager *This, IHostCrst **ppCrst);
    HRESULT (STDMETHODCALLTYPE *CreateCrstWithSpinCount)(
        IHostSyncManager *This,
        DWORD dwSpinCount,
        IHostCrst **ppCrst);
    HRESULT (STDMETHODCALLTYPE *CreateAutoEvent)(IHostSyncManager *This, IHostAutoEvent **ppEvent);
    HRESULT (STDMETHODCALLTYPE *CreateManualEvent)(
        IHostSyncManager *This,
        BOOL bInitialState,
        IHostManualEvent **ppEvent);
    HRESULT (STDMETHODCALLTYPE *CreateMonitorEvent)(IHostSyncManager *This, SIZE_T Cookie, IHostAutoEvent **ppEvent);
    HRESULT (STDMETHODCALLTYPE *CreateRWLockWriterEvent)(
        IHostSyncManager *This,
        SIZE_T Cookie,
        IHostAutoEvent **ppEvent);
    HRESULT (STDMETHODCALLTYPE *CreateRWLockReaderEvent)(
        IHostSyncManager *This,
        BOOL bInitialState,
        SIZE_T Cookie,
        IHostManualEvent **ppEvent);
    HRESULT (STDMETHODCALLTYPE *CreateSemaphore)(
        IHostSyncManager *This,
        DWORD dwInitial,
        DWORD dwMax,
        IHostSemaphore **ppSemaphore);
} IHostSyncManagerVtbl;
struct IHostSyncManager {
    const struct IHostSyncManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostSyncManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostSyncManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostSyncManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostSyncManager_SetCLRSyncManager(This, pManager) ((This)->lpVtbl->SetCLRSyncManager(This, pManager))
#define IHostSyncManager_CreateCrst(This, ppCrst) ((This)->lpVtbl->CreateCrst(This, ppCrst))
#define IHostSyncManager_CreateCrstWithSpinCount(This, dwSpinCount, ppCrst) ((This)->lpVtbl->CreateCrstWithSpinCount(This, dwSpinCount, ppCrst))
#define IHostSyncManager_CreateAutoEvent(This, ppEvent) ((This)->lpVtbl->CreateAutoEvent(This, ppEvent))
#define IHostSyncManager_CreateManualEvent(This, bInitialState, ppEvent) ((This)->lpVtbl->CreateManualEvent(This, bInitialState, ppEvent))
#define IHostSyncManager_CreateMonitorEvent(This, Cookie, ppEvent) ((This)->lpVtbl->CreateMonitorEvent(This, Cookie, ppEvent))
#define IHostSyncManager_CreateRWLockWriterEvent(This, Cookie, ppEvent) ((This)->lpVtbl->CreateRWLockWriterEvent(This, Cookie, ppEvent))
#define IHostSyncManager_CreateRWLockReaderEvent(This, bInitialState, Cookie, ppEvent) ((This)->lpVtbl->CreateRWLockReaderEvent(This, bInitialState, Cookie, ppEvent))
#define IHostSyncManager_CreateSemaphore(This, dwInitial, dwMax, ppSemaphore) ((This)->lpVtbl->CreateSemaphore(This, dwInitial, dwMax, ppSemaphore))
#endif
#endif
#endif

#ifndef __IHostTask_INTERFACE_DEFINED__
#define __IHostTask_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostTask, 0xc2275828, 0xc4b1, 0x4b55, 0x82, 0xc9, 0x92, 0x13, 0x5f, 0x74, 0xdf, 0x1a);
#ifdef __cplusplus
struct IHostTask : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Start() = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE Alert() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE Join(DWORD dwMilliseconds, DWORD option) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE SetPriority(int newPriority) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE GetPriority(int *pPriority) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE SetCLRTask(ICLRTask *pCLRTask) = 0; /* slot 8 */
};
#else
typedef struct IHostTaskVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostTask *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostTask *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostTask *This);
    HRESULT (STDMETHODCALLTYPE *Start)(IHostTask *This);
    HRESULT (STDMETHODCALLTYPE *Alert)(IHostTask *This);
    HRESULT (STDMETHODCALLTYPE *Join)(IHostTask *This, DWORD dwMilliseconds, DWORD option);
    HRESULT (STDMETHODCALLTYPE *SetPriority)(IHostTask *This, int newPriority);
    HRESULT (STDMETHODCALLTYPE *GetPriority)(IHostTask *This, int *pPriority);
    HRESULT (STDMETHODCALLTYPE *SetCLRTask)(IHostTask *This, ICLRTask *pCLRTask);
} IHostTaskVtbl;
struct IHostTask {
    const struct IHostTaskVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostTask_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostTask_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostTask_Release(This) ((This)->lpVtbl->Release(This))
#define IHostTask_Start(This) ((This)->lpVtbl->Start(This))
#define IHostTask_Alert(This) ((This)->lpVtbl->Alert(This))
#define IHostTask_Join(This, dwMilliseconds, option) ((This)->lpVtbl->Join(This, dwMilliseconds, option))
#define IHostTask_SetPriority(This, newPriority) ((This)->lpVtbl->SetPriority(This, newPriority))
#define IHostTask_GetPriority(This, pPriority) ((This)->lpVtbl->GetPriority(This, pPriority))
#define IHostTask_SetCLRTask(This, pCLRTask) ((This)->lpVtbl->SetCLRTask(This, pCLRTask))
#endif
#endif
#endif

#ifndef __IHostTaskManager_INTERFACE_DEFINED__
#define __IHostTaskManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostTaskManager, 0x997ff24c, 0x43b7, 0x4352, 0x86, 0x67, 0x0d, 0xc0, 0x4f, 0xaf, 0xd3, 0x54);
#ifdef __cplusplus
struct IHostTaskManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetCurrentTask(IHostTask **pTask) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE CreateTask(
        DWORD dwStackSize,
        LPTHREAD_START_ROUTINE pStartAddress,
        void *pParameter,
        IHostTask **ppTask) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE Sleep(DWORD dwMilliseconds, DWORD option) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE SwitchToTask(DWORD option) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE SetUILocale(LCID lcid) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE SetLocale(LCID lcid) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE CallNeedsHostHook(SIZE_T target, BOOL *pbCallNeedsHostHook) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE LeaveRuntime(SIZE_T target) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE EnterRuntime() = 0; /* slot 11 */
    virtual HRESULT STDMETHODCALLTYPE ReverseLeaveRuntime() = 0; /* slot 12 */
    virtual HRESULT STDMETHODCALLTYPE ReverseEnterRuntime() = 0; /* slot 13 */
    virtual HRESULT STDMETHODCALLTYPE BeginDelayAbort() = 0; /* slot 14 */
    virtual HRESULT STDMETHODCALLTYPE EndDelayAbort() = 0; /* slot 15 */
    virtual HRESULT STDMETHODCALLTYPE BeginThreadAffinity() = 0; /* slot 16 */
    virtual HRESULT STDMETHODCALLTYPE EndThreadAffinity() = 0; /* slot 17 */
    virtual HRESULT STDMETHODCALLTYPE SetStackGuarantee(DWORD guarantee) = 0; /* slot 18 */
    virtual HRESULT STDMETHODCALLTYPE GetStackGuarantee(DWORD *pGuarantee) = 0; /* slot 19 */
    virtual HRESULT STDMETHODCALLTYPE SetCLRTaskManager(ICLRTaskManager *ppManager) = 0; /* slot 20 */
};
#else
typedef struct IHostTaskManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostTaskManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostTaskManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *GetCurrentTask)(IHostTaskManager *This, IHostTask **pTask);
    HRESULT (STDMETHODCALLTYPE *CreateTask)(
        IHostTaskManager *This,
        DWORD dwStackSize,
        LPTHREAD_START_ROUTINE pStartAddress,
        void *pParameter,
        IHostTask **ppTask);
    HRESULT (STDMETHODCALLTYPE *Sleep)(IHostTaskManager *This, DWORD dwMilliseconds, DWORD option);
    HRESULT (STDMETHODCALLTYPE *SwitchToTask)(IHostTaskManager *This, DWORD option);
    HRESULT (STDMETHODCALLTYPE *SetUILocale)(IHostTaskManager *This, LCID lcid);
    HRESULT (STDMETHODCALLTYPE *SetLocale)(IHostTaskManager *This, LCID lcid);
    HRESULT (STDMETHODCALLTYPE *CallNeedsHostHook)(IHostTaskManager *This, SIZE_T target, BOOL *pbCallNeedsHostHook);
    HRESULT (STDMETHODCALLTYPE *LeaveRuntime)(IHostTaskManager *This, SIZE_T target);
    HRESULT (STDMETHODCALLTYPE *EnterRuntime)(IHostTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *ReverseLeaveRuntime)(IHostTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *ReverseEnterRuntime)(IHostTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *BeginDelayAbort)(IHostTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *EndDelayAbort)(IHostTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *BeginThreadAffinity)(IHostTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *EndThreadAffinity)(IHostTaskManager *This);
    HRESULT (STDMETHODCALLTYPE *SetStackGuarantee)(IHostTaskManager *This, DWORD guarantee);
    HRESULT (STDMETHODCALLTYPE *GetStackGuarantee)(IHostTaskManager *This, DWORD *pGuarantee);
    HRESULT (STDMETHODCALLTYPE *SetCLRTaskManager)(IHostTaskManager *This, ICLRTaskManager *ppManager);
} IHostTaskManagerVtbl;
struct IHostTaskManager {
    const struct IHostTaskManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostTaskManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostTaskManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostTaskManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostTaskManager_GetCurrentTask(This, pTask) ((This)->lpVtbl->GetCurrentTask(This, pTask))
#define IHostTaskManager_CreateTask(This, dwStackSize, pStartAddress, pParameter, ppTask) ((This)->lpVtbl->CreateTask(This, dwStackSize, pStartAddress, pParameter, ppTask))
#define IHostTaskManager_Sleep(This, dwMilliseconds, option) ((This)->lpVtbl->Sleep(This, dwMilliseconds, option))
#define IHostTaskManager_SwitchToTask(This, option) ((This)->lpVtbl->SwitchToTask(This, option))
#define IHostTaskManager_SetUILocale(This, lcid) ((This)->lpVtbl->SetUILocale(This, lcid))
#define IHostTaskManager_SetLocale(This, lcid) ((This)->lpVtbl->SetLocale(This, lcid))
#define IHostTaskManager_CallNeedsHostHook(This, target, pbCallNeedsHostHook) ((This)->lpVtbl->CallNeedsHostHook(This, target, pbCallNeedsHostHook))
#define IHostTaskManager_LeaveRuntime(This, target) ((This)->lpVtbl->LeaveRuntime(This, target))
#define IHostTaskManager_EnterRuntime(This) ((This)->lpVtbl->EnterRuntime(This))
#define IHostTaskManager_ReverseLeaveRuntime(This) ((This)->lpVtbl->ReverseLeaveRuntime(This))
#define IHostTaskManager_ReverseEnterRuntime(This) ((This)->lpVtbl->ReverseEnterRuntime(This))
#define IHostTaskManager_BeginDelayAbort(This) ((This)->lpVtbl->BeginDelayAbort(This))
#define IHostTaskManager_EndDelayAbort(This) ((This)->lpVtbl->EndDelayAbort(This))
#define IHostTaskManager_BeginThreadAffinity(This) ((This)->lpVtbl->BeginThreadAffinity(This))
#define IHostTaskManager_EndThreadAffinity(This) ((This)->lpVtbl->EndThreadAffinity(This))
#define IHostTaskManager_SetStackGuarantee(This, guarantee) ((This)->lpVtbl->SetStackGuarantee(This, guarantee))
#define IHostTaskManager_GetStackGuarantee(This, pGuarantee) ((This)->lpVtbl->GetStackGuarantee(This, pGuarantee))
#define IHostTaskManager_SetCLRTaskManager(This, ppManager) ((This)->lpVtbl->SetCLRTaskManager(This, ppManager))
#endif
#endif
#endif

#ifndef __IHostThreadpoolManager_INTERFACE_DEFINED__
#define __IHostThreadpoolManager_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IHostThreadpoolManager, 0x983d50e2, 0xcb15, 0x466b, 0x80, 0xfc, 0x84, 0x5d, 0xc6, 0xe8, 0xc5, 0xfd);
#ifdef __cplusplus
struct IHostThreadpoolManager : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE QueueUserWorkItem(
        LPTHREAD_START_ROUTINE Function,
        void *Context,
        DWORD Flags) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SetMaxThreads(DWORD dwMaxWorkerThreads) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE GetMaxThreads(DWORD *pdwMaxWorkerThreads) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE GetAvailableThreads(DWORD *pdwAvailableWorkerThreads) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE SetMinThreads(DWORD dwMinIOCompletionThreads) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE GetMinThreads(DWORD *pdwMinIOCompletionThreads) = 0; /* slot 8 */
};
#else
typedef struct IHostThreadpoolManagerVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IHostThreadpoolManager *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IHostThreadpoolManager *This);
    ULONG (STDMETHODCALLTYPE *Release)(IHostThreadpoolManager *This);
    HRESULT (STDMETHODCALLTYPE *QueueUserWorkItem)(
        IHostThreadpoolManager *This,
        LPTHREAD_START_ROUTINE Function,
        void *Context,
        DWORD Flags);
    HRESULT (STDMETHODCALLTYPE *SetMaxThreads)(IHostThreadpoolManager *This, DWORD dwMaxWorkerThreads);
    HRESULT (STDMETHODCALLTYPE *GetMaxThreads)(IHostThreadpoolManager *This, DWORD *pdwMaxWorkerThreads);
    HRESULT (STDMETHODCALLTYPE *GetAvailableThreads)(IHostThreadpoolManager *This, DWORD *pdwAvailableWorkerThreads);
    HRESULT (STDMETHODCALLTYPE *SetMinThreads)(IHostThreadpoolManager *This, DWORD dwMinIOCompletionThreads);
    HRESULT (STDMETHODCALLTYPE *GetMinThreads)(IHostThreadpoolManager *This, DWORD *pdwMinIOCompletionThreads);
} IHostThreadpoolManagerVtbl;
struct IHostThreadpoolManager {
    const struct IHostThreadpoolManagerVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IHostThreadpoolManager_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IHostThreadpoolManager_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IHostThreadpoolManager_Release(This) ((This)->lpVtbl->Release(This))
#define IHostThreadpoolManager_QueueUserWorkItem(This, Function, Context, Flags) ((This)->lpVtbl->QueueUserWorkItem(This, Function, Context, Flags))
#define IHostThreadpoolManager_SetMaxThreads(This, dwMaxWorkerThreads) ((This)->lpVtbl->SetMaxThreads(This, dwMaxWorkerThreads))
#define IHostThreadpoolManager_GetMaxThreads(This, pdwMaxWorkerThreads) ((This)->lpVtbl->GetMaxThreads(This, pdwMaxWorkerThreads))
#define IHostThreadpoolManager_GetAvailableThreads(This, pdwAvailableWorkerThreads) ((This)->lpVtbl->GetAvailableThreads(This, pdwAvailableWorkerThreads))
#define IHostThreadpoolManager_SetMinThreads(This, dwMinIOCompletionThreads) ((This)->lpVtbl->SetMinThreads(This, dwMinIOCompletionThreads))
#define IHostThreadpoolManager_GetMinThreads(This, pdwMinIOCompletionThreads) ((This)->lpVtbl->GetMinThreads(This, pdwMinIOCompletionThreads))
#endif
#endif
#endif

EXTERN_C CLRHOST_API HRESULT STDMETHODCALLTYPE CorBindToRuntimeEx(
    LPCWSTR pwszVersion,
    LPCWSTR pwszBuildFlavor,
    DWORD startupFlags,
    REFCLSID rclsid,
    REFIID riid,
    void **ppv);
EXTERN_C CLRHOST_API HRESULT STDMETHODCALLTYPE CorBindToRuntimeHost(
    LPCWSTR pwszVersion,
    LPCWSTR pwszBuildFlavor,
    LPCWSTR pwszHostConfigFile,
    void *pReserved,
    DWORD startupFlags,
    REFCLSID rclsid,
    REFIID riid,
    void **ppv);
EXTERN_C CLRHOST_API HRESULT STDMETHODCALLTYPE GetCORSystemDirectory(LPWSTR pbuffer, DWORD cchBuffer, DWORD *dwLength);
EXTERN_C CLRHOST_API HRESULT STDMETHODCALLTYPE GetCORVersion(LPWSTR pbBuffer, DWORD cchBuffer, DWORD *dwLength);

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif
