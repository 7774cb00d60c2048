/* What the memory manager asks of the CPU: PTE stores, TLB flushes, touching a frame that nothing
 * maps, page tables. The host tests replace this file by arrays. */
#include "mi.h"
#include "hal.h"

MMPTE MiGlobalBit;
MMPTE MiNxBit;

/* PTEs are 64 bits wide and the walker may look between two stores: the half with the valid bit
 * is written last when a PTE becomes valid and first when it stops being so. */
VOID MiWritePte(PMMPTE Pte, MMPTE Value)
{
    volatile ULONG *Half = (volatile ULONG *)Pte;

    if (Value & MI_PTE_VALID) {
        if (Half[0] & MI_PTE_VALID) {
            MiExchangePte(Pte, Value);
            return;
        }
        Half[1] = (ULONG)(Value >> 32);
        Half[0] = (ULONG)Value;
    } else {
        Half[0] = (ULONG)Value;
        Half[1] = (ULONG)(Value >> 32);
    }
}

/* The old value holds every accessed and dirty bit the CPU set until this moment. */
MMPTE MiExchangePte(PMMPTE Pte, MMPTE Value)
{
    MMPTE Old = *(volatile MMPTE *)Pte;
    MMPTE Seen;

    while ((Seen = __sync_val_compare_and_swap(Pte, Old, Value)) != Old) {
        Old = Seen;
    }
    return Old;
}

VOID MiFlushPage(PVOID Va)
{
    __asm__ volatile("invlpg (%0)" : : "r"(Va) : "memory");
}

#define CR4_PGE 0x80ul /* Intel SDM 3A 2.5 */

/* Beyond this many pages a whole flush is cheaper than page by page. */
#define MI_FLUSH_ALL_PAGES 64

VOID MiFlushRange(PVOID Va, ULONG Pages)
{
    ULONG_PTR Flags, Cr3, Cr4;

    if (Pages <= MI_FLUSH_ALL_PAGES) {
        for (ULONG i = 0; i < Pages; i++) {
            MiFlushPage((PUCHAR)Va + i * PAGE_SIZE);
        }
        return;
    }
    /* Global entries survive a CR3 load; clearing CR4.PGE drops them all. */
    __asm__ volatile("pushfl; popl %0; cli" : "=r"(Flags) : : "memory");
    __asm__ volatile("movl %%cr4, %0" : "=r"(Cr4));
    __asm__ volatile("movl %0, %%cr4" : : "r"(Cr4 & ~CR4_PGE) : "memory");
    __asm__ volatile("movl %%cr3, %0; movl %0, %%cr3" : "=r"(Cr3) : : "memory");
    __asm__ volatile("movl %0, %%cr4" : : "r"(Cr4) : "memory");
    __asm__ volatile("pushl %0; popfl" : : "r"(Flags) : "memory", "cc");
}

/* One page of address space for frames that nothing else maps. Used with interrupts' DPCs off
 * and under its own lock, since it is one window for all CPUs. */
static KSPIN_LOCK MiWindowLock;
static PVOID MiWindow; /* (c) */

VOID MiInitializeWindow(PVOID Va)
{
    KeInitializeSpinLock(&MiWindowLock);
    MiWindow = Va;
}

static PVOID MiOpenWindow(MI_PFN Pfn, PKIRQL OldIrql)
{
    KeAcquireSpinLock(&MiWindowLock, OldIrql);
    MiWritePte(MiGetPteAddress(MiWindow), MiValidPte(Pfn, MM_PROT_READ | MM_PROT_WRITE));
    MiFlushPage(MiWindow);
    return MiWindow;
}

static VOID MiCloseWindow(KIRQL OldIrql)
{
    MiWritePte(MiGetPteAddress(MiWindow), 0);
    MiFlushPage(MiWindow);
    KeReleaseSpinLock(&MiWindowLock, OldIrql);
}

VOID MiZeroFrame(MI_PFN Pfn)
{
    KIRQL OldIrql;
    PVOID Va = MiOpenWindow(Pfn, &OldIrql);

    RtlZeroMemory(Va, PAGE_SIZE);
    MiCloseWindow(OldIrql);
}

static BOOLEAN MiMakePageTable(PMMPTE Pde, BOOLEAN *NoFrame)
{
    PVOID Table = (PVOID)(MI_PTE_BASE + ((ULONG_PTR)Pde - MI_PDE_BASE) / 8 * PAGE_SIZE);
    BOOLEAN Zeroed;
    KIRQL OldIrql;
    MI_PFN Pfn;

    *NoFrame = FALSE;
    if (!MiChargeCommit(1)) {
        return FALSE;
    }
    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    if (*Pde & MI_PTE_VALID) {
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        MiReturnCommit(1);
        return TRUE;
    }
    Pfn = MiRemovePage(MI_GET_ZEROED, &Zeroed);
    if (Pfn == MI_NO_PFN) {
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        MiReturnCommit(1);
        *NoFrame = TRUE;
        return FALSE;
    }
    if (!Zeroed && MiWindow != NULL) {
        MiZeroFrame(Pfn);
    }
    MiPfn(Pfn)->PteAddress = Pde;
    MiWritePte(Pde, MiValidPte(Pfn, MM_PROT_READ | MM_PROT_WRITE | MM_PROT_EXECUTE) &
                        ~MiGlobalBit);
    MiFlushPage(Table);
    if (!Zeroed && MiWindow == NULL) {
        RtlZeroMemory(Table, PAGE_SIZE); /* the window's own table, at start-up */
    }
    MiStatistics.PageTables++;
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    MiWithdrawCommit(1);
    return TRUE;
}

/* Page tables are made when an address range is first used and kept: their frames never appear on a
 * list again, so each is charged and then taken off the limit. Two threads may race for one table; MmPfnLock
 * decides. Waits for a frame where that is possible. */
BOOLEAN MiMakePageTables(PVOID Va, ULONG Pages)
{
    PMMPTE Pde = MiGetPdeAddress(Va);
    PMMPTE Last = MiGetPdeAddress((PUCHAR)Va + Pages * PAGE_SIZE - 1);
    BOOLEAN NoFrame;

    while (Pde <= Last) {
        if ((*Pde & MI_PTE_VALID) || MiMakePageTable(Pde, &NoFrame)) {
            Pde++;
        } else if (NoFrame && MiMayWaitToPin(1)) {
            MiWaitForFreePage();
        } else {
            return FALSE;
        }
    }
    return TRUE;
}

BOOLEAN MiIsPageTablePresent(PVOID Va)
{
    return (*MiGetPdeAddress(Va) & MI_PTE_VALID) != 0;
}
