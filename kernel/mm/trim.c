/* Trimming: taking pages of pageable system memory away from the working set.
 *
 *   who calls              why                          may wait
 *   MiBalanceThread        free pages run low; ageing   yes (but trims without)
 *   MmTrimAll…, MmTrim…    a driver or the console      yes, with PurgeTransition / always
 *
 * A page goes only if nothing pins it: section residency, MDLs and I/O in flight all count in
 * the frame (MMPFN.Pins), so that the test is one load. A frame whose page is newer than its
 * slot, or never had one, goes to the modified list and waits for the writer; any other has its
 * content in its slot already and goes to standby.
 *
 * Age counts the passes since the CPU last set the accessed bit. A pass takes pages from the head
 * of the working set and puts survivors at its tail: no cursor, so MmPfnLock can be dropped
 * between batches. */
#include "mi.h"
#include "ke.h"

#define MI_TRIM_BATCH 64 /* pages looked at in one hold of MmPfnLock */
#define MI_OLD_AGE    3  /* passes without use after which a page is trimmed first */

static KEVENT MiBalanceEvent;
static BOOLEAN MiBalanceWoken; /* (p) the event is set and not yet consumed */
BOOLEAN MmPagingActive;

VOID MiAddToWorkingSet(MI_PFN Pfn)
{
    NT_ASSERT(!(MiPfn(Pfn)->Flags & MI_PFN_INWS));
    MiPfn(Pfn)->Flags |= MI_PFN_INWS;
    MiInsertTail(&MiWorkingSet, Pfn);
}

VOID MiRemoveFromWorkingSet(MI_PFN Pfn)
{
    NT_ASSERT(MiPfn(Pfn)->Flags & MI_PFN_INWS);
    MiUnlink(&MiWorkingSet, Pfn);
    MiPfn(Pfn)->Flags &= ~MI_PFN_INWS;
}

/* While a write to the slot is in flight the slot cannot be given to another page: the writer
 * drops it when it sees the mark. */
VOID MiMarkDirty(PMMPFN Page)
{
    Page->Flags |= MI_PFN_MODIFIED;
    if (Page->Slot != 0 && !(Page->Flags & MI_PFN_WRITING)) {
        MiFreeSlot(Page->Slot);
        Page->Slot = 0;
    }
}

/* To the modified list or to standby; FALSE: pinned, or not in the working set. MmPfnLock held. */
static BOOLEAN MiTrimPage(MI_PFN Pfn)
{
    PMMPFN Page = MiPfn(Pfn);
    PMMPTE Pte = Page->PteAddress;
    MMPTE Old;

    if (Page->Pins != 0 || !(Page->Flags & MI_PFN_INWS)) {
        return FALSE;
    }
    Old = MiExchangePte(Pte, MiTransitionPte(Pfn, MI_PTE_PROT(*Pte)));
    NT_ASSERT((Old & MI_PTE_VALID) && MI_PTE_PFN(Old) == Pfn);
    MiFlushPage(MiGetPteVa(Pte));
    MiRemoveFromWorkingSet(Pfn);
    if ((Old & MI_PTE_DIRTY) || Page->Slot == 0) {
        MiMarkDirty(Page);
    }
    MiInsertTail((Page->Flags & MI_PFN_MODIFIED) ? &MiModifiedList : &MiStandbyList, Pfn);
    MiStatistics.PagesTrimmed++;
    return TRUE;
}

/* TRUE when the page was used since the last pass. */
static BOOLEAN MiTestAccessed(PMMPTE Pte)
{
    if (!(*Pte & MI_PTE_ACCESSED)) {
        return FALSE;
    }
    InterlockedAnd((volatile LONG *)Pte, ~(LONG)MI_PTE_ACCESSED);
    MiFlushPage(MiGetPteVa(Pte));
    return TRUE;
}

/* One pass over the working set at most. Ages every page it meets; trims those that were not
 * used for MinimumAge passes until Goal pages are gone. Returns how many went. */
static ULONG MiTrimPass(ULONG Goal, ULONG MinimumAge)
{
    ULONG Trimmed = 0;
    ULONG Left;
    KIRQL OldIrql;

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    Left = MiWorkingSet.Count;
    while (Left != 0) {
        for (ULONG i = 0; i < MI_TRIM_BATCH && Left != 0 && MiWorkingSet.Count != 0; i++, Left--) {
            MI_PFN Pfn = MiWorkingSet.First;
            PMMPFN Page = MiPfn(Pfn);

            if (MinimumAge != 0) {
                if (MiTestAccessed(Page->PteAddress)) {
                    Page->Age = 0;
                } else if (Page->Age < 255) {
                    Page->Age++;
                }
            }
            if (Trimmed < Goal && Page->Age >= MinimumAge && MiTrimPage(Pfn)) {
                Trimmed++;
            } else {
                MiUnlink(&MiWorkingSet, Pfn);
                MiInsertTail(&MiWorkingSet, Pfn);
            }
        }
        if (MiWorkingSet.Count == 0) {
            break;
        }
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    return Trimmed;
}

ULONG MiTrimWorkingSet(ULONG Goal, BOOLEAN All)
{
    ULONG Trimmed = 0;

    if (!MmPagingActive) {
        return 0;
    }
    if (All) {
        return MiTrimPass(Goal, 0);
    }
    for (LONG Age = MI_OLD_AGE; Age >= 0 && Trimmed < Goal; Age--) {
        Trimmed += MiTrimPass(Goal - Trimmed, (ULONG)Age);
    }
    return Trimmed;
}

NTSTATUS NTAPI MmTrimAllSystemPagableMemory(ULONG PurgeTransition)
{
    if (PurgeTransition) {
        return MmTrimPages(NULL, TRUE);
    }
    MiTrimWorkingSet(MAXULONG, TRUE);
    return STATUS_SUCCESS;
}

/* The pages of one image, in batches as above. Out: standby pages give up their frames; else
 * valid pages leave the working set. */
static VOID MiTrimRange(PVOID Base, ULONG Pages, BOOLEAN Out)
{
    PMMPTE Pte = MiGetPteAddress(Base);
    PMMPTE End = Pte + Pages;
    KIRQL OldIrql;

    while (Pte < End) {
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        for (ULONG i = 0; i < MI_TRIM_BATCH && Pte < End; i++, Pte++) {
            if (*Pte & MI_PTE_VALID) {
                if (!Out) {
                    MiTrimPage(MI_PTE_PFN(*Pte));
                }
            } else if (Out && MiIsTransition(*Pte)) {
                MI_PFN Pfn = MI_PTE_PFN(*Pte);

                if (MiPfn(Pfn)->State == MiPageStandby) {
                    MiPurgeStandby(MiPfn(Pfn), Pfn);
                    MiInsertTail(&MiFreeList, Pfn);
                }
            }
        }
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
    }
}

static VOID MiPurgeAllStandby(VOID)
{
    BOOLEAN More = TRUE;
    KIRQL OldIrql;

    while (More) {
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        for (ULONG i = 0; i < MI_TRIM_BATCH && MiStandbyList.Count != 0; i++) {
            MI_PFN Pfn = MiStandbyList.First;

            MiPurgeStandby(MiPfn(Pfn), Pfn);
            MiInsertTail(&MiFreeList, Pfn);
        }
        More = MiStandbyList.Count != 0;
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
    }
}

NTSTATUS MmTrimPages(PLDR_DATA_TABLE_ENTRY Entry, BOOLEAN Out)
{
    NTSTATUS Status;

    if (!MmPagingActive) {
        return STATUS_DEVICE_NOT_READY;
    }
    if (Entry != NULL) {
        MiTrimRange(Entry->DllBase, Entry->SizeOfImage >> PAGE_SHIFT, FALSE);
    } else {
        MiTrimWorkingSet(MAXULONG, TRUE);
    }
    Status = MiWriteAllModified();
    if (Out) {
        if (Entry != NULL) {
            MiTrimRange(Entry->DllBase, Entry->SizeOfImage >> PAGE_SHIFT, TRUE);
        } else {
            MiPurgeAllStandby();
        }
    }
    return Status;
}

/* Called under MmPfnLock or at any IRQL <= DISPATCH_LEVEL. */
VOID MiWakeBalance(VOID)
{
    if (MmPagingActive && !MiBalanceWoken && MiAvailablePages() < MiLowPages) {
        MiBalanceWoken = TRUE;
        KeSetEvent(&MiBalanceEvent, 0, FALSE);
    }
}

/* Once a second, or when free pages run low: ages the working set, and trims it until enough
 * pages are free or on their way there by the writer. */
VOID NTAPI MiBalanceThread(PVOID Context)
{
    LARGE_INTEGER Second = {.QuadPart = -10000000};
    LARGE_INTEGER Pause = {.QuadPart = -100000};
    ULONG Available, Coming;

    (VOID)Context;
    for (;;) {
        KeWaitForSingleObject(&MiBalanceEvent, Executive, KernelMode, FALSE, &Second);
        MiBalanceWoken = FALSE;
        if (!MmPagingActive) {
            continue;
        }
        Available = MiAvailablePages();
        Coming = min(MiModifiedList.Count, MiFreeSlots());
        if (Available + Coming < MiGoalPages) {
            MiTrimWorkingSet(MiGoalPages - Available - Coming, FALSE);
        } else {
            MiTrimPass(0, 1);
        }
        if (MiAvailablePages() < MiGoalPages || MiModifiedList.Count > MiGoalPages) {
            MiWakeWriter();
            /* Whoever is short of pages sets the event again at once: let the writer run. */
            KeDelayExecutionThread(KernelMode, FALSE, &Pause);
        }
    }
}

VOID MiInitializeTrimming(VOID)
{
    KeInitializeEvent(&MiBalanceEvent, SynchronizationEvent, FALSE);
}
