/* Plug and play: the usage notification that comes before a page file is put on the volume.
 *
 * Our part is to lock PAGEFFAT before the disk stack below learns of it, and to let it go after the
 * stack has agreed that the page file is gone. Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: comes at PASSIVE_LEVEL, while no page file is in use yet or any more. */
#pragma code_seg("PAGE")
#endif

static NTSTATUS FatUsageNotification(PVCB Vcb, PIRP Irp, BOOLEAN InPath)
{
    NTSTATUS status;

    PAGED_CODE();
    if (InPath && Vcb->LockedCode == NULL) {
        Vcb->LockedCode = MmLockPagableCodeSection(FatDeviceControl);
    }
    status = IoForwardIrpSynchronously(Vcb->Target, Irp) ? Irp->IoStatus.Status
                                                         : STATUS_UNSUCCESSFUL;
    if (NT_SUCCESS(status)) {
        IoAdjustPagingPathCount(&Vcb->PagingFiles, InPath);
    }
    if (Vcb->PagingFiles == 0 && Vcb->LockedCode != NULL) {
        MmUnlockPagableImageSection(Vcb->LockedCode);
        Vcb->LockedCode = NULL;
    }
    return status;
}

/* Everything else is answered by the stack below. */
NTSTATUS FatPnp(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PAGED_CODE();
    if (Stack->MinorFunction == IRP_MN_DEVICE_USAGE_NOTIFICATION &&
        Stack->Parameters.UsageNotification.Type == DeviceUsageTypePaging) {
        return FatUsageNotification(Vcb, Irp, Stack->Parameters.UsageNotification.InPath);
    }
    return IoForwardIrpSynchronously(Vcb->Target, Irp) ? Irp->IoStatus.Status
                                                       : STATUS_UNSUCCESSFUL;
}
