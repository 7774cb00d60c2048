/* The image loader, internal: what one call of MmLoadSystemImage carries along, and who does what.
 *
 *   image.c      MmLoadSystemImage, MmUnloadSystemImage: the whole of a load, and its undoing
 *   layout.c     one file: read, laid out, relocated, its sections described
 *   bind.c       imports: finding images, reading in those not loaded, filling the IAT
 *   modules.c    PsLoadedModuleList, unloaded drivers, which image an address lies in
 *   pe.h         the file format, pure code
 *
 * Everything here runs at PASSIVE_LEVEL under MmLoadMutex. */
#ifndef PAGODA_LDR_H
#define PAGODA_LDR_H

#include "mi.h"
#include "pe.h"

/* One call of MmLoadSystemImage. Images holds what it read in, itself first, linked through
 * Ldr.InInitializationOrderLinks; none of them is in PsLoadedModuleList until all are bound. */
typedef struct _MI_LOAD {
    PMM_READ_IMAGE Read;
    PVOID Context;
    PMM_LOAD_FAILURE Why;
    LIST_ENTRY Images;
    LIST_ENTRY Initialized; /* DLLs whose DllInitialize ran, last first; Ldr.InMemoryOrderLinks */
    ULONG ImageCount;
    MI_IMAGE *Opened; /* whose exports Exports describes */
    MI_PE_EXPORTS Exports;
} MI_LOAD;

/* A reference one image holds on another. */
typedef struct _MI_IMPORT {
    struct _MI_IMPORT *Next;
    MI_IMAGE *Image;
} MI_IMPORT;

#define MI_LOAD_TAG       'dLmM'
#define MI_MAXIMUM_IMAGES 64 /* that one load may bring in */
#define MI_MAXIMUM_HOPS   8  /* from forwarder to forwarder */

/* image.c: notes the reason (a sentence that names the file) and returns Status. */
NTSTATUS MiRefuseImage(MI_LOAD *Load, NTSTATUS Status, PCSTR Format, ...)
    __attribute__((format(printf, 3, 4)));

/* layout.c. Importer is NULL for the image asked for. The image is appended to Load->Images; its
 * imports are not bound yet. */
NTSTATUS MiReadImage(MI_LOAD *Load, PCUNICODE_STRING Name, MI_IMAGE *Importer, MI_IMAGE **Image);
/* Gives back memory and addresses; the image is in no list and imports nothing. */
VOID MiFreeImage(MI_IMAGE *Image);
/* Takes part of a section that is to be discarded out of it: it will stay. */
VOID MiKeepRange(MI_IMAGE *Image, ULONG Rva, ULONG Size);
NTSTATUS MiDescribeSections(MI_IMAGE *Image, const MI_PE *Pe);
VOID MiSetImageName(MI_IMAGE *Image, PCUNICODE_STRING FullName, PWCHAR Buffer);

/* bind.c */
NTSTATUS MiBindImage(MI_LOAD *Load, MI_IMAGE *Image);
/* Images that nobody holds any more are put on Unused, if there is such a list. */
VOID MiDropImports(MI_IMAGE *Image, PLIST_ENTRY Unused);
/* A routine an image exports itself, NULL if it does not. */
PVOID MiFindOwnExport(MI_IMAGE *Image, PCSTR Name);

/* modules.c */
extern KMUTEX MmLoadMutex;
extern MI_IMAGE MiKernelImage, MiHalImage;
extern MI_PE_EXPORTS MiKernelExports; /* (c) */
BOOLEAN MiIsHalName(PCSTR Name);
MI_IMAGE *MiLookupImage(PCUNICODE_STRING BaseName);
VOID MiInsertImage(MI_IMAGE *Image);
VOID MiRemoveImage(MI_IMAGE *Image); /* and remembers where it was */

#endif
