/* A fake kernel core: fibers instead of threads, events, fast mutexes, IRQL, PTE stores. */
#include <stdarg.h>
#undef VOID
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#define VOID void
#include "mmtest.h"

#define STACK_BYTES  (256 * 1024)
#define MAX_FIBERS   16

typedef struct {
    ucontext_t Context;
    KTHREAD Thread;
    void (*Routine)(void *);
    void *Argument;
    PKEVENT WaitsFor;
    bool Timed, System, Ended, MayFail;
    KIRQL Irql;
} FIBER;

static FIBER Fibers[MAX_FIBERS];
static ULONG FiberCount;
static FIBER *Current;
static ucontext_t Main;
static unsigned long long State;
ULONG FrameData[FRAMES];
MMPTE Ptes[VA_PAGES];
bool Flushed[VA_PAGES];
static MMPFN Database[FRAMES];
PMMPFN MiPfnDatabase = Database;
MMPTE MiGlobalBit, MiNxBit;
ULONG MiLowPages = 12, MiGoalPages = 16;
ULONG KeFeatureBits;

void SeedRandom(unsigned long long Seed)
{
    State = Seed * 2862933555777941757ull + 3037000493ull;
}

ULONG Random(ULONG Below)
{
    State = State * 6364136223846793005ull + 1442695040888963407ull;
    return (ULONG)((State >> 33) % Below);
}

void Fail(const char *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    printf("not ok - ");
    vprintf(Format, Arguments);
    printf("\n");
    fflush(stdout);
    abort();
}

void AllowReadErrors(bool Allow)
{
    Current->MayFail = Allow;
}

bool ReadErrorsAllowed(void)
{
    return Current != NULL && Current->MayFail;
}

static bool IsRunnable(FIBER *Fiber)
{
    if (Fiber->Ended) {
        return false;
    }
    if (Fiber->WaitsFor == NULL || Fiber->WaitsFor->Header.SignalState != 0) {
        return true;
    }
    return Fiber->Timed && Random(8) == 0;
}

static FIBER *PickFiber(void)
{
    for (ULONG Try = 0; Try < 100000; Try++) {
        ULONG First = Random(FiberCount);

        if (Random(3) == 0) {
            CompleteSomething();
        }
        for (ULONG i = 0; i < FiberCount; i++) {
            FIBER *Fiber = &Fibers[(First + i) % FiberCount];

            if (IsRunnable(Fiber)) {
                return Fiber;
            }
        }
        CompleteSomething();
    }
    Fail("deadlock: every fiber waits");
}

static void Switch(void)
{
    FIBER *Old = Current;
    FIBER *New = PickFiber();

    if (New != Old) {
        Current = New;
        swapcontext(Old != NULL ? &Old->Context : &Main, &New->Context);
    }
}

void Yield(void)
{
    if (Current->Irql >= DISPATCH_LEVEL) {
        Fail("gives way at IRQL %u", Current->Irql);
    }
    Switch();
}

static void FiberMain(void)
{
    Current->Routine(Current->Argument);
    Current->Ended = true;
    for (ULONG i = 0; i < FiberCount; i++) {
        if (!Fibers[i].Ended && !Fibers[i].System) {
            Switch();
        }
    }
    setcontext(&Main);
}

static void NewFiber(void (*Routine)(void *), void *Argument, bool System)
{
    FIBER *Fiber = &Fibers[FiberCount++];

    getcontext(&Fiber->Context);
    Fiber->Context.uc_stack.ss_sp = malloc(STACK_BYTES);
    Fiber->Context.uc_stack.ss_size = STACK_BYTES;
    Fiber->Routine = Routine;
    Fiber->Argument = Argument;
    Fiber->System = System;
    makecontext(&Fiber->Context, FiberMain, 0);
}

void StartFiber(void (*Routine)(void *), void *Context)
{
    NewFiber(Routine, Context, false);
}

static void RunSystemRoutine(void *Argument)
{
    ((void (NTAPI *)(PVOID))Argument)(NULL);
}

void StartSystemFiber(void (NTAPI *Routine)(PVOID))
{
    NewFiber(RunSystemRoutine, (void *)Routine, true);
}

void RunFibers(void)
{
    Switch();
}

/* ---- Ke and Ex -------------------------------------------------------------------------- */

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return Current != NULL ? Current->Irql : PASSIVE_LEVEL;
}

PKTHREAD NTAPI KeGetCurrentThread(VOID)
{
    static KTHREAD Boot;

    return Current != NULL ? &Current->Thread : &Boot;
}

#undef KeInitializeSpinLock
VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    *SpinLock = 0;
}

KIRQL FASTCALL KfAcquireSpinLock(PKSPIN_LOCK SpinLock)
{
    KIRQL Old = KeGetCurrentIrql();

    if (*SpinLock != 0) {
        Fail("spin lock taken twice");
    }
    *SpinLock = 1;
    if (Current != NULL) {
        Current->Irql = DISPATCH_LEVEL;
    }
    return Old;
}

VOID FASTCALL KfReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    if (*SpinLock == 0) {
        Fail("spin lock released twice");
    }
    *SpinLock = 0;
    if (Current != NULL) {
        Current->Irql = NewIrql;
        if (NewIrql < DISPATCH_LEVEL && Random(4) == 0) {
            Yield();
        }
    }
}

VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN Signalled)
{
    memset(Event, 0, sizeof(*Event));
    Event->Header.Type = (UCHAR)Type;
    Event->Header.SignalState = Signalled;
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    LONG Old = Event->Header.SignalState;

    (void)Increment;
    (void)Wait;
    Event->Header.SignalState = 1;
    return Old;
}

VOID NTAPI KeClearEvent(PRKEVENT Event)
{
    Event->Header.SignalState = 0;
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON Reason, KPROCESSOR_MODE Mode,
                                     BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    PKEVENT Event = Object;

    (void)Reason;
    (void)Mode;
    (void)Alertable;
    if (Current->Irql >= DISPATCH_LEVEL) {
        Fail("waits at IRQL %u", Current->Irql);
    }
    Current->Timed = Timeout != NULL;
    while (Event->Header.SignalState == 0) {
        Current->WaitsFor = Event;
        Switch();
        Current->WaitsFor = NULL;
        if (Event->Header.SignalState == 0 && Timeout != NULL) {
            return STATUS_TIMEOUT;
        }
    }
    if (Event->Header.Type == SynchronizationEvent) {
        Event->Header.SignalState = 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE Mode, BOOLEAN Alertable,
                                      PLARGE_INTEGER Interval)
{
    (void)Mode;
    (void)Alertable;
    (void)Interval;
    Yield();
    return STATUS_SUCCESS;
}

VOID FASTCALL ExAcquireFastMutex(PFAST_MUTEX Mutex)
{
    while (Mutex->Owner != NULL) {
        Yield();
    }
    Mutex->Owner = &Current->Thread;
    Mutex->OldIrql = Current->Irql;
    Current->Irql = APC_LEVEL;
}

VOID FASTCALL ExReleaseFastMutex(PFAST_MUTEX Mutex)
{
    if (Mutex->Owner != &Current->Thread) {
        Fail("fast mutex released by another fiber");
    }
    Mutex->Owner = NULL;
    Current->Irql = (KIRQL)Mutex->OldIrql;
}

VOID NTAPI KeBugCheckEx(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4)
{
    Fail("bugcheck 0x%X (0x%X,0x%X,0x%X,0x%X)", (unsigned)Code, (unsigned)P1, (unsigned)P2,
         (unsigned)P3, (unsigned)P4);
}

VOID MiStopFault(ULONG ErrorCode, PVOID Address, PKTRAP_FRAME Trap, KIRQL Irql)
{
    (void)Trap;
    Fail("fault at %p, error code %u, IRQL %u", Address, (unsigned)ErrorCode, Irql);
}

ULONG __cdecl DbgPrint(PCSTR Format, ...)
{
    (void)Format;
    return 0;
}

VOID NTAPI RtlAssert(PVOID Expression, PVOID File, ULONG Line, PCHAR Message)
{
    (void)Message;
    Fail("%s:%u: %s", (char *)File, (unsigned)Line, (char *)Expression);
}

/* ---- hw.c ------------------------------------------------------------------------------- */

PMMPTE MiGetPteAddress(PVOID Va)
{
    ULONG Page = ((ULONG_PTR)Va - VA_BASE) >> PAGE_SHIFT;

    if (Page > VA_PAGES) {
        Fail("PTE of %p asked for", Va);
    }
    return &Ptes[Page];
}

PVOID MiGetPteVa(PMMPTE Pte)
{
    return (PVOID)(VA_BASE + ((ULONG)(Pte - Ptes) << PAGE_SHIFT));
}

VOID MiWritePte(PMMPTE Pte, MMPTE Value)
{
    if ((*Pte & MI_PTE_VALID) && !(Value & MI_PTE_VALID)) {
        Fail("valid PTE overwritten: accessed and dirty bits are lost");
    }
    *Pte = Value;
}

MMPTE MiExchangePte(PMMPTE Pte, MMPTE Value)
{
    MMPTE Old = *Pte;

    *Pte = Value;
    if (Old & MI_PTE_VALID) {
        Flushed[Pte - Ptes] = (Value & MI_PTE_VALID) != 0;
    }
    return Old;
}

VOID MiFlushPage(PVOID Va)
{
    Flushed[MiGetPteAddress(Va) - Ptes] = true;
}

VOID MiFlushRange(PVOID Va, ULONG Pages)
{
    for (ULONG i = 0; i < Pages; i++) {
        MiFlushPage((PUCHAR)Va + i * PAGE_SIZE);
    }
}

VOID MiZeroFrame(MI_PFN Pfn)
{
    FrameData[Pfn] = 0;
}

BOOLEAN MiMakePageTables(PVOID Va, ULONG Pages)
{
    (void)Va;
    (void)Pages;
    return TRUE;
}

BOOLEAN MiIsPageTablePresent(PVOID Va)
{
    (void)Va;
    return TRUE;
}
