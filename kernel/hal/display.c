/* The screen: VGA text mode 3, 80 x 25, through the boot window at 0x800B8000, which stays mapped
 * for ever. HalpDisplayLock guards the cursor and the cells; it is not waited for once a bugcheck
 * is going on. Machines without VGA text (UEFI) have nothing there, and nothing is lost. */
#include "halp.h"
#include "loader.h"

#define COLUMNS         80
#define ROWS            25
#define SCREEN          ((volatile USHORT *)(LOADER_WINDOW_BASE + 0xB8000))
#define CRTC_INDEX      0x3D4           /* IBM VGA: CRT controller */
#define CRTC_DATA       0x3D5
#define CRTC_CURSOR_HIGH 0x0E
#define CRTC_CURSOR_LOW  0x0F
#define TAB             8
#define DEFAULT_ATTRIBUTE 0x07          /* grey on black */

static KSPIN_LOCK HalpDisplayLock;
static ULONG HalpColumn, HalpRow;
static UCHAR HalpAttribute = DEFAULT_ATTRIBUTE;

static VOID HalpPlaceCursor(VOID)
{
    ULONG at = HalpRow * COLUMNS + HalpColumn;

    HalpOut8(CRTC_INDEX, CRTC_CURSOR_HIGH);
    HalpOut8(CRTC_DATA, (UCHAR)(at >> 8));
    HalpOut8(CRTC_INDEX, CRTC_CURSOR_LOW);
    HalpOut8(CRTC_DATA, (UCHAR)at);
}

static VOID HalpFill(ULONG From, ULONG To)
{
    while (From < To) {
        SCREEN[From++] = (USHORT)(HalpAttribute << 8 | ' ');
    }
}

static VOID HalpNewLine(VOID)
{
    volatile ULONG *cells = (volatile ULONG *)SCREEN;
    ULONG i;

    HalpColumn = 0;
    if (HalpRow < ROWS - 1) {
        HalpRow++;
        return;
    }
    for (i = 0; i < COLUMNS * (ROWS - 1) / 2; i++) {
        cells[i] = cells[i + COLUMNS / 2];
    }
    HalpFill(COLUMNS * (ROWS - 1), COLUMNS * ROWS);
}

static VOID HalpPutChar(CHAR Character)
{
    switch (Character) {
    case '\n':
        if (HalpAttribute != DEFAULT_ATTRIBUTE) {       /* a coloured line goes to the edge */
            HalpFill(HalpRow * COLUMNS + HalpColumn, (HalpRow + 1) * COLUMNS);
        }
        HalpNewLine();
        return;
    case '\r':
        HalpColumn = 0;
        return;
    case '\b':
        if (HalpColumn > 0) {
            HalpColumn--;
        }
        return;
    case '\t':
        do {
            HalpPutChar(' ');
        } while (HalpColumn % TAB != 0);
        return;
    default:
        if ((UCHAR)Character < ' ') {
            return;
        }
    }
    SCREEN[HalpRow * COLUMNS + HalpColumn] = (USHORT)(HalpAttribute << 8 | (UCHAR)Character);
    if (++HalpColumn == COLUMNS) {
        HalpNewLine();
    }
}

VOID HalDisplayChars(PCSTR Text, ULONG Length)
{
    ULONG flags = HalpLockOutput(&HalpDisplayLock);

    while (Length-- != 0) {
        HalpPutChar(*Text++);
    }
    HalpPlaceCursor();
    HalpUnlockOutput(&HalpDisplayLock, flags);
}

VOID NTAPI HalDisplayString(PUCHAR String)
{
    ULONG length = 0;

    while (String[length] != 0) {
        length++;
    }
    HalDisplayChars((PCSTR)String, length);
}

VOID HalDisplayClear(UCHAR Attribute)
{
    ULONG flags = HalpLockOutput(&HalpDisplayLock);

    HalpAttribute = Attribute;
    HalpColumn = HalpRow = 0;
    HalpFill(0, COLUMNS * ROWS);
    HalpPlaceCursor();
    HalpUnlockOutput(&HalpDisplayLock, flags);
}

VOID HalDisplaySetAttribute(UCHAR Attribute)
{
    HalpAttribute = Attribute;
}
