/* Several threads that open, read, name and close at once while all pageable memory is thrown out
 * under them again and again. Nothing may fail, nothing may be left. */
#include "test_io.h"

#define IOT_THREADS 5
#define IOT_ROUNDS 60

static volatile LONG IotFailures, IotRunning;

static VOID NTAPI IotWorker(PVOID Context)
{
    UNICODE_STRING path, name;
    OBJECT_ATTRIBUTES attributes;
    WCHAR buffer[40];
    ULONG round;

    RtlInitUnicodeString(&path, L"\\SystemRoot\\System32\\drivers\\kbdclass.sys");
    for (round = 0; round < IOT_ROUNDS; round++) {
        PUCHAR data = NULL;
        HANDLE event;
        SIZE_T size;

        /* All threads meet at eight names, so that they collide, open and close each other's. */
        _snwprintf(buffer, RTL_NUMBER_OF(buffer), L"\\BaseNamedObjects\\IoStress%lu",
                   (round + (ULONG)(ULONG_PTR)Context) % 8);
        RtlInitUnicodeString(&name, buffer);
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_OPENIF, NULL,
                                   NULL);
        if (!NT_SUCCESS(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, NotificationEvent,
                                      FALSE))) {
            InterlockedIncrement(&IotFailures);
            break;
        }
        if (!NT_SUCCESS(IoReadWholeFile(&path, (PVOID *)&data, &size)) || size < 1000 ||
            data[0] != 'M' || data[1] != 'Z') {
            InterlockedIncrement(&IotFailures);
        }
        if (data != NULL) {
            ExFreePool(data);
        }
        ZwClose(event);
    }
    InterlockedDecrement(&IotRunning);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

KTEST(io_threads_under_trimming)
{
    LARGE_INTEGER tick = { .QuadPart = -300000 };
    HANDLE threads[IOT_THREADS];
    UNICODE_STRING name;
    ULONG i, count;
    PVOID object;

    IotBegin();
    IotFailures = 0;
    IotRunning = 0;
    for (count = 0; count < IOT_THREADS; count++) {
        InterlockedIncrement(&IotRunning);
        if (!KCHECK(NT_SUCCESS(PsCreateSystemThread(&threads[count], THREAD_ALL_ACCESS, NULL, NULL,
                                                    NULL, IotWorker, (PVOID)(ULONG_PTR)count)))) {
            InterlockedDecrement(&IotRunning);
            break;
        }
    }
    while (IotRunning != 0) {
        MmTrimPages(NULL, TRUE);
        KeDelayExecutionThread(KernelMode, FALSE, &tick);
    }
    for (i = 0; i < count; i++) {
        ZwWaitForSingleObject(threads[i], FALSE, NULL);
        ZwClose(threads[i]);
    }
    KCHECK_EQUAL(IotFailures, 0);
    for (i = 0; i < 8; i++) {
        OBJECT_ATTRIBUTES attributes;
        WCHAR buffer[40];

        _snwprintf(buffer, RTL_NUMBER_OF(buffer), L"\\BaseNamedObjects\\IoStress%lu", i);
        RtlInitUnicodeString(&name, buffer);
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
        KCHECK_EQUAL(ObReferenceObjectByAttributes(&attributes, NULL, 0, NULL, &object),
                     STATUS_OBJECT_NAME_NOT_FOUND);
    }
    KeDelayExecutionThread(KernelMode, FALSE, &tick); /* the reaper takes the threads' objects */
    IotEnd();
}
