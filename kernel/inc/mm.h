/* Memory manager: what the rest of the kernel may call besides the Mm and Ex routines that
 * drivers see (ddk/inc/wdm/mm.h, wdm/ex.h).
 *
 * Lock order of the memory manager, outermost first:
 *   MmLoadMutex         list of loaded images, loading and unloading           (mutex)
 *   MI_IMAGE.Paging     lock counts and paging state of one image's sections   (fast mutex)
 *   paged pool mutex    paged pool's lists, whose blocks may fault             (fast mutex)
 *   nonpaged pool lock  nonpaged pool's lists                                  (spin lock)
 *   MmPteLock           bitmap of system address space                         (spin lock)
 *   MmPfnLock           PFN database, page lists, pageable PTEs, page-file slots (spin lock)
 *   MiWindowLock        the window through which frames are zeroed (hw.c)      (spin lock)
 * Alone, with no other of these taken inside: MI_POOL.VaLock, MiBigLock (pools' pages), and
 * MiModuleLock (the list of images, HIGH_LEVEL).
 * No lock is held around page-file I/O but MI_IMAGE.Paging, which the paging path never takes. */
#ifndef PAGODA_MM_H
#define PAGODA_MM_H

#include <ntifs.h>

struct _KTRAP_FRAME;

/* One loaded image; the public part has NT's layout, the memory manager's own part follows it
 * in MI_IMAGE (mi.h). Guarded by MmLoadMutex; the list may be walked at HIGH_LEVEL in a bugcheck. */
typedef struct _LDR_DATA_TABLE_ENTRY {
    LIST_ENTRY InLoadOrderLinks;
    LIST_ENTRY InMemoryOrderLinks;
    LIST_ENTRY InInitializationOrderLinks;
    PVOID DllBase;
    PVOID EntryPoint;
    ULONG SizeOfImage;
    UNICODE_STRING FullDllName;
    UNICODE_STRING BaseDllName;
    ULONG Flags;
    USHORT LoadCount;
    USHORT TlsIndex;
    PVOID SectionPointer;
    ULONG CheckSum;
    ULONG TimeDateStamp;
    PVOID LoadedImports;
    PVOID EntryPointActivationContext;
    PVOID PatchInformation;
} LDR_DATA_TABLE_ENTRY, *PLDR_DATA_TABLE_ENTRY;

extern LIST_ENTRY PsLoadedModuleList;

/* Phase 0: page tables, PFN database, pools; one CPU, no threads yet.
 * Phase 1: the memory manager's threads. */
BOOLEAN MmInitSystem(ULONG Phase);

/* Gives back the kernel's own INIT sections. */
VOID MmFreeKernelInitialization(VOID);

/* The boot loader's modules are not needed any more: their memory is free, the list empty. */
VOID MmFreeLoaderModules(VOID);

/* The page-fault handler. ErrorCode as the CPU pushes it. Returns STATUS_SUCCESS when the access
 * may be tried again, STATUS_ACCESS_VIOLATION for addresses below the system range; every other
 * hopeless fault is a bugcheck. */
NTSTATUS MmAccessFault(ULONG ErrorCode, PVOID Address, struct _KTRAP_FRAME *Trap);

#ifndef KERNEL_STACK_SIZE
#define KERNEL_STACK_SIZE 0x3000
#endif
/* A stack with a guard page below; returns its upper end, NULL without memory. IRQL <= APC_LEVEL. */
PVOID MmCreateKernelStack(VOID);
VOID MmDeleteKernelStack(PVOID StackBase);

/* --- Driver images (kernel/mm/image.c) --- */

/* Why an image was refused: one line that names file, reason, module and routine. */
typedef struct _MM_LOAD_FAILURE {
    CHAR Text[160];
} MM_LOAD_FAILURE, *PMM_LOAD_FAILURE;

/* Fetches a whole file (the image, or a DLL it imports, by base name) into pool. The file is
 * closed before it returns; the caller frees *Buffer with ExFreePool. */
typedef NTSTATUS (*PMM_READ_IMAGE)(PVOID Context, PCUNICODE_STRING Name, PVOID *Buffer,
                                   SIZE_T *Size);

NTSTATUS MmLoadSystemImage(PCUNICODE_STRING Name, PMM_READ_IMAGE Read, PVOID Context,
                           PLDR_DATA_TABLE_ENTRY *Entry, PMM_LOAD_FAILURE Why);
NTSTATUS MmUnloadSystemImage(PLDR_DATA_TABLE_ENTRY Entry);
/* Discards INIT and other discardable sections; their addresses stay reserved and not present. */
VOID MmFreeDriverInitialization(PLDR_DATA_TABLE_ENTRY Entry);

/* Calls Routine for each loaded image in load order, with loading and unloading held off; FALSE
 * ends it. PASSIVE_LEVEL. */
typedef BOOLEAN (*PMM_IMAGE_CALLBACK)(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry);
VOID MmEnumerateImages(PMM_IMAGE_CALLBACK Routine, PVOID Context);

/* The image and section an address lies in. Any IRQL; touches nothing pageable. */
typedef struct _MM_ADDRESS_NAME {
    CHAR Image[32];    /* base name, "-" when unknown                   */
    CHAR Section[10];  /* section name, "-" when unknown                */
    ULONG Offset;      /* from the image base                           */
    PVOID Base;
    BOOLEAN Unloaded;  /* the image is gone: its last name is given     */
} MM_ADDRESS_NAME, *PMM_ADDRESS_NAME;
BOOLEAN MmDescribeAddress(PVOID Address, PMM_ADDRESS_NAME Name);

/* TRUE when the address may leave memory at some time: pageable section not locked, paged pool. */
BOOLEAN MmIsAddressPageable(PVOID Address);

/* --- Page files (kernel/mm/pagefile.c, settings.c) --- */
/* Those that the registry names; says so when there is none. Once, at start-up. */
VOID MmCreatePagingFiles(VOID);
NTSTATUS MmCreatePagingFile(PUNICODE_STRING Name, ULONG MinimumPages, ULONG MaximumPages);
/* No more page-outs are started; called before the file systems are shut down. */
VOID MmShutdownSystem(VOID);

/* --- Watching pages (console, tests) --- */
typedef struct _MM_SECTION_STATE {
    CHAR Name[9];
    CHAR Kind;         /* N, P or X                                      */
    ULONG Pages;       /* = resident + modified + standby + out + discarded */
    ULONG Resident, Modified, Standby, Out, Discarded;
    ULONG Slots;       /* pages that hold a page-file slot               */
    LONG Locks;
    PVOID Base;
} MM_SECTION_STATE;
typedef VOID (*PMM_SECTION_CALLBACK)(PVOID Context, const MM_SECTION_STATE *State);
VOID MmQuerySections(PLDR_DATA_TABLE_ENTRY Entry, PMM_SECTION_CALLBACK Callback, PVOID Context);

typedef struct _MM_STATISTICS {
    ULONG PhysicalPages, Zeroed, Free, Standby, Modified, Active, Pinned, WorkingSet;
    ULONG PageTables; /* kept for ever, off the commit limit */
    ULONG Committed, CommitLimit, CommitPeak;
    ULONG SlotsTotal, SlotsUsed;
    ULONG SystemPtes, SystemPtesFree;
    ULONG NonPagedPoolPages, PagedPoolPages;
    ULONG DemandZeroFaults, SoftFaults, HardFaults, CollidedFaults;
    ULONG PagesWritten, WriteRequests, WriteErrors, PagesTrimmed, PagesRead, ReadErrors;
} MM_STATISTICS;
VOID MmQueryStatistics(MM_STATISTICS *Statistics);

typedef struct _MM_POOL_TAG_STATE {
    ULONG Tag;
    ULONG NonPagedAllocs, NonPagedFrees, PagedAllocs, PagedFrees;
    SIZE_T NonPagedBytes, PagedBytes;
} MM_POOL_TAG_STATE;
/* Copies up to Count rows, returns how many there are. */
ULONG MmQueryPoolTags(MM_POOL_TAG_STATE *Rows, ULONG Count);

/* Takes the pageable pages of one image (NULL: all pageable memory) out of the working set and
 * waits until each is on standby with a slot; Out also frees the frames. IRQL <= APC_LEVEL.
 * STATUS_DISK_FULL when slots ran out, the device's status when a write failed. */
NTSTATUS MmTrimPages(PLDR_DATA_TABLE_ENTRY Entry, BOOLEAN Out);

/* Whether an address lies in a pool, and in which (NonPagedPool or PagedPool). Any IRQL. */
BOOLEAN MmQueryPoolAddress(PVOID P, POOL_TYPE *PoolType);
/* Whether an address of a pool is what an allocation returned and has not been freed. The pool's
 * own IRQL; exact for whole pages, by the block's header for smaller ones. */
BOOLEAN MmIsPoolBlock(PVOID P);

/* --- Failure injection, for tests (kernel/mm/pool.c) --- */
/* While not zero, pool allocations made inside paging I/O fail: by the thread that issues a
 * transfer, or at DISPATCH_LEVEL while one is in flight. */
extern volatile LONG MmFailPagingAllocations;
/* How many were refused that way. */
extern volatile LONG MmPagingAllocationsRefused;

#endif
