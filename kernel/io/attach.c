/* Device stacks: filters above, function driver, physical device at the bottom. Both directions
 * are linked: AttachedDevice upwards (NT's field), AttachedTo downwards (ours).
 * Guard: IopDatabaseLock. */
#include "iop.h"

/* IopDatabaseLock is held. */
PDEVICE_OBJECT IopGetAttachedDevice(PDEVICE_OBJECT Device)
{
    while (Device->AttachedDevice != NULL) {
        Device = Device->AttachedDevice;
    }
    return Device;
}

PDEVICE_OBJECT IopGetTop(PDEVICE_OBJECT Device)
{
    PDEVICE_OBJECT top;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    top = IopGetAttachedDevice(Device);
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return top;
}

PDEVICE_OBJECT NTAPI IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject)
{
    return IopGetTop(DeviceObject);
}

PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject)
{
    PDEVICE_OBJECT top;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    top = IopGetAttachedDevice(DeviceObject);
    ObReferenceObject(top);
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return top;
}

PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice,
                                                 PDEVICE_OBJECT TargetDevice)
{
    PDEVICE_OBJECT top;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    top = IopGetAttachedDevice(TargetDevice);
    NT_ASSERT(IopDeviceExtension(SourceDevice)->AttachedTo == NULL);
    if (IopDeviceExtension(top)->DeletePending || (top->Flags & DO_UNLOAD_PENDING)) {
        top = NULL;
    } else {
        top->AttachedDevice = SourceDevice;
        IopDeviceExtension(SourceDevice)->AttachedTo = top;
        SourceDevice->StackSize = (CCHAR)(top->StackSize + 1);
        SourceDevice->AlignmentRequirement = top->AlignmentRequirement;
        SourceDevice->SectorSize = top->SectorSize;
    }
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return top;
}

/* A plug and play stack is deleted from below: the driver above detaches last, and the device it
 * detaches from goes then. */
VOID NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice)
{
    BOOLEAN last;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    NT_ASSERT(TargetDevice->AttachedDevice != NULL);
    IopDeviceExtension(TargetDevice->AttachedDevice)->AttachedTo = NULL;
    TargetDevice->AttachedDevice = NULL;
    last = IopDeviceExtension(TargetDevice)->DeletePending && TargetDevice->ReferenceCount == 0;
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    if (last) {
        IopUnlinkDevice(TargetDevice);
    }
}

NTSTATUS NTAPI IoAttachDevice(PDEVICE_OBJECT SourceDevice, PUNICODE_STRING TargetDevice,
                              PDEVICE_OBJECT *AttachedDevice)
{
    PDEVICE_OBJECT target;
    PFILE_OBJECT file;
    NTSTATUS status;

    *AttachedDevice = NULL;
    status = IoGetDeviceObjectPointer(TargetDevice, FILE_READ_ATTRIBUTES, &file, &target);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    *AttachedDevice = IoAttachDeviceToDeviceStack(SourceDevice, target);
    if (*AttachedDevice == NULL) {
        status = STATUS_NO_SUCH_DEVICE;
    }
    ObDereferenceObject(file);
    return status;
}

PDEVICE_OBJECT NTAPI IoGetRelatedDeviceObject(PFILE_OBJECT FileObject)
{
    PDEVICE_OBJECT device = FileObject->DeviceObject;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    if (FileObject->Vpb != NULL && FileObject->Vpb->DeviceObject != NULL) {
        device = FileObject->Vpb->DeviceObject;
    } else if (!(FileObject->Flags & FO_DIRECT_DEVICE_OPEN) && device->Vpb != NULL &&
               device->Vpb->DeviceObject != NULL) {
        device = device->Vpb->DeviceObject;
    }
    device = IopGetAttachedDevice(device);
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return device;
}

NTSTATUS NTAPI IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess,
                                        PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    PFILE_OBJECT file;
    NTSTATUS status;
    HANDLE handle;

    InitializeObjectAttributes(&attributes, ObjectName, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL, NULL);
    status = ZwOpenFile(&handle, DesiredAccess, &attributes, &block, 0, FILE_NON_DIRECTORY_FILE);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ObReferenceObjectByHandle(handle, 0, *IoFileObjectType, KernelMode, (PVOID *)&file,
                                       NULL);
    if (NT_SUCCESS(status)) {
        *FileObject = file;
        *DeviceObject = IoGetRelatedDeviceObject(file);
    }
    ZwClose(handle);
    return status;
}

NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)
{
    return ObCreateSymbolicLink(SymbolicLinkName, DeviceName, OBJ_PERMANENT);
}

NTSTATUS NTAPI IoCreateUnprotectedSymbolicLink(PUNICODE_STRING SymbolicLinkName,
                                               PUNICODE_STRING DeviceName)
{
    return ObCreateSymbolicLink(SymbolicLinkName, DeviceName, OBJ_PERMANENT);
}

NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName)
{
    return ObDeleteSymbolicLink(SymbolicLinkName);
}
