/* A fake 8042 with its keyboard behind ports 0x60 and 0x64. */
#include <ntddk.h>
#include <ntddkbd.h>
#include "fakes.h"

BOOLEAN ControllerBroken, KeyboardMissing;

static UCHAR Mode = 0x45, Pending;
static BOOLEAN KeyboardOff;
static UCHAR Output[64];
static int OutputCount;

static void Put(UCHAR Byte)
{
    if (OutputCount < (int)sizeof(Output)) {
        Output[OutputCount++] = Byte;
    }
}

UCHAR NTAPI READ_PORT_UCHAR(PUCHAR Port)
{
    UCHAR byte;
    int i;

    if (Port == (PUCHAR)0x64) {
        return OutputCount != 0 ? 1 : 0;
    }
    NT_ASSERT(Port == (PUCHAR)0x60);
    byte = Output[0];
    for (i = 1; i < OutputCount; i++) {
        Output[i - 1] = Output[i];
    }
    if (OutputCount != 0) {
        OutputCount--;
    }
    return byte;
}

VOID NTAPI WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value)
{
    if (Port == (PUCHAR)0x64) {
        switch (Value) {
        case 0x60:
            Pending = Value;
            break;
        case 0xAA:
            Put(ControllerBroken ? 0xFC : 0x55);
            Mode = 0x34; /* the self test changes it, as some controllers do */
            break;
        case 0xAD:
            KeyboardOff = TRUE;
            break;
        case 0xAE:
            KeyboardOff = FALSE;
            break;
        default:
            break;
        }
    } else if (Pending == 0x60) {
        Mode = Value;
        KeyboardOff = (Value & 0x10) != 0;
        Pending = 0;
    } else if (!KeyboardMissing) {
        Put(0xFA);
        if (Value == 0xFF) {
            Put(0xAA);
        }
    }
}

BOOLEAN ControllerInterrupts(void)
{
    return (Mode & 1) != 0;
}

void Press(const char *Bytes, int Count)
{
    int i;

    for (i = 0; i < Count; i++) {
        if (KeyboardOff) {
            continue;
        }
        Put((UCHAR)Bytes[i]);
        if (ControllerInterrupts()) {
            Interrupt();
        }
    }
}
