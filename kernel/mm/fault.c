/* Page faults on pageable system memory.
 *
 *   PTE found         what happens                                               counted as
 *   valid             another thread was faster: try the access again
 *   transition        the frame still has the page: off its list, valid          soft
 *   … being read      wait for that read, look again                             collided
 *   demand zero       a zeroed frame                                             demand zero
 *   out               a frame, a read from the slot, valid                       hard
 *   discarded, none   bugcheck (faultstop.c)
 *
 * MmPfnLock is held from the look at the PTE to its change. It is dropped around zeroing, around
 * the read, and around every wait; whoever waited looks at the PTE again from the start. While a
 * page is being read its PTE is in transition and the frame is on no list with one pin, so that
 * nobody else can take either. A read that fails puts the slot back into the PTE.
 *
 * Faults are legal at APC_LEVEL and below. The handler takes no lock but MmPfnLock, so any lock
 * that is legal there may be held by the faulting thread, paged pool's included; what it waits
 * for (the pager's I/O) is done by code that never faults. */
#include "mi.h"
#include "ke.h"

static VOID MiMakeValid(PMMPTE Pte, MI_PFN Pfn, ULONG Protection)
{
    PMMPFN Page = MiPfn(Pfn);

    Page->State = MiPageActive;
    Page->Age = 0;
    Page->PteAddress = Pte;
    MiWritePte(Pte, MiValidPte(Pfn, Protection));
    MiAddToWorkingSet(Pfn);
}

static VOID MiSoftFault(PMMPTE Pte)
{
    MI_PFN Pfn = MI_PTE_PFN(*Pte);
    PMMPFN Page = MiPfn(Pfn);
    MI_LIST *List = MiListOf(Page);

    NT_ASSERT(Page->PteAddress == Pte);
    if (List != NULL) {
        MiUnlink(List, Pfn);
    }
    MiStatistics.SoftFaults++;
    MiMakeValid(Pte, Pfn, MI_PTE_PROT(*Pte));
}

/* Entered with MmPfnLock held, returns with it released. */
static NTSTATUS MiDemandZeroFault(PMMPTE Pte, KIRQL OldIrql)
{
    MMPTE Seen = *Pte;
    BOOLEAN Zeroed;
    MI_PFN Pfn = MiRemovePage(MI_GET_ZEROED, &Zeroed);

    if (Pfn == MI_NO_PFN) {
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        MiWaitForFreePage();
        return STATUS_SUCCESS;
    }
    if (!Zeroed) {
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        MiZeroFrame(Pfn);
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        if (*Pte != Seen) {
            MiFreeFrame(Pfn);
            KeReleaseSpinLock(&MmPfnLock, OldIrql);
            return STATUS_SUCCESS;
        }
    }
    MiPfn(Pfn)->Pins = 0;
    MiPfn(Pfn)->Flags = MI_PFN_MODIFIED;
    MiStatistics.DemandZeroFaults++;
    MiMakeValid(Pte, Pfn, MI_PTE_PROT(Seen));
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    return STATUS_SUCCESS;
}

static NTSTATUS MiReadStatus(MI_PAGE_IO *Io)
{
    NTSTATUS Status = Io->Iosb.Status;

    return NT_SUCCESS(Status) && Io->Iosb.Information != PAGE_SIZE ? STATUS_END_OF_FILE : Status;
}

/* After the read: the page is made valid, or goes back to being out, by whichever of the threads
 * that waited gets here first. Were that left to the issuer, a waiter of higher priority would look
 * again and again and never let it run. MmPfnLock held. */
static VOID MiSettleRead(MI_PAGE_IO *Io)
{
    MI_PFN Pfn = (MI_PFN)Io->Frames[0];
    PMMPFN Page = MiPfn(Pfn);

    if (Io->Settled) {
        return;
    }
    Io->Settled = TRUE;
    Page->Flags &= ~MI_PFN_READING;
    Page->Flink = MI_NO_PFN;
    if (Page->Flags & MI_PFN_DELETED) {
        MiUnpinFrame(Pfn);
    } else if (NT_SUCCESS(MiReadStatus(Io))) {
        Page->Pins--;
        MiStatistics.PagesRead++;
        MiMakeValid(Io->Pte, Pfn, Io->Protection);
    } else {
        MiStatistics.ReadErrors++;
        MiWritePte(Io->Pte, MiOutPte(Io->Slot, Io->Protection));
        Page->Slot = 0;
        MiFreeFrame(Pfn);
    }
}

/* Entered with MmPfnLock held, returns with it released. */
static NTSTATUS MiCollidedFault(PMMPFN Page, KIRQL OldIrql)
{
    MI_PAGE_IO *Io = (MI_PAGE_IO *)(ULONG_PTR)Page->Flink;

    Io->Users++;
    MiStatistics.CollidedFaults++;
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    KeWaitForSingleObject(&Io->Done, WrPageIn, KernelMode, FALSE, NULL);
    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    MiSettleRead(Io);
    MiDropPageIo(Io);
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    return STATUS_SUCCESS;
}

/* Entered with MmPfnLock held, returns with it released. */
static NTSTATUS MiHardFault(PMMPTE Pte, KIRQL OldIrql)
{
    ULONG Slot = MI_PTE_SLOT(*Pte);
    ULONG Protection = MI_PTE_PROT(*Pte);
    MI_PAGE_IO *Io = MiTryGetPageIo(FALSE);
    NTSTATUS Status;
    MI_PFN Pfn;
    PMMPFN Page;

    if (Io == NULL) {
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        MiWaitForPageIo(FALSE);
        return STATUS_SUCCESS;
    }
    Pfn = MiRemovePage(0, NULL);
    if (Pfn == MI_NO_PFN) {
        MiDropPageIo(Io);
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        MiWaitForFreePage();
        return STATUS_SUCCESS;
    }
    Page = MiPfn(Pfn);
    Page->State = MiPageTransition;
    Page->Flags = MI_PFN_READING;
    Page->Flink = (ULONG)(ULONG_PTR)Io;
    Page->Slot = Slot;
    Page->PteAddress = Pte;
    MiWritePte(Pte, MiTransitionPte(Pfn, Protection));
    Io->Settled = FALSE;
    Io->Pte = Pte;
    Io->Slot = Slot;
    Io->Protection = Protection;
    Io->Pages = 1;
    Io->Frames[0] = Pfn;
    MiStatistics.HardFaults++;
    KeReleaseSpinLock(&MmPfnLock, OldIrql);

    MiStartPageIo(Io, Slot);
    KeWaitForSingleObject(&Io->Done, WrPageIn, KernelMode, FALSE, NULL);

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    Status = MiReadStatus(Io);
    MiSettleRead(Io);
    MiDropPageIo(Io);
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    return Status;
}

/* Makes the page of Pte valid, or waited for what is in the way. Entered with MmPfnLock held,
 * returns with it released; the caller looks at the PTE again. */
static NTSTATUS MiResolvePage(PMMPTE Pte, KIRQL OldIrql)
{
    MMPTE Seen = *Pte;

    if (Seen & MI_PTE_VALID) {
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        return STATUS_SUCCESS;
    }
    if (MiIsTransition(Seen)) {
        PMMPFN Page = MiPfn(MI_PTE_PFN(Seen));

        if (Page->Flags & MI_PFN_READING) {
            return MiCollidedFault(Page, OldIrql);
        }
        MiSoftFault(Pte);
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        return STATUS_SUCCESS;
    }
    if (MI_PTE_SLOT(Seen) != 0) {
        return MiHardFault(Pte, OldIrql);
    }
    if (MI_PTE_PROT(Seen) != 0) {
        return MiDemandZeroFault(Pte, OldIrql);
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    return STATUS_ACCESS_VIOLATION;
}

NTSTATUS MiPinPage(PVOID Va, MI_PFN *Pfn)
{
    PMMPTE Pte = MiGetPteAddress(Va);
    NTSTATUS Status;
    KIRQL OldIrql;

    if (!MiIsPageTablePresent(Va)) {
        return STATUS_ACCESS_VIOLATION;
    }
    for (;;) {
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        if (*Pte & MI_PTE_VALID) {
            *Pfn = MI_PTE_PFN(*Pte);
            if (*Pfn <= MiHighestPfn && MiPfn(*Pfn)->State != MiPageNotRam) {
                MiPfn(*Pfn)->Pins++;
            }
            KeReleaseSpinLock(&MmPfnLock, OldIrql);
            return STATUS_SUCCESS;
        }
        if (OldIrql >= DISPATCH_LEVEL) {
            KeReleaseSpinLock(&MmPfnLock, OldIrql);
            KeBugCheckEx(IRQL_NOT_LESS_OR_EQUAL, (ULONG_PTR)Va, OldIrql, 0,
                         (ULONG_PTR)__builtin_return_address(0));
        }
        Status = MiResolvePage(Pte, OldIrql);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
}

/* The page is there: either the access is forbidden, or somebody else was faster, or the TLB was
 * stale. Any IRQL. FALSE: the page is not there. */
static BOOLEAN MiIsValidFault(ULONG ErrorCode, PVOID Address, PKTRAP_FRAME Trap, KIRQL Irql)
{
    MMPTE Pte = *(volatile MMPTE *)MiGetPteAddress(Address);

    if (!(Pte & MI_PTE_VALID)) {
        return FALSE;
    }
    if (((ErrorCode & PF_WRITE) && !(Pte & MI_PTE_WRITE)) ||
        ((ErrorCode & PF_FETCH) && (Pte & MI_PTE_NX))) {
        MiStopFault(ErrorCode, Address, Trap, Irql);
    }
    MiFlushPage(Address);
    return TRUE;
}

NTSTATUS MmAccessFault(ULONG ErrorCode, PVOID Address, PKTRAP_FRAME Trap)
{
    PMMPTE Pte = MiGetPteAddress(Address);
    KIRQL Irql = KeGetCurrentIrql();
    NTSTATUS Status;
    KIRQL OldIrql;

    if (Address < MI_SYSTEM_START && Irql < DISPATCH_LEVEL) {
        return STATUS_ACCESS_VIOLATION;
    }
    if (!MiIsPageTablePresent(Address)) {
        MiStopFault(ErrorCode, Address, Trap, Irql);
    }
    for (;;) {
        if (MiIsValidFault(ErrorCode, Address, Trap, Irql)) {
            return STATUS_SUCCESS;
        }
        if (Irql >= DISPATCH_LEVEL || KeGetCurrentThread()->PagingIo != 0) {
            MiStopFault(ErrorCode, Address, Trap, Irql);
        }
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        Status = MiResolvePage(Pte, OldIrql);
        if (Status == STATUS_ACCESS_VIOLATION && MiIsUnbacked(*Pte)) {
            MiStopFault(ErrorCode, Address, Trap, Irql);
        }
        if (!NT_SUCCESS(Status)) {
            KeBugCheckEx(KERNEL_DATA_INPAGE_ERROR, (ULONG_PTR)Pte, (ULONG_PTR)Status,
                         (ULONG_PTR)(*Pte >> 32), (ULONG_PTR)Address);
        }
    }
}
