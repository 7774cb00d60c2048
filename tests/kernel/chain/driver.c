/* The driver at the top of a diamond of imports. Built again as chain2.sys, to hold the same
 * libraries twice. Prints TAP. */
#include "chain.h"
#include "tap.h"

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, Unload)
#endif

VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    DbgPrint("# chain Unload, step %lu\n", ChainStep());
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Name;

    TAP_CHECK(ChainaStep() == 2, "libraries are initialised innermost first");
    TAP_CHECK(ChainForwarded() > 2, "a forwarder leads to the other library");
    TAP_CHECK(ChainByOrdinal() == 4711, "import by ordinal; a library's INIT is gone");
    RtlInitUnicodeString(&Name, L"KeSetEvent");
    TAP_CHECK(MmGetSystemRoutineAddress(&Name) == (PVOID)(ULONG_PTR)KeSetEvent,
              "MmGetSystemRoutineAddress finds a kernel export");
    RtlInitUnicodeString(&Name, L"KfRaiseIrql");
    TAP_CHECK(MmGetSystemRoutineAddress(&Name) == (PVOID)(ULONG_PTR)KfRaiseIrql, "and one of hal");
    RtlInitUnicodeString(&Name, L"ChainStep");
    TAP_CHECK(MmGetSystemRoutineAddress(&Name) == NULL, "and no driver's");
    TAP_DONE();
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
