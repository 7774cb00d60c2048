/* StartIo: a queue in front of a device that does one request at a time.
 *
 * Guards: the device queue has its own lock (ke); CurrentIrp belongs to the request being
 * started. With a cancel routine the steps are made under the cancel spin lock, so that an IRP is
 * either still cancellable in the queue or has been handed to StartIo. DISPATCH_LEVEL. */
#include "iop.h"

VOID NTAPI IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key,
                         PDRIVER_CANCEL CancelFunction)
{
    PKDEVICE_QUEUE_ENTRY entry = &Irp->Tail.Overlay.DeviceQueueEntry;
    KIRQL irql, cancel = PASSIVE_LEVEL;
    BOOLEAN queued;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    if (CancelFunction != NULL) {
        IoAcquireCancelSpinLock(&cancel);
        IoSetCancelRoutine(Irp, CancelFunction);
    }
    queued = Key != NULL ? KeInsertByKeyDeviceQueue(&DeviceObject->DeviceQueue, entry, *Key)
                         : KeInsertDeviceQueue(&DeviceObject->DeviceQueue, entry);
    if (queued) {
        if (CancelFunction != NULL && Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
            Irp->CancelIrql = cancel;
            CancelFunction(DeviceObject, Irp); /* releases the cancel spin lock */
        } else if (CancelFunction != NULL) {
            IoReleaseCancelSpinLock(cancel);
        }
    } else {
        DeviceObject->CurrentIrp = Irp;
        if (CancelFunction != NULL) {
            IoReleaseCancelSpinLock(cancel);
        }
        DeviceObject->DriverObject->DriverStartIo(DeviceObject, Irp);
    }
    KeLowerIrql(irql);
}

VOID NTAPI IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable)
{
    PKDEVICE_QUEUE_ENTRY entry;
    KIRQL cancel = DISPATCH_LEVEL;
    PIRP irp = NULL;

    if (Cancelable) {
        IoAcquireCancelSpinLock(&cancel);
    }
    DeviceObject->CurrentIrp = NULL;
    entry = KeRemoveDeviceQueue(&DeviceObject->DeviceQueue);
    if (entry != NULL) {
        irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.DeviceQueueEntry);
        DeviceObject->CurrentIrp = irp;
    }
    if (Cancelable) {
        IoReleaseCancelSpinLock(cancel);
    }
    if (irp != NULL) {
        DeviceObject->DriverObject->DriverStartIo(DeviceObject, irp);
    }
}
