/* The device tree as text, for the console's `dev`: each device of the tree with its stack from
 * the top down, then devices that belong to no stack of the tree. Guard: IopLoadLock, under which
 * the tree stays as it is; a driver's own devices are collected under IopDatabaseLock. */
#include "iop.h"

typedef struct _IOP_DESCRIPTION {
    PIO_LINE_CALLBACK Callback;
    PVOID Context;
} IOP_DESCRIPTION;

static VOID IopPrintDevice(IOP_DESCRIPTION *To, PDEVICE_OBJECT Device, PCSTR What, ULONG Indent);
static VOID IopPrintNode(IOP_DESCRIPTION *To, PIOP_NODE Node, ULONG Indent);
static BOOLEAN IopPrintLoose(PVOID Context, const IO_DRIVER_STATE *State);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopPrintDevice, IopPrintNode, IopPrintLoose, IoDescribeDevices)
#endif

static VOID IopPrintDevice(IOP_DESCRIPTION *To, PDEVICE_OBJECT Device, PCSTR What, ULONG Indent)
{
    CHAR line[200];
    UNICODE_STRING name;

    PAGED_CODE();
    if (!NT_SUCCESS(ObQueryObjectName(Device, &name))) {
        RtlInitUnicodeString(&name, NULL);
    }
    _snprintf(line, sizeof(line), "%*s%p %wZ %wZ %s", (int)Indent, "", (PVOID)Device,
              &Device->DriverObject->DriverName, &name, What);
    line[sizeof(line) - 1] = 0;
    To->Callback(To->Context, line);
    if (name.Buffer != NULL) {
        ExFreePool(name.Buffer);
    }
}

static VOID IopPrintNode(IOP_DESCRIPTION *To, PIOP_NODE Node, ULONG Indent)
{
    static const PCSTR states[] = { "found", "started", "failed" };
    PDEVICE_OBJECT device;
    PLIST_ENTRY link;
    CHAR line[200];

    PAGED_CODE();
    if (Node->Pdo != NULL) {
        _snprintf(line, sizeof(line), "%*s%wZ: %s", (int)Indent, "", &Node->Instance,
                  states[Node->State]);
        line[sizeof(line) - 1] = 0;
        To->Callback(To->Context, line);
        for (device = IopGetTop(Node->Pdo); device != NULL;
             device = IopDeviceExtension(device)->AttachedTo) {
            IopPrintDevice(To, device, "", Indent + 4);
        }
        Indent += 2;
    }
    for (link = Node->Children.Flink; link != &Node->Children; link = link->Flink) {
        IopPrintNode(To, CONTAINING_RECORD(link, IOP_NODE, Sibling), Indent);
    }
}

/* A driver's devices that are in no stack of the tree, referenced. */
static ULONG IopCollectLoose(PDRIVER_OBJECT Driver, PDEVICE_OBJECT *Devices, ULONG Most)
{
    PDEVICE_OBJECT device;
    ULONG count = 0;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    for (device = Driver->DeviceObject; device != NULL && count < Most;
         device = device->NextDevice) {
        if (IopDeviceExtension(device)->AttachedTo == NULL &&
            IopDeviceExtension(device)->Node == NULL) {
            ObReferenceObject(device);
            Devices[count++] = device;
        }
    }
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return count;
}

static BOOLEAN IopPrintLoose(PVOID Context, const IO_DRIVER_STATE *State)
{
    PDEVICE_OBJECT devices[32];
    ULONG count, i;

    PAGED_CODE();
    count = IopCollectLoose(State->Object, devices, RTL_NUMBER_OF(devices));
    for (i = 0; i < count; i++) {
        PVPB vpb = devices[i]->Vpb;

        IopPrintDevice(Context, devices[i],
                       vpb != NULL && vpb->DeviceObject != NULL ? "(mounted)" : "", 0);
        ObDereferenceObject(devices[i]);
    }
    return TRUE;
}

VOID IoDescribeDevices(PIO_LINE_CALLBACK Callback, PVOID Context)
{
    IOP_DESCRIPTION to = { Callback, Context };

    PAGED_CODE();
    IopLock();
    IopPrintNode(&to, &IopRootNode, 0);
    IoEnumerateDrivers(IopPrintLoose, &to);
    IopUnlock();
}
