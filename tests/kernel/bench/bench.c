/* The benchmark driver: DriverEntry runs the benchmarks whose names match the pattern in the value
 * Glob of the service's key Parameters, which the console's `bench` puts there, and prints `METRIC name value unit`, the value being the median. What each name times, from the call
 * to its return or, where two threads take part, to the moment the other one runs:
 *
 *   fault.demand_zero   first touch of a page of paged pool, a zeroed page at hand
 *   fault.demand_zero_clear   the same when no zeroed page is at hand
 *   fault.soft          touch of a page that was only taken out of the working set
 *   fault.hard          touch of a page that is out, its frame reused; random order (microseconds)
 *   paging.out, .in     8 MiB of paged pool purged; touched again in order (KiB/s)
 *   lock.section16      MmLockPagableSectionByHandle + MmUnlockPagableImageSection, 16 resident pages
 *   mdl.probe_lock16    MmProbeAndLockPages + MmUnlockPages, 16 resident pages
 *   mdl.map_unmap16     MmMapLockedPagesSpecifyCache + MmUnmapLockedPages, 16 pages
 *   irp.null, irp.null2 IoAllocateIrp, IoCallDriver, completion, IoFreeIrp; one device, and a filter above
 *   switch.event        KeSetEvent to another thread's return from waiting for it
 *   thread.create_join  PsCreateSystemThread to the end of waiting for its end
 *   work.queue_run      ExQueueWorkItem to the start of the routine
 *   dpc.queue_run       KeInsertQueueDpc at DISPATCH_LEVEL and KeLowerIrql, the routine's run included
 *   pool.pair64, 1024   ExAllocatePoolWithTag + ExFreePoolWithTag, nonpaged
 *   spinlock.pair       KeAcquireSpinLock + KeReleaseSpinLock
 *
 * Under `-icount shift=0` the time stamp counter counts instructions, and the unit says so: a loop of
 * known length tells. The cost of reading the counter itself is taken off. */

#include "bench.h"

typedef struct _BENCH_ENTRY {
    PCSTR Name;
    PCSTR Unit; /* NULL: ticks of the time stamp counter, or instructions */
    BENCH_ROUTINE *Routine;
} BENCH_ENTRY;

static const BENCH_ENTRY BenchTable[] = {
    {"spinlock.pair", NULL, BenchSpinLock},
    {"pool.pair64", NULL, BenchPool64},
    {"pool.pair1024", NULL, BenchPool1024},
    {"dpc.queue_run", NULL, BenchDpc},
    {"irp.null", NULL, BenchIrp},
    {"irp.null2", NULL, BenchIrp2},
    {"switch.event", NULL, BenchSwitch},
    {"work.queue_run", NULL, BenchWorkItem},
    {"thread.create_join", NULL, BenchThread},
    {"mdl.probe_lock16", NULL, BenchProbeLock},
    {"mdl.map_unmap16", NULL, BenchMapUnmap},
    {"lock.section16", NULL, BenchLockSection},
    {"fault.demand_zero", NULL, BenchDemandZero},
    {"fault.demand_zero_clear", NULL, BenchDemandZeroClear},
    {"fault.soft", NULL, BenchSoftFault},
    {"fault.hard", "us", BenchHardFault},
    {"paging.out", "KiB/s", BenchPageOut},
    {"paging.in", "KiB/s", BenchPageIn},
};

PDRIVER_OBJECT BenchDriver;
static ULONG BenchSamples[BENCH_SAMPLES];

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD BenchUnload;
static NTSTATUS BenchPattern(PUNICODE_STRING RegistryPath, PSTR Pattern, ULONG Size);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, BenchPattern)
#pragma alloc_text(PAGE, BenchUnload)
#endif

/* Whether Name matches Pattern, in which * stands for any characters. */
static BOOLEAN BenchMatches(PCSTR Pattern, PCSTR Name)
{
    if (*Pattern == 0) {
        return *Name == 0;
    }
    if (*Pattern == '*') {
        return BenchMatches(Pattern + 1, Name) || (*Name != 0 && BenchMatches(Pattern, Name + 1));
    }
    return *Name == *Pattern && BenchMatches(Pattern + 1, Name + 1);
}

/* The middle value; sorts by insertion, which leaves the samples in order. */
static ULONG BenchMedian(PULONG Samples, ULONG Count)
{
    ULONG Index, Place, Value;

    for (Index = 1; Index < Count; Index++) {
        Value = Samples[Index];
        for (Place = Index; Place > 0 && Samples[Place - 1] > Value; Place--) {
            Samples[Place] = Samples[Place - 1];
        }
        Samples[Place] = Value;
    }
    return Samples[Count / 2];
}

/* What a measurement of nothing gives. */
static ULONG BenchOverhead(VOID)
{
    ULONG Index, Start;

    for (Index = 0; Index < 64; Index++) {
        Start = BenchNow();
        BenchSamples[Index] = BenchNow() - Start;
    }
    return BenchMedian(BenchSamples, 64);
}

/* Whether the counter counts instructions: 2,000 of them take about 2,000 ticks. */
static BOOLEAN BenchCountsInstructions(VOID)
{
    ULONG Start = BenchNow(), Left = 1000, Ticks;

    __asm__ __volatile__("1: dec %0; jnz 1b" : "+r"(Left));
    Ticks = BenchNow() - Start;
    return Ticks >= 2000 && Ticks <= 2020;
}

static VOID BenchRun(PCSTR Pattern)
{
    ULONG Index, Count, Value, Overhead = BenchOverhead();
    PCSTR Ticks = BenchCountsInstructions() ? "instructions" : "ticks";

    for (Index = 0; Index < sizeof(BenchTable) / sizeof(BenchTable[0]); Index++) {
        const BENCH_ENTRY *Entry = &BenchTable[Index];

        if (!BenchMatches(Pattern, Entry->Name)) {
            continue;
        }
        Count = Entry->Routine(BenchSamples, BENCH_SAMPLES);
        if (Count == 0) {
            DbgPrint("%s: not enough memory for it\n", Entry->Name);
            continue;
        }
        Value = BenchMedian(BenchSamples, Count);
        if (Entry->Unit == NULL) {
            Value = Value > Overhead ? Value - Overhead : 0;
        }
        DbgPrint("METRIC %s %lu %s\n", Entry->Name, Value, Entry->Unit ? Entry->Unit : Ticks);
    }
}

/* Reads the pattern; "*" when there is none. */
static NTSTATUS BenchPattern(PUNICODE_STRING RegistryPath, PSTR Pattern, ULONG Size)
{
    struct {
        KEY_VALUE_PARTIAL_INFORMATION Information;
        WCHAR More[80];
    } Value;
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    HANDLE Service, Key;
    ULONG Length = 0, Index;
    NTSTATUS Status;

    Pattern[0] = '*';
    Pattern[1] = 0;
    InitializeObjectAttributes(&Attributes, RegistryPath, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL, NULL);
    Status = ZwOpenKey(&Service, KEY_READ, &Attributes);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlInitUnicodeString(&Name, L"Parameters");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, Service,
                               NULL);
    Status = ZwOpenKey(&Key, KEY_READ, &Attributes);
    ZwClose(Service);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlInitUnicodeString(&Name, L"Glob");
    Status = ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, &Value, sizeof(Value), &Length);
    ZwClose(Key);
    if (NT_SUCCESS(Status)) {
        PWCHAR Wide = (PWCHAR)Value.Information.Data;

        for (Index = 0; Index < Value.Information.DataLength / sizeof(WCHAR) && Index < Size - 1;
             Index++) {
            Pattern[Index] = (CHAR)Wide[Index];
        }
        Pattern[Index] = 0;
    }
    return Status;
}

static VOID NTAPI BenchUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    CHAR Pattern[80];

    BenchDriver = DriverObject;
    DriverObject->DriverUnload = BenchUnload;
    BenchPattern(RegistryPath, Pattern, sizeof(Pattern));
    BenchRun(Pattern);
    return STATUS_SUCCESS;
}
