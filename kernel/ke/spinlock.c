/* Spin locks as drivers see them: real ones, with bus locking, whatever the number of processors.
 *
 * An ordinary lock is one word: 0 free, 1 held. A queued lock's word points to the last waiter's
 * LOCK_QUEUE_HANDLE, and each waiter spins on its own handle (bit 0 of Lock: still waiting). One
 * lock is used the one way or the other, never both. */
#include "ki.h"

#define QUEUE_WAITING 1u

/* On a single processor nobody can release a lock that somebody waits for at DISPATCH_LEVEL: its
 * owner is the caller itself, or what the caller interrupted. */
VOID KiCheckDeadlock(PKSPIN_LOCK Lock)
{
    if (KeNumberProcessors == 1 && KeGetCurrentIrql() >= DISPATCH_LEVEL) {
        KeBugCheckEx(SPIN_LOCK_ALREADY_OWNED, (ULONG_PTR)Lock, 0, 0, 0);
    }
}

VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    *SpinLock = 0;
}

KIRQL FASTCALL KfAcquireSpinLock(PKSPIN_LOCK SpinLock)
{
    KIRQL old = KfRaiseIrql(DISPATCH_LEVEL);

    KiAcquire(SpinLock);
    return old;
}

VOID FASTCALL KfReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    KiRelease(SpinLock);
    KfLowerIrql(NewIrql);
}

KIRQL FASTCALL KeAcquireSpinLockRaiseToSynch(PKSPIN_LOCK SpinLock)
{
    KIRQL old = KeRaiseIrqlToSynchLevel();

    KiAcquire(SpinLock);
    return old;
}

VOID FASTCALL KefAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    KiAcquire(SpinLock);
}

VOID FASTCALL KefReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    KiRelease(SpinLock);
}

BOOLEAN FASTCALL KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    return __atomic_exchange_n(SpinLock, 1, __ATOMIC_ACQUIRE) == 0;
}

BOOLEAN FASTCALL KeTestSpinLock(PKSPIN_LOCK SpinLock)
{
    return *(volatile KSPIN_LOCK *)SpinLock == 0;
}

VOID FASTCALL KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                                       PKLOCK_QUEUE_HANDLE LockHandle)
{
    PKSPIN_LOCK_QUEUE mine = &LockHandle->LockQueue, before;

    mine->Next = NULL;
    mine->Lock = (PKSPIN_LOCK)((ULONG_PTR)SpinLock | QUEUE_WAITING);
    before = (PKSPIN_LOCK_QUEUE)__atomic_exchange_n(SpinLock, (ULONG_PTR)mine, __ATOMIC_ACQ_REL);
    if (before == NULL) {
        mine->Lock = SpinLock;
        return;
    }
    KiCheckDeadlock(SpinLock);
    before->Next = mine;
    while ((ULONG_PTR)mine->Lock & QUEUE_WAITING) {
        YieldProcessor();
    }
    __sync_synchronize();
}

VOID FASTCALL KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)
{
    PKSPIN_LOCK_QUEUE mine = &LockHandle->LockQueue;
    PKSPIN_LOCK lock = mine->Lock;
    ULONG_PTR expected = (ULONG_PTR)mine;

    __sync_synchronize();
    if (mine->Next == NULL) {
        if (__atomic_compare_exchange_n(lock, &expected, 0, FALSE, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE)) {
            return;
        }
        while (mine->Next == NULL) {
            YieldProcessor();
        }
    }
    mine->Next->Lock = lock;
}

VOID FASTCALL KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    LockHandle->OldIrql = KfRaiseIrql(DISPATCH_LEVEL);
    KeAcquireInStackQueuedSpinLockAtDpcLevel(SpinLock, LockHandle);
}

VOID FASTCALL KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)
{
    KIRQL old = LockHandle->OldIrql;

    KeReleaseInStackQueuedSpinLockFromDpcLevel(LockHandle);
    KfLowerIrql(old);
}

/* The spellings that the headers also define as macros: exported for those who call them. */
#undef KeRaiseIrql
#undef KeLowerIrql
#undef KeAcquireSpinLock
#undef KeReleaseSpinLock
#undef KeAcquireSpinLockAtDpcLevel
#undef KeReleaseSpinLockFromDpcLevel

VOID NTAPI KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql)
{
    *OldIrql = KfRaiseIrql(NewIrql);
}

VOID NTAPI KeLowerIrql(KIRQL NewIrql)
{
    KfLowerIrql(NewIrql);
}

VOID NTAPI KeAcquireSpinLock(PKSPIN_LOCK SpinLock, PKIRQL OldIrql)
{
    *OldIrql = KfAcquireSpinLock(SpinLock);
}

VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    KfReleaseSpinLock(SpinLock, NewIrql);
}

VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    KiAcquire(SpinLock);
}

VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    KiRelease(SpinLock);
}
