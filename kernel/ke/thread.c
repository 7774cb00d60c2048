/* Kernel threads: making one, letting it go, ending it. The object around it is ps's.
 *
 * A thread's state and the reaper's list are guarded by KiDispatcherLock. A thread that ends still
 * runs on its stack until the switch away from it, and the lock is held until then: whoever takes
 * it off the reaper's list afterwards may free the stack. */
#include "ki.h"

/* switch.asm knows these. */
C_ASSERT(FIELD_OFFSET(KTHREAD, InitialStack) == 0x18);
C_ASSERT(FIELD_OFFSET(KTHREAD, StackLimit) == 0x1C);
C_ASSERT(FIELD_OFFSET(KTHREAD, KernelStack) == 0x20);
C_ASSERT(FIELD_OFFSET(KTHREAD, ExceptionList) == 0x24);

/* What KiSwapContext pops for a thread that has not run yet. */
typedef struct _KI_START_FRAME {
    PVOID Edi, Esi, Ebx, Ebp;           /* context, routine, system routine, end of frames */
    PVOID Return;                       /* KiThreadStartup */
    PVOID Pad[2];
} KI_START_FRAME;

LIST_ENTRY KiReaperListHead;            /* KiDispatcherLock: ended threads, ReaperListEntry */
KEVENT KiReaperEvent;                   /* set when one is added */

VOID KeInitializeThread(PKTHREAD Thread, PVOID StackBase, ULONG StackSize, PKSYSTEM_ROUTINE Start,
                        PKSTART_ROUTINE Routine, PVOID Context, KPRIORITY Priority)
{
    KI_START_FRAME *frame = (KI_START_FRAME *)StackBase - 1;

    RtlZeroMemory(Thread, sizeof(*Thread));
    Thread->Header.Type = KI_THREAD;
    Thread->Header.Size = sizeof(KTHREAD) / sizeof(LONG);
    InitializeListHead(&Thread->Header.WaitListHead);
    InitializeListHead(&Thread->MutantListHead);
    InitializeListHead(&Thread->ApcState.ApcListHead[KernelMode]);
    InitializeListHead(&Thread->ApcState.ApcListHead[UserMode]);
    KeInitializeTimer(&Thread->Timer);
    Thread->ApcQueueable = TRUE;
    Thread->InitialStack = StackBase;
    Thread->StackLimit = (PUCHAR)StackBase - StackSize;
    Thread->ExceptionList = KI_EXCEPTION_CHAIN_END;
    Thread->Priority = Thread->BasePriority = (CHAR)Priority;
    Thread->Quantum = Thread->QuantumReset = KI_QUANTUM;
    Thread->State = Initialized;
    if (Start != NULL) {
        RtlZeroMemory(frame, sizeof(*frame));
        frame->Edi = Context;
        frame->Esi = (PVOID)Routine;
        frame->Ebx = (PVOID)Start;
        frame->Return = (PVOID)KiThreadStartup;
        Thread->KernelStack = frame;
    }
}

VOID KeReadyThread(PKTHREAD Thread)
{
    KIRQL irql = KiLockDispatcher();

    KiReadyThreadLocked(Thread);
    KiUnlockDispatcher(irql);
}

/* First C code of a thread, called by KiThreadStartup: the lock was handed over by KiSwapThread. */
VOID KiThreadBegin(VOID)
{
    if (KiCurrentThread()->ApcState.KernelApcPending) {
        HalRequestSoftwareInterrupt(APC_LEVEL);
    }
    KiRelease(&KiDispatcherLock);
    KfLowerIrql(PASSIVE_LEVEL);
}

VOID KeTerminateThread(KPRIORITY Increment, PLIST_ENTRY ReaperEntry)
{
    PKTHREAD thread = KiCurrentThread();

    KiRundownApcs(thread);
    KiLockDispatcher();
    KiAbandonMutants(thread);
    thread->State = Terminated;
    thread->Header.SignalState = 1;
    KiWaitTest(&thread->Header, Increment);
    InsertTailList(&KiReaperListHead, ReaperEntry);
    if (KiReaperEvent.Header.SignalState == 0) {
        KiReaperEvent.Header.SignalState = 1;
        KiWaitTest(&KiReaperEvent.Header, IO_NO_INCREMENT);
    }
    KiSwapThread();
    KeBugCheck(MANUALLY_INITIATED_CRASH);       /* a dead thread does not come back */
}

PLIST_ENTRY KeWaitForDeadThread(VOID)
{
    PLIST_ENTRY entry = NULL;
    KIRQL irql;

    while (entry == NULL) {
        KeWaitForSingleObject(&KiReaperEvent, Executive, KernelMode, FALSE, NULL);
        irql = KiLockDispatcher();
        if (IsListEmpty(&KiReaperListHead)) {
            KiReaperEvent.Header.SignalState = 0;
        } else {
            entry = RemoveHeadList(&KiReaperListHead);
        }
        KiUnlockDispatcher(irql);
    }
    return entry;
}

PKTHREAD NTAPI KeGetCurrentThread(VOID)
{
    return KiCurrentThread();
}
