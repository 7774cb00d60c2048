/* Host test of the PE parser: what a good driver yields, the verdict on each kind of bad one, and
 * (mutate.c) that no damage makes it read or write outside its buffers. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pe_test.h"

SEED Seeds[4] = {{.Name = "plain"}, {.Name = "large"}, {.Name = "small"}, {.Name = "tiny"}};
static unsigned Failures;

void Check(bool Condition, const char *What, ...)
{
    va_list Arguments;

    if (!Condition && Failures++ < 20) {
        va_start(Arguments, What);
        printf("# ");
        vprintf(What, Arguments);
        printf("\n");
        va_end(Arguments);
    }
}

UCHAR *CopySeed(const SEED *Seed)
{
    return memcpy(malloc(Seed->Size), Seed->Bytes, Seed->Size);
}

UCHAR *OptionalHeader(UCHAR *File)
{
    return File + MiPe32(File + PE_DOS_LFANEW) + PE_OPTIONAL;
}

UCHAR *SectionHeader(UCHAR *File, ULONG Index)
{
    UCHAR *Header = File + MiPe32(File + PE_DOS_LFANEW);

    return Header + PE_OPTIONAL + MiPe16(Header + PE_OPTIONAL_SIZE) + Index * PE_SECTION_SIZE;
}

static NTSTATUS FillImports(const MI_PE_IMAGE *Image, const MI_PE *Pe)
{
    NTSTATUS Status;
    ULONG Slots = 0;

    for (ULONG i = 0;; i++) {
        MI_PE_IMPORT Import;
        Status = MiGetImport(Image, Pe->Imports, i, &Import);
        if (Status != STATUS_SUCCESS) {
            break;
        }
        for (ULONG k = 0;; k++) {
            MI_PE_THUNK Thunk;
            Status = MiGetThunk(Image, &Import, k, &Thunk);
            if (Status != STATUS_SUCCESS) {
                break;
            }
            if (++Slots > Image->Size / 4) {
                return STATUS_INVALID_IMAGE_FORMAT;
            }
            MiPeStore32(Image->Base + Thunk.Slot, 0x80112233);
        }
        if (Status != STATUS_NO_MORE_ENTRIES) {
            break;
        }
    }
    return Status == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS : Status;
}

NTSTATUS LoadBytes(const UCHAR *File, ULONG Size)
{
    MI_PE Pe;
    MI_PE_EXPORTS Exports;
    MI_PE_IMAGE Image;
    ULONG Rva;
    PCSTR Forwarder;
    NTSTATUS Status = MiParseImage(File, Size, &Pe);

    if (Status != STATUS_SUCCESS) {
        Check(Pe.Reason != NULL, "a refusal says why");
        return Status;
    }
    Image.Base = calloc(1, Pe.ImageSize);
    Image.Size = Pe.ImageSize;
    MiLayOutImage(&Pe, Image.Base);
    Status = MiRelocateImage(&Image, Pe.Relocations, NEW_BASE - Pe.ImageBase);
    if (Status == STATUS_SUCCESS) {
        Status = MiOpenExports(&Image, Pe.Exports, &Exports);
    }
    if (Status == STATUS_SUCCESS) {
        for (ULONG Hint = 0; Hint < 6; Hint++) {
            MiFindExportByName(&Exports, "Exported", Hint, &Rva, &Forwarder);
            MiFindExportByName(&Exports, "Forwarded", Hint, &Rva, &Forwarder);
            MiFindExportByName(&Exports, "Zzz", Hint, &Rva, &Forwarder);
        }
        for (ULONG Ordinal = 0; Ordinal < 20; Ordinal++) {
            MiFindExportByOrdinal(&Exports, Ordinal, &Rva, &Forwarder);
        }
        Status = FillImports(&Image, &Pe);
    }
    free(Image.Base);
    return Status;
}

static void TestGoodImages(void)
{
    for (unsigned s = 0; s < 4; s++) {
        const SEED *Seed = &Seeds[s];
        MI_PE Pe;
        MI_PE_EXPORTS Exports;
        MI_PE_IMPORT Import;
        MI_PE_THUNK Thunk;
        ULONG Rva, Named = 0;
        PCSTR Forwarder;

        Check(LoadBytes(Seed->Bytes, Seed->Size) == STATUS_SUCCESS, "%s loads", Seed->Name);
        Check(MiParseImage(Seed->Bytes, Seed->Size, &Pe) == STATUS_SUCCESS, "%s", Seed->Name);
        Check(Pe.ImageBase == 0x10000 && Pe.CheckSum != 0 && !Pe.RelocationsStripped, "header");
        MI_PE_IMAGE Image = {calloc(1, Pe.ImageSize), Pe.ImageSize};
        MiLayOutImage(&Pe, Image.Base);

        /* .data: 5, then three pointers that must move with the image */
        for (ULONG i = 0; i < Pe.SectionCount; i++) {
            MI_PE_SECTION Section;
            MiGetPeSection(&Pe, i, &Section);
            Named += !strcmp(Section.Name, "PAGE") || !strcmp(Section.Name, "INIT");
            if (strcmp(Section.Name, ".data") == 0) {
                ULONG Before = MiPe32(Image.Base + Section.Rva);
                ULONG Last = MiPe32(Image.Base + Section.Rva + 12);
                Check(MiRelocateImage(&Image, Pe.Relocations, NEW_BASE - 0x10000) == STATUS_SUCCESS,
                      "relocates");
                ULONG Moved = (MiPe32(Image.Base + Section.Rva) != Before) +
                              (MiPe32(Image.Base + Section.Rva + 12) != Last);
                Check(Moved == 1, "%s: one end of .data is a pointer and moved", Seed->Name);
            }
        }
        Check(Named == 2, "%s has PAGE and INIT", Seed->Name);

        Check(MiOpenExports(&Image, Pe.Exports, &Exports) == STATUS_SUCCESS, "exports open");
        for (ULONG Hint = 0; Hint < 7; Hint++) {
            Check(MiFindExportByName(&Exports, "Exported", Hint, &Rva, &Forwarder) ==
                          STATUS_SUCCESS &&
                      Forwarder == NULL && Rva != 0,
                  "Exported with hint %u", (unsigned)Hint);
        }
        ULONG ByName = Rva;
        Check(MiFindExportByName(&Exports, "Another", 0, &Rva, &Forwarder) == STATUS_SUCCESS &&
                  Rva == ByName,
              "two names for one routine");
        Check(MiFindExportByName(&Exports, "Forwarded", 0, &Rva, &Forwarder) == STATUS_SUCCESS &&
                  Forwarder && !strcmp(Forwarder, "seedlib.Elsewhere"),
              "forwarder by name");
        Check(MiFindExportByName(&Exports, "ByNumber", 0, &Rva, &Forwarder) == STATUS_SUCCESS &&
                  Forwarder && !strcmp(Forwarder, "seedlib.#7"),
              "forwarder by ordinal");
        Check(MiFindExportByName(&Exports, "Hidden", 0, &Rva, &Forwarder) ==
                  STATUS_DRIVER_ENTRYPOINT_NOT_FOUND,
              "NONAME has no name");
        Check(MiFindExportByOrdinal(&Exports, 9, &Rva, &Forwarder) == STATUS_SUCCESS && !Forwarder,
              "by ordinal");
        Check(MiFindExportByOrdinal(&Exports, 4, &Rva, &Forwarder) ==
                  STATUS_DRIVER_ORDINAL_NOT_FOUND,
              "below the ordinal base");
        Check(MiFindExportByOrdinal(&Exports, 10, &Rva, &Forwarder) ==
                  STATUS_DRIVER_ORDINAL_NOT_FOUND,
              "above the last ordinal");

        Check(MiGetImport(&Image, Pe.Imports, 0, &Import) == STATUS_SUCCESS &&
                  !strcmp(Import.Module, "ntoskrnl.exe"),
              "first import");
        Check(MiGetThunk(&Image, &Import, 0, &Thunk) == STATUS_SUCCESS && Thunk.Name &&
                  !strcmp(Thunk.Name, "DbgPrint"),
              "first routine");
        Check(MiGetThunk(&Image, &Import, 2, &Thunk) == STATUS_NO_MORE_ENTRIES, "two routines");
        Check(MiGetImport(&Image, Pe.Imports, 1, &Import) == STATUS_SUCCESS &&
                  !strcmp(Import.Module, "seedlib.dll"),
              "second import");
        Check(MiGetThunk(&Image, &Import, 0, &Thunk) == STATUS_SUCCESS && !Thunk.Name &&
                  Thunk.Ordinal == 12,
              "by ordinal 12");
        Check(MiGetImport(&Image, Pe.Imports, 2, &Import) == STATUS_NO_MORE_ENTRIES, "two imports");
        free(Image.Base);
    }
}

/* One field of the plain seed changed, and the verdict it must get. */
static void Verdict(const char *What, int Region, ULONG Offset, ULONG Value, unsigned Bytes,
                    NTSTATUS Expected)
{
    UCHAR *File = CopySeed(&Seeds[0]);
    UCHAR *Optional = OptionalHeader(File);
    UCHAR *Field = (Region == 'f'   ? File
                    : Region == 'h' ? Optional - PE_OPTIONAL
                    : Region == 'o' ? Optional
                                    : SectionHeader(File, 0)) +
                   Offset;

    if (!(Region == 'o' && Offset == PE_OPT_CHECKSUM)) {
        MiPeStore32(Optional + PE_OPT_CHECKSUM, 0);
    }
    for (unsigned i = 0; i < Bytes; i++) {
        Field[i] = (UCHAR)(Value >> (8 * i));
    }
    NTSTATUS Status = LoadBytes(File, Seeds[0].Size);
    Check(Status == Expected, "%s: 0x%08X, not 0x%08X", What, (unsigned)Status, (unsigned)Expected);
    free(File);
}

static void TestVerdicts(void)
{
    const NTSTATUS Bad = STATUS_INVALID_IMAGE_FORMAT;
    ULONG Import = PE_OPT_DIRECTORIES + PE_DIRECTORY_IMPORT * PE_DIRECTORY_SIZE;

    Verdict("untouched", 'f', 0, 0x5A4D, 2, STATUS_SUCCESS);
    Verdict("ZM", 'f', 0, 0x4D5A, 2, STATUS_INVALID_IMAGE_NOT_MZ);
    Verdict("ELF", 'f', 0, 0x464C457F, 4, STATUS_INVALID_IMAGE_NOT_MZ);
    Verdict("no PE header", 'f', PE_DOS_LFANEW, 0x7FFFFFFC, 4, Bad);
    Verdict("header not aligned", 'f', PE_DOS_LFANEW, 0x81, 4, Bad);
    Verdict("NE", 'h', 0, 0x454E, 4, Bad);
    Verdict("PE32+", 'o', PE_OPT_MAGIC, PE_MAGIC_PE32_PLUS, 2, STATUS_INVALID_IMAGE_WIN_64);
    Verdict("ROM image", 'o', PE_OPT_MAGIC, 0x107, 2, Bad);
    Verdict("Alpha", 'h', PE_MACHINE, 0x184, 2, Bad);
    Verdict("not linked", 'h', PE_CHARACTERISTICS, 0x2100, 2, Bad);
    Verdict("no sections", 'h', PE_SECTION_COUNT, 0, 2, Bad);
    Verdict("97 sections", 'h', PE_SECTION_COUNT, 97, 2, Bad);
    Verdict("short optional header", 'h', PE_OPTIONAL_SIZE, 0x40, 2, Bad);
    Verdict("GUI", 'o', PE_OPT_SUBSYSTEM, 2, 2, Bad);
    Verdict("entry in data", 'o', PE_OPT_ENTRY_POINT, 0x4000, 4, Bad);
    Verdict("entry outside", 'o', PE_OPT_ENTRY_POINT, 0x80000000, 4, Bad);
    Verdict("entry in the headers", 'o', PE_OPT_ENTRY_POINT, 8, 4, Bad);
    Verdict("odd alignment", 'o', PE_OPT_SECTION_ALIGNMENT, 0x1800, 4, Bad);
    Verdict("file alignment 0", 'o', PE_OPT_FILE_ALIGNMENT, 0, 4, Bad);
    Verdict("file above section alignment", 'o', PE_OPT_FILE_ALIGNMENT, 0x2000, 4, Bad);
    Verdict("base in mid-page", 'o', PE_OPT_IMAGE_BASE, 0x10800, 4, Bad);
    Verdict("size 0", 'o', PE_OPT_SIZE_OF_IMAGE, 0, 4, Bad);
    Verdict("size 2 GiB", 'o', PE_OPT_SIZE_OF_IMAGE, 0x7FFFF000, 4, Bad);
    Verdict("size too small", 'o', PE_OPT_SIZE_OF_IMAGE, 0x9000, 4, Bad);
    Verdict("size too large", 'o', PE_OPT_SIZE_OF_IMAGE, 0xB000, 4, Bad);
    Verdict("headers too small", 'o', PE_OPT_SIZE_OF_HEADERS, 0x100, 4, Bad);
    Verdict("headers into sections", 'o', PE_OPT_SIZE_OF_HEADERS, 0x1001, 4, Bad);
    Verdict("imports outside", 'o', Import, 0x9FFFFFFF, 4, Bad);
    Verdict("imports without size", 'o', Import + 4, 0, 4, Bad);
    Verdict("section in the headers", 's', PE_SECTION_RVA, 0, 4, Bad);
    Verdict("section too long", 's', PE_SECTION_VIRTUAL_SIZE, 0x1001, 4, Bad);
    Verdict("section bytes missing", 's', PE_SECTION_RAW_SIZE, 0x10000, 4, Bad);
    Verdict("raw offset wraps", 's', PE_SECTION_RAW_OFFSET, 0xFFFFFE00, 4, Bad);
    Verdict("checksum off by one", 'o', PE_OPT_CHECKSUM,
            MiPe32(OptionalHeader(Seeds[0].Bytes) + PE_OPT_CHECKSUM) + 1, 4,
            STATUS_IMAGE_CHECKSUM_MISMATCH);

    /* Sizes that are no multiple of 4: bytes after the last section count. */
    for (ULONG More = 1; More < 8; More++) {
        ULONG Size = Seeds[0].Size + More;
        UCHAR *Longer = memset(malloc(Size), 0xA5, Size);
        ULONG Sum = 0;
        memcpy(Longer, Seeds[0].Bytes, Seeds[0].Size);
        MiPeStore32(OptionalHeader(Longer) + PE_OPT_CHECKSUM, 0);
        for (ULONG i = 0; i < Size; i++) {
            Sum += (ULONG)Longer[i] << (i % 2 * 8);
            Sum = (Sum & 0xFFFF) + (Sum >> 16);
        }
        MiPeStore32(OptionalHeader(Longer) + PE_OPT_CHECKSUM, Sum + Size);
        NTSTATUS Longest = LoadBytes(Longer, Size);
        Check(Longest == STATUS_SUCCESS, "%u bytes more: 0x%08X", (unsigned)More,
              (unsigned)Longest);
        free(Longer);
    }

    /* A byte changed in code, with the checksum the linker gave. */
    UCHAR *File = CopySeed(&Seeds[0]);
    File[MiPe32(SectionHeader(File, 0) + PE_SECTION_RAW_OFFSET)] ^= 0x20;
    Check(LoadBytes(File, Seeds[0].Size) == STATUS_IMAGE_CHECKSUM_MISMATCH, "changed code");
    free(File);
}

static void ReadSeeds(void)
{
    for (unsigned s = 0; s < 4; s++) {
        char Path[256];
        snprintf(Path, sizeof Path, "%s%s.sys", SEEDS, Seeds[s].Name);
        FILE *File = fopen(Path, "rb");
        if (File == NULL) {
            printf("Bail out! %s: cannot read\n", Path);
            exit(1);
        }
        fseek(File, 0, SEEK_END);
        Seeds[s].Size = (ULONG)ftell(File);
        rewind(File);
        Seeds[s].Bytes = malloc(Seeds[s].Size);
        Seeds[s].Size = (ULONG)fread(Seeds[s].Bytes, 1, Seeds[s].Size, File);
        fclose(File);
    }
}

int main(void)
{
    static const struct {
        const char *Name;
        void (*Routine)(void);
    } Tests[] = {
        {"good images of four alignments", TestGoodImages},
        {"the verdict on each kind of bad image", TestVerdicts},
        {"every truncation", TestTruncations},
        {"every byte of headers, exports, imports, relocations", TestChangedBytes},
        {"random changes", TestRandomChanges},
    };
    unsigned Failed = 0;

    ReadSeeds();
    printf("1..%u\n", (unsigned)(sizeof Tests / sizeof *Tests));
    for (unsigned i = 0; i < sizeof Tests / sizeof *Tests; i++) {
        Failures = 0;
        Tests[i].Routine();
        printf("%sok %u - pe: %s\n", Failures ? "not " : "", i + 1, Tests[i].Name);
        Failed += Failures != 0;
    }
    return Failed != 0;
}
