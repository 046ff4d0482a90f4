// Finding runtimes, and how their versions are named. Nothing is started.
//
//   finding Everything.dll
#include "check.h"

static const GUID nobody = {0x12345678, 0, 0, {1, 2, 3, 4, 5, 6, 7, 8}};

static std::string Narrow(const WCHAR *text) {
    std::string narrow;
    while (*text) narrow += static_cast<char>(*text++);
    return narrow;
}

static std::string VersionOf(ICLRRuntimeInfo *info) {
    WCHAR text[64];
    DWORD length = 64;
    CHECK("ICLRRuntimeInfo::GetVersionString", info->GetVersionString(text, &length), S_OK);
    return Narrow(text);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    void *object = &object;
    CHECK("CLRCreateInstance", CLRCreateInstance(nobody, IID_ICLRMetaHost, &object), CLASS_E_CLASSNOTAVAILABLE);
    EXPECT(object == nullptr);
    CHECK("CLRCreateInstance", CLRCreateInstance(CLSID_CLRMetaHost, nobody, &object), E_NOINTERFACE);
    CHECK("CLRCreateInstance", CLRCreateInstance(CLSID_CLRMetaHost, IID_ICLRMetaHost, nullptr), E_POINTER);
    ICLRMetaHost *meta = nullptr;
    CHECK("CLRCreateInstance", CLRCreateInstance(CLSID_CLRMetaHost, IID_ICLRMetaHost, reinterpret_cast<void **>(&meta)), S_OK);
    IUnknown *unknown = nullptr;
    CHECK("IUnknown::QueryInterface", meta->QueryInterface(IID_IUnknown, reinterpret_cast<void **>(&unknown)), S_OK);
    EXPECT(static_cast<IUnknown *>(meta) == unknown);
    CHECK("IUnknown::QueryInterface", meta->QueryInterface(nobody, &object), E_NOINTERFACE);
    EXPECT(object == nullptr);
    CHECK("IUnknown::QueryInterface", meta->QueryInterface(IID_IUnknown, nullptr), E_POINTER);
    unknown->Release();

    ICLRRuntimeInfo *info = nullptr;
    for (const char *version : {"v4.0.30319", "v2.0.50727", "v1.1.4322", "v1.0.3705"}) {
        CHECK("ICLRMetaHost::GetRuntime",
              meta->GetRuntime(Wide(version).c_str(), IID_ICLRRuntimeInfo, reinterpret_cast<void **>(&info)), S_OK);
    }
    std::string newest = VersionOf(info);
    EXPECT(newest.size() > 3 && newest[0] == 'v' && newest != "v4.0.30319");
    std::string series = newest.substr(0, newest.rfind('.')), major = series.substr(0, series.find('.'));
    for (const std::string &version : {newest, series, major}) {
        ICLRRuntimeInfo *same = nullptr;
        CHECK("ICLRMetaHost::GetRuntime",
              meta->GetRuntime(Wide(version).c_str(), IID_ICLRRuntimeInfo, reinterpret_cast<void **>(&same)), S_OK);
        if (same) EXPECT(VersionOf(same) == newest);
    }
    for (const char *version : {"v99.0", "4.0.30319", "", "v8.0.x"}) {
        object = &object;
        CHECK("ICLRMetaHost::GetRuntime", meta->GetRuntime(Wide(version).c_str(), IID_ICLRRuntimeInfo, &object),
              CLR_E_SHIM_RUNTIMELOAD);
        EXPECT(object == nullptr);
    }
    CHECK("ICLRMetaHost::GetRuntime", meta->GetRuntime(nullptr, IID_ICLRRuntimeInfo, &object), E_POINTER);
    CHECK("ICLRMetaHost::GetRuntime", meta->GetRuntime(Wide("v4.0.30319").c_str(), IID_ICLRRuntimeInfo, nullptr), E_POINTER);
    CHECK("ICLRMetaHost::GetRuntime", meta->GetRuntime(Wide("v4.0.30319").c_str(), nobody, &object), E_NOINTERFACE);

    IEnumUnknown *runtimes = nullptr;
    CHECK("ICLRMetaHost::EnumerateInstalledRuntimes", meta->EnumerateInstalledRuntimes(&runtimes), S_OK);
    CHECK("ICLRMetaHost::EnumerateInstalledRuntimes", meta->EnumerateInstalledRuntimes(nullptr), E_POINTER);
    unsigned found = 0;
    ULONG fetched = 0;
    while (runtimes->Next(1, &unknown, &fetched) == S_OK && fetched == 1) {
        if (VersionOf(static_cast<ICLRRuntimeInfo *>(unknown)) == newest) found++;
        unknown->Release();
    }
    EXPECT(found == 1);
    EXPECT(fetched == 0);
    EXPECT(runtimes->Reset() == S_OK && runtimes->Skip(1) == S_OK);
    EXPECT(runtimes->Release() == 0);
    CHECK("ICLRMetaHost::EnumerateLoadedRuntimes", meta->EnumerateLoadedRuntimes(nullptr, &runtimes), S_OK);
    EXPECT(runtimes->Next(1, &unknown, &fetched) == S_FALSE);
    runtimes->Release();
    CHECK("ICLRMetaHost::EnumerateLoadedRuntimes", meta->EnumerateLoadedRuntimes(&object, &runtimes), E_INVALIDARG);

    WCHAR text[512];
    DWORD length = 512;
    CHECK("ICLRMetaHost::GetVersionFromFile", meta->GetVersionFromFile(Wide(argv[1]).c_str(), text, &length), S_OK);
    EXPECT(Narrow(text) == "v4.0.30319");
    CHECK("ICLRMetaHost::GetVersionFromFile", meta->GetVersionFromFile(Wide("/nowhere.dll").c_str(), text, &length),
          COR_E_FILENOTFOUND);
    CHECK("ICLRMetaHost::GetVersionFromFile", meta->GetVersionFromFile(Wide("/bin/sh").c_str(), text, &length),
          COR_E_BADIMAGEFORMAT);
    CHECK("ICLRMetaHost::QueryLegacyV2RuntimeBinding", meta->QueryLegacyV2RuntimeBinding(IID_ICLRRuntimeInfo, &object), S_FALSE);
    CHECK("ICLRMetaHost::RequestRuntimeLoadedNotification", meta->RequestRuntimeLoadedNotification(nullptr), E_POINTER);
    CHECK("ICLRMetaHost::RequestRuntimeLoadedNotification",
          meta->RequestRuntimeLoadedNotification([](ICLRRuntimeInfo *, CallbackThreadSetFnPtr, CallbackThreadUnsetFnPtr) {}),
          E_NOTIMPL);

    length = 3;
    CHECK("ICLRRuntimeInfo::GetVersionString", info->GetVersionString(text, &length),
          static_cast<HRESULT>(0x8007007A));
    EXPECT(length == newest.size() + 1);
    CHECK("ICLRRuntimeInfo::GetVersionString", info->GetVersionString(nullptr, nullptr), E_POINTER);
    length = 512;
    CHECK("ICLRRuntimeInfo::GetRuntimeDirectory", info->GetRuntimeDirectory(text, &length), S_OK);
    EXPECT(access((Narrow(text) + "libcoreclr.so").c_str(), R_OK) == 0);
    BOOL flag = TRUE;
    CHECK("ICLRRuntimeInfo::IsLoaded", info->IsLoaded(nullptr, &flag), S_OK);
    EXPECT(!flag);
    CHECK("ICLRRuntimeInfo::IsLoaded", info->IsLoaded(&object, &flag), E_INVALIDARG);
    CHECK("ICLRRuntimeInfo::IsLoadable", info->IsLoadable(&flag), S_OK);
    EXPECT(flag);
    DWORD flags = 0;
    CHECK("ICLRRuntimeInfo::IsStarted", info->IsStarted(&flag, &flags), S_OK);
    EXPECT(!flag && flags == STARTUP_CONCURRENT_GC);
    length = 512;
    CHECK("ICLRRuntimeInfo::LoadErrorString", info->LoadErrorString(HOST_E_TIMEOUT, text, &length, -1), S_OK);
    EXPECT(Narrow(text).find("HOST_E_TIMEOUT") != std::string::npos);
    CHECK("ICLRRuntimeInfo::LoadErrorString", info->LoadErrorString(12345, text, &length, -1), E_INVALIDARG);
    CHECK("ICLRRuntimeInfo::GetProcAddress", info->GetProcAddress("no_such_export", &object), CLR_E_SHIM_RUNTIMEEXPORT);
    CHECK("ICLRRuntimeInfo::GetProcAddress", info->GetProcAddress("coreclr_initialize", &object), S_OK);
    EXPECT(object != nullptr);
    HMODULE module = nullptr;
    CHECK("ICLRRuntimeInfo::LoadLibrary", info->LoadLibrary(Wide("libnothing.so").c_str(), &module), COR_E_FILENOTFOUND);
    CHECK("ICLRRuntimeInfo::LoadLibrary", info->LoadLibrary(Wide("libSystem.Native.so").c_str(), &module), S_OK);
    CHECK("ICLRRuntimeInfo::BindAsLegacyV2Runtime", info->BindAsLegacyV2Runtime(), S_OK);
    CHECK("ICLRRuntimeInfo::SetDefaultStartupFlags",
          info->SetDefaultStartupFlags(STARTUP_SERVER_GC, Wide("/some/runtimeconfig.json").c_str()), S_OK);
    length = 512;
    CHECK("ICLRRuntimeInfo::GetDefaultStartupFlags", info->GetDefaultStartupFlags(&flags, text, &length), S_OK);
    EXPECT(flags == STARTUP_SERVER_GC && Narrow(text) == "/some/runtimeconfig.json");
    CHECK("ICLRRuntimeInfo::GetInterface", info->GetInterface(CLSID_CLRRuntimeHost, nobody, &object), E_NOINTERFACE);
    CHECK("ICLRRuntimeInfo::GetInterface", info->GetInterface(CLSID_CLRProfiling, IID_IUnknown, &object), CLASS_E_CLASSNOTAVAILABLE);
    CHECK("ICLRRuntimeInfo::GetInterface", info->GetInterface(CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost, nullptr), E_POINTER);

    ICLRMetaHostPolicy *policy = nullptr;
    CHECK("CLRCreateInstance",
          CLRCreateInstance(CLSID_CLRMetaHostPolicy, IID_ICLRMetaHostPolicy, reinterpret_cast<void **>(&policy)), S_OK);
    CHECK("ICLRMetaHostPolicy::GetRequestedRuntime",
          policy->GetRequestedRuntime(METAHOST_POLICY_HIGHCOMPAT, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                      IID_ICLRRuntimeInfo, &object),
          S_OK);
    CHECK("ICLRMetaHostPolicy::GetRequestedRuntime",
          policy->GetRequestedRuntime(static_cast<METAHOST_POLICY_FLAGS>(1), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                      nullptr, IID_ICLRRuntimeInfo, &object),
          E_INVALIDARG);

    DWORD needed = 0;
    CHECK("GetCORVersion", GetCORVersion(text, 512, &needed), S_OK);
    EXPECT(Narrow(text) == newest && needed == newest.size() + 1);
    CHECK("GetCORVersion", GetCORVersion(text, 2, &needed), static_cast<HRESULT>(0x8007007A));
    CHECK("GetCORVersion", GetCORVersion(text, 512, nullptr), E_POINTER);
    CHECK("GetCORSystemDirectory", GetCORSystemDirectory(text, 512, &needed), S_OK);
    ICLRRuntimeHost *host = nullptr;
    CHECK("CorBindToRuntimeHost",
          CorBindToRuntimeHost(nullptr, nullptr, nullptr, nullptr, 0, CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost,
                               reinterpret_cast<void **>(&host)),
          CLR_E_SHIM_RUNTIMELOAD);
    CHECK("CorBindToRuntimeEx",
          CorBindToRuntimeEx(Wide("v9.9.9").c_str(), nullptr, 0, CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost,
                             reinterpret_cast<void **>(&host)),
          CLR_E_SHIM_RUNTIMELOAD);
    CHECK("CorBindToRuntimeEx",
          CorBindToRuntimeEx(nullptr, nullptr, 0, CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost, reinterpret_cast<void **>(&host)),
          S_OK);
    CHECK("CorBindToRuntimeHost",
          CorBindToRuntimeHost(Wide("v4.0.30319").c_str(), Wide("wks").c_str(), nullptr, nullptr, 0, CLSID_CLRRuntimeHost,
                               IID_ICLRRuntimeHost, reinterpret_cast<void **>(&host)),
          S_OK);
    ICorRuntimeHost *old = nullptr;
    CHECK("ICLRRuntimeInfo::GetInterface",
          info->GetInterface(CLSID_CorRuntimeHost, IID_ICorRuntimeHost, reinterpret_cast<void **>(&old)), S_OK);
    CHECK("ICorRuntimeHost::GetDefaultDomain", old->GetDefaultDomain(&unknown), E_NOTIMPL);
    CHECK("ICorRuntimeHost::Stop", old->Stop(), E_UNEXPECTED);
    Finish();
}
