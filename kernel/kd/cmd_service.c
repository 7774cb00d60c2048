/* sc, load, unload: services are keys of the registry, a driver is started from its key. Pageable.
 */
#include "kdp.h"

#define MAX_KEY_NAME         255 /* characters, the registry's limit */
#define KEY_INFORMATION_SIZE (sizeof(KEY_BASIC_INFORMATION) + MAX_KEY_NAME * sizeof(WCHAR))

typedef struct _SERVICE_WORDS {
    ULONG Start, Type;
    PCSTR Path;
} SERVICE_WORDS;

static const PCSTR StartNames[] = {"boot", "system", "auto", "demand", "disabled"};

static NTSTATUS OpenServiceKey(PCSTR Service, BOOLEAN Create, PHANDLE Key, PBOOLEAN Created);
static NTSTATUS SetNumber(HANDLE Key, PCWSTR Name, ULONG Value);
static NTSTATUS SetString(HANDLE Key, PCWSTR Name, PCSTR Value);
static ULONG GetNumber(HANDLE Key, PCWSTR Name, ULONG Default);
static NTSTATUS CreateService(PCSTR Service, const SERVICE_WORDS *What, PBOOLEAN Created);
static NTSTATUS DeleteService(PCSTR Service);
static NTSTATUS StartService(PCSTR Service, PCSTR Subject);
static BOOLEAN IsRunning(PCSTR Service);
static NTSTATUS QueryService(PCSTR Service);
static NTSTATUS QueryServices(VOID);
static BOOLEAN ReadServiceWords(ULONG Count, PSTR *Words, SERVICE_WORDS *What);
static VOID ServiceOfFile(PCSTR File, PSTR Service);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, OpenServiceKey)
#pragma alloc_text(PAGE, SetNumber)
#pragma alloc_text(PAGE, SetString)
#pragma alloc_text(PAGE, GetNumber)
#pragma alloc_text(PAGE, CreateService)
#pragma alloc_text(PAGE, DeleteService)
#pragma alloc_text(PAGE, StartService)
#pragma alloc_text(PAGE, IsRunning)
#pragma alloc_text(PAGE, QueryService)
#pragma alloc_text(PAGE, QueryServices)
#pragma alloc_text(PAGE, ReadServiceWords)
#pragma alloc_text(PAGE, ServiceOfFile)
#pragma alloc_text(PAGE, KdpLoadDriver)
#pragma alloc_text(PAGE, KdpUnloadDriver)
#pragma alloc_text(PAGE, KdpLoad)
#pragma alloc_text(PAGE, KdpUnload)
#pragma alloc_text(PAGE, KdpSc)
#endif

static NTSTATUS OpenServiceKey(PCSTR Service, BOOLEAN Create, PHANDLE Key, PBOOLEAN Created)
{
    PAGED_CODE();

    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    ULONG Disposition = REG_OPENED_EXISTING_KEY;
    NTSTATUS Status;

    if (Service[0] == 0 || strchr(Service, '\\') != NULL) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Status = KdpServiceKeyName(Service, &Name);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = Create ? ZwCreateKey(Key, KEY_ALL_ACCESS, &Attributes, 0, NULL,
                                  REG_OPTION_NON_VOLATILE, &Disposition)
                    : ZwOpenKey(Key, KEY_ALL_ACCESS, &Attributes);
    if (Created != NULL) {
        *Created = NT_SUCCESS(Status) && Disposition == REG_CREATED_NEW_KEY;
    }
    ExFreePool(Name.Buffer);
    return Status;
}

static NTSTATUS SetNumber(HANDLE Key, PCWSTR Name, ULONG Value)
{
    PAGED_CODE();

    UNICODE_STRING String;

    RtlInitUnicodeString(&String, Name);
    return ZwSetValueKey(Key, &String, 0, REG_DWORD, &Value, sizeof(Value));
}

static NTSTATUS SetString(HANDLE Key, PCWSTR Name, PCSTR Value)
{
    PAGED_CODE();

    UNICODE_STRING String, Wide;
    ANSI_STRING Narrow;
    NTSTATUS Status;

    RtlInitUnicodeString(&String, Name);
    RtlInitAnsiString(&Narrow, Value);
    Status = RtlAnsiStringToUnicodeString(&Wide, &Narrow, TRUE);
    if (NT_SUCCESS(Status)) {
        Status = ZwSetValueKey(Key, &String, 0, REG_SZ, Wide.Buffer, Wide.Length + sizeof(WCHAR));
        RtlFreeUnicodeString(&Wide);
    }
    return Status;
}

static ULONG GetNumber(HANDLE Key, PCWSTR Name, ULONG Default)
{
    PAGED_CODE();

    union {
        KEY_VALUE_PARTIAL_INFORMATION Value;
        UCHAR Space[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    } Buffer;
    UNICODE_STRING String;
    ULONG Length, Number = Default;

    RtlInitUnicodeString(&String, Name);
    if (NT_SUCCESS(ZwQueryValueKey(Key, &String, KeyValuePartialInformation, &Buffer,
                                   sizeof(Buffer), &Length)) &&
        Buffer.Value.Type == REG_DWORD && Buffer.Value.DataLength == sizeof(Number)) {
        RtlCopyMemory(&Number, Buffer.Value.Data, sizeof(Number));
    }
    return Number;
}

/* Makes the service's key and fills it; a key that is there already stays as it is. */
static NTSTATUS CreateService(PCSTR Service, const SERVICE_WORDS *What, PBOOLEAN Created)
{
    PAGED_CODE();

    HANDLE Key;
    NTSTATUS Status = OpenServiceKey(Service, TRUE, &Key, Created);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (*Created) {
        Status = SetNumber(Key, L"Type", What->Type);
        if (NT_SUCCESS(Status)) {
            Status = SetNumber(Key, L"Start", What->Start);
        }
        if (NT_SUCCESS(Status)) {
            Status = SetNumber(Key, L"ErrorControl", 1);
        }
        if (NT_SUCCESS(Status)) {
            Status = SetString(Key, L"ImagePath", What->Path);
        }
        if (!NT_SUCCESS(Status)) {
            ZwDeleteKey(Key);
        }
    }
    ZwClose(Key);
    return Status;
}

/* Deletes the key with the keys in it (Parameters, Enum). */
static NTSTATUS DeleteService(PCSTR Service)
{
    PAGED_CODE();

    UCHAR Buffer[KEY_INFORMATION_SIZE];
    PKEY_BASIC_INFORMATION Information = (PKEY_BASIC_INFORMATION)Buffer;
    ULONG Length;
    HANDLE Key, Subkey;
    NTSTATUS Status = OpenServiceKey(Service, FALSE, &Key, NULL);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    while (NT_SUCCESS(
        ZwEnumerateKey(Key, 0, KeyBasicInformation, Information, sizeof(Buffer), &Length))) {
        UNICODE_STRING Name = {(USHORT)Information->NameLength, (USHORT)Information->NameLength,
                               Information->Name};
        OBJECT_ATTRIBUTES Attributes;

        InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                   Key, NULL);
        Status = ZwOpenKey(&Subkey, KEY_ALL_ACCESS, &Attributes);
        if (NT_SUCCESS(Status)) {
            Status = ZwDeleteKey(Subkey);
            ZwClose(Subkey);
        }
        if (!NT_SUCCESS(Status)) {
            break;
        }
    }
    if (NT_SUCCESS(Status)) {
        Status = ZwDeleteKey(Key);
    }
    ZwClose(Key);
    return Status;
}

static NTSTATUS StartService(PCSTR Service, PCSTR Subject)
{
    PAGED_CODE();

    CHAR Reason[IO_REASON_SIZE];
    UNICODE_STRING Name;
    NTSTATUS Status = KdpServiceKeyName(Service, &Name);

    if (!NT_SUCCESS(Status)) {
        return KdpError(Subject, Status, NULL);
    }
    Reason[0] = 0;
    Status = IopLoadDriver(&Name, Reason, sizeof(Reason));
    ExFreePool(Name.Buffer);
    return NT_SUCCESS(Status) ? Status : KdpError(Subject, Status, Reason[0] == 0 ? NULL : Reason);
}

/* "C:\x\name.sys" -> "name" */
static VOID ServiceOfFile(PCSTR File, PSTR Service)
{
    PAGED_CODE();

    PCSTR Last = strrchr(File, '\\');
    ULONG Length;

    strcpy(Service, Last == NULL ? File : Last + 1);
    Length = strlen(Service);
    if (Length > 4 && _stricmp(Service + Length - 4, ".sys") == 0) {
        Service[Length - 4] = 0;
    }
}

NTSTATUS KdpLoadDriver(PCSTR File)
{
    CHAR Service[KD_LINE_SIZE], Path[KD_LINE_SIZE + 40];
    SERVICE_WORDS What = {.Start = 3, .Type = 1, .Path = Path};
    BOOLEAN Created;
    NTSTATUS Status;

    PAGED_CODE();
    ServiceOfFile(File, Service);
    if (strchr(File, '\\') == NULL) {
        _snprintf(Path, sizeof(Path), "\\SystemRoot\\System32\\drivers\\%s%s", File,
                  strcmp(File, Service) == 0 ? ".sys" : "");
    } else {
        _snprintf(Path, sizeof(Path), "%s%s", File[0] == '\\' ? "" : "\\??\\", File);
    }
    Status = CreateService(Service, &What, &Created);
    if (!NT_SUCCESS(Status)) {
        return KdpError(File, Status, NULL);
    }
    Status = StartService(Service, File);
    if (!NT_SUCCESS(Status) && Created) {
        DeleteService(Service); /* nothing is left behind */
    }
    return Status;
}

NTSTATUS KdpUnloadDriver(PCSTR File)
{
    CHAR Service[KD_LINE_SIZE];
    UNICODE_STRING Name;
    NTSTATUS Status;

    PAGED_CODE();
    ServiceOfFile(File, Service);
    Status = KdpServiceKeyName(Service, &Name);
    if (NT_SUCCESS(Status)) {
        Status = IopUnloadDriver(&Name);
        ExFreePool(Name.Buffer);
    }
    if (Status == STATUS_INVALID_DEVICE_REQUEST) {
        return KdpError(Service, Status, "it has no Unload routine, or a device stack needs it");
    }
    return NT_SUCCESS(Status) ? Status : KdpError(Service, Status, NULL);
}

NTSTATUS KdpLoad(ULONG Count, PSTR *Words)
{
    PAGED_CODE();

    return Count != 2 ? KdpUsage("load") : KdpLoadDriver(Words[1]);
}

NTSTATUS KdpUnload(ULONG Count, PSTR *Words)
{
    PAGED_CODE();

    return Count != 2 ? KdpUsage("unload") : KdpUnloadDriver(Words[1]);
}

/* Looks for \Driver\NAME or \FileSystem\NAME; *Context becomes NULL when it is there. */
static BOOLEAN CompareDriver(PVOID Context, const IO_DRIVER_STATE *State)
{
    PUNICODE_STRING *Wanted = Context;
    UNICODE_STRING Tail = *State->Name;

    if (*Wanted == NULL) {
        return FALSE; /* found in the directory before this one */
    }
    while (Tail.Length != 0 && Tail.Buffer[Tail.Length / sizeof(WCHAR) - 1] != L'\\') {
        Tail.Length -= sizeof(WCHAR);
    }
    Tail.Buffer += Tail.Length / sizeof(WCHAR);
    Tail.Length = State->Name->Length - Tail.Length;
    if (!RtlEqualUnicodeString(&Tail, *Wanted, TRUE)) {
        return TRUE;
    }
    *Wanted = NULL;
    return FALSE;
}

static BOOLEAN IsRunning(PCSTR Service)
{
    PAGED_CODE();

    UNICODE_STRING Wide, *Wanted = &Wide;
    ANSI_STRING Narrow;

    RtlInitAnsiString(&Narrow, Service);
    if (!NT_SUCCESS(RtlAnsiStringToUnicodeString(&Wide, &Narrow, TRUE))) {
        return FALSE;
    }
    IoEnumerateDrivers(CompareDriver, &Wanted);
    RtlFreeUnicodeString(&Wide);
    return Wanted == NULL;
}

static NTSTATUS QueryService(PCSTR Service)
{
    PAGED_CODE();

    HANDLE Key;
    ULONG Start;
    NTSTATUS Status = OpenServiceKey(Service, FALSE, &Key, NULL);

    if (!NT_SUCCESS(Status)) {
        return KdpError(Service, Status, NULL);
    }
    Start = GetNumber(Key, L"Start", 3);
    DbgPrint("%-16s %-8s %-8s type %u\n", Service, IsRunning(Service) ? "running" : "stopped",
             Start < RTL_NUMBER_OF(StartNames) ? StartNames[Start] : "?",
             GetNumber(Key, L"Type", 1));
    ZwClose(Key);
    return STATUS_SUCCESS;
}

static NTSTATUS QueryServices(VOID)
{
    PAGED_CODE();

    UNICODE_STRING Root =
        RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System\\CurrentControlSet\\Services");
    UCHAR Buffer[KEY_INFORMATION_SIZE];
    PKEY_BASIC_INFORMATION Information = (PKEY_BASIC_INFORMATION)Buffer;
    OBJECT_ATTRIBUTES Attributes;
    ULONG Length;
    HANDLE Key;
    NTSTATUS Status;

    InitializeObjectAttributes(&Attributes, &Root, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwOpenKey(&Key, KEY_READ, &Attributes);
    for (ULONG Index = 0; NT_SUCCESS(Status); Index++) {
        CHAR Name[MAX_KEY_NAME + 1];

        Status =
            ZwEnumerateKey(Key, Index, KeyBasicInformation, Information, sizeof(Buffer), &Length);
        if (NT_SUCCESS(Status)) {
            UNICODE_STRING Wide = {(USHORT)Information->NameLength, (USHORT)Information->NameLength,
                                   Information->Name};

            _snprintf(Name, sizeof(Name), "%wZ", &Wide);
            QueryService(Name);
        } else {
            ZwClose(Key);
        }
    }
    return Status == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS : Status;
}

/* "binPath= X" and "binPath=X" alike. */
static BOOLEAN ReadServiceWords(ULONG Count, PSTR *Words, SERVICE_WORDS *What)
{
    PAGED_CODE();

    for (ULONG Index = 0; Index < Count; Index++) {
        PSTR Equals = strchr(Words[Index], '=');
        PCSTR Value;

        if (Equals == NULL) {
            return FALSE;
        }
        *Equals = 0;
        Value = Equals + 1;
        PCSTR Option = Words[Index];
        if (*Value == 0 && ++Index < Count) {
            Value = Words[Index];
        }
        if (_stricmp(Option, "binPath") == 0) {
            What->Path = Value;
        } else if (_stricmp(Option, "type") == 0) {
            What->Type = _stricmp(Value, "filesys") == 0 ? 2 : 1;
        } else if (_stricmp(Option, "start") == 0) {
            for (What->Start = 0; What->Start < RTL_NUMBER_OF(StartNames); What->Start++) {
                if (_stricmp(Value, StartNames[What->Start]) == 0) {
                    break;
                }
            }
            if (What->Start == RTL_NUMBER_OF(StartNames)) {
                return FALSE;
            }
        } else {
            return FALSE;
        }
    }
    return TRUE;
}

NTSTATUS KdpSc(ULONG Count, PSTR *Words)
{
    CHAR Path[KD_LINE_SIZE + 40];
    SERVICE_WORDS What = {.Start = 3, .Type = 1, .Path = Path};
    BOOLEAN Created;
    NTSTATUS Status;

    PAGED_CODE();
    if (Count >= 2 && _stricmp(Words[1], "query") == 0) {
        return Count == 2 ? QueryServices() : QueryService(Words[2]);
    }
    if (Count < 3) {
        return KdpUsage("sc");
    }
    if (_stricmp(Words[1], "start") == 0) {
        return StartService(Words[2], Words[2]);
    }
    if (_stricmp(Words[1], "stop") == 0) {
        return KdpUnloadDriver(Words[2]);
    }
    if (_stricmp(Words[1], "delete") == 0) {
        Status = DeleteService(Words[2]);
    } else if (_stricmp(Words[1], "create") == 0) {
        _snprintf(Path, sizeof(Path), "\\SystemRoot\\System32\\drivers\\%s.sys", Words[2]);
        if (!ReadServiceWords(Count - 3, Words + 3, &What)) {
            return KdpUsage("sc");
        }
        if (What.Path != Path && What.Path[0] != '\\' && strchr(What.Path, ':') != NULL) {
            _snprintf(Path, sizeof(Path), "\\??\\%s", What.Path);
            What.Path = Path;
        }
        Status = CreateService(Words[2], &What, &Created);
        if (NT_SUCCESS(Status) && !Created) {
            Status = STATUS_OBJECT_NAME_COLLISION;
        }
    } else {
        return KdpUsage("sc");
    }
    return NT_SUCCESS(Status) ? Status : KdpError(Words[2], Status, NULL);
}
