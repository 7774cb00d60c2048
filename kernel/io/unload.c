/* Unloading a driver, when nobody uses it: no file open on its devices, nothing of another driver
 * attached to them, none of them in the device tree. From the moment that is checked opens fail,
 * since the driver is marked, under the same lock that opens count under. Neither DriverEntry nor
 * Unload may unload its own driver. Guard: IopLoadLock, IopDatabaseLock. */
#include "iop.h"

static NTSTATUS IopMarkUnloading(PDRIVER_OBJECT Driver);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopUnloadDriver, ZwUnloadDriver)
#endif

static NTSTATUS IopMarkUnloading(PDRIVER_OBJECT Driver)
{
    NTSTATUS status = STATUS_SUCCESS;
    PDEVICE_OBJECT device;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    if ((Driver->Flags & DRVO_UNLOAD_INVOKED) || !(Driver->Flags & DRVO_INITIALIZED)) {
        status = STATUS_INVALID_DEVICE_REQUEST;
    }
    for (device = Driver->DeviceObject; device != NULL && NT_SUCCESS(status);
         device = device->NextDevice) {
        if (IopDeviceExtension(device)->Node != NULL ||
            (IopDeviceExtension(device)->AttachedTo != NULL &&
             !(Driver->Flags & DRVO_LEGACY_DRIVER))) {
            status = STATUS_INVALID_DEVICE_REQUEST; /* part of the device tree */
        } else if (device->ReferenceCount != 0 ||
                   (device->AttachedDevice != NULL &&
                    device->AttachedDevice->DriverObject != Driver)) {
            status = STATUS_DEVICE_BUSY;
        }
    }
    if (NT_SUCCESS(status)) {
        Driver->Flags |= DRVO_UNLOAD_INVOKED;
    }
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return status;
}

NTSTATUS IopUnloadDriver(PUNICODE_STRING ServiceKeyPath)
{
    UNICODE_STRING name = *ServiceKeyPath;
    PDRIVER_OBJECT driver;
    NTSTATUS status;
    ULONG i;

    PAGED_CODE();
    for (i = name.Length / sizeof(WCHAR); i != 0 && name.Buffer[i - 1] != L'\\'; i--) {
    }
    name.Buffer += i;
    name.Length = (USHORT)(name.Length - i * sizeof(WCHAR));
    IopLock();
    status = IopReferenceDriver(&name, &driver);
    if (NT_SUCCESS(status)) {
        if (driver->DriverUnload == NULL || IopDriver(driver)->Image == NULL) {
            status = STATUS_INVALID_DEVICE_REQUEST;
        } else {
            status = IopMarkUnloading(driver);
        }
        if (NT_SUCCESS(status)) {
            driver->DriverUnload(driver);
            ObDereferenceObject(driver);
            IopDropDriver(IopDriver(driver));
        } else {
            ObDereferenceObject(driver);
        }
    }
    IopUnlock();
    return status;
}

NTSTATUS NTAPI ZwUnloadDriver(PUNICODE_STRING DriverServiceName)
{
    PAGED_CODE();
    return IopUnloadDriver(DriverServiceName);
}
