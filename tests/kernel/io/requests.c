/* Requests: through handles, and made by hand; that complete at once, later, or by being
 * cancelled. */
#include "io_test.h"

static KEVENT Done;
static IO_STATUS_BLOCK Iosb;
static UCHAR Buffer[64];

static VOID TestControl(VOID)
{
    static UCHAR input[] = { 1, 2, 3, 4, 250 };
    HANDLE handle;
    ULONG sum = 0;

    CheckStatus(Open(L"\\Device\\TestIo", FILE_SYNCHRONOUS_IO_NONALERT, &handle), STATUS_SUCCESS,
                "opens");
    CheckStatus(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &Iosb, IOCTL_SUM, input,
                                      sizeof(input), &sum, sizeof(sum)),
                STATUS_SUCCESS, "buffered");
    Check(sum == 260 && Iosb.Information == sizeof(sum), "sum");
    CheckStatus(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &Iosb, IOCTL_SUM, input,
                                      sizeof(input), &sum, 2),
                STATUS_BUFFER_TOO_SMALL, "output too small");
    sum = 0;
    CheckStatus(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &Iosb, IOCTL_NEITHER, input,
                                      sizeof(input), &sum, sizeof(sum)),
                STATUS_SUCCESS, "neither");
    Check(sum == 260, "sum");
    CheckStatus(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &Iosb, IOCTL_FILL, input, 1, Buffer,
                                      sizeof(Buffer)),
                STATUS_SUCCESS, "direct");
    Check(Buffer[0] == 1 && Buffer[63] == 1 && Iosb.Information == sizeof(Buffer), "filled");
    CheckStatus(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &Iosb, TEST_CODE(99, 0), NULL, 0,
                                      NULL, 0),
                STATUS_INVALID_DEVICE_REQUEST, "unknown code");
    CheckStatus(ZwWriteFile(handle, NULL, NULL, NULL, &Iosb, Buffer, 1, NULL, NULL),
                STATUS_INVALID_DEVICE_REQUEST, "a major the driver does not have");
    ZwClose(handle);
}

static VOID TestReads(VOID)
{
    LARGE_INTEGER offset;
    HANDLE handle, event;
    NTSTATUS status;
    PKEVENT object;

    Open(L"\\Device\\TestIo", 0, &handle);
    ZwCreateEvent(&event, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);
    ObReferenceObjectByHandle(event, 0, *ExEventObjectType, KernelMode, (PVOID *)&object, NULL);
    offset.QuadPart = 5;
    status = ZwReadFile(handle, event, NULL, NULL, &Iosb, Buffer, 4, &offset, NULL);
    CheckStatus(status, STATUS_SUCCESS, "a read that is done at once");
    Check(Buffer[0] == 5 && Buffer[3] == 8 && Iosb.Information == 4, "bytes");
    Check(KeReadStateEvent(object) != 0, "event");

    Iosb.Status = 0x1234;
    status = ZwReadFile(handle, event, NULL, NULL, &Iosb, Buffer, WAIT_LENGTH, &offset, NULL);
    CheckStatus(status, STATUS_PENDING, "a read that waits");
    Check(KeReadStateEvent(object) == 0, "event reset");
    ReleaseOne();
    Check(WaitFor(object), "completed from a DPC");
    CheckStatus(Iosb.Status, STATUS_SUCCESS, "status");

    status = ZwReadFile(handle, event, NULL, NULL, &Iosb, Buffer, WAIT_LENGTH, &offset, NULL);
    CheckStatus(status, STATUS_PENDING, "another");
    ZwClose(handle);
    Check(WaitFor(object), "completed by the cleanup");
    CheckStatus(Iosb.Status, STATUS_CANCELLED, "as cancelled");
    ObDereferenceObject(object);
    ZwClose(event);
}

static VOID TestByHand(VOID)
{
    static UCHAR input[] = { 7, 8 };
    LARGE_INTEGER offset;
    ULONG sum = 0;
    PIRP irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    irp = IoBuildDeviceIoControlRequest(IOCTL_SUM, TheDevice, input, sizeof(input), &sum,
                                        sizeof(sum), TRUE, &Done, &Iosb);
    CheckStatus(IoCallDriver(TheDevice, irp), STATUS_SUCCESS, "IoBuildDeviceIoControlRequest");
    Check(WaitFor(&Done) && sum == 15 && Iosb.Information == sizeof(sum), "completed");

    KeClearEvent(&Done);
    offset.QuadPart = 100;
    irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, TheDevice, Buffer, 8, &offset, &Done, &Iosb);
    CheckStatus(IoCallDriver(TheDevice, irp), STATUS_SUCCESS, "IoBuildSynchronousFsdRequest");
    Check(WaitFor(&Done) && Buffer[0] == 100 && Buffer[7] == 107, "completed");

    KeClearEvent(&Done);
    irp = IoBuildDeviceIoControlRequest(IOCTL_WAIT, TheDevice, NULL, 0, NULL, 0, FALSE, &Done,
                                        &Iosb);
    CheckStatus(IoCallDriver(TheDevice, irp), STATUS_PENDING, "a request that waits");
    Check(IoCancelIrp(irp), "is cancelled");
    Check(WaitFor(&Done), "and completed");
    CheckStatus(Iosb.Status, STATUS_CANCELLED, "as such");
}

static NTSTATUS NTAPI Stop(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID TestOwnIrp(VOID)
{
    PIO_STACK_LOCATION stack;
    PIRP irp = IoAllocateIrp(TheDevice->StackSize, FALSE);
    ULONG round;

    for (round = 0; round < 2; round++) {
        KeInitializeEvent(&Done, NotificationEvent, FALSE);
        stack = IoGetNextIrpStackLocation(irp);
        stack->MajorFunction = IRP_MJ_DEVICE_CONTROL;
        stack->Parameters.DeviceIoControl.IoControlCode = IOCTL_WAIT;
        IoSetCompletionRoutine(irp, Stop, &Done, TRUE, TRUE, TRUE);
        CheckStatus(IoCallDriver(TheDevice, irp), STATUS_PENDING, "an IRP of one's own");
        if (round == 0) {
            ReleaseOne();
        } else {
            IoCancelIrp(irp);
        }
        Check(WaitFor(&Done), "comes back");
        CheckStatus(irp->IoStatus.Status, round == 0 ? STATUS_SUCCESS : STATUS_CANCELLED,
                    "with its status");
        IoReuseIrp(irp, STATUS_SUCCESS);
    }
    IoFreeIrp(irp);
}

static NTSTATUS NTAPI FreeAsynchronous(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    Iosb = Irp->IoStatus;
    RtlCopyMemory(Buffer, Irp->AssociatedIrp.SystemBuffer, 4);
    IoFreeIrp(Irp);
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* The IRP carries a system buffer of its own, which completion does not see: it is freed here. */
static VOID TestAsynchronous(VOID)
{
    LARGE_INTEGER offset;
    PVOID buffer;
    PIRP irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    offset.QuadPart = 40;
    irp = IoBuildAsynchronousFsdRequest(IRP_MJ_READ, TheDevice, Buffer, 4, &offset, NULL);
    buffer = irp->AssociatedIrp.SystemBuffer;
    IoSetCompletionRoutine(irp, FreeAsynchronous, &Done, TRUE, TRUE, TRUE);
    CheckStatus(IoCallDriver(TheDevice, irp), STATUS_SUCCESS, "IoBuildAsynchronousFsdRequest");
    Check(WaitFor(&Done) && Iosb.Information == 4 && Buffer[0] == 40, "completed");
    ExFreePool(buffer);
}

static VOID NTAPI LeaveRequestBehind(PVOID Context)
{
    PIRP irp = IoBuildDeviceIoControlRequest(IOCTL_WAIT, TheDevice, NULL, 0, NULL, 0, FALSE, NULL,
                                             &Iosb);

    *(PNTSTATUS)Context = IoCallDriver(TheDevice, irp);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID TestThreadEnd(VOID)
{
    NTSTATUS sent = STATUS_UNSUCCESSFUL;
    HANDLE handle;
    PVOID thread;

    CheckStatus(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                     LeaveRequestBehind, &sent),
                STATUS_SUCCESS, "a thread");
    ObReferenceObjectByHandle(handle, 0, *PsThreadType, KernelMode, &thread, NULL);
    ZwClose(handle);
    Check(WaitFor(thread), "that leaves a request behind ends");
    CheckStatus(sent, STATUS_PENDING, "the request waited");
    CheckStatus(Iosb.Status, STATUS_CANCELLED, "and was cancelled");
    ObDereferenceObject(thread);
}

VOID TestRequests(VOID)
{
    TestControl();
    TestReads();
    TestByHand();
    TestOwnIrp();
    TestAsynchronous();
    TestThreadEnd();
}
