// A host's life: control, managers, start, managed calls, tasks, stop; in the right order and in wrong ones.
//
//   hosting Everything.dll
#include "check.h"

#include <dlfcn.h>

static const GUID nobody = {0x12345678, 0, 0, {1, 2, 3, 4, 5, 6, 7, 8}};

struct Action final : IActionOnCLREvent {
    STDMETHODIMP_(ULONG) AddRef() override { return 1; }
    STDMETHODIMP_(ULONG) Release() override { return 1; }
    STDMETHODIMP QueryInterface(REFIID, void **) override { return E_NOINTERFACE; }
    STDMETHODIMP OnEvent(EClrEvent, PVOID) override { return S_OK; }
};

static void Managers(ICLRControl *control) {
    void *object = &object;
    CHECK("ICLRControl::GetCLRManager", control->GetCLRManager(nobody, &object), E_NOINTERFACE);
    EXPECT(object == nullptr);
    CHECK("ICLRControl::GetCLRManager", control->GetCLRManager(IID_ICLRGCManager, nullptr), E_INVALIDARG);
    CHECK("ICLRControl::SetAppDomainManagerType",
          control->SetAppDomainManagerType(Wide("A").c_str(), Wide("B").c_str()), E_NOTIMPL);
    CHECK("ICLRControl::SetAppDomainManagerType", control->SetAppDomainManagerType(nullptr, nullptr), E_INVALIDARG);

    auto *policy = Manager<ICLRPolicyManager>(control, IID_ICLRPolicyManager);
    CHECK("ICLRPolicyManager::SetDefaultAction", policy->SetDefaultAction(OPR_ThreadAbort, eAbortThread), S_OK);
    CHECK("ICLRPolicyManager::SetDefaultAction", policy->SetDefaultAction(OPR_ThreadAbort, eExitProcess), E_NOTIMPL);
    CHECK("ICLRPolicyManager::SetDefaultAction", policy->SetDefaultAction(OPR_ThreadAbort, eThrowException), E_INVALIDARG);
    CHECK("ICLRPolicyManager::SetDefaultAction", policy->SetDefaultAction(OPR_FinalizerRun, eThrowException), E_INVALIDARG);
    CHECK("ICLRPolicyManager::SetDefaultAction", policy->SetDefaultAction(OPR_FinalizerRun, eNoAction), S_OK);
    CHECK("ICLRPolicyManager::SetTimeout", policy->SetTimeout(OPR_ProcessExit, INFINITE), S_OK);
    CHECK("ICLRPolicyManager::SetTimeout", policy->SetTimeout(OPR_ProcessExit, 1000), E_NOTIMPL);
    CHECK("ICLRPolicyManager::SetTimeout", policy->SetTimeout(OPR_ThreadAbort, 1000), E_INVALIDARG);
    CHECK("ICLRPolicyManager::SetActionOnTimeout", policy->SetActionOnTimeout(OPR_ProcessExit, eExitProcess), E_NOTIMPL);
    CHECK("ICLRPolicyManager::SetActionOnTimeout", policy->SetActionOnTimeout(OPR_ProcessExit, eAbortThread), E_INVALIDARG);
    CHECK("ICLRPolicyManager::SetTimeoutAndAction", policy->SetTimeoutAndAction(OPR_ProcessExit, 1, eExitProcess), E_NOTIMPL);
    CHECK("ICLRPolicyManager::SetTimeoutAndAction", policy->SetTimeoutAndAction(OPR_ThreadAbort, 1, eExitProcess), E_INVALIDARG);
    CHECK("ICLRPolicyManager::SetActionOnFailure", policy->SetActionOnFailure(FAIL_NonCriticalResource, eThrowException), S_OK);
    CHECK("ICLRPolicyManager::SetActionOnFailure", policy->SetActionOnFailure(FAIL_StackOverflow, eUnloadAppDomain), E_INVALIDARG);
    CHECK("ICLRPolicyManager::SetActionOnFailure", policy->SetActionOnFailure(FAIL_OrphanedLock, eUnloadAppDomain), E_NOTIMPL);
    CHECK("ICLRPolicyManager::SetActionOnFailure", policy->SetActionOnFailure(FAIL_AccessViolation, eExitProcess), E_INVALIDARG);
    CHECK("ICLRPolicyManager::SetUnhandledExceptionPolicy", policy->SetUnhandledExceptionPolicy(eRuntimeDeterminedPolicy), S_OK);
    CHECK("ICLRPolicyManager::SetUnhandledExceptionPolicy", policy->SetUnhandledExceptionPolicy(eHostDeterminedPolicy), E_NOTIMPL);

    auto *events = Manager<ICLROnEventManager>(control, IID_ICLROnEventManager);
    static Action action;
    CHECK("ICLROnEventManager::RegisterActionOnEvent", events->RegisterActionOnEvent(Event_ClrDisabled, &action), S_OK);
    CHECK("ICLROnEventManager::RegisterActionOnEvent", events->RegisterActionOnEvent(Event_DomainUnload, &action), S_OK);
    CHECK("ICLROnEventManager::RegisterActionOnEvent", events->RegisterActionOnEvent(Event_ClrDisabled, nullptr), E_POINTER);
    CHECK("ICLROnEventManager::RegisterActionOnEvent", events->RegisterActionOnEvent(MaxClrEvent, &action), E_INVALIDARG);
    CHECK("ICLROnEventManager::UnregisterActionOnEvent", events->UnregisterActionOnEvent(Event_ClrDisabled, &action), S_OK);
    CHECK("ICLROnEventManager::UnregisterActionOnEvent", events->UnregisterActionOnEvent(Event_ClrDisabled, &action), E_INVALIDARG);

    auto *protection = Manager<ICLRHostProtectionManager>(control, IID_ICLRHostProtectionManager);
    CHECK("ICLRHostProtectionManager::SetProtectedCategories", protection->SetProtectedCategories(eNoChecks), S_OK);
    CHECK("ICLRHostProtectionManager::SetProtectedCategories", protection->SetProtectedCategories(eUI), E_NOTIMPL);
    CHECK("ICLRHostProtectionManager::SetEagerSerializeGrantSets", protection->SetEagerSerializeGrantSets(), E_NOTIMPL);

    auto *debug = Manager<ICLRDebugManager>(control, IID_ICLRDebugManager);
    ICLRTask *none[] = {nullptr};
    CHECK("ICLRDebugManager::BeginConnection", debug->BeginConnection(0, const_cast<WCHAR *>(Wide("x").c_str())), E_INVALIDARG);
    CHECK("ICLRDebugManager::BeginConnection", debug->BeginConnection(7, nullptr), E_INVALIDARG);
    CHECK("ICLRDebugManager::BeginConnection", debug->BeginConnection(7, const_cast<WCHAR *>(Wide("x").c_str())), S_OK);
    CHECK("ICLRDebugManager::SetConnectionTasks", debug->SetConnectionTasks(7, 0, none), E_INVALIDARG);
    CHECK("ICLRDebugManager::SetConnectionTasks", debug->SetConnectionTasks(7, 1, none), E_INVALIDARG);
    CHECK("ICLRDebugManager::EndConnection", debug->EndConnection(7), S_OK);
    CHECK("ICLRDebugManager::EndConnection", debug->EndConnection(7), E_INVALIDARG);
    CHECK("ICLRDebugManager::SetDacl", debug->SetDacl(nullptr), E_NOTIMPL);
    PACL list = nullptr;
    CHECK("ICLRDebugManager::GetDacl", debug->GetDacl(&list), E_NOTIMPL);
    BOOL attached = TRUE;
    CHECK("ICLRDebugManager::IsDebuggerAttached", debug->IsDebuggerAttached(&attached), S_OK);
    CHECK("ICLRDebugManager::SetSymbolReadingPolicy", debug->SetSymbolReadingPolicy(eSymbolReadingAlways), S_OK);
    CHECK("ICLRDebugManager::SetSymbolReadingPolicy", debug->SetSymbolReadingPolicy(eSymbolReadingNever), E_NOTIMPL);

    auto *errors = Manager<ICLRErrorReportingManager>(control, IID_ICLRErrorReportingManager);
    static BucketParameters bucket;
    CHECK("ICLRErrorReportingManager::GetBucketParametersForCurrentException",
          errors->GetBucketParametersForCurrentException(&bucket), E_NOTIMPL);
    CHECK("ICLRErrorReportingManager::BeginCustomDump", errors->BeginCustomDump(DUMP_FLAVOR_Default, 0, nullptr, 0), E_NOTIMPL);
    CHECK("ICLRErrorReportingManager::EndCustomDump", errors->EndCustomDump(), E_NOTIMPL);
}

static void Execute(ICLRRuntimeHost *runtime, const std::string &assembly) {
    auto run = [&](const std::string &file, const char *type, const char *method, const char *argument, DWORD *answer) {
        WideText text = Wide(argument ? argument : "");
        return runtime->ExecuteInDefaultAppDomain(Wide(file).c_str(), Wide(type).c_str(), Wide(method).c_str(),
                                                  argument ? text.c_str() : nullptr, answer);
    };
    const char *name = "ICLRRuntimeHost::ExecuteInDefaultAppDomain";
    DWORD answer = 0;
    CHECK(name, run(assembly, "Everything", "Length", "four", &answer), S_OK);
    EXPECT(answer == 4);
    CHECK(name, run(assembly, "Everything", "Length", nullptr, &answer), S_OK);
    EXPECT(static_cast<int>(answer) == -1);
    CHECK(name, run(assembly, "Everything", "Length", "", nullptr), S_OK);
    answer = 77;
    CHECK(name, run("/nowhere/No.dll", "Everything", "Length", "", &answer), COR_E_FILENOTFOUND);
    CHECK(name, run("/bin/sh", "Everything", "Length", "", &answer), COR_E_BADIMAGEFORMAT);
    CHECK(name, run(assembly, "Nothing", "Length", "", &answer), COR_E_TYPELOAD);
    CHECK(name, run(assembly, "Everything", "Nothing", "", &answer), COR_E_MISSINGMETHOD);
    CHECK(name, run(assembly, "Everything", "WrongParameter", "", &answer), COR_E_MISSINGMETHOD);
    CHECK(name, run(assembly, "Everything", "WrongResult", "", &answer), COR_E_MISSINGMETHOD);
    CHECK(name, run(assembly, "Everything", "Instance", "", &answer), COR_E_MISSINGMETHOD);
    CHECK(name, run(assembly, "Everything", "Throw", "on purpose", &answer), static_cast<HRESULT>(0x80131509));
    EXPECT(answer == 77);
    CHECK(name, runtime->ExecuteInDefaultAppDomain(nullptr, nullptr, nullptr, nullptr, &answer), E_POINTER);

    // By a name in the current directory.
    std::string::size_type slash = assembly.rfind('/');
    EXPECT(chdir(assembly.substr(0, slash).c_str()) == 0);
    CHECK(name, run(assembly.substr(slash + 1), "Everything", "Length", "abc", &answer), S_OK);
    EXPECT(answer == 3);
}

// `target` is the function's address.
static void Targets(const std::string &assembly) {
    std::string library = assembly.substr(0, assembly.rfind('/')) + "/libfixture.so";
    void *handle = dlopen(library.c_str(), RTLD_NOLOAD | RTLD_LAZY);
    EXPECT(handle != nullptr);
    auto address = [&](const char *symbol) { return reinterpret_cast<SIZE_T>(dlsym(handle, symbol)); };
    std::lock_guard<std::mutex> lock(g_counts_mutex);
    for (const char *symbol : {"fx_add", "fx_call", "fx_call_on_threads"}) {
        EXPECT(address(symbol) != 0 && g_asked[address(symbol)] == 1);
        EXPECT(g_left[address(symbol)] == (strcmp(symbol, "fx_add") == 0 ? 2 : 1));
    }
}

static void OwnTask(ICLRTaskManager *tasks) {
    CHECK("ICLRTaskManager::GetCurrentTask", tasks->GetCurrentTask(nullptr), E_POINTER);
    CHECK("ICLRTaskManager::CreateTask", tasks->CreateTask(nullptr), E_POINTER);
    CHECK("ICLRTaskManager::GetCurrentTaskType", tasks->GetCurrentTaskType(nullptr), E_POINTER);
    ICLRTask *task = nullptr;
    CHECK("ICLRTaskManager::GetCurrentTask", tasks->GetCurrentTask(&task), S_OK);
    EXPECT(task != nullptr && task == RecordingTask::current->task_);
    ICLRTask2 *task2 = nullptr;
    CHECK("IUnknown::QueryInterface", task->QueryInterface(IID_ICLRTask2, reinterpret_cast<void **>(&task2)), S_OK);
    ETaskType type = TT_UNKNOWN;
    CHECK("ICLRTaskManager::GetCurrentTaskType", tasks->GetCurrentTaskType(&type), S_OK);
    EXPECT(type == TT_USER);
    CHECK("ICLRTaskManager::SetLocale", tasks->SetLocale(0x7F), S_OK);
    CHECK("ICLRTaskManager::SetUILocale", tasks->SetUILocale(0x7F), S_OK);

    COR_GC_THREAD_STATS stats{};
    CHECK("ICLRTask::GetMemStats", task->GetMemStats(&stats), S_OK);
    EXPECT(stats.PerThreadAllocation > 0 && stats.Flags == 0);
    CHECK("ICLRTask::GetMemStats", task->GetMemStats(nullptr), E_POINTER);
    BOOL needs = TRUE;
    CHECK("ICLRTask::NeedsPriorityScheduling", task->NeedsPriorityScheduling(&needs), S_OK);
    EXPECT(!needs);
    CHECK("ICLRTask::NeedsPriorityScheduling", task->NeedsPriorityScheduling(nullptr), E_POINTER);
    SIZE_T locks = 9;
    CHECK("ICLRTask::LocksHeld", task->LocksHeld(&locks), S_OK);
    EXPECT(locks == 0);
    CHECK("ICLRTask::SetTaskIdentifier", task->SetTaskIdentifier(0x123456789ABCDEF0), S_OK);
    CHECK("ICLRTask::YieldTask", task->YieldTask(), HOST_E_INVALIDOPERATION);
    CHECK("ICLRTask::SwitchIn", task->SwitchIn(nullptr), HOST_E_INVALIDOPERATION);
    CHECK("ICLRTask::SwitchOut", task->SwitchOut(), E_NOTIMPL);
    CHECK("ICLRTask2::BeginPreventAsyncAbort", task2->BeginPreventAsyncAbort(), S_OK);
    CHECK("ICLRTask::Abort", task->Abort(), S_OK);
    CHECK("ICLRTask::Abort", task->Abort(), S_FALSE);
    CHECK("ICLRTask::RudeAbort", task->RudeAbort(), S_FALSE);
    CHECK("ICLRTask2::EndPreventAsyncAbort", task2->EndPreventAsyncAbort(), S_OK);
    CHECK("ICLRTask2::EndPreventAsyncAbort", task2->EndPreventAsyncAbort(), E_UNEXPECTED);

    // On another thread than the task's.
    std::thread([&] {
        CHECK("ICLRTask2::BeginPreventAsyncAbort", task2->BeginPreventAsyncAbort(), HOST_E_INVALIDOPERATION);
        CHECK("ICLRTask2::EndPreventAsyncAbort", task2->EndPreventAsyncAbort(), HOST_E_INVALIDOPERATION);
        // Read by the runtime's debugging library; the task does nothing meanwhile.
        COR_GC_THREAD_STATS others{};
        CHECK("ICLRTask::GetMemStats", task->GetMemStats(&others), S_OK);
        EXPECT(others.PerThreadAllocation >= stats.PerThreadAllocation &&
               others.PerThreadAllocation < stats.PerThreadAllocation + 100000);
        CHECK("ICLRTask::Reset", task->Reset(FALSE), E_UNEXPECTED);
        CHECK("ICLRTask::ExitTask", task->ExitTask(), HOST_E_INVALIDOPERATION);
        ICLRTask *none = task;
        CHECK("ICLRTaskManager::GetCurrentTask", tasks->GetCurrentTask(&none), S_OK);
        EXPECT(none == nullptr);
        CHECK("ICLRTaskManager::GetCurrentTaskType", tasks->GetCurrentTaskType(&type), S_OK);
        EXPECT(type == TT_UNKNOWN);
        CHECK("ICLRTaskManager::SetLocale", tasks->SetLocale(0x7F), HOST_E_INVALIDOPERATION);
        CHECK("ICLRTaskManager::SetUILocale", tasks->SetUILocale(0x7F), HOST_E_INVALIDOPERATION);
        // The target waits, or it runs: the one is S_FALSE, the other S_OK.
        HRESULT yield = task->YieldTask();
        EXPECT(yield == S_OK || yield == S_FALSE);
    }).join();

    // A thread of the host's own becomes a task, and ends as one.
    std::thread([&] {
        ICLRTask *own = nullptr;
        CHECK("ICLRTaskManager::CreateTask", tasks->CreateTask(&own), S_OK);
        EXPECT(own != nullptr && own == RecordingTask::current->task_);
        CHECK("ICLRTask::Reset", own->Reset(TRUE), E_NOTIMPL);
        CHECK("ICLRTask::Reset", own->Reset(FALSE), S_OK);
        ICLRTask *again = nullptr;
        CHECK("ICLRTaskManager::CreateTask", tasks->CreateTask(&again), S_OK);
        CHECK("ICLRTask::ExitTask", again->ExitTask(), S_OK);
        CHECK("ICLRTask::Abort", again->Abort(), HOST_E_INVALIDOPERATION);
        CHECK("ICLRTask::SetTaskIdentifier", again->SetTaskIdentifier(1), HOST_E_INVALIDOPERATION);
        own->Release();
        again->Release();
        RecordingTask::current->Release();
        RecordingTask::current = nullptr;
    }).join();
    task2->Release();
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    std::string assembly = argv[1];
    ICLRRuntimeHost *runtime = GetRuntimeHost("v2.0.50727");
    DWORD number = 0;
    CHECK("ICLRRuntimeHost::Stop", runtime->Stop(), E_UNEXPECTED);
    CHECK("ICLRRuntimeHost::GetCurrentAppDomainId", runtime->GetCurrentAppDomainId(&number), HOST_E_CLRNOTAVAILABLE);
    CHECK("ICLRRuntimeHost::ExecuteInDefaultAppDomain",
          runtime->ExecuteInDefaultAppDomain(Wide(assembly).c_str(), Wide("Everything").c_str(), Wide("Length").c_str(), nullptr,
                                             &number),
          HOST_E_CLRNOTAVAILABLE);
    CHECK("ICLRRuntimeHost::SetHostControl", runtime->SetHostControl(nullptr), E_INVALIDARG);
    CHECK("ICLRRuntimeHost::GetCLRControl", runtime->GetCLRControl(nullptr), E_POINTER);
    ICLRControl *control = nullptr;
    CHECK("ICLRRuntimeHost::GetCLRControl", runtime->GetCLRControl(&control), S_OK);
    auto *host = new RecordingHost(Answers{});
    CHECK("ICLRRuntimeHost::SetHostControl", runtime->SetHostControl(host), S_OK);
    EXPECT(Counted("GetHostManager") == 9 && Counted("SetCLRTaskManager") == 1);
    CHECK("ICLRRuntimeHost::SetHostControl", runtime->SetHostControl(host), E_ACCESSDENIED);
    Managers(control);
    auto *gc = Manager<ICLRGCManager>(control, IID_ICLRGCManager);
    auto *gc2 = Manager<ICLRGCManager2>(control, IID_ICLRGCManager2);
    CHECK("ICLRGCManager::SetGCStartupLimits", gc->SetGCStartupLimits(1, 0), E_INVALIDARG);
    CHECK("ICLRGCManager::SetGCStartupLimits", gc->SetGCStartupLimits(16 << 20, 0), E_NOTIMPL);
    CHECK("ICLRGCManager::SetGCStartupLimits", gc->SetGCStartupLimits(0, 1 << 20), S_OK);
    CHECK("ICLRGCManager2::SetGCStartupLimitsEx", gc2->SetGCStartupLimitsEx(0, 1), E_INVALIDARG);
    CHECK("ICLRGCManager2::SetGCStartupLimitsEx", gc2->SetGCStartupLimitsEx(0, 0), S_OK);

    CHECK("ICLRRuntimeHost::Start", runtime->Start(), S_OK);
    CHECK("ICLRRuntimeHost::Start", runtime->Start(), S_FALSE);
    CHECK("ICLRRuntimeHost::SetHostControl", runtime->SetHostControl(host), E_ACCESSDENIED);
    Execute(runtime, assembly);
    CHECK("ICLRGCManager::SetGCStartupLimits", gc->SetGCStartupLimits(0, 1 << 20), E_ACCESSDENIED);
    CHECK("ICLRRuntimeHost::GetCurrentAppDomainId", runtime->GetCurrentAppDomainId(&number), S_OK);
    EXPECT(number == 1);
    CHECK("ICLRRuntimeHost::GetCurrentAppDomainId", runtime->GetCurrentAppDomainId(nullptr), E_POINTER);
    CHECK("ICLRRuntimeHost::UnloadAppDomain", runtime->UnloadAppDomain(1, TRUE), COR_E_CANNOTUNLOADAPPDOMAIN);
    CHECK("ICLRRuntimeHost::UnloadAppDomain", runtime->UnloadAppDomain(2, TRUE), COR_E_APPDOMAINUNLOADED);
    auto callback = [](void *cookie) -> HRESULT { return *static_cast<HRESULT *>(cookie); };
    HRESULT wanted = S_OK;
    CHECK("ICLRRuntimeHost::ExecuteInAppDomain", runtime->ExecuteInAppDomain(1, callback, &wanted), S_OK);
    wanted = HOST_E_TIMEOUT;
    CHECK("ICLRRuntimeHost::ExecuteInAppDomain", runtime->ExecuteInAppDomain(1, callback, &wanted), HOST_E_TIMEOUT);
    CHECK("ICLRRuntimeHost::ExecuteInAppDomain", runtime->ExecuteInAppDomain(2, callback, &wanted), COR_E_APPDOMAINUNLOADED);
    CHECK("ICLRRuntimeHost::ExecuteInAppDomain", runtime->ExecuteInAppDomain(1, nullptr, &wanted), E_POINTER);
    int answer = 0;
    CHECK("ICLRRuntimeHost::ExecuteApplication",
          runtime->ExecuteApplication(Wide("x").c_str(), 0, nullptr, 0, nullptr, &answer), E_NOTIMPL);

    CHECK("ICLRGCManager::Collect", gc->Collect(-1), S_OK);
    CHECK("ICLRGCManager::Collect", gc->Collect(3), E_INVALIDARG);
    COR_GC_STATS stats{};
    stats.Flags = COR_GC_COUNTS | COR_GC_MEMORYUSAGE;
    CHECK("ICLRGCManager::GetStats", gc->GetStats(&stats), S_OK);
    EXPECT(stats.ExplicitGCCount == 1 && stats.GenCollectionsTaken[2] >= 1 && stats.CommittedKBytes > 0);
    CHECK("ICLRGCManager::GetStats", gc->GetStats(nullptr), E_POINTER);
    EXPECT(Counted("SuspensionStarting") >= 1 && Counted("SuspensionEnding") == Counted("SuspensionStarting"));

    OwnTask(host->task_manager_);
    // The aborted call ends; the thread goes on.
    DWORD result = 0;
    CHECK("ICLRRuntimeHost::ExecuteInDefaultAppDomain",
          runtime->ExecuteInDefaultAppDomain(Wide(assembly).c_str(), Wide("Everything").c_str(), Wide("Loop").c_str(), nullptr,
                                             &result),
          COR_E_THREADABORTED);
    // As the thread computed it was suspended for that.
    EXPECT(Counted("ThreadIsBlockingForSuspension") >= 1);
    CHECK("ICLRRuntimeHost::ExecuteInDefaultAppDomain",
          runtime->ExecuteInDefaultAppDomain(Wide(assembly).c_str(), Wide("Everything").c_str(), Wide("Run").c_str(), nullptr,
                                             &result),
          S_OK);
    EXPECT(result == 0);
    Targets(assembly);
    EXPECT(Counted("Sleep without WAIT_ALERTABLE") == 0);
    EXPECT(Counted("QueryInterface") == 0 && Counted("IHostTask::QueryInterface") == 0);

    CHECK("ICLRRuntimeHost::Stop", runtime->Stop(), S_FALSE);
    CHECK("ICLRRuntimeHost::Stop", runtime->Stop(), S_OK);
    CHECK("ICLRRuntimeHost::Stop", runtime->Stop(), E_UNEXPECTED);
    CHECK("ICLRRuntimeHost::ExecuteInDefaultAppDomain",
          runtime->ExecuteInDefaultAppDomain(Wide(assembly).c_str(), Wide("Everything").c_str(), Wide("Length").c_str(), nullptr,
                                             &result),
          HOST_E_CLRNOTAVAILABLE);
    CHECK("ICLRRuntimeHost::Start", runtime->Start(), S_OK);
    CHECK("ICLRRuntimeHost::ExecuteInDefaultAppDomain",
          runtime->ExecuteInDefaultAppDomain(Wide(assembly).c_str(), Wide("Everything").c_str(), Wide("Length").c_str(), nullptr,
                                             &result),
          S_OK);
    // As hosts do: after the last reference to the runtime's.
    runtime->Release();
    control->Release();
    CHECK("ICLRGCManager::Collect", gc->Collect(0), S_OK);
    Finish();
}
