/* The benchmark driver: writing a pattern to \Device\Bench runs the benchmarks whose names match
 * and prints `METRIC name value unit`, the value being the median. What each name times, from the
 * call to its return or, where two threads take part, to the moment the other one runs:
 *
 *   fault.demand_zero   first touch of a page of paged pool, a zeroed page at hand
 *   fault.demand_zero_clear   the same when no zeroed page is at hand
 *   fault.soft          touch of a page that was only taken out of the working set
 *   fault.hard          touch of a page that is out, its frame reused; random order (microseconds)
 *   paging.out, .in     8 MiB of paged pool purged; touched again in order (KiB/s)
 *   lock.section16      MmLockPagableSectionByHandle + MmUnlockPagableImageSection, 16 pages that
 *                       are resident
 *   mdl.probe_lock16    MmProbeAndLockPages + MmUnlockPages, 16 resident pages
 *   mdl.map_unmap16     MmMapLockedPagesSpecifyCache + MmUnmapLockedPages, 16 pages
 *   irp.null, irp.null2 IoAllocateIrp, IoCallDriver, completion, IoFreeIrp; one device, and a
 *                       filter above it
 *   switch.event        KeSetEvent to another thread's return from waiting for it
 *   thread.create_join  PsCreateSystemThread to the end of waiting for its end
 *   work.queue_run      ExQueueWorkItem to the start of the routine
 *   dpc.queue_run       KeInsertQueueDpc at DISPATCH_LEVEL and KeLowerIrql, the routine included
 *   pool.pair64, 1024   ExAllocatePoolWithTag + ExFreePoolWithTag, nonpaged
 *   spinlock.pair       KeAcquireSpinLock + KeReleaseSpinLock
 *   driver.load_unload  ZwLoadDriver + ZwUnloadDriver of a driver that does nothing, without the
 *                       reading of its file: what passes from its open to its close is taken off
 *   driver.file_read    that reading by itself, from the volume: open, size, read, close
 *                       (microseconds)
 *
 * Under `-icount shift=0` the time stamp counter counts instructions, and the unit says so: a loop
 * of known length tells. The cost of reading the counter itself is taken off. */

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
    {"driver.load_unload", NULL, BenchLoadUnload},
    {"driver.file_read", "us", BenchFileRead},
};

PDRIVER_OBJECT BenchDriver;
static ULONG BenchSamples[BENCH_SAMPLES];

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD BenchUnload;
static DRIVER_DISPATCH BenchOpenClose;
static DRIVER_DISPATCH BenchWrite;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, BenchUnload)
#pragma alloc_text(PAGE, BenchOpenClose)
#endif

/* Whether Name matches Pattern of Length characters, in which * stands for any characters. */
static BOOLEAN BenchMatches(PCSTR Pattern, ULONG Length, PCSTR Name)
{
    if (Length == 0) {
        return *Name == 0;
    }
    if (*Pattern == '*') {
        return BenchMatches(Pattern + 1, Length - 1, Name)
               || (*Name != 0 && BenchMatches(Pattern, Length, Name + 1));
    }
    return *Name == *Pattern && BenchMatches(Pattern + 1, Length - 1, Name + 1);
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

static NTSTATUS BenchRun(PCSTR Pattern, ULONG Length)
{
    ULONG Index, Count, Value, Overhead = BenchOverhead();
    PCSTR Ticks = BenchCountsInstructions() ? "instructions" : "ticks";
    NTSTATUS Status = STATUS_NOT_FOUND;

    for (Index = 0; Index < sizeof(BenchTable) / sizeof(BenchTable[0]); Index++) {
        const BENCH_ENTRY *Entry = &BenchTable[Index];

        if (!BenchMatches(Pattern, Length, Entry->Name)) {
            continue;
        }
        Count = Entry->Routine(BenchSamples, BENCH_SAMPLES);
        if (Count == 0) {
            DbgPrint("%s: not enough memory or files for it\n", Entry->Name);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Value = BenchMedian(BenchSamples, Count);
        if (Entry->Unit == NULL) {
            Value = Value > Overhead ? Value - Overhead : 0;
        }
        DbgPrint("METRIC %s %lu %s\n", Entry->Name, Value, Entry->Unit ? Entry->Unit : Ticks);
        Status = STATUS_SUCCESS;
    }
    return Status;
}

NTSTATUS BenchComplete(PIRP Irp, NTSTATUS Status, ULONG Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI BenchOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAGED_CODE();

    return BenchComplete(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI BenchWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    ULONG Length = IoGetCurrentIrpStackLocation(Irp)->Parameters.Write.Length;
    NTSTATUS Status = BenchRun(Irp->AssociatedIrp.SystemBuffer, Length);

    return BenchComplete(Irp, Status, NT_SUCCESS(Status) ? Length : 0);
}

static VOID NTAPI BenchUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();

    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Name;
    PDEVICE_OBJECT Device;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, L"\\Device\\Bench");
    Status = IoCreateDevice(DriverObject, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }

    BenchDriver = DriverObject;
    Device->Flags |= DO_BUFFERED_IO;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = BenchOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = BenchOpenClose;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = BenchWrite;
    DriverObject->DriverUnload = BenchUnload;
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}
