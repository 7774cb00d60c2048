/* SCSI request blocks: what a class driver asks of a disk, turned into ATA terms.
 *
 * Nonpaged: reads and writes of the page file come through here, at up to DISPATCH_LEVEL. */
#include "atapi.h"

static ULONG BigEndian32(const UCHAR *Bytes)
{
    return ((ULONG)Bytes[0] << 24) | ((ULONG)Bytes[1] << 16) | ((ULONG)Bytes[2] << 8) | Bytes[3];
}

/* Fills Request for an SRB that needs the drive. FALSE: not such an SRB, or out of range. */
BOOLEAN IdeParseSrb(PIDE_DISK Disk, PSCSI_REQUEST_BLOCK Srb, PIDE_REQUEST Request)
{
    RtlZeroMemory(Request, sizeof(*Request));
    Request->Srb = Srb;
    Request->Disk = Disk;

    if (Srb->Function == SRB_FUNCTION_FLUSH || Srb->Function == SRB_FUNCTION_SHUTDOWN) {
        Request->Operation = IdeFlush;
        return TRUE;
    }
    if (Srb->Function != SRB_FUNCTION_EXECUTE_SCSI) {
        return FALSE;
    }
    switch (Srb->Cdb[0]) {
    case SCSIOP_READ:
        Request->Operation = IdeRead;
        break;
    case SCSIOP_WRITE:
        Request->Operation = IdeWrite;
        break;
    case SCSIOP_VERIFY:
        Request->Operation = IdeVerify;
        break;
    case SCSIOP_SYNCHRONIZE_CACHE:
        Request->Operation = IdeFlush;
        return TRUE;
    default:
        return FALSE;
    }
    Request->Lba = BigEndian32(&Srb->Cdb[2]);
    Request->Sectors = ((ULONG)Srb->Cdb[7] << 8) | Srb->Cdb[8];
    if (Request->Sectors == 0 || Request->Lba >= Disk->Sectors ||
        Request->Sectors > Disk->Sectors - Request->Lba) {
        return FALSE;
    }
    if (Request->Operation == IdeVerify) {
        return Request->Sectors <= 256;
    }
    return Request->Sectors * IDE_SECTOR == Srb->DataTransferLength &&
           Srb->DataTransferLength <= IDE_MAX_TRANSFER;
}

/* Copies an answer into the IRP's buffer. */
static NTSTATUS Answer(PIRP Irp, PSCSI_REQUEST_BLOCK Srb, const VOID *Data, ULONG Size)
{
    PUCHAR Buffer;

    if (Irp->MdlAddress == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    Buffer = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    if (Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Buffer += (PUCHAR)Srb->DataBuffer - (PUCHAR)MmGetMdlVirtualAddress(Irp->MdlAddress);
    Srb->DataTransferLength = min(Srb->DataTransferLength, Size);
    RtlCopyMemory(Buffer, Data, Srb->DataTransferLength);
    Irp->IoStatus.Information = Srb->DataTransferLength;
    return STATUS_SUCCESS;
}

static NTSTATUS Inquiry(PIDE_DISK Disk, PIRP Irp, PSCSI_REQUEST_BLOCK Srb)
{
    UCHAR Data[36];

    RtlZeroMemory(Data, sizeof(Data));          /* a direct-access device, not removable */
    Data[3] = 2;                                /* response data format, SPC 7.3.2 */
    Data[4] = sizeof(Data) - 5;
    RtlCopyMemory(&Data[8], "ATA     ", 8);
    RtlCopyMemory(&Data[16], Disk->Model, 16);
    RtlCopyMemory(&Data[32], Disk->Revision, 4);
    return Answer(Irp, Srb, Data, sizeof(Data));
}

static NTSTATUS ReadCapacity(PIDE_DISK Disk, PIRP Irp, PSCSI_REQUEST_BLOCK Srb)
{
    READ_CAPACITY_DATA Data;
    ULONG Last = Disk->Sectors - 1;
    ULONG Block = IDE_SECTOR;

    REVERSE_BYTES(&Data.LogicalBlockAddress, &Last);
    REVERSE_BYTES(&Data.BytesPerBlock, &Block);
    return Answer(Irp, Srb, &Data, sizeof(Data));
}

/* SRBs that are answered without the drive. */
static NTSTATUS AnswerSrb(PIDE_DISK Disk, PIRP Irp, PSCSI_REQUEST_BLOCK Srb)
{
    switch (Srb->Function) {
    case SRB_FUNCTION_CLAIM_DEVICE:
        if (Disk->Claimed) {
            Srb->SrbStatus = SRB_STATUS_BUSY;
            return STATUS_DEVICE_BUSY;
        }
        Disk->Claimed = TRUE;
        Srb->DataBuffer = Disk->Self;
        return STATUS_SUCCESS;
    case SRB_FUNCTION_RELEASE_DEVICE:
        Disk->Claimed = FALSE;
        return STATUS_SUCCESS;
    case SRB_FUNCTION_EXECUTE_SCSI:
        break;
    default:
        Srb->SrbStatus = SRB_STATUS_BAD_FUNCTION;
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    switch (Srb->Cdb[0]) {
    case SCSIOP_TEST_UNIT_READY:
        return STATUS_SUCCESS;
    case SCSIOP_INQUIRY:
        return Inquiry(Disk, Irp, Srb);
    case SCSIOP_READ_CAPACITY:
        return ReadCapacity(Disk, Irp, Srb);
    case SCSIOP_READ:
    case SCSIOP_WRITE:
    case SCSIOP_VERIFY:                         /* IdeParseSrb did not like its numbers */
        Srb->SrbStatus = SRB_STATUS_INVALID_REQUEST;
        return STATUS_INVALID_PARAMETER;
    default:
        Srb->SrbStatus = SRB_STATUS_INVALID_REQUEST;
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

NTSTATUS NTAPI IdeScsi(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIDE_COMMON Common = DeviceObject->DeviceExtension;
    PIDE_DISK Disk = DeviceObject->DeviceExtension;
    PSCSI_REQUEST_BLOCK Srb = IoGetCurrentIrpStackLocation(Irp)->Parameters.Scsi.Srb;
    IDE_REQUEST Request;
    NTSTATUS Status;

    if (Common->IsController) {
        return IdeComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    Irp->IoStatus.Information = 0;
    Srb->SrbStatus = SRB_STATUS_PENDING;
    Srb->ScsiStatus = SCSISTAT_GOOD;

    /* A drive that cannot flush has no cache that needs it. */
    if (IdeParseSrb(Disk, Srb, &Request) &&
        (Request.Operation != IdeFlush || Disk->HasFlush)) {
        IoMarkIrpPending(Irp);
        IdeQueueIrp(Disk->Channel, Irp);
        return STATUS_PENDING;
    }
    Status = Request.Operation == IdeFlush ? STATUS_SUCCESS : AnswerSrb(Disk, Irp, Srb);
    if (NT_SUCCESS(Status)) {
        Srb->SrbStatus = SRB_STATUS_SUCCESS;
    } else if (Srb->SrbStatus == SRB_STATUS_PENDING) {
        Srb->SrbStatus = SRB_STATUS_ERROR;
    }
    return IdeComplete(Irp, Status, Irp->IoStatus.Information);
}
