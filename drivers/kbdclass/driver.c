/* The driver's beginning and end. */
#include "kbdclass.h"

static DRIVER_UNLOAD ClassUnload;

/* Nothing calls DriverEntry again: INIT is given back as soon as it has returned. Unload is
 * called at PASSIVE_LEVEL and may be read in when it is needed. */
#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, ClassUnload)
#endif

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    ULONG i;

    /* A filter lets through what it does not know. */
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        DriverObject->MajorFunction[i] = ClassPassDown;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = ClassCreate;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = ClassCleanup;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = ClassClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = ClassRead;
    DriverObject->MajorFunction[IRP_MJ_PNP] = ClassPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = ClassPower;
    DriverObject->DriverExtension->AddDevice = ClassAddDevice;
    DriverObject->DriverUnload = ClassUnload;
    return STATUS_SUCCESS;
}

/* Everything is a device's and went with it: reads with the last handle, the section lock with
 * the last close, the device with IRP_MN_REMOVE_DEVICE. */
static VOID NTAPI ClassUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    NT_ASSERT(DriverObject->DeviceObject == NULL);
}
