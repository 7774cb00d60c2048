/* A library whose sections have the same names as those of the drivers that import it: what is
 * done to one image's PAGE and PAGEDATA must not be felt by the other's. */
#include <ntddk.h>
#include "mmlib.h"

DRIVER_INITIALIZE DriverEntry;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, MmlibCode)
#pragma alloc_text(INIT, DriverEntry)
#pragma data_seg("PAGEDATA")
#endif
ULONG MmlibNumbers[2048] = {7};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif

ULONG NTAPI MmlibCode(ULONG Value)
{
    return Value * 3;
}

PVOID NTAPI MmlibData(VOID)
{
    return MmlibNumbers;
}

/* Never called: the loader calls DllInitialize, if there is one. */
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return STATUS_SUCCESS;
}
