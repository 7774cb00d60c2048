/* The core's own header: what the files of kernel/ke share with each other and with kernel/hal.
 * The lock order is in kernel/inc/ke.h. */
#ifndef PAGODA_KI_H
#define PAGODA_KI_H

#include <ntifs.h>
#include <bugcodes.h>
#include "ke.h"
#include "hal.h"

#define KI_QUANTUM          6       /* units; a clock tick takes three: 20 ms */
#define KI_TICK_QUANTUM     3
#define KI_PRIORITIES       32
#define KI_SYSTEM_PRIORITY  8       /* base of system threads */
#define KI_IDLE_PRIORITY    (-1)
#define KI_DPC_STACK_SIZE   0x3000      /* KERNEL_STACK_SIZE: it comes from MmCreateKernelStack */

/* DISPATCHER_HEADER.Type: NT's object numbers. */
#define KI_EVENT_NOTIFICATION       0
#define KI_EVENT_SYNCHRONIZATION    1
#define KI_MUTANT                   2
#define KI_QUEUE                    4
#define KI_SEMAPHORE                5
#define KI_THREAD                   6
#define KI_TIMER_NOTIFICATION       8
#define KI_TIMER_SYNCHRONIZATION    9
#define KI_APC                      18
#define KI_DPC                      19
#define KI_DEVICE_QUEUE             20

/* ---- per processor, through FS so that a migrated thread cannot use another's ---- */

static inline KIRQL KiIrql(VOID)
{
    KIRQL irql;

    __asm__ volatile("movb %%fs:0x24, %0" : "=q"(irql));
    return irql;
}

static inline VOID KiSetIrql(KIRQL Irql)
{
    __asm__ volatile("movb %0, %%fs:0x24" : : "q"(Irql) : "memory");
}

static inline ULONG KiIrr(VOID)
{
    ULONG irr;

    __asm__ volatile("movl %%fs:0x28, %0" : "=r"(irr));
    return irr;
}

static inline VOID KiSetIrrBits(ULONG Bits)
{
    __asm__ volatile("orl %0, %%fs:0x28" : : "r"(Bits) : "memory", "cc");
}

static inline VOID KiClearIrrBits(ULONG Bits)
{
    __asm__ volatile("andl %0, %%fs:0x28" : : "r"(~Bits) : "memory", "cc");
}

static inline PVOID KiExceptionList(VOID)
{
    PVOID list;

    __asm__ volatile("movl %%fs:0, %0" : "=r"(list));
    return list;
}

static inline VOID KiSetExceptionList(PVOID List)
{
    __asm__ volatile("movl %0, %%fs:0" : : "r"(List) : "memory");
}

#define KI_EXCEPTION_CHAIN_END ((PVOID)~0u)
#define KI_INTERRUPTS_ON 0x200u         /* EFLAGS.IF */

static inline ULONG KiFlags(VOID)
{
    ULONG flags;

    __asm__ volatile("pushfl; popl %0" : "=r"(flags));
    return flags;
}

/* Interrupt time, consistent against a clock interrupt in the middle. */
static inline ULONG64 KiNow(VOID)
{
    volatile KSYSTEM_TIME *time = &SharedUserData->InterruptTime;
    ULONG64 low;
    LONG high;

    do {
        high = time->High1Time;
        low = time->LowPart;
    } while (high != time->High2Time);
    return (ULONG64)(ULONG)high << 32 | low;
}

/* ---- raw spin locks: the caller is at the lock's IRQL, or has interrupts off ---- */

VOID KiCheckDeadlock(PKSPIN_LOCK Lock); /* spinlock.c: called when the lock is taken */

static inline VOID KiAcquire(PKSPIN_LOCK Lock)
{
    while (__atomic_exchange_n(Lock, 1, __ATOMIC_ACQUIRE) != 0) {
        KiCheckDeadlock(Lock);
        while (*(volatile KSPIN_LOCK *)Lock != 0) {
            __asm__ volatile("pause");
        }
    }
}

static inline VOID KiRelease(PKSPIN_LOCK Lock)
{
    __atomic_store_n(Lock, 0, __ATOMIC_RELEASE);
}

/* ---- dispatcher: irql = KiLockDispatcher(); …; KiUnlockDispatcher(irql) ----
 * Unlocking switches threads when one of higher priority has become ready. */
static inline KIRQL KiLockDispatcher(VOID)
{
    KIRQL old = KfRaiseIrql(DISPATCH_LEVEL);

    KiAcquire(&KiDispatcherLock);
    return old;
}
VOID KiUnlockDispatcher(KIRQL OldIrql);

/* All of these: KiDispatcherLock held. */
VOID KiReadyThreadLocked(PKTHREAD Thread);
VOID KiUnwaitThread(PKTHREAD Thread, NTSTATUS Status, KPRIORITY Increment);
VOID KiWaitTest(DISPATCHER_HEADER *Object, KPRIORITY Increment);
VOID KiSatisfyObject(DISPATCHER_HEADER *Object, PKTHREAD Thread, NTSTATUS *Status);
BOOLEAN KiObjectSignalled(DISPATCHER_HEADER *Object, PKTHREAD Thread);
BOOLEAN KiInsertTimerAt(PKTIMER Timer, ULONG64 DueTime);     /* interrupt time */
VOID KiRemoveTimer(PKTIMER Timer);
VOID KiSetPriorityLocked(PKTHREAD Thread, KPRIORITY Priority);
VOID KiAbandonMutants(PKTHREAD Thread);
/* KernelApcDisable is 0 again: takes what waited. Lock not held. */
VOID KiCheckApcs(PKTHREAD Thread);
VOID KiRundownApcs(PKTHREAD Thread);
/* Gives the processor away; the lock is handed to the next thread and held again on return. */
VOID KiSwapThread(VOID);
/* Lock held, a better thread chosen: the current one goes back to its ready queue. */
VOID KiPreempt(VOID);
VOID KiQuantumEnd(VOID);                    /* at DISPATCH_LEVEL, lock not held */

/* The processor goes from Old to New; returns when Old runs again. switch.asm. */
VOID KiSwapContext(PKTHREAD Old, PKTHREAD New);
VOID KiThreadStartup(VOID);
VOID KiThreadBegin(VOID);
/* Calls Routine on another stack. */
VOID KiCallOnStack(PVOID StackTop, VOID (*Routine)(VOID));

/* ---- interrupts ---- */
VOID KiInitializeDispatcher(VOID);
VOID KiInitializeTimers(VOID);
VOID KiDispatchInterrupt(VOID);             /* at DISPATCH_LEVEL: DPCs, quantum, switch */
VOID KiDeliverApc(VOID);                    /* at APC_LEVEL                             */
VOID KiClockTick(PKTRAP_FRAME Trap);        /* at CLOCK2_LEVEL                          */
VOID KiExpireTimers(VOID);                  /* at DISPATCH_LEVEL                        */
VOID KiCallVector(ULONG Vector, PKTRAP_FRAME Trap);   /* at the vector's IRQL, interrupts on */
VOID KiHandleInterrupt(PKTRAP_FRAME Trap);
VOID KiHandleException(PKTRAP_FRAME Trap);
VOID KiInitializeTime(VOID);
extern volatile LONG KiTimerCount;
extern LIST_ENTRY KiReaperListHead;
extern KEVENT KiReaperEvent;

/* hal/irql.c. Begin: FALSE if the interrupt is spurious or must wait; else IRQL has been raised
 * to the line's and the controller acknowledged. End: undoes it and takes what became possible.
 * Interrupts off at both. */
BOOLEAN HalpBeginInterrupt(ULONG Irq, PKIRQL OldIrql);
VOID HalpEndInterrupt(ULONG Irq, KIRQL OldIrql);
VOID HalpDispatchPending(KIRQL NewIrql);

/* except.c: gives the exception to the frames at fs:[0]. Returns if one of them wants to go on
 * where it happened; stops the machine if nobody takes it. */
VOID KiDispatchException(NTSTATUS Code, PKTRAP_FRAME Trap, ULONG Count, ULONG_PTR Information0,
                         ULONG_PTR Information1);

/* Data of boot/entry.asm. */
extern UCHAR KiBootStack[], KiBootStackTop[];

#endif
