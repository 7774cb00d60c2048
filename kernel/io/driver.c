/* Driver objects: \Driver\NAME or \FileSystem\NAME, permanent while the driver is loaded. A device
 * holds a pointer on its driver; when the last pointer goes, the image goes with it.
 * Guards: IopLoadLock for loading and unloading, IopDatabaseLock for client extensions. */
#include "iop.h"

POBJECT_TYPE *IoDriverObjectType;
KMUTEX IopLoadLock;

/* Where the hardware description would be; drivers only pass the string on. */
static UNICODE_STRING IopHardwarePath =
    RTL_CONSTANT_STRING(L"\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM");

static VOID IopDeleteDriver(PVOID Object);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, IopCreateDriverType)
#pragma alloc_text(PAGE, IopCreateDriver, IopReferenceDriver, IopDeleteDriver, IopLock, IopUnlock)
#endif

BOOLEAN IopCreateDriverType(VOID)
{
    static const OBJECT_TYPE_INITIALIZER initializer = {
        .Name = L"Driver",
        .PoolType = NonPagedPool,
        .ValidAccess = STANDARD_RIGHTS_ALL,
        .WaitOffset = OB_NOT_WAITABLE,
        .Delete = IopDeleteDriver,
    };
    POBJECT_TYPE type;

    KeInitializeMutex(&IopLoadLock, 0);
    if (!NT_SUCCESS(ObCreateObjectType(&initializer, &type))) {
        return FALSE;
    }
    IoDriverObjectType = OB_EXPORT_TYPE(type);
    return TRUE;
}

VOID IopLock(VOID)
{
    PAGED_CODE();
    KeWaitForMutexObject(&IopLoadLock, Executive, KernelMode, FALSE, NULL);
}

VOID IopUnlock(VOID)
{
    PAGED_CODE();
    KeReleaseMutex(&IopLoadLock, FALSE);
}

/* Makes a named driver object with default dispatch routines; the caller holds one pointer. */
NTSTATUS IopCreateDriver(PCUNICODE_STRING Name, PCUNICODE_STRING ServiceName,
                         PDRIVER_OBJECT *Driver)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name = *Name;
    PIOP_DRIVER driver;
    NTSTATUS status;
    ULONG i;

    PAGED_CODE();
    status = ObCreateObject(*IoDriverObjectType, sizeof(IOP_DRIVER), (PVOID *)&driver);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    driver->Object.Type = IO_TYPE_DRIVER;
    driver->Object.Size = sizeof(DRIVER_OBJECT);
    driver->Object.DriverExtension = &driver->Extension;
    driver->Object.HardwareDatabase = &IopHardwarePath;
    driver->Extension.DriverObject = &driver->Object;
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        driver->Object.MajorFunction[i] = IopInvalidDeviceRequest;
    }
    status = IopCopyString(&driver->Object.DriverName, Name);
    if (NT_SUCCESS(status)) {
        status = IopCopyString(&driver->Extension.ServiceKeyName, ServiceName);
    }
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(driver);
        return status;
    }
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, NULL,
                               NULL);
    status = ObInsertObject(driver, &attributes, 0, NULL);
    if (NT_SUCCESS(status)) {
        *Driver = &driver->Object;
    }
    return status;
}

static VOID IopDeleteDriver(PVOID Object)
{
    PIOP_DRIVER driver = Object;
    PIOP_CLIENT_EXTENSION client, next;

    PAGED_CODE();
    NT_ASSERT(driver->Object.DeviceObject == NULL);
    for (client = driver->Clients; client != NULL; client = next) {
        next = client->Next;
        ExFreePoolWithTag(client, IOP_TAG);
    }
    if (driver->Image != NULL) {
        MmUnloadSystemImage(driver->Image);
    }
    IopFreeString(&driver->Object.DriverName);
    IopFreeString(&driver->Extension.ServiceKeyName);
}

/* The driver a service started, if it is loaded. */
NTSTATUS IopReferenceDriver(PCUNICODE_STRING ServiceName, PDRIVER_OBJECT *Driver)
{
    static const PCWSTR directories[] = { L"\\Driver\\", L"\\FileSystem\\" };
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    ULONG i;

    PAGED_CODE();
    for (i = 0; i < RTL_NUMBER_OF(directories) && !NT_SUCCESS(status); i++) {
        status = IopJoin(&name, directories[i], ServiceName);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
        status = ObReferenceObjectByAttributes(&attributes, *IoDriverObjectType, 0, NULL,
                                               (PVOID *)Driver);
        IopFreeString(&name);
    }
    return status;
}

NTSTATUS NTAPI IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                               PVOID ClientIdentificationAddress,
                                               ULONG DriverObjectExtensionSize,
                                               PVOID *DriverObjectExtension)
{
    PIOP_DRIVER driver = IopDriver(DriverObject);
    PIOP_CLIENT_EXTENSION client, other;
    KIRQL irql;

    *DriverObjectExtension = NULL;
    client = ExAllocatePoolWithTag(NonPagedPool, sizeof(*client) + DriverObjectExtensionSize,
                                   IOP_TAG);
    if (client == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(client, sizeof(*client) + DriverObjectExtensionSize);
    client->Identification = ClientIdentificationAddress;
    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    for (other = driver->Clients; other != NULL; other = other->Next) {
        if (other->Identification == ClientIdentificationAddress) {
            break;
        }
    }
    if (other == NULL) {
        client->Next = driver->Clients;
        driver->Clients = client;
    }
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    if (other != NULL) {
        ExFreePoolWithTag(client, IOP_TAG);
        return STATUS_OBJECT_NAME_COLLISION;
    }
    *DriverObjectExtension = client + 1;
    return STATUS_SUCCESS;
}

PVOID NTAPI IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                       PVOID ClientIdentificationAddress)
{
    PIOP_CLIENT_EXTENSION client;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    for (client = IopDriver(DriverObject)->Clients; client != NULL; client = client->Next) {
        if (client->Identification == ClientIdentificationAddress) {
            break;
        }
    }
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return client != NULL ? client + 1 : NULL;
}

typedef struct _IOP_DRIVER_WALK {
    PIO_DRIVER_CALLBACK Callback;
    PVOID Context;
} IOP_DRIVER_WALK;

static BOOLEAN IopReportDriver(PVOID Context, PCUNICODE_STRING Name, PVOID Object,
                               POBJECT_TYPE Type)
{
    IOP_DRIVER_WALK *walk = Context;
    PIOP_DRIVER driver = Object;
    IO_DRIVER_STATE state;
    PDEVICE_OBJECT device;
    KIRQL irql;

    UNREFERENCED_PARAMETER(Name);
    if (Type != *IoDriverObjectType) {
        return TRUE;
    }
    state.Name = &driver->Object.DriverName;
    state.Object = &driver->Object;
    state.Image = driver->Image;
    state.Devices = 0;
    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    for (device = driver->Object.DeviceObject; device != NULL; device = device->NextDevice) {
        state.Devices++;
    }
    KeReleaseSpinLock(&IopDatabaseLock, irql);
    return walk->Callback(walk->Context, &state);
}

VOID IoEnumerateDrivers(PIO_DRIVER_CALLBACK Callback, PVOID Context)
{
    IOP_DRIVER_WALK walk = { Callback, Context };
    UNICODE_STRING directory;

    RtlInitUnicodeString(&directory, L"\\Driver");
    ObEnumerateDirectory(&directory, IopReportDriver, &walk);
    RtlInitUnicodeString(&directory, L"\\FileSystem");
    ObEnumerateDirectory(&directory, IopReportDriver, &walk);
}
