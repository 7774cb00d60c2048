/* ps, irp, obj, dev: threads, requests, the namespace, the device tree. Pageable. */
#include "kdp.h"

#define MAX_IRPS 64

static BOOLEAN PrintThread(PETHREAD Thread, PVOID Context);
static BOOLEAN PrintObject(PVOID Context, PCUNICODE_STRING Name, PVOID Object, POBJECT_TYPE Type);
static VOID PrintLine(PVOID Context, PCSTR Line);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, PrintThread)
#pragma alloc_text(PAGE, PrintObject)
#pragma alloc_text(PAGE, PrintLine)
#pragma alloc_text(PAGE, KdpPs)
#pragma alloc_text(PAGE, KdpIrp)
#pragma alloc_text(PAGE, KdpObj)
#pragma alloc_text(PAGE, KdpDev)
#endif

static BOOLEAN PrintThread(PETHREAD Thread, PVOID Context)
{
    PAGED_CODE();

    PCSTR Name = Thread->Name;
    ULONG Offset = 0;

    if (Name[0] == 0 && !KdLookupSymbol((PVOID)Thread->StartRoutine, &Name, &Offset)) {
        Name = "-";
    }
    DbgPrint("0x%08X %5u %4d %-10s 0x%08X %s\n", Thread, HandleToUlong(Thread->Cid.UniqueThread),
             KeQueryPriorityThread(&Thread->Tcb), KeThreadStateName(&Thread->Tcb),
             Thread->StartRoutine, Name);
    return TRUE;
}

NTSTATUS KdpPs(ULONG Count, PSTR *Words)
{
    PAGED_CODE();

    DbgPrint("# thread      id prio state      start      name\n");
    PsEnumerateThreads(PrintThread, NULL);
    return STATUS_SUCCESS;
}

NTSTATUS KdpIrp(ULONG Count, PSTR *Words)
{
    PIO_IRP_STATE Rows;
    ULONG Total;

    PAGED_CODE();
    Rows = ExAllocatePoolWithTag(NonPagedPool, MAX_IRPS * sizeof(*Rows), KD_TAG);
    if (Rows == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Total = IoQueryIrps(Rows, MAX_IRPS);
    DbgPrint("# irp      major minor device     thread     state\n");
    for (ULONG Index = 0; Index < min(Total, MAX_IRPS); Index++) {
        PIO_IRP_STATE Row = &Rows[Index];

        DbgPrint("0x%08X 0x%02X  0x%02X  0x%08X 0x%08X %s%s\n", Row->Irp, Row->MajorFunction,
                 Row->MinorFunction, Row->Device, Row->Thread,
                 Row->AtDriver ? "at a driver" : "at its owner",
                 Row->Cancelled ? ", cancelled" : "");
    }
    DbgPrint("%u requests\n", Total);
    ExFreePoolWithTag(Rows, KD_TAG);
    return STATUS_SUCCESS;
}

static BOOLEAN PrintObject(PVOID Context, PCUNICODE_STRING Name, PVOID Object, POBJECT_TYPE Type)
{
    PAGED_CODE();

    LONG Pointers, Handles;

    ObQueryCounts(Object, &Pointers, &Handles);
    DbgPrint("0x%08X %8d %7d %-14wZ %wZ\n", Object, Pointers, Handles, &Type->Name, Name);
    return TRUE;
}

NTSTATUS KdpObj(ULONG Count, PSTR *Words)
{
    PCSTR Typed = Count > 1 ? Words[1] : "\\";
    UNICODE_STRING Name;
    OB_STATISTICS Statistics;
    NTSTATUS Status;

    PAGED_CODE();
    if (Typed[0] != '\\') {
        return KdpError(Typed, STATUS_OBJECT_NAME_INVALID, "a directory's name begins with \\");
    }
    Status = KdpFileName(Typed, &Name);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    DbgPrint("# object   pointers handles type           name\n");
    Status = ObEnumerateDirectory(&Name, PrintObject, NULL);
    ExFreePool(Name.Buffer);
    if (!NT_SUCCESS(Status)) {
        return KdpError(Typed, Status, NULL);
    }
    ObQueryStatistics(&Statistics);
    DbgPrint("%d objects and %d handles in all\n", Statistics.Objects, Statistics.Handles);
    return STATUS_SUCCESS;
}

static VOID PrintLine(PVOID Context, PCSTR Line)
{
    PAGED_CODE();

    DbgPrint("%s\n", Line);
}

NTSTATUS KdpDev(ULONG Count, PSTR *Words)
{
    PAGED_CODE();

    IoDescribeDevices(PrintLine, NULL);
    return STATUS_SUCCESS;
}
