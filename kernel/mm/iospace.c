/* Device memory: physical ranges mapped into system address space with the caching asked for. */
#include "mi.h"

#define MM_UNKNOWN_IO_MAPPING 0x400 /* SYSTEM_PTE_MISUSE, parameter 1 */

PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
                         MEMORY_CACHING_TYPE CacheType)
{
    ULONG Offset = PhysicalAddress.LowPart & (PAGE_SIZE - 1);
    MI_PFN Pfn = (MI_PFN)(PhysicalAddress.QuadPart >> PAGE_SHIFT);
    ULONG Pages;
    PUCHAR Va;

    if (NumberOfBytes == 0 || NumberOfBytes > MI_SYSTEM_PTES_END - MI_SYSTEM_PTES) {
        return NULL;
    }
    Pages = (ULONG)((Offset + NumberOfBytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
    Va = MiAllocateSystemPtes(Pages);
    if (Va == NULL) {
        return NULL;
    }
    for (ULONG i = 0; i < Pages; i++) {
        MiWritePte(MiGetPteAddress(Va) + i,
                   MiValidPte(Pfn + i, MM_PROT_READ | MM_PROT_WRITE) | MiCacheBits(CacheType));
    }
    return Va + Offset;
}

VOID NTAPI MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes)
{
    ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(BaseAddress, NumberOfBytes);

    if ((ULONG_PTR)BaseAddress < MI_SYSTEM_PTES || (ULONG_PTR)BaseAddress >= MI_SYSTEM_PTES_END ||
        !MmIsAddressValid(BaseAddress)) {
        KeBugCheckEx(SYSTEM_PTE_MISUSE, MM_UNKNOWN_IO_MAPPING, (ULONG_PTR)BaseAddress,
                     NumberOfBytes, 0);
    }
    MiUnmapSystemPtes(PAGE_ALIGN(BaseAddress), Pages);
}
