/* What else happens to a machine whose memory is short: drivers come and go, files are written. */
#include "stress.h"

#define FILE_BYTES (48u * 1024)
#define NAME_CHARS 96

static VOID Pause(WORKER *Worker)
{
    LARGE_INTEGER Delay = {.QuadPart = -(LONGLONG)Random(Worker, 500000)}; /* up to 50 ms */

    KeDelayExecutionThread(KernelMode, FALSE, &Delay);
}

/* Text with its only '#' replaced by a digit. */
static VOID MakeName(PUNICODE_STRING Name, PWCHAR Buffer, PCWSTR Text, ULONG Digit)
{
    ULONG i;

    for (i = 0; Text[i] != 0; i++) {
        Buffer[i] = Text[i] == L'#' ? (WCHAR)(L'0' + Digit) : Text[i];
    }
    Buffer[i] = 0;
    RtlInitUnicodeString(Name, Buffer);
}

/* small0 to small3; a worker has two of them to itself. */
VOID UseDriver(WORKER *Worker)
{
    WCHAR Buffer[NAME_CHARS];
    UNICODE_STRING Name;
    NTSTATUS Status;

    MakeName(&Name, Buffer, L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\small#",
             Worker->Number % 2 * 2 + Random(Worker, 2));
    Status = ZwLoadDriver(&Name);
    if (Status == STATUS_INSUFFICIENT_RESOURCES || Status == STATUS_COMMITMENT_LIMIT ||
        Status == STATUS_NO_MEMORY) {
        InterlockedIncrement(&Counts.LoadsRefused);
        Pause(Worker);
        return;
    }
    if (!NT_SUCCESS(Status)) {
        Lost("the status of loading", Worker->Number, (ULONG)Status, 0);
        Pause(Worker);
        return;
    }
    Pause(Worker);
    Status = ZwUnloadDriver(&Name);
    if (!NT_SUCCESS(Status)) {
        Lost("the status of unloading", Worker->Number, (ULONG)Status, 0);
    }
    InterlockedIncrement(&Counts.Loads);
    Pause(Worker);
}

static NTSTATUS WriteAndRead(HANDLE File, PULONG Data, ULONG Key)
{
    LARGE_INTEGER Offset = {.QuadPart = 0};
    IO_STATUS_BLOCK Block;
    NTSTATUS Status;
    ULONG i;

    for (i = 0; i < FILE_BYTES / sizeof(ULONG); i++) {
        Data[i] = Mix(Key, i);
    }
    Status = ZwWriteFile(File, NULL, NULL, NULL, &Block, Data, FILE_BYTES, &Offset, NULL);
    if (NT_SUCCESS(Status)) {
        RtlZeroMemory(Data, FILE_BYTES);
        Status = ZwReadFile(File, NULL, NULL, NULL, &Block, Data, FILE_BYTES, &Offset, NULL);
    }
    for (i = 0; NT_SUCCESS(Status) && i < FILE_BYTES / sizeof(ULONG); i++) {
        if (Data[i] != Mix(Key, i)) {
            Lost("a word of a file", i, Data[i], Mix(Key, i));
            break;
        }
    }
    return Status;
}

VOID UseFile(WORKER *Worker)
{
    OBJECT_ATTRIBUTES Attributes;
    WCHAR Buffer[NAME_CHARS];
    IO_STATUS_BLOCK Block;
    UNICODE_STRING Name;
    NTSTATUS Status;
    PULONG Data;
    HANDLE File;

    Pause(Worker);
    Data = ExAllocatePoolWithTag(PagedPool, FILE_BYTES, TAG);
    if (Data == NULL) {
        return;
    }
    MakeName(&Name, Buffer, L"\\??\\C:\\Pagoda\\stress file #.bin", Random(Worker, 10));
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwCreateFile(&File, FILE_READ_DATA | FILE_WRITE_DATA | DELETE | SYNCHRONIZE,
                          &Attributes, &Block, NULL, 0, 0, FILE_OVERWRITE_IF,
                          FILE_SYNCHRONOUS_IO_NONALERT | FILE_DELETE_ON_CLOSE, NULL, 0);
    if (NT_SUCCESS(Status)) {
        Status = WriteAndRead(File, Data, Random(Worker, MAXULONG));
        ZwClose(File);
    }
    ExFreePoolWithTag(Data, TAG);
    if (NT_SUCCESS(Status)) {
        InterlockedIncrement(&Counts.Files);
    } else if (Status != STATUS_INSUFFICIENT_RESOURCES) {
        Lost("the status of a file", Worker->Number, (ULONG)Status, 0);
    }
}
