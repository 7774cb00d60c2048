/* Page lists: where each frame of physical memory is when no valid PTE maps it.
 *
 *   list      frame holds                       leaves by
 *   zeroed    zeros                             MiRemovePage
 *   free      anything                          MiRemovePage, the zero-page thread
 *   standby   a page that is also in its slot   soft fault; MiRemovePage (oldest first)
 *   modified  the only copy of a page           soft fault; the modified page writer
 *
 * The working-set list links the active frames that may be trimmed. All lists are doubly linked
 * through the PFN database by frame number. Everything here runs under MmPfnLock. */
#include "mi.h"

KSPIN_LOCK MmPfnLock;
MI_PFN MiHighestPfn;
MI_LIST MiZeroedList = {MI_NO_PFN, MI_NO_PFN, 0, MiPageZeroed};
MI_LIST MiFreeList = {MI_NO_PFN, MI_NO_PFN, 0, MiPageFree};
MI_LIST MiStandbyList = {MI_NO_PFN, MI_NO_PFN, 0, MiPageStandby};
MI_LIST MiModifiedList = {MI_NO_PFN, MI_NO_PFN, 0, MiPageModified};
MI_LIST MiWorkingSet = {MI_NO_PFN, MI_NO_PFN, 0, MiPageActive};
MM_STATISTICS MiStatistics;
KEVENT MiFreePagesEvent;
static ULONG MiPageWaiters; /* (p) threads in MiWaitForFreePage */

VOID MiInsertTail(MI_LIST *List, MI_PFN Pfn)
{
    PMMPFN Page = MiPfn(Pfn);

    Page->State = List->State;
    Page->Flink = MI_NO_PFN;
    Page->Blink = List->Last;
    if (List->Last == MI_NO_PFN) {
        List->First = Pfn;
    } else {
        MiPfn(List->Last)->Flink = Pfn;
    }
    List->Last = Pfn;
    List->Count++;
    if (List == &MiFreeList) {
        MiWakeZeroing();
    }
    if (MiPageWaiters != 0 && List->State <= MiPageStandby &&
        MiAvailablePages() > MI_RESERVE_PAGES) {
        MiPageWaiters = 0;
        KeSetEvent(&MiFreePagesEvent, 0, FALSE);
    }
}

VOID MiUnlink(MI_LIST *List, MI_PFN Pfn)
{
    PMMPFN Page = MiPfn(Pfn);

    NT_ASSERT(Page->State == List->State && List->Count != 0);
    if (Page->Blink == MI_NO_PFN) {
        NT_ASSERT(List->First == Pfn);
        List->First = Page->Flink;
    } else {
        MiPfn(Page->Blink)->Flink = Page->Flink;
    }
    if (Page->Flink == MI_NO_PFN) {
        NT_ASSERT(List->Last == Pfn);
        List->Last = Page->Blink;
    } else {
        MiPfn(Page->Flink)->Blink = Page->Blink;
    }
    Page->Flink = Page->Blink = MI_NO_PFN;
    List->Count--;
}

MI_LIST *MiListOf(PMMPFN Page)
{
    switch (Page->State) {
    case MiPageZeroed:
        return &MiZeroedList;
    case MiPageFree:
        return &MiFreeList;
    case MiPageStandby:
        return &MiStandbyList;
    case MiPageModified:
        return &MiModifiedList;
    default:
        return NULL;
    }
}

/* Standby to out: the page stays in its slot, the frame is anybody's. */
VOID MiPurgeStandby(PMMPFN Page, MI_PFN Pfn)
{
    NT_ASSERT(Page->State == MiPageStandby && Page->Slot != 0 && Page->Pins == 0);
    NT_ASSERT(MiIsTransition(*Page->PteAddress) && MI_PTE_PFN(*Page->PteAddress) == Pfn);
    MiUnlink(&MiStandbyList, Pfn);
    MiWritePte(Page->PteAddress, MiOutPte(Page->Slot, MI_PTE_PROT(*Page->PteAddress)));
    Page->Slot = 0;
    Page->PteAddress = NULL;
    Page->Flags = 0;
}

BOOLEAN MiIsTakeable(MI_PFN Pfn)
{
    UCHAR State = MiPfn(Pfn)->State;

    return State == MiPageZeroed || State == MiPageFree || State == MiPageStandby;
}

VOID MiTakeFrame(MI_PFN Pfn)
{
    PMMPFN Page = MiPfn(Pfn);

    if (Page->State == MiPageStandby) {
        MiPurgeStandby(Page, Pfn);
    } else {
        MiUnlink(MiListOf(Page), Pfn);
    }
    Page->State = MiPageActive;
    Page->Pins = 1;
    Page->Slot = 0;
    Page->Flags = 0;
    Page->Age = 0;
    Page->Cache = 0;
    Page->PteAddress = NULL;
}

MI_PFN MiRemovePage(ULONG Flags, BOOLEAN *IsZeroed)
{
    MI_LIST *List;
    MI_PFN Pfn;

    if (MiAvailablePages() <= ((Flags & MI_GET_RESERVE) ? 0 : MI_RESERVE_PAGES)) {
        MiWakeBalance();
        return MI_NO_PFN;
    }
    if (Flags & MI_GET_ZEROED) {
        List = MiZeroedList.Count ? &MiZeroedList : &MiFreeList;
    } else {
        List = MiFreeList.Count ? &MiFreeList : &MiZeroedList;
    }
    if (List->Count == 0) {
        List = &MiStandbyList;
    }
    Pfn = List->First;
    MiTakeFrame(Pfn);
    if (IsZeroed != NULL) {
        *IsZeroed = List == &MiZeroedList;
    }
    MiWakeBalance();
    return Pfn;
}

VOID MiFreeFrame(MI_PFN Pfn)
{
    PMMPFN Page = MiPfn(Pfn);

    NT_ASSERT(Page->State == MiPageActive || Page->State == MiPageTransition);
    NT_ASSERT(!(Page->Flags & MI_PFN_INWS));
    if (Page->Slot != 0) {
        MiFreeSlot(Page->Slot);
        Page->Slot = 0;
    }
    Page->Flags = 0;
    Page->Pins = 0;
    Page->PteAddress = NULL;
    MiInsertTail(&MiFreeList, Pfn);
}

VOID MiUnpinFrame(MI_PFN Pfn)
{
    PMMPFN Page = MiPfn(Pfn);

    if (Page->Pins <= 0) {
        KeBugCheckEx(PFN_LIST_CORRUPT, 7, Pfn, (ULONG_PTR)Page->Pins, 0);
    }
    if (--Page->Pins == 0 && (Page->Flags & MI_PFN_DELETED)) {
        MiFreeFrame(Pfn);
    }
}

VOID MiWaitForFreePage(VOID)
{
    KIRQL OldIrql;

    for (;;) {
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        if (MiAvailablePages() > MI_RESERVE_PAGES) {
            KeReleaseSpinLock(&MmPfnLock, OldIrql);
            return;
        }
        if (MiPageWaiters++ == 0) {
            KeClearEvent(&MiFreePagesEvent);
        }
        MiWakeBalance();
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        KeWaitForSingleObject(&MiFreePagesEvent, WrFreePage, KernelMode, FALSE, NULL);
    }
}
