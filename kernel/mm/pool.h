/* Pools, internal: block header, the two pools, big allocations, tag counters. */
#ifndef PAGODA_POOL_H
#define PAGODA_POOL_H

#include "mi.h"

/* In front of every block that is smaller than a page; sizes in units of 8 bytes, this header
 * included. Blocks of one page follow each other without gaps. Guarded by the pool's lock, but
 * for an allocated block's own tag. */
typedef struct _POOL_HEADER {
    USHORT PreviousSize : 9; /* of the block before it in the page, 0: first    */
    USHORT PoolIndex : 7;    /* 0                                               */
    USHORT BlockSize : 9;
    USHORT PoolType : 7;     /* 0: free, else MI_POOL.Type + 1                  */
    ULONG PoolTag;
} POOL_HEADER, *PPOOL_HEADER;
C_ASSERT(sizeof(POOL_HEADER) == 8);

#define POOL_UNIT        8u
#define POOL_PAGE_UNITS  (PAGE_SIZE / POOL_UNIT)
#define POOL_MIN_UNITS   2u                     /* header and, when free, its list links */
#define POOL_MAX_UNITS   (POOL_PAGE_UNITS - POOL_MIN_UNITS)
#define POOL_MAX_SMALL   ((POOL_MAX_UNITS - 1) * POOL_UNIT)

/* Guards: (c) constant after start-up, (l) the pool's lock, (v) VaLock */
typedef struct _MI_POOL {
    UCHAR Type;                        /* (c) NonPagedPool or PagedPool               */
    PUCHAR Base;                       /* (c) its address range                       */
    ULONG MaximumPages;                /* (c)                                         */
    KSPIN_LOCK SpinLock;               /* the lock of nonpaged pool                   */
    FAST_MUTEX Mutex;                  /* the lock of paged pool: its blocks may fault */
    LIST_ENTRY Free[POOL_PAGE_UNITS];  /* (l) free blocks by size in units            */
    ULONG NotEmpty[POOL_PAGE_UNITS / 32]; /* (l) a bit a list                         */
    KSPIN_LOCK VaLock;
    RTL_BITMAP Va;                     /* (v) a bit a page of the range               */
    ULONG Hint;                        /* (v) where the next search begins            */
    ULONG Pages;                       /* (v) in use                                  */
} MI_POOL;

extern MI_POOL MiNonPagedPool, MiPagedPool;

/* poolpage.c: whole pages of a pool. NULL when memory, commit or addresses run out. */
PVOID MiAllocatePoolPages(MI_POOL *Pool, ULONG Pages, NTSTATUS *Status);
VOID MiFreePoolPages(MI_POOL *Pool, PVOID Va, ULONG Pages);

/* poolbig.c: what is known of page-sized allocations. <= DISPATCH_LEVEL. */
typedef struct _MI_BIG_BLOCK {
    ULONG_PTR Va; /* 0: free entry */
    ULONG Tag;
    ULONG Pages;
    SIZE_T Bytes;
} MI_BIG_BLOCK;
BOOLEAN MiInsertBigBlock(PVOID Va, ULONG Tag, ULONG Pages, SIZE_T Bytes);
BOOLEAN MiLookupBigBlock(PVOID Va, MI_BIG_BLOCK *Block, BOOLEAN Remove);
BOOLEAN MiInitializeBigBlocks(VOID);

/* pooltag.c: counters by tag; interlocked, any IRQL. */
VOID MiCountPoolAllocation(ULONG Tag, UCHAR Type, SIZE_T Bytes);
VOID MiCountPoolFree(ULONG Tag, UCHAR Type, SIZE_T Bytes);

#endif
