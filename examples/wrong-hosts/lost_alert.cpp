// Wakes whoever sleeps now, and keeps no note for a task that is about to.
#include "host.h"

class Drowsy : public HostTask {
  public:
    using HostTask::HostTask;
    STDMETHODIMP Alert() override {
        std::lock_guard<std::mutex> lock(host_->mutex);
        alerted = sleeping;
        host_->changed.notify_all();
        return S_OK;
    }
    bool sleeping = false;
};

class LostAlert : public Host {
    STDMETHODIMP GetCurrentTask(IHostTask **task) override {
        if (!HostTask::current) HostTask::current = new Drowsy(this, 0, nullptr, nullptr);
        return Host::GetCurrentTask(task);
    }
    STDMETHODIMP CreateTask(DWORD stackSize, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override {
        *task = new Drowsy(this, stackSize, start, parameter);
        return S_OK;
    }
    STDMETHODIMP Sleep(DWORD milliseconds, DWORD option) override {
        auto *task = static_cast<Drowsy *>(HostTask::current);
        task->sleeping = true;
        HRESULT result = Host::Sleep(milliseconds, option);
        task->sleeping = false;
        return result;
    }
};

CHECKED_HOST(LostAlert)
