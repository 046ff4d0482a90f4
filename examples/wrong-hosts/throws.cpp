// Looks tasks up in a table that knows those it made itself, and lets the exception go for all others.
#include "host.h"

#include <map>

class Throws : public Host {
    STDMETHODIMP CreateTask(DWORD stackSize, LPTHREAD_START_ROUTINE start, void *parameter, IHostTask **task) override {
        HRESULT result = Host::CreateTask(stackSize, start, parameter, task);
        std::lock_guard<std::mutex> lock(table_);
        slices_[*task] = 0;
        return result;
    }
    STDMETHODIMP SwitchToTask(DWORD option) override {
        {
            std::lock_guard<std::mutex> lock(table_);
            slices_.at(HostTask::current)++;
        }
        return Host::SwitchToTask(option);
    }
    std::mutex table_;
    std::map<IHostTask *, int> slices_;
};

CHECKED_HOST(Throws)
