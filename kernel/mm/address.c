/* Questions about an address, answered from the page tables alone: no lock, no fault. The answer
 * is about this moment unless the page is pinned. */
#include "mi.h"

/* NT's split of the address space: two gigabytes each, with 64 KiB nobody uses between them. */
PVOID MmHighestUserAddress = (PVOID)0x7FFEFFFF;
PVOID MmSystemRangeStart = MI_SYSTEM_START;
ULONG MmUserProbeAddress = 0x7FFF0000;

static MMPTE MiEffectivePte(PVOID Va)
{
    MMPTE Pde = *MiGetPdeAddress(Va);

    if ((Pde & (MI_PTE_VALID | MI_PTE_LARGE)) != (MI_PTE_VALID | MI_PTE_LARGE)) {
        return (Pde & MI_PTE_VALID) ? *MiGetPteAddress(Va) : 0;
    }
    return (Pde & ~MI_PTE_LARGE) + ((ULONG_PTR)Va & 0x1FF000);
}

BOOLEAN NTAPI MmIsAddressValid(PVOID Address)
{
    return (MiEffectivePte(Address) & MI_PTE_VALID) != 0;
}

BOOLEAN NTAPI MmIsNonPagedSystemAddressValid(PVOID Address)
{
    return Address >= MI_SYSTEM_START && MmIsAddressValid(Address) &&
           !MmIsAddressPageable(Address);
}

PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID Address)
{
    MMPTE Pte = MiEffectivePte(Address);
    PHYSICAL_ADDRESS Physical = {.QuadPart = 0};

    if (Pte & MI_PTE_VALID) {
        Physical.QuadPart = (LONGLONG)((Pte & MI_PTE_FRAME) | ((ULONG_PTR)Address & (PAGE_SIZE - 1)));
    }
    return Physical;
}
