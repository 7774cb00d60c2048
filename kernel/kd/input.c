/* Where characters come from: COM1's ring in the hardware layer, and a ring the keyboard's thread
 * fills. Reading waits for either.
 *
 * Guards: KeyLock the ring; KeyEvent is set while there is something in it. KdpPutKey is nonpaged,
 * the reader is not. */
#include "kdp.h"

#define RING_SIZE 64

static KSPIN_LOCK KeyLock;
static CHAR Ring[RING_SIZE];
static ULONG RingHead, RingCount;
static KEVENT KeyEvent;

static BOOLEAN TakeKey(PCHAR Key);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, KdInitSystem)
#pragma alloc_text(PAGE, KdpGetKey)
#endif

VOID KdInitSystem(VOID)
{
    KeInitializeSpinLock(&KeyLock);
    KeInitializeEvent(&KeyEvent, NotificationEvent, FALSE);
}

VOID KdpPutKey(CHAR Key)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&KeyLock, &OldIrql);
    if (RingCount < RING_SIZE) {
        Ring[(RingHead + RingCount++) % RING_SIZE] = Key;
        KeSetEvent(&KeyEvent, IO_KEYBOARD_INCREMENT, FALSE);
    }
    KeReleaseSpinLock(&KeyLock, OldIrql);
}

static BOOLEAN TakeKey(PCHAR Key)
{
    BOOLEAN Taken = FALSE;
    KIRQL OldIrql;

    KeAcquireSpinLock(&KeyLock, &OldIrql);
    if (RingCount != 0) {
        *Key = Ring[RingHead];
        RingHead = (RingHead + 1) % RING_SIZE;
        RingCount--;
        Taken = TRUE;
    }
    if (RingCount == 0) {
        KeClearEvent(&KeyEvent);
    }
    KeReleaseSpinLock(&KeyLock, OldIrql);
    return Taken;
}

CHAR KdpGetKey(VOID)
{
    PVOID Sources[2] = {HalSerialInputEvent(), &KeyEvent};
    CHAR Key;

    PAGED_CODE();
    for (;;) {
        if (HalSerialTryGetChar((PUCHAR)&Key) || TakeKey(&Key)) {
            return Key;
        }
        KeWaitForMultipleObjects(2, Sources, WaitAny, Executive, KernelMode, FALSE, NULL, NULL);
    }
}
