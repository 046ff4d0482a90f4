/* clrhost_windows.h: the types and macros of windows.h, unknwn.h and objidl.h that the hosting API needs.
 *
 * Part of clrhost, MIT or Apache-2.0. The interfaces at the end are written by `cargo xtask abi`.
 *
 * Compiling. C11, or C++17 and later, with GCC or clang, for a 64-bit system. WCHAR has 16 bits: it is wchar_t under
 * -fshort-wchar, else char16_t (write u"..."). IIDs and CLSIDs are defined by including the header; there is no library
 * to link with for them. With CLRHOST_EXTERNAL_GUIDS they are only declared.
 *
 * With another header for these types, include that one first. Known are wsl/winadapter.h of DirectX-Headers, CoreCLR's
 * pal.h, and Wine's headers; for any other define CLRHOST_NO_WINDOWS_TYPES, and nothing but what is missing as a macro
 * is defined here. Wine gives methods Windows' calling convention, and libmscoree.so has Linux's: include Wine's
 * windef.h, then `#undef __stdcall` and `#define __stdcall`, then Wine's windows.h and objidl.h. What matters of foreign
 * types is checked at the end.
 */
#ifndef CLRHOST_WINDOWS_H
#define CLRHOST_WINDOWS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#error On Windows use the headers of the Windows SDK.
#endif

#if defined(__PAL_H__) || defined(__PAL_MSTYPES_H__) || defined(_WINDEF_) || defined(_MINWINDEF_)
#ifndef CLRHOST_NO_WINDOWS_TYPES
#define CLRHOST_NO_WINDOWS_TYPES
#endif
#elif defined(RPC_NO_WINDOWS_H) && defined(COM_NO_WINDOWS_H) && defined(MIDL_INTERFACE)
/* These three are wsl/winadapter.h, which has no guard of its own to be known by. It lacks some of the types. */
#define CLRHOST_ON_WINADAPTER
#endif

/* ---- Language ---------------------------------------------------------------------------------------------------- */

#ifdef __cplusplus
#define CLRHOST_STATIC_ASSERT(condition, message) static_assert(condition, message)
#else
#define CLRHOST_STATIC_ASSERT(condition, message) _Static_assert(condition, message)
#endif

#ifndef EXTERN_C
#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif
#endif

/* What libmscoree.so exports. */
#define CLRHOST_API __attribute__((visibility("default")))

#ifndef __stdcall
#define __stdcall
#endif
#ifndef STDMETHODCALLTYPE
#define STDMETHODCALLTYPE
#endif
#ifndef STDAPICALLTYPE
#define STDAPICALLTYPE
#endif
#ifndef WINAPI
#define WINAPI
#endif
#ifndef CALLBACK
#define CALLBACK
#endif
#ifndef APIENTRY
#define APIENTRY
#endif
#ifndef STDMETHODIMP
#define STDMETHODIMP HRESULT STDMETHODCALLTYPE
#endif
#ifndef STDMETHODIMP_
#define STDMETHODIMP_(type) type STDMETHODCALLTYPE
#endif
#ifndef STDAPI
#define STDAPI EXTERN_C HRESULT STDAPICALLTYPE
#endif
#if defined(__cplusplus) && !defined(STDMETHOD)
#define STDMETHOD(method) virtual HRESULT STDMETHODCALLTYPE method
#endif
#if defined(__cplusplus) && !defined(STDMETHOD_)
#define STDMETHOD_(type, method) virtual type STDMETHODCALLTYPE method
#endif
#if defined(__cplusplus) && !defined(PURE)
#define PURE = 0
#endif

/* ---- Types that every other header for Windows' types has -------------------------------------------------------- */

#if !defined(CLRHOST_NO_WINDOWS_TYPES) && !defined(CLRHOST_ON_WINADAPTER)

/* ULONG and DWORD are one type, whichever of them a host declares AddRef with. */
typedef uint32_t DWORD, ULONG, UINT, UINT32;
typedef int32_t LONG, INT, INT32, BOOL;
typedef uint64_t UINT64, ULONGLONG, ULONG64;
typedef int64_t INT64, LONGLONG;
typedef uint16_t WORD, USHORT;
typedef uint8_t BYTE, UCHAR, BOOLEAN;
typedef char CHAR;
typedef size_t SIZE_T;
typedef uintptr_t UINT_PTR, ULONG_PTR;
typedef void VOID, *PVOID, *LPVOID, *HANDLE;
typedef const void *LPCVOID;
typedef char *LPSTR, *PSTR;
typedef const char *LPCSTR, *PCSTR;
#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
#ifdef __cplusplus
typedef wchar_t WCHAR;
#else
typedef __WCHAR_TYPE__ WCHAR;
#endif
#elif defined(__cplusplus)
typedef char16_t WCHAR;
#else
typedef __CHAR16_TYPE__ WCHAR;
#endif
typedef WCHAR *LPWSTR, *PWSTR;
typedef const WCHAR *LPCWSTR, *PCWSTR;
typedef LONG HRESULT;

typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;
typedef GUID IID;
typedef GUID CLSID;

#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const IID &
#define REFCLSID const CLSID &
inline bool operator==(const GUID &one, const GUID &other) {
    if (one.Data1 != other.Data1 || one.Data2 != other.Data2 || one.Data3 != other.Data3) return false;
    for (int n = 0; n < 8; n++)
        if (one.Data4[n] != other.Data4[n]) return false;
    return true;
}
inline bool operator!=(const GUID &one, const GUID &other) { return !(one == other); }
inline bool IsEqualGUID(const GUID &one, const GUID &other) { return one == other; }
#else
#define REFGUID const GUID *
#define REFIID const IID *
#define REFCLSID const CLSID *
#define IsEqualGUID(one, other) (memcmp(one, other, sizeof(GUID)) == 0)
#endif
#define IsEqualIID(one, other) IsEqualGUID(one, other)
#define IsEqualCLSID(one, other) IsEqualGUID(one, other)

typedef union _LARGE_INTEGER {
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER;
typedef union _ULARGE_INTEGER {
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER;

#endif

/* ---- Types that wsl/winadapter.h lacks --------------------------------------------------------------------------- */

#if !defined(CLRHOST_NO_WINDOWS_TYPES)

typedef DWORD LCID;
typedef HANDLE HINSTANCE, HMODULE;
typedef const void *LPCVOID;
typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME;
typedef struct _ACL ACL, *PACL;
typedef struct _OVERLAPPED OVERLAPPED, *LPOVERLAPPED;
typedef struct _EXCEPTION_POINTERS EXCEPTION_POINTERS;
typedef DWORD(STDMETHODCALLTYPE *LPTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef void(STDMETHODCALLTYPE *WAITORTIMERCALLBACK)(PVOID lpParameter, BOOLEAN TimerOrWaitFired);
typedef void(STDMETHODCALLTYPE *LPOVERLAPPED_COMPLETION_ROUTINE)(DWORD dwErrorCode, DWORD dwNumberOfBytesTransfered,
    LPOVERLAPPED lpOverlapped);
typedef struct tagSTATSTG {
    LPWSTR pwcsName;
    DWORD type;
    ULARGE_INTEGER cbSize;
    FILETIME mtime;
    FILETIME ctime;
    FILETIME atime;
    DWORD grfMode;
    DWORD grfLocksSupported;
    CLSID clsid;
    DWORD grfStateBits;
    DWORD reserved;
} CLRHOST_STATSTG;
#ifndef CLRHOST_ON_WINADAPTER
typedef struct tagSTATSTG STATSTG;
#endif

#endif

#ifndef HDOMAINENUM
#define HDOMAINENUM HDOMAINENUM
typedef void *HDOMAINENUM;
#endif
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
#ifndef INFINITE
#define INFINITE 0xFFFFFFFF
#endif
#ifndef SUCCEEDED
#define SUCCEEDED(hr) (((HRESULT)(hr)) >= 0)
#endif
#ifndef FAILED
#define FAILED(hr) (((HRESULT)(hr)) < 0)
#endif

/* ---- Identifiers ------------------------------------------------------------------------------------------------- */

/* Weak, so that all source files of a program may define the same one. Not hidden: templates take identifiers as
 * arguments, and what they make would be hidden too. */
#if defined(CLRHOST_EXTERNAL_GUIDS)
#define CLRHOST_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) EXTERN_C const GUID name
#else
#define CLRHOST_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    EXTERN_C __attribute__((weak)) const GUID name; \
    const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#endif

/* ---- Interfaces of COM ------------------------------------------------------------------------------------------- */

/* Objects are not deleted from outside; a destructor would take a slot. */
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#endif

typedef struct IUnknown IUnknown;
typedef struct IEnumUnknown IEnumUnknown;
typedef struct ISequentialStream ISequentialStream;
typedef struct IStream IStream;

CLRHOST_GUID(IID_IUnknown, 0x00000000, 0x0000, 0x0000, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);
#if !defined(__IUnknown_INTERFACE_DEFINED__) && !(defined(CLRHOST_ON_WINADAPTER) && defined(__cplusplus))
#define __IUnknown_INTERFACE_DEFINED__
#ifdef __cplusplus
struct IUnknown {
    virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **ppvObject) = 0; /* slot 0 */
    virtual ULONG STDMETHODCALLTYPE AddRef() = 0; /* slot 1 */
    virtual ULONG STDMETHODCALLTYPE Release() = 0; /* slot 2 */
};
#else
typedef struct IUnknownVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IUnknown *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IUnknown *This);
    ULONG (STDMETHODCALLTYPE *Release)(IUnknown *This);
} IUnknownVtbl;
struct IUnknown {
    const struct IUnknownVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IUnknown_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IUnknown_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IUnknown_Release(This) ((This)->lpVtbl->Release(This))
#endif
#endif
#endif

/* @GENERATED@ */
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

/* ---- What has to hold of types, whoever defined them ------------------------------------------------------------- */

CLRHOST_STATIC_ASSERT(sizeof(WCHAR) == 2, "WCHAR must have 16 bits; with wsl/winadapter.h, compile with -fshort-wchar");
CLRHOST_STATIC_ASSERT(sizeof(DWORD) == 4 && sizeof(ULONG) == 4 && sizeof(LONG) == 4 && sizeof(BOOL) == 4,
    "DWORD, ULONG, LONG and BOOL must have 32 bits");
CLRHOST_STATIC_ASSERT(sizeof(SIZE_T) == sizeof(void *) && sizeof(GUID) == 16, "SIZE_T or GUID has a wrong size");
#ifdef __cplusplus
/* Two conventions make two types of pointer, which a conditional expression does not mix. */
CLRHOST_STATIC_ASSERT(sizeof(1 ? (HRESULT(STDMETHODCALLTYPE *)(void *))0 : (HRESULT(*)(void *))0) == sizeof(void *),
    "STDMETHODCALLTYPE must be the platform's plain calling convention");
#else
CLRHOST_STATIC_ASSERT(__builtin_types_compatible_p(HRESULT(STDMETHODCALLTYPE *)(void *), HRESULT(*)(void *)),
    "STDMETHODCALLTYPE must be the platform's plain calling convention");
#endif

#endif
