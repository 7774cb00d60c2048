/* What the file services have in common: handle to file, IRP, the wait.
 *
 *   synchronous file    its lock is held from begin to finish; a pended request is waited for on
 *                       the file's own event, which completion sets
 *   asynchronous file   STATUS_PENDING goes back to the caller, completion sets its event
 *
 * IopBeginRequest gives an IRP whose next stack location the service fills; then exactly one of
 * IopFinishRequest (sends it) and IopAbandonRequest. The file's pointer goes with the IRP; a
 * synchronous request keeps one more until it is done. */
#include "iop.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopBeginRequest, IopAbandonRequest, IopFinishRequest)
#pragma alloc_text(PAGE, IopAcquireFileLock, IopReleaseFileLock)
#endif

VOID IopAcquireFileLock(PFILE_OBJECT File)
{
    PAGED_CODE();
    InterlockedIncrement((volatile LONG *)&File->Waiters);
    KeWaitForSingleObject(&File->Lock, Executive, KernelMode, FALSE, NULL);
    InterlockedDecrement((volatile LONG *)&File->Waiters);
    File->Busy = TRUE;
}

VOID IopReleaseFileLock(PFILE_OBJECT File)
{
    PAGED_CODE();
    File->Busy = FALSE;
    KeSetEvent(&File->Lock, 0, FALSE);
}

NTSTATUS IopBeginRequest(PIOP_REQUEST Request, HANDLE Handle, HANDLE Event,
                         PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                         PIO_STATUS_BLOCK IoStatusBlock)
{
    PFILE_OBJECT file;
    NTSTATUS status;
    PIRP irp;

    PAGED_CODE();
    RtlZeroMemory(Request, sizeof(*Request));
    status = ObReferenceObjectByHandle(Handle, 0, *IoFileObjectType, KernelMode, (PVOID *)&file,
                                       NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (Event != NULL) {
        status = ObReferenceObjectByHandle(Event, EVENT_MODIFY_STATE, *ExEventObjectType,
                                           KernelMode, (PVOID *)&Request->Event, NULL);
        if (!NT_SUCCESS(status)) {
            ObDereferenceObject(file);
            return status;
        }
        KeClearEvent(Request->Event);
    }
    Request->File = file;
    Request->Synchronous = (file->Flags & FO_SYNCHRONOUS_IO) != 0;
    if (Request->Synchronous) {
        IopAcquireFileLock(file);
    }
    Request->Device = IoGetRelatedDeviceObject(file);
    irp = IoAllocateIrp(Request->Device->StackSize, FALSE);
    if (irp == NULL) {
        IopAbandonRequest(Request);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Request->Irp = irp;
    irp->UserIosb = IoStatusBlock;
    irp->UserEvent = Request->Event;
    irp->Overlay.AsynchronousParameters.UserApcRoutine = ApcRoutine;
    irp->Overlay.AsynchronousParameters.UserApcContext = ApcContext;
    irp->Tail.Overlay.Thread = PsGetCurrentThread();
    irp->Tail.Overlay.OriginalFileObject = file;
    IoGetNextIrpStackLocation(irp)->FileObject = file;
    return STATUS_SUCCESS;
}

VOID IopAbandonRequest(PIOP_REQUEST Request)
{
    PAGED_CODE();
    if (Request->Irp != NULL) {
        if (Request->Irp->Tail.Overlay.AuxiliaryBuffer != NULL) {
            ExFreePool(Request->Irp->Tail.Overlay.AuxiliaryBuffer);
        }
        IopDiscardIrp(Request->Irp);
    }
    if (Request->Synchronous) {
        IopReleaseFileLock(Request->File);
    }
    if (Request->Event != NULL) {
        ObDereferenceObject(Request->Event);
    }
    ObDereferenceObject(Request->File);
}

NTSTATUS IopFinishRequest(PIOP_REQUEST Request)
{
    PFILE_OBJECT file = Request->File;
    PIRP irp = Request->Irp;
    NTSTATUS status;
    KIRQL irql;

    PAGED_CODE();
    if (Request->Synchronous) {
        ObReferenceObject(file);
    }
    KeClearEvent(&file->Event);
    irp->Flags |= IRP_DEFER_IO_COMPLETION;
    IopQueueThreadIrp(irp);
    status = IofCallDriver(Request->Device, irp);
    if (status != STATUS_PENDING) {
        /* Not pended, so completion left the last step to us. */
        KeRaiseIrql(APC_LEVEL, &irql);
        IopFinishIrp(irp, file, irp->Tail.Overlay.AuxiliaryBuffer);
        KeLowerIrql(irql);
    }
    if (Request->Synchronous) {
        if (status == STATUS_PENDING) {
            KeWaitForSingleObject(&file->Event, Executive, KernelMode, FALSE, NULL);
            status = file->FinalStatus;
        }
        IopReleaseFileLock(file);
        ObDereferenceObject(file);
    }
    return status;
}
