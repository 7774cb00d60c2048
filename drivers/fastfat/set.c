/* IRP_MJ_SET_INFORMATION, but for rename (rename.c). Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: asked at PASSIVE_LEVEL. */
#pragma code_seg("PAGE")
#endif

/* 0 and -1 leave a time as it is. */
static VOID FatSetTime(LONGLONG New, LONGLONG *Time)
{
    PAGED_CODE();
    if (New > 0) {
        *Time = New;
    }
}

static NTSTATUS FatSetBasic(PFCB Fcb, PFILE_BASIC_INFORMATION Info)
{
    PFAT_NODE node = &Fcb->Node;
    ULONG attributes = Info->FileAttributes;
    NTSTATUS status;

    PAGED_CODE();
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 && !FatIsDirectory(node)) {
        return STATUS_INVALID_PARAMETER;
    }
    FatSetTime(Info->CreationTime.QuadPart, &node->CreationTime);
    FatSetTime(Info->LastAccessTime.QuadPart, &node->LastAccessTime);
    FatSetTime(Info->LastWriteTime.QuadPart, &node->LastWriteTime);
    if (attributes != 0) {
        node->Attributes = (UCHAR)((attributes & 0x27) |
                                   (node->Attributes & FILE_ATTRIBUTE_DIRECTORY));
    }
    node->EntryDirty = TRUE;
    status = FatWriteEntry(node);
    return NT_SUCCESS(status) ? FatCacheFlush(node->Volume) : status;
}

static NTSTATUS FatSetDisposition(PFCB Fcb, PFILE_OBJECT File, BOOLEAN Delete)
{
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    if (Delete) {
        if (Fcb->Node.Parent == NULL || Fcb->Paging != NULL ||
            (Fcb->Node.Attributes & FILE_ATTRIBUTE_READONLY) != 0) {
            return STATUS_CANNOT_DELETE;
        }
        if (FatIsDirectory(&Fcb->Node)) {
            status = FatIsEmpty(&Fcb->Node);
        }
    }
    if (NT_SUCCESS(status)) {
        Fcb->DeletePending = Delete;
        File->DeletePending = Delete;
    }
    return status;
}

/* End of file or allocation. A page file in use only grows: pages may be under way to its end. */
static NTSTATUS FatSetLength(PVCB Vcb, PFCB Fcb, LONGLONG Bytes, BOOLEAN Allocation)
{
    NTSTATUS status;

    PAGED_CODE();
    if (FatIsDirectory(&Fcb->Node) || Bytes < 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Fcb->Paging != NULL && Vcb->PagingFiles != 0 && Bytes < Fcb->Node.FileSize) {
        return STATUS_ACCESS_DENIED;
    }
    status = Allocation ? FatSetAllocation(&Fcb->Node, (ULONGLONG)Bytes)
                        : FatSetSize(&Fcb->Node, (ULONGLONG)Bytes);
    if (NT_SUCCESS(status) && Fcb->Paging != NULL) {
        status = FatRemapPageFile(Fcb);
    }
    return status;
}

static NTSTATUS FatSetPosition(PFILE_OBJECT File, LARGE_INTEGER Position)
{
    PAGED_CODE();
    if (Position.QuadPart < 0 || ((File->Flags & FO_NO_INTERMEDIATE_BUFFERING) != 0 &&
                                  (Position.LowPart & (FAT_SECTOR - 1)) != 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    File->CurrentByteOffset = Position;
    return STATUS_SUCCESS;
}

static ULONG FatSetMinimum(FILE_INFORMATION_CLASS Class)
{
    PAGED_CODE();
    switch (Class) {
    case FileBasicInformation:
        return sizeof(FILE_BASIC_INFORMATION);
    case FileDispositionInformation:
        return sizeof(FILE_DISPOSITION_INFORMATION);
    case FileEndOfFileInformation:
        return sizeof(FILE_END_OF_FILE_INFORMATION);
    case FileAllocationInformation:
        return sizeof(FILE_ALLOCATION_INFORMATION);
    case FilePositionInformation:
        return sizeof(FILE_POSITION_INFORMATION);
    case FileRenameInformation:
        return FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName);
    default:
        return 0;
    }
}

NTSTATUS FatSetInformation(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    FILE_INFORMATION_CLASS class = Stack->Parameters.SetFile.FileInformationClass;
    ULONG least = FatSetMinimum(class);
    PFCB fcb = Stack->FileObject->FsContext;
    PVOID buffer = Irp->AssociatedIrp.SystemBuffer;

    PAGED_CODE();
    if (fcb == NULL || least == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Stack->Parameters.SetFile.Length < least) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (fcb->Node.Removed) {
        return STATUS_FILE_DELETED;
    }
    switch (class) {
    case FileBasicInformation:
        return FatSetBasic(fcb, buffer);
    case FileDispositionInformation:
        return FatSetDisposition(fcb, Stack->FileObject,
                                 ((PFILE_DISPOSITION_INFORMATION)buffer)->DeleteFile != 0);
    case FileEndOfFileInformation:
        return FatSetLength(Vcb, fcb, ((PFILE_END_OF_FILE_INFORMATION)buffer)->EndOfFile.QuadPart,
                            FALSE);
    case FileAllocationInformation:
        return FatSetLength(Vcb, fcb,
                            ((PFILE_ALLOCATION_INFORMATION)buffer)->AllocationSize.QuadPart, TRUE);
    case FilePositionInformation:
        return FatSetPosition(Stack->FileObject,
                              ((PFILE_POSITION_INFORMATION)buffer)->CurrentByteOffset);
    default:
        return FatSetRename(Vcb, Irp, Stack);
    }
}
