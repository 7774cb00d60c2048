/* IRPs: making, sending, completing and cancelling them, the MDLs that describe their buffers,
 * cancel-safe queues, and the inline helpers that walk an IRP's stack. */
#ifndef PAGODA_WDM_IOIRP_H
#define PAGODA_WDM_IOIRP_H

/* Makes an IRP of the caller's own.
 *
 *   StackSize     stack locations: the target's DeviceObject->StackSize, one more if the caller
 *                 wants a location for itself
 *   ChargeQuota   FALSE; there are no quotas here
 *   IRQL          <= DISPATCH_LEVEL
 *   returns       the IRP, the caller's: its completion routine must IoFreeIrp it and return
 *                 STATUS_MORE_PROCESSING_REQUIRED. NULL: no memory
 *   see           IoAllocateIrp, wdm.h */
NTKERNELAPI PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota);

/* Frees an IRP made by IoAllocateIrp or IoBuildAsynchronousFsdRequest that no driver has any more.
 * Its MDLs and buffers are the caller's to free before. <= DISPATCH_LEVEL.
 * misuse: freed twice is bugcheck 0x44 (Irp, …). See IoFreeIrp, wdm.h. */
NTKERNELAPI VOID NTAPI IoFreeIrp(PIRP Irp);

/* Makes an IRP in the caller's memory.
 *
 *   Irp          nonpaged, PacketSize bytes
 *   PacketSize   IoSizeOfIrp(StackSize)
 *   StackSize    stack locations
 *   IRQL         <= DISPATCH_LEVEL
 *   misuse       on an IRP of IoAllocateIrp: its allocation flags are lost; use IoReuseIrp
 *   see          IoInitializeIrp, wdm.h */
NTKERNELAPI VOID NTAPI IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize);

/* Makes a completed IRP of IoAllocateIrp's as new, IoStatus.Status set to Status. Buffers and MDLs
 * have been taken out by the caller. <= DISPATCH_LEVEL; see IoReuseIrp, wdm.h. */
NTKERNELAPI VOID NTAPI IoReuseIrp(PIRP Irp, NTSTATUS Status);

/* Makes an IRP for a part of another's work. The caller sets the master's AssociatedIrp.IrpCount
 * before it sends the first part; the completion of the last completes the master.
 * <= DISPATCH_LEVEL; NULL: no memory. See IoMakeAssociatedIrp, ntifs.h. */
NTKERNELAPI PIRP NTAPI IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize);

/* Makes an IRP_MJ_DEVICE_CONTROL or IRP_MJ_INTERNAL_DEVICE_CONTROL request.
 *
 *   IoControlCode             CTL_CODE; its method says how the two buffers travel
 *   DeviceObject              whom it will be sent to
 *   InputBuffer, …Length      what the driver reads, in bytes; may be NULL, 0
 *   OutputBuffer, …Length     what it writes; may be NULL, 0. Both stay the caller's, in place
 *                             until the request is complete
 *   InternalDeviceIoControl   which of the two majors
 *   Event                     the caller's, signalled at completion; may be NULL
 *   IoStatusBlock             out: result at completion; in place until then
 *   IRQL                      PASSIVE_LEVEL
 *   returns                   the IRP: send it; completion frees it. NULL: no memory, or the output
 *                             buffer cannot be locked
 *   see                       IoBuildDeviceIoControlRequest, wdm.h
 *
 * The IRP belongs to the calling thread: when that ends it is cancelled. */
NTKERNELAPI PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG IoControlCode,
                                                     PDEVICE_OBJECT DeviceObject, PVOID InputBuffer,
                                                     ULONG InputBufferLength, PVOID OutputBuffer,
                                                     ULONG OutputBufferLength,
                                                     BOOLEAN InternalDeviceIoControl, PKEVENT Event,
                                                     PIO_STATUS_BLOCK IoStatusBlock);

/* Makes a read, write, flush, shutdown, power or PnP request to wait for.
 *
 *   MajorFunction    IRP_MJ_READ, WRITE, FLUSH_BUFFERS, SHUTDOWN, POWER or PNP
 *   DeviceObject     whom it will be sent to
 *   Buffer, Length   data in bytes, the caller's, in place until completion; read and write only
 *   StartingOffset   byte offset on the device; read and write only; copied
 *   Event            the caller's, signalled at completion
 *   IoStatusBlock    out: result at completion
 *   IRQL             PASSIVE_LEVEL
 *   returns          the IRP: send it; completion frees it. NULL: no memory
 *   see              IoBuildSynchronousFsdRequest, wdm.h */
NTKERNELAPI PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG MajorFunction,
                                                    PDEVICE_OBJECT DeviceObject, PVOID Buffer,
                                                    ULONG Length, PLARGE_INTEGER StartingOffset,
                                                    PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock);

/* The same, not to wait for: no event, and the IRP belongs to no thread.
 *
 *   arguments       as above; IoStatusBlock may be NULL
 *   IRQL            <= APC_LEVEL; <= DISPATCH_LEVEL if Buffer is nonpaged
 *   returns         the IRP. The caller sets a completion routine, which unlocks and frees
 *                   Irp->MdlAddress, frees the IRP and returns STATUS_MORE_PROCESSING_REQUIRED.
 *                   NULL: no memory
 *   see             IoBuildAsynchronousFsdRequest, wdm.h */
NTKERNELAPI PIRP NTAPI IoBuildAsynchronousFsdRequest(ULONG MajorFunction,
                                                     PDEVICE_OBJECT DeviceObject, PVOID Buffer,
                                                     ULONG Length, PLARGE_INTEGER StartingOffset,
                                                     PIO_STATUS_BLOCK IoStatusBlock);

/* Sends an IRP to a driver: the next stack location becomes current, DeviceObject's dispatch
 * routine for its major function is called. Drivers write IoCallDriver.
 *
 *   DeviceObject   the target; keeps being good until the IRP is complete
 *   Irp            next stack location set up; not the caller's any more when this returns
 *   IRQL           <= DISPATCH_LEVEL, as the major function allows
 *   returns        what the dispatch routine returned; STATUS_PENDING: completion comes or came
 *                  on its own
 *   misuse         no stack location left: bugcheck 0x35 (Irp, 0, 0, 0); no IRP, or a freed one:
 *                  0x44 (Irp, …)
 *   see            IoCallDriver, wdm.h */
NTKERNELAPI NTSTATUS FASTCALL IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp);

/* Completes an IRP: calls the completion routines upwards, then tells whoever issued it. Drivers
 * write IoCompleteRequest.
 *
 *   Irp             IoStatus set; not the caller's any more when this returns
 *   PriorityBoost   IO_NO_INCREMENT, IO_DISK_INCREMENT, …: for the thread that waits
 *   IRQL            <= DISPATCH_LEVEL
 *   misuse          completed twice: bugcheck 0x44 (Irp, …); a cancel routine still set: 0x48 (Irp,
 *                   routine, 0, 0); IoStatus.Status still STATUS_PENDING: 0xC9 (6, status, Irp, 0);
 *                   an IRP of IoAllocateIrp whose completion routine did not keep it: 0xC9 (0x20A,
 *                   Irp, 0, 0)
 *   see             IoCompleteRequest, wdm.h */
NTKERNELAPI VOID FASTCALL IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost);

/* Copies the current stack location to the next, sends the IRP down and waits until the drivers
 * below are done; the caller has it again and must complete it.
 *
 *   DeviceObject   the next lower device
 *   IRQL           PASSIVE_LEVEL
 *   returns        TRUE: the result is in Irp->IoStatus. FALSE: no stack location left, not sent
 *   see            IoForwardIrpSynchronously, wdm.h
 *
 * No completion routine of the driver's runs, so code that is paged out can call it. */
NTKERNELAPI BOOLEAN NTAPI IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp);

/* Marks an IRP cancelled and calls its cancel routine, if it has one.
 *
 *   Irp       must not be freed meanwhile: the caller's own, not yet completed for good
 *   IRQL      <= DISPATCH_LEVEL
 *   returns   TRUE: a cancel routine was called; the IRP may complete later still
 *   see       IoCancelIrp, wdm.h */
NTKERNELAPI BOOLEAN NTAPI IoCancelIrp(PIRP Irp);

/* Takes the one lock under which cancel routines are called; returns at DISPATCH_LEVEL with the
 * former IRQL in *Irql. Resident callers only; hold it briefly. <= DISPATCH_LEVEL; see
 * IoAcquireCancelSpinLock, wdm.h. */
NTKERNELAPI VOID NTAPI IoAcquireCancelSpinLock(PKIRQL Irql);

/* Lets it go. A cancel routine, called with it held, passes Irp->CancelIrql. DISPATCH_LEVEL; see
 * IoReleaseCancelSpinLock, wdm.h. */
NTKERNELAPI VOID NTAPI IoReleaseCancelSpinLock(KIRQL Irql);

/* Says whether the issuer of an IRP waits for it in the kernel: a synchronous file or request, but
 * not asynchronous paging I/O. <= DISPATCH_LEVEL; see IoIsOperationSynchronous, ntifs.h. */
NTKERNELAPI BOOLEAN NTAPI IoIsOperationSynchronous(PIRP Irp);

#define IoCallDriver         IofCallDriver
#define IoCompleteRequest    IofCompleteRequest
#define IoForwardAndCatchIrp IoForwardIrpSynchronously

/* --- MDLs for an IRP's buffer --- */

/* Makes an MDL for a buffer; neither probes nor locks it.
 *
 *   VirtualAddress    the buffer
 *   Length            bytes, at least 1
 *   SecondaryBuffer   with an Irp: FALSE makes it Irp->MdlAddress, TRUE appends it there
 *   ChargeQuota       FALSE
 *   Irp               NULL, or the IRP it is for
 *   IRQL              <= DISPATCH_LEVEL
 *   returns           the MDL, to be freed by IoFreeMdl unless the IRP's completion does.
 *                     NULL: no memory
 *   see               IoAllocateMdl, wdm.h */
NTKERNELAPI PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer,
                                     BOOLEAN ChargeQuota, PIRP Irp);

/* Frees one MDL, unlocked before (MmUnlockPages) if its pages were locked. <= DISPATCH_LEVEL; see
 * IoFreeMdl, wdm.h. */
NTKERNELAPI VOID NTAPI IoFreeMdl(PMDL Mdl);

/* Describes a part of what another MDL describes.
 *
 *   SourceMdl        locked, or of nonpaged pool
 *   TargetMdl        of IoAllocateMdl, large enough for the part
 *   VirtualAddress   where the part begins, within SourceMdl's range
 *   Length           bytes; 0: to the end
 *   IRQL             <= DISPATCH_LEVEL
 *   misuse           a part outside the source is asserted; MmUnlockPages on the target undoes what
 *                    is not its own
 *   see              IoBuildPartialMdl, wdm.h
 *
 * MmPrepareMdlForReuse before the target is used for another part. */
NTKERNELAPI VOID NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress,
                                         ULONG Length);

/* --- Cancel-safe queues --- */

/* Prepares a queue. The driver keeps the list in any form it likes and lends the kernel its
 * routines; the kernel sees to it that each IRP is either taken out or cancelled.
 *
 *   Csq                      the driver's, nonpaged, as long as the queue is used
 *   CsqInsertIrp             puts an IRP into the list; lock held
 *   CsqRemoveIrp             takes this IRP out; lock held
 *   CsqPeekNextIrp           the IRP after this one (NULL: the first) that matches PeekContext;
 *                            NULL when there is none; lock held
 *   CsqAcquireLock, …Release the queue's spin lock
 *   CsqCompleteCanceledIrp   completes with STATUS_CANCELLED; lock not held
 *   IRQL                     any; the routines are called at <= DISPATCH_LEVEL and must be resident
 *   returns                  STATUS_SUCCESS
 *   see                      IoCsqInitialize, csq.h */
NTKERNELAPI NTSTATUS NTAPI IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp,
                                           PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                                           PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                                           PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                                           PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                                           PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp);

/* Marks an IRP pending and queues it; the dispatch routine returns STATUS_PENDING then.
 *
 *   Irp       uses Irp->Tail.Overlay.DriverContext[3] while it is queued
 *   Context   NULL, or the driver's, to take exactly this IRP out again with IoCsqRemoveIrp
 *   IRQL      <= DISPATCH_LEVEL
 *   see       IoCsqInsertIrp, csq.h */
NTKERNELAPI VOID NTAPI IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context);

/* Takes the IRP out that was queued with this context; NULL: it was cancelled or taken meanwhile.
 * <= DISPATCH_LEVEL; see IoCsqRemoveIrp, csq.h. */
NTKERNELAPI PIRP NTAPI IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context);

/* Takes the first IRP out that the peek routine finds for PeekContext; NULL: none.
 * <= DISPATCH_LEVEL; see IoCsqRemoveNextIrp, csq.h. */
NTKERNELAPI PIRP NTAPI IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext);

/* --- Inline helpers: any IRQL, for who has the IRP. Each is documented under its name, wdm.h
 * --- */

/* Bytes of an IRP with so many stack locations. */
#define IoSizeOfIrp(StackSize) \
    ((USHORT)(sizeof(IRP) + (ULONG)(StackSize) * sizeof(IO_STACK_LOCATION)))

/* The location of the driver that has the IRP now. */
FORCEINLINE PIO_STACK_LOCATION IoGetCurrentIrpStackLocation(PIRP Irp)
{
    return Irp->Tail.Overlay.CurrentStackLocation;
}

/* The location of the driver that will get it from IoCallDriver. */
FORCEINLINE PIO_STACK_LOCATION IoGetNextIrpStackLocation(PIRP Irp)
{
    return Irp->Tail.Overlay.CurrentStackLocation - 1;
}

/* Makes the next location current: for who allocated an IRP with a location for itself. */
FORCEINLINE VOID IoSetNextIrpStackLocation(PIRP Irp)
{
    Irp->CurrentLocation--;
    Irp->Tail.Overlay.CurrentStackLocation--;
}

/* Lets the next driver have this driver's location, as it is: no completion routine, and the IRP
 * must not be marked pending. */
FORCEINLINE VOID IoSkipCurrentIrpStackLocation(PIRP Irp)
{
    Irp->CurrentLocation++;
    Irp->Tail.Overlay.CurrentStackLocation++;
}

/* Gives the next driver the same parameters in a location of its own. */
FORCEINLINE VOID IoCopyCurrentIrpStackLocationToNext(PIRP Irp)
{
    PIO_STACK_LOCATION current = IoGetCurrentIrpStackLocation(Irp);
    PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(Irp);

    next->MajorFunction = current->MajorFunction;
    next->MinorFunction = current->MinorFunction;
    next->Flags = current->Flags;
    next->Parameters = current->Parameters;
    next->DeviceObject = current->DeviceObject;
    next->FileObject = current->FileObject;
    next->Control = 0;
}

/* Has a routine called when the drivers below are done, at <= DISPATCH_LEVEL in any thread: it
 * must be resident. With STATUS_MORE_PROCESSING_REQUIRED it keeps the IRP; else it marks it pending
 * if Irp->PendingReturned, and completion goes on. */
FORCEINLINE VOID IoSetCompletionRoutine(PIRP Irp, PIO_COMPLETION_ROUTINE CompletionRoutine,
                                        PVOID Context, BOOLEAN InvokeOnSuccess,
                                        BOOLEAN InvokeOnError, BOOLEAN InvokeOnCancel)
{
    PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(Irp);

    next->CompletionRoutine = CompletionRoutine;
    next->Context = Context;
    next->Control = (UCHAR)((InvokeOnSuccess ? SL_INVOKE_ON_SUCCESS : 0) |
                            (InvokeOnError ? SL_INVOKE_ON_ERROR : 0) |
                            (InvokeOnCancel ? SL_INVOKE_ON_CANCEL : 0));
}

/* Says that the dispatch routine will return STATUS_PENDING; before the IRP can be completed. */
FORCEINLINE VOID IoMarkIrpPending(PIRP Irp)
{
    IoGetCurrentIrpStackLocation(Irp)->Control |= SL_PENDING_RETURNED;
}

/* Takes that back, as long as nobody else can have seen the IRP. */
FORCEINLINE VOID IoUnmarkIrpPending(PIRP Irp)
{
    IoGetCurrentIrpStackLocation(Irp)->Control &= (UCHAR)~SL_PENDING_RETURNED;
}

/* Sets or (NULL) takes out the cancel routine; returns the one before. Whoever takes it out decides
 * what becomes of the IRP: NULL back means that it is being cancelled. */
FORCEINLINE PDRIVER_CANCEL IoSetCancelRoutine(PIRP Irp, PDRIVER_CANCEL CancelRoutine)
{
    return __atomic_exchange_n(&Irp->CancelRoutine, CancelRoutine, __ATOMIC_SEQ_CST);
}

/* Counts a page file, dump or hibernation file on the device: in the handler of
 * IRP_MN_DEVICE_USAGE_NOTIFICATION, once the drivers below have agreed. */
FORCEINLINE VOID IoAdjustPagingPathCount(volatile LONG *Count, BOOLEAN Increment)
{
    __atomic_fetch_add(Count, Increment ? 1 : -1, __ATOMIC_SEQ_CST);
}

#endif
