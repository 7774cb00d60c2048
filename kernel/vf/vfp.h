/* Driver verifier, private.
 *
 *   choice.c    which drivers, which options: boot option, registry, console
 *   driver.c    what is known of each verified driver; finding it by an address of its code
 *   table.c     routine -> wrapper
 *   irql.c      raising and lowering IRQL, spin locks, forced IRQL checking
 *   rules.c     IRQL rules of waits, events, fast mutexes, resources and the Mm routines
 *   pool.c      pool allocations
 *   track.c     who allocated what
 *   unload.c    what is left behind
 *
 * A wrapper runs in its caller's context at the caller's IRQL, so all of it but choice.c is
 * nonpaged. A violation is one line and bugcheck 0xC4 with NT's parameters. */
#ifndef PAGODA_VFP_H
#define PAGODA_VFP_H

#include "vf.h"
#include "ke.h"
#include "mm.h"
#include "ex.h"

#define VF_TAG 'yfrV'

/* One for each driver name ever verified; never freed, so the list is walked without a lock.
 * Guards: (l) MmLoadMutex, (c) constant once listed, (i) interlocked. */
typedef struct _VF_DRIVER {
    struct _VF_DRIVER *Next; /* (c)                                */
    CHAR Name[32];           /* (c)                                */
    PUCHAR Base;             /* (l) NULL: not loaded               */
    ULONG Size;              /* (l)                                */
    ULONG Flags;             /* (l) options it is loaded with      */
    ULONG Loads, Unloads;    /* (l)                                */
    VF_COUNTERS Counters;    /* (i)                                */
} VF_DRIVER;

/* The instruction after the wrapper's call, in the driver. Only in a wrapper itself. */
#define VF_CALLER __builtin_return_address(0)

/* driver.c: any IRQL. NULL when the address is in no verified driver. */
VF_DRIVER *VfFindDriver(PVOID Address);

static inline BOOLEAN VfHas(const VF_DRIVER *Driver, ULONG Flag)
{
    return Driver != NULL && (Driver->Flags & Flag) != 0;
}

#define VF_COUNT(Driver, Counter)                                                                  \
    do {                                                                                           \
        if ((Driver) != NULL) {                                                                    \
            InterlockedIncrement(&(Driver)->Counters.Counter);                                     \
        }                                                                                          \
    } while (0)

/* Names the driver and the rule, then stops with 0xC4 (Code, P2, P3, P4). */
VOID VfFail(PVOID Caller, ULONG Code, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4, PCSTR Format, ...)
    __attribute__((noreturn, format(printf, 6, 7)));

/* table.c */
typedef struct _VF_WRAPPER {
    PVOID Routine, Wrapper;
} VF_WRAPPER;
extern const VF_WRAPPER VfIrqlWrappers[], VfRuleWrappers[], VfPoolWrappers[];
extern const ULONG VfIrqlWrapperCount, VfRuleWrapperCount, VfPoolWrapperCount;

/* track.c: remembers an allocation, when the driver's pool is tracked. <= DISPATCH_LEVEL. */
VOID VfTrackBlock(VF_DRIVER *Driver, PVOID Va, SIZE_T Bytes, ULONG Tag, POOL_TYPE Type,
                  PVOID Caller);
/* Names what a driver still has; how many, and where one of them was allocated. */
ULONG VfReportBlocks(VF_DRIVER *Driver, PVOID *Site);

/* irql.c: forced IRQL checking, before IRQL goes up to NewIrql. */
VOID VfTrim(VF_DRIVER *Driver, KIRQL NewIrql);

#endif
