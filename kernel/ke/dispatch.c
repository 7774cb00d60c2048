/* The scheduler: 32 priorities, preemptive, a quantum of two clock ticks.
 *
 * Everything here is guarded by KiDispatcherLock, which is held across the context switch: the
 * thread that begins or goes on releases it. That way nobody ever sees a thread that is on a
 * ready queue and still runs on its stack.
 *
 *   Ready ──chosen──► Standby (KPRCB.NextThread) ──switch──► Running ──KiWait──► Waiting
 *     ▲                                                        │                   │
 *     └── preempted (head of its queue), quantum end (tail) ◄──┘                   │
 *     └────────────────────────────── KiUnwaitThread ◄─────────────────────────────┘
 *
 * One processor so far: KiReadyThreadLocked offers a thread to the processor it runs on. A second
 * one makes it a choice among KPRCBs, and an interrupt to the one chosen.
 *
 * A thread of priority < 16 gets a boost above its base when a wait ends, and loses a level of it
 * each quantum. The idle thread (priority -1) is on no queue: it runs when nothing else does. */
#include "ki.h"

KSPIN_LOCK KiDispatcherLock;
static LIST_ENTRY KiReadyLists[KI_PRIORITIES];
static ULONG KiReadySummary;            /* bit n: KiReadyLists[n] is not empty */

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, KiInitializeDispatcher)
#endif

VOID KiInitializeDispatcher(VOID)
{
    ULONG i;

    for (i = 0; i < KI_PRIORITIES; i++) {
        InitializeListHead(&KiReadyLists[i]);
    }
}

static VOID KiEnqueue(PKTHREAD Thread, BOOLEAN Head)
{
    PLIST_ENTRY list = &KiReadyLists[(ULONG)Thread->Priority];

    Thread->State = Ready;
    if (Head) {
        InsertHeadList(list, &Thread->QueueListEntry);
    } else {
        InsertTailList(list, &Thread->QueueListEntry);
    }
    KiReadySummary |= 1u << Thread->Priority;
}

static VOID KiDequeue(PKTHREAD Thread)
{
    if (RemoveEntryList(&Thread->QueueListEntry)) {
        KiReadySummary &= ~(1u << Thread->Priority);
    }
}

/* The best ready thread of at least the given priority, taken off its queue; NULL if none. */
static PKTHREAD KiTakeReady(LONG LowestPriority)
{
    PKTHREAD thread;
    LONG highest;

    if (KiReadySummary == 0) {
        return NULL;
    }
    highest = 31 - __builtin_clz(KiReadySummary);
    if (highest < LowestPriority) {
        return NULL;
    }
    thread = CONTAINING_RECORD(KiReadyLists[highest].Flink, KTHREAD, QueueListEntry);
    KiDequeue(thread);
    return thread;
}

VOID KiReadyThreadLocked(PKTHREAD Thread)
{
    KPRCB *prcb = KiCurrentPrcb();
    PKTHREAD next = prcb->NextThread;

    Thread->WaitTime = (ULONG)KeTickCount.LowPart;
    if (Thread->Priority > (next != NULL ? next : prcb->CurrentThread)->Priority) {
        if (next != NULL) {
            KiEnqueue(next, TRUE);
        }
        Thread->State = Standby;
        prcb->NextThread = Thread;
    } else {
        KiEnqueue(Thread, FALSE);
    }
}

VOID KiSwapThread(VOID)
{
    KPRCB *prcb = KiCurrentPrcb();
    PKTHREAD old = prcb->CurrentThread, new = prcb->NextThread;

    if (new != NULL) {
        prcb->NextThread = NULL;
    } else if ((new = KiTakeReady(0)) == NULL) {
        new = prcb->IdleThread;
    }
    if (prcb->DpcRoutineActive) {
        KeBugCheckEx(ATTEMPTED_SWITCH_FROM_DPC, (ULONG_PTR)old, (ULONG_PTR)new, 0, 0);
    }
    new->State = Running;
    if (new != old) {
        if (new->Quantum <= 0) {
            new->Quantum = new->QuantumReset;
        }
        prcb->QuantumEnd = FALSE;
        prcb->CurrentThread = new;
        prcb->ContextSwitches++;
        new->ContextSwitches++;
        KiSwapContext(old, new);
    }
    /* From here on as the thread that came back, perhaps on another processor. */
    if (KiCurrentThread()->ApcState.KernelApcPending) {
        HalRequestSoftwareInterrupt(APC_LEVEL);
    }
}

static VOID KiPutBack(PKTHREAD Current, BOOLEAN Head)
{
    if (Current == KiCurrentPrcb()->IdleThread) {
        Current->State = Ready;
    } else {
        KiEnqueue(Current, Head);
    }
}

VOID KiPreempt(VOID)
{
    KPRCB *prcb = KiCurrentPrcb();

    if (prcb->NextThread != NULL) {
        KiPutBack(prcb->CurrentThread, TRUE);
        KiSwapThread();
    }
}

VOID KiUnlockDispatcher(KIRQL OldIrql)
{
    if (KiCurrentPrcb()->NextThread != NULL) {
        if (OldIrql < DISPATCH_LEVEL) {
            KiPreempt();
        } else {
            HalRequestSoftwareInterrupt(DISPATCH_LEVEL);    /* taken when IRQL drops */
        }
    }
    KiRelease(&KiDispatcherLock);
    KfLowerIrql(OldIrql);
}

VOID KiQuantumEnd(VOID)
{
    KPRCB *prcb = KiCurrentPrcb();
    PKTHREAD thread = prcb->CurrentThread, other;

    KiAcquire(&KiDispatcherLock);
    if (thread != prcb->IdleThread && thread->Quantum <= 0) {
        thread->Quantum = thread->QuantumReset;
        if (thread->Priority < LOW_REALTIME_PRIORITY && thread->Priority > thread->BasePriority) {
            thread->Priority--;
        }
        if (prcb->NextThread == NULL && (other = KiTakeReady(thread->Priority)) != NULL) {
            other->State = Standby;
            prcb->NextThread = other;
        }
        if (prcb->NextThread != NULL) {
            KiPutBack(thread, FALSE);
            KiSwapThread();
        }
    } else {
        KiPreempt();
    }
    KiRelease(&KiDispatcherLock);
}

VOID KeYield(VOID)
{
    KIRQL old = KiLockDispatcher();
    KPRCB *prcb = KiCurrentPrcb();
    PKTHREAD thread = prcb->CurrentThread, other;

    if (prcb->NextThread == NULL && (other = KiTakeReady(thread->Priority)) != NULL) {
        other->State = Standby;
        prcb->NextThread = other;
    }
    if (prcb->NextThread != NULL && old < DISPATCH_LEVEL) {
        KiPutBack(thread, FALSE);
        KiSwapThread();
    }
    KiUnlockDispatcher(old);
}

/* Whatever the thread's state, it stands where its new priority puts it. */
VOID KiSetPriorityLocked(PKTHREAD Thread, KPRIORITY Priority)
{
    KPRCB *prcb = KiCurrentPrcb();
    KPRIORITY old = Thread->Priority;
    PKTHREAD other;

    if (old == Priority) {
        return;
    }
    switch (Thread->State) {
    case Ready:
        if (Thread != prcb->IdleThread) {
            KiDequeue(Thread);
            Thread->Priority = (CHAR)Priority;
            KiReadyThreadLocked(Thread);
        }
        return;
    case Standby:
        Thread->Priority = (CHAR)Priority;
        if (Priority < old && (other = KiTakeReady(Priority + 1)) != NULL) {
            other->State = Standby;
            prcb->NextThread = other;
            KiReadyThreadLocked(Thread);
        }
        return;
    case Running:
        Thread->Priority = (CHAR)Priority;
        if (Priority < old && prcb->NextThread == NULL &&
            (other = KiTakeReady(Priority + 1)) != NULL) {
            other->State = Standby;
            prcb->NextThread = other;
        }
        return;
    default:
        Thread->Priority = (CHAR)Priority;
    }
}

/* Sets the base as well: what a driver asks for is what its thread keeps. */
KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)
{
    KIRQL irql = KiLockDispatcher();
    KPRIORITY old = Thread->Priority;

    NT_ASSERT(Priority > LOW_PRIORITY && Priority < KI_PRIORITIES);
    Thread->BasePriority = (CHAR)Priority;
    Thread->Quantum = Thread->QuantumReset;
    KiSetPriorityLocked(Thread, Priority);
    KiUnlockDispatcher(irql);
    return old;
}

KPRIORITY NTAPI KeQueryPriorityThread(PKTHREAD Thread)
{
    return Thread->Priority;
}

/* Increment is relative to the system process's base; returns the increment before. */
LONG NTAPI KeSetBasePriorityThread(PRKTHREAD Thread, LONG Increment)
{
    KIRQL irql = KiLockDispatcher();
    LONG old = Thread->BasePriority - KI_SYSTEM_PRIORITY;
    LONG priority = KI_SYSTEM_PRIORITY + Increment;

    if (priority < 1) {
        priority = 1;
    } else if (priority >= LOW_REALTIME_PRIORITY) {
        priority = LOW_REALTIME_PRIORITY - 1;
    }
    Thread->BasePriority = (CHAR)priority;
    KiSetPriorityLocked(Thread, priority);
    KiUnlockDispatcher(irql);
    return old;
}
