/* clrhost_check.h: what a host's library exports so that `clrhost check HOST.so` can put it through the contract.
 *
 * Part of clrhost, MIT or Apache-2.0. See docs/conformance.md.
 */
#ifndef CLRHOST_CHECK_H
#define CLRHOST_CHECK_H

#include "mscoree.h"

/* Makes the host's IHostControl, with a reference for the caller, and answers S_OK. Called once in a process.
 *
 * `runtime` may be kept, and asked for ICLRControl. It cannot be started: `clrhost check` itself does what a runtime does.
 */
EXTERN_C __attribute__((visibility("default"))) HRESULT STDMETHODCALLTYPE ClrhostCreateHostControl(
    ICLRRuntimeHost *runtime,
    IHostControl **control);

#endif
