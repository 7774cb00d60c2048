/* Benchmarks of threads, work items, DPCs and spin locks. */

#include "bench.h"

/* Between the measuring thread and its partner, which run strictly in turn. */
typedef struct _BENCH_PARTNER {
    KEVENT Go;          /* to the partner: your turn, or end when Stop is set */
    KEVENT Done;        /* to the measuring thread: back to you */
    ULONG Arrived;      /* the partner's time stamp after its wait */
    BOOLEAN Stop;
} BENCH_PARTNER;

static VOID NTAPI BenchPartnerThread(PVOID Context)
{
    BENCH_PARTNER *Partner = Context;

    for (;;) {
        KeWaitForSingleObject(&Partner->Go, Executive, KernelMode, FALSE, NULL);
        Partner->Arrived = BenchNow();
        if (Partner->Stop) {
            break;
        }
        KeSetEvent(&Partner->Done, 0, FALSE);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Starts a system thread and gives a reference to it. */
static NTSTATUS BenchStartThread(PKSTART_ROUTINE Routine, PVOID Context, PVOID *Thread)
{
    HANDLE Handle;
    NTSTATUS Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Routine,
                                           Context);

    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, NULL, KernelMode, Thread,
                                           NULL);
        ZwClose(Handle);
    }
    return Status;
}

ULONG BenchSwitch(PULONG Samples, ULONG Count)
{
    BENCH_PARTNER Partner;
    PVOID Thread;
    ULONG Index, Start;

    KeInitializeEvent(&Partner.Go, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Partner.Done, SynchronizationEvent, FALSE);
    Partner.Stop = FALSE;
    if (!NT_SUCCESS(BenchStartThread(BenchPartnerThread, &Partner, &Thread))) {
        return 0;
    }
    for (Index = 0; Index < Count; Index++) {
        Start = BenchNow();
        KeSetEvent(&Partner.Go, 0, FALSE);
        KeWaitForSingleObject(&Partner.Done, Executive, KernelMode, FALSE, NULL);
        Samples[Index] = Partner.Arrived - Start;
    }
    Partner.Stop = TRUE;
    KeSetEvent(&Partner.Go, 0, FALSE);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
    return Count;
}

static VOID NTAPI BenchShortThread(PVOID Context)
{
    PsTerminateSystemThread(STATUS_SUCCESS);
}

ULONG BenchThread(PULONG Samples, ULONG Count)
{
    ULONG Index, Start, Times = Count < 128 ? Count : 128;
    PVOID Thread;

    for (Index = 0; Index < Times; Index++) {
        Start = BenchNow();
        if (!NT_SUCCESS(BenchStartThread(BenchShortThread, NULL, &Thread))) {
            return Index;
        }
        KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Thread);
        Samples[Index] = BenchNow() - Start;
    }
    return Times;
}

typedef struct _BENCH_WORK {
    WORK_QUEUE_ITEM Item;
    KEVENT Done;
    ULONG Arrived;
} BENCH_WORK;

static VOID NTAPI BenchWorker(PVOID Context)
{
    BENCH_WORK *Work = Context;

    Work->Arrived = BenchNow();
    KeSetEvent(&Work->Done, 0, FALSE);
}

ULONG BenchWorkItem(PULONG Samples, ULONG Count)
{
    static BENCH_WORK Work;
    ULONG Index, Start;

    KeInitializeEvent(&Work.Done, SynchronizationEvent, FALSE);
    for (Index = 0; Index < Count; Index++) {
        ExInitializeWorkItem(&Work.Item, BenchWorker, &Work);
        Start = BenchNow();
        ExQueueWorkItem(&Work.Item, CriticalWorkQueue);
        KeWaitForSingleObject(&Work.Done, Executive, KernelMode, FALSE, NULL);
        Samples[Index] = Work.Arrived - Start;
    }
    return Count;
}

static VOID NTAPI BenchDpcRoutine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
}

ULONG BenchDpc(PULONG Samples, ULONG Count)
{
    static KDPC Dpc;
    ULONG Index, Start;
    KIRQL OldIrql;

    KeInitializeDpc(&Dpc, BenchDpcRoutine, NULL);
    for (Index = 0; Index < Count; Index++) {
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        Start = BenchNow();
        KeInsertQueueDpc(&Dpc, NULL, NULL);
        KeLowerIrql(OldIrql);
        Samples[Index] = BenchNow() - Start;
    }
    return Count;
}

ULONG BenchSpinLock(PULONG Samples, ULONG Count)
{
    static KSPIN_LOCK Lock;
    ULONG Index, Start;
    KIRQL OldIrql;

    KeInitializeSpinLock(&Lock);
    for (Index = 0; Index < Count; Index++) {
        Start = BenchNow();
        KeAcquireSpinLock(&Lock, &OldIrql);
        KeReleaseSpinLock(&Lock, OldIrql);
        Samples[Index] = BenchNow() - Start;
    }
    return Count;
}
