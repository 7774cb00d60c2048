/* Output of the sanitizers' run-time parts; see sanp.h. Guarded by interrupts being off. */
#include "ke.h"
#include "sanp.h"

/* PC16550D data sheet */
#define COM1_DATA       0x3F8
#define COM1_LSR        0x3FD
#define LSR_EMPTY       0x20
#define SPIN_LIMIT      100000

static BOOLEAN SanBusy;

static inline VOID SanOut(USHORT Port, UCHAR Value)
{
    __asm__ volatile("outb %0, %1" : : "a"(Value), "Nd"(Port));
}

static inline UCHAR SanIn(USHORT Port)
{
    UCHAR value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(Port));
    return value;
}

BOOLEAN SanBegin(PULONG Flags)
{
    *Flags = KiDisableInterrupts();
    if (SanBusy) {
        KiRestoreInterrupts(*Flags);
        return FALSE;
    }
    SanBusy = TRUE;
    return TRUE;
}

VOID SanEnd(ULONG Flags)
{
    SanBusy = FALSE;
    KiRestoreInterrupts(Flags);
}

VOID SanText(PCSTR Text)
{
    ULONG spins;

    for (; *Text != 0; Text++) {
        for (spins = SPIN_LIMIT; !(SanIn(COM1_LSR) & LSR_EMPTY) && spins != 0; spins--) {
        }
        SanOut(COM1_DATA, (UCHAR)*Text);
    }
}

VOID SanHex(ULONG64 Value)
{
    CHAR text[19];
    ULONG at = sizeof(text) - 1;

    text[at] = 0;
    do {
        text[--at] = "0123456789abcdef"[(ULONG)Value & 15];
        Value >>= 4;
    } while (Value != 0);
    text[--at] = 'x';
    text[--at] = '0';
    SanText(text + at);
}

VOID SanDecimal(LONG Value)
{
    CHAR text[12];
    ULONG at = sizeof(text) - 1;
    ULONG rest = Value < 0 ? 0 - (ULONG)Value : (ULONG)Value;

    text[at] = 0;
    do {
        text[--at] = (CHAR)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (Value < 0) {
        text[--at] = '-';
    }
    SanText(text + at);
}
