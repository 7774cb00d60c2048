/* The zero-page thread: turns free frames into zeroed ones when nothing else wants the CPU, so
 * that a demand-zero fault finds its page ready. A frame being zeroed is on no list. */
#include "mi.h"
#include "ke.h"


VOID NTAPI MiZeroPageThread(PVOID Context)
{
    LARGE_INTEGER Pause = {.QuadPart = -2000000};
    KIRQL OldIrql;

    (VOID)Context;
    for (;;) {
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        if (MiFreeList.Count == 0) {
            KeReleaseSpinLock(&MmPfnLock, OldIrql);
            KeDelayExecutionThread(KernelMode, FALSE, &Pause);
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
