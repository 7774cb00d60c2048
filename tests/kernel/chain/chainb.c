/* The innermost library: it must be initialised first and hear of unloading last. */
#include "chain.h"

DRIVER_INITIALIZE DriverEntry;
NTSTATUS NTAPI DllInitialize(PUNICODE_STRING RegistryPath);
NTSTATUS NTAPI DllUnload(VOID);

static ULONG Step;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, DllInitialize)
#endif

ULONG NTAPI ChainStep(VOID)
{
    return ++Step;
}

ULONG NTAPI ChainByOrdinal(VOID)
{
    return !MmIsAddressValid((PVOID)(ULONG_PTR)DllInitialize) ? 4711 : 0;
}

NTSTATUS NTAPI DllInitialize(PUNICODE_STRING RegistryPath)
{
    DbgPrint("# chainb DllInitialize %s\n",
             EndsWith(RegistryPath, L"\\Services\\chainb") ? "good path" : "bad path");
    Step = 1;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DllUnload(VOID)
{
    DbgPrint("# chainb DllUnload\n");
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return STATUS_UNSUCCESSFUL; /* never called */
}
