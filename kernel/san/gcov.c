/* Coverage: counts of executed arcs, kept by code that GCC's --coverage has put in, given to the
 * host as text on port 0xE9 just before the machine halts, resets or switches itself off.
 *
 *   gcda FILE VERSION STAMP CHECKSUM       an object file
 *   gcfn IDENT LINESUM CFGSUM N V0 V1 …    a function of it that has run; numbers are hex
 *
 * tools/vm.py keeps the lines, tools/coverage adds them up and writes the .gcda files. The
 * structures are GCC 12's (gcc/gcov-io.h, libgcc/libgcov.h). Counters are guarded by nothing: a
 * lost count does not matter, a lost line would, and cannot be. */
#include "ke.h"
#include "hal.h"
#include "san.h"

#define GCOV_COUNTERS       8           /* kinds; arcs are the first and the only one here */

typedef struct _GCOV_COUNTS {
    ULONG Count;
    PULONG64 Values;
} GCOV_COUNTS;

typedef struct _GCOV_FUNCTION {
    const struct _GCOV_FILE *Key;       /* the file that owns it */
    ULONG Ident;
    ULONG LineSum;
    ULONG CfgSum;
    GCOV_COUNTS Arcs;
} GCOV_FUNCTION;

typedef struct _GCOV_FILE {
    ULONG Version;
    struct _GCOV_FILE *Next;
    ULONG Stamp;
    ULONG CheckSum;
    PCSTR Name;
    PVOID Merge[GCOV_COUNTERS];
    ULONG FunctionCount;
    GCOV_FUNCTION *const *Functions;
} GCOV_FILE;

extern const GCOV_FILE *const __gcov_info_start[], *const __gcov_info_end[]; /* tools/kernel.ld */

/* GCC's descriptors point at it; the host merges. */
VOID __gcov_merge_add(PVOID Counters, ULONG Count);
VOID __gcov_merge_add(PVOID Counters, ULONG Count)
{
}

static VOID GcovNumber(ULONG64 Value)
{
    CHAR text[18];
    ULONG at = sizeof(text) - 1;

    text[at] = 0;
    do {
        text[--at] = "0123456789abcdef"[(ULONG)Value & 15];
        Value >>= 4;
    } while (Value != 0);
    text[--at] = ' ';
    HalDebugConString(text + at);
}

static VOID GcovDumpFunction(const GCOV_FUNCTION *Function)
{
    const GCOV_COUNTS *arcs = &Function->Arcs;
    ULONG i;

    for (i = 0; i < arcs->Count && arcs->Values[i] == 0; i++) {
    }
    if (i == arcs->Count) {
        return;
    }
    HalDebugConString("gcfn");
    GcovNumber(Function->Ident);
    GcovNumber(Function->LineSum);
    GcovNumber(Function->CfgSum);
    GcovNumber(arcs->Count);
    for (i = 0; i < arcs->Count; i++) {
        GcovNumber(arcs->Values[i]);
    }
    HalDebugConString("\n");
}

VOID SanDumpCoverage(VOID)
{
    static BOOLEAN dumped;              /* interrupts are off from here on */
    const GCOV_FILE *const *at;
    ULONG i;

    KiDisableInterrupts();
    if (dumped) {
        return;
    }
    dumped = TRUE;
    for (at = __gcov_info_start; at < __gcov_info_end; at++) {
        HalDebugConString("gcda ");
        HalDebugConString((*at)->Name);
        GcovNumber((*at)->Version);
        GcovNumber((*at)->Stamp);
        GcovNumber((*at)->CheckSum);
        HalDebugConString("\n");
        for (i = 0; i < (*at)->FunctionCount; i++) {
            if ((*at)->Functions[i] != NULL && (*at)->Functions[i]->Key == *at) {
                GcovDumpFunction((*at)->Functions[i]);
            }
        }
    }
}
