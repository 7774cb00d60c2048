/* The stress driver's own pageable memory: 32 functions of more than a page each in PAGECODE, whose
 * bodies are nothing but no-operations that the processor must find there, and words in PAGEDATA,
 * constant and changing. Locked, both must do at DISPATCH_LEVEL. */
#include "stress.h"

#define FUNCTIONS 32u
#define PAGES     64u
#define WORDS     (PAGE_SIZE / sizeof(ULONG))
#define FIRST     0x53545231u

#define LIST(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) \
    X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) \
    X(30) X(31)
#define DECLARE(n) static ULONG NTAPI Far##n(ULONG Value);
#define DEFINE(n)                                                   \
    static ULONG NTAPI Far##n(ULONG Value)                          \
    {                                                               \
        __asm__ __volatile__(".fill 4200, 1, 0x90" : "+r"(Value)); \
        return Value * (2 * n + 3) + n;                             \
    }
#define NAME(n) Far##n,

LIST(DECLARE)

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGECODE")
#endif
LIST(DEFINE)
#ifdef ALLOC_PRAGMA
#pragma code_seg()
#pragma data_seg("PAGEDATA")
#endif
/* A page's first word is its version; all of them are the same. */
static volatile ULONG Data[PAGES][WORDS] = {[0 ... PAGES - 1] = {[0 ... WORDS - 1] = FIRST}};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif

static ULONG (NTAPI *const Functions[FUNCTIONS])(ULONG) = {LIST(NAME)};
static volatile LONG InUse[PAGES]; /* interlocked: a page's data belongs to one thread */

static VOID Call(WORKER *Worker)
{
    ULONG n = Random(Worker, FUNCTIONS), Value = Random(Worker, MAXULONG);
    LONGLONG Began = Now();
    ULONG Result = Functions[n](Value);

    NoteWait(Began, "a call");
    if (Result != Value * (2 * n + 3) + n) {
        Lost("a function's result", n, Result, Value * (2 * n + 3) + n);
    }
    InterlockedIncrement(&Counts.Calls);
}

static VOID UseData(WORKER *Worker, BOOLEAN Change)
{
    ULONG Page = Random(Worker, PAGES), First, i;

    if (InterlockedExchange(&InUse[Page], 1) != 0) {
        return;
    }
    First = Data[Page][0];
    for (i = 1; i < WORDS; i++) {
        if (Data[Page][i] != First) {
            Lost("a driver's data", (ULONG)(ULONG_PTR)&Data[Page][i], Data[Page][i], First);
            break;
        }
    }
    if (First - FIRST > 0x10000000) {
        Lost("a driver's first word", (ULONG)(ULONG_PTR)&Data[Page][0], First, FIRST);
    }
    if (Change) {
        for (i = 0; i < WORDS; i++) {
            Data[Page][i] = First + 1;
        }
    }
    InterlockedExchange(&InUse[Page], 0);
    InterlockedIncrement(&Counts.DataPages);
}

static VOID UseLocked(WORKER *Worker)
{
    BOOLEAN Code = Random(Worker, 2) != 0;
    PVOID Handle = MmLockPagableDataSection(Code ? (PVOID)Far0 : (PVOID)&Data[0][0]);
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    if (Code) {
        Call(Worker);
    } else {
        UseData(Worker, TRUE);
    }
    KeLowerIrql(OldIrql);
    MmUnlockPagableImageSection(Handle);
    InterlockedIncrement(&Counts.Locks);
}

VOID UseSections(WORKER *Worker)
{
    ULONG Choice = Random(Worker, 20);

    if (Choice == 0) {
        UseLocked(Worker);
    } else if (Choice < 10) {
        Call(Worker);
    } else {
        UseData(Worker, Choice < 14);
    }
}
