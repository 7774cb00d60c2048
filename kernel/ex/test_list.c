/* Tests: interlocked arithmetic and lists, S-lists with the pop that lost its entry, lookaside
 * lists. */
#include "exp.h"
#include "test.h"

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

KTEST(ex_interlocked_arithmetic)
{
    volatile LONG Value = 5;
    LARGE_INTEGER Large = {.QuadPart = 0xFFFFFFFF};
    LARGE_INTEGER One = {.QuadPart = 1};
    LONGLONG Exchange = 7, Comparand = 0x100000000ll, Wide = 0x100000000ll;
    KSPIN_LOCK Lock = 0;
    ULONG Number = 10;

    KCHECK_EQUAL((InterlockedIncrement)(&Value), 6);
    KCHECK_EQUAL((InterlockedDecrement)(&Value), 5);
    KCHECK_EQUAL((InterlockedExchange)(&Value, 9), 5);
    KCHECK_EQUAL((InterlockedExchangeAdd)(&Value, -4), 9);
    KCHECK_EQUAL((InterlockedCompareExchange)(&Value, 1, 4), 5);
    KCHECK_EQUAL((InterlockedCompareExchange)(&Value, 1, 5), 5);
    KCHECK_EQUAL(Value, 1);
    KCHECK(ExInterlockedAddLargeInteger(&Large, One, &Lock).QuadPart == 0xFFFFFFFF);
    KCHECK(Large.QuadPart == 0x100000000ll);
    ExInterlockedAddLargeStatistic(&Large, 0xFFFFFFFF);
    KCHECK(Large.QuadPart == 0x1FFFFFFFFll);
    KCHECK_EQUAL(ExInterlockedAddUlong(&Number, 5, &Lock), 10);
    KCHECK(ExInterlockedCompareExchange64(&Wide, &Exchange, &Comparand, &Lock) == Comparand &&
           Wide == 7);
    KCHECK(ExfInterlockedCompareExchange64(&Wide, &Comparand, &Comparand) == 7 && Wide == 7);
}

KTEST(ex_interlocked_lists)
{
    LIST_ENTRY Head, A, B;
    SINGLE_LIST_ENTRY Single = {NULL}, C, D;
    KSPIN_LOCK Lock = 0;

    InitializeListHead(&Head);
    KCHECK(ExInterlockedInsertTailList(&Head, &A, &Lock) == NULL);
    KCHECK(ExInterlockedInsertHeadList(&Head, &B, &Lock) == &A);
    KCHECK(ExInterlockedRemoveHeadList(&Head, &Lock) == &B);
    KCHECK(ExInterlockedRemoveHeadList(&Head, &Lock) == &A);
    KCHECK(ExInterlockedRemoveHeadList(&Head, &Lock) == NULL);
    KCHECK(ExInterlockedPushEntryList(&Single, &C, &Lock) == NULL);
    KCHECK(ExInterlockedPushEntryList(&Single, &D, &Lock) == &C);
    KCHECK(ExInterlockedPopEntryList(&Single, &Lock) == &D);
    KCHECK(ExInterlockedPopEntryList(&Single, &Lock) == &C);
    KCHECK(ExInterlockedPopEntryList(&Single, &Lock) == NULL && Lock == 0);
}

KTEST(ex_slist)
{
    SLIST_HEADER Head;
    SLIST_ENTRY Entries[5];
    PSLIST_ENTRY Chain;
    USHORT Sequence;

    ExInitializeSListHead(&Head);
    KCHECK(InterlockedPopEntrySList(&Head) == NULL);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Entries); Index++) {
        KCHECK(InterlockedPushEntrySList(&Head, &Entries[Index]) ==
               (Index == 0 ? NULL : &Entries[Index - 1]));
        KCHECK_EQUAL(ExQueryDepthSList(&Head), Index + 1);
    }
    Sequence = Head.Sequence;
    KCHECK(ExInterlockedPopEntrySList(&Head, NULL) == &Entries[4]);
    KCHECK_EQUAL(ExQueryDepthSList(&Head), 4);
    KCHECK(ExInterlockedPushEntrySList(&Head, &Entries[4], NULL) == &Entries[3]);
    KCHECK(Head.Sequence != Sequence);
    Chain = ExInterlockedFlushSList(&Head);
    KCHECK(Chain == &Entries[4] && Chain->Next == &Entries[3] && ExQueryDepthSList(&Head) == 0);
    KCHECK(ExInterlockedFlushSList(&Head) == NULL);
}

/* The race itself cannot be staged, what its trap frame looks like can. */
KTEST(ex_slist_pop_that_lost_its_entry_starts_over)
{
    extern const UCHAR ExpPopFault[], ExpPopAgain[];
    SLIST_HEADER Head;
    SLIST_ENTRY Entry;
    KTRAP_FRAME Trap;

    ExInitializeSListHead(&Head);
    InterlockedPushEntrySList(&Head, &Entry);
    RtlZeroMemory(&Trap, sizeof(Trap));
    Trap.Eip = (ULONG)ExpPopFault;
    Trap.Ebp = (ULONG)&Head;
    Trap.Eax = (ULONG)&Entry;
    Trap.Edx = (ULONG)(Head.Alignment >> 32);
    KCHECK(!ExFixSListFault(&Trap)); /* nobody came in between: a fault like any other */
    InterlockedPopEntrySList(&Head);
    KCHECK(ExFixSListFault(&Trap));
    KCHECK_EQUAL(Trap.Eip, (ULONG)ExpPopAgain);
    KCHECK(!ExFixSListFault(&Trap));
}

static ULONG ExtLive;

static PVOID NTAPI ExtAllocate(POOL_TYPE Type, SIZE_T Size, ULONG Tag)
{
    ExtLive++;
    return ExAllocatePoolWithTag(Type, Size, Tag);
}

static VOID NTAPI ExtFree(PVOID Block)
{
    ExtLive--;
    ExFreePool(Block);
}

KTEST(ex_lookaside_lists)
{
    NPAGED_LOOKASIDE_LIST List;
    PAGED_LOOKASIDE_LIST Paged;
    PVOID A, B;

    ExtLive = 0;
    ExInitializeNPagedLookasideList(&List, ExtAllocate, ExtFree, 0, 40, 'tkxE', 0);
    A = ExAllocateFromNPagedLookasideList(&List);
    B = ExAllocateFromNPagedLookasideList(&List);
    KCHECK(A != NULL && B != NULL && A != B && ExtLive == 2);
    ExFreeToNPagedLookasideList(&List, A);
    ExFreeToNPagedLookasideList(&List, B);
    KCHECK_EQUAL(ExtLive, 2);
    KCHECK(ExAllocateFromNPagedLookasideList(&List) == B);
    ExFreeToNPagedLookasideList(&List, B);
    ExDeleteNPagedLookasideList(&List);
    KCHECK_EQUAL(ExtLive, 0);
    ExInitializePagedLookasideList(&Paged, NULL, NULL, 0, 100, 'tkxE', 0);
    A = ExAllocateFromPagedLookasideList(&Paged);
    KREQUIRE(A != NULL);
    ExFreeToPagedLookasideList(&Paged, A);
    KCHECK(ExAllocateFromPagedLookasideList(&Paged) == A);
    ExFreeToPagedLookasideList(&Paged, A);
    ExDeletePagedLookasideList(&Paged);
}
