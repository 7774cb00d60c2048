/* Putting together what queries of keys and values return: a fixed part, then names and data, cut
 * off where the caller's buffer ends. */
#include "inform.h"

typedef struct _ANSWER {
    PUCHAR Buffer;
    ULONG Length; /* of Buffer              */
    ULONG Needed; /* for all of the answer  */
} ANSWER;

static VOID Put(ANSWER *Answer, ULONG Offset, const VOID *Data, ULONG Length);
static NTSTATUS Finish(ANSWER *Answer, ULONG Fixed, PULONG ResultLength);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, Put)
#pragma alloc_text(PAGE, Finish)
#pragma alloc_text(PAGE, CmpInformKey)
#pragma alloc_text(PAGE, CmpInformValue)
#endif

static VOID Put(ANSWER *Answer, ULONG Offset, const VOID *Data, ULONG Length)
{
    PAGED_CODE();

    if (Offset + Length > Answer->Needed) {
        Answer->Needed = Offset + Length;
    }
    if (Offset < Answer->Length) {
        RtlCopyMemory(Answer->Buffer + Offset, Data, min(Length, Answer->Length - Offset));
    }
}

static NTSTATUS Finish(ANSWER *Answer, ULONG Fixed, PULONG ResultLength)
{
    PAGED_CODE();

    *ResultLength = Answer->Needed;
    return Answer->Length < Fixed            ? STATUS_BUFFER_TOO_SMALL
           : Answer->Length < Answer->Needed ? STATUS_BUFFER_OVERFLOW
                                             : STATUS_SUCCESS;
}

static ULONG LongestName(PCM_KEY Key, PULONG LongestClass)
{
    ULONG Name = 0;

    *LongestClass = 0;
    for (PLIST_ENTRY At = Key->Subkeys.Flink; At != &Key->Subkeys; At = At->Flink) {
        PCM_KEY Subkey = CONTAINING_RECORD(At, CM_KEY, Link);

        Name = max(Name, Subkey->NameLength);
        *LongestClass = max(*LongestClass, Subkey->Class.Length);
    }
    return Name;
}

static ULONG LongestValue(PCM_KEY Key, PULONG LongestData)
{
    ULONG Name = 0;

    *LongestData = 0;
    for (PLIST_ENTRY At = Key->Values.Flink; At != &Key->Values; At = At->Flink) {
        PCM_VALUE Value = CONTAINING_RECORD(At, CM_VALUE, Link);

        Name = max(Name, Value->NameLength);
        *LongestData = max(*LongestData, Value->DataLength);
    }
    return Name;
}

/* The full name is built in pool first: it is cut like everything else. */
static NTSTATUS PutFullName(ANSWER *Answer, PCM_KEY Key)
{
    ULONG NameLength = CmpFullName(Key, NULL);
    PWSTR Name = ExAllocatePoolWithTag(PagedPool, NameLength, CM_TAG);

    if (Name == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    CmpFullName(Key, Name);
    Put(Answer, FIELD_OFFSET(KEY_NAME_INFORMATION, NameLength), &NameLength, sizeof(NameLength));
    Put(Answer, FIELD_OFFSET(KEY_NAME_INFORMATION, Name), Name, NameLength);
    ExFreePoolWithTag(Name, CM_TAG);
    return STATUS_SUCCESS;
}

NTSTATUS CmpInformKey(PCM_KEY Key, KEY_INFORMATION_CLASS Class, PVOID Buffer, ULONG Length,
                      PULONG ResultLength)
{
    ANSWER Answer = {Buffer, Length, 0};
    ULONG Fixed;

    PAGED_CODE();
    switch (Class) {
    case KeyBasicInformation: {
        KEY_BASIC_INFORMATION Basic = {.LastWriteTime = Key->LastWriteTime,
                                       .NameLength = Key->NameLength};

        Fixed = FIELD_OFFSET(KEY_BASIC_INFORMATION, Name);
        Put(&Answer, 0, &Basic, Fixed);
        Put(&Answer, Fixed, Key->Name, Key->NameLength);
        break;
    }
    case KeyNodeInformation: {
        KEY_NODE_INFORMATION Node = {.LastWriteTime = Key->LastWriteTime,
                                     .NameLength = Key->NameLength};

        Fixed = FIELD_OFFSET(KEY_NODE_INFORMATION, Name);
        Node.ClassLength = Key->Class.Length;
        Node.ClassOffset =
            Key->Class.Length == 0 ? MAXULONG : ((Fixed + Key->NameLength + 3) & ~3u);
        Put(&Answer, 0, &Node, Fixed);
        Put(&Answer, Fixed, Key->Name, Key->NameLength);
        if (Key->Class.Length != 0) {
            Put(&Answer, Node.ClassOffset, Key->Class.Buffer, Key->Class.Length);
        }
        break;
    }
    case KeyFullInformation: {
        KEY_FULL_INFORMATION Full = {.LastWriteTime = Key->LastWriteTime};

        Fixed = FIELD_OFFSET(KEY_FULL_INFORMATION, Class);
        Full.ClassLength = Key->Class.Length;
        Full.ClassOffset = Key->Class.Length == 0 ? MAXULONG : Fixed;
        Full.SubKeys = Key->SubkeyCount;
        Full.Values = Key->ValueCount;
        Full.MaxNameLen = LongestName(Key, &Full.MaxClassLen);
        Full.MaxValueNameLen = LongestValue(Key, &Full.MaxValueDataLen);
        Put(&Answer, 0, &Full, Fixed);
        Put(&Answer, Fixed, Key->Class.Buffer, Key->Class.Length);
        break;
    }
    case KeyNameInformation: {
        NTSTATUS Status = PutFullName(&Answer, Key);

        Fixed = FIELD_OFFSET(KEY_NAME_INFORMATION, Name);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        break;
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
    return Finish(&Answer, Fixed, ResultLength);
}

NTSTATUS CmpInformValue(PCM_VALUE Value, KEY_VALUE_INFORMATION_CLASS Class, PVOID Buffer,
                        ULONG Length, PULONG ResultLength)
{
    ANSWER Answer = {Buffer, Length, 0};
    ULONG Fixed;

    PAGED_CODE();
    switch (Class) {
    case KeyValueBasicInformation: {
        KEY_VALUE_BASIC_INFORMATION Basic = {.Type = Value->Type, .NameLength = Value->NameLength};

        Fixed = FIELD_OFFSET(KEY_VALUE_BASIC_INFORMATION, Name);
        Put(&Answer, 0, &Basic, Fixed);
        Put(&Answer, Fixed, Value->Name, Value->NameLength);
        break;
    }
    case KeyValueFullInformation: {
        KEY_VALUE_FULL_INFORMATION Full = {.Type = Value->Type, .NameLength = Value->NameLength};

        Fixed = FIELD_OFFSET(KEY_VALUE_FULL_INFORMATION, Name);
        Full.DataLength = Value->DataLength;
        Full.DataOffset = (Fixed + Value->NameLength + 7) & ~7u;
        Put(&Answer, 0, &Full, Fixed);
        Put(&Answer, Fixed, Value->Name, Value->NameLength);
        Put(&Answer, Full.DataOffset, Value->Data, Value->DataLength);
        break;
    }
    case KeyValuePartialInformation: {
        KEY_VALUE_PARTIAL_INFORMATION Partial = {.Type = Value->Type,
                                                 .DataLength = Value->DataLength};

        Fixed = FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data);
        Put(&Answer, 0, &Partial, Fixed);
        Put(&Answer, Fixed, Value->Data, Value->DataLength);
        break;
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
    return Finish(&Answer, Fixed, ResultLength);
}
