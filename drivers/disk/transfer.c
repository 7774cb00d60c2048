/* Reads, writes, verifies and flushes: from an IRP to SRBs and back.
 *
 *   DiskQueueIrp ──► Waiting ──► DiskPump ──► SendPiece ──► port
 *                                   ▲  │          ▲           │
 *                       a request   │  │ free     └── more ── PieceDone
 *                       becomes free└──┘                      │ done, or an error
 *                                                             └──► the IRP is complete
 *
 * The IRP that came is the IRP that goes down, again and again, with its own MDL: the SRB says
 * which part of the buffer is meant. Nothing is allocated and nothing waits, so a request for the
 * page file needs nothing that paging would have to provide. Nonpaged, all of it: PieceDone runs
 * in the port's DPC. */
#include "disk.h"

static IO_COMPLETION_ROUTINE PieceDone;
static IO_COMPLETION_ROUTINE SrbDone;
static VOID DiskPump(PDISK Disk);

VOID DiskInitializeRequests(PDISK Disk)
{
    ULONG Index;

    KeInitializeSpinLock(&Disk->Lock);
    InitializeListHead(&Disk->Free);
    InitializeListHead(&Disk->Waiting);
    for (Index = 0; Index < DISK_REQUESTS; Index++) {
        Disk->Requests[Index].Disk = Disk;
        InsertTailList(&Disk->Free, &Disk->Requests[Index].Link);
    }
}

/* Sends the next piece of a request to the port. */
static VOID SendPiece(PDISK_REQUEST Request)
{
    PDISK Disk = Request->Disk;
    PIRP Irp = Request->Irp;
    PSCSI_REQUEST_BLOCK Srb = &Request->Srb;
    ULONG Lba = (ULONG)(Request->Offset >> Disk->SectorShift);
    PIO_STACK_LOCATION Next;
    ULONG Limit, Sectors;

    Limit = Request->Operation == SCSIOP_VERIFY ? DISK_VERIFY_SECTORS << Disk->SectorShift
                                                : Disk->MaximumTransfer;
    Request->Piece = min(Request->Left, Limit);
    Sectors = Request->Piece >> Disk->SectorShift;

    RtlZeroMemory(Srb, sizeof(*Srb));
    Srb->Length = sizeof(*Srb);
    Srb->Function = SRB_FUNCTION_EXECUTE_SCSI;
    Srb->TimeOutValue = DISK_TIMEOUT_SECONDS;
    Srb->OriginalRequest = Irp;
    Srb->CdbLength = CDB10GENERIC_LENGTH;
    Srb->Cdb[0] = Request->Operation;
    if (Request->Operation != SCSIOP_SYNCHRONIZE_CACHE) {
        Srb->Cdb[2] = (UCHAR)(Lba >> 24);
        Srb->Cdb[3] = (UCHAR)(Lba >> 16);
        Srb->Cdb[4] = (UCHAR)(Lba >> 8);
        Srb->Cdb[5] = (UCHAR)Lba;
        Srb->Cdb[7] = (UCHAR)(Sectors >> 8);
        Srb->Cdb[8] = (UCHAR)Sectors;
    }
    if (Request->Operation == SCSIOP_READ || Request->Operation == SCSIOP_WRITE) {
        Srb->SrbFlags = Request->Operation == SCSIOP_READ ? SRB_FLAGS_DATA_IN : SRB_FLAGS_DATA_OUT;
        Srb->DataBuffer = (PUCHAR)MmGetMdlVirtualAddress(Irp->MdlAddress) + Request->Done;
        Srb->DataTransferLength = Request->Piece;
    }

    Next = IoGetNextIrpStackLocation(Irp);
    Next->MajorFunction = IRP_MJ_SCSI;
    Next->MinorFunction = IRP_MN_SCSI_CLASS;
    Next->Parameters.Scsi.Srb = Srb;
    IoSetCompletionRoutine(Irp, PieceDone, Request, TRUE, TRUE, TRUE);
    IoCallDriver(Disk->Lower, Irp);
}

static VOID StartRequest(PDISK_REQUEST Request, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    Request->Irp = Irp;
    Request->Offset = 0;
    Request->Left = 0;
    Request->Done = 0;
    switch (Stack->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        Request->Operation = Stack->MajorFunction == IRP_MJ_READ ? SCSIOP_READ : SCSIOP_WRITE;
        Request->Offset = Stack->Parameters.Read.ByteOffset.QuadPart;
        Request->Left = Stack->Parameters.Read.Length;
        break;
    case IRP_MJ_DEVICE_CONTROL: {
        PVERIFY_INFORMATION Verify = Irp->AssociatedIrp.SystemBuffer;

        Request->Operation = SCSIOP_VERIFY;
        Request->Offset = Verify->StartingOffset.QuadPart;
        Request->Left = Verify->Length;
        break;
    }
    default:                                    /* IRP_MJ_FLUSH_BUFFERS, IRP_MJ_SHUTDOWN */
        Request->Operation = SCSIOP_SYNCHRONIZE_CACHE;
        break;
    }
    SendPiece(Request);
}

/* A piece has come back, at up to DISPATCH_LEVEL. */
static NTSTATUS NTAPI PieceDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PDISK_REQUEST Request = Context;
    PDISK Disk = Request->Disk;
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (NT_SUCCESS(Irp->IoStatus.Status)) {
        Request->Done += Request->Piece;
        Request->Left -= Request->Piece;
        Request->Offset += Request->Piece;
        if (Request->Left != 0) {
            SendPiece(Request);
            return STATUS_MORE_PROCESSING_REQUIRED;
        }
    }
    Irp->IoStatus.Information = 0;
    if (NT_SUCCESS(Irp->IoStatus.Status) &&
        (Request->Operation == SCSIOP_READ || Request->Operation == SCSIOP_WRITE)) {
        Irp->IoStatus.Information = Request->Done;
    }
    KeAcquireSpinLock(&Disk->Lock, &OldIrql);
    InsertHeadList(&Disk->Free, &Request->Link);
    KeReleaseSpinLock(&Disk->Lock, OldIrql);
    DiskPump(Disk);
    return STATUS_CONTINUE_COMPLETION;
}

/* Starts waiting IRPs while there are free requests. A port that completes at once brings us back
 * here from inside SendPiece; then the loop that is already running goes on instead of a deeper
 * one, so the depth of the stack does not follow the length of the queue. */
static VOID DiskPump(PDISK Disk)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Disk->Lock, &OldIrql);
    if (Disk->Pumping) {
        KeReleaseSpinLock(&Disk->Lock, OldIrql);
        return;
    }
    Disk->Pumping = TRUE;
    while (!IsListEmpty(&Disk->Waiting) && !IsListEmpty(&Disk->Free)) {
        PLIST_ENTRY Irp = RemoveHeadList(&Disk->Waiting);
        PLIST_ENTRY Request = RemoveHeadList(&Disk->Free);

        KeReleaseSpinLock(&Disk->Lock, OldIrql);
        StartRequest(CONTAINING_RECORD(Request, DISK_REQUEST, Link),
                     CONTAINING_RECORD(Irp, IRP, Tail.Overlay.ListEntry));
        KeAcquireSpinLock(&Disk->Lock, &OldIrql);
    }
    Disk->Pumping = FALSE;
    KeReleaseSpinLock(&Disk->Lock, OldIrql);
}

/* The IRP is marked pending, and its offset counts from the start of the disk. */
VOID DiskQueueIrp(PDISK Disk, PIRP Irp)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Disk->Lock, &OldIrql);
    InsertTailList(&Disk->Waiting, &Irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&Disk->Lock, OldIrql);
    DiskPump(Disk);
}

NTSTATUS NTAPI DiskReadWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDISK_PARTITION Partition = DeviceObject->DeviceExtension;
    PDISK Disk = Partition->Disk;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    /* Parameters.Read and Parameters.Write have one layout. */
    ULONGLONG Offset = Stack->Parameters.Read.ByteOffset.QuadPart;
    ULONG Length = Stack->Parameters.Read.Length;

    if (Disk->MaximumTransfer == 0) {
        return DiskComplete(Irp, STATUS_DEVICE_NOT_READY, 0);
    }
    if (((Offset | Length) & (Disk->SectorSize - 1)) != 0 || Offset > Partition->Length ||
        Length > Partition->Length - Offset) {
        return DiskComplete(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    if (Length == 0) {
        return DiskComplete(Irp, STATUS_SUCCESS, 0);
    }
    Stack->Parameters.Read.ByteOffset.QuadPart = Offset + Partition->Start;
    IoMarkIrpPending(Irp);
    DiskQueueIrp(Disk, Irp);
    return STATUS_PENDING;
}

/* IRP_MJ_FLUSH_BUFFERS from a file system, IRP_MJ_SHUTDOWN from the system: what the drive has
 * only in its cache goes to the medium. */
NTSTATUS NTAPI DiskFlush(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDISK_PARTITION Partition = DeviceObject->DeviceExtension;

    if (Partition->Disk->MaximumTransfer == 0) {
        return DiskComplete(Irp, STATUS_SUCCESS, 0);
    }
    IoMarkIrpPending(Irp);
    DiskQueueIrp(Partition->Disk, Irp);
    return STATUS_PENDING;
}

static NTSTATUS NTAPI SrbDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Context, IO_DISK_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Sends an SRB in an IRP of its own and waits: for START_DEVICE, at PASSIVE_LEVEL. The buffer is
 * nonpaged pool. In .text because it is small and its completion routine must be. */
NTSTATUS DiskSendSrb(PDISK Disk, PSCSI_REQUEST_BLOCK Srb, PVOID Buffer, ULONG Length)
{
    PIO_STACK_LOCATION Next;
    KEVENT Event;
    PIRP Irp;
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;

    Irp = IoAllocateIrp(Disk->Lower->StackSize, FALSE);
    if (Irp == NULL) {
        return Status;
    }
    Irp->MdlAddress = IoAllocateMdl(Buffer, Length, FALSE, FALSE, NULL);
    if (Irp->MdlAddress != NULL) {
        MmBuildMdlForNonPagedPool(Irp->MdlAddress);
        Srb->Length = sizeof(*Srb);
        Srb->Function = SRB_FUNCTION_EXECUTE_SCSI;
        Srb->SrbFlags = SRB_FLAGS_DATA_IN;
        Srb->DataBuffer = Buffer;
        Srb->DataTransferLength = Length;
        Srb->TimeOutValue = DISK_TIMEOUT_SECONDS;
        Srb->OriginalRequest = Irp;
        KeInitializeEvent(&Event, NotificationEvent, FALSE);
        Next = IoGetNextIrpStackLocation(Irp);
        Next->MajorFunction = IRP_MJ_SCSI;
        Next->Parameters.Scsi.Srb = Srb;
        IoSetCompletionRoutine(Irp, SrbDone, &Event, TRUE, TRUE, TRUE);
        IoCallDriver(Disk->Lower, Irp);
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
        IoFreeMdl(Irp->MdlAddress);
    }
    IoFreeIrp(Irp);
    return Status;
}
