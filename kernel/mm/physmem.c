/* Start-up: from the loader's memory map to page lists. One CPU, interrupts off, no pool yet.
 *
 *   1  what the boot stub mapped: the kernel, 8 MiB of low memory, the PTE self map
 *   2  frames for the PFN database and its page tables, from the top of the highest RAM range
 *   3  PFN database: everything NotRam, then RAM free, then what is taken marked active
 *   4  the boot window shrinks to the kernel and the screen; the identity map goes
 *
 * The database is mapped by large pages where a whole one fits and the memory is not scarce. */
#include "mi.h"
#include "ke.h"
#include "loader.h"

#define MI_MINIMUM_PAGES  (6u << 20 >> PAGE_SHIFT)
#define MI_LARGE_PAGES    512u           /* 4 KiB pages in a large page (PAE)       */
#define MI_LARGE_FROM     (64u << 20 >> PAGE_SHIFT) /* RAM from which large pages are used */
#define MI_MAXIMUM_PFN    ((MI_NONPAGED_POOL - MI_PFN_DATABASE) / sizeof(MMPFN) - 1)
#define MI_SCREEN_FIRST   (0xA0000u >> PAGE_SHIFT)
#define MI_SCREEN_END     (0x100000u >> PAGE_SHIFT)
#define MI_COMMIT_MARGIN  64u /* pages never promised: they keep paging itself alive */

ULONG MiLowPages, MiGoalPages;

static BOOLEAN MiRangeFrames(const LOADER_RANGE *Range, MI_PFN *First, MI_PFN *End);
static MI_PFN MiClash(MI_PFN First, MI_PFN End);
static MI_PFN MiFindBootRun(ULONG Count, ULONG Alignment);
static ULONG MiMapDatabase(MI_PFN Run, ULONG Pages, BOOLEAN Large);
static VOID MiMarkActive(MI_PFN First, MI_PFN End, PMMPTE Pte);
static VOID MiFreeRam(VOID);
static VOID MiShrinkBootWindow(VOID);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, MiInitializePhysicalMemory, MiRangeFrames, MiClash, MiFindBootRun)
#pragma alloc_text(INIT, MiMapDatabase, MiMarkActive, MiFreeRam, MiShrinkBootWindow)
#endif

/* The first and one-past-last whole frame of a RAM range, cut to what the database covers. */
static BOOLEAN MiRangeFrames(const LOADER_RANGE *Range, MI_PFN *First, MI_PFN *End)
{
    ULONG64 Last = (Range->Base + Range->Size) >> PAGE_SHIFT;

    if (Range->Type != LOADER_RANGE_RAM || Range->Base >> PAGE_SHIFT > MI_MAXIMUM_PFN) {
        return FALSE;
    }
    *First = (MI_PFN)((Range->Base + PAGE_SIZE - 1) >> PAGE_SHIFT);
    *End = (MI_PFN)min(Last, (ULONG64)MI_MAXIMUM_PFN + 1);
    if (*First == 0) {
        *First = 1; /* page 0 is the BIOS's */
    }
    return *End > *First;
}

/* Where the kernel or the lowest module that a run of frames touches begins; 0: it touches none. */
static MI_PFN MiClash(MI_PFN First, MI_PFN End)
{
    MI_PFN Lowest = 0;

    if (First < KeLoaderBlock.KernelEnd >> PAGE_SHIFT &&
        End > KeLoaderBlock.KernelStart >> PAGE_SHIFT) {
        Lowest = KeLoaderBlock.KernelStart >> PAGE_SHIFT;
    }
    for (ULONG i = 0; i < KeLoaderBlock.ModuleCount; i++) {
        LOADER_MODULE *Module = &KeLoaderBlock.Modules[i];
        MI_PFN From = Module->PhysicalBase >> PAGE_SHIFT;
        MI_PFN To = (Module->PhysicalBase + Module->Size + PAGE_SIZE - 1) >> PAGE_SHIFT;

        if (First < To && End > From && (Lowest == 0 || From < Lowest)) {
            Lowest = From;
        }
    }
    return Lowest;
}

/* Count frames side by side, as high as possible, aligned. 0: nowhere. */
static MI_PFN MiFindBootRun(ULONG Count, ULONG Alignment)
{
    MI_PFN Best = 0;

    for (ULONG i = 0; i < KeLoaderBlock.RangeCount; i++) {
        MI_PFN First, End;

        if (!MiRangeFrames(&KeLoaderBlock.Ranges[i], &First, &End)) {
            continue;
        }
        while (End > First + Count) {
            MI_PFN Run = (End - Count) & ~(Alignment - 1);
            MI_PFN Clash = Run >= First ? MiClash(Run, Run + Count) : First;

            if (Clash == 0) {
                Best = max(Best, Run);
                break;
            }
            End = Clash;
        }
    }
    return Best;
}

/* Maps the database on the frames from Run on; page tables come last in the run. Returns the
 * frames used. */
static ULONG MiMapDatabase(MI_PFN Run, ULONG Pages, BOOLEAN Large)
{
    MI_PFN Table = Run + Pages;
    PUCHAR Va = (PUCHAR)MI_PFN_DATABASE;

    for (ULONG Page = 0; Page < Pages; Page++, Va += PAGE_SIZE) {
        PMMPTE Pde = MiGetPdeAddress(Va);

        if (Large && Page % MI_LARGE_PAGES == 0 && Pages - Page >= MI_LARGE_PAGES) {
            MiWritePte(Pde, MiValidPte(Run + Page, MM_PROT_READ | MM_PROT_WRITE) | MI_PTE_LARGE);
            Page += MI_LARGE_PAGES - 1;
            Va += (MI_LARGE_PAGES - 1) * PAGE_SIZE;
            continue;
        }
        if (!(*Pde & MI_PTE_VALID)) {
            MiWritePte(Pde, MiValidPte(Table++, MM_PROT_READ | MM_PROT_WRITE | MM_PROT_EXECUTE) &
                                ~MiGlobalBit);
            RtlZeroMemory(PAGE_ALIGN(MiGetPteAddress(Va)), PAGE_SIZE);
        }
        MiWritePte(MiGetPteAddress(Va), MiValidPte(Run + Page, MM_PROT_READ | MM_PROT_WRITE));
    }
    return Table - Run;
}

static VOID MiMarkActive(MI_PFN First, MI_PFN End, PMMPTE Pte)
{
    for (MI_PFN Pfn = First; Pfn < End && Pfn <= MiHighestPfn; Pfn++) {
        PMMPFN Page = MiPfn(Pfn);

        if (Page->State == MiPageFree) {
            MiUnlink(&MiFreeList, Pfn);
        }
        Page->State = MiPageActive;
        Page->Pins = 1;
        Page->PteAddress = Pte != NULL ? Pte + (Pfn - First) : NULL;
    }
}

static VOID MiFreeRam(VOID)
{
    for (ULONG i = 0; i < KeLoaderBlock.RangeCount; i++) {
        MI_PFN First, End;

        if (!MiRangeFrames(&KeLoaderBlock.Ranges[i], &First, &End)) {
            continue;
        }
        for (MI_PFN Pfn = First; Pfn < End; Pfn++) {
            if (MiPfn(Pfn)->State == MiPageNotRam) {
                MiInsertTail(&MiFreeList, Pfn);
                MiStatistics.PhysicalPages++;
            }
        }
    }
}

static VOID MiShrinkBootWindow(VOID)
{
    MI_PFN KernelFirst = KeLoaderBlock.KernelStart >> PAGE_SHIFT;
    MI_PFN KernelEnd = KeLoaderBlock.KernelEnd >> PAGE_SHIFT;

    for (MI_PFN Pfn = 0; Pfn < MI_BOOT_WINDOW_SIZE >> PAGE_SHIFT; Pfn++) {
        PMMPTE Pte = MiGetPteAddress(MI_BOOT_WINDOW + (Pfn << PAGE_SHIFT));

        if (!(Pfn >= MI_SCREEN_FIRST && Pfn < MI_SCREEN_END) &&
            !(Pfn >= KernelFirst && Pfn < KernelEnd)) {
            MiWritePte(Pte, 0);
        }
    }
    for (ULONG_PTR Va = 0; Va < MI_BOOT_WINDOW; Va += MI_LARGE_PAGES * PAGE_SIZE) {
        if (*MiGetPdeAddress(Va) & MI_PTE_VALID) {
            MiWritePte(MiGetPdeAddress(Va), 0);
        }
    }
    MiFlushRange((PVOID)MI_BOOT_WINDOW, MAXULONG);
}

VOID MiInitializePhysicalMemory(VOID)
{
    ULONG Total = 0;
    ULONG Pages, Tables;
    BOOLEAN Large;
    MI_PFN Run;

    MiNxBit = (KeFeatureBits & KF_NX) ? MI_PTE_NX : 0;
    MiGlobalBit = (KeFeatureBits & KF_PGE) ? MI_PTE_GLOBAL : 0;
    KeInitializeSpinLock(&MmPfnLock);
    KeInitializeEvent(&MiFreePagesEvent, NotificationEvent, FALSE);
    for (ULONG i = 0; i < KeLoaderBlock.RangeCount; i++) {
        MI_PFN First, End;

        if (MiRangeFrames(&KeLoaderBlock.Ranges[i], &First, &End)) {
            Total += End - First;
            MiHighestPfn = max(MiHighestPfn, End - 1);
        }
    }
    if (Total < MI_MINIMUM_PAGES) {
        KeRefuseToRun("there is too little memory; 7 MiB are needed");
    }
    Pages = (ULONG)(((MiHighestPfn + 1) * sizeof(MMPFN) + PAGE_SIZE - 1) >> PAGE_SHIFT);
    Tables = Pages / MI_LARGE_PAGES + 1;
    Large = Total >= MI_LARGE_FROM && (KeFeatureBits & KF_PSE) != 0;
    Run = MiFindBootRun(Pages + Tables, Large ? MI_LARGE_PAGES : 1);
    if (Run == 0) {
        KeRefuseToRun("no memory is free for the page frame database");
    }
    Tables = MiMapDatabase(Run, Pages, Large) - Pages;
    RtlZeroMemory((PVOID)MI_PFN_DATABASE, (SIZE_T)Pages << PAGE_SHIFT);
    MiFreeRam();
    MiMarkActive(KeLoaderBlock.KernelStart >> PAGE_SHIFT, KeLoaderBlock.KernelEnd >> PAGE_SHIFT,
                 MiGetPteAddress(MI_BOOT_WINDOW + KeLoaderBlock.KernelStart));
    for (ULONG i = 0; i < KeLoaderBlock.ModuleCount; i++) {
        LOADER_MODULE *Module = &KeLoaderBlock.Modules[i];

        MiMarkActive(Module->PhysicalBase >> PAGE_SHIFT,
                     (Module->PhysicalBase + Module->Size + PAGE_SIZE - 1) >> PAGE_SHIFT, NULL);
    }
    MiMarkActive(Run, Run + Pages + Tables, NULL);
    MiShrinkBootWindow();
    MiRaiseCommitLimit(MiAvailablePages() - MI_COMMIT_MARGIN);
    MiLowPages = max(MiStatistics.PhysicalPages / 64, 32);
    MiGoalPages = MiLowPages * 2;
}

VOID MmFreeLoaderModules(VOID)
{
    ULONG Freed = 0;
    KIRQL OldIrql;

    for (ULONG i = 0; i < KeLoaderBlock.ModuleCount; i++) {
        LOADER_MODULE *Module = &KeLoaderBlock.Modules[i];
        MI_PFN First = Module->PhysicalBase >> PAGE_SHIFT;
        MI_PFN End = (Module->PhysicalBase + Module->Size + PAGE_SIZE - 1) >> PAGE_SHIFT;

        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        for (MI_PFN Pfn = First; Pfn < End && Pfn <= MiHighestPfn; Pfn++) {
            if (MiPfn(Pfn)->State == MiPageActive) { /* free: shared with a module before it */
                MiFreeFrame(Pfn);
                Freed++;
            }
        }
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
    }
    KeLoaderBlock.ModuleCount = 0;
    MiRaiseCommitLimit(Freed);
}
