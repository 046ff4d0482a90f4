// Starts the thread in CreateTask, and makes another task for it when it is first asked for the current one.
#include "host.h"

class Early : public HostTask {
  public:
    Early(Host *host, LPTHREAD_START_ROUTINE start, void *parameter) : HostTask(host, 0, start, parameter) {
        pthread_t thread;
        auto run = [](void *self) -> void * {
            auto *task = static_cast<Early *>(self);
            task->start_(task->parameter_);
            return nullptr;
        };
        if (pthread_create(&thread, nullptr, run, this) == 0) pthread_detach(thread);
    }
    STDMETHODIMP Start() override { return S_OK; }
};

class EarlyStart : public Host {
    STDMETHODIMP CreateTask(DWORD, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override {
        *task = new Early(this, start, parameter);
        return S_OK;
    }
};

CHECKED_HOST(EarlyStart)
