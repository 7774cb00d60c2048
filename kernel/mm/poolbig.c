/* Page-sized pool allocations have no header: a hash table keeps their size and tag.
 *
 * Open addressing; a removed entry is closed up, so that the table is only as large as the most
 * blocks there ever were at once need it: it doubles when three quarters are used. It lies in
 * pinned pages of its own, outside the pools it describes. MiBigLock guards all of it; it is
 * dropped around growing. */
#include "pool.h"

static KSPIN_LOCK MiBigLock;
static MI_BIG_BLOCK *MiBigTable; /* guarded by MiBigLock */
static ULONG MiBigSize;          /* guarded by MiBigLock: entries, a power of two  */
static ULONG MiBigUsed;          /* guarded by MiBigLock: entries in use           */

static ULONG MiBigHash(ULONG_PTR Va)
{
    return (ULONG)(Va >> PAGE_SHIFT) * 2654435761u >> 7;
}

static MI_BIG_BLOCK *MiCreateTable(ULONG Entries)
{
    ULONG Pages = Entries * sizeof(MI_BIG_BLOCK) >> PAGE_SHIFT;
    PVOID Va = MiAllocateSystemPtes(Pages);

    if (Va != NULL &&
        !NT_SUCCESS(MiCreatePinnedPages(Va, Pages, MM_PROT_READ | MM_PROT_WRITE))) {
        MiReleaseSystemPtes(Va, Pages);
        Va = NULL;
    }
    return Va;
}

static VOID MiDeleteTable(MI_BIG_BLOCK *Table, ULONG Entries)
{
    ULONG Pages = Entries * sizeof(MI_BIG_BLOCK) >> PAGE_SHIFT;

    MiDeletePages(Table, Pages, 0);
    MiReleaseSystemPtes(Table, Pages);
}

BOOLEAN MiInitializeBigBlocks(VOID)
{
    KeInitializeSpinLock(&MiBigLock);
    MiBigSize = PAGE_SIZE / sizeof(MI_BIG_BLOCK);
    MiBigTable = MiCreateTable(MiBigSize);
    return MiBigTable != NULL;
}

static VOID MiPutBlock(MI_BIG_BLOCK *Table, ULONG Size, const MI_BIG_BLOCK *Block)
{
    ULONG i = MiBigHash(Block->Va);

    while (Table[i & (Size - 1)].Va != 0) {
        i++;
    }
    Table[i & (Size - 1)] = *Block;
}

/* Makes room for one more entry. Called and returns without the lock. */
static BOOLEAN MiGrowTable(VOID)
{
    ULONG Size = MiBigSize; /* may change meanwhile: looked at again under the lock */
    MI_BIG_BLOCK *Table = MiCreateTable(Size * 2);
    MI_BIG_BLOCK *Old = Table;
    ULONG OldSize = Size * 2;
    KIRQL OldIrql;

    if (Table == NULL) {
        return FALSE;
    }
    KeAcquireSpinLock(&MiBigLock, &OldIrql);
    if (MiBigSize == Size) {
        for (ULONG i = 0; i < Size; i++) {
            if (MiBigTable[i].Va != 0) {
                MiPutBlock(Table, Size * 2, &MiBigTable[i]);
            }
        }
        Old = MiBigTable;
        OldSize = Size;
        MiBigTable = Table;
        MiBigSize = Size * 2;
    }
    KeReleaseSpinLock(&MiBigLock, OldIrql);
    MiDeleteTable(Old, OldSize);
    return TRUE;
}

BOOLEAN MiInsertBigBlock(PVOID Va, ULONG Tag, ULONG Pages, SIZE_T Bytes)
{
    MI_BIG_BLOCK Block = {(ULONG_PTR)Va, Tag, Pages, Bytes};
    KIRQL OldIrql;

    for (;;) {
        KeAcquireSpinLock(&MiBigLock, &OldIrql);
        if (MiBigUsed + 1 <= MiBigSize / 4 * 3) {
            break;
        }
        KeReleaseSpinLock(&MiBigLock, OldIrql);
        if (!MiGrowTable()) {
            return FALSE;
        }
    }
    MiPutBlock(MiBigTable, MiBigSize, &Block);
    MiBigUsed++;
    KeReleaseSpinLock(&MiBigLock, OldIrql);
    return TRUE;
}

/* Frees an entry and moves back those behind it that a search would no longer reach. Under the
 * lock. An entry may move into the hole unless its own place lies between the two. */
static VOID MiRemoveBlock(ULONG Hole)
{
    ULONG Mask = MiBigSize - 1;

    for (ULONG At = (Hole + 1) & Mask; MiBigTable[At].Va != 0; At = (At + 1) & Mask) {
        if (((At - MiBigHash(MiBigTable[At].Va)) & Mask) >= ((At - Hole) & Mask)) {
            MiBigTable[Hole] = MiBigTable[At];
            Hole = At;
        }
    }
    MiBigTable[Hole].Va = 0;
    MiBigUsed--;
}

BOOLEAN MiLookupBigBlock(PVOID Va, MI_BIG_BLOCK *Block, BOOLEAN Remove)
{
    ULONG i = MiBigHash((ULONG_PTR)Va);
    BOOLEAN Found = FALSE;
    KIRQL OldIrql;

    KeAcquireSpinLock(&MiBigLock, &OldIrql);
    for (; MiBigTable[i & (MiBigSize - 1)].Va != 0; i++) {
        MI_BIG_BLOCK *Entry = &MiBigTable[i & (MiBigSize - 1)];

        if (Entry->Va == (ULONG_PTR)Va) {
            *Block = *Entry;
            if (Remove) {
                MiRemoveBlock(i & (MiBigSize - 1));
            }
            Found = TRUE;
            break;
        }
    }
    KeReleaseSpinLock(&MiBigLock, OldIrql);
    return Found;
}
