/* Does one thing to an IRP or an object that a driver must not do, chosen by MISUSE when it is
 * compiled. Every case must end in the bugcheck iomisuse.py expects. */

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;

static NTSTATUS NTAPI Keep(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context)
{
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID NTAPI Cancel(PDEVICE_OBJECT Device, PIRP Irp)
{
    IoReleaseCancelSpinLock(Irp->CancelIrql);
}

static NTSTATUS NTAPI Complete(PDEVICE_OBJECT Device, PIRP Irp)
{
    if (MISUSE == 3) {
        IoSetCancelRoutine(Irp, Cancel);
    }
    Irp->IoStatus.Status = MISUSE == 4 ? STATUS_PENDING : STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    if (MISUSE == 2) {
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath)
{
    PDEVICE_OBJECT Device;
    IO_STATUS_BLOCK Block;
    KEVENT Event;
    PIRP Irp;
    ULONG i;

    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        Driver->MajorFunction[i] = Complete;
    }
    IoCreateDevice(Driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    switch (MISUSE) {
    case 1: /* one location, two drivers */
        Irp = IoAllocateIrp(1, FALSE);
        IoSetNextIrpStackLocation(Irp);
        IoCallDriver(Device, Irp);
        break;
    case 2: /* home after the first time, and gone */
        Irp = IoBuildDeviceIoControlRequest(0, Device, NULL, 0, NULL, 0, FALSE, &Event, &Block);
        IoCallDriver(Device, Irp);
        break;
    case 3:
    case 4:
        Irp = IoAllocateIrp(2, FALSE);
        IoSetCompletionRoutine(Irp, Keep, NULL, TRUE, TRUE, TRUE);
        IoCallDriver(Device, Irp);
        break;
    case 5: /* belongs to this thread until it completes */
        Irp = IoBuildDeviceIoControlRequest(0, Device, NULL, 0, NULL, 0, FALSE, &Event, &Block);
        IoFreeIrp(Irp);
        break;
    case 6:
        ObDereferenceObject(Device);
        ObDereferenceObject(Device);
        ObDereferenceObject(Device);
        break;
    case 7: /* nobody keeps it, and nobody waits for it */
        Irp = IoAllocateIrp(1, FALSE);
        IoCallDriver(Device, Irp);
        break;
    case 8: /* freed, then sent */
        Irp = IoAllocateIrp(1, FALSE);
        IoFreeIrp(Irp);
        IoFreeIrp(Irp);
        break;
    }
    return STATUS_UNSUCCESSFUL;
}
