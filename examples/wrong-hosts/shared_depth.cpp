// Counts how deep calls are nested, to give up the slot at the outermost only: but in the host, where each task has its own depth.
#include "host.h"

class SharedDepth : public Host {
    STDMETHODIMP LeaveRuntime(SIZE_T) override {
        if (depth_++ == 0) GiveUpSlot();
        return S_OK;
    }
    STDMETHODIMP EnterRuntime() override {
        if (depth_ > 0 && --depth_ == 0) TakeSlot();
        return S_OK;
    }
    std::atomic<int> depth_{0};
};

CHECKED_HOST(SharedDepth)
