/* Cancel-safe queues: the driver gives list and lock, this gives the answer to "who owns the IRP
 * when it is cancelled and taken out at the same time". Whoever swaps the cancel routine out
 * owns it. DriverContext[3] of a queued IRP leads to the queue, or to the caller's context, which
 * leads to the queue and back to the IRP. <= DISPATCH_LEVEL; guard: the driver's lock. */
#include "iop.h"

static DRIVER_CANCEL IopCsqCancel;

NTSTATUS NTAPI IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp,
                               PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                               PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                               PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                               PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                               PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp)
{
    Csq->Type = IO_TYPE_CSQ;
    Csq->CsqInsertIrp = CsqInsertIrp;
    Csq->CsqRemoveIrp = CsqRemoveIrp;
    Csq->CsqPeekNextIrp = CsqPeekNextIrp;
    Csq->CsqAcquireLock = CsqAcquireLock;
    Csq->CsqReleaseLock = CsqReleaseLock;
    Csq->CsqCompleteCanceledIrp = CsqCompleteCanceledIrp;
    Csq->ReservePointer = NULL;
    return STATUS_SUCCESS;
}

/* The driver's lock is held: takes the IRP out and forgets its context. */
static VOID IopCsqTake(PIO_CSQ Csq, PIRP Irp)
{
    PIO_CSQ_IRP_CONTEXT context = Irp->Tail.Overlay.DriverContext[3];

    Csq->CsqRemoveIrp(Csq, Irp);
    if (context->Type == IO_TYPE_CSQ_IRP_CONTEXT) {
        context->Irp = NULL;
    }
    Irp->Tail.Overlay.DriverContext[3] = NULL;
}

static VOID NTAPI IopCsqCancel(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_CSQ csq = Irp->Tail.Overlay.DriverContext[3];
    KIRQL irql;

    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    if (csq->Type == IO_TYPE_CSQ_IRP_CONTEXT) {
        csq = ((PIO_CSQ_IRP_CONTEXT)(PVOID)csq)->Csq;
    }
    csq->CsqAcquireLock(csq, &irql);
    IopCsqTake(csq, Irp);
    csq->CsqReleaseLock(csq, irql);
    csq->CsqCompleteCanceledIrp(csq, Irp);
}

VOID NTAPI IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context)
{
    BOOLEAN cancelled;
    KIRQL irql;

    Csq->CsqAcquireLock(Csq, &irql);
    if (Context != NULL) {
        Context->Type = IO_TYPE_CSQ_IRP_CONTEXT;
        Context->Irp = Irp;
        Context->Csq = Csq;
        Irp->Tail.Overlay.DriverContext[3] = Context;
    } else {
        Irp->Tail.Overlay.DriverContext[3] = Csq;
    }
    IoMarkIrpPending(Irp);
    Csq->CsqInsertIrp(Csq, Irp);
    IoSetCancelRoutine(Irp, IopCsqCancel);
    /* Cancelled before the routine was there: if it is still there, nobody will call it. */
    cancelled = Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL;
    if (cancelled) {
        IopCsqTake(Csq, Irp);
    }
    Csq->CsqReleaseLock(Csq, irql);
    if (cancelled) {
        Csq->CsqCompleteCanceledIrp(Csq, Irp);
    }
}

PIRP NTAPI IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext)
{
    KIRQL irql;
    PIRP irp;

    Csq->CsqAcquireLock(Csq, &irql);
    irp = Csq->CsqPeekNextIrp(Csq, NULL, PeekContext);
    while (irp != NULL && IoSetCancelRoutine(irp, NULL) == NULL) {
        irp = Csq->CsqPeekNextIrp(Csq, irp, PeekContext); /* being cancelled: the next one */
    }
    if (irp != NULL) {
        IopCsqTake(Csq, irp);
    }
    Csq->CsqReleaseLock(Csq, irql);
    return irp;
}

PIRP NTAPI IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context)
{
    KIRQL irql;
    PIRP irp;

    Csq->CsqAcquireLock(Csq, &irql);
    irp = Context->Irp;
    if (irp != NULL && IoSetCancelRoutine(irp, NULL) != NULL) {
        IopCsqTake(Csq, irp);
    } else {
        irp = NULL;
    }
    Csq->CsqReleaseLock(Csq, irql);
    return irp;
}
