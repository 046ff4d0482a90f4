// The host as a library, for `clrhost check libcooperative.so`.
#include "scheduler.h"

#include <clrhost_check.h>

HRESULT ClrhostCreateHostControl(ICLRRuntimeHost *, IHostControl **control) {
    static Scheduler scheduler(2);
    *control = new HostControl(&scheduler);
    return S_OK;
}
