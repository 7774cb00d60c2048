/* Benchmarks of the memory manager: faults, paging, section locks, MDLs, pool. */

#include "bench.h"

#define FAULT_PAGES     512
#define PAGING_PAGES    2048 /* 8 MiB */
#define SECTION_PAGES   16

/* The section that lock.section16 locks: 16 pages of data under a name of its own. */
#ifdef ALLOC_PRAGMA
#pragma data_seg("PAGELK")
#endif
static ULONG BenchSection[SECTION_PAGES * PAGE_SIZE / sizeof(ULONG) - 256] = {1};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif

static volatile UCHAR BenchSink;

static ULONG BenchSmaller(ULONG One, ULONG Other)
{
    return One < Other ? One : Other;
}

/* Paged pool whose pages have all been touched; NULL if there is not so much. */
static PUCHAR BenchTouched(ULONG Pages)
{
    PUCHAR Pool = ExAllocatePoolWithTag(PagedPool, Pages * PAGE_SIZE, BENCH_TAG);
    ULONG Page;

    for (Page = 0; Pool != NULL && Page < Pages; Page++) {
        Pool[Page * PAGE_SIZE] = (UCHAR)Page;
    }
    return Pool;
}

ULONG BenchDemandZero(PULONG Samples, ULONG Count)
{
    ULONG Pages = BenchSmaller(FAULT_PAGES, Count), Page, Start;
    PUCHAR Pool = ExAllocatePoolWithTag(PagedPool, Pages * PAGE_SIZE, BENCH_TAG);

    if (Pool == NULL) {
        return 0;
    }
    for (Page = 0; Page < Pages; Page++) {
        Start = BenchNow();
        *(volatile UCHAR *)(Pool + Page * PAGE_SIZE) = 1;
        Samples[Page] = BenchNow() - Start;
    }
    ExFreePoolWithTag(Pool, BENCH_TAG);
    return Pages;
}

/* Touches and gives back memory without a pause, so that the zero-page thread never runs and the
 * zeroed pages run out: what comes then has to be cleared in the fault. Enough of it for 64 MiB. */
ULONG BenchDemandZeroClear(PULONG Samples, ULONG Count)
{
    ULONG Round;
    PUCHAR Pool;

    for (Round = 0; Round < 16384 / PAGING_PAGES; Round++) {
        Pool = BenchTouched(PAGING_PAGES);
        if (Pool == NULL) {
            return 0;
        }
        ExFreePoolWithTag(Pool, BENCH_TAG);
    }
    return BenchDemandZero(Samples, Count);
}

ULONG BenchSoftFault(PULONG Samples, ULONG Count)
{
    ULONG Pages = BenchSmaller(FAULT_PAGES, Count), Page, Start;
    PUCHAR Pool = BenchTouched(Pages);

    if (Pool == NULL) {
        return 0;
    }
    MmTrimAllSystemPagableMemory(FALSE);
    for (Page = 0; Page < Pages; Page++) {
        Start = BenchNow();
        BenchSink = *(volatile UCHAR *)(Pool + Page * PAGE_SIZE);
        Samples[Page] = BenchNow() - Start;
    }
    ExFreePoolWithTag(Pool, BENCH_TAG);
    return Pages;
}

ULONG BenchElapsed(LARGE_INTEGER Start, ULONG PerSecond)
{
    LARGE_INTEGER Frequency, Now = KeQueryPerformanceCounter(&Frequency);

    return (ULONG)((ULONG64)(Now.QuadPart - Start.QuadPart) * PerSecond
                   / (ULONG64)Frequency.QuadPart);
}

ULONG BenchHardFault(PULONG Samples, ULONG Count)
{
    ULONG Pages = BenchSmaller(FAULT_PAGES, Count), Index, Page = 0;
    PUCHAR Pool = BenchTouched(Pages);
    LARGE_INTEGER Start;

    if (Pool == NULL) {
        return 0;
    }
    MmTrimAllSystemPagableMemory(TRUE);
    for (Index = 0; Index < Pages; Index++) {
        Page = (Page * 5 + 3) % Pages; /* every page once: Pages is a power of two */
        Start = KeQueryPerformanceCounter(NULL);
        BenchSink = *(volatile UCHAR *)(Pool + Page * PAGE_SIZE);
        Samples[Index] = BenchElapsed(Start, 1000000);
    }
    ExFreePoolWithTag(Pool, BENCH_TAG);
    return Pages;
}

/* 8 MiB out, and in again if In; one sample, KiB a second of the part asked for. */
static ULONG BenchPaging(PULONG Samples, BOOLEAN In)
{
    PUCHAR Pool = BenchTouched(PAGING_PAGES);
    LARGE_INTEGER Start;
    ULONG Page, Microseconds;

    if (Pool == NULL) {
        return 0;
    }
    Start = KeQueryPerformanceCounter(NULL);
    MmTrimAllSystemPagableMemory(TRUE);
    if (In) {
        Start = KeQueryPerformanceCounter(NULL);
        for (Page = 0; Page < PAGING_PAGES; Page++) {
            BenchSink = *(volatile UCHAR *)(Pool + Page * PAGE_SIZE);
        }
    }
    Microseconds = BenchElapsed(Start, 1000000);
    ExFreePoolWithTag(Pool, BENCH_TAG);
    Samples[0] = (ULONG)((ULONG64)PAGING_PAGES * 4 * 1000000 / (Microseconds ? Microseconds : 1));
    return 1;
}

ULONG BenchPageOut(PULONG Samples, ULONG Count)
{
    return BenchPaging(Samples, FALSE);
}

ULONG BenchPageIn(PULONG Samples, ULONG Count)
{
    return BenchPaging(Samples, TRUE);
}

ULONG BenchLockSection(PULONG Samples, ULONG Count)
{
    PVOID Handle = MmLockPagableDataSection(BenchSection);
    ULONG Index, Start;

    MmUnlockPagableImageSection(Handle);
    for (Index = 0; Index < Count; Index++) {
        Start = BenchNow();
        MmLockPagableSectionByHandle(Handle);
        MmUnlockPagableImageSection(Handle);
        Samples[Index] = BenchNow() - Start;
    }
    return Count;
}

ULONG BenchProbeLock(PULONG Samples, ULONG Count)
{
    PUCHAR Pool = BenchTouched(SECTION_PAGES);
    PMDL Mdl = Pool ? IoAllocateMdl(Pool, SECTION_PAGES * PAGE_SIZE, FALSE, FALSE, NULL) : NULL;
    ULONG Index, Start;

    if (Mdl != NULL) {
        for (Index = 0; Index < Count; Index++) {
            Start = BenchNow();
            MmProbeAndLockPages(Mdl, KernelMode, IoWriteAccess);
            MmUnlockPages(Mdl);
            Samples[Index] = BenchNow() - Start;
        }
        IoFreeMdl(Mdl);
    }
    if (Pool != NULL) {
        ExFreePoolWithTag(Pool, BENCH_TAG);
    }
    return Mdl != NULL ? Count : 0;
}

ULONG BenchMapUnmap(PULONG Samples, ULONG Count)
{
    PUCHAR Pool = BenchTouched(SECTION_PAGES);
    PMDL Mdl = Pool ? IoAllocateMdl(Pool, SECTION_PAGES * PAGE_SIZE, FALSE, FALSE, NULL) : NULL;
    ULONG Index = 0, Start;
    PVOID Mapping;

    if (Mdl != NULL) {
        MmProbeAndLockPages(Mdl, KernelMode, IoWriteAccess);
        for (Index = 0; Index < Count; Index++) {
            Start = BenchNow();
            Mapping = MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE,
                                                   NormalPagePriority);
            if (Mapping == NULL) {
                break;
            }
            MmUnmapLockedPages(Mapping, Mdl);
            Samples[Index] = BenchNow() - Start;
        }
        MmUnlockPages(Mdl);
        IoFreeMdl(Mdl);
    }
    if (Pool != NULL) {
        ExFreePoolWithTag(Pool, BENCH_TAG);
    }
    return Index;
}

static ULONG BenchPoolPair(PULONG Samples, ULONG Count, ULONG Bytes)
{
    ULONG Index, Start;
    PVOID Pool;

    for (Index = 0; Index < Count; Index++) {
        Start = BenchNow();
        Pool = ExAllocatePoolWithTag(NonPagedPool, Bytes, BENCH_TAG);
        if (Pool == NULL) {
            return Index;
        }
        ExFreePoolWithTag(Pool, BENCH_TAG);
        Samples[Index] = BenchNow() - Start;
    }
    return Count;
}

ULONG BenchPool64(PULONG Samples, ULONG Count)
{
    return BenchPoolPair(Samples, Count, 64);
}

ULONG BenchPool1024(PULONG Samples, ULONG Count)
{
    return BenchPoolPair(Samples, Count, 1024);
}
