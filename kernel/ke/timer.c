/* Timers: a wheel of 64 lists, one a clock tick, and what happens when the time has come.
 *
 * DueTime is in interrupt time, whatever the caller gave. A timer hangs on the list of the first
 * tick at which it will be due, modulo 64; expiry looks at the lists of the ticks that have
 * passed since the last time and takes what is due. All under KiDispatcherLock, at DISPATCH_LEVEL
 * on the DPC stack; the clock interrupt only asks for it while there are timers at all. */
#include "ki.h"

#define WHEEL 64
#define UNITS_PER_MS 10000

static LIST_ENTRY KiTimerWheel[WHEEL];
static ULONG64 KiLastExpiredTick;       /* lists up to this tick have been looked at */
volatile LONG KiTimerCount;             /* timers inserted; read by the clock without the lock */

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, KiInitializeTimers)
#endif

VOID KiInitializeTimers(VOID)
{
    ULONG i;

    for (i = 0; i < WHEEL; i++) {
        InitializeListHead(&KiTimerWheel[i]);
    }
}

VOID NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    Timer->Header.Type = (UCHAR)(KI_TIMER_NOTIFICATION + Type);
    Timer->Header.Absolute = 0;
    Timer->Header.Size = sizeof(KTIMER) / sizeof(LONG);
    Timer->Header.Inserted = FALSE;
    Timer->Header.SignalState = 0;
    InitializeListHead(&Timer->Header.WaitListHead);
    Timer->DueTime.QuadPart = 0;
    Timer->Dpc = NULL;
    Timer->Period = 0;
}

VOID NTAPI KeInitializeTimer(PKTIMER Timer)
{
    KeInitializeTimerEx(Timer, NotificationTimer);
}

/* Puts a timer on the wheel; FALSE, and not inserted, if it is due already. */
BOOLEAN KiInsertTimerAt(PKTIMER Timer, ULONG64 DueTime)
{
    ULONG64 tick;

    Timer->DueTime.QuadPart = DueTime;
    Timer->Header.SignalState = 0;
    if (DueTime <= KiNow()) {
        return FALSE;
    }
    tick = (DueTime + HAL_TIME_INCREMENT - 1) / HAL_TIME_INCREMENT;
    InsertTailList(&KiTimerWheel[(ULONG)tick % WHEEL], &Timer->TimerListEntry);
    Timer->Header.Inserted = TRUE;
    if (KiTimerCount++ == 0) {
        KiLastExpiredTick = KiNow() / HAL_TIME_INCREMENT;
    }
    return TRUE;
}

VOID KiRemoveTimer(PKTIMER Timer)
{
    RemoveEntryList(&Timer->TimerListEntry);
    Timer->Header.Inserted = FALSE;
    KiTimerCount--;
}

/* A timer's time has come: signal it, set it again if it is periodic, queue its DPC. */
static VOID KiSignalTimer(PKTIMER Timer)
{
    LARGE_INTEGER now;
    ULONG64 next, period;
    PKDPC dpc = Timer->Dpc;
    LONG state;

    Timer->Header.SignalState = 1;
    KiWaitTest(&Timer->Header, IO_NO_INCREMENT);
    if (Timer->Period != 0) {
        period = (ULONG64)Timer->Period * UNITS_PER_MS;
        next = Timer->DueTime.QuadPart + period;
        if (next <= KiNow()) {
            next = KiNow() + period;
        }
        state = Timer->Header.SignalState;
        KiInsertTimerAt(Timer, next);
        Timer->Header.SignalState = state;      /* stays signalled between periods */
    }
    if (dpc != NULL) {
        KeQuerySystemTime(&now);
        KeInsertQueueDpc(dpc, (PVOID)now.LowPart, (PVOID)now.HighPart);
    }
}

VOID KiExpireTimers(VOID)
{
    LIST_ENTRY due;
    ULONG64 now, tick;
    PLIST_ENTRY list, entry;
    PKTIMER timer;

    KiAcquire(&KiDispatcherLock);
    InitializeListHead(&due);
    now = KiNow();
    tick = now / HAL_TIME_INCREMENT;
    if (tick - KiLastExpiredTick > WHEEL) {
        KiLastExpiredTick = tick - WHEEL;
    }
    while (KiLastExpiredTick < tick) {
        list = &KiTimerWheel[(ULONG)++KiLastExpiredTick % WHEEL];
        for (entry = list->Flink; entry != list;) {
            timer = CONTAINING_RECORD(entry, KTIMER, TimerListEntry);
            entry = entry->Flink;
            if (timer->DueTime.QuadPart <= now) {
                RemoveEntryList(&timer->TimerListEntry);
                InsertTailList(&due, &timer->TimerListEntry);
            }
        }
    }
    /* Still "inserted": satisfying one wait may remove another timer from this list. */
    while (!IsListEmpty(&due)) {
        timer = CONTAINING_RECORD(due.Flink, KTIMER, TimerListEntry);
        KiRemoveTimer(timer);
        KiSignalTimer(timer);
    }
    KiUnlockDispatcher(DISPATCH_LEVEL);
}

BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)
{
    KIRQL irql = KiLockDispatcher();
    BOOLEAN was = Timer->Header.Inserted;
    ULONG64 due;
    LARGE_INTEGER now;

    if (was) {
        KiRemoveTimer(Timer);
    }
    if (DueTime.QuadPart < 0) {
        due = KiNow() + (ULONG64)-DueTime.QuadPart;
        Timer->Header.Absolute = FALSE;
    } else {
        KeQuerySystemTime(&now);
        due = DueTime.QuadPart > now.QuadPart
                  ? KiNow() + (ULONG64)(DueTime.QuadPart - now.QuadPart) : 0;
        Timer->Header.Absolute = TRUE;
    }
    Timer->Dpc = Dpc;
    Timer->Period = (ULONG)Period;
    if (!KiInsertTimerAt(Timer, due)) {
        Timer->DueTime.QuadPart = KiNow();
        KiSignalTimer(Timer);
    }
    KiUnlockDispatcher(irql);
    return was;
}

BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
    return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer)
{
    KIRQL irql = KiLockDispatcher();
    BOOLEAN was = Timer->Header.Inserted;

    if (was) {
        KiRemoveTimer(Timer);
    }
    KiUnlockDispatcher(irql);
    return was;
}

BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer)
{
    return Timer->Header.SignalState != 0;
}

static BOOLEAN KiInRange(PVOID Address, PVOID Base, SIZE_T Size)
{
    return (ULONG_PTR)Address - (ULONG_PTR)Base < Size;
}

PVOID KeFindTimer(PVOID Base, SIZE_T Size, PVOID *Routine)
{
    KIRQL irql = KiLockDispatcher();
    PVOID found = NULL;
    PLIST_ENTRY entry;
    ULONG i;

    for (i = 0; i < WHEEL && found == NULL; i++) {
        for (entry = KiTimerWheel[i].Flink; entry != &KiTimerWheel[i]; entry = entry->Flink) {
            PKTIMER timer = CONTAINING_RECORD(entry, KTIMER, TimerListEntry);
            PKDPC dpc = timer->Dpc != NULL && KeIsAddressMapped(timer->Dpc) ? timer->Dpc : NULL;

            *Routine = dpc != NULL ? (PVOID)dpc->DeferredRoutine : NULL;
            if (KiInRange(timer, Base, Size) || KiInRange(dpc, Base, Size) ||
                KiInRange(*Routine, Base, Size)) {
                found = timer;
                break;
            }
        }
    }
    KiUnlockDispatcher(irql);
    return found;
}
