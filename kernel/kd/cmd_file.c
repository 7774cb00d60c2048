/* dir, type, copy, del, ren: through the same Zw routines that drivers use. Pageable. */
#include "kdp.h"

#define CHUNK 0x8000

static NTSTATUS OpenFile(PCSTR Typed, ACCESS_MASK Access, ULONG Disposition, ULONG Options,
                         PHANDLE File);
static VOID PrintEntry(const FILE_DIRECTORY_INFORMATION *Entry);
static NTSTATUS ListFolder(PCSTR Folder, PCSTR Pattern);
static VOID PrintText(PSTR Text, ULONG Length);
static NTSTATUS CopyContents(HANDLE From, HANDLE To);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, OpenFile)
#pragma alloc_text(PAGE, PrintEntry)
#pragma alloc_text(PAGE, ListFolder)
#pragma alloc_text(PAGE, PrintText)
#pragma alloc_text(PAGE, CopyContents)
#pragma alloc_text(PAGE, KdpDir)
#pragma alloc_text(PAGE, KdpType)
#pragma alloc_text(PAGE, KdpDel)
#pragma alloc_text(PAGE, KdpCopy)
#pragma alloc_text(PAGE, KdpRen)
#endif

static NTSTATUS OpenFile(PCSTR Typed, ACCESS_MASK Access, ULONG Disposition, ULONG Options,
                         PHANDLE File)
{
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    UNICODE_STRING Name;
    NTSTATUS Status = KdpFileName(Typed, &Name);

    PAGED_CODE();
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status =
        ZwCreateFile(File, Access | SYNCHRONIZE, &Attributes, &IoStatus, NULL,
                     FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                     Disposition, Options | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    ExFreePool(Name.Buffer);
    return Status;
}

static VOID PrintEntry(const FILE_DIRECTORY_INFORMATION *Entry)
{
    PAGED_CODE();

    UNICODE_STRING Name = {(USHORT)Entry->FileNameLength, (USHORT)Entry->FileNameLength,
                           (PWSTR)Entry->FileName};
    LARGE_INTEGER Time = Entry->LastWriteTime;
    TIME_FIELDS Fields;

    RtlTimeToTimeFields(&Time, &Fields);
    if ((Entry->FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        DbgPrint("%04d-%02d-%02d %02d:%02d %12s %wZ\n", Fields.Year, Fields.Month, Fields.Day,
                 Fields.Hour, Fields.Minute, "<DIR>", &Name);
    } else {
        DbgPrint("%04d-%02d-%02d %02d:%02d %12I64u %wZ\n", Fields.Year, Fields.Month, Fields.Day,
                 Fields.Hour, Fields.Minute, Entry->EndOfFile.QuadPart, &Name);
    }
}

static NTSTATUS ListFolder(PCSTR Folder, PCSTR Pattern)
{
    PAGED_CODE();

    ULONG Files = 0, Folders = 0;
    ULONGLONG Bytes = 0;
    IO_STATUS_BLOCK IoStatus;
    UNICODE_STRING Wanted = {0, 0, NULL};
    ANSI_STRING Narrow;
    BOOLEAN First = TRUE;
    PUCHAR Buffer;
    HANDLE File;
    NTSTATUS Status = OpenFile(Folder, FILE_LIST_DIRECTORY, FILE_OPEN, FILE_DIRECTORY_FILE, &File);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Buffer = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, KD_TAG);
    RtlInitAnsiString(&Narrow, Pattern);
    Status = Buffer == NULL ? STATUS_INSUFFICIENT_RESOURCES
                            : RtlAnsiStringToUnicodeString(&Wanted, &Narrow, TRUE);
    while (NT_SUCCESS(Status)) {
        PFILE_DIRECTORY_INFORMATION Entry = (PFILE_DIRECTORY_INFORMATION)Buffer;

        Status =
            ZwQueryDirectoryFile(File, NULL, NULL, NULL, &IoStatus, Buffer, PAGE_SIZE,
                                 FileDirectoryInformation, FALSE, First ? &Wanted : NULL, First);
        First = FALSE;
        while (NT_SUCCESS(Status)) {
            PrintEntry(Entry);
            if ((Entry->FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
                Folders++;
            } else {
                Files++;
                Bytes += (ULONGLONG)Entry->EndOfFile.QuadPart;
            }
            if (Entry->NextEntryOffset == 0) {
                break;
            }
            Entry = (PFILE_DIRECTORY_INFORMATION)((PUCHAR)Entry + Entry->NextEntryOffset);
        }
    }
    if (Status == STATUS_NO_MORE_FILES) {
        DbgPrint("%u files, %I64u bytes, %u folders\n", Files, Bytes, Folders);
        Status = STATUS_SUCCESS;
    }
    if (Wanted.Buffer != NULL) {
        RtlFreeUnicodeString(&Wanted);
    }
    if (Buffer != NULL) {
        ExFreePoolWithTag(Buffer, KD_TAG);
    }
    ZwClose(File);
    return Status;
}

NTSTATUS KdpDir(ULONG Count, PSTR *Words)
{
    CHAR Folder[KD_LINE_SIZE];
    PSTR Last;
    NTSTATUS Status = STATUS_NOT_A_DIRECTORY;

    PAGED_CODE();
    strcpy(Folder, Count > 1 ? Words[1] : "C:\\");
    if (strchr(Folder, '*') == NULL && strchr(Folder, '?') == NULL) {
        Status = ListFolder(Folder, "*");
    }
    if (Status == STATUS_NOT_A_DIRECTORY) { /* a file, or a pattern: look in its folder */
        Last = strrchr(Folder, '\\');
        if (Last == NULL) {
            Status = ListFolder("C:\\", Folder);
        } else {
            CHAR Pattern[KD_LINE_SIZE];

            strcpy(Pattern, Last + 1);
            Last[1] = 0;
            Status = ListFolder(Folder, Pattern);
        }
    }
    return NT_SUCCESS(Status) ? Status : KdpError(Count > 1 ? Words[1] : "C:\\", Status, NULL);
}

/* Prints a piece of a file; what a terminal would not survive becomes a dot. */
static VOID PrintText(PSTR Text, ULONG Length)
{
    PAGED_CODE();

    for (ULONG Index = 0; Index < Length; Index++) {
        UCHAR Character = (UCHAR)Text[Index];

        if (Character < ' ' && Character != '\n' && Character != '\r' && Character != '\t') {
            Text[Index] = '.';
        }
    }
    ExPrintText(Text, Length);
}

NTSTATUS KdpType(ULONG Count, PSTR *Words)
{
    IO_STATUS_BLOCK IoStatus;
    HANDLE File;
    PSTR Text;
    NTSTATUS Status;

    PAGED_CODE();
    if (Count != 2) {
        return KdpUsage("type");
    }
    Status = OpenFile(Words[1], FILE_READ_DATA, FILE_OPEN, FILE_NON_DIRECTORY_FILE, &File);
    if (!NT_SUCCESS(Status)) {
        return KdpError(Words[1], Status, NULL);
    }
    /* ExPrintText reads the text with interrupts off: it must not be pageable. */
    Text = ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, KD_TAG);
    Status = Text == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    while (NT_SUCCESS(Status)) {
        Status = ZwReadFile(File, NULL, NULL, NULL, &IoStatus, Text, PAGE_SIZE, NULL, NULL);
        if (NT_SUCCESS(Status)) {
            PrintText(Text, IoStatus.Information);
        }
    }
    if (Text != NULL) {
        ExFreePoolWithTag(Text, KD_TAG);
    }
    ZwClose(File);
    return Status == STATUS_END_OF_FILE ? STATUS_SUCCESS : KdpError(Words[1], Status, NULL);
}

static NTSTATUS CopyContents(HANDLE From, HANDLE To)
{
    PAGED_CODE();

    PVOID Buffer = ExAllocatePoolWithTag(NonPagedPool, CHUNK, KD_TAG);
    IO_STATUS_BLOCK IoStatus;
    NTSTATUS Status = Buffer == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;

    while (NT_SUCCESS(Status)) {
        Status = ZwReadFile(From, NULL, NULL, NULL, &IoStatus, Buffer, CHUNK, NULL, NULL);
        if (NT_SUCCESS(Status)) {
            Status = ZwWriteFile(To, NULL, NULL, NULL, &IoStatus, Buffer, IoStatus.Information,
                                 NULL, NULL);
        }
    }
    if (Buffer != NULL) {
        ExFreePoolWithTag(Buffer, KD_TAG);
    }
    return Status == STATUS_END_OF_FILE ? STATUS_SUCCESS : Status;
}

NTSTATUS KdpCopy(ULONG Count, PSTR *Words)
{
    FILE_DISPOSITION_INFORMATION Disposition = {TRUE};
    IO_STATUS_BLOCK IoStatus;
    HANDLE From, To;
    NTSTATUS Status;

    PAGED_CODE();
    if (Count != 3) {
        return KdpUsage("copy");
    }
    Status = OpenFile(Words[1], FILE_READ_DATA, FILE_OPEN,
                      FILE_NON_DIRECTORY_FILE | FILE_SEQUENTIAL_ONLY, &From);
    if (!NT_SUCCESS(Status)) {
        return KdpError(Words[1], Status, NULL);
    }
    Status = OpenFile(Words[2], FILE_WRITE_DATA | DELETE, FILE_OVERWRITE_IF,
                      FILE_NON_DIRECTORY_FILE | FILE_SEQUENTIAL_ONLY, &To);
    if (NT_SUCCESS(Status)) {
        Status = CopyContents(From, To);
        if (!NT_SUCCESS(Status)) { /* half a copy is none */
            ZwSetInformationFile(To, &IoStatus, &Disposition, sizeof(Disposition),
                                 FileDispositionInformation);
        }
        ZwClose(To);
    }
    ZwClose(From);
    return NT_SUCCESS(Status) ? Status : KdpError(Words[2], Status, NULL);
}

NTSTATUS KdpDel(ULONG Count, PSTR *Words)
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    NTSTATUS Status;

    PAGED_CODE();
    if (Count != 2) {
        return KdpUsage("del");
    }
    Status = KdpFileName(Words[1], &Name);
    if (NT_SUCCESS(Status)) {
        InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                   NULL, NULL);
        Status = ZwDeleteFile(&Attributes);
        ExFreePool(Name.Buffer);
    }
    return NT_SUCCESS(Status) ? Status : KdpError(Words[1], Status, NULL);
}

NTSTATUS KdpRen(ULONG Count, PSTR *Words)
{
    union {
        FILE_RENAME_INFORMATION Rename;
        UCHAR Space[sizeof(FILE_RENAME_INFORMATION) + KD_LINE_SIZE * sizeof(WCHAR)];
    } Information;
    PWCHAR Name = Information.Rename.FileName; /* of more letters than its type says */
    IO_STATUS_BLOCK IoStatus;
    ULONG Length;
    HANDLE File;
    NTSTATUS Status;

    PAGED_CODE();
    if (Count != 3 || strchr(Words[2], '\\') != NULL) {
        return KdpUsage("ren");
    }
    Status = OpenFile(Words[1], DELETE, FILE_OPEN, 0, &File);
    if (!NT_SUCCESS(Status)) {
        return KdpError(Words[1], Status, NULL);
    }
    Length = strlen(Words[2]);
    RtlZeroMemory(&Information, sizeof(Information));
    Information.Rename.FileNameLength = Length * sizeof(WCHAR);
    for (ULONG Index = 0; Index < Length; Index++) {
        Name[Index] = (UCHAR)Words[2][Index];
    }
    Status = ZwSetInformationFile(File, &IoStatus, &Information, sizeof(Information),
                                  FileRenameInformation);
    ZwClose(File);
    return NT_SUCCESS(Status) ? Status : KdpError(Words[2], Status, NULL);
}
