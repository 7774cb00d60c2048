/* RtlWriteRegistryValue and its kin, and how all of them find the key they are to work on.
 * PASSIVE_LEVEL, pageable; guarded by what the Zw routines guard. */
#include "rtlpath.h"

#define PATH_TAG 'taPC'

static const PCWSTR Roots[RTL_REGISTRY_MAXIMUM] = {
    [RTL_REGISTRY_ABSOLUTE] = L"",
    [RTL_REGISTRY_SERVICES] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\",
    [RTL_REGISTRY_CONTROL] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\",
    [RTL_REGISTRY_WINDOWS_NT] =
        L"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion\\",
    [RTL_REGISTRY_DEVICEMAP] = L"\\Registry\\Machine\\Hardware\\DeviceMap\\",
    [RTL_REGISTRY_USER] = L"\\Registry\\User\\.Default\\",
};

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, CmpOpenRelative)
#pragma alloc_text(PAGE, CmpCloseRelative)
#pragma alloc_text(PAGE, RtlWriteRegistryValue)
#pragma alloc_text(PAGE, RtlDeleteRegistryValue)
#pragma alloc_text(PAGE, RtlCreateRegistryKey)
#pragma alloc_text(PAGE, RtlCheckRegistryKey)
#endif

NTSTATUS CmpOpenRelative(ULONG RelativeTo, PCWSTR Path, BOOLEAN Create, ACCESS_MASK Access,
                         PHANDLE Key, PBOOLEAN Owned)
{
    PAGED_CODE();

    ULONG Root = RelativeTo & ~(RTL_REGISTRY_OPTIONAL | RTL_REGISTRY_HANDLE);
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    SIZE_T Size;
    NTSTATUS Status;

    *Owned = (RelativeTo & RTL_REGISTRY_HANDLE) == 0;
    if (!*Owned) {
        *Key = (HANDLE)Path;
        return STATUS_SUCCESS;
    }
    if (Root >= RTL_REGISTRY_MAXIMUM || (Root == RTL_REGISTRY_ABSOLUTE && Path == NULL)) {
        return STATUS_INVALID_PARAMETER;
    }
    Size = (wcslen(Roots[Root]) + (Path == NULL ? 0 : wcslen(Path)) + 1) * sizeof(WCHAR);
    if (Size > UNICODE_STRING_MAX_BYTES) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Name.Buffer = ExAllocatePoolWithTag(PagedPool, Size, PATH_TAG);
    if (Name.Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Name.Length = 0;
    Name.MaximumLength = (USHORT)Size;
    RtlAppendUnicodeToString(&Name, Roots[Root]);
    RtlAppendUnicodeToString(&Name, Path);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = Create ? ZwCreateKey(Key, Access, &Attributes, 0, NULL, REG_OPTION_NON_VOLATILE, NULL)
                    : ZwOpenKey(Key, Access, &Attributes);
    ExFreePoolWithTag(Name.Buffer, PATH_TAG);
    return Status;
}

VOID CmpCloseRelative(HANDLE Key, BOOLEAN Owned)
{
    PAGED_CODE();

    if (Owned) {
        ZwClose(Key);
    }
}

NTSYSAPI NTSTATUS NTAPI RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName,
                                              ULONG ValueType, PVOID ValueData, ULONG ValueLength)
{
    PAGED_CODE();

    UNICODE_STRING Name;
    BOOLEAN Owned;
    HANDLE Key;
    NTSTATUS Status = CmpOpenRelative(RelativeTo, Path, TRUE, KEY_SET_VALUE, &Key, &Owned);

    if (NT_SUCCESS(Status)) {
        RtlInitUnicodeString(&Name, ValueName);
        Status = ZwSetValueKey(Key, &Name, 0, ValueType, ValueData, ValueLength);
        CmpCloseRelative(Key, Owned);
    }
    return Status;
}

NTSYSAPI NTSTATUS NTAPI RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName)
{
    PAGED_CODE();

    UNICODE_STRING Name;
    BOOLEAN Owned;
    HANDLE Key;
    NTSTATUS Status = CmpOpenRelative(RelativeTo, Path, FALSE, KEY_SET_VALUE, &Key, &Owned);

    if (NT_SUCCESS(Status)) {
        RtlInitUnicodeString(&Name, ValueName);
        Status = ZwDeleteValueKey(Key, &Name);
        CmpCloseRelative(Key, Owned);
    }
    return Status;
}

NTSYSAPI NTSTATUS NTAPI RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    PAGED_CODE();

    BOOLEAN Owned;
    HANDLE Key;
    NTSTATUS Status = CmpOpenRelative(RelativeTo, Path, TRUE, KEY_READ, &Key, &Owned);

    if (NT_SUCCESS(Status)) {
        CmpCloseRelative(Key, Owned);
    }
    return Status;
}

NTSYSAPI NTSTATUS NTAPI RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    PAGED_CODE();

    BOOLEAN Owned;
    HANDLE Key;
    NTSTATUS Status = CmpOpenRelative(RelativeTo, Path, FALSE, KEY_READ, &Key, &Owned);

    if (NT_SUCCESS(Status)) {
        CmpCloseRelative(Key, Owned);
    }
    return Status;
}
