/* Service keys: what \Registry\Machine\System\CurrentControlSet\Services\NAME says about a driver,
 * and the small registry and string helpers that the other files share. */
#include "iop.h"

#define IOP_SERVICE_KERNEL_DRIVER 1
#define IOP_SERVICE_FILE_SYSTEM_DRIVER 2

static NTSTATUS IopQueryString(HANDLE Key, PCWSTR Name, PUNICODE_STRING String);
static NTSTATUS IopCompleteImagePath(PIOP_SERVICE Service);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopJoin, IopCopyString, IopFreeString, IopOpenKey, IopOpenKeyZ)
#pragma alloc_text(PAGE, IopQueryValue, IopQueryDword, IopQueryString, IopCompleteImagePath)
#pragma alloc_text(PAGE, IopReadService, IopFreeService)
#endif

NTSTATUS IopJoin(PUNICODE_STRING Result, PCWSTR Prefix, PCUNICODE_STRING Rest)
{
    ULONG first = (ULONG)(wcslen(Prefix) * sizeof(WCHAR)), length = first + Rest->Length;

    PAGED_CODE();
    RtlInitUnicodeString(Result, NULL);
    if (length > MAXUSHORT - sizeof(WCHAR)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Result->Buffer = ExAllocatePoolWithTag(PagedPool, length + sizeof(WCHAR), IOP_NAME_TAG);
    if (Result->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Result->Buffer, Prefix, first);
    RtlCopyMemory((PUCHAR)Result->Buffer + first, Rest->Buffer, Rest->Length);
    Result->Buffer[length / sizeof(WCHAR)] = 0;
    Result->Length = (USHORT)length;
    Result->MaximumLength = (USHORT)(length + sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTATUS IopCopyString(PUNICODE_STRING Result, PCUNICODE_STRING Source)
{
    PAGED_CODE();
    return IopJoin(Result, L"", Source);
}

VOID IopFreeString(PUNICODE_STRING String)
{
    PAGED_CODE();
    if (String->Buffer != NULL) {
        ExFreePoolWithTag(String->Buffer, IOP_NAME_TAG);
    }
    RtlInitUnicodeString(String, NULL);
}

NTSTATUS IopOpenKey(PHANDLE Key, HANDLE Root, PCUNICODE_STRING Name)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name = *Name;

    PAGED_CODE();
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, Root,
                               NULL);
    return ZwOpenKey(Key, KEY_READ, &attributes);
}

NTSTATUS IopOpenKeyZ(PHANDLE Key, PCWSTR Prefix, PCUNICODE_STRING Rest)
{
    UNICODE_STRING name;
    NTSTATUS status;

    PAGED_CODE();
    status = IopJoin(&name, Prefix, Rest);
    if (NT_SUCCESS(status)) {
        status = IopOpenKey(Key, NULL, &name);
        IopFreeString(&name);
    }
    return status;
}

NTSTATUS IopQueryValue(HANDLE Key, PCWSTR Name, PULONG Type, PVOID *Data, PULONG Length)
{
    PKEY_VALUE_PARTIAL_INFORMATION value = NULL;
    ULONG size = 128, needed;
    UNICODE_STRING name;
    NTSTATUS status;
    PVOID data;

    PAGED_CODE();
    *Data = NULL;
    RtlInitUnicodeString(&name, Name);
    for (;;) {
        value = ExAllocatePoolWithTag(PagedPool, size, IOP_TAG);
        if (value == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        status = ZwQueryValueKey(Key, &name, KeyValuePartialInformation, value, size, &needed);
        if ((status != STATUS_BUFFER_OVERFLOW && status != STATUS_BUFFER_TOO_SMALL) ||
            needed <= size) {
            break;
        }
        ExFreePoolWithTag(value, IOP_TAG);
        size = needed;
    }
    if (NT_SUCCESS(status)) {
        data = ExAllocatePoolWithTag(PagedPool, value->DataLength + 2 * sizeof(WCHAR),
                                     IOP_NAME_TAG);
        if (data == NULL) {
            status = STATUS_INSUFFICIENT_RESOURCES;
        } else {
            /* Two zeros: REG_SZ and REG_MULTI_SZ end whatever the hive says. */
            RtlZeroMemory(data, value->DataLength + 2 * sizeof(WCHAR));
            RtlCopyMemory(data, value->Data, value->DataLength);
            *Data = data;
            *Length = value->DataLength;
            if (Type != NULL) {
                *Type = value->Type;
            }
        }
    }
    ExFreePoolWithTag(value, IOP_TAG);
    return status;
}

ULONG IopQueryDword(HANDLE Key, PCWSTR Name, ULONG Default)
{
    ULONG type, length, result = Default;
    PVOID data;

    PAGED_CODE();
    if (NT_SUCCESS(IopQueryValue(Key, Name, &type, &data, &length))) {
        if (type == REG_DWORD && length == sizeof(ULONG)) {
            result = *(PULONG)data;
        }
        ExFreePoolWithTag(data, IOP_NAME_TAG);
    }
    return result;
}

static NTSTATUS IopQueryString(HANDLE Key, PCWSTR Name, PUNICODE_STRING String)
{
    ULONG type, length;
    NTSTATUS status;
    PVOID data;

    PAGED_CODE();
    RtlInitUnicodeString(String, NULL);
    status = IopQueryValue(Key, Name, &type, &data, &length);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (type != REG_SZ && type != REG_EXPAND_SZ) {
        ExFreePoolWithTag(data, IOP_NAME_TAG);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    RtlInitUnicodeString(String, data);
    return STATUS_SUCCESS;
}

/* A path relative to the system root, or none, becomes a full one. */
static NTSTATUS IopCompleteImagePath(PIOP_SERVICE Service)
{
    static const UNICODE_STRING variable = RTL_CONSTANT_STRING(L"%SystemRoot%\\");
    UNICODE_STRING given = Service->ImagePath;
    NTSTATUS status;

    PAGED_CODE();
    if (RtlPrefixUnicodeString(&variable, &given, TRUE)) {
        UNICODE_STRING rest = given;

        rest.Buffer += variable.Length / sizeof(WCHAR);
        rest.Length = (USHORT)(rest.Length - variable.Length);
        status = IopJoin(&Service->ImagePath, L"\\SystemRoot\\", &rest);
        IopFreeString(&given);
        return status;
    }
    if (given.Length == 0) {
        IopFreeString(&Service->ImagePath);
        status = IopJoin(&given, L"\\SystemRoot\\System32\\drivers\\", &Service->Name);
        if (NT_SUCCESS(status)) {
            UNICODE_STRING extension;

            RtlInitUnicodeString(&extension, L".sys");
            status = IopJoin(&Service->ImagePath, given.Buffer, &extension);
            IopFreeString(&given);
        }
        return status;
    }
    if (given.Buffer[0] == L'\\') {
        return STATUS_SUCCESS;
    }
    if (given.Length >= 2 * sizeof(WCHAR) && given.Buffer[1] == L':') {
        status = IopJoin(&Service->ImagePath, L"\\??\\", &given);
    } else {
        status = IopJoin(&Service->ImagePath, L"\\SystemRoot\\", &given);
    }
    IopFreeString(&given);
    return status;
}

NTSTATUS IopReadService(PCUNICODE_STRING KeyPath, PIOP_SERVICE Service)
{
    UNICODE_STRING name = *KeyPath;
    NTSTATUS status;
    HANDLE key;
    ULONG i;

    PAGED_CODE();
    RtlZeroMemory(Service, sizeof(*Service));
    status = IopOpenKey(&key, NULL, KeyPath);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    for (i = KeyPath->Length / sizeof(WCHAR); i != 0 && KeyPath->Buffer[i - 1] != L'\\'; i--) {
    }
    name.Buffer += i;
    name.Length = name.MaximumLength = (USHORT)(KeyPath->Length - i * sizeof(WCHAR));
    Service->Type = IopQueryDword(key, L"Type", IOP_SERVICE_KERNEL_DRIVER);
    Service->Start = IopQueryDword(key, L"Start", 3);
    Service->ErrorControl = IopQueryDword(key, L"ErrorControl", 1);
    Service->Tag = IopQueryDword(key, L"Tag", 0);
    IopQueryString(key, L"Group", &Service->Group);
    IopQueryString(key, L"ImagePath", &Service->ImagePath);
    ZwClose(key);
    status = IopCopyString(&Service->Name, &name);
    if (NT_SUCCESS(status)) {
        status = IopCopyString(&Service->KeyPath, KeyPath);
    }
    if (NT_SUCCESS(status)) {
        status = IopCompleteImagePath(Service);
    }
    if (NT_SUCCESS(status) && Service->Type != IOP_SERVICE_KERNEL_DRIVER &&
        Service->Type != IOP_SERVICE_FILE_SYSTEM_DRIVER) {
        status = STATUS_DRIVER_UNABLE_TO_LOAD;
    }
    if (!NT_SUCCESS(status)) {
        IopFreeService(Service);
    }
    return status;
}

VOID IopFreeService(PIOP_SERVICE Service)
{
    PAGED_CODE();
    IopFreeString(&Service->Name);
    IopFreeString(&Service->KeyPath);
    IopFreeString(&Service->ImagePath);
    IopFreeString(&Service->Group);
}
