/* Base relocations: adding the distance between where an image was linked for and where it is.
 * Pure code (pe.h). Blocks of fixups, one for each 4 KiB of the image; i386 uses HIGHLOW for every
 * 32-bit address and ABSOLUTE as padding. A fixup outside the image refuses the whole image. */
#include "pe.h"
#include "peformat.h"

#ifdef ALLOC_PRAGMA
static BOOLEAN MiApplyFixup(const MI_PE_IMAGE *Image, ULONG Rva, ULONG Type, ULONG Delta);
#pragma alloc_text(PAGE, MiApplyFixup)
#pragma alloc_text(PAGE, MiRelocateImage)
#endif

static BOOLEAN MiApplyFixup(const MI_PE_IMAGE *Image, ULONG Rva, ULONG Type, ULONG Delta)
{
    ULONG Bytes = Type == PE_RELOC_HIGHLOW ? 4 : 2;

    PAGED_CODE();
    if (Type == PE_RELOC_ABSOLUTE) {
        return TRUE;
    }
    if (Rva >= Image->Size || Image->Size - Rva < Bytes) {
        return FALSE;
    }
    UCHAR *Target = Image->Base + Rva;
    switch (Type) {
    case PE_RELOC_HIGHLOW:
        MiPeStore32(Target, MiPe32(Target) + Delta);
        return TRUE;
    case PE_RELOC_HIGH: {
        ULONG Value = MiPe16(Target) + (Delta >> 16);
        Target[0] = (UCHAR)Value;
        Target[1] = (UCHAR)(Value >> 8);
        return TRUE;
    }
    case PE_RELOC_LOW: {
        ULONG Value = MiPe16(Target) + (Delta & 0xFFFF);
        Target[0] = (UCHAR)Value;
        Target[1] = (UCHAR)(Value >> 8);
        return TRUE;
    }
    default:
        return FALSE;
    }
}

NTSTATUS MiRelocateImage(const MI_PE_IMAGE *Image, MI_PE_RANGE Relocations, ULONG Delta)
{
    ULONG Left = Relocations.Size;
    ULONG Rva = Relocations.Rva;

    PAGED_CODE();
    if (Rva > Image->Size || Left > Image->Size - Rva) {
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    while (Left >= PE_RELOC_BLOCK_SIZE) {
        ULONG PageRva = MiPe32(Image->Base + Rva);
        ULONG BlockSize = MiPe32(Image->Base + Rva + 4);

        if (PageRva == 0 && BlockSize == 0) {
            break; /* padding after the last block */
        }
        if (BlockSize < PE_RELOC_BLOCK_SIZE || BlockSize > Left || BlockSize % 2 != 0 ||
            PageRva >= Image->Size) {
            return STATUS_INVALID_IMAGE_FORMAT;
        }
        for (ULONG i = PE_RELOC_BLOCK_SIZE; i < BlockSize; i += 2) {
            ULONG Entry = MiPe16(Image->Base + Rva + i);
            if (!MiApplyFixup(Image, PageRva + (Entry & 0xFFF), Entry >> 12, Delta)) {
                return STATUS_INVALID_IMAGE_FORMAT;
            }
        }
        Rva += BlockSize;
        Left -= BlockSize;
    }
    return STATUS_SUCCESS;
}
