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

/* Done. */
#ifndef S_OK
#define S_OK ((HRESULT)0x00000000)
#endif
/* Done, with a negative answer; the reverse pair treats it as a failure. */
#ifndef S_FALSE
#define S_FALSE ((HRESULT)0x00000001)
#endif
/* The method is not implemented; where the contract allows it, the runtime then acts by itself. */
#ifndef E_NOTIMPL
#define E_NOTIMPL ((HRESULT)0x80004001)
#endif
/* The object does not have the interface asked for. */
#ifndef E_NOINTERFACE
#define E_NOINTERFACE ((HRESULT)0x80004002)
#endif
/* A pointer that may not be null is null. */
#ifndef E_POINTER
#define E_POINTER ((HRESULT)0x80004003)
#endif
/* The operation was given up. */
#ifndef E_ABORT
#define E_ABORT ((HRESULT)0x80004004)
#endif
/* Unknown catastrophic failure: the hosting layer is unusable in this process from now on. */
#ifndef E_FAIL
#define E_FAIL ((HRESULT)0x80004005)
#endif
/* The call does not fit the state: a second Begin, an End without Begin. */
#ifndef E_UNEXPECTED
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#endif
/* The runtime has started already; the setting can no longer be made. */
#ifndef E_ACCESSDENIED
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#endif
/* The handle is not valid. */
#ifndef E_HANDLE
#define E_HANDLE ((HRESULT)0x80070006)
#endif
/* Not enough memory, or the object could not be made. */
#ifndef E_OUTOFMEMORY
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#endif
/* An argument is not valid. */
#ifndef E_INVALIDARG
#define E_INVALIDARG ((HRESULT)0x80070057)
#endif
/* The buffer is too small; the size needed is handed back. */
#ifndef ERROR_INSUFFICIENT_BUFFER
#define ERROR_INSUFFICIENT_BUFFER 122L
#endif
/* The enumeration is at its end. */
#ifndef ERROR_NO_MORE_ITEMS
#define ERROR_NO_MORE_ITEMS 259L
#endif
/* The file or assembly was not found. */
#ifndef COR_E_FILENOTFOUND
#define COR_E_FILENOTFOUND ((HRESULT)0x80070002)
#endif
/* The stack is exhausted. */
#ifndef COR_E_STACKOVERFLOW
#define COR_E_STACKOVERFLOW ((HRESULT)0x800703E9)
#endif
/* The host found a deadlock and chose this wait as its victim. */
#ifndef HOST_E_DEADLOCK
#define HOST_E_DEADLOCK ((HRESULT)0x80131020)
#endif
/* The host broke off the wait; legal only where WAIT_ALERTABLE was given. */
#ifndef HOST_E_INTERRUPTED
#define HOST_E_INTERRUPTED ((HRESULT)0x80131021)
#endif
/* The operation is not valid in this state or on this thread. */
#ifndef HOST_E_INVALIDOPERATION
#define HOST_E_INVALIDOPERATION ((HRESULT)0x80131022)
#endif
/* The runtime is not loaded, or the hosting layer was shut after a catastrophic failure. */
#ifndef HOST_E_CLRNOTAVAILABLE
#define HOST_E_CLRNOTAVAILABLE ((HRESULT)0x80131023)
#endif
/* The wait ran out of time. */
#ifndef HOST_E_TIMEOUT
#define HOST_E_TIMEOUT ((HRESULT)0x80131024)
#endif
/* The caller does not own the lock. */
#ifndef HOST_E_NOT_OWNER
#define HOST_E_NOT_OWNER ((HRESULT)0x80131025)
#endif
/* The event was cancelled while a task was blocked on it; in Join: no task behind the object. */
#ifndef HOST_E_ABANDONED
#define HOST_E_ABANDONED ((HRESULT)0x80131026)
#endif
/* The process ended by escalation of a thread abort. */
#ifndef HOST_E_EXITPROCESS_THREADABORT
#define HOST_E_EXITPROCESS_THREADABORT ((HRESULT)0x80131027)
#endif
/* The process ended by escalation of an application domain unload. */
#ifndef HOST_E_EXITPROCESS_ADUNLOAD
#define HOST_E_EXITPROCESS_ADUNLOAD ((HRESULT)0x80131028)
#endif
/* The process ended by escalation of a time-out. */
#ifndef HOST_E_EXITPROCESS_TIMEOUT
#define HOST_E_EXITPROCESS_TIMEOUT ((HRESULT)0x80131029)
#endif
/* The process ended by escalation of an out-of-memory condition. */
#ifndef HOST_E_EXITPROCESS_OUTOFMEMORY
#define HOST_E_EXITPROCESS_OUTOFMEMORY ((HRESULT)0x8013102A)
#endif
/* The process ended by escalation of a stack overflow. */
#ifndef HOST_E_EXITPROCESS_STACKOVERFLOW
#define HOST_E_EXITPROCESS_STACKOVERFLOW ((HRESULT)0x8013102B)
#endif
/* The thread was interrupted. */
#ifndef COR_E_THREADINTERRUPTED
#define COR_E_THREADINTERRUPTED ((HRESULT)0x80131519)
#endif
/* The thread was aborted. */
#ifndef COR_E_THREADABORTED
#define COR_E_THREADABORTED ((HRESULT)0x80131530)
#endif
/* The thread is in the wrong state for the operation. */
#ifndef COR_E_THREADSTATE
#define COR_E_THREADSTATE ((HRESULT)0x80131520)
#endif
/* The type was not found in the assembly. */
#ifndef COR_E_TYPELOAD
#define COR_E_TYPELOAD ((HRESULT)0x80131522)
#endif
/* The type has no such method, or one of another signature. */
#ifndef COR_E_MISSINGMETHOD
#define COR_E_MISSINGMETHOD ((HRESULT)0x80131513)
#endif
/* An exception left the managed method. */
#ifndef COR_E_EXCEPTION
#define COR_E_EXCEPTION ((HRESULT)0x80131500)
#endif
/* The file is not a .NET assembly, or one for another processor. */
#ifndef COR_E_BADIMAGEFORMAT
#define COR_E_BADIMAGEFORMAT ((HRESULT)0x8007000B)
#endif
/* The application domain is unloaded or unknown. */
#ifndef COR_E_APPDOMAINUNLOADED
#define COR_E_APPDOMAINUNLOADED ((HRESULT)0x80131014)
#endif
/* The application domain cannot be unloaded. */
#ifndef COR_E_CANNOTUNLOADAPPDOMAIN
#define COR_E_CANNOTUNLOADAPPDOMAIN ((HRESULT)0x80131015)
#endif
/* No runtime could be loaded that fits what was asked for. */
#ifndef CLR_E_SHIM_RUNTIMELOAD
#define CLR_E_SHIM_RUNTIMELOAD ((HRESULT)0x80131700)
#endif
/* The runtime has no such function. */
#ifndef CLR_E_SHIM_RUNTIMEEXPORT
#define CLR_E_SHIM_RUNTIMEEXPORT ((HRESULT)0x80131701)
#endif
/* No installation of .NET was found. */
#ifndef CLR_E_SHIM_INSTALLROOT
#define CLR_E_SHIM_INSTALLROOT ((HRESULT)0x80131702)
#endif
/* A component is missing in the installation of .NET. */
#ifndef CLR_E_SHIM_INSTALLCOMP
#define CLR_E_SHIM_INSTALLCOMP ((HRESULT)0x80131703)
#endif
/* Another runtime is bound to the policy of version 2. */
#ifndef CLR_E_SHIM_LEGACYRUNTIMEALREADYBOUND
#define CLR_E_SHIM_LEGACYRUNTIMEALREADYBOUND ((HRESULT)0x80131704)
#endif
/* The process is ending. */
#ifndef CLR_E_SHIM_SHUTDOWNINPROGRESS
#define CLR_E_SHIM_SHUTDOWNINPROGRESS ((HRESULT)0x80131705)
#endif
/* The debugging call is not supported. */
#ifndef CORDBG_E_UNSUPPORTED
#define CORDBG_E_UNSUPPORTED ((HRESULT)0x80131C4E)
#endif
/* There is no class with this identifier. */
#ifndef REGDB_E_CLASSNOTREG
#define REGDB_E_CLASSNOTREG ((HRESULT)0x80040154)
#endif
/* The profiler does not want to be activated; the runtime goes on without it. */
#ifndef CORPROF_E_PROFILER_CANCEL_ACTIVATION
#define CORPROF_E_PROFILER_CANCEL_ACTIVATION ((HRESULT)0x80131375)
#endif
/* The class cannot be part of an aggregate. */
#ifndef CLASS_E_NOAGGREGATION
#define CLASS_E_NOAGGREGATION ((HRESULT)0x80040110)
#endif
/* The library has no such class. */
#ifndef CLASS_E_CLASSNOTAVAILABLE
#define CLASS_E_CLASSNOTAVAILABLE ((HRESULT)0x80040111)
#endif
#ifndef COR_E_SYNCHRONIZATIONLOCK
#define COR_E_SYNCHRONIZATIONLOCK ((HRESULT)0x80131518)
#endif

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
