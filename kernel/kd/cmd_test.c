/* test, bench: tests inside the kernel, test drivers and the benchmark driver. A test driver prints
 * TAP from DriverEntry and is unloaded again; what it prints is watched (watch.c). Pageable. */
#include "kdp.h"

#define DRIVERS "\\SystemRoot\\System32\\drivers\\"

typedef struct _TEST_TOTALS {
    ULONG Ran, Failed; /* test suites: the kernel's own is one, each driver is one */
} TEST_TOTALS;

static NTSTATUS RunDriver(PCSTR File, TEST_TOTALS *Totals);
static NTSTATUS RunDrivers(PCSTR Glob, TEST_TOTALS *Totals);
static NTSTATUS RunBenchmarks(PCSTR Glob);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, RunDriver)
#pragma alloc_text(PAGE, RunDrivers)
#pragma alloc_text(PAGE, RunBenchmarks)
#pragma alloc_text(PAGE, KdpTest)
#pragma alloc_text(PAGE, KdpBench)
#endif

static NTSTATUS RunDriver(PCSTR File, TEST_TOTALS *Totals)
{
    PAGED_CODE();

    KD_WATCH Watch;
    NTSTATUS Status;

    DbgPrint("# %s\n", File);
    KdpStartWatch(&Watch);
    Status = KdpLoadDriver(File);
    if (NT_SUCCESS(Status)) {
        Status = KdpUnloadDriver(File);
    }
    KdpStopWatch();
    Totals->Ran++;
    if (!NT_SUCCESS(Status)) {
        Totals->Failed++;
    } else if (!Watch.HasPlan) {
        Totals->Failed++;
        KdpError(File, STATUS_UNSUCCESSFUL, "it printed no plan (1..N)");
    } else if (Watch.Failed != 0 || Watch.Passed != Watch.Planned) {
        CHAR Reason[80];

        Totals->Failed++;
        _snprintf(Reason, sizeof(Reason), "planned %u, passed %u, failed %u", Watch.Planned,
                  Watch.Passed, Watch.Failed);
        KdpError(File, STATUS_UNSUCCESSFUL, Reason);
    }
    return Status;
}

/* The names are gathered first: loading a driver changes the folder's neighbours, and a test may
 * delete its own file. */
static NTSTATUS RunDrivers(PCSTR Glob, TEST_TOTALS *Totals)
{
    PAGED_CODE();

    UNICODE_STRING Folder = RTL_CONSTANT_STRING(L"\\SystemRoot\\System32\\drivers");
    UNICODE_STRING Pattern = RTL_CONSTANT_STRING(L"test_*.sys");
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    PUCHAR Buffer, Names, End;
    BOOLEAN First = TRUE;
    HANDLE File;
    NTSTATUS Status;

    InitializeObjectAttributes(&Attributes, &Folder, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwOpenFile(&File, FILE_LIST_DIRECTORY | SYNCHRONIZE, &Attributes, &IoStatus,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Buffer = ExAllocatePoolWithTag(PagedPool, 2 * PAGE_SIZE, KD_TAG);
    if (Buffer == NULL) {
        ZwClose(File);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Names = End = Buffer + PAGE_SIZE;
    while (NT_SUCCESS(Status)) {
        PFILE_DIRECTORY_INFORMATION Entry = (PFILE_DIRECTORY_INFORMATION)Buffer;

        Status =
            ZwQueryDirectoryFile(File, NULL, NULL, NULL, &IoStatus, Buffer, PAGE_SIZE,
                                 FileDirectoryInformation, TRUE, First ? &Pattern : NULL, First);
        First = FALSE;
        if (NT_SUCCESS(Status) &&
            Entry->FileNameLength / sizeof(WCHAR) < (ULONG)(Buffer + 2 * PAGE_SIZE - End)) {
            UNICODE_STRING Name = {(USHORT)Entry->FileNameLength, (USHORT)Entry->FileNameLength,
                                   Entry->FileName};

            End += sprintf((PSTR)End, "%wZ", &Name) + 1;
        }
    }
    ZwClose(File);
    for (; Names < End; Names += strlen((PSTR)Names) + 1) {
        CHAR Stem[64];

        strncpy(Stem, (PSTR)Names, sizeof(Stem) - 1);
        Stem[sizeof(Stem) - 1] = 0;
        if (strrchr(Stem, '.') != NULL) {
            *strrchr(Stem, '.') = 0;
        }
        if (Glob == NULL || KdpMatches(Glob, Stem) || KdpMatches(Glob, Stem + strlen("test_"))) {
            RunDriver((PSTR)Names, Totals);
        }
    }
    ExFreePoolWithTag(Buffer, KD_TAG);
    return Status == STATUS_NO_MORE_FILES || Status == STATUS_NO_SUCH_FILE ? STATUS_SUCCESS
                                                                           : Status;
}

NTSTATUS KdpTest(ULONG Count, PSTR *Words)
{
    TEST_TOTALS Totals = {0, 0};
    PCSTR Glob = Count > 1 ? Words[1] : NULL;
    CHAR Reason[80];
    NTSTATUS Status;

    PAGED_CODE();
    Status = KtRunTests(Glob);
    if (Status != STATUS_NOT_FOUND) {
        Totals.Ran++;
        Totals.Failed += !NT_SUCCESS(Status);
    }
    Status = RunDrivers(Glob, &Totals);
    if (!NT_SUCCESS(Status)) {
        return KdpError("test", Status, NULL);
    }
    if (Totals.Ran == 0) {
        return KdpError("test", STATUS_NOT_FOUND, "no test matches");
    }
    if (Totals.Failed != 0) {
        _snprintf(Reason, sizeof(Reason), "%u of %u suites failed", Totals.Failed, Totals.Ran);
        return KdpError("test", STATUS_UNSUCCESSFUL, Reason);
    }
    return STATUS_SUCCESS;
}

/* bench.sys runs the benchmarks whose names match what is written to its device. */
static NTSTATUS RunBenchmarks(PCSTR Glob)
{
    PAGED_CODE();

    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Bench");
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Iosb;
    HANDLE Handle;
    NTSTATUS Status;

    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwCreateFile(&Handle, FILE_WRITE_DATA | SYNCHRONIZE, &Attributes, &Iosb, NULL, 0, 0,
                          FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    if (NT_SUCCESS(Status)) {
        Status = ZwWriteFile(Handle, NULL, NULL, NULL, &Iosb, (PVOID)Glob, strlen(Glob), NULL, NULL);
        ZwClose(Handle);
    }
    return Status;
}

NTSTATUS KdpBench(ULONG Count, PSTR *Words)
{
    KD_WATCH Watch;
    NTSTATUS Status;

    PAGED_CODE();
    Status = KdpLoadDriver("bench.sys");
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    KdpStartWatch(&Watch);
    Status = RunBenchmarks(Count > 1 ? Words[1] : "*");
    KdpStopWatch();
    KdpUnloadDriver("bench.sys");
    if (!NT_SUCCESS(Status)) {
        return KdpError("bench", Status, NULL);
    }
    if (Watch.Metrics == 0) {
        return KdpError("bench", STATUS_NOT_FOUND, "no benchmark matches");
    }
    return Status;
}
