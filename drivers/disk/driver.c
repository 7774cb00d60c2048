/* The driver's entry and its dispatch routines.
 *
 * The dispatch routines are in .text although most requests could be paged: the kernel calls them
 * for every request to a device that may hold the page file, and a stub that cannot fault lets
 * each request decide for itself. The pageable bodies are called at PASSIVE_LEVEL only. */
#include "disk.h"

static DRIVER_UNLOAD DiskUnload;
static DRIVER_DISPATCH DiskCreateClose;
static DRIVER_DISPATCH DiskDeviceControl;
static DRIVER_DISPATCH DiskPower;
static DRIVER_DISPATCH DiskSystemControl;

#ifdef ALLOC_PRAGMA
/* Runs once, before there is any device: its memory goes back when it has returned. */
#pragma alloc_text(INIT, DriverEntry)
/* Called at PASSIVE_LEVEL; no paging I/O waits for an open or an unload. */
#pragma alloc_text(PAGE, DiskUnload)
#pragma alloc_text(PAGE, DiskCreateClose)
#endif

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverExtension->AddDevice = DiskAddDevice;
    DriverObject->DriverUnload = DiskUnload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = DiskCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = DiskCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = DiskCreateClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = DiskReadWrite;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = DiskReadWrite;
    DriverObject->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = DiskFlush;
    DriverObject->MajorFunction[IRP_MJ_SHUTDOWN] = DiskFlush;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DiskDeviceControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DiskPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = DiskPower;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = DiskSystemControl;
    return STATUS_SUCCESS;
}

static VOID NTAPI DiskUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    /* Every device went with its IRP_MN_REMOVE_DEVICE. */
    NT_ASSERT(DriverObject->DeviceObject == NULL);
    UNREFERENCED_PARAMETER(DriverObject);
}

static NTSTATUS NTAPI DiskCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(DeviceObject);
    return DiskComplete(Irp, STATUS_SUCCESS, 0);
}

NTSTATUS DiskComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* Control codes that are ours come at PASSIVE_LEVEL, where the body may fault itself in; others
 * pass at whatever IRQL they came. */
static NTSTATUS NTAPI DiskDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDISK_PARTITION Partition = DeviceObject->DeviceExtension;

    if (KeGetCurrentIrql() > APC_LEVEL) {
        IoSkipCurrentIrpStackLocation(Irp);
        return IoCallDriver(Partition->Disk->Lower, Irp);
    }
    return DiskPageableDeviceControl(Partition, Irp);
}

/* Power requests come at DISPATCH_LEVEL once DO_POWER_PAGABLE is clear, and that is when the
 * section of DiskPageablePower is locked (DiskUsageNotification). */
static NTSTATUS NTAPI DiskPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return DiskPageablePower(DeviceObject->DeviceExtension, Irp);
}

static NTSTATUS NTAPI DiskSystemControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDISK_PARTITION Partition = DeviceObject->DeviceExtension;

    if (Partition->Number != 0) {
        return DiskComplete(Irp, Irp->IoStatus.Status, Irp->IoStatus.Information);
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Partition->Disk->Lower, Irp);
}
