/* IRPs: memory for them and their life.
 *
 * An IRP from IoAllocateIrp has a small record before it that links it into the list of IRPs
 * alive, so that leaks can be counted and the console can show who has what. IRPs in memory of
 * the driver's own (IoInitializeIrp; paging I/O uses such) have none.
 * Guards: the list under IopIrpLock; an IRP itself belongs to whoever has it. */
#include "iop.h"

#define IOP_IRP_MAGIC 'prIp'

typedef struct _IOP_IRP_RECORD {
    LIST_ENTRY Link; /* IopIrpLock */
    ULONG Magic;
    ULONG Unused; /* keeps the IRP aligned to 8 */
} IOP_IRP_RECORD, *PIOP_IRP_RECORD;

static KSPIN_LOCK IopIrpLock;
static LIST_ENTRY IopIrps; /* IopIrpLock */
static ULONG IopIrpCount;  /* IopIrpLock */

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, IopInitIrps)
#endif

VOID IopInitIrps(VOID)
{
    KeInitializeSpinLock(&IopIrpLock);
    InitializeListHead(&IopIrps);
}

VOID NTAPI IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)
{
    RtlZeroMemory(Irp, PacketSize);
    Irp->Type = IO_TYPE_IRP;
    Irp->Size = PacketSize;
    Irp->StackCount = StackSize;
    Irp->CurrentLocation = (CHAR)(StackSize + 1);
    Irp->ApcEnvironment = OriginalApcEnvironment;
    InitializeListHead(&Irp->ThreadListEntry);
    Irp->Tail.Overlay.CurrentStackLocation = (PIO_STACK_LOCATION)(Irp + 1) + StackSize;
}

PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)
{
    USHORT size = IoSizeOfIrp(StackSize);
    PIOP_IRP_RECORD record;
    KIRQL irql;
    PIRP irp;

    UNREFERENCED_PARAMETER(ChargeQuota);
    record = ExAllocatePoolWithTag(NonPagedPool, sizeof(IOP_IRP_RECORD) + size, ' prI');
    if (record == NULL) {
        return NULL;
    }
    irp = (PIRP)(record + 1);
    IoInitializeIrp(irp, size, StackSize);
    record->Magic = IOP_IRP_MAGIC;
    KeAcquireSpinLock(&IopIrpLock, &irql);
    InsertTailList(&IopIrps, &record->Link);
    IopIrpCount++;
    KeReleaseSpinLock(&IopIrpLock, irql);
    return irp;
}

VOID NTAPI IoFreeIrp(PIRP Irp)
{
    PIOP_IRP_RECORD record = (PIOP_IRP_RECORD)Irp - 1;
    KIRQL irql;

    if (Irp->Type != IO_TYPE_IRP) {
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, (ULONG_PTR)Irp, __LINE__, 0, 0);
    }
    if (!IsListEmpty(&Irp->ThreadListEntry)) {
        /* Still in its thread's list: requests built to complete there free themselves. */
        KeBugCheckEx(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 2, (ULONG_PTR)Irp, 0, 0);
    }
    Irp->Type = 0;
    if (record->Magic != IOP_IRP_MAGIC) {
        ExFreePool(Irp); /* the driver's own pool, made an IRP by IoInitializeIrp */
        return;
    }
    KeAcquireSpinLock(&IopIrpLock, &irql);
    RemoveEntryList(&record->Link);
    IopIrpCount--;
    KeReleaseSpinLock(&IopIrpLock, irql);
    record->Magic = 0;
    ExFreePoolWithTag(record, ' prI');
}

VOID NTAPI IoReuseIrp(PIRP Irp, NTSTATUS Status)
{
    UCHAR flags = Irp->AllocationFlags;

    IoInitializeIrp(Irp, Irp->Size, Irp->StackCount);
    Irp->AllocationFlags = flags;
    Irp->IoStatus.Status = Status;
}

ULONG IoQueryIrps(PIO_IRP_STATE Rows, ULONG Count)
{
    PLIST_ENTRY link;
    KIRQL irql;
    ULONG n = 0;

    KeAcquireSpinLock(&IopIrpLock, &irql);
    for (link = IopIrps.Flink; link != &IopIrps && n < Count; link = link->Flink, n++) {
        PIRP irp = (PIRP)(CONTAINING_RECORD(link, IOP_IRP_RECORD, Link) + 1);

        RtlZeroMemory(&Rows[n], sizeof(Rows[n]));
        Rows[n].Irp = irp;
        Rows[n].Thread = irp->Tail.Overlay.Thread;
        Rows[n].Cancelled = irp->Cancel;
        if (irp->CurrentLocation >= 1 && irp->CurrentLocation <= irp->StackCount) {
            PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

            Rows[n].AtDriver = TRUE;
            Rows[n].MajorFunction = stack->MajorFunction;
            Rows[n].MinorFunction = stack->MinorFunction;
            Rows[n].Device = stack->DeviceObject;
        }
    }
    n = IopIrpCount;
    KeReleaseSpinLock(&IopIrpLock, irql);
    return n;
}

/* An IRP that completes in its issuer's thread hangs in that thread's list meanwhile. */
VOID IopQueueThreadIrp(PIRP Irp)
{
    PETHREAD thread = PsGetCurrentThread();
    KIRQL irql;

    KeRaiseIrql(APC_LEVEL, &irql);
    Irp->Tail.Overlay.Thread = thread;
    InsertHeadList(&thread->IrpList, &Irp->ThreadListEntry);
    KeLowerIrql(irql);
}

/* At APC_LEVEL in the issuing thread. */
VOID IopDequeueThreadIrp(PIRP Irp)
{
    RemoveEntryList(&Irp->ThreadListEntry);
    InitializeListHead(&Irp->ThreadListEntry);
}

VOID IoCancelThreadIo(PETHREAD Thread)
{
    LARGE_INTEGER tick = { .QuadPart = -100000 };
    PLIST_ENTRY link;
    KIRQL irql;

    NT_ASSERT(Thread == PsGetCurrentThread());
    for (;;) {
        KeRaiseIrql(APC_LEVEL, &irql);
        if (IsListEmpty(&Thread->IrpList)) {
            KeLowerIrql(irql);
            return;
        }
        /* Completion needs an APC in this thread, so nothing leaves the list while we look. */
        for (link = Thread->IrpList.Flink; link != &Thread->IrpList; link = link->Flink) {
            IoCancelIrp(CONTAINING_RECORD(link, IRP, ThreadListEntry));
        }
        KeLowerIrql(irql);
        KeDelayExecutionThread(KernelMode, FALSE, &tick);
    }
}
