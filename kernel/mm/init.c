/* The memory manager's start-up, and the figures it answers with. */
#include "mi.h"
#include "ke.h"
#include "ps.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, MmInitSystem)
#endif

/* Zeroing runs when nothing else does. Trimming outranks ordinary threads, so that those who eat
 * memory cannot starve it; writing outranks trimming, which only feeds it. */
#define MI_ZERO_PRIORITY    0
#define MI_BALANCE_PRIORITY LOW_REALTIME_PRIORITY
#define MI_WRITER_PRIORITY  (LOW_REALTIME_PRIORITY + 1)

BOOLEAN MmInitSystem(ULONG Phase)
{
    if (Phase == 0) {
        MiInitializePhysicalMemory();
        MiInitializeSystemPtes();
        MiInitializeWindow(MiAllocateSystemPtes(1));
        MiInitializeTrimming();
        MiInitializeWriter();
        MiInitializeZeroing();
        MiInitializeNonPagedPool();
        MiInitializePagedPool();    /* object names, before there is a thread */
        MiInitializeKernelImage();
        return TRUE;
    }
    return NT_SUCCESS(PsCreateNamedSystemThread("Mm balance", MI_BALANCE_PRIORITY, MiBalanceThread,
                                                NULL, NULL)) &&
           NT_SUCCESS(PsCreateNamedSystemThread("Mm writer", MI_WRITER_PRIORITY, MiWriterThread,
                                                NULL, NULL)) &&
           NT_SUCCESS(PsCreateNamedSystemThread("Mm zero", MI_ZERO_PRIORITY, MiZeroPageThread,
                                                NULL, NULL));
}

VOID MmQueryStatistics(MM_STATISTICS *Statistics)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    *Statistics = MiStatistics;
    Statistics->Zeroed = MiZeroedList.Count;
    Statistics->Free = MiFreeList.Count;
    Statistics->Standby = MiStandbyList.Count;
    Statistics->Modified = MiModifiedList.Count;
    Statistics->WorkingSet = MiWorkingSet.Count;
    Statistics->Active = MiStatistics.PhysicalPages - MiAvailablePages() - MiModifiedList.Count;
    Statistics->Pinned = Statistics->Active - MiWorkingSet.Count;
    MiQuerySlots(Statistics);
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    MiQueryCommit(Statistics);
    MiQuerySystemPtes(Statistics);
    MiQueryPools(Statistics);
}
