/* Memory manager, internal: PTE formats, the PFN database, and what its files share.
 *
 * MmPfnLock (spin lock, DISPATCH_LEVEL) guards everything that decides where a page is: page
 * lists, PFN entries, the PTEs of pageable pages, page-file slots. A page changes state in one
 * hold of it; it is dropped around every read, write and zeroing. Lock order: mm.h. */
#ifndef PAGODA_MI_H
#define PAGODA_MI_H

#include "mm.h"

/* ---- Address space ---------------------------------------------------------------------- */
#define MI_SYSTEM_START     ((PVOID)0x80000000u)
#define MI_BOOT_WINDOW      0x80000000u /* physical 0-8 MiB                                    */
#define MI_BOOT_WINDOW_SIZE 0x00800000u
#define MI_PFN_DATABASE     0x81000000u
#define MI_NONPAGED_POOL    0x84000000u
#define MI_NONPAGED_END     0xA0000000u
#define MI_SYSTEM_PTES      0xA0000000u
#define MI_SYSTEM_PTES_END  0xC0000000u
#define MI_PTE_BASE         0xC0000000u /* self map                                            */
#define MI_PDE_BASE         0xC0600000u
#define MI_PAGED_POOL       0xC0800000u
#define MI_PAGED_POOL_END   0xFF800000u

typedef ULONG64 MMPTE, *PMMPTE;
typedef ULONG MI_PFN; /* a page frame number, or MI_NO_PFN */
#define MI_NO_PFN 0xFFFFFFFFu

/* ---- PTE formats (PAE; Intel SDM 3A 4.4) -------------------------------------------------
 *   valid        hardware bits; 9..11 keep the MM_PROT_ bits
 *   transition   bit 0 clear, MI_PTE_TRANSITION, protection, frame number: the frame still has it
 *   out          bit 0 clear, slot (file and page) in the high half, protection
 *   demand zero  bit 0 clear, protection, nothing else
 *   discarded    MI_PTE_DISCARDED alone: INIT that is gone
 *   none         0 */
#define MI_PTE_VALID      0x001ull
#define MI_PTE_WRITE      0x002ull
#define MI_PTE_WT         0x008ull
#define MI_PTE_CD         0x010ull
#define MI_PTE_ACCESSED   0x020ull
#define MI_PTE_DIRTY      0x040ull
#define MI_PTE_LARGE      0x080ull
#define MI_PTE_GLOBAL     0x100ull
#define MI_PTE_NX         0x8000000000000000ull
#define MI_PTE_TRANSITION 0x002ull /* in a PTE that is not valid */
#define MI_PTE_DISCARDED  0x004ull
#define MI_PTE_FRAME      0x000FFFFFFFFFF000ull

#define MM_PROT_READ     1u
#define MM_PROT_WRITE    2u
#define MM_PROT_EXECUTE  4u
#define MI_PROT_SHIFT    9
#define MI_PTE_PROT(p)   ((ULONG)((p) >> MI_PROT_SHIFT) & 7u)
#define MI_PTE_PFN(p)    ((MI_PFN)(((p) & MI_PTE_FRAME) >> PAGE_SHIFT))
#define MI_PTE_SLOT(p)   ((ULONG)((p) >> 32)) /* of an "out" PTE; 0 is no slot */

extern MMPTE MiGlobalBit; /* MI_PTE_GLOBAL when the CPU has it */
extern MMPTE MiNxBit;     /* MI_PTE_NX when the CPU has it     */

static inline MMPTE MiSoftPte(ULONG Protection)
{
    return (MMPTE)Protection << MI_PROT_SHIFT;
}

static inline MMPTE MiValidPte(MI_PFN Pfn, ULONG Protection)
{
    MMPTE Pte = ((MMPTE)Pfn << PAGE_SHIFT) | MI_PTE_VALID | MI_PTE_ACCESSED | MiGlobalBit |
                MiSoftPte(Protection);
    if (Protection & MM_PROT_WRITE) {
        Pte |= MI_PTE_WRITE;
    }
    if (!(Protection & MM_PROT_EXECUTE)) {
        Pte |= MiNxBit;
    }
    return Pte;
}

static inline MMPTE MiTransitionPte(MI_PFN Pfn, ULONG Protection)
{
    return ((MMPTE)Pfn << PAGE_SHIFT) | MI_PTE_TRANSITION | MiSoftPte(Protection);
}

static inline MMPTE MiOutPte(ULONG Slot, ULONG Protection)
{
    return ((MMPTE)Slot << 32) | MiSoftPte(Protection);
}

/* Neither a frame nor a slot nor the promise of zeros. */
static inline BOOLEAN MiIsUnbacked(MMPTE Pte)
{
    return !(Pte & MI_PTE_VALID) && MI_PTE_PROT(Pte) == 0;
}

static inline BOOLEAN MiIsTransition(MMPTE Pte)
{
    return !(Pte & MI_PTE_VALID) && (Pte & MI_PTE_TRANSITION);
}

/* ---- PFN database ------------------------------------------------------------------------
 * Guards: (p) MmPfnLock, (c) constant after start-up. */
typedef enum _MI_PAGE_STATE {
    MiPageNotRam,     /* hole, ROM, device memory                                  */
    MiPageZeroed,     /* on the zeroed list                                        */
    MiPageFree,       /* on the free list                                          */
    MiPageStandby,    /* on the standby list: content also in its slot             */
    MiPageModified,   /* on the modified list: the only copy                       */
    MiPageTransition, /* on no list: being read, written, or zeroed                */
    MiPageActive,     /* mapped by a valid PTE, or handed to its owner             */
} MI_PAGE_STATE;

#define MI_PFN_MODIFIED 0x01 /* the frame is newer than its slot                            */
#define MI_PFN_READING  0x02 /* page-file read in flight; Flink is its MI_PAGE_IO            */
#define MI_PFN_WRITING  0x04 /* page-file write in flight                                   */
#define MI_PFN_DELETED  0x08 /* the owner is gone: free it when the last pin goes            */
#define MI_PFN_INWS     0x10 /* on the working-set list: may be trimmed when Pins is 0       */
#define MI_PFN_START    0x20 /* first page of a contiguous or noncached allocation           */
#define MI_PFN_END      0x40 /* last page of it                                             */

typedef struct _MMPFN {
    ULONG Flink;       /* (p) next frame of its list; MI_PAGE_IO while being read       */
    ULONG Blink;       /* (p) previous frame of its list                                */
    PMMPTE PteAddress; /* (p) the PTE that maps it or holds it in transition            */
    ULONG Slot;        /* (p) page-file slot with a copy of it, 0: none                 */
    LONG Pins;         /* (p) residency of its section, MDLs, I/O in flight             */
    UCHAR State;       /* (p) MI_PAGE_STATE                                             */
    UCHAR Flags;       /* (p) MI_PFN_                                                   */
    UCHAR Age;         /* (p) trimmer passes since it was last used                     */
    UCHAR Cache;       /* (p) MEMORY_CACHING_TYPE + 1 of its mappings, 0: none yet      */
} MMPFN, *PMMPFN;
C_ASSERT(sizeof(MMPFN) == 24);

typedef struct _MI_LIST {
    MI_PFN First, Last; /* (p) */
    ULONG Count;        /* (p) */
    UCHAR State;        /* (c) state of the pages on it */
} MI_LIST;

#ifdef MI_HOST
extern PMMPFN MiPfnDatabase;
PMMPTE MiGetPteAddress(PVOID Va);
PVOID MiGetPteVa(PMMPTE Pte);
#else
#define MiPfnDatabase ((PMMPFN)MI_PFN_DATABASE)
#define MiGetPteAddress(va) ((PMMPTE)(MI_PTE_BASE + ((ULONG_PTR)(va) >> PAGE_SHIFT) * 8))
#define MiGetPdeAddress(va) ((PMMPTE)(MI_PDE_BASE + ((ULONG_PTR)(va) >> 21) * 8))
#define MiGetPteVa(pte) ((PVOID)((((ULONG_PTR)(pte) - MI_PTE_BASE) / 8) << PAGE_SHIFT))
#endif
extern MI_PFN MiHighestPfn; /* (c) */

static inline PMMPFN MiPfn(MI_PFN Pfn)
{
    return &MiPfnDatabase[Pfn];
}

extern KSPIN_LOCK MmPfnLock;
extern MI_LIST MiZeroedList, MiFreeList, MiStandbyList, MiModifiedList, MiWorkingSet; /* (p) */
extern MM_STATISTICS MiStatistics; /* counters (p), interlocked where said */

/* Free + zeroed + standby: what can be had without I/O. Called under MmPfnLock. */
static inline ULONG MiAvailablePages(void)
{
    return MiZeroedList.Count + MiFreeList.Count + MiStandbyList.Count;
}

/* pfn.c, all under MmPfnLock */
VOID MiInsertTail(MI_LIST *List, MI_PFN Pfn);
VOID MiUnlink(MI_LIST *List, MI_PFN Pfn);
MI_LIST *MiListOf(PMMPFN Pfn);
/* A frame for the caller, State MiPageActive, Pins 1; MI_NO_PFN when only the reserve is left. */
#define MI_RESERVE_PAGES 8 /* frames only paging itself (MI_GET_RESERVE) may take             */
#define MI_GET_ZEROED  1
#define MI_GET_RESERVE 2
MI_PFN MiRemovePage(ULONG Flags, BOOLEAN *IsZeroed);
BOOLEAN MiIsTakeable(MI_PFN Pfn);   /* free, zeroed or on standby                             */
VOID MiTakeFrame(MI_PFN Pfn);       /* one that is: off its list, active, Pins 1              */
VOID MiFreeFrame(MI_PFN Pfn);   /* frame and slot go                                          */
VOID MiUnpinFrame(MI_PFN Pfn);  /* Pins - 1; frees a deleted frame with the last              */
VOID MiPurgeStandby(PMMPFN Page, MI_PFN Pfn); /* standby -> out, frame free                   */

/* Waits until a frame can be had. PASSIVE or APC_LEVEL, no lock held. */
VOID MiWaitForFreePage(VOID);

/* ---- hardware (hw.c; fake on the host) ------------------------------------------------- */
VOID MiWritePte(PMMPTE Pte, MMPTE Value);
MMPTE MiExchangePte(PMMPTE Pte, MMPTE Value);
VOID MiFlushPage(PVOID Va);
VOID MiFlushRange(PVOID Va, ULONG Pages);
VOID MiZeroFrame(MI_PFN Pfn);                        /* any IRQL <= DISPATCH_LEVEL */
VOID MiInitializeWindow(PVOID Va);
/* Page tables behind a range of system addresses; FALSE without memory. */
BOOLEAN MiMakePageTables(PVOID Va, ULONG Pages);
BOOLEAN MiIsPageTablePresent(PVOID Va);

/* ---- commit.c --------------------------------------------------------------------------- */
BOOLEAN MiChargeCommit(ULONG Pages); /* any IRQL */
VOID MiReturnCommit(ULONG Pages);
VOID MiRaiseCommitLimit(ULONG Pages);
/* Charged pages that will never come back: off the limit instead, so that the charge tells only what
 * somebody still owns. */
VOID MiWithdrawCommit(ULONG Pages);

/* ---- syspte.c --------------------------------------------------------------------------- */
PVOID MiAllocateSystemPtes(ULONG Pages); /* NULL when none; page tables exist. <= DISPATCH_LEVEL */
VOID MiReleaseSystemPtes(PVOID Va, ULONG Pages);

/* ---- frames for images, pool, stacks: nonpaged pages (nonpaged.c) ----------------------- */
NTSTATUS MiCreatePinnedPages(PVOID Va, ULONG Pages, ULONG Protection); /* charges commit */
BOOLEAN MiMayWaitToPin(ULONG Pages); /* frames will come, and this thread may wait for them */
VOID MiDeletePages(PVOID Va, ULONG Pages, MMPTE Leave); /* frames and slots go, any state; returns commit */

/* For the image loader: zeroed, writable, pinned. */
static inline NTSTATUS MiCreateImagePages(PVOID Va, ULONG Pages)
{
    return MiCreatePinnedPages(Va, Pages, MM_PROT_READ | MM_PROT_WRITE);
}
static inline VOID MiDeleteImagePages(PVOID Va, ULONG Pages)
{
    MiDeletePages(Va, Pages, 0);
}
VOID MiSetImageProtection(PVOID Va, ULONG Pages, ULONG Protection);

/* ---- pageable pages (fault.c, trim.c, writer.c) ------------------------------------------ */
/* Brings a page in and adds a pin. Bugcheck-free: returns the read's status. */
NTSTATUS MiPinPage(PVOID Va, MI_PFN *Pfn);
struct _KTRAP_FRAME;
DECLSPEC_NORETURN VOID MiStopFault(ULONG ErrorCode, PVOID Address, struct _KTRAP_FRAME *Trap,
                                   KIRQL Irql); /* faultstop.c */
VOID MiAddToWorkingSet(MI_PFN Pfn);      /* (p) */
VOID MiRemoveFromWorkingSet(MI_PFN Pfn); /* (p) */
ULONG MiTrimWorkingSet(ULONG Goal, BOOLEAN All);
VOID MiMarkDirty(PMMPFN Page); /* (p) content is newer than the slot: the slot goes */
NTSTATUS MiWriteAllModified(VOID);
VOID MiWakeWriter(VOID);
VOID MiWaitForWrites(VOID); /* until no page-out is in flight */
VOID MiWakeBalance(VOID);
VOID MiWakeZeroing(VOID); /* (p) */
extern ULONG MiLowPages;  /* (c) below this the balance thread is woken       */
extern ULONG MiGoalPages; /* (c) it trims until this many are free or coming  */
extern BOOLEAN MmPagingActive; /* a page file is in use (c after that) */
extern KEVENT MiFreePagesEvent; /* signalled when a frame becomes available */

/* ---- page I/O and page files ------------------------------------------------------------- */
#define MI_CLUSTER_PAGES 16
typedef struct _MI_PAGE_IO {
    LIST_ENTRY Links;     /* (p) free list                                     */
    KEVENT Done;          /* notification: set by the completion               */
    IO_STATUS_BLOCK Iosb; /* valid once Done is set                            */
    LONG Users;           /* (p) the issuer and the threads that collided      */
    PIRP Irp;             /* (c) preallocated for the page file's stack        */
    PVOID Window;         /* (c) system PTEs to map the transfer               */
    BOOLEAN Write;
    BOOLEAN Settled;      /* (p) reads: the page has been made valid, or given up */
    PMMPTE Pte;           /* (p) reads: the page's                             */
    ULONG Slot;           /* (p) reads: where it came from                     */
    ULONG Protection;     /* (p) reads                                         */
    ULONG Pages;
    MDL Mdl;              /* followed by its frame numbers                     */
    PFN_NUMBER Frames[MI_CLUSTER_PAGES];
} MI_PAGE_IO;

ULONG MiAllocateSlots(ULONG Wanted, ULONG *Got); /* (p) first of a run; 0: none left */
ULONG MiFreeSlots(VOID);                         /* (p) how many are left */
BOOLEAN MiReclaimSlots(VOID);                    /* (p) FALSE: no active page holds one */
VOID MiFreeSlot(ULONG Slot);                     /* (p) */
/* pageio.c: the one arrow to the I/O system. Starts the transfer; wait on Io->Done. */
VOID MiStartPageIo(MI_PAGE_IO *Io, ULONG Slot);
extern volatile LONG MiTransfersInFlight; /* interlocked */
MI_PAGE_IO *MiTryGetPageIo(BOOLEAN Write); /* (p) NULL: all in use */
VOID MiWaitForPageIo(BOOLEAN Write);              /* waits for one to come free; no lock held */
VOID MiDropPageIo(MI_PAGE_IO *Io);         /* (p) */

/* ---- sections of images (section.c) ------------------------------------------------------ */
typedef enum { MiNonpaged = 'N', MiPageable = 'P', MiInit = 'X' } MI_SECTION_KIND;

/* Guards: (c) constant after load, (g) the image's Paging mutex. */
typedef struct _MI_SECTION {
    CHAR Name[9];
    MI_SECTION_KIND Kind; /* (c) from the name and flags                              */
    PVOID Base;           /* (c) first byte                                           */
    ULONG Size;           /* (c) bytes in memory                                      */
    PVOID PageBase;       /* (c) its whole pages: what paging and discarding work on  */
    ULONG Pages;          /* (c)                                                      */
    ULONG Protection;     /* (c) MM_PROT_                                             */
    LONG Locks;           /* (g) MmLockPagable… minus MmUnlockPagable…                */
    BOOLEAN Resident;     /* (g) its pages are pinned                                 */
    BOOLEAN Discarded;    /* (g) INIT that is gone                                    */
    struct _MI_IMAGE *Image; /* (c) */
} MI_SECTION;

typedef struct _MI_IMAGE {
    LDR_DATA_TABLE_ENTRY Ldr; /* guarded by MmLoadMutex                               */
    FAST_MUTEX Paging;        /* guards the sections' counts and states               */
    BOOLEAN PagedEntirely;    /* (g) MmPageEntireDriver                               */
    ULONG Pages;              /* (c) of the whole image                               */
    ULONG SectionCount;       /* (c)                                                  */
    MI_SECTION *Sections;     /* (c) nonpaged pool; the first is the header           */
    CHAR Name[32];            /* (c) base name in ASCII, for any IRQL                 */
    struct _MI_IMPORT *Imports; /* (c) images this one holds a reference on (image.c) */
    ULONG ExportRva, ExportSize; /* (c) export directory, 0: none                     */
    ULONG ImportRva, ImportSize; /* (c) import directory, 0: none                     */
    BOOLEAN IsKernel;         /* (c) ntoskrnl.exe: never unloaded                     */
    BOOLEAN Initialized;      /* DllInitialize has run; guarded by MmLoadMutex        */
    BOOLEAN Loading;          /* not yet complete; guarded by MmLoadMutex             */
    BOOLEAN IsDll;            /* (c) came in as an import: DllUnload when it goes     */
    struct _VF_DRIVER *Verifier; /* (c) NULL: not verified                            */
    BOOLEAN Visited;          /* mark of a walk over imports; guarded by MmLoadMutex  */
} MI_IMAGE;

/* After the loader filled Image->Sections (Name, Kind, Base, Size, Protection; sorted by Base):
 * computes whole pages, applies protections, hands pageable pages to the working set. The pages
 * must be pinned by MiCreateImagePages (or be the kernel's own). */
VOID MiStartSections(MI_IMAGE *Image);
/* Locks are reported and dropped; nothing is read in. The caller then deletes the pages. */
VOID MiStopSections(MI_IMAGE *Image);
VOID MiDiscardSection(MI_SECTION *Section);
/* After the rules for all images changed: pins or releases each section as they say now. */
VOID MiUpdateImage(MI_IMAGE *Image);
MI_IMAGE *MiFindImage(PVOID Address); /* modules.c; any IRQL */
MI_SECTION *MiFindSection(MI_IMAGE *Image, PVOID Address);
extern BOOLEAN MmDisablePagingExecutive; /* (c) */

VOID MiUnmapSystemPtes(PVOID Va, ULONG Pages);          /* mdl.c: PTEs go, frames stay */
MMPTE MiCacheBits(MEMORY_CACHING_TYPE CacheType);
VOID MiQueryCommit(MM_STATISTICS *Statistics);
VOID MiQuerySystemPtes(MM_STATISTICS *Statistics);
VOID MiQueryPools(MM_STATISTICS *Statistics);
VOID MiQuerySlots(MM_STATISTICS *Statistics);

/* ---- start-up ---------------------------------------------------------------------------- */
VOID MiInitializePhysicalMemory(VOID);
VOID MiInitializeSystemPtes(VOID);
VOID MiInitializeNonPagedPool(VOID);
VOID MiInitializePagedPool(VOID);
VOID MiInitializeKernelImage(VOID); /* modules.c: ntoskrnl.exe and hal.dll in PsLoadedModuleList */
VOID MiInitializeTrimming(VOID);
VOID MiInitializeWriter(VOID);
VOID MiInitializeZeroing(VOID);
VOID NTAPI MiBalanceThread(PVOID Context);
VOID NTAPI MiWriterThread(PVOID Context);
VOID NTAPI MiZeroPageThread(PVOID Context);

#endif
