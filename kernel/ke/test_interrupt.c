/* Test: a device's interrupts, from the line to the service routine and its DPC. The device is the
 * CMOS clock (IRQ 8), which can be told to interrupt 1024 times a second and which nobody else
 * uses. Nothing here is pageable: it raises IRQL. */
#include "ki.h"
#include "ktthread.h"

#define RTC_IRQ         8
#define CMOS_INDEX      ((PUCHAR)0x70)      /* MC146818 data sheet */
#define CMOS_DATA       ((PUCHAR)0x71)
#define STATUS_A        0x0A
#define STATUS_B        0x0B
#define STATUS_C        0x0C                /* reading it acknowledges */
#define A_RATE_MASK     0x0F
#define A_RATE_1024     0x06
#define B_PERIODIC      0x40

#define PATIENCE        50                  /* a busy host may keep its clock chips waiting */

typedef struct _KT_RTC {
    volatile LONG Interrupts, Dpcs;
    KIRQL IsrIrql;
    KDPC Dpc;
} KT_RTC;

static UCHAR KtReadCmos(UCHAR Register)
{
    WRITE_PORT_UCHAR(CMOS_INDEX, Register);
    return READ_PORT_UCHAR(CMOS_DATA);
}

static VOID KtWriteCmos(UCHAR Register, UCHAR Value)
{
    WRITE_PORT_UCHAR(CMOS_INDEX, Register);
    WRITE_PORT_UCHAR(CMOS_DATA, Value);
}

static BOOLEAN NTAPI KtRtcIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    KT_RTC *rtc = Context;

    KtReadCmos(STATUS_C);
    rtc->IsrIrql = KeGetCurrentIrql();
    rtc->Interrupts++;
    KeInsertQueueDpc(&rtc->Dpc, NULL, NULL);
    return TRUE;
}

static VOID NTAPI KtRtcDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    InterlockedIncrement(&((KT_RTC *)Context)->Dpcs);
}

static BOOLEAN NTAPI KtRtcStart(PVOID Context)
{
    KtWriteCmos(STATUS_A, (UCHAR)((KtReadCmos(STATUS_A) & ~A_RATE_MASK) | A_RATE_1024));
    KtWriteCmos(STATUS_B, (UCHAR)(KtReadCmos(STATUS_B) | B_PERIODIC));
    KtReadCmos(STATUS_C);
    return TRUE;
}

static BOOLEAN NTAPI KtRtcStop(PVOID Context)
{
    KtWriteCmos(STATUS_B, (UCHAR)(KtReadCmos(STATUS_B) & ~B_PERIODIC));
    KtReadCmos(STATUS_C);
    return TRUE;
}

KTEST(ke_device_interrupts)
{
    KT_RTC rtc = { 0 };
    KINTERRUPT interrupt;
    KIRQL irql, old;
    ULONG vector = HalIrqToVector(RTC_IRQ, &irql);
    LONG before, dpcs;
    ULONG tries;

    KeInitializeDpc(&rtc.Dpc, KtRtcDpc, &rtc);
    KeInitializeInterrupt(&interrupt, KtRtcIsr, &rtc, NULL, vector, irql, irql, Latched, FALSE);
    KREQUIRE(KeConnectInterrupt(&interrupt));
    KeSynchronizeExecution(&interrupt, KtRtcStart, NULL);
    for (tries = 0; tries < PATIENCE && (rtc.Interrupts <= 5 || rtc.Dpcs == 0); tries++) {
        KtSleep(50);
    }
    KCHECK(rtc.Interrupts > 5);
    KCHECK(rtc.Dpcs > 0);
    KCHECK_EQUAL(rtc.IsrIrql, irql);

    /* At its own level it waits, and comes as soon as the level drops; its DPC waits longer. */
    tries = 0;
    do {
        KeRaiseIrql(DISPATCH_LEVEL, &old);
        KfRaiseIrql(irql);
        before = rtc.Interrupts;
        dpcs = rtc.Dpcs;
        KeStallExecutionProcessor(20000);
        KCHECK_EQUAL(rtc.Interrupts, before);
        KeLowerIrql(DISPATCH_LEVEL);
        KCHECK_EQUAL(rtc.Dpcs, dpcs);
        KeLowerIrql(old);
    } while (rtc.Interrupts == before && ++tries < PATIENCE);
    KCHECK(rtc.Interrupts > before);
    KCHECK(rtc.Dpcs > dpcs);

    /* And the line is open again. */
    before = rtc.Interrupts;
    for (tries = 0; tries < PATIENCE && rtc.Interrupts == before; tries++) {
        KtSleep(50);
    }
    KCHECK(rtc.Interrupts > before);

    KeSynchronizeExecution(&interrupt, KtRtcStop, NULL);
    KCHECK(KeDisconnectInterrupt(&interrupt));
    KeFlushQueuedDpcs();
    before = rtc.Interrupts;
    KtSleep(30);
    KCHECK_EQUAL(rtc.Interrupts, before);
}
