/* The console: a prompt, a line, a command, its result, for ever. The host learns the course of
 * things from the debug console port: "ready" at each prompt, "result 0x…" after each command.
 * Pageable. */
#include "kdp.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, KdConsole)
#endif

VOID KdConsole(VOID)
{
    CHAR Line[KD_LINE_SIZE];
    CHAR Result[24];

    PAGED_CODE();
    if (!KeGetBootOption("console", Line, sizeof(Line)) || strcmp(Line, "com1") != 0) {
        NTSTATUS Status = KdpOpenKeyboard();

        if (!NT_SUCCESS(Status)) {
            KdpError("keyboard", Status, "it cannot be opened; type on COM1");
        }
    }
    for (;;) {
        ExFlushPrint();
        ExPromptText("pagoda> ", 8);
        HalDebugConString("ready\n");
        KdpReadLine(Line);

        NTSTATUS Status = KdpRunLine(Line);

        ExFlushPrint();
        _snprintf(Result, sizeof(Result), "result 0x%08X\n", Status);
        HalDebugConString(Result);
    }
}
