/* A driver that is a stack by itself: two devices, the one created first attached to the other. Its
 * DriverEntry fails (FAILS=1) or its Unload takes nothing back (FORGETS=1), or all is in order. Both
 * try to unload their own driver, which must be refused. */
#include <ntddk.h>

#ifndef FAILS
#define FAILS 0
#endif
#ifndef FORGETS
#define FORGETS 0
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PDEVICE_OBJECT Upper, Lower;
static UNICODE_STRING Service;
static WCHAR ServiceBuffer[128];

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    DbgPrint("ownstack: in Unload 0x%08X\n", ZwUnloadDriver(&Service));
    if (!FORGETS) {
        IoDetachDevice(Lower);
        IoDeleteDevice(Upper);
        IoDeleteDevice(Lower);
    }
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS Status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Upper);

    if (NT_SUCCESS(Status)) {
        Status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Lower);
    }
    if (NT_SUCCESS(Status) && IoAttachDeviceToDeviceStack(Upper, Lower) != Lower) {
        Status = STATUS_UNSUCCESSFUL;
    }
    DriverObject->DriverUnload = Unload;
    Service.Buffer = ServiceBuffer;
    Service.MaximumLength = sizeof(ServiceBuffer);
    RtlCopyUnicodeString(&Service, RegistryPath);
    DbgPrint("ownstack: in DriverEntry 0x%08X\n", ZwUnloadDriver(&Service));
    return FAILS ? STATUS_DEVICE_BUSY : Status;
}
