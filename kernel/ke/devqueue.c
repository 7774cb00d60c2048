/* Device queues: whether a device is busy, and who waits for it. Each has a spin lock of its own;
 * all routines are called at DISPATCH_LEVEL. Nothing waits here: entries do. */
#include "ki.h"

VOID NTAPI KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    DeviceQueue->Type = KI_DEVICE_QUEUE;
    DeviceQueue->Size = sizeof(*DeviceQueue);
    DeviceQueue->Lock = 0;
    DeviceQueue->Busy = FALSE;
    InitializeListHead(&DeviceQueue->DeviceListHead);
}

/* Not busy: becomes busy and returns FALSE, the caller starts the request. Busy: queued, TRUE. */
BOOLEAN NTAPI KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY Entry)
{
    KIRQL irql = KfAcquireSpinLock(&DeviceQueue->Lock);
    BOOLEAN busy = DeviceQueue->Busy;

    if (busy) {
        InsertTailList(&DeviceQueue->DeviceListHead, &Entry->DeviceListEntry);
    }
    DeviceQueue->Busy = TRUE;
    Entry->Inserted = busy;
    KfReleaseSpinLock(&DeviceQueue->Lock, irql);
    return busy;
}

BOOLEAN NTAPI KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY Entry,
                                       ULONG SortKey)
{
    KIRQL irql = KfAcquireSpinLock(&DeviceQueue->Lock);
    PLIST_ENTRY head = &DeviceQueue->DeviceListHead, before = head->Blink;
    BOOLEAN busy = DeviceQueue->Busy;

    Entry->SortKey = SortKey;
    if (busy) {
        while (before != head && SortKey < CONTAINING_RECORD(before, KDEVICE_QUEUE_ENTRY,
                                                             DeviceListEntry)->SortKey) {
            before = before->Blink;
        }
        InsertHeadList(before, &Entry->DeviceListEntry);
    }
    DeviceQueue->Busy = TRUE;
    Entry->Inserted = busy;
    KfReleaseSpinLock(&DeviceQueue->Lock, irql);
    return busy;
}

/* Takes Entry off, or makes the queue idle if there is none. Lock held. */
static PKDEVICE_QUEUE_ENTRY KiTakeQueueEntry(PKDEVICE_QUEUE DeviceQueue, PLIST_ENTRY Entry)
{
    PKDEVICE_QUEUE_ENTRY entry;

    if (Entry == &DeviceQueue->DeviceListHead) {
        DeviceQueue->Busy = FALSE;
        return NULL;
    }
    entry = CONTAINING_RECORD(Entry, KDEVICE_QUEUE_ENTRY, DeviceListEntry);
    RemoveEntryList(Entry);
    entry->Inserted = FALSE;
    return entry;
}

PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue)
{
    KIRQL irql = KfAcquireSpinLock(&DeviceQueue->Lock);
    PKDEVICE_QUEUE_ENTRY entry =
        KiTakeQueueEntry(DeviceQueue, DeviceQueue->DeviceListHead.Flink);

    KfReleaseSpinLock(&DeviceQueue->Lock, irql);
    return entry;
}

/* The first at or above SortKey, the first of all if there is none: a sweep over the disk. */
PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey)
{
    KIRQL irql = KfAcquireSpinLock(&DeviceQueue->Lock);
    PLIST_ENTRY head = &DeviceQueue->DeviceListHead, next = head->Flink;
    PKDEVICE_QUEUE_ENTRY entry;

    while (next != head &&
           CONTAINING_RECORD(next, KDEVICE_QUEUE_ENTRY, DeviceListEntry)->SortKey < SortKey) {
        next = next->Flink;
    }
    entry = KiTakeQueueEntry(DeviceQueue, next != head ? next : head->Flink);
    KfReleaseSpinLock(&DeviceQueue->Lock, irql);
    return entry;
}

BOOLEAN NTAPI KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY Entry)
{
    KIRQL irql = KfAcquireSpinLock(&DeviceQueue->Lock);
    BOOLEAN was = Entry->Inserted;

    if (was) {
        RemoveEntryList(&Entry->DeviceListEntry);
        Entry->Inserted = FALSE;
    }
    KfReleaseSpinLock(&DeviceQueue->Lock, irql);
    return was;
}
