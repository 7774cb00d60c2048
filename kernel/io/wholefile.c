/* Whole files for the kernel: read into pool, written from memory, renamed. Each opens, does its
 * work and closes before it returns. */
#include "iop.h"

static NTSTATUS IopOpenWhole(PUNICODE_STRING Name, ACCESS_MASK Access, ULONG Share,
                             ULONG Disposition, PHANDLE File);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopOpenWhole, IoReadWholeFile, IoWriteWholeFile, IoRenameFile)
#endif

static NTSTATUS IopOpenWhole(PUNICODE_STRING Name, ACCESS_MASK Access, ULONG Share,
                             ULONG Disposition, PHANDLE File)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;

    PAGED_CODE();
    InitializeObjectAttributes(&attributes, Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    return ZwCreateFile(File, Access | SYNCHRONIZE, &attributes, &block, NULL,
                        FILE_ATTRIBUTE_NORMAL, Share, Disposition,
                        FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
}

NTSTATUS IoReadWholeFile(PUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size)
{
    FILE_STANDARD_INFORMATION standard;
    LARGE_INTEGER start = { .QuadPart = 0 };
    IO_STATUS_BLOCK block;
    PVOID buffer = NULL;
    NTSTATUS status;
    HANDLE file;

    PAGED_CODE();
    *Buffer = NULL;
    *Size = 0;
    status = IopOpenWhole(Name, FILE_READ_DATA, FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_OPEN,
                          &file);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ZwQueryInformationFile(file, &block, &standard, sizeof(standard),
                                    FileStandardInformation);
    if (NT_SUCCESS(status)) {
        if (standard.EndOfFile.HighPart != 0) {
            status = STATUS_INSUFFICIENT_RESOURCES;
        } else {
            /* An empty file still gives a buffer. */
            buffer = ExAllocatePoolWithTag(PagedPool, standard.EndOfFile.LowPart + 1, IOP_FILE_TAG);
            status = buffer != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    if (NT_SUCCESS(status) && standard.EndOfFile.LowPart != 0) {
        status = ZwReadFile(file, NULL, NULL, NULL, &block, buffer, standard.EndOfFile.LowPart,
                            &start, NULL);
        if (NT_SUCCESS(status) && block.Information != standard.EndOfFile.LowPart) {
            status = STATUS_END_OF_FILE;
        }
    }
    ZwClose(file);
    if (!NT_SUCCESS(status)) {
        if (buffer != NULL) {
            ExFreePoolWithTag(buffer, IOP_FILE_TAG);
        }
        return status;
    }
    *Buffer = buffer;
    *Size = standard.EndOfFile.LowPart;
    return STATUS_SUCCESS;
}

NTSTATUS IoWriteWholeFile(PUNICODE_STRING Name, PVOID Buffer, SIZE_T Size)
{
    LARGE_INTEGER start = { .QuadPart = 0 };
    NTSTATUS status, flushed;
    IO_STATUS_BLOCK block;
    HANDLE file;

    PAGED_CODE();
    status = IopOpenWhole(Name, FILE_WRITE_DATA, 0, FILE_OVERWRITE_IF, &file);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (Size != 0) {
        status = ZwWriteFile(file, NULL, NULL, NULL, &block, Buffer, (ULONG)Size, &start, NULL);
        if (NT_SUCCESS(status) && block.Information != Size) {
            status = STATUS_DISK_FULL;
        }
    }
    flushed = ZwFlushBuffersFile(file, &block);
    ZwClose(file);
    return NT_SUCCESS(status) ? flushed : status;
}

NTSTATUS IoRenameFile(PUNICODE_STRING Name, PUNICODE_STRING NewName, BOOLEAN Replace)
{
    ULONG size = FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) + NewName->Length + sizeof(WCHAR);
    PFILE_RENAME_INFORMATION rename;
    IO_STATUS_BLOCK block;
    NTSTATUS status;
    HANDLE file;

    PAGED_CODE();
    rename = ExAllocatePoolWithTag(PagedPool, size, IOP_NAME_TAG);
    if (rename == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(rename, size);
    rename->ReplaceIfExists = Replace;
    rename->FileNameLength = NewName->Length;
    RtlCopyMemory(rename->FileName, NewName->Buffer, NewName->Length);
    status = IopOpenWhole(Name, DELETE, FILE_SHARE_VALID_FLAGS, FILE_OPEN, &file);
    if (NT_SUCCESS(status)) {
        status = ZwSetInformationFile(file, &block, rename, size, FileRenameInformation);
        ZwClose(file);
    }
    ExFreePoolWithTag(rename, IOP_NAME_TAG);
    return status;
}
