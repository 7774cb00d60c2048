/* Mutexes and mutants: one object, taken again by its owner without waiting. SignalState is 1 when
 * free and falls by one with each acquisition. A mutex also keeps normal kernel APCs from its
 * owner (ApcDisable) and may not be held when its thread ends; a mutant is abandoned instead. All
 * under KiDispatcherLock. */
#include "ki.h"

static VOID KiInitializeMutant(PKMUTANT Mutant, LONG State, UCHAR ApcDisable)
{
    Mutant->Header.Type = KI_MUTANT;
    Mutant->Header.Absolute = 0;
    Mutant->Header.Size = sizeof(KMUTANT) / sizeof(LONG);
    Mutant->Header.Inserted = 0;
    Mutant->Header.SignalState = State;
    InitializeListHead(&Mutant->Header.WaitListHead);
    InitializeListHead(&Mutant->MutantListEntry);
    Mutant->OwnerThread = NULL;
    Mutant->Abandoned = FALSE;
    Mutant->ApcDisable = ApcDisable;
}

VOID NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
    KiInitializeMutant(Mutex, 1, 1);
}

VOID NTAPI KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner)
{
    PKTHREAD thread = KiCurrentThread();
    KIRQL irql;

    KiInitializeMutant(Mutant, 1, 0);
    if (InitialOwner) {
        irql = KiLockDispatcher();
        Mutant->Header.SignalState = 0;
        Mutant->OwnerThread = thread;
        InsertTailList(&thread->MutantListHead, &Mutant->MutantListEntry);
        KiUnlockDispatcher(irql);
    }
}

LONG NTAPI KeReleaseMutant(PRKMUTANT Mutant, KPRIORITY Increment, BOOLEAN Abandoned, BOOLEAN Wait)
{
    PKTHREAD thread = KiCurrentThread();
    KIRQL irql = KiLockDispatcher();
    LONG old = Mutant->Header.SignalState;
    BOOLEAN leave = FALSE;

    if (!Abandoned && Mutant->OwnerThread != thread) {
        KiUnlockDispatcher(irql);
        KeRaiseStatus(Mutant->Abandoned ? STATUS_ABANDONED : STATUS_MUTANT_NOT_OWNED);
    }
    if (Abandoned) {
        Mutant->Header.SignalState = 1;
        Mutant->Abandoned = TRUE;
    } else {
        Mutant->Header.SignalState++;
    }
    if (Mutant->Header.SignalState == 1) {
        if (old <= 0) {
            RemoveEntryList(&Mutant->MutantListEntry);
            InitializeListHead(&Mutant->MutantListEntry);
            if (Mutant->ApcDisable != 0) {
                leave = ++thread->KernelApcDisable == 0;
            }
        }
        Mutant->OwnerThread = NULL;
        KiWaitTest(&Mutant->Header, Increment);
    }
    if (Wait) {
        thread->WaitNext = TRUE;
        thread->WaitIrql = irql;
    } else {
        KiUnlockDispatcher(irql);
        if (leave) {
            KiCheckApcs(thread);
        }
    }
    return old;
}

LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
    return KeReleaseMutant(Mutex, MUTANT_INCREMENT, FALSE, Wait);
}

LONG NTAPI KeReadStateMutant(PRKMUTANT Mutant)
{
    return Mutant->Header.SignalState;
}

LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex)
{
    return Mutex->Header.SignalState;
}

/* Thread is ending, lock held: what it owns is abandoned; owning a mutex is a bugcheck. */
VOID KiAbandonMutants(PKTHREAD Thread)
{
    PKMUTANT mutant;

    while (!IsListEmpty(&Thread->MutantListHead)) {
        mutant = CONTAINING_RECORD(RemoveHeadList(&Thread->MutantListHead), KMUTANT,
                                   MutantListEntry);
        if (mutant->ApcDisable != 0) {
            KeBugCheckEx(THREAD_TERMINATE_HELD_MUTEX, (ULONG_PTR)Thread, (ULONG_PTR)mutant, 0, 0);
        }
        InitializeListHead(&mutant->MutantListEntry);
        mutant->Header.SignalState = 1;
        mutant->Abandoned = TRUE;
        mutant->OwnerThread = NULL;
        KiWaitTest(&mutant->Header, IO_NO_INCREMENT);
    }
}
