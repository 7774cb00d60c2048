/* DriverEntry, and the one way in for every request but paging I/O.
 *
 * A request takes its volume's lock, is done from beginning to end on the caller's thread, and is
 * completed after the lock is let go. The control device (\Fat) stands for the file system itself:
 * mount requests and the shutdown notice come to it. */
#include "fastfat.h"

static FAT_HANDLER *FatHandlerFor(UCHAR Major);
static NTSTATUS FatControl(PIO_STACK_LOCATION Stack);

#ifdef ALLOC_PRAGMA
/* Runs once, then is thrown away. */
#pragma alloc_text(INIT, DriverEntry)
/* May page: entered at PASSIVE_LEVEL by threads that want a file, never to serve a page fault.
 * Read and write come by way of FatReadWrite, which is nonpaged and turns paging I/O aside. */
#pragma alloc_text(PAGE, FatDispatch, FatHandlerFor, FatControl)
#endif

FAT_GLOBAL FatGlobal;

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    static const UCHAR majors[] = {
        IRP_MJ_CREATE, IRP_MJ_CLOSE, IRP_MJ_CLEANUP, IRP_MJ_QUERY_INFORMATION,
        IRP_MJ_SET_INFORMATION, IRP_MJ_FLUSH_BUFFERS, IRP_MJ_QUERY_VOLUME_INFORMATION,
        IRP_MJ_DIRECTORY_CONTROL, IRP_MJ_FILE_SYSTEM_CONTROL, IRP_MJ_SHUTDOWN, IRP_MJ_PNP};
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Fat");
    NTSTATUS status;
    ULONG i;

    status = IoCreateDevice(DriverObject, 0, &name, FILE_DEVICE_DISK_FILE_SYSTEM, 0, FALSE,
                            &FatGlobal.ControlDevice);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    FatGlobal.Driver = DriverObject;
    ExInitializeResourceLite(&FatGlobal.Lock);
    InitializeListHead(&FatGlobal.Volumes);
    for (i = 0; i < sizeof(majors); i++) {
        DriverObject->MajorFunction[majors[i]] = FatDispatch;
    }
    DriverObject->MajorFunction[IRP_MJ_READ] = FatReadWrite;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = FatReadWrite;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = FatDeviceControl;
    FatGlobal.ControlDevice->Flags &= ~DO_DEVICE_INITIALIZING;
    IoRegisterFileSystem(FatGlobal.ControlDevice);
    return STATUS_SUCCESS;
}

static FAT_HANDLER *FatHandlerFor(UCHAR Major)
{
    PAGED_CODE();
    switch (Major) {
    case IRP_MJ_CREATE:
        return FatCreateFile;
    case IRP_MJ_CLEANUP:
        return FatCleanup;
    case IRP_MJ_CLOSE:
        return FatClose;
    case IRP_MJ_READ:
        return FatRead;
    case IRP_MJ_WRITE:
        return FatWrite;
    case IRP_MJ_QUERY_INFORMATION:
        return FatQueryInformation;
    case IRP_MJ_SET_INFORMATION:
        return FatSetInformation;
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
        return FatQueryVolume;
    case IRP_MJ_DIRECTORY_CONTROL:
        return FatDirectoryControl;
    case IRP_MJ_FLUSH_BUFFERS:
        return FatFlush;
    case IRP_MJ_PNP:
        return FatPnp;
    default:
        return NULL;
    }
}

static NTSTATUS FatControl(PIO_STACK_LOCATION Stack)
{
    PAGED_CODE();
    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
        return STATUS_SUCCESS;
    case IRP_MJ_FILE_SYSTEM_CONTROL:
        if (Stack->MinorFunction == IRP_MN_MOUNT_VOLUME) {
            return FatMountVolume(Stack);
        }
        return STATUS_INVALID_DEVICE_REQUEST;
    case IRP_MJ_SHUTDOWN:
        FatShutdown();
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

NTSTATUS NTAPI FatDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    PVCB vcb = DeviceObject->DeviceExtension;
    FAT_HANDLER *handler;
    NTSTATUS status;

    PAGED_CODE();
    if (stack->MajorFunction != IRP_MJ_PNP) {
        Irp->IoStatus.Information = 0;
    }
    if (DeviceObject == FatGlobal.ControlDevice) {
        status = FatControl(stack);
    } else {
        handler = FatHandlerFor(stack->MajorFunction);
        if (handler == NULL) {
            status = STATUS_INVALID_DEVICE_REQUEST;
        } else {
            FatLock(&vcb->Lock);
            status = handler(vcb, Irp, stack);
            FatUnlock(&vcb->Lock);
        }
    }
    Irp->IoStatus.Status = status;
    IoCompleteRequest(Irp, NT_SUCCESS(status) ? IO_DISK_INCREMENT : IO_NO_INCREMENT);
    return status;
}
