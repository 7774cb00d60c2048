/* Threads and a timer's DPC that print at the same time, whole lines and lines in pieces with
 * pauses between them. */

#include <ntddk.h>

#define THREADS 6
#define LINES   40

static KTIMER Timer;
static KDPC Dpc;

DRIVER_INITIALIZE DriverEntry;

static VOID NTAPI Tick(PKDPC Object, PVOID Context, PVOID One, PVOID Two)
{
    DbgPrint("tick\n");
}

static VOID NTAPI Talk(PVOID Context)
{
    ULONG Number = (ULONG)(ULONG_PTR)Context, Line, Piece;
    LARGE_INTEGER Pause = {.QuadPart = -30000};

    for (Line = 0; Line < LINES; Line++) {
        DbgPrint("<%u:", Number);
        for (Piece = 0; Piece < 10; Piece++) {
            DbgPrint("%c", 'a' + Number);
            if (Piece == 5 && Line % 8 == 0) {
                KeDelayExecutionThread(KernelMode, FALSE, &Pause);
            }
        }
        DbgPrint(">\n");
        DbgPrint("[%u:%s]\n", Number, "a line that is printed in one go");
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI Unload(PDRIVER_OBJECT Driver)
{
    KeCancelTimer(&Timer);
    KeFlushQueuedDpcs();
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    LARGE_INTEGER Due = {.QuadPart = -10000};
    PVOID Threads[THREADS];
    ULONG Number;
    HANDLE Handle;

    Driver->DriverUnload = Unload;
    KeInitializeTimerEx(&Timer, SynchronizationTimer);
    KeInitializeDpc(&Dpc, Tick, NULL);
    KeSetTimerEx(&Timer, Due, 10, &Dpc);
    for (Number = 0; Number < THREADS; Number++) {
        if (!NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Talk,
                                             (PVOID)(ULONG_PTR)Number))) {
            break;
        }
        ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, NULL, KernelMode, &Threads[Number],
                                  NULL);
        ZwClose(Handle);
    }
    while (Number-- > 0) {
        KeWaitForSingleObject(Threads[Number], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Threads[Number]);
    }
    return STATUS_SUCCESS;
}
