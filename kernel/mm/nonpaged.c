/* Pinned pages behind system addresses (images, pool, stacks), and taking any page away again.
 *
 * A pinned page has one pin for its owner; deleting drops it, and an MDL that still holds the
 * frame keeps it from being reused until it is unlocked (MI_PFN_DELETED). */
#include "mi.h"
#include "ke.h"

#define MI_PIN_MARGIN min(MiLowPages, 64) /* stay for everybody else's faults */

/* Whether so many more frames can be pinned at all: the free ones, and those whose pages can be
 * written and dropped. Waiting for more would be waiting for ever. */
static BOOLEAN MiCanPin(ULONG Pages)
{
    KIRQL OldIrql;
    ULONG Frames;

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    Frames = MiAvailablePages();
    if (MmPagingActive) {
        Frames += MiModifiedList.Count + MiWorkingSet.Count;
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    return Frames >= Pages + MI_PIN_MARGIN;
}

/* Not at DISPATCH_LEVEL, and not in the thread that the frames would have to wait for. */
static BOOLEAN MiMayWait(VOID)
{
    return KeGetCurrentIrql() <= APC_LEVEL && KeGetCurrentThread()->PagingIo == 0;
}

BOOLEAN MiMayWaitToPin(ULONG Pages)
{
    return MmPagingActive && MiMayWait() && MiCanPin(Pages);
}

NTSTATUS MiCreatePinnedPages(PVOID Va, ULONG Pages, ULONG Protection)
{
    BOOLEAN MayWait = MiMayWait();
    PMMPTE Pte = MiGetPteAddress(Va);
    ULONG Done = 0;
    KIRQL OldIrql;

    if (!MiChargeCommit(Pages)) {
        return STATUS_COMMITMENT_LIMIT;
    }
    if ((MayWait && !MiCanPin(Pages)) || !MiMakePageTables(Va, Pages)) {
        MiReturnCommit(Pages);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    while (Done < Pages) {
        BOOLEAN Zeroed;
        MI_PFN Pfn;

        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        Pfn = MiRemovePage(MI_GET_ZEROED, &Zeroed);
        if (Pfn != MI_NO_PFN) {
            MiPfn(Pfn)->PteAddress = Pte + Done;
        }
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        if (Pfn == MI_NO_PFN) {
            if (MayWait && MmPagingActive && MiCanPin(Pages - Done)) {
                MiWaitForFreePage();
                continue;
            }
            MiReturnCommit(Pages - Done);
            MiDeletePages(Va, Done, 0);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        if (!Zeroed) {
            MiZeroFrame(Pfn);
        }
        MiWritePte(Pte + Done, MiValidPte(Pfn, Protection));
        Done++;
    }
    return STATUS_SUCCESS;
}

/* Under MmPfnLock. TRUE when the PTE held something that was charged. */
static BOOLEAN MiDeletePage(PVOID Va, PMMPTE Pte, MMPTE Leave)
{
    MMPTE Old = MiExchangePte(Pte, Leave);

    if (Old & MI_PTE_VALID) {
        MI_PFN Pfn = MI_PTE_PFN(Old);
        PMMPFN Page = MiPfn(Pfn);

        MiFlushPage(Va);
        Page->Flags |= MI_PFN_DELETED;
        Page->PteAddress = NULL;
        if (!(Page->Flags & MI_PFN_INWS)) {
            MiUnpinFrame(Pfn);
            return TRUE;
        }
        MiRemoveFromWorkingSet(Pfn);
        if (Page->Pins == 0) {
            MiFreeFrame(Pfn);
        }
    } else if (MiIsTransition(Old)) {
        MI_PFN Pfn = MI_PTE_PFN(Old);
        PMMPFN Page = MiPfn(Pfn);
        MI_LIST *List = MiListOf(Page);

        if (List != NULL) {
            MiUnlink(List, Pfn);
            Page->State = MiPageTransition;
            MiFreeFrame(Pfn);
        } else {
            Page->Flags |= MI_PFN_DELETED;
            Page->PteAddress = NULL;
        }
    } else if (MI_PTE_SLOT(Old) != 0) {
        MiFreeSlot(MI_PTE_SLOT(Old));
    } else {
        return MI_PTE_PROT(Old) != 0;
    }
    return TRUE;
}

#define MI_DELETE_BATCH 64 /* pages in one hold of MmPfnLock */

VOID MiDeletePages(PVOID Va, ULONG Pages, MMPTE Leave)
{
    PMMPTE Pte = MiGetPteAddress(Va);
    ULONG Charged = 0;
    ULONG Done = 0;
    KIRQL OldIrql;

    while (Done < Pages) {
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        for (ULONG i = 0; i < MI_DELETE_BATCH && Done < Pages; i++, Done++) {
            Charged += MiDeletePage((PUCHAR)Va + Done * PAGE_SIZE, Pte + Done, Leave);
        }
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
    }
    MiReturnCommit(Charged);
}

VOID MiSetImageProtection(PVOID Va, ULONG Pages, ULONG Protection)
{
    PMMPTE Pte = MiGetPteAddress(Va);
    KIRQL OldIrql;

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    for (ULONG i = 0; i < Pages; i++) {
        MMPTE Old = Pte[i];

        if (Old & MI_PTE_VALID) {
            MiExchangePte(&Pte[i], MiValidPte(MI_PTE_PFN(Old), Protection));
        }
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    MiFlushRange(Va, Pages);
}
