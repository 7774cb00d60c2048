/* Shutdown: IRP_MJ_SHUTDOWN to the devices that asked for it, last registered first, then to the
 * file systems. Guard: IopShutdownLock for the list; a device on it is referenced. */
#include "iop.h"

typedef struct _IOP_SHUTDOWN {
    LIST_ENTRY Link;
    PDEVICE_OBJECT Device;
} IOP_SHUTDOWN, *PIOP_SHUTDOWN;

static FAST_MUTEX IopShutdownLock;
static LIST_ENTRY IopShutdownList;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IoRegisterShutdownNotification, IoUnregisterShutdownNotification)
#pragma alloc_text(PAGE, IoShutdownSystem)
#pragma alloc_text(INIT, IopInitShutdown)
#endif

VOID IopInitShutdown(VOID)
{
    ExInitializeFastMutex(&IopShutdownLock);
    InitializeListHead(&IopShutdownList);
}

NTSTATUS NTAPI IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    PIOP_SHUTDOWN entry = ExAllocatePoolWithTag(PagedPool, sizeof(*entry), IOP_TAG);

    PAGED_CODE();
    if (entry == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    entry->Device = DeviceObject;
    ObReferenceObject(DeviceObject);
    ExAcquireFastMutex(&IopShutdownLock);
    InsertHeadList(&IopShutdownList, &entry->Link);
    ExReleaseFastMutex(&IopShutdownLock);
    DeviceObject->Flags |= DO_SHUTDOWN_REGISTERED;
    return STATUS_SUCCESS;
}

VOID NTAPI IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    PLIST_ENTRY link, next;

    PAGED_CODE();
    ExAcquireFastMutex(&IopShutdownLock);
    for (link = IopShutdownList.Flink; link != &IopShutdownList; link = next) {
        PIOP_SHUTDOWN entry = CONTAINING_RECORD(link, IOP_SHUTDOWN, Link);

        next = link->Flink;
        if (entry->Device == DeviceObject) {
            RemoveEntryList(link);
            ExFreePoolWithTag(entry, IOP_TAG);
            ObDereferenceObject(DeviceObject);
        }
    }
    ExReleaseFastMutex(&IopShutdownLock);
    DeviceObject->Flags &= ~(ULONG)DO_SHUTDOWN_REGISTERED;
}

VOID IoShutdownSystem(VOID)
{
    PAGED_CODE();
    for (;;) {
        PIOP_SHUTDOWN entry = NULL;
        IO_STACK_LOCATION stack;

        ExAcquireFastMutex(&IopShutdownLock);
        if (!IsListEmpty(&IopShutdownList)) {
            entry = CONTAINING_RECORD(RemoveHeadList(&IopShutdownList), IOP_SHUTDOWN, Link);
        }
        ExReleaseFastMutex(&IopShutdownLock);
        if (entry == NULL) {
            break;
        }
        RtlZeroMemory(&stack, sizeof(stack));
        stack.MajorFunction = IRP_MJ_SHUTDOWN;
        IopSendAndWait(IopGetTop(entry->Device), &stack, NULL, 0, STATUS_SUCCESS, NULL);
        ObDereferenceObject(entry->Device);
        ExFreePoolWithTag(entry, IOP_TAG);
    }
    IopShutdownFileSystems();
}
