// Starts the thread in CreateTask.
#include "host.h"

#include <sched.h>

class Early : public HostTask {
  public:
    Early(Host *host, LPTHREAD_START_ROUTINE start, void *parameter) : HostTask(host, 0, start, parameter) {
        pthread_t thread;
        AddRef();
        auto run = [](void *self) -> void * {
            auto *task = static_cast<Early *>(self);
            current = task;
            task->start_(task->parameter_);
            return nullptr;
        };
        if (pthread_create(&thread, nullptr, run, this) == 0) pthread_detach(thread);
    }
    STDMETHODIMP Start() override { return S_OK; }
};

class EarlyStart : public Host {
    STDMETHODIMP CreateTask(DWORD, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override {
        int before = begun_;
        *task = new Early(this, start, parameter);
        // So that it goes wrong each time, and not only where the new thread is fast.
        while (begun_ == before) sched_yield();
        return S_OK;
    }
    STDMETHODIMP GetCurrentTask(IHostTask **task) override {
        HRESULT result = Host::GetCurrentTask(task);
        begun_++;
        return result;
    }
    std::atomic<int> begun_{0};
};

CHECKED_HOST(EarlyStart)
