/* ps's own header. */
#ifndef PAGODA_PSP_H
#define PAGODA_PSP_H

#include <ntifs.h>
#include <bugcodes.h>
#include "ke.h"
#include "mm.h"
#include "ob.h"
#include "io.h"
#include "ps.h"

#define PSP_TAG             'psP '
#define PSP_SYSTEM_PRIORITY 8
#define PSP_REAPER_PRIORITY (LOW_REALTIME_PRIORITY + 2)
#define PSP_SYSTEM_ID       4           /* process id; thread ids go on from 8 in fours */

/* The only process. Constant after PsInitSystem. */
typedef struct _EPROCESS {
    DISPATCHER_HEADER Header;
    HANDLE UniqueProcessId;
    CHAR ImageFileName[16];
} EPROCESS;

extern POBJECT_TYPE PspThreadType;
extern PEPROCESS PspSystemProcess;
extern FAST_MUTEX PspThreadListLock;
extern LIST_ENTRY PspThreadListHead;    /* PspThreadListLock */

VOID NTAPI PspReaperThread(PVOID Context);

#endif
