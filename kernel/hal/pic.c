/* The two 8259 interrupt controllers. IRQ n comes in at vector HAL_VECTOR_BASE + n.
 *
 * A line is open when it is enabled (somebody connected) and not held back (an interrupt on it
 * is deferred, or a level interrupt is being handled). Both masks are guarded by HalpPicLock,
 * taken with interrupts off. Acknowledging comes first, before the service routine: from then on
 * IRQL alone decides what may interrupt, not the controller's own priorities. */
#include "halp.h"

#define PIC1            0x20            /* 8259A data sheet: command port; data is one on */
#define PIC2            0xA0
#define ICW1_INIT       0x11            /* edge, cascade, ICW4 follows */
#define ICW4_8086       0x01
#define OCW2_EOI        0x20
#define OCW3_READ_ISR   0x0B
#define CASCADE         2
#define ELCR1           0x4D0           /* PIIX: edge/level control */
#define ELCR2           0x4D1

static KSPIN_LOCK HalpPicLock;
static USHORT HalpEnabled;              /* somebody wants the line     */
static USHORT HalpHeld;                 /* not now                     */
static USHORT HalpLevel;                /* level triggered             */

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, HalpInitializePic)
#endif

static VOID HalpWriteMask(ULONG Irq)
{
    USHORT mask = (USHORT)~(HalpEnabled & ~HalpHeld);

    if (HalpEnabled & 0xFF00) {
        mask &= (USHORT)~(1u << CASCADE);
    }
    if (Irq < 8) {
        HalpOut8(PIC1 + 1, (UCHAR)mask);
    } else {
        HalpOut8(PIC2 + 1, (UCHAR)(mask >> 8));
    }
}

VOID HalpInitializePic(VOID)
{
    HalpOut8(PIC1, ICW1_INIT);
    HalpOut8(PIC2, ICW1_INIT);
    HalpOut8(PIC1 + 1, HAL_VECTOR_BASE);
    HalpOut8(PIC2 + 1, HAL_VECTOR_BASE + 8);
    HalpOut8(PIC1 + 1, 1 << CASCADE);
    HalpOut8(PIC2 + 1, CASCADE);
    HalpOut8(PIC1 + 1, ICW4_8086);
    HalpOut8(PIC2 + 1, ICW4_8086);
    HalpWriteMask(0);
    HalpWriteMask(8);
    HalpLevel = (USHORT)(HalpIn8(ELCR1) | (HalpIn8(ELCR2) << 8));
}

/* Lines 7 and 15 also report interrupts that went away before they were taken. */
BOOLEAN HalpPicIsSpurious(ULONG Irq)
{
    USHORT port = Irq == 7 ? PIC1 : PIC2;

    if (Irq != 7 && Irq != 15) {
        return FALSE;
    }
    HalpOut8(port, OCW3_READ_ISR);
    if (HalpIn8(port) & 0x80) {
        return FALSE;
    }
    if (Irq == 15) {
        HalpOut8(PIC1, OCW2_EOI);       /* the cascade line's was real */
    }
    return TRUE;
}

VOID HalpPicAcknowledge(ULONG Irq)
{
    if (Irq >= 8) {
        HalpOut8(PIC2, OCW2_EOI);
    }
    HalpOut8(PIC1, OCW2_EOI);
}

BOOLEAN HalpPicIsLevel(ULONG Irq)
{
    return (HalpLevel >> Irq) & 1;
}

VOID HalpPicMask(ULONG Irq)
{
    KiAcquire(&HalpPicLock);
    HalpHeld |= (USHORT)(1u << Irq);
    HalpWriteMask(Irq);
    KiRelease(&HalpPicLock);
}

VOID HalpPicUnmask(ULONG Irq)
{
    KiAcquire(&HalpPicLock);
    HalpHeld &= (USHORT)~(1u << Irq);
    HalpWriteMask(Irq);
    KiRelease(&HalpPicLock);
}

VOID HalEnableIrq(ULONG Irq, BOOLEAN Level)
{
    ULONG flags = KiDisableInterrupts();

    KiAcquire(&HalpPicLock);
    HalpEnabled |= (USHORT)(1u << Irq);
    if (Level) {
        HalpLevel |= (USHORT)(1u << Irq);
        HalpOut8(Irq < 8 ? ELCR1 : ELCR2, (UCHAR)(Irq < 8 ? HalpLevel : HalpLevel >> 8));
    }
    HalpWriteMask(Irq);
    HalpWriteMask(CASCADE);
    KiRelease(&HalpPicLock);
    KiRestoreInterrupts(flags);
}

VOID HalDisableIrq(ULONG Irq)
{
    ULONG flags = KiDisableInterrupts();

    KiAcquire(&HalpPicLock);
    HalpEnabled &= (USHORT)~(1u << Irq);
    HalpWriteMask(Irq);
    KiRelease(&HalpPicLock);
    KiRestoreInterrupts(flags);
}

ULONG HalIrqToVector(ULONG Irq, PKIRQL Irql)
{
    *Irql = HAL_IRQ_TO_IRQL(Irq);
    return HAL_VECTOR_BASE + Irq;
}
