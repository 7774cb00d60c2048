/* What is not on the paging path and still must not be out while the volume holds a page file:
 * device control. It lies in PAGEFFAT, pageable like PAGE until FatPnp locks it on
 * IRP_MN_DEVICE_USAGE_NOTIFICATION (pnp.c). Read and write may not lie even here (paging.c). */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page only while no page file is on any volume: a storage request that a disk needs to go on
 * (verify, reset) passes through here, and a fault on the way would wait for that very disk. */
#pragma alloc_text(PAGEFFAT, FatDeviceControl)
#endif

/* Every control code is the disk's. */
NTSTATUS NTAPI FatDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PVCB vcb = DeviceObject->DeviceExtension;

    if (DeviceObject == FatGlobal.ControlDevice) {
        Irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(vcb->Target, Irp);
}
