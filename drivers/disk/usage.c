/* Page files, hibernation files and dump files: IRP_MN_DEVICE_USAGE_NOTIFICATION.
 *
 *   partition     in an IRP of our own to the top of the disk's stack
 *   whole disk    down to the port, with the IRP that came
 *
 *   on the way     InPath                                 taken back
 *   down           lock PAGEDISK                          last paging file: set DO_POWER_PAGABLE
 *   up, success    count; first: clear DO_POWER_PAGABLE   count; unlock PAGEDISK
 *   up, failure    unlock                                 clear DO_POWER_PAGABLE again
 *
 * PAGE: the notification comes at PASSIVE_LEVEL, and paging to the disk begins after it and ends
 * before it. */
#include "disk.h"

static PLONG UsageCount(PDISK_PARTITION Partition, DEVICE_USAGE_NOTIFICATION_TYPE Type);
static NTSTATUS NotifyDisk(PDISK Disk, PIO_STACK_LOCATION Stack);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, DiskUsageNotification)
#pragma alloc_text(PAGE, DiskInPagingPath)
#pragma alloc_text(PAGE, UsageCount)
#pragma alloc_text(PAGE, NotifyDisk)
#endif

/* The handle of section PAGEDISK. Whoever stores it stores the same value. */
static PVOID ControlSection;

/* TRUE while something that must not be taken away lies on the device. */
BOOLEAN DiskInPagingPath(PDISK_PARTITION Partition)
{
    PAGED_CODE();
    return Partition->PagingCount != 0 || Partition->HibernationCount != 0 ||
           Partition->DumpCount != 0;
}

static PLONG UsageCount(PDISK_PARTITION Partition, DEVICE_USAGE_NOTIFICATION_TYPE Type)
{
    PAGED_CODE();
    switch (Type) {
    case DeviceUsageTypePaging:
        return (PLONG)&Partition->PagingCount;
    case DeviceUsageTypeHibernation:
        return (PLONG)&Partition->HibernationCount;
    case DeviceUsageTypeDumpFile:
        return (PLONG)&Partition->DumpCount;
    default:
        return NULL;
    }
}

/* A partition's notification, passed on to the disk it lies on. */
static NTSTATUS NotifyDisk(PDISK Disk, PIO_STACK_LOCATION Stack)
{
    PDEVICE_OBJECT Top = IoGetAttachedDeviceReference(Disk->Whole.Self);
    PIO_STACK_LOCATION Next;
    IO_STATUS_BLOCK IoStatus;
    KEVENT Event;
    PIRP Irp;
    NTSTATUS Status;

    PAGED_CODE();
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Top, NULL, 0, NULL, &Event, &IoStatus);
    if (Irp == NULL) {
        ObDereferenceObject(Top);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Next = IoGetNextIrpStackLocation(Irp);
    Next->MinorFunction = IRP_MN_DEVICE_USAGE_NOTIFICATION;
    Next->Parameters.UsageNotification = Stack->Parameters.UsageNotification;
    Status = IoCallDriver(Top, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    ObDereferenceObject(Top);
    return Status;
}

NTSTATUS DiskUsageNotification(PDISK_PARTITION Partition, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    BOOLEAN InPath = Stack->Parameters.UsageNotification.InPath != FALSE;
    BOOLEAN Paging = Stack->Parameters.UsageNotification.Type == DeviceUsageTypePaging;
    PLONG Count = UsageCount(Partition, Stack->Parameters.UsageNotification.Type);
    PDISK Disk = Partition->Disk;
    PDEVICE_OBJECT Self = Partition->Self;
    BOOLEAN SetPagable = FALSE;
    NTSTATUS Status;

    PAGED_CODE();
    if (Count == NULL) {
        return DiskComplete(Irp, STATUS_NOT_SUPPORTED, 0);
    }
    if (InPath && !Disk->Started) {
        return DiskComplete(Irp, STATUS_DEVICE_NOT_READY, 0);
    }
    KeWaitForSingleObject(&Partition->UsageLock, Executive, KernelMode, FALSE, NULL);
    if (InPath) {
        /* Locks are counted: one for each notification in force. */
        if (ControlSection == NULL) {
            ControlSection = MmLockPagableCodeSection(DiskPageablePower);
        } else {
            MmLockPagableSectionByHandle(ControlSection);
        }
    } else if (Paging && *Count == 1 && (Self->Flags & DO_POWER_INRUSH) == 0) {
        Self->Flags |= DO_POWER_PAGABLE;
        SetPagable = TRUE;
    }

    if (Partition->Number == 0) {
        IoCopyCurrentIrpStackLocationToNext(Irp);
        Status = IoForwardIrpSynchronously(Disk->Lower, Irp) ? Irp->IoStatus.Status
                                                             : STATUS_UNSUCCESSFUL;
    } else {
        Status = NotifyDisk(Disk, Stack);
    }

    if (NT_SUCCESS(Status)) {
        IoAdjustPagingPathCount(Count, InPath);
        if (InPath && Paging && *Count == 1) {
            Self->Flags &= ~DO_POWER_PAGABLE;
        }
    } else if (SetPagable) {
        Self->Flags &= ~DO_POWER_PAGABLE;
    }
    if (InPath != NT_SUCCESS(Status)) {
        MmUnlockPagableImageSection(ControlSection);
    }
    KeSetEvent(&Partition->UsageLock, IO_NO_INCREMENT, FALSE);
    return DiskComplete(Irp, Status, 0);
}
