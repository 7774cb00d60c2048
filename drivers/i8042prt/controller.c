/* The 8042 and its keyboard, polled: reset, on, off. Names and numbers are those of the IBM PS/2
 * Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller".
 *
 * All of it runs at PASSIVE_LEVEL under the open lock while the controller's interrupts are off,
 * so that nobody else reads the data port: it may be pageable. */
#include "i8042prt.h"

/* Status register */
#define STATUS_OUTPUT_FULL 0x01 /* a byte waits in the data port            */
#define STATUS_INPUT_FULL  0x02 /* the controller has not taken our last one */

/* Controller commands, to the command port */
#define CONTROLLER_READ_MODE        0x20
#define CONTROLLER_WRITE_MODE       0x60
#define CONTROLLER_DISABLE_AUX      0xA7
#define CONTROLLER_SELF_TEST        0xAA
#define CONTROLLER_DISABLE_KEYBOARD 0xAD
#define CONTROLLER_ENABLE_KEYBOARD  0xAE
#define SELF_TEST_PASSED            0x55

/* The controller's mode ("command byte") */
#define MODE_KEYBOARD_INTERRUPT 0x01
#define MODE_AUX_INTERRUPT      0x02
#define MODE_SYSTEM_FLAG        0x04
#define MODE_AUX_DISABLED       0x20
#define MODE_TRANSLATE          0x40 /* the keyboard's set 2 into set 1 */

/* Keyboard commands and answers, through the data port */
#define KEYBOARD_ENABLE      0xF4
#define KEYBOARD_RESET       0xFF
#define KEYBOARD_ACKNOWLEDGE 0xFA
#define KEYBOARD_TEST_PASSED 0xAA

/* Answers come within a millisecond, but for a keyboard's self test, which may take half a
 * second: spin that long at first, then sleep from poll to poll. */
#define SPIN_POLLS       100
#define SPIN_MICROSECONDS 10
#define SLEEP_POLLS      60
#define SLEEP_INTERVAL   (-10 * 1000 * 10) /* 10 ms, in units of 100 ns, relative */

static BOOLEAN PortWaitStatus(PPORT_DEVICE Port, UCHAR Mask, UCHAR Value);
static BOOLEAN PortCommand(PPORT_DEVICE Port, UCHAR Command);
static BOOLEAN PortWriteData(PPORT_DEVICE Port, UCHAR Value);
static BOOLEAN PortExpect(PPORT_DEVICE Port, UCHAR Value);
static BOOLEAN PortWriteMode(PPORT_DEVICE Port, UCHAR Mode);
static VOID PortDrain(PPORT_DEVICE Port);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, PortResetKeyboard, PortEnableInterrupt, PortDisableInterrupt)
#pragma alloc_text(PAGE, PortWaitStatus, PortCommand, PortWriteData, PortExpect)
#pragma alloc_text(PAGE, PortWriteMode, PortDrain)
#endif

#define MODE_QUIET (MODE_SYSTEM_FLAG | MODE_AUX_DISABLED | MODE_TRANSLATE)

/* Puts controller and keyboard into a known state: self tests passed, scan code set 1 by
 * translation, scanning, interrupts still off. The mouse port is switched off: its bytes would
 * come through the same data port, and nobody here reads them. */
NTSTATUS PortResetKeyboard(PPORT_DEVICE Port)
{
    PAGED_CODE();
    if (!PortCommand(Port, CONTROLLER_DISABLE_KEYBOARD) ||
        !PortCommand(Port, CONTROLLER_DISABLE_AUX)) {
        return STATUS_NO_SUCH_DEVICE;
    }
    PortDrain(Port);
    if (!PortWriteMode(Port, MODE_QUIET) || !PortCommand(Port, CONTROLLER_SELF_TEST) ||
        !PortExpect(Port, SELF_TEST_PASSED)) {
        return STATUS_IO_DEVICE_ERROR;
    }

    /* Once more: on some machines the self test sets the mode back. */
    if (!PortWriteMode(Port, MODE_QUIET) || !PortCommand(Port, CONTROLLER_ENABLE_KEYBOARD)) {
        return STATUS_IO_DEVICE_ERROR;
    }
    if (!PortWriteData(Port, KEYBOARD_RESET) || !PortExpect(Port, KEYBOARD_ACKNOWLEDGE) ||
        !PortExpect(Port, KEYBOARD_TEST_PASSED)) {
        return STATUS_DEVICE_NOT_CONNECTED;
    }
    if (!PortWriteData(Port, KEYBOARD_ENABLE) || !PortExpect(Port, KEYBOARD_ACKNOWLEDGE)) {
        return STATUS_DEVICE_NOT_CONNECTED;
    }
    return STATUS_SUCCESS;
}

/* From here on the data port belongs to PortInterrupt. */
VOID PortEnableInterrupt(PPORT_DEVICE Port)
{
    PAGED_CODE();
    PortWriteMode(Port, MODE_QUIET | MODE_KEYBOARD_INTERRUPT);
}

/* And from here on to nobody: the keyboard is held off too, so that no byte is left behind. */
VOID PortDisableInterrupt(PPORT_DEVICE Port)
{
    PAGED_CODE();
    PortCommand(Port, CONTROLLER_DISABLE_KEYBOARD);
    PortWriteMode(Port, MODE_QUIET);
    PortDrain(Port);
}

/* Waits until the masked bits of the status register have the value wanted; FALSE: they did not
 * within 600 ms. */
static BOOLEAN PortWaitStatus(PPORT_DEVICE Port, UCHAR Mask, UCHAR Value)
{
    LARGE_INTEGER interval;
    ULONG i;

    PAGED_CODE();
    interval.QuadPart = SLEEP_INTERVAL;
    for (i = 0; i < SPIN_POLLS + SLEEP_POLLS; i++) {
        if ((READ_PORT_UCHAR(Port->CommandPort) & Mask) == Value) {
            return TRUE;
        }
        if (i < SPIN_POLLS) {
            KeStallExecutionProcessor(SPIN_MICROSECONDS);
        } else {
            KeDelayExecutionThread(KernelMode, FALSE, &interval);
        }
    }
    return FALSE;
}

static BOOLEAN PortCommand(PPORT_DEVICE Port, UCHAR Command)
{
    PAGED_CODE();
    if (!PortWaitStatus(Port, STATUS_INPUT_FULL, 0)) {
        return FALSE;
    }
    WRITE_PORT_UCHAR(Port->CommandPort, Command);
    return TRUE;
}

static BOOLEAN PortWriteData(PPORT_DEVICE Port, UCHAR Value)
{
    PAGED_CODE();
    if (!PortWaitStatus(Port, STATUS_INPUT_FULL, 0)) {
        return FALSE;
    }
    WRITE_PORT_UCHAR(Port->DataPort, Value);
    return TRUE;
}

/* Reads bytes until the one expected comes; a key still on its way is passed over. */
static BOOLEAN PortExpect(PPORT_DEVICE Port, UCHAR Value)
{
    ULONG i;

    PAGED_CODE();
    for (i = 0; i < 8; i++) {
        if (!PortWaitStatus(Port, STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL)) {
            return FALSE;
        }
        if (READ_PORT_UCHAR(Port->DataPort) == Value) {
            return TRUE;
        }
    }
    return FALSE;
}

static BOOLEAN PortWriteMode(PPORT_DEVICE Port, UCHAR Mode)
{
    PAGED_CODE();
    return PortCommand(Port, CONTROLLER_WRITE_MODE) && PortWriteData(Port, Mode);
}

/* Throws away what was typed before anybody listened. */
static VOID PortDrain(PPORT_DEVICE Port)
{
    ULONG i;

    PAGED_CODE();
    for (i = 0; i < 32; i++) {
        KeStallExecutionProcessor(SPIN_MICROSECONDS);
        if ((READ_PORT_UCHAR(Port->CommandPort) & STATUS_OUTPUT_FULL) == 0) {
            return;
        }
        READ_PORT_UCHAR(Port->DataPort);
    }
}
