// A plain host: a task needs one of two slots to run managed code. The files beside this one each get one thing wrong; see README.md.
#pragma once

#include <clrhost_check.h>

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

class Host;

// One thread, seen from the host's side.
class HostTask : public IHostTask {
  public:
    HostTask(Host *host, DWORD stackSize, LPTHREAD_START_ROUTINE start, void *parameter)
        : host_(host), stackSize_(stackSize), start_(start), parameter_(parameter) {}

    STDMETHODIMP QueryInterface(REFIID iid, void **object) override {
        bool known = iid == IID_IHostTask || iid == IID_IUnknown;
        *object = known ? this : nullptr;
        if (known) AddRef();
        return known ? S_OK : E_NOINTERFACE;
    }
    STDMETHODIMP_(ULONG) AddRef() override { return ++references_; }
    STDMETHODIMP_(ULONG) Release() override {
        ULONG left = --references_;
        if (left == 0) delete this;
        return left;
    }
    STDMETHODIMP Start() override;
    STDMETHODIMP Alert() override;
    STDMETHODIMP Join(DWORD, DWORD) override { return E_NOTIMPL; }
    STDMETHODIMP SetPriority(int) override { return S_OK; }
    STDMETHODIMP GetPriority(int *) override { return E_NOTIMPL; }
    STDMETHODIMP SetCLRTask(ICLRTask *) override { return S_OK; }

    // The task of the calling thread.
    static thread_local HostTask *current;

    bool hasSlot = false;
    bool alerted = false;
    std::vector<bool> gaveUp;

  protected:
    virtual ~HostTask() = default;
    Host *const host_;
    const DWORD stackSize_;
    const LPTHREAD_START_ROUTINE start_;
    void *const parameter_;

  private:
    std::atomic<ULONG> references_{1};
};

// The task manager. Lives as long as the process.
class Host : public IHostTaskManager {
  public:
    STDMETHODIMP QueryInterface(REFIID iid, void **object) override {
        bool known = iid == IID_IHostTaskManager || iid == IID_IUnknown;
        *object = known ? this : nullptr;
        return known ? S_OK : E_NOINTERFACE;
    }
    STDMETHODIMP_(ULONG) AddRef() override { return 2; }
    STDMETHODIMP_(ULONG) Release() override { return 1; }

    STDMETHODIMP GetCurrentTask(IHostTask **task) override {
        if (!HostTask::current) HostTask::current = new HostTask(this, 0, nullptr, nullptr);
        HostTask::current->AddRef();
        *task = HostTask::current;
        return S_OK;
    }
    STDMETHODIMP CreateTask(DWORD stackSize, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override {
        *task = new HostTask(this, stackSize, start, parameter);
        return S_OK;
    }
    STDMETHODIMP Sleep(DWORD milliseconds, DWORD option) override {
        HostTask *task = HostTask::current;
        bool had = GiveUpSlot();
        bool woken;
        {
            std::unique_lock<std::mutex> lock(mutex);
            bool alertable = option & WAIT_ALERTABLE;
            auto isWoken = [&] { return alertable && task->alerted; };
            auto time = std::chrono::milliseconds(milliseconds);
            woken = milliseconds == INFINITE ? (changed.wait(lock, isWoken), true) : changed.wait_for(lock, time, isWoken);
            if (woken) task->alerted = false;
        }
        if (had) TakeSlot();
        return woken ? HOST_E_INTERRUPTED : S_OK;
    }
    STDMETHODIMP SwitchToTask(DWORD) override { return S_FALSE; }
    STDMETHODIMP SetUILocale(LCID) override { return E_NOTIMPL; }
    STDMETHODIMP SetLocale(LCID) override { return E_NOTIMPL; }
    STDMETHODIMP CallNeedsHostHook(SIZE_T, BOOL *needed) override {
        *needed = TRUE;
        return S_OK;
    }
    STDMETHODIMP LeaveRuntime(SIZE_T) override {
        HostTask::current->gaveUp.push_back(GiveUpSlot());
        return S_OK;
    }
    STDMETHODIMP EnterRuntime() override {
        std::vector<bool> &gaveUp = HostTask::current->gaveUp;
        if (gaveUp.empty()) return S_OK;
        bool had = gaveUp.back();
        gaveUp.pop_back();
        if (had) TakeSlot();
        return S_OK;
    }
    STDMETHODIMP ReverseLeaveRuntime() override {
        GiveUpSlot();
        return S_OK;
    }
    STDMETHODIMP ReverseEnterRuntime() override {
        TakeSlot();
        return S_OK;
    }
    STDMETHODIMP BeginDelayAbort() override { return S_OK; }
    STDMETHODIMP EndDelayAbort() override { return S_OK; }
    STDMETHODIMP BeginThreadAffinity() override { return S_OK; }
    STDMETHODIMP EndThreadAffinity() override { return S_OK; }
    STDMETHODIMP SetStackGuarantee(DWORD) override { return E_NOTIMPL; }
    STDMETHODIMP GetStackGuarantee(DWORD *) override { return E_NOTIMPL; }
    STDMETHODIMP SetCLRTaskManager(ICLRTaskManager *) override { return S_OK; }

    std::mutex mutex;
    std::condition_variable changed;

  protected:
    void TakeSlot() {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [this] { return free_ > 0; });
        free_--;
        HostTask::current->hasSlot = true;
    }
    bool GiveUpSlot() {
        std::lock_guard<std::mutex> lock(mutex);
        bool had = HostTask::current->hasSlot;
        HostTask::current->hasSlot = false;
        if (had) free_++;
        changed.notify_all();
        return had;
    }

  private:
    int free_ = 2;
};

inline thread_local HostTask *HostTask::current = nullptr;

inline HRESULT HostTask::Start() {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stackSize_) pthread_attr_setstacksize(&attributes, stackSize_);
    AddRef();
    auto run = [](void *self) -> void * {
        current = static_cast<HostTask *>(self);
        current->start_(current->parameter_);
        return nullptr;
    };
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, run, this);
    pthread_attr_destroy(&attributes);
    if (error != 0) Release();
    return error == 0 ? S_OK : E_OUTOFMEMORY;
}

inline HRESULT HostTask::Alert() {
    std::lock_guard<std::mutex> lock(host_->mutex);
    alerted = true;
    host_->changed.notify_all();
    return S_OK;
}

class HostControl : public IHostControl {
  public:
    explicit HostControl(IHostTaskManager *tasks) : tasks_(tasks) {}
    STDMETHODIMP QueryInterface(REFIID, void **object) override {
        *object = nullptr;
        return E_NOINTERFACE;
    }
    STDMETHODIMP_(ULONG) AddRef() override { return 2; }
    STDMETHODIMP_(ULONG) Release() override { return 1; }
    STDMETHODIMP GetHostManager(REFIID iid, void **manager) override {
        bool known = iid == IID_IHostTaskManager;
        *manager = known ? tasks_ : nullptr;
        return known ? S_OK : E_NOINTERFACE;
    }
    STDMETHODIMP SetAppDomainManager(DWORD, IUnknown *) override { return S_OK; }

  private:
    IHostTaskManager *tasks_;
};

#define CHECKED_HOST(Type)                                                                                             \
    HRESULT ClrhostCreateHostControl(ICLRRuntimeHost *, IHostControl **control) {                                      \
        static Type host;                                                                                              \
        static HostControl hostControl(&host);                                                                         \
        *control = &hostControl;                                                                                       \
        return S_OK;                                                                                                   \
    }
