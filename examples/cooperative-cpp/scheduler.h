// A scheduler in the spirit of SQL Server's: a task needs one of a few slots to run managed code.
//
// It takes a slot in ReverseEnterRuntime and EnterRuntime, and gives it up in LeaveRuntime, ReverseLeaveRuntime and Sleep. Slots go to
// those that wait in the order in which they came. All of these calls come in preemptive GC mode, so no collection
// waits for a task that waits here.
#pragma once

#include <mscoree.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <vector>

// Counts references and gives itself back after the last one.
template <class Interface>
class Counted : public Interface {
  public:
    STDMETHODIMP_(ULONG) AddRef() override { return ++references_; }
    STDMETHODIMP_(ULONG) Release() override {
        ULONG left = --references_;
        if (left == 0) delete this;
        return left;
    }

  protected:
    virtual ~Counted() = default;
    HRESULT Answer(REFIID wanted, REFIID own, void **object) {
        if (!object) return E_POINTER;
        bool known = wanted == own || wanted == IID_IUnknown;
        *object = known ? this : nullptr;
        if (known) AddRef();
        return known ? S_OK : E_NOINTERFACE;
    }

  private:
    std::atomic<ULONG> references_{1};
};

class Scheduler;

// One thread, seen from the host's side.
class HostTask final : public Counted<IHostTask> {
  public:
    HostTask(Scheduler *scheduler, DWORD stackSize, LPTHREAD_START_ROUTINE start, void *parameter)
        : scheduler_(scheduler), stackSize_(stackSize), start_(start), parameter_(parameter) {}

    STDMETHODIMP QueryInterface(REFIID iid, void **object) override { return Answer(iid, IID_IHostTask, object); }
    STDMETHODIMP Start() override;
    STDMETHODIMP Alert() override;
    STDMETHODIMP Join(DWORD milliseconds, DWORD option) override;
    // A request that a host may ignore; this one does, and says what is true.
    STDMETHODIMP SetPriority(int) override { return S_OK; }
    STDMETHODIMP GetPriority(int *priority) override {
        if (!priority) return E_POINTER;
        *priority = 0;
        return S_OK;
    }
    STDMETHODIMP SetCLRTask(ICLRTask *task) override {
        task->AddRef();
        clrTask_ = task;
        return S_OK;
    }

    ICLRTask *ClrTask() const { return clrTask_; }

  private:
    friend class Scheduler;
    ~HostTask() override {
        if (ICLRTask *task = clrTask_) task->Release();
    }
    void Run();

    Scheduler *const scheduler_;
    const DWORD stackSize_;
    const LPTHREAD_START_ROUTINE start_;
    void *const parameter_;
    std::atomic<ICLRTask *> clrTask_{nullptr};

    // Used by the task's own thread alone.
    bool hasSlot_ = false;
    // For each open LeaveRuntime, whether it gave up a slot. The runtime's own threads, such as the finalizer, have none to give.
    std::vector<bool> gaveUp_;

    // Under the scheduler's lock.
    bool alerted_ = false;
    bool ended_ = false;
    bool grantedSlot_ = false;
    std::condition_variable granted_;
};

// The task manager. Lives as long as the process.
class Scheduler final : public IHostTaskManager {
  public:
    explicit Scheduler(unsigned slots) : slots_(slots), free_(slots) {}

    STDMETHODIMP_(ULONG) AddRef() override { return 2; }
    STDMETHODIMP_(ULONG) Release() override { return 1; }
    STDMETHODIMP QueryInterface(REFIID iid, void **object) override;

    STDMETHODIMP GetCurrentTask(IHostTask **task) override;
    STDMETHODIMP CreateTask(DWORD stackSize, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override;
    STDMETHODIMP Sleep(DWORD milliseconds, DWORD option) override;
    STDMETHODIMP SwitchToTask(DWORD option) override;
    STDMETHODIMP SetUILocale(LCID) override { return E_NOTIMPL; }
    STDMETHODIMP SetLocale(LCID) override { return E_NOTIMPL; }
    STDMETHODIMP CallNeedsHostHook(SIZE_T, BOOL *needed) override {
        *needed = TRUE;
        return S_OK;
    }
    STDMETHODIMP LeaveRuntime(SIZE_T target) override;
    STDMETHODIMP EnterRuntime() override;
    STDMETHODIMP ReverseLeaveRuntime() override;
    STDMETHODIMP ReverseEnterRuntime() override;
    STDMETHODIMP BeginDelayAbort() override { return S_OK; }
    STDMETHODIMP EndDelayAbort() override { return S_OK; }
    // A task never changes its thread here.
    STDMETHODIMP BeginThreadAffinity() override { return S_OK; }
    STDMETHODIMP EndThreadAffinity() override { return S_OK; }
    STDMETHODIMP SetStackGuarantee(DWORD) override { return E_NOTIMPL; }
    STDMETHODIMP GetStackGuarantee(DWORD *) override { return E_NOTIMPL; }
    STDMETHODIMP SetCLRTaskManager(ICLRTaskManager *) override { return S_OK; }

    // Aborts each task that has had its slot for longer than this, and says how many that were.
    unsigned AbortRunaways(std::chrono::milliseconds budget);

    uint64_t Crossings() const { return crossings_; }
    uint64_t Violations() const { return violations_; }
    unsigned MostAtOnce() const { return mostAtOnce_; }
    long LongestWaitMs() const { return longestWaitMs_; }

  private:
    friend class HostTask;
    using Clock = std::chrono::steady_clock;

    void TakeSlot(HostTask *task);
    bool GiveUpSlot(HostTask *task);
    void Check();

    const unsigned slots_;
    std::mutex mutex_;
    unsigned free_;
    std::deque<HostTask *> waiting_;
    std::unordered_map<HostTask *, Clock::time_point> holders_;
    std::condition_variable changed_;

    std::atomic<unsigned> running_{0}, mostAtOnce_{0};
    std::atomic<uint64_t> crossings_{0}, violations_{0};
    std::atomic<long> longestWaitMs_{0};
};

class HostControl final : public Counted<IHostControl> {
  public:
    explicit HostControl(Scheduler *scheduler) : scheduler_(scheduler) {}

    STDMETHODIMP QueryInterface(REFIID iid, void **object) override { return Answer(iid, IID_IHostControl, object); }

    // Asked for each manager in turn, inside SetHostControl.
    STDMETHODIMP GetHostManager(REFIID iid, void **object) override {
        if (!(iid == IID_IHostTaskManager)) {
            *object = nullptr;
            return E_NOINTERFACE;
        }
        *object = static_cast<IHostTaskManager *>(scheduler_);
        return S_OK;
    }

    STDMETHODIMP SetAppDomainManager(DWORD, IUnknown *) override { return S_OK; }

  private:
    Scheduler *const scheduler_;
};
