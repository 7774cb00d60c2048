/* QEMU's isa-debugcon at port 0xE9: the wire on which tools/pagoda learns results. A string goes
 * out as one piece under HalpDebugLock. Without the device the bytes go nowhere. */
#include "halp.h"

#define DEBUGCON 0xE9

static KSPIN_LOCK HalpDebugLock;

VOID HalDebugConString(PCSTR String)
{
    ULONG flags = HalpLockOutput(&HalpDebugLock);

    while (*String != 0) {
        HalpOut8(DEBUGCON, (UCHAR)*String++);
    }
    HalpUnlockOutput(&HalpDebugLock, flags);
}
