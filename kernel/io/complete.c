/* Completion: up the stack through the completion routines, then home to the issuer.
 *
 *   kind of IRP                      the last step, after all completion routines
 *   associated                       one less for the master; the last one completes the master
 *   paging I/O, create, close, mount status and event directly, at any IRQL: no APC, for a page
 *                                    fault is legal at APC_LEVEL, where APCs cannot come
 *   deferred, and not pended         nothing: the service that sent it finishes it itself
 *   issued by a thread               special kernel APC to that thread: IopFinishIrp
 *
 * On the paging path up to the second row: nonpaged, no allocation, no lock. */
#include "iop.h"

static VOID NTAPI IopFinishApc(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
                               PVOID *SystemArgument1, PVOID *SystemArgument2);
static VOID NTAPI IopAbandonApc(PKAPC Apc);

/* TRUE if a completion routine keeps the IRP. */
static BOOLEAN IopCallCompletionRoutines(PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);

    while (Irp->CurrentLocation <= Irp->StackCount) {
        UCHAR wanted = stack->Control;
        BOOLEAN call;

        Irp->PendingReturned = (wanted & SL_PENDING_RETURNED) != 0;
        if (!NT_SUCCESS(Irp->IoStatus.Status)) {
            call = (wanted & SL_INVOKE_ON_ERROR) != 0;
        } else {
            call = (wanted & SL_INVOKE_ON_SUCCESS) != 0;
        }
        if (Irp->Cancel && (wanted & SL_INVOKE_ON_CANCEL)) {
            call = TRUE;
        }

        /* The routine in this location belongs to the driver one up. */
        Irp->CurrentLocation++;
        Irp->Tail.Overlay.CurrentStackLocation++;
        if (call && stack->CompletionRoutine != NULL) {
            PIO_COMPLETION_ROUTINE routine = stack->CompletionRoutine;
            PVOID context = stack->Context;
            PDEVICE_OBJECT device = Irp->CurrentLocation > Irp->StackCount
                                        ? NULL
                                        : IoGetCurrentIrpStackLocation(Irp)->DeviceObject;

            stack->MinorFunction = 0;
            stack->Control = 0;
            stack->CompletionRoutine = NULL;
            stack->Context = NULL;
            if (routine(device, Irp, context) == STATUS_MORE_PROCESSING_REQUIRED) {
                return TRUE;
            }
        } else {
            stack->Control = 0;
            if (Irp->PendingReturned && Irp->CurrentLocation <= Irp->StackCount) {
                IoMarkIrpPending(Irp);
            }
        }
        stack++;
    }
    return FALSE;
}

static VOID IopCompleteAssociated(PIRP Irp, CCHAR PriorityBoost)
{
    PIRP master = Irp->AssociatedIrp.MasterIrp;
    PMDL mdl, next;

    for (mdl = Irp->MdlAddress; mdl != NULL; mdl = next) {
        next = mdl->Next;
        if (mdl->MdlFlags & MDL_PAGES_LOCKED) {
            MmUnlockPages(mdl);
        }
        IoFreeMdl(mdl);
    }
    IoFreeIrp(Irp);
    if (InterlockedDecrement(&master->AssociatedIrp.IrpCount) == 0) {
        IofCompleteRequest(master, PriorityBoost);
    }
}

VOID FASTCALL IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    PFILE_OBJECT file;
    PETHREAD thread;
    PCHAR auxiliary;
    PMDL mdl;

    if (Irp->Type != IO_TYPE_IRP || Irp->CurrentLocation > Irp->StackCount + 1) {
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, (ULONG_PTR)Irp, __LINE__, 0, 0);
    }
    if (Irp->CancelRoutine != NULL) {
        KeBugCheckEx(CANCEL_STATE_IN_COMPLETED_IRP, (ULONG_PTR)Irp,
                     (ULONG_PTR)Irp->CancelRoutine, 0, 0);
    }
    if (Irp->IoStatus.Status == STATUS_PENDING || Irp->IoStatus.Status == (NTSTATUS)0xFFFFFFFF) {
        KeBugCheckEx(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 6, (ULONG_PTR)Irp->IoStatus.Status,
                     (ULONG_PTR)Irp, 0);
    }
    if (IopCallCompletionRoutines(Irp)) {
        return;
    }
    /* Completed once more from here on, the IRP shows it. */
    Irp->CurrentLocation = (CHAR)(Irp->StackCount + 2);

    if (Irp->Flags & IRP_ASSOCIATED_IRP) {
        IopCompleteAssociated(Irp, PriorityBoost);
        return;
    }
    if (Irp->Flags & (IRP_PAGING_IO | IRP_CLOSE_OPERATION | IRP_CREATE_OPERATION)) {
        PIO_STATUS_BLOCK block = Irp->UserIosb;
        PKEVENT event = Irp->UserEvent;

        if (block != NULL) {
            *block = Irp->IoStatus;
        }
        if (!(Irp->Flags & IRP_PAGING_IO)) {
            IoFreeIrp(Irp); /* paging IRPs belong to the memory manager */
        }
        if (event != NULL) {
            KeSetEvent(event, PriorityBoost, FALSE);
        }
        return;
    }
    for (mdl = Irp->MdlAddress; mdl != NULL; mdl = mdl->Next) {
        if (mdl->MdlFlags & MDL_PAGES_LOCKED) {
            MmUnlockPages(mdl);
        }
    }
    if ((Irp->Flags & IRP_DEFER_IO_COMPLETION) && !Irp->PendingReturned) {
        return;
    }
    /* The APC lies over these three. */
    thread = Irp->Tail.Overlay.Thread;
    file = Irp->Tail.Overlay.OriginalFileObject;
    auxiliary = Irp->Tail.Overlay.AuxiliaryBuffer;
    if (thread == NULL) {
        /* Made by IoAllocateIrp: its owner's completion routine had to keep it. */
        KeBugCheckEx(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 0x20A, (ULONG_PTR)Irp, 0, 0);
    }
    KeInitializeApc(&Irp->Tail.Apc, (PKTHREAD)thread, OriginalApcEnvironment, IopFinishApc,
                    IopAbandonApc, NULL, KernelMode, NULL);
    if (!KeInsertQueueApc(&Irp->Tail.Apc, file, auxiliary, PriorityBoost)) {
        NT_ASSERT(FALSE); /* a thread takes APCs until the last of its IRPs is gone */
    }
}

static VOID NTAPI IopFinishApc(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
                               PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    IopFinishIrp(CONTAINING_RECORD(Apc, IRP, Tail.Apc), *SystemArgument1, *SystemArgument2);
}

/* The thread ends with the APC still queued. */
static VOID NTAPI IopAbandonApc(PKAPC Apc)
{
    IopFinishIrp(CONTAINING_RECORD(Apc, IRP, Tail.Apc), Apc->SystemArgument1,
                 Apc->SystemArgument2);
}

static VOID NTAPI IopFreeApc(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
                             PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    IoFreeIrp(CONTAINING_RECORD(Apc, IRP, Tail.Apc));
}

VOID IopFinishIrp(PIRP Irp, PFILE_OBJECT File, PVOID Auxiliary)
{
    NTSTATUS status = Irp->IoStatus.Status;
    PKEVENT event = Irp->UserEvent;
    PMDL mdl, next;

    if ((Irp->Flags & IRP_BUFFERED_IO) && (Irp->Flags & IRP_INPUT_OPERATION) &&
        !NT_ERROR(status) && status != STATUS_VERIFY_REQUIRED && Irp->UserBuffer != NULL) {
        RtlCopyMemory(Irp->UserBuffer, Irp->AssociatedIrp.SystemBuffer, Irp->IoStatus.Information);
    }
    if (Irp->Flags & IRP_DEALLOCATE_BUFFER) {
        ExFreePool(Irp->AssociatedIrp.SystemBuffer);
    }
    for (mdl = Irp->MdlAddress; mdl != NULL; mdl = next) {
        next = mdl->Next;
        IoFreeMdl(mdl);
    }
    Irp->MdlAddress = NULL;
    if (Auxiliary != NULL) {
        ExFreePool(Auxiliary);
    }
    IopDequeueThreadIrp(Irp);

    /* A request refused on the spot leaves status block and event alone: the caller has the
     * status already, and may have left the frame they live in. */
    if (!NT_ERROR(status) || Irp->PendingReturned) {
        BOOLEAN synchronous = File != NULL && (File->Flags & FO_SYNCHRONOUS_IO);

        if (Irp->UserIosb != NULL) {
            Irp->UserIosb->Information = Irp->IoStatus.Information;
            Irp->UserIosb->Status = status;
        }
        if (event != NULL) {
            KeSetEvent(event, 0, FALSE);
        }
        if (File != NULL && (event == NULL || synchronous)) {
            File->FinalStatus = status;
            KeSetEvent(&File->Event, 0, FALSE);
        }
    }
    /* An event that came as a handle was referenced for the request. */
    if (File != NULL && event != NULL && !(Irp->Flags & IRP_SYNCHRONOUS_API)) {
        ObDereferenceObject(event);
    }
    if (Irp->Overlay.AsynchronousParameters.UserApcRoutine != NULL && File != NULL &&
        !(Irp->Flags & IRP_SYNCHRONOUS_API) &&
        (!NT_ERROR(status) || Irp->PendingReturned)) {
        PIO_STATUS_BLOCK block = Irp->UserIosb;

        KeInitializeApc(&Irp->Tail.Apc, KeGetCurrentThread(), OriginalApcEnvironment, IopFreeApc,
                        NULL,
                        (PKNORMAL_ROUTINE)(PVOID)
                            Irp->Overlay.AsynchronousParameters.UserApcRoutine,
                        KernelMode, Irp->Overlay.AsynchronousParameters.UserApcContext);
        KeInsertQueueApc(&Irp->Tail.Apc, block, NULL, 0);
    } else {
        IoFreeIrp(Irp);
    }
    if (File != NULL) {
        ObDereferenceObject(File);
    }
}
