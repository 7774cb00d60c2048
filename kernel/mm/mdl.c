/* MDLs: holding the frames of a buffer, and mapping frames.
 *
 *   flag                    set by                      means
 *   PAGES_LOCKED            MmProbeAndLockPages         each frame has one of our pins
 *   SOURCE_IS_NONPAGED_POOL MmBuildMdlForNonPagedPool   frames never move; MappedSystemVa is theirs
 *   MAPPED_TO_SYSTEM_VA     MmMapLockedPages…           system PTEs to give back
 *   WRITE_OPERATION         probe for write or modify   unlocking marks each frame modified
 *
 * A pin keeps the frame whatever happens to the address: the section may be unlocked, the pool
 * freed. Frames outside RAM (device memory) are neither counted nor marked. */
#include "mi.h"
#include "ke.h"

#define MM_PFN_UNLOCKED   0x1233 /* MEMORY_MANAGEMENT, parameter 1 */
#define MM_MDL_NONRESIDENT 0x1240
#define MM_MDL_UNMAP      1     /* SYSTEM_PTE_MISUSE, parameter 1 */

static ULONG MiMdlPages(PMDL Mdl)
{
    return ADDRESS_AND_SIZE_TO_SPAN_PAGES((PUCHAR)Mdl->StartVa + Mdl->ByteOffset, Mdl->ByteCount);
}

static BOOLEAN MiIsRam(MI_PFN Pfn)
{
    return Pfn <= MiHighestPfn && MiPfn(Pfn)->State != MiPageNotRam;
}

SIZE_T NTAPI MmSizeOfMdl(PVOID Base, SIZE_T Length)
{
    return sizeof(MDL) + ADDRESS_AND_SIZE_TO_SPAN_PAGES(Base, Length) * sizeof(PFN_NUMBER);
}

static VOID MiUnpinMdl(PMDL Mdl, ULONG Pages)
{
    PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
    KIRQL OldIrql;

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    for (ULONG i = 0; i < Pages; i++) {
        MI_PFN Pfn = (MI_PFN)Frames[i];

        if (MiIsRam(Pfn)) {
            if (Mdl->MdlFlags & MDL_WRITE_OPERATION) {
                MiMarkDirty(MiPfn(Pfn));
            }
            MiUnpinFrame(Pfn);
        }
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
}

VOID NTAPI MmProbeAndLockPages(PMDL Mdl, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)
{
    PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
    PUCHAR Va = Mdl->StartVa;
    ULONG Pages = MiMdlPages(Mdl);
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Done;

    (VOID)AccessMode;
    NT_ASSERT(!(Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL)));
    Mdl->MdlFlags &= ~MDL_WRITE_OPERATION;
    for (Done = 0; Done < Pages; Done++, Va += PAGE_SIZE) {
        MI_PFN Pfn;

        if ((PVOID)Va < MI_SYSTEM_START) {
            Status = STATUS_ACCESS_VIOLATION;
            break;
        }
        Status = MiPinPage(Va, &Pfn);
        if (!NT_SUCCESS(Status)) {
            break;
        }
        Frames[Done] = Pfn;
        if (Operation != IoReadAccess && !(*MiGetPteAddress(Va) & MI_PTE_WRITE)) {
            Status = STATUS_ACCESS_VIOLATION;
            Done++;
            break;
        }
    }
    if (!NT_SUCCESS(Status)) {
        MiUnpinMdl(Mdl, Done);
        KeRaiseStatus(Status);
    }
    Mdl->Process = NULL;
    Mdl->MdlFlags |= MDL_PAGES_LOCKED;
    if (Operation != IoReadAccess) {
        Mdl->MdlFlags |= MDL_WRITE_OPERATION;
    }
}

VOID NTAPI MmUnlockPages(PMDL Mdl)
{
    if (!(Mdl->MdlFlags & MDL_PAGES_LOCKED)) {
        KeBugCheckEx(PROCESS_HAS_LOCKED_PAGES, 1, (ULONG_PTR)Mdl, 0, 0);
    }
    if (Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) {
        MmUnmapLockedPages(Mdl->MappedSystemVa, Mdl);
    }
    MiUnpinMdl(Mdl, MiMdlPages(Mdl));
    Mdl->MdlFlags &= ~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
}

VOID NTAPI MmBuildMdlForNonPagedPool(PMDL Mdl)
{
    PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
    PUCHAR Va = Mdl->StartVa;
    ULONG Pages = MiMdlPages(Mdl);

    for (ULONG i = 0; i < Pages; i++, Va += PAGE_SIZE) {
        if (!MmIsAddressValid(Va)) {
            KeBugCheckEx(MEMORY_MANAGEMENT, MM_MDL_NONRESIDENT, (ULONG_PTR)Mdl,
                         (ULONG_PTR)MiGetPteAddress(Va), 0);
        }
        Frames[i] = (PFN_NUMBER)(MmGetPhysicalAddress(Va).QuadPart >> PAGE_SHIFT);
    }
    Mdl->Process = NULL;
    Mdl->MappedSystemVa = (PUCHAR)Mdl->StartVa + Mdl->ByteOffset;
    Mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
}

/* The caching of a frame's first mapping holds for all that follow: two mappings of one frame
 * with different caching are undefined on the CPU. */
static MEMORY_CACHING_TYPE MiCacheOfFrame(MI_PFN Pfn, MEMORY_CACHING_TYPE Wanted)
{
    if (!MiIsRam(Pfn)) {
        return Wanted;
    }
    return MiPfn(Pfn)->Cache != 0 ? (MEMORY_CACHING_TYPE)(MiPfn(Pfn)->Cache - 1) : MmCached;
}

MMPTE MiCacheBits(MEMORY_CACHING_TYPE CacheType)
{
    switch (CacheType) {
    case MmNonCached:
        return MI_PTE_CD | MI_PTE_WT;
    case MmWriteCombined: /* without PAT: uncached, never wrong, only slower */
        return MI_PTE_CD;
    default:
        return 0;
    }
}

PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE AccessMode,
                                         MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress,
                                         ULONG BugCheckOnFailure, MM_PAGE_PRIORITY Priority)
{
    PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
    ULONG Pages = MiMdlPages(Mdl);
    PUCHAR Va;
    PMMPTE Pte;

    (VOID)RequestedAddress;
    (VOID)Priority;
    if (AccessMode != KernelMode) {
        KeRaiseStatus(STATUS_INVALID_ADDRESS); /* there is no user space to map into */
    }
    if (!(Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL))) {
        KeBugCheckEx(MEMORY_MANAGEMENT, MM_PFN_UNLOCKED, (ULONG_PTR)Frames[0], (ULONG_PTR)Mdl, 0);
    }
    Va = MiAllocateSystemPtes(Pages);
    if (Va == NULL) {
        if (BugCheckOnFailure) {
            KeBugCheckEx(NO_MORE_SYSTEM_PTES, 0, Pages, 0, 0);
        }
        return NULL;
    }
    Pte = MiGetPteAddress(Va);
    for (ULONG i = 0; i < Pages; i++) {
        MMPTE Value = MiValidPte((MI_PFN)Frames[i], MM_PROT_READ | MM_PROT_WRITE);

        MiWritePte(Pte + i, Value | MiCacheBits(MiCacheOfFrame((MI_PFN)Frames[i], CacheType)));
    }
    Mdl->MappedSystemVa = Va + Mdl->ByteOffset;
    Mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    if (Mdl->MdlFlags & MDL_PARTIAL) {
        Mdl->MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
    }
    return Mdl->MappedSystemVa;
}

PVOID NTAPI MmMapLockedPages(PMDL Mdl, KPROCESSOR_MODE AccessMode)
{
    return MmMapLockedPagesSpecifyCache(Mdl, AccessMode, MmCached, NULL, TRUE, HighPagePriority);
}

/* Unmaps and forgets what system PTEs map; the frames are the caller's business. */
VOID MiUnmapSystemPtes(PVOID Va, ULONG Pages)
{
    PMMPTE Pte = MiGetPteAddress(Va);

    if (Pages == 0) {
        return; /* an MDL advanced to its end; Va may be somebody else's */
    }
    for (ULONG i = 0; i < Pages; i++) {
        MiWritePte(Pte + i, 0);
    }
    MiFlushRange(Va, Pages);
    MiReleaseSystemPtes(Va, Pages);
}

VOID NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL Mdl)
{
    if (!(Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) || BaseAddress != Mdl->MappedSystemVa) {
        KeBugCheckEx(SYSTEM_PTE_MISUSE, MM_MDL_UNMAP, (ULONG_PTR)Mdl, (ULONG_PTR)BaseAddress,
                     (ULONG_PTR)Mdl->MappedSystemVa);
    }
    MiUnmapSystemPtes(PAGE_ALIGN(BaseAddress), MiMdlPages(Mdl));
    Mdl->MdlFlags &= ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
    Mdl->MappedSystemVa = NULL;
}

NTSTATUS NTAPI MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes)
{
    PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
    ULONG Pages = MiMdlPages(Mdl);
    ULONG Offset = Mdl->ByteOffset + NumberOfBytes;
    ULONG Passed = Offset >> PAGE_SHIFT;

    if (NumberOfBytes > Mdl->ByteCount) {
        return STATUS_INVALID_PARAMETER_2;
    }
    if (Passed != 0) {
        if ((Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0) {
            MiUnmapSystemPtes(PAGE_ALIGN(Mdl->MappedSystemVa), Passed);
        }
        if (Mdl->MdlFlags & MDL_PAGES_LOCKED) {
            MiUnpinMdl(Mdl, Passed);
        }
        RtlMoveMemory(Frames, Frames + Passed, (Pages - Passed) * sizeof(*Frames));
        Mdl->StartVa = (PUCHAR)Mdl->StartVa + (Passed << PAGE_SHIFT);
    }
    if (Mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) {
        Mdl->MappedSystemVa = (PUCHAR)Mdl->MappedSystemVa + NumberOfBytes;
    }
    Mdl->ByteOffset = Offset & (PAGE_SIZE - 1);
    Mdl->ByteCount -= NumberOfBytes;
    return STATUS_SUCCESS;
}
