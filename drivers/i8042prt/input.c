/* The way of a key: interrupt, ring, DPC, class driver.
 *
 * This file has no alloc_text and no PAGED_CODE on purpose: without a pragma code is nonpaged, and
 * all of this runs at DISPATCH_LEVEL or at the keyboard's interrupt level, where nothing can be
 * brought in. It is in memory exactly while the keyboard is open: see open.c.
 *
 * The ring has one writer, the ISR, and one reader, the DPC; each moves its own index only after
 * it is done with the byte, and x86 keeps stores in order. So it needs no lock, and the DPC does
 * not need the interrupt object, which a close may have given back already. */
#include "i8042prt.h"

/* Status register, and bytes that are not scan codes of set 1 (PS/2 Technical Reference) */
#define STATUS_OUTPUT_FULL 0x01
#define STATUS_AUX_OUTPUT  0x20
#define SCAN_E0            0xE0
#define SCAN_E1            0xE1
#define SCAN_ACKNOWLEDGE   0xFA
#define SCAN_RESEND        0xFE
#define SCAN_ERROR         0x00
#define SCAN_OVERRUN       0xFF
#define SCAN_BREAK         0x80

#define BATCH 16 /* keys handed over at a time */

static BOOLEAN PortDecode(PPORT_DEVICE Port, UCHAR Byte, PKEYBOARD_INPUT_DATA Key);

/* At the keyboard's interrupt level: takes the byte, so that the controller can send the next,
 * and leaves the rest to the DPC. */
BOOLEAN NTAPI PortInterrupt(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PPORT_DEVICE port = ServiceContext;
    UCHAR status, byte;

    status = READ_PORT_UCHAR(port->CommandPort);
    if ((status & STATUS_OUTPUT_FULL) == 0) {
        return FALSE;
    }
    byte = READ_PORT_UCHAR(port->DataPort);
    if ((status & STATUS_AUX_OUTPUT) != 0) {
        return TRUE;
    }
    if ((UCHAR)(port->Head + 1) == port->Tail) {
        port->Overrun = TRUE;
    } else {
        port->Ring[port->Head] = byte;
        KeMemoryBarrier();
        port->Head++;
    }
    IoRequestDpc(port->Self, NULL, NULL);
    return TRUE;
}

/* At DISPATCH_LEVEL: turns bytes into keys and hands them to the class driver, which has room
 * for many; what it does not take is lost, as it would be with nobody reading. */
VOID NTAPI PortDpc(PKDPC Dpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PPORT_DEVICE port = DeviceObject->DeviceExtension;
    PSERVICE_CALLBACK_ROUTINE service = (PSERVICE_CALLBACK_ROUTINE)port->Class.ClassService;
    KEYBOARD_INPUT_DATA keys[BATCH];
    ULONG count = 0, taken;
    UCHAR byte;

    while (port->Tail != port->Head) {
        byte = port->Ring[port->Tail];
        KeMemoryBarrier();
        port->Tail++;
        if (PortDecode(port, byte, &keys[count])) {
            count++;
        }
        if (count == BATCH) {
            service(port->Class.ClassDeviceObject, keys, keys + count, &taken);
            count = 0;
        }
    }
    if (port->Overrun) {
        port->Overrun = FALSE;
        RtlZeroMemory(&keys[count], sizeof(keys[count]));
        keys[count].MakeCode = KEYBOARD_OVERRUN_MAKE_CODE;
        count++;
    }
    if (count != 0) {
        service(port->Class.ClassDeviceObject, keys, keys + count, &taken);
    }
}

/* One more byte of a scan code; TRUE when it completed a key. */
static BOOLEAN PortDecode(PPORT_DEVICE Port, UCHAR Byte, PKEYBOARD_INPUT_DATA Key)
{
    switch (Byte) {
    case SCAN_E0:
        Port->Prefix = KEY_E0;
        return FALSE;
    case SCAN_E1:
        Port->Prefix = KEY_E1;
        return FALSE;
    case SCAN_ACKNOWLEDGE:
    case SCAN_RESEND:
        return FALSE;
    default:
        break;
    }

    RtlZeroMemory(Key, sizeof(*Key));
    if (Byte == SCAN_ERROR || Byte == SCAN_OVERRUN) {
        Key->MakeCode = KEYBOARD_OVERRUN_MAKE_CODE;
    } else {
        Key->MakeCode = Byte & ~SCAN_BREAK;
        Key->Flags = Port->Prefix | ((Byte & SCAN_BREAK) ? KEY_BREAK : KEY_MAKE);
    }
    Port->Prefix = 0;
    return TRUE;
}
