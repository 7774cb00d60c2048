/* The driver's beginning and end. */
#include "i8042prt.h"

static DRIVER_UNLOAD PortUnload;

/* Nothing calls DriverEntry again: INIT is given back as soon as it has returned. Unload is
 * called at PASSIVE_LEVEL and may be read in when it is needed. */
#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, PortUnload)
#endif

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    PPORT_DRIVER driver;
    NTSTATUS status;

    /* In nonpaged pool and not in .data: .data is pageable too once the whole driver is, and
     * the kernel works on an event at DISPATCH_LEVEL. */
    status = IoAllocateDriverObjectExtension(DriverObject, (PVOID)(ULONG_PTR)DriverEntry,
                                             sizeof(PORT_DRIVER), (PVOID *)&driver);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    KeInitializeEvent(&driver->OpenLock, SynchronizationEvent, TRUE);
    driver->ActiveDevices = 0;

    DriverObject->DriverExtension->AddDevice = PortAddDevice;
    DriverObject->DriverUnload = PortUnload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = PortCreate;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = PortCleanup;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = PortClose;
    DriverObject->MajorFunction[IRP_MJ_INTERNAL_DEVICE_CONTROL] = PortInternalDeviceControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = PortPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = PortPower;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = PortSystemControl;

    /* Nobody has the keyboard open and no interrupt is connected: the whole driver may go, its
     * nonpaged sections too. It stays so until the first open. */
    MmPageEntireDriver((PVOID)(ULONG_PTR)DriverEntry);
    return STATUS_SUCCESS;
}

/* The driver object extension goes with the driver object, and the paging state with the image;
 * devices, interrupts and DPCs went with the last close and IRP_MN_REMOVE_DEVICE. */
static VOID NTAPI PortUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    NT_ASSERT(DriverObject->DeviceObject == NULL);
}
