/* A million random operations on the memory manager, checked after each; the seed is printed and can
 * be given: build/host/mm [SEED [OPERATIONS]]. Three rounds: a well-behaved disk, one that fails
 * now and then, one that fails most writes for a while. */
#undef VOID
#include <stdio.h>
#include <stdlib.h>
#define VOID void
#include "mmtest.h"

#define ACTORS 6

static ULONG Left;

static void Actor(void *Context)
{
    (void)Context;
    while (Left != 0) {
        Left--;
        Act();
        CheckAll();
        Yield();
    }
}

static void CheckEnd(void)
{
    MM_STATISTICS Commit;
    ULONG Expected = 0;

    for (ULONG i = 0; i < OBJECTS; i++) {
        for (ULONG Page = 0; Objects[i].Kind != Empty && Page < Objects[i].Pages; Page++) {
            Expected += Ptes[Objects[i].First + Page] != MI_PTE_DISCARDED;
        }
    }
    MiQueryCommit(&Commit);
    if (Commit.Committed != Expected) {
        Fail("at the end %u pages are charged, %u exist", (unsigned)Commit.Committed,
             (unsigned)Expected);
    }
}

int main(int argc, char **argv)
{
    static const ULONG Rates[3][2] = {{0, 0}, {10, 20}, {80, 50}};
    unsigned long long Seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    ULONG Count = argc > 2 ? (ULONG)strtoul(argv[2], NULL, 0) : 1000000;

    printf("1..1\n# seed %llu, %lu operations\n", Seed, (unsigned long)Count);
    SeedRandom(Seed);
    MiHighestPfn = FRAMES - 1;
    KeInitializeEvent(&MiFreePagesEvent, NotificationEvent, FALSE);
    MiInitializeTrimming();
    MiInitializeWriter();
    MiInitializeZeroing();
    for (MI_PFN Pfn = 0; Pfn < FRAMES; Pfn++) {
        FrameData[Pfn] = 0xDEAD0000 + Pfn;
        MiInsertTail(&MiFreeList, Pfn);
    }
    InitializePager();
    MiRaiseCommitLimit(FRAMES - 20 + SLOTS - 1);
    InitializeModel();
    FailWrites = Rates[Seed % 3][0];
    FailReads = Rates[Seed % 3][1];
    Left = Count;
    for (ULONG i = 0; i < ACTORS; i++) {
        StartFiber(Actor, NULL);
    }
    StartSystemFiber(MiWriterThread);
    StartSystemFiber(MiBalanceThread);
    StartSystemFiber(MiZeroPageThread);
    RunFibers();
    CheckEnd();
    for (ULONG i = 0; i < 16; i++) {
        printf("# %s %lu\n", OperationNames[i], (unsigned long)Operations[i]);
    }
    printf("# faults: %lu zero, %lu soft, %lu hard, %lu collided; %lu written, %lu write errors, "
           "%lu read errors\n", (unsigned long)MiStatistics.DemandZeroFaults,
           (unsigned long)MiStatistics.SoftFaults, (unsigned long)MiStatistics.HardFaults,
           (unsigned long)MiStatistics.CollidedFaults, (unsigned long)MiStatistics.PagesWritten,
           (unsigned long)MiStatistics.WriteErrors, (unsigned long)MiStatistics.ReadErrors);
    for (ULONG i = 0; i < 16; i++) {
        if (Operations[i] == 0 && (i != 15 || FailReads != 0)) {
            Fail("operation \"%s\" never happened", OperationNames[i]);
        }
    }
    printf("ok 1 - %lu operations\n", (unsigned long)Count);
    return 0;
}
