/* Device control and power, which can be paged until one of our disks holds a page file, and the
 * usage notification that tells us when one does.
 *
 * From the moment a notification with InPath goes on to the next driver, the system may page to
 * this disk. A power or device control request may then come while paging I/O depends on its
 * outcome, or at an IRQL where no fault is allowed; so section PAGEIDE is locked before that, and
 * unlocked only when the notification has been taken back by everybody below. */
#include "atapi.h"

static VOID LockControlSection(VOID);
static PLONG UsageCount(PIDE_COMMON Common, DEVICE_USAGE_NOTIFICATION_TYPE Type);
static NTSTATUS NotifyParent(PIDE_DISK Disk, PIO_STACK_LOCATION Stack);
static NTSTATUS QueryAdapter(PIDE_DISK Disk, PIRP Irp);

#ifdef ALLOC_PRAGMA
/* Locked while a page file, a hibernation file or a dump file lies on one of our disks. */
#pragma alloc_text(PAGEIDE, IdePageableDeviceControl)
#pragma alloc_text(PAGEIDE, IdePageablePower)
#pragma alloc_text(PAGEIDE, QueryAdapter)
/* The notification itself comes at PASSIVE_LEVEL, before and after the time that matters. */
#pragma alloc_text(PAGE, LockControlSection)
#pragma alloc_text(PAGE, UsageCount)
#pragma alloc_text(PAGE, NotifyParent)
#pragma alloc_text(PAGE, IdeUsageNotification)
#pragma alloc_text(PAGE, IdeInPagingPath)
#endif

/* The handle of section PAGEIDE. Whoever stores it stores the same value. */
static PVOID ControlSection;

static NTSTATUS QueryAdapter(PIDE_DISK Disk, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PSTORAGE_PROPERTY_QUERY Query = Irp->AssociatedIrp.SystemBuffer;
    STORAGE_ADAPTER_DESCRIPTOR Adapter;
    ULONG Size;

    PAGED_CODE_LOCKED();
    if (Stack->Parameters.DeviceIoControl.InputBufferLength <
            FIELD_OFFSET(STORAGE_PROPERTY_QUERY, AdditionalParameters) ||
        Query->PropertyId != StorageAdapterProperty) {
        return IdeComplete(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    if (Query->QueryType != PropertyStandardQuery) {
        return IdeComplete(Irp, STATUS_SUCCESS, 0);     /* yes, we know this property */
    }
    RtlZeroMemory(&Adapter, sizeof(Adapter));
    Adapter.Version = sizeof(Adapter);
    Adapter.Size = sizeof(Adapter);
    Adapter.MaximumTransferLength = IDE_MAX_TRANSFER;
    Adapter.MaximumPhysicalPages = IDE_MAX_PRDS;
    Adapter.AlignmentMask = FILE_WORD_ALIGNMENT;
    Adapter.AdapterUsesPio = !Disk->Dma;
    Adapter.BusType = BusTypeAta;
    Size = min(sizeof(Adapter), Stack->Parameters.DeviceIoControl.OutputBufferLength);
    RtlCopyMemory(Query, &Adapter, Size);
    return IdeComplete(Irp, STATUS_SUCCESS, Size);
}

NTSTATUS IdePageableDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    PAGED_CODE_LOCKED();
    if (Stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_STORAGE_QUERY_PROPERTY) {
        return QueryAdapter(DeviceObject->DeviceExtension, Irp);
    }
    return IdeComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
}

NTSTATUS IdePageablePower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIDE_COMMON Common = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = Irp->IoStatus.Status;

    PAGED_CODE_LOCKED();
    PoStartNextPowerIrp(Irp);
    if (Common->IsController) {
        IoSkipCurrentIrpStackLocation(Irp);
        return PoCallDriver(((PIDE_CONTROLLER)Common)->Lower, Irp);
    }
    if (Stack->MinorFunction == IRP_MN_SET_POWER || Stack->MinorFunction == IRP_MN_QUERY_POWER) {
        Status = STATUS_SUCCESS;
    }
    return IdeComplete(Irp, Status, Irp->IoStatus.Information);
}

/* TRUE while something that must not be taken away lies on the device. */
BOOLEAN IdeInPagingPath(PIDE_COMMON Common)
{
    PAGED_CODE();
    return Common->PagingCount != 0 || Common->HibernationCount != 0 || Common->DumpCount != 0;
}

static PLONG UsageCount(PIDE_COMMON Common, DEVICE_USAGE_NOTIFICATION_TYPE Type)
{
    PAGED_CODE();
    switch (Type) {
    case DeviceUsageTypePaging:
        return (PLONG)&Common->PagingCount;
    case DeviceUsageTypeHibernation:
        return (PLONG)&Common->HibernationCount;
    case DeviceUsageTypeDumpFile:
        return (PLONG)&Common->DumpCount;
    default:
        return NULL;
    }
}

/* Locks are counted: one for each notification in force, on the controller or on a disk. */
static VOID LockControlSection(VOID)
{
    PAGED_CODE();
    if (ControlSection == NULL) {
        ControlSection = MmLockPagableCodeSection(IdePageablePower);
    } else {
        MmLockPagableSectionByHandle(ControlSection);
    }
}

/* A bus driver passes a child's notification to the stack of its own device, in an IRP of its
 * own: what lies above must stay usable, or the disk is not. */
static NTSTATUS NotifyParent(PIDE_DISK Disk, PIO_STACK_LOCATION Stack)
{
    PDEVICE_OBJECT Top = IoGetAttachedDeviceReference(Disk->Channel->Controller->Self);
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

NTSTATUS IdeUsageNotification(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIDE_COMMON Common = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    BOOLEAN InPath = Stack->Parameters.UsageNotification.InPath != FALSE;
    BOOLEAN Paging = Stack->Parameters.UsageNotification.Type == DeviceUsageTypePaging;
    PLONG Count = UsageCount(Common, Stack->Parameters.UsageNotification.Type);
    BOOLEAN SetPagable = FALSE;
    NTSTATUS Status;

    PAGED_CODE();
    if (Count == NULL) {
        return IdeComplete(Irp, STATUS_NOT_SUPPORTED, 0);
    }
    if (InPath && !Common->Started) {
        return IdeComplete(Irp, STATUS_DEVICE_NOT_READY, 0);
    }
    KeWaitForSingleObject(&Common->UsageLock, Executive, KernelMode, FALSE, NULL);
    if (InPath) {
        LockControlSection();
    } else if (Paging && *Count == 1 && (DeviceObject->Flags & DO_POWER_INRUSH) == 0) {
        /* On the way down: never set above a device that has it clear. */
        DeviceObject->Flags |= DO_POWER_PAGABLE;
        SetPagable = TRUE;
    }

    if (Common->IsController) {
        IoCopyCurrentIrpStackLocationToNext(Irp);
        Status = IoForwardIrpSynchronously(((PIDE_CONTROLLER)Common)->Lower, Irp)
                     ? Irp->IoStatus.Status
                     : STATUS_UNSUCCESSFUL;
    } else {
        Status = NotifyParent((PIDE_DISK)Common, Stack);
    }

    if (NT_SUCCESS(Status)) {
        IoAdjustPagingPathCount(Count, InPath);
        if (InPath && Paging && *Count == 1) {
            DeviceObject->Flags &= ~DO_POWER_PAGABLE;   /* and on the way up here */
        }
    } else if (SetPagable) {
        DeviceObject->Flags &= ~DO_POWER_PAGABLE;
    }
    if (InPath != NT_SUCCESS(Status)) {
        /* Refused on the way in, or taken back: the lock of this notification goes. */
        MmUnlockPagableImageSection(ControlSection);
    }
    KeSetEvent(&Common->UsageLock, IO_NO_INCREMENT, FALSE);
    return IdeComplete(Irp, Status, 0);
}
