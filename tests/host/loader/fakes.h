/* What the loader stands on in its host test, and the counters that show what it holds. */
#ifndef FAKES_H
#define FAKES_H

#include "ldr.h"

typedef struct _FAKE_STATE {
    int Pool;  /* blocks                                            */
    int Ptes;  /* pages of address space                            */
    int Pages; /* pages of memory                                   */
    int Mutex; /* how deep MmLoadMutex is held                      */
    KIRQL Irql;
    int FailAfter; /* allocations that still succeed; -1: all           */
    int Failed;    /* how many were refused                             */
    int DamageAt;  /* offset in top.sys that reads as DamageValue, -1   */
    UCHAR DamageValue;
} FAKE_STATE;
extern FAKE_STATE Fake;

void StartFakes(void); /* lays the seed "kernel" out where the kernel is */
NTSTATUS ReadSeed(PVOID Context, PCUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size);

#endif
