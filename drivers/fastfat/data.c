/* IRP_MJ_READ and IRP_MJ_WRITE of ordinary files, straight between the caller's buffer and the
 * disk.
 *
 * Paging I/O never comes here (paging.c). Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: the caller is at PASSIVE_LEVEL and waits for its file, not for a page. */
#pragma code_seg("PAGE")
#endif

/* The volume device is neither buffered nor direct: an MDL is there only if the caller made one. */
static PVOID FatBuffer(PIRP Irp)
{
    PAGED_CODE();
    if (Irp->MdlAddress != NULL) {
        return MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    }
    return Irp->UserBuffer != NULL ? Irp->UserBuffer : Irp->AssociatedIrp.SystemBuffer;
}

static NTSTATUS FatMayTransfer(PIO_STACK_LOCATION Stack, LONGLONG Offset, ULONG Length)
{
    PFCB fcb = Stack->FileObject->FsContext;

    PAGED_CODE();
    if (fcb == NULL || FatIsDirectory(&fcb->Node)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if ((Stack->FileObject->Flags & FO_CLEANUP_COMPLETE) != 0) {
        return STATUS_FILE_CLOSED;
    }
    if (Offset < 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((Stack->FileObject->Flags & FO_NO_INTERMEDIATE_BUFFERING) != 0 &&
        (((ULONG)Offset | Length) & (FAT_SECTOR - 1)) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

static VOID FatMovePosition(PFILE_OBJECT File, LONGLONG Offset, ULONG Length)
{
    PAGED_CODE();
    if ((File->Flags & FO_SYNCHRONOUS_IO) != 0) {
        File->CurrentByteOffset.QuadPart = Offset + Length;
    }
}

NTSTATUS FatRead(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    LONGLONG offset = Stack->Parameters.Read.ByteOffset.QuadPart;
    ULONG length = Stack->Parameters.Read.Length, done = 0;
    PFCB fcb = Stack->FileObject->FsContext;
    PVOID buffer;
    NTSTATUS status;

    PAGED_CODE();
    status = FatMayTransfer(Stack, offset, length);
    if (!NT_SUCCESS(status) || length == 0) {
        return status;
    }
    if (offset >= fcb->Node.FileSize) {
        return fcb->Node.Removed ? STATUS_FILE_DELETED : STATUS_END_OF_FILE;
    }
    buffer = FatBuffer(Irp);
    if (buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = FatReadNode(&fcb->Node, (ULONG)offset, buffer, length, &done);
    if (NT_SUCCESS(status)) {
        Irp->IoStatus.Information = done;
        FatMovePosition(Stack->FileObject, offset, done);
    }
    return status;
}

NTSTATUS FatWrite(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    LARGE_INTEGER at = Stack->Parameters.Write.ByteOffset;
    ULONG length = Stack->Parameters.Write.Length;
    PFCB fcb = Stack->FileObject->FsContext;
    PVOID buffer;
    NTSTATUS status;

    PAGED_CODE();
    if (fcb != NULL && at.LowPart == FILE_WRITE_TO_END_OF_FILE && at.HighPart == -1) {
        at.QuadPart = fcb->Node.FileSize;
    }
    status = FatMayTransfer(Stack, at.QuadPart, length);
    if (!NT_SUCCESS(status) || length == 0) {
        return status;
    }
    buffer = FatBuffer(Irp);
    if (buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = FatWriteNode(&fcb->Node, (ULONGLONG)at.QuadPart, buffer, length);
    if (NT_SUCCESS(status) && ((Stack->FileObject->Flags & FO_WRITE_THROUGH) != 0 ||
                               (Stack->Flags & SL_WRITE_THROUGH) != 0)) {
        status = FatFlush(Vcb, Irp, Stack);
    }
    if (NT_SUCCESS(status)) {
        Irp->IoStatus.Information = length;
        Stack->FileObject->Flags |= FO_FILE_MODIFIED;
        FatMovePosition(Stack->FileObject, at.QuadPart, length);
    }
    return status;
}
