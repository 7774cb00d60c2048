/* An export driver for stranger.c: a DLL with DllInitialize, DllUnload, a routine and a counter. */

#include <ntddk.h>

NTSTATUS NTAPI DllInitialize(PUNICODE_STRING RegistryPath);
NTSTATUS NTAPI DllUnload(VOID);
ULONG NTAPI HelperAdd(ULONG Amount);
ULONG HelperTotal = 40;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DllInitialize)
#pragma alloc_text(PAGE, DllUnload)
#pragma alloc_text(PAGE, HelperAdd)
#endif

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DllInitialize(PUNICODE_STRING RegistryPath)
{
    DbgPrint("helper: DllInitialize\n");
    HelperTotal += 2;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DllUnload(VOID)
{
    DbgPrint("helper: DllUnload\n");
    return STATUS_SUCCESS;
}

ULONG NTAPI HelperAdd(ULONG Amount)
{
    PAGED_CODE();

    HelperTotal += Amount;
    return HelperTotal;
}
