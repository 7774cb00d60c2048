/* Building whole requests: device control, file-system requests, parts of a master IRP.
 *
 * The synchronous ones hang in the caller's thread and complete there through an APC, which sets
 * the caller's event; the asynchronous ones belong to the caller until its completion routine
 * frees them. */
#include "iop.h"

NTSTATUS IopLockBuffer(PIRP Irp, PVOID Buffer, ULONG Length, LOCK_OPERATION Operation)
{
    PMDL mdl;

    /* What cannot be locked raises; one honest mistake of a caller is caught here. */
    if (Buffer < MmSystemRangeStart || (ULONG_PTR)Buffer + Length < (ULONG_PTR)Buffer) {
        return STATUS_ACCESS_VIOLATION;
    }
    mdl = IoAllocateMdl(Buffer, Length, FALSE, FALSE, Irp);
    if (mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    MmProbeAndLockPages(mdl, KernelMode, Operation);
    return STATUS_SUCCESS;
}

VOID IopDiscardIrp(PIRP Irp)
{
    PMDL mdl, next;

    if (Irp->Flags & IRP_DEALLOCATE_BUFFER) {
        ExFreePool(Irp->AssociatedIrp.SystemBuffer);
    }
    for (mdl = Irp->MdlAddress; mdl != NULL; mdl = next) {
        next = mdl->Next;
        if (mdl->MdlFlags & MDL_PAGES_LOCKED) {
            MmUnlockPages(mdl);
        }
        IoFreeMdl(mdl);
    }
    IoFreeIrp(Irp);
}

/* A system buffer of Length bytes, filled from Source if that is given. */
NTSTATUS IopMakeSystemBuffer(PIRP Irp, ULONG Length, PVOID Source, ULONG SourceLength)
{
    PVOID buffer = ExAllocatePoolWithTag(NonPagedPool, Length, IOP_TAG);

    if (buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Source != NULL) {
        RtlCopyMemory(buffer, Source, SourceLength);
    }
    Irp->AssociatedIrp.SystemBuffer = buffer;
    Irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
    return STATUS_SUCCESS;
}

NTSTATUS IopSetControlBuffers(PIRP Irp, ULONG Method, PVOID InputBuffer, ULONG InputLength,
                              PVOID OutputBuffer, ULONG OutputLength)
{
    ULONG length = InputLength;
    NTSTATUS status = STATUS_SUCCESS;

    Irp->UserBuffer = OutputBuffer;
    switch (Method) {
    case METHOD_BUFFERED:
        if (OutputLength > length) {
            length = OutputLength;
        }
        if (length != 0) {
            status = IopMakeSystemBuffer(Irp, length, InputBuffer, InputLength);
        }
        if (OutputBuffer != NULL) {
            Irp->Flags |= IRP_INPUT_OPERATION;
        }
        break;
    case METHOD_IN_DIRECT:
    case METHOD_OUT_DIRECT:
        if (InputBuffer != NULL && InputLength != 0) {
            status = IopMakeSystemBuffer(Irp, InputLength, InputBuffer, InputLength);
        }
        if (NT_SUCCESS(status) && OutputBuffer != NULL && OutputLength != 0) {
            status = IopLockBuffer(Irp, OutputBuffer, OutputLength,
                                   Method == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess);
        }
        break;
    default:
        IoGetNextIrpStackLocation(Irp)->Parameters.DeviceIoControl.Type3InputBuffer = InputBuffer;
        break;
    }
    return status;
}

/* Buffer as the device wants it: copied, locked, or as it is. Input: the device fills it. */
NTSTATUS IopSetTransferBuffer(PIRP Irp, PDEVICE_OBJECT Device, PVOID Buffer, ULONG Length,
                              BOOLEAN Input)
{
    if (Device->Flags & DO_BUFFERED_IO) {
        Irp->UserBuffer = Buffer;
        if (Input) {
            Irp->Flags |= IRP_INPUT_OPERATION;
        }
        return Length == 0 ? STATUS_SUCCESS
                           : IopMakeSystemBuffer(Irp, Length, Input ? NULL : Buffer, Length);
    }
    if (Device->Flags & DO_DIRECT_IO) {
        if (Length == 0) {
            return STATUS_SUCCESS;
        }
        return IopLockBuffer(Irp, Buffer, Length, Input ? IoWriteAccess : IoReadAccess);
    }
    Irp->UserBuffer = Buffer;
    return STATUS_SUCCESS;
}

PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject,
                                         PVOID InputBuffer, ULONG InputBufferLength,
                                         PVOID OutputBuffer, ULONG OutputBufferLength,
                                         BOOLEAN InternalDeviceIoControl, PKEVENT Event,
                                         PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);
    PIO_STACK_LOCATION stack;

    if (irp == NULL) {
        return NULL;
    }
    stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction =
        InternalDeviceIoControl ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL;
    stack->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
    stack->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
    stack->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
    if (!NT_SUCCESS(IopSetControlBuffers(irp, METHOD_FROM_CTL_CODE(IoControlCode), InputBuffer,
                                         InputBufferLength, OutputBuffer, OutputBufferLength))) {
        IopDiscardIrp(irp);
        return NULL;
    }
    irp->UserIosb = IoStatusBlock;
    irp->UserEvent = Event;
    IopQueueThreadIrp(irp);
    return irp;
}

PIRP NTAPI IoBuildAsynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject,
                                         PVOID Buffer, ULONG Length, PLARGE_INTEGER StartingOffset,
                                         PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);
    PIO_STACK_LOCATION stack;
    NTSTATUS status = STATUS_SUCCESS;

    if (irp == NULL) {
        return NULL;
    }
    stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = (UCHAR)MajorFunction;
    if (MajorFunction == IRP_MJ_READ || MajorFunction == IRP_MJ_WRITE) {
        status = IopSetTransferBuffer(irp, DeviceObject, Buffer, Length,
                                      MajorFunction == IRP_MJ_READ);
        stack->Parameters.Read.Length = Length; /* Write has the same form */
        if (StartingOffset != NULL) {
            stack->Parameters.Read.ByteOffset = *StartingOffset;
        }
    }
    if (!NT_SUCCESS(status)) {
        IopDiscardIrp(irp);
        return NULL;
    }
    irp->UserIosb = IoStatusBlock;
    irp->Tail.Overlay.Thread = PsGetCurrentThread();
    return irp;
}

PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject,
                                        PVOID Buffer, ULONG Length, PLARGE_INTEGER StartingOffset,
                                        PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP irp = IoBuildAsynchronousFsdRequest(MajorFunction, DeviceObject, Buffer, Length,
                                             StartingOffset, IoStatusBlock);

    if (irp != NULL) {
        irp->UserEvent = Event;
        IopQueueThreadIrp(irp);
    }
    return irp;
}

PIRP NTAPI IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize)
{
    PIRP part = IoAllocateIrp(StackSize, FALSE);

    if (part != NULL) {
        part->Flags |= IRP_ASSOCIATED_IRP;
        part->AssociatedIrp.MasterIrp = Irp;
        part->Tail.Overlay.Thread = Irp->Tail.Overlay.Thread;
    }
    return part;
}
