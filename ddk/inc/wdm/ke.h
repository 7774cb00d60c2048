/* wdm/ke.h: the kernel proper: IRQL, spin locks, DPCs, waits, timers, APCs, bugchecks. */
#ifndef _WDM_KE_
#define _WDM_KE_

/* Processor and time */

/* Data: how many processors run; the tick count, read by KeQueryTickCount; the build number of the
 * NT version this kernel behaves as, in the low half, with 0xC0000000 for a checked or 0xF0000000
 * for a free build. Read only. */
extern NTSYSAPI volatile CCHAR KeNumberProcessors;
extern NTKERNELAPI volatile KSYSTEM_TIME KeTickCount;
extern NTSYSAPI ULONG NtBuildNumber;

/* Which processors run.
 *
 *   returns  a bit for each processor; bit 0 is the first
 *   IRQL     any
 *   see      KeQueryActiveProcessors, Windows driver documentation, wdm.h */
NTKERNELAPI KAFFINITY NTAPI KeQueryActiveProcessors(VOID);

/* The alignment that keeps data of different processors in different cache lines.
 *
 *   returns  bytes, a power of two
 *   IRQL     any
 *   see      KeGetRecommendedSharedDataAlignment, Windows driver documentation, wdm.h */
NTKERNELAPI ULONG NTAPI KeGetRecommendedSharedDataAlignment(VOID);

/* How far one clock interrupt moves the system time and the tick count by one.
 *
 *   returns  units of 100 ns
 *   IRQL     any
 *   see      KeQueryTimeIncrement, Windows driver documentation, wdm.h */
NTKERNELAPI ULONG NTAPI KeQueryTimeIncrement(VOID);

/* The time since the system started, as of the last clock interrupt. Setting the clock does not
 * change it.
 *
 *   returns  units of 100 ns
 *   IRQL     any
 *   see      KeQueryInterruptTime, Windows driver documentation, wdm.h */
NTKERNELAPI ULONGLONG NTAPI KeQueryInterruptTime(VOID);

/* The time of day in UTC, as of the last clock interrupt.
 *
 *   CurrentTime  receives units of 100 ns since 1601-01-01; RtlTimeToTimeFields takes it apart
 *   IRQL         any
 *   see          KeQuerySystemTime, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime);

/* How many clock interrupts there have been. Multiply by KeQueryTimeIncrement for a time.
 *
 *   CurrentCount  receives the count
 *   IRQL          any
 *   see           KeQueryTickCount, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount);

/* The finest clock there is: the processor's time stamp counter.
 *
 *   PerformanceFrequency  receives counts per second, measured at start-up; may be NULL
 *   returns               counts since start-up
 *   IRQL                  any
 *   see                   KeQueryPerformanceCounter, Windows driver documentation, wdm.h */
NTHALAPI LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency);

/* Busy-waits. Nothing else runs on the processor meanwhile but interrupts.
 *
 *   MicroSeconds  how long, at least; 50 is the customary upper limit
 *   IRQL          any
 *   see           KeStallExecutionProcessor, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds);

/* Makes writes to device memory reach the device before what follows.
 *
 *   IRQL  any
 *   see   KeFlushWriteBuffer, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI KeFlushWriteBuffer(VOID);

FORCEINLINE VOID YieldProcessor(VOID)
{
    __asm__ __volatile__("pause" ::: "memory");
}

FORCEINLINE VOID KeMemoryBarrier(VOID)
{
    __sync_synchronize();
}

#define KeMemoryBarrierWithoutFence() __asm__ __volatile__("" ::: "memory")

FORCEINLINE ULONG KeGetCurrentProcessorNumber(VOID)
{
    UCHAR Number;
    __asm__ __volatile__("movb %%fs:0x51, %0" : "=q"(Number));
    return Number;
}

/* Reads the tick count without a call, consistent against an update in progress. */
FORCEINLINE VOID _KeQueryTickCount(PLARGE_INTEGER CurrentCount)
{
    for (;;) {
        CurrentCount->HighPart = KeTickCount.High1Time;
        CurrentCount->LowPart = KeTickCount.LowPart;
        if (CurrentCount->HighPart == KeTickCount.High2Time) {
            break;
        }
        YieldProcessor();
    }
}

#define KeGetDcacheFillSize() 1L
#define KeFlushIoBuffers(Mdl, ReadOperation, DmaOperation) ((void)0)

/* IRQL */

/* The processor's IRQL.
 *
 *   returns  PASSIVE_LEVEL to HIGH_LEVEL
 *   IRQL     any
 *   see      KeGetCurrentIrql, Windows driver documentation, wdm.h */
NTHALAPI KIRQL NTAPI KeGetCurrentIrql(VOID);

/* Raises the IRQL: nothing at that level or below interrupts from now on. KfRaiseIrql returns the
 * old level instead of storing it; drivers compile to that.
 *
 *   NewIrql  not below the current one
 *   OldIrql  receives the level to give to KeLowerIrql
 *   IRQL     <= NewIrql
 *   misuse   a level below the current one: bugcheck 0x9 (current, new)
 *   see      KeRaiseIrql, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql);

/* Lowers the IRQL. What has been held back runs before it returns: interrupts, DPCs, a better
 * thread.
 *
 *   NewIrql  what the raise returned
 *   IRQL     >= NewIrql
 *   misuse   a level above the current one: bugcheck 0xA
 *   see      KeLowerIrql, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI KeLowerIrql(KIRQL NewIrql);
NTHALAPI KIRQL FASTCALL KfRaiseIrql(KIRQL NewIrql);
NTHALAPI VOID FASTCALL KfLowerIrql(KIRQL NewIrql);

/* Raises the IRQL to DISPATCH_LEVEL. KeRaiseIrqlToSynchLevel does the same on one processor.
 *
 *   returns  the old level
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeRaiseIrqlToDpcLevel, Windows driver documentation, wdm.h */
NTHALAPI KIRQL NTAPI KeRaiseIrqlToDpcLevel(VOID);
NTHALAPI KIRQL NTAPI KeRaiseIrqlToSynchLevel(VOID);
#define KeRaiseIrql(NewIrql, OldIrql) (*(OldIrql) = KfRaiseIrql(NewIrql))
#define KeLowerIrql(NewIrql) KfLowerIrql(NewIrql)

/* Spin locks */

/* Makes a spin lock free.
 *
 *   SpinLock  nonpaged storage, zero afterwards
 *   IRQL      any
 *   see       KeInitializeSpinLock, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock);

/* Raises to DISPATCH_LEVEL and takes a spin lock. KfAcquireSpinLock returns the old level instead
 * of storing it; drivers compile to that.
 *
 *   SpinLock  in nonpaged memory; taken once only by each holder, or the processor spins for
 *             ever
 *   OldIrql   receives the level to give to KeReleaseSpinLock
 *   IRQL      <= DISPATCH_LEVEL
 *   see       KeAcquireSpinLock, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI KeAcquireSpinLock(PKSPIN_LOCK SpinLock, PKIRQL OldIrql);

/* Gives a spin lock back and returns to the IRQL before.
 *
 *   SpinLock  held by the caller
 *   NewIrql   what KeAcquireSpinLock stored
 *   IRQL      DISPATCH_LEVEL
 *   see       KeReleaseSpinLock, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);
NTHALAPI KIRQL FASTCALL KfAcquireSpinLock(PKSPIN_LOCK SpinLock);
NTHALAPI VOID FASTCALL KfReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);

/* KfAcquireSpinLock with SYNCH_LEVEL, which is DISPATCH_LEVEL here.
 *
 *   SpinLock  as there
 *   returns   the old level
 *   IRQL      <= SYNCH_LEVEL
 *   see       KeAcquireSpinLockRaiseToSynch, Windows driver documentation, wdm.h */
NTHALAPI KIRQL FASTCALL KeAcquireSpinLockRaiseToSynch(PKSPIN_LOCK SpinLock);

/* Takes and gives back a spin lock where the IRQL is DISPATCH_LEVEL already, in a DPC above all.
 * The Kef routines are the same by another calling convention; drivers compile to those.
 *
 *   SpinLock  in nonpaged memory
 *   IRQL      >= DISPATCH_LEVEL; all users of one lock at the same
 *   see       KeAcquireSpinLockAtDpcLevel, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock);
NTKERNELAPI VOID FASTCALL KefAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
NTKERNELAPI VOID FASTCALL KefReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock);

/* Takes a spin lock if it is free.
 *
 *   SpinLock  in nonpaged memory
 *   returns   TRUE: taken; FALSE: somebody has it
 *   IRQL      >= DISPATCH_LEVEL
 *   see       KeTryToAcquireSpinLockAtDpcLevel, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN FASTCALL KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);

/* Looks whether a spin lock is free, without taking it.
 *
 *   SpinLock  in nonpaged memory
 *   returns   TRUE when it was free at that moment
 *   IRQL      any
 *   see       KeTestSpinLock, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN FASTCALL KeTestSpinLock(PKSPIN_LOCK SpinLock);
#define KeAcquireSpinLock(SpinLock, OldIrql) (*(OldIrql) = KfAcquireSpinLock(SpinLock))
#define KeReleaseSpinLock(SpinLock, NewIrql) KfReleaseSpinLock(SpinLock, NewIrql)
#define KeAcquireSpinLockAtDpcLevel(SpinLock) KefAcquireSpinLockAtDpcLevel(SpinLock)
#define KeReleaseSpinLockFromDpcLevel(SpinLock) KefReleaseSpinLockFromDpcLevel(SpinLock)

/* A spin lock that is handed over in the order of asking. The lock is an ordinary KSPIN_LOCK, but
 * one that is used with these routines only. The forms with DpcLevel leave the IRQL alone.
 *
 *   SpinLock    in nonpaged memory
 *   LockHandle  on the caller's stack, until the release
 *   IRQL        <= DISPATCH_LEVEL, which it raises to; >= DISPATCH_LEVEL for the AtDpcLevel form
 *   see         KeAcquireInStackQueuedSpinLock, Windows driver documentation, wdm.h */
NTHALAPI VOID FASTCALL KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock,
                                                      PKLOCK_QUEUE_HANDLE LockHandle);
NTHALAPI VOID FASTCALL KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI VOID FASTCALL KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                                                   PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI VOID FASTCALL
KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle);

/* DPCs */

/* Sets up a DPC: a routine to be called at DISPATCH_LEVEL.
 *
 *   Dpc              nonpaged storage, as long as the DPC may be queued
 *   DeferredRoutine  nonpaged code; gets Dpc, DeferredContext and the two arguments of
 *                    KeInsertQueueDpc
 *   DeferredContext  anything
 *   IRQL             any
 *   see              KeInitializeDpc, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeInitializeDpc(PKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine,
                                       PVOID DeferredContext);

/* Queues a DPC. It runs when the IRQL falls below DISPATCH_LEVEL.
 *
 *   Dpc              initialised
 *   SystemArgument1  given to the routine; SystemArgument2 too
 *   returns          TRUE: queued; FALSE: it was queued already, and the arguments are lost
 *   IRQL             any
 *   see              KeInsertQueueDpc, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeInsertQueueDpc(PKDPC Dpc, PVOID SystemArgument1,
                                           PVOID SystemArgument2);

/* Takes a DPC off the queue.
 *
 *   Dpc      initialised
 *   returns  TRUE: it was queued, and does not run; FALSE: it was not, but may be running
 *   IRQL     any
 *   see      KeRemoveQueueDpc, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeRemoveQueueDpc(PKDPC Dpc);

/* Where in the queue a DPC goes.
 *
 *   Dpc         initialised, not queued
 *   Importance  HighImportance: to the front; anything else: to the end
 *   IRQL        any
 *   see         KeSetImportanceDpc, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeSetImportanceDpc(PKDPC Dpc, KDPC_IMPORTANCE Importance);

/* On which processor a DPC runs.
 *
 *   Dpc     initialised, not queued
 *   Number  the processor, from 0
 *   IRQL    any
 *   see     KeSetTargetProcessorDpc, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeSetTargetProcessorDpc(PKDPC Dpc, CCHAR Number);

/* Waits until every DPC queued by now has run. What a driver does after it has disconnected its
 * interrupt and before it frees, or pages out, what its DPCs use.
 *
 *   IRQL  PASSIVE_LEVEL
 *   see   KeFlushQueuedDpcs, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeFlushQueuedDpcs(VOID);

/* Interrupts */

/* Calls a routine that the interrupt routine cannot interrupt, at its IRQL and with its lock.
 *
 *   Interrupt           from IoConnectInterrupt
 *   SynchronizeRoutine  nonpaged code, short
 *   SynchronizeContext  its argument
 *   returns             what the routine returned
 *   IRQL                <= the interrupt's synchronisation IRQL
 *   see                 KeSynchronizeExecution, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeSynchronizeExecution(PKINTERRUPT Interrupt,
                                                 PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                                                 PVOID SynchronizeContext);

/* Takes the interrupt's lock, for code that does not fit into a KeSynchronizeExecution routine.
 *
 *   Interrupt  from IoConnectInterrupt
 *   returns    the old IRQL, for KeReleaseInterruptSpinLock
 *   IRQL       <= the interrupt's synchronisation IRQL, which it raises to
 *   see        KeAcquireInterruptSpinLock, Windows driver documentation, wdm.h */
NTKERNELAPI KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt);

/* Gives the interrupt's lock back.
 *
 *   Interrupt  as acquired
 *   OldIrql    what KeAcquireInterruptSpinLock returned
 *   IRQL       the interrupt's synchronisation IRQL
 *   see        KeReleaseInterruptSpinLock, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql);

/* Events */

/* Sets up an event.
 *
 *   Event  nonpaged storage
 *   Type   NotificationEvent: set until reset, for all who wait; SynchronizationEvent: lets one
 *          wait through and is reset by that
 *   State  TRUE: set
 *   IRQL   any
 *   see    KeInitializeEvent, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State);

/* Sets an event, and lets those who wait go on.
 *
 *   Event      initialised
 *   Increment  added to their priority for a while
 *   Wait       TRUE: the caller waits next, and the two happen as one; the IRQL is
 *              DISPATCH_LEVEL until then
 *   returns    not 0: it was set already
 *   IRQL       <= DISPATCH_LEVEL; <= APC_LEVEL when Wait
 *   see        KeSetEvent, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait);

/* Resets an event. KeClearEvent is the same without an answer.
 *
 *   Event    initialised
 *   returns  not 0: it was set
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeResetEvent, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KeResetEvent(PRKEVENT Event);
NTKERNELAPI VOID NTAPI KeClearEvent(PRKEVENT Event);

/* Sets an event for those who wait now, and resets it.
 *
 *   Event      initialised
 *   Increment  added to their priority for a while
 *   Wait       as for KeSetEvent
 *   returns    not 0: it was set already
 *   IRQL       <= DISPATCH_LEVEL
 *   see        KePulseEvent, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait);

/* Looks whether an event is set.
 *
 *   Event    initialised
 *   returns  not 0: it is
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeReadStateEvent, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KeReadStateEvent(PRKEVENT Event);

/* Semaphores */

/* Sets up a semaphore.
 *
 *   Semaphore  nonpaged storage
 *   Count      how many waits pass at first
 *   Limit      what the count never exceeds
 *   IRQL       any
 *   see        KeInitializeSemaphore, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit);

/* Lets more waits on a semaphore pass.
 *
 *   Semaphore   initialised
 *   Increment   added to the priority of those let through
 *   Adjustment  how many, more than 0
 *   Wait        as for KeSetEvent
 *   returns     the count before
 *   IRQL        <= DISPATCH_LEVEL
 *   misuse      above the limit: raises STATUS_SEMAPHORE_LIMIT_EXCEEDED
 *   see         KeReleaseSemaphore, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment,
                                          LONG Adjustment, BOOLEAN Wait);

/* The count of a semaphore.
 *
 *   Semaphore  initialised
 *   returns    0: a wait would block
 *   IRQL       <= DISPATCH_LEVEL
 *   see        KeReadStateSemaphore, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore);

/* Mutexes */

/* Sets up a mutex: one thread at a time, which may take it several times; kernel APCs are off
 * while it is held.
 *
 *   Mutex  nonpaged storage
 *   Level  0
 *   IRQL   any
 *   see    KeInitializeMutex, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level);

/* Gives a mutex back, as often as it was taken.
 *
 *   Mutex    held by the calling thread
 *   Wait     as for KeSetEvent
 *   returns  0: it is free now; otherwise how often it is still held, negative
 *   IRQL     <= DISPATCH_LEVEL
 *   misuse   not held by the caller: raises STATUS_MUTANT_NOT_OWNED
 *   see      KeReleaseMutex, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait);

/* Looks whether a mutex is free.
 *
 *   Mutex    initialised
 *   returns  1: free
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeReadStateMutex, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex);

/* A mutex that leaves APCs on. KeReleaseMutant and KeReadStateMutant go with it.
 *
 *   Mutant        nonpaged storage
 *   InitialOwner  TRUE: the caller holds it
 *   IRQL          any
 *   see           ntoskrnl's export table; documented as the kernel's side of NtCreateMutant */
NTKERNELAPI VOID NTAPI KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner);
NTKERNELAPI LONG NTAPI KeReleaseMutant(PRKMUTANT Mutant, KPRIORITY Increment, BOOLEAN Abandoned,
                                       BOOLEAN Wait);
NTKERNELAPI LONG NTAPI KeReadStateMutant(PRKMUTANT Mutant);

/* Timers */

/* Sets up a timer. KeInitializeTimerEx chooses its type; this is NotificationTimer.
 *
 *   Timer  nonpaged storage
 *   Type   NotificationTimer stays signaled; SynchronizationTimer lets one wait through
 *   IRQL   any
 *   see    KeInitializeTimer, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeInitializeTimer(PKTIMER Timer);
NTKERNELAPI VOID NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type);

/* Starts a timer, after cancelling it if it runs.
 *
 *   Timer    initialised
 *   DueTime  units of 100 ns; negative: from now; otherwise the system time when it is due
 *   Dpc      queued when it is due; NULL: none
 *   returns  TRUE: it was running
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeSetTimer, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc);

/* As KeSetTimer, and again and again.
 *
 *   Timer    initialised
 *   DueTime  the first time, as for KeSetTimer
 *   Period   milliseconds between the next ones; 0: once only
 *   Dpc      as for KeSetTimer
 *   returns  TRUE: it was running
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeSetTimerEx, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period,
                                       PKDPC Dpc);

/* Stops a timer. A DPC of it that is queued already still runs: KeFlushQueuedDpcs, or
 * KeRemoveQueueDpc.
 *
 *   Timer    initialised
 *   returns  TRUE: it was running
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeCancelTimer, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer);

/* Looks whether a timer has become due.
 *
 *   Timer    initialised
 *   returns  TRUE: it is signaled
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeReadStateTimer, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer);

/* Waiting */

/* Waits until an object is signaled.
 *
 *   Object      an event, semaphore, mutex, timer or thread, in nonpaged memory
 *   WaitReason  Executive for drivers
 *   WaitMode    KernelMode for drivers
 *   Alertable   TRUE: an alert ends the wait
 *   Timeout     units of 100 ns as for KeSetTimer; points to 0: only look; NULL: for ever
 *   returns     STATUS_SUCCESS; STATUS_TIMEOUT; STATUS_ALERTED; STATUS_ABANDONED: success, and the
 *               mutant's last owner ended with it; there are no user APCs to end a wait
 *   IRQL        <= APC_LEVEL; DISPATCH_LEVEL only with a Timeout of 0
 *   misuse      a wait at DISPATCH_LEVEL: bugcheck 0xB8 (thread, object, IRQL) in a DPC, 0xA
 *               (object, IRQL, …) elsewhere
 *   see         KeWaitForSingleObject, Windows driver documentation, wdm.h */
NTKERNELAPI NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason,
                                                 KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                                 PLARGE_INTEGER Timeout);

/* Waits for one of several objects, or for all of them at once.
 *
 *   Count           how many: up to THREAD_WAIT_OBJECTS, or MAXIMUM_WAIT_OBJECTS with a
 *                   WaitBlockArray
 *   Object          their addresses
 *   WaitType        WaitAny or WaitAll
 *   WaitReason      as for KeWaitForSingleObject; WaitMode, Alertable, Timeout too
 *   WaitBlockArray  nonpaged storage for Count wait blocks, or NULL
 *   returns         STATUS_WAIT_0 plus the object's index for WaitAny; STATUS_SUCCESS for
 *                   WaitAll; STATUS_TIMEOUT; STATUS_ALERTED; either of the first two with
 *                   STATUS_ABANDONED_WAIT_0 added, as for one object
 *   IRQL            <= APC_LEVEL; DISPATCH_LEVEL only with a Timeout of 0
 *   misuse          too many objects: bugcheck 0xC
 *   see             KeWaitForMultipleObjects, Windows driver documentation, wdm.h */
NTKERNELAPI NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Object[],
                                                    WAIT_TYPE WaitType, KWAIT_REASON WaitReason,
                                                    KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                                    PLARGE_INTEGER Timeout,
                                                    PKWAIT_BLOCK WaitBlockArray);

/* Lets a thread sleep.
 *
 *   WaitMode   KernelMode for drivers
 *   Alertable  TRUE: an alert ends it
 *   Interval   units of 100 ns as for KeSetTimer
 *   returns    STATUS_SUCCESS; STATUS_ALERTED
 *   IRQL       <= APC_LEVEL
 *   see        KeDelayExecutionThread, Windows driver documentation, wdm.h */
NTKERNELAPI NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                                  PLARGE_INTEGER Interval);
#define KeWaitForMutexObject KeWaitForSingleObject

/* Threads */

/* The thread that runs.
 *
 *   returns  its object, without a reference
 *   IRQL     any
 *   see      KeGetCurrentThread, Windows driver documentation, wdm.h */
NTSYSAPI PKTHREAD NTAPI KeGetCurrentThread(VOID);

/* Sets the priority a thread runs at.
 *
 *   Thread    a system thread
 *   Priority  1 to 31; from LOW_REALTIME_PRIORITY on it does not change by itself
 *   returns   the priority before
 *   IRQL      <= DISPATCH_LEVEL
 *   see       KeSetPriorityThread, Windows driver documentation, wdm.h */
NTKERNELAPI KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority);

/* The priority a thread runs at.
 *
 *   Thread   any thread
 *   returns  0 to 31
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeQueryPriorityThread, Windows driver documentation, wdm.h */
NTKERNELAPI KPRIORITY NTAPI KeQueryPriorityThread(PKTHREAD Thread);

/* Sets the priority a thread returns to, relative to its process.
 *
 *   Thread     a system thread
 *   Increment  relative to the priority of system threads, 8
 *   returns    the increment before
 *   IRQL       <= DISPATCH_LEVEL
 *   see        KeSetBasePriorityThread, Windows driver documentation, wdm.h */
NTKERNELAPI LONG NTAPI KeSetBasePriorityThread(PRKTHREAD Thread, LONG Increment);

/* Holds normal kernel APCs back from the calling thread, until KeLeaveCriticalRegion; the two
 * nest.
 *
 *   IRQL  <= APC_LEVEL
 *   see   KeEnterCriticalRegion, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeEnterCriticalRegion(VOID);
NTKERNELAPI VOID NTAPI KeLeaveCriticalRegion(VOID);

/* Whether the calling thread is in a critical region.
 *
 *   returns  TRUE: normal kernel APCs are held back
 *   IRQL     <= DISPATCH_LEVEL
 *   see      KeAreApcsDisabled, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeAreApcsDisabled(VOID);

/* APCs */

/* Sets up an APC: a routine to be called in a certain thread.
 *
 *   Apc             nonpaged storage, as long as the APC may be queued
 *   Thread          the thread
 *   Environment     OriginalApcEnvironment
 *   KernelRoutine   called at APC_LEVEL, may free the APC
 *   RundownRoutine  called instead when the thread ends; may be NULL
 *   NormalRoutine   called at PASSIVE_LEVEL after it; NULL: a special APC, which critical
 *                   regions do not hold back
 *   ApcMode         KernelMode
 *   NormalContext   first argument of NormalRoutine
 *   IRQL            any
 *   see             ntoskrnl's export table; used by drivers since NT 3.1, not documented by
 *                   Microsoft */
NTKERNELAPI VOID NTAPI KeInitializeApc(PRKAPC Apc, PRKTHREAD Thread, KAPC_ENVIRONMENT Environment,
                                       PKKERNEL_ROUTINE KernelRoutine,
                                       PKRUNDOWN_ROUTINE RundownRoutine,
                                       PKNORMAL_ROUTINE NormalRoutine, KPROCESSOR_MODE ApcMode,
                                       PVOID NormalContext);

/* Queues an APC. It runs when its thread does, below APC_LEVEL.
 *
 *   Apc              initialised
 *   SystemArgument1  given to its routines; SystemArgument2 too
 *   Increment        added to the thread's priority if it waits
 *   returns          FALSE: queued already, or the thread ends
 *   IRQL             <= DISPATCH_LEVEL
 *   see              as KeInitializeApc */
NTKERNELAPI BOOLEAN NTAPI KeInsertQueueApc(PRKAPC Apc, PVOID SystemArgument1,
                                           PVOID SystemArgument2, KPRIORITY Increment);

/* Device queues */

/* Sets up a device queue: packets that wait while a device is busy.
 *
 *   DeviceQueue  nonpaged storage
 *   IRQL         any
 *   see          KeInitializeDeviceQueue, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue);

/* Makes an idle device busy, or queues a packet for a busy one.
 *
 *   DeviceQueue       initialised
 *   DeviceQueueEntry  the packet's link
 *   returns           TRUE: queued; FALSE: the device was idle, the caller starts the packet
 *   IRQL              DISPATCH_LEVEL
 *   see               KeInsertDeviceQueue, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                              PKDEVICE_QUEUE_ENTRY DeviceQueueEntry);

/* As KeInsertDeviceQueue, in the order of a key.
 *
 *   DeviceQueue       initialised
 *   DeviceQueueEntry  the packet's link
 *   SortKey           after all entries whose key is not larger
 *   returns           as KeInsertDeviceQueue
 *   IRQL              DISPATCH_LEVEL
 *   see               KeInsertByKeyDeviceQueue, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                                   PKDEVICE_QUEUE_ENTRY DeviceQueueEntry,
                                                   ULONG SortKey);

/* Takes the next packet off, or makes the device idle.
 *
 *   DeviceQueue  initialised, the device busy
 *   returns      the packet's link, or NULL
 *   IRQL         DISPATCH_LEVEL
 *   see          KeRemoveDeviceQueue, Windows driver documentation, wdm.h */
NTKERNELAPI PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue);

/* As KeRemoveDeviceQueue: the first packet at or above a key, or the first of all.
 *
 *   DeviceQueue  initialised, the device busy
 *   SortKey      where to look
 *   returns      the packet's link, or NULL
 *   IRQL         DISPATCH_LEVEL
 *   see          KeRemoveByKeyDeviceQueue, Windows driver documentation, wdm.h */
NTKERNELAPI PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                                                ULONG SortKey);

/* Takes one packet off, to cancel it.
 *
 *   DeviceQueue       initialised
 *   DeviceQueueEntry  the packet's link
 *   returns           TRUE: it was queued
 *   IRQL              <= DISPATCH_LEVEL
 *   see               KeRemoveEntryDeviceQueue, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                                   PKDEVICE_QUEUE_ENTRY DeviceQueueEntry);

/* The end */

/* KeBugCheckEx with zeros.
 *
 *   BugCheckCode  what went wrong
 *   IRQL          any; does not return
 *   see           KeBugCheck, Windows driver documentation, wdm.h */
NTKERNELAPI DECLSPEC_NORETURN VOID NTAPI KeBugCheck(ULONG BugCheckCode);

/* Stops the system: nothing is written any more. Prints the code, the four parameters, its name
 * and the image and section at fault, then a stack trace.
 *
 *   BugCheckCode        what went wrong: bugcodes.h
 *   BugCheckParameter1  whatever the code's description says; the other three too
 *   IRQL                any; does not return
 *   see                 KeBugCheckEx, Windows driver documentation, wdm.h */
NTKERNELAPI DECLSPEC_NORETURN VOID NTAPI KeBugCheckEx(ULONG BugCheckCode,
                                                      ULONG_PTR BugCheckParameter1,
                                                      ULONG_PTR BugCheckParameter2,
                                                      ULONG_PTR BugCheckParameter3,
                                                      ULONG_PTR BugCheckParameter4);

/* Asks to be called when the system stops.
 *
 *   CallbackRecord   nonpaged, KeInitializeCallbackRecord first
 *   CallbackRoutine  called at HIGH_LEVEL with Buffer and Length: may touch its device and
 *                    nonpaged memory only
 *   Buffer           the driver's, may be NULL
 *   Length           bytes of it
 *   Component        the driver's name, a string
 *   returns          FALSE: it was registered already
 *   IRQL             any
 *   see              KeRegisterBugCheckCallback, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI
KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
                           PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, PVOID Buffer,
                           ULONG Length, PUCHAR Component);

/* Takes such a wish back.
 *
 *   CallbackRecord  as registered
 *   returns         FALSE: it was not registered
 *   IRQL            any
 *   see             KeDeregisterBugCheckCallback, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI
KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord);
#define KeInitializeCallbackRecord(CallbackRecord) ((CallbackRecord)->State = BufferEmpty)

#endif
