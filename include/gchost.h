/* gchost.h: the garbage collector's side of hosting, for C and C++.
 *
 * Written by `cargo xtask abi` from Microsoft's Win32 metadata (MIT or Apache-2.0); changes by hand are lost.
 * Part of clrhost, MIT or Apache-2.0. See clrhost_windows.h for the types and the rules of compiling.
 */
#ifndef CLRHOST_GCHOST_H
#define CLRHOST_GCHOST_H

#include "clrhost_windows.h"

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#endif

typedef struct IGCHost IGCHost;
typedef struct IGCHost2 IGCHost2;
typedef struct IGCHostControl IGCHostControl;
typedef struct IGCThreadControl IGCThreadControl;

typedef enum COR_GC_STAT_TYPES {
    COR_GC_COUNTS = 1,
    COR_GC_MEMORYUSAGE = 2
} COR_GC_STAT_TYPES;

typedef enum COR_GC_THREAD_STATS_TYPES {
    COR_GC_THREAD_HAS_PROMOTED_BYTES = 1
} COR_GC_THREAD_STATS_TYPES;

typedef struct COR_GC_STATS {
    DWORD Flags;
    SIZE_T ExplicitGCCount;
    SIZE_T GenCollectionsTaken[3];
    SIZE_T CommittedKBytes;
    SIZE_T ReservedKBytes;
    SIZE_T Gen0HeapSizeKBytes;
    SIZE_T Gen1HeapSizeKBytes;
    SIZE_T Gen2HeapSizeKBytes;
    SIZE_T LargeObjectHeapSizeKBytes;
    SIZE_T KBytesPromotedFromGen0;
    SIZE_T KBytesPromotedFromGen1;
} COR_GC_STATS;

typedef struct COR_GC_THREAD_STATS {
    UINT64 PerThreadAllocation;
    DWORD Flags;
} COR_GC_THREAD_STATS;



#ifndef __IGCHost_INTERFACE_DEFINED__
#define __IGCHost_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IGCHost, 0xfac34f6e, 0x0dcd, 0x47b5, 0x80, 0x21, 0x53, 0x1b, 0xc5, 0xec, 0xca, 0x63);
#ifdef __cplusplus
struct IGCHost : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE SetGCStartupLimits(DWORD SegmentSize, DWORD MaxGen0Size) = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE Collect(int Generation) = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE GetStats(COR_GC_STATS *pStats) = 0; /* slot 5 */
    virtual HRESULT STDMETHODCALLTYPE GetThreadStats(
        DWORD *pFiberCookie,
        COR_GC_THREAD_STATS *pStats) = 0; /* slot 6 */
    virtual HRESULT STDMETHODCALLTYPE SetVirtualMemLimit(SIZE_T sztMaxVirtualMemMB) = 0; /* slot 7 */
};
#else
typedef struct IGCHostVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IGCHost *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IGCHost *This);
    ULONG (STDMETHODCALLTYPE *Release)(IGCHost *This);
    HRESULT (STDMETHODCALLTYPE *SetGCStartupLimits)(IGCHost *This, DWORD SegmentSize, DWORD MaxGen0Size);
    HRESULT (STDMETHODCALLTYPE *Collect)(IGCHost *This, int Generation);
    HRESULT (STDMETHODCALLTYPE *GetStats)(IGCHost *This, COR_GC_STATS *pStats);
    HRESULT (STDMETHODCALLTYPE *GetThreadStats)(IGCHost *This, DWORD *pFiberCookie, COR_GC_THREAD_STATS *pStats);
    HRESULT (STDMETHODCALLTYPE *SetVirtualMemLimit)(IGCHost *This, SIZE_T sztMaxVirtualMemMB);
} IGCHostVtbl;
struct IGCHost {
    const struct IGCHostVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IGCHost_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IGCHost_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IGCHost_Release(This) ((This)->lpVtbl->Release(This))
#define IGCHost_SetGCStartupLimits(This, SegmentSize, MaxGen0Size) ((This)->lpVtbl->SetGCStartupLimits(This, SegmentSize, MaxGen0Size))
#define IGCHost_Collect(This, Generation) ((This)->lpVtbl->Collect(This, Generation))
#define IGCHost_GetStats(This, pStats) ((This)->lpVtbl->GetStats(This, pStats))
#define IGCHost_GetThreadStats(This, pFiberCookie, pStats) ((This)->lpVtbl->GetThreadStats(This, pFiberCookie, pStats))
#define IGCHost_SetVirtualMemLimit(This, sztMaxVirtualMemMB) ((This)->lpVtbl->SetVirtualMemLimit(This, sztMaxVirtualMemMB))
#endif
#endif
#endif

#ifndef __IGCHost2_INTERFACE_DEFINED__
#define __IGCHost2_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IGCHost2, 0xa1d70cec, 0x2dbe, 0x4e2f, 0x92, 0x91, 0xfd, 0xf8, 0x14, 0x38, 0xa1, 0xdf);
#ifdef __cplusplus
struct IGCHost2 : public IGCHost {
    virtual HRESULT STDMETHODCALLTYPE SetGCStartupLimitsEx(SIZE_T SegmentSize, SIZE_T MaxGen0Size) = 0; /* slot 8 */
};
#else
typedef struct IGCHost2Vtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IGCHost2 *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IGCHost2 *This);
    ULONG (STDMETHODCALLTYPE *Release)(IGCHost2 *This);
    HRESULT (STDMETHODCALLTYPE *SetGCStartupLimits)(IGCHost2 *This, DWORD SegmentSize, DWORD MaxGen0Size);
    HRESULT (STDMETHODCALLTYPE *Collect)(IGCHost2 *This, int Generation);
    HRESULT (STDMETHODCALLTYPE *GetStats)(IGCHost2 *This, COR_GC_STATS *pStats);
    HRESULT (STDMETHODCALLTYPE *GetThreadStats)(IGCHost2 *This, DWORD *pFiberCookie, COR_GC_THREAD_STATS *pStats);
    HRESULT (STDMETHODCALLTYPE *SetVirtualMemLimit)(IGCHost2 *This, SIZE_T sztMaxVirtualMemMB);
    HRESULT (STDMETHODCALLTYPE *SetGCStartupLimitsEx)(IGCHost2 *This, SIZE_T SegmentSize, SIZE_T MaxGen0Size);
} IGCHost2Vtbl;
struct IGCHost2 {
    const struct IGCHost2Vtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IGCHost2_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IGCHost2_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IGCHost2_Release(This) ((This)->lpVtbl->Release(This))
#define IGCHost2_SetGCStartupLimits(This, SegmentSize, MaxGen0Size) ((This)->lpVtbl->SetGCStartupLimits(This, SegmentSize, MaxGen0Size))
#define IGCHost2_Collect(This, Generation) ((This)->lpVtbl->Collect(This, Generation))
#define IGCHost2_GetStats(This, pStats) ((This)->lpVtbl->GetStats(This, pStats))
#define IGCHost2_GetThreadStats(This, pFiberCookie, pStats) ((This)->lpVtbl->GetThreadStats(This, pFiberCookie, pStats))
#define IGCHost2_SetVirtualMemLimit(This, sztMaxVirtualMemMB) ((This)->lpVtbl->SetVirtualMemLimit(This, sztMaxVirtualMemMB))
#define IGCHost2_SetGCStartupLimitsEx(This, SegmentSize, MaxGen0Size) ((This)->lpVtbl->SetGCStartupLimitsEx(This, SegmentSize, MaxGen0Size))
#endif
#endif
#endif

#ifndef __IGCHostControl_INTERFACE_DEFINED__
#define __IGCHostControl_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IGCHostControl, 0x5513d564, 0x8374, 0x4cb9, 0xae, 0xd9, 0x00, 0x83, 0xf4, 0x16, 0x0a, 0x1d);
#ifdef __cplusplus
struct IGCHostControl : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE RequestVirtualMemLimit(
        SIZE_T sztMaxVirtualMemMB,
        SIZE_T *psztNewMaxVirtualMemMB) = 0; /* slot 3 */
};
#else
typedef struct IGCHostControlVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IGCHostControl *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IGCHostControl *This);
    ULONG (STDMETHODCALLTYPE *Release)(IGCHostControl *This);
    HRESULT (STDMETHODCALLTYPE *RequestVirtualMemLimit)(
        IGCHostControl *This,
        SIZE_T sztMaxVirtualMemMB,
        SIZE_T *psztNewMaxVirtualMemMB);
} IGCHostControlVtbl;
struct IGCHostControl {
    const struct IGCHostControlVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IGCHostControl_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IGCHostControl_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IGCHostControl_Release(This) ((This)->lpVtbl->Release(This))
#define IGCHostControl_RequestVirtualMemLimit(This, sztMaxVirtualMemMB, psztNewMaxVirtualMemMB) ((This)->lpVtbl->RequestVirtualMemLimit(This, sztMaxVirtualMemMB, psztNewMaxVirtualMemMB))
#endif
#endif
#endif

#ifndef __IGCThreadControl_INTERFACE_DEFINED__
#define __IGCThreadControl_INTERFACE_DEFINED__
CLRHOST_GUID(IID_IGCThreadControl, 0xf31d1788, 0xc397, 0x4725, 0x87, 0xa5, 0x6a, 0xf3, 0x47, 0x2c, 0x27, 0x91);
#ifdef __cplusplus
struct IGCThreadControl : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE ThreadIsBlockingForSuspension() = 0; /* slot 3 */
    virtual HRESULT STDMETHODCALLTYPE SuspensionStarting() = 0; /* slot 4 */
    virtual HRESULT STDMETHODCALLTYPE SuspensionEnding(DWORD Generation) = 0; /* slot 5 */
};
#else
typedef struct IGCThreadControlVtbl {
    HRESULT (STDMETHODCALLTYPE *QueryInterface)(IGCThreadControl *This, REFIID riid, void **ppvObject);
    ULONG (STDMETHODCALLTYPE *AddRef)(IGCThreadControl *This);
    ULONG (STDMETHODCALLTYPE *Release)(IGCThreadControl *This);
    HRESULT (STDMETHODCALLTYPE *ThreadIsBlockingForSuspension)(IGCThreadControl *This);
    HRESULT (STDMETHODCALLTYPE *SuspensionStarting)(IGCThreadControl *This);
    HRESULT (STDMETHODCALLTYPE *SuspensionEnding)(IGCThreadControl *This, DWORD Generation);
} IGCThreadControlVtbl;
struct IGCThreadControl {
    const struct IGCThreadControlVtbl *lpVtbl;
};
#ifdef COBJMACROS
#define IGCThreadControl_QueryInterface(This, riid, ppvObject) ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#define IGCThreadControl_AddRef(This) ((This)->lpVtbl->AddRef(This))
#define IGCThreadControl_Release(This) ((This)->lpVtbl->Release(This))
#define IGCThreadControl_ThreadIsBlockingForSuspension(This) ((This)->lpVtbl->ThreadIsBlockingForSuspension(This))
#define IGCThreadControl_SuspensionStarting(This) ((This)->lpVtbl->SuspensionStarting(This))
#define IGCThreadControl_SuspensionEnding(This, Generation) ((This)->lpVtbl->SuspensionEnding(This, Generation))
#endif
#endif
#endif


#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif
