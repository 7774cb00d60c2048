/* Lookaside lists: blocks of one size kept on an S-list. The inline routines of the DDK header do
 * the work; here lists are set up and taken down. The depth is fixed: tuning it by load, as NT does
 * once a second, is worth its thread only on machines with far more traffic. */
#include "exp.h"
#include "san.h"

#define LOOKASIDE_DEPTH 32

static VOID Initialize(PGENERAL_LOOKASIDE L, PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                       ULONG Type, SIZE_T Size, ULONG Tag)
{
    RtlZeroMemory(L, sizeof(*L));
    ExInitializeSListHead(&L->ListHead);
    /* kasan: a block of pool goes back there, so that use after free shows */
    L->Depth = SAN_KASAN && Allocate == NULL ? 0 : LOOKASIDE_DEPTH;
    L->MaximumDepth = LOOKASIDE_DEPTH;
    L->Type = (POOL_TYPE)Type;
    L->Tag = Tag;
    L->Size = Size < sizeof(SLIST_ENTRY) ? sizeof(SLIST_ENTRY) : Size;
    L->Allocate = Allocate != NULL ? Allocate : ExAllocatePoolWithTag;
    L->Free = Free != NULL ? Free : ExFreePool;
    InitializeListHead(&L->ListEntry);
}

static VOID Delete(PGENERAL_LOOKASIDE L)
{
    PSLIST_ENTRY Entry;

    while ((Entry = InterlockedPopEntrySList(&L->ListHead)) != NULL) {
        L->Free(Entry);
    }
}

NTKERNELAPI VOID NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                                       PALLOCATE_FUNCTION Allocate,
                                                       PFREE_FUNCTION Free, ULONG Flags,
                                                       SIZE_T Size, ULONG Tag, USHORT Depth)
{
    Initialize(&Lookaside->L, Allocate, Free, (ULONG)NonPagedPool | Flags, Size, Tag);
    Lookaside->Lock__ObsoleteButDoNotDelete = 0;
}

NTKERNELAPI VOID NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    Delete(&Lookaside->L);
}

NTKERNELAPI VOID NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside,
                                                      PALLOCATE_FUNCTION Allocate,
                                                      PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size,
                                                      ULONG Tag, USHORT Depth)
{
    Initialize(&Lookaside->L, Allocate, Free, (ULONG)PagedPool | Flags, Size, Tag);
    ExInitializeFastMutex(&Lookaside->Lock__ObsoleteButDoNotDelete);
}

NTKERNELAPI VOID NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    Delete(&Lookaside->L);
}
