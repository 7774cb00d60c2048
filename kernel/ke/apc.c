/* Kernel APCs: routines run in a given thread, when its IRQL is below APC_LEVEL.
 *
 * Special ones (no NormalRoutine) run at APC_LEVEL and are only held off by IRQL. Normal ones run
 * at PASSIVE_LEVEL after their kernel routine, one at a time, and not in a critical region. A
 * thread's lists are guarded by its ApcQueueLock at DISPATCH_LEVEL; KernelApcPending is set before
 * the dispatcher lock is taken, and KiWait looks at it with that lock held, so an APC is never
 * missed by a thread about to wait. There is no user mode: user APCs are refused. */
#include "ki.h"

VOID NTAPI KeInitializeApc(PRKAPC Apc, PRKTHREAD Thread, KAPC_ENVIRONMENT Environment,
                           PKKERNEL_ROUTINE KernelRoutine, PKRUNDOWN_ROUTINE RundownRoutine,
                           PKNORMAL_ROUTINE NormalRoutine, KPROCESSOR_MODE ApcMode,
                           PVOID NormalContext)
{
    Apc->Type = KI_APC;
    Apc->Size = sizeof(*Apc);
    Apc->Thread = Thread;
    Apc->KernelRoutine = KernelRoutine;
    Apc->RundownRoutine = RundownRoutine;
    Apc->NormalRoutine = NormalRoutine;
    Apc->ApcStateIndex = (CCHAR)Environment;
    Apc->ApcMode = NormalRoutine != NULL ? ApcMode : KernelMode;
    Apc->NormalContext = NormalRoutine != NULL ? NormalContext : NULL;
    Apc->Inserted = FALSE;
}

/* Special APCs go behind the last special one, normal ones to the end. Queue lock held. */
static VOID KiLinkApc(PKTHREAD Thread, PKAPC Apc)
{
    PLIST_ENTRY head = &Thread->ApcState.ApcListHead[KernelMode], entry = head;

    if (Apc->NormalRoutine != NULL) {
        InsertTailList(head, &Apc->ApcListEntry);
    } else {
        while (entry->Flink != head &&
               CONTAINING_RECORD(entry->Flink, KAPC, ApcListEntry)->NormalRoutine == NULL) {
            entry = entry->Flink;
        }
        InsertHeadList(entry, &Apc->ApcListEntry);
    }
    Apc->Inserted = TRUE;
}

/* The thread has something new: wake it if it waits where the APC may run. Queue lock held. */
static VOID KiNotifyThread(PKTHREAD Thread, BOOLEAN Special, KPRIORITY Increment)
{
    Thread->ApcState.KernelApcPending = TRUE;
    if (Thread == KiCurrentThread()) {
        HalRequestSoftwareInterrupt(APC_LEVEL);
        return;
    }
    KiAcquire(&KiDispatcherLock);
    if (Thread->State == Waiting && Thread->WaitIrql < APC_LEVEL &&
        (Special || (Thread->KernelApcDisable == 0 && !Thread->ApcState.KernelApcInProgress))) {
        KiUnwaitThread(Thread, STATUS_KERNEL_APC, Increment);
    }
    KiUnlockDispatcher(DISPATCH_LEVEL);
}

BOOLEAN NTAPI KeInsertQueueApc(PRKAPC Apc, PVOID SystemArgument1, PVOID SystemArgument2,
                               KPRIORITY Increment)
{
    PKTHREAD thread = Apc->Thread;
    BOOLEAN inserted = FALSE;
    KIRQL irql = KfAcquireSpinLock(&thread->ApcQueueLock);

    if (!Apc->Inserted && thread->ApcQueueable && Apc->ApcMode == KernelMode) {
        Apc->SystemArgument1 = SystemArgument1;
        Apc->SystemArgument2 = SystemArgument2;
        KiLinkApc(thread, Apc);
        KiNotifyThread(thread, Apc->NormalRoutine == NULL, Increment);
        inserted = TRUE;
    }
    KfReleaseSpinLock(&thread->ApcQueueLock, irql);
    return inserted;
}

/* The next APC that may run now, off the list; NULL if there is none. */
static PKAPC KiTakeApc(PKTHREAD Thread)
{
    KIRQL irql = KfAcquireSpinLock(&Thread->ApcQueueLock);
    PLIST_ENTRY head = &Thread->ApcState.ApcListHead[KernelMode];
    PKAPC apc = NULL;

    if (!IsListEmpty(head)) {
        apc = CONTAINING_RECORD(head->Flink, KAPC, ApcListEntry);
        if (apc->NormalRoutine != NULL &&
            (Thread->KernelApcDisable != 0 || Thread->ApcState.KernelApcInProgress)) {
            apc = NULL;
        } else {
            RemoveEntryList(&apc->ApcListEntry);
            apc->Inserted = FALSE;
        }
    }
    KfReleaseSpinLock(&Thread->ApcQueueLock, irql);
    return apc;
}

static VOID KiCheckApcIrql(KIRQL Expected, PVOID Routine, PKAPC Apc)
{
    if (KiIrql() != Expected) {
        KeBugCheckEx(IRQL_UNEXPECTED_VALUE, (ULONG)KiIrql() << 16 | (ULONG)Expected << 8,
                     (ULONG_PTR)Routine, (ULONG_PTR)Apc, 0);
    }
}

/* The software interrupt at APC_LEVEL. The KAPC may be freed by its kernel routine. */
VOID KiDeliverApc(VOID)
{
    PKTHREAD thread = KiCurrentThread();
    PVOID exceptionList = KiExceptionList();
    PKKERNEL_ROUTINE kernelRoutine;
    PKNORMAL_ROUTINE routine;
    PVOID context, argument1, argument2;
    PKAPC apc;

    KiSetExceptionList(KI_EXCEPTION_CHAIN_END);
    thread->ApcState.KernelApcPending = FALSE;
    while ((apc = KiTakeApc(thread)) != NULL) {
        kernelRoutine = apc->KernelRoutine;
        routine = apc->NormalRoutine;
        context = apc->NormalContext;
        argument1 = apc->SystemArgument1;
        argument2 = apc->SystemArgument2;
        kernelRoutine(apc, &routine, &context, &argument1, &argument2);
        KiCheckApcIrql(APC_LEVEL, kernelRoutine, apc);
        if (routine != NULL) {
            thread->ApcState.KernelApcInProgress = TRUE;
            KfLowerIrql(PASSIVE_LEVEL);
            routine(context, argument1, argument2);
            KiCheckApcIrql(PASSIVE_LEVEL, routine, apc);
            KfRaiseIrql(APC_LEVEL);
            thread->ApcState.KernelApcInProgress = FALSE;
        }
    }
    KiSetExceptionList(exceptionList);
}

VOID KiCheckApcs(PKTHREAD Thread)
{
    if (Thread->KernelApcDisable == 0 &&
        !IsListEmpty(&Thread->ApcState.ApcListHead[KernelMode])) {
        Thread->ApcState.KernelApcPending = TRUE;
        HalRequestSoftwareInterrupt(APC_LEVEL);
    }
}

/* A thread ends: no more APCs, and those that wait are run down. PASSIVE_LEVEL. */
VOID KiRundownApcs(PKTHREAD Thread)
{
    KIRQL irql = KfAcquireSpinLock(&Thread->ApcQueueLock);
    PLIST_ENTRY head = &Thread->ApcState.ApcListHead[KernelMode];
    PKAPC apc;

    Thread->ApcQueueable = FALSE;
    while (!IsListEmpty(head)) {
        apc = CONTAINING_RECORD(RemoveHeadList(head), KAPC, ApcListEntry);
        apc->Inserted = FALSE;
        KfReleaseSpinLock(&Thread->ApcQueueLock, irql);
        if (apc->RundownRoutine != NULL) {
            apc->RundownRoutine(apc);
        }
        irql = KfAcquireSpinLock(&Thread->ApcQueueLock);
    }
    KfReleaseSpinLock(&Thread->ApcQueueLock, irql);
}

VOID NTAPI KeEnterCriticalRegion(VOID)
{
    KiCurrentThread()->KernelApcDisable--;
}

VOID NTAPI KeLeaveCriticalRegion(VOID)
{
    PKTHREAD thread = KiCurrentThread();

    if (++thread->KernelApcDisable == 0) {
        KiCheckApcs(thread);
    }
}

BOOLEAN NTAPI KeAreApcsDisabled(VOID)
{
    return KiCurrentThread()->KernelApcDisable != 0;
}
