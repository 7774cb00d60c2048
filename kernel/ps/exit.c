/* Ending threads. A thread cannot free the stack it runs on: it puts itself on the reaper's list
 * with the dispatcher lock held, which is released only after the switch away from it; the reaper,
 * of high priority so that nobody ever sees a dead thread's stack, frees it and drops the thread's
 * pointer to itself. */
#include "psp.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, PsTerminateSystemThread)
#pragma alloc_text(PAGE, PspReaperThread)
#endif

NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus)
{
    PETHREAD thread = PsGetCurrentThread();

    PAGED_CODE();
    if (thread->Tcb.KernelApcDisable != 0) {
        KeBugCheckEx(KERNEL_APC_PENDING_DURING_EXIT, 0, (ULONG_PTR)thread->Tcb.KernelApcDisable,
                     KeGetCurrentIrql(), 0);
    }
    thread->Terminating = TRUE;
    thread->ExitStatus = ExitStatus;
    IoCancelThreadIo(thread);
    KeTerminateThread(IO_NO_INCREMENT, &thread->ReaperListEntry);
}

VOID NTAPI PspReaperThread(PVOID Context)
{
    PETHREAD thread;

    PAGED_CODE();
    for (;;) {
        thread = CONTAINING_RECORD(KeWaitForDeadThread(), ETHREAD, ReaperListEntry);
        MmDeleteKernelStack(thread->Tcb.InitialStack);
        ExAcquireFastMutex(&PspThreadListLock);
        RemoveEntryList(&thread->ThreadListEntry);
        ExReleaseFastMutex(&PspThreadListLock);
        ObDereferenceObject(thread);
    }
}
