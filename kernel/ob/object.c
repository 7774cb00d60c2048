/* Objects: creation, counting by pointers, and deletion.
 *
 * The last dereference deletes at once at PASSIVE_LEVEL. Above that (a completion routine, or a
 * caller that holds one of our fast mutexes) the object is put on a list that a worker empties,
 * because delete procedures send IRPs, wait, and touch pageable memory.
 * Guards: everything here is interlocked; paged objects may be on the list, so no spin lock could
 * be held while it is linked. */
#include "obp.h"

static POBJECT_HEADER volatile ObpReapList; /* (i) pushed by anybody, emptied by the worker     */
static volatile LONG ObpReapCount;          /* (i) pushed and not deleted yet; the one who makes
                                             *     it 1 queues the worker                        */
static WORK_QUEUE_ITEM ObpReapItem;         /* of the one who queues                             */

static VOID ObpDeleteObject(POBJECT_HEADER Header);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ObCreateObject, ObpDeleteObject, ObFlushDeferredDeletes)
#endif

NTSTATUS ObCreateObject(POBJECT_TYPE Type, SIZE_T BodySize, PVOID *Object)
{
    POBJECT_HEADER header;

    PAGED_CODE();
    header = ExAllocatePoolWithTag(Type->Info.PoolType, sizeof(OBJECT_HEADER) + BodySize,
                                   Type->Tag);
    if (header == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(header, sizeof(OBJECT_HEADER) + BodySize);
    header->PointerCount = 1;
    header->Type = Type;
    InterlockedIncrement(&Type->Objects);
    *Object = ObpBody(header);
    return STATUS_SUCCESS;
}

static VOID ObpDeleteObject(POBJECT_HEADER Header)
{
    POBJECT_TYPE type = Header->Type;

    PAGED_CODE();
    NT_ASSERT(Header->HandleCount == 0 && Header->Directory == NULL);
    if (type->Info.Delete != NULL) {
        type->Info.Delete(ObpBody(Header));
    }
    InterlockedDecrement(&type->Objects);
    ExFreePoolWithTag(Header, type->Tag);
}

/* Worker: deletes what is on the list until nothing is left. An object may be found here before
 * its pusher has counted it; the count is then below zero for a moment, and nobody queues. */
static VOID NTAPI ObpReap(PVOID Context)
{
    LONG deleted;

    UNREFERENCED_PARAMETER(Context);
    do {
        POBJECT_HEADER list = __atomic_exchange_n(&ObpReapList, NULL, __ATOMIC_SEQ_CST);

        for (deleted = 0; list != NULL; deleted++) {
            POBJECT_HEADER header = list;

            list = header->ReapNext;
            ObpDeleteObject(header);
        }
    } while (InterlockedExchangeAdd(&ObpReapCount, -deleted) - deleted > 0);
}

static VOID ObpDeleteLater(POBJECT_HEADER Header)
{
    POBJECT_HEADER first = ObpReapList;

    do {
        Header->ReapNext = first;
    } while (!__atomic_compare_exchange_n(&ObpReapList, &first, Header, FALSE, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    if (InterlockedIncrement(&ObpReapCount) == 1) {
        ExInitializeWorkItem(&ObpReapItem, ObpReap, NULL);
        ExQueueWorkItem(&ObpReapItem, DelayedWorkQueue);
    }
}

VOID ObFlushDeferredDeletes(VOID)
{
    LARGE_INTEGER tick = { .QuadPart = -100000 };

    PAGED_CODE();
    while (ObpReapCount != 0) {
        KeDelayExecutionThread(KernelMode, FALSE, &tick);
    }
}

LONG ObpQueryDeferred(VOID)
{
    return ObpReapCount;
}

LONG FASTCALL ObfReferenceObject(PVOID Object)
{
    LONG count = InterlockedIncrement(&ObpHeader(Object)->PointerCount);

    if (count <= 1) {
        KeBugCheckEx(REFERENCE_BY_POINTER, (ULONG_PTR)ObpHeader(Object)->Type, (ULONG_PTR)Object, 1,
                     (ULONG_PTR)count);
    }
    return count;
}

LONG FASTCALL ObfDereferenceObject(PVOID Object)
{
    POBJECT_HEADER header = ObpHeader(Object);
    LONG count = InterlockedDecrement(&header->PointerCount);

    if (count < 0) {
        KeBugCheckEx(REFERENCE_BY_POINTER, (ULONG_PTR)header->Type, (ULONG_PTR)Object, 2,
                     (ULONG_PTR)count);
    }
    if (count == 0) {
        if (KeGetCurrentIrql() == PASSIVE_LEVEL) {
            ObpDeleteObject(header);
        } else {
            ObpDeleteLater(header);
        }
    }
    return count;
}

NTSTATUS NTAPI ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess,
                                          POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode)
{
    UNREFERENCED_PARAMETER(DesiredAccess);
    UNREFERENCED_PARAMETER(AccessMode);
    if (ObjectType != NULL && ObpHeader(Object)->Type != ObjectType) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    ObfReferenceObject(Object);
    return STATUS_SUCCESS;
}

POBJECT_TYPE ObTypeOf(PVOID Object)
{
    return ObpHeader(Object)->Type;
}

PVOID ObWaitObject(PVOID Object)
{
    const OBJECT_TYPE_INITIALIZER *info = &ObpHeader(Object)->Type->Info;
    PVOID place;

    if (info->WaitOffset == OB_NOT_WAITABLE) {
        return NULL;
    }
    place = (PUCHAR)Object + info->WaitOffset;
    return info->WaitIsPointer ? *(PVOID *)place : place;
}

VOID ObQueryCounts(PVOID Object, PLONG Pointers, PLONG Handles)
{
    *Pointers = ObpHeader(Object)->PointerCount;
    *Handles = ObpHeader(Object)->HandleCount;
}
