/* Parsing PE32 files and laying them out. Pure code (pe.h): nothing here needs the kernel.
 *
 * What is refused, in this order: no MZ; PE32+; anything a check below names; a checksum that is
 * present and wrong. The rules are NT's, with two kept from older kits: sections may be aligned
 * below a page (0x20, 0x80), and there may be gaps between them. */
#include "pe.h"
#include "peformat.h"

#ifdef ALLOC_PRAGMA
static NTSTATUS MiRefuse(MI_PE *Pe, PCSTR Reason);
static BOOLEAN MiIsPowerOfTwo(ULONG Value);
static ULONG MiRoundUp(ULONG Value, ULONG Alignment);
static NTSTATUS MiParseHeaders(MI_PE *Pe, ULONG *SectionAlignment, ULONG *FileAlignment);
static NTSTATUS MiParseSections(MI_PE *Pe, ULONG SectionAlignment, ULONG FileAlignment);
static NTSTATUS MiParseDirectory(MI_PE *Pe, const UCHAR *Optional, ULONG Count, ULONG Index,
                                 MI_PE_RANGE *Range);
#pragma alloc_text(PAGE, MiRefuse)
#pragma alloc_text(PAGE, MiIsPowerOfTwo)
#pragma alloc_text(PAGE, MiRoundUp)
#pragma alloc_text(PAGE, MiParseHeaders)
#pragma alloc_text(PAGE, MiParseSections)
#pragma alloc_text(PAGE, MiParseDirectory)
#pragma alloc_text(PAGE, MiParseLayout)
#pragma alloc_text(PAGE, MiParseImage)
#pragma alloc_text(PAGE, MiGetPeSection)
#pragma alloc_text(PAGE, MiPeCheckSum)
#pragma alloc_text(PAGE, MiLayOutImage)
#pragma alloc_text(PAGE, MiPeString)
#endif

static NTSTATUS MiRefuse(MI_PE *Pe, PCSTR Reason)
{
    PAGED_CODE();
    Pe->Reason = Reason;
    return STATUS_INVALID_IMAGE_FORMAT;
}

static BOOLEAN MiIsPowerOfTwo(ULONG Value)
{
    PAGED_CODE();
    return Value != 0 && (Value & (Value - 1)) == 0;
}

static ULONG MiRoundUp(ULONG Value, ULONG Alignment)
{
    PAGED_CODE();
    return (Value + Alignment - 1) & ~(Alignment - 1);
}

/* A directory that is there must lie in the image. One with a place but no size, or a size and no
 * place, is refused, not taken as absent: an image that skipped its imports would run wild. */
static NTSTATUS MiParseDirectory(MI_PE *Pe, const UCHAR *Optional, ULONG Count, ULONG Index,
                                 MI_PE_RANGE *Range)
{
    const UCHAR *Entry = Optional + PE_OPT_DIRECTORIES + Index * PE_DIRECTORY_SIZE;

    PAGED_CODE();
    Range->Rva = 0;
    Range->Size = 0;
    if (Index >= Count) {
        return STATUS_SUCCESS;
    }
    Range->Rva = MiPe32(Entry);
    Range->Size = MiPe32(Entry + 4);
    if ((Range->Rva == 0) != (Range->Size == 0)) {
        return MiRefuse(Pe, "has half a data directory");
    }
    if (Range->Rva > Pe->ImageSize || Range->Size > Pe->ImageSize - Range->Rva) {
        return MiRefuse(Pe, "a data directory lies outside the image");
    }
    return STATUS_SUCCESS;
}

static NTSTATUS MiParseHeaders(MI_PE *Pe, ULONG *SectionAlignment, ULONG *FileAlignment)
{
    const UCHAR *File = Pe->File;

    PAGED_CODE();
    if (Pe->FileSize < 2 || MiPe16(File) != PE_DOS_MAGIC) {
        Pe->Reason = "does not begin with MZ";
        return STATUS_INVALID_IMAGE_NOT_MZ;
    }
    if (Pe->FileSize < PE_DOS_SIZE) {
        return MiRefuse(Pe, "is cut off in the DOS header");
    }

    ULONG Offset = MiPe32(File + PE_DOS_LFANEW);
    if (Offset % 4 != 0 || Offset >= Pe->FileSize || Pe->FileSize - Offset < PE_OPTIONAL + 2) {
        return MiRefuse(Pe, "has no PE header");
    }
    const UCHAR *Header = File + Offset;
    if (MiPe32(Header) != PE_SIGNATURE) {
        return MiRefuse(Pe, "has no PE signature");
    }
    const UCHAR *Optional = Header + PE_OPTIONAL;
    if (MiPe16(Optional) == PE_MAGIC_PE32_PLUS) {
        Pe->Reason = "is a 64-bit image";
        return STATUS_INVALID_IMAGE_WIN_64;
    }
    if (MiPe16(Header + PE_MACHINE) != PE_MACHINE_I386) {
        return MiRefuse(Pe, "is for another machine");
    }
    if (MiPe16(Optional) != PE_MAGIC_PE32) {
        return MiRefuse(Pe, "has an unknown optional header");
    }
    ULONG OptionalSize = MiPe16(Header + PE_OPTIONAL_SIZE);
    if (OptionalSize < PE_OPT_MINIMUM || Pe->FileSize - Offset - PE_OPTIONAL < OptionalSize) {
        return MiRefuse(Pe, "has a short optional header");
    }

    ULONG Characteristics = MiPe16(Header + PE_CHARACTERISTICS);
    if (!(Characteristics & PE_FILE_EXECUTABLE_IMAGE)) {
        return MiRefuse(Pe, "is not a linked image");
    }
    if (MiPe16(Optional + PE_OPT_SUBSYSTEM) != PE_SUBSYSTEM_NATIVE) {
        return MiRefuse(Pe, "is not for the native subsystem");
    }
    Pe->RelocationsStripped = (Characteristics & PE_FILE_RELOCS_STRIPPED) != 0;
    Pe->TimeDateStamp = MiPe32(Header + PE_TIME_DATE);
    Pe->EntryPoint = MiPe32(Optional + PE_OPT_ENTRY_POINT);
    Pe->ImageBase = MiPe32(Optional + PE_OPT_IMAGE_BASE);
    Pe->CheckSum = MiPe32(Optional + PE_OPT_CHECKSUM);
    Pe->CheckSumField = Offset + PE_OPTIONAL + PE_OPT_CHECKSUM;

    *SectionAlignment = MiPe32(Optional + PE_OPT_SECTION_ALIGNMENT);
    *FileAlignment = MiPe32(Optional + PE_OPT_FILE_ALIGNMENT);
    if (!MiIsPowerOfTwo(*SectionAlignment) || !MiIsPowerOfTwo(*FileAlignment) ||
        *FileAlignment > *SectionAlignment || *SectionAlignment > 0x10000) {
        return MiRefuse(Pe, "has impossible alignments");
    }

    ULONG ImageSize = MiPe32(Optional + PE_OPT_SIZE_OF_IMAGE);
    if (ImageSize == 0 || ImageSize > MI_PE_MAXIMUM_SIZE) {
        return MiRefuse(Pe, "has an impossible size");
    }
    Pe->ImageSize = MiRoundUp(ImageSize, MI_PE_PAGE_SIZE);
    if (Pe->ImageBase % 0x10000 != 0 || Pe->ImageBase + Pe->ImageSize < Pe->ImageBase) {
        return MiRefuse(Pe, "has an impossible base address");
    }

    Pe->SectionCount = MiPe16(Header + PE_SECTION_COUNT);
    Pe->SectionTable = Offset + PE_OPTIONAL + OptionalSize;
    if (Pe->SectionCount == 0 || Pe->SectionCount > PE_SECTION_MAXIMUM) {
        return MiRefuse(Pe, "has an impossible number of sections");
    }
    Pe->HeaderSize = MiPe32(Optional + PE_OPT_SIZE_OF_HEADERS);
    if (Pe->HeaderSize > Pe->FileSize || Pe->HeaderSize > Pe->ImageSize ||
        Pe->SectionTable > Pe->HeaderSize ||
        Pe->HeaderSize - Pe->SectionTable < Pe->SectionCount * PE_SECTION_SIZE) {
        return MiRefuse(Pe, "has headers of an impossible size");
    }

    ULONG Count = MiPe32(Optional + PE_OPT_DIRECTORY_COUNT);
    ULONG Room = (OptionalSize - PE_OPT_DIRECTORIES) / PE_DIRECTORY_SIZE;
    Count = Count < Room ? Count : Room;
    NTSTATUS Status = MiParseDirectory(Pe, Optional, Count, PE_DIRECTORY_EXPORT, &Pe->Exports);
    if (NT_SUCCESS(Status)) {
        Status = MiParseDirectory(Pe, Optional, Count, PE_DIRECTORY_IMPORT, &Pe->Imports);
    }
    if (NT_SUCCESS(Status)) {
        Status = MiParseDirectory(Pe, Optional, Count, PE_DIRECTORY_BASERELOC, &Pe->Relocations);
    }
    return Status;
}

VOID MiGetPeSection(const MI_PE *Pe, ULONG Index, MI_PE_SECTION *Section)
{
    const UCHAR *Header = Pe->File + Pe->SectionTable + Index * PE_SECTION_SIZE;
    ULONG RawSize = MiPe32(Header + PE_SECTION_RAW_SIZE);

    PAGED_CODE();
    for (ULONG i = 0; i < PE_SECTION_NAME_SIZE; i++) {
        Section->Name[i] = (CHAR)Header[i];
    }
    Section->Name[PE_SECTION_NAME_SIZE] = 0;
    Section->Rva = MiPe32(Header + PE_SECTION_RVA);
    Section->Size = MiPe32(Header + PE_SECTION_VIRTUAL_SIZE);
    if (Section->Size == 0) {
        Section->Size = RawSize; /* old linkers left it to the raw size */
    }
    Section->RawOffset = MiPe32(Header + PE_SECTION_RAW_OFFSET);
    Section->RawSize = Section->RawOffset == 0 ? 0 : RawSize;
    if (Section->RawSize > Section->Size) {
        Section->RawSize = Section->Size;
    }
    Section->Flags = MiPe32(Header + PE_SECTION_FLAGS);
}

/* Sections come in rising order, do not overlap each other or the headers, and end where the
 * image ends. */
static NTSTATUS MiParseSections(MI_PE *Pe, ULONG SectionAlignment, ULONG FileAlignment)
{
    ULONG End = Pe->HeaderSize;
    BOOLEAN EntryFound = Pe->EntryPoint == 0;

    PAGED_CODE();
    for (ULONG i = 0; i < Pe->SectionCount; i++) {
        const UCHAR *Header = Pe->File + Pe->SectionTable + i * PE_SECTION_SIZE;
        ULONG RawSize = MiPe32(Header + PE_SECTION_RAW_SIZE);
        MI_PE_SECTION Section;

        MiGetPeSection(Pe, i, &Section);
        if (Section.Rva % SectionAlignment != 0 || Section.Rva < End ||
            Section.Rva > Pe->ImageSize || Section.Size > Pe->ImageSize - Section.Rva) {
            return MiRefuse(Pe, "has a section outside its place");
        }
        if (Section.RawOffset != 0 && RawSize != 0 &&
            (Section.RawOffset % FileAlignment != 0 || Section.RawOffset > Pe->FileSize ||
             RawSize > Pe->FileSize - Section.RawOffset)) {
            return MiRefuse(Pe, "is cut off: a section's bytes are missing");
        }
        End = Section.Rva + Section.Size;
        if (!EntryFound && Pe->EntryPoint >= Section.Rva && Pe->EntryPoint < End) {
            EntryFound = (Section.Flags & (PE_SCN_EXECUTE | PE_SCN_CODE)) != 0;
        }
    }
    ULONG Unit = SectionAlignment > MI_PE_PAGE_SIZE ? SectionAlignment : MI_PE_PAGE_SIZE;
    if (Pe->ImageSize > MiRoundUp(End, Unit)) {
        return MiRefuse(Pe, "is larger than its sections");
    }
    if (!EntryFound) {
        return MiRefuse(Pe, "has its entry point outside its code");
    }
    return STATUS_SUCCESS;
}

/* The sum over 16-bit words with carries folded in, the field itself taken as zero, plus the file's
 * length. Summed by 32 bits and folded at the end, which comes to the same. FieldOffset is a
 * multiple of 4. */
ULONG MiPeCheckSum(const UCHAR *File, ULONG Size, ULONG FieldOffset)
{
    ULONG64 Sum = 0;
    ULONG i = 0;

    PAGED_CODE();
    for (; i + 4 <= Size; i += 4) {
        Sum += i == FieldOffset ? 0 : MiPe32(File + i);
    }
    for (ULONG Shift = 0; i < Size; i++, Shift += 8) {
        Sum += (ULONG64)File[i] << Shift;
    }
    while (Sum >> 16 != 0) {
        Sum = (Sum & 0xFFFF) + (Sum >> 16);
    }
    return (ULONG)Sum + Size;
}

NTSTATUS MiParseLayout(const VOID *File, ULONG Size, MI_PE *Pe)
{
    static const MI_PE Empty;
    ULONG SectionAlignment, FileAlignment;

    PAGED_CODE();
    *Pe = Empty;
    Pe->File = File;
    Pe->FileSize = Size;
    NTSTATUS Status = MiParseHeaders(Pe, &SectionAlignment, &FileAlignment);
    if (NT_SUCCESS(Status)) {
        Status = MiParseSections(Pe, SectionAlignment, FileAlignment);
    }
    return Status;
}

NTSTATUS MiParseImage(const VOID *File, ULONG Size, MI_PE *Pe)
{
    PAGED_CODE();

    NTSTATUS Status = MiParseLayout(File, Size, Pe);

    if (NT_SUCCESS(Status) && Pe->CheckSum != 0 &&
        Pe->CheckSum != MiPeCheckSum(Pe->File, Size, Pe->CheckSumField)) {
        Pe->Reason = "has a wrong checksum";
        Status = STATUS_IMAGE_CHECKSUM_MISMATCH;
    }
    return Status;
}

VOID MiLayOutImage(const MI_PE *Pe, UCHAR *Image)
{
    PAGED_CODE();
    __builtin_memcpy(Image, Pe->File, Pe->HeaderSize);
    for (ULONG i = 0; i < Pe->SectionCount; i++) {
        MI_PE_SECTION Section;

        MiGetPeSection(Pe, i, &Section);
        if (Section.RawSize != 0) {
            __builtin_memcpy(Image + Section.Rva, Pe->File + Section.RawOffset, Section.RawSize);
        }
    }
}

PCSTR MiPeString(const MI_PE_IMAGE *Image, ULONG Rva, ULONG Limit)
{
    PAGED_CODE();
    if (Limit > Image->Size) {
        Limit = Image->Size;
    }
    for (ULONG i = Rva; i < Limit && i - Rva < MI_PE_MAXIMUM_NAME; i++) {
        UCHAR c = Image->Base[i];
        if (c == 0) {
            return i == Rva ? NULL : (PCSTR)(Image->Base + Rva);
        }
        if (c <= ' ' || c >= 0x7F) {
            return NULL;
        }
    }
    return NULL;
}
