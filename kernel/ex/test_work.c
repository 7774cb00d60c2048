/* Tests: work items, callbacks, lines that are not mixed. */
#include "exp.h"
#include "test.h"
#include "ktthread.h"
#include "ob.h"

typedef struct _EXT_WORK {
    WORK_QUEUE_ITEM Item;
    KEVENT Done, Go;
    KIRQL Irql;
    KPRIORITY Priority;
} EXT_WORK;

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

static VOID NTAPI ExtWork(PVOID Context)
{
    EXT_WORK *Work = Context;

    Work->Irql = KeGetCurrentIrql();
    Work->Priority = KeQueryPriorityThread(KeGetCurrentThread());
    KeSetEvent(&Work->Done, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI ExtBlockedWork(PVOID Context)
{
    EXT_WORK *Work = Context;

    KeWaitForSingleObject(&Work->Go, Executive, KernelMode, FALSE, NULL);
    KeSetEvent(&Work->Done, IO_NO_INCREMENT, FALSE);
}

static VOID ExtQueue(EXT_WORK *Work, PWORKER_THREAD_ROUTINE Routine, WORK_QUEUE_TYPE Type)
{
    KeInitializeEvent(&Work->Done, NotificationEvent, FALSE);
    KeInitializeEvent(&Work->Go, NotificationEvent, FALSE);
    ExInitializeWorkItem(&Work->Item, Routine, Work);
    ExQueueWorkItem(&Work->Item, Type);
}

KTEST(ex_work_items_run_at_passive_level)
{
    static const KPRIORITY Priorities[] = {13, 12, 15};
    EXT_WORK Work;

    for (ULONG Type = 0; Type < MaximumWorkQueue; Type++) {
        Work.Irql = HIGH_LEVEL;
        ExtQueue(&Work, ExtWork, (WORK_QUEUE_TYPE)Type);
        KeWaitForSingleObject(&Work.Done, Executive, KernelMode, FALSE, NULL);
        KCHECK_EQUAL(Work.Irql, PASSIVE_LEVEL);
        KCHECK(Work.Priority >= Priorities[Type]);
    }
}

/* Both workers wait for what only a third item brings: the queue gets another thread. */
KTEST(ex_work_items_that_wait_for_each_other)
{
    EXT_WORK Blocked[2], Third;

    ExtQueue(&Blocked[0], ExtBlockedWork, DelayedWorkQueue);
    ExtQueue(&Blocked[1], ExtBlockedWork, DelayedWorkQueue);
    ExtQueue(&Third, ExtWork, DelayedWorkQueue);
    KeWaitForSingleObject(&Third.Done, Executive, KernelMode, FALSE, NULL);
    for (ULONG Index = 0; Index < 2; Index++) {
        KCHECK_EQUAL(KeReadStateEvent(&Blocked[Index].Done), 0);
        KeSetEvent(&Blocked[Index].Go, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(&Blocked[Index].Done, Executive, KernelMode, FALSE, NULL);
    }
}

static VOID NTAPI ExtCallback(PVOID Context, PVOID Argument1, PVOID Argument2)
{
    *(PULONG)Context = *(PULONG)Context * 10 + PtrToUlong(Argument1) + PtrToUlong(Argument2);
}

KTEST(ex_callbacks)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Callback\\ExTest");
    UNICODE_STRING Power = RTL_CONSTANT_STRING(L"\\Callback\\PowerState");
    OBJECT_ATTRIBUTES Attributes;
    PCALLBACK_OBJECT Callback, Same;
    ULONG First = 0, Second = 0;
    PVOID A, B;

    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KCHECK_EQUAL(ExCreateCallback(&Same, &Attributes, FALSE, TRUE), STATUS_OBJECT_NAME_NOT_FOUND);
    KREQUIRE(NT_SUCCESS(ExCreateCallback(&Callback, &Attributes, TRUE, TRUE)));
    A = ExRegisterCallback(Callback, ExtCallback, &First);
    B = ExRegisterCallback(Callback, ExtCallback, &Second);
    KCHECK(A != NULL && B != NULL);
    ExNotifyCallback(Callback, UlongToPtr(1), UlongToPtr(2));
    ExUnregisterCallback(A);
    ExNotifyCallback(Callback, UlongToPtr(4), UlongToPtr(0));
    ExUnregisterCallback(B);
    KCHECK_EQUAL(First, 3);
    KCHECK_EQUAL(Second, 34);
    ObMakeObjectTemporary(Callback);        /* no handle was opened: the name would stay */
    ObDereferenceObject(Callback);
    InitializeObjectAttributes(&Attributes, &Power, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KREQUIRE(NT_SUCCESS(ExCreateCallback(&Callback, &Attributes, FALSE, TRUE)));
    ObDereferenceObject(Callback);
}

#define EXT_LINES 5

static VOID NTAPI ExtTalk(PVOID Context)
{
    for (ULONG Line = 0; Line < EXT_LINES; Line++) {
        DbgPrint("# ext");
        KeYield();
        DbgPrint(" %c", *(PCHAR)Context);
        KeYield();
        DbgPrint("%c\n", *(PCHAR)Context);
    }
}

typedef struct _EXT_LINES_SEEN {
    ULONG Whole, Broken;
} EXT_LINES_SEEN;

#ifdef ALLOC_PRAGMA
#pragma code_seg()
#endif

/* Under the print lock: nonpaged. */
static VOID ExtWatch(PVOID Context, PCSTR Line, ULONG Length)
{
    EXT_LINES_SEEN *Seen = Context;

    if (Length >= 5 && memcmp(Line, "# ext", 5) == 0) {
        if (Length == 8 && Line[6] == Line[7]) {
            Seen->Whole++;
        } else {
            Seen->Broken++;
        }
    }
}

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

KTEST(ex_lines_are_never_mixed)
{
    EXT_LINES_SEEN Seen = {0, 0};
    PETHREAD A, B;

    ExSetPrintWatch(ExtWatch, &Seen);
    A = KtStart(ExtTalk, "a", 8);
    B = KtStart(ExtTalk, "b", 8);
    KtJoin(A);
    KtJoin(B);
    ExSetPrintWatch(NULL, NULL);
    KCHECK_EQUAL(Seen.Whole, 2 * EXT_LINES);
    KCHECK_EQUAL(Seen.Broken, 0);
}
