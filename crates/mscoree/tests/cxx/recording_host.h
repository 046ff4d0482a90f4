// A host that counts every call it gets, and answers each as it is told to.
#pragma once

#include <metahost.h>
#include <mscoree.h>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// What each method answers where that is not what a host without wishes answers.
struct Answers {
    std::map<std::string, HRESULT> by_method;
    // This method answers every code but S_OK and E_FAIL in turn, and some that nobody has defined.
    std::string every_code;
    // This one throws.
    std::string throws;
    // Methods before which a host without this setting does nothing and leaves it to the runtime.
    HRESULT Of(const char *method, HRESULT usual) const {
        static const unsigned codes[] = {1, 0x80004001, 0x8007000E, 0x80070057, 0x8000FFFF, 0x80131020, 0x80131022, 0x80131023,
                                         0x80131024, 0x80131025, 0x80131026, 0x80131027, 0x80131028, 0x80131029, 0x8013102A,
                                         0x8013102B, 0x12345678, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000};
        static std::atomic<unsigned> next{0};
        if (throws == method) throw std::runtime_error("thrown by the host");
        if (every_code == method) return static_cast<HRESULT>(codes[next++ % (sizeof codes / sizeof *codes)]);
        auto found = by_method.find(method);
        return found == by_method.end() ? usual : found->second;
    }
};

inline std::mutex g_counts_mutex;
inline std::map<std::string, unsigned> g_counts;
// By target, how often the host was asked about it, and how often it was left for.
inline std::map<SIZE_T, unsigned> g_asked, g_left;
inline std::atomic<int> g_live_tasks{0};

inline void Count(const char *method) {
    std::lock_guard<std::mutex> lock(g_counts_mutex);
    g_counts[method]++;
}

inline unsigned Counted(const char *method) {
    std::lock_guard<std::mutex> lock(g_counts_mutex);
    return g_counts[method];
}

class RecordingTask final : public IHostTask {
  public:
    RecordingTask(const Answers &answers, DWORD stack, LPTHREAD_START_ROUTINE start, void *parameter)
        : answers_(answers), stack_(stack), start_(start), parameter_(parameter) {
        g_live_tasks++;
    }
    STDMETHODIMP_(ULONG) AddRef() override { return ++references_; }
    STDMETHODIMP_(ULONG) Release() override {
        ULONG left = --references_;
        if (left == 0) delete this;
        return left;
    }
    // Never asked for what they returned is how a host in the wild can be; see real-hosts.md, point 4.
    STDMETHODIMP QueryInterface(REFIID, void **object) override {
        Count("IHostTask::QueryInterface");
        *object = nullptr;
        return E_NOINTERFACE;
    }
    STDMETHODIMP Start() override {
        Count("Start");
        HRESULT answer = answers_.Of("Start", S_OK);
        if (answer != S_OK) return answer;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        if (stack_) pthread_attr_setstacksize(&attributes, stack_);
        AddRef();
        pthread_t thread;
        int error = pthread_create(&thread, &attributes, Run, this);
        pthread_attr_destroy(&attributes);
        if (error == 0) return S_OK;
        Release();
        return E_OUTOFMEMORY;
    }
    STDMETHODIMP Alert() override {
        Count("Alert");
        return answers_.Of("Alert", S_OK);
    }
    STDMETHODIMP Join(DWORD, DWORD) override {
        Count("Join");
        return HOST_E_ABANDONED;
    }
    STDMETHODIMP SetPriority(int) override {
        Count("SetPriority");
        return S_OK;
    }
    STDMETHODIMP GetPriority(int *priority) override {
        Count("GetPriority");
        *priority = 0;
        return S_OK;
    }
    STDMETHODIMP SetCLRTask(ICLRTask *task) override {
        Count("SetCLRTask");
        HRESULT answer = answers_.Of("SetCLRTask", S_OK);
        if (answer == S_OK) {
            task->AddRef();
            task_ = task;
        }
        return answer;
    }

    static thread_local RecordingTask *current;
    ICLRTask *task_ = nullptr;

  private:
    ~RecordingTask() {
        if (task_) task_->Release();
        g_live_tasks--;
    }
    static void *Run(void *self) {
        auto *task = static_cast<RecordingTask *>(self);
        current = task;
        task->start_(task->parameter_);
        current = nullptr;
        task->Release();
        return nullptr;
    }
    const Answers &answers_;
    const DWORD stack_;
    const LPTHREAD_START_ROUTINE start_;
    void *const parameter_;
    std::atomic<ULONG> references_{1};
};
inline thread_local RecordingTask *RecordingTask::current = nullptr;

class RecordingHost final : public IHostControl, public IHostTaskManager, public IHostGCManager {
  public:
    explicit RecordingHost(Answers answers) : answers_(std::move(answers)) {}

    STDMETHODIMP_(ULONG) AddRef() override { return 2; }
    STDMETHODIMP_(ULONG) Release() override { return 1; }
    STDMETHODIMP QueryInterface(REFIID, void **object) override {
        Count("QueryInterface");
        *object = nullptr;
        return E_NOINTERFACE;
    }

    STDMETHODIMP GetHostManager(REFIID iid, void **object) override {
        Count("GetHostManager");
        if (iid == IID_IHostTaskManager) {
            *object = static_cast<IHostTaskManager *>(this);
            return S_OK;
        }
        if (iid == IID_IHostGCManager) {
            *object = static_cast<IHostGCManager *>(this);
            return S_OK;
        }
        // As hosts in the wild do, the out pointer is left as it was.
        return E_NOINTERFACE;
    }
    STDMETHODIMP SetAppDomainManager(DWORD, IUnknown *) override {
        Count("SetAppDomainManager");
        return S_OK;
    }

    STDMETHODIMP GetCurrentTask(IHostTask **task) override {
        Count("GetCurrentTask");
        HRESULT answer = answers_.Of("GetCurrentTask", S_OK);
        *task = nullptr;
        if (answer != S_OK) return answer;
        if (!RecordingTask::current) RecordingTask::current = new RecordingTask(answers_, 0, nullptr, nullptr);
        RecordingTask::current->AddRef();
        *task = RecordingTask::current;
        return S_OK;
    }
    STDMETHODIMP CreateTask(DWORD stack, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override {
        Count("CreateTask");
        HRESULT answer = answers_.Of("CreateTask", S_OK);
        *task = answer == S_OK ? new RecordingTask(answers_, stack, start, parameter) : nullptr;
        return answer;
    }
    STDMETHODIMP Sleep(DWORD milliseconds, DWORD option) override {
        Count("Sleep");
        HRESULT answer = answers_.Of("Sleep", E_NOTIMPL);
        if (answer == S_OK) usleep(milliseconds * 1000);
        if (!(option & WAIT_ALERTABLE)) Count("Sleep without WAIT_ALERTABLE");
        return answer;
    }
    STDMETHODIMP SwitchToTask(DWORD) override { return Simple("SwitchToTask", E_NOTIMPL); }
    STDMETHODIMP SetUILocale(LCID) override { return Simple("SetUILocale", E_NOTIMPL); }
    STDMETHODIMP SetLocale(LCID) override { return Simple("SetLocale", E_NOTIMPL); }
    STDMETHODIMP CallNeedsHostHook(SIZE_T target, BOOL *needed) override {
        *needed = TRUE;
        {
            std::lock_guard<std::mutex> lock(g_counts_mutex);
            g_asked[target]++;
        }
        return Simple("CallNeedsHostHook", S_OK);
    }
    STDMETHODIMP LeaveRuntime(SIZE_T target) override {
        {
            std::lock_guard<std::mutex> lock(g_counts_mutex);
            g_left[target]++;
        }
        return Simple("LeaveRuntime", S_OK);
    }
    STDMETHODIMP EnterRuntime() override { return Simple("EnterRuntime", S_OK); }
    STDMETHODIMP ReverseLeaveRuntime() override { return Simple("ReverseLeaveRuntime", S_OK); }
    STDMETHODIMP ReverseEnterRuntime() override { return Simple("ReverseEnterRuntime", S_OK); }
    STDMETHODIMP BeginDelayAbort() override { return Simple("BeginDelayAbort", S_OK); }
    STDMETHODIMP EndDelayAbort() override { return Simple("EndDelayAbort", S_OK); }
    STDMETHODIMP BeginThreadAffinity() override { return Simple("BeginThreadAffinity", S_OK); }
    STDMETHODIMP EndThreadAffinity() override { return Simple("EndThreadAffinity", S_OK); }
    STDMETHODIMP SetStackGuarantee(ULONG) override { return Simple("SetStackGuarantee", E_NOTIMPL); }
    STDMETHODIMP GetStackGuarantee(ULONG *) override { return Simple("GetStackGuarantee", E_NOTIMPL); }
    STDMETHODIMP SetCLRTaskManager(ICLRTaskManager *manager) override {
        task_manager_ = manager;
        return Simple("SetCLRTaskManager", S_OK);
    }

    STDMETHODIMP ThreadIsBlockingForSuspension() override { return Simple("ThreadIsBlockingForSuspension", S_OK); }
    STDMETHODIMP SuspensionStarting() override { return Simple("SuspensionStarting", S_OK); }
    STDMETHODIMP SuspensionEnding(DWORD) override { return Simple("SuspensionEnding", S_OK); }

    ICLRTaskManager *task_manager_ = nullptr;

  private:
    HRESULT Simple(const char *method, HRESULT usual) {
        Count(method);
        return answers_.Of(method, usual);
    }
    const Answers answers_;
};

// Not std::basic_string: the one of wchar_t in libstdc++ is compiled for 32 bits, whatever -fshort-wchar says.
struct WideText {
    std::vector<WCHAR> units;
    const WCHAR *c_str() const { return units.data(); }
};

inline WideText Wide(const std::string &text) {
    WideText wide{{text.begin(), text.end()}};
    wide.units.push_back(0);
    return wide;
}

// The runtime as .NET Framework's hosts get it; ends the process where that fails.
inline ICLRRuntimeHost *GetRuntimeHost(const char *version = "v4.0.30319") {
    ICLRMetaHost *meta = nullptr;
    ICLRRuntimeInfo *info = nullptr;
    ICLRRuntimeHost *host = nullptr;
    HRESULT result = CLRCreateInstance(CLSID_CLRMetaHost, IID_ICLRMetaHost, reinterpret_cast<void **>(&meta));
    if (result == S_OK) result = meta->GetRuntime(Wide(version).c_str(), IID_ICLRRuntimeInfo, reinterpret_cast<void **>(&info));
    if (result == S_OK) result = info->GetInterface(CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost, reinterpret_cast<void **>(&host));
    if (result != S_OK) {
        printf("no runtime host: %08X\n", static_cast<unsigned>(result));
        exit(3);
    }
    info->Release();
    meta->Release();
    return host;
}
