/* Device control and power.
 *
 * PAGEDISK: these bodies run at PASSIVE_LEVEL or, for power, at whatever level the device's flags
 * allow, and may be paged as long as no page file lies on the disk. Once one does, a request here
 * may come while paging depends on it, so usage.c locks the section. */
#include "disk.h"

static NTSTATUS Answer(PIRP Irp, const VOID *Data, ULONG Size);
static NTSTATUS Geometry(PDISK Disk, PIRP Irp);
static NTSTATUS PartitionInfo(PDISK_PARTITION Partition, PIRP Irp);
static NTSTATUS LengthInfo(PDISK_PARTITION Partition, PIRP Irp);
static NTSTATUS DeviceNumber(PDISK_PARTITION Partition, PIRP Irp);
static NTSTATUS Verify(PDISK_PARTITION Partition, PIRP Irp);

#ifdef ALLOC_PRAGMA
/* Locked while a page file, a hibernation file or a dump file lies on one of our disks. */
#pragma alloc_text(PAGEDISK, DiskPageableDeviceControl)
#pragma alloc_text(PAGEDISK, DiskPageablePower)
#pragma alloc_text(PAGEDISK, Answer)
#pragma alloc_text(PAGEDISK, Geometry)
#pragma alloc_text(PAGEDISK, PartitionInfo)
#pragma alloc_text(PAGEDISK, LengthInfo)
#pragma alloc_text(PAGEDISK, DeviceNumber)
#pragma alloc_text(PAGEDISK, Verify)
#endif

/* Completes a buffered request with a structure, all of it or none. */
static NTSTATUS Answer(PIRP Irp, const VOID *Data, ULONG Size)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    PAGED_CODE_LOCKED();
    if (Stack->Parameters.DeviceIoControl.OutputBufferLength < Size) {
        return DiskComplete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    RtlCopyMemory(Irp->AssociatedIrp.SystemBuffer, Data, Size);
    return DiskComplete(Irp, STATUS_SUCCESS, Size);
}

static NTSTATUS Geometry(PDISK Disk, PIRP Irp)
{
    DISK_GEOMETRY Data;

    PAGED_CODE_LOCKED();
    RtlZeroMemory(&Data, sizeof(Data));
    Data.MediaType = FixedMedia;
    Data.TracksPerCylinder = DISK_HEADS;
    Data.SectorsPerTrack = DISK_TRACK_SECTORS;
    Data.BytesPerSector = Disk->SectorSize;
    Data.Cylinders.QuadPart =
        (ULONG)(Disk->Whole.Length >> Disk->SectorShift) / (DISK_HEADS * DISK_TRACK_SECTORS);
    return Answer(Irp, &Data, sizeof(Data));
}

static NTSTATUS PartitionInfo(PDISK_PARTITION Partition, PIRP Irp)
{
    PARTITION_INFORMATION Data;

    PAGED_CODE_LOCKED();
    RtlZeroMemory(&Data, sizeof(Data));
    Data.StartingOffset.QuadPart = Partition->Start;
    Data.PartitionLength.QuadPart = Partition->Length;
    Data.HiddenSectors = (ULONG)(Partition->Start >> Partition->Disk->SectorShift);
    Data.PartitionNumber = Partition->Number;
    Data.PartitionType = Partition->Type;
    Data.BootIndicator = Partition->Bootable;
    Data.RecognizedPartition = IsRecognizedPartition(Partition->Type);
    return Answer(Irp, &Data, sizeof(Data));
}

static NTSTATUS LengthInfo(PDISK_PARTITION Partition, PIRP Irp)
{
    GET_LENGTH_INFORMATION Data;

    PAGED_CODE_LOCKED();
    Data.Length.QuadPart = Partition->Length;
    return Answer(Irp, &Data, sizeof(Data));
}

static NTSTATUS DeviceNumber(PDISK_PARTITION Partition, PIRP Irp)
{
    STORAGE_DEVICE_NUMBER Data;

    PAGED_CODE_LOCKED();
    Data.DeviceType = FILE_DEVICE_DISK;
    Data.DeviceNumber = Partition->Disk->Number;
    Data.PartitionNumber = Partition->Number;
    return Answer(Irp, &Data, sizeof(Data));
}

/* The drive reads the sectors and keeps the data to itself. */
static NTSTATUS Verify(PDISK_PARTITION Partition, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PVERIFY_INFORMATION Range = Irp->AssociatedIrp.SystemBuffer;
    PDISK Disk = Partition->Disk;
    ULONGLONG Offset;

    PAGED_CODE_LOCKED();
    if (Stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(*Range)) {
        return DiskComplete(Irp, STATUS_INFO_LENGTH_MISMATCH, 0);
    }
    Offset = Range->StartingOffset.QuadPart;
    if (((Offset | Range->Length) & (Disk->SectorSize - 1)) != 0 || Offset > Partition->Length ||
        Range->Length > Partition->Length - Offset) {
        return DiskComplete(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    if (Range->Length == 0) {
        return DiskComplete(Irp, STATUS_SUCCESS, 0);
    }
    Range->StartingOffset.QuadPart = Offset + Partition->Start;
    IoMarkIrpPending(Irp);
    DiskQueueIrp(Disk, Irp);
    return STATUS_PENDING;
}

NTSTATUS DiskPageableDeviceControl(PDISK_PARTITION Partition, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PDISK Disk = Partition->Disk;

    PAGED_CODE_LOCKED();
    if (!Disk->Started) {
        return DiskComplete(Irp, STATUS_DEVICE_NOT_READY, 0);
    }
    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_DISK_GET_DRIVE_GEOMETRY:
        return Geometry(Disk, Irp);
    case IOCTL_DISK_GET_PARTITION_INFO:
        return PartitionInfo(Partition, Irp);
    case IOCTL_DISK_GET_LENGTH_INFO:
        return LengthInfo(Partition, Irp);
    case IOCTL_STORAGE_GET_DEVICE_NUMBER:
        return DeviceNumber(Partition, Irp);
    case IOCTL_DISK_VERIFY:
        return Verify(Partition, Irp);
    case IOCTL_DISK_IS_WRITABLE:
    case IOCTL_DISK_CHECK_VERIFY:
    case IOCTL_STORAGE_CHECK_VERIFY:
    case IOCTL_STORAGE_CHECK_VERIFY2:
        return DiskComplete(Irp, STATUS_SUCCESS, 0);    /* a fixed disk is always there */
    default:
        IoSkipCurrentIrpStackLocation(Irp);
        return IoCallDriver(Disk->Lower, Irp);
    }
}

NTSTATUS DiskPageablePower(PDISK_PARTITION Partition, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = Irp->IoStatus.Status;

    PAGED_CODE_LOCKED();
    PoStartNextPowerIrp(Irp);
    if (Partition->Number == 0) {
        IoSkipCurrentIrpStackLocation(Irp);
        return PoCallDriver(Partition->Disk->Lower, Irp);
    }
    if (Stack->MinorFunction == IRP_MN_SET_POWER || Stack->MinorFunction == IRP_MN_QUERY_POWER) {
        Status = STATUS_SUCCESS;
    }
    return DiskComplete(Irp, Status, Irp->IoStatus.Information);
}
