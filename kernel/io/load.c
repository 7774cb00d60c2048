/* Loading a driver: service key, image, driver object, DriverEntry, INIT.
 *
 *   step                       undone by
 *   image and DLLs loaded      the driver object's deletion, or MmUnloadSystemImage
 *   driver object made         ObMakeObjectTemporary and dereference
 *   DriverEntry                its own business; what it leaves behind is deleted and reported
 *
 * The file is closed before DriverEntry is called (image.c). A failure leaves nothing behind and
 * one line that says why. Guard: IopLoadLock, which a DriverEntry may take again (ZwLoadDriver). */
#include "iop.h"

static NTSTATUS IopCallDriverEntry(PIOP_DRIVER Driver, PIOP_SERVICE Service, PCHAR Reason,
                                   ULONG ReasonSize);
static NTSTATUS IopMakeDriver(PIOP_SERVICE Service, PIOP_DRIVER *Driver);
static PCWSTR IopBaseName(PCUNICODE_STRING Path);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopBaseName, IopCallDriverEntry, IopMakeDriver, IopDropDriver)
#pragma alloc_text(PAGE, IopLoadService, IopLoadDriver, ZwLoadDriver)
#endif

/* Last component of a path that ends with a zero. */
static PCWSTR IopBaseName(PCUNICODE_STRING Path)
{
    ULONG i = Path->Length / sizeof(WCHAR);

    PAGED_CODE();
    while (i != 0 && Path->Buffer[i - 1] != L'\\') {
        i--;
    }
    return Path->Buffer + i;
}

/* Takes back a driver object: devices the driver forgot, name, pointer; with the last pointer the
 * image goes. A device that something is still attached to would only wait to be deleted. */
VOID IopDropDriver(PIOP_DRIVER Driver)
{
    PDEVICE_OBJECT device;

    PAGED_CODE();
    IopForgetReinits(&Driver->Object);
    while ((device = Driver->Object.DeviceObject) != NULL) {
        DbgPrint("%wZ left a device object behind; it is deleted\n", &Driver->Object.DriverName);
        if (IopDeviceExtension(device)->AttachedTo != NULL) {
            IoDetachDevice(IopDeviceExtension(device)->AttachedTo);
        }
        if (device->AttachedDevice != NULL) {
            IoDetachDevice(device);
        }
        device->ReferenceCount = 0;
        IoDeleteDevice(device);
    }
    ObMakeObjectTemporary(Driver);
    ObDereferenceObject(Driver);
    ObFlushDeferredDeletes();
}

static NTSTATUS IopMakeDriver(PIOP_SERVICE Service, PIOP_DRIVER *Driver)
{
    UNICODE_STRING name;
    PDRIVER_OBJECT driver;
    NTSTATUS status;

    PAGED_CODE();
    status = IopJoin(&name, Service->Type == 2 ? L"\\FileSystem\\" : L"\\Driver\\",
                     &Service->Name);
    if (NT_SUCCESS(status)) {
        status = IopCreateDriver(&name, &Service->Name, &driver);
        IopFreeString(&name);
    }
    if (NT_SUCCESS(status)) {
        *Driver = IopDriver(driver);
    }
    return status;
}

/* DriverEntry has returned: the devices it made may be opened from now on. */
static VOID IopOpenDevices(PDRIVER_OBJECT Driver)
{
    PDEVICE_OBJECT device;
    KIRQL irql;

    KeAcquireSpinLock(&IopDatabaseLock, &irql);
    for (device = Driver->DeviceObject; device != NULL; device = device->NextDevice) {
        device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    }
    KeReleaseSpinLock(&IopDatabaseLock, irql);
}

static NTSTATUS IopCallDriverEntry(PIOP_DRIVER Driver, PIOP_SERVICE Service, PCHAR Reason,
                                   ULONG ReasonSize)
{
    UNICODE_STRING path;
    NTSTATUS status;

    PAGED_CODE();
    status = IopCopyString(&path, &Service->KeyPath);
    if (!NT_SUCCESS(status)) {
        _snprintf(Reason, ReasonSize, "%ws: not enough memory", IopBaseName(&Service->ImagePath));
        return status;
    }
    status = Driver->Object.DriverInit(&Driver->Object, &path);
    IopFreeString(&path);
    NT_ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    if (!NT_SUCCESS(status)) {
        _snprintf(Reason, ReasonSize, "%ws: DriverEntry said no", IopBaseName(&Service->ImagePath));
        return status;
    }
    IopOpenDevices(&Driver->Object);
    Driver->Object.Flags |= DRVO_INITIALIZED;
    if (Driver->Extension.AddDevice == NULL) {
        Driver->Object.Flags |= DRVO_LEGACY_DRIVER;
    }
    return STATUS_SUCCESS;
}

NTSTATUS IopLoadService(PIOP_SERVICE Service, PDRIVER_OBJECT *Driver, PCHAR Reason,
                        ULONG ReasonSize)
{
    struct _LDR_DATA_TABLE_ENTRY *image;
    MM_LOAD_FAILURE why;
    PIOP_DRIVER driver;
    NTSTATUS status;

    PAGED_CODE();
    if (NT_SUCCESS(IopReferenceDriver(&Service->Name, Driver))) {
        ObDereferenceObject(*Driver);
        _snprintf(Reason, ReasonSize, "%ws is loaded already", IopBaseName(&Service->ImagePath));
        return STATUS_IMAGE_ALREADY_LOADED;
    }
    status = MmLoadSystemImage(&Service->ImagePath, IopReadImage, NULL, &image, &why);
    if (!NT_SUCCESS(status)) {
        _snprintf(Reason, ReasonSize, "%s", why.Text);
        return status;
    }
    status = IopMakeDriver(Service, &driver);
    if (!NT_SUCCESS(status)) {
        MmUnloadSystemImage(image);
        _snprintf(Reason, ReasonSize, "%ws: no driver object could be made",
                  IopBaseName(&Service->ImagePath));
        return status;
    }
    driver->Image = image;
    driver->Object.DriverSection = image;
    driver->Object.DriverStart = image->DllBase;
    driver->Object.DriverSize = image->SizeOfImage;
    driver->Object.DriverInit = (PDRIVER_INITIALIZE)image->EntryPoint;
    status = IopCallDriverEntry(driver, Service, Reason, ReasonSize);
    if (!NT_SUCCESS(status)) {
        IopDropDriver(driver);
        return status;
    }
    driver->Started = TRUE;
    if (driver->PendingReinits == 0) {
        IopDiscardInit(&driver->Object);
    } else if (!IopBooting) {
        IopRunReinits(FALSE);
    }
    *Driver = &driver->Object;
    return STATUS_SUCCESS;
}

NTSTATUS IopLoadDriver(PUNICODE_STRING ServiceKeyPath, PCHAR Reason, ULONG ReasonSize)
{
    PDRIVER_OBJECT driver;
    IOP_SERVICE service;
    NTSTATUS status;

    PAGED_CODE();
    Reason[0] = 0;
    IopLock();
    status = IopReadService(ServiceKeyPath, &service);
    if (!NT_SUCCESS(status)) {
        _snprintf(Reason, ReasonSize, "%wZ: no such driver service", ServiceKeyPath);
    } else {
        if (service.Start == 4) {
            _snprintf(Reason, ReasonSize, "%wZ is disabled", &service.Name);
            status = STATUS_DRIVER_UNABLE_TO_LOAD;
        } else {
            status = IopLoadService(&service, &driver, Reason, ReasonSize);
            if (NT_SUCCESS(status) && driver->DriverExtension->AddDevice != NULL) {
                IopStartWaitingNodes();
            }
        }
        IopFreeService(&service);
    }
    IopUnlock();
    Reason[ReasonSize - 1] = 0;
    return status;
}

NTSTATUS NTAPI ZwLoadDriver(PUNICODE_STRING DriverServiceName)
{
    CHAR reason[IO_REASON_SIZE];
    NTSTATUS status;

    PAGED_CODE();
    status = IopLoadDriver(DriverServiceName, reason, sizeof(reason));
    if (!NT_SUCCESS(status)) {
        DbgPrint("%s (0x%08lX)\n", reason, (ULONG)status);
    }
    return status;
}
