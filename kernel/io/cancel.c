/* Cancelling an IRP: its cancel routine is taken out and called, once, under the cancel spin
 * lock, which the routine releases. A driver that wants to complete the IRP takes the routine out
 * first (IoSetCancelRoutine): whoever gets it owns the IRP. Any IRQL <= DISPATCH_LEVEL. */
#include "iop.h"

static KSPIN_LOCK IopCancelSpinLock;

VOID NTAPI IoAcquireCancelSpinLock(PKIRQL Irql)
{
    KeAcquireSpinLock(&IopCancelSpinLock, Irql);
}

VOID NTAPI IoReleaseCancelSpinLock(KIRQL Irql)
{
    KeReleaseSpinLock(&IopCancelSpinLock, Irql);
}

BOOLEAN NTAPI IoCancelIrp(PIRP Irp)
{
    PDRIVER_CANCEL routine;
    KIRQL irql;

    KeAcquireSpinLock(&IopCancelSpinLock, &irql);
    Irp->Cancel = TRUE;
    routine = IoSetCancelRoutine(Irp, NULL);
    if (routine == NULL) {
        KeReleaseSpinLock(&IopCancelSpinLock, irql);
        return FALSE;
    }
    Irp->CancelIrql = irql;
    routine(IoGetCurrentIrpStackLocation(Irp)->DeviceObject, Irp);
    return TRUE;
}
