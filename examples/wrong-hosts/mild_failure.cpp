// Answers E_FAIL where it means "there was nothing to do": to the runtime that is a catastrophe.
#include "host.h"

class MildFailure : public Host {
    STDMETHODIMP SwitchToTask(DWORD) override { return E_FAIL; }
};

CHECKED_HOST(MildFailure)
