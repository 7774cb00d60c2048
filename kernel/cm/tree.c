/* Keys and values in memory. Subkeys are a list kept in the order regf wants, looked through one by
 * one: the hive has a few hundred keys, and a reader understands a list. Under CmpLock; paged. */
#include "cmp.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, CmpKeyName)
#pragma alloc_text(PAGE, CmpCreateKey)
#pragma alloc_text(PAGE, CmpFindSubkey)
#pragma alloc_text(PAGE, CmpSubkeyByIndex)
#pragma alloc_text(PAGE, CmpUnlinkKey)
#pragma alloc_text(PAGE, CmpFreeKey)
#pragma alloc_text(PAGE, CmpFreeTree)
#pragma alloc_text(PAGE, CmpFindValue)
#pragma alloc_text(PAGE, CmpValueByIndex)
#pragma alloc_text(PAGE, CmpSetValue)
#pragma alloc_text(PAGE, CmpDeleteValue)
#pragma alloc_text(PAGE, CmpSetClass)
#pragma alloc_text(PAGE, CmpNextKey)
#endif

UNICODE_STRING CmpKeyName(PCM_KEY Key)
{
    PAGED_CODE();

    return (UNICODE_STRING){Key->NameLength, Key->NameLength, Key->Name};
}

NTSTATUS CmpCreateKey(PCM_KEY Parent, PCUNICODE_STRING Name, BOOLEAN Volatile, PCM_KEY *Key)
{
    PAGED_CODE();

    PCM_KEY New;
    PLIST_ENTRY Before;

    if (Name->Length > CMP_MAX_NAME * sizeof(WCHAR)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    New = ExAllocatePoolWithTag(PagedPool, sizeof(*New) + Name->Length, CM_TAG);
    if (New == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(New, sizeof(*New));
    InitializeListHead(&New->Subkeys);
    InitializeListHead(&New->Values);
    New->Volatile = Volatile;
    New->NameLength = Name->Length;
    RtlCopyMemory(New->Name, Name->Buffer, Name->Length);
    if (Parent != NULL) {
        /* Hives are read in order, so the place is most often the end: look from there. */
        for (Before = Parent->Subkeys.Blink; Before != &Parent->Subkeys; Before = Before->Blink) {
            UNICODE_STRING Other = CmpKeyName(CONTAINING_RECORD(Before, CM_KEY, Link));

            if (RtlCompareUnicodeString(&Other, Name, TRUE) < 0) {
                break;
            }
        }
        InsertHeadList(Before, &New->Link);
        New->Parent = Parent;
        Parent->SubkeyCount++;
    }
    *Key = New;
    return STATUS_SUCCESS;
}

PCM_KEY CmpFindSubkey(PCM_KEY Key, PCUNICODE_STRING Name)
{
    PAGED_CODE();

    for (PLIST_ENTRY At = Key->Subkeys.Flink; At != &Key->Subkeys; At = At->Flink) {
        PCM_KEY Subkey = CONTAINING_RECORD(At, CM_KEY, Link);
        UNICODE_STRING Other = CmpKeyName(Subkey);

        if (RtlEqualUnicodeString(&Other, Name, TRUE)) {
            return Subkey;
        }
    }
    return NULL;
}

PCM_KEY CmpSubkeyByIndex(PCM_KEY Key, ULONG Index)
{
    PAGED_CODE();

    for (PLIST_ENTRY At = Key->Subkeys.Flink; At != &Key->Subkeys; At = At->Flink) {
        if (Index-- == 0) {
            return CONTAINING_RECORD(At, CM_KEY, Link);
        }
    }
    return NULL;
}

VOID CmpUnlinkKey(PCM_KEY Key)
{
    PAGED_CODE();

    if (Key->Parent != NULL) {
        RemoveEntryList(&Key->Link);
        Key->Parent->SubkeyCount--;
        Key->Parent = NULL;
    }
}

VOID CmpFreeKey(PCM_KEY Key)
{
    PAGED_CODE();

    NT_ASSERT(IsListEmpty(&Key->Subkeys) && Key->Parent == NULL);
    while (!IsListEmpty(&Key->Values)) {
        CmpDeleteValue(Key, CONTAINING_RECORD(Key->Values.Flink, CM_VALUE, Link));
    }
    if (Key->Class.Buffer != NULL) {
        ExFreePoolWithTag(Key->Class.Buffer, CM_TAG);
    }
    ExFreePoolWithTag(Key, CM_TAG);
}

VOID CmpFreeTree(PCM_KEY Root)
{
    PAGED_CODE();

    PCM_KEY Key = Root;
    BOOLEAN Last = FALSE;

    CmpUnlinkKey(Root);
    while (!Last) {
        while (!IsListEmpty(&Key->Subkeys)) {
            Key = CONTAINING_RECORD(Key->Subkeys.Flink, CM_KEY, Link);
        }

        PCM_KEY Parent = Key->Parent;

        Last = Key == Root;
        CmpUnlinkKey(Key);
        if (Key->Objects != 0) {
            Key->Deleted = TRUE; /* its last object frees it */
        } else {
            CmpFreeKey(Key);
        }
        Key = Parent;
    }
}

PCM_VALUE CmpFindValue(PCM_KEY Key, PCUNICODE_STRING Name)
{
    PAGED_CODE();

    for (PLIST_ENTRY At = Key->Values.Flink; At != &Key->Values; At = At->Flink) {
        PCM_VALUE Value = CONTAINING_RECORD(At, CM_VALUE, Link);
        UNICODE_STRING Other = {Value->NameLength, Value->NameLength, Value->Name};

        if (RtlEqualUnicodeString(&Other, Name, TRUE)) {
            return Value;
        }
    }
    return NULL;
}

PCM_VALUE CmpValueByIndex(PCM_KEY Key, ULONG Index)
{
    PAGED_CODE();

    for (PLIST_ENTRY At = Key->Values.Flink; At != &Key->Values; At = At->Flink) {
        if (Index-- == 0) {
            return CONTAINING_RECORD(At, CM_VALUE, Link);
        }
    }
    return NULL;
}

NTSTATUS CmpSetValue(PCM_KEY Key, PCUNICODE_STRING Name, ULONG Type, const VOID *Data, ULONG Length)
{
    PAGED_CODE();

    PCM_VALUE Value;
    PUCHAR Copy = NULL;

    if (Name->Length > 0x7FFF || Length > CMP_MAX_DATA) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Length != 0) {
        Copy = ExAllocatePoolWithTag(PagedPool, Length, CM_TAG);
        if (Copy == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlCopyMemory(Copy, Data, Length);
    }
    Value = CmpFindValue(Key, Name);
    if (Value == NULL) {
        Value = ExAllocatePoolWithTag(PagedPool, sizeof(*Value) + Name->Length, CM_TAG);
        if (Value == NULL) {
            if (Copy != NULL) {
                ExFreePoolWithTag(Copy, CM_TAG);
            }
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlZeroMemory(Value, sizeof(*Value));
        Value->NameLength = Name->Length;
        RtlCopyMemory(Value->Name, Name->Buffer, Name->Length);
        InsertTailList(&Key->Values, &Value->Link);
        Key->ValueCount++;
    } else if (Value->Data != NULL) {
        ExFreePoolWithTag(Value->Data, CM_TAG);
    }
    Value->Type = Type;
    Value->Data = Copy;
    Value->DataLength = Length;
    return STATUS_SUCCESS;
}

VOID CmpDeleteValue(PCM_KEY Key, PCM_VALUE Value)
{
    PAGED_CODE();

    RemoveEntryList(&Value->Link);
    Key->ValueCount--;
    if (Value->Data != NULL) {
        ExFreePoolWithTag(Value->Data, CM_TAG);
    }
    ExFreePoolWithTag(Value, CM_TAG);
}

NTSTATUS CmpSetClass(PCM_KEY Key, PCUNICODE_STRING Class)
{
    PAGED_CODE();

    if (Class->Length == 0) {
        return STATUS_SUCCESS;
    }

    PWSTR Copy = ExAllocatePoolWithTag(PagedPool, Class->Length, CM_TAG);

    if (Copy == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Copy, Class->Buffer, Class->Length);
    Key->Class = (UNICODE_STRING){Class->Length, Class->Length, Copy};
    return STATUS_SUCCESS;
}

PCM_KEY CmpNextKey(PCM_KEY Root, PCM_KEY Key)
{
    PAGED_CODE();

    if (!IsListEmpty(&Key->Subkeys)) {
        return CONTAINING_RECORD(Key->Subkeys.Flink, CM_KEY, Link);
    }
    while (Key != Root) {
        if (Key->Link.Flink != &Key->Parent->Subkeys) {
            return CONTAINING_RECORD(Key->Link.Flink, CM_KEY, Link);
        }
        Key = Key->Parent;
    }
    return NULL;
}
