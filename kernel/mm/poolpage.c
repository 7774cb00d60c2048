/* Whole pages of the two pools. Nonpaged pages are pinned frames; paged pages are a promise of
 * zeros (charged) that the first touch redeems. Addresses are given out from the lowest that may
 * be free: those further up need page tables, which are kept once they are made. */
#include "pool.h"
#include "san.h"

static ULONG MiNonPagedBits[(MI_NONPAGED_END - MI_NONPAGED_POOL) >> PAGE_SHIFT >> 5];

static PVOID MiReservePoolRange(MI_POOL *Pool, ULONG Pages)
{
    KIRQL OldIrql;
    ULONG Index;

    KeAcquireSpinLock(&Pool->VaLock, &OldIrql);
    Index = RtlFindClearBitsAndSet(&Pool->Va, Pages, Pool->Hint);
    if (Index != MAXULONG) {
        Pool->Hint = SAN_KASAN ? 0 : Index; /* low addresses have a shadow */
        Pool->Pages += Pages;
    }
    KeReleaseSpinLock(&Pool->VaLock, OldIrql);
    return Index != MAXULONG ? Pool->Base + ((SIZE_T)Index << PAGE_SHIFT) : NULL;
}

static VOID MiReleasePoolRange(MI_POOL *Pool, PVOID Va, ULONG Pages)
{
    ULONG Index = (ULONG)(((PUCHAR)Va - Pool->Base) >> PAGE_SHIFT);
    KIRQL OldIrql;

    KeAcquireSpinLock(&Pool->VaLock, &OldIrql);
    RtlClearBits(&Pool->Va, Index, Pages);
    Pool->Hint = min(Pool->Hint, Index);
    Pool->Pages -= Pages;
    KeReleaseSpinLock(&Pool->VaLock, OldIrql);
}

static NTSTATUS MiCreateDemandZeroPages(PVOID Va, ULONG Pages)
{
    PMMPTE Pte = MiGetPteAddress(Va);

    if (!MiChargeCommit(Pages)) {
        return STATUS_COMMITMENT_LIMIT;
    }
    if (!MiMakePageTables(Va, Pages)) {
        MiReturnCommit(Pages);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG i = 0; i < Pages; i++) {
        MiWritePte(&Pte[i], MiSoftPte(MM_PROT_READ | MM_PROT_WRITE));
    }
    return STATUS_SUCCESS;
}

PVOID MiAllocatePoolPages(MI_POOL *Pool, ULONG Pages, NTSTATUS *Status)
{
    PVOID Va = MiReservePoolRange(Pool, Pages);

    if (Va == NULL) {
        *Status = STATUS_INSUFFICIENT_RESOURCES;
        return NULL;
    }
    *Status = Pool->Type == PagedPool
                  ? MiCreateDemandZeroPages(Va, Pages)
                  : MiCreatePinnedPages(Va, Pages, MM_PROT_READ | MM_PROT_WRITE);
    if (!NT_SUCCESS(*Status)) {
        MiReleasePoolRange(Pool, Va, Pages);
        return NULL;
    }
    return Va;
}

VOID MiFreePoolPages(MI_POOL *Pool, PVOID Va, ULONG Pages)
{
    KasanForbid(Va, (SIZE_T)Pages << PAGE_SHIFT, TRUE);
    MiDeletePages(Va, Pages, 0);
    MiReleasePoolRange(Pool, Va, Pages);
}

static VOID MiInitializePool(MI_POOL *Pool, UCHAR Type, PVOID Base, ULONG Pages, PULONG Bits)
{
    Pool->Type = Type;
    Pool->Base = Base;
    KeInitializeSpinLock(&Pool->SpinLock);
    KeInitializeSpinLock(&Pool->VaLock);
    ExInitializeFastMutex(&Pool->Mutex);
    for (ULONG i = 0; i < POOL_PAGE_UNITS; i++) {
        InitializeListHead(&Pool->Free[i]);
    }
    RtlInitializeBitMap(&Pool->Va, Bits, Pages);
    RtlClearAllBits(&Pool->Va);
    Pool->MaximumPages = Pages;
}

/* Pinned pages that say which bytes of a pool may be used: of so many pages of it, less on a small
 * machine. */
static VOID MiCoverPool(MI_POOL *Pool, ULONG Most)
{
#ifdef PAGODA_KASAN
    ULONG Share = MiStatistics.PhysicalPages / (Pool->Type == PagedPool ? 2 : 4);
    ULONG Pages = min(min(Pool->MaximumPages, Share), Most) & ~7u;
    PVOID Shadow = MiAllocateSystemPtes(Pages / 8);

    if (Shadow == NULL || !NT_SUCCESS(MiCreatePinnedPages(Shadow, Pages / 8,
                                                          MM_PROT_READ | MM_PROT_WRITE))) {
        KeBugCheckEx(PHASE0_INITIALIZATION_FAILED, 0, 0, 0, 0);
    }
    KasanCoverPool(Pool->Type == PagedPool, Pool->Base, (SIZE_T)Pages << PAGE_SHIFT, Shadow);
#endif
}

VOID MiInitializeNonPagedPool(VOID)
{
    MiInitializePool(&MiNonPagedPool, NonPagedPool, (PVOID)MI_NONPAGED_POOL,
                     (MI_NONPAGED_END - MI_NONPAGED_POOL) >> PAGE_SHIFT, MiNonPagedBits);
    MiCoverPool(&MiNonPagedPool, 16u << 20 >> PAGE_SHIFT);
    if (!MiInitializeBigBlocks()) {
        KeBugCheckEx(PHASE0_INITIALIZATION_FAILED, 0, 0, 0, 0);
    }
}

/* Address space for paged pool: sixteen times RAM, so that commit and not addresses is what runs
 * out first, within what the layout has. The bitmap is what the size costs. */
#define MI_PAGED_POOL_TIMES_RAM 16
#define MI_PAGED_POOL_MINIMUM   (64u << 20 >> PAGE_SHIFT)

VOID MiInitializePagedPool(VOID)
{
    ULONG Pages = (MI_PAGED_POOL_END - MI_PAGED_POOL) >> PAGE_SHIFT;
    PULONG Bits;

    if (MiStatistics.PhysicalPages < Pages / MI_PAGED_POOL_TIMES_RAM) {
        Pages = max(MiStatistics.PhysicalPages * MI_PAGED_POOL_TIMES_RAM, MI_PAGED_POOL_MINIMUM);
    }
    Bits = ExAllocatePoolWithTag(NonPagedPool, (Pages + 31) / 32 * sizeof(ULONG), 'paMM');
    if (Bits == NULL) {
        KeBugCheckEx(PHASE1_INITIALIZATION_FAILED, 0, 0, 0, 0);
    }
    MiInitializePool(&MiPagedPool, PagedPool, (PVOID)MI_PAGED_POOL, Pages, Bits);
    MiCoverPool(&MiPagedPool, 32u << 20 >> PAGE_SHIFT);
}

VOID MiQueryPools(MM_STATISTICS *Statistics)
{
    Statistics->NonPagedPoolPages = MiNonPagedPool.Pages;
    Statistics->PagedPoolPages = MiPagedPool.Pages;
}
