/* COM1, a 16550: output polled under a lock, input by interrupt into a ring.
 *
 * HalpSerialLock guards output, interrupts off, so that one call is one piece on the line. The
 * ring is guarded by the interrupt's own spin lock (HalpInput, IRQ 4); its DPC sets the event
 * that waiters wait for. When the ring is full characters stay in the UART, which holds its peer
 * off or loses them. */
#include "halp.h"

#define COM1            0x3F8
#define COM1_IRQ        4
/* PC16550D data sheet */
#define REG_DATA        (COM1 + 0)
#define REG_IER         (COM1 + 1)
#define REG_IIR         (COM1 + 2)
#define REG_FCR         (COM1 + 2)
#define REG_LCR         (COM1 + 3)
#define REG_MCR         (COM1 + 4)
#define REG_LSR         (COM1 + 5)
#define IER_RECEIVE     0x01
#define FCR_ENABLE      0xC7            /* on, both cleared, trigger at 14 */
#define LCR_8N1         0x03
#define LCR_DLAB        0x80
#define MCR_DTR_RTS_OUT2 0x0B
#define LSR_DATA        0x01
#define LSR_EMPTY       0x20
#define DIVISOR_115200  1
#define SPIN_LIMIT      100000          /* no UART: give up on a character */

#define RING            1024            /* power of two */

static KSPIN_LOCK HalpSerialLock;

static KINTERRUPT HalpInput;
static KDPC HalpInputDpc;
static KEVENT HalpInputEvent;
static UCHAR HalpRing[RING];
static ULONG HalpRingHead, HalpRingTail;        /* head: next to read; both run freely */

static VOID HalpSerialPut(UCHAR Byte)
{
    ULONG spins = SPIN_LIMIT;

    while (!(HalpIn8(REG_LSR) & LSR_EMPTY) && --spins != 0) {
    }
    HalpOut8(REG_DATA, Byte);
}

VOID HalpInitializeSerial(VOID)
{
    HalpOut8(REG_IER, 0);
    HalpOut8(REG_LCR, LCR_DLAB);
    HalpOut8(REG_DATA, DIVISOR_115200);
    HalpOut8(REG_IER, 0);
    HalpOut8(REG_LCR, LCR_8N1);
    HalpOut8(REG_FCR, FCR_ENABLE);
    HalpOut8(REG_MCR, MCR_DTR_RTS_OUT2);
}

VOID HalSerialWrite(PCSTR Text, ULONG Length)
{
    ULONG flags = HalpLockOutput(&HalpSerialLock);

    while (Length-- != 0) {
        if (*Text == '\n') {
            HalpSerialPut('\r');
        }
        HalpSerialPut((UCHAR)*Text++);
    }
    HalpUnlockOutput(&HalpSerialLock, flags);
}

static BOOLEAN NTAPI HalpSerialIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    BOOLEAN ours = FALSE;

    while (HalpRingTail - HalpRingHead < RING && (HalpIn8(REG_LSR) & LSR_DATA)) {
        HalpRing[HalpRingTail++ % RING] = HalpIn8(REG_DATA);
        ours = TRUE;
    }
    if (ours) {
        KeInsertQueueDpc(&HalpInputDpc, NULL, NULL);
    }
    return ours;
}

static VOID NTAPI HalpSerialDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    KeSetEvent(&HalpInputEvent, IO_NO_INCREMENT, FALSE);
}

VOID HalpStartSerialInput(VOID)
{
    KIRQL irql;
    ULONG vector = HalIrqToVector(COM1_IRQ, &irql);

    KeInitializeEvent(&HalpInputEvent, NotificationEvent, FALSE);
    KeInitializeDpc(&HalpInputDpc, HalpSerialDpc, NULL);
    KeInitializeInterrupt(&HalpInput, HalpSerialIsr, NULL, NULL, vector, irql, irql, Latched,
                          FALSE);
    if (KeConnectInterrupt(&HalpInput)) {
        HalpOut8(REG_IER, IER_RECEIVE);
        KeInsertQueueDpc(&HalpInputDpc, NULL, NULL);    /* what came in before */
    }
}

static BOOLEAN NTAPI HalpTakeCharacter(PVOID Context)
{
    BOOLEAN taken = FALSE;

    HalpSerialIsr(&HalpInput, NULL);            /* what found no room gives no second edge */
    if (HalpRingHead != HalpRingTail) {
        *(PUCHAR)Context = HalpRing[HalpRingHead++ % RING];
        taken = TRUE;
    }
    return taken;
}

/* The event is cleared first and set again if something is left: a DPC in between only adds. */
BOOLEAN HalSerialTryGetChar(PUCHAR Character)
{
    BOOLEAN taken;

    KeClearEvent(&HalpInputEvent);
    taken = KeSynchronizeExecution(&HalpInput, HalpTakeCharacter, Character);
    if (taken) {
        KeSetEvent(&HalpInputEvent, IO_NO_INCREMENT, FALSE);
    }
    return taken;
}

PKEVENT HalSerialInputEvent(VOID)
{
    return &HalpInputEvent;
}
