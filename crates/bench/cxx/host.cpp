// A host in C++ whose methods do nothing, through libmscoree.so: what a call of a COM host costs.
//
//   host APP.dll TYPE METHOD ARGUMENT        calls static int METHOD(string), and ends with what it gives
#include <metahost.h>
#include <mscoree.h>

#include <pthread.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct Task final : IHostTask {
    Task(LPTHREAD_START_ROUTINE start, void *parameter) : start(start), parameter(parameter) {}
    STDMETHODIMP_(ULONG) AddRef() override { return ++references; }
    STDMETHODIMP_(ULONG) Release() override {
        ULONG left = --references;
        if (left == 0) delete this;
        return left;
    }
    STDMETHODIMP QueryInterface(REFIID, void **) override { return E_NOINTERFACE; }
    STDMETHODIMP Start() override {
        AddRef();
        pthread_t thread;
        if (pthread_create(&thread, nullptr, Run, this) == 0) return pthread_detach(thread), S_OK;
        Release();
        return E_OUTOFMEMORY;
    }
    static void *Run(void *self) {
        auto *task = static_cast<Task *>(self);
        current = task;
        task->start(task->parameter);
        current = nullptr;
        task->Release();
        return nullptr;
    }
    STDMETHODIMP Alert() override { return S_OK; }
    STDMETHODIMP Join(DWORD, DWORD) override { return HOST_E_ABANDONED; }
    STDMETHODIMP SetPriority(int) override { return S_OK; }
    STDMETHODIMP GetPriority(int *priority) override { return *priority = 0, S_OK; }
    STDMETHODIMP SetCLRTask(ICLRTask *) override { return S_OK; }

    static thread_local Task *current;

  private:
    const LPTHREAD_START_ROUTINE start;
    void *const parameter;
    std::atomic<ULONG> references{1};
};
thread_local Task *Task::current = nullptr;

struct Host final : IHostControl, IHostTaskManager {
    STDMETHODIMP_(ULONG) AddRef() override { return 2; }
    STDMETHODIMP_(ULONG) Release() override { return 1; }
    STDMETHODIMP QueryInterface(REFIID, void **) override { return E_NOINTERFACE; }
    STDMETHODIMP GetHostManager(REFIID iid, void **object) override {
        if (!(iid == IID_IHostTaskManager)) return E_NOINTERFACE;
        *object = static_cast<IHostTaskManager *>(this);
        return S_OK;
    }
    STDMETHODIMP SetAppDomainManager(DWORD, IUnknown *) override { return S_OK; }

    STDMETHODIMP GetCurrentTask(IHostTask **task) override {
        if (!Task::current) Task::current = new Task(nullptr, nullptr);
        Task::current->AddRef();
        *task = Task::current;
        return S_OK;
    }
    STDMETHODIMP CreateTask(DWORD, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override {
        *task = new Task(start, parameter);
        return S_OK;
    }
    STDMETHODIMP Sleep(DWORD, DWORD) override { return E_NOTIMPL; }
    STDMETHODIMP SwitchToTask(DWORD) override { return E_NOTIMPL; }
    STDMETHODIMP SetUILocale(LCID) override { return E_NOTIMPL; }
    STDMETHODIMP SetLocale(LCID) override { return E_NOTIMPL; }
    STDMETHODIMP CallNeedsHostHook(SIZE_T, BOOL *needed) override { return *needed = TRUE, S_OK; }
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
    STDMETHODIMP SetCLRTaskManager(ICLRTaskManager *) override { return S_OK; }
};

static void Check(HRESULT result, const char *what) {
    if (SUCCEEDED(result)) return;
    fprintf(stderr, "host: %s failed: 0x%08X\n", what, static_cast<unsigned>(result));
    exit(1);
}

// All arguments are ASCII.
static std::vector<WCHAR> Wide(const std::string &text) {
    std::vector<WCHAR> units(text.begin(), text.end());
    units.push_back(0);
    return units;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    ICLRMetaHost *meta = nullptr;
    ICLRRuntimeInfo *info = nullptr;
    ICLRRuntimeHost *runtime = nullptr;
    Check(CLRCreateInstance(CLSID_CLRMetaHost, IID_ICLRMetaHost, reinterpret_cast<void **>(&meta)), "CLRCreateInstance");
    Check(meta->GetRuntime(Wide("v4.0.30319").data(), IID_ICLRRuntimeInfo, reinterpret_cast<void **>(&info)), "GetRuntime");
    Check(info->GetInterface(CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost, reinterpret_cast<void **>(&runtime)), "GetInterface");
    static Host host;
    Check(runtime->SetHostControl(&host), "SetHostControl");
    Check(runtime->Start(), "Start");
    DWORD answer = 0;
    Check(runtime->ExecuteInDefaultAppDomain(Wide(argv[1]).data(), Wide(argv[2]).data(), Wide(argv[3]).data(),
                                             Wide(argv[4]).data(), &answer),
          "ExecuteInDefaultAppDomain");
    Check(runtime->Stop(), "Stop");
    return static_cast<int>(answer);
}
