#include "scheduler.h"

#include <pthread.h>

// The host's task of each thread, with a reference of its own for as long as the thread lives.
namespace {
struct Current {
    HostTask *task = nullptr;
    ~Current() {
        if (task) task->Release();
    }
};
thread_local Current current;
} // namespace

HRESULT HostTask::Start() {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stackSize_) pthread_attr_setstacksize(&attributes, stackSize_);
    AddRef();
    pthread_t thread;
    int error = pthread_create(
        &thread, &attributes,
        [](void *self) -> void * {
            static_cast<HostTask *>(self)->Run();
            return nullptr;
        },
        this);
    pthread_attr_destroy(&attributes);
    if (error == 0) return S_OK;
    Release();
    return E_OUTOFMEMORY;
}

// The thread keeps the reference that Start took.
void HostTask::Run() {
    current.task = this;
    start_(parameter_);
    {
        std::lock_guard<std::mutex> lock(scheduler_->mutex_);
        ended_ = true;
    }
    scheduler_->changed_.notify_all();
}

HRESULT HostTask::Alert() {
    {
        std::lock_guard<std::mutex> lock(scheduler_->mutex_);
        alerted_ = true;
    }
    scheduler_->changed_.notify_all();
    return S_OK;
}

HRESULT HostTask::Join(DWORD milliseconds, DWORD) {
    std::unique_lock<std::mutex> lock(scheduler_->mutex_);
    auto over = [this] { return ended_; };
    if (milliseconds == INFINITE) {
        scheduler_->changed_.wait(lock, over);
        return S_OK;
    }
    return scheduler_->changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), over) ? S_OK : HOST_E_TIMEOUT;
}

HRESULT Scheduler::QueryInterface(REFIID iid, void **object) {
    bool known = iid == IID_IHostTaskManager || iid == IID_IUnknown;
    *object = known ? this : nullptr;
    return known ? S_OK : E_NOINTERFACE;
}

HRESULT Scheduler::GetCurrentTask(IHostTask **task) {
    // A thread that nobody made for us, as the one that started the runtime.
    if (!current.task) current.task = new HostTask(this, 0, nullptr, nullptr);
    current.task->AddRef();
    *task = current.task;
    return S_OK;
}

HRESULT Scheduler::CreateTask(DWORD stackSize, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) {
    *task = new HostTask(this, stackSize, start, parameter);
    return S_OK;
}

HRESULT Scheduler::LeaveRuntime(SIZE_T) {
    HostTask *task = current.task;
    task->gaveUp_.push_back(GiveUpSlot(task));
    return S_OK;
}

HRESULT Scheduler::EnterRuntime() {
    HostTask *task = current.task;
    // An EnterRuntime without its LeaveRuntime is harmless.
    if (task->gaveUp_.empty()) return S_OK;
    bool gaveUp = task->gaveUp_.back();
    task->gaveUp_.pop_back();
    if (gaveUp) TakeSlot(task);
    return S_OK;
}

HRESULT Scheduler::ReverseEnterRuntime() {
    TakeSlot(current.task);
    return S_OK;
}

HRESULT Scheduler::ReverseLeaveRuntime() {
    GiveUpSlot(current.task);
    return S_OK;
}

HRESULT Scheduler::Sleep(DWORD milliseconds, DWORD option) {
    HostTask *task = current.task;
    bool hadSlot = GiveUpSlot(task);
    bool alerted = false;
    {
        std::unique_lock<std::mutex> lock(mutex_);
        // Only an alertable sleep is ended by an alert; one that is not leaves it to the next that is.
        bool alertable = option & WAIT_ALERTABLE;
        auto woken = [&] { return alertable && task->alerted_; };
        if (milliseconds == INFINITE) {
            changed_.wait(lock, woken);
            alerted = true;
        } else {
            alerted = changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), woken);
        }
        if (alerted) task->alerted_ = false;
    }
    if (hadSlot) TakeSlot(task);
    return alerted ? HOST_E_INTERRUPTED : S_OK;
}

HRESULT Scheduler::SwitchToTask(DWORD) {
    HostTask *task = current.task;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        if (waiting_.empty()) return S_FALSE;
    }
    if (!GiveUpSlot(task)) return S_FALSE;
    TakeSlot(task);
    return S_OK;
}

void Scheduler::TakeSlot(HostTask *task) {
    auto asked = Clock::now();
    {
        std::unique_lock<std::mutex> lock(mutex_);
        if (free_ > 0) {
            free_--;
        } else {
            waiting_.push_back(task);
            task->granted_.wait(lock, [task] { return task->grantedSlot_; });
            task->grantedSlot_ = false;
        }
        holders_[task] = Clock::now();
    }
    task->hasSlot_ = true;
    long waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - asked).count();
    long longest = longestWaitMs_;
    while (waited > longest && !longestWaitMs_.compare_exchange_weak(longest, waited)) {
    }
    unsigned running = ++running_;
    unsigned most = mostAtOnce_;
    while (running > most && !mostAtOnce_.compare_exchange_weak(most, running)) {
    }
    Check();
}

// False if the task had no slot.
bool Scheduler::GiveUpSlot(HostTask *task) {
    if (!task->hasSlot_) return false;
    Check();
    task->hasSlot_ = false;
    running_--;
    std::lock_guard<std::mutex> lock(mutex_);
    holders_.erase(task);
    if (waiting_.empty()) {
        free_++;
    } else {
        HostTask *next = waiting_.front();
        waiting_.pop_front();
        next->grantedSlot_ = true;
        next->granted_.notify_one();
    }
    return true;
}

// The rule: never more tasks in managed code than slots.
void Scheduler::Check() {
    crossings_++;
    if (running_ > slots_) violations_++;
}

unsigned Scheduler::AbortRunaways(std::chrono::milliseconds budget) {
    std::vector<HostTask *> runaways;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        for (auto &[task, since] : holders_) {
            if (Clock::now() - since < budget) continue;
            task->AddRef();
            runaways.push_back(task);
        }
    }
    unsigned aborted = 0;
    for (HostTask *task : runaways) {
        // S_FALSE: it is requested already.
        if (task->ClrTask() && task->ClrTask()->Abort() == S_OK) aborted++;
        task->Release();
    }
    return aborted;
}
