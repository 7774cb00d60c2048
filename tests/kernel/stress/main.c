/* Memory under pressure. A thread takes paged pool until the commit limit refuses (less a little for
 * everybody else), and then, for a given number of seconds:
 *
 *   eight threads    choose a page of that pool at random, verify every word of it, and write it
 *                    anew, or through an MDL and a second mapping; free a block and take another;
 *                    call pageable code, verify and change pageable data, lock those sections and
 *                    use them at DISPATCH_LEVEL
 *   two threads      load and unload small drivers
 *   one thread       writes files, reads them back and deletes them
 *
 * What each word must be follows from the seed. The service's values Seed, Seconds, Pages (the most
 * to take, 0: no limit) and Spare (pages left to others) say how; it ends with a line of counts and
 * with "stress: passed" or "stress: failed". DriverEntry starts it and returns; unloading ends it. */
#include "stress.h"

#define TOUCHERS 8u
#define LOADERS  2u
#define WORKERS  (TOUCHERS + LOADERS + 1)
#define SLOW     2000000 /* microseconds */
#define SAID     10      /* complaints that are printed */

COUNTS Counts;
volatile LONG Stopping;
ULONG Seed = 1;
static ULONG Seconds = 20, MostPages, Spare = 256;
static WORKER Workers[WORKERS];
static PKTHREAD Director;
static volatile LONG Said;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static KSTART_ROUTINE Direct, Touch, Load, Write;
static VOID ReadSettings(PUNICODE_STRING RegistryPath);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry, ReadSettings)
#pragma alloc_text(PAGE, Unload)
#endif

ULONG Mix(ULONG a, ULONG b)
{
    a = (a ^ b) * 0x9E3779B1u;
    a = (a ^ a >> 15) * 0x85EBCA77u;
    return a ^ a >> 13;
}

ULONG Random(WORKER *Worker, ULONG Below)
{
    Worker->Random ^= Worker->Random << 13;
    Worker->Random ^= Worker->Random >> 17;
    Worker->Random ^= Worker->Random << 5;
    return (ULONG)((ULONGLONG)Worker->Random * Below >> 32);
}

LONGLONG Now(VOID)
{
    return (LONGLONG)KeQueryInterruptTime();
}

VOID NoteWait(LONGLONG Began, PCSTR What)
{
    LONG Took = (LONG)((Now() - Began) / 10);
    LONG Longest = Counts.LongestWait;

    while (Took > Longest) {
        LONG Seen = InterlockedCompareExchange(&Counts.LongestWait, Took, Longest);

        if (Seen == Longest) {
            break;
        }
        Longest = Seen;
    }
    if (Took > SLOW) {
        InterlockedIncrement(&Counts.Slow);
        if (InterlockedIncrement(&Said) <= SAID) {
            DbgPrint("stress: %s took %ld us\n", What, Took);
        }
    }
}

VOID Lost(PCSTR What, ULONG Where, ULONG Is, ULONG Should)
{
    InterlockedIncrement(&Counts.Wrong);
    if (InterlockedIncrement(&Said) <= SAID) {
        DbgPrint("stress: %s at 0x%08lX is 0x%08lX and should be 0x%08lX\n", What, Where, Is, Should);
    }
}

static VOID NTAPI Touch(PVOID Context)
{
    WORKER *Worker = Context;

    while (!Stopping) {
        if (Random(Worker, 8) == 0) {
            UseSections(Worker);
        } else {
            UseStore(Worker);
        }
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI Load(PVOID Context)
{
    while (!Stopping) {
        UseDriver(Context);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI Write(PVOID Context)
{
    while (!Stopping) {
        UseFile(Context);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS Start(PKSTART_ROUTINE Routine, PVOID Context, PKTHREAD *Thread)
{
    HANDLE Handle;
    NTSTATUS Status;

    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Routine, Context);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                                       (PVOID *)Thread, NULL);
    ZwClose(Handle);
    return Status;
}

static VOID Join(PKTHREAD *Thread)
{
    if (*Thread != NULL) {
        KeWaitForSingleObject(*Thread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(*Thread);
        *Thread = NULL;
    }
}

static VOID Report(ULONG Pages)
{
    DbgPrint("stress: seed %lu, %lu pages: %ld read, %ld written, %ld by MDL, %ld blocks renewed "
             "(%ld refused), %ld calls, %ld data pages, %ld locks, %ld loads (%ld refused), "
             "%ld files, %ld wrong, longest wait %ld us, %ld slow\n", Seed, Pages, Counts.Reads,
             Counts.Writes, Counts.Mdls, Counts.Renewed, Counts.Refused, Counts.Calls,
             Counts.DataPages, Counts.Locks, Counts.Loads, Counts.LoadsRefused, Counts.Files,
             Counts.Wrong, Counts.LongestWait, Counts.Slow);
    DbgPrint("stress: %s\n", Counts.Wrong == 0 && Counts.Slow == 0 && Counts.Reads != 0 &&
             Counts.Calls != 0 && Counts.Loads != 0 && Counts.Files != 0 ? "passed" : "failed");
}

static VOID NTAPI Direct(PVOID Context)
{
    LARGE_INTEGER Tick = {.QuadPart = -1000000}; /* 100 ms */
    ULONG i, Pages = 0;
    LONGLONG End;

    if (!NT_SUCCESS(CreateStore(MostPages, Spare, &Pages))) {
        DbgPrint("stress: failed: no memory to begin with\n");
        PsTerminateSystemThread(STATUS_SUCCESS);
    }
    DbgPrint("stress: %lu pages taken\n", Pages);
    for (i = 0; i < WORKERS; i++) {
        Workers[i].Number = i;
        Workers[i].Random = Mix(Seed, i) | 1;
        if (!NT_SUCCESS(Start(i < TOUCHERS ? Touch : i < TOUCHERS + LOADERS ? Load : Write,
                              &Workers[i], &Workers[i].Thread))) {
            DbgPrint("stress: thread %lu cannot be made\n", i);
            InterlockedIncrement(&Counts.Wrong);
        }
    }
    End = Now() + Seconds * 10000000LL;
    while (!Stopping && Now() < End) {
        KeDelayExecutionThread(KernelMode, FALSE, &Tick);
        RefillStore();
    }
    InterlockedExchange(&Stopping, 1);
    for (i = 0; i < WORKERS; i++) {
        Join(&Workers[i].Thread);
    }
    DeleteStore();
    Report(Pages);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    InterlockedExchange(&Stopping, 1);
    Join(&Director);
}

static VOID ReadSettings(PUNICODE_STRING RegistryPath)
{
    RTL_QUERY_REGISTRY_TABLE Table[] = {
        {.Flags = RTL_QUERY_REGISTRY_DIRECT, .Name = L"Seed", .EntryContext = &Seed},
        {.Flags = RTL_QUERY_REGISTRY_DIRECT, .Name = L"Seconds", .EntryContext = &Seconds},
        {.Flags = RTL_QUERY_REGISTRY_DIRECT, .Name = L"Pages", .EntryContext = &MostPages},
        {.Flags = RTL_QUERY_REGISTRY_DIRECT, .Name = L"Spare", .EntryContext = &Spare},
        {0}};

    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, Table, NULL, NULL);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    ReadSettings(RegistryPath);
    DriverObject->DriverUnload = Unload;
    return Start(Direct, NULL, &Director);
}
