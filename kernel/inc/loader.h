/* The loader block: what the boot loader told us, in one form for Multiboot 1 and 2.
 *
 * Filled once by boot/multiboot.c before KiSystemStartup runs, read-only afterwards. Every string
 * is copied, so the loader's own structures may be reused at once; module contents stay where
 * the loader put them (physical memory, page aligned) until mm or cm is done with them. */
#ifndef PAGODA_LOADER_H
#define PAGODA_LOADER_H

#include <ntdef.h>

#define LOADER_MAX_RANGES   32
#define LOADER_MAX_MODULES  32
#define LOADER_RANGE_RAM    1       /* the only type that may be used as memory */

typedef struct _LOADER_RANGE {
    ULONG64 Base;
    ULONG64 Size;
    ULONG Type;
} LOADER_RANGE, *PLOADER_RANGE;

typedef struct _LOADER_MODULE {
    CHAR Name[64];                  /* last path component of the first word of its string */
    ULONG PhysicalBase;
    ULONG Size;
} LOADER_MODULE, *PLOADER_MODULE;

typedef struct _LOADER_BLOCK {
    CHAR CommandLine[512];          /* without the kernel's own name */
    ULONG RangeCount;
    LOADER_RANGE Ranges[LOADER_MAX_RANGES];
    ULONG ModuleCount;
    LOADER_MODULE Modules[LOADER_MAX_MODULES];
    ULONG KernelStart;              /* physical, page aligned                  */
    ULONG KernelEnd;                /* physical, end of .bss, page aligned     */
} LOADER_BLOCK, *PLOADER_BLOCK;

extern LOADER_BLOCK KeLoaderBlock;

/* The boot window: physical 0 … 8 MiB - 1 at this virtual address, 4 KiB pages. The part below
 * 1 MiB (screen memory) stays mapped for ever; mm decides about the rest. */
#define LOADER_WINDOW_BASE  0x80000000

/* Looks for the word "Name" or "Name=value" on the command line. Copies the value (empty for a
 * bare word), cut to Size - 1 characters, unless Value is NULL. TRUE if the word is there. */
BOOLEAN KeGetBootOption(PCSTR Name, PSTR Value, ULONG Size);

#endif
