/* Tests: timers, DPCs, clock. DPC routines are ordinary code; the tests themselves are pageable
 * but for those that raise IRQL. */
#include "ki.h"
#include "ktthread.h"

#define PATIENCE 50     /* a busy host may keep its clock chips waiting */

typedef struct _KT_DPC_LOG {
    volatile LONG Count;
    PVOID Order[8];
    KIRQL Irql;
    BOOLEAN OnDpcStack;
} KT_DPC_LOG;

static VOID NTAPI KtLogDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    KT_DPC_LOG *log = Context;
    LONG slot = InterlockedIncrement(&log->Count) - 1;
    ULONG here = (ULONG)&slot, top = (ULONG)KiCurrentPrcb()->DpcStack;

    if (slot < 8) {
        log->Order[slot] = Argument1;
    }
    log->Irql = KeGetCurrentIrql();
    log->OnDpcStack = here < top && here > top - KI_DPC_STACK_SIZE;
}

KTEST(ke_dpc_runs_when_irql_drops)
{
    KT_DPC_LOG log = { 0 };
    KDPC first, second, urgent, removed;
    KIRQL irql;

    KeInitializeDpc(&first, KtLogDpc, &log);
    KeInitializeDpc(&second, KtLogDpc, &log);
    KeInitializeDpc(&urgent, KtLogDpc, &log);
    KeInitializeDpc(&removed, KtLogDpc, &log);
    KeSetImportanceDpc(&urgent, HighImportance);
    irql = KeRaiseIrqlToDpcLevel();
    KCHECK(KeInsertQueueDpc(&first, (PVOID)1, NULL));
    KCHECK(!KeInsertQueueDpc(&first, (PVOID)9, NULL));
    KCHECK(KeInsertQueueDpc(&removed, (PVOID)9, NULL));
    KCHECK(KeInsertQueueDpc(&second, (PVOID)2, NULL));
    KCHECK(KeInsertQueueDpc(&urgent, (PVOID)3, NULL));
    KCHECK(KeRemoveQueueDpc(&removed));
    KCHECK(!KeRemoveQueueDpc(&removed));
    KCHECK_EQUAL(log.Count, 0);
    KeLowerIrql(irql);
    KCHECK_EQUAL(log.Count, 3);
    KCHECK(log.Order[0] == (PVOID)3 && log.Order[1] == (PVOID)1 && log.Order[2] == (PVOID)2);
    KCHECK_EQUAL(log.Irql, DISPATCH_LEVEL);
    KCHECK(log.OnDpcStack);
}

KTEST(ke_clock_goes_on_at_dispatch_level)
{
    KIRQL irql = KeRaiseIrqlToDpcLevel();
    ULONG before = KeTickCount.LowPart, tries;

    for (tries = 0; tries < PATIENCE && KeTickCount.LowPart - before < 2; tries++) {
        KeStallExecutionProcessor(20000);
    }
    KCHECK(KeTickCount.LowPart - before >= 2);
    KeLowerIrql(irql);
}

KTEST(ke_deferred_interrupt_is_replayed)
{
    ULONG before, at, tries = 0;
    KIRQL irql;

    do {
        KeRaiseIrql(HIGH_LEVEL, &irql);
        before = KeTickCount.LowPart;
        KeStallExecutionProcessor(25000);
        at = KeTickCount.LowPart;
        KeLowerIrql(irql);
        KCHECK_EQUAL(at, before);               /* nothing got through */
    } while (KeTickCount.LowPart == before && ++tries < PATIENCE);
    KCHECK(KeTickCount.LowPart > before);       /* and it was not lost */
    KCHECK_EQUAL(KiPcr()->Irr, 0);
}

/* A busy host delays clock ticks and then makes up for them: one good stretch of five is enough. */
KTEST(ke_performance_counter_agrees_with_clock)
{
    LARGE_INTEGER frequency, start, end;
    BOOLEAN agrees = FALSE;
    ULONGLONG time, ticks = 0, passed = 0;
    ULONG tries;

    for (tries = 0; tries < 5 && !agrees; tries++) {
        time = KeQueryInterruptTime();
        while (KeQueryInterruptTime() == time) {
            YieldProcessor();
        }
        time = KeQueryInterruptTime();
        start = KeQueryPerformanceCounter(&frequency);
        while ((ticks = KeQueryInterruptTime() - time) < 400000) {
            YieldProcessor();
        }
        end = KeQueryPerformanceCounter(NULL);
        passed = (ULONGLONG)(end.QuadPart - start.QuadPart) * 10000000 /
                 (ULONGLONG)frequency.QuadPart;
        agrees = passed > ticks / 2 && passed < ticks * 2;
    }
    if (!agrees) {
        DbgPrint("# last: %I64u units by the counter, %I64u by the clock, %I64u Hz\n", passed,
                 ticks, frequency.QuadPart);
    }
    KCHECK(agrees);
    KCHECK(frequency.QuadPart > 1000000);
}

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

KTEST(ke_flush_queued_dpcs)
{
    KT_DPC_LOG log = { 0 };
    KDPC dpc;

    KeInitializeDpc(&dpc, KtLogDpc, &log);
    KeInsertQueueDpc(&dpc, NULL, NULL);
    KeFlushQueuedDpcs();
    KCHECK_EQUAL(log.Count, 1);
}

KTEST(ke_timer_signals_and_queues_its_dpc)
{
    LARGE_INTEGER due = { .QuadPart = MS_TO_UNITS(20) };
    KT_DPC_LOG log = { 0 };
    KTIMER timer;
    KDPC dpc;

    KeInitializeTimer(&timer);
    KeInitializeDpc(&dpc, KtLogDpc, &log);
    KCHECK(!KeSetTimer(&timer, due, &dpc));
    KCHECK(!KeReadStateTimer(&timer));
    KCHECK(KeSetTimer(&timer, due, &dpc));      /* set anew */
    KCHECK_EQUAL(KeWaitForSingleObject(&timer, Executive, KernelMode, FALSE, NULL), 0);
    KeFlushQueuedDpcs();
    KCHECK_EQUAL(log.Count, 1);
    KCHECK(KeReadStateTimer(&timer));
    KCHECK(!KeCancelTimer(&timer));
    due.QuadPart = MS_TO_UNITS(10000);
    KeSetTimer(&timer, due, &dpc);
    KCHECK(!KeReadStateTimer(&timer));
    KCHECK(KeCancelTimer(&timer));
    due.QuadPart = 0;                           /* long past */
    KCHECK(!KeSetTimer(&timer, due, NULL));
    KCHECK(KeReadStateTimer(&timer));
}

KTEST(ke_periodic_timer)
{
    LARGE_INTEGER due = { .QuadPart = MS_TO_UNITS(10) };
    KT_DPC_LOG log = { 0 };
    KTIMER timer;
    ULONG i;
    KDPC dpc;

    KeInitializeTimerEx(&timer, SynchronizationTimer);
    KeInitializeDpc(&dpc, KtLogDpc, &log);
    KeSetTimerEx(&timer, due, 10, &dpc);
    for (i = 0; i < 4; i++) {
        KCHECK_EQUAL(KeWaitForSingleObject(&timer, Executive, KernelMode, FALSE, NULL), 0);
    }
    KCHECK(KeCancelTimer(&timer));
    KeFlushQueuedDpcs();
    KCHECK(log.Count >= 4);
    i = (ULONG)log.Count;
    KtSleep(30);
    KCHECK_EQUAL(log.Count, i);
}

/* More timers than lists, due in disorder, beyond one turn of the wheel. */
KTEST(ke_many_timers_in_order)
{
    static KTIMER timers[96];
    LARGE_INTEGER due;
    ULONGLONG start = KeQueryInterruptTime(), passed;
    ULONG i, ticks;

    for (i = 0; i < 96; i++) {
        ticks = (i * 37) % 96 + 1;
        KeInitializeTimer(&timers[i]);
        due.QuadPart = -(LONGLONG)ticks * HAL_TIME_INCREMENT;
        KeSetTimer(&timers[i], due, NULL);
    }
    for (i = 0; i < 96; i++) {
        ticks = (i * 37) % 96 + 1;
        KCHECK_EQUAL(KeWaitForSingleObject(&timers[i], Executive, KernelMode, FALSE, NULL), 0);
        passed = KeQueryInterruptTime() - start;
        KCHECK(passed >= (ULONGLONG)ticks * HAL_TIME_INCREMENT);
    }
    KCHECK(KeQueryInterruptTime() - start < 200 * HAL_TIME_INCREMENT);
}
