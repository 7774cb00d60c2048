/* ZwReadFile, ZwWriteFile, ZwFlushBuffersFile. Guards: see fileio.c. */
#include "iop.h"

static NTSTATUS IopTransferOffset(PFILE_OBJECT File, PLARGE_INTEGER ByteOffset, BOOLEAN Write,
                                  PLARGE_INTEGER Offset);
static NTSTATUS IopTransfer(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                            PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                            ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key, BOOLEAN Write);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopTransferOffset, IopTransfer)
#pragma alloc_text(PAGE, ZwReadFile, ZwWriteFile, ZwFlushBuffersFile)
#endif

/* Where a transfer begins: the caller's offset, or a synchronous file's own position. */
static NTSTATUS IopTransferOffset(PFILE_OBJECT File, PLARGE_INTEGER ByteOffset, BOOLEAN Write,
                                  PLARGE_INTEGER Offset)
{
    BOOLEAN own, append;

    PAGED_CODE();
    own = ByteOffset == NULL || (ByteOffset->LowPart == FILE_USE_FILE_POINTER_POSITION &&
                                 ByteOffset->HighPart == -1);
    append = ByteOffset != NULL && Write && ByteOffset->LowPart == FILE_WRITE_TO_END_OF_FILE &&
             ByteOffset->HighPart == -1;
    if (own) {
        if (!(File->Flags & FO_SYNCHRONOUS_IO)) {
            return STATUS_INVALID_PARAMETER;
        }
        *Offset = File->CurrentByteOffset;
        return STATUS_SUCCESS;
    }
    if (ByteOffset->QuadPart < 0 && !append) {
        return STATUS_INVALID_PARAMETER;
    }
    *Offset = *ByteOffset;
    return STATUS_SUCCESS;
}

static NTSTATUS IopTransfer(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                            PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                            ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key, BOOLEAN Write)
{
    PIO_STACK_LOCATION stack;
    LARGE_INTEGER offset;
    IOP_REQUEST request;
    NTSTATUS status;

    PAGED_CODE();
    status = IopBeginRequest(&request, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IopTransferOffset(request.File, ByteOffset, Write, &offset);
    if (NT_SUCCESS(status) && (request.File->Flags & FO_NO_INTERMEDIATE_BUFFERING)) {
        ULONG sector = request.Device->SectorSize != 0 ? request.Device->SectorSize : 1;

        request.Irp->Flags |= IRP_NOCACHE;
        if (Length % sector != 0 || (offset.QuadPart >= 0 && offset.LowPart % sector != 0)) {
            status = STATUS_INVALID_PARAMETER;
        }
    }
    if (NT_SUCCESS(status)) {
        status = IopSetTransferBuffer(request.Irp, request.Device, Buffer, Length, !Write);
    }
    if (!NT_SUCCESS(status)) {
        IopAbandonRequest(&request);
        return status;
    }
    request.Irp->Flags |= Write ? IRP_WRITE_OPERATION : IRP_READ_OPERATION;
    stack = IoGetNextIrpStackLocation(request.Irp);
    stack->MajorFunction = Write ? IRP_MJ_WRITE : IRP_MJ_READ;
    if (Write && (request.File->Flags & FO_WRITE_THROUGH)) {
        stack->Flags |= SL_WRITE_THROUGH;
    }
    stack->Parameters.Read.Length = Length; /* Write has the same form */
    stack->Parameters.Read.Key = Key != NULL ? *Key : 0;
    stack->Parameters.Read.ByteOffset = offset;
    return IopFinishRequest(&request);
}

NTSTATUS NTAPI ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                          PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                          ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    PAGED_CODE();
    return IopTransfer(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length,
                       ByteOffset, Key, FALSE);
}

NTSTATUS NTAPI ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                           PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                           ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key)
{
    PAGED_CODE();
    return IopTransfer(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length,
                       ByteOffset, Key, TRUE);
}

NTSTATUS NTAPI ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    IO_STACK_LOCATION stack;
    ULONG_PTR information;
    PFILE_OBJECT file;
    NTSTATUS status;

    PAGED_CODE();
    status = ObReferenceObjectByHandle(FileHandle, 0, *IoFileObjectType, KernelMode,
                                       (PVOID *)&file, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (file->Flags & FO_SYNCHRONOUS_IO) {
        IopAcquireFileLock(file);
    }
    RtlZeroMemory(&stack, sizeof(stack));
    stack.MajorFunction = IRP_MJ_FLUSH_BUFFERS;
    stack.FileObject = file;
    status = IopSendAndWait(IoGetRelatedDeviceObject(file), &stack, NULL, 0, STATUS_SUCCESS,
                            &information);
    if (file->Flags & FO_SYNCHRONOUS_IO) {
        IopReleaseFileLock(file);
    }
    IoStatusBlock->Status = status;
    IoStatusBlock->Information = information;
    ObDereferenceObject(file);
    return status;
}
