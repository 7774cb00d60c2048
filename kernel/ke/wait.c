/* Waiting, and what happens to waiters when an object is signalled. All under KiDispatcherLock.
 *
 * A waiting thread hangs with one KWAIT_BLOCK on each object's WaitListHead; the blocks form a
 * ring by NextWaitBlock. The time-out is the thread's own timer with the built-in block number 3,
 * which is not in the ring. Blocks for up to three objects are built in.
 *
 *   object signalled     KiWaitTest: each waiter whose wait is now satisfied is taken off
 *   time-out             the timer is signalled, its block has the key STATUS_TIMEOUT
 *   kernel APC           the wait is broken with STATUS_KERNEL_APC, the APC runs, the wait begins
 *                        again; a relative time-out goes on from where it was
 *   alert                only alertable waits: STATUS_ALERTED
 *
 * KeSetEvent(…, Wait = TRUE) and its like keep the lock for the wait that follows (WaitNext). */
#include "ki.h"

#define TIMER_BLOCK THREAD_WAIT_OBJECTS
#define KI_NO_DEADLINE (~0ull)

BOOLEAN KiObjectSignalled(DISPATCHER_HEADER *Object, PKTHREAD Thread)
{
    return Object->SignalState > 0 ||
           (Object->Type == KI_MUTANT &&
            CONTAINING_RECORD(Object, KMUTANT, Header)->OwnerThread == Thread);
}

/* Thread's wait takes what the object gives; an abandoned mutant adds STATUS_ABANDONED. */
VOID KiSatisfyObject(DISPATCHER_HEADER *Object, PKTHREAD Thread, NTSTATUS *Status)
{
    PKMUTANT mutant;

    switch (Object->Type) {
    case KI_EVENT_SYNCHRONIZATION:
    case KI_TIMER_SYNCHRONIZATION:
        Object->SignalState = 0;
        break;
    case KI_SEMAPHORE:
        Object->SignalState--;
        break;
    case KI_MUTANT:
        mutant = CONTAINING_RECORD(Object, KMUTANT, Header);
        if (--Object->SignalState == 0) {
            mutant->OwnerThread = Thread;
            Thread->KernelApcDisable -= mutant->ApcDisable;
            InsertTailList(&Thread->MutantListHead, &mutant->MutantListEntry);
            if (mutant->Abandoned) {
                mutant->Abandoned = FALSE;
                *Status |= STATUS_ABANDONED;
            }
        }
        break;
    default:
        break;
    }
}

/* Ends a thread's wait and makes it ready. */
VOID KiUnwaitThread(PKTHREAD Thread, NTSTATUS Status, KPRIORITY Increment)
{
    PKWAIT_BLOCK block = Thread->WaitBlockList;
    LONG priority;

    if (block != NULL) {
        do {
            RemoveEntryList(&block->WaitListEntry);
            block = block->NextWaitBlock;
        } while (block != Thread->WaitBlockList);
        Thread->WaitBlockList = NULL;
    }
    if (Thread->Timer.Header.Inserted) {
        KiRemoveTimer(&Thread->Timer);
    }
    InitializeListHead(&Thread->Timer.Header.WaitListHead);
    Thread->WaitStatus = Status;
    if (Thread->Priority < LOW_REALTIME_PRIORITY) {
        priority = Thread->BasePriority + Increment;
        if (priority >= LOW_REALTIME_PRIORITY) {
            priority = LOW_REALTIME_PRIORITY - 1;
        }
        if (priority > Thread->Priority) {
            Thread->Priority = (CHAR)priority;
        }
    }
    if (Thread->Quantum <= 0) {
        Thread->Quantum = Thread->QuantumReset;
    }
    KiReadyThreadLocked(Thread);
}

/* All objects of a WaitAll would be signalled for Thread. */
static BOOLEAN KiAllSignalled(PKWAIT_BLOCK First, PKTHREAD Thread)
{
    PKWAIT_BLOCK block = First;

    do {
        if (!KiObjectSignalled(block->Object, Thread)) {
            return FALSE;
        }
        block = block->NextWaitBlock;
    } while (block != First);
    return TRUE;
}

VOID KiWaitTest(DISPATCHER_HEADER *Object, KPRIORITY Increment)
{
    PLIST_ENTRY entry = Object->WaitListHead.Flink;
    PKWAIT_BLOCK block, other;
    PKTHREAD thread;
    NTSTATUS status;

    while (Object->SignalState > 0 && entry != &Object->WaitListHead) {
        block = CONTAINING_RECORD(entry, KWAIT_BLOCK, WaitListEntry);
        thread = block->Thread;
        entry = entry->Flink;
        if (block->WaitType == WaitAny) {
            status = block->WaitKey;
            KiSatisfyObject(Object, thread, &status);
        } else {
            if (!KiAllSignalled(thread->WaitBlockList, thread)) {
                continue;
            }
            status = STATUS_SUCCESS;
            other = thread->WaitBlockList;
            do {
                KiSatisfyObject(other->Object, thread, &status);
                other = other->NextWaitBlock;
            } while (other != thread->WaitBlockList);
        }
        KiUnwaitThread(thread, status, Increment);
        entry = Object->WaitListHead.Flink;     /* several of its blocks may have been here */
    }
}

/* The interrupt time at which a time-out ends. */
static ULONG64 KiDeadline(PLARGE_INTEGER Timeout)
{
    LARGE_INTEGER now;

    if (Timeout == NULL) {
        return KI_NO_DEADLINE;
    }
    if (Timeout->QuadPart <= 0) {
        return KiNow() + (ULONG64)-Timeout->QuadPart;
    }
    KeQuerySystemTime(&now);
    return KiNow() +
           (Timeout->QuadPart > now.QuadPart ? (ULONG64)(Timeout->QuadPart - now.QuadPart) : 0);
}

/* If the wait is satisfied as things are, takes what it waits for and says how. */
static BOOLEAN KiTryWait(PKTHREAD Thread, ULONG Count, PVOID *Objects, WAIT_TYPE Type,
                         NTSTATUS *Status)
{
    ULONG i;

    if (Count == 0) {
        return FALSE;
    }
    for (i = 0; i < Count; i++) {
        BOOLEAN signalled = KiObjectSignalled(Objects[i], Thread);

        if (Type == WaitAny && signalled) {
            *Status = (NTSTATUS)i;
            KiSatisfyObject(Objects[i], Thread, Status);
            return TRUE;
        }
        if (Type == WaitAll && !signalled) {
            return FALSE;
        }
    }
    if (Type == WaitAny) {
        return FALSE;
    }
    *Status = STATUS_SUCCESS;
    for (i = 0; i < Count; i++) {
        KiSatisfyObject(Objects[i], Thread, Status);
    }
    return TRUE;
}

static BOOLEAN KiTestAlert(PKTHREAD Thread, KPROCESSOR_MODE Mode, NTSTATUS *Status)
{
    if (Thread->Alerted[(UCHAR)Mode]) {
        Thread->Alerted[(UCHAR)Mode] = FALSE;
        *Status = STATUS_ALERTED;
        return TRUE;
    }
    return FALSE;
}

static VOID KiQueueBlocks(PKTHREAD Thread, ULONG Count, PVOID *Objects, WAIT_TYPE Type,
                          PKWAIT_BLOCK Blocks)
{
    ULONG i;

    for (i = 0; i < Count; i++) {
        DISPATCHER_HEADER *object = Objects[i];

        Blocks[i].Object = object;
        Blocks[i].Thread = Thread;
        Blocks[i].WaitKey = (USHORT)(Type == WaitAny ? i : STATUS_SUCCESS);
        Blocks[i].WaitType = (UCHAR)Type;
        Blocks[i].NextWaitBlock = i + 1 < Count ? &Blocks[i + 1] : &Blocks[0];
        InsertTailList(&object->WaitListHead, &Blocks[i].WaitListEntry);
    }
    Thread->WaitBlockList = Count != 0 ? Blocks : NULL;
}

static VOID KiQueueTimeout(PKTHREAD Thread, ULONG64 Deadline)
{
    PKWAIT_BLOCK block = &Thread->WaitBlock[TIMER_BLOCK];

    block->Object = &Thread->Timer;
    block->Thread = Thread;
    block->WaitKey = (USHORT)STATUS_TIMEOUT;
    block->WaitType = WaitAny;
    block->NextWaitBlock = block;
    InitializeListHead(&Thread->Timer.Header.WaitListHead);
    InsertTailList(&Thread->Timer.Header.WaitListHead, &block->WaitListEntry);
    while (!KiInsertTimerAt(&Thread->Timer, Deadline)) {
        Deadline = KiNow() + 1;             /* the clock ticked just now: the next tick then */
    }
}

static NTSTATUS KiWait(ULONG Count, PVOID *Objects, WAIT_TYPE Type, KWAIT_REASON Reason,
                       KPROCESSOR_MODE Mode, BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                       PKWAIT_BLOCK Blocks)
{
    PKTHREAD thread = KiCurrentThread();
    ULONG64 deadline = KiDeadline(Timeout);
    NTSTATUS status;
    KIRQL irql;

    if (thread->WaitNext) {
        thread->WaitNext = FALSE;
        irql = thread->WaitIrql;
    } else {
        irql = KiLockDispatcher();
    }
    for (;;) {
        if (thread->ApcState.KernelApcPending && irql < APC_LEVEL) {
            HalRequestSoftwareInterrupt(APC_LEVEL);
            KiUnlockDispatcher(irql);           /* runs it, and clears the flag */
            irql = KiLockDispatcher();
            continue;
        }
        if (KiTryWait(thread, Count, Objects, Type, &status)) {
            break;
        }
        if (Alertable && KiTestAlert(thread, Mode, &status)) {
            break;
        }
        if (deadline <= KiNow()) {
            status = STATUS_TIMEOUT;
            break;
        }
        if (irql >= DISPATCH_LEVEL) {
            if (KiCurrentPrcb()->DpcRoutineActive) {
                KeBugCheckEx(ATTEMPTED_SWITCH_FROM_DPC, (ULONG_PTR)thread,
                             Count != 0 ? (ULONG_PTR)Objects[0] : 0, irql, 0);
            }
            KeBugCheckEx(IRQL_NOT_LESS_OR_EQUAL, Count != 0 ? (ULONG_PTR)Objects[0] : 0, irql, 0,
                         (ULONG_PTR)KiWait);
        }
        KiQueueBlocks(thread, Count, Objects, Type, Blocks);
        if (deadline != KI_NO_DEADLINE) {
            KiQueueTimeout(thread, deadline);
        }
        thread->WaitIrql = irql;
        thread->WaitMode = Mode;
        thread->Alertable = Alertable;
        thread->WaitReason = (UCHAR)Reason;
        thread->WaitTime = KeTickCount.LowPart;
        thread->State = Waiting;
        KiSwapThread();
        status = thread->WaitStatus;
        if (status != STATUS_KERNEL_APC) {
            break;
        }
        KiUnlockDispatcher(irql);
        irql = KiLockDispatcher();
    }
    KiUnlockDispatcher(irql);
    return status;
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason,
                                     KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                     PLARGE_INTEGER Timeout)
{
    return KiWait(1, &Object, WaitAny, WaitReason, WaitMode, Alertable, Timeout,
                  KiCurrentThread()->WaitBlock);
}

NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                                        KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                                        BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                        PKWAIT_BLOCK WaitBlockArray)
{
    if (Count == 0 || Count > (WaitBlockArray != NULL ? MAXIMUM_WAIT_OBJECTS
                                                      : THREAD_WAIT_OBJECTS)) {
        KeBugCheck(MAXIMUM_WAIT_OBJECTS_EXCEEDED);
    }
    return KiWait(Count, Object, WaitType, WaitReason, WaitMode, Alertable, Timeout,
                  WaitBlockArray != NULL ? WaitBlockArray : KiCurrentThread()->WaitBlock);
}

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                      PLARGE_INTEGER Interval)
{
    NTSTATUS status;

    if (Interval->QuadPart == 0) {
        KeYield();
        return STATUS_SUCCESS;
    }
    status = KiWait(0, NULL, WaitAny, DelayExecution, WaitMode, Alertable, Interval, NULL);
    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}

BOOLEAN KeAlertThread(PKTHREAD Thread, KPROCESSOR_MODE Mode)
{
    KIRQL irql = KiLockDispatcher();
    BOOLEAN before = Thread->Alerted[(UCHAR)Mode];

    if (!before) {
        if (Thread->State == Waiting && Thread->Alertable && Thread->WaitMode >= Mode) {
            KiUnwaitThread(Thread, STATUS_ALERTED, IO_NO_INCREMENT);
        } else {
            Thread->Alerted[(UCHAR)Mode] = TRUE;
        }
    }
    KiUnlockDispatcher(irql);
    return before;
}

PCSTR KeThreadStateName(PKTHREAD Thread)
{
    static const PCSTR states[] = { "new", "ready", "running", "standby", "ended" };

    if (Thread->State < Waiting) {
        return states[Thread->State];
    }
    switch (Thread->WaitReason) {
    case DelayExecution:
    case WrDelayExecution:
        return "delay";
    case PageIn:
    case WrPageIn:
        return "page-in";
    case PoolAllocation:
    case FreePage:
    case WrFreePage:
        return "memory";
    case WrQueue:
        return "queue";
    case UserRequest:
    case WrUserRequest:
        return "input";
    default:
        return "wait";
    }
}
