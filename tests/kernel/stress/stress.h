/* The stress driver, what its files share. Counts are interlocked. */
#ifndef STRESS_H
#define STRESS_H

#include <ntddk.h>

#define TAG 'rtSS'

typedef struct _COUNTS {
    volatile LONG Reads, Writes, Mdls, Renewed, Refused; /* of paged pool's pages and blocks   */
    volatile LONG Calls, DataPages, Locks;               /* of the driver's own sections       */
    volatile LONG Loads, LoadsRefused, Files;
    volatile LONG Wrong;                                 /* something was lost                 */
    volatile LONG LongestWait;                           /* microseconds                       */
    volatile LONG Slow;                                  /* waits of more than two seconds     */
} COUNTS;

typedef struct _WORKER {
    ULONG Number;
    ULONG Random; /* state of its generator */
    PKTHREAD Thread;
} WORKER;

extern COUNTS Counts;
extern volatile LONG Stopping;
extern ULONG Seed;

ULONG Random(WORKER *Worker, ULONG Below);
ULONG Mix(ULONG a, ULONG b);
LONGLONG Now(VOID);
/* Notes how long a touch took that began at Began. */
VOID NoteWait(LONGLONG Began, PCSTR What);
/* Something is not what was written: says so and counts it. */
VOID Lost(PCSTR What, ULONG Where, ULONG Is, ULONG Should);

/* store.c: paged pool in blocks, each page with a version that says what it must hold. */
NTSTATUS CreateStore(ULONG MostPages, ULONG Spare, PULONG Pages);
VOID DeleteStore(VOID);
VOID UseStore(WORKER *Worker);
VOID RefillStore(VOID);

/* sections.c: this driver's own pageable code and data. */
VOID UseSections(WORKER *Worker);

/* extras.c: small drivers and files. */
VOID UseDriver(WORKER *Worker);
VOID UseFile(WORKER *Worker);

#endif
