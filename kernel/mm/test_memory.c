/* Tests: pools, MDLs, contiguous memory, I/O space, and that each gives back what it took. */
#include "mi.h"
#include "ke.h"
#include "test.h"

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

#define KT_TAG 'tseT'

static VOID KtCount(MM_STATISTICS *Statistics)
{
    MmQueryStatistics(Statistics);
}

static VOID KtSameAs(const MM_STATISTICS *Before)
{
    MM_STATISTICS After;

    MmQueryStatistics(&After);
    KCHECK_EQUAL(After.Committed, Before->Committed);
    KCHECK_EQUAL(After.SystemPtesFree, Before->SystemPtesFree);
    KCHECK_EQUAL(After.Pinned, Before->Pinned);
}

KTEST(mm_pool_blocks)
{
    static PUCHAR Blocks[200];
    ULONG Sizes[] = {1, 8, 9, 24, 100, 500, 1000, 2000, 4000, 4072, 4073, 4096, 4097, 20000};
    MM_STATISTICS Before;

    for (ULONG Type = NonPagedPool; Type <= PagedPool; Type++) {
        for (ULONG Round = 0; Round < 2; Round++) {
            KtCount(&Before);
            for (ULONG i = 0; i < RTL_NUMBER_OF(Blocks); i++) {
                ULONG Size = Sizes[(i * 7) % RTL_NUMBER_OF(Sizes)];

                Blocks[i] = ExAllocatePoolWithTag(Type, Size, KT_TAG);
                KREQUIRE(Blocks[i] != NULL);
                KCHECK_EQUAL((ULONG_PTR)Blocks[i] & 7, 0);
                KCHECK(Size < PAGE_SIZE || ((ULONG_PTR)Blocks[i] & (PAGE_SIZE - 1)) == 0);
                KCHECK(Size >= PAGE_SIZE ||
                       PAGE_ALIGN(Blocks[i]) == PAGE_ALIGN(Blocks[i] + Size - 1));
                RtlFillMemory(Blocks[i], Size, (UCHAR)i);
            }
            for (ULONG i = 0; i < RTL_NUMBER_OF(Blocks); i++) {
                ULONG Size = Sizes[(i * 7) % RTL_NUMBER_OF(Sizes)];

                KCHECK(Blocks[i][0] == (UCHAR)i && Blocks[i][Size - 1] == (UCHAR)i);
                if (i % 2 == Round) {
                    ExFreePoolWithTag(Blocks[i], KT_TAG);
                    Blocks[i] = NULL;
                }
            }
            for (ULONG i = RTL_NUMBER_OF(Blocks); i-- != 0;) {
                if (Blocks[i] != NULL) {
                    ExFreePool(Blocks[i]);
                }
            }
        }
        KtSameAs(&Before); /* of the second round: the first may have made page tables */
    }
}

/* The table of page-sized blocks grows with how many there are, not with how many there were. */
KTEST(mm_pool_page_blocks)
{
    static PUCHAR Blocks[600];
    MM_STATISTICS Before, After;

    for (ULONG Round = 0; Round < 4; Round++) {
        for (ULONG i = 0; i < RTL_NUMBER_OF(Blocks); i++) {
            Blocks[i] = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, KT_TAG);
            KREQUIRE(Blocks[i] != NULL);
        }
        for (ULONG i = 0; i < RTL_NUMBER_OF(Blocks); i++) {
            ExFreePoolWithTag(Blocks[i * 7 % RTL_NUMBER_OF(Blocks)], KT_TAG);
        }
        if (Round == 0) {
            KtCount(&Before);
        }
    }
    for (ULONG i = 0; i < 4000; i++) {
        Blocks[0] = ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, KT_TAG);
        KREQUIRE(Blocks[0] != NULL);
        ExFreePoolWithTag(Blocks[0], KT_TAG);
    }
    KtCount(&After);
    KCHECK_EQUAL(After.Committed, Before.Committed);
    KCHECK_EQUAL(After.SystemPtesFree, Before.SystemPtesFree);
}

/* A block of no bytes is a block like others: nobody else gets its address. */
KTEST(mm_pool_of_no_bytes)
{
    static const POOL_TYPE Types[] = {NonPagedPool, PagedPool, NonPagedPoolCacheAligned,
                                      PagedPoolCacheAligned};

    for (ULONG i = 0; i < RTL_NUMBER_OF(Types); i++) {
        PVOID First = ExAllocatePoolWithTag(Types[i], 0, KT_TAG);
        PVOID Second = ExAllocatePoolWithTag(Types[i], 0, KT_TAG);

        KREQUIRE(First != NULL && Second != NULL);
        KCHECK(First != Second);
        ExFreePoolWithTag(Second, KT_TAG);
        ExFreePoolWithTag(First, KT_TAG);
    }
}

KTEST(mm_pool_gives_its_pages_back)
{
    static PVOID Blocks[400];
    MM_STATISTICS Before, After;

    for (ULONG Type = NonPagedPool; Type <= PagedPool; Type++) {
        MmQueryStatistics(&Before);
        for (ULONG i = 0; i < RTL_NUMBER_OF(Blocks); i++) {
            Blocks[i] = ExAllocatePoolWithTag(Type, 100 + i % 5 * 200, KT_TAG);
            KREQUIRE(Blocks[i] != NULL);
        }
        for (ULONG i = 0; i < RTL_NUMBER_OF(Blocks); i++) {
            ExFreePoolWithTag(Blocks[i * 7 % RTL_NUMBER_OF(Blocks)], KT_TAG);
        }
        MmQueryStatistics(&After);
        /* Somebody else may have taken a page meanwhile; 400 blocks fill about fifty. */
        KCHECK(After.NonPagedPoolPages <= Before.NonPagedPoolPages + 4);
        KCHECK(After.PagedPoolPages <= Before.PagedPoolPages + 4);
    }
}

KTEST(mm_mdl_of_paged_pool)
{
    PUCHAR Buffer = ExAllocatePoolWithTag(PagedPool, 3 * PAGE_SIZE, KT_TAG);
    MM_STATISTICS Before;
    PUCHAR Mapped;
    PMDL Mdl;

    KREQUIRE(Buffer != NULL);
    KtCount(&Before);
    RtlFillMemory(Buffer, 3 * PAGE_SIZE, 0x11);
    Mdl = IoAllocateMdl(Buffer + 100, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
    KREQUIRE(Mdl != NULL);
    MmTrimPages(NULL, TRUE);
    MmProbeAndLockPages(Mdl, KernelMode, IoWriteAccess);
    MmTrimPages(NULL, TRUE);
    KCHECK(MmIsAddressValid(Buffer) && MmIsAddressValid(Buffer + 2 * PAGE_SIZE));
    Mapped = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority);
    if (KCHECK(Mapped != NULL)) {
        KCHECK(Mapped != Buffer + 100 && BYTE_OFFSET(Mapped) == 100);
        KCHECK(Mapped[0] == 0x11);
        Mapped[0] = 0x22;
        Mapped[2 * PAGE_SIZE - 1] = 0x33;
    }
    MmUnlockPages(Mdl);
    KCHECK(!(Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA)));
    IoFreeMdl(Mdl);
    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
    KCHECK(!MmIsAddressValid(Buffer));
    KCHECK(Buffer[100] == 0x22 && Buffer[100 + 2 * PAGE_SIZE - 1] == 0x33 && Buffer[99] == 0x11);
    ExFreePoolWithTag(Buffer, KT_TAG);
}

KTEST(mm_contiguous_memory)
{
    PHYSICAL_ADDRESS Low = {.QuadPart = 0}, High = {.QuadPart = 0xFFFFFF};
    PHYSICAL_ADDRESS Boundary = {.QuadPart = 0x10000};
    MM_STATISTICS Before;
    PUCHAR Block;

    KtCount(&Before);
    Block = MmAllocateContiguousMemorySpecifyCache(0x8000, Low, High, Boundary, MmNonCached);
    if (KCHECK(Block != NULL)) {
        ULONG First = MmGetPhysicalAddress(Block).LowPart;

        for (ULONG i = 0; i < 8; i++) {
            KCHECK_EQUAL(MmGetPhysicalAddress(Block + i * PAGE_SIZE).LowPart, First + i * PAGE_SIZE);
        }
        KCHECK(First + 0x8000 <= 0x1000000);
        KCHECK_EQUAL(First >> 16, (First + 0x7FFF) >> 16);
        KCHECK((*MiGetPteAddress(Block) & MI_PTE_CD) != 0);
        MmFreeContiguousMemorySpecifyCache(Block, 0x8000, MmNonCached);
    }
    KCHECK(MmAllocateContiguousMemory(0x40000000, High) == NULL);
    KtSameAs(&Before);
}

KTEST(mm_io_space)
{
    PHYSICAL_ADDRESS Screen = {.QuadPart = 0xB8000 + 2};
    MM_STATISTICS Before;
    volatile UCHAR *Text;

    KtCount(&Before);
    Text = MmMapIoSpace(Screen, 80, MmNonCached);
    if (KCHECK(Text != NULL)) {
        KCHECK_EQUAL(MmGetPhysicalAddress((PVOID)Text).LowPart, 0xB8002);
        KCHECK_EQUAL(*Text, *((volatile UCHAR *)0x800B8002));
        MmUnmapIoSpace((PVOID)Text, 80);
        KCHECK(!MmIsAddressValid((PVOID)Text));
    }
    KtSameAs(&Before);
}

KTEST(mm_noncached_memory)
{
    MM_STATISTICS Before;
    PUCHAR Block;

    KtCount(&Before);
    Block = MmAllocateNonCachedMemory(5000);
    if (KCHECK(Block != NULL)) {
        KCHECK((*MiGetPteAddress(Block) & MI_PTE_CD) != 0);
        Block[4999] = 1;
        MmFreeNonCachedMemory(Block, 5000);
    }
    KtSameAs(&Before);
}

KTEST(mm_advance_mdl)
{
    PUCHAR Buffer = ExAllocatePoolWithTag(PagedPool, 3 * PAGE_SIZE, KT_TAG);
    PMDL Mdl;

    KREQUIRE(Buffer != NULL);
    Mdl = IoAllocateMdl(Buffer + 16, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
    KREQUIRE(Mdl != NULL);
    MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess);
    KCHECK_EQUAL(MmAdvanceMdl(Mdl, 2 * PAGE_SIZE + 1), STATUS_INVALID_PARAMETER_2);
    KCHECK(NT_SUCCESS(MmAdvanceMdl(Mdl, PAGE_SIZE)));
    KCHECK_EQUAL(MmGetMdlByteCount(Mdl), PAGE_SIZE);
    KCHECK_EQUAL(MmGetMdlVirtualAddress(Mdl), Buffer + 16 + PAGE_SIZE);
    KCHECK_EQUAL(MmGetMdlPfnArray(Mdl)[0],
                 MmGetPhysicalAddress(Buffer + PAGE_SIZE).QuadPart >> PAGE_SHIFT);
    MmUnlockPages(Mdl);
    IoFreeMdl(Mdl);
    KCHECK(NT_SUCCESS(MmTrimPages(NULL, TRUE)));
    KCHECK(!MmIsAddressValid(Buffer + PAGE_SIZE));
    ExFreePoolWithTag(Buffer, KT_TAG);
}

/* All of a mapped buffer passed, so that nothing is left to unmap. */
KTEST(mm_advance_mdl_to_its_end)
{
    PUCHAR Buffer = ExAllocatePoolWithTag(PagedPool, 2 * PAGE_SIZE, KT_TAG);
    MM_STATISTICS Before;
    PMDL Mdl;

    KREQUIRE(Buffer != NULL);
    RtlZeroMemory(Buffer, 2 * PAGE_SIZE);
    KtCount(&Before);
    Mdl = IoAllocateMdl(Buffer, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
    KREQUIRE(Mdl != NULL);
    MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess);
    KCHECK(MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority) != NULL);
    KCHECK(NT_SUCCESS(MmAdvanceMdl(Mdl, 2 * PAGE_SIZE)));
    KCHECK_EQUAL(MmGetMdlByteCount(Mdl), 0);
    MmUnlockPages(Mdl);
    IoFreeMdl(Mdl);
    KtSameAs(&Before);
    ExFreePoolWithTag(Buffer, KT_TAG);
}

KTEST(mm_pages_for_mdl)
{
    PHYSICAL_ADDRESS Zero = {.QuadPart = 0}, Low = {.QuadPart = 0x200000};
    PHYSICAL_ADDRESS High = {.QuadPart = 0xFFFFFF}, Most = {.QuadPart = -1ll};
    MM_STATISTICS Before;
    PULONG Words;
    PMDL Mdl;

    KtCount(&Before);
    Mdl = MmAllocatePagesForMdl(Zero, Most, Zero, 5 * PAGE_SIZE - 1);
    KREQUIRE(Mdl != NULL);
    KCHECK_EQUAL(MmGetMdlByteCount(Mdl), 5 * PAGE_SIZE);
    Words = MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
    if (KCHECK(Words != NULL)) {
        for (ULONG i = 0; i < 5 * PAGE_SIZE / sizeof(ULONG); i += 256) {
            KCHECK_EQUAL(Words[i], 0);
            Words[i] = i;
        }
    }
    MmFreePagesFromMdl(Mdl);
    ExFreePool(Mdl);
    Mdl = MmAllocatePagesForMdl(Low, High, Zero, 3 * PAGE_SIZE);
    if (KCHECK(Mdl != NULL)) {
        for (ULONG i = 0; i < MmGetMdlByteCount(Mdl) / PAGE_SIZE; i++) {
            KCHECK(MmGetMdlPfnArray(Mdl)[i] >= 0x200 && MmGetMdlPfnArray(Mdl)[i] <= 0xFFF);
        }
        MmFreePagesFromMdl(Mdl);
        ExFreePool(Mdl);
    }
    KCHECK(MmAllocatePagesForMdl(Most, Most, Zero, PAGE_SIZE) == NULL);
    KtSameAs(&Before);
}
