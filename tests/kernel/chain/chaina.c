/* The middle library: its DllInitialize already calls the inner one. */
#include "chain.h"

DRIVER_INITIALIZE DriverEntry;
NTSTATUS NTAPI DllInitialize(PUNICODE_STRING RegistryPath);
NTSTATUS NTAPI DllUnload(VOID);

static ULONG MyStep;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, DllInitialize)
#endif

ULONG NTAPI ChainaStep(VOID)
{
    return MyStep;
}

NTSTATUS NTAPI DllInitialize(PUNICODE_STRING RegistryPath)
{
    MyStep = ChainStep();
    DbgPrint("# chaina DllInitialize %s\n",
             EndsWith(RegistryPath, L"\\Services\\chaina") ? "good path" : "bad path");
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DllUnload(VOID)
{
    DbgPrint("# chaina DllUnload, step %lu\n", ChainStep());
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return STATUS_UNSUCCESSFUL; /* never called */
}
