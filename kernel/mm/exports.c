/* Finding what an image exports. Pure code (pe.h). All of an export directory (tables, names and
 * forwarder strings) must lie inside the range the header gives for it: linkers lay it out so, and
 * then the pages of that range are all that has to stay when an image's INIT is discarded. An
 * address inside the range is no routine but a forwarder string. */
#include "pe.h"
#include "peformat.h"

#ifdef ALLOC_PRAGMA
static BOOLEAN MiTableFits(MI_PE_RANGE Directory, ULONG Rva, ULONG Count, ULONG EntrySize);
static PCSTR MiExportName(const MI_PE_EXPORTS *Exports, ULONG Index);
static LONG MiCompareNames(PCSTR Left, PCSTR Right);
static NTSTATUS MiExportAt(const MI_PE_EXPORTS *Exports, ULONG Index, NTSTATUS Missing, ULONG *Rva,
                           PCSTR *Forwarder);
#pragma alloc_text(PAGE, MiTableFits)
#pragma alloc_text(PAGE, MiExportName)
#pragma alloc_text(PAGE, MiCompareNames)
#pragma alloc_text(PAGE, MiExportAt)
#pragma alloc_text(PAGE, MiOpenExports)
#pragma alloc_text(PAGE, MiFindExportByName)
#pragma alloc_text(PAGE, MiFindExportByOrdinal)
#endif

static BOOLEAN MiTableFits(MI_PE_RANGE Directory, ULONG Rva, ULONG Count, ULONG EntrySize)
{
    PAGED_CODE();
    return Count == 0 || (Rva >= Directory.Rva && Rva - Directory.Rva < Directory.Size &&
                          Count <= (Directory.Size - (Rva - Directory.Rva)) / EntrySize);
}

NTSTATUS MiOpenExports(const MI_PE_IMAGE *Image, MI_PE_RANGE Directory, MI_PE_EXPORTS *Exports)
{
    static const MI_PE_EXPORTS Empty;

    PAGED_CODE();
    *Exports = Empty;
    Exports->Image = *Image;
    if (Directory.Size == 0) {
        return STATUS_SUCCESS;
    }
    if (Directory.Rva > Image->Size || Directory.Size > Image->Size - Directory.Rva ||
        Directory.Size < PE_EXPORT_SIZE) {
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    const UCHAR *Header = Image->Base + Directory.Rva;
    Exports->Directory = Directory;
    Exports->OrdinalBase = MiPe32(Header + PE_EXPORT_BASE);
    Exports->FunctionCount = MiPe32(Header + PE_EXPORT_FUNCTION_COUNT);
    Exports->NameCount = MiPe32(Header + PE_EXPORT_NAME_COUNT);
    Exports->Functions = MiPe32(Header + PE_EXPORT_FUNCTIONS);
    Exports->Names = MiPe32(Header + PE_EXPORT_NAMES);
    Exports->Ordinals = MiPe32(Header + PE_EXPORT_ORDINALS);
    if (!MiTableFits(Directory, Exports->Functions, Exports->FunctionCount, 4) ||
        !MiTableFits(Directory, Exports->Names, Exports->NameCount, 4) ||
        !MiTableFits(Directory, Exports->Ordinals, Exports->NameCount, 2)) {
        return STATUS_INVALID_IMAGE_FORMAT;
    }

    ULONG End = Directory.Rva + Directory.Size;
    for (ULONG i = 0; i < Exports->NameCount; i++) {
        ULONG Rva = MiPe32(Image->Base + Exports->Names + i * 4);
        if (Rva < Directory.Rva || MiPeString(Image, Rva, End) == NULL ||
            MiPe16(Image->Base + Exports->Ordinals + i * 2) >= Exports->FunctionCount) {
            return STATUS_INVALID_IMAGE_FORMAT;
        }
    }
    for (ULONG i = 0; i < Exports->FunctionCount; i++) {
        ULONG Rva = MiPe32(Image->Base + Exports->Functions + i * 4);
        if (Rva >= Image->Size ||
            (Rva >= Directory.Rva && Rva < End && MiPeString(Image, Rva, End) == NULL)) {
            return STATUS_INVALID_IMAGE_FORMAT;
        }
    }
    return STATUS_SUCCESS;
}

static PCSTR MiExportName(const MI_PE_EXPORTS *Exports, ULONG Index)
{
    const UCHAR *Base = Exports->Image.Base;

    PAGED_CODE();
    return (PCSTR)(Base + MiPe32(Base + Exports->Names + Index * 4));
}

static LONG MiCompareNames(PCSTR Left, PCSTR Right)
{
    PAGED_CODE();
    while (*Left != 0 && *Left == *Right) {
        Left++;
        Right++;
    }
    return (LONG)(UCHAR)*Left - (LONG)(UCHAR)*Right;
}

static NTSTATUS MiExportAt(const MI_PE_EXPORTS *Exports, ULONG Index, NTSTATUS Missing, ULONG *Rva,
                           PCSTR *Forwarder)
{
    const UCHAR *Base = Exports->Image.Base;

    PAGED_CODE();
    *Forwarder = NULL;
    *Rva = Index < Exports->FunctionCount ? MiPe32(Base + Exports->Functions + Index * 4) : 0;
    if (*Rva == 0) {
        return Missing; /* also a hole in the ordinals */
    }
    if (*Rva - Exports->Directory.Rva < Exports->Directory.Size) {
        *Forwarder = (PCSTR)(Base + *Rva);
    }
    return STATUS_SUCCESS;
}

/* The hint first, then by halves; a name table that is not sorted is searched to its end. */
NTSTATUS MiFindExportByName(const MI_PE_EXPORTS *Exports, PCSTR Name, ULONG Hint, ULONG *Rva,
                            PCSTR *Forwarder)
{
    ULONG Low = 0, High = Exports->NameCount, Found = Exports->NameCount;

    PAGED_CODE();
    if (Hint < Exports->NameCount && MiCompareNames(MiExportName(Exports, Hint), Name) == 0) {
        Found = Hint;
    }
    while (Found == Exports->NameCount && Low < High) {
        ULONG Middle = Low + (High - Low) / 2;
        LONG Order = MiCompareNames(Name, MiExportName(Exports, Middle));
        if (Order == 0) {
            Found = Middle;
        } else if (Order < 0) {
            High = Middle;
        } else {
            Low = Middle + 1;
        }
    }
    for (ULONG i = 0; Found == Exports->NameCount && i < Exports->NameCount; i++) {
        if (MiCompareNames(MiExportName(Exports, i), Name) == 0) {
            Found = i;
        }
    }
    if (Found == Exports->NameCount) {
        return STATUS_DRIVER_ENTRYPOINT_NOT_FOUND;
    }
    ULONG Index = MiPe16(Exports->Image.Base + Exports->Ordinals + Found * 2);
    return MiExportAt(Exports, Index, STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, Rva, Forwarder);
}

NTSTATUS MiFindExportByOrdinal(const MI_PE_EXPORTS *Exports, ULONG Ordinal, ULONG *Rva,
                               PCSTR *Forwarder)
{
    PAGED_CODE();
    return MiExportAt(Exports, Ordinal - Exports->OrdinalBase, STATUS_DRIVER_ORDINAL_NOT_FOUND, Rva,
                      Forwarder);
}
