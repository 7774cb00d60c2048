/* Pool blocks: first fit by size class in pages of blocks, merged with their neighbours when freed.
 *
 * Nonpaged pool: spin lock, any IRQL up to DISPATCH_LEVEL. Paged pool: the same code under a fast
 * mutex, since headers and list links lie in the pageable blocks themselves and a look at them
 * may be a page fault. Requests above POOL_MAX_SMALL are whole pages (poolbig.c). Headers are
 * checked against their neighbours whenever a block is freed or split. */
#include "pool.h"
#include "ke.h"
#include "san.h"
#include "vf.h"

/* BAD_POOL_CALLER and BAD_POOL_HEADER, parameter 1 */
#define POOL_DOUBLE_FREE     7
#define POOL_ALLOCATE_IRQL   8
#define POOL_FREE_IRQL       9
#define POOL_WRONG_TAG       0xA
#define POOL_USER_ADDRESS    0x40
#define POOL_NOT_POOL        0x46
#define POOL_NONPAGED_ABSENT 0x44
#define POOL_PAGED_ABSENT    0x50
#define POOL_MUST_SUCCEED    0x9A
#define POOL_ZERO_TAG        0x9B
#define POOL_BIG_TAG         0x9C
#define POOL_BAD_TAG         0x9D
#define POOL_BAD_SIZE        0x20

#define POOL_TYPE_PAGED      1u
#define POOL_TYPE_MUST       2u
#define POOL_TYPE_ALIGNED    4u
#define POOL_RAISE           16u

MI_POOL MiNonPagedPool, MiPagedPool;
volatile LONG MmFailPagingAllocations;
volatile LONG MmPagingAllocationsRefused;

static KIRQL MiAcquirePool(MI_POOL *Pool)
{
    KIRQL OldIrql = PASSIVE_LEVEL;

    if (Pool->Type == PagedPool) {
        ExAcquireFastMutex(&Pool->Mutex);
    } else {
        KeAcquireSpinLock(&Pool->SpinLock, &OldIrql);
    }
    return OldIrql;
}

static VOID MiReleasePool(MI_POOL *Pool, KIRQL OldIrql)
{
    if (Pool->Type == PagedPool) {
        ExReleaseFastMutex(&Pool->Mutex);
    } else {
        KeReleaseSpinLock(&Pool->SpinLock, OldIrql);
    }
}

static PPOOL_HEADER MiNextBlock(PPOOL_HEADER Block)
{
    PPOOL_HEADER Next = Block + Block->BlockSize;

    return ((ULONG_PTR)Next & (PAGE_SIZE - 1)) != 0 ? Next : NULL;
}

static VOID MiInsertFree(MI_POOL *Pool, PPOOL_HEADER Block)
{
    ULONG Units = Block->BlockSize;

    Block->PoolType = 0;
    if (SAN_KASAN) {            /* used again as late as possible */
        InsertTailList(&Pool->Free[Units], (PLIST_ENTRY)(Block + 1));
    } else {
        InsertHeadList(&Pool->Free[Units], (PLIST_ENTRY)(Block + 1));
    }
    Pool->NotEmpty[Units / 32] |= 1u << (Units % 32);
}

static VOID MiRemoveFree(MI_POOL *Pool, PPOOL_HEADER Block)
{
    ULONG Units = Block->BlockSize;

    if (RemoveEntryList((PLIST_ENTRY)(Block + 1))) {
        Pool->NotEmpty[Units / 32] &= ~(1u << (Units % 32));
    }
}

static PPOOL_HEADER MiFindFree(MI_POOL *Pool, ULONG Units)
{
    ULONG Word = Units / 32;
    ULONG Bits = Pool->NotEmpty[Word] & (~0u << (Units % 32));

    while (Bits == 0) {
        if (++Word == POOL_PAGE_UNITS / 32) {
            return NULL;
        }
        Bits = Pool->NotEmpty[Word];
    }
    return (PPOOL_HEADER)Pool->Free[Word * 32 + (ULONG)__builtin_ctz(Bits)].Flink - 1;
}

/* Turns a free block into an allocated one of Units; what is left over is free. */
static VOID MiSplitBlock(MI_POOL *Pool, PPOOL_HEADER Block, ULONG Units)
{
    ULONG Rest = Block->BlockSize - Units;

    if (Rest >= POOL_MIN_UNITS) {
        PPOOL_HEADER Left = Block + Units;
        PPOOL_HEADER Next;

        Block->BlockSize = (USHORT)Units;
        *Left = (POOL_HEADER){.PreviousSize = (USHORT)Units, .BlockSize = (USHORT)Rest};
        Next = MiNextBlock(Left);
        if (Next != NULL) {
            Next->PreviousSize = (USHORT)Rest;
        }
        MiInsertFree(Pool, Left);
    }
    Block->PoolType = Pool->Type + 1;
}

static PVOID MiAllocateSmall(MI_POOL *Pool, SIZE_T Bytes, ULONG Tag)
{
    ULONG Units = (ULONG)((Bytes + sizeof(POOL_HEADER) + POOL_UNIT - 1) / POOL_UNIT);
    KIRQL OldIrql = MiAcquirePool(Pool);
    PPOOL_HEADER Block;

    if (Units < POOL_MIN_UNITS) {
        Units = POOL_MIN_UNITS;
    }
    Block = MiFindFree(Pool, Units);
    if (Block != NULL) {
        MiRemoveFree(Pool, Block);
    } else {
        NTSTATUS Status;

        MiReleasePool(Pool, OldIrql);
        Block = MiAllocatePoolPages(Pool, 1, &Status);
        if (Block == NULL) {
            return NULL;
        }
        OldIrql = MiAcquirePool(Pool);
        /* No header can say a whole page: it is in two from the start. Never are two free blocks
         * neighbours, or the page could not be put together again. */
        *Block = (POOL_HEADER){.BlockSize = (USHORT)Units};
        Block[Units] = (POOL_HEADER){.PreviousSize = (USHORT)Units,
                                     .BlockSize = (USHORT)(POOL_PAGE_UNITS - Units)};
        MiInsertFree(Pool, Block + Units);
    }
    MiSplitBlock(Pool, Block, Units);
    Block->PoolTag = Tag;
    Units = Block->BlockSize;
    MiReleasePool(Pool, OldIrql);
    KasanAllow(Block + 1, Bytes);
    MiCountPoolAllocation(Tag, Pool->Type, Units * POOL_UNIT);
    return Block + 1;
}

static PVOID MiAllocateBig(MI_POOL *Pool, SIZE_T Bytes, ULONG Tag)
{
    ULONG Pages = max((ULONG)((Bytes + PAGE_SIZE - 1) >> PAGE_SHIFT), 1);
    NTSTATUS Status;
    PVOID Va;

    if (Bytes > (SIZE_T)Pool->MaximumPages << PAGE_SHIFT) {
        return NULL;
    }
    Va = MiAllocatePoolPages(Pool, Pages, &Status);
    if (Va != NULL && !MiInsertBigBlock(Va, Tag, Pages, Bytes)) {
        MiFreePoolPages(Pool, Va, Pages);
        Va = NULL;
    }
    if (Va != NULL) {
        KasanAllow(Va, Bytes);
        MiCountPoolAllocation(Tag, Pool->Type, (SIZE_T)Pages << PAGE_SHIFT);
    }
    return Va;
}

/* A tag is for people: something in it must be readable. */
static BOOLEAN MiTagHasName(ULONG Tag)
{
    for (; Tag != 0; Tag >>= 8) {
        UCHAR C = (UCHAR)Tag;

        if ((C >= '0' && C <= '9') || ((C | 0x20) >= 'a' && (C | 0x20) <= 'z')) {
            return TRUE;
        }
    }
    return FALSE;
}

static VOID MiCheckAllocation(POOL_TYPE PoolType, SIZE_T Bytes, ULONG Tag)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > ((PoolType & POOL_TYPE_PAGED) ? APC_LEVEL : DISPATCH_LEVEL)) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_ALLOCATE_IRQL, Irql, PoolType, Bytes);
    }
    if (PoolType & POOL_TYPE_MUST) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_MUST_SUCCEED, PoolType, Bytes, Tag);
    }
    if (Tag == 0) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_ZERO_TAG, PoolType, Bytes,
                     (ULONG_PTR)__builtin_return_address(0));
    }
    if (Tag == ' GIB' || Tag == 'GIB') {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_BIG_TAG, PoolType, Bytes,
                     (ULONG_PTR)__builtin_return_address(0));
    }
    if (!MiTagHasName(Tag)) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_BAD_TAG, PoolType, Bytes,
                     (ULONG_PTR)__builtin_return_address(0));
    }
}

/* On the thread that issues a transfer, or in an interrupt's wake while one is in flight. */
static BOOLEAN MiIsInsidePaging(VOID)
{
    return KeGetCurrentThread()->PagingIo != 0 ||
           (MiTransfersInFlight != 0 && KeGetCurrentIrql() == DISPATCH_LEVEL);
}

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    MI_POOL *Pool = (PoolType & POOL_TYPE_PAGED) ? &MiPagedPool : &MiNonPagedPool;
    PVOID Block;

    MiCheckAllocation(PoolType, NumberOfBytes, Tag);
    if (MmFailPagingAllocations != 0 && MiIsInsidePaging()) {
        InterlockedIncrement(&MmPagingAllocationsRefused);
        Block = NULL;
    } else if (NumberOfBytes > POOL_MAX_SMALL || (PoolType & POOL_TYPE_ALIGNED)) {
        Block = MiAllocateBig(Pool, NumberOfBytes, Tag);
    } else {
        Block = MiAllocateSmall(Pool, NumberOfBytes, Tag);
    }
    if (Block == NULL && (PoolType & POOL_RAISE)) {
        KeRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    }
    return Block;
}

PVOID NTAPI ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, 'enoN');
}

static VOID MiCheckBlock(PPOOL_HEADER Block, MI_POOL *Pool)
{
    PPOOL_HEADER Next;

    if (Block->PoolType == 0) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_DOUBLE_FREE, 0, *(PULONG)Block, (ULONG_PTR)(Block + 1));
    }
    if (Block->BlockSize < POOL_MIN_UNITS || Block->PoolType != Pool->Type + 1 ||
        ((ULONG_PTR)Block & (PAGE_SIZE - 1)) + Block->BlockSize * POOL_UNIT > PAGE_SIZE) {
        KeBugCheckEx(BAD_POOL_HEADER, POOL_BAD_SIZE, (ULONG_PTR)Block, 0, *(PULONG)Block);
    }
    Next = MiNextBlock(Block);
    if (Next != NULL && Next->PreviousSize != Block->BlockSize) {
        KeBugCheckEx(BAD_POOL_HEADER, POOL_BAD_SIZE, (ULONG_PTR)Block, (ULONG_PTR)Next,
                     *(PULONG)Block);
    }
    if (Block->PreviousSize != 0 && (Block - Block->PreviousSize)->BlockSize != Block->PreviousSize) {
        KeBugCheckEx(BAD_POOL_HEADER, POOL_BAD_SIZE, (ULONG_PTR)Block,
                     (ULONG_PTR)(Block - Block->PreviousSize), *(PULONG)Block);
    }
}

/* Merges a block with its free neighbours. TRUE when the whole page is free: it is off the lists
 * and the caller gives it back. */
static BOOLEAN MiMergeFree(MI_POOL *Pool, PPOOL_HEADER *BlockPointer)
{
    PPOOL_HEADER Block = *BlockPointer;
    PPOOL_HEADER Next = MiNextBlock(Block);
    ULONG Units = Block->BlockSize;

    if (Next != NULL && Next->PoolType == 0) {
        MiRemoveFree(Pool, Next);
        Units += Next->BlockSize;
    }
    if (Block->PreviousSize != 0 && (Block - Block->PreviousSize)->PoolType == 0) {
        Block -= Block->PreviousSize;
        MiRemoveFree(Pool, Block);
        Units += Block->BlockSize;
    }
    *BlockPointer = Block;
    if (Units == POOL_PAGE_UNITS) {
        return TRUE;
    }
    Block->BlockSize = (USHORT)Units;
    Next = MiNextBlock(Block);
    if (Next != NULL) {
        Next->PreviousSize = (USHORT)Units;
    }
    MiInsertFree(Pool, Block);
    return FALSE;
}

static VOID MiFreeSmall(MI_POOL *Pool, PVOID P, ULONG Tag)
{
    PPOOL_HEADER Block = (PPOOL_HEADER)P - 1;
    BOOLEAN WholePage;
    KIRQL OldIrql;
    ULONG Units;

    OldIrql = MiAcquirePool(Pool);
    MiCheckBlock(Block, Pool);
    if (Tag != 0 && Tag != Block->PoolTag) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_WRONG_TAG, (ULONG_PTR)P, Block->PoolTag, Tag);
    }
    Tag = Block->PoolTag;
    Units = Block->BlockSize;
    KasanForbid(P, (Units - 1) * POOL_UNIT, TRUE);
    WholePage = MiMergeFree(Pool, &Block);
    MiReleasePool(Pool, OldIrql);
    MiCountPoolFree(Tag, Pool->Type, Units * POOL_UNIT);
    if (WholePage) {
        MiFreePoolPages(Pool, Block, 1);
    }
}

static VOID MiFreeBig(MI_POOL *Pool, PVOID P, ULONG Tag)
{
    MI_BIG_BLOCK Block;

    if (!MiLookupBigBlock(P, &Block, TRUE)) {
        KeBugCheckEx(BAD_POOL_CALLER,
                     Pool->Type == PagedPool ? POOL_PAGED_ABSENT : POOL_NONPAGED_ABSENT,
                     (ULONG_PTR)P, 0, 0);
    }
    if (Tag != 0 && Tag != Block.Tag) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_WRONG_TAG, (ULONG_PTR)P, Block.Tag, Tag);
    }
    MiCountPoolFree(Block.Tag, Pool->Type, (SIZE_T)Block.Pages << PAGE_SHIFT);
    MiFreePoolPages(Pool, P, Block.Pages);
}

BOOLEAN MmQueryPoolAddress(PVOID P, POOL_TYPE *PoolType)
{
    if ((ULONG_PTR)P - MI_NONPAGED_POOL < MiNonPagedPool.MaximumPages << PAGE_SHIFT) {
        *PoolType = NonPagedPool;
        return TRUE;
    }
    *PoolType = PagedPool;
    return (ULONG_PTR)P - MI_PAGED_POOL < MiPagedPool.MaximumPages << PAGE_SHIFT;
}

BOOLEAN MmIsPoolBlock(PVOID P)
{
    PMMPTE Pte = MiGetPteAddress(P);
    PPOOL_HEADER Block = (PPOOL_HEADER)P - 1;
    MI_BIG_BLOCK Big;

    if (((ULONG_PTR)P & (PAGE_SIZE - 1)) == 0) {
        return MiLookupBigBlock(P, &Big, FALSE);
    }
    return ((ULONG_PTR)P & (POOL_UNIT - 1)) == 0 && MiIsPageTablePresent(P) &&
           !MiIsUnbacked(*Pte) && Block->PoolType != 0 && Block->BlockSize >= POOL_MIN_UNITS;
}

VOID NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    KIRQL Irql = KeGetCurrentIrql();
    MI_POOL *Pool;

    if (P < MI_SYSTEM_START) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_USER_ADDRESS, (ULONG_PTR)P,
                     (ULONG_PTR)MI_SYSTEM_START, 0);
    }
    if ((ULONG_PTR)P - MI_NONPAGED_POOL < MiNonPagedPool.MaximumPages << PAGE_SHIFT) {
        Pool = &MiNonPagedPool;
    } else if ((ULONG_PTR)P - MI_PAGED_POOL < MiPagedPool.MaximumPages << PAGE_SHIFT) {
        Pool = &MiPagedPool;
    } else {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_NOT_POOL, (ULONG_PTR)P, 0, 0);
    }
    if (Irql > (Pool->Type == PagedPool ? APC_LEVEL : DISPATCH_LEVEL)) {
        KeBugCheckEx(BAD_POOL_CALLER, POOL_FREE_IRQL, Irql, Pool->Type, (ULONG_PTR)P);
    }
    if (VfTrackedBlocks != 0) {
        VfForgetBlock(P);
    }
    if (((ULONG_PTR)P & (PAGE_SIZE - 1)) == 0) {
        MiFreeBig(Pool, P, Tag);
    } else {
        MiFreeSmall(Pool, P, Tag);
    }
}

VOID NTAPI ExFreePool(PVOID P)
{
    ExFreePoolWithTag(P, 0);
}
