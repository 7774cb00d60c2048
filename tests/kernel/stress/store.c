/* Paged pool that is much larger than memory, in blocks of BLOCK pages. A page has a word of state in
 * nonpaged pool: its version, from which every word of it follows, and who uses it now:
 *
 *   0 nobody · 1…READERS so many readers · WRITER one writer
 *
 * A page that is in use otherwise is passed over; nobody waits. A block that could not be taken
 * anew has all its pages marked as written, until RefillStore succeeds. States are interlocked; a
 * block's address changes only while all its pages are WRITER. */
#include "stress.h"

#define BLOCK        16u
#define WORDS        (PAGE_SIZE / sizeof(ULONG))
#define WRITER       0xFFu
#define USE(s)       ((s) & 0xFF)
#define VERSION(s)   ((ULONG)(s) >> 8)
#define STATE(v, u)  (LONG)((v) << 8 | (u))
#define HOT_PAGES    BLOCK /* a few pages that everybody wants at once */
#define MOST_BLOCKS  32768u

static volatile LONG *States;
static PUCHAR *Blocks;
static ULONG BlockCount;
static ULONG EmptyBlocks[64], EmptyCount; /* guarded by EmptyLock */
static KSPIN_LOCK EmptyLock;

/* Version 0 is what the pool gave: nobody's business. */
static ULONG Word(ULONG Page, ULONG Version, ULONG Index)
{
    return Mix(Mix(Seed + Page, Version), Index);
}

static PULONG Address(ULONG Page)
{
    return (PULONG)(Blocks[Page / BLOCK] + (Page % BLOCK << PAGE_SHIFT));
}

static VOID Fill(ULONG Page, PULONG Words, ULONG Version)
{
    ULONG Base = Mix(Seed + Page, Version), i;

    for (i = 0; i < WORDS; i++) {
        Words[i] = Mix(Base, i);
    }
}

static VOID Verify(ULONG Page, PULONG Words, ULONG Version, PCSTR What)
{
    ULONG Base = Mix(Seed + Page, Version), i;

    for (i = 0; i < WORDS; i++) {
        ULONG Is = *(volatile ULONG *)&Words[i];

        if (Is != Mix(Base, i)) {
            Lost(What, (ULONG)(ULONG_PTR)&Words[i], Is, Word(Page, Version, i));
            return;
        }
    }
}

static BOOLEAN Share(ULONG Page, PULONG Version)
{
    LONG Old = States[Page];

    if (USE(Old) >= WRITER - 1 || InterlockedCompareExchange(&States[Page], Old + 1, Old) != Old) {
        return FALSE;
    }
    *Version = VERSION(Old);
    return TRUE;
}

static BOOLEAN Own(ULONG Page, PULONG Version)
{
    LONG Old = States[Page];

    if (USE(Old) != 0 ||
        InterlockedCompareExchange(&States[Page], STATE(VERSION(Old), WRITER), Old) != Old) {
        return FALSE;
    }
    *Version = VERSION(Old);
    return TRUE;
}

static VOID Release(ULONG Page, ULONG Version)
{
    InterlockedExchange(&States[Page], STATE(Version, 0));
}

static ULONG ChoosePage(WORKER *Worker)
{
    ULONG Most = Random(Worker, 10) == 0 ? HOT_PAGES : BlockCount * BLOCK;

    return Random(Worker, Most);
}

static VOID ReadPage(ULONG Page)
{
    LONGLONG Began;
    ULONG Version;

    if (!Share(Page, &Version)) {
        return;
    }
    Began = Now();
    (VOID)*(volatile ULONG *)Address(Page);
    NoteWait(Began, "a read of a page");
    Verify(Page, Address(Page), Version, "a page of pool");
    InterlockedDecrement(&States[Page]);
    InterlockedIncrement(&Counts.Reads);
}

static VOID WritePage(ULONG Page, BOOLEAN Blindly)
{
    LONGLONG Began;
    ULONG Version;

    if (!Own(Page, &Version)) {
        return;
    }
    if (!Blindly) {
        Verify(Page, Address(Page), Version, "a page to be changed");
    }
    Began = Now();
    *(volatile ULONG *)Address(Page) = 0;
    NoteWait(Began, "a write to a page");
    Fill(Page, Address(Page), Version + 1);
    Release(Page, Version + 1);
    InterlockedIncrement(&Counts.Writes);
}

/* Some pages of one block, locked, mapped a second time, verified there and, Change, changed. */
static VOID UseMdl(WORKER *Worker, BOOLEAN Change)
{
    ULONG Page = ChoosePage(Worker);
    ULONG Most = 1 + Random(Worker, BLOCK - Page % BLOCK);
    ULONG Versions[BLOCK], Count, i;
    PULONG Mapped;
    PMDL Mdl;

    for (Count = 0; Count < Most && Own(Page + Count, &Versions[Count]); Count++) {
    }
    if (Count == 0) {
        return;
    }
    Mdl = IoAllocateMdl(Address(Page), Count << PAGE_SHIFT, FALSE, FALSE, NULL);
    if (Mdl != NULL) {
        LONGLONG Began = Now();

        MmProbeAndLockPages(Mdl, KernelMode, Change ? IoModifyAccess : IoReadAccess);
        if ((Now() - Began) / 10 / Count > 0) {
            NoteWait(Now() - (Now() - Began) / Count, "a page to be locked");
        }
        Mapped = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority);
        for (i = 0; Mapped != NULL && i < Count; i++) {
            Verify(Page + i, Mapped + i * WORDS, Versions[i], "a page through an MDL");
            if (Change) {
                Fill(Page + i, Mapped + i * WORDS, ++Versions[i]);
            }
        }
        MmUnlockPages(Mdl);
        IoFreeMdl(Mdl);
        InterlockedIncrement(&Counts.Mdls);
    }
    for (i = 0; i < Count; i++) {
        Release(Page + i, Versions[i]);
    }
}

/* The block's pages are WRITER: takes memory for it. A fresh page is zeroed or not, so that the first
 * words are written here, to one page now and to the others whenever. */
static BOOLEAN TakeBlock(ULONG Block)
{
    ULONG i;

    Blocks[Block] = ExAllocatePoolWithTag(PagedPool, BLOCK << PAGE_SHIFT, TAG);
    if (Blocks[Block] == NULL) {
        return FALSE;
    }
    for (i = 0; i < BLOCK; i++) {
        ULONG Page = Block * BLOCK + i, Version = VERSION(States[Page]) + 1;

        Fill(Page, Address(Page), Version);
        Release(Page, Version);
    }
    return TRUE;
}

static VOID RenewBlock(ULONG Block)
{
    ULONG Versions[BLOCK], Count;
    KIRQL OldIrql;

    for (Count = 0; Count < BLOCK && Own(Block * BLOCK + Count, &Versions[Count]); Count++) {
    }
    if (Count < BLOCK) {
        while (Count-- != 0) {
            Release(Block * BLOCK + Count, Versions[Count]);
        }
        return;
    }
    ExFreePoolWithTag(Blocks[Block], TAG);
    InterlockedIncrement(&Counts.Renewed);
    if (TakeBlock(Block)) {
        return;
    }
    InterlockedIncrement(&Counts.Refused);
    KeAcquireSpinLock(&EmptyLock, &OldIrql);
    if (EmptyCount < RTL_NUMBER_OF(EmptyBlocks)) {
        EmptyBlocks[EmptyCount++] = Block; /* beyond that it stays empty to the end */
    }
    KeReleaseSpinLock(&EmptyLock, OldIrql);
}

VOID RefillStore(VOID)
{
    ULONG Block;
    KIRQL OldIrql;

    for (;;) {
        KeAcquireSpinLock(&EmptyLock, &OldIrql);
        Block = EmptyCount != 0 ? EmptyBlocks[--EmptyCount] : MAXULONG;
        KeReleaseSpinLock(&EmptyLock, OldIrql);
        if (Block == MAXULONG) {
            return;
        }
        if (!TakeBlock(Block)) {
            KeAcquireSpinLock(&EmptyLock, &OldIrql);
            EmptyBlocks[EmptyCount++] = Block;
            KeReleaseSpinLock(&EmptyLock, OldIrql);
            return;
        }
    }
}

VOID UseStore(WORKER *Worker)
{
    ULONG Choice = Random(Worker, 100);

    if (Choice < 60) {
        ReadPage(ChoosePage(Worker));
    } else if (Choice < 85) {
        WritePage(ChoosePage(Worker), Choice < 65);
    } else if (Choice < 98) {
        UseMdl(Worker, Choice < 92);
    } else {
        RenewBlock(Random(Worker, BlockCount));
    }
}

NTSTATUS CreateStore(ULONG MostPages, ULONG Spare, PULONG Pages)
{
    ULONG Most = MostPages != 0 ? min(MostPages / BLOCK, MOST_BLOCKS) : MOST_BLOCKS;
    ULONG Back = (Spare + BLOCK - 1) / BLOCK, i;

    KeInitializeSpinLock(&EmptyLock);
    Blocks = ExAllocatePoolWithTag(NonPagedPool, Most * sizeof(*Blocks), TAG);
    if (Blocks == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (BlockCount = 0; BlockCount < Most; BlockCount++) {
        Blocks[BlockCount] = ExAllocatePoolWithTag(PagedPool, BLOCK << PAGE_SHIFT, TAG);
        if (Blocks[BlockCount] == NULL) {
            break;
        }
    }
    if (BlockCount < Most) {
        for (; Back != 0 && BlockCount != 0; Back--) {
            ExFreePoolWithTag(Blocks[--BlockCount], TAG);
        }
    }
    States = ExAllocatePoolWithTag(NonPagedPool, BlockCount * BLOCK * sizeof(*States), TAG);
    if (States == NULL || BlockCount == 0) {
        DeleteStore();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (i = 0; i < BlockCount * BLOCK; i++) {
        States[i] = STATE(1, 0);
        Fill(i, Address(i), 1);
    }
    *Pages = BlockCount * BLOCK;
    return STATUS_SUCCESS;
}

/* Everything once more before it goes. */
VOID DeleteStore(VOID)
{
    ULONG i, j, Version;

    for (i = 0; i < BlockCount; i++) {
        if (Blocks[i] == NULL) {
            continue;
        }
        for (j = i * BLOCK; States != NULL && j < (i + 1) * BLOCK; j++) {
            if (Own(j, &Version)) {
                Verify(j, Address(j), Version, "a page at the end");
            } else {
                Lost("the state of a page", j, (ULONG)States[j], 0);
            }
        }
        ExFreePoolWithTag(Blocks[i], TAG);
    }
    if (States != NULL) {
        ExFreePoolWithTag((PVOID)States, TAG);
    }
    ExFreePoolWithTag(Blocks, TAG);
}
