/* Tests: scheduling, thread ends, APCs, locks, interrupt objects, device queues, exceptions. */
#include "ki.h"
#include "ktthread.h"

typedef struct _KT_APC_LOG {
    volatile LONG Special, Normal;
    KIRQL SpecialIrql, NormalIrql;
    KEVENT Ready, Go;
} KT_APC_LOG;

static VOID NTAPI KtKernelRoutine(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context,
                                  PVOID *Argument1, PVOID *Argument2)
{
    KT_APC_LOG *log = *Argument1;

    if (*Normal == NULL) {
        log->SpecialIrql = KeGetCurrentIrql();
        InterlockedIncrement(&log->Special);
    }
}

static VOID NTAPI KtNormalRoutine(PVOID Context, PVOID Argument1, PVOID Argument2)
{
    KT_APC_LOG *log = Argument1;

    log->NormalIrql = KeGetCurrentIrql();
    InterlockedIncrement(&log->Normal);
}

static BOOLEAN NTAPI KtSynchronized(PVOID Context)
{
    *(KIRQL *)Context = KeGetCurrentIrql();
    return TRUE;
}

static BOOLEAN NTAPI KtNobodyIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    return FALSE;
}

KTEST(ke_interrupt_objects)
{
    KINTERRUPT first, second;
    KIRQL irql, inside = 0, old;
    ULONG vector = HalIrqToVector(5, &irql);

    KCHECK_EQUAL(irql, PROFILE_LEVEL - 5);
    KeInitializeInterrupt(&first, KtNobodyIsr, NULL, NULL, vector, irql, irql, Latched, FALSE);
    KeInitializeInterrupt(&second, KtNobodyIsr, NULL, NULL, vector, irql, irql, Latched, TRUE);
    KCHECK(KeConnectInterrupt(&first));
    KCHECK(!KeConnectInterrupt(&second));       /* the first one does not share */
    KCHECK(KeSynchronizeExecution(&first, KtSynchronized, &inside));
    KCHECK_EQUAL(inside, irql);
    old = KeAcquireInterruptSpinLock(&first);
    KCHECK_EQUAL(KeGetCurrentIrql(), irql);
    KeReleaseInterruptSpinLock(&first, old);
    KCHECK(KeDisconnectInterrupt(&first));
    KCHECK(!KeDisconnectInterrupt(&first));
    KCHECK(KeConnectInterrupt(&second));
    KCHECK(KeDisconnectInterrupt(&second));
    KeInitializeInterrupt(&first, KtNobodyIsr, NULL, NULL, HAL_VECTOR_BASE, CLOCK2_LEVEL,
                          CLOCK2_LEVEL, Latched, TRUE);
    KCHECK(!KeConnectInterrupt(&first));        /* the clock is the kernel's */
}

KTEST(ke_spin_locks)
{
    KLOCK_QUEUE_HANDLE handle;
    KSPIN_LOCK lock, queued;
    KIRQL irql;

    KeInitializeSpinLock(&lock);
    KeInitializeSpinLock(&queued);
    KeAcquireSpinLock(&lock, &irql);
    KCHECK_EQUAL(KeGetCurrentIrql(), DISPATCH_LEVEL);
    KCHECK(!KeTryToAcquireSpinLockAtDpcLevel(&lock));
    KCHECK(!KeTestSpinLock(&lock));
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&queued, &handle);
    KCHECK(!KeTestSpinLock(&queued));
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&handle);
    KCHECK(KeTestSpinLock(&queued));
    KeReleaseSpinLock(&lock, irql);
    KCHECK(KeTestSpinLock(&lock));
    KCHECK_EQUAL(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

/* The handler of a hand-made SEH frame: goes on at the address kept behind the frame. */
static int __cdecl KtSkipHandler(PEXCEPTION_RECORD Record, PVOID *Frame, PVOID Context,
                                 PVOID Dispatcher)
{
    PULONG eip = (PULONG)((PUCHAR)Context + 0xB8);      /* CONTEXT.Eip */

    Frame[3] = (PVOID)Record->ExceptionCode;
    *eip = (ULONG)Frame[2];
    return 0;
}

static NTSTATUS KtFaultCaught(BOOLEAN Divide)
{
    PVOID frame[4];
    ULONG discarded;

    frame[0] = KiExceptionList();
    frame[1] = (PVOID)KtSkipHandler;
    frame[3] = NULL;
    if (Divide) {
        __asm__ volatile("movl $1f, 8(%1)\n\tmovl %1, %%fs:0\n\t"
                         "xorl %%edx, %%edx; movl $5, %%eax; xorl %%ecx, %%ecx; divl %%ecx\n"
                         "1:" : "=&a"(discarded) : "S"(frame) : "ecx", "edx", "memory", "cc");
    } else {
        __asm__ volatile("movl $1f, 8(%1)\n\tmovl %1, %%fs:0\n\t"
                         "movl 0x1000, %0\n"
                         "1:" : "=&a"(discarded) : "S"(frame) : "memory", "cc");
    }
    KiSetExceptionList(frame[0]);
    return (NTSTATUS)frame[3];
}

KTEST(ke_exceptions_reach_the_frames)
{
    KCHECK_EQUAL(KtFaultCaught(FALSE), STATUS_ACCESS_VIOLATION);
    KCHECK_EQUAL(KtFaultCaught(TRUE), STATUS_INTEGER_DIVIDE_BY_ZERO);
}

KTEST(ke_device_queue)
{
    KDEVICE_QUEUE_ENTRY entries[3];
    KDEVICE_QUEUE queue;
    KIRQL irql = KeRaiseIrqlToDpcLevel();

    KeInitializeDeviceQueue(&queue);
    KCHECK(!KeInsertDeviceQueue(&queue, &entries[0]));  /* was idle: it is the current one */
    KCHECK(KeInsertByKeyDeviceQueue(&queue, &entries[1], 20));
    KCHECK(KeInsertByKeyDeviceQueue(&queue, &entries[2], 10));
    KCHECK(KeRemoveByKeyDeviceQueue(&queue, 15) == &entries[1]);
    KCHECK(KeRemoveEntryDeviceQueue(&queue, &entries[2]));
    KCHECK(!KeRemoveEntryDeviceQueue(&queue, &entries[2]));
    KCHECK(KeRemoveDeviceQueue(&queue) == NULL);
    KCHECK(!queue.Busy);
    KeLowerIrql(irql);
}

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

static VOID NTAPI KtCount(PVOID Context)
{
    InterlockedIncrement(Context);
}

KTEST(ke_higher_priority_preempts)
{
    volatile LONG ran = 0;
    PETHREAD thread = KtStart(KtCount, (PVOID)&ran, KT_FIRST);

    KCHECK_EQUAL(ran, 1);                       /* it ran before PsCreate… returned */
    KtJoin(thread);
    thread = KtStart(KtCount, (PVOID)&ran, 2);
    KCHECK_EQUAL(ran, 1);
    KtJoin(thread);
    KCHECK_EQUAL(ran, 2);
}

typedef struct _KT_SPINNER {
    volatile LONG Rounds;
    volatile LONG *Stop;
} KT_SPINNER;

static VOID NTAPI KtSpin(PVOID Context)
{
    KT_SPINNER *spinner = Context;

    while (*spinner->Stop == 0) {
        spinner->Rounds++;
    }
}

KTEST(ke_equals_share_the_processor)
{
    volatile LONG stop = 0;
    KT_SPINNER spinners[2] = { { 0, &stop }, { 0, &stop } };
    PETHREAD threads[2];
    ULONG i;

    for (i = 0; i < 2; i++) {
        threads[i] = KtStart(KtSpin, &spinners[i], 4);
    }
    KtSleep(200);
    stop = 1;
    for (i = 0; i < 2; i++) {
        KtJoin(threads[i]);
        KCHECK(spinners[i].Rounds > 0);
    }
}

KTEST(ke_priority_changes_take_effect)
{
    PKTHREAD self = KeGetCurrentThread();
    volatile LONG ran = 0;
    KPRIORITY base = KeQueryPriorityThread(self);
    PETHREAD thread;

    KeSetPriorityThread(self, 14);
    KCHECK_EQUAL(KeQueryPriorityThread(self), 14);
    thread = KtStart(KtCount, (PVOID)&ran, 10);
    KCHECK_EQUAL(ran, 0);
    KeSetPriorityThread(self, 5);
    KCHECK_EQUAL(ran, 1);
    KtJoin(thread);
    KeSetPriorityThread(self, base);
}

static VOID NTAPI KtExit(PVOID Context)
{
    PsTerminateSystemThread(STATUS_DEVICE_BUSY);
}

KTEST(ps_thread_end)
{
    PETHREAD thread, object;
    OBJECT_ATTRIBUTES attributes;
    CLIENT_ID id;
    HANDLE handle;

    thread = KtStart(KtExit, NULL, KT_FIRST);
    KREQUIRE(thread != NULL);
    KCHECK_EQUAL(KeReadStateEvent((PRKEVENT)thread), 1);
    KCHECK_EQUAL(thread->ExitStatus, STATUS_DEVICE_BUSY);
    ObDereferenceObject(thread);

    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    KREQUIRE(NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, NULL, &id,
                                             KtExit, NULL)));
    KCHECK(id.UniqueThread != NULL && id.UniqueThread != PsGetCurrentThreadId());
    KCHECK(NT_SUCCESS(ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType,
                                                KernelMode, (PVOID *)&object, NULL)));
    KCHECK_EQUAL(ZwClose(handle), STATUS_SUCCESS);
    KtJoin(object);
}

static VOID NTAPI KtApcTarget(PVOID Context)
{
    KT_APC_LOG *log = Context;

    KeSetEvent(&log->Ready, IO_NO_INCREMENT, FALSE);
    KCHECK_EQUAL(KeWaitForSingleObject(&log->Go, Executive, KernelMode, FALSE, NULL), 0);
    KeEnterCriticalRegion();
    KeSetEvent(&log->Ready, IO_NO_INCREMENT, FALSE);
    KCHECK_EQUAL(KeWaitForSingleObject(&log->Go, Executive, KernelMode, FALSE, NULL), 0);
    KCHECK_EQUAL(log->Normal, 1);               /* the second one is held off */
    KCHECK_EQUAL(log->Special, 2);
    KeLeaveCriticalRegion();
    KCHECK_EQUAL(log->Normal, 2);
}

KTEST(ke_apcs_interrupt_waits)
{
    KT_APC_LOG log = { 0 };
    KAPC special, normal;
    PETHREAD thread;

    KeInitializeEvent(&log.Ready, SynchronizationEvent, FALSE);
    KeInitializeEvent(&log.Go, SynchronizationEvent, FALSE);
    thread = KtStart(KtApcTarget, &log, KT_FIRST);
    KREQUIRE(thread != NULL);
    KeInitializeApc(&special, &thread->Tcb, OriginalApcEnvironment, KtKernelRoutine, NULL, NULL,
                    KernelMode, NULL);
    KeInitializeApc(&normal, &thread->Tcb, OriginalApcEnvironment, KtKernelRoutine, NULL,
                    KtNormalRoutine, KernelMode, NULL);

    KeWaitForSingleObject(&log.Ready, Executive, KernelMode, FALSE, NULL);
    KCHECK(KeInsertQueueApc(&normal, &log, NULL, IO_NO_INCREMENT));
    KCHECK(KeInsertQueueApc(&special, &log, NULL, IO_NO_INCREMENT));
    KCHECK_EQUAL(log.Normal, 1);
    KCHECK_EQUAL(log.Special, 1);
    KCHECK_EQUAL(log.NormalIrql, PASSIVE_LEVEL);
    KCHECK_EQUAL(log.SpecialIrql, APC_LEVEL);
    KeSetEvent(&log.Go, IO_NO_INCREMENT, FALSE);

    KeWaitForSingleObject(&log.Ready, Executive, KernelMode, FALSE, NULL);
    KCHECK(KeInsertQueueApc(&normal, &log, NULL, IO_NO_INCREMENT));
    KCHECK(!KeInsertQueueApc(&normal, &log, NULL, IO_NO_INCREMENT));
    KCHECK(KeInsertQueueApc(&special, &log, NULL, IO_NO_INCREMENT));
    KCHECK_EQUAL(log.Normal, 1);
    KCHECK_EQUAL(log.Special, 2);
    KeSetEvent(&log.Go, IO_NO_INCREMENT, FALSE);
    KtJoin(thread);
}
