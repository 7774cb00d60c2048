/* PE images as plain bytes: parsing a file, laying it out, relocating it, walking its imports and
 * exports. Pure code: no lock, no allocation, no call into the kernel, so that the very same
 * files run in a host test under sanitizers. A file is hostile until proven otherwise: every
 * offset is checked against the buffer before it is used.
 *
 *   bytes of the file     MiParseImage, MiGetPeSection, MiLayOutImage
 *   image laid out        MI_PE_IMAGE: MiRelocateImage, MiGetImport, MiGetThunk, MiOpenExports */
#ifndef PAGODA_PE_H
#define PAGODA_PE_H

#ifdef _NTOSKRNL_
#include <ntddk.h>
#else
#include <ntdef.h>
#include <ntstatus.h>
#define PAGED_CODE() ((void)0) /* a host has no IRQL */
#endif

#define MI_PE_PAGE_SIZE    0x1000u
#define MI_PE_MAXIMUM_SIZE 0x04000000u /* images beyond 64 MiB are not drivers */

typedef struct _MI_PE_RANGE {
    ULONG Rva;
    ULONG Size; /* 0: there is none */
} MI_PE_RANGE;

typedef struct _MI_PE_SECTION {
    CHAR Name[9];
    ULONG Rva;
    ULONG Size;      /* bytes in memory                              */
    ULONG RawOffset; /* in the file                                  */
    ULONG RawSize;   /* bytes to copy, <= Size; the rest is zero     */
    ULONG Flags;     /* PE_SCN_                                      */
} MI_PE_SECTION;

/* What MiParseImage found; points into the file's bytes. */
typedef struct _MI_PE {
    const UCHAR *File;
    ULONG FileSize;
    ULONG ImageBase;  /* where the linker wanted it                  */
    ULONG ImageSize;  /* whole pages                                 */
    ULONG HeaderSize; /* bytes of headers, mapped at RVA 0           */
    ULONG EntryPoint; /* RVA, 0: none                                */
    ULONG CheckSum;
    ULONG CheckSumField; /* file offset                              */
    ULONG TimeDateStamp;
    ULONG SectionTable; /* file offset                               */
    ULONG SectionCount;
    BOOLEAN RelocationsStripped;
    MI_PE_RANGE Exports, Imports, Relocations;
    PCSTR Reason; /* why it was refused, in a few words              */
} MI_PE;

/* An image laid out in memory: everything in [Base, Base + Size) may be read. */
typedef struct _MI_PE_IMAGE {
    UCHAR *Base;
    ULONG Size;
} MI_PE_IMAGE;

typedef struct _MI_PE_IMPORT {
    PCSTR Module; /* NUL-terminated, inside the image                 */
    ULONG Lookup; /* RVA of the array that says what is wanted         */
    ULONG Iat;    /* RVA of the array that takes the addresses         */
} MI_PE_IMPORT;

typedef struct _MI_PE_THUNK {
    PCSTR Name;  /* NULL: by ordinal                                 */
    USHORT Hint; /* where in the name table it probably is           */
    ULONG Ordinal;
    ULONG Slot; /* RVA of the pointer to fill                       */
} MI_PE_THUNK;

typedef struct _MI_PE_EXPORTS {
    MI_PE_IMAGE Image;
    MI_PE_RANGE Directory;
    ULONG OrdinalBase, FunctionCount, NameCount;
    ULONG Functions, Names, Ordinals; /* RVAs of the three tables */
} MI_PE_EXPORTS;

/* pe.c. MiParseImage is MiParseLayout and the checksum: STATUS_SUCCESS,
 * STATUS_INVALID_IMAGE_NOT_MZ, STATUS_INVALID_IMAGE_WIN_64, STATUS_IMAGE_CHECKSUM_MISMATCH, or
 * STATUS_INVALID_IMAGE_FORMAT for everything else. */
NTSTATUS MiParseImage(const VOID *File, ULONG Size, MI_PE *Pe);
NTSTATUS MiParseLayout(const VOID *File, ULONG Size, MI_PE *Pe);
VOID MiGetPeSection(const MI_PE *Pe, ULONG Index, MI_PE_SECTION *Section);
ULONG MiPeCheckSum(const UCHAR *File, ULONG Size, ULONG FieldOffset);
/* Copies headers and sections to Image, which is Pe->ImageSize bytes of zeros. */
VOID MiLayOutImage(const MI_PE *Pe, UCHAR *Image);
/* The string at an RVA, or NULL when it is empty, not text, too long, or runs out of the range. */
PCSTR MiPeString(const MI_PE_IMAGE *Image, ULONG Rva, ULONG Limit);
#define MI_PE_MAXIMUM_NAME 512

/* relocate.c. Delta is what to add to addresses. STATUS_INVALID_IMAGE_FORMAT. */
NTSTATUS MiRelocateImage(const MI_PE_IMAGE *Image, MI_PE_RANGE Relocations, ULONG Delta);

/* imports.c. STATUS_NO_MORE_ENTRIES after the last one, STATUS_INVALID_IMAGE_FORMAT. */
NTSTATUS MiGetImport(const MI_PE_IMAGE *Image, MI_PE_RANGE Imports, ULONG Index,
                     MI_PE_IMPORT *Import);
NTSTATUS MiGetThunk(const MI_PE_IMAGE *Image, const MI_PE_IMPORT *Import, ULONG Index,
                    MI_PE_THUNK *Thunk);

/* exports.c. MiOpenExports checks every name, ordinal and address once: after it the finding
 * routines cannot leave the image. An image without exports opens as an empty table. */
NTSTATUS MiOpenExports(const MI_PE_IMAGE *Image, MI_PE_RANGE Directory, MI_PE_EXPORTS *Exports);
/* STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, STATUS_DRIVER_ORDINAL_NOT_FOUND. *Forwarder is "DLL.Name" or
 * "DLL.#Ordinal" when the export lives elsewhere, else NULL and *Rva counts. */
NTSTATUS MiFindExportByName(const MI_PE_EXPORTS *Exports, PCSTR Name, ULONG Hint, ULONG *Rva,
                            PCSTR *Forwarder);
NTSTATUS MiFindExportByOrdinal(const MI_PE_EXPORTS *Exports, ULONG Ordinal, ULONG *Rva,
                               PCSTR *Forwarder);

#endif
