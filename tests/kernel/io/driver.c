/* The device under test, and the order of the tests. Prints TAP. */
#include "io_test.h"
#include "tap.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static DRIVER_DISPATCH CreateClose, Read, Control;
static KDEFERRED_ROUTINE Release;

PDRIVER_OBJECT TheDriver;
PDEVICE_OBJECT TheDevice;
LONG Creates, Cleanups, Closes;

static IO_CSQ Waiting;
static LIST_ENTRY WaitingList;          /* WaitingLock */
static KSPIN_LOCK WaitingLock;
static KDPC ReleaseDpc;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, Unload)
#endif

VOID Check(BOOLEAN Ok, PCSTR What)
{
    TAP_CHECK(Ok, What);
}

VOID CheckStatus(NTSTATUS Status, NTSTATUS Expected, PCSTR What)
{
    if (Status != Expected) {
        DbgPrint("# status 0x%08lX, expected 0x%08lX\n", Status, Expected);
    }
    TAP_CHECK(Status == Expected, What);
}

BOOLEAN WaitFor(PVOID Object)
{
    LARGE_INTEGER timeout;

    timeout.QuadPart = -5 * 10000000LL;
    return KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, &timeout) == STATUS_SUCCESS;
}

PCUNICODE_STRING Name(PCWSTR Text)
{
    static UNICODE_STRING names[2];
    static ULONG next;

    next ^= 1;
    RtlInitUnicodeString(&names[next], Text);
    return &names[next];
}

NTSTATUS Open(PCWSTR Text, ULONG Options, PHANDLE Handle)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;

    InitializeObjectAttributes(&attributes, (PUNICODE_STRING)Name(Text),
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    return ZwCreateFile(Handle, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &attributes, &iosb,
                        NULL, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, Options, NULL, 0);
}

/* --- The queue of requests that wait --- */

static VOID NTAPI InsertWaiting(PIO_CSQ Csq, PIRP Irp)
{
    InsertTailList(&WaitingList, &Irp->Tail.Overlay.ListEntry);
}

static VOID NTAPI RemoveWaiting(PIO_CSQ Csq, PIRP Irp)
{
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}

static PIRP NTAPI PeekWaiting(PIO_CSQ Csq, PIRP Irp, PVOID File)
{
    PLIST_ENTRY entry = Irp != NULL ? Irp->Tail.Overlay.ListEntry.Flink : WaitingList.Flink;

    for (; entry != &WaitingList; entry = entry->Flink) {
        PIRP next = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);

        if (File == NULL || IoGetCurrentIrpStackLocation(next)->FileObject == File) {
            return next;
        }
    }
    return NULL;
}

static VOID NTAPI AcquireWaiting(PIO_CSQ Csq, PKIRQL Irql)
{
    KeAcquireSpinLock(&WaitingLock, Irql);
}

static VOID NTAPI ReleaseWaiting(PIO_CSQ Csq, KIRQL Irql)
{
    KeReleaseSpinLock(&WaitingLock, Irql);
}

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static VOID NTAPI CancelWaiting(PIO_CSQ Csq, PIRP Irp)
{
    Complete(Irp, STATUS_CANCELLED, 0);
}

static VOID NTAPI Release(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PIRP irp = IoCsqRemoveNextIrp(&Waiting, NULL);

    if (irp != NULL) {
        Complete(irp, STATUS_SUCCESS, 0);
    }
}

VOID ReleaseOne(VOID)
{
    KeInsertQueueDpc(&ReleaseDpc, NULL, NULL);
}

/* --- Dispatch routines --- */

static NTSTATUS NTAPI CreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    PIRP waiting;

    switch (stack->MajorFunction) {
    case IRP_MJ_CREATE:
        InterlockedIncrement(&Creates);
        break;
    case IRP_MJ_CLEANUP:
        InterlockedIncrement(&Cleanups);
        while ((waiting = IoCsqRemoveNextIrp(&Waiting, stack->FileObject)) != NULL) {
            Complete(waiting, STATUS_CANCELLED, 0);
        }
        break;
    default:
        InterlockedIncrement(&Closes);
        break;
    }
    return Complete(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI Read(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    PUCHAR buffer = Irp->AssociatedIrp.SystemBuffer;
    ULONG i, length = stack->Parameters.Read.Length;

    if (length == WAIT_LENGTH) {
        IoCsqInsertIrp(&Waiting, Irp, NULL);
        return STATUS_PENDING;
    }
    for (i = 0; i < length; i++) {
        buffer[i] = (UCHAR)(stack->Parameters.Read.ByteOffset.LowPart + i);
    }
    return Complete(Irp, STATUS_SUCCESS, length);
}

static NTSTATUS NTAPI Control(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG in = stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG out = stack->Parameters.DeviceIoControl.OutputBufferLength;
    PUCHAR input = Irp->AssociatedIrp.SystemBuffer;
    PVOID output = Irp->AssociatedIrp.SystemBuffer;
    ULONG i, sum = 0;

    switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_NEITHER:
        input = stack->Parameters.DeviceIoControl.Type3InputBuffer;
        output = Irp->UserBuffer;
        /* fall through */
    case IOCTL_SUM:
        for (i = 0; i < in; i++) {
            sum += input[i];
        }
        if (out < sizeof(sum)) {
            return Complete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
        }
        RtlCopyMemory(output, &sum, sizeof(sum));
        return Complete(Irp, STATUS_SUCCESS, sizeof(sum));
    case IOCTL_FILL:
        output = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
        if (output == NULL) {
            return Complete(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
        }
        memset(output, input[0], out);
        return Complete(Irp, STATUS_SUCCESS, out);
    case IOCTL_WAIT:
        IoCsqInsertIrp(&Waiting, Irp, NULL);
        return STATUS_PENDING;
    case IOCTL_RELEASE:
        ReleaseOne();
        return Complete(Irp, STATUS_SUCCESS, 0);
    default:
        return Complete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

/* --- From start to end --- */

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    TheDriver = DriverObject;
    DriverObject->DriverUnload = Unload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = CreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = CreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = CreateClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = Read;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    DriverObject->MajorFunction[IRP_MJ_INTERNAL_DEVICE_CONTROL] = Control;
    InitializeListHead(&WaitingList);
    KeInitializeSpinLock(&WaitingLock);
    KeInitializeDpc(&ReleaseDpc, Release, NULL);
    IoCsqInitialize(&Waiting, InsertWaiting, RemoveWaiting, PeekWaiting, AcquireWaiting,
                    ReleaseWaiting, CancelWaiting);

    status = IoCreateDevice(DriverObject, 0, (PUNICODE_STRING)Name(L"\\Device\\TestIo"),
                            FILE_DEVICE_UNKNOWN, 0, FALSE, &TheDevice);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    Check((TheDevice->Flags & DO_DEVICE_INITIALIZING) != 0, "a new device is initializing");
    TheDevice->Flags |= DO_BUFFERED_IO;
    TheDevice->Flags &= ~DO_DEVICE_INITIALIZING;

    TestNames();
    TestRegistry(RegistryPath);
    TestRequests();
    TestStack();
    TestLater();
    Check(Creates == Cleanups && Creates == Closes, "as many closes as creates");
    TAP_DONE();
    return STATUS_SUCCESS;
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
    IoDeleteDevice(TheDevice);
}
