/* A channel: its queue, its interrupt, its clock. One command at a time, as ATA has it.
 *
 *   IdeQueueIrp ──► Queue ──► StartNext ──► IdeIssue          the drive works
 *                                 ▲            │
 *                                 │      interrupt ──► IdeDpc ──► IdeAdvance   more to move?
 *                                 │                                   │ no
 *                                 └──── Finish ◄── success ── Settle ◄┘
 *                                          ▲                    │ error: once more, by PIO
 *                                          └── gave up ─────────┘ timeout: reset the channel, wait
 *                                                                 for the drive, then once more
 *
 * Everything here is nonpaged: it runs at DISPATCH_LEVEL or above, for the page file too. IRPs are
 * completed after the lock has been given back, because a completion routine may send the next
 * one to us. A queued request is not cancelable: it ends within IDE_TIMEOUT_SECONDS anyway. */
#include "atapi.h"

#define IDE_ATTEMPTS 2

/* Fixed-format sense data (SPC 7.20) for class drivers that look at it. */
static VOID FillSense(PSCSI_REQUEST_BLOCK Srb, NTSTATUS Status)
{
    PSENSE_DATA Sense = Srb->SenseInfoBuffer;

    Srb->ScsiStatus = SCSISTAT_CHECK_CONDITION;
    if (Sense == NULL || Srb->SenseInfoBufferLength < sizeof(*Sense) ||
        (Srb->SrbFlags & SRB_FLAGS_DISABLE_AUTOSENSE) != 0) {
        return;
    }
    RtlZeroMemory(Sense, sizeof(*Sense));
    Sense->ErrorCode = 0x70;
    Sense->AdditionalSenseLength = sizeof(*Sense) - 8;
    switch (Status) {
    case STATUS_DEVICE_DATA_ERROR:
        Sense->SenseKey = SCSI_SENSE_MEDIUM_ERROR;
        Sense->AdditionalSenseCode = SCSI_ADSENSE_UNRECOVERED_ERROR;
        break;
    case STATUS_NONEXISTENT_SECTOR:
        Sense->SenseKey = SCSI_SENSE_ILLEGAL_REQUEST;
        Sense->AdditionalSenseCode = SCSI_ADSENSE_ILLEGAL_BLOCK;
        break;
    case STATUS_NO_MEDIA_IN_DEVICE:
        Sense->SenseKey = SCSI_SENSE_NOT_READY;
        Sense->AdditionalSenseCode = SCSI_ADSENSE_NO_MEDIA_IN_DEVICE;
        break;
    default:
        Sense->SenseKey = SCSI_SENSE_HARDWARE_ERROR;
        break;
    }
    Srb->SrbStatus |= SRB_STATUS_AUTOSENSE_VALID;
}

/* PIO could do what DMA could not, so it was not the medium. */
static VOID CountDmaFailure(PIDE_DISK Disk)
{
    if (++Disk->DmaFailures == IDE_DMA_FAILURES) {
        DbgPrint("atapi: %s: DMA failed %u times, going on without\n", Disk->Model,
                 IDE_DMA_FAILURES);
        Disk->Dma = FALSE;
    }
}

/* Puts the request's result where it belongs, and its IRP on the caller's list. Lock held. */
static VOID Finish(PIDE_CHANNEL Channel, NTSTATUS Status, PLIST_ENTRY Done)
{
    PIRP Irp = Channel->Request.Irp;
    PSCSI_REQUEST_BLOCK Srb = Channel->Request.Srb;

    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    if (NT_SUCCESS(Status)) {
        Srb->SrbStatus = SRB_STATUS_SUCCESS;
        if (Channel->Request.DmaFailed) {
            CountDmaFailure(Channel->Request.Disk);
        }
        if (Channel->Request.Operation == IdeRead || Channel->Request.Operation == IdeWrite) {
            Irp->IoStatus.Information = Srb->DataTransferLength;
        }
    } else if (Status == STATUS_IO_TIMEOUT) {
        Srb->SrbStatus = SRB_STATUS_TIMEOUT;
    } else {
        Srb->SrbStatus = SRB_STATUS_ERROR;
        FillSense(Srb, Status);
    }
    Channel->Request.Irp = NULL;
    Channel->State = IdeIdle;
    Channel->Countdown = 0;
    InsertTailList(Done, &Irp->Tail.Overlay.ListEntry);
}

/* Resets both drives of the channel. It takes them up to 31 s, so the clock looks after it. */
static VOID Reset(PIDE_CHANNEL Channel)
{
    IdeStopDma(Channel);
    Channel->Expecting = FALSE;
    Channel->Interrupted = FALSE;
    Channel->State = IdeResetting;
    Channel->Countdown = IDE_RESET_SECONDS;
    WRITE_PORT_UCHAR(Channel->Control, ATA_CONTROL_RESET | ATA_CONTROL_NO_INTERRUPT);
    KeStallExecutionProcessor(10);              /* ATA-7 9.2: at least 5 us */
    WRITE_PORT_UCHAR(Channel->Control, 0);
}

static BOOLEAN WorthRepeating(NTSTATUS Status)
{
    return Status != STATUS_INSUFFICIENT_RESOURCES && Status != STATUS_NONEXISTENT_SECTOR &&
           Status != STATUS_NO_MEDIA_IN_DEVICE && Status != STATUS_DEVICE_DOES_NOT_EXIST;
}

/* The request has come to Status: STATUS_PENDING means that the drive works on it. An error gets
 * a second attempt, by PIO, since the fault may lie with the bus master. */
static VOID Settle(PIDE_CHANNEL Channel, NTSTATUS Status, PLIST_ENTRY Done)
{
    PIDE_REQUEST Request = &Channel->Request;

    while (Status != STATUS_PENDING) {
        if (NT_SUCCESS(Status) || !WorthRepeating(Status) ||
            ++Request->Attempts >= IDE_ATTEMPTS) {
            Finish(Channel, Status, Done);
            return;
        }
        Request->DmaFailed = Request->Dma;
        Request->Dma = FALSE;
        if (Status == STATUS_IO_TIMEOUT) {
            Reset(Channel);
            return;
        }
        Status = IdeIssue(Channel);
    }
}

/* Takes requests off the queue until one keeps the drive busy. Lock held. */
static VOID StartNext(PIDE_CHANNEL Channel, PLIST_ENTRY Done)
{
    while (Channel->State == IdeIdle && !IsListEmpty(&Channel->Queue)) {
        PLIST_ENTRY Entry = RemoveHeadList(&Channel->Queue);
        PIRP Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);
        PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
        PIDE_REQUEST Request = &Channel->Request;

        IdeParseSrb(Stack->DeviceObject->DeviceExtension, Stack->Parameters.Scsi.Srb, Request);
        Request->Irp = Irp;
        if (Request->Operation == IdeRead || Request->Operation == IdeWrite) {
            Request->Offset = (ULONG)((PUCHAR)Request->Srb->DataBuffer -
                                      (PUCHAR)MmGetMdlVirtualAddress(Irp->MdlAddress));
            Request->Dma = Request->Disk->Dma;
        }
        Channel->State = IdeBusy;
        Settle(Channel, Channel->Stopping ? STATUS_DEVICE_DOES_NOT_EXIST : IdeIssue(Channel),
               Done);
    }
}

static VOID CompleteAll(PLIST_ENTRY Done)
{
    while (!IsListEmpty(Done)) {
        PLIST_ENTRY Entry = RemoveHeadList(Done);

        IoCompleteRequest(CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry),
                          IO_DISK_INCREMENT);
    }
}

/* The IRP is marked pending and its SRB has been checked by IdeParseSrb. */
VOID IdeQueueIrp(PIDE_CHANNEL Channel, PIRP Irp)
{
    LIST_ENTRY Done;
    KIRQL OldIrql;

    InitializeListHead(&Done);
    KeAcquireSpinLock(&Channel->Lock, &OldIrql);
    InsertTailList(&Channel->Queue, &Irp->Tail.Overlay.ListEntry);
    StartNext(Channel, &Done);
    KeReleaseSpinLock(&Channel->Lock, OldIrql);
    CompleteAll(&Done);
}

/* The interrupt routine: takes the interrupt back from the drive, notes what it said, and leaves
 * the rest to the DPC. Never pageable, and all it touches is in the nonpaged device extension. */
BOOLEAN NTAPI IdeInterrupt(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PIDE_CHANNEL Channel = ServiceContext;
    UCHAR BusMaster = 0;

    UNREFERENCED_PARAMETER(Interrupt);
    if (!Channel->Expecting) {
        IdeRead8(Channel, ATA_STATUS);
        return FALSE;
    }
    if (Channel->BusMaster != NULL) {
        BusMaster = READ_PORT_UCHAR(Channel->BusMaster + BM_STATUS);
        if (Channel->Request.Dma) {
            if ((BusMaster & BM_STATUS_INTERRUPT) == 0) {
                return FALSE;                   /* data is still on its way to memory */
            }
            WRITE_PORT_UCHAR(Channel->BusMaster + BM_COMMAND, 0);
        }
        WRITE_PORT_UCHAR(Channel->BusMaster + BM_STATUS,
                         BusMaster | BM_STATUS_INTERRUPT | BM_STATUS_ERROR);
    }
    Channel->InterruptBusMaster = BusMaster;
    Channel->InterruptStatus = IdeRead8(Channel, ATA_STATUS);
    Channel->Expecting = FALSE;
    Channel->Interrupted = TRUE;
    KeInsertQueueDpc(&Channel->Dpc, NULL, NULL);
    return TRUE;
}

VOID NTAPI IdeDpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    PIDE_CHANNEL Channel = DeferredContext;
    LIST_ENTRY Done;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    InitializeListHead(&Done);
    KeAcquireSpinLockAtDpcLevel(&Channel->Lock);
    /* A timeout may have come first: it has cleared Interrupted. */
    if (Channel->State == IdeBusy && Channel->Interrupted) {
        Channel->Interrupted = FALSE;
        if (IdeAdvance(Channel, &Status)) {
            Settle(Channel, Status, &Done);
            StartNext(Channel, &Done);
        } else {
            Channel->Countdown = IDE_TIMEOUT_SECONDS;
        }
    }
    KeReleaseSpinLockFromDpcLevel(&Channel->Lock);
    CompleteAll(&Done);
}

/* Once a second: has a command run out of time, is a reset over? */
VOID NTAPI IdeTick(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    PIDE_CHANNEL Channel = DeferredContext;
    LIST_ENTRY Done;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    InitializeListHead(&Done);
    KeAcquireSpinLockAtDpcLevel(&Channel->Lock);
    switch (Channel->State) {
    case IdeIdle:
        break;
    case IdeBusy:
        if (--Channel->Countdown == 0) {
            DbgPrint("atapi: %s: no answer to sector 0x%X in %u s, resetting\n",
                     Channel->Request.Disk->Model, Channel->Request.Lba, IDE_TIMEOUT_SECONDS);
            IdeStopDma(Channel);
            Channel->Expecting = FALSE;
            Channel->Interrupted = FALSE;
            Settle(Channel, STATUS_IO_TIMEOUT, &Done);
        }
        break;
    case IdeResetting:
        if ((READ_PORT_UCHAR(Channel->Control) & ATA_STATUS_BUSY) == 0) {
            Channel->State = IdeBusy;
            Settle(Channel, IdeIssue(Channel), &Done);
        } else if (--Channel->Countdown == 0) {
            Finish(Channel, STATUS_IO_TIMEOUT, &Done);
        }
        break;
    }
    StartNext(Channel, &Done);
    KeReleaseSpinLockFromDpcLevel(&Channel->Lock);
    CompleteAll(&Done);
}

/* From now on every request fails; the one in progress and those queued are failed at once.
 * The caller has disconnected the interrupt and stopped the clock. */
VOID IdeStopChannel(PIDE_CHANNEL Channel)
{
    LIST_ENTRY Done;
    KIRQL OldIrql;

    InitializeListHead(&Done);
    KeAcquireSpinLock(&Channel->Lock, &OldIrql);
    Channel->Stopping = TRUE;
    if (Channel->State != IdeIdle) {
        IdeStopDma(Channel);
        Channel->Expecting = FALSE;
        Finish(Channel, STATUS_DEVICE_DOES_NOT_EXIST, &Done);
    }
    StartNext(Channel, &Done);
    KeReleaseSpinLock(&Channel->Lock, OldIrql);
    CompleteAll(&Done);
}
