/* Work items that keep their device, and with it the driver's image, until the routine has
 * returned. A work item belongs to its allocator; it may be freed inside its own routine. */
#include "iop.h"

struct _IO_WORKITEM {
    WORK_QUEUE_ITEM Item;
    PIO_WORKITEM_ROUTINE Routine;
    PDEVICE_OBJECT Device;
    PVOID Context;
};

static VOID NTAPI IopRunWorkItem(PVOID Parameter);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopRunWorkItem)
#endif

PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)
{
    PIO_WORKITEM item = ExAllocatePoolWithTag(NonPagedPool, sizeof(*item), IOP_TAG);

    if (item != NULL) {
        RtlZeroMemory(item, sizeof(*item));
        item->Device = DeviceObject;
    }
    return item;
}

VOID NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem)
{
    ExFreePoolWithTag(IoWorkItem, IOP_TAG);
}

static VOID NTAPI IopRunWorkItem(PVOID Parameter)
{
    PIO_WORKITEM item = Parameter;
    PDEVICE_OBJECT device = item->Device; /* the routine may free the item */

    PAGED_CODE();
    item->Routine(device, item->Context);
    ObDereferenceObject(device);
}

VOID NTAPI IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
                           WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    IoWorkItem->Routine = WorkerRoutine;
    IoWorkItem->Context = Context;
    ObReferenceObject(IoWorkItem->Device);
    ExInitializeWorkItem(&IoWorkItem->Item, IopRunWorkItem, IoWorkItem);
    ExQueueWorkItem(&IoWorkItem->Item, QueueType);
}
