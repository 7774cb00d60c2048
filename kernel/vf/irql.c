/* Raising and lowering IRQL, spin locks, and forced IRQL checking: whenever a verified driver goes
 * up to DISPATCH_LEVEL or above, all pageable memory leaves the working set first. The frames keep
 * their contents, nothing is written, but the next touch of a pageable page is a fault, and at
 * that IRQL a fault is a bugcheck. What stays valid is what is pinned, so a driver that is right
 * about what it touches notices nothing. */
#include "vfp.h"
#include <bugcodes.h>

#undef KeRaiseIrql
#undef KeLowerIrql
#undef KeAcquireSpinLock
#undef KeReleaseSpinLock
#undef KeAcquireSpinLockAtDpcLevel
#undef KeReleaseSpinLockFromDpcLevel

/* 0xC4, parameter 1 */
#define VF_RAISE_LOWERS        0x30
#define VF_LOWER_RAISES        0x31
#define VF_RELEASE_IRQL        0x32
#define VF_ACQUIRE_AT_DPC_IRQL 0x40
#define VF_RELEASE_AT_DPC_IRQL 0x41
#define VF_ACQUIRE_IRQL        0x42
#define VF_PAGEABLE_OBJECT     0xE1

VOID VfTrim(VF_DRIVER *Driver, KIRQL NewIrql)
{
    if (VfHas(Driver, VF_FORCE_IRQL) && NewIrql >= DISPATCH_LEVEL &&
        KeGetCurrentIrql() < DISPATCH_LEVEL) {
        MmTrimAllSystemPagableMemory(FALSE);
        VF_COUNT(Driver, Trims);
    }
}

static KIRQL VfRaise(KIRQL NewIrql, PVOID Caller)
{
    VF_DRIVER *Driver = VfFindDriver(Caller);
    KIRQL OldIrql = KeGetCurrentIrql();

    if (NewIrql < OldIrql || NewIrql > HIGH_LEVEL) {
        VfFail(Caller, VF_RAISE_LOWERS, OldIrql, NewIrql, 0, "raises IRQL from %u to %u", OldIrql,
               NewIrql);
    }
    VF_COUNT(Driver, RaiseIrqls);
    VfTrim(Driver, NewIrql);
    return KfRaiseIrql(NewIrql);
}

static VOID VfLower(KIRQL NewIrql, PVOID Caller)
{
    KIRQL OldIrql = KeGetCurrentIrql();

    if (NewIrql > OldIrql) {
        VfFail(Caller, VF_LOWER_RAISES, OldIrql, NewIrql, 0, "lowers IRQL from %u to %u", OldIrql,
               NewIrql);
    }
    KfLowerIrql(NewIrql);
}

static VOID VfCheckLock(VF_DRIVER *Driver, PKSPIN_LOCK Lock, PVOID Caller)
{
    if (VfHas(Driver, VF_FORCE_IRQL) && MmIsAddressPageable(Lock)) {
        VfFail(Caller, VF_PAGEABLE_OBJECT, KeGetCurrentIrql(), (ULONG_PTR)Lock, 0,
               "the spin lock at %p is in pageable memory", Lock);
    }
}

/* At DISPATCH_LEVEL. With one processor, whoever holds the lock cannot run before we get it. */
static VOID VfTake(PKSPIN_LOCK Lock)
{
    if (KeNumberProcessors == 1 && *(volatile KSPIN_LOCK *)Lock != 0) {
        KeBugCheckEx(SPIN_LOCK_ALREADY_OWNED, (ULONG_PTR)Lock, 0, 0, 0);
    }
    KefAcquireSpinLockAtDpcLevel(Lock);
}

static VOID VfGive(PKSPIN_LOCK Lock)
{
    if (*(volatile KSPIN_LOCK *)Lock == 0) {
        KeBugCheckEx(SPIN_LOCK_NOT_OWNED, (ULONG_PTR)Lock, 0, 0, 0);
    }
    KefReleaseSpinLockFromDpcLevel(Lock);
}

static VF_DRIVER *VfBeforeAcquire(PKSPIN_LOCK Lock, KIRQL NewIrql, PVOID Caller)
{
    VF_DRIVER *Driver = VfFindDriver(Caller);

    if (KeGetCurrentIrql() > NewIrql) {
        VfFail(Caller, VF_ACQUIRE_IRQL, KeGetCurrentIrql(), (ULONG_PTR)Lock, 0,
               "acquires a spin lock at IRQL %u", KeGetCurrentIrql());
    }
    VfCheckLock(Driver, Lock, Caller);
    VF_COUNT(Driver, AcquireSpinLocks);
    VfTrim(Driver, NewIrql);
    return Driver;
}

static KIRQL VfAcquire(PKSPIN_LOCK Lock, PVOID Caller)
{
    KIRQL OldIrql;

    VfBeforeAcquire(Lock, DISPATCH_LEVEL, Caller);
    OldIrql = KfRaiseIrql(DISPATCH_LEVEL);
    VfTake(Lock);
    return OldIrql;
}

/* A lock taken with KeAcquireSpinLockRaiseToSynch is released at that level. */
static VOID VfCheckRelease(PKSPIN_LOCK Lock, KIRQL NewIrql, PVOID Caller)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql != DISPATCH_LEVEL && Irql != IPI_LEVEL - 1) {
        VfFail(Caller, VF_RELEASE_IRQL, Irql, (ULONG_PTR)Lock, 0, "releases a spin lock at IRQL %u",
               Irql);
    }
    if (NewIrql > DISPATCH_LEVEL) {
        VfFail(Caller, VF_LOWER_RAISES, Irql, NewIrql, 0,
               "releases a spin lock to IRQL %u: not what acquiring it returned", NewIrql);
    }
}

static VOID VfRelease(PKSPIN_LOCK Lock, KIRQL NewIrql, PVOID Caller)
{
    VfCheckRelease(Lock, NewIrql, Caller);
    VfGive(Lock);
    KfLowerIrql(NewIrql);
}

static VOID VfCheckAtDpc(ULONG Code, PKSPIN_LOCK Lock, PVOID Caller)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql < DISPATCH_LEVEL) {
        VfFail(Caller, Code, Irql, (ULONG_PTR)Lock, 0, "%s a spin lock AtDpcLevel at IRQL %u",
               Code == VF_ACQUIRE_AT_DPC_IRQL ? "acquires" : "releases", Irql);
    }
}

static VOID VfAcquireAtDpc(PKSPIN_LOCK Lock, PVOID Caller)
{
    VF_DRIVER *Driver = VfFindDriver(Caller);

    VfCheckAtDpc(VF_ACQUIRE_AT_DPC_IRQL, Lock, Caller);
    VfCheckLock(Driver, Lock, Caller);
    VF_COUNT(Driver, AcquireSpinLocks);
    VfTake(Lock);
}

static VOID VfReleaseAtDpc(PKSPIN_LOCK Lock, PVOID Caller)
{
    VfCheckAtDpc(VF_RELEASE_AT_DPC_IRQL, Lock, Caller);
    VfGive(Lock);
}

/* ---- the wrappers ------------------------------------------------------------------------- */

static KIRQL FASTCALL VfKfRaiseIrql(KIRQL NewIrql)
{
    return VfRaise(NewIrql, VF_CALLER);
}

static VOID NTAPI VfKeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql)
{
    *OldIrql = VfRaise(NewIrql, VF_CALLER);
}

static KIRQL NTAPI VfKeRaiseIrqlToDpcLevel(VOID)
{
    return VfRaise(DISPATCH_LEVEL, VF_CALLER);
}

static KIRQL NTAPI VfKeRaiseIrqlToSynchLevel(VOID)
{
    VF_DRIVER *Driver = VfFindDriver(VF_CALLER);

    VF_COUNT(Driver, RaiseIrqls);
    VfTrim(Driver, DISPATCH_LEVEL);
    return KeRaiseIrqlToSynchLevel();
}

static VOID FASTCALL VfKfLowerIrql(KIRQL NewIrql)
{
    VfLower(NewIrql, VF_CALLER);
}

static VOID NTAPI VfKeLowerIrql(KIRQL NewIrql)
{
    VfLower(NewIrql, VF_CALLER);
}

static KIRQL FASTCALL VfKfAcquireSpinLock(PKSPIN_LOCK Lock)
{
    return VfAcquire(Lock, VF_CALLER);
}

static VOID NTAPI VfKeAcquireSpinLock(PKSPIN_LOCK Lock, PKIRQL OldIrql)
{
    *OldIrql = VfAcquire(Lock, VF_CALLER);
}

static VOID FASTCALL VfKfReleaseSpinLock(PKSPIN_LOCK Lock, KIRQL NewIrql)
{
    VfRelease(Lock, NewIrql, VF_CALLER);
}

static VOID NTAPI VfKeReleaseSpinLock(PKSPIN_LOCK Lock, KIRQL NewIrql)
{
    VfRelease(Lock, NewIrql, VF_CALLER);
}

static VOID FASTCALL VfKefAcquireAtDpc(PKSPIN_LOCK Lock)
{
    VfAcquireAtDpc(Lock, VF_CALLER);
}

static VOID NTAPI VfKeAcquireAtDpc(PKSPIN_LOCK Lock)
{
    VfAcquireAtDpc(Lock, VF_CALLER);
}

static VOID FASTCALL VfKefReleaseFromDpc(PKSPIN_LOCK Lock)
{
    VfReleaseAtDpc(Lock, VF_CALLER);
}

static VOID NTAPI VfKeReleaseFromDpc(PKSPIN_LOCK Lock)
{
    VfReleaseAtDpc(Lock, VF_CALLER);
}

static KIRQL FASTCALL VfKeAcquireRaiseToSynch(PKSPIN_LOCK Lock)
{
    VfBeforeAcquire(Lock, IPI_LEVEL - 1, VF_CALLER);
    return KeAcquireSpinLockRaiseToSynch(Lock);
}

static VOID FASTCALL VfKeAcquireQueued(PKSPIN_LOCK Lock, PKLOCK_QUEUE_HANDLE Handle)
{
    VfBeforeAcquire(Lock, DISPATCH_LEVEL, VF_CALLER);
    Handle->OldIrql = KfRaiseIrql(DISPATCH_LEVEL);
    if (KeNumberProcessors == 1 && *(volatile KSPIN_LOCK *)Lock != 0) {
        KeBugCheckEx(SPIN_LOCK_ALREADY_OWNED, (ULONG_PTR)Lock, 0, 0, 0);
    }
    KeAcquireInStackQueuedSpinLockAtDpcLevel(Lock, Handle);
}

static VOID FASTCALL VfKeReleaseQueued(PKLOCK_QUEUE_HANDLE Handle)
{
    VfCheckRelease(Handle->LockQueue.Lock, Handle->OldIrql, VF_CALLER);
    KeReleaseInStackQueuedSpinLock(Handle);
}

static BOOLEAN NTAPI VfKeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE Routine,
                                              PVOID Context)
{
    VF_DRIVER *Driver = VfFindDriver(VF_CALLER);

    VF_COUNT(Driver, SynchExecutions);
    VfTrim(Driver, DISPATCH_LEVEL);
    return KeSynchronizeExecution(Interrupt, Routine, Context);
}

static KIRQL NTAPI VfKeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)
{
    VF_DRIVER *Driver = VfFindDriver(VF_CALLER);

    VF_COUNT(Driver, AcquireSpinLocks);
    VfTrim(Driver, DISPATCH_LEVEL);
    return KeAcquireInterruptSpinLock(Interrupt);
}

const VF_WRAPPER VfIrqlWrappers[] = {
    {KfRaiseIrql, VfKfRaiseIrql},
    {KeRaiseIrql, VfKeRaiseIrql},
    {KeRaiseIrqlToDpcLevel, VfKeRaiseIrqlToDpcLevel},
    {KeRaiseIrqlToSynchLevel, VfKeRaiseIrqlToSynchLevel},
    {KfLowerIrql, VfKfLowerIrql},
    {KeLowerIrql, VfKeLowerIrql},
    {KfAcquireSpinLock, VfKfAcquireSpinLock},
    {KeAcquireSpinLock, VfKeAcquireSpinLock},
    {KfReleaseSpinLock, VfKfReleaseSpinLock},
    {KeReleaseSpinLock, VfKeReleaseSpinLock},
    {KefAcquireSpinLockAtDpcLevel, VfKefAcquireAtDpc},
    {KeAcquireSpinLockAtDpcLevel, VfKeAcquireAtDpc},
    {KefReleaseSpinLockFromDpcLevel, VfKefReleaseFromDpc},
    {KeReleaseSpinLockFromDpcLevel, VfKeReleaseFromDpc},
    {KeAcquireSpinLockRaiseToSynch, VfKeAcquireRaiseToSynch},
    {KeAcquireInStackQueuedSpinLock, VfKeAcquireQueued},
    {KeReleaseInStackQueuedSpinLock, VfKeReleaseQueued},
    {KeSynchronizeExecution, VfKeSynchronizeExecution},
    {KeAcquireInterruptSpinLock, VfKeAcquireInterruptSpinLock},
};
const ULONG VfIrqlWrapperCount = RTL_NUMBER_OF(VfIrqlWrappers);
