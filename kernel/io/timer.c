/* Device timers: each started one is called about once a second at DISPATCH_LEVEL. One kernel
 * timer serves all; it runs while there is a started timer.
 * Guard: IopTimerLock for the list and the Started fields. A routine is called without it, so
 * the walk restarts from a mark: each timer carries the round in which it was last called. */
#include "iop.h"

struct _IO_TIMER {
    CSHORT Type;
    BOOLEAN Started;   /* IopTimerLock */
    LIST_ENTRY Link;   /* IopTimerLock; in the list while Started */
    ULONG Round;       /* IopTimerLock */
    PIO_TIMER_ROUTINE Routine;
    PVOID Context;
    PDEVICE_OBJECT Device;
};

static KSPIN_LOCK IopTimerLock;
static LIST_ENTRY IopTimers = { &IopTimers, &IopTimers };
static ULONG IopTimerRound;
static KTIMER IopTimer;
static KDPC IopTimerDpc;
static BOOLEAN IopTimerReady;

static VOID NTAPI IopTimerTick(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PLIST_ENTRY link;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeAcquireSpinLockAtDpcLevel(&IopTimerLock);
    IopTimerRound++;
    for (link = IopTimers.Flink; link != &IopTimers;) {
        PIO_TIMER timer = CONTAINING_RECORD(link, struct _IO_TIMER, Link);

        if (timer->Round == IopTimerRound) {
            link = link->Flink;
            continue;
        }
        timer->Round = IopTimerRound;
        KeReleaseSpinLockFromDpcLevel(&IopTimerLock);
        timer->Routine(timer->Device, timer->Context);
        KeAcquireSpinLockAtDpcLevel(&IopTimerLock);
        link = IopTimers.Flink;
    }
    KeReleaseSpinLockFromDpcLevel(&IopTimerLock);
}

NTSTATUS NTAPI IoInitializeTimer(PDEVICE_OBJECT DeviceObject, PIO_TIMER_ROUTINE TimerRoutine,
                                 PVOID Context)
{
    PIO_TIMER timer = DeviceObject->Timer;

    if (timer == NULL) {
        timer = ExAllocatePoolWithTag(NonPagedPool, sizeof(*timer), IOP_TAG);
        if (timer == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlZeroMemory(timer, sizeof(*timer));
        timer->Type = IO_TYPE_TIMER;
        timer->Device = DeviceObject;
        DeviceObject->Timer = timer;
    }
    timer->Routine = TimerRoutine;
    timer->Context = Context;
    return STATUS_SUCCESS;
}

VOID NTAPI IoStartTimer(PDEVICE_OBJECT DeviceObject)
{
    PIO_TIMER timer = DeviceObject->Timer;
    KIRQL irql;

    KeAcquireSpinLock(&IopTimerLock, &irql);
    if (!timer->Started) {
        timer->Started = TRUE;
        timer->Round = IopTimerRound;
        if (IsListEmpty(&IopTimers)) {
            LARGE_INTEGER due = { .QuadPart = -10000000 };

            if (!IopTimerReady) {
                KeInitializeTimer(&IopTimer);
                KeInitializeDpc(&IopTimerDpc, IopTimerTick, NULL);
                IopTimerReady = TRUE;
            }
            KeSetTimerEx(&IopTimer, due, 1000, &IopTimerDpc);
        }
        InsertTailList(&IopTimers, &timer->Link);
    }
    KeReleaseSpinLock(&IopTimerLock, irql);
}

VOID NTAPI IoStopTimer(PDEVICE_OBJECT DeviceObject)
{
    PIO_TIMER timer = DeviceObject->Timer;
    KIRQL irql;

    KeAcquireSpinLock(&IopTimerLock, &irql);
    if (timer->Started) {
        timer->Started = FALSE;
        RemoveEntryList(&timer->Link);
        if (IsListEmpty(&IopTimers)) {
            KeCancelTimer(&IopTimer);
        }
    }
    KeReleaseSpinLock(&IopTimerLock, irql);
}

VOID IopRemoveTimer(PDEVICE_OBJECT DeviceObject)
{
    if (DeviceObject->Timer != NULL) {
        IoStopTimer(DeviceObject);
        KeFlushQueuedDpcs(); /* a tick may be inside the routine */
        ExFreePoolWithTag(DeviceObject->Timer, IOP_TAG);
        DeviceObject->Timer = NULL;
    }
}
