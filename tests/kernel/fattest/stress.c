/* Four threads make, write, read, rename and delete files of their own while a fifth keeps throwing
 * everything pageable out: the file system's code, its names, the buffers it reads into. Whoever
 * holds its lock faults, and the fault is served through the same driver. */
#include "fattest.h"

#ifdef ALLOC_PRAGMA
/* Runs at PASSIVE_LEVEL only, and is meant to be out most of the time. */
#pragma code_seg("PAGE")
#endif

#define WORKERS 4u
#define ROUNDS 40u
#define BYTES 40000u

typedef struct _WORKER {
    PKTHREAD Thread;
    ULONG Number;
    ULONG Bad; /* written by the worker, read when it has ended */
} WORKER;

static volatile LONG Running; /* interlocked */

static ULONG Round(WORKER *Worker, ULONG Number, PULONG Data)
{
    WCHAR name[64];
    ULONG i, done, bad = 0;
    HANDLE handle;

    PAGED_CODE();
    RtlCopyMemory(name, ROOT L"\\stress worker 0.bin", sizeof(ROOT L"\\stress worker 0.bin"));
    name[wcslen(name) - 5] = (WCHAR)('0' + Worker->Number);
    for (i = 0; i < BYTES / 4; i++) {
        Data[i] = i * 31 + Number + Worker->Number * 1000003;
    }
    if (!NT_SUCCESS(Open(&handle, NULL, name, FILE_READ_DATA | FILE_WRITE_DATA | DELETE, 0,
                         FILE_CREATE, 0))) {
        return 1;
    }
    bad += !NT_SUCCESS(Write(handle, 0, Data, BYTES / 2));
    bad += !NT_SUCCESS(Write(handle, BYTES / 2, Data + BYTES / 8, BYTES / 2));
    RtlZeroMemory(Data, BYTES);
    bad += !NT_SUCCESS(Rename(handle, name + wcslen(ROOT) + 8, FALSE)); /* "worker 0.bin" */
    bad += !NT_SUCCESS(Read(handle, 0, Data, BYTES, &done)) || done != BYTES;
    for (i = 0; i < BYTES / 4; i++) {
        bad += Data[i] != i * 31 + Number + Worker->Number * 1000003;
    }
    bad += !NT_SUCCESS(Dispose(handle, TRUE));
    ZwClose(handle);
    return bad;
}

static VOID NTAPI Work(PVOID Context)
{
    WORKER *worker = Context;
    PULONG data = ExAllocatePoolWithTag(PagedPool, BYTES, TAG);
    ULONG i;

    PAGED_CODE();
    worker->Bad = data == NULL;
    for (i = 0; data != NULL && i < ROUNDS; i++) {
        worker->Bad += Round(worker, i, data);
    }
    if (data != NULL) {
        ExFreePoolWithTag(data, TAG);
    }
    InterlockedDecrement(&Running);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID TestStress(VOID)
{
    LARGE_INTEGER delay = { .QuadPart = -20000 }; /* 2 ms */
    WORKER workers[WORKERS];
    ULONG i, bad = 0, trims = 0;
    HANDLE handle;

    PAGED_CODE();
    Running = WORKERS;
    for (i = 0; i < WORKERS; i++) {
        workers[i].Number = i;
        if (!NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Work,
                                             &workers[i]))) {
            Check(FALSE, "four threads");
            return;
        }
        ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, NULL, KernelMode,
                                  (PVOID *)&workers[i].Thread, NULL);
        ZwClose(handle);
    }
    while (Running != 0) {
        bad += !NT_SUCCESS(MmTrimAllSystemPagableMemory(TRUE));
        trims++;
        KeDelayExecutionThread(KernelMode, FALSE, &delay);
    }
    for (i = 0; i < WORKERS; i++) {
        KeWaitForSingleObject(workers[i].Thread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(workers[i].Thread);
        bad += workers[i].Bad;
    }
    DbgPrint("# trimmed %lu times meanwhile\n", trims);
    Check(bad == 0, "four threads at work while everything pageable is thrown out");
}
