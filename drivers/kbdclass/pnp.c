/* Plug and play and power: the class device attaches above a port device, connects to it when it
 * has started, and goes with it. */
#include "kbdclass.h"

static NTSTATUS ClassStartDevice(PCLASS_DEVICE Class, PIRP Irp);
static NTSTATUS ClassConnect(PCLASS_DEVICE Class);
static NTSTATUS ClassRemoveDevice(PCLASS_DEVICE Class, PIRP Irp);

/* PnP requests come at PASSIVE_LEVEL and seldom. ClassPower and ClassPassDown stay in .text: power
 * IRPs come at DISPATCH_LEVEL to a device without DO_POWER_PAGABLE, and what a filter passes down
 * may come at any level that the driver below allows. */
#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ClassAddDevice, ClassPnp)
#pragma alloc_text(PAGE, ClassStartDevice, ClassConnect, ClassRemoveDevice)
#endif

#define CLASS_DEVICES 10 /* \Device\KeyboardClass0 to 9 */

NTSTATUS NTAPI ClassAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    WCHAR path[] = DD_KEYBOARD_DEVICE_NAME_U L"0";
    UNICODE_STRING name;
    PDEVICE_OBJECT device;
    PCLASS_DEVICE class;
    NTSTATUS status;
    ULONG unit;

    PAGED_CODE();
    RtlInitUnicodeString(&name, path);
    for (unit = 0; unit < CLASS_DEVICES; unit++) {
        path[RTL_NUMBER_OF(path) - 2] = (WCHAR)(L'0' + unit);
        status = IoCreateDevice(DriverObject, sizeof(CLASS_DEVICE), &name, FILE_DEVICE_KEYBOARD, 0,
                                FALSE, &device);
        if (status != STATUS_OBJECT_NAME_COLLISION) {
            break;
        }
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }

    class = device->DeviceExtension;
    RtlZeroMemory(class, sizeof(*class));
    class->Self = device;
    KeInitializeEvent(&class->OpenLock, SynchronizationEvent, TRUE);
    KeInitializeSpinLock(&class->QueueLock);
    InitializeListHead(&class->Reads);
    class->Lower = IoAttachDeviceToDeviceStack(device, Pdo);
    if (class->Lower == NULL) {
        IoDeleteDevice(device);
        return STATUS_NO_SUCH_DEVICE;
    }
    device->Flags |= DO_BUFFERED_IO | (class->Lower->Flags & DO_POWER_PAGABLE);
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ClassPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PCLASS_DEVICE class = DeviceObject->DeviceExtension;
    NTSTATUS status;

    PAGED_CODE();
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        status = ClassStartDevice(class, Irp);
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return status;
    case IRP_MN_REMOVE_DEVICE:
        return ClassRemoveDevice(class, Irp);
    default:
        return ClassPassDown(DeviceObject, Irp);
    }
}

NTSTATUS NTAPI ClassPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PCLASS_DEVICE class = DeviceObject->DeviceExtension;

    PoStartNextPowerIrp(Irp);
    IoSkipCurrentIrpStackLocation(Irp);
    return PoCallDriver(class->Lower, Irp);
}

NTSTATUS NTAPI ClassPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PCLASS_DEVICE class = DeviceObject->DeviceExtension;

    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(class->Lower, Irp);
}

/* The port driver has to be started before it can be connected to. */
static NTSTATUS ClassStartDevice(PCLASS_DEVICE Class, PIRP Irp)
{
    PAGED_CODE();
    if (!IoForwardIrpSynchronously(Class->Lower, Irp)) {
        Irp->IoStatus.Status = STATUS_UNSUCCESSFUL;
    }
    if (NT_SUCCESS(Irp->IoStatus.Status) && !Class->Connected) {
        Irp->IoStatus.Status = ClassConnect(Class);
        Class->Connected = NT_SUCCESS(Irp->IoStatus.Status);
    }
    return Irp->IoStatus.Status;
}

/* Tells the port driver where to deliver. It calls ClassService only while it is open, which it
 * is only through ClassCreate: the section ClassService lies in is locked by then. */
static NTSTATUS ClassConnect(PCLASS_DEVICE Class)
{
    CONNECT_DATA connect;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;
    KEVENT event;
    PIRP irp;

    PAGED_CODE();
    connect.ClassDeviceObject = Class->Self;
    connect.ClassService = (PVOID)(ULONG_PTR)ClassService;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp = IoBuildDeviceIoControlRequest(IOCTL_INTERNAL_KEYBOARD_CONNECT, Class->Lower, &connect,
                                        sizeof(connect), NULL, 0, TRUE, &event, &iosb);
    if (irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = IoCallDriver(Class->Lower, irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
        status = iosb.Status;
    }
    return status;
}

/* Comes only when no handle is open, so no read waits. */
static NTSTATUS ClassRemoveDevice(PCLASS_DEVICE Class, PIRP Irp)
{
    PDEVICE_OBJECT lower = Class->Lower;
    NTSTATUS status;

    PAGED_CODE();
    NT_ASSERT(Class->Opens == 0 && IsListEmpty(&Class->Reads));
    IoSkipCurrentIrpStackLocation(Irp);
    status = IoCallDriver(lower, Irp);
    IoDetachDevice(lower);
    IoDeleteDevice(Class->Self);
    return status;
}
