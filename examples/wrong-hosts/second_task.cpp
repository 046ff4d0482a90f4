// Does not remember, on a thread that it made, which task that is, and makes another when it is asked for the current one.
#include "host.h"

class Forgotten : public HostTask {
  public:
    using HostTask::HostTask;
    STDMETHODIMP Start() override {
        pthread_t thread;
        AddRef();
        auto run = [](void *self) -> void * {
            auto *task = static_cast<Forgotten *>(self);
            task->start_(task->parameter_);
            return nullptr;
        };
        if (pthread_create(&thread, nullptr, run, this) != 0) return E_OUTOFMEMORY;
        pthread_detach(thread);
        return S_OK;
    }
};

class SecondTask : public Host {
    STDMETHODIMP CreateTask(DWORD stackSize, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override {
        *task = new Forgotten(this, stackSize, start, parameter);
        return S_OK;
    }
};

CHECKED_HOST(SecondTask)
