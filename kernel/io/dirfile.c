/* ZwQueryDirectoryFile. The pattern travels in a buffer of its own that goes with the IRP. */
#include "iop.h"

static ULONG IopDirectoryEntrySize(FILE_INFORMATION_CLASS Class);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopDirectoryEntrySize, ZwQueryDirectoryFile)
#endif

static ULONG IopDirectoryEntrySize(FILE_INFORMATION_CLASS Class)
{
    PAGED_CODE();
    switch (Class) {
    case FileDirectoryInformation:
        return sizeof(FILE_DIRECTORY_INFORMATION);
    case FileFullDirectoryInformation:
        return sizeof(FILE_FULL_DIR_INFORMATION);
    case FileBothDirectoryInformation:
        return sizeof(FILE_BOTH_DIR_INFORMATION);
    case FileNamesInformation:
        return sizeof(FILE_NAMES_INFORMATION);
    default:
        return 0;
    }
}

NTSTATUS NTAPI ZwQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                    PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                                    PVOID FileInformation, ULONG Length,
                                    FILE_INFORMATION_CLASS FileInformationClass,
                                    BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
                                    BOOLEAN RestartScan)
{
    ULONG needed = IopDirectoryEntrySize(FileInformationClass);
    PUNICODE_STRING pattern = NULL;
    PIO_STACK_LOCATION stack;
    IOP_REQUEST request;
    NTSTATUS status;

    PAGED_CODE();
    if (needed == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < needed) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    status = IopBeginRequest(&request, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (FileName != NULL && FileName->Length != 0) {
        pattern = ExAllocatePoolWithTag(NonPagedPool, sizeof(*pattern) + FileName->Length,
                                        IOP_NAME_TAG);
        if (pattern == NULL) {
            IopAbandonRequest(&request);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        pattern->Buffer = (PWSTR)(pattern + 1);
        pattern->Length = pattern->MaximumLength = FileName->Length;
        RtlCopyMemory(pattern->Buffer, FileName->Buffer, FileName->Length);
        request.Irp->Tail.Overlay.AuxiliaryBuffer = (PCHAR)pattern;
    }
    status = IopSetTransferBuffer(request.Irp, request.Device, FileInformation, Length, TRUE);
    if (!NT_SUCCESS(status)) {
        IopAbandonRequest(&request);
        return status;
    }
    stack = IoGetNextIrpStackLocation(request.Irp);
    stack->MajorFunction = IRP_MJ_DIRECTORY_CONTROL;
    stack->MinorFunction = IRP_MN_QUERY_DIRECTORY;
    stack->Flags = (UCHAR)((ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0) |
                           (RestartScan ? SL_RESTART_SCAN : 0));
    stack->Parameters.QueryDirectory.Length = Length;
    stack->Parameters.QueryDirectory.FileName = pattern;
    stack->Parameters.QueryDirectory.FileInformationClass = FileInformationClass;
    return IopFinishRequest(&request);
}
