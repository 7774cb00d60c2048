/* File objects: one for each open. The last handle's close sends IRP_MJ_CLEANUP, the last pointer
 * IRP_MJ_CLOSE; a file object whose create failed has no DeviceObject and sends neither.
 * Guards: FILE_OBJECT.Lock serialises the requests of a synchronous file; Flags are changed by the
 * opener and in the close path only. */
#include "iop.h"

POBJECT_TYPE *IoFileObjectType;

static VOID IopDeleteFile(PVOID Object);
static VOID IopCloseFile(PVOID Object, ULONG HandlesLeft);
static NTSTATUS IopOpenFile(PVOID Object, ACCESS_MASK DesiredAccess, ULONG Attributes);
static NTSTATUS IopQueryFileName(PVOID Object, PWSTR Buffer, ULONG Length, PULONG Needed);
static VOID IopSendLast(PFILE_OBJECT File, UCHAR MajorFunction);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, IopCreateFileType)
#pragma alloc_text(PAGE, IopDeleteFile, IopCloseFile, IopOpenFile, IopQueryFileName, IopSendLast)
#endif

BOOLEAN IopCreateFileType(VOID)
{
    static const OBJECT_TYPE_INITIALIZER initializer = {
        .Name = L"File",
        .PoolType = NonPagedPool,
        .ValidAccess = FILE_ALL_ACCESS,
        .GenericMapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                            FILE_ALL_ACCESS },
        .WaitOffset = FIELD_OFFSET(FILE_OBJECT, Event),
        .Delete = IopDeleteFile,
        .Open = IopOpenFile,
        .Close = IopCloseFile,
        .Parse = IopParseFile,
        .QueryName = IopQueryFileName,
    };
    POBJECT_TYPE type;

    if (!NT_SUCCESS(ObCreateObjectType(&initializer, &type))) {
        return FALSE;
    }
    IoFileObjectType = OB_EXPORT_TYPE(type);
    return TRUE;
}

/* Cleanup and close cannot fail: they wait for memory, and what the driver says does not matter. */
static VOID IopSendLast(PFILE_OBJECT File, UCHAR MajorFunction)
{
    IO_STACK_LOCATION stack;

    PAGED_CODE();
    RtlZeroMemory(&stack, sizeof(stack));
    stack.MajorFunction = MajorFunction;
    stack.FileObject = File;
    IopSendWithoutFail(IoGetRelatedDeviceObject(File), &stack);
}

static NTSTATUS IopOpenFile(PVOID Object, ACCESS_MASK DesiredAccess, ULONG Attributes)
{
    PFILE_OBJECT file = Object;

    PAGED_CODE();
    UNREFERENCED_PARAMETER(DesiredAccess);
    UNREFERENCED_PARAMETER(Attributes);
    if (file->Flags & FO_CLEANUP_COMPLETE) {
        return STATUS_FILE_CLOSED;
    }
    file->Flags |= FO_HANDLE_CREATED;
    return STATUS_SUCCESS;
}

static VOID IopCloseFile(PVOID Object, ULONG HandlesLeft)
{
    PFILE_OBJECT file = Object;

    PAGED_CODE();
    if (HandlesLeft != 0) {
        return;
    }
    if (file->Flags & FO_SYNCHRONOUS_IO) {
        IopAcquireFileLock(file);
    }
    IopSendLast(file, IRP_MJ_CLEANUP);
    file->Flags |= FO_CLEANUP_COMPLETE;
    if (file->Flags & FO_SYNCHRONOUS_IO) {
        IopReleaseFileLock(file);
    }
}

static VOID IopDeleteFile(PVOID Object)
{
    PFILE_OBJECT file = Object;

    PAGED_CODE();
    if (file->DeviceObject != NULL) {
        PDEVICE_OBJECT device = file->DeviceObject;

        if (!(file->Flags & FO_CLEANUP_COMPLETE)) {
            IopSendLast(file, IRP_MJ_CLEANUP); /* opened, and never had a handle */
            file->Flags |= FO_CLEANUP_COMPLETE;
        }
        IopSendLast(file, IRP_MJ_CLOSE);
        IopDereferenceDevice(device, file->Vpb);
        ObDereferenceObject(device);
    }
    if (file->FileName.Buffer != NULL) {
        ExFreePool(file->FileName.Buffer);
    }
}

/* The device's name and the file's after it. */
static NTSTATUS IopQueryFileName(PVOID Object, PWSTR Buffer, ULONG Length, PULONG Needed)
{
    PFILE_OBJECT file = Object;
    UNICODE_STRING device;
    NTSTATUS status;

    PAGED_CODE();
    if (file->DeviceObject == NULL) {
        *Needed = 0;
        return STATUS_SUCCESS;
    }
    status = ObQueryObjectName(file->DeviceObject, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    *Needed = (ULONG)device.Length + file->FileName.Length;
    if (Length < *Needed) {
        status = STATUS_BUFFER_OVERFLOW;
    } else {
        RtlCopyMemory(Buffer, device.Buffer, device.Length);
        RtlCopyMemory((PUCHAR)Buffer + device.Length, file->FileName.Buffer,
                      file->FileName.Length);
    }
    ExFreePool(device.Buffer);
    return status;
}
