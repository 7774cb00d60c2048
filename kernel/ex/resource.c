/* ERESOURCE: many readers or one writer, recursive, for threads at or below APC_LEVEL.
 *
 *   state       Flag OwnedExclusive   ActiveCount           owners
 *   free        0                     0                     none
 *   shared      0                     threads that own it   OwnerEntry, OwnerTable: a row each
 *   exclusive   1                     1                     OwnerEntry
 *
 * Whoever lets the resource go hands it over: the state is changed on behalf of the waiters before
 * they are woken, so that nobody can slip in between. After a writer all waiting readers come
 * first, after the last reader a writer: neither starves. A reader that would join readers while a
 * writer waits waits too, but for one that owns the resource already, and but for the
 * StarveExclusive form.
 *
 * Row 0 of OwnerTable holds the table's size. The table, the semaphore and the event are made when
 * first needed; a thread that may wait tries again until there is memory.
 *
 * Guards: SpinLock every field but the list links, ExpResourceLock those. Lock order: SpinLock is
 * inner to nothing and outer to the dispatcher lock. */
#include "exp.h"

#define TABLE_STEP 4

typedef enum _SHARED_FORM { SharedFair, SharedStarveExclusive, SharedWaitForExclusive } SHARED_FORM;

static KSPIN_LOCK ExpResourceLock;
static LIST_ENTRY ExpResourceList = {&ExpResourceList, &ExpResourceList};

static BOOLEAN IsExclusive(PERESOURCE Resource)
{
    return (Resource->Flag & ResourceOwnedExclusive) != 0;
}

/* The row of a thread, or NULL. */
static POWNER_ENTRY FindOwner(PERESOURCE Resource, ERESOURCE_THREAD Thread)
{
    if (Resource->OwnerEntry.OwnerThread == Thread) {
        return &Resource->OwnerEntry;
    }
    if (Resource->OwnerTable != NULL) {
        for (ULONG Index = 1; Index < Resource->OwnerTable->TableSize; Index++) {
            if (Resource->OwnerTable[Index].OwnerThread == Thread) {
                return &Resource->OwnerTable[Index];
            }
        }
    }
    return NULL;
}

static VOID Pause(VOID)
{
    LARGE_INTEGER Interval = {.QuadPart = -10 * 1000 * 10};

    KeDelayExecutionThread(KernelMode, FALSE, &Interval);
}

/* Puts a larger table in place, the lock dropped meanwhile; FALSE without memory. */
static BOOLEAN GrowTable(PERESOURCE Resource, PKIRQL OldIrql)
{
    ULONG OldSize = Resource->OwnerTable == NULL ? 0 : Resource->OwnerTable->TableSize;
    ULONG NewSize = OldSize + TABLE_STEP;
    POWNER_ENTRY Table, Spare;

    KeReleaseSpinLock(&Resource->SpinLock, *OldIrql);
    Table = ExAllocatePoolWithTag(NonPagedPool, NewSize * sizeof(*Table), EX_TAG_RESOURCE);
    KeAcquireSpinLock(&Resource->SpinLock, OldIrql);
    if (Table == NULL) {
        return FALSE;
    }
    Spare = Table;
    if (OldSize == (Resource->OwnerTable == NULL ? 0 : Resource->OwnerTable->TableSize)) {
        RtlZeroMemory(Table, NewSize * sizeof(*Table));
        if (OldSize != 0) {
            RtlCopyMemory(Table, Resource->OwnerTable, OldSize * sizeof(*Table));
        }
        Table->TableSize = NewSize;
        Spare = Resource->OwnerTable;
        Resource->OwnerTable = Table;
    }
    if (Spare != NULL) {
        KeReleaseSpinLock(&Resource->SpinLock, *OldIrql);
        ExFreePoolWithTag(Spare, EX_TAG_RESOURCE);
        KeAcquireSpinLock(&Resource->SpinLock, OldIrql);
    }
    return TRUE;
}

/* A row nobody has, or NULL: the table must grow. */
static POWNER_ENTRY FindFreeRow(PERESOURCE Resource)
{
    return FindOwner(Resource, 0);
}

/* Event for writers, semaphore for readers, made when first needed; FALSE if the lock was dropped
 * for it and the caller must look at the resource again. */
static BOOLEAN HaveWaitObject(PERESOURCE Resource, BOOLEAN Exclusive, PKIRQL OldIrql)
{
    PVOID New;

    if (Exclusive ? Resource->ExclusiveWaiters != NULL : Resource->SharedWaiters != NULL) {
        return TRUE;
    }
    KeReleaseSpinLock(&Resource->SpinLock, *OldIrql);
    New = ExAllocatePoolWithTag(NonPagedPool, Exclusive ? sizeof(KEVENT) : sizeof(KSEMAPHORE),
                                EX_TAG_RESOURCE);
    if (New == NULL) {
        Pause();
        KeAcquireSpinLock(&Resource->SpinLock, OldIrql);
        return FALSE;
    }
    if (Exclusive) {
        KeInitializeEvent(New, SynchronizationEvent, FALSE);
    } else {
        KeInitializeSemaphore(New, 0, MAXLONG);
    }
    KeAcquireSpinLock(&Resource->SpinLock, OldIrql);
    if (Exclusive && Resource->ExclusiveWaiters == NULL) {
        Resource->ExclusiveWaiters = New;
    } else if (!Exclusive && Resource->SharedWaiters == NULL) {
        Resource->SharedWaiters = New;
    } else {
        KeReleaseSpinLock(&Resource->SpinLock, *OldIrql);
        ExFreePoolWithTag(New, EX_TAG_RESOURCE);
        KeAcquireSpinLock(&Resource->SpinLock, OldIrql);
    }
    return FALSE;
}

/* Enters the current thread as a reader that has been counted in ActiveCount. */
static VOID EnterCountedReader(PERESOURCE Resource, ERESOURCE_THREAD Thread, PKIRQL OldIrql)
{
    POWNER_ENTRY Owner;

    while ((Owner = FindFreeRow(Resource)) == NULL) {
        if (!GrowTable(Resource, OldIrql)) {
            KeReleaseSpinLock(&Resource->SpinLock, *OldIrql);
            Pause();
            KeAcquireSpinLock(&Resource->SpinLock, OldIrql);
        }
    }
    Owner->OwnerThread = Thread;
    Owner->OwnerCount = 1;
    Resource->ActiveEntries++;
}

static BOOLEAN MayShare(PERESOURCE Resource, SHARED_FORM Form)
{
    if (IsExclusive(Resource)) {
        return FALSE;
    }
    return Form == SharedStarveExclusive || Resource->NumberOfExclusiveWaiters == 0;
}

static BOOLEAN AcquireShared(PERESOURCE Resource, BOOLEAN Wait, SHARED_FORM Form)
{
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    POWNER_ENTRY Owner;
    KIRQL OldIrql;

    NT_ASSERT(KeGetCurrentIrql() < DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
    for (;;) {
        Owner = FindOwner(Resource, Thread);
        if (Owner != NULL && (IsExclusive(Resource) || Form != SharedWaitForExclusive ||
                              Resource->NumberOfExclusiveWaiters == 0)) {
            Owner->OwnerCount++;
            break;
        }
        if (Owner == NULL && MayShare(Resource, Form)) {
            if (FindFreeRow(Resource) == NULL) {
                if (GrowTable(Resource, &OldIrql)) {
                    continue;
                }
                if (!Wait) {
                    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
                    return FALSE;
                }
                KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
                Pause();
                KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
                continue;
            }
            Resource->ActiveCount++;
            EnterCountedReader(Resource, Thread, &OldIrql);
            break;
        }
        if (!Wait) {
            KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
            return FALSE;
        }
        if (!HaveWaitObject(Resource, FALSE, &OldIrql)) {
            continue;
        }
        Resource->NumberOfSharedWaiters++;
        Resource->ContentionCount++;
        KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
        KeWaitForSingleObject(Resource->SharedWaiters, Executive, KernelMode, FALSE, NULL);
        KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
        EnterCountedReader(Resource, Thread, &OldIrql);
        break;
    }
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
    return TRUE;
}

NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)
{
    return AcquireShared(Resource, Wait, SharedFair);
}

NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    return AcquireShared(Resource, Wait, SharedStarveExclusive);
}

NTKERNELAPI BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    return AcquireShared(Resource, Wait, SharedWaitForExclusive);
}

static VOID MakeExclusive(PERESOURCE Resource, ERESOURCE_THREAD Thread)
{
    Resource->Flag |= ResourceOwnedExclusive;
    Resource->ActiveCount = 1;
    Resource->ActiveEntries = 1;
    Resource->OwnerEntry.OwnerThread = Thread;
    Resource->OwnerEntry.OwnerCount = 1;
}

NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)
{
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    BOOLEAN Acquired = TRUE;
    KIRQL OldIrql;

    NT_ASSERT(KeGetCurrentIrql() < DISPATCH_LEVEL);
    KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
    for (;;) {
        if (Resource->ActiveCount == 0) {
            MakeExclusive(Resource, Thread);
            break;
        }
        if (IsExclusive(Resource) && Resource->OwnerEntry.OwnerThread == Thread) {
            Resource->OwnerEntry.OwnerCount++;
            break;
        }
        if (!Wait) {
            Acquired = FALSE;
            break;
        }
        if (!HaveWaitObject(Resource, TRUE, &OldIrql)) {
            continue;
        }
        Resource->NumberOfExclusiveWaiters++;
        Resource->ContentionCount++;
        KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
        KeWaitForSingleObject(Resource->ExclusiveWaiters, Executive, KernelMode, FALSE, NULL);
        KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
        Resource->OwnerEntry.OwnerThread = Thread; /* handed over: see PassOn */
        break;
    }
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
    return Acquired;
}

/* All waiting readers become owners; each enters its row when it runs. */
static VOID AdmitReaders(PERESOURCE Resource)
{
    ULONG Readers = Resource->NumberOfSharedWaiters;

    if (Readers != 0) {
        Resource->NumberOfSharedWaiters = 0;
        Resource->ActiveCount = (SHORT)(Resource->ActiveCount + (SHORT)Readers);
        KeReleaseSemaphore(Resource->SharedWaiters, 0, (LONG)Readers, FALSE);
    }
}

/* The resource has become free: who comes next gets it here. */
static VOID PassOn(PERESOURCE Resource, BOOLEAN FromWriter)
{
    if (Resource->NumberOfExclusiveWaiters != 0 &&
        (!FromWriter || Resource->NumberOfSharedWaiters == 0)) {
        Resource->NumberOfExclusiveWaiters--;
        MakeExclusive(Resource, (ERESOURCE_THREAD)1); /* nobody's until the waiter runs */
        KeSetEvent(Resource->ExclusiveWaiters, EVENT_INCREMENT, FALSE);
    } else {
        AdmitReaders(Resource);
    }
}

NTKERNELAPI VOID NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource,
                                                      ERESOURCE_THREAD ResourceThreadId)
{
    POWNER_ENTRY Owner;
    BOOLEAN Writer;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
    Owner = FindOwner(Resource, ResourceThreadId);
    if (Owner == NULL || Owner->OwnerCount == 0) {
        KeBugCheckEx(RESOURCE_NOT_OWNED, (ULONG_PTR)Resource, ResourceThreadId,
                     (ULONG_PTR)Resource->OwnerTable, 1);
    }
    if (--Owner->OwnerCount == 0) {
        Owner->OwnerThread = 0;
        Resource->ActiveEntries--;
        if (--Resource->ActiveCount == 0) {
            Writer = IsExclusive(Resource);
            Resource->Flag = (USHORT)(Resource->Flag & ~ResourceOwnedExclusive);
            PassOn(Resource, Writer);
        }
    }
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
}

NTKERNELAPI VOID FASTCALL ExReleaseResourceLite(PERESOURCE Resource)
{
    ExReleaseResourceForThreadLite(Resource, ExGetCurrentResourceThread());
}

NTKERNELAPI VOID NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
    NT_ASSERT(IsExclusive(Resource) &&
              Resource->OwnerEntry.OwnerThread == ExGetCurrentResourceThread());
    Resource->Flag = (USHORT)(Resource->Flag & ~ResourceOwnedExclusive);
    AdmitReaders(Resource);
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
}

NTKERNELAPI BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource)
{
    BOOLEAN Mine;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
    Mine =
        IsExclusive(Resource) && Resource->OwnerEntry.OwnerThread == ExGetCurrentResourceThread();
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
    return Mine;
}

NTKERNELAPI ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource)
{
    POWNER_ENTRY Owner;
    ULONG Count;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Resource->SpinLock, &OldIrql);
    Owner = FindOwner(Resource, ExGetCurrentResourceThread());
    Count = Owner == NULL ? 0 : Owner->OwnerCount;
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
    return Count;
}

NTKERNELAPI ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource)
{
    return Resource->NumberOfExclusiveWaiters;
}

NTKERNELAPI ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource)
{
    return Resource->NumberOfSharedWaiters;
}

NTKERNELAPI NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource)
{
    KIRQL OldIrql;

    RtlZeroMemory(Resource, sizeof(*Resource));
    KeInitializeSpinLock(&Resource->SpinLock);
    KeAcquireSpinLock(&ExpResourceLock, &OldIrql);
    InsertTailList(&ExpResourceList, &Resource->SystemResourcesList);
    KeReleaseSpinLock(&ExpResourceLock, OldIrql);
    return STATUS_SUCCESS;
}

NTKERNELAPI NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource)
{
    NT_ASSERT(Resource->NumberOfSharedWaiters == 0 && Resource->NumberOfExclusiveWaiters == 0);
    Resource->ActiveCount = 0;
    Resource->ActiveEntries = 0;
    Resource->Flag = 0;
    Resource->ContentionCount = 0;
    RtlZeroMemory(&Resource->OwnerEntry, sizeof(Resource->OwnerEntry));
    if (Resource->OwnerTable != NULL) {
        RtlZeroMemory(Resource->OwnerTable + 1,
                      (Resource->OwnerTable->TableSize - 1) * sizeof(OWNER_ENTRY));
    }
    return STATUS_SUCCESS;
}

NTKERNELAPI NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource)
{
    KIRQL OldIrql;

    NT_ASSERT(Resource->NumberOfSharedWaiters == 0 && Resource->NumberOfExclusiveWaiters == 0);
    KeAcquireSpinLock(&ExpResourceLock, &OldIrql);
    RemoveEntryList(&Resource->SystemResourcesList);
    KeReleaseSpinLock(&ExpResourceLock, OldIrql);
    if (Resource->OwnerTable != NULL) {
        ExFreePoolWithTag(Resource->OwnerTable, EX_TAG_RESOURCE);
    }
    if (Resource->SharedWaiters != NULL) {
        ExFreePoolWithTag(Resource->SharedWaiters, EX_TAG_RESOURCE);
    }
    if (Resource->ExclusiveWaiters != NULL) {
        ExFreePoolWithTag(Resource->ExclusiveWaiters, EX_TAG_RESOURCE);
    }
    return STATUS_SUCCESS;
}
