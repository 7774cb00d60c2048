/* RtlQueryRegistryValues: a table of what a driver wants to know, gone through row by row.
 *
 *   row              what happens
 *   SUBKEY           the rows that follow look in this subkey; a routine gets its every value
 *   TOPKEY           back to the key named in the call, then as below
 *   name, routine    the routine gets the value (each string of a REG_MULTI_SZ by itself)
 *   name, DIRECT     the value goes to where EntryContext points
 *   routine          the routine gets every value of the key
 *   NOVALUE          the routine is called once, with nothing
 *
 * A value that is not there is replaced by the row's default, or, when the row says REQUIRED, ends
 * the query. There are no environment variables: a REG_EXPAND_SZ is handed over as the REG_SZ it
 * would be with every name unknown. PASSIVE_LEVEL, pageable; guarded as the Zw routines are. */
#include "rtlpath.h"

#define QUERY_TAG 'yrQC'

typedef struct _QUERY {
    HANDLE TopKey;
    HANDLE Key; /* TopKey, or a subkey we opened */
    PVOID Context;
} QUERY;

static NTSTATUS ReadValue(HANDLE Key, PUNICODE_STRING Name, ULONG Index,
                          PKEY_VALUE_FULL_INFORMATION *Value);
static NTSTATUS StoreDirect(PRTL_QUERY_REGISTRY_TABLE Row, ULONG Type, PVOID Data, ULONG Length);
static NTSTATUS HandOver(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row, PWSTR Name, ULONG Type,
                         PVOID Data, ULONG Length);
static NTSTATUS QueryAll(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row);
static NTSTATUS QueryOne(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row);
static NTSTATUS EnterSubkey(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row);
static VOID LeaveSubkey(QUERY *Query);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, RtlQueryRegistryValues)
#pragma alloc_text(PAGE, ReadValue)
#pragma alloc_text(PAGE, StoreDirect)
#pragma alloc_text(PAGE, HandOver)
#pragma alloc_text(PAGE, QueryAll)
#pragma alloc_text(PAGE, QueryOne)
#pragma alloc_text(PAGE, EnterSubkey)
#pragma alloc_text(PAGE, LeaveSubkey)
#endif

/* A value by name, or by index when there is no name, in pool with room for a terminator. */
static NTSTATUS ReadValue(HANDLE Key, PUNICODE_STRING Name, ULONG Index,
                          PKEY_VALUE_FULL_INFORMATION *Value)
{
    PAGED_CODE();

    ULONG Size = 256, Needed;
    NTSTATUS Status;

    for (;;) {
        *Value = ExAllocatePoolWithTag(PagedPool, Size + 2 * sizeof(WCHAR), QUERY_TAG);
        if (*Value == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Status =
            Name != NULL
                ? ZwQueryValueKey(Key, Name, KeyValueFullInformation, *Value, Size, &Needed)
                : ZwEnumerateValueKey(Key, Index, KeyValueFullInformation, *Value, Size, &Needed);
        if (NT_SUCCESS(Status)) {
            RtlZeroMemory((PUCHAR)*Value + (*Value)->DataOffset + (*Value)->DataLength,
                          2 * sizeof(WCHAR));
            return Status;
        }
        ExFreePoolWithTag(*Value, QUERY_TAG);
        if (Status != STATUS_BUFFER_OVERFLOW && Status != STATUS_BUFFER_TOO_SMALL) {
            return Status;
        }
        Size = Needed;
    }
}

static NTSTATUS StoreString(PUNICODE_STRING String, PVOID Data, ULONG Length)
{
    if (Length > UNICODE_STRING_MAX_BYTES) {
        Length = UNICODE_STRING_MAX_BYTES;
    }
    if (String->Buffer == NULL) {
        String->Buffer = ExAllocatePoolWithTag(PagedPool, Length + sizeof(WCHAR), QUERY_TAG);
        if (String->Buffer == NULL) {
            return STATUS_NO_MEMORY;
        }
        String->MaximumLength = (USHORT)Length;
        String->Buffer[Length / sizeof(WCHAR)] = 0;
    } else if (Length > String->MaximumLength) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(String->Buffer, Data, Length);
    String->Length = (USHORT)Length;
    if (Length >= sizeof(WCHAR) && String->Buffer[Length / sizeof(WCHAR) - 1] == 0) {
        String->Length -= sizeof(WCHAR);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS StoreDirect(PRTL_QUERY_REGISTRY_TABLE Row, ULONG Type, PVOID Data, ULONG Length)
{
    PAGED_CODE();

    PLONG Target = Row->EntryContext;

    if (Type == REG_SZ || Type == REG_EXPAND_SZ || Type == REG_MULTI_SZ) {
        return StoreString(Row->EntryContext, Data, Length);
    }
    if (Length <= sizeof(ULONG)) {
        RtlCopyMemory(Target, Data, Length);
        return STATUS_SUCCESS;
    }
    if (*Target < 0) { /* minus the size of a bare buffer */
        if (Length > (ULONG) - *Target) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        RtlCopyMemory(Target, Data, Length);
    } else { /* a buffer that wants length and type before the data */
        if (Length + 2 * sizeof(ULONG) > (ULONG)*Target) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        RtlCopyMemory(Target + 2, Data, Length);
        Target[0] = (LONG)Length;
        Target[1] = (LONG)Type;
    }
    return STATUS_SUCCESS;
}

/* One value to where the row wants it. */
static NTSTATUS HandOver(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row, PWSTR Name, ULONG Type,
                         PVOID Data, ULONG Length)
{
    PAGED_CODE();

    BOOLEAN Expand = (Row->Flags & RTL_QUERY_REGISTRY_NOEXPAND) == 0;
    NTSTATUS Status = STATUS_SUCCESS;

    if (Type == REG_EXPAND_SZ && Expand) {
        Type = REG_SZ;
    }
    if ((Row->Flags & RTL_QUERY_REGISTRY_DIRECT) != 0) {
        Status = StoreDirect(Row, Type, Data, Length);
    } else if (Row->QueryRoutine == NULL) {
        return STATUS_INVALID_PARAMETER;
    } else if (Type == REG_MULTI_SZ && Expand) {
        PWSTR String = Data;
        PWSTR End = (PWSTR)((PUCHAR)Data + Length);

        while (String < End && *String != 0 && NT_SUCCESS(Status)) {
            ULONG Bytes = (wcslen(String) + 1) * sizeof(WCHAR);

            Status =
                Row->QueryRoutine(Name, REG_SZ, String, Bytes, Query->Context, Row->EntryContext);
            String += Bytes / sizeof(WCHAR);
        }
    } else {
        Status = Row->QueryRoutine(Name, Type, Data, Length, Query->Context, Row->EntryContext);
    }
    return Status == STATUS_BUFFER_TOO_SMALL && (Row->Flags & RTL_QUERY_REGISTRY_DIRECT) == 0
               ? STATUS_SUCCESS
               : Status;
}

static NTSTATUS HandOverDefault(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row)
{
    ULONG Length = Row->DefaultLength;

    if (Length == 0 && (Row->DefaultType == REG_SZ || Row->DefaultType == REG_EXPAND_SZ)) {
        Length = (wcslen(Row->DefaultData) + 1) * sizeof(WCHAR);
    } else if (Length == 0 && Row->DefaultType == REG_DWORD) {
        Length = sizeof(ULONG);
    } else if (Length == 0 && Row->DefaultType == REG_MULTI_SZ) {
        PCWSTR End = Row->DefaultData;

        while (*End != 0) {
            End += wcslen(End) + 1;
        }
        Length = (ULONG)((PUCHAR)(End + 1) - (PUCHAR)Row->DefaultData);
    }
    return HandOver(Query, Row, (PWSTR)Row->Name, Row->DefaultType, Row->DefaultData, Length);
}

/* Every value of the key, by index, to the row's routine. */
static NTSTATUS QueryAll(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row)
{
    PAGED_CODE();

    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Index = 0;

    while (NT_SUCCESS(Status)) {
        PKEY_VALUE_FULL_INFORMATION Value;
        PWSTR Name;

        Status = ReadValue(Query->Key, NULL, Index++, &Value);
        if (!NT_SUCCESS(Status)) {
            break;
        }
        Name = ExAllocatePoolWithTag(PagedPool, Value->NameLength + sizeof(WCHAR), QUERY_TAG);
        if (Name == NULL) {
            Status = STATUS_INSUFFICIENT_RESOURCES;
        } else {
            RtlCopyMemory(Name, Value->Name, Value->NameLength);
            Name[Value->NameLength / sizeof(WCHAR)] = 0;
            Status = HandOver(Query, Row, Name, Value->Type, (PUCHAR)Value + Value->DataOffset,
                              Value->DataLength);
            ExFreePoolWithTag(Name, QUERY_TAG);
        }
        ExFreePoolWithTag(Value, QUERY_TAG);
    }
    if (Status != STATUS_NO_MORE_ENTRIES) {
        return Status;
    }
    return Index == 1 && (Row->Flags & RTL_QUERY_REGISTRY_REQUIRED) != 0
               ? STATUS_OBJECT_NAME_NOT_FOUND
               : STATUS_SUCCESS;
}

static NTSTATUS QueryOne(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row)
{
    PAGED_CODE();

    PKEY_VALUE_FULL_INFORMATION Value;
    UNICODE_STRING Name;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, Row->Name);
    Status = ReadValue(Query->Key, &Name, 0, &Value);
    if (Status == STATUS_OBJECT_NAME_NOT_FOUND) {
        if ((Row->Flags & RTL_QUERY_REGISTRY_REQUIRED) != 0) {
            return Status;
        }
        return Row->DefaultType == REG_NONE ? STATUS_SUCCESS : HandOverDefault(Query, Row);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = HandOver(Query, Row, (PWSTR)Row->Name, Value->Type, (PUCHAR)Value + Value->DataOffset,
                      Value->DataLength);
    ExFreePoolWithTag(Value, QUERY_TAG);
    if (NT_SUCCESS(Status) && (Row->Flags & RTL_QUERY_REGISTRY_DELETE) != 0) {
        ZwDeleteValueKey(Query->Key, &Name);
    }
    return Status;
}

static VOID LeaveSubkey(QUERY *Query)
{
    PAGED_CODE();

    if (Query->Key != Query->TopKey) {
        ZwClose(Query->Key);
        Query->Key = Query->TopKey;
    }
}

static NTSTATUS EnterSubkey(QUERY *Query, PRTL_QUERY_REGISTRY_TABLE Row)
{
    PAGED_CODE();

    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    HANDLE Key;
    NTSTATUS Status;

    LeaveSubkey(Query);
    if (Row->Name == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    RtlInitUnicodeString(&Name, Row->Name);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               Query->TopKey, NULL);
    Status = ZwOpenKey(&Key, KEY_READ | KEY_SET_VALUE, &Attributes);
    if (NT_SUCCESS(Status)) {
        Query->Key = Key;
        if (Row->QueryRoutine != NULL) {
            Status = QueryAll(Query, Row);
        }
    }
    return Status;
}

NTSYSAPI NTSTATUS NTAPI RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path,
                                               PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context,
                                               PVOID Environment)
{
    PAGED_CODE();

    QUERY Query = {.Context = Context};
    PRTL_QUERY_REGISTRY_TABLE Row;
    BOOLEAN Owned;
    NTSTATUS Status =
        CmpOpenRelative(RelativeTo, Path, FALSE, KEY_READ | KEY_SET_VALUE, &Query.TopKey, &Owned);

    if (!NT_SUCCESS(Status)) {
        return (RelativeTo & RTL_REGISTRY_OPTIONAL) != 0 ? STATUS_SUCCESS : Status;
    }
    Query.Key = Query.TopKey;
    for (Row = QueryTable; NT_SUCCESS(Status) && (Row->QueryRoutine != NULL || Row->Name != NULL ||
                                                  (Row->Flags & RTL_QUERY_REGISTRY_TOPKEY) != 0);
         Row++) {
        if ((Row->Flags & RTL_QUERY_REGISTRY_DIRECT) != 0 &&
            (Row->Name == NULL || Row->QueryRoutine != NULL ||
             (Row->Flags & RTL_QUERY_REGISTRY_SUBKEY) != 0)) {
            Status = STATUS_INVALID_PARAMETER;
            break;
        }
        if ((Row->Flags & RTL_QUERY_REGISTRY_TOPKEY) != 0) {
            LeaveSubkey(&Query);
        }
        if ((Row->Flags & RTL_QUERY_REGISTRY_SUBKEY) != 0) {
            Status = EnterSubkey(&Query, Row);
            if (Status == STATUS_OBJECT_NAME_NOT_FOUND &&
                (Row->Flags & RTL_QUERY_REGISTRY_REQUIRED) == 0) {
                /* Rows that belong to a subkey which is not there have nothing to find. */
                Status = STATUS_SUCCESS;
                while ((Row[1].QueryRoutine != NULL || Row[1].Name != NULL) &&
                       (Row[1].Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_TOPKEY)) ==
                           0) {
                    Row++;
                    if (Row->DefaultType != REG_NONE && Row->Name != NULL) {
                        Status = HandOverDefault(&Query, Row);
                    }
                }
            }
        } else if (Row->QueryRoutine == NULL && (Row->Flags & RTL_QUERY_REGISTRY_DIRECT) == 0) {
            continue;
        } else if ((Row->Flags & RTL_QUERY_REGISTRY_NOVALUE) != 0) {
            Status = Row->QueryRoutine(NULL, REG_NONE, NULL, 0, Context, Row->EntryContext);
        } else {
            Status = Row->Name == NULL ? QueryAll(&Query, Row) : QueryOne(&Query, Row);
        }
    }
    LeaveSubkey(&Query);
    CmpCloseRelative(Query.TopKey, Owned);
    return Status;
}
