/* The driver's entry and its dispatch routines.
 *
 * The dispatch routines are in .text although most requests could be paged: the kernel calls them
 * for every request to a device that may hold the page file, and a stub that cannot fault lets
 * each request decide for itself. The pageable bodies are called at PASSIVE_LEVEL only. */
#include "atapi.h"

static DRIVER_DISPATCH IdeDeviceControl;
static DRIVER_DISPATCH IdePower;
static DRIVER_DISPATCH IdeSystemControl;

#ifdef ALLOC_PRAGMA
/* Runs once, before there is any device: its memory goes back when it has returned. */
#pragma alloc_text(INIT, DriverEntry)
/* Called at PASSIVE_LEVEL; no paging I/O waits for an open or an unload. */
#pragma alloc_text(PAGE, IdeUnload)
#pragma alloc_text(PAGE, IdeCreateClose)
#endif

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverExtension->AddDevice = IdeAddDevice;
    DriverObject->DriverUnload = IdeUnload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = IdeCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = IdeCreateClose;
    DriverObject->MajorFunction[IRP_MJ_SCSI] = IdeScsi;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = IdeDeviceControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = IdePnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = IdePower;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = IdeSystemControl;
    return STATUS_SUCCESS;
}

VOID NTAPI IdeUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    /* Every device went with its IRP_MN_REMOVE_DEVICE. */
    NT_ASSERT(DriverObject->DeviceObject == NULL);
    UNREFERENCED_PARAMETER(DriverObject);
}

NTSTATUS NTAPI IdeCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(DeviceObject);
    return IdeComplete(Irp, STATUS_SUCCESS, 0);
}

NTSTATUS IdeComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI IdeDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIDE_COMMON Common = DeviceObject->DeviceExtension;

    if (Common->IsController) {
        IoSkipCurrentIrpStackLocation(Irp);
        return IoCallDriver(((PIDE_CONTROLLER)Common)->Lower, Irp);
    }
    /* Storage control codes come at PASSIVE_LEVEL, where the body may fault itself in. */
    if (KeGetCurrentIrql() > APC_LEVEL) {
        return IdeComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    return IdePageableDeviceControl(DeviceObject, Irp);
}

/* Power requests come at DISPATCH_LEVEL once DO_POWER_PAGABLE is clear, and that is when the
 * section of IdePageablePower is locked (IdeUsageNotification). */
static NTSTATUS NTAPI IdePower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return IdePageablePower(DeviceObject, Irp);
}

static NTSTATUS NTAPI IdeSystemControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIDE_COMMON Common = DeviceObject->DeviceExtension;

    if (!Common->IsController) {
        return IdeComplete(Irp, Irp->IoStatus.Status, Irp->IoStatus.Information);
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(((PIDE_CONTROLLER)Common)->Lower, Irp);
}
