/* The kernel's core for the rest of the kernel: processor block, trap frame, thread, dispatcher,
 * bugcheck.
 *
 * Lock order, outermost first. A lock may be taken while one further up is held, never the
 * other way round. Nothing is waited for while a spin lock is held.
 *
 *   ERESOURCEs, mutexes, fast mutexes: drivers, io, ob, cm, mm     PASSIVE_LEVEL, APC_LEVEL
 *   spin locks: drivers, io, ex, mm (their order: mm.h)            DISPATCH_LEVEL
 *   KTHREAD.ApcQueueLock                                           DISPATCH_LEVEL
 *   KiDispatcherLock                                               DISPATCH_LEVEL
 *   the lock of a KINTERRUPT                                       its SynchronizeIrql
 *   KPRCB.DpcLock, KiVectorLock                                    interrupts off
 *   ex: printing; mm: list of loaded images                        HIGH_LEVEL
 *   hal: interrupt controller, PCI, screen, COM1 output            interrupts off
 *
 * KeSetEvent, KeReleaseSemaphore, KeInsertQueueDpc, KeSetTimer and DbgPrint may therefore be
 * called with any of the upper ones held. */
#ifndef PAGODA_KE_H
#define PAGODA_KE_H

#include <ntifs.h>

/* ---- processor ---- */

#define KI_PCR_ADDRESS          0xFFDFF000

/* Selectors, NT's numbers. */
#define KGDT_R0_CODE    0x08
#define KGDT_R0_DATA    0x10
#define KGDT_TSS        0x28
#define KGDT_R0_PCR     0x30
#define KGDT_DF_TSS     0x50

/* What the processor can do, found by boot/entry.asm; constant. */
#define KF_PSE          0x0001      /* large pages; CR4.PSE set     */
#define KF_PGE          0x0002      /* global pages; CR4.PGE set    */
#define KF_NX           0x0004      /* no-execute; EFER.NXE set     */
#define KF_PAT          0x0008
extern ULONG KeFeatureBits;

/* A full TLB flush must toggle CR4.PGE when KF_PGE is set, or global entries survive. */

struct _KTHREAD;
struct _KTRAP_FRAME;
struct _KTIMER_LIST;

/* Guards: (c) constant after start-up, (p) touched only by its own processor, interrupts off or
 * IRQL >= DISPATCH_LEVEL, (d) KiDispatcherLock, (q) DpcLock */
typedef struct _KPRCB {
    USHORT MinorVersion;                    /* 000 (c) */
    USHORT MajorVersion;                    /* 002 (c) */
    struct _KTHREAD *CurrentThread;         /* 004 (d) = fs:[124], NT's place     */
    struct _KTHREAD *NextThread;            /* 008 (d) chosen to run next, or NULL */
    struct _KTHREAD *IdleThread;            /* 00C (c) */
    CCHAR Number;                           /* 010 (c) */
    UCHAR Reserved[3];
    KAFFINITY SetMember;                    /* 014 (c) */
    volatile BOOLEAN QuantumEnd;            /* 018 (p) clock says: quantum used up */
    volatile BOOLEAN DpcRoutineActive;      /* 019 (p) */
    volatile BOOLEAN DpcInterruptRequested; /* 01A (q) */
    volatile BOOLEAN TimerRequest;          /* 01B (p) clock says: timers are due  */
    PVOID DpcStack;                         /* 01C (c) top of the stack DPCs run on; NULL:
                                             * none yet, they run where they are */
    KSPIN_LOCK DpcLock;                     /* 020     guards the next two         */
    LIST_ENTRY DpcListHead;                 /* 024 (q) */
    ULONG DpcQueueDepth;                    /* 02C (q) */
    ULONG DpcCount;                         /* 030 (p) DPCs run since start-up     */
    ULONG InterruptCount;                   /* 034 (p) */
    ULONG ContextSwitches;                  /* 038 (d) */
    ULONG InterruptTime;                    /* 03C (p) clock ticks that hit an ISR or DPC */
    ULONG KernelTime;                       /* 040 (p) clock ticks that hit a thread      */
    ULONG IdleTime;                         /* 044 (p) clock ticks that hit the idle thread */
    volatile LONG PageFaultCount;           /* 048 (i) */
} KPRCB;

/* The processor control region, at KI_PCR_ADDRESS and at fs:0. Offsets are NT's. */
typedef struct _KIPCR {
    PVOID ExceptionList;                    /* 000 per thread, switched */
    PVOID StackBase;                        /* 004 */
    PVOID StackLimit;                       /* 008 */
    PVOID TssCopy;                          /* 00C */
    ULONG ContextSwitches;                  /* 010 */
    KAFFINITY SetMemberCopy;                /* 014 */
    PVOID UsedSelf;                         /* 018 */
    struct _KIPCR *SelfPcr;                 /* 01C */
    KPRCB *Prcb;                            /* 020 */
    KIRQL Irql;                             /* 024 */
    UCHAR IrqlPad[3];
    ULONG Irr;                              /* 028 pending: bit 1 APC, 2 DPC, 4+n deferred IRQ n */
    ULONG IrrActive;                        /* 02C */
    ULONG Idr;                              /* 030 */
    PVOID KdVersionBlock;                   /* 034 */
    PVOID Idt;                              /* 038 */
    PVOID Gdt;                              /* 03C */
    PVOID Tss;                              /* 040 */
    USHORT MajorVersion;                    /* 044 */
    USHORT MinorVersion;                    /* 046 */
    KAFFINITY SetMember;                    /* 048 */
    ULONG StallScaleFactor;                 /* 04C TSC ticks in a microsecond */
    UCHAR SpareUnused;                      /* 050 */
    UCHAR Number;                           /* 051 */
    UCHAR Fill[0x120 - 0x52];
    KPRCB PrcbData;                         /* 120 */
} KIPCR, *PKIPCR;

C_ASSERT(FIELD_OFFSET(KIPCR, SelfPcr) == 0x1C);
C_ASSERT(FIELD_OFFSET(KIPCR, Irql) == 0x24);
C_ASSERT(FIELD_OFFSET(KIPCR, Irr) == 0x28);
C_ASSERT(FIELD_OFFSET(KIPCR, Number) == 0x51);
C_ASSERT(FIELD_OFFSET(KIPCR, PrcbData) == 0x120);
C_ASSERT(FIELD_OFFSET(KIPCR, PrcbData.CurrentThread) == 0x124);

static inline PKIPCR KiPcr(VOID)
{
    PKIPCR pcr;

    __asm__ volatile("movl %%fs:0x1C, %0" : "=r"(pcr));
    return pcr;
}

static inline KPRCB *KiCurrentPrcb(VOID)
{
    KPRCB *prcb;

    __asm__ volatile("movl %%fs:0x20, %0" : "=r"(prcb));
    return prcb;
}

static inline struct _KTHREAD *KiCurrentThread(VOID)
{
    struct _KTHREAD *thread;

    __asm__ volatile("movl %%fs:0x124, %0" : "=r"(thread));
    return thread;
}

/* Interrupts off, and back to what they were. */
static inline ULONG KiDisableInterrupts(VOID)
{
    ULONG flags;

    __asm__ volatile("pushfl; popl %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

static inline VOID KiRestoreInterrupts(ULONG Flags)
{
    __asm__ volatile("pushl %0; popfl" : : "r"(Flags) : "memory", "cc");
}

/* ---- traps ---- */

/* What the trap and interrupt stubs leave on the stack; EBP points at it while the handler
 * runs, and its first two words make a frame for stack walks. There is no user mode, so the
 * processor pushes no SS:ESP: the interrupted stack began at &HardwareEsp. */
typedef struct _KTRAP_FRAME {
    ULONG DbgEbp;                   /* 00 = Ebp */
    ULONG DbgEip;                   /* 04 = Eip */
    ULONG PreviousIrql;             /* 08 IRQL at the time of the trap */
    ULONG Vector;                   /* 0C */
    PVOID ExceptionList;            /* 10 fs:[0] at the time of the trap */
    ULONG Edi;                      /* 14 */
    ULONG Esi;                      /* 18 */
    ULONG Ebx;                      /* 1C */
    ULONG Edx;                      /* 20 */
    ULONG Ecx;                      /* 24 */
    ULONG Eax;                      /* 28 */
    ULONG Ebp;                      /* 2C */
    ULONG ErrCode;                  /* 30 */
    ULONG Eip;                      /* 34 */
    ULONG SegCs;                    /* 38 */
    ULONG EFlags;                   /* 3C */
    ULONG HardwareEsp;              /* 40 not pushed */
} KTRAP_FRAME, *PKTRAP_FRAME;

/* Page-fault error code bits (Intel SDM 3A 4.7). */
#define PF_PRESENT  0x01
#define PF_WRITE    0x02
#define PF_USER     0x04
#define PF_RSVD     0x08
#define PF_FETCH    0x10

/* ---- threads ---- */

typedef enum _KTHREAD_STATE {
    Initialized,
    Ready,
    Running,
    Standby,
    Terminated,
    Waiting
} KTHREAD_STATE;

/* NT's APC state. Guarded by KTHREAD.ApcQueueLock; the flags are read without it. */
typedef struct _KAPC_STATE_BLOCK {
    LIST_ENTRY ApcListHead[2];      /* KernelMode, UserMode */
    BOOLEAN KernelApcInProgress;    /* a normal kernel APC is running (owning thread) */
    volatile BOOLEAN KernelApcPending;
    volatile BOOLEAN UserApcPending;
} KAPC_STATE_BLOCK;

/* Guards: (c) constant after KeInitializeThread, (d) KiDispatcherLock, (o) owning thread only,
 *         (a) ApcQueueLock, (i) interlocked */
typedef struct _KTHREAD {
    DISPATCHER_HEADER Header;       /* (d) signalled when the thread has ended             */
    LIST_ENTRY MutantListHead;      /* (d) mutexes the thread owns                          */
    PVOID InitialStack;             /* (c) top of the stack, first byte after it            */
    PVOID StackLimit;               /* (c) lowest byte                                      */
    PVOID KernelStack;              /* (d) ESP while not running                            */
    PVOID ExceptionList;            /* (d) fs:[0] while not running                         */
    KAPC_STATE_BLOCK ApcState;      /* (a) */
    KSPIN_LOCK ApcQueueLock;
    BOOLEAN ApcQueueable;           /* (a) FALSE once the thread is ending                  */
    volatile LONG KernelApcDisable; /* (o) critical regions: < 0 no normal kernel APCs      */
    volatile KTHREAD_STATE State;   /* (d) */
    CHAR Priority;                  /* (d) now                                              */
    CHAR BasePriority;              /* (d) where it decays to                               */
    CHAR Quantum;                   /* (d) left; clock takes 3 a tick                       */
    CHAR QuantumReset;              /* (c) */
    LIST_ENTRY QueueListEntry;      /* (d) ready queue, while State == Ready                */
    NTSTATUS WaitStatus;            /* (d) result of the wait                               */
    PKWAIT_BLOCK WaitBlockList;     /* (d) circular while waiting                           */
    KIRQL WaitIrql;                 /* (o) IRQL to go back to after the wait                */
    BOOLEAN WaitNext;               /* (o) KeSetEvent(…, TRUE) left the dispatcher lock held */
    KPROCESSOR_MODE WaitMode;       /* (d) */
    BOOLEAN Alertable;              /* (d) */
    BOOLEAN Alerted[2];             /* (d) */
    UCHAR WaitReason;               /* (d) KWAIT_REASON                                     */
    KWAIT_BLOCK WaitBlock[THREAD_WAIT_OBJECTS + 1]; /* (d) the last is the timer's          */
    KTIMER Timer;                   /* (d) time-out of the current wait                     */
    ULONG WaitTime;                 /* (d) tick at which the wait or readiness began        */
    ULONG KernelTime;               /* (i) clock ticks spent running                        */
    ULONG ContextSwitches;          /* (d) */
    LONG PagingIo;                  /* (o) > 0 while the thread performs paging I/O: mm     */
} KTHREAD;

/* Prepares a thread that will run Start(Routine, Context) at APC_LEVEL 1->0 on StackBase (from
 * MmCreateKernelStack); KeReadyThread lets it go. */
typedef VOID (*PKSYSTEM_ROUTINE)(PKSTART_ROUTINE Routine, PVOID Context);
VOID KeInitializeThread(PKTHREAD Thread, PVOID StackBase, ULONG StackSize, PKSYSTEM_ROUTINE Start,
                        PKSTART_ROUTINE Routine, PVOID Context, KPRIORITY Priority);
VOID KeReadyThread(PKTHREAD Thread);
/* Ends the current thread: signals it, puts ReaperEntry on the reaper's list, never returns. */
DECLSPEC_NORETURN VOID KeTerminateThread(KPRIORITY Increment, PLIST_ENTRY ReaperEntry);
/* For the reaper: waits for a thread that has ended, whose stack nobody uses any more, and returns
 * its ReaperEntry. */
PLIST_ENTRY KeWaitForDeadThread(VOID);
VOID KeYield(VOID);

/* ---- dispatcher ---- */

extern KSPIN_LOCK KiDispatcherLock;

/* For `ps`: what a thread waits for, in words. */
PCSTR KeThreadStateName(PKTHREAD Thread);

/* Beyond what ddk/inc exports. */
BOOLEAN KeAlertThread(PKTHREAD Thread, KPROCESSOR_MODE Mode);

/* ---- interrupts ---- */

/* Guards: (c) constant while connected, (v) KiVectorLock, (s) the interrupt's own spin lock */
typedef struct _KINTERRUPT {
    LIST_ENTRY InterruptListEntry;  /* (v) others on the same vector     */
    PKSERVICE_ROUTINE ServiceRoutine; /* (c) */
    PVOID ServiceContext;           /* (c) */
    PKSPIN_LOCK ActualLock;         /* (c) caller's, or &SpinLock         */
    KSPIN_LOCK SpinLock;
    ULONG Vector;                   /* (c) */
    KIRQL Irql;                     /* (c) */
    KIRQL SynchronizeIrql;          /* (c) highest of those sharing ActualLock */
    BOOLEAN Connected;              /* (v) */
    BOOLEAN ShareVector;            /* (c) */
    BOOLEAN Latched;                /* (c) edge triggered                 */
} KINTERRUPT;

VOID KeInitializeInterrupt(PKINTERRUPT Interrupt, PKSERVICE_ROUTINE Routine, PVOID Context,
                           PKSPIN_LOCK Lock, ULONG Vector, KIRQL Irql, KIRQL SynchronizeIrql,
                           KINTERRUPT_MODE Mode, BOOLEAN ShareVector);
BOOLEAN KeConnectInterrupt(PKINTERRUPT Interrupt);      /* <= DISPATCH_LEVEL */
/* On return the service routine does not run any more, on any processor. PASSIVE_LEVEL. */
BOOLEAN KeDisconnectInterrupt(PKINTERRUPT Interrupt);

/* ---- exceptions ---- */

/* Raises Status as a software exception: walks the frames at fs:[0]. Unhandled: 0x1E. */
DECLSPEC_NORETURN VOID KeRaiseStatus(NTSTATUS Status);

/* ---- bugcheck ---- */

/* Return addresses of the frames from Ebp up; Frames[0] is where Ebp's function returns to. Any
 * IRQL, touches nothing that is not mapped. Returns how many were found. */
ULONG KeStackTrace(PULONG Frames, ULONG Max, ULONG Ebp);

/* Whom the next bugcheck blames, if not NULL: an address of a driver who is not on the stack. */
extern PVOID KeBugCheckSite;

/* What still leads to a range of addresses: an active timer that lies in it or whose DPC or DPC
 * routine does; a queued DPC likewise. NULL: none; else *Routine is the DPC routine, or NULL. */
PVOID KeFindTimer(PVOID Base, SIZE_T Size, PVOID *Routine);
PVOID KeFindQueuedDpc(PVOID Base, SIZE_T Size, PVOID *Routine);

/* As KeBugCheckEx, but blames the code at Eip/Ebp and not the caller (faults: from Trap). */
DECLSPEC_NORETURN VOID KeBugCheckTrap(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3,
                                      ULONG_PTR P4, PKTRAP_FRAME Trap);

/* A bugcheck is going on: wait for no lock. */
extern volatile BOOLEAN KeBugCheckActive;

/* Boot cannot go on: prints "Pagoda cannot run: SENTENCE" on the screen and COM1 and halts. */
DECLSPEC_NORETURN VOID KeRefuseToRun(PCSTR Sentence);

/* TRUE if reading (or writing) the byte at Address cannot fault: walks the page tables. Any
 * IRQL; for display only, the answer may be stale at once. */
BOOLEAN KeIsAddressMapped(PVOID Address);

/* ---- start-up ---- */

VOID KeInitProcessor(VOID);         /* GDT, IDT, PCR: faults are reported from here     */
VOID KeInitSystem(PKTHREAD BootThread); /* dispatcher, timers, time; the running code
                                       becomes BootThread, later the idle thread        */
VOID KeSetDpcStack(PVOID StackBase); /* from MmCreateKernelStack, with a guard page     */
VOID KeStartClock(VOID);            /* interrupts on from here, IRQL PASSIVE_LEVEL      */
DECLSPEC_NORETURN VOID KeIdle(VOID); /* the boot thread's end: the idle loop             */

#endif
