// A host as they are found in the wild: right or wrong by the book, it has to work.
//
//   sloppy Everything.dll
//
// Its objects begin with a count of 0 and are deleted with their last reference; it keeps what it is given without AddRef, and
// releases it in destructors after Stop; it refuses every QueryInterface; it runs out of tasks and says so by E_FAIL; it deletes
// its IHostControl itself.
#include "check.h"

static std::atomic<int> g_deleted_while_used{0};

struct SloppyTask final : IHostTask {
    SloppyTask(LPTHREAD_START_ROUTINE start, void *parameter) : start(start), parameter(parameter) { g_live_tasks++; }
    ~SloppyTask() {
        if (clr) clr->Release();
        g_live_tasks--;
    }
    STDMETHODIMP_(DWORD) AddRef() override { return ++references; }
    STDMETHODIMP_(DWORD) Release() override {
        DWORD left = --references;
        if (left == 0) {
            if (running) g_deleted_while_used++;
            delete this;
        }
        return left;
    }
    STDMETHODIMP QueryInterface(REFIID, void **) override { return E_NOINTERFACE; }
    STDMETHODIMP Start() override {
        pthread_t thread;
        running = true;
        if (pthread_create(&thread, nullptr, Run, this) != 0) return E_OUTOFMEMORY;
        pthread_detach(thread);
        return S_OK;
    }
    static void *Run(void *self);
    STDMETHODIMP Alert() override { return S_OK; }
    STDMETHODIMP Join(DWORD, DWORD) override { return S_OK; }
    STDMETHODIMP SetPriority(int) override { return S_OK; }
    STDMETHODIMP GetPriority(int *) override { return S_OK; }
    STDMETHODIMP SetCLRTask(ICLRTask *task) override {
        clr = task;
        return S_OK;
    }
    LPTHREAD_START_ROUTINE start;
    void *parameter;
    ICLRTask *clr = nullptr;
    std::atomic<DWORD> references{0};
    std::atomic<bool> running{false};
    static thread_local SloppyTask *current;
};
thread_local SloppyTask *SloppyTask::current = nullptr;

void *SloppyTask::Run(void *self) {
    auto *task = static_cast<SloppyTask *>(self);
    // The host's own hold on it while it runs.
    task->AddRef();
    current = task;
    task->start(task->parameter);
    current = nullptr;
    task->running = false;
    task->Release();
    return nullptr;
}

struct SloppyManager final : IHostTaskManager {
    ~SloppyManager() {
        if (manager) manager->Release();
    }
    STDMETHODIMP_(DWORD) AddRef() override { return ++references; }
    STDMETHODIMP_(DWORD) Release() override { return --references; }
    STDMETHODIMP QueryInterface(REFIID, void **) override { return E_NOINTERFACE; }
    STDMETHODIMP GetCurrentTask(IHostTask **task) override {
        Count("GetCurrentTask");
        if (!SloppyTask::current) {
            if (!first.exchange(false)) return E_FAIL; // out of tasks; the pointer stays as it was
            SloppyTask::current = new SloppyTask(nullptr, nullptr);
            SloppyTask::current->AddRef();
        }
        *task = SloppyTask::current;
        return S_OK;
    }
    STDMETHODIMP CreateTask(DWORD, LPTHREAD_START_ROUTINE start, PVOID parameter, IHostTask **task) override {
        Count("CreateTask");
        if (Counted("CreateTask") > 6) return E_FAIL;
        *task = new SloppyTask(start, parameter);
        return S_OK;
    }
    STDMETHODIMP Sleep(DWORD ms, DWORD) override {
        usleep(ms * 1000);
        return S_OK;
    }
    STDMETHODIMP SwitchToTask(DWORD) override { return S_OK; }
    STDMETHODIMP SetUILocale(LCID) override { return E_NOTIMPL; }
    STDMETHODIMP SetLocale(LCID) override { return E_NOTIMPL; }
    STDMETHODIMP CallNeedsHostHook(SIZE_T, BOOL *needed) override {
        *needed = FALSE;
        return S_OK;
    }
    STDMETHODIMP LeaveRuntime(SIZE_T) override { return S_OK; }
    STDMETHODIMP EnterRuntime() override { return S_OK; }
    STDMETHODIMP ReverseLeaveRuntime() override { return S_OK; }
    STDMETHODIMP ReverseEnterRuntime() override { return S_OK; }
    STDMETHODIMP BeginDelayAbort() override { return S_OK; }
    STDMETHODIMP EndDelayAbort() override { return S_OK; }
    STDMETHODIMP BeginThreadAffinity() override { return S_OK; }
    STDMETHODIMP EndThreadAffinity() override { return S_OK; }
    STDMETHODIMP SetStackGuarantee(ULONG) override { return E_NOTIMPL; }
    STDMETHODIMP GetStackGuarantee(ULONG *) override { return E_NOTIMPL; }
    STDMETHODIMP SetCLRTaskManager(ICLRTaskManager *given) override {
        manager = given;
        return S_OK;
    }
    ICLRTaskManager *manager = nullptr;
    std::atomic<DWORD> references{0};
    std::atomic<bool> first{true};
};

struct SloppyControl final : IHostControl {
    STDMETHODIMP_(DWORD) AddRef() override { return ++references; }
    STDMETHODIMP_(DWORD) Release() override {
        DWORD left = --references;
        if (left == 0) g_deleted_while_used++;
        return left;
    }
    STDMETHODIMP QueryInterface(REFIID, void **) override { return E_NOINTERFACE; }
    STDMETHODIMP GetHostManager(REFIID iid, void **object) override {
        if (!(iid == IID_IHostTaskManager)) return E_NOINTERFACE;
        *object = static_cast<IHostTaskManager *>(&manager);
        return S_OK;
    }
    STDMETHODIMP SetAppDomainManager(DWORD, IUnknown *) override { return S_OK; }
    SloppyManager manager;
    std::atomic<DWORD> references{0};
};

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    ICLRRuntimeHost *runtime = nullptr;
    CHECK("CorBindToRuntimeEx",
          CorBindToRuntimeEx(Wide("v2.0.50727").c_str(), Wide("wks").c_str(), 0, CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost,
                             reinterpret_cast<void **>(&runtime)),
          S_OK);
    ICLRControl *control = nullptr;
    CHECK("ICLRRuntimeHost::GetCLRControl", runtime->GetCLRControl(&control), S_OK);
    auto *policy = Manager<ICLRPolicyManager>(control, IID_ICLRPolicyManager);
    CHECK("ICLRPolicyManager::SetUnhandledExceptionPolicy", policy->SetUnhandledExceptionPolicy(eRuntimeDeterminedPolicy), S_OK);
    auto *host = new SloppyControl;
    CHECK("ICLRRuntimeHost::SetHostControl", runtime->SetHostControl(host), S_OK);
    CHECK("ICLRRuntimeHost::Start", runtime->Start(), S_OK);
    DWORD answer = 0;
    CHECK("ICLRRuntimeHost::ExecuteInDefaultAppDomain",
          runtime->ExecuteInDefaultAppDomain(Wide(argv[1]).c_str(), Wide("Everything").c_str(), Wide("Run").c_str(), nullptr,
                                             &answer),
          S_OK);
    EXPECT(answer == 0);
    EXPECT(Counted("CreateTask") > 6);
    CHECK("ICLRRuntimeHost::Stop", runtime->Stop(), S_OK);
    runtime->Release();
    EXPECT(g_deleted_while_used == 0);
    // A task's object, long after: the host still holds it, uncounted.
    ICLRTask *task = SloppyTask::current->clr;
    EXPECT(task != nullptr);
    CHECK("ICLRTask::SetTaskIdentifier", task->SetTaskIdentifier(5), S_OK);
    delete host;
    policy->Release();
    control->Release();
    Finish();
}
