/* What drivers may ask about a physical device: its properties and its registry keys. The keys are
 * made when first opened. Guard: none; a node lives as long as its device. */
#include "iop.h"

/* Keys below this one are made when they are missing. */
#define IOP_CONTROL_SET L"\\Registry\\Machine\\System\\CurrentControlSet\\"

static NTSTATUS IopGiveBytes(const VOID *Data, ULONG Length, ULONG BufferLength, PVOID Buffer,
                             PULONG ResultLength);
static ULONG IopMultiLength(PCWSTR List);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopGiveBytes, IopMultiLength, IoGetDeviceProperty)
#pragma alloc_text(PAGE, IoOpenDeviceRegistryKey, IoGetConfigurationInformation)
#endif

static NTSTATUS IopGiveBytes(const VOID *Data, ULONG Length, ULONG BufferLength, PVOID Buffer,
                             PULONG ResultLength)
{
    PAGED_CODE();
    *ResultLength = Length;
    if (BufferLength < Length) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Buffer, Data, Length);
    return STATUS_SUCCESS;
}

/* Bytes of a REG_MULTI_SZ, both zeros included. */
static ULONG IopMultiLength(PCWSTR List)
{
    PCWSTR end = List;

    PAGED_CODE();
    while (*end != 0) {
        end += wcslen(end) + 1;
    }
    return (ULONG)((end - List + 1) * sizeof(WCHAR));
}

NTSTATUS NTAPI IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject,
                                   DEVICE_REGISTRY_PROPERTY DeviceProperty, ULONG BufferLength,
                                   PVOID PropertyBuffer, PULONG ResultLength)
{
    PIOP_NODE node = IopDeviceExtension(DeviceObject)->Node;
    UNICODE_STRING name;
    ULONG value, i;
    NTSTATUS status;

    PAGED_CODE();
    *ResultLength = 0;
    if (node == NULL) {
        return STATUS_INVALID_DEVICE_REQUEST; /* not a physical device object */
    }
    switch (DeviceProperty) {
    case DevicePropertyHardwareID:
    case DevicePropertyCompatibleIDs: {
        PCWSTR ids = DeviceProperty == DevicePropertyHardwareID ? node->HardwareIds
                                                                : node->CompatibleIds;

        if (ids == NULL) {
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        return IopGiveBytes(ids, IopMultiLength(ids), BufferLength, PropertyBuffer, ResultLength);
    }
    case DevicePropertyPhysicalDeviceObjectName:
        status = ObQueryObjectName(DeviceObject, &name);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        status = IopGiveBytes(name.Buffer, name.Length + sizeof(WCHAR), BufferLength,
                              PropertyBuffer, ResultLength);
        ExFreePool(name.Buffer);
        return status;
    case DevicePropertyEnumeratorName:
        for (i = 0; i < node->Instance.Length / sizeof(WCHAR); i++) {
            if (node->Instance.Buffer[i] == L'\\') {
                break;
            }
        }
        *ResultLength = (i + 1) * sizeof(WCHAR);
        if (BufferLength < *ResultLength) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        RtlCopyMemory(PropertyBuffer, node->Instance.Buffer, i * sizeof(WCHAR));
        ((PWSTR)PropertyBuffer)[i] = 0;
        return STATUS_SUCCESS;
    case DevicePropertyBusNumber:
        value = 0;
        return IopGiveBytes(&value, sizeof(value), BufferLength, PropertyBuffer, ResultLength);
    case DevicePropertyLegacyBusType:
        value = Isa;
        return IopGiveBytes(&value, sizeof(value), BufferLength, PropertyBuffer, ResultLength);
    default:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
}

NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType,
                                       ACCESS_MASK DesiredAccess, PHANDLE DeviceRegKey)
{
    PIOP_NODE node = IopDeviceExtension(DeviceObject)->Node;
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING path;
    NTSTATUS status;
    HANDLE parent, sub;
    USHORT i;

    PAGED_CODE();
    if (node == NULL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    /* The hardware key is Enum\…\Device Parameters, the software key the service's own. */
    if (DevInstKeyType & PLUGPLAY_REGKEY_DEVICE) {
        status = IopJoin(&path, IOP_ENUM_KEY, &node->Instance);
    } else if (DevInstKeyType & PLUGPLAY_REGKEY_DRIVER) {
        status = IopJoin(&path, IOP_SERVICES_KEY, &node->Service);
    } else {
        status = STATUS_INVALID_PARAMETER;
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    parent = NULL;
    for (i = RTL_NUMBER_OF(IOP_CONTROL_SET) - 1;
         i <= path.Length / sizeof(WCHAR) && NT_SUCCESS(status); i++) {
        UNICODE_STRING part = path;

        if (i < path.Length / sizeof(WCHAR) && path.Buffer[i] != L'\\') {
            continue;
        }
        part.Length = (USHORT)(i * sizeof(WCHAR));
        InitializeObjectAttributes(&attributes, &part, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                   NULL, NULL);
        if (parent != NULL) {
            ZwClose(parent);
            parent = NULL;
        }
        status = ZwCreateKey(&parent, KEY_ALL_ACCESS, &attributes, 0, NULL,
                             REG_OPTION_NON_VOLATILE, NULL);
    }
    IopFreeString(&path);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    RtlInitUnicodeString(&path, DevInstKeyType & PLUGPLAY_REGKEY_DEVICE ? L"Device Parameters"
                                                                        : L"Parameters");
    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, parent,
                               NULL);
    status = ZwCreateKey(&sub, DesiredAccess, &attributes, 0, NULL, REG_OPTION_NON_VOLATILE, NULL);
    ZwClose(parent);
    if (NT_SUCCESS(status)) {
        *DeviceRegKey = sub;
    }
    return status;
}

/* Counters that disk and port drivers keep about themselves; interlocked by them. */
PCONFIGURATION_INFORMATION NTAPI IoGetConfigurationInformation(VOID)
{
    static CONFIGURATION_INFORMATION information;

    PAGED_CODE();
    information.Version = sizeof(information);
    return &information;
}
