/* Asking files and volumes about themselves and changing what they say. Always waits, also on an
 * asynchronous file: the answer goes through a buffer in nonpaged pool. What the I/O manager
 * knows itself (position, access, mode, alignment) does not reach the driver. */
#include "iop.h"

/* The smallest buffer for a class; 0: class not known. NameAllowed: a name may follow. */
static ULONG IopFileInformationSize(FILE_INFORMATION_CLASS Class, BOOLEAN Set);
static ULONG IopVolumeInformationSize(FS_INFORMATION_CLASS Class);
static NTSTATUS IopAnswerSelf(PFILE_OBJECT File, PVOID Information,
                              FILE_INFORMATION_CLASS Class, PULONG_PTR Length);
static NTSTATUS IopAskDriver(PFILE_OBJECT File, PIO_STACK_LOCATION Stack, PVOID Buffer,
                             ULONG Length, BOOLEAN Set, PULONG_PTR Information);
static NTSTATUS IopOpenTarget(PFILE_OBJECT File, PVOID Information, PHANDLE Target,
                              PFILE_OBJECT *TargetFile);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopFileInformationSize, IopVolumeInformationSize, IopAnswerSelf)
#pragma alloc_text(PAGE, IopAskDriver, IopOpenTarget)
#pragma alloc_text(PAGE, ZwQueryInformationFile, ZwSetInformationFile)
#pragma alloc_text(PAGE, ZwQueryVolumeInformationFile)
#endif

static ULONG IopFileInformationSize(FILE_INFORMATION_CLASS Class, BOOLEAN Set)
{
    PAGED_CODE();
    switch (Class) {
    case FileBasicInformation:
        return sizeof(FILE_BASIC_INFORMATION);
    case FilePositionInformation:
        return sizeof(FILE_POSITION_INFORMATION);
    case FileStandardInformation:
        return Set ? 0 : sizeof(FILE_STANDARD_INFORMATION);
    case FileInternalInformation:
        return Set ? 0 : sizeof(FILE_INTERNAL_INFORMATION);
    case FileEaInformation:
        return Set ? 0 : sizeof(FILE_EA_INFORMATION);
    case FileAccessInformation:
        return Set ? 0 : sizeof(FILE_ACCESS_INFORMATION);
    case FileModeInformation:
        return Set ? 0 : sizeof(FILE_MODE_INFORMATION);
    case FileAlignmentInformation:
        return Set ? 0 : sizeof(FILE_ALIGNMENT_INFORMATION);
    case FileNameInformation:
    case FileAlternateNameInformation:
        return Set ? 0 : sizeof(FILE_NAME_INFORMATION);
    case FileNetworkOpenInformation:
        return Set ? 0 : sizeof(FILE_NETWORK_OPEN_INFORMATION);
    case FileAttributeTagInformation:
        return Set ? 0 : sizeof(FILE_ATTRIBUTE_TAG_INFORMATION);
    case FileAllInformation:
        return Set ? 0 : sizeof(FILE_ALL_INFORMATION);
    case FileRenameInformation:
        return Set ? FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) + sizeof(WCHAR) : 0;
    case FileDispositionInformation:
        return Set ? sizeof(FILE_DISPOSITION_INFORMATION) : 0;
    case FileAllocationInformation:
        return Set ? sizeof(FILE_ALLOCATION_INFORMATION) : 0;
    case FileEndOfFileInformation:
        return Set ? sizeof(FILE_END_OF_FILE_INFORMATION) : 0;
    case FileValidDataLengthInformation:
        return Set ? sizeof(FILE_VALID_DATA_LENGTH_INFORMATION) : 0;
    default:
        return 0;
    }
}

static ULONG IopVolumeInformationSize(FS_INFORMATION_CLASS Class)
{
    PAGED_CODE();
    switch (Class) {
    case FileFsVolumeInformation:
        return sizeof(FILE_FS_VOLUME_INFORMATION);
    case FileFsSizeInformation:
        return sizeof(FILE_FS_SIZE_INFORMATION);
    case FileFsDeviceInformation:
        return sizeof(FILE_FS_DEVICE_INFORMATION);
    case FileFsAttributeInformation:
        return sizeof(FILE_FS_ATTRIBUTE_INFORMATION);
    case FileFsFullSizeInformation:
        return sizeof(FILE_FS_FULL_SIZE_INFORMATION);
    default:
        return 0;
    }
}

/* STATUS_NOT_SUPPORTED: ask the driver. */
static NTSTATUS IopAnswerSelf(PFILE_OBJECT File, PVOID Information, FILE_INFORMATION_CLASS Class,
                              PULONG_PTR Length)
{
    PAGED_CODE();
    switch (Class) {
    case FilePositionInformation:
        if (!(File->Flags & FO_SYNCHRONOUS_IO)) {
            return STATUS_NOT_SUPPORTED;
        }
        ((PFILE_POSITION_INFORMATION)Information)->CurrentByteOffset = File->CurrentByteOffset;
        *Length = sizeof(FILE_POSITION_INFORMATION);
        return STATUS_SUCCESS;
    case FileAlignmentInformation:
        ((PFILE_ALIGNMENT_INFORMATION)Information)->AlignmentRequirement =
            IoGetRelatedDeviceObject(File)->AlignmentRequirement;
        *Length = sizeof(FILE_ALIGNMENT_INFORMATION);
        return STATUS_SUCCESS;
    case FileModeInformation:
        ((PFILE_MODE_INFORMATION)Information)->Mode =
            (File->Flags & FO_WRITE_THROUGH ? FILE_WRITE_THROUGH : 0) |
            (File->Flags & FO_SEQUENTIAL_ONLY ? FILE_SEQUENTIAL_ONLY : 0) |
            (File->Flags & FO_NO_INTERMEDIATE_BUFFERING ? FILE_NO_INTERMEDIATE_BUFFERING : 0) |
            (File->Flags & FO_ALERTABLE_IO ? FILE_SYNCHRONOUS_IO_ALERT
             : File->Flags & FO_SYNCHRONOUS_IO ? FILE_SYNCHRONOUS_IO_NONALERT : 0) |
            (File->Flags & FO_DELETE_ON_CLOSE ? FILE_DELETE_ON_CLOSE : 0);
        *Length = sizeof(FILE_MODE_INFORMATION);
        return STATUS_SUCCESS;
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

/* Through a system buffer, with the file's lock if it has one. */
static NTSTATUS IopAskDriver(PFILE_OBJECT File, PIO_STACK_LOCATION Stack, PVOID Buffer,
                             ULONG Length, BOOLEAN Set, PULONG_PTR Information)
{
    PVOID copy = ExAllocatePoolWithTag(NonPagedPool, Length, IOP_TAG);
    BOOLEAN lock = (File->Flags & FO_SYNCHRONOUS_IO) != 0;
    NTSTATUS status;

    PAGED_CODE();
    *Information = 0;
    if (copy == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Set) {
        RtlCopyMemory(copy, Buffer, Length);
    } else {
        RtlZeroMemory(copy, Length);
    }
    Stack->FileObject = File;
    if (lock) {
        IopAcquireFileLock(File);
    }
    status = IopSendAndWait(IoGetRelatedDeviceObject(File), Stack, copy, IRP_BUFFERED_IO,
                            STATUS_SUCCESS, Information);
    if (lock) {
        IopReleaseFileLock(File);
    }
    if (!Set && !NT_ERROR(status)) {
        RtlCopyMemory(Buffer, copy, *Information < Length ? *Information : Length);
    }
    ExFreePoolWithTag(copy, IOP_TAG);
    return status;
}

NTSTATUS NTAPI ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                      PVOID FileInformation, ULONG Length,
                                      FILE_INFORMATION_CLASS FileInformationClass)
{
    ULONG needed = IopFileInformationSize(FileInformationClass, FALSE);
    OBJECT_HANDLE_INFORMATION granted;
    ULONG_PTR information = 0;
    IO_STACK_LOCATION stack;
    PFILE_OBJECT file;
    NTSTATUS status;

    PAGED_CODE();
    if (needed == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < needed) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    status = ObReferenceObjectByHandle(FileHandle, 0, *IoFileObjectType, KernelMode,
                                       (PVOID *)&file, &granted);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (FileInformationClass == FileAccessInformation) {
        ((PFILE_ACCESS_INFORMATION)FileInformation)->AccessFlags = granted.GrantedAccess;
        information = sizeof(FILE_ACCESS_INFORMATION);
    } else {
        status = IopAnswerSelf(file, FileInformation, FileInformationClass, &information);
    }
    if (status == STATUS_NOT_SUPPORTED) {
        RtlZeroMemory(&stack, sizeof(stack));
        stack.MajorFunction = IRP_MJ_QUERY_INFORMATION;
        stack.Parameters.QueryFile.Length = Length;
        stack.Parameters.QueryFile.FileInformationClass = FileInformationClass;
        status = IopAskDriver(file, &stack, FileInformation, Length, FALSE, &information);
    }
    IoStatusBlock->Status = status;
    IoStatusBlock->Information = information;
    ObDereferenceObject(file);
    return status;
}

/* A rename to a name with a path: opens the directory that holds, or would hold, the new name. */
static NTSTATUS IopOpenTarget(PFILE_OBJECT File, PVOID Information, PHANDLE Target,
                              PFILE_OBJECT *TargetFile)
{
    PFILE_RENAME_INFORMATION rename = Information;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;
    NTSTATUS status;

    PAGED_CODE();
    name.Buffer = rename->FileName;
    name.Length = name.MaximumLength = (USHORT)rename->FileNameLength;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               rename->RootDirectory, NULL);
    status = IoCreateFile(Target, FILE_ADD_FILE | SYNCHRONIZE, &attributes, &block, NULL, 0,
                          FILE_SHARE_VALID_FLAGS, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0,
                          CreateFileTypeNone, NULL, IO_OPEN_TARGET_DIRECTORY);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ObReferenceObjectByHandle(*Target, 0, *IoFileObjectType, KernelMode,
                                       (PVOID *)TargetFile, NULL);
    if (NT_SUCCESS(status) &&
        IoGetRelatedDeviceObject(*TargetFile) != IoGetRelatedDeviceObject(File)) {
        ObDereferenceObject(*TargetFile);
        status = STATUS_NOT_SAME_DEVICE;
    }
    if (!NT_SUCCESS(status)) {
        ZwClose(*Target);
    }
    return status;
}

NTSTATUS NTAPI ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                    PVOID FileInformation, ULONG Length,
                                    FILE_INFORMATION_CLASS FileInformationClass)
{
    ULONG needed = IopFileInformationSize(FileInformationClass, TRUE);
    PFILE_OBJECT file, targetFile = NULL;
    ULONG_PTR information = 0;
    IO_STACK_LOCATION stack;
    HANDLE target = NULL;
    NTSTATUS status;

    PAGED_CODE();
    if (needed == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < needed) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    status = ObReferenceObjectByHandle(FileHandle, 0, *IoFileObjectType, KernelMode,
                                       (PVOID *)&file, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    RtlZeroMemory(&stack, sizeof(stack));
    stack.MajorFunction = IRP_MJ_SET_INFORMATION;
    stack.Parameters.SetFile.Length = Length;
    stack.Parameters.SetFile.FileInformationClass = FileInformationClass;
    if (FileInformationClass == FilePositionInformation && (file->Flags & FO_SYNCHRONOUS_IO)) {
        LARGE_INTEGER offset = ((PFILE_POSITION_INFORMATION)FileInformation)->CurrentByteOffset;

        if (offset.QuadPart < 0) {
            status = STATUS_INVALID_PARAMETER;
        } else {
            file->CurrentByteOffset = offset;
        }
    } else {
        if (FileInformationClass == FileRenameInformation) {
            PFILE_RENAME_INFORMATION rename = FileInformation;

            if (rename->FileNameLength == 0 || rename->FileNameLength % sizeof(WCHAR) != 0 ||
                rename->FileNameLength >
                    Length - FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName)) {
                status = STATUS_INVALID_PARAMETER;
            } else if (rename->FileName[0] == L'\\' || rename->RootDirectory != NULL) {
                status = IopOpenTarget(file, rename, &target, &targetFile);
            }
            stack.Parameters.SetFile.ReplaceIfExists = rename->ReplaceIfExists;
            stack.Parameters.SetFile.FileObject = targetFile;
        }
        if (NT_SUCCESS(status)) {
            status = IopAskDriver(file, &stack, FileInformation, Length, TRUE, &information);
        }
    }
    if (targetFile != NULL) {
        ObDereferenceObject(targetFile);
        ZwClose(target);
    }
    IoStatusBlock->Status = status;
    IoStatusBlock->Information = information;
    ObDereferenceObject(file);
    return status;
}

NTSTATUS NTAPI ZwQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                            PVOID FsInformation, ULONG Length,
                                            FS_INFORMATION_CLASS FsInformationClass)
{
    ULONG needed = IopVolumeInformationSize(FsInformationClass);
    ULONG_PTR information = 0;
    IO_STACK_LOCATION stack;
    PFILE_OBJECT file;
    NTSTATUS status;

    PAGED_CODE();
    if (needed == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < needed) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    status = ObReferenceObjectByHandle(FileHandle, 0, *IoFileObjectType, KernelMode,
                                       (PVOID *)&file, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (FsInformationClass == FileFsDeviceInformation &&
        (file->Vpb == NULL || (file->Flags & FO_DIRECT_DEVICE_OPEN))) {
        PFILE_FS_DEVICE_INFORMATION device = FsInformation;

        device->DeviceType = file->DeviceObject->DeviceType;
        device->Characteristics = file->DeviceObject->Characteristics;
        information = sizeof(*device);
    } else {
        RtlZeroMemory(&stack, sizeof(stack));
        stack.MajorFunction = IRP_MJ_QUERY_VOLUME_INFORMATION;
        stack.Parameters.QueryVolume.Length = Length;
        stack.Parameters.QueryVolume.FsInformationClass = FsInformationClass;
        status = IopAskDriver(file, &stack, FsInformation, Length, FALSE, &information);
    }
    IoStatusBlock->Status = status;
    IoStatusBlock->Information = information;
    ObDereferenceObject(file);
    return status;
}
