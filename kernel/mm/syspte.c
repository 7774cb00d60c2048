/* System address space by the page: driver images, stacks, MDL and I/O-space mappings.
 *
 * One bit a page under MmPteLock, searched from where the last search ended. Page tables are made
 * on first use and stay, so that a range once used can be mapped again without memory. */
#include "mi.h"

#define MI_SYSTEM_PTE_COUNT ((MI_SYSTEM_PTES_END - MI_SYSTEM_PTES) >> PAGE_SHIFT)

static KSPIN_LOCK MmPteLock;
static RTL_BITMAP MiPteMap;                           /* guarded by MmPteLock */
static ULONG MiPteBits[MI_SYSTEM_PTE_COUNT / 32];     /* guarded by MmPteLock */
static ULONG MiPteHint;                               /* guarded by MmPteLock */
static ULONG MiPtesUsed;                              /* guarded by MmPteLock */

VOID MiInitializeSystemPtes(VOID)
{
    KeInitializeSpinLock(&MmPteLock);
    RtlInitializeBitMap(&MiPteMap, MiPteBits, MI_SYSTEM_PTE_COUNT);
    RtlClearAllBits(&MiPteMap);
}

PVOID MiAllocateSystemPtes(ULONG Pages)
{
    KIRQL OldIrql;
    ULONG Index;
    PVOID Va;

    KeAcquireSpinLock(&MmPteLock, &OldIrql);
    Index = RtlFindClearBitsAndSet(&MiPteMap, Pages, MiPteHint);
    if (Index != MAXULONG) {
        MiPteHint = Index + Pages;
        MiPtesUsed += Pages;
    }
    KeReleaseSpinLock(&MmPteLock, OldIrql);
    if (Index == MAXULONG) {
        return NULL;
    }
    Va = (PVOID)(MI_SYSTEM_PTES + (Index << PAGE_SHIFT));
    if (!MiMakePageTables(Va, Pages)) {
        MiReleaseSystemPtes(Va, Pages);
        return NULL;
    }
    return Va;
}

VOID MiReleaseSystemPtes(PVOID Va, ULONG Pages)
{
    ULONG Index = (ULONG)(((ULONG_PTR)Va - MI_SYSTEM_PTES) >> PAGE_SHIFT);
    KIRQL OldIrql;

    KeAcquireSpinLock(&MmPteLock, &OldIrql);
    NT_ASSERT(RtlAreBitsSet(&MiPteMap, Index, Pages));
    RtlClearBits(&MiPteMap, Index, Pages);
    MiPtesUsed -= Pages;
    KeReleaseSpinLock(&MmPteLock, OldIrql);
}

VOID MiQuerySystemPtes(MM_STATISTICS *Statistics)
{
    Statistics->SystemPtes = MI_SYSTEM_PTE_COUNT;
    Statistics->SystemPtesFree = MI_SYSTEM_PTE_COUNT - MiPtesUsed;
}
