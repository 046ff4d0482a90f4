/* corerror.h: status codes of the hosting API, for C and C++.
 *
 * Written by `cargo xtask abi` from clrhost's table of status codes; changes by hand are lost.
 * Part of clrhost, MIT or Apache-2.0.
 */
#ifndef CLRHOST_CORERROR_H
#define CLRHOST_CORERROR_H

#include "clrhost_windows.h"

#if defined(CLRHOST_ON_WINADAPTER)
/* wsl/winadapter.h gives these other values than COM and Windows do. A runtime and its host must agree on them. */
#undef E_NOTIMPL
#undef E_NOINTERFACE
#undef E_POINTER
#undef E_ABORT
#undef E_FAIL
#undef E_UNEXPECTED
#undef E_ACCESSDENIED
#undef E_HANDLE
#undef E_OUTOFMEMORY
#undef E_INVALIDARG
#endif

/* @GENERATED@ */

#ifndef E_NOT_SUFFICIENT_BUFFER
#define E_NOT_SUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#endif
#ifndef HRESULT_FROM_WIN32
#define HRESULT_FROM_WIN32(x) \
    ((HRESULT)(x) <= 0 ? (HRESULT)(x) : (HRESULT)(((DWORD)(x) & 0x0000FFFF) | 0x80070000))
#endif

CLRHOST_STATIC_ASSERT(
    E_NOTIMPL == (HRESULT)0x80004001 && E_NOINTERFACE == (HRESULT)0x80004002 && E_POINTER == (HRESULT)0x80004003 &&
        E_FAIL == (HRESULT)0x80004005 && E_UNEXPECTED == (HRESULT)0x8000FFFF &&
        E_OUTOFMEMORY == (HRESULT)0x8007000E && E_INVALIDARG == (HRESULT)0x80070057,
    "another header defines E_FAIL and its like with values that are not COM's");

#endif
