/* A disk's life: added, started, asked, removed.
 *
 * PAGE: PnP requests come at PASSIVE_LEVEL in a system thread. The page file needs none of them
 * while it is in use, for QUERY_STOP and QUERY_REMOVE are refused then. */
#include "disk.h"

static NTSTATUS CreateFdo(PDRIVER_OBJECT DriverObject, ULONG Number, PHANDLE Directory,
                          PDEVICE_OBJECT *Fdo);
static VOID PhysicalDriveLink(PDISK Disk, BOOLEAN Create);
static NTSTATUS QueryAdapter(PDISK Disk);
static NTSTATUS ReadCapacity(PDISK Disk);
static NTSTATUS StartDisk(PDISK Disk);
static NTSTATUS RemoveDisk(PDISK Disk, PIRP Irp);
static NTSTATUS WholeDiskPnp(PDISK Disk, PIRP Irp);

#ifdef ALLOC_PRAGMA
/* PASSIVE_LEVEL, and never on the way of a read or a write. */
#pragma alloc_text(PAGE, DiskAddDevice)
#pragma alloc_text(PAGE, DiskPnp)
#pragma alloc_text(PAGE, CreateFdo)
#pragma alloc_text(PAGE, PhysicalDriveLink)
#pragma alloc_text(PAGE, QueryAdapter)
#pragma alloc_text(PAGE, ReadCapacity)
#pragma alloc_text(PAGE, StartDisk)
#pragma alloc_text(PAGE, RemoveDisk)
#pragma alloc_text(PAGE, WholeDiskPnp)
#endif

/* \Device\HarddiskN and, in it, Partition0: the whole disk. */
static NTSTATUS CreateFdo(PDRIVER_OBJECT DriverObject, ULONG Number, PHANDLE Directory,
                          PDEVICE_OBJECT *Fdo)
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    WCHAR Buffer[64];
    NTSTATUS Status;

    PAGED_CODE();
    _snwprintf(Buffer, RTL_NUMBER_OF(Buffer), L"\\Device\\Harddisk%u", Number);
    RtlInitUnicodeString(&Name, Buffer);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwCreateDirectoryObject(Directory, DIRECTORY_ALL_ACCESS, &Attributes);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    _snwprintf(Buffer, RTL_NUMBER_OF(Buffer), L"\\Device\\Harddisk%u\\Partition0", Number);
    RtlInitUnicodeString(&Name, Buffer);
    Status = IoCreateDevice(DriverObject, sizeof(DISK), &Name, FILE_DEVICE_DISK,
                            FILE_DEVICE_SECURE_OPEN, FALSE, Fdo);
    if (!NT_SUCCESS(Status)) {
        ZwClose(*Directory);
    }
    return Status;
}

/* The name by which programs and drivers open a whole disk: \??\PhysicalDriveN. */
static VOID PhysicalDriveLink(PDISK Disk, BOOLEAN Create)
{
    WCHAR LinkBuffer[64], NameBuffer[64];
    UNICODE_STRING Link, Name;

    PAGED_CODE();
    _snwprintf(LinkBuffer, RTL_NUMBER_OF(LinkBuffer), L"\\DosDevices\\PhysicalDrive%u",
               Disk->Number);
    _snwprintf(NameBuffer, RTL_NUMBER_OF(NameBuffer), L"\\Device\\Harddisk%u\\Partition0",
               Disk->Number);
    RtlInitUnicodeString(&Link, LinkBuffer);
    RtlInitUnicodeString(&Name, NameBuffer);
    if (Create) {
        IoCreateSymbolicLink(&Link, &Name);     /* a convenience: the disk works without */
    } else {
        IoDeleteSymbolicLink(&Link);
    }
}

NTSTATUS NTAPI DiskAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    PCONFIGURATION_INFORMATION Configuration = IoGetConfigurationInformation();
    PDEVICE_OBJECT Fdo;
    HANDLE Directory;
    PDISK Disk;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CreateFdo(DriverObject, Configuration->DiskCount, &Directory, &Fdo);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Disk = Fdo->DeviceExtension;
    Disk->Whole.Self = Fdo;
    Disk->Whole.Disk = Disk;
    KeInitializeEvent(&Disk->Whole.UsageLock, SynchronizationEvent, TRUE);
    Disk->Directory = Directory;
    Disk->Number = Configuration->DiskCount;
    Disk->Pdo = Pdo;
    DiskInitializeRequests(Disk);
    Disk->Lower = IoAttachDeviceToDeviceStack(Fdo, Pdo);
    if (Disk->Lower == NULL) {
        IoDeleteDevice(Fdo);
        ZwClose(Directory);
        return STATUS_NO_SUCH_DEVICE;
    }
    Configuration->DiskCount++;
    Fdo->Flags |= DO_DIRECT_IO | (Disk->Lower->Flags & (DO_POWER_PAGABLE | DO_POWER_INRUSH));
    Fdo->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* How much the adapter moves at once. */
static NTSTATUS QueryAdapter(PDISK Disk)
{
    STORAGE_PROPERTY_QUERY Query;
    STORAGE_ADAPTER_DESCRIPTOR Adapter;
    IO_STATUS_BLOCK IoStatus;
    KEVENT Event;
    PIRP Irp;
    NTSTATUS Status;

    PAGED_CODE();
    RtlZeroMemory(&Query, sizeof(Query));
    Query.PropertyId = StorageAdapterProperty;
    Query.QueryType = PropertyStandardQuery;
    RtlZeroMemory(&Adapter, sizeof(Adapter));
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(IOCTL_STORAGE_QUERY_PROPERTY, Disk->Lower, &Query,
                                        sizeof(Query), &Adapter, sizeof(Adapter), FALSE, &Event,
                                        &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Disk->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    /* A buffer that starts inside a page spans one more. */
    Disk->MaximumTransfer = min(Adapter.MaximumTransferLength,
                                (Adapter.MaximumPhysicalPages - 1) * PAGE_SIZE);
    Disk->MaximumTransfer &= ~(Disk->SectorSize - 1);
    Disk->Whole.Self->AlignmentRequirement = Adapter.AlignmentMask;
    return Disk->MaximumTransfer != 0 ? STATUS_SUCCESS : STATUS_DEVICE_CONFIGURATION_ERROR;
}

static NTSTATUS ReadCapacity(PDISK Disk)
{
    PREAD_CAPACITY_DATA Data;
    SCSI_REQUEST_BLOCK Srb;
    ULONG Last, Size;
    NTSTATUS Status;

    PAGED_CODE();
    Data = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Data), DISK_TAG);
    if (Data == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(&Srb, sizeof(Srb));
    Srb.CdbLength = CDB10GENERIC_LENGTH;
    Srb.Cdb[0] = SCSIOP_READ_CAPACITY;
    Status = DiskSendSrb(Disk, &Srb, Data, sizeof(*Data));
    REVERSE_BYTES(&Last, &Data->LogicalBlockAddress);
    REVERSE_BYTES(&Size, &Data->BytesPerBlock);
    ExFreePoolWithTag(Data, DISK_TAG);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Size < 512 || Size > PAGE_SIZE || (Size & (Size - 1)) != 0) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Disk->SectorSize = Size;
    Disk->SectorShift = (ULONG)__builtin_ctz(Size);
    Disk->Whole.Length = ((ULONGLONG)Last + 1) << Disk->SectorShift;
    Disk->Whole.Self->SectorSize = (USHORT)Size;
    return STATUS_SUCCESS;
}

static NTSTATUS StartDisk(PDISK Disk)
{
    NTSTATUS Status;

    PAGED_CODE();
    Status = ReadCapacity(Disk);
    if (NT_SUCCESS(Status)) {
        Status = QueryAdapter(Disk);
    }
    if (NT_SUCCESS(Status)) {
        Status = DiskReadPartitionTable(Disk);
    }
    if (NT_SUCCESS(Status)) {
        Status = IoRegisterShutdownNotification(Disk->Whole.Self);
    }
    if (!NT_SUCCESS(Status)) {
        DiskDeletePartitions(Disk);
        return Status;
    }
    PhysicalDriveLink(Disk, TRUE);
    Disk->Started = TRUE;
    return STATUS_SUCCESS;
}

static NTSTATUS RemoveDisk(PDISK Disk, PIRP Irp)
{
    HANDLE Directory = Disk->Directory;
    NTSTATUS Status;

    PAGED_CODE();
    if (Disk->Started) {
        Disk->Started = FALSE;
        PhysicalDriveLink(Disk, FALSE);
        IoUnregisterShutdownNotification(Disk->Whole.Self);
    }
    DiskDeletePartitions(Disk);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Disk->Lower, Irp);
    IoDetachDevice(Disk->Lower);
    IoDeleteDevice(Disk->Whole.Self);
    ZwClose(Directory);
    return Status;
}

static NTSTATUS WholeDiskPnp(PDISK Disk, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    PAGED_CODE();
    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        IoCopyCurrentIrpStackLocationToNext(Irp);
        Status = IoForwardIrpSynchronously(Disk->Lower, Irp) ? Irp->IoStatus.Status
                                                             : STATUS_UNSUCCESSFUL;
        if (NT_SUCCESS(Status)) {
            Status = StartDisk(Disk);
        }
        return DiskComplete(Irp, Status, 0);
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
        if (DiskInPagingPath(&Disk->Whole)) {
            return DiskComplete(Irp, STATUS_DEVICE_BUSY, 0);
        }
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_REMOVE_DEVICE:
        return RemoveDisk(Disk, Irp);
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
        return DiskUsageNotification(&Disk->Whole, Irp);
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Disk->Lower, Irp);
}

NTSTATUS NTAPI DiskPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDISK_PARTITION Partition = DeviceObject->DeviceExtension;

    PAGED_CODE();
    if (Partition->Number == 0) {
        return WholeDiskPnp(Partition->Disk, Irp);
    }
    /* A partition is no device of its own for plug and play: it is here as long as its disk. */
    if (IoGetCurrentIrpStackLocation(Irp)->MinorFunction == IRP_MN_DEVICE_USAGE_NOTIFICATION) {
        return DiskUsageNotification(Partition, Irp);
    }
    return DiskComplete(Irp, Irp->IoStatus.Status, Irp->IoStatus.Information);
}
