/* Runs the tests that registered themselves in the section array ".ktest" (kernel/inc/test.h)
 * and prints TAP. One run at a time: KtRunning. Failures of the running test are counted
 * interlocked, because a test may have several threads. */
#include <ntifs.h>
#include "test.h"

static const KTEST_ENTRY *const KtFirst
    __attribute__((used, section(".ktest$a"))) = NULL;
static const KTEST_ENTRY *const KtLast
    __attribute__((used, section(".ktest$z"))) = NULL;

#define KT_PRIORITY 8               /* of a test; threads that must run at once have more */

static volatile LONG KtFailures;
static volatile LONG KtRunning;

BOOLEAN KtCheck(BOOLEAN Holds, PCSTR File, ULONG Line, PCSTR Expression)
{
    if (!Holds) {
        InterlockedIncrement(&KtFailures);
        DbgPrint("# %s:%lu: %s\n", File, Line, Expression);
    }
    return Holds;
}

BOOLEAN KtCheckEqual(PCSTR File, ULONG Line, PCSTR What, ULONG_PTR Actual, ULONG_PTR Expected)
{
    if (Actual != Expected) {
        InterlockedIncrement(&KtFailures);
        DbgPrint("# %s:%lu: %s is 0x%lX, expected 0x%lX\n", File, Line, What, Actual, Expected);
    }
    return Actual == Expected;
}

static BOOLEAN KtMatches(PCSTR Glob, PCSTR Name)
{
    for (; *Glob != 0; Glob++, Name++) {
        if (*Glob == '*') {
            do {
                if (KtMatches(Glob + 1, Name)) {
                    return TRUE;
                }
            } while (*Name++ != 0);
            return FALSE;
        }
        if (*Name == 0 || (*Glob != '?' && *Glob != *Name)) {
            return FALSE;
        }
    }
    return *Name == 0;
}

static BOOLEAN KtSelected(const KTEST_ENTRY *Entry, PCSTR Glob)
{
    return Entry != NULL && (Glob == NULL || KtMatches(Glob, Entry->Name));
}

NTSTATUS KtRunTests(PCSTR Glob)
{
    const KTEST_ENTRY *const *entry;
    ULONG count = 0, number = 0, failed = 0;

    if (InterlockedCompareExchange(&KtRunning, 1, 0) != 0) {
        return STATUS_DEVICE_BUSY;
    }
    for (entry = &KtFirst; entry < &KtLast; entry++) {
        count += KtSelected(*entry, Glob);
    }
    if (count != 0) {
        DbgPrint("1..%lu\n", count);
    }
    for (entry = &KtFirst; entry < &KtLast; entry++) {
        if (!KtSelected(*entry, Glob)) {
            continue;
        }
        KtFailures = 0;
        /* Back to the base: a boost left from a wait would outrun a test's own threads. */
        KeSetPriorityThread(KeGetCurrentThread(), KT_PRIORITY);
        (*entry)->Routine();
        number++;
        failed += KtFailures != 0;
        DbgPrint("%s %lu - %s\n", KtFailures == 0 ? "ok" : "not ok", number, (*entry)->Name);
    }
    KtRunning = 0;
    if (count == 0) {
        return STATUS_NOT_FOUND;
    }
    return failed == 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
