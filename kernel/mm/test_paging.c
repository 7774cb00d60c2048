/* Tests: pages of paged pool through all their states, seen in PTE and PFN. The tests are pageable
 * themselves and look at their PTEs under MmPfnLock only for other pages' sake. */
#include "mi.h"
#include "pool.h"
#include "pagefile.h"
#include "ke.h"
#include "ps.h"
#include "test.h"

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

#define KT_TAG 'tseT'
#define KT_PAGES 32u
#define KT_SPARE_PAGES 64u /* of commit, left to the rest of the system by the test that takes all */

static MMPTE KtPte(PVOID Va)
{
    return *(volatile MMPTE *)MiGetPteAddress(Va);
}

static VOID KtFill(PULONG Words, ULONG Pages, ULONG Seed)
{
    for (ULONG i = 0; i < Pages * PAGE_SIZE / sizeof(ULONG); i += 64) {
        Words[i] = Seed + i;
    }
}

static BOOLEAN KtHolds(PULONG Words, ULONG Pages, ULONG Seed)
{
    for (ULONG i = 0; i < Pages * PAGE_SIZE / sizeof(ULONG); i += 64) {
        if (Words[i] != Seed + i) {
            return FALSE;
        }
    }
    return TRUE;
}

KTEST(mm_pool_page_goes_out_and_comes_back)
{
    PULONG Block = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, KT_TAG);
    MM_STATISTICS Before, After;
    MMPTE Pte;

    KREQUIRE(Block != NULL);
    KCHECK(!(KtPte(Block) & MI_PTE_VALID));
    KtFill(Block, 1, 7);
    Pte = KtPte(Block);
    KCHECK(Pte & MI_PTE_VALID);
    KCHECK_EQUAL(MiPfn(MI_PTE_PFN(Pte))->State, MiPageActive);
    KCHECK_EQUAL(MiPfn(MI_PTE_PFN(Pte))->PteAddress, MiGetPteAddress(Block));

    MmTrimAllSystemPagableMemory(FALSE);
    KCHECK(MiIsTransition(KtPte(Block)));
    KCHECK(!MmIsAddressValid(Block));
    MmQueryStatistics(&Before);
    KCHECK_EQUAL(Block[0], 7); /* soft: the same frame */
    MmQueryStatistics(&After);
    KCHECK(After.SoftFaults > Before.SoftFaults);
    KCHECK_EQUAL(MI_PTE_PFN(KtPte(Block)), MI_PTE_PFN(Pte));

    KCHECK(NT_SUCCESS(MmTrimPages(NULL, FALSE)));
    KCHECK(MiIsTransition(KtPte(Block)));
    KCHECK_EQUAL(MiPfn(MI_PTE_PFN(KtPte(Block)))->State, MiPageStandby);
    KCHECK(MiPfn(MI_PTE_PFN(KtPte(Block)))->Slot != 0);

    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
    Pte = KtPte(Block);
    KCHECK(!(Pte & MI_PTE_VALID) && !MiIsTransition(Pte) && MI_PTE_SLOT(Pte) != 0);
    KCHECK(RtlCheckBit(&MiPageFiles[0].Map, MiPageOfSlot(MI_PTE_SLOT(Pte))));
    MmQueryStatistics(&Before);
    KCHECK(KtHolds(Block, 1, 7));
    MmQueryStatistics(&After);
    KCHECK(After.HardFaults > Before.HardFaults);

    /* Read only: the slot is kept, the next trim needs no write. */
    KCHECK_EQUAL(MiPfn(MI_PTE_PFN(KtPte(Block)))->Slot, MI_PTE_SLOT(Pte));
    MmTrimAllSystemPagableMemory(FALSE);
    KCHECK_EQUAL(MiPfn(MI_PTE_PFN(KtPte(Block)))->State, MiPageStandby);
    /* Written: the slot is stale and goes. */
    Block[0] = 8;
    MmTrimAllSystemPagableMemory(FALSE);
    KCHECK_EQUAL(MiPfn(MI_PTE_PFN(KtPte(Block)))->State, MiPageModified);
    KCHECK_EQUAL(MiPfn(MI_PTE_PFN(KtPte(Block)))->Slot, 0);
    KCHECK_EQUAL(Block[0], 8);
    ExFreePoolWithTag(Block, KT_TAG);
}

KTEST(mm_freeing_pages_that_are_out_gives_back_slots_and_commit)
{
    MM_STATISTICS Before, After;
    PULONG Block;

    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
    MmQueryStatistics(&Before);
    Block = ExAllocatePoolWithTag(PagedPool, KT_PAGES * PAGE_SIZE, KT_TAG);
    KREQUIRE(Block != NULL);
    KtFill(Block, KT_PAGES, 3);
    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
    MmQueryStatistics(&After);
    KCHECK(After.SlotsUsed >= Before.SlotsUsed + KT_PAGES - 8);
    KCHECK_EQUAL(After.Committed, Before.Committed + KT_PAGES);
    ExFreePoolWithTag(Block, KT_TAG);
    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
    MmQueryStatistics(&After);
    KCHECK_EQUAL(After.Committed, Before.Committed);
    KCHECK(After.SlotsUsed <= Before.SlotsUsed + 8);
}

/* Commit is charged when memory is made, and said no to before it is lost. */
KTEST(mm_commit_limit_is_a_limit)
{
    MM_STATISTICS Statistics;
    PVOID Block;

    MmQueryStatistics(&Statistics);
    if (Statistics.CommitLimit > (900 << 20) >> PAGE_SHIFT) {
        DbgPrint("# paged pool's addresses run out before the commit limit does\n");
        return;
    }
    Block = ExAllocatePoolWithTag(PagedPool, (SIZE_T)(Statistics.CommitLimit -
                                  Statistics.Committed + 1) << PAGE_SHIFT, KT_TAG);
    KCHECK(Block == NULL);
    Block = ExAllocatePoolWithTag(PagedPool, (SIZE_T)(Statistics.CommitLimit -
                                  Statistics.Committed - 64) << PAGE_SHIFT, KT_TAG);
    if (KCHECK(Block != NULL)) {
        ExFreePoolWithTag(Block, KT_TAG);
    }
}

/* More than memory holds: every page goes out under pressure alone and comes back right. */
KTEST(mm_more_pool_than_memory)
{
    MM_STATISTICS Statistics;
    ULONG Pages;
    PULONG Block;

    MmQueryStatistics(&Statistics);
    if (Statistics.PhysicalPages > 8192) {
        DbgPrint("# needs 32 MiB of memory or less\n");
        return;
    }
    Pages = Statistics.Free + Statistics.Zeroed + Statistics.Standby + Statistics.SlotsTotal / 4;
    Block = ExAllocatePoolWithTag(PagedPool, (SIZE_T)Pages << PAGE_SHIFT, KT_TAG);
    KREQUIRE(Block != NULL);
    KtFill(Block, Pages, 11);
    KCHECK(KtHolds(Block, Pages, 11));
    KtFill(Block, Pages, 12);
    KCHECK(KtHolds(Block, Pages, 12));
    MmQueryStatistics(&Statistics);
    KCHECK(Statistics.PagesWritten > Statistics.SlotsTotal / 4);
    ExFreePoolWithTag(Block, KT_TAG);
}

/* All that may be promised is promised and used: the page file fills up, what finds no slot stays in
 * memory, whoever asks for more is told no, and not a word is lost. */
KTEST(mm_page_file_full)
{
    MM_STATISTICS Statistics;
    ULONG Pages;
    PULONG Block;

    MmQueryStatistics(&Statistics);
    if (Statistics.PhysicalPages > 8192) {
        DbgPrint("# needs 32 MiB of memory or less\n");
        return;
    }
    Pages = Statistics.CommitLimit - Statistics.Committed - KT_SPARE_PAGES;
    Block = ExAllocatePoolWithTag(PagedPool, (SIZE_T)Pages << PAGE_SHIFT, KT_TAG);
    KREQUIRE(Block != NULL);
    KtFill(Block, Pages, 21);
    KCHECK(MmTrimPages(NULL, FALSE) == STATUS_DISK_FULL);
    KCHECK(KtHolds(Block, Pages, 21));
    MmQueryStatistics(&Statistics);
    KCHECK(Statistics.SlotsUsed >= Statistics.SlotsTotal - MI_CLUSTER_PAGES);
    KCHECK(ExAllocatePoolWithTag(PagedPool, KT_SPARE_PAGES * 2 * PAGE_SIZE, KT_TAG) == NULL);
    KtFill(Block, Pages, 22);
    KCHECK(KtHolds(Block, Pages, 22));
    ExFreePoolWithTag(Block, KT_TAG);
    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
}

/* Several threads fault on the same pages: one reads, the others wait for it. */
typedef struct _KT_CROWD {
    PULONG Block;
    KEVENT Go;
    volatile LONG Wrong;
} KT_CROWD;

static VOID NTAPI KtCrowdThread(PVOID Context)
{
    KT_CROWD *Crowd = Context;

    KeWaitForSingleObject(&Crowd->Go, Executive, KernelMode, FALSE, NULL);
    if (!KtHolds(Crowd->Block, KT_PAGES, 5)) {
        InterlockedIncrement(&Crowd->Wrong);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

#define KT_CROWD_SIZE   4
#define KT_CROWD_ROUNDS 50 /* a fast disk may end a read before anybody else wants the page */

static VOID KtRunCrowd(KT_CROWD *Crowd)
{
    PETHREAD Threads[KT_CROWD_SIZE] = {NULL};

    KeInitializeEvent(&Crowd->Go, NotificationEvent, FALSE);
    for (ULONG i = 0; i < KT_CROWD_SIZE; i++) {
        KCHECK(NT_SUCCESS(PsCreateNamedSystemThread("crowd", 8, KtCrowdThread, Crowd,
                                                    &Threads[i])));
    }
    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
    KeSetEvent(&Crowd->Go, 0, FALSE);
    for (ULONG i = 0; i < KT_CROWD_SIZE && Threads[i] != NULL; i++) {
        KeWaitForSingleObject(Threads[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Threads[i]);
    }
}

KTEST(mm_threads_share_one_read)
{
    static KT_CROWD Crowd; /* an event must not be where it can leave */
    MM_STATISTICS Before, After;
    ULONG Round = 0;

    Crowd.Wrong = 0;
    Crowd.Block = ExAllocatePoolWithTag(PagedPool, KT_PAGES * PAGE_SIZE, KT_TAG);
    KREQUIRE(Crowd.Block != NULL);
    KtFill(Crowd.Block, KT_PAGES, 5);
    MmQueryStatistics(&Before);
    do {
        KtRunCrowd(&Crowd);
        MmQueryStatistics(&After);
        Round++;
    } while (After.CollidedFaults == Before.CollidedFaults && Round < KT_CROWD_ROUNDS);
    KCHECK_EQUAL(Crowd.Wrong, 0);
    /* Four readers, one read a page; a few pages of the kernel's own come in besides. */
    KCHECK(After.HardFaults - Before.HardFaults <= (KT_PAGES + 48) * Round);
    KCHECK(After.CollidedFaults > Before.CollidedFaults);
    ExFreePoolWithTag(Crowd.Block, KT_TAG);
}

/* Paging reads and writes go on when no pool can be had on their way. */
KTEST(mm_paging_needs_no_pool)
{
    PULONG Block = ExAllocatePoolWithTag(PagedPool, KT_PAGES * PAGE_SIZE, KT_TAG);
    LONG Refused;
    PVOID P;

    KREQUIRE(Block != NULL);
    KtFill(Block, KT_PAGES, 9);
    InterlockedExchange(&MmFailPagingAllocations, 1);
    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
    KCHECK(!(KtPte(Block) & MI_PTE_VALID) && MI_PTE_SLOT(KtPte(Block)) != 0);
    KCHECK(KtHolds(Block, KT_PAGES, 9));
    /* The injection itself works: */
    Refused = MmPagingAllocationsRefused;
    KeGetCurrentThread()->PagingIo++;
    P = ExAllocatePoolWithTag(NonPagedPool, 16, KT_TAG);
    KeGetCurrentThread()->PagingIo--;
    InterlockedExchange(&MmFailPagingAllocations, 0);
    KCHECK(P == NULL);
    KCHECK(MmPagingAllocationsRefused > Refused);
    ExFreePoolWithTag(Block, KT_TAG);
}

/* The transfers were made for the stack of the first page file: a second one whose stack is deeper
 * is refused, since its requests would run over the end of their IRPs. */
KTEST(mm_deeper_page_file_is_refused)
{
    if (!MmPagingActive) {
        return;
    }
    KCHECK_EQUAL(MiCreatePageIos(MiPageFiles[0].StackSize), STATUS_SUCCESS);
    KCHECK_EQUAL(MiCreatePageIos(MiPageFiles[0].StackSize + 1), STATUS_NOT_SUPPORTED);
}

/* Whoever comes with a page to write after MmShutdownSystem finds the door shut, also when it had
 * asked before whether paging was on. */
KTEST(mm_no_write_begins_after_shutdown)
{
    PULONG Block = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, KT_TAG);
    MM_STATISTICS Before, After;

    KREQUIRE(Block != NULL);
    KtFill(Block, 1, 3);
    MmTrimAllSystemPagableMemory(FALSE);
    if (MmPagingActive) {
        MmShutdownSystem();
        MmQueryStatistics(&Before);
        KCHECK_EQUAL(MiWriteAllModified(), STATUS_SUCCESS);
        MmQueryStatistics(&After);
        MmPagingActive = TRUE;
        KCHECK_EQUAL(After.WriteRequests, Before.WriteRequests);
    }
    KCHECK(KtHolds(Block, 1, 3));
    ExFreePoolWithTag(Block, KT_TAG);
}
