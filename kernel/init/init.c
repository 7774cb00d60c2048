/* The order in which Pagoda starts, from the boot stub to the console's prompt.
 *
 * KiSystemStartup is called by boot/entry.asm on the boot stack with interrupts off; what it runs
 * in becomes the idle thread. Phase 1 is a thread and may wait; it ends as the console's. Each
 * line needs those above it. Everything here is INIT: gone once the prompt is there. */
#include <ntifs.h>
#include "loader.h"
#include "hal.h"
#include "ke.h"
#include "mm.h"
#include "ex.h"
#include "ob.h"
#include "cm.h"
#include "ps.h"
#include "io.h"
#include "kd.h"
#include "vf.h"

VOID KiSystemStartup(VOID);

static VOID NTAPI KiPhase1(PVOID Context);
static VOID KiMust(BOOLEAN Done, PCSTR Sentence);
static DECLSPEC_NORETURN VOID KiBecomeIdle(VOID);

static KEVENT KiBootThreadIdle; /* the boot thread has left INIT code for good */

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, KiSystemStartup)
#pragma alloc_text(INIT, KiMust)
#endif

static VOID KiMust(BOOLEAN Done, PCSTR Sentence)
{
    if (!Done) {
        KeRefuseToRun(Sentence);
    }
}

/* Not INIT. Phase 1 waits for it: as a thread that only runs when no other can, the boot thread
 * might not get out of INIT before INIT goes. */
static DECLSPEC_NOINLINE VOID KiBecomeIdle(VOID)
{
    KeSetEvent(&KiBootThreadIdle, IO_NO_INCREMENT, FALSE);
    KeIdle();
}

VOID KiSystemStartup(VOID)
{
    KeInitProcessor();                          /* tables, FS; faults are reported from here */
    HalInitSystem(0);                           /* PIC, screen, COM1, TSC                    */
    KeInitSystem(&PsIdleThread.Tcb);            /* dispatcher, timers, the boot thread       */
    KeStartClock();                             /* interrupts on                             */

    KiMust(MmInitSystem(0), "there is too little memory.");
    KeSetDpcStack(MmCreateKernelStack());
    KiMust(ExInitSystem(0) && ObInitSystem(), "the object manager found too little memory.");
    KeInitializeEvent(&KiBootThreadIdle, NotificationEvent, FALSE);
    KiMust(PsInitSystem(KiPhase1), "there is too little memory for threads.");
    KiBecomeIdle();
}

/* Not INIT itself: it is running while INIT goes. */
static VOID NTAPI KiPhase1(PVOID Context)
{
    KeWaitForSingleObject(&KiBootThreadIdle, Executive, KernelMode, FALSE, NULL);
    DbgPrint("Pagoda 1\n");
    KiMust(MmInitSystem(1), "there is too little memory for paging.");
    KiMust(ExInitSystem(1), "there is too little memory for worker threads.");
    HalInitSystem(1);                           /* COM1 input                                */
    KiMust(CmInitSystem(0), "the SYSTEM hive is missing: no boot module of that name.");
    KdInitSystem();

    VfInitSystem(0);                            /* the boot option, for boot drivers too     */
    IoInitSystem();                             /* boot drivers, C:, \SystemRoot             */
    CmInitSystem(1);                            /* the volume's hive takes over              */
    VfInitSystem(1);                            /* which drivers are verified                */
    MmFreeLoaderModules();                      /* the volume has all of it                  */
    MmCreatePagingFiles();                      /* pages may leave from here on              */
    IoStartSystemDrivers();

    MmFreeKernelInitialization();               /* INIT goes                                 */
    KdConsole();
}
