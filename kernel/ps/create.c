/* Making system threads. A thread is an object of type Thread whose body is the ETHREAD; while it
 * runs it holds a pointer to itself, which the reaper gives back after it has freed the stack.
 * PspThreadListLock (fast mutex) guards the list of threads. */
#include "psp.h"

FAST_MUTEX PspThreadListLock;
LIST_ENTRY PspThreadListHead;
static volatile LONG PspNextId = PSP_SYSTEM_ID;

#ifdef ALLOC_PRAGMA
static NTSTATUS PspCreateThread(PCSTR Name, KPRIORITY Priority, PKSTART_ROUTINE Routine,
                                PVOID Context, PETHREAD *Thread);
#pragma alloc_text(PAGE, PspCreateThread)
#pragma alloc_text(PAGE, PsCreateNamedSystemThread)
#pragma alloc_text(PAGE, PsCreateSystemThread)
#pragma alloc_text(PAGE, PsEnumerateThreads)
#endif

/* Where every system thread begins; returning from its routine ends it. */
static VOID PspSystemThreadStartup(PKSTART_ROUTINE Routine, PVOID Context)
{
    Routine(Context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* A thread that does not run yet, with one pointer for the caller. */
static NTSTATUS PspCreateThread(PCSTR Name, KPRIORITY Priority, PKSTART_ROUTINE Routine,
                                PVOID Context, PETHREAD *Thread)
{
    PETHREAD thread;
    NTSTATUS status;
    PVOID stack;

    PAGED_CODE();
    status = ObCreateObject(PspThreadType, sizeof(ETHREAD), (PVOID *)&thread);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    stack = MmCreateKernelStack();
    if (stack == NULL) {
        ObDereferenceObject(thread);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeThread(&thread->Tcb, stack, KERNEL_STACK_SIZE, PspSystemThreadStartup, Routine,
                       Context, Priority);
    thread->Cid.UniqueProcess = (HANDLE)PSP_SYSTEM_ID;
    thread->Cid.UniqueThread = (HANDLE)InterlockedExchangeAdd(&PspNextId, 4) + 4;
    thread->StartRoutine = Routine;
    thread->StartContext = Context;
    InitializeListHead(&thread->IrpList);
    KeQuerySystemTime(&thread->CreateTime);
    if (Name != NULL) {
        strncpy(thread->Name, Name, sizeof(thread->Name) - 1);
    }
    *Thread = thread;
    return STATUS_SUCCESS;
}

/* From here on the thread owns a pointer to itself. */
static VOID PspStartThread(PETHREAD Thread)
{
    ObReferenceObject(Thread);
    ExAcquireFastMutex(&PspThreadListLock);
    InsertTailList(&PspThreadListHead, &Thread->ThreadListEntry);
    ExReleaseFastMutex(&PspThreadListLock);
    KeReadyThread(&Thread->Tcb);
}

NTSTATUS PsCreateNamedSystemThread(PCSTR Name, KPRIORITY Priority, PKSTART_ROUTINE Routine,
                                   PVOID Context, PETHREAD *Thread)
{
    PETHREAD thread;
    NTSTATUS status;

    PAGED_CODE();
    status = PspCreateThread(Name, Priority, Routine, Context, &thread);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (Thread != NULL) {
        ObReferenceObject(thread);
        *Thread = thread;
    }
    PspStartThread(thread);
    ObDereferenceObject(thread);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
                                    PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
                                    PVOID StartContext)
{
    OBJECT_ATTRIBUTES attributes;
    PETHREAD thread;
    NTSTATUS status;

    PAGED_CODE();
    if (ProcessHandle != NULL && ProcessHandle != (HANDLE)-1) {
        return STATUS_INVALID_HANDLE;
    }
    status = PspCreateThread(NULL, PSP_SYSTEM_PRIORITY, StartRoutine, StartContext, &thread);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    InitializeObjectAttributes(&attributes, NULL,
                               ObjectAttributes != NULL ? ObjectAttributes->Attributes
                                                        : OBJ_KERNEL_HANDLE, NULL, NULL);
    ObReferenceObject(thread);                  /* ObInsertObject takes over one pointer */
    status = ObInsertObject(thread, &attributes, DesiredAccess, ThreadHandle);
    if (NT_SUCCESS(status)) {
        if (ClientId != NULL) {
            *ClientId = thread->Cid;
        }
        PspStartThread(thread);
    }
    ObDereferenceObject(thread);
    return status;
}

VOID PsEnumerateThreads(PPS_THREAD_CALLBACK Routine, PVOID Context)
{
    ULONG count = 0, i = 0;
    PETHREAD *threads;
    PLIST_ENTRY entry;
    BOOLEAN more = TRUE;

    PAGED_CODE();
    ExAcquireFastMutex(&PspThreadListLock);
    for (entry = PspThreadListHead.Flink; entry != &PspThreadListHead; entry = entry->Flink) {
        count++;
    }
    threads = ExAllocatePoolWithTag(NonPagedPool, count * sizeof(PETHREAD) + 1, PSP_TAG);
    if (threads != NULL) {
        for (entry = PspThreadListHead.Flink; entry != &PspThreadListHead;
             entry = entry->Flink) {
            threads[i] = CONTAINING_RECORD(entry, ETHREAD, ThreadListEntry);
            ObReferenceObject(threads[i++]);
        }
    }
    ExReleaseFastMutex(&PspThreadListLock);
    if (threads == NULL) {
        return;
    }
    for (i = 0; i < count; i++) {
        more = more && Routine(threads[i], Context);
        ObDereferenceObject(threads[i]);
    }
    ExFreePoolWithTag(threads, PSP_TAG);
}
