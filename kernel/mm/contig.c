/* Physically contiguous and noncached memory. A contiguous range is a run of frames that are
 * free, zeroed or on standby; its first and last frame are marked, so that freeing needs only the
 * address. The search is linear in RAM: such memory is for devices at start-up. */
#include "mi.h"

#define MM_BAD_CONTIGUOUS_FREE 0x60 /* BAD_POOL_CALLER, parameter 1 */

/* The lowest run that fits, MI_NO_PFN if none. Boundary: in pages, a power of two, or 0. */
static MI_PFN MiFindRun(ULONG Pages, MI_PFN Lowest, MI_PFN Highest, ULONG Boundary)
{
    MI_PFN Pfn = Lowest;
    ULONG Run = 0;

    for (; Pfn <= Highest; Pfn++) {
        if (!MiIsTakeable(Pfn)) {
            Run = 0;
            continue;
        }
        if (Boundary != 0 && (Pfn & (Boundary - 1)) == 0) {
            Run = 0;
        }
        if (++Run == Pages) {
            return Pfn - Pages + 1;
        }
    }
    return MI_NO_PFN;
}

PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes,
                                                   PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                   PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                   PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                   MEMORY_CACHING_TYPE CacheType)
{
    ULONG Pages = (ULONG)((NumberOfBytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
    ULONGLONG Highest = (ULONGLONG)HighestAcceptableAddress.QuadPart >> PAGE_SHIFT;
    ULONGLONG Lowest = ((ULONGLONG)LowestAcceptableAddress.QuadPart >> PAGE_SHIFT) +
                       (BYTE_OFFSET(LowestAcceptableAddress.LowPart) != 0);
    ULONG Boundary = (ULONG)(BoundaryAddressMultiple.QuadPart >> PAGE_SHIFT);
    PMMPTE Pte;
    PVOID Va;
    MI_PFN First;
    KIRQL OldIrql;

    if (Pages == 0 || Pages > MiHighestPfn || Lowest > MiHighestPfn || !MiChargeCommit(Pages)) {
        return NULL;
    }
    Va = MiAllocateSystemPtes(Pages);
    if (Va == NULL) {
        MiReturnCommit(Pages);
        return NULL;
    }
    Pte = MiGetPteAddress(Va);
    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    First = MiAvailablePages() < Pages + MI_RESERVE_PAGES
                ? MI_NO_PFN
                : MiFindRun(Pages, (MI_PFN)Lowest, (MI_PFN)min(Highest, MiHighestPfn), Boundary);
    if (First != MI_NO_PFN) {
        for (MI_PFN Pfn = First; Pfn < First + Pages; Pfn++) {
            MiTakeFrame(Pfn);
        }
        MiPfn(First)->Flags |= MI_PFN_START;
        MiPfn(First + Pages - 1)->Flags |= MI_PFN_END;
        for (ULONG i = 0; i < Pages; i++) {
            MiPfn(First + i)->PteAddress = Pte + i;
            MiPfn(First + i)->Cache = (UCHAR)(CacheType + 1);
            MiWritePte(Pte + i, MiValidPte(First + i, MM_PROT_READ | MM_PROT_WRITE) |
                                    MiCacheBits(CacheType));
        }
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    if (First == MI_NO_PFN) {
        MiReleaseSystemPtes(Va, Pages);
        MiReturnCommit(Pages);
        return NULL;
    }
    return Va;
}

PVOID NTAPI MmAllocateContiguousMemory(SIZE_T NumberOfBytes,
                                       PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    PHYSICAL_ADDRESS Zero = {.QuadPart = 0};

    return MmAllocateContiguousMemorySpecifyCache(NumberOfBytes, Zero, HighestAcceptableAddress,
                                                  Zero, MmCached);
}

VOID NTAPI MmFreeContiguousMemory(PVOID BaseAddress)
{
    PMMPTE Pte = MiGetPteAddress(BaseAddress);
    ULONG Pages = 1;
    MI_PFN Pfn;

    if ((ULONG_PTR)BaseAddress < MI_SYSTEM_PTES || (ULONG_PTR)BaseAddress >= MI_SYSTEM_PTES_END ||
        !MmIsAddressValid(BaseAddress) || ((ULONG_PTR)BaseAddress & (PAGE_SIZE - 1)) != 0 ||
        !(MiPfn(MI_PTE_PFN(*Pte))->Flags & MI_PFN_START)) {
        KeBugCheckEx(BAD_POOL_CALLER, MM_BAD_CONTIGUOUS_FREE, (ULONG_PTR)BaseAddress, 0, 0);
    }
    for (Pfn = MI_PTE_PFN(*Pte); !(MiPfn(Pfn)->Flags & MI_PFN_END); Pfn++) {
        Pages++;
    }
    MiDeletePages(BaseAddress, Pages, 0);
    MiReleaseSystemPtes(BaseAddress, Pages);
}

VOID NTAPI MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T NumberOfBytes,
                                              MEMORY_CACHING_TYPE CacheType)
{
    (VOID)NumberOfBytes;
    (VOID)CacheType;
    MmFreeContiguousMemory(BaseAddress);
}

PVOID NTAPI MmAllocateNonCachedMemory(SIZE_T NumberOfBytes)
{
    ULONG Pages = (ULONG)((NumberOfBytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
    PVOID Va = Pages != 0 ? MiAllocateSystemPtes(Pages) : NULL;
    PMMPTE Pte;

    if (Va == NULL) {
        return NULL;
    }
    if (!NT_SUCCESS(MiCreatePinnedPages(Va, Pages, MM_PROT_READ | MM_PROT_WRITE))) {
        MiReleaseSystemPtes(Va, Pages);
        return NULL;
    }
    Pte = MiGetPteAddress(Va);
    for (ULONG i = 0; i < Pages; i++) {
        MiPfn(MI_PTE_PFN(Pte[i]))->Cache = MmNonCached + 1;
        MiWritePte(&Pte[i], Pte[i] | MiCacheBits(MmNonCached));
    }
    MiFlushRange(Va, Pages);
    return Va;
}

VOID NTAPI MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
    ULONG Pages = (ULONG)((NumberOfBytes + PAGE_SIZE - 1) >> PAGE_SHIFT);

    MiDeletePages(BaseAddress, Pages, 0);
    MiReleaseSystemPtes(BaseAddress, Pages);
}
