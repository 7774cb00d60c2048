/* IRQL, lazily: raising it is one store, and lowering it is a store and a look at what waits.
 *
 * The interrupt controller does not know the IRQL. When an interrupt comes in at or below the
 * current level, only then its line is masked and its bit set in KIPCR.Irr; the same word holds
 * the software interrupts for APCs (bit 1) and DPCs (bit 2). Whoever lowers IRQL below the level
 * of a set bit takes it there and then:
 *
 *   line n comes in     IRQL < DIRQL(n): raise, acknowledge, service, End
 *                       else: acknowledge, mask n, Irr |= 1 << (4 + n), return
 *   IRQL drops, or End  highest bit above the new level: clear it, raise to its level,
 *                       interrupts on, service, again
 *
 * Irr and IRQL belong to their processor: single instructions through FS, or interrupts off. */
#include "halp.h"

#define IRR_APC         (1u << APC_LEVEL)
#define IRR_DPC         (1u << DISPATCH_LEVEL)
#define IRR_IRQ(Irq)    (1u << (4 + (Irq)))
#define IRR_ALL         0x000FFFF6u

/* The Irr bits of what may interrupt code at each IRQL: line n stands at PROFILE_LEVEL - n, line
 * 0 at CLOCK2_LEVEL. Levels below DISPATCH_LEVEL differ in the software bits only. */
static inline ULONG HalpAllowedAt(KIRQL Irql)
{
    ULONG lines;

    if (Irql == PASSIVE_LEVEL) {
        return IRR_ALL;
    }
    if (Irql <= DISPATCH_LEVEL) {
        return Irql == APC_LEVEL ? IRR_ALL & ~IRR_APC : IRR_ALL & ~(IRR_APC | IRR_DPC);
    }
    if (Irql >= CLOCK2_LEVEL) {
        return 0;
    }
    /* Lines whose level is above: n < PROFILE_LEVEL - Irql, at most all 16; line 0 always. */
    lines = Irql < PROFILE_LEVEL - 15 ? 16 : PROFILE_LEVEL - Irql;
    return (((1u << lines) - 1) | 1u) << 4;
}

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return KiIrql();
}

KIRQL FASTCALL KfRaiseIrql(KIRQL NewIrql)
{
    KIRQL old = KiIrql();

    if (NewIrql < old) {
        KeBugCheckEx(IRQL_NOT_GREATER_OR_EQUAL, old, NewIrql, 0, 0);
    }
    KiSetIrql(NewIrql);
    return old;
}

VOID FASTCALL KfLowerIrql(KIRQL NewIrql)
{
    ULONG flags;

    if (NewIrql > KiIrql()) {
        KeBugCheckEx(IRQL_NOT_LESS_OR_EQUAL, NewIrql, KiIrql(), 0, (ULONG_PTR)KfLowerIrql);
    }
    KiSetIrql(NewIrql);
    if (KiIrr() & HalpAllowedAt(NewIrql)) {
        flags = KiDisableInterrupts();
        if (flags & KI_INTERRUPTS_ON) {
            HalpDispatchPending(NewIrql);
        }
        KiRestoreInterrupts(flags);
    }
}

KIRQL NTAPI KeRaiseIrqlToDpcLevel(VOID)
{
    return KfRaiseIrql(DISPATCH_LEVEL);
}

KIRQL NTAPI KeRaiseIrqlToSynchLevel(VOID)
{
    return KfRaiseIrql(IPI_LEVEL - 1);
}

/* Takes everything that waits and may run at NewIrql, highest first; IRQL is NewIrql after.
 * Interrupts are off on entry and on return, and on while something is being serviced. */
VOID HalpDispatchPending(KIRQL NewIrql)
{
    ULONG pending, irq;

    while ((pending = KiIrr() & HalpAllowedAt(NewIrql)) != 0) {
        if (pending & ~(IRR_APC | IRR_DPC)) {
            irq = (ULONG)__builtin_ctz(pending & ~(IRR_APC | IRR_DPC)) - 4;
            KiClearIrrBits(IRR_IRQ(irq));
            KiSetIrql(HAL_IRQ_TO_IRQL(irq));
            KiCallVector(HAL_VECTOR_BASE + irq, NULL);
            __asm__ volatile("cli" : : : "memory");
            HalpPicUnmask(irq);
        } else if (pending & IRR_DPC) {
            KiClearIrrBits(IRR_DPC);
            KiSetIrql(DISPATCH_LEVEL);
            __asm__ volatile("sti" : : : "memory");
            KiDispatchInterrupt();
            __asm__ volatile("cli" : : : "memory");
        } else {
            KiClearIrrBits(IRR_APC);
            KiSetIrql(APC_LEVEL);
            __asm__ volatile("sti" : : : "memory");
            KiDeliverApc();
            __asm__ volatile("cli" : : : "memory");
        }
        KiSetIrql(NewIrql);
    }
}

BOOLEAN HalpBeginInterrupt(ULONG Irq, PKIRQL OldIrql)
{
    KIRQL irql = HAL_IRQ_TO_IRQL(Irq);

    if (HalpPicIsSpurious(Irq)) {
        return FALSE;
    }
    *OldIrql = KiIrql();
    if (irql <= *OldIrql) {
        HalpPicMask(Irq);
        HalpPicAcknowledge(Irq);
        KiSetIrrBits(IRR_IRQ(Irq));
        return FALSE;
    }
    if (HalpPicIsLevel(Irq)) {
        HalpPicMask(Irq);
    }
    HalpPicAcknowledge(Irq);
    KiSetIrql(irql);
    return TRUE;
}

VOID HalpEndInterrupt(ULONG Irq, KIRQL OldIrql)
{
    if (HalpPicIsLevel(Irq)) {
        HalpPicUnmask(Irq);
    }
    KiSetIrql(OldIrql);
    if (KiIrr() & HalpAllowedAt(OldIrql)) {
        HalpDispatchPending(OldIrql);
    }
}

VOID FASTCALL HalRequestSoftwareInterrupt(KIRQL Level)
{
    ULONG flags;

    KiSetIrrBits(1u << Level);
    if (KiIrql() < Level) {
        flags = KiDisableInterrupts();
        if (flags & KI_INTERRUPTS_ON) {
            HalpDispatchPending(KiIrql());
        }
        KiRestoreInterrupts(flags);
    }
}
