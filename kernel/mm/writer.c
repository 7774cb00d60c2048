/* The modified page writer: modified pages go to the page file in clusters.
 *
 *   page, before                while written                  after
 *   modified                    transition, pin, MI_PFN_WRITING standby with its slot
 *   … soft fault meanwhile      active, still pinned            active, slot kept
 *   … dirtied through an MDL    active, MI_PFN_MODIFIED         active, slot freed
 *   … deleted meanwhile         MI_PFN_DELETED                  free, slot freed
 *   … write fails                                              modified, slot freed
 *
 * A page that is dirtied through its PTE during the write has the PTE's dirty bit: the trimmer
 * finds it. MmPfnLock is dropped around the write; the slots of a write in flight belong to it
 * until it ends. The transfer's IRP, MDL and mapping were made with the page file: writing
 * needs no memory. Any thread may write a cluster; the writer thread is the one that always does. */
#include "mi.h"
#include "ke.h"

static KEVENT MiWriterEvent;
static KEVENT MiWritesDone;       /* notification: no write in flight        */
static ULONG MiWritesInFlight;    /* (p) */
static BOOLEAN MiPageFileFullSaid; /* (p) one line a shortage                   */

/* A shortage is over, and the next one worth a line, when this many slots are free. */
#define MI_SHORTAGE_OVER (8 * MI_CLUSTER_PAGES)

VOID MiWakeWriter(VOID)
{
    KeSetEvent(&MiWriterEvent, 0, FALSE);
}

static VOID MiFinishPage(MI_PFN Pfn, BOOLEAN Written)
{
    PMMPFN Page = MiPfn(Pfn);

    Page->Flags &= ~MI_PFN_WRITING;
    if (!Written || (Page->Flags & MI_PFN_MODIFIED)) {
        MiMarkDirty(Page);
    }
    if (Page->Flags & MI_PFN_DELETED) {
        MiUnpinFrame(Pfn);
        return;
    }
    Page->Pins--;
    if (Page->State == MiPageTransition) {
        NT_ASSERT(Page->Pins == 0);
        MiInsertTail((Page->Flags & MI_PFN_MODIFIED) ? &MiModifiedList : &MiStandbyList, Pfn);
    }
}

/* Takes up to a cluster from the modified list and writes it. Returns how many pages were taken;
 * 0 with *Status saying why (STATUS_SUCCESS: nothing to write, or the machine is going down). */
static ULONG MiWriteCluster(NTSTATUS *Status)
{
    MI_PAGE_IO *Io;
    ULONG Slot, Got;
    KIRQL OldIrql;

    *Status = STATUS_SUCCESS;
    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    for (;;) {
        if (!MmPagingActive || MiModifiedList.Count == 0) {
            KeReleaseSpinLock(&MmPfnLock, OldIrql);
            return 0;
        }
        Io = MiTryGetPageIo(TRUE);
        if (Io != NULL) {
            break;
        }
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        MiWaitForPageIo(TRUE);
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    }
    do {
        Slot = MiAllocateSlots(min(MiModifiedList.Count, MI_CLUSTER_PAGES), &Got);
    } while (Slot == 0 && MiReclaimSlots());
    if (Slot == 0) {
        BOOLEAN Say = !MiPageFileFullSaid;

        MiPageFileFullSaid = TRUE;
        MiDropPageIo(Io);
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        if (Say) {
            DbgPrint("The page file is full: pages that find no slot stay in memory\n");
        }
        *Status = STATUS_DISK_FULL;
        return 0;
    }
    if (MiPageFileFullSaid && MiFreeSlots() > MI_SHORTAGE_OVER) {
        MiPageFileFullSaid = FALSE;
    }
    for (ULONG i = 0; i < Got; i++) {
        MI_PFN Pfn = MiModifiedList.First;
        PMMPFN Page = MiPfn(Pfn);

        MiUnlink(&MiModifiedList, Pfn);
        NT_ASSERT(Page->Slot == 0 && Page->Pins == 0);
        Page->State = MiPageTransition;
        Page->Flags = (UCHAR)((Page->Flags & ~MI_PFN_MODIFIED) | MI_PFN_WRITING);
        Page->Pins = 1;
        Page->Slot = Slot + i;
        Io->Frames[i] = Pfn;
    }
    Io->Pages = Got;
    if (MiWritesInFlight++ == 0) {
        KeClearEvent(&MiWritesDone);
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);

    MiStartPageIo(Io, Slot);
    KeWaitForSingleObject(&Io->Done, WrPageOut, KernelMode, FALSE, NULL);
    *Status = Io->Iosb.Status;
    if (NT_SUCCESS(*Status) && Io->Iosb.Information != Got * PAGE_SIZE) {
        *Status = STATUS_DISK_FULL;
    }

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    for (ULONG i = 0; i < Got; i++) {
        MiFinishPage((MI_PFN)Io->Frames[i], NT_SUCCESS(*Status));
    }
    MiStatistics.WriteRequests++;
    if (NT_SUCCESS(*Status)) {
        MiStatistics.PagesWritten += Got;
    } else {
        MiStatistics.WriteErrors++;
    }
    if (--MiWritesInFlight == 0) {
        KeSetEvent(&MiWritesDone, 0, FALSE);
    }
    MiDropPageIo(Io);
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    return Got;
}

VOID MiWaitForWrites(VOID)
{
    KeWaitForSingleObject(&MiWritesDone, WrPageOut, KernelMode, FALSE, NULL);
}

NTSTATUS MiWriteAllModified(VOID)
{
    ULONG Left = MiModifiedList.Count;
    NTSTATUS Status = STATUS_SUCCESS;

    while (Left != 0) {
        ULONG Got = MiWriteCluster(&Status);

        if (Got == 0 || !NT_SUCCESS(Status)) {
            break;
        }
        Left -= min(Left, Got);
    }
    MiWaitForWrites();
    return Status;
}

VOID NTAPI MiWriterThread(PVOID Context)
{
    LARGE_INTEGER Second = {.QuadPart = -10000000};
    NTSTATUS Status;

    (VOID)Context;
    for (;;) {
        KeWaitForSingleObject(&MiWriterEvent, Executive, KernelMode, FALSE, NULL);
        while (MmPagingActive && MiWriteCluster(&Status) != 0) {
            if (!NT_SUCCESS(Status)) {
                /* The device refuses: the pages are safe on the modified list. Try again when
                 * it had a moment, not in a loop. */
                KeDelayExecutionThread(KernelMode, FALSE, &Second);
            }
        }
    }
}

VOID MiInitializeWriter(VOID)
{
    KeInitializeEvent(&MiWriterEvent, SynchronizationEvent, FALSE);
    KeInitializeEvent(&MiWritesDone, NotificationEvent, TRUE);
}
