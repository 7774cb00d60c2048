/* A verified driver is about to go: what would still come back to its addresses, and what it has
 * not given back. Everything found is named; then the worst of it stops the machine.
 *
 *   active timer, queued DPC          0xC7
 *   queued work item, running thread  0xCE: it would run what is no longer there
 *   pool, locked section (VF_TRACK_POOL)  0xC4/0x62, 0xC4/0x00100001 */
#include "vfp.h"
#include "ps.h"
#include <bugcodes.h>

#define VF_LEAK           0x62
#define VF_SECTION_LOCKED 0x00100001 /* ours: NT has none */

/* TIMER_OR_DPC_INVALID, parameter 1 */
#define VF_LEFT_TIMER 0
#define VF_LEFT_DPC   1

typedef struct _VF_THREAD_SEARCH {
    VF_DRIVER *Driver;
    PVOID Routine; /* of a thread found */
} VF_THREAD_SEARCH;

static BOOLEAN VfIsThreadOf(PETHREAD Thread, PVOID Context);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, VfIsThreadOf, VfCheckUnload)
#endif

static BOOLEAN VfIsThreadOf(PETHREAD Thread, PVOID Context)
{
    VF_THREAD_SEARCH *Search = Context;

    PAGED_CODE();
    if (!Thread->Terminating &&
        (ULONG_PTR)Thread->StartRoutine - (ULONG_PTR)Search->Driver->Base < Search->Driver->Size) {
        DbgPrint("verifier: %s left a thread running, started at +0x%lX\n", Search->Driver->Name,
                 (PUCHAR)Thread->StartRoutine - Search->Driver->Base);
        Search->Routine = (PVOID)Thread->StartRoutine;
    }
    return TRUE;
}

VOID VfCheckUnload(VF_DRIVER *Driver, PCSTR LockedSection, ULONG Locks)
{
    VF_THREAD_SEARCH Search = {Driver, NULL};
    PVOID Timer, Dpc, Item, Routine, Site = NULL;
    ULONG Left;

    PAGED_CODE();
    Timer = KeFindTimer(Driver->Base, Driver->Size, &Routine);
    if (Timer != NULL) {
        DbgPrint("verifier: %s left the timer at %p set, its DPC routine at %p\n", Driver->Name,
                 Timer, Routine);
        KeBugCheckSite = Routine;
        KeBugCheckEx(TIMER_OR_DPC_INVALID, VF_LEFT_TIMER, (ULONG_PTR)Timer, (ULONG_PTR)Driver->Base,
                     (ULONG_PTR)Driver->Base + Driver->Size);
    }
    Dpc = KeFindQueuedDpc(Driver->Base, Driver->Size, &Routine);
    if (Dpc != NULL) {
        DbgPrint("verifier: %s left the DPC at %p queued, its routine at %p\n", Driver->Name, Dpc,
                 Routine);
        KeBugCheckSite = Routine;
        KeBugCheckEx(TIMER_OR_DPC_INVALID, VF_LEFT_DPC, (ULONG_PTR)Dpc, (ULONG_PTR)Driver->Base,
                     (ULONG_PTR)Driver->Base + Driver->Size);
    }
    Item = ExFindWorkItem(Driver->Base, Driver->Size, &Routine);
    if (Item != NULL) {
        DbgPrint("verifier: %s left the work item at %p queued, its routine at %p\n", Driver->Name,
                 Item, Routine);
        KeBugCheckSite = Routine;
        KeBugCheckEx(DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS, (ULONG_PTR)Routine, 0,
                     (ULONG_PTR)Routine, 0);
    }
    PsEnumerateThreads(VfIsThreadOf, &Search);
    if (Search.Routine != NULL) {
        KeBugCheckSite = Search.Routine;
        KeBugCheckEx(DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS,
                     (ULONG_PTR)Search.Routine, 0, (ULONG_PTR)Search.Routine, 0);
    }
    if (!VfHas(Driver, VF_TRACK_POOL)) {
        return;
    }
    Left = VfReportBlocks(Driver, &Site);
    if (Left != 0) {
        KeBugCheckSite = Site;
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, VF_LEAK, (ULONG_PTR)Driver->Name, 0, Left);
    }
    if (LockedSection != NULL) {
        DbgPrint("verifier: %s left section %s locked, %u times\n", Driver->Name, LockedSection,
                 Locks);
        KeBugCheckSite = Driver->Base;
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, VF_SECTION_LOCKED,
                     (ULONG_PTR)Driver->Name, (ULONG_PTR)LockedSection, Locks);
    }
}
