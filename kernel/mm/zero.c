/* The zero-page thread: turns free frames into zeroed ones when nothing else wants the CPU, so
 * that a demand-zero fault finds its page ready. A frame being zeroed is on no list. */
#include "mi.h"

#define MI_ZERO_BATCH 32 /* free frames that are worth waking up for */

static KEVENT MiZeroEvent;
static BOOLEAN MiZeroSleeps; /* (p) */

VOID MiInitializeZeroing(VOID)
{
    KeInitializeEvent(&MiZeroEvent, SynchronizationEvent, FALSE);
}

/* Called under MmPfnLock when a frame joins the free list. */
VOID MiWakeZeroing(VOID)
{
    if (MiZeroSleeps && MiFreeList.Count >= MI_ZERO_BATCH) {
        MiZeroSleeps = FALSE;
        KeSetEvent(&MiZeroEvent, 0, FALSE);
    }
}

VOID NTAPI MiZeroPageThread(PVOID Context)
{
    KIRQL OldIrql;

    (VOID)Context;
    for (;;) {
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        if (MiFreeList.Count == 0) {
            MiZeroSleeps = TRUE;
            KeReleaseSpinLock(&MmPfnLock, OldIrql);
            KeWaitForSingleObject(&MiZeroEvent, Executive, KernelMode, FALSE, NULL);
            continue;
        }
        MI_PFN Pfn = MiFreeList.First;

        MiUnlink(&MiFreeList, Pfn);
        MiPfn(Pfn)->State = MiPageTransition;
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        MiZeroFrame(Pfn);
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        MiInsertTail(&MiZeroedList, Pfn);
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
    }
}
