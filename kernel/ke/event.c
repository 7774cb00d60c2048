/* Events, semaphores: the dispatcher objects without an owner. State under KiDispatcherLock;
 * reading it is one load, and stale at once. Waiting itself is in wait.c. */
#include "ki.h"

static VOID KiInitializeHeader(DISPATCHER_HEADER *Header, UCHAR Type, ULONG Size, LONG State)
{
    Header->Type = Type;
    Header->Absolute = 0;
    Header->Size = (UCHAR)(Size / sizeof(LONG));
    Header->Inserted = 0;
    Header->SignalState = State;
    InitializeListHead(&Header->WaitListHead);
}

/* With Wait the lock stays held for the wait that the caller promises to begin next. */
static VOID KiLeaveOrKeep(KIRQL Irql, BOOLEAN Wait)
{
    PKTHREAD thread;

    if (Wait) {
        thread = KiCurrentThread();
        thread->WaitNext = TRUE;
        thread->WaitIrql = Irql;
    } else {
        KiUnlockDispatcher(Irql);
    }
}

VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    KiInitializeHeader(&Event->Header,
                       Type == NotificationEvent ? KI_EVENT_NOTIFICATION
                                                 : KI_EVENT_SYNCHRONIZATION,
                       sizeof(KEVENT), State != FALSE);
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    KIRQL irql = KiLockDispatcher();
    LONG old = Event->Header.SignalState;

    Event->Header.SignalState = 1;
    if (old == 0) {
        KiWaitTest(&Event->Header, Increment);
    }
    KiLeaveOrKeep(irql, Wait);
    return old;
}

LONG NTAPI KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    KIRQL irql = KiLockDispatcher();
    LONG old = Event->Header.SignalState;

    if (old == 0) {
        Event->Header.SignalState = 1;
        KiWaitTest(&Event->Header, Increment);
    }
    Event->Header.SignalState = 0;
    KiLeaveOrKeep(irql, Wait);
    return old;
}

LONG NTAPI KeResetEvent(PRKEVENT Event)
{
    KIRQL irql = KiLockDispatcher();
    LONG old = Event->Header.SignalState;

    Event->Header.SignalState = 0;
    KiUnlockDispatcher(irql);
    return old;
}

VOID NTAPI KeClearEvent(PRKEVENT Event)
{
    *(volatile LONG *)&Event->Header.SignalState = 0;
}

LONG NTAPI KeReadStateEvent(PRKEVENT Event)
{
    return Event->Header.SignalState;
}

VOID NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
    KiInitializeHeader(&Semaphore->Header, KI_SEMAPHORE, sizeof(KSEMAPHORE), Count);
    Semaphore->Limit = Limit;
}

LONG NTAPI KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment,
                              BOOLEAN Wait)
{
    KIRQL irql = KiLockDispatcher();
    LONG old = Semaphore->Header.SignalState;

    if (Adjustment > Semaphore->Limit - old || Adjustment < 0) {
        KiUnlockDispatcher(irql);
        KeRaiseStatus(STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    }
    Semaphore->Header.SignalState = old + Adjustment;
    if (old == 0) {
        KiWaitTest(&Semaphore->Header, Increment);
    }
    KiLeaveOrKeep(irql, Wait);
    return old;
}

LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore)
{
    return Semaphore->Header.SignalState;
}
