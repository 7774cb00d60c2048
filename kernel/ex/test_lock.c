/* Tests: fast mutexes, resources. Helpers of a higher priority run at once when they are started or
 * woken, so that each step's outcome is there when it returns. */
#include "exp.h"
#include "test.h"
#include "ktthread.h"

typedef enum _EXT_ACTION { ExtExclusive, ExtShared, ExtStarve, ExtWaitExclusive } EXT_ACTION;

/* A thread that takes a resource, says so, and holds it until told to let go. */
typedef struct _EXT_HOLDER {
    PERESOURCE Resource;
    EXT_ACTION Action;
    volatile LONG Has;
    KEVENT Release;
    PETHREAD Thread;
} EXT_HOLDER;

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

static BOOLEAN ExtAcquire(PERESOURCE Resource, EXT_ACTION Action, BOOLEAN Wait)
{
    switch (Action) {
    case ExtExclusive:
        return ExAcquireResourceExclusiveLite(Resource, Wait);
    case ExtShared:
        return ExAcquireResourceSharedLite(Resource, Wait);
    case ExtStarve:
        return ExAcquireSharedStarveExclusive(Resource, Wait);
    default:
        return ExAcquireSharedWaitForExclusive(Resource, Wait);
    }
}

static VOID NTAPI ExtHold(PVOID Context)
{
    EXT_HOLDER *Holder = Context;

    KeEnterCriticalRegion();
    ExtAcquire(Holder->Resource, Holder->Action, TRUE);
    Holder->Has = TRUE;
    KeWaitForSingleObject(&Holder->Release, Executive, KernelMode, FALSE, NULL);
    ExReleaseResourceLite(Holder->Resource);
    KeLeaveCriticalRegion();
}

static VOID ExtStart(EXT_HOLDER *Holder, PERESOURCE Resource, EXT_ACTION Action)
{
    Holder->Resource = Resource;
    Holder->Action = Action;
    Holder->Has = FALSE;
    KeInitializeEvent(&Holder->Release, NotificationEvent, FALSE);
    Holder->Thread = KtStart(ExtHold, Holder, 12);
}

static VOID ExtLetGo(EXT_HOLDER *Holder)
{
    KeSetEvent(&Holder->Release, IO_NO_INCREMENT, FALSE);
    KtJoin(Holder->Thread);
}

KTEST(ex_resource_recursion_and_conversion)
{
    ERESOURCE Resource;
    EXT_HOLDER Reader;

    KCHECK_EQUAL(ExInitializeResourceLite(&Resource), STATUS_SUCCESS);
    KeEnterCriticalRegion();
    KCHECK(ExAcquireResourceExclusiveLite(&Resource, FALSE));
    KCHECK(ExAcquireResourceExclusiveLite(&Resource, FALSE));
    KCHECK(ExAcquireResourceSharedLite(&Resource, FALSE));
    KCHECK(ExIsResourceAcquiredExclusiveLite(&Resource));
    KCHECK_EQUAL(ExIsResourceAcquiredSharedLite(&Resource), 3);
    ExReleaseResourceLite(&Resource);
    ExReleaseResourceLite(&Resource);
    ExtStart(&Reader, &Resource, ExtShared);
    KCHECK_EQUAL(Reader.Has, FALSE);
    KCHECK_EQUAL(ExGetSharedWaiterCount(&Resource), 1);
    ExConvertExclusiveToSharedLite(&Resource);
    KCHECK_EQUAL(Reader.Has, TRUE);
    KCHECK(!ExIsResourceAcquiredExclusiveLite(&Resource));
    KCHECK(!ExAcquireResourceExclusiveLite(&Resource, FALSE));
    ExReleaseResourceLite(&Resource);
    ExtLetGo(&Reader);
    KCHECK(ExAcquireResourceExclusiveLite(&Resource, FALSE));
    ExReleaseResourceLite(&Resource);
    KeLeaveCriticalRegion();
    KCHECK_EQUAL(ExDeleteResourceLite(&Resource), STATUS_SUCCESS);
}

KTEST(ex_resource_waiting_writer_holds_new_readers_off)
{
    ERESOURCE Resource;
    EXT_HOLDER Writer, Reader, Starver;

    ExInitializeResourceLite(&Resource);
    KeEnterCriticalRegion();
    KCHECK(ExAcquireResourceSharedLite(&Resource, TRUE));
    ExtStart(&Writer, &Resource, ExtExclusive);
    KCHECK_EQUAL(Writer.Has, FALSE);
    KCHECK_EQUAL(ExGetExclusiveWaiterCount(&Resource), 1);
    KCHECK(ExAcquireResourceSharedLite(&Resource, FALSE)); /* owners may come in again */
    ExReleaseResourceLite(&Resource);
    KCHECK(!ExAcquireSharedWaitForExclusive(&Resource, FALSE));
    ExtStart(&Reader, &Resource, ExtShared);
    KCHECK_EQUAL(Reader.Has, FALSE);
    ExtStart(&Starver, &Resource, ExtStarve);
    KCHECK_EQUAL(Starver.Has, TRUE);
    ExtLetGo(&Starver);
    KCHECK_EQUAL(Writer.Has, FALSE);
    ExReleaseResourceLite(&Resource); /* the last reader: a writer */
    KCHECK_EQUAL(Writer.Has, TRUE);
    KCHECK_EQUAL(Reader.Has, FALSE);
    ExtLetGo(&Writer); /* a writer: all readers     */
    KCHECK_EQUAL(Reader.Has, TRUE);
    ExtLetGo(&Reader);
    KeLeaveCriticalRegion();
    ExDeleteResourceLite(&Resource);
}

KTEST(ex_resource_many_readers_grow_the_table)
{
    static EXT_HOLDER Readers[12];
    ERESOURCE Resource;
    ULONG Index;

    ExInitializeResourceLite(&Resource);
    for (Index = 0; Index < RTL_NUMBER_OF(Readers); Index++) {
        ExtStart(&Readers[Index], &Resource, ExtShared);
        KCHECK_EQUAL(Readers[Index].Has, TRUE);
    }
    KCHECK_EQUAL(Resource.ActiveCount, RTL_NUMBER_OF(Readers));
    for (Index = 0; Index < RTL_NUMBER_OF(Readers); Index++) {
        ExtLetGo(&Readers[Index]);
    }
    KCHECK_EQUAL(Resource.ActiveCount, 0);
    ExDeleteResourceLite(&Resource);
}

typedef struct _EXT_COUNT {
    FAST_MUTEX Mutex;
    volatile LONG Inside, Most;
    volatile LONG Done;
} EXT_COUNT;

static VOID NTAPI ExtCount(PVOID Context)
{
    EXT_COUNT *Count = Context;
    LARGE_INTEGER Tick = {.QuadPart = -1};

    for (ULONG Round = 0; Round < 5; Round++) {
        ExAcquireFastMutex(&Count->Mutex);
        if (InterlockedIncrement(&Count->Inside) > Count->Most) {
            Count->Most = Count->Inside;
        }
        KeDelayExecutionThread(KernelMode, FALSE, &Tick); /* lets the others try */
        InterlockedDecrement(&Count->Inside);
        ExReleaseFastMutex(&Count->Mutex);
    }
    InterlockedIncrement(&Count->Done);
}

KTEST(ex_fast_mutex_excludes)
{
    EXT_COUNT Count = {.Inside = 0};
    PETHREAD Threads[3];

    ExInitializeFastMutex(&Count.Mutex);
    ExAcquireFastMutex(&Count.Mutex);
    KCHECK_EQUAL(KeGetCurrentIrql(), APC_LEVEL);
    ExReleaseFastMutex(&Count.Mutex);
    KCHECK_EQUAL(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KCHECK(ExTryToAcquireFastMutex(&Count.Mutex));
    KCHECK_EQUAL(KeGetCurrentIrql(), APC_LEVEL);
    ExReleaseFastMutex(&Count.Mutex);
    Count.Mutex.Count = 0;
    KCHECK(!ExTryToAcquireFastMutex(&Count.Mutex)); /* somebody else's */
    KCHECK_EQUAL(KeGetCurrentIrql(), PASSIVE_LEVEL);
    Count.Mutex.Count = 1;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Threads); Index++) {
        Threads[Index] = KtStart(ExtCount, &Count, 12);
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Threads); Index++) {
        KtJoin(Threads[Index]);
    }
    KCHECK_EQUAL(Count.Done, 3);
    KCHECK_EQUAL(Count.Most, 1);
    KCHECK(Count.Mutex.Contention != 0);
    KCHECK_EQUAL(Count.Mutex.Count, 1);
}
