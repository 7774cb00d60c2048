/* Work items: routines run at PASSIVE_LEVEL by system threads, queued from up to DISPATCH_LEVEL.
 *
 *   queue           priority  threads  for
 *   hypercritical   15        1        what other work depends on
 *   critical        13        2        lazy writes, deletes, unloads
 *   delayed         12        2        everything else
 *
 * A work item may wait for another of its queue. So that this cannot stop a queue for good, the
 * hypercritical thread looks once a second at queues that are not empty and have not moved since,
 * and gives each another thread, up to a limit.
 *
 * Guards: each queue's Lock its list and counts; the semaphore counts the items in the list. */
#include "exp.h"

#define WORKER_LIMIT      16
#define WORKER_WATCH_TIME (-10 * 1000 * 1000) /* one second, in 100 ns */

typedef struct _WORK_QUEUE {
    KSPIN_LOCK Lock;
    LIST_ENTRY Items; /* (Lock)                                     */
    KSEMAPHORE Count;
    ULONG Taken;        /* (Lock) items taken since start-up          */
    ULONG TakenBefore;  /* hypercritical thread only: at last look    */
    ULONG Threads;      /* start-up, then hypercritical thread only   */
    KPRIORITY Priority; /* constant                                   */
    PCSTR Name;         /* constant                                   */
} WORK_QUEUE, *PWORK_QUEUE;

static WORK_QUEUE Queues[MaximumWorkQueue] = {
    [CriticalWorkQueue] = {.Priority = 13, .Name = "critical worker"},
    [DelayedWorkQueue] = {.Priority = 12, .Name = "delayed worker"},
    [HyperCriticalWorkQueue] = {.Priority = 15, .Name = "hypercritical worker"},
};

static const UCHAR InitialThreads[MaximumWorkQueue] = {
    [CriticalWorkQueue] = 2,
    [DelayedWorkQueue] = 2,
    [HyperCriticalWorkQueue] = 1,
};

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, ExpInitializeWorkers)
#endif

NTKERNELAPI VOID NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
    PWORK_QUEUE Queue = &Queues[QueueType];
    KIRQL OldIrql;

    NT_ASSERT(QueueType >= 0 && QueueType < MaximumWorkQueue);
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    InsertTailList(&Queue->Items, &WorkItem->List);
    KeReleaseSemaphore(&Queue->Count, 0, 1, FALSE);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
}

PVOID ExFindWorkItem(PVOID Base, SIZE_T Size, PVOID *Routine)
{
    PVOID Found = NULL;
    KIRQL OldIrql;

    for (ULONG i = 0; i < MaximumWorkQueue && Found == NULL; i++) {
        PWORK_QUEUE Queue = &Queues[i];

        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
        for (PLIST_ENTRY Link = Queue->Items.Flink; Link != &Queue->Items && Found == NULL;
             Link = Link->Flink) {
            PWORK_QUEUE_ITEM Item = CONTAINING_RECORD(Link, WORK_QUEUE_ITEM, List);

            if ((ULONG_PTR)Item - (ULONG_PTR)Base < Size ||
                (ULONG_PTR)Item->WorkerRoutine - (ULONG_PTR)Base < Size) {
                Found = Item;
                *Routine = (PVOID)Item->WorkerRoutine;
            }
        }
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
    }
    return Found;
}

/* Takes the oldest item and runs it; the semaphore has said that there is one. */
static VOID RunItem(PWORK_QUEUE Queue)
{
    PWORK_QUEUE_ITEM Item;
    PWORKER_THREAD_ROUTINE Routine;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Item = CONTAINING_RECORD(RemoveHeadList(&Queue->Items), WORK_QUEUE_ITEM, List);
    Queue->Taken++;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    Routine = Item->WorkerRoutine;
    Item->List.Flink = NULL; /* from here on its owner may queue or free it */
    Routine(Item->Parameter);
    if (KeGetCurrentIrql() != PASSIVE_LEVEL) {
        KeBugCheckEx(WORKER_INVALID, 2, (ULONG_PTR)Routine, KeGetCurrentIrql(), 0);
    }
}

static VOID NTAPI Worker(PVOID Context)
{
    PWORK_QUEUE Queue = Context;

    for (;;) {
        KeWaitForSingleObject(&Queue->Count, Executive, KernelMode, FALSE, NULL);
        RunItem(Queue);
    }
}

static BOOLEAN AddThread(PWORK_QUEUE Queue, PKSTART_ROUTINE Routine)
{
    if (!NT_SUCCESS(
            PsCreateNamedSystemThread(Queue->Name, Queue->Priority, Routine, Queue, NULL))) {
        return FALSE;
    }
    Queue->Threads++;
    return TRUE;
}

/* A thread more for a queue in which nothing has moved though it has items. */
static VOID UnblockQueue(PWORK_QUEUE Queue)
{
    BOOLEAN Stuck;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Stuck = !IsListEmpty(&Queue->Items) && Queue->Taken == Queue->TakenBefore;
    Queue->TakenBefore = Queue->Taken;
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (Stuck && Queue->Threads < WORKER_LIMIT) {
        AddThread(Queue, Worker);
    }
}

static VOID NTAPI HyperCriticalWorker(PVOID Context)
{
    PWORK_QUEUE Queue = Context;
    LARGE_INTEGER Timeout = {.QuadPart = WORKER_WATCH_TIME};

    for (;;) {
        if (KeWaitForSingleObject(&Queue->Count, Executive, KernelMode, FALSE, &Timeout) ==
            STATUS_SUCCESS) {
            RunItem(Queue);
        } else {
            UnblockQueue(&Queues[CriticalWorkQueue]);
            UnblockQueue(&Queues[DelayedWorkQueue]);
        }
    }
}

BOOLEAN ExpInitializeWorkers(VOID)
{
    for (ULONG Type = 0; Type < MaximumWorkQueue; Type++) {
        PWORK_QUEUE Queue = &Queues[Type];

        KeInitializeSpinLock(&Queue->Lock);
        InitializeListHead(&Queue->Items);
        KeInitializeSemaphore(&Queue->Count, 0, MAXLONG);
    }
    for (ULONG Type = 0; Type < MaximumWorkQueue; Type++) {
        for (ULONG Thread = 0; Thread < InitialThreads[Type]; Thread++) {
            if (!AddThread(&Queues[Type],
                           Type == HyperCriticalWorkQueue ? HyperCriticalWorker : Worker)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}
