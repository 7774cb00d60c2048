/* System threads for the rest of the kernel. PsCreateSystemThread, PsTerminateSystemThread,
 * PsGetCurrentThreadId and so on are in ddk/inc. */
#ifndef PAGODA_PS_H
#define PAGODA_PS_H

#include "ke.h"

/* Guards: (c) constant after creation, (d) dispatcher lock, (o) owning thread only,
 *         (l) PspThreadListLock, (i) interlocked, (r) IRP queue rule: APC_LEVEL, owning thread */
typedef struct _ETHREAD {
    KTHREAD Tcb;                    /* first: PETHREAD and PKTHREAD are one address        */
    CLIENT_ID Cid;                  /* (c) UniqueProcess 4, UniqueThread 4, 8, 12, …       */
    PKSTART_ROUTINE StartRoutine;   /* (c)                                                 */
    PVOID StartContext;             /* (c)                                                 */
    LIST_ENTRY ThreadListEntry;     /* (l) PspThreadListHead                               */
    LIST_ENTRY ReaperListEntry;     /* (d) from exit until the reaper has freed the stack  */
    LIST_ENTRY IrpList;             /* (r) IRPs this thread issued: io                     */
    NTSTATUS ExitStatus;            /* (o) set before the thread is signalled              */
    LARGE_INTEGER CreateTime;       /* (c)                                                 */
    BOOLEAN Terminating;            /* (o)                                                 */
    CHAR Name[24];                  /* (c) for `ps` and bugchecks; "" if none              */
} ETHREAD;

/* The boot thread, which becomes the idle thread; id 0, not an object, never terminated. */
extern ETHREAD PsIdleThread;

/* After ObInitSystem: creates the thread type, the system process and the reaper, and starts
 * Phase1 in a thread of its own, which may run before this returns. */
BOOLEAN PsInitSystem(PKSTART_ROUTINE Phase1);

/* PsCreateSystemThread with a name and a priority, for kernel components. ThreadHandle may be
 * NULL; *Thread, if wanted, is returned referenced. PASSIVE_LEVEL. */
NTSTATUS PsCreateNamedSystemThread(PCSTR Name, KPRIORITY Priority, PKSTART_ROUTINE Routine,
                                   PVOID Context, PETHREAD *Thread);

/* Calls Routine for every thread, at PASSIVE_LEVEL with each thread referenced; FALSE stops. */
typedef BOOLEAN (*PPS_THREAD_CALLBACK)(PETHREAD Thread, PVOID Context);
VOID PsEnumerateThreads(PPS_THREAD_CALLBACK Routine, PVOID Context);

#endif
