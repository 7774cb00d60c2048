/* Threads for tests: start one, wait for its end. */
#ifndef PAGODA_KTTHREAD_H
#define PAGODA_KTTHREAD_H

#include <ntifs.h>
#include "ps.h"
#include "test.h"

/* A priority above the testing thread's, boosts included: such a thread runs at once. */
#define KT_FIRST 13
#define MS_TO_UNITS(Ms) (-(LONGLONG)(Ms) * 10000)       /* a relative time-out */

static inline PETHREAD KtStart(PKSTART_ROUTINE Routine, PVOID Context, KPRIORITY Priority)
{
    PETHREAD thread = NULL;

    KCHECK(NT_SUCCESS(PsCreateNamedSystemThread("test", Priority, Routine, Context, &thread)));
    return thread;
}

/* Waits for the thread's end and drops the pointer that KtStart returned. */
static inline VOID KtJoin(PETHREAD Thread)
{
    if (Thread != NULL) {
        KCHECK(KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL) ==
               STATUS_SUCCESS);
        ObDereferenceObject(Thread);
    }
}

static inline VOID KtSleep(ULONG Ms)
{
    LARGE_INTEGER interval = { .QuadPart = MS_TO_UNITS(Ms) };

    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

#endif
