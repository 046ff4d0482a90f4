// A program that has types of its own in place of windows.h, as ports from Windows do.
#include <stddef.h>
#include <stdint.h>

typedef int HRESULT;
#ifdef WRONG_LONG
typedef long LONG;
#else
typedef int LONG;
#endif
typedef int INT, BOOL, INT32;
typedef unsigned int DWORD, ULONG, UINT, LCID;
typedef unsigned long long UINT64, ULONGLONG;
typedef unsigned short WORD;
typedef unsigned char BYTE, BOOLEAN;
typedef unsigned long SIZE_T, UINT_PTR;
typedef void VOID, *PVOID, *LPVOID, *HANDLE;
typedef struct module_of_this_program *HMODULE;
#ifdef WRONG_WCHAR
typedef wchar_t WCHAR;
#else
typedef char16_t WCHAR;
#endif
typedef char *LPSTR;
typedef const char *LPCSTR;
typedef WCHAR *LPWSTR;
typedef const WCHAR *LPCWSTR;
struct GUID {
    unsigned int Data1;
    unsigned short Data2, Data3;
    unsigned char Data4[8];
};
typedef GUID IID, CLSID;
#define REFIID const IID &
#define REFCLSID const CLSID &
#define REFGUID const GUID &
union LARGE_INTEGER {
    long long QuadPart;
};
union ULARGE_INTEGER {
    unsigned long long QuadPart;
};
struct STATSTG;
struct ACL;
typedef ACL *PACL;
struct OVERLAPPED;
struct EXCEPTION_POINTERS;
typedef DWORD (*LPTHREAD_START_ROUTINE)(LPVOID);
typedef void (*WAITORTIMERCALLBACK)(PVOID, BOOLEAN);
typedef void (*LPOVERLAPPED_COMPLETION_ROUTINE)(DWORD, DWORD, OVERLAPPED *);
#ifdef WRONG_CODES
#define E_FAIL ((HRESULT)0x80000008)
#endif
struct IUnknown {
    virtual HRESULT QueryInterface(REFIID riid, void **object) = 0;
    virtual ULONG AddRef() = 0;
    virtual ULONG Release() = 0;
};
#define __IUnknown_INTERFACE_DEFINED__

#define CLRHOST_NO_WINDOWS_TYPES
#include <metahost.h>

int main() {
    return IID_IHostTask.Data1 == 0xC2275828 && HOST_E_TIMEOUT == (HRESULT)0x80131024 ? 0 : 1;
}
