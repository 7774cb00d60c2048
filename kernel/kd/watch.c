/* Watching what drivers print: TAP points and plans of test drivers, METRIC lines of benchmarks.
 * Called for each line at HIGH_LEVEL under the print lock, so this file is nonpaged and prints
 * nothing. */
#include "kdp.h"

static BOOLEAN StartsWith(PCSTR Line, ULONG Length, PCSTR Word)
{
    ULONG WordLength = strlen(Word);

    return Length >= WordLength && memcmp(Line, Word, WordLength) == 0 &&
           (Length == WordLength || Line[WordLength] == ' ');
}

/* The number of a plan line "1..N", or FALSE. */
static BOOLEAN ReadPlan(PCSTR Line, ULONG Length, PULONG Planned)
{
    ULONG Value = 0;

    if (Length < 4 || memcmp(Line, "1..", 3) != 0) {
        return FALSE;
    }
    for (ULONG Index = 3; Index < Length && Line[Index] != ' '; Index++) {
        if (!isdigit((UCHAR)Line[Index])) {
            return FALSE;
        }
        Value = Value * 10 + (ULONG)(Line[Index] - '0');
    }
    *Planned = Value;
    return TRUE;
}

static VOID WatchLine(PVOID Context, PCSTR Line, ULONG Length)
{
    PKD_WATCH Watch = Context;

    if (StartsWith(Line, Length, "ok")) {
        Watch->Passed++;
    } else if (StartsWith(Line, Length, "not ok")) {
        Watch->Failed++;
    } else if (StartsWith(Line, Length, "METRIC")) {
        Watch->Metrics++;
    } else if (!Watch->HasPlan) {
        Watch->HasPlan = ReadPlan(Line, Length, &Watch->Planned);
    }
}

VOID KdpStartWatch(PKD_WATCH Watch)
{
    RtlZeroMemory(Watch, sizeof(*Watch));
    ExSetPrintWatch(WatchLine, Watch);
}

VOID KdpStopWatch(VOID)
{
    ExFlushPrint();
    ExSetPrintWatch(NULL, NULL);
}
