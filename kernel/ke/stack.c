/* Looking at stacks without touching what is not there. Any IRQL; only for display. */
#include "ki.h"

#define PTE_BASE    0xC0000000u         /* self map: memory layout, kernel/inc/mm.h */
#define PDE_BASE    0xC0600000u
#define PTE_VALID   0x01u
#define PTE_LARGE   0x80u
#define KERNEL_HALF 0x80000000u

BOOLEAN KeIsAddressMapped(PVOID Address)
{
    ULONG va = (ULONG)Address;
    ULONG64 pde, pte;

    pde = *(volatile ULONG64 *)(PDE_BASE + (va >> 21) * sizeof(ULONG64));
    if (!(pde & PTE_VALID)) {
        return FALSE;
    }
    if (pde & PTE_LARGE) {
        return TRUE;
    }
    pte = *(volatile ULONG64 *)(PTE_BASE + (va >> 12) * sizeof(ULONG64));
    return (pte & PTE_VALID) != 0;
}

ULONG KeStackTrace(PULONG Frames, ULONG Max, ULONG Ebp)
{
    ULONG count = 0, steps;
    PULONG frame;

    for (steps = 0; steps < 64 && count < Max; steps++) {
        if (Ebp < KERNEL_HALF || (Ebp & 3) != 0 || !KeIsAddressMapped((PVOID)Ebp) ||
            !KeIsAddressMapped((PVOID)(Ebp + 4))) {
            break;
        }
        frame = (PULONG)Ebp;
        if (frame[1] < KERNEL_HALF) {
            break;
        }
        Frames[count++] = frame[1];
        if (frame[0] == Ebp) {
            break;
        }
        Ebp = frame[0];
    }
    return count;
}
