/* Frames for an MDL, with no address: MmAllocatePagesForMdl. Each has one pin, the caller's; they are
 * charged like any other memory, zeroed, and need not lie side by side. */
#include "mi.h"

/* Under MmPfnLock: a frame between Lowest and Highest, Pins 1. The usual ones first; a range that
 * they miss is searched from where the last search ended. */
static MI_PFN MiTakeFrameInRange(MI_PFN Lowest, MI_PFN Highest, MI_PFN *Cursor)
{
    for (MI_PFN Pfn = max(*Cursor, Lowest); Pfn <= Highest; Pfn++) {
        if (MiIsTakeable(Pfn)) {
            *Cursor = Pfn + 1;
            MiTakeFrame(Pfn);
            return Pfn;
        }
    }
    return MI_NO_PFN;
}

static MI_PFN MiTakeMdlFrame(MI_PFN Lowest, MI_PFN Highest, MI_PFN *Cursor)
{
    MI_PFN Pfn = MI_NO_PFN;
    KIRQL OldIrql;

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    if (MiAvailablePages() > MI_RESERVE_PAGES) {
        Pfn = Lowest == 0 && Highest == MiHighestPfn
                  ? MiRemovePage(0, NULL)
                  : MiTakeFrameInRange(Lowest, Highest, Cursor);
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    if (Pfn != MI_NO_PFN) {
        MiZeroFrame(Pfn);
    }
    return Pfn;
}

/* An MDL's size is a 16-bit number of bytes. */
#define MI_MDL_MAXIMUM ((MAXSHORT - sizeof(MDL)) / sizeof(PFN_NUMBER))

PMDL NTAPI MmAllocatePagesForMdl(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                                 PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes)
{
    ULONGLONG Lowest = ((ULONGLONG)LowAddress.QuadPart >> PAGE_SHIFT) +
                       (BYTE_OFFSET(LowAddress.LowPart) != 0);
    ULONGLONG Highest = (ULONGLONG)HighAddress.QuadPart >> PAGE_SHIFT;
    ULONGLONG Skip = (ULONGLONG)SkipBytes.QuadPart >> PAGE_SHIFT;
    ULONG Wanted = (ULONG)min((TotalBytes >> PAGE_SHIFT) + (BYTE_OFFSET(TotalBytes) != 0),
                              MI_MDL_MAXIMUM);
    MI_PFN Cursor = 0;
    ULONG Got = 0;
    PMDL Mdl;

    if (Wanted == 0) {
        return NULL;
    }
    Mdl = ExAllocatePoolWithTag(NonPagedPool, sizeof(MDL) + Wanted * sizeof(PFN_NUMBER), ' ldM');
    if (Mdl == NULL) {
        return NULL;
    }
    MmInitializeMdl(Mdl, NULL, 0);
    while (Got < Wanted && Lowest <= MiHighestPfn && Lowest <= Highest && MiChargeCommit(1)) {
        MI_PFN Pfn = MiTakeMdlFrame((MI_PFN)Lowest, (MI_PFN)min(Highest, MiHighestPfn), &Cursor);

        if (Pfn != MI_NO_PFN) {
            MmGetMdlPfnArray(Mdl)[Got++] = Pfn;
            continue;
        }
        MiReturnCommit(1);
        if (Skip == 0) {
            break;
        }
        Lowest += Skip;
        Highest += Skip;
        Cursor = 0;
    }
    if (Got == 0) {
        ExFreePoolWithTag(Mdl, ' ldM');
        return NULL;
    }
    Mdl->Size = (CSHORT)(sizeof(MDL) + Got * sizeof(PFN_NUMBER));
    Mdl->ByteCount = Got << PAGE_SHIFT;
    Mdl->MdlFlags |= MDL_PAGES_LOCKED;
    return Mdl;
}

VOID NTAPI MmFreePagesFromMdl(PMDL MemoryDescriptorList)
{
    PMDL Mdl = MemoryDescriptorList;
    ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(0, Mdl->ByteCount);
    KIRQL OldIrql;

    if (!(Mdl->MdlFlags & MDL_PAGES_LOCKED)) {
        KeBugCheckEx(PROCESS_HAS_LOCKED_PAGES, 1, (ULONG_PTR)Mdl, 0, 0);
    }
    if (Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) {
        MmUnmapLockedPages(Mdl->MappedSystemVa, Mdl);
    }
    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    for (ULONG i = 0; i < Pages; i++) {
        MiPfn((MI_PFN)MmGetMdlPfnArray(Mdl)[i])->Flags |= MI_PFN_DELETED;
        MiUnpinFrame((MI_PFN)MmGetMdlPfnArray(Mdl)[i]);
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    MiReturnCommit(Pages);
    Mdl->MdlFlags &= ~MDL_PAGES_LOCKED;
}
