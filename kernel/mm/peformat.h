/* The PE32 file format, as far as the image loader reads it: field offsets and flag values, named
 * after "PE Format" (Microsoft PE/COFF specification). Fields are read bytewise by MiPe16 and
 * MiPe32, so that no field needs to be aligned and no structure has to agree with the compiler. */
#ifndef PAGODA_PEFORMAT_H
#define PAGODA_PEFORMAT_H

/* MS-DOS header */
#define PE_DOS_MAGIC  0x5A4D /* "MZ" */
#define PE_DOS_SIZE   0x40
#define PE_DOS_LFANEW 0x3C

/* Signature and COFF file header, offsets from the signature */
#define PE_SIGNATURE       0x00004550 /* "PE\0\0" */
#define PE_MACHINE         0x04
#define PE_SECTION_COUNT   0x06
#define PE_TIME_DATE       0x08
#define PE_OPTIONAL_SIZE   0x14
#define PE_CHARACTERISTICS 0x16
#define PE_OPTIONAL        0x18

#define PE_MACHINE_I386          0x014C
#define PE_FILE_RELOCS_STRIPPED  0x0001
#define PE_FILE_EXECUTABLE_IMAGE 0x0002

/* Optional header, offsets from its start */
#define PE_OPT_MAGIC             0x00
#define PE_OPT_ENTRY_POINT       0x10
#define PE_OPT_IMAGE_BASE        0x1C
#define PE_OPT_SECTION_ALIGNMENT 0x20
#define PE_OPT_FILE_ALIGNMENT    0x24
#define PE_OPT_SIZE_OF_IMAGE     0x38
#define PE_OPT_SIZE_OF_HEADERS   0x3C
#define PE_OPT_CHECKSUM          0x40
#define PE_OPT_SUBSYSTEM         0x44
#define PE_OPT_DIRECTORY_COUNT   0x5C
#define PE_OPT_DIRECTORIES       0x60
#define PE_OPT_MINIMUM           0x60

#define PE_MAGIC_PE32       0x010B
#define PE_MAGIC_PE32_PLUS  0x020B
#define PE_SUBSYSTEM_NATIVE 1

#define PE_DIRECTORY_SIZE      8
#define PE_DIRECTORY_EXPORT    0
#define PE_DIRECTORY_IMPORT    1
#define PE_DIRECTORY_BASERELOC 5

/* Section header */
#define PE_SECTION_SIZE         0x28
#define PE_SECTION_NAME_SIZE    8
#define PE_SECTION_VIRTUAL_SIZE 0x08
#define PE_SECTION_RVA          0x0C
#define PE_SECTION_RAW_SIZE     0x10
#define PE_SECTION_RAW_OFFSET   0x14
#define PE_SECTION_FLAGS        0x24
#define PE_SECTION_MAXIMUM      96

#define PE_SCN_CODE        0x00000020
#define PE_SCN_DISCARDABLE 0x02000000
#define PE_SCN_NOT_PAGED   0x08000000
#define PE_SCN_EXECUTE     0x20000000
#define PE_SCN_READ        0x40000000
#define PE_SCN_WRITE       0x80000000

/* Base relocation block and its entries */
#define PE_RELOC_BLOCK_SIZE 8
#define PE_RELOC_ABSOLUTE   0
#define PE_RELOC_HIGH       1
#define PE_RELOC_LOW        2
#define PE_RELOC_HIGHLOW    3

/* Import descriptor */
#define PE_IMPORT_SIZE       0x14
#define PE_IMPORT_LOOKUP     0x00 /* OriginalFirstThunk */
#define PE_IMPORT_NAME       0x0C
#define PE_IMPORT_IAT        0x10 /* FirstThunk */
#define PE_IMPORT_BY_ORDINAL 0x80000000

/* Export directory */
#define PE_EXPORT_SIZE           0x28
#define PE_EXPORT_BASE           0x10
#define PE_EXPORT_FUNCTION_COUNT 0x14
#define PE_EXPORT_NAME_COUNT     0x18
#define PE_EXPORT_FUNCTIONS      0x1C
#define PE_EXPORT_NAMES          0x20
#define PE_EXPORT_ORDINALS       0x24

static inline USHORT MiPe16(const UCHAR *Field)
{
    return (USHORT)(Field[0] | Field[1] << 8);
}

static inline ULONG MiPe32(const UCHAR *Field)
{
    return (ULONG)Field[0] | (ULONG)Field[1] << 8 | (ULONG)Field[2] << 16 | (ULONG)Field[3] << 24;
}

static inline VOID MiPeStore32(UCHAR *Field, ULONG Value)
{
    Field[0] = (UCHAR)Value;
    Field[1] = (UCHAR)(Value >> 8);
    Field[2] = (UCHAR)(Value >> 16);
    Field[3] = (UCHAR)(Value >> 24);
}

#endif
