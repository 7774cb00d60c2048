/* Test: many threads of all priorities do everything to each other for half a second. What is
 * looked for is a lost wake-up (the test does not end), a broken list (it stops the machine), and
 * counts that do not add up. */
#include "ki.h"
#include "ktthread.h"

#define THREADS     8
#define ROUNDS_MS   500

typedef struct _KT_ARENA {
    KSEMAPHORE Tokens;              /* as many as threads; each takes one and gives it back   */
    KMUTEX Mutex;
    KEVENT Event;                   /* synchronization: pulsed and set by everybody            */
    KTIMER Timer;
    KDPC Dpc;
    KSPIN_LOCK Lock;
    volatile LONG InMutex;          /* 0 or 1                                                  */
    volatile LONG DpcsQueued, DpcsRun;
    volatile LONG ApcsQueued, ApcsRun;
    volatile LONG Stop;
    PETHREAD Threads[THREADS];
} KT_ARENA;

typedef struct _KT_FIGHTER {
    KT_ARENA *Arena;
    ULONG Number;
    ULONG Random;
    KAPC Apc;
} KT_FIGHTER;

static VOID NTAPI KtArenaDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    KT_ARENA *arena = Context;

    InterlockedIncrement(&arena->DpcsRun);
    KeSetEvent(&arena->Event, EVENT_INCREMENT, FALSE);
}

static VOID NTAPI KtArenaApc(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context,
                             PVOID *Argument1, PVOID *Argument2)
{
    InterlockedIncrement(&((KT_ARENA *)*Argument1)->ApcsRun);
}

static VOID KtQueueAtDispatch(KT_ARENA *Arena)
{
    KIRQL irql;

    KeAcquireSpinLock(&Arena->Lock, &irql);
    if (KeInsertQueueDpc(&Arena->Dpc, NULL, NULL)) {
        InterlockedIncrement(&Arena->DpcsQueued);
    }
    KeReleaseSpinLock(&Arena->Lock, irql);
}

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

static ULONG KtRandom(KT_FIGHTER *Fighter)
{
    Fighter->Random = Fighter->Random * 1103515245 + 12345;
    return Fighter->Random >> 16;
}

static VOID KtTakeMutex(KT_FIGHTER *Fighter)
{
    KT_ARENA *arena = Fighter->Arena;
    LARGE_INTEGER wait = { .QuadPart = -(LONGLONG)(KtRandom(Fighter) % 300000) };

    if (KeWaitForSingleObject(&arena->Mutex, Executive, KernelMode, FALSE, &wait) == 0) {
        KCHECK_EQUAL(InterlockedIncrement(&arena->InMutex), 1);
        if (KtRandom(Fighter) % 4 == 0) {
            KeYield();
        }
        InterlockedDecrement(&arena->InMutex);
        KeReleaseMutex(&arena->Mutex, FALSE);
    }
}

static VOID KtWaitForSeveral(KT_FIGHTER *Fighter)
{
    KT_ARENA *arena = Fighter->Arena;
    LARGE_INTEGER wait = { .QuadPart = -(LONGLONG)(KtRandom(Fighter) % 200000) };
    PVOID objects[3] = { &arena->Event, &arena->Timer, &arena->Tokens };
    NTSTATUS status = KeWaitForMultipleObjects(3, objects, WaitAny, Executive, KernelMode,
                                               KtRandom(Fighter) & 1, &wait, NULL);

    KCHECK(status == STATUS_TIMEOUT || status == STATUS_ALERTED || (ULONG)status < 3);
    if (status == 2) {
        KeReleaseSemaphore(&arena->Tokens, SEMAPHORE_INCREMENT, 1, FALSE);
    }
}

static VOID NTAPI KtFight(PVOID Context)
{
    KT_FIGHTER *fighter = Context;
    KT_ARENA *arena = fighter->Arena;
    LARGE_INTEGER due;

    while (arena->Stop == 0) {
        switch (KtRandom(fighter) % 8) {
        case 0:
            KtTakeMutex(fighter);
            break;
        case 1:
            KtWaitForSeveral(fighter);
            break;
        case 2:
            KeSetEvent(&arena->Event, EVENT_INCREMENT, FALSE);
            break;
        case 3:
            KtQueueAtDispatch(arena);
            break;
        case 4:
            due.QuadPart = -(LONGLONG)(KtRandom(fighter) % 300000);
            KeSetTimer(&arena->Timer, due, NULL);
            break;
        case 5:
            if (KeInsertQueueApc(&fighter->Apc, arena, NULL, IO_NO_INCREMENT)) {
                InterlockedIncrement(&arena->ApcsQueued);
            }
            break;
        case 6:
            KeAlertThread(&arena->Threads[KtRandom(fighter) % THREADS]->Tcb, KernelMode);
            break;
        default:
            KeSetPriorityThread(KeGetCurrentThread(), 3 + (KPRIORITY)(KtRandom(fighter) % 9));
            KeWaitForSingleObject(&arena->Tokens, Executive, KernelMode, FALSE, NULL);
            KeReleaseSemaphore(&arena->Tokens, IO_NO_INCREMENT, 1, FALSE);
        }
    }
}

KTEST(ke_threads_under_stress)
{
    static KT_FIGHTER fighters[THREADS];
    static KT_ARENA arena;
    ULONG i;

    RtlZeroMemory(&arena, sizeof(arena));
    KeInitializeSemaphore(&arena.Tokens, THREADS / 2, THREADS);
    KeInitializeMutex(&arena.Mutex, 0);
    KeInitializeEvent(&arena.Event, SynchronizationEvent, FALSE);
    KeInitializeTimerEx(&arena.Timer, SynchronizationTimer);
    KeInitializeDpc(&arena.Dpc, KtArenaDpc, &arena);
    KeInitializeSpinLock(&arena.Lock);
    for (i = 0; i < THREADS; i++) {
        fighters[i] = (KT_FIGHTER){ .Arena = &arena, .Number = i, .Random = 77 * i + 1 };
        arena.Threads[i] = KtStart(KtFight, &fighters[i], 3);
        KREQUIRE(arena.Threads[i] != NULL);
    }
    /* Each fighter's APC goes to its neighbour. None has run yet: this thread outranks them. */
    for (i = 0; i < THREADS; i++) {
        KeInitializeApc(&fighters[i].Apc, &arena.Threads[(i + 1) % THREADS]->Tcb,
                        OriginalApcEnvironment, KtArenaApc, NULL, NULL, KernelMode, NULL);
    }
    KtSleep(ROUNDS_MS);
    arena.Stop = 1;
    for (i = 0; i < THREADS; i++) {                     /* all, before one of them goes */
        KeWaitForSingleObject(arena.Threads[i], Executive, KernelMode, FALSE, NULL);
    }
    for (i = 0; i < THREADS; i++) {
        KtJoin(arena.Threads[i]);
    }
    KeCancelTimer(&arena.Timer);
    KeFlushQueuedDpcs();
    KCHECK_EQUAL(arena.DpcsRun, arena.DpcsQueued);
    KCHECK(arena.DpcsRun > 0 && arena.ApcsRun > 0);
    KCHECK(arena.ApcsRun <= arena.ApcsQueued);          /* the last may have been run down */
    KCHECK_EQUAL(KeReadStateSemaphore(&arena.Tokens), THREADS / 2);
    KCHECK_EQUAL(KeReadStateMutex(&arena.Mutex), 1);
    KCHECK_EQUAL(arena.InMutex, 0);
}
