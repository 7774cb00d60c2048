/* The HAL's own header. */
#ifndef PAGODA_HALP_H
#define PAGODA_HALP_H

#include <ntifs.h>
#include "hal.h"
#include "ke.h"
#include "../ke/ki.h"

static inline VOID HalpOut8(USHORT Port, UCHAR Value)
{
    __asm__ volatile("outb %0, %1" : : "a"(Value), "Nd"(Port));
}

static inline UCHAR HalpIn8(USHORT Port)
{
    UCHAR value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(Port));
    return value;
}

static inline VOID HalpOut16(USHORT Port, USHORT Value)
{
    __asm__ volatile("outw %0, %1" : : "a"(Value), "Nd"(Port));
}

static inline USHORT HalpIn16(USHORT Port)
{
    USHORT value;

    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(Port));
    return value;
}

static inline VOID HalpOut32(USHORT Port, ULONG Value)
{
    __asm__ volatile("outl %0, %1" : : "a"(Value), "Nd"(Port));
}

static inline ULONG HalpIn32(USHORT Port)
{
    ULONG value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(Port));
    return value;
}

/* A lock for output that must work at any IRQL and during a bugcheck: interrupts off, and no
 * waiting once a bugcheck is going on (its owner may be the one that died). */
static inline ULONG HalpLockOutput(PKSPIN_LOCK Lock)
{
    ULONG flags = KiDisableInterrupts();

    if (!KeBugCheckActive) {
        KiAcquire(Lock);
    }
    return flags;
}

static inline VOID HalpUnlockOutput(PKSPIN_LOCK Lock, ULONG Flags)
{
    KiRelease(Lock);
    KiRestoreInterrupts(Flags);
}

VOID HalpInitializePic(VOID);
VOID HalpInitializeSerial(VOID);
VOID HalpStartSerialInput(VOID);
VOID HalpCalibrateTsc(VOID);
VOID HalpStartPit(VOID);
BOOLEAN HalpPicIsSpurious(ULONG Irq);
VOID HalpPicAcknowledge(ULONG Irq);
VOID HalpPicMask(ULONG Irq);            /* for the time being: interrupts off */
VOID HalpPicUnmask(ULONG Irq);          /* if the line is enabled             */
BOOLEAN HalpPicIsLevel(ULONG Irq);

#endif
