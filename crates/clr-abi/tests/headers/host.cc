// A host that implements every interface a host may give, in the style of hosts written for .NET Framework: documented
// parameter types, STDMETHODIMP, AddRef declared with DWORD, identifiers by name. What matters is that it compiles, that
// nothing is left abstract, and that calls from C reach the method they name.
#include <metahost.h>
#include <mscoree.h>

#include <cstdio>
#include <vector>

const IID *task_manager_of_another_file();
extern "C" HRESULT call_all_transitions(IHostTaskManager *manager);
extern "C" HRESULT ask_for_task_manager(IHostControl *control, IHostTaskManager **manager);

template <class Interface, const IID *Id> class Object : public Interface {
  public:
    virtual ~Object() {}
    STDMETHODIMP QueryInterface(REFIID riid, void **object) override {
        *object = nullptr;
        if (riid != *Id && !IsEqualIID(riid, IID_IUnknown)) return E_NOINTERFACE;
        *object = static_cast<Interface *>(this);
        this->AddRef();
        return S_OK;
    }
    STDMETHODIMP_(DWORD) AddRef() override { return ++references; }
    STDMETHODIMP_(DWORD) Release() override { return --references; }

  private:
    DWORD references = 0;
};

class Task final : public Object<IHostTask, &IID_IHostTask> {
    STDMETHODIMP Start() override { return S_OK; }
    STDMETHODIMP Alert() override { return S_OK; }
    STDMETHODIMP Join(DWORD, DWORD option) override { return option & WAIT_ALERTABLE ? HOST_E_INTERRUPTED : S_OK; }
    STDMETHODIMP SetPriority(int) override { return S_OK; }
    STDMETHODIMP GetPriority(int *priority) override { return *priority = 0, S_OK; }
    STDMETHODIMP SetCLRTask(ICLRTask *task) override { return task->LocksHeld(nullptr); }
};

class TaskManager final : public Object<IHostTaskManager, &IID_IHostTaskManager> {
  public:
    std::vector<int> calls;

  private:
    HRESULT called(int slot) { return calls.push_back(slot), S_OK; }
    STDMETHODIMP GetCurrentTask(IHostTask **task) override { return *task = nullptr, called(3); }
    STDMETHODIMP CreateTask(DWORD, LPTHREAD_START_ROUTINE, PVOID, IHostTask **) override { return E_NOTIMPL; }
    STDMETHODIMP Sleep(DWORD milliseconds, DWORD) override { return milliseconds == INFINITE ? E_FAIL : S_OK; }
    STDMETHODIMP SwitchToTask(DWORD) override { return S_OK; }
    STDMETHODIMP SetUILocale(LCID) override { return called(7); }
    STDMETHODIMP SetLocale(LCID) override { return called(8); }
    STDMETHODIMP CallNeedsHostHook(SIZE_T target, BOOL *needs) override { return *needs = target == 9, called(9); }
    STDMETHODIMP LeaveRuntime(SIZE_T target) override { return target == 10 ? called(10) : E_INVALIDARG; }
    STDMETHODIMP EnterRuntime() override { return called(11); }
    STDMETHODIMP ReverseLeaveRuntime() override { return called(12); }
    STDMETHODIMP ReverseEnterRuntime() override { return called(13); }
    STDMETHODIMP BeginDelayAbort() override { return E_UNEXPECTED; }
    STDMETHODIMP EndDelayAbort() override { return E_UNEXPECTED; }
    STDMETHODIMP BeginThreadAffinity() override { return S_OK; }
    STDMETHODIMP EndThreadAffinity() override { return S_OK; }
    STDMETHODIMP SetStackGuarantee(ULONG) override { return E_NOTIMPL; }
    STDMETHODIMP GetStackGuarantee(ULONG *) override { return E_NOTIMPL; }
    STDMETHODIMP SetCLRTaskManager(ICLRTaskManager *) override { return S_OK; }
};

class Control final : public Object<IHostControl, &IID_IHostControl> {
  public:
    explicit Control(TaskManager *given) : tasks(given) {}

  private:
    TaskManager *tasks;
    STDMETHODIMP GetHostManager(REFIID riid, void **object) override {
        return riid == IID_IHostTaskManager ? tasks->QueryInterface(riid, object) : E_NOINTERFACE;
    }
    STDMETHODIMP SetAppDomainManager(DWORD, IUnknown *) override { return S_OK; }
};

class Malloc final : public Object<IHostMalloc, &IID_IHostMalloc> {
    STDMETHODIMP Alloc(SIZE_T, EMemoryCriticalLevel level, void **) override {
        return level == eTaskCritical ? E_OUTOFMEMORY : E_FAIL;
    }
    STDMETHODIMP DebugAlloc(SIZE_T, EMemoryCriticalLevel, char *, int, void **) override { return E_OUTOFMEMORY; }
    STDMETHODIMP Free(void *) override { return S_OK; }
};

class MemoryManager final : public Object<IHostMemoryManager, &IID_IHostMemoryManager> {
    STDMETHODIMP CreateMalloc(DWORD, IHostMalloc **) override { return E_OUTOFMEMORY; }
    STDMETHODIMP VirtualAlloc(void *, SIZE_T, DWORD, DWORD, EMemoryCriticalLevel, void **) override { return S_OK; }
    STDMETHODIMP VirtualFree(LPVOID, SIZE_T, DWORD) override { return S_OK; }
    STDMETHODIMP VirtualQuery(void *, void *, SIZE_T, SIZE_T *) override { return S_OK; }
    STDMETHODIMP VirtualProtect(void *, SIZE_T, DWORD, DWORD *) override { return S_OK; }
    STDMETHODIMP GetMemoryLoad(DWORD *, SIZE_T *) override { return S_OK; }
    STDMETHODIMP RegisterMemoryNotificationCallback(ICLRMemoryNotificationCallback *) override { return S_OK; }
    STDMETHODIMP NeedsVirtualAddressSpace(LPVOID, SIZE_T) override { return S_OK; }
    STDMETHODIMP AcquiredVirtualAddressSpace(LPVOID, SIZE_T) override { return S_OK; }
    STDMETHODIMP ReleasedVirtualAddressSpace(LPVOID) override { return S_OK; }
};

class ThreadpoolManager final : public Object<IHostThreadpoolManager, &IID_IHostThreadpoolManager> {
    STDMETHODIMP QueueUserWorkItem(LPTHREAD_START_ROUTINE, PVOID, ULONG) override { return S_OK; }
    STDMETHODIMP SetMaxThreads(DWORD) override { return S_OK; }
    STDMETHODIMP GetMaxThreads(DWORD *) override { return S_OK; }
    STDMETHODIMP GetAvailableThreads(DWORD *) override { return S_OK; }
    STDMETHODIMP SetMinThreads(DWORD) override { return S_OK; }
    STDMETHODIMP GetMinThreads(DWORD *) override { return S_OK; }
};

class IoCompletionManager final : public Object<IHostIoCompletionManager, &IID_IHostIoCompletionManager> {
    STDMETHODIMP CreateIoCompletionPort(HANDLE *) override { return S_OK; }
    STDMETHODIMP CloseIoCompletionPort(HANDLE) override { return S_OK; }
    STDMETHODIMP SetMaxThreads(DWORD) override { return S_OK; }
    STDMETHODIMP GetMaxThreads(DWORD *) override { return S_OK; }
    STDMETHODIMP GetAvailableThreads(DWORD *) override { return S_OK; }
    STDMETHODIMP GetHostOverlappedSize(DWORD *) override { return S_OK; }
    STDMETHODIMP SetCLRIoCompletionManager(ICLRIoCompletionManager *) override { return S_OK; }
    STDMETHODIMP InitializeHostOverlapped(void *) override { return S_OK; }
    STDMETHODIMP Bind(HANDLE, HANDLE) override { return S_OK; }
    STDMETHODIMP SetMinThreads(DWORD) override { return S_OK; }
    STDMETHODIMP GetMinThreads(DWORD *) override { return S_OK; }
};

class Crst final : public Object<IHostCrst, &IID_IHostCrst> {
    STDMETHODIMP Enter(DWORD) override { return S_OK; }
    STDMETHODIMP Leave() override { return S_OK; }
    STDMETHODIMP TryEnter(DWORD, BOOL *) override { return S_OK; }
    STDMETHODIMP SetSpinCount(DWORD) override { return S_OK; }
};

class AutoEvent final : public Object<IHostAutoEvent, &IID_IHostAutoEvent> {
    STDMETHODIMP Wait(DWORD, DWORD) override { return HOST_E_TIMEOUT; }
    STDMETHODIMP Set() override { return S_OK; }
};

class ManualEvent final : public Object<IHostManualEvent, &IID_IHostManualEvent> {
    STDMETHODIMP Wait(DWORD, DWORD) override { return HOST_E_ABANDONED; }
    STDMETHODIMP Reset() override { return S_OK; }
    STDMETHODIMP Set() override { return S_OK; }
};

class Semaphore final : public Object<IHostSemaphore, &IID_IHostSemaphore> {
    STDMETHODIMP Wait(DWORD, DWORD) override { return HOST_E_DEADLOCK; }
    STDMETHODIMP ReleaseSemaphore(LONG, LONG *) override { return S_OK; }
};

class SyncManager final : public Object<IHostSyncManager, &IID_IHostSyncManager> {
    STDMETHODIMP SetCLRSyncManager(ICLRSyncManager *) override { return S_OK; }
    STDMETHODIMP CreateCrst(IHostCrst **) override { return S_OK; }
    STDMETHODIMP CreateCrstWithSpinCount(DWORD, IHostCrst **) override { return S_OK; }
    STDMETHODIMP CreateAutoEvent(IHostAutoEvent **) override { return S_OK; }
    STDMETHODIMP CreateManualEvent(BOOL, IHostManualEvent **) override { return S_OK; }
    STDMETHODIMP CreateMonitorEvent(SIZE_T, IHostAutoEvent **) override { return S_OK; }
    STDMETHODIMP CreateRWLockWriterEvent(SIZE_T, IHostAutoEvent **) override { return S_OK; }
    STDMETHODIMP CreateRWLockReaderEvent(BOOL, SIZE_T, IHostManualEvent **) override { return S_OK; }
    STDMETHODIMP CreateSemaphore(DWORD, DWORD, IHostSemaphore **) override { return S_OK; }
};

class AssemblyStore final : public Object<IHostAssemblyStore, &IID_IHostAssemblyStore> {
    STDMETHODIMP ProvideAssembly(AssemblyBindInfo *, UINT64 *, UINT64 *, IStream **, IStream **) override {
        return COR_E_FILENOTFOUND;
    }
    STDMETHODIMP ProvideModule(ModuleBindInfo *, DWORD *, IStream **, IStream **) override {
        return HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER);
    }
};

class AssemblyManager final : public Object<IHostAssemblyManager, &IID_IHostAssemblyManager> {
    STDMETHODIMP GetNonHostStoreAssemblies(ICLRAssemblyReferenceList **) override { return S_OK; }
    STDMETHODIMP GetAssemblyStore(IHostAssemblyStore **) override { return E_NOINTERFACE; }
};

class GCManager final : public Object<IHostGCManager, &IID_IHostGCManager> {
    STDMETHODIMP ThreadIsBlockingForSuspension() override { return S_OK; }
    STDMETHODIMP SuspensionStarting() override { return S_OK; }
    STDMETHODIMP SuspensionEnding(DWORD) override { return S_OK; }
};

class PolicyManager final : public Object<IHostPolicyManager, &IID_IHostPolicyManager> {
    STDMETHODIMP OnDefaultAction(EClrOperation, EPolicyAction) override { return S_OK; }
    STDMETHODIMP OnTimeout(EClrOperation, EPolicyAction) override { return S_OK; }
    STDMETHODIMP OnFailure(EClrFailure, EPolicyAction) override { return S_OK; }
};

class SecurityContext final : public Object<IHostSecurityContext, &IID_IHostSecurityContext> {
    STDMETHODIMP Capture(IHostSecurityContext **) override { return S_OK; }
};

class SecurityManager final : public Object<IHostSecurityManager, &IID_IHostSecurityManager> {
    STDMETHODIMP ImpersonateLoggedOnUser(HANDLE) override { return S_OK; }
    STDMETHODIMP RevertToSelf() override { return S_OK; }
    STDMETHODIMP OpenThreadToken(DWORD, BOOL, HANDLE *) override { return S_OK; }
    STDMETHODIMP SetThreadToken(HANDLE) override { return S_OK; }
    STDMETHODIMP GetSecurityContext(EContextType, IHostSecurityContext **) override { return S_OK; }
    STDMETHODIMP SetSecurityContext(EContextType, IHostSecurityContext *) override { return S_OK; }
};

class Action final : public Object<IActionOnCLREvent, &IID_IActionOnCLREvent> {
    STDMETHODIMP OnEvent(EClrEvent event, PVOID data) override {
        return event == Event_MDAFired && static_cast<MDAInfo *>(data)->lpMDACaption ? S_FALSE : S_OK;
    }
};

class LibraryProvider final : public Object<ICLRDebuggingLibraryProvider, &IID_ICLRDebuggingLibraryProvider> {
    STDMETHODIMP ProvideLibrary(const WCHAR *, DWORD, DWORD, HMODULE *) override { return E_FAIL; }
};

class ThreadControl final : public Object<IGCThreadControl, &IID_IGCThreadControl> {
    STDMETHODIMP ThreadIsBlockingForSuspension() override { return S_OK; }
    STDMETHODIMP SuspensionStarting() override { return S_OK; }
    STDMETHODIMP SuspensionEnding(DWORD) override { return S_OK; }
};

class MemoryLimit final : public Object<IGCHostControl, &IID_IGCHostControl> {
    STDMETHODIMP RequestVirtualMemLimit(SIZE_T, SIZE_T *) override { return S_OK; }
};

class DebuggerControl final : public Object<IDebuggerThreadControl, &IID_IDebuggerThreadControl> {
    STDMETHODIMP ThreadIsBlockingForDebugger() override { return S_OK; }
    STDMETHODIMP ReleaseAllRuntimeThreads() override { return S_OK; }
    STDMETHODIMP StartBlockingForDebugger(DWORD) override { return S_OK; }
};

class DomainBinding final : public Object<IAppDomainBinding, &IID_IAppDomainBinding> {
    STDMETHODIMP OnAppDomain(IUnknown *) override { return S_OK; }
};

// A stream over memory is what ProvideAssembly hands over.
class Stream final : public Object<IStream, &IID_IStream> {
    STDMETHODIMP Read(void *, ULONG, ULONG *) override { return S_FALSE; }
    STDMETHODIMP Write(const void *, ULONG, ULONG *) override { return E_NOTIMPL; }
    STDMETHODIMP Seek(LARGE_INTEGER move, DWORD, ULARGE_INTEGER *) override { return move.QuadPart ? E_FAIL : S_OK; }
    STDMETHODIMP SetSize(ULARGE_INTEGER) override { return E_NOTIMPL; }
    STDMETHODIMP CopyTo(IStream *, ULARGE_INTEGER, ULARGE_INTEGER *, ULARGE_INTEGER *) override { return E_NOTIMPL; }
    STDMETHODIMP Commit(DWORD) override { return S_OK; }
    STDMETHODIMP Revert() override { return S_OK; }
    STDMETHODIMP LockRegion(ULARGE_INTEGER, ULARGE_INTEGER, DWORD) override { return E_NOTIMPL; }
    STDMETHODIMP UnlockRegion(ULARGE_INTEGER, ULARGE_INTEGER, DWORD) override { return E_NOTIMPL; }
    STDMETHODIMP Stat(STATSTG *status, DWORD) override { return status->cbSize.QuadPart = 0, S_OK; }
    STDMETHODIMP Clone(IStream **) override { return E_NOTIMPL; }
};

template <class... Each> static unsigned make() {
    unsigned made = 0;
    (void)std::initializer_list<int>{(Each().AddRef(), ++made, 0)...};
    return made;
}

static int failed(const char *what) {
    std::fprintf(stderr, "failed: %s\n", what);
    return 1;
}

int main() {
    unsigned made = make<Task, Malloc, MemoryManager, ThreadpoolManager, IoCompletionManager, Crst, AutoEvent,
        ManualEvent, Semaphore, SyncManager, AssemblyStore, AssemblyManager, GCManager, PolicyManager, SecurityContext,
        SecurityManager, Action, LibraryProvider, ThreadControl, MemoryLimit, DebuggerControl, DomainBinding, Stream>();
    if (made != 23) return failed("every interface is made");

    TaskManager tasks;
    Control control(&tasks);
    IHostTaskManager *manager = nullptr;
    if (ask_for_task_manager(&control, &manager) != S_OK || manager != &tasks) return failed("C asks for a manager");
    if (call_all_transitions(manager) != S_OK) return failed("C calls the transitions");
    if (tasks.calls != std::vector<int>{9, 10, 13, 12, 11, 8}) return failed("each call reached the method it names");
    if (manager->Release() != 0) return failed("the reference is given back");
    if (task_manager_of_another_file() != &IID_IHostTaskManager) return failed("an identifier is one object");
    if (LPCWSTR version = nullptr; version) return failed("LPCWSTR is a pointer");
    return 0;
}
