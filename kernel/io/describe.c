/* The device tree as text, for the console's `dev`: each device of the tree with its stack from
 * the top down, then devices that belong to no stack of the tree. Guard: IopLoadLock for the tree;
 * stacks may change while we look, so each step takes IopDatabaseLock. */
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

static BOOLEAN IopPrintLoose(PVOID Context, const IO_DRIVER_STATE *State)
{
    PDEVICE_OBJECT device;

    PAGED_CODE();
    for (device = State->Object->DeviceObject; device != NULL; device = device->NextDevice) {
        if (IopDeviceExtension(device)->AttachedTo == NULL &&
            IopDeviceExtension(device)->Node == NULL) {
            IopPrintDevice(Context, device,
                           device->Vpb != NULL && device->Vpb->DeviceObject != NULL ? "(mounted)"
                                                                                    : "",
                           0);
        }
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
