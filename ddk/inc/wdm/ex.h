/* wdm/ex.h: the executive: pools, lookaside lists, locks that wait, work items, interlocked
 * arithmetic and lists, callbacks. */
#ifndef _WDM_EX_
#define _WDM_EX_

/* Interlocked arithmetic: exported as NT does on i386, and inline for whoever calls by the usual
 * names. A definition writes the name in parentheses. */

/* Arithmetic on a LONG that no other processor can interrupt. Drivers compile to the inline
 * forms; these are the exports of the same names.
 *
 *   Addend   aligned to 4; also Target, Destination
 *   Value    to store or to add; also Exchange, stored if the old value is Comparand
 *   returns  InterlockedIncrement and Decrement: the new value; the others: the old one
 *   IRQL     any, as long as the memory may be touched at it
 *   see      InterlockedIncrement, Windows driver documentation, wdm.h */
NTKERNELAPI LONG FASTCALL InterlockedIncrement(LONG volatile *Addend);
NTKERNELAPI LONG FASTCALL InterlockedDecrement(LONG volatile *Addend);
NTKERNELAPI LONG FASTCALL InterlockedExchange(LONG volatile *Target, LONG Value);
NTKERNELAPI LONG FASTCALL InterlockedExchangeAdd(LONG volatile *Addend, LONG Value);
NTKERNELAPI LONG FASTCALL InterlockedCompareExchange(LONG volatile *Destination, LONG Exchange,
                                                     LONG Comparand);

FORCEINLINE LONG _InterlockedIncrement(LONG volatile *Addend)
{
    return __sync_add_and_fetch(Addend, 1);
}

FORCEINLINE LONG _InterlockedDecrement(LONG volatile *Addend)
{
    return __sync_sub_and_fetch(Addend, 1);
}

FORCEINLINE LONG _InterlockedExchange(LONG volatile *Target, LONG Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG _InterlockedExchangeAdd(LONG volatile *Addend, LONG Value)
{
    return __sync_fetch_and_add(Addend, Value);
}

FORCEINLINE LONG _InterlockedCompareExchange(LONG volatile *Destination, LONG Exchange,
                                             LONG Comparand)
{
    return __sync_val_compare_and_swap(Destination, Comparand, Exchange);
}

FORCEINLINE LONG _InterlockedAnd(LONG volatile *Destination, LONG Value)
{
    return __sync_fetch_and_and(Destination, Value);
}

FORCEINLINE LONG _InterlockedOr(LONG volatile *Destination, LONG Value)
{
    return __sync_fetch_and_or(Destination, Value);
}

FORCEINLINE LONG _InterlockedXor(LONG volatile *Destination, LONG Value)
{
    return __sync_fetch_and_xor(Destination, Value);
}

FORCEINLINE LONGLONG _InterlockedCompareExchange64(LONGLONG volatile *Destination,
                                                   LONGLONG Exchange, LONGLONG Comparand)
{
    return __sync_val_compare_and_swap(Destination, Comparand, Exchange);
}

FORCEINLINE UCHAR InterlockedBitTestAndSet(LONG volatile *Base, LONG Bit)
{
    UCHAR Old;
    __asm__ __volatile__("lock; btsl %2, %1; setc %0"
                         : "=q"(Old), "+m"(*Base)
                         : "Ir"(Bit)
                         : "memory", "cc");
    return Old;
}

FORCEINLINE UCHAR InterlockedBitTestAndReset(LONG volatile *Base, LONG Bit)
{
    UCHAR Old;
    __asm__ __volatile__("lock; btrl %2, %1; setc %0"
                         : "=q"(Old), "+m"(*Base)
                         : "Ir"(Bit)
                         : "memory", "cc");
    return Old;
}

#define InterlockedIncrement(Addend) _InterlockedIncrement(Addend)
#define InterlockedDecrement(Addend) _InterlockedDecrement(Addend)
#define InterlockedExchange(Target, Value) _InterlockedExchange(Target, Value)
#define InterlockedExchangeAdd(Addend, Value) _InterlockedExchangeAdd(Addend, Value)
#define InterlockedCompareExchange(Destination, Exchange, Comparand)                               \
    _InterlockedCompareExchange(Destination, Exchange, Comparand)
#define InterlockedAdd(Addend, Value) (_InterlockedExchangeAdd(Addend, Value) + (Value))
#define InterlockedAnd(Destination, Value) _InterlockedAnd(Destination, Value)
#define InterlockedOr(Destination, Value) _InterlockedOr(Destination, Value)
#define InterlockedXor(Destination, Value) _InterlockedXor(Destination, Value)
#define InterlockedExchangePointer(Target, Value)                                                  \
    ((PVOID)(ULONG_PTR)_InterlockedExchange((LONG volatile *)(Target), (LONG)(ULONG_PTR)(Value)))
#define InterlockedCompareExchangePointer(Destination, Exchange, Comparand)                        \
    ((PVOID)(ULONG_PTR)_InterlockedCompareExchange((LONG volatile *)(Destination),                 \
                                                   (LONG)(ULONG_PTR)(Exchange),                    \
                                                   (LONG)(ULONG_PTR)(Comparand)))
#define InterlockedCompareExchange64(Destination, Exchange, Comparand)                             \
    _InterlockedCompareExchange64(Destination, Exchange, Comparand)

/* Interlocked arithmetic under a spin lock, as older drivers call it */

/* Adds to a 64-bit value under a spin lock.
 *
 *   Addend     guarded by Lock
 *   Increment  what to add
 *   Lock       a spin lock used with the ExInterlocked routines only
 *   returns    the old value
 *   IRQL       any: interrupts are off meanwhile
 *   see        ExInterlockedAddLargeInteger, Windows driver documentation, wdm.h */
NTKERNELAPI LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend,
                                                             LARGE_INTEGER Increment,
                                                             PKSPIN_LOCK Lock);

/* Adds to a 64-bit counter without a lock.
 *
 *   Addend     the counter
 *   Increment  what to add
 *   IRQL       any
 *   see        ExInterlockedAddLargeStatistic, Windows driver documentation, wdm.h */
NTKERNELAPI VOID FASTCALL ExInterlockedAddLargeStatistic(PLARGE_INTEGER Addend, ULONG Increment);

/* Adds to a ULONG under a spin lock.
 *
 *   Addend     guarded by Lock
 *   Increment  what to add
 *   Lock       as for ExInterlockedAddLargeInteger
 *   returns    the old value
 *   IRQL       any
 *   see        ExInterlockedAddUlong, Windows driver documentation, wdm.h */
NTKERNELAPI ULONG NTAPI ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock);

/* ExInterlockedAddUlong by another calling convention.
 *
 *   Addend   as there; Increment and Lock too
 *   returns  the old value
 *   IRQL     any
 *   see      ExfInterlockedAddUlong, Windows driver documentation, wdm.h */
NTKERNELAPI ULONG FASTCALL ExfInterlockedAddUlong(PULONG Addend, ULONG Increment,
                                                  PKSPIN_LOCK Lock);

/* Stores a 64-bit value if the old one is as expected.
 *
 *   Destination  aligned to 8
 *   Exchange     points to what to store
 *   Comparand    points to what must be there
 *   Lock         ignored: the processor has an instruction for it;
 *                ExfInterlockedCompareExchange64 does without the argument
 *   returns      the old value
 *   IRQL         any
 *   see          ExInterlockedCompareExchange64, Windows driver documentation, wdm.h */
NTKERNELAPI LONGLONG FASTCALL ExInterlockedCompareExchange64(LONGLONG volatile *Destination,
                                                             PLONGLONG Exchange,
                                                             PLONGLONG Comparand,
                                                             PKSPIN_LOCK Lock);
NTKERNELAPI LONGLONG FASTCALL ExfInterlockedCompareExchange64(LONGLONG volatile *Destination,
                                                              PLONGLONG Exchange,
                                                              PLONGLONG Comparand);

/* Interlocked lists */

/* Inserts into a doubly linked list under a spin lock, at its head or,
 * ExInterlockedInsertTailList, at its end.
 *
 *   ListHead   initialised, nonpaged; touched with these routines only
 *   ListEntry  nonpaged
 *   Lock       a spin lock used with the ExInterlocked routines only
 *   returns    what was first, or last, before; NULL: the list was empty
 *   IRQL       any: interrupts are off meanwhile
 *   see        ExInterlockedInsertHeadList, Windows driver documentation, wdm.h */
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(PLIST_ENTRY ListHead,
                                                          PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertTailList(PLIST_ENTRY ListHead,
                                                          PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock);

/* Takes the first entry off a list under a spin lock.
 *
 *   ListHead  as for ExInterlockedInsertHeadList
 *   Lock      as there
 *   returns   the entry; NULL: the list is empty
 *   IRQL      any
 *   see       ExInterlockedRemoveHeadList, Windows driver documentation, wdm.h */
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock);

/* Takes the first entry off a singly linked list under a spin lock.
 *
 *   ListHead  nonpaged; touched with these routines only
 *   Lock      as for ExInterlockedInsertHeadList
 *   returns   the entry; NULL: the list is empty
 *   IRQL      any
 *   see       ExInterlockedPopEntryList, Windows driver documentation, wdm.h */
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                               PKSPIN_LOCK Lock);

/* Puts an entry at the head of a singly linked list under a spin lock.
 *
 *   ListHead   as for ExInterlockedPopEntryList
 *   ListEntry  nonpaged
 *   Lock       as there
 *   returns    what was first before; NULL: the list was empty
 *   IRQL       any
 *   see        ExInterlockedPushEntryList, Windows driver documentation, wdm.h */
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                PSINGLE_LIST_ENTRY ListEntry,
                                                                PKSPIN_LOCK Lock);

/* The five list routines above by another calling convention, which is what mingw-w64's and
 * Microsoft's headers have i386 drivers call.
 *
 *   ListHead  as above; ListEntry and Lock too
 *   returns   as above
 *   IRQL      any
 *   see       ntoskrnl's export table */
NTKERNELAPI PLIST_ENTRY FASTCALL ExfInterlockedInsertHeadList(PLIST_ENTRY ListHead,
                                                              PLIST_ENTRY ListEntry,
                                                              PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY FASTCALL ExfInterlockedInsertTailList(PLIST_ENTRY ListHead,
                                                              PLIST_ENTRY ListEntry,
                                                              PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY FASTCALL ExfInterlockedRemoveHeadList(PLIST_ENTRY ListHead,
                                                              PKSPIN_LOCK Lock);
NTKERNELAPI PSINGLE_LIST_ENTRY FASTCALL ExfInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                   PKSPIN_LOCK Lock);
NTKERNELAPI PSINGLE_LIST_ENTRY FASTCALL ExfInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                    PSINGLE_LIST_ENTRY ListEntry,
                                                                    PKSPIN_LOCK Lock);

/* S-lists */

/* Puts an entry at the head of an S-list: a list that needs no lock.
 *
 *   ListHead   ExInitializeSListHead first; nonpaged
 *   ListEntry  nonpaged, for the entry may be read after it has been taken off
 *   Lock       ignored
 *   returns    what was first before; NULL: the list was empty
 *   IRQL       <= DISPATCH_LEVEL
 *   see        ExInterlockedPushEntrySList, Windows driver documentation, wdm.h */
NTKERNELAPI PSLIST_ENTRY FASTCALL ExInterlockedPushEntrySList(PSLIST_HEADER ListHead,
                                                              PSLIST_ENTRY ListEntry,
                                                              PKSPIN_LOCK Lock);

/* Takes the first entry off an S-list.
 *
 *   ListHead  initialised
 *   Lock      ignored
 *   returns   the entry; NULL: the list is empty
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExInterlockedPopEntrySList, Windows driver documentation, wdm.h */
NTKERNELAPI PSLIST_ENTRY FASTCALL ExInterlockedPopEntrySList(PSLIST_HEADER ListHead,
                                                             PKSPIN_LOCK Lock);

/* Takes all entries off an S-list.
 *
 *   ListHead  initialised
 *   returns   the first one, the others linked to it
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExInterlockedFlushSList, Windows driver documentation, wdm.h */
NTKERNELAPI PSLIST_ENTRY FASTCALL ExInterlockedFlushSList(PSLIST_HEADER ListHead);

/* ExInterlockedPushEntrySList and PopEntrySList without the argument that is ignored.
 *
 *   ListHead  as there; ListEntry too
 *   returns   as there
 *   IRQL      <= DISPATCH_LEVEL
 *   see       InterlockedPushEntrySList, Windows driver documentation, wdm.h */
NTKERNELAPI PSLIST_ENTRY FASTCALL InterlockedPushEntrySList(PSLIST_HEADER ListHead,
                                                            PSLIST_ENTRY ListEntry);
NTKERNELAPI PSLIST_ENTRY FASTCALL InterlockedPopEntrySList(PSLIST_HEADER ListHead);

/* Makes an S-list empty.
 *
 *   ListHead  aligned to 8
 *   IRQL      any
 *   see       ExInitializeSListHead, Windows driver documentation, wdm.h */
FORCEINLINE VOID ExInitializeSListHead(PSLIST_HEADER ListHead)
{
    ListHead->Alignment = 0;
}

#define InitializeSListHead(ListHead) ExInitializeSListHead(ListHead)
#define ExQueryDepthSList(ListHead) ((ListHead)->Depth)
#define QueryDepthSList(ListHead) ((ListHead)->Depth)
#define InterlockedFlushSList(ListHead) ExInterlockedFlushSList(ListHead)

/* Pools */

/* ExAllocatePoolWithTag with a tag that says nothing.
 *
 *   PoolType       as there
 *   NumberOfBytes  as there
 *   returns        as there
 *   IRQL           as there
 *   see            ExAllocatePool, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes);

/* Allocates kernel memory.
 *
 *   PoolType       NonPagedPool or PagedPool, or one of their CacheAligned forms; the Nx and
 *                  Session types count as these; may have POOL_RAISE_IF_ALLOCATION_FAILURE
 *   NumberOfBytes  how many; a page or more comes page aligned, less comes aligned to 8 and
 *                  inside one page
 *   Tag            four printable characters, 'ABCD', by which `pool` lists the memory
 *   returns        the memory, not initialised; NULL: there is none
 *   IRQL           <= DISPATCH_LEVEL; PagedPool <= APC_LEVEL
 *   misuse         bugcheck 0xC2: IRQL (8), tag 0 (0x9B), tag 'BIG' (0x9C), a tag without letter
 *                  or digit (0x9D), must-succeed pool (0x9A)
 *   see            ExAllocatePoolWithTag, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);

/* ExAllocatePoolWithTag for those who can do without.
 *
 *   PoolType       as there
 *   NumberOfBytes  as there
 *   Tag            as there
 *   Priority       LowPoolPriority fails first when memory is short
 *   returns        as there
 *   IRQL           as there
 *   see            ExAllocatePoolWithTagPriority, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes,
                                                      ULONG Tag, EX_POOL_PRIORITY Priority);

/* ExAllocatePoolWithQuotaTag with a tag that says nothing.
 *
 *   PoolType       as there
 *   NumberOfBytes  as there
 *   returns        as there
 *   IRQL           as there
 *   see            ExAllocatePoolWithQuota, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes);

/* ExAllocatePoolWithTag on the account of a process. There is one process, and it has no limit.
 *
 *   PoolType       as there; may have POOL_QUOTA_FAIL_INSTEAD_OF_RAISE
 *   NumberOfBytes  as there
 *   Tag            as there
 *   returns        the memory; NULL only with that flag
 *   IRQL           as there
 *   misuse         no memory: raises STATUS_INSUFFICIENT_RESOURCES
 *   see            ExAllocatePoolWithQuotaTag, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes,
                                                   ULONG Tag);

/* Frees pool memory whatever its tag.
 *
 *   P       what an allocation returned
 *   IRQL    <= DISPATCH_LEVEL; paged pool <= APC_LEVEL
 *   misuse  as ExFreePoolWithTag
 *   see     ExFreePool, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExFreePool(PVOID P);

/* Frees pool memory.
 *
 *   P       what an allocation returned
 *   Tag     what it was allocated with; 0: any
 *   IRQL    <= DISPATCH_LEVEL; paged pool <= APC_LEVEL
 *   misuse  bugcheck 0xC2: freed already (6, 7), IRQL (9), other tag (0xA), a user address
 *           (0x40), not pool; 0x19: the memory around it is damaged
 *   see     ExFreePoolWithTag, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag);

#define POOL_FLAG_UNINITIALIZED 0x0000000000000002ULL
#define POOL_FLAG_CACHE_ALIGNED 0x0000000000000008ULL
#define POOL_FLAG_NON_PAGED 0x0000000000000040ULL
#define POOL_FLAG_NON_PAGED_EXECUTE 0x0000000000000080ULL
#define POOL_FLAG_PAGED 0x0000000000000100ULL
typedef ULONG64 POOL_FLAGS;

/* The newer spellings, made of the older routine: memory comes zeroed. */
FORCEINLINE PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    PVOID P = ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
    if (P != NULL) {
        __builtin_memset(P, 0, NumberOfBytes);
    }
    return P;
}

FORCEINLINE PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}

FORCEINLINE PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    POOL_TYPE Type = (Flags & POOL_FLAG_PAGED) != 0 ? PagedPool : NonPagedPool;
    return (Flags & POOL_FLAG_UNINITIALIZED) != 0
               ? ExAllocatePoolWithTag(Type, NumberOfBytes, Tag)
               : ExAllocatePoolZero(Type, NumberOfBytes, Tag);
}

/* Lookaside lists */

/* Sets up a lookaside list: blocks of one size that are kept for the next user.
 *
 *   Lookaside  nonpaged storage
 *   Allocate   called when the list is empty; NULL: ExAllocatePoolWithTag
 *   Free       called when the list is full; NULL: ExFreePool
 *   Flags      0 or POOL_RAISE_IF_ALLOCATION_FAILURE
 *   Size       of a block in bytes
 *   Tag        of the blocks
 *   Depth      0
 *   IRQL       <= DISPATCH_LEVEL
 *   see        ExInitializeNPagedLookasideList, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                                       PALLOCATE_FUNCTION Allocate,
                                                       PFREE_FUNCTION Free, ULONG Flags,
                                                       SIZE_T Size, ULONG Tag, USHORT Depth);

/* Frees the blocks that a lookaside list has kept. Those in use are their users' to free first.
 *
 *   Lookaside  initialised
 *   IRQL       <= DISPATCH_LEVEL
 *   see        ExDeleteNPagedLookasideList, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);

/* As ExInitializeNPagedLookasideList, with blocks in paged pool. The list itself is nonpaged all
 * the same.
 *
 *   Lookaside  nonpaged storage
 *   Allocate   as there; Free, Flags, Size, Tag and Depth too
 *   IRQL       <= APC_LEVEL
 *   see        ExInitializePagedLookasideList, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside,
                                                      PALLOCATE_FUNCTION Allocate,
                                                      PFREE_FUNCTION Free, ULONG Flags,
                                                      SIZE_T Size, ULONG Tag, USHORT Depth);

/* As ExDeleteNPagedLookasideList.
 *
 *   Lookaside  initialised
 *   IRQL       <= APC_LEVEL
 *   see        ExDeletePagedLookasideList, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside);

FORCEINLINE PVOID ExpAllocateFromLookaside(PGENERAL_LOOKASIDE L)
{
    PVOID Entry;

    L->TotalAllocates++;
    Entry = InterlockedPopEntrySList(&L->ListHead);
    if (Entry == NULL) {
        L->AllocateMisses++;
        Entry = L->Allocate(L->Type, L->Size, L->Tag);
    }
    return Entry;
}

FORCEINLINE VOID ExpFreeToLookaside(PGENERAL_LOOKASIDE L, PVOID Entry)
{
    L->TotalFrees++;
    if (ExQueryDepthSList(&L->ListHead) >= L->Depth) {
        L->FreeMisses++;
        L->Free(Entry);
    } else {
        InterlockedPushEntrySList(&L->ListHead, (PSLIST_ENTRY)Entry);
    }
}

/* A block from a lookaside list, and back: ExFreeToNPagedLookasideList. The Paged forms are the
 * same for paged lists.
 *
 *   Lookaside  initialised
 *   returns    a block, not initialised; NULL: there is no memory
 *   IRQL       <= DISPATCH_LEVEL; paged lists <= APC_LEVEL
 *   see        ExAllocateFromNPagedLookasideList, Windows driver documentation, wdm.h */
#define ExAllocateFromNPagedLookasideList(Lookaside) ExpAllocateFromLookaside(&(Lookaside)->L)
#define ExFreeToNPagedLookasideList(Lookaside, Entry) ExpFreeToLookaside(&(Lookaside)->L, Entry)
#define ExAllocateFromPagedLookasideList(Lookaside) ExpAllocateFromLookaside(&(Lookaside)->L)
#define ExFreeToPagedLookasideList(Lookaside, Entry) ExpFreeToLookaside(&(Lookaside)->L, Entry)

/* Fast mutexes */

/* Takes a fast mutex: quicker than KMUTEX, and not twice. Raises to APC_LEVEL until the release.
 *
 *   FastMutex  ExInitializeFastMutex first
 *   IRQL       <= APC_LEVEL
 *   see        ExAcquireFastMutex, Windows driver documentation, wdm.h */
NTHALAPI VOID FASTCALL ExAcquireFastMutex(PFAST_MUTEX FastMutex);

/* Gives a fast mutex back, and the IRQL.
 *
 *   FastMutex  held by the caller
 *   IRQL       APC_LEVEL
 *   see        ExReleaseFastMutex, Windows driver documentation, wdm.h */
NTHALAPI VOID FASTCALL ExReleaseFastMutex(PFAST_MUTEX FastMutex);

/* Takes a fast mutex if it is free.
 *
 *   FastMutex  initialised
 *   returns    TRUE: taken, and at APC_LEVEL; FALSE: somebody has it
 *   IRQL       <= APC_LEVEL
 *   see        ExTryToAcquireFastMutex, Windows driver documentation, wdm.h */
NTHALAPI BOOLEAN FASTCALL ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex);

/* ExAcquireFastMutex and ExReleaseFastMutex for callers whose APCs are off already: in a critical
 * region or at APC_LEVEL. The IRQL stays.
 *
 *   FastMutex  initialised
 *   IRQL       <= APC_LEVEL
 *   see        ExAcquireFastMutexUnsafe, Windows driver documentation, wdm.h */
NTKERNELAPI VOID FASTCALL ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex);
NTKERNELAPI VOID FASTCALL ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex);

/* Sets up a fast mutex.
 *
 *   FastMutex  nonpaged storage
 *   IRQL       <= DISPATCH_LEVEL
 *   see        ExInitializeFastMutex, Windows driver documentation, wdm.h */
FORCEINLINE VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
    FastMutex->Count = 1;
    FastMutex->Owner = NULL;
    FastMutex->Contention = 0;
    KeInitializeEvent(&FastMutex->Event, SynchronizationEvent, FALSE);
}

/* Resources: many readers or one writer */

/* Sets up a resource: many readers or one writer.
 *
 *   Resource  nonpaged storage, aligned to 8
 *   returns   STATUS_SUCCESS
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExInitializeResourceLite, Windows driver documentation, wdm.h */
NTKERNELAPI NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource);

/* Makes a resource as good as new.
 *
 *   Resource  initialised, not held
 *   returns   STATUS_SUCCESS
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExReinitializeResourceLite, Windows driver documentation, wdm.h */
NTKERNELAPI NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource);

/* Ends a resource; its storage may be freed then.
 *
 *   Resource  initialised, not held
 *   returns   STATUS_SUCCESS
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExDeleteResourceLite, Windows driver documentation, wdm.h */
NTKERNELAPI NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource);

/* Takes a resource for writing. One thread may take it several times.
 *
 *   Resource  initialised
 *   Wait      FALSE: do not wait
 *   returns   FALSE: not taken, only without Wait
 *   IRQL      <= APC_LEVEL, with normal kernel APCs off: KeEnterCriticalRegion
 *   see       ExAcquireResourceExclusiveLite, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait);

/* Takes a resource for reading. Waits behind writers, unless the thread has it already.
 *
 *   Resource  initialised
 *   Wait      FALSE: do not wait
 *   returns   FALSE: not taken, only without Wait
 *   IRQL      as ExAcquireResourceExclusiveLite
 *   see       ExAcquireResourceSharedLite, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait);

/* As ExAcquireResourceSharedLite, but passes writers that wait.
 *
 *   Resource  initialised
 *   Wait      FALSE: do not wait
 *   returns   FALSE: not taken, only without Wait
 *   IRQL      as ExAcquireResourceExclusiveLite
 *   see       ExAcquireSharedStarveExclusive, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait);

/* As ExAcquireResourceSharedLite, but waits behind writers in any case.
 *
 *   Resource  initialised
 *   Wait      FALSE: do not wait
 *   returns   FALSE: not taken, only without Wait
 *   IRQL      as ExAcquireResourceExclusiveLite
 *   see       ExAcquireSharedWaitForExclusive, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait);

/* From writing to reading without letting a writer in between.
 *
 *   Resource  held exclusively by the caller
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExConvertExclusiveToSharedLite, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource);

/* Gives a resource back, as often as it was taken.
 *
 *   Resource  held by the calling thread
 *   IRQL      <= DISPATCH_LEVEL
 *   misuse    not held: bugcheck 0xE3 (resource, thread, …)
 *   see       ExReleaseResourceLite, Windows driver documentation, wdm.h */
NTKERNELAPI VOID FASTCALL ExReleaseResourceLite(PERESOURCE Resource);

/* Gives a resource back for another thread.
 *
 *   Resource          held by that thread
 *   ResourceThreadId  what ExGetCurrentResourceThread returned there
 *   IRQL              <= DISPATCH_LEVEL
 *   misuse            not held: bugcheck 0xE3 (resource, thread, …)
 *   see               ExReleaseResourceForThreadLite, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource,
                                                      ERESOURCE_THREAD ResourceThreadId);

/* Whether the calling thread has a resource for writing.
 *
 *   Resource  initialised
 *   returns   TRUE: it has
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExIsResourceAcquiredExclusiveLite, Windows driver documentation, wdm.h */
NTKERNELAPI BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource);

/* How often the calling thread has a resource, for reading or for writing.
 *
 *   Resource  initialised
 *   returns   0: not at all
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExIsResourceAcquiredSharedLite, Windows driver documentation, wdm.h */
NTKERNELAPI ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource);

/* How many wait to write, or, ExGetSharedWaiterCount, to read.
 *
 *   Resource  initialised
 *   returns   their number at this moment
 *   IRQL      <= DISPATCH_LEVEL
 *   see       ExGetExclusiveWaiterCount, Windows driver documentation, wdm.h */
NTKERNELAPI ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource);
NTKERNELAPI ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource);
#define ExIsResourceAcquiredLite ExIsResourceAcquiredSharedLite
#define ExGetCurrentResourceThread() ((ERESOURCE_THREAD)KeGetCurrentThread())

/* Work items and callbacks */

/* Has a routine called by a system worker thread, at PASSIVE_LEVEL. IoQueueWorkItem is better: it
 * keeps the driver loaded meanwhile.
 *
 *   WorkItem   ExInitializeWorkItem first; nonpaged; may be freed by the routine
 *   QueueType  DelayedWorkQueue; CriticalWorkQueue for what must not wait behind that
 *   IRQL       <= DISPATCH_LEVEL
 *   misuse     a routine that returns at another IRQL: bugcheck 0xE4 (2, routine, IRQL); an item
 *              that is queued twice damages the queue
 *   see        ExQueueWorkItem, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType);

/* Sets up a work item.
 *
 *   Item     nonpaged storage
 *   Routine  called with Context; may be pageable code
 *   Context  anything
 *   IRQL     any
 *   see      ExInitializeWorkItem, Windows driver documentation, wdm.h */
FORCEINLINE VOID ExInitializeWorkItem(PWORK_QUEUE_ITEM Item, PWORKER_THREAD_ROUTINE Routine,
                                      PVOID Context)
{
    Item->WorkerRoutine = Routine;
    Item->Parameter = Context;
    Item->List.Flink = NULL;
}

/* Opens a callback object by name, or makes one.
 *
 *   CallbackObject          receives it, with a reference that ObDereferenceObject gives back
 *   ObjectAttributes        its name, \Callback\…
 *   Create                  TRUE: make it if it is not there
 *   AllowMultipleCallbacks  TRUE: several routines may register
 *   returns                 STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND;
 *                           STATUS_INSUFFICIENT_RESOURCES
 *   IRQL                    PASSIVE_LEVEL
 *   see                     ExCreateCallback, Windows driver documentation, wdm.h */
NTKERNELAPI NTSTATUS NTAPI ExCreateCallback(PCALLBACK_OBJECT *CallbackObject,
                                            POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN Create,
                                            BOOLEAN AllowMultipleCallbacks);

/* Registers a routine with a callback object.
 *
 *   CallbackObject    from ExCreateCallback
 *   CallbackFunction  called with CallbackContext and the two arguments of ExNotifyCallback, at
 *                     its IRQL
 *   CallbackContext   anything
 *   returns           a handle for ExUnregisterCallback; NULL: no memory, or one routine only
 *                     and there is one
 *   IRQL              <= APC_LEVEL
 *   see               ExRegisterCallback, Windows driver documentation, wdm.h */
NTKERNELAPI PVOID NTAPI ExRegisterCallback(PCALLBACK_OBJECT CallbackObject,
                                           PCALLBACK_FUNCTION CallbackFunction,
                                           PVOID CallbackContext);

/* Takes a routine back; waits until it does not run any more.
 *
 *   CallbackRegistration  what ExRegisterCallback returned
 *   IRQL                  <= APC_LEVEL
 *   see                   ExUnregisterCallback, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExUnregisterCallback(PVOID CallbackRegistration);

/* Calls all routines registered with a callback object.
 *
 *   CallbackObject  from ExCreateCallback
 *   Argument1       for the routines; Argument2 too
 *   IRQL            <= DISPATCH_LEVEL, and what the routines stand
 *   see             ExNotifyCallback, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExNotifyCallback(PCALLBACK_OBJECT CallbackObject, PVOID Argument1,
                                        PVOID Argument2);

/* Raises an exception: the innermost __try that wants it takes it. Does not return.
 *
 *   Status   the exception's code; STATUS_ACCESS_VIOLATION and STATUS_DATATYPE_MISALIGNMENT for the
 *            two without an argument
 *   IRQL     any; above APC_LEVEL nobody but the raiser's own routine can be listening
 *   misuse   nobody takes it: bugcheck 0x7E (Status, address, …) in a thread, 0x1E above APC_LEVEL
 *   see      ExRaiseStatus, Windows driver documentation, wdm.h */
NTKERNELAPI DECLSPEC_NORETURN VOID NTAPI ExRaiseStatus(NTSTATUS Status);
NTKERNELAPI DECLSPEC_NORETURN VOID NTAPI ExRaiseAccessViolation(VOID);
NTKERNELAPI DECLSPEC_NORETURN VOID NTAPI ExRaiseDatatypeMisalignment(VOID);

/* From UTC to the time of day here, or, ExLocalTimeToSystemTime, back. The kernel keeps UTC only,
 * so the two are equal.
 *
 *   SystemTime  units of 100 ns since 1601-01-01
 *   LocalTime   receives the same kind of number
 *   IRQL        any
 *   see         ExSystemTimeToLocalTime, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime,
                                               PLARGE_INTEGER LocalTime);
NTKERNELAPI VOID NTAPI ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime,
                                               PLARGE_INTEGER SystemTime);

#endif
