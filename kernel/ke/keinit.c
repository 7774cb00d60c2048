/* Start-up of the core: from tables and an idle processor to a running clock. The code that runs
 * now becomes the idle thread: priority -1, never on a queue, never waiting. */
#include "ki.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, KeInitSystem)
#pragma alloc_text(INIT, KeStartClock)
#pragma alloc_text(INIT, KeSetDpcStack)
#endif

VOID KeInitSystem(PKTHREAD BootThread)
{
    KPRCB *prcb = KiCurrentPrcb();

    KiInitializeDispatcher();
    KiInitializeTimers();
    KiInitializeTime();
    InitializeListHead(&KiReaperListHead);
    KeInitializeEvent(&KiReaperEvent, NotificationEvent, FALSE);

    KeInitializeThread(BootThread, KiBootStackTop, (ULONG)(KiBootStackTop - KiBootStack), NULL,
                       NULL, NULL, 0);
    BootThread->Priority = BootThread->BasePriority = KI_IDLE_PRIORITY;
    BootThread->State = Running;
    prcb->CurrentThread = prcb->IdleThread = BootThread;
}

VOID KeStartClock(VOID)
{
    HalpStartPit();
    KfLowerIrql(PASSIVE_LEVEL);
    __asm__ volatile("sti");
}

VOID KeSetDpcStack(PVOID StackBase)
{
    KiCurrentPrcb()->DpcStack = StackBase;
}

/* What the processor does when nothing else wants it: an interrupt ends the halt, and its exit
 * takes DPCs and thread switches. */
VOID KeIdle(VOID)
{
    for (;;) {
        __asm__ volatile("sti; hlt");
    }
}
