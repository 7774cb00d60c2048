/* Plug and play and power: the device comes, is given its resources, goes.
 *
 * All of it is called at PASSIVE_LEVEL, mostly while the driver is paged out entirely, and
 * faults itself in. Requests are passed down with IoForwardIrpSynchronously: its completion
 * routine is the kernel's, where one of our own could be called at DISPATCH_LEVEL while out. */
#include "i8042prt.h"

/* Where a PC has its keyboard controller, if plug and play assigns nothing else. */
#define KEYBOARD_DATA_PORT    0x60
#define KEYBOARD_COMMAND_PORT 0x64
#define KEYBOARD_IRQ          1

static VOID PortTakeResources(PPORT_DEVICE Port, PCM_RESOURCE_LIST List);
static NTSTATUS PortStartDevice(PPORT_DEVICE Port, PIRP Irp);
static NTSTATUS PortRemoveDevice(PPORT_DEVICE Port, PIRP Irp);
static NTSTATUS PortPassDown(PPORT_DEVICE Port, PIRP Irp);

/* Run at PASSIVE_LEVEL, seldom, and never on the way of a key: no reason to keep them in. */
#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, PortAddDevice, PortPnp, PortPower, PortSystemControl)
#pragma alloc_text(PAGE, PortTakeResources, PortStartDevice, PortRemoveDevice, PortPassDown)
#endif

NTSTATUS NTAPI PortAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    PDEVICE_OBJECT device;
    PPORT_DEVICE port;
    NTSTATUS status;

    PAGED_CODE();
    status = IoCreateDevice(DriverObject, sizeof(PORT_DEVICE), NULL, FILE_DEVICE_8042_PORT, 0,
                            FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    port = device->DeviceExtension;
    RtlZeroMemory(port, sizeof(*port));
    port->Self = device;
    port->Driver = IoGetDriverObjectExtension(DriverObject, (PVOID)(ULONG_PTR)DriverEntry);
    IoInitializeDpcRequest(device, PortDpc);
    port->Lower = IoAttachDeviceToDeviceStack(device, Pdo);
    if (port->Lower == NULL) {
        IoDeleteDevice(device);
        return STATUS_NO_SUCH_DEVICE;
    }

    /* With DO_POWER_PAGABLE power IRPs come at PASSIVE_LEVEL, where pageable code may run. A
     * device may have it only if the one below has it. */
    device->Flags |= port->Lower->Flags & DO_POWER_PAGABLE;
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PortPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PPORT_DEVICE port = DeviceObject->DeviceExtension;
    NTSTATUS status;
    BOOLEAN busy;

    PAGED_CODE();
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        status = PortStartDevice(port, Irp);
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return status;

    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
        PortAcquireOpenLock(port->Driver);
        busy = port->Opens != 0;
        PortReleaseOpenLock(port->Driver);
        if (busy) {
            Irp->IoStatus.Status = STATUS_DEVICE_BUSY;
            IoCompleteRequest(Irp, IO_NO_INCREMENT);
            return STATUS_DEVICE_BUSY;
        }
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return PortPassDown(port, Irp);

    case IRP_MN_STOP_DEVICE:
        PortAcquireOpenLock(port->Driver);
        port->Started = FALSE;
        PortReleaseOpenLock(port->Driver);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return PortPassDown(port, Irp);

    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return PortPassDown(port, Irp);

    case IRP_MN_REMOVE_DEVICE:
        return PortRemoveDevice(port, Irp);

    default:
        return PortPassDown(port, Irp);
    }
}

NTSTATUS NTAPI PortPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PPORT_DEVICE port = DeviceObject->DeviceExtension;

    PAGED_CODE();
    PoStartNextPowerIrp(Irp);
    IoSkipCurrentIrpStackLocation(Irp);
    return PoCallDriver(port->Lower, Irp);
}

NTSTATUS NTAPI PortSystemControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAGED_CODE();
    return PortPassDown(DeviceObject->DeviceExtension, Irp);
}

/* Takes ports and interrupt from the list plug and play assigned; what is not in it stays as a
 * PC has it. */
static VOID PortTakeResources(PPORT_DEVICE Port, PCM_RESOURCE_LIST List)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR item;
    ULONG i, ports = 0;

    PAGED_CODE();
    Port->DataPort = (PUCHAR)KEYBOARD_DATA_PORT;
    Port->CommandPort = (PUCHAR)KEYBOARD_COMMAND_PORT;
    Port->Mode = Latched;
    Port->Vector = HalGetInterruptVector(Isa, 0, KEYBOARD_IRQ, KEYBOARD_IRQ, &Port->Irql,
                                         &Port->Affinity);
    if (List == NULL || List->Count == 0) {
        return;
    }
    for (i = 0; i < List->List[0].PartialResourceList.Count; i++) {
        item = &List->List[0].PartialResourceList.PartialDescriptors[i];
        if (item->Type == CmResourceTypePort) {
            if (ports == 0) {
                Port->DataPort = (PUCHAR)(ULONG_PTR)item->u.Port.Start.LowPart;
            } else if (ports == 1) {
                Port->CommandPort = (PUCHAR)(ULONG_PTR)item->u.Port.Start.LowPart;
            }
            ports++;
        } else if (item->Type == CmResourceTypeInterrupt) {
            Port->Vector = item->u.Interrupt.Vector;
            Port->Irql = (KIRQL)item->u.Interrupt.Level;
            Port->Affinity = item->u.Interrupt.Affinity;
            Port->Mode = (item->Flags & CM_RESOURCE_INTERRUPT_LATCHED) ? Latched : LevelSensitive;
        }
    }
}

/* The lower drivers start first; the hardware itself is left alone until somebody opens. */
static NTSTATUS PortStartDevice(PPORT_DEVICE Port, PIRP Irp)
{
    PCM_RESOURCE_LIST resources;

    PAGED_CODE();
    if (!IoForwardIrpSynchronously(Port->Lower, Irp)) {
        Irp->IoStatus.Status = STATUS_UNSUCCESSFUL;
    }
    if (NT_SUCCESS(Irp->IoStatus.Status)) {
        resources = IoGetCurrentIrpStackLocation(Irp)
                        ->Parameters.StartDevice.AllocatedResourcesTranslated;
        PortAcquireOpenLock(Port->Driver);
        PortTakeResources(Port, resources);
        Port->Started = TRUE;
        PortReleaseOpenLock(Port->Driver);
    }
    return Irp->IoStatus.Status;
}

/* Comes only when no file is open on the stack, so the interrupt is disconnected already. */
static NTSTATUS PortRemoveDevice(PPORT_DEVICE Port, PIRP Irp)
{
    PDEVICE_OBJECT lower = Port->Lower;
    NTSTATUS status;

    PAGED_CODE();
    NT_ASSERT(Port->Opens == 0 && Port->Interrupt == NULL);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    status = IoCallDriver(lower, Irp);
    IoDetachDevice(lower);
    IoDeleteDevice(Port->Self);
    return status;
}

static NTSTATUS PortPassDown(PPORT_DEVICE Port, PIRP Irp)
{
    PAGED_CODE();
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Port->Lower, Irp);
}
