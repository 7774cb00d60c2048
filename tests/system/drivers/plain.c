/* The least a driver can be; what refusals.py and malformed.py spoil. STATUS is what DriverEntry
 * returns. */

#include <ntddk.h>

#ifndef STATUS
#define STATUS STATUS_SUCCESS
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD PlainUnload;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, PlainUnload)
#endif

static VOID NTAPI PlainUnload(PDRIVER_OBJECT DriverObject)
{
    DbgPrint("plain: unloaded\n");
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    PVOID Pool = ExAllocatePoolWithTag(NonPagedPool, 100, 0x6E696C50);

    if (Pool == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ExFreePoolWithTag(Pool, 0x6E696C50);
    DriverObject->DriverUnload = PlainUnload;
    return STATUS;
}
