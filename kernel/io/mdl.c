/* MDLs as the I/O manager hands them out: made, cut to a part, freed. Locking and mapping the
 * pages is the memory manager's. An MDL belongs to whoever allocated it, or to the IRP. */
#include "iop.h"

PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer,
                         BOOLEAN ChargeQuota, PIRP Irp)
{
    SIZE_T size = MmSizeOfMdl(VirtualAddress, Length);
    PMDL mdl;

    UNREFERENCED_PARAMETER(ChargeQuota);
    if (size > MAXSHORT) {
        return NULL; /* MDL.Size cannot say it: about 32 MiB */
    }
    mdl = ExAllocatePoolWithTag(NonPagedPool, size, ' ldM');
    if (mdl == NULL) {
        return NULL;
    }
    RtlZeroMemory(mdl, sizeof(MDL));
    MmInitializeMdl(mdl, VirtualAddress, Length);
    if (Irp != NULL) {
        if (!SecondaryBuffer) {
            Irp->MdlAddress = mdl;
        } else {
            PMDL last = Irp->MdlAddress;

            NT_ASSERT(last != NULL);
            while (last->Next != NULL) {
                last = last->Next;
            }
            last->Next = mdl;
        }
    }
    return mdl;
}

VOID NTAPI IoFreeMdl(PMDL Mdl)
{
    if (Mdl->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) {
        MmUnmapLockedPages(Mdl->MappedSystemVa, Mdl);
    }
    ExFreePoolWithTag(Mdl, ' ldM');
}

VOID NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length)
{
    ULONG_PTR base = (ULONG_PTR)MmGetMdlVirtualAddress(SourceMdl);
    ULONG_PTR start = (ULONG_PTR)VirtualAddress;
    ULONG offset = (ULONG)(start - base), pages, first;

    if (Length == 0) {
        Length = SourceMdl->ByteCount - offset;
    }
    NT_ASSERT(start >= base && offset <= SourceMdl->ByteCount &&
              Length <= SourceMdl->ByteCount - offset);
    first = (ULONG)((start >> PAGE_SHIFT) - ((ULONG_PTR)SourceMdl->StartVa >> PAGE_SHIFT));
    pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(VirtualAddress, Length);
    NT_ASSERT(TargetMdl->Size >= (CSHORT)(sizeof(MDL) + pages * sizeof(PFN_NUMBER)));

    TargetMdl->Process = SourceMdl->Process;
    TargetMdl->StartVa = PAGE_ALIGN(VirtualAddress);
    TargetMdl->ByteOffset = BYTE_OFFSET(VirtualAddress);
    TargetMdl->ByteCount = Length;
    TargetMdl->MdlFlags &= MDL_ALLOCATED_FIXED_SIZE | MDL_ALLOCATED_MUST_SUCCEED;
    TargetMdl->MdlFlags |= MDL_PARTIAL;
    TargetMdl->MdlFlags |= SourceMdl->MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL |
                                                  MDL_MAPPED_TO_SYSTEM_VA | MDL_IO_PAGE_READ);
    if (TargetMdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) {
        TargetMdl->MdlFlags |= MDL_PARENT_MAPPED_SYSTEM_VA; /* not to be undone through the part */
    }
    TargetMdl->MappedSystemVa = (PUCHAR)SourceMdl->MappedSystemVa + offset;
    RtlCopyMemory(MmGetMdlPfnArray(TargetMdl), MmGetMdlPfnArray(SourceMdl) + first,
                  pages * sizeof(PFN_NUMBER));
}
