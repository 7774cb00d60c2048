/* Executive services, for the rest of the kernel. What drivers may call is in ddk/inc/wdm/ex.h;
 * here is what starts the executive up and the one way text leaves the machine.
 *
 * Text goes out in whole lines. DbgPrint and the console hand over pieces; a piece that does not
 * end its line waits in a slot of its own for the rest, so that two writers never share a line. */
#ifndef PAGODA_EX_H
#define PAGODA_EX_H

/* Phase 0: before the first thread but the boot one; phase 1: threads run, worker threads start. */
BOOLEAN ExInitSystem(ULONG Phase);

/* Sees every line before it is printed, without its line end. Runs at HIGH_LEVEL under the print
 * lock: nonpaged code that takes no lock and prints nothing. */
typedef VOID (*PEX_PRINT_WATCH)(PVOID Context, PCSTR Line, ULONG Length);

/* Installs a watcher, or takes it away (NULL). Once it has returned the old one is not running. */
VOID ExSetPrintWatch(PEX_PRINT_WATCH Watch, PVOID Context);

/* Prints text on COM1 and the screen, line by line; any IRQL; nonpaged text only above APC_LEVEL. */
VOID ExPrintText(PCSTR Text, ULONG Length);

/* Prints whatever this thread has left without a line end (the console does so before a prompt). */
VOID ExFlushPrint(VOID);

/* The line being edited at the console, prompt included. When something else is printed the line
 * is ended first and shown again after it. Text must be what stands there from now on; only what
 * differs is sent to the terminal. The buffer is copied: nonpaged is not asked for. */
VOID ExPromptText(PCSTR Text, ULONG Length);

/* Ends the prompt's line: the text stays on the screen, the line is closed. */
VOID ExPromptDone(VOID);

/* Printing in a bugcheck, everything else stopped: no lock. First comes what others have left without
 * a line end, then the text straight to the hardware. */
VOID ExPrintRaw(PCSTR Text, ULONG Length);

/* A queued work item that lies in a range of addresses or whose routine does; NULL: none. */
PVOID ExFindWorkItem(PVOID Base, SIZE_T Size, PVOID *Routine);

struct _KTRAP_FRAME;
/* For the page-fault path: TRUE when the fault is an S-list pop that lost a race for an entry whose
 * memory is gone, and the trap frame now starts the pop over. Any IRQL. */
BOOLEAN ExFixSListFault(struct _KTRAP_FRAME *Trap);

#endif
