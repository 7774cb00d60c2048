/* Zw…Key: the registry as drivers see it. Each routine takes the key of its handle, the lock, does
 * one thing to the tree, and lets both go. What is returned is put together by inform.c. */
#include "cmp.h"
#include "inform.h"
#include "ob.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ZwCreateKey)
#pragma alloc_text(PAGE, ZwOpenKey)
#pragma alloc_text(PAGE, ZwQueryKey)
#pragma alloc_text(PAGE, ZwEnumerateKey)
#pragma alloc_text(PAGE, ZwDeleteKey)
#pragma alloc_text(PAGE, ZwFlushKey)
#pragma alloc_text(PAGE, ZwQueryValueKey)
#pragma alloc_text(PAGE, ZwEnumerateValueKey)
#pragma alloc_text(PAGE, ZwSetValueKey)
#pragma alloc_text(PAGE, ZwDeleteValueKey)
#endif

NTSYSAPI NTSTATUS NTAPI ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex,
                                    PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition)
{
    CM_CREATE Create = {.Class = Class, .Options = CreateOptions};
    NTSTATUS Status;

    PAGED_CODE();
    if ((CreateOptions & ~(ULONG)(REG_OPTION_VOLATILE | REG_OPTION_BACKUP_RESTORE)) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = ObOpenObjectByName(ObjectAttributes, CmpKeyType, DesiredAccess, &Create, KeyHandle);
    if (NT_SUCCESS(Status) && Disposition != NULL) {
        *Disposition = Create.Disposition;
    }
    return Status;
}

NTSYSAPI NTSTATUS NTAPI ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                                  POBJECT_ATTRIBUTES ObjectAttributes)
{
    PAGED_CODE();

    return ObOpenObjectByName(ObjectAttributes, CmpKeyType, DesiredAccess, NULL, KeyHandle);
}

NTSYSAPI NTSTATUS NTAPI ZwQueryKey(HANDLE KeyHandle, KEY_INFORMATION_CLASS KeyInformationClass,
                                   PVOID KeyInformation, ULONG Length, PULONG ResultLength)
{
    PCM_KEY_OBJECT Object;
    PCM_KEY Key;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpReferenceKey(KeyHandle, 0, FALSE, &Object, &Key);
    if (NT_SUCCESS(Status)) {
        Status = CmpInformKey(Key, KeyInformationClass, KeyInformation, Length, ResultLength);
        CmpReleaseKey(Object);
    }
    return Status;
}

NTSYSAPI NTSTATUS NTAPI ZwEnumerateKey(HANDLE KeyHandle, ULONG Index,
                                       KEY_INFORMATION_CLASS KeyInformationClass,
                                       PVOID KeyInformation, ULONG Length, PULONG ResultLength)
{
    PCM_KEY_OBJECT Object;
    PCM_KEY Key, Subkey;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpReferenceKey(KeyHandle, KEY_ENUMERATE_SUB_KEYS, FALSE, &Object, &Key);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Subkey = CmpSubkeyByIndex(Key, Index);
    Status = Subkey == NULL
                 ? STATUS_NO_MORE_ENTRIES
                 : CmpInformKey(Subkey, KeyInformationClass, KeyInformation, Length, ResultLength);
    CmpReleaseKey(Object);
    return Status;
}

NTSYSAPI NTSTATUS NTAPI ZwDeleteKey(HANDLE KeyHandle)
{
    PCM_KEY_OBJECT Object;
    PCM_KEY Key;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpReferenceKey(KeyHandle, DELETE, TRUE, &Object, &Key);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Key->Permanent || Key->SubkeyCount != 0) {
        Status = STATUS_CANNOT_DELETE;
    } else {
        CmpTouchKey(Key);
        CmpTouchKey(Key->Parent);
        CmpUnlinkKey(Key);
        Key->Deleted = TRUE; /* freed with its last object */
    }
    CmpReleaseKey(Object);
    return Status;
}

NTSYSAPI NTSTATUS NTAPI ZwFlushKey(HANDLE KeyHandle)
{
    PCM_KEY_OBJECT Object;
    PCM_KEY Key;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpReferenceKey(KeyHandle, 0, FALSE, &Object, &Key);
    if (NT_SUCCESS(Status)) {
        CmpReleaseKey(Object);
        Status = CmpSaveHive();
    }
    return Status;
}

NTSYSAPI NTSTATUS NTAPI ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                                        KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                        PVOID KeyValueInformation, ULONG Length,
                                        PULONG ResultLength)
{
    PCM_KEY_OBJECT Object;
    PCM_KEY Key;
    PCM_VALUE Value;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpReferenceKey(KeyHandle, KEY_QUERY_VALUE, FALSE, &Object, &Key);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Value = CmpFindValue(Key, ValueName);
    Status = Value == NULL ? STATUS_OBJECT_NAME_NOT_FOUND
                           : CmpInformValue(Value, KeyValueInformationClass, KeyValueInformation,
                                            Length, ResultLength);
    CmpReleaseKey(Object);
    return Status;
}

NTSYSAPI NTSTATUS NTAPI ZwEnumerateValueKey(HANDLE KeyHandle, ULONG Index,
                                            KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                            PVOID KeyValueInformation, ULONG Length,
                                            PULONG ResultLength)
{
    PCM_KEY_OBJECT Object;
    PCM_KEY Key;
    PCM_VALUE Value;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpReferenceKey(KeyHandle, KEY_QUERY_VALUE, FALSE, &Object, &Key);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Value = CmpValueByIndex(Key, Index);
    Status = Value == NULL ? STATUS_NO_MORE_ENTRIES
                           : CmpInformValue(Value, KeyValueInformationClass, KeyValueInformation,
                                            Length, ResultLength);
    CmpReleaseKey(Object);
    return Status;
}

NTSYSAPI NTSTATUS NTAPI ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex,
                                      ULONG Type, PVOID Data, ULONG DataSize)
{
    PCM_KEY_OBJECT Object;
    PCM_KEY Key;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpReferenceKey(KeyHandle, KEY_SET_VALUE, TRUE, &Object, &Key);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = CmpSetValue(Key, ValueName, Type, Data, DataSize);
    if (NT_SUCCESS(Status)) {
        CmpTouchKey(Key);
    }
    CmpReleaseKey(Object);
    return Status;
}

NTSYSAPI NTSTATUS NTAPI ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName)
{
    PCM_KEY_OBJECT Object;
    PCM_KEY Key;
    PCM_VALUE Value;
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpReferenceKey(KeyHandle, KEY_SET_VALUE, TRUE, &Object, &Key);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Value = CmpFindValue(Key, ValueName);
    if (Value == NULL) {
        Status = STATUS_OBJECT_NAME_NOT_FOUND;
    } else {
        CmpDeleteValue(Key, Value);
        CmpTouchKey(Key);
    }
    CmpReleaseKey(Object);
    return Status;
}
