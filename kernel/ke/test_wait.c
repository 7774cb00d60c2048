/* Tests: events, semaphores, mutexes, single and multiple waits, time-outs, alerts. */
#include "ki.h"
#include "ktthread.h"

typedef struct _KT_WAITER {
    PVOID Object;
    volatile LONG *Awake;
    NTSTATUS Status;
} KT_WAITER;

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

static VOID NTAPI KtWaiter(PVOID Context)
{
    KT_WAITER *waiter = Context;

    waiter->Status = KeWaitForSingleObject(waiter->Object, Executive, KernelMode, FALSE, NULL);
    InterlockedIncrement(waiter->Awake);
}

KTEST(ke_event_notification_wakes_all)
{
    volatile LONG awake = 0;
    KT_WAITER waiters[3];
    PETHREAD threads[3];
    KEVENT event;
    ULONG i;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    for (i = 0; i < 3; i++) {
        waiters[i] = (KT_WAITER){ &event, &awake, STATUS_UNSUCCESSFUL };
        threads[i] = KtStart(KtWaiter, &waiters[i], KT_FIRST);
    }
    KCHECK_EQUAL(awake, 0);
    KCHECK_EQUAL(KeSetEvent(&event, IO_NO_INCREMENT, FALSE), 0);
    KCHECK_EQUAL(awake, 3);                     /* higher priority: they ran at once */
    for (i = 0; i < 3; i++) {
        KtJoin(threads[i]);
        KCHECK_EQUAL(waiters[i].Status, STATUS_SUCCESS);
    }
    KCHECK_EQUAL(KeReadStateEvent(&event), 1);
    KCHECK_EQUAL(KeResetEvent(&event), 1);
    KCHECK_EQUAL(KeReadStateEvent(&event), 0);
}

KTEST(ke_event_synchronization_wakes_one)
{
    volatile LONG awake = 0;
    KT_WAITER waiters[2];
    PETHREAD threads[2];
    KEVENT event;
    ULONG i;

    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    for (i = 0; i < 2; i++) {
        waiters[i] = (KT_WAITER){ &event, &awake, STATUS_UNSUCCESSFUL };
        threads[i] = KtStart(KtWaiter, &waiters[i], KT_FIRST);
    }
    KeSetEvent(&event, IO_NO_INCREMENT, FALSE);
    KCHECK_EQUAL(awake, 1);
    KCHECK_EQUAL(KeReadStateEvent(&event), 0);
    KePulseEvent(&event, IO_NO_INCREMENT, FALSE);
    KCHECK_EQUAL(awake, 2);
    KePulseEvent(&event, IO_NO_INCREMENT, FALSE);
    KCHECK_EQUAL(KeReadStateEvent(&event), 0);
    for (i = 0; i < 2; i++) {
        KtJoin(threads[i]);
    }
}

KTEST(ke_set_event_and_wait_is_one_step)
{
    volatile LONG awake = 0;
    KEVENT ours, theirs;
    KT_WAITER waiter = { &ours, &awake, STATUS_UNSUCCESSFUL };
    LARGE_INTEGER timeout = { .QuadPart = MS_TO_UNITS(20) };
    PETHREAD thread;

    KeInitializeEvent(&ours, SynchronizationEvent, FALSE);
    KeInitializeEvent(&theirs, SynchronizationEvent, FALSE);
    thread = KtStart(KtWaiter, &waiter, KT_FIRST);
    KeSetEvent(&ours, IO_NO_INCREMENT, TRUE);
    KCHECK_EQUAL(awake, 0);                     /* the lock is still held: no switch yet */
    KCHECK_EQUAL(KeWaitForSingleObject(&theirs, Executive, KernelMode, FALSE, &timeout),
                 STATUS_TIMEOUT);
    KCHECK_EQUAL(awake, 1);
    KCHECK_EQUAL(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KtJoin(thread);
}

KTEST(ke_semaphore_counts)
{
    volatile LONG awake = 0;
    KSEMAPHORE semaphore;
    KT_WAITER waiters[3];
    PETHREAD threads[3];
    ULONG i;

    KeInitializeSemaphore(&semaphore, 1, 3);
    for (i = 0; i < 3; i++) {
        waiters[i] = (KT_WAITER){ &semaphore, &awake, STATUS_UNSUCCESSFUL };
        threads[i] = KtStart(KtWaiter, &waiters[i], KT_FIRST);
    }
    KCHECK_EQUAL(awake, 1);
    KCHECK_EQUAL(KeReleaseSemaphore(&semaphore, IO_NO_INCREMENT, 2, FALSE), 0);
    KCHECK_EQUAL(awake, 3);
    KCHECK_EQUAL(KeReadStateSemaphore(&semaphore), 0);
    for (i = 0; i < 3; i++) {
        KtJoin(threads[i]);
    }
}

static VOID NTAPI KtMutexThief(PVOID Context)
{
    LARGE_INTEGER none = { .QuadPart = 0 };

    KCHECK_EQUAL(KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, &none),
                 STATUS_TIMEOUT);
    KCHECK_EQUAL(KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL),
                 STATUS_SUCCESS);
    KeReleaseMutex(Context, FALSE);
}

KTEST(ke_mutex_has_an_owner)
{
    PETHREAD thread;
    KMUTEX mutex;

    KeInitializeMutex(&mutex, 0);
    KCHECK(!KeAreApcsDisabled());
    KCHECK_EQUAL(KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL), 0);
    KCHECK_EQUAL(KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL), 0);
    KCHECK(KeAreApcsDisabled());
    KCHECK_EQUAL(KeReadStateMutex(&mutex), -1);
    thread = KtStart(KtMutexThief, &mutex, KT_FIRST);
    KCHECK_EQUAL(KeReleaseMutex(&mutex, FALSE), -1);
    KCHECK(KeAreApcsDisabled());
    KCHECK_EQUAL(KeReleaseMutex(&mutex, FALSE), 0);
    KCHECK(!KeAreApcsDisabled());
    KtJoin(thread);
    KCHECK_EQUAL(KeReadStateMutex(&mutex), 1);
}

static VOID NTAPI KtTakeAndDie(PVOID Context)
{
    KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL);
}

KTEST(ke_mutant_is_abandoned)
{
    KMUTANT mutant;

    KeInitializeMutant(&mutant, FALSE);
    KtJoin(KtStart(KtTakeAndDie, &mutant, KT_FIRST));
    KCHECK_EQUAL(KeWaitForSingleObject(&mutant, Executive, KernelMode, FALSE, NULL),
                 STATUS_ABANDONED);
    KCHECK_EQUAL(KeReleaseMutant(&mutant, IO_NO_INCREMENT, FALSE, FALSE), 0);
    KCHECK_EQUAL(KeWaitForSingleObject(&mutant, Executive, KernelMode, FALSE, NULL), 0);
    KeReleaseMutant(&mutant, IO_NO_INCREMENT, FALSE, FALSE);
}

KTEST(ke_wait_times_out)
{
    LARGE_INTEGER timeout = { .QuadPart = MS_TO_UNITS(30) }, none = { .QuadPart = 0 }, now;
    ULONGLONG start = KeQueryInterruptTime(), passed;
    KEVENT event;

    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    KCHECK_EQUAL(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &none),
                 STATUS_TIMEOUT);
    KCHECK_EQUAL(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &timeout),
                 STATUS_TIMEOUT);
    passed = KeQueryInterruptTime() - start;
    KCHECK(passed >= 300000 && passed < 30000000);
    KeQuerySystemTime(&now);
    timeout.QuadPart = now.QuadPart + 200000;   /* absolute */
    KCHECK_EQUAL(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &timeout),
                 STATUS_TIMEOUT);
    KeQuerySystemTime(&now);
    KCHECK(now.QuadPart >= timeout.QuadPart);
    KeSetEvent(&event, IO_NO_INCREMENT, FALSE);
    KCHECK_EQUAL(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &none),
                 STATUS_SUCCESS);
}

KTEST(ke_wait_for_any)
{
    LARGE_INTEGER none = { .QuadPart = 0 };
    KWAIT_BLOCK blocks[4];
    KEVENT events[4];
    PVOID objects[4];
    ULONG i;

    for (i = 0; i < 4; i++) {
        KeInitializeEvent(&events[i], SynchronizationEvent, FALSE);
        objects[i] = &events[i];
    }
    KCHECK_EQUAL(KeWaitForMultipleObjects(3, objects, WaitAny, Executive, KernelMode, FALSE,
                                          &none, NULL), STATUS_TIMEOUT);
    KeSetEvent(&events[3], IO_NO_INCREMENT, FALSE);
    KeSetEvent(&events[1], IO_NO_INCREMENT, FALSE);
    KCHECK_EQUAL(KeWaitForMultipleObjects(4, objects, WaitAny, Executive, KernelMode, FALSE, NULL,
                                          blocks), STATUS_WAIT_0 + 1);
    KCHECK_EQUAL(KeWaitForMultipleObjects(4, objects, WaitAny, Executive, KernelMode, FALSE, NULL,
                                          blocks), STATUS_WAIT_0 + 3);
    KCHECK_EQUAL(KeReadStateEvent(&events[3]), 0);
}

static VOID NTAPI KtAllWaiter(PVOID Context)
{
    PVOID *objects = Context;

    KCHECK_EQUAL(KeWaitForMultipleObjects(2, objects, WaitAll, Executive, KernelMode, FALSE, NULL,
                                          NULL), STATUS_SUCCESS);
}

KTEST(ke_wait_for_all_takes_nothing_early)
{
    KEVENT first, second;
    PVOID objects[2] = { &first, &second };
    PETHREAD thread;

    KeInitializeEvent(&first, SynchronizationEvent, FALSE);
    KeInitializeEvent(&second, SynchronizationEvent, FALSE);
    thread = KtStart(KtAllWaiter, objects, KT_FIRST);
    KeSetEvent(&first, IO_NO_INCREMENT, FALSE);
    KCHECK_EQUAL(KeReadStateEvent(&first), 1);  /* the other is missing: left alone */
    KCHECK_EQUAL(KeReadStateEvent((PRKEVENT)thread), 0);
    KeSetEvent(&second, IO_NO_INCREMENT, FALSE);
    KtJoin(thread);
    KCHECK_EQUAL(KeReadStateEvent(&first), 0);
    KCHECK_EQUAL(KeReadStateEvent(&second), 0);
}

static VOID NTAPI KtAlertable(PVOID Context)
{
    LARGE_INTEGER timeout = { .QuadPart = MS_TO_UNITS(2000) };

    *(NTSTATUS *)Context = KeDelayExecutionThread(KernelMode, TRUE, &timeout);
}

KTEST(ke_alert_ends_an_alertable_wait)
{
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    PETHREAD thread = KtStart(KtAlertable, &status, KT_FIRST);

    KREQUIRE(thread != NULL);
    KCHECK(!KeAlertThread(&thread->Tcb, KernelMode));
    KtJoin(thread);
    KCHECK_EQUAL(status, STATUS_ALERTED);
}
