/* Start-up of the hardware layer. Phase 0 runs on the boot processor with interrupts off, before
 * there is anything but the IDT; phase 1 in the first thread. */
#include "halp.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, HalInitSystem)
#endif

VOID HalInitSystem(ULONG Phase)
{
    if (Phase == 0) {
        HalpInitializePic();
        HalpInitializeSerial();
        HalDisplayClear(0x07);
        HalpCalibrateTsc();
        return;
    }
    HalpStartSerialInput();
}
