/* crash, keyboard, shutdown. Pageable. */
#include "kdp.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, KdpCrash)
#pragma alloc_text(PAGE, KdpKeyboard)
#pragma alloc_text(PAGE, KdpShutdown)
#endif

NTSTATUS KdpCrash(ULONG Count, PSTR *Words)
{
    ULONG Numbers[5] = {0};

    PAGED_CODE();
    if (Count < 2 || Count > 6) {
        return KdpUsage("crash");
    }
    for (ULONG Index = 1; Index < Count; Index++) {
        PCSTR Word = Words[Index];

        if (Word[0] == '0' && (Word[1] == 'x' || Word[1] == 'X')) {
            Word += 2;
        }
        if (*Word == 0 || strspn(Word, "0123456789abcdefABCDEF") != strlen(Word) ||
            !NT_SUCCESS(RtlCharToInteger(Word, 16, &Numbers[Index - 1]))) {
            return KdpUsage("crash");
        }
    }
    KeBugCheckEx(Numbers[0], Numbers[1], Numbers[2], Numbers[3], Numbers[4]);
}

NTSTATUS KdpKeyboard(ULONG Count, PSTR *Words)
{
    NTSTATUS Status;

    PAGED_CODE();
    if (Count != 2) {
        return KdpUsage("keyboard");
    }
    if (_stricmp(Words[1], "on") == 0) {
        Status = KdpOpenKeyboard();
    } else if (_stricmp(Words[1], "off") == 0) {
        Status = KdpCloseKeyboard();
    } else {
        return KdpUsage("keyboard");
    }
    return NT_SUCCESS(Status) ? Status : KdpError("keyboard", Status, NULL);
}

NTSTATUS KdpShutdown(ULONG Count, PSTR *Words)
{
    PAGED_CODE();

    KdpCloseKeyboard();
    CmShutdownSystem();
    MmShutdownSystem(); /* nothing more goes to the page file */
    IoShutdownSystem();
    DbgPrint("Pagoda is down\n");
    ExFlushPrint();
    HalDebugConString("result 0x00000000\ndown\n");
    HalPowerOff();
}
