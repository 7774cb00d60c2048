/* The line being typed: shown as it stands through ExPromptText, which keeps it together with
 * whatever else is printed meanwhile. Backspace, Ctrl-U, Ctrl-C, and the lines typed before with up
 * and down. The console's thread only; pageable. */
#include "kdp.h"

#define PROMPT        "pagoda> "
#define PROMPT_LENGTH (sizeof(PROMPT) - 1)
#define HISTORY_SIZE  16

static PSTR History[HISTORY_SIZE]; /* pool; the newest at HistoryNext - 1 */
static ULONG HistoryNext;

static VOID ShowLine(PCSTR Line);
static VOID Remember(PCSTR Line);
static PCSTR Recall(ULONG Back);
static CHAR ReadKey(VOID);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ShowLine)
#pragma alloc_text(PAGE, Remember)
#pragma alloc_text(PAGE, Recall)
#pragma alloc_text(PAGE, ReadKey)
#pragma alloc_text(PAGE, KdpReadLine)
#endif

static VOID ShowLine(PCSTR Line)
{
    PAGED_CODE();

    CHAR Text[PROMPT_LENGTH + KD_LINE_SIZE];
    ULONG Length = strlen(Line);

    RtlCopyMemory(Text, PROMPT, PROMPT_LENGTH);
    RtlCopyMemory(Text + PROMPT_LENGTH, Line, Length);
    ExPromptText(Text, PROMPT_LENGTH + Length);
}

static VOID Remember(PCSTR Line)
{
    PAGED_CODE();

    PSTR *Slot = &History[HistoryNext % HISTORY_SIZE];
    PSTR Copy;

    if (*Line == 0 || (HistoryNext != 0 && strcmp(Recall(1), Line) == 0)) {
        return;
    }
    Copy = ExAllocatePoolWithTag(PagedPool, strlen(Line) + 1, KD_TAG);
    if (Copy == NULL) {
        return;
    }
    strcpy(Copy, Line);
    if (*Slot != NULL) {
        ExFreePoolWithTag(*Slot, KD_TAG);
    }
    *Slot = Copy;
    HistoryNext++;
}

/* The line typed Back lines ago; "" for 0. */
static PCSTR Recall(ULONG Back)
{
    PAGED_CODE();

    return Back == 0 ? "" : History[(HistoryNext - Back) % HISTORY_SIZE];
}

/* A key, with a terminal's arrow keys (ESC [ A, ESC [ B) made into one. */
static CHAR ReadKey(VOID)
{
    PAGED_CODE();

    CHAR Key = KdpGetKey();

    if (Key != 0x1B) {
        return Key;
    }
    Key = KdpGetKey();
    if (Key != '[') {
        return Key;
    }
    Key = KdpGetKey();
    return Key == 'A' ? KD_KEY_PREVIOUS : Key == 'B' ? KD_KEY_NEXT : 0;
}

VOID KdpReadLine(PSTR Line)
{
    ULONG Length = 0, Back = 0;
    ULONG Most = min(HistoryNext, HISTORY_SIZE);

    PAGED_CODE();
    Line[0] = 0;
    for (;;) {
        CHAR Key;

        ShowLine(Line);
        Key = ReadKey();
        switch (Key) {
        case '\r':
        case '\n':
            ExPromptDone();
            Remember(Line);
            return;
        case '\b':
        case 0x7F:
            if (Length != 0) {
                Line[--Length] = 0;
            }
            break;
        case KD_KEY_KILL:
        case KD_KEY_CANCEL:
            Length = 0;
            Line[0] = 0;
            break;
        case KD_KEY_PREVIOUS:
        case KD_KEY_NEXT:
            if (Key == KD_KEY_PREVIOUS ? Back < Most : Back > 0) {
                Back = Key == KD_KEY_PREVIOUS ? Back + 1 : Back - 1;
                strcpy(Line, Recall(Back));
                Length = strlen(Line);
            }
            break;
        default:
            if ((UCHAR)Key >= ' ' && Length < KD_LINE_SIZE - 1) {
                Line[Length++] = Key;
                Line[Length] = 0;
            }
            break;
        }
    }
}
