/* Kernel console, private.
 *
 *   console.c    the loop: prompt, line, command, result
 *   input.c      characters from COM1 and the keyboard, whichever comes first
 *   keyboard.c   the keyboard class device: opening, reading, scan codes to characters
 *   edit.c       the line being typed, with a history
 *   command.c    words, the table of commands, help, errors
 *   path.c       names as typed -> names as the system wants them
 *   watch.c      counts the TAP and METRIC lines that drivers print (nonpaged)
 *   cmd_*.c      the commands
 *   symbols.c, bugcheck_names.c, status_names.c
 *
 * All of the console runs in one thread at PASSIVE_LEVEL and is pageable; so are the routines it
 * keeps its state in. Guards are named where another thread comes in. */
#ifndef PAGODA_KDP_H
#define PAGODA_KDP_H

#include <ntifs.h>
#include "ex.h"
#include "hal.h"
#include "io.h"
#include "ke.h"
#include "kd.h"
#include "mm.h"
#include "ob.h"
#include "ps.h"
#include "cm.h"
#include "test.h"
#include "loader.h"

#define KD_TAG       'lnCK'
#define KD_LINE_SIZE 240
#define KD_MAX_WORDS 32

/* Keys that are no characters, as the control characters a terminal user types for them. */
#define KD_KEY_PREVIOUS 0x10 /* Ctrl-P, up   */
#define KD_KEY_NEXT     0x0E /* Ctrl-N, down */
#define KD_KEY_KILL     0x15 /* Ctrl-U       */
#define KD_KEY_CANCEL   0x03 /* Ctrl-C       */

typedef NTSTATUS (*PKD_COMMAND_ROUTINE)(ULONG Count, PSTR *Words);

typedef struct _KD_COMMAND {
    PCSTR Name;
    PCSTR Arguments;
    PCSTR Help; /* one line */
    PKD_COMMAND_ROUTINE Routine;
} KD_COMMAND;

/* input.c */
CHAR KdpGetKey(VOID);
VOID KdpPutKey(CHAR Key); /* from the keyboard's thread; any IRQL <= DISPATCH_LEVEL */

/* keyboard.c */
NTSTATUS KdpOpenKeyboard(VOID);
NTSTATUS KdpCloseKeyboard(VOID);

/* edit.c: a line without its end, at most KD_LINE_SIZE - 1 characters */
VOID KdpReadLine(PSTR Line);

/* command.c */
NTSTATUS KdpRunLine(PSTR Line);

/* Says what failed: "error: SUBJECT: reason (NAME 0x…)". Reason NULL: the usual words for the
 * status. Returns Status, which must not be a success. */
NTSTATUS KdpError(PCSTR Subject, NTSTATUS Status, PCSTR Reason);

/* For a command called with the wrong words: says how to use it. */
NTSTATUS KdpUsage(PCSTR Command);

/* path.c: a full name in pool (Name->Buffer, freed by the caller with ExFreePool). */
NTSTATUS KdpFileName(PCSTR Typed, PUNICODE_STRING Name);
NTSTATUS KdpServiceKeyName(PCSTR Service, PUNICODE_STRING Name);
BOOLEAN KdpMatches(PCSTR Glob, PCSTR Name); /* * and ?, without regard to case */

/* cmd_service.c */
NTSTATUS KdpLoadDriver(PCSTR File);
NTSTATUS KdpUnloadDriver(PCSTR Service);

/* watch.c */
typedef struct _KD_WATCH { /* written at HIGH_LEVEL under the print lock while installed */
    ULONG Planned;
    BOOLEAN HasPlan;
    ULONG Passed, Failed, Metrics;
} KD_WATCH, *PKD_WATCH;
VOID KdpStartWatch(PKD_WATCH Watch);
VOID KdpStopWatch(VOID);

/* status_names.c: "no such file or object", or NULL. */
PCSTR KdpStatusText(NTSTATUS Status);

/* cmd_*.c */
NTSTATUS KdpHelp(ULONG Count, PSTR *Words);
NTSTATUS KdpDir(ULONG Count, PSTR *Words);
NTSTATUS KdpType(ULONG Count, PSTR *Words);
NTSTATUS KdpDel(ULONG Count, PSTR *Words);
NTSTATUS KdpCopy(ULONG Count, PSTR *Words);
NTSTATUS KdpRen(ULONG Count, PSTR *Words);
NTSTATUS KdpSc(ULONG Count, PSTR *Words);
NTSTATUS KdpLoad(ULONG Count, PSTR *Words);
NTSTATUS KdpUnload(ULONG Count, PSTR *Words);
NTSTATUS KdpDrivers(ULONG Count, PSTR *Words);
NTSTATUS KdpSections(ULONG Count, PSTR *Words);
NTSTATUS KdpTrim(ULONG Count, PSTR *Words);
NTSTATUS KdpVm(ULONG Count, PSTR *Words);
NTSTATUS KdpPool(ULONG Count, PSTR *Words);
NTSTATUS KdpPs(ULONG Count, PSTR *Words);
NTSTATUS KdpIrp(ULONG Count, PSTR *Words);
NTSTATUS KdpObj(ULONG Count, PSTR *Words);
NTSTATUS KdpDev(ULONG Count, PSTR *Words);
NTSTATUS KdpTest(ULONG Count, PSTR *Words);
NTSTATUS KdpBench(ULONG Count, PSTR *Words);
NTSTATUS KdpCrash(ULONG Count, PSTR *Words);
NTSTATUS KdpKeyboard(ULONG Count, PSTR *Words);
NTSTATUS KdpVerifier(ULONG Count, PSTR *Words);
NTSTATUS KdpShutdown(ULONG Count, PSTR *Words);

#endif
