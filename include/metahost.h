/* metahost.h: finding and choosing a runtime, for C and C++.
 *
 * Written by `cargo xtask abi` from Microsoft's Win32 metadata (MIT or Apache-2.0); changes by hand are lost.
 * Part of clrhost, MIT or Apache-2.0. See clrhost_windows.h for the types and the rules of compiling.
 */
#ifndef CLRHOST_METAHOST_H
#define CLRHOST_METAHOST_H

#include "mscoree.h"

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#endif

typedef struct ICLRDebugging ICLRDebugging;
typedef struct ICLRDebuggingLibraryProvider ICLRDebuggingLibraryProvider;
typedef struct ICLRMetaHost ICLRMetaHost;
typedef struct ICLRMetaHostPolicy ICLRMetaHostPolicy;
typedef struct ICLRProfiling ICLRProfiling;
typedef struct ICLRRuntimeInfo ICLRRuntimeInfo;
typedef struct ICLRStrongName ICLRStrongName;
typedef struct ICLRStrongName2 ICLRStrongName2;
typedef struct ICLRStrongName3 ICLRStrongName3;

typedef enum CLR_DEBUGGING_PROCESS_FLAGS {
    CLR_DEBUGGING_MANAGED_EVENT_PENDING = 1,
    CLR_DEBUGGING_MANAGED_EVENT_DEBUGGER_LAUNCH = 2
} CLR_DEBUGGING_PROCESS_FLAGS;

typedef enum METAHOST_CONFIG_FLAGS {
    METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_UNSET = 0,
    METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_TRUE = 1,
    METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_FALSE = 2,
    METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_MASK = 3
} METAHOST_CONFIG_FLAGS;

typedef enum METAHOST_POLICY_FLAGS {
    METAHOST_POLICY_HIGHCOMPAT = 0,
    METAHOST_POLICY_APPLY_UPGRADE_POLICY = 8,
    METAHOST_POLICY_EMULATE_EXE_LAUNCH = 0x10,
    METAHOST_POLICY_SHOW_ERROR_DIALOG = 0x20,
    METAHOST_POLICY_USE_PROCESS_IMAGE_PATH = 0x40,
    METAHOST_POLICY_ENSURE_SKU_SUPPORTED = 0x80,
    METAHOST_POLICY_IGNORE_ERROR_MODE = 0x1000
} METAHOST_POLICY_FLAGS;

typedef struct CLR_DEBUGGING_VERSION {
    WORD wStructVersion;
    WORD wMajor;
    WORD wMinor;
    WORD wBuild;
    WORD wRevision;
} CLR_DEBUGGING_VERSION;

typedef HRESULT (STDMETHODCALLTYPE *CLRCreateInstanceFnPtr)(REFCLSID clsid, REFIID riid, void **ppInterface);
typedef HRESULT (STDMETHODCALLTYPE *CallbackThreadSetFnPtr)(void);
typedef HRESULT (STDMETHODCALLTYPE *CallbackThreadUnsetFnPtr)(void);
typedef HRESULT (STDMETHODCALLTYPE *CreateInterfaceFnPtr)(REFCLSID clsid, REFIID riid, void **ppInterface);
typedef void (STDMETHODCALLTYPE *RuntimeLoadedCallbackFnPtr)(
    ICLRRuntimeInfo *pRuntimeInfo,
    CallbackThreadSetFnPtr pfnCallbackThreadSet,
    CallbackThreadUnsetFnPtr pfnCallbackThreadUnset);

CLRHOST_GUID(CLSID_CLRDebugging, 0xbacc578d, 0xfbdd, 0x48a4, 0x96, 0x9f, 0x02, 0xd9, 0x32, 0xb7, 0x46, 0x34);
CLRHOST_GUID(CLSID_CLRDebuggingLegacy, 0xdf8395b5, 0xa4ba, 0x450b, 0xa7, 0x7c, 0xa9, 0xa4, 0x77, 0x62, 0xc5, 0x20);
CLRHOST_GUID(CLSID_CLRMetaHost, 0x9280188d, 0x0e8e, 0x4867, 0xb3, 0x0c, 0x7f, 0xa8, 0x38, 0x84, 0xe8, 0xde);
CLRHOST_GUID(CLSID_CLRMetaHostPolicy, 0x2ebcd49a, 0x1b47, 0x4a61, 0xb1, 0x3a, 0x4a, 0x03, 0x70, 0x1e, 0x59, 0x4b);
CLRHOST_GUID(CLSID_CLRProfiling, 0xbd097ed8, 0x733e, 0x43fe, 0x8e, 0xd7, 0xa9, 0x5f, 0xf9, 0xa8, 0x44, 0x8c);
CLRHOST_GUID(CLSID_CLRStrongName, 0xb79b0acd, 0xf5cd, 0x409b, 0xb5, 0xa5, 0xa1, 0x62, 0x44, 0x61, 0x0b, 0x92);

#ifndef __ICLRDebugging_INTERFACE_DEFINED__
#define __ICLRDebugging_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRDebugging, 0xd28f3c5a, 0x9634, 0x4206, 0xa5, 0x09, 0x47, 0x75, 0x52, 0xee, 0xfb, 0x10);
#ifdef __cplusplus
struct ICLRDebugging : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE OpenVirtualProcess(
        UINT64 moduleBaseAddress,
        IUnknown *pDataTarget,
        ICLRDebuggingLibraryProvider *pLibraryProvider,
        CLR_DEBUGGING_VERSION *pMaxDebuggerSupportedVersion,
        REFIID riidProcess,
        IUnknown **ppProcess,
        CLR_DEBUGGING_VERSION *pVersion,
        CLR_DEBUGGING_PROCESS_FLAGS *pdwFlags) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE CanUnloadNow(HMODULE hModule) = 0; /* slot 4 */
};
#else
typedef struct ICLRDebuggingVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRDebugging *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRDebugging *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRDebugging *This);
    HRESULT (STDMETHODCALLTYPE *OpenVirtualProcess)(
        ICLRDebugging *This,
        UINT64 moduleBaseAddress,
        IUnknown *pDataTarget,
        ICLRDebuggingLibraryProvider *pLibraryProvider,
        CLR_DEBUGGING_VERSION *pMaxDebuggerSupportedVersion,
        REFIID riidProcess,
        IUnknown **ppProcess,
        CLR_DEBUGGING_VERSION *pVersion,
        CLR_DEBUGGING_PROCESS_FLAGS *pdwFlags);
    HRESULT (STDMETHODCALLTYPE *CanUnloadNow)(ICLRDebugging *This, HMODULE hModule);
} ICLRDebuggingVtbl;
struct ICLRDebugging {
    const struct ICLRDebuggingVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRDebugging_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRDebugging_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRDebugging_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRDebugging_OpenVirtualProcess(This, moduleBaseAddress, pDataTarget, pLibraryProvider, pMaxDebuggerSupportedVersion, riidProcess, ppProcess, pVersion, pdwFlags) ((This)->lpVtbl->OpenVirtualProcess(This, moduleBaseAddress, pDataTarget, pLibraryProvider, pMaxDebuggerSupportedVersion, riidProcess, ppProcess, pVersion, pdwFlags))
#define ICLRDebugging_CanUnloadNow(This, hModule) ((This)->lpVtbl->CanUnloadNow(This, hModule))
#endif
#endif
#endif

#ifndef __ICLRDebuggingLibraryProvider_INTERFACE_DEFINED__
#define __ICLRDebuggingLibraryProvider_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRDebuggingLibraryProvider, 0x3151c08d, 0x4d09, 0x4f9b, 0x88, 0x38, 0x28, 0x80, 0xbf, 0x18, 0xfe, 0x51);
#ifdef __cplusplus
struct ICLRDebuggingLibraryProvider : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ProvideLibrary(
        LPCWSTR pwszFileName,
        DWORD dwTimestamp,
        DWORD dwSizeOfImage,
        HMODULE *phModule) = 0; /* slot 3 */
};
#else
typedef struct ICLRDebuggingLibraryProviderVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRDebuggingLibraryProvider *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRDebuggingLibraryProvider *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRDebuggingLibraryProvider *This);
    HRESULT (STDMETHODCALLTYPE *ProvideLibrary)(
        ICLRDebuggingLibraryProvider *This,
        LPCWSTR pwszFileName,
        DWORD dwTimestamp,
        DWORD dwSizeOfImage,
        HMODULE *phModule);
} ICLRDebuggingLibraryProviderVtbl;
struct ICLRDebuggingLibraryProvider {
    const struct ICLRDebuggingLibraryProviderVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRDebuggingLibraryProvider_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRDebuggingLibraryProvider_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRDebuggingLibraryProvider_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRDebuggingLibraryProvider_ProvideLibrary(This, pwszFileName, dwTimestamp, dwSizeOfImage, phModule) ((This)->lpVtbl->ProvideLibrary(This, pwszFileName, dwTimestamp, dwSizeOfImage, phModule))
#endif
#endif
#endif

#ifndef __ICLRMetaHost_INTERFACE_DEFINED__
#define __ICLRMetaHost_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRMetaHost, 0xd332db9e, 0xb9b3, 0x4125, 0x82, 0x07, 0xa1, 0x48, 0x84, 0xf5, 0x32, 0x16);
#ifdef __cplusplus
struct ICLRMetaHost : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetRuntime(LPCWSTR pwzVersion, REFIID riid, void **ppRuntime) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE GetVersionFromFile(
        LPCWSTR pwzFilePath,
        LPWSTR pwzBuffer,
        DWORD *pcchBuffer) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE EnumerateInstalledRuntimes(IEnumUnknown **ppEnumerator) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE EnumerateLoadedRuntimes(
        HANDLE hndProcess,
        IEnumUnknown **ppEnumerator) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE RequestRuntimeLoadedNotification(
        RuntimeLoadedCallbackFnPtr pCallbackFunction) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE QueryLegacyV2RuntimeBinding(REFIID riid, void **ppUnk) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE ExitProcess(int iExitCode) = 0; /* slot 9 */
};
#else
typedef struct ICLRMetaHostVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRMetaHost *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRMetaHost *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRMetaHost *This);
    HRESULT (STDMETHODCALLTYPE *GetRuntime)(ICLRMetaHost *This, LPCWSTR pwzVersion, REFIID riid, void **ppRuntime);
    HRESULT (STDMETHODCALLTYPE *GetVersionFromFile)(
        ICLRMetaHost *This,
        LPCWSTR pwzFilePath,
        LPWSTR pwzBuffer,
        DWORD *pcchBuffer);
    HRESULT (STDMETHODCALLTYPE *EnumerateInstalledRuntimes)(ICLRMetaHost *This, IEnumUnknown **ppEnumerator);
    HRESULT (STDMETHODCALLTYPE *EnumerateLoadedRuntimes)(
        ICLRMetaHost *This,
        HANDLE hndProcess,
        IEnumUnknown **ppEnumerator);
    HRESULT (STDMETHODCALLTYPE *RequestRuntimeLoadedNotification)(
        ICLRMetaHost *This,
        RuntimeLoadedCallbackFnPtr pCallbackFunction);
    HRESULT (STDMETHODCALLTYPE *QueryLegacyV2RuntimeBinding)(ICLRMetaHost *This, REFIID riid, void **ppUnk);
    HRESULT (STDMETHODCALLTYPE *ExitProcess)(ICLRMetaHost *This, int iExitCode);
} ICLRMetaHostVtbl;
struct ICLRMetaHost {
    const struct ICLRMetaHostVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRMetaHost_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRMetaHost_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRMetaHost_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRMetaHost_GetRuntime(This, pwzVersion, riid, ppRuntime) ((This)->lpVtbl->GetRuntime(This, pwzVersion, riid, ppRuntime))
#define ICLRMetaHost_GetVersionFromFile(This, pwzFilePath, pwzBuffer, pcchBuffer) ((This)->lpVtbl->GetVersionFromFile(This, pwzFilePath, pwzBuffer, pcchBuffer))
#define ICLRMetaHost_EnumerateInstalledRuntimes(This, ppEnumerator) ((This)->lpVtbl->EnumerateInstalledRuntimes(This, ppEnumerator))
#define ICLRMetaHost_EnumerateLoadedRuntimes(This, hndProcess, ppEnumerator) ((This)->lpVtbl->EnumerateLoadedRuntimes(This, hndProcess, ppEnumerator))
#define ICLRMetaHost_RequestRuntimeLoadedNotification(This, pCallbackFunction) ((This)->lpVtbl->RequestRuntimeLoadedNotification(This, pCallbackFunction))
#define ICLRMetaHost_QueryLegacyV2RuntimeBinding(This, riid, ppUnk) ((This)->lpVtbl->QueryLegacyV2RuntimeBinding(This, riid, ppUnk))
#define ICLRMetaHost_ExitProcess(This, iExitCode) ((This)->lpVtbl->ExitProcess(This, iExitCode))
#endif
#endif
#endif

#ifndef __ICLRMetaHostPolicy_INTERFACE_DEFINED__
#define __ICLRMetaHostPolicy_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRMetaHostPolicy, 0xe2190695, 0x77b2, 0x492e, 0x8e, 0x14, 0xc4, 0xb3, 0xa7, 0xfd, 0xd5, 0x93);
#ifdef __cplusplus
struct ICLRMetaHostPolicy : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetRequestedRuntime(
        METAHOST_POLICY_FLAGS dwPolicyFlags,
        LPCWSTR pwzBinary,
        IStream *pCfgStream,
        LPWSTR pwzVersion,
        DWORD *pcchVersion,
        LPWSTR pwzImageVersion,
        DWORD *pcchImageVersion,
        DWORD *pdwConfigFlags,
        REFIID riid,
        void **ppRuntime) = 0; /* slot 3 */
};
#else
typedef struct ICLRMetaHostPolicyVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRMetaHostPolicy *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRMetaHostPolicy *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRMetaHostPolicy *This);
    HRESULT (STDMETHODCALLTYPE *GetRequestedRuntime)(
        ICLRMetaHostPolicy *This,
        METAHOST_POLICY_FLAGS dwPolicyFlags,
        LPCWSTR pwzBinary,
        IStream *pCfgStream,
        LPWSTR pwzVersion,
        DWORD *pcchVersion,
        LPWSTR pwzImageVersion,
        DWORD *pcchImageVersion,
        DWORD *pdwConfigFlags,
        REFIID riid,
        void **ppRuntime);
} ICLRMetaHostPolicyVtbl;
struct ICLRMetaHostPolicy {
    const struct ICLRMetaHostPolicyVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRMetaHostPolicy_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRMetaHostPolicy_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRMetaHostPolicy_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRMetaHostPolicy_GetRequestedRuntime(This, dwPolicyFlags, pwzBinary, pCfgStream, pwzVersion, pcchVersion, pwzImageVersion, pcchImageVersion, pdwConfigFlags, riid, ppRuntime) ((This)->lpVtbl->GetRequestedRuntime(This, dwPolicyFlags, pwzBinary, pCfgStream, pwzVersion, pcchVersion, pwzImageVersion, pcchImageVersion, pdwConfigFlags, riid, ppRuntime))
#endif
#endif
#endif

#ifndef __ICLRProfiling_INTERFACE_DEFINED__
#define __ICLRProfiling_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRProfiling, 0xb349abe3, 0xb56f, 0x4689, 0xbf, 0xcd, 0x76, 0xbf, 0x39, 0xd8, 0x88, 0xea);
#ifdef __cplusplus
struct ICLRProfiling : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE AttachProfiler(
        DWORD dwProfileeProcessID,
        DWORD dwMillisecondsMax,
        const GUID *pClsidProfiler,
        LPCWSTR wszProfilerPath,
        void *pvClientData,
        DWORD cbClientData) = 0; /* slot 3 */
};
#else
typedef struct ICLRProfilingVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRProfiling *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRProfiling *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRProfiling *This);
    HRESULT (STDMETHODCALLTYPE *AttachProfiler)(
        ICLRProfiling *This,
        DWORD dwProfileeProcessID,
        DWORD dwMillisecondsMax,
        const GUID *pClsidProfiler,
        LPCWSTR wszProfilerPath,
        void *pvClientData,
        DWORD cbClientData);
} ICLRProfilingVtbl;
struct ICLRProfiling {
    const struct ICLRProfilingVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRProfiling_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRProfiling_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRProfiling_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRProfiling_AttachProfiler(This, dwProfileeProcessID, dwMillisecondsMax, pClsidProfiler, wszProfilerPath, pvClientData, cbClientData) ((This)->lpVtbl->AttachProfiler(This, dwProfileeProcessID, dwMillisecondsMax, pClsidProfiler, wszProfilerPath, pvClientData, cbClientData))
#endif
#endif
#endif

#ifndef __ICLRRuntimeInfo_INTERFACE_DEFINED__
#define __ICLRRuntimeInfo_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRRuntimeInfo, 0xbd39d1d2, 0xba2f, 0x486a, 0x89, 0xb0, 0xb4, 0xb0, 0xcb, 0x46, 0x68, 0x91);
#ifdef __cplusplus
struct ICLRRuntimeInfo : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetVersionString(LPWSTR pwzBuffer, DWORD *pcchBuffer) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE GetRuntimeDirectory(LPWSTR pwzBuffer, DWORD *pcchBuffer) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE IsLoaded(HANDLE hndProcess, BOOL *pbLoaded) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE LoadErrorString(
        DWORD iResourceID,
        LPWSTR pwzBuffer,
        DWORD *pcchBuffer,
        int iLocaleID) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE LoadLibrary(LPCWSTR pwzDllName, HMODULE *phndModule) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE GetProcAddress(LPCSTR pszProcName, void **ppProc) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE GetInterface(REFCLSID rclsid, REFIID riid, void **ppUnk) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE IsLoadable(BOOL *pbLoadable) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE SetDefaultStartupFlags(
        DWORD dwStartupFlags,
        LPCWSTR pwzHostConfigFile) = 0; /* slot 11 */
    virtual HRESULT STDMETHODCALLTYPE GetDefaultStartupFlags(
        DWORD *pdwStartupFlags,
        LPWSTR pwzHostConfigFile,
        DWORD *pcchHostConfigFile) = 0; /* slot 12 */
    virtual HRESULT STDMETHODCALLTYPE BindAsLegacyV2Runtime() = 0; /* slot 13 */
    virtual HRESULT STDMETHODCALLTYPE IsStarted(BOOL *pbStarted, DWORD *pdwStartupFlags) = 0; /* slot 14 */
};
#else
typedef struct ICLRRuntimeInfoVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRRuntimeInfo *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRRuntimeInfo *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRRuntimeInfo *This);
    HRESULT (STDMETHODCALLTYPE *GetVersionString)(ICLRRuntimeInfo *This, LPWSTR pwzBuffer, DWORD *pcchBuffer);
    HRESULT (STDMETHODCALLTYPE *GetRuntimeDirectory)(ICLRRuntimeInfo *This, LPWSTR pwzBuffer, DWORD *pcchBuffer);
    HRESULT (STDMETHODCALLTYPE *IsLoaded)(ICLRRuntimeInfo *This, HANDLE hndProcess, BOOL *pbLoaded);
    HRESULT (STDMETHODCALLTYPE *LoadErrorString)(
        ICLRRuntimeInfo *This,
        DWORD iResourceID,
        LPWSTR pwzBuffer,
        DWORD *pcchBuffer,
        int iLocaleID);
    HRESULT (STDMETHODCALLTYPE *LoadLibrary)(ICLRRuntimeInfo *This, LPCWSTR pwzDllName, HMODULE *phndModule);
    HRESULT (STDMETHODCALLTYPE *GetProcAddress)(ICLRRuntimeInfo *This, LPCSTR pszProcName, void **ppProc);
    HRESULT (STDMETHODCALLTYPE *GetInterface)(ICLRRuntimeInfo *This, REFCLSID rclsid, REFIID riid, void **ppUnk);
    HRESULT (STDMETHODCALLTYPE *IsLoadable)(ICLRRuntimeInfo *This, BOOL *pbLoadable);
    HRESULT (STDMETHODCALLTYPE *SetDefaultStartupFlags)(
        ICLRRuntimeInfo *This,
        DWORD dwStartupFlags,
        LPCWSTR pwzHostConfigFile);
    HRESULT (STDMETHODCALLTYPE *GetDefaultStartupFlags)(
        ICLRRuntimeInfo *This,
        DWORD *pdwStartupFlags,
        LPWSTR pwzHostConfigFile,
        DWORD *pcchHostConfigFile);
    HRESULT (STDMETHODCALLTYPE *BindAsLegacyV2Runtime)(ICLRRuntimeInfo *This);
    HRESULT (STDMETHODCALLTYPE *IsStarted)(ICLRRuntimeInfo *This, BOOL *pbStarted, DWORD *pdwStartupFlags);
} ICLRRuntimeInfoVtbl;
struct ICLRRuntimeInfo {
    const struct ICLRRuntimeInfoVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRRuntimeInfo_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRRuntimeInfo_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRRuntimeInfo_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRRuntimeInfo_GetVersionString(This, pwzBuffer, pcchBuffer) ((This)->lpVtbl->GetVersionString(This, pwzBuffer, pcchBuffer))
#define ICLRRuntimeInfo_GetRuntimeDirectory(This, pwzBuffer, pcchBuffer) ((This)->lpVtbl->GetRuntimeDirectory(This, pwzBuffer, pcchBuffer))
#define ICLRRuntimeInfo_IsLoaded(This, hndProcess, pbLoaded) ((This)->lpVtbl->IsLoaded(This, hndProcess, pbLoaded))
#define ICLRRuntimeInfo_LoadErrorString(This, iResourceID, pwzBuffer, pcchBuffer, iLocaleID) ((This)->lpVtbl->LoadErrorString(This, iResourceID, pwzBuffer, pcchBuffer, iLocaleID))
#define ICLRRuntimeInfo_LoadLibrary(This, pwzDllName, phndModule) ((This)->lpVtbl->LoadLibrary(This, pwzDllName, phndModule))
#define ICLRRuntimeInfo_GetProcAddress(This, pszProcName, ppProc) ((This)->lpVtbl->GetProcAddress(This, pszProcName, ppProc))
#define ICLRRuntimeInfo_GetInterface(This, rclsid, riid, ppUnk) ((This)->lpVtbl->GetInterface(This, rclsid, riid, ppUnk))
#define ICLRRuntimeInfo_IsLoadable(This, pbLoadable) ((This)->lpVtbl->IsLoadable(This, pbLoadable))
#define ICLRRuntimeInfo_SetDefaultStartupFlags(This, dwStartupFlags, pwzHostConfigFile) ((This)->lpVtbl->SetDefaultStartupFlags(This, dwStartupFlags, pwzHostConfigFile))
#define ICLRRuntimeInfo_GetDefaultStartupFlags(This, pdwStartupFlags, pwzHostConfigFile, pcchHostConfigFile) ((This)->lpVtbl->GetDefaultStartupFlags(This, pdwStartupFlags, pwzHostConfigFile, pcchHostConfigFile))
#define ICLRRuntimeInfo_BindAsLegacyV2Runtime(This) ((This)->lpVtbl->BindAsLegacyV2Runtime(This))
#define ICLRRuntimeInfo_IsStarted(This, pbStarted, pdwStartupFlags) ((This)->lpVtbl->IsStarted(This, pbStarted, pdwStartupFlags))
#endif
#endif
#endif

#ifndef __ICLRStrongName_INTERFACE_DEFINED__
#define __ICLRStrongName_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRStrongName, 0x9fd93ccf, 0x3280, 0x4391, 0xb3, 0xa9, 0x96, 0xe1, 0xcd, 0xe7, 0x7c, 0x8d);
#ifdef __cplusplus
struct ICLRStrongName : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetHashFromAssemblyFile(
        LPCSTR pszFilePath,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE GetHashFromAssemblyFileW(
        LPCWSTR pwzFilePath,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE GetHashFromBlob(
        BYTE *pbBlob,
        DWORD cchBlob,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE GetHashFromFile(
        LPCSTR pszFilePath,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE GetHashFromFileW(
        LPCWSTR pwzFilePath,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash) = 0; /* slot 7 */
    virtual HRESULT STDMETHODCALLTYPE GetHashFromHandle(
        HANDLE hFile,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash) = 0; /* slot 8 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameCompareAssemblies(
        LPCWSTR pwzAssembly1,
        LPCWSTR pwzAssembly2,
        DWORD *pdwResult) = 0; /* slot 9 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameFreeBuffer(BYTE *pbMemory) = 0; /* slot 10 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameGetBlob(
        LPCWSTR pwzFilePath,
        BYTE *pbBlob,
        DWORD *pcbBlob) = 0; /* slot 11 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameGetBlobFromImage(
        BYTE *pbBase,
        DWORD dwLength,
        BYTE *pbBlob,
        DWORD *pcbBlob) = 0; /* slot 12 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameGetPublicKey(
        LPCWSTR pwzKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE **ppbPublicKeyBlob,
        DWORD *pcbPublicKeyBlob) = 0; /* slot 13 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameHashSize(DWORD ulHashAlg, DWORD *pcbSize) = 0; /* slot 14 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameKeyDelete(LPCWSTR pwzKeyContainer) = 0; /* slot 15 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameKeyGen(
        LPCWSTR pwzKeyContainer,
        DWORD dwFlags,
        BYTE **ppbKeyBlob,
        DWORD *pcbKeyBlob) = 0; /* slot 16 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameKeyGenEx(
        LPCWSTR pwzKeyContainer,
        DWORD dwFlags,
        DWORD dwKeySize,
        BYTE **ppbKeyBlob,
        DWORD *pcbKeyBlob) = 0; /* slot 17 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameKeyInstall(
        LPCWSTR pwzKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob) = 0; /* slot 18 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameSignatureGeneration(
        LPCWSTR pwzFilePath,
        LPCWSTR pwzKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE **ppbSignatureBlob,
        DWORD *pcbSignatureBlob) = 0; /* slot 19 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameSignatureGenerationEx(
        LPCWSTR wszFilePath,
        LPCWSTR wszKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE **ppbSignatureBlob,
        DWORD *pcbSignatureBlob,
        DWORD dwFlags) = 0; /* slot 20 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameSignatureSize(
        BYTE *pbPublicKeyBlob,
        DWORD cbPublicKeyBlob,
        DWORD *pcbSize) = 0; /* slot 21 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameSignatureVerification(
        LPCWSTR pwzFilePath,
        DWORD dwInFlags,
        DWORD *pdwOutFlags) = 0; /* slot 22 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameSignatureVerificationEx(
        LPCWSTR pwzFilePath,
        BOOLEAN fForceVerification,
        BYTE *pfWasVerified) = 0; /* slot 23 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameSignatureVerificationFromImage(
        BYTE *pbBase,
        DWORD dwLength,
        DWORD dwInFlags,
        DWORD *pdwOutFlags) = 0; /* slot 24 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameTokenFromAssembly(
        LPCWSTR pwzFilePath,
        BYTE **ppbStrongNameToken,
        DWORD *pcbStrongNameToken) = 0; /* slot 25 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameTokenFromAssemblyEx(
        LPCWSTR pwzFilePath,
        BYTE **ppbStrongNameToken,
        DWORD *pcbStrongNameToken,
        BYTE **ppbPublicKeyBlob,
        DWORD *pcbPublicKeyBlob) = 0; /* slot 26 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameTokenFromPublicKey(
        BYTE *pbPublicKeyBlob,
        DWORD cbPublicKeyBlob,
        BYTE **ppbStrongNameToken,
        DWORD *pcbStrongNameToken) = 0; /* slot 27 */
};
#else
typedef struct ICLRStrongNameVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRStrongName *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRStrongName *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRStrongName *This);
    HRESULT (STDMETHODCALLTYPE *GetHashFromAssemblyFile)(
        ICLRStrongName *This,
        LPCSTR pszFilePath,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash);
    HRESULT (STDMETHODCALLTYPE *GetHashFromAssemblyFileW)(
        ICLRStrongName *This,
        LPCWSTR pwzFilePath,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash);
    HRESULT (STDMETHODCALLTYPE *GetHashFromBlob)(
        ICLRStrongName *This,
        BYTE *pbBlob,
        DWORD cchBlob,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash);
    HRESULT (STDMETHODCALLTYPE *GetHashFromFile)(
        ICLRStrongName *This,
        LPCSTR pszFilePath,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash);
    HRESULT (STDMETHODCALLTYPE *GetHashFromFileW)(
        ICLRStrongName *This,
        LPCWSTR pwzFilePath,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash);
    HRESULT (STDMETHODCALLTYPE *GetHashFromHandle)(
        ICLRStrongName *This,
        HANDLE hFile,
        DWORD *piHashAlg,
        BYTE *pbHash,
        DWORD cchHash,
        DWORD *pchHash);
    HRESULT (STDMETHODCALLTYPE *StrongNameCompareAssemblies)(
        ICLRStrongName *This,
        LPCWSTR pwzAssembly1,
        LPCWSTR pwzAssembly2,
        DWORD *pdwResult);
    HRESULT (STDMETHODCALLTYPE *StrongNameFreeBuffer)(ICLRStrongName *This, BYTE *pbMemory);
    HRESULT (STDMETHODCALLTYPE *StrongNameGetBlob)(
        ICLRStrongName *This,
        LPCWSTR pwzFilePath,
        BYTE *pbBlob,
        DWORD *pcbBlob);
    HRESULT (STDMETHODCALLTYPE *StrongNameGetBlobFromImage)(
        ICLRStrongName *This,
        BYTE *pbBase,
        DWORD dwLength,
        BYTE *pbBlob,
        DWORD *pcbBlob);
    HRESULT (STDMETHODCALLTYPE *StrongNameGetPublicKey)(
        ICLRStrongName *This,
        LPCWSTR pwzKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE **ppbPublicKeyBlob,
        DWORD *pcbPublicKeyBlob);
    HRESULT (STDMETHODCALLTYPE *StrongNameHashSize)(ICLRStrongName *This, DWORD ulHashAlg, DWORD *pcbSize);
    HRESULT (STDMETHODCALLTYPE *StrongNameKeyDelete)(ICLRStrongName *This, LPCWSTR pwzKeyContainer);
    HRESULT (STDMETHODCALLTYPE *StrongNameKeyGen)(
        ICLRStrongName *This,
        LPCWSTR pwzKeyContainer,
        DWORD dwFlags,
        BYTE **ppbKeyBlob,
        DWORD *pcbKeyBlob);
    HRESULT (STDMETHODCALLTYPE *StrongNameKeyGenEx)(
        ICLRStrongName *This,
        LPCWSTR pwzKeyContainer,
        DWORD dwFlags,
        DWORD dwKeySize,
        BYTE **ppbKeyBlob,
        DWORD *pcbKeyBlob);
    HRESULT (STDMETHODCALLTYPE *StrongNameKeyInstall)(
        ICLRStrongName *This,
        LPCWSTR pwzKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob);
    HRESULT (STDMETHODCALLTYPE *StrongNameSignatureGeneration)(
        ICLRStrongName *This,
        LPCWSTR pwzFilePath,
        LPCWSTR pwzKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE **ppbSignatureBlob,
        DWORD *pcbSignatureBlob);
    HRESULT (STDMETHODCALLTYPE *StrongNameSignatureGenerationEx)(
        ICLRStrongName *This,
        LPCWSTR wszFilePath,
        LPCWSTR wszKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE **ppbSignatureBlob,
        DWORD *pcbSignatureBlob,
        DWORD dwFlags);
    HRESULT (STDMETHODCALLTYPE *StrongNameSignatureSize)(
        ICLRStrongName *This,
        BYTE *pbPublicKeyBlob,
        DWORD cbPublicKeyBlob,
        DWORD *pcbSize);
    HRESULT (STDMETHODCALLTYPE *StrongNameSignatureVerification)(
        ICLRStrongName *This,
        LPCWSTR pwzFilePath,
        DWORD dwInFlags,
        DWORD *pdwOutFlags);
    HRESULT (STDMETHODCALLTYPE *StrongNameSignatureVerificationEx)(
        ICLRStrongName *This,
        LPCWSTR pwzFilePath,
        BOOLEAN fForceVerification,
        BYTE *pfWasVerified);
    HRESULT (STDMETHODCALLTYPE *StrongNameSignatureVerificationFromImage)(
        ICLRStrongName *This,
        BYTE *pbBase,
        DWORD dwLength,
        DWORD dwInFlags,
        DWORD *pdwOutFlags);
    HRESULT (STDMETHODCALLTYPE *StrongNameTokenFromAssembly)(
        ICLRStrongName *This,
        LPCWSTR pwzFilePath,
        BYTE **ppbStrongNameToken,
        DWORD *pcbStrongNameToken);
    HRESULT (STDMETHODCALLTYPE *StrongNameTokenFromAssemblyEx)(
        ICLRStrongName *This,
        LPCWSTR pwzFilePath,
        BYTE **ppbStrongNameToken,
        DWORD *pcbStrongNameToken,
        BYTE **ppbPublicKeyBlob,
        DWORD *pcbPublicKeyBlob);
    HRESULT (STDMETHODCALLTYPE *StrongNameTokenFromPublicKey)(
        ICLRStrongName *This,
        BYTE *pbPublicKeyBlob,
        DWORD cbPublicKeyBlob,
        BYTE **ppbStrongNameToken,
        DWORD *pcbStrongNameToken);
} ICLRStrongNameVtbl;
struct ICLRStrongName {
    const struct ICLRStrongNameVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRStrongName_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRStrongName_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRStrongName_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRStrongName_GetHashFromAssemblyFile(This, pszFilePath, piHashAlg, pbHash, cchHash, pchHash) ((This)->lpVtbl->GetHashFromAssemblyFile(This, pszFilePath, piHashAlg, pbHash, cchHash, pchHash))
#define ICLRStrongName_GetHashFromAssemblyFileW(This, pwzFilePath, piHashAlg, pbHash, cchHash, pchHash) ((This)->lpVtbl->GetHashFromAssemblyFileW(This, pwzFilePath, piHashAlg, pbHash, cchHash, pchHash))
#define ICLRStrongName_GetHashFromBlob(This, pbBlob, cchBlob, piHashAlg, pbHash, cchHash, pchHash) ((This)->lpVtbl->GetHashFromBlob(This, pbBlob, cchBlob, piHashAlg, pbHash, cchHash, pchHash))
#define ICLRStrongName_GetHashFromFile(This, pszFilePath, piHashAlg, pbHash, cchHash, pchHash) ((This)->lpVtbl->GetHashFromFile(This, pszFilePath, piHashAlg, pbHash, cchHash, pchHash))
#define ICLRStrongName_GetHashFromFileW(This, pwzFilePath, piHashAlg, pbHash, cchHash, pchHash) ((This)->lpVtbl->GetHashFromFileW(This, pwzFilePath, piHashAlg, pbHash, cchHash, pchHash))
#define ICLRStrongName_GetHashFromHandle(This, hFile, piHashAlg, pbHash, cchHash, pchHash) ((This)->lpVtbl->GetHashFromHandle(This, hFile, piHashAlg, pbHash, cchHash, pchHash))
#define ICLRStrongName_StrongNameCompareAssemblies(This, pwzAssembly1, pwzAssembly2, pdwResult) ((This)->lpVtbl->StrongNameCompareAssemblies(This, pwzAssembly1, pwzAssembly2, pdwResult))
#define ICLRStrongName_StrongNameFreeBuffer(This, pbMemory) ((This)->lpVtbl->StrongNameFreeBuffer(This, pbMemory))
#define ICLRStrongName_StrongNameGetBlob(This, pwzFilePath, pbBlob, pcbBlob) ((This)->lpVtbl->StrongNameGetBlob(This, pwzFilePath, pbBlob, pcbBlob))
#define ICLRStrongName_StrongNameGetBlobFromImage(This, pbBase, dwLength, pbBlob, pcbBlob) ((This)->lpVtbl->StrongNameGetBlobFromImage(This, pbBase, dwLength, pbBlob, pcbBlob))
#define ICLRStrongName_StrongNameGetPublicKey(This, pwzKeyContainer, pbKeyBlob, cbKeyBlob, ppbPublicKeyBlob, pcbPublicKeyBlob) ((This)->lpVtbl->StrongNameGetPublicKey(This, pwzKeyContainer, pbKeyBlob, cbKeyBlob, ppbPublicKeyBlob, pcbPublicKeyBlob))
#define ICLRStrongName_StrongNameHashSize(This, ulHashAlg, pcbSize) ((This)->lpVtbl->StrongNameHashSize(This, ulHashAlg, pcbSize))
#define ICLRStrongName_StrongNameKeyDelete(This, pwzKeyContainer) ((This)->lpVtbl->StrongNameKeyDelete(This, pwzKeyContainer))
#define ICLRStrongName_StrongNameKeyGen(This, pwzKeyContainer, dwFlags, ppbKeyBlob, pcbKeyBlob) ((This)->lpVtbl->StrongNameKeyGen(This, pwzKeyContainer, dwFlags, ppbKeyBlob, pcbKeyBlob))
#define ICLRStrongName_StrongNameKeyGenEx(This, pwzKeyContainer, dwFlags, dwKeySize, ppbKeyBlob, pcbKeyBlob) ((This)->lpVtbl->StrongNameKeyGenEx(This, pwzKeyContainer, dwFlags, dwKeySize, ppbKeyBlob, pcbKeyBlob))
#define ICLRStrongName_StrongNameKeyInstall(This, pwzKeyContainer, pbKeyBlob, cbKeyBlob) ((This)->lpVtbl->StrongNameKeyInstall(This, pwzKeyContainer, pbKeyBlob, cbKeyBlob))
#define ICLRStrongName_StrongNameSignatureGeneration(This, pwzFilePath, pwzKeyContainer, pbKeyBlob, cbKeyBlob, ppbSignatureBlob, pcbSignatureBlob) ((This)->lpVtbl->StrongNameSignatureGeneration(This, pwzFilePath, pwzKeyContainer, pbKeyBlob, cbKeyBlob, ppbSignatureBlob, pcbSignatureBlob))
#define ICLRStrongName_StrongNameSignatureGenerationEx(This, wszFilePath, wszKeyContainer, pbKeyBlob, cbKeyBlob, ppbSignatureBlob, pcbSignatureBlob, dwFlags) ((This)->lpVtbl->StrongNameSignatureGenerationEx(This, wszFilePath, wszKeyContainer, pbKeyBlob, cbKeyBlob, ppbSignatureBlob, pcbSignatureBlob, dwFlags))
#define ICLRStrongName_StrongNameSignatureSize(This, pbPublicKeyBlob, cbPublicKeyBlob, pcbSize) ((This)->lpVtbl->StrongNameSignatureSize(This, pbPublicKeyBlob, cbPublicKeyBlob, pcbSize))
#define ICLRStrongName_StrongNameSignatureVerification(This, pwzFilePath, dwInFlags, pdwOutFlags) ((This)->lpVtbl->StrongNameSignatureVerification(This, pwzFilePath, dwInFlags, pdwOutFlags))
#define ICLRStrongName_StrongNameSignatureVerificationEx(This, pwzFilePath, fForceVerification, pfWasVerified) ((This)->lpVtbl->StrongNameSignatureVerificationEx(This, pwzFilePath, fForceVerification, pfWasVerified))
#define ICLRStrongName_StrongNameSignatureVerificationFromImage(This, pbBase, dwLength, dwInFlags, pdwOutFlags) ((This)->lpVtbl->StrongNameSignatureVerificationFromImage(This, pbBase, dwLength, dwInFlags, pdwOutFlags))
#define ICLRStrongName_StrongNameTokenFromAssembly(This, pwzFilePath, ppbStrongNameToken, pcbStrongNameToken) ((This)->lpVtbl->StrongNameTokenFromAssembly(This, pwzFilePath, ppbStrongNameToken, pcbStrongNameToken))
#define ICLRStrongName_StrongNameTokenFromAssemblyEx(This, pwzFilePath, ppbStrongNameToken, pcbStrongNameToken, ppbPublicKeyBlob, pcbPublicKeyBlob) ((This)->lpVtbl->StrongNameTokenFromAssemblyEx(This, pwzFilePath, ppbStrongNameToken, pcbStrongNameToken, ppbPublicKeyBlob, pcbPublicKeyBlob))
#define ICLRStrongName_StrongNameTokenFromPublicKey(This, pbPublicKeyBlob, cbPublicKeyBlob, ppbStrongNameToken, pcbStrongNameToken) ((This)->lpVtbl->StrongNameTokenFromPublicKey(This, pbPublicKeyBlob, cbPublicKeyBlob, ppbStrongNameToken, pcbStrongNameToken))
#endif
#endif
#endif

#ifndef __ICLRStrongName2_INTERFACE_DEFINED__
#define __ICLRStrongName2_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRStrongName2, 0xc22ed5c5, 0x4b59, 0x4975, 0x90, 0xeb, 0x85, 0xea, 0x55, 0xc0, 0x06, 0x9b);
#ifdef __cplusplus
struct ICLRStrongName2 : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE StrongNameGetPublicKeyEx(
        LPCWSTR pwzKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE **ppbPublicKeyBlob,
        DWORD *pcbPublicKeyBlob,
        DWORD uHashAlgId,
        DWORD uReserved) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameSignatureVerificationEx2(
        LPCWSTR wszFilePath,
        BOOLEAN fForceVerification,
        BYTE *pbEcmaPublicKey,
        DWORD cbEcmaPublicKey,
        BYTE *pfWasVerified) = 0; /* slot 4 */
};
#else
typedef struct ICLRStrongName2Vtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRStrongName2 *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRStrongName2 *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRStrongName2 *This);
    HRESULT (STDMETHODCALLTYPE *StrongNameGetPublicKeyEx)(
        ICLRStrongName2 *This,
        LPCWSTR pwzKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE **ppbPublicKeyBlob,
        DWORD *pcbPublicKeyBlob,
        DWORD uHashAlgId,
        DWORD uReserved);
    HRESULT (STDMETHODCALLTYPE *StrongNameSignatureVerificationEx2)(
        ICLRStrongName2 *This,
        LPCWSTR wszFilePath,
        BOOLEAN fForceVerification,
        BYTE *pbEcmaPublicKey,
        DWORD cbEcmaPublicKey,
        BYTE *pfWasVerified);
} ICLRStrongName2Vtbl;
struct ICLRStrongName2 {
    const struct ICLRStrongName2Vtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRStrongName2_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRStrongName2_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRStrongName2_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRStrongName2_StrongNameGetPublicKeyEx(This, pwzKeyContainer, pbKeyBlob, cbKeyBlob, ppbPublicKeyBlob, pcbPublicKeyBlob, uHashAlgId, uReserved) ((This)->lpVtbl->StrongNameGetPublicKeyEx(This, pwzKeyContainer, pbKeyBlob, cbKeyBlob, ppbPublicKeyBlob, pcbPublicKeyBlob, uHashAlgId, uReserved))
#define ICLRStrongName2_StrongNameSignatureVerificationEx2(This, wszFilePath, fForceVerification, pbEcmaPublicKey, cbEcmaPublicKey, pfWasVerified) ((This)->lpVtbl->StrongNameSignatureVerificationEx2(This, wszFilePath, fForceVerification, pbEcmaPublicKey, cbEcmaPublicKey, pfWasVerified))
#endif
#endif
#endif

#ifndef __ICLRStrongName3_INTERFACE_DEFINED__
#define __ICLRStrongName3_INTERFACE_DEFINED__
CLRHOST_GUID(IID_ICLRStrongName3, 0x22c7089b, 0xbbd3, 0x414a, 0xb6, 0x98, 0x21, 0x0f, 0x26, 0x3f, 0x1f, 0xed);
#ifdef __cplusplus
struct ICLRStrongName3 : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE StrongNameDigestGenerate(
        LPCWSTR wszFilePath,
        BYTE **ppbDigestBlob,
        DWORD *pcbDigestBlob,
        DWORD dwFlags) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameDigestSign(
        LPCWSTR wszKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE *pbDigestBlob,
        DWORD cbDigestBlob,
        DWORD hashAlgId,
        BYTE **ppbSignatureBlob,
        DWORD *pcbSignatureBlob,
        DWORD dwFlags) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE StrongNameDigestEmbed(
        LPCWSTR wszFilePath,
        BYTE *pbSignatureBlob,
        DWORD cbSignatureBlob) = 0; /* slot 5 */
};
#else
typedef struct ICLRStrongName3Vtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(ICLRStrongName3 *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(ICLRStrongName3 *This);
    ULONG (STDMETHODCALLTYPE *Release)(ICLRStrongName3 *This);
    HRESULT (STDMETHODCALLTYPE *StrongNameDigestGenerate)(
        ICLRStrongName3 *This,
        LPCWSTR wszFilePath,
        BYTE **ppbDigestBlob,
        DWORD *pcbDigestBlob,
        DWORD dwFlags);
    HRESULT (STDMETHODCALLTYPE *StrongNameDigestSign)(
        ICLRStrongName3 *This,
        LPCWSTR wszKeyContainer,
        BYTE *pbKeyBlob,
        DWORD cbKeyBlob,
        BYTE *pbDigestBlob,
        DWORD cbDigestBlob,
        DWORD hashAlgId,
        BYTE **ppbSignatureBlob,
        DWORD *pcbSignatureBlob,
        DWORD dwFlags);
    HRESULT (STDMETHODCALLTYPE *StrongNameDigestEmbed)(
        ICLRStrongName3 *This,
        LPCWSTR wszFilePath,
        BYTE *pbSignatureBlob,
        DWORD cbSignatureBlob);
} ICLRStrongName3Vtbl;
struct ICLRStrongName3 {
    const struct ICLRStrongName3Vtbl *lpVtbl;
};
#ifdef COBJMACROS
#define ICLRStrongName3_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define ICLRStrongName3_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define ICLRStrongName3_Release(This) ((This)->lpVtbl->Release(This))
#define ICLRStrongName3_StrongNameDigestGenerate(This, wszFilePath, ppbDigestBlob, pcbDigestBlob, dwFlags) ((This)->lpVtbl->StrongNameDigestGenerate(This, wszFilePath, ppbDigestBlob, pcbDigestBlob, dwFlags))
#define ICLRStrongName3_StrongNameDigestSign(This, wszKeyContainer, pbKeyBlob, cbKeyBlob, pbDigestBlob, cbDigestBlob, hashAlgId, ppbSignatureBlob, pcbSignatureBlob, dwFlags) ((This)->lpVtbl->StrongNameDigestSign(This, wszKeyContainer, pbKeyBlob, cbKeyBlob, pbDigestBlob, cbDigestBlob, hashAlgId, ppbSignatureBlob, pcbSignatureBlob, dwFlags))
#define ICLRStrongName3_StrongNameDigestEmbed(This, wszFilePath, pbSignatureBlob, cbSignatureBlob) ((This)->lpVtbl->StrongNameDigestEmbed(This, wszFilePath, pbSignatureBlob, cbSignatureBlob))
#endif
#endif
#endif

EXTERN_C CLRHOST_API HRESULT STDMETHODCALLTYPE CLRCreateInstance(REFCLSID clsid, REFIID riid, void **ppInterface);

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif
