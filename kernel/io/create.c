/* ZwCreateFile and its forms: the options are checked as NT checks them, then the object manager
 * walks the name and parse.c opens what it ends at. */
#include "iop.h"

static NTSTATUS IopCheckOptions(ACCESS_MASK Access, ULONG ShareAccess, ULONG Disposition,
                                ULONG Options);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopCheckOptions, IoCreateFile, ZwCreateFile, ZwOpenFile, ZwDeleteFile)
#pragma alloc_text(PAGE, ZwQueryFullAttributesFile)
#endif

static NTSTATUS IopCheckOptions(ACCESS_MASK Access, ULONG ShareAccess, ULONG Disposition,
                                ULONG Options)
{
    ULONG synchronous = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;

    PAGED_CODE();
    if ((ShareAccess & ~FILE_SHARE_VALID_FLAGS) || Disposition > FILE_MAXIMUM_DISPOSITION ||
        (Options & ~FILE_VALID_OPTION_FLAGS) || (Options & synchronous) == synchronous) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((Options & synchronous) && !(Access & (SYNCHRONIZE | GENERIC_READ | GENERIC_WRITE |
                                               GENERIC_EXECUTE | GENERIC_ALL | MAXIMUM_ALLOWED))) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((Options & FILE_DELETE_ON_CLOSE) &&
        !(Access & (DELETE | GENERIC_ALL | MAXIMUM_ALLOWED))) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((Options & FILE_DIRECTORY_FILE) &&
        ((Options & FILE_NON_DIRECTORY_FILE) ||
         (Disposition != FILE_CREATE && Disposition != FILE_OPEN && Disposition != FILE_OPEN_IF))) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((Options & FILE_NO_INTERMEDIATE_BUFFERING) && (Access & FILE_APPEND_DATA) &&
        !(Access & FILE_WRITE_DATA)) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                            PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                            ULONG Disposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength,
                            CREATE_FILE_TYPE CreateFileType, PVOID ExtraCreateParameters,
                            ULONG Options)
{
    IOP_OPEN open;
    NTSTATUS status;

    PAGED_CODE();
    UNREFERENCED_PARAMETER(ExtraCreateParameters);
    if (CreateFileType != CreateFileTypeNone) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!(Options & IO_NO_PARAMETER_CHECKING)) {
        status = IopCheckOptions(DesiredAccess, ShareAccess, Disposition, CreateOptions);
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    RtlZeroMemory(&open, sizeof(open));
    open.Signature = IOP_OPEN_SIGNATURE;
    if (AllocationSize != NULL) {
        open.AllocationSize = *AllocationSize;
    }
    open.FileAttributes = FileAttributes;
    open.ShareAccess = ShareAccess;
    open.Disposition = Disposition;
    open.CreateOptions = CreateOptions;
    open.EaBuffer = EaBuffer;
    open.EaLength = EaLength;
    open.Options = Options;
    status = ObOpenObjectByName(ObjectAttributes, *IoFileObjectType, DesiredAccess, &open,
                                FileHandle);
    IoStatusBlock->Status = status;
    IoStatusBlock->Information = open.Information;
    return status;
}

NTSTATUS NTAPI ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                            PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                            ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                            ULONG EaLength)
{
    PAGED_CODE();
    return IoCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
                        FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer,
                        EaLength, CreateFileTypeNone, NULL, 0);
}

NTSTATUS NTAPI ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                          POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                          ULONG ShareAccess, ULONG OpenOptions)
{
    PAGED_CODE();
    return IoCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, NULL, 0,
                        ShareAccess, FILE_OPEN, OpenOptions, NULL, 0, CreateFileTypeNone, NULL, 0);
}

/* The file goes when everybody has closed it, this handle included. */
NTSTATUS NTAPI ZwDeleteFile(POBJECT_ATTRIBUTES ObjectAttributes)
{
    FILE_DISPOSITION_INFORMATION disposition = { TRUE };
    IO_STATUS_BLOCK block;
    NTSTATUS status;
    HANDLE handle;

    PAGED_CODE();
    status = ZwOpenFile(&handle, DELETE | SYNCHRONIZE, ObjectAttributes, &block,
                        FILE_SHARE_VALID_FLAGS,
                        FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ZwSetInformationFile(handle, &block, &disposition, sizeof(disposition),
                                  FileDispositionInformation);
    ZwClose(handle);
    return status;
}

NTSTATUS NTAPI ZwQueryFullAttributesFile(POBJECT_ATTRIBUTES ObjectAttributes,
                                         PFILE_NETWORK_OPEN_INFORMATION FileInformation)
{
    IO_STATUS_BLOCK block;
    NTSTATUS status;
    HANDLE handle;

    PAGED_CODE();
    status = ZwOpenFile(&handle, FILE_READ_ATTRIBUTES | SYNCHRONIZE, ObjectAttributes, &block,
                        FILE_SHARE_VALID_FLAGS, FILE_SYNCHRONOUS_IO_NONALERT);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ZwQueryInformationFile(handle, &block, FileInformation, sizeof(*FileInformation),
                                    FileNetworkOpenInformation);
    ZwClose(handle);
    return status;
}
