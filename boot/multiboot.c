/* From the Multiboot 1 or 2 information structure to the LOADER_BLOCK.
 *
 * The loader may have put its structures anywhere below 4 GiB, beyond the boot window, so they
 * are read through a peephole: two large pages at PEEPHOLE_BASE, moved as needed. Everything is
 * copied; nothing of the loader's is used afterwards but the modules themselves. Runs once, alone,
 * before there is an IDT. Formats: Multiboot Specification 0.6.96 and 2.0. */
#include <ntifs.h>
#include "loader.h"

#define MB1_LOADED          0x2BADB002      /* in EAX: loaded by Multiboot 1 / 2 */
#define MB2_LOADED          0x36D76289

#define MB1_HAS_CMDLINE     0x004
#define MB1_HAS_MODULES     0x008
#define MB1_HAS_MMAP        0x040
#define MB1_HAS_MEMSIZE     0x001

#define MB2_TAG_END         0
#define MB2_TAG_CMDLINE     1
#define MB2_TAG_MODULE      3
#define MB2_TAG_MMAP        6

#define PEEPHOLE_BASE       0x80800000
#define LARGE_PAGE          0x00200000
#define PDE_BASE            0xC0600000
#define PDE_LARGE           0xE3            /* valid, write, accessed, dirty, large */

typedef struct _MB1_INFO {
    ULONG Flags, MemLower, MemUpper, BootDevice, CmdLine, ModsCount, ModsAddr;
    ULONG Syms[4];
    ULONG MmapLength, MmapAddr;
} MB1_INFO;

typedef struct _MB1_MODULE {
    ULONG Start, End, String, Reserved;
} MB1_MODULE;

typedef struct __attribute__((packed)) _MB1_RANGE {
    ULONG Size;                             /* of what follows */
    ULONG64 Base, Length;
    ULONG Type;
} MB1_RANGE;

typedef struct _MB2_TAG {
    ULONG Type, Size;
    ULONG Data[];
} MB2_TAG;

typedef struct __attribute__((packed)) _MB2_RANGE {
    ULONG64 Base, Length;
    ULONG Type, Reserved;
} MB2_RANGE;

LOADER_BLOCK KeLoaderBlock;

extern UCHAR __ImageBase[], _bss_end__[];

VOID KiMultibootInit(ULONG Magic, ULONG Info);

#ifdef ALLOC_PRAGMA
static const VOID *KiPeep(ULONG Physical);
static VOID KiCopyPhysical(PVOID To, ULONG Physical, ULONG Length);
static VOID KiCopyString(PSTR To, ULONG Physical, ULONG Size);
static VOID KiAddRange(ULONG64 Base, ULONG64 Size, ULONG Type);
static VOID KiAddModule(ULONG Start, ULONG End, ULONG String);
static VOID KiSetCommandLine(ULONG Physical);
static VOID KiReadMultiboot1(ULONG Physical);
static VOID KiReadMultiboot2(ULONG Physical);
#pragma alloc_text(INIT, KiPeep)
#pragma alloc_text(INIT, KiCopyPhysical)
#pragma alloc_text(INIT, KiCopyString)
#pragma alloc_text(INIT, KiAddRange)
#pragma alloc_text(INIT, KiAddModule)
#pragma alloc_text(INIT, KiSetCommandLine)
#pragma alloc_text(INIT, KiReadMultiboot1)
#pragma alloc_text(INIT, KiReadMultiboot2)
#pragma alloc_text(INIT, KiMultibootInit)
#endif

/* The address at which physical memory can be read, at least 2 MiB on from there. */
static const VOID *KiPeep(ULONG Physical)
{
    volatile ULONG64 *pde = (volatile ULONG64 *)PDE_BASE + (PEEPHOLE_BASE / LARGE_PAGE);
    ULONG frame = Physical & ~(LARGE_PAGE - 1);

    if ((ULONG)pde[0] != (frame | PDE_LARGE)) {
        pde[0] = frame | PDE_LARGE;
        pde[1] = (ULONG64)(frame + LARGE_PAGE) | PDE_LARGE;
        __asm__ volatile("mov %%cr3, %%eax; mov %%eax, %%cr3" : : : "eax", "memory");
    }
    return (const VOID *)(PEEPHOLE_BASE + (Physical & (LARGE_PAGE - 1)));
}

static VOID KiCopyPhysical(PVOID To, ULONG Physical, ULONG Length)
{
    const UCHAR *from = KiPeep(Physical);
    PUCHAR to = To;

    while (Length-- != 0) {
        *to++ = *from++;
    }
}

static VOID KiCopyString(PSTR To, ULONG Physical, ULONG Size)
{
    const CHAR *from = KiPeep(Physical);

    while (Size > 1 && *from != 0) {
        *To++ = *from++;
        Size--;
    }
    *To = 0;
}

/* Neighbours of one type become one; what does not fit any more is not used as memory. */
static VOID KiAddRange(ULONG64 Base, ULONG64 Size, ULONG Type)
{
    PLOADER_RANGE last = &KeLoaderBlock.Ranges[KeLoaderBlock.RangeCount] - 1;

    if (Type != LOADER_RANGE_RAM || Size == 0) {
        return;
    }
    if (KeLoaderBlock.RangeCount != 0 && last->Base + last->Size == Base) {
        last->Size += Size;
        return;
    }
    if (KeLoaderBlock.RangeCount < LOADER_MAX_RANGES) {
        last[1].Base = Base;
        last[1].Size = Size;
        last[1].Type = Type;
        KeLoaderBlock.RangeCount++;
    }
}

static VOID KiAddModule(ULONG Start, ULONG End, ULONG String)
{
    CHAR text[128];
    PSTR name = text, p;
    PLOADER_MODULE module = &KeLoaderBlock.Modules[KeLoaderBlock.ModuleCount];
    ULONG i;

    if (KeLoaderBlock.ModuleCount == LOADER_MAX_MODULES) {
        return;
    }
    KiCopyString(text, String, sizeof(text));
    while (*name == ' ') {
        name++;
    }
    for (p = name; *p != 0 && *p != ' '; p++) {
        if (*p == '/' || *p == '\\') {
            name = p + 1;
        }
    }
    for (i = 0; i < sizeof(module->Name) - 1 && name[i] != 0 && name[i] != ' '; i++) {
        module->Name[i] = name[i];
    }
    module->Name[i] = 0;
    module->PhysicalBase = Start;
    module->Size = End - Start;
    KeLoaderBlock.ModuleCount++;
}

/* QEMU puts the kernel's file name first, GRUB does not: a first word ending in .exe goes. */
static VOID KiSetCommandLine(ULONG Physical)
{
    PSTR line = KeLoaderBlock.CommandLine, end, rest;

    KiCopyString(line, Physical, sizeof(KeLoaderBlock.CommandLine));
    for (end = line; *end != 0 && *end != ' '; end++) {
    }
    if (end - line >= 4 && end[-4] == '.' && (end[-3] | 0x20) == 'e' && (end[-2] | 0x20) == 'x' &&
        (end[-1] | 0x20) == 'e') {
        for (rest = end; *rest == ' '; rest++) {
        }
        while ((*line++ = *rest++) != 0) {
        }
    }
}

static VOID KiReadMultiboot1(ULONG Physical)
{
    MB1_INFO info;
    MB1_MODULE module;
    MB1_RANGE range;
    ULONG at, i;

    KiCopyPhysical(&info, Physical, sizeof(info));
    if (info.Flags & MB1_HAS_CMDLINE) {
        KiSetCommandLine(info.CmdLine);
    }
    if (info.Flags & MB1_HAS_MODULES) {
        for (i = 0; i < info.ModsCount; i++) {
            KiCopyPhysical(&module, info.ModsAddr + i * sizeof(module), sizeof(module));
            KiAddModule(module.Start, module.End, module.String);
        }
    }
    if (info.Flags & MB1_HAS_MMAP) {
        for (at = 0; at < info.MmapLength; at += range.Size + sizeof(range.Size)) {
            KiCopyPhysical(&range, info.MmapAddr + at, sizeof(range));
            KiAddRange(range.Base, range.Length, range.Type);
        }
    } else if (info.Flags & MB1_HAS_MEMSIZE) {
        KiAddRange(0, (ULONG64)info.MemLower * 1024, LOADER_RANGE_RAM);
        KiAddRange(0x100000, (ULONG64)info.MemUpper * 1024, LOADER_RANGE_RAM);
    }
}

static VOID KiReadMultiboot2(ULONG Physical)
{
    MB2_TAG tag;
    MB2_RANGE range;
    ULONG words[2], total, at, entry, offset;

    KiCopyPhysical(&total, Physical, sizeof(total));
    for (at = 8; at + sizeof(tag) <= total; at += (tag.Size + 7) & ~7u) {
        ULONG tagAddress = Physical + at;

        KiCopyPhysical(&tag, tagAddress, sizeof(tag));
        if (tag.Type == MB2_TAG_END || tag.Size < sizeof(tag)) {
            break;
        }
        if (tag.Type == MB2_TAG_CMDLINE) {
            KiSetCommandLine(tagAddress + sizeof(tag));
        } else if (tag.Type == MB2_TAG_MODULE) {
            KiCopyPhysical(words, tagAddress + sizeof(tag), sizeof(words));
            KiAddModule(words[0], words[1], tagAddress + sizeof(tag) + sizeof(words));
        } else if (tag.Type == MB2_TAG_MMAP) {
            KiCopyPhysical(words, tagAddress + sizeof(tag), sizeof(words));
            entry = words[0];
            for (offset = sizeof(tag) + sizeof(words);
                 entry != 0 && offset + sizeof(range) <= tag.Size; offset += entry) {
                KiCopyPhysical(&range, tagAddress + offset, sizeof(range));
                KiAddRange(range.Base, range.Length, range.Type);
            }
        }
    }
}

VOID KiMultibootInit(ULONG Magic, ULONG Info)
{
    volatile ULONG64 *pde = (volatile ULONG64 *)PDE_BASE;

    if (Magic == MB1_LOADED) {
        KiReadMultiboot1(Info);
    } else if (Magic == MB2_LOADED) {
        KiReadMultiboot2(Info);
    }
    KeLoaderBlock.KernelStart = (ULONG)__ImageBase - LOADER_WINDOW_BASE;
    KeLoaderBlock.KernelEnd = (((ULONG)_bss_end__ + 0xFFF) & ~0xFFFu) - LOADER_WINDOW_BASE;

    pde[PEEPHOLE_BASE / LARGE_PAGE] = 0;
    pde[PEEPHOLE_BASE / LARGE_PAGE + 1] = 0;
    __asm__ volatile("mov %%cr3, %%eax; mov %%eax, %%cr3" : : : "eax", "memory");
}

BOOLEAN KeGetBootOption(PCSTR Name, PSTR Value, ULONG Size)
{
    const CHAR *p = KeLoaderBlock.CommandLine, *n;

    while (*p != 0) {
        while (*p == ' ') {
            p++;
        }
        for (n = Name; *n != 0 && *p == *n; p++, n++) {
        }
        if (*n == 0 && n != Name && (*p == 0 || *p == ' ' || *p == '=')) {
            if (*p == '=') {
                p++;
            }
            if (Value != NULL) {
                while (Size > 1 && *p != 0 && *p != ' ') {
                    *Value++ = *p++;
                    Size--;
                }
                *Value = 0;
            }
            return TRUE;
        }
        while (*p != 0 && *p != ' ') {
            p++;
        }
    }
    return FALSE;
}
