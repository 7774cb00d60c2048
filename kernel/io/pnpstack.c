/* Building the stack of a device: which drivers, in which order, and their AddDevice routines.
 *
 *   root device     value Service of its Enum key
 *   child           Control\CriticalDeviceDatabase\ID ('\' written as '#'), by its hardware ids,
 *                   then its compatible ids
 *   filters         LowerFilters, UpperFilters of the Enum key, in the order of the list
 *
 * From below: lower filters, the function driver, upper filters. Guard: IopLoadLock. */
#include "iop.h"

static NTSTATUS IopFindService(PIOP_NODE Node, HANDLE Key);
static NTSTATUS IopServiceOfIds(PCWSTR Ids, PUNICODE_STRING Service);
static NTSTATUS IopAddDriver(PIOP_NODE Node, PCUNICODE_STRING Service, BOOLEAN Load);
static NTSTATUS IopAddFilters(PIOP_NODE Node, HANDLE Key, PCWSTR Value, BOOLEAN Load);
static BOOLEAN IopAllLoaded(PIOP_NODE Node, HANDLE Key);
static VOID IopRemoveStack(PIOP_NODE Node);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopFindService, IopServiceOfIds, IopAddDriver, IopAddFilters)
#pragma alloc_text(PAGE, IopAllLoaded, IopRemoveStack, IopBuildStack)
#endif

static NTSTATUS IopServiceOfIds(PCWSTR Ids, PUNICODE_STRING Service)
{
    PAGED_CODE();
    for (; Ids != NULL && *Ids != 0; Ids += wcslen(Ids) + 1) {
        UNICODE_STRING id, name;
        ULONG length, i;
        HANDLE key;
        PVOID data;

        RtlInitUnicodeString(&id, Ids);
        if (!NT_SUCCESS(IopCopyString(&name, &id))) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        for (i = 0; i < name.Length / sizeof(WCHAR); i++) {
            if (name.Buffer[i] == L'\\') {
                name.Buffer[i] = L'#';
            }
        }
        if (NT_SUCCESS(IopOpenKeyZ(&key, IOP_CONTROL_KEY L"CriticalDeviceDatabase\\", &name))) {
            NTSTATUS status = IopQueryValue(key, L"Service", NULL, &data, &length);

            ZwClose(key);
            if (NT_SUCCESS(status)) {
                IopFreeString(&name);
                RtlInitUnicodeString(Service, data);
                return STATUS_SUCCESS;
            }
        }
        IopFreeString(&name);
    }
    return STATUS_NOT_FOUND;
}

/* Fills Node->Service if it is not known yet. */
static NTSTATUS IopFindService(PIOP_NODE Node, HANDLE Key)
{
    NTSTATUS status;
    ULONG length;
    PVOID data;

    PAGED_CODE();
    if (Node->Service.Length != 0) {
        return STATUS_SUCCESS;
    }
    if (Key != NULL && NT_SUCCESS(IopQueryValue(Key, L"Service", NULL, &data, &length))) {
        RtlInitUnicodeString(&Node->Service, data);
        return STATUS_SUCCESS;
    }
    status = IopServiceOfIds(Node->HardwareIds, &Node->Service);
    if (!NT_SUCCESS(status)) {
        status = IopServiceOfIds(Node->CompatibleIds, &Node->Service);
    }
    return status;
}

/* Calls a driver's AddDevice; loads it first if that is wanted. */
static NTSTATUS IopAddDriver(PIOP_NODE Node, PCUNICODE_STRING Service, BOOLEAN Load)
{
    CHAR reason[IO_REASON_SIZE];
    PDRIVER_OBJECT driver;
    UNICODE_STRING path;
    IOP_SERVICE service;
    NTSTATUS status;

    PAGED_CODE();
    status = IopReferenceDriver(Service, &driver);
    if (!NT_SUCCESS(status) && Load) {
        status = IopJoin(&path, IOP_SERVICES_KEY, Service);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        reason[0] = 0;
        status = IopReadService(&path, &service);
        if (!NT_SUCCESS(status)) {
            _snprintf(reason, sizeof(reason), "%wZ: no such driver service", Service);
        } else {
            if (service.Start == 4) {
                _snprintf(reason, sizeof(reason), "%wZ is disabled", Service);
                status = STATUS_DRIVER_UNABLE_TO_LOAD;
            } else {
                status = IopLoadService(&service, &driver, reason, sizeof(reason));
            }
            IopFreeService(&service);
        }
        IopFreeString(&path);
        if (!NT_SUCCESS(status)) {
            DbgPrint("%s (0x%08lX)\n", reason, (ULONG)status);
            return status;
        }
        ObReferenceObject(driver);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = STATUS_INVALID_DEVICE_REQUEST;
    if (driver->DriverExtension->AddDevice != NULL) {
        status = driver->DriverExtension->AddDevice(driver, Node->Pdo);
        driver->Flags &= ~(ULONG)DRVO_LEGACY_DRIVER;
    }
    ObDereferenceObject(driver);
    return status;
}

static NTSTATUS IopAddFilters(PIOP_NODE Node, HANDLE Key, PCWSTR Value, BOOLEAN Load)
{
    NTSTATUS status = STATUS_SUCCESS;
    UNICODE_STRING name;
    ULONG length;
    PVOID list;
    PCWSTR one;

    PAGED_CODE();
    if (Key == NULL || !NT_SUCCESS(IopQueryValue(Key, Value, NULL, &list, &length))) {
        return STATUS_SUCCESS;
    }
    for (one = list; *one != 0 && NT_SUCCESS(status); one += wcslen(one) + 1) {
        RtlInitUnicodeString(&name, one);
        status = IopAddDriver(Node, &name, Load);
    }
    ExFreePoolWithTag(list, IOP_NAME_TAG);
    return status;
}

/* TRUE if the function driver and all filters are loaded. */
static BOOLEAN IopAllLoaded(PIOP_NODE Node, HANDLE Key)
{
    static const PCWSTR values[] = { L"LowerFilters", L"UpperFilters" };
    PDRIVER_OBJECT driver;
    BOOLEAN all = TRUE;
    ULONG i, length;

    PAGED_CODE();
    if (!NT_SUCCESS(IopReferenceDriver(&Node->Service, &driver))) {
        return FALSE;
    }
    ObDereferenceObject(driver);
    for (i = 0; i < RTL_NUMBER_OF(values) && Key != NULL; i++) {
        UNICODE_STRING name;
        PVOID list;
        PCWSTR one;

        if (!NT_SUCCESS(IopQueryValue(Key, values[i], NULL, &list, &length))) {
            continue;
        }
        for (one = list; *one != 0 && all; one += wcslen(one) + 1) {
            RtlInitUnicodeString(&name, one);
            all = NT_SUCCESS(IopReferenceDriver(&name, &driver));
            if (all) {
                ObDereferenceObject(driver);
            }
        }
        ExFreePoolWithTag(list, IOP_NAME_TAG);
    }
    return all;
}

/* One of the drivers said no: those below it are told to let go. */
static VOID IopRemoveStack(PIOP_NODE Node)
{
    PDEVICE_OBJECT top = IoGetAttachedDeviceReference(Node->Pdo);
    IO_STACK_LOCATION stack;

    PAGED_CODE();
    if (top != Node->Pdo) {
        RtlZeroMemory(&stack, sizeof(stack));
        stack.MajorFunction = IRP_MJ_PNP;
        stack.MinorFunction = IRP_MN_REMOVE_DEVICE;
        IopSendAndWait(top, &stack, NULL, 0, STATUS_NOT_SUPPORTED, NULL);
    }
    ObDereferenceObject(top);
}

/* STATUS_PLUGPLAY_NO_DEVICE: not all drivers are loaded and LoadDrivers is FALSE. */
NTSTATUS IopBuildStack(PIOP_NODE Node, BOOLEAN LoadDrivers)
{
    HANDLE key = NULL;
    NTSTATUS status;

    PAGED_CODE();
    if (!NT_SUCCESS(IopOpenKeyZ(&key, IOP_ENUM_KEY, &Node->Instance))) {
        key = NULL;
    }
    status = IopFindService(Node, key);
    if (NT_SUCCESS(status) && !LoadDrivers && !IopAllLoaded(Node, key)) {
        status = STATUS_PLUGPLAY_NO_DEVICE;
    } else if (NT_SUCCESS(status)) {
        status = IopAddFilters(Node, key, L"LowerFilters", LoadDrivers);
        if (NT_SUCCESS(status)) {
            status = IopAddDriver(Node, &Node->Service, LoadDrivers);
        }
        if (NT_SUCCESS(status)) {
            status = IopAddFilters(Node, key, L"UpperFilters", LoadDrivers);
        }
        if (!NT_SUCCESS(status)) {
            IopRemoveStack(Node);
        }
    }
    if (key != NULL) {
        ZwClose(key);
    }
    return status;
}
