/* Interlocked arithmetic and lists under NT's exported names. Arithmetic is one locked instruction;
 * the lists take the spin lock their owner gives, with interrupts off, so that any IRQL may call.
 */
#include "exp.h"

NTKERNELAPI LONG FASTCALL(InterlockedIncrement)(LONG volatile *Addend)
{
    return _InterlockedIncrement(Addend);
}

NTKERNELAPI LONG FASTCALL(InterlockedDecrement)(LONG volatile *Addend)
{
    return _InterlockedDecrement(Addend);
}

NTKERNELAPI LONG FASTCALL(InterlockedExchange)(LONG volatile *Target, LONG Value)
{
    return _InterlockedExchange(Target, Value);
}

NTKERNELAPI LONG FASTCALL(InterlockedExchangeAdd)(LONG volatile *Addend, LONG Value)
{
    return _InterlockedExchangeAdd(Addend, Value);
}

NTKERNELAPI LONG FASTCALL(InterlockedCompareExchange)(LONG volatile *Destination, LONG Exchange,
                                                      LONG Comparand)
{
    return _InterlockedCompareExchange(Destination, Exchange, Comparand);
}

NTKERNELAPI LONGLONG FASTCALL ExfInterlockedCompareExchange64(LONGLONG volatile *Destination,
                                                              PLONGLONG Exchange,
                                                              PLONGLONG Comparand)
{
    return _InterlockedCompareExchange64(Destination, *Exchange, *Comparand);
}

NTKERNELAPI LONGLONG FASTCALL ExInterlockedCompareExchange64(LONGLONG volatile *Destination,
                                                             PLONGLONG Exchange,
                                                             PLONGLONG Comparand, PKSPIN_LOCK Lock)
{
    return _InterlockedCompareExchange64(Destination, *Exchange, *Comparand);
}

/* Adds to 64 bits as one; returns what was there. */
static LONGLONG Add64(PLARGE_INTEGER Addend, LONGLONG Increment)
{
    LONGLONG Old, Seen = Addend->QuadPart;

    do {
        Old = Seen;
        Seen = _InterlockedCompareExchange64(
            &Addend->QuadPart, (LONGLONG)((ULONGLONG)Old + (ULONGLONG)Increment), Old);
    } while (Seen != Old);
    return Old;
}

NTKERNELAPI LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend,
                                                             LARGE_INTEGER Increment,
                                                             PKSPIN_LOCK Lock)
{
    return (LARGE_INTEGER){.QuadPart = Add64(Addend, Increment.QuadPart)};
}

NTKERNELAPI VOID FASTCALL ExInterlockedAddLargeStatistic(PLARGE_INTEGER Addend, ULONG Increment)
{
    Add64(Addend, Increment);
}

NTKERNELAPI ULONG FASTCALL ExfInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)
{
    return (ULONG)_InterlockedExchangeAdd((LONG volatile *)Addend, (LONG)Increment);
}

NTKERNELAPI ULONG NTAPI ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)
{
    return ExfInterlockedAddUlong(Addend, Increment, Lock);
}

/* Interrupts off, and the lock. Not KeAcquireSpinLock: interrupt routines use these lists too. */
static ULONG Lock(PKSPIN_LOCK SpinLock)
{
    ULONG Flags = KiDisableInterrupts();

    while (_InterlockedExchange((LONG volatile *)SpinLock, 1) != 0) {
        YieldProcessor();
    }
    return Flags;
}

static VOID Unlock(PKSPIN_LOCK SpinLock, ULONG Flags)
{
    __atomic_store_n(SpinLock, 0, __ATOMIC_RELEASE);
    KiRestoreInterrupts(Flags);
}

NTKERNELAPI PLIST_ENTRY FASTCALL ExfInterlockedInsertHeadList(PLIST_ENTRY ListHead,
                                                              PLIST_ENTRY ListEntry,
                                                              PKSPIN_LOCK SpinLock)
{
    ULONG Flags = Lock(SpinLock);
    PLIST_ENTRY First = IsListEmpty(ListHead) ? NULL : ListHead->Flink;

    InsertHeadList(ListHead, ListEntry);
    Unlock(SpinLock, Flags);
    return First;
}

NTKERNELAPI PLIST_ENTRY FASTCALL ExfInterlockedInsertTailList(PLIST_ENTRY ListHead,
                                                              PLIST_ENTRY ListEntry,
                                                              PKSPIN_LOCK SpinLock)
{
    ULONG Flags = Lock(SpinLock);
    PLIST_ENTRY Last = IsListEmpty(ListHead) ? NULL : ListHead->Blink;

    InsertTailList(ListHead, ListEntry);
    Unlock(SpinLock, Flags);
    return Last;
}

NTKERNELAPI PLIST_ENTRY FASTCALL ExfInterlockedRemoveHeadList(PLIST_ENTRY ListHead,
                                                              PKSPIN_LOCK SpinLock)
{
    ULONG Flags = Lock(SpinLock);
    PLIST_ENTRY First = IsListEmpty(ListHead) ? NULL : RemoveHeadList(ListHead);

    Unlock(SpinLock, Flags);
    return First;
}

NTKERNELAPI PSINGLE_LIST_ENTRY FASTCALL ExfInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                   PKSPIN_LOCK SpinLock)
{
    ULONG Flags = Lock(SpinLock);
    PSINGLE_LIST_ENTRY First = PopEntryList(ListHead);

    Unlock(SpinLock, Flags);
    return First;
}

NTKERNELAPI PSINGLE_LIST_ENTRY FASTCALL ExfInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                    PSINGLE_LIST_ENTRY ListEntry,
                                                                    PKSPIN_LOCK SpinLock)
{
    ULONG Flags = Lock(SpinLock);
    PSINGLE_LIST_ENTRY First = ListHead->Next;

    PushEntryList(ListHead, ListEntry);
    Unlock(SpinLock, Flags);
    return First;
}

NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(PLIST_ENTRY ListHead,
                                                          PLIST_ENTRY ListEntry,
                                                          PKSPIN_LOCK SpinLock)
{
    return ExfInterlockedInsertHeadList(ListHead, ListEntry, SpinLock);
}

NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedInsertTailList(PLIST_ENTRY ListHead,
                                                          PLIST_ENTRY ListEntry,
                                                          PKSPIN_LOCK SpinLock)
{
    return ExfInterlockedInsertTailList(ListHead, ListEntry, SpinLock);
}

NTKERNELAPI PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead,
                                                          PKSPIN_LOCK SpinLock)
{
    return ExfInterlockedRemoveHeadList(ListHead, SpinLock);
}

NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                               PKSPIN_LOCK SpinLock)
{
    return ExfInterlockedPopEntryList(ListHead, SpinLock);
}

NTKERNELAPI PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                                PSINGLE_LIST_ENTRY ListEntry,
                                                                PKSPIN_LOCK SpinLock)
{
    return ExfInterlockedPushEntryList(ListHead, ListEntry, SpinLock);
}
