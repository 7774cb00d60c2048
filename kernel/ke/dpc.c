/* Deferred procedure calls and what else happens when IRQL drops to below DISPATCH_LEVEL.
 *
 * Each processor has a queue (KPRCB.DpcLock, interrupts off, because service routines queue). The
 * software interrupt at DISPATCH_LEVEL drains it on a stack of its own, so that a DPC does not
 * add to whatever depth the interrupted thread has reached; then it looks after the quantum and
 * the switch to a thread of higher priority, on the thread's stack. */
#include "ki.h"

#define KI_TARGET_BASE 32       /* KDPC.Number: 32 + n means processor n, less: wherever queued */

VOID NTAPI KeInitializeDpc(PKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
    Dpc->Type = KI_DPC;
    Dpc->Importance = MediumImportance;
    Dpc->Number = 0;
    Dpc->DeferredRoutine = DeferredRoutine;
    Dpc->DeferredContext = DeferredContext;
    Dpc->DpcData = NULL;
}

VOID NTAPI KeSetImportanceDpc(PKDPC Dpc, KDPC_IMPORTANCE Importance)
{
    Dpc->Importance = (UCHAR)Importance;
}

VOID NTAPI KeSetTargetProcessorDpc(PKDPC Dpc, CCHAR Number)
{
    Dpc->Number = (USHORT)(KI_TARGET_BASE + Number);
}

BOOLEAN NTAPI KeInsertQueueDpc(PKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)
{
    ULONG flags = KiDisableInterrupts();
    KPRCB *prcb = KiCurrentPrcb();
    BOOLEAN inserted = FALSE, request = FALSE;

    KiAcquire(&prcb->DpcLock);
    if (Dpc->DpcData == NULL) {
        inserted = TRUE;
        Dpc->DpcData = prcb;
        Dpc->SystemArgument1 = SystemArgument1;
        Dpc->SystemArgument2 = SystemArgument2;
        if (Dpc->Importance == HighImportance) {
            InsertHeadList(&prcb->DpcListHead, &Dpc->DpcListEntry);
        } else {
            InsertTailList(&prcb->DpcListHead, &Dpc->DpcListEntry);
        }
        prcb->DpcQueueDepth++;
        if (!prcb->DpcRoutineActive && !prcb->DpcInterruptRequested) {
            prcb->DpcInterruptRequested = TRUE;
            request = TRUE;
        }
    }
    KiRelease(&prcb->DpcLock);
    KiRestoreInterrupts(flags);
    if (request) {
        HalRequestSoftwareInterrupt(DISPATCH_LEVEL);
    }
    return inserted;
}

BOOLEAN NTAPI KeRemoveQueueDpc(PKDPC Dpc)
{
    ULONG flags = KiDisableInterrupts();
    KPRCB *prcb = Dpc->DpcData;
    BOOLEAN removed = FALSE;

    if (prcb != NULL) {
        KiAcquire(&prcb->DpcLock);
        if (Dpc->DpcData == prcb) {
            RemoveEntryList(&Dpc->DpcListEntry);
            Dpc->DpcData = NULL;
            prcb->DpcQueueDepth--;
            removed = TRUE;
        }
        KiRelease(&prcb->DpcLock);
    }
    KiRestoreInterrupts(flags);
    return removed;
}

/* Takes the next DPC off the queue; FALSE, and the processor idle as to DPCs, if there is none. */
static BOOLEAN KiTakeDpc(KPRCB *Prcb, KDPC *Copy, PKDPC *Original)
{
    BOOLEAN taken = FALSE;
    PKDPC dpc;

    __asm__ volatile("cli" : : : "memory");
    KiAcquire(&Prcb->DpcLock);
    if (IsListEmpty(&Prcb->DpcListHead)) {
        Prcb->DpcRoutineActive = FALSE;
        Prcb->DpcInterruptRequested = FALSE;
    } else {
        dpc = CONTAINING_RECORD(RemoveHeadList(&Prcb->DpcListHead), KDPC, DpcListEntry);
        *Copy = *dpc;
        *Original = dpc;
        dpc->DpcData = NULL;
        Prcb->DpcQueueDepth--;
        Prcb->DpcCount++;
        taken = TRUE;
    }
    KiRelease(&Prcb->DpcLock);
    __asm__ volatile("sti" : : : "memory");
    return taken;
}

/* On the DPC stack. The KDPC may be freed by its own routine: it is not touched after the call. */
static VOID KiRetireDpcs(VOID)
{
    KPRCB *prcb = KiCurrentPrcb();
    PVOID exceptionList = KiExceptionList();
    PKDPC original;
    KDPC dpc;

    KiSetExceptionList(KI_EXCEPTION_CHAIN_END);
    do {
        prcb->DpcRoutineActive = TRUE;
        if (prcb->TimerRequest) {
            prcb->TimerRequest = FALSE;
            KiExpireTimers();
        }
        while (KiTakeDpc(prcb, &dpc, &original)) {
            dpc.DeferredRoutine(original, dpc.DeferredContext, dpc.SystemArgument1,
                                dpc.SystemArgument2);
            if (KiIrql() != DISPATCH_LEVEL) {
                KeBugCheckEx(IRQL_UNEXPECTED_VALUE,
                             (ULONG)KiIrql() << 16 | DISPATCH_LEVEL << 8 | 2,
                             (ULONG_PTR)dpc.DeferredRoutine, (ULONG_PTR)original, 0);
            }
        }
    } while (prcb->TimerRequest);
    KiSetExceptionList(exceptionList);
}

/* The software interrupt at DISPATCH_LEVEL, interrupts on. */
VOID KiDispatchInterrupt(VOID)
{
    KPRCB *prcb = KiCurrentPrcb();

    if (prcb->TimerRequest || !IsListEmpty(&prcb->DpcListHead)) {
        if (prcb->DpcStack != NULL) {
            KiCallOnStack(prcb->DpcStack, KiRetireDpcs);
        } else {
            KiRetireDpcs();             /* start-up, before there are stacks to be had */
        }
    }
    if (prcb->QuantumEnd) {
        prcb->QuantumEnd = FALSE;
        KiQuantumEnd();
    } else if (prcb->NextThread != NULL) {
        KiAcquire(&KiDispatcherLock);
        KiPreempt();
        KiRelease(&KiDispatcherLock);
    }
}

static VOID NTAPI KiFlushDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
}

/* Every DPC queued before the call has run when it returns: the queue is first in, first out, but
 * for the important ones, which are earlier still. */
VOID NTAPI KeFlushQueuedDpcs(VOID)
{
    KEVENT done;
    KDPC dpc;

    KeInitializeEvent(&done, NotificationEvent, FALSE);
    KeInitializeDpc(&dpc, KiFlushDpc, &done);
    KeInsertQueueDpc(&dpc, NULL, NULL);
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
}

PVOID KeFindQueuedDpc(PVOID Base, SIZE_T Size, PVOID *Routine)
{
    ULONG flags = KiDisableInterrupts();
    KPRCB *prcb = KiCurrentPrcb();
    PVOID found = NULL;
    PLIST_ENTRY entry;

    KiAcquire(&prcb->DpcLock);
    for (entry = prcb->DpcListHead.Flink; entry != &prcb->DpcListHead; entry = entry->Flink) {
        PKDPC dpc = CONTAINING_RECORD(entry, KDPC, DpcListEntry);

        if ((ULONG_PTR)dpc - (ULONG_PTR)Base < Size ||
            (ULONG_PTR)dpc->DeferredRoutine - (ULONG_PTR)Base < Size) {
            found = dpc;
            *Routine = (PVOID)dpc->DeferredRoutine;
            break;
        }
    }
    KiRelease(&prcb->DpcLock);
    KiRestoreInterrupts(flags);
    return found;
}
