/* A driver that does nothing: what loading and unloading costs by itself. */

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD EmptyUnload;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, EmptyUnload)
#endif

static VOID NTAPI EmptyUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    DriverObject->DriverUnload = EmptyUnload;
    return STATUS_SUCCESS;
}
