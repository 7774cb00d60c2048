/* wdm/ex.h: the executive: pools, lookaside lists, locks that wait, work items, interlocked
 * arithmetic and lists, callbacks. */
#ifndef _WDM_EX_
#define _WDM_EX_

/* Interlocked arithmetic: exported as NT does on i386, and inline for whoever calls by the usual
 * names. A definition writes the name in parentheses. */
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
NTKERNELAPI LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend,
                                                             LARGE_INTEGER Increment,
                                                             PKSPIN_LOCK Lock);
NTKERNELAPI VOID FASTCALL ExInterlockedAddLargeStatistic(PLARGE_INTEGER Addend, ULONG Increment);
NTKERNELAPI ULONG NTAPI ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock);
NTKERNELAPI ULONG FASTCALL ExfInterlockedAddUlong(PULONG Addend, ULONG Increment,
                                                  PKSPIN_LOCK Lock);
NTKERNELAPI LONGLONG FASTCALL ExInterlockedCompareExchange64(LONGLONG volatile *Destination,
                                                             PLONGLONG Exchange,
                                                             PLONGLONG Comparand,
                                                             PKSPIN_LOCK Lock);
NTKERNELAPI LONGLONG FASTCALL ExfInterlockedCompareExchange64(LONGLONG volatile *Destination,
                                                              PLONGLONG Exchange,
                                                              PLONGLONG Comparand);

/* Interlocked lists */
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(PLIST_ENTRY ListHead,
                                                          PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertTailList(PLIST_ENTRY ListHead,
                                                          PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock);
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                               PKSPIN_LOCK Lock);
NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                PSINGLE_LIST_ENTRY ListEntry,
                                                                PKSPIN_LOCK Lock);
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
NTKERNELAPI PSLIST_ENTRY FASTCALL ExInterlockedPushEntrySList(PSLIST_HEADER ListHead,
                                                              PSLIST_ENTRY ListEntry,
                                                              PKSPIN_LOCK Lock);
NTKERNELAPI PSLIST_ENTRY FASTCALL ExInterlockedPopEntrySList(PSLIST_HEADER ListHead,
                                                             PKSPIN_LOCK Lock);
NTKERNELAPI PSLIST_ENTRY FASTCALL ExInterlockedFlushSList(PSLIST_HEADER ListHead);
NTKERNELAPI PSLIST_ENTRY FASTCALL InterlockedPushEntrySList(PSLIST_HEADER ListHead,
                                                            PSLIST_ENTRY ListEntry);
NTKERNELAPI PSLIST_ENTRY FASTCALL InterlockedPopEntrySList(PSLIST_HEADER ListHead);

FORCEINLINE VOID ExInitializeSListHead(PSLIST_HEADER ListHead)
{
    ListHead->Alignment = 0;
}

#define InitializeSListHead(ListHead) ExInitializeSListHead(ListHead)
#define ExQueryDepthSList(ListHead) ((ListHead)->Depth)
#define QueryDepthSList(ListHead) ((ListHead)->Depth)
#define InterlockedFlushSList(ListHead) ExInterlockedFlushSList(ListHead)

/* Pools */
NTKERNELAPI PVOID NTAPI ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes);
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes,
                                                      ULONG Tag, EX_POOL_PRIORITY Priority);
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes);
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes,
                                                   ULONG Tag);
NTKERNELAPI VOID NTAPI ExFreePool(PVOID P);
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
NTKERNELAPI VOID NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                                       PALLOCATE_FUNCTION Allocate,
                                                       PFREE_FUNCTION Free, ULONG Flags,
                                                       SIZE_T Size, ULONG Tag, USHORT Depth);
NTKERNELAPI VOID NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
NTKERNELAPI VOID NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside,
                                                      PALLOCATE_FUNCTION Allocate,
                                                      PFREE_FUNCTION Free, ULONG Flags,
                                                      SIZE_T Size, ULONG Tag, USHORT Depth);
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

#define ExAllocateFromNPagedLookasideList(Lookaside) ExpAllocateFromLookaside(&(Lookaside)->L)
#define ExFreeToNPagedLookasideList(Lookaside, Entry) ExpFreeToLookaside(&(Lookaside)->L, Entry)
#define ExAllocateFromPagedLookasideList(Lookaside) ExpAllocateFromLookaside(&(Lookaside)->L)
#define ExFreeToPagedLookasideList(Lookaside, Entry) ExpFreeToLookaside(&(Lookaside)->L, Entry)

/* Fast mutexes */
NTHALAPI VOID FASTCALL ExAcquireFastMutex(PFAST_MUTEX FastMutex);
NTHALAPI VOID FASTCALL ExReleaseFastMutex(PFAST_MUTEX FastMutex);
NTHALAPI BOOLEAN FASTCALL ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI VOID FASTCALL ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex);
NTKERNELAPI VOID FASTCALL ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex);

FORCEINLINE VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
    FastMutex->Count = 1;
    FastMutex->Owner = NULL;
    FastMutex->Contention = 0;
    KeInitializeEvent(&FastMutex->Event, SynchronizationEvent, FALSE);
}

/* Resources: many readers or one writer */
NTKERNELAPI NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource);
NTKERNELAPI NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource);
NTKERNELAPI NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource);
NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait);
NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait);
NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait);
NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait);
NTKERNELAPI VOID NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource);
NTKERNELAPI VOID FASTCALL ExReleaseResourceLite(PERESOURCE Resource);
NTKERNELAPI VOID NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource,
                                                      ERESOURCE_THREAD ResourceThreadId);
NTKERNELAPI BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource);
NTKERNELAPI ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource);
NTKERNELAPI ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource);
NTKERNELAPI ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource);
#define ExIsResourceAcquiredLite ExIsResourceAcquiredSharedLite
#define ExGetCurrentResourceThread() ((ERESOURCE_THREAD)KeGetCurrentThread())

/* Work items and callbacks */
NTKERNELAPI VOID NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType);

FORCEINLINE VOID ExInitializeWorkItem(PWORK_QUEUE_ITEM Item, PWORKER_THREAD_ROUTINE Routine,
                                      PVOID Context)
{
    Item->WorkerRoutine = Routine;
    Item->Parameter = Context;
    Item->List.Flink = NULL;
}

NTKERNELAPI NTSTATUS NTAPI ExCreateCallback(PCALLBACK_OBJECT *CallbackObject,
                                            POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN Create,
                                            BOOLEAN AllowMultipleCallbacks);
NTKERNELAPI PVOID NTAPI ExRegisterCallback(PCALLBACK_OBJECT CallbackObject,
                                           PCALLBACK_FUNCTION CallbackFunction,
                                           PVOID CallbackContext);
NTKERNELAPI VOID NTAPI ExUnregisterCallback(PVOID CallbackRegistration);
NTKERNELAPI VOID NTAPI ExNotifyCallback(PCALLBACK_OBJECT CallbackObject, PVOID Argument1,
                                        PVOID Argument2);

NTKERNELAPI VOID NTAPI ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime,
                                               PLARGE_INTEGER LocalTime);
NTKERNELAPI VOID NTAPI ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime,
                                               PLARGE_INTEGER SystemTime);

#endif
