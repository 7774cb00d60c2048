/* Volumes: the first open of a disk device that is not mounted asks each file system, latest
 * first, whether it knows what is on it. The answer is kept in the device's VPB.
 * Guards: IopMountLock for the list of file systems and for mounting; IopDatabaseLock for the
 * fields of a VPB (IoAcquireVpbSpinLock gives drivers the same lock). */
#include "iop.h"

static FAST_MUTEX IopMountLock;
static KMUTEX IopMounting;
static LIST_ENTRY IopFileSystems; /* IopMountLock; of DEVICE_OBJECT.Queue.ListEntry */

static NTSTATUS IopAskFileSystem(PDEVICE_OBJECT FileSystem, PDEVICE_OBJECT Volume, PVPB Vpb);
static PDEVICE_OBJECT IopNextFileSystem(PDEVICE_OBJECT After);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopAskFileSystem, IopNextFileSystem, IopMountVolume, IopCreateVpb)
#pragma alloc_text(PAGE, IoRegisterFileSystem, IoUnregisterFileSystem, IopShutdownFileSystems)
#pragma alloc_text(INIT, IopInitFileSystems)
#endif

VOID IopInitFileSystems(VOID)
{
    ExInitializeFastMutex(&IopMountLock);
    KeInitializeMutex(&IopMounting, 0);
    InitializeListHead(&IopFileSystems);
}

PVPB IopCreateVpb(PDEVICE_OBJECT Device)
{
    PVPB vpb = ExAllocatePoolWithTag(NonPagedPool, sizeof(VPB), IOP_TAG);

    PAGED_CODE();
    if (vpb != NULL) {
        RtlZeroMemory(vpb, sizeof(VPB));
        vpb->Type = IO_TYPE_VPB;
        vpb->Size = sizeof(VPB);
        vpb->RealDevice = Device;
    }
    return vpb;
}

VOID NTAPI IoAcquireVpbSpinLock(PKIRQL Irql)
{
    KeAcquireSpinLock(&IopDatabaseLock, Irql);
}

VOID NTAPI IoReleaseVpbSpinLock(KIRQL Irql)
{
    KeReleaseSpinLock(&IopDatabaseLock, Irql);
}

VOID NTAPI IoRegisterFileSystem(PDEVICE_OBJECT DeviceObject)
{
    KIRQL irql;

    PAGED_CODE();
    DeviceObject->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    ObReferenceObject(DeviceObject);
    IoAcquireVpbSpinLock(&irql);
    DeviceObject->ReferenceCount++; /* in use: the driver cannot be unloaded */
    IoReleaseVpbSpinLock(irql);
    ExAcquireFastMutex(&IopMountLock);
    InsertHeadList(&IopFileSystems, &DeviceObject->Queue.ListEntry);
    ExReleaseFastMutex(&IopMountLock);
}

VOID NTAPI IoUnregisterFileSystem(PDEVICE_OBJECT DeviceObject)
{
    PAGED_CODE();
    ExAcquireFastMutex(&IopMountLock);
    RemoveEntryList(&DeviceObject->Queue.ListEntry);
    ExReleaseFastMutex(&IopMountLock);
    IopDereferenceDevice(DeviceObject, NULL);
    ObDereferenceObject(DeviceObject);
}

/* The file system after After (the first one for NULL), referenced; After loses its pointer. */
static PDEVICE_OBJECT IopNextFileSystem(PDEVICE_OBJECT After)
{
    PDEVICE_OBJECT next = NULL;
    PLIST_ENTRY link;

    PAGED_CODE();
    ExAcquireFastMutex(&IopMountLock);
    link = After != NULL ? After->Queue.ListEntry.Flink : IopFileSystems.Flink;
    if (link != &IopFileSystems) {
        next = CONTAINING_RECORD(link, DEVICE_OBJECT, Queue.ListEntry);
        ObReferenceObject(next);
    }
    ExReleaseFastMutex(&IopMountLock);
    if (After != NULL) {
        ObDereferenceObject(After);
    }
    return next;
}

static NTSTATUS IopAskFileSystem(PDEVICE_OBJECT FileSystem, PDEVICE_OBJECT Volume, PVPB Vpb)
{
    IO_STACK_LOCATION stack;

    PAGED_CODE();
    RtlZeroMemory(&stack, sizeof(stack));
    stack.MajorFunction = IRP_MJ_FILE_SYSTEM_CONTROL;
    stack.MinorFunction = IRP_MN_MOUNT_VOLUME;
    stack.Parameters.MountVolume.Vpb = Vpb;
    stack.Parameters.MountVolume.DeviceObject = IopGetTop(Volume);
    return IopSendAndWait(IopGetTop(FileSystem), &stack, NULL, 0, STATUS_SUCCESS, NULL);
}

/* Not pageable: the lock. */
static VOID IopNoteMounted(PDEVICE_OBJECT Device)
{
    PVPB vpb = Device->Vpb;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    vpb->Flags |= VPB_MOUNTED;
    vpb->DeviceObject->StackSize = (CCHAR)(IopGetAttachedDevice(Device)->StackSize + 1);
    vpb->DeviceObject->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    KeReleaseSpinLock(&IopDatabaseLock, irql);
}

NTSTATUS IopMountVolume(PDEVICE_OBJECT Device)
{
    NTSTATUS status = STATUS_UNRECOGNIZED_VOLUME;
    PDEVICE_OBJECT fs = NULL;
    PVPB vpb = Device->Vpb;

    PAGED_CODE();
    KeWaitForMutexObject(&IopMounting, Executive, KernelMode, FALSE, NULL);
    if (vpb->Flags & VPB_MOUNTED) {
        status = STATUS_SUCCESS;
    } else {
        while ((fs = IopNextFileSystem(fs)) != NULL) {
            status = IopAskFileSystem(fs, Device, vpb);
            if (status != STATUS_UNRECOGNIZED_VOLUME) {
                break;
            }
        }
        if (NT_SUCCESS(status)) {
            IopNoteMounted(Device);
        }
        if (fs != NULL) {
            ObDereferenceObject(fs);
        }
    }
    KeReleaseMutex(&IopMounting, FALSE);
    return status;
}

VOID IopShutdownFileSystems(VOID)
{
    PDEVICE_OBJECT fs = NULL;

    PAGED_CODE();
    while ((fs = IopNextFileSystem(fs)) != NULL) {
        IO_STACK_LOCATION stack;

        RtlZeroMemory(&stack, sizeof(stack));
        stack.MajorFunction = IRP_MJ_SHUTDOWN;
        IopSendAndWait(IopGetTop(fs), &stack, NULL, 0, STATUS_SUCCESS, NULL);
    }
}
