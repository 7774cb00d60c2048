/* Opening: the object manager's walk has reached a device (or an open file, for relative names);
 * this makes a file object and sends IRP_MJ_CREATE.
 *
 *   name ends at the device, only attributes wanted    the device itself, nothing is mounted
 *   device without a VPB                               the top of the device's stack
 *   device with a VPB                                  mounted if need be; the file system's stack
 *   volume nobody recognises, name ends at the device  the device itself, raw
 *   relative to an open file                           as that file was opened
 *
 * Guard: IopDatabaseLock for the counts of device and VPB, raised before the create is sent. */
#include "iop.h"

#define IOP_ATTRIBUTE_ACCESS \
    (SYNCHRONIZE | FILE_READ_ATTRIBUTES | READ_CONTROL | ACCESS_SYSTEM_SECURITY | WRITE_DAC | \
     WRITE_OWNER)

static NTSTATUS IopChooseVolume(PDEVICE_OBJECT Device, ACCESS_MASK Access, BOOLEAN NameEmpty,
                                PIOP_OPEN Open, PVPB *Vpb, BOOLEAN *Direct);
static NTSTATUS IopCountOpen(PDEVICE_OBJECT Device, PVPB Vpb);
static NTSTATUS IopSendCreate(PFILE_OBJECT File, ACCESS_MASK Access, PIOP_OPEN Open);
static NTSTATUS IopMakeFile(PDEVICE_OBJECT Device, PVPB Vpb, PUNICODE_STRING Name, PIOP_OPEN Open,
                            PFILE_OBJECT *File);
static ACCESS_MASK IopMapFileAccess(ACCESS_MASK Access);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopChooseVolume, IopSendCreate, IopMakeFile, IopMapFileAccess)
#pragma alloc_text(PAGE, IopParseDevice, IopParseFile)
#endif

static ACCESS_MASK IopMapFileAccess(ACCESS_MASK Access)
{
    PAGED_CODE();
    Access |= (Access & GENERIC_READ ? FILE_GENERIC_READ : 0) |
              (Access & GENERIC_WRITE ? FILE_GENERIC_WRITE : 0) |
              (Access & GENERIC_EXECUTE ? FILE_GENERIC_EXECUTE : 0) |
              (Access & (GENERIC_ALL | MAXIMUM_ALLOWED) ? FILE_ALL_ACCESS : 0);
    return Access &
           ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL | MAXIMUM_ALLOWED);
}

static NTSTATUS IopChooseVolume(PDEVICE_OBJECT Device, ACCESS_MASK Access, BOOLEAN NameEmpty,
                                PIOP_OPEN Open, PVPB *Vpb, BOOLEAN *Direct)
{
    NTSTATUS status;

    PAGED_CODE();
    *Vpb = NULL;
    *Direct = FALSE;
    if (Open->RelatedFile != NULL) {
        *Vpb = Open->RelatedFile->Vpb;
        *Direct = (Open->RelatedFile->Flags & FO_DIRECT_DEVICE_OPEN) != 0;
        return STATUS_SUCCESS;
    }
    if (Device->Vpb == NULL) {
        return STATUS_SUCCESS;
    }
    if (NameEmpty && (Access & ~IOP_ATTRIBUTE_ACCESS) == 0) {
        *Direct = TRUE;
        return STATUS_SUCCESS;
    }
    status = IopMountVolume(Device);
    if (NT_SUCCESS(status)) {
        *Vpb = Device->Vpb;
    } else if (status == STATUS_UNRECOGNIZED_VOLUME && NameEmpty) {
        *Direct = TRUE;
        status = STATUS_SUCCESS;
    }
    return status;
}

/* Raises the counts, unless the device is going, not there yet, or taken. */
static NTSTATUS IopCountOpen(PDEVICE_OBJECT Device, PVPB Vpb)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    if (IopDeviceExtension(Device)->DeletePending ||
        (Device->Flags & (DO_DEVICE_INITIALIZING | DO_UNLOAD_PENDING)) ||
        (Device->DriverObject->Flags & DRVO_UNLOAD_INVOKED)) {
        status = STATUS_NO_SUCH_DEVICE;
    } else if ((Device->Flags & DO_EXCLUSIVE) && Device->ReferenceCount != 0) {
        status = STATUS_ACCESS_DENIED;
    } else {
        Device->ReferenceCount++;
        if (Vpb != NULL) {
            Vpb->ReferenceCount++;
        }
    }
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return status;
}

static NTSTATUS IopMakeFile(PDEVICE_OBJECT Device, PVPB Vpb, PUNICODE_STRING Name, PIOP_OPEN Open,
                            PFILE_OBJECT *File)
{
    PFILE_OBJECT file;
    NTSTATUS status;

    PAGED_CODE();
    status = ObCreateObject(*IoFileObjectType, sizeof(FILE_OBJECT), (PVOID *)&file);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    file->Type = IO_TYPE_FILE;
    file->Size = sizeof(FILE_OBJECT);
    KeInitializeEvent(&file->Event, NotificationEvent, FALSE);
    KeInitializeEvent(&file->Lock, SynchronizationEvent, TRUE);
    KeInitializeSpinLock(&file->IrpListLock);
    InitializeListHead(&file->IrpList);
    if (Name->Length != 0) {
        file->FileName.Buffer = ExAllocatePoolWithTag(PagedPool, Name->Length + sizeof(WCHAR),
                                                      IOP_NAME_TAG);
        if (file->FileName.Buffer == NULL) {
            ObDereferenceObject(file);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        file->FileName.Length = Name->Length;
        file->FileName.MaximumLength = (USHORT)(Name->Length + sizeof(WCHAR));
        RtlCopyMemory(file->FileName.Buffer, Name->Buffer, Name->Length);
        file->FileName.Buffer[Name->Length / sizeof(WCHAR)] = 0;
    }
    if (Open->CreateOptions & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)) {
        file->Flags |= FO_SYNCHRONOUS_IO;
    }
    if (Open->CreateOptions & FILE_SYNCHRONOUS_IO_ALERT) {
        file->Flags |= FO_ALERTABLE_IO;
    }
    if (Open->CreateOptions & FILE_NO_INTERMEDIATE_BUFFERING) {
        file->Flags |= FO_NO_INTERMEDIATE_BUFFERING;
    }
    if (Open->CreateOptions & FILE_WRITE_THROUGH) {
        file->Flags |= FO_WRITE_THROUGH;
    }
    if (Open->CreateOptions & FILE_SEQUENTIAL_ONLY) {
        file->Flags |= FO_SEQUENTIAL_ONLY;
    }
    if (Open->CreateOptions & FILE_RANDOM_ACCESS) {
        file->Flags |= FO_RANDOM_ACCESS;
    }
    file->Vpb = Vpb;
    file->RelatedFileObject = Open->RelatedFile;
    file->DeviceObject = Device;
    *File = file;
    return STATUS_SUCCESS;
}

static NTSTATUS IopSendCreate(PFILE_OBJECT File, ACCESS_MASK Access, PIOP_OPEN Open)
{
    PDEVICE_OBJECT device = IoGetRelatedDeviceObject(File);
    IO_SECURITY_CONTEXT security = { NULL, NULL, Access, Open->CreateOptions };
    IO_STATUS_BLOCK block = { { STATUS_UNSUCCESSFUL }, 0 };
    PIO_STACK_LOCATION stack;
    KEVENT event;
    PIRP irp;

    PAGED_CODE();
    irp = IoAllocateIrp(device->StackSize, FALSE);
    if (irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->Flags = IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API;
    irp->UserIosb = &block;
    irp->UserEvent = &event;
    irp->Overlay.AllocationSize = Open->AllocationSize;
    irp->AssociatedIrp.SystemBuffer = Open->EaBuffer;
    irp->Tail.Overlay.Thread = PsGetCurrentThread();
    irp->Tail.Overlay.OriginalFileObject = File;
    stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = IRP_MJ_CREATE;
    if (Open->Options & IO_OPEN_PAGING_FILE) {
        stack->Flags |= SL_OPEN_PAGING_FILE;
    }
    if (Open->Options & IO_OPEN_TARGET_DIRECTORY) {
        stack->Flags |= SL_OPEN_TARGET_DIRECTORY;
    }
    stack->FileObject = File;
    stack->Parameters.Create.SecurityContext = &security;
    stack->Parameters.Create.Options =
        Open->Disposition << 24 | (Open->CreateOptions & FILE_VALID_OPTION_FLAGS);
    stack->Parameters.Create.FileAttributes = (USHORT)Open->FileAttributes;
    stack->Parameters.Create.ShareAccess = (USHORT)Open->ShareAccess;
    stack->Parameters.Create.EaLength = Open->EaLength;
    IofCallDriver(device, irp);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    Open->Information = block.Information;
    return block.Status;
}

NTSTATUS IopParseDevice(PVOID ParseObject, POB_PARSE_REQUEST Request,
                        PUNICODE_STRING RemainingName, PUNICODE_STRING NewName, PVOID *Object)
{
    PIOP_OPEN open = Request->ParseContext;
    PDEVICE_OBJECT device = ParseObject;
    ACCESS_MASK access = IopMapFileAccess(Request->DesiredAccess);
    PFILE_OBJECT file;
    NTSTATUS status;
    BOOLEAN direct;
    PVPB vpb;

    PAGED_CODE();
    if (RemainingName->Length == 0 && Request->ExpectedType == *IoDeviceObjectType) {
        ObReferenceObject(device);
        *Object = device;
        return STATUS_SUCCESS;
    }
    if (open == NULL || open->Signature != IOP_OPEN_SIGNATURE) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    status = IopChooseVolume(device, access, RemainingName->Length == 0, open, &vpb, &direct);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IopMakeFile(device, vpb, RemainingName, open, &file);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (direct) {
        file->Flags |= FO_DIRECT_DEVICE_OPEN;
    } else if (vpb != NULL && RemainingName->Length == 0 && open->RelatedFile == NULL) {
        file->Flags |= FO_VOLUME_OPEN;
    }
    status = IopCountOpen(device, vpb);
    if (!NT_SUCCESS(status)) {
        file->DeviceObject = NULL;
        ObDereferenceObject(file);
        return status;
    }
    ObReferenceObject(device);
    status = IopSendCreate(file, access, open);
    file->RelatedFileObject = NULL;
    if (NT_SUCCESS(status) && status != STATUS_REPARSE) {
        *Object = file;
        return status;
    }
    file->DeviceObject = NULL;
    IopDereferenceDevice(device, vpb);
    ObDereferenceObject(device);
    if (status == STATUS_REPARSE) {
        *NewName = file->FileName; /* the driver put the new name there */
        RtlInitUnicodeString(&file->FileName, NULL);
    }
    ObDereferenceObject(file);
    return status;
}

NTSTATUS IopParseFile(PVOID ParseObject, POB_PARSE_REQUEST Request, PUNICODE_STRING RemainingName,
                      PUNICODE_STRING NewName, PVOID *Object)
{
    PIOP_OPEN open = Request->ParseContext;
    PFILE_OBJECT file = ParseObject;

    PAGED_CODE();
    if (open == NULL || open->Signature != IOP_OPEN_SIGNATURE) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    open->RelatedFile = file;
    return IopParseDevice(file->DeviceObject, Request, RemainingName, NewName, Object);
}
