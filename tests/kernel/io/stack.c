/* Device stacks: attaching, passing down, completion on the way up, and going away in the order
 * that plug and play drivers use: the lower device is deleted first, then detached from. */
#include "io_test.h"

static LONG Passed, Returned;
static PDEVICE_OBJECT Filter, Below;

static NTSTATUS NTAPI OnTheWayUp(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    if (Irp->PendingReturned) {
        IoMarkIrpPending(Irp);
    }
    InterlockedIncrement(&Returned);
    return STATUS_SUCCESS;
}

static PDRIVER_DISPATCH Own;

static NTSTATUS NTAPI FilterControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    if (DeviceObject != Filter) {
        return Own(DeviceObject, Irp);
    }
    InterlockedIncrement(&Passed);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, OnTheWayUp, NULL, TRUE, TRUE, TRUE);
    return IoCallDriver(Below, Irp);
}

static BOOLEAN Listed(PDEVICE_OBJECT Device)
{
    PDEVICE_OBJECT each;

    for (each = TheDriver->DeviceObject; each != NULL; each = each->NextDevice) {
        if (each == Device) {
            return TRUE;
        }
    }
    return FALSE;
}

static VOID TestFilter(VOID)
{
    static UCHAR input[] = { 9 };
    IO_STATUS_BLOCK iosb;
    PDEVICE_OBJECT top;
    HANDLE handle;
    KEVENT done;
    ULONG sum = 0;
    PIRP irp;

    Check(NT_SUCCESS(IoCreateDevice(TheDriver, 16, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Filter)),
          "a second device");
    Own = TheDriver->MajorFunction[IRP_MJ_DEVICE_CONTROL];
    TheDriver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = FilterControl;
    Below = IoAttachDeviceToDeviceStack(Filter, TheDevice);
    Check(Below == TheDevice && Filter->StackSize == TheDevice->StackSize + 1, "attaches");
    Filter->Flags |= DO_BUFFERED_IO;
    Filter->Flags &= ~DO_DEVICE_INITIALIZING;
    top = IoGetAttachedDeviceReference(TheDevice);
    Check(top == Filter, "is on top");
    ObDereferenceObject(top);

    Open(L"\\Device\\TestIo", FILE_SYNCHRONOUS_IO_NONALERT, &handle);
    CheckStatus(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &iosb, IOCTL_SUM, input,
                                      sizeof(input), &sum, sizeof(sum)),
                STATUS_SUCCESS, "a request goes through");
    Check(sum == 9 && Passed == 1 && Returned == 1, "down and up");
    ZwClose(handle);

    KeInitializeEvent(&done, NotificationEvent, FALSE);
    irp = IoBuildDeviceIoControlRequest(IOCTL_WAIT, Filter, NULL, 0, NULL, 0, FALSE, &done, &iosb);
    CheckStatus(IoCallDriver(Filter, irp), STATUS_PENDING, "pending goes up too");
    ReleaseOne();
    Check(WaitFor(&done) && Returned == 2, "and completion");
    CheckStatus(iosb.Status, STATUS_SUCCESS, "status");

    IoDetachDevice(Below);
    Check(TheDevice->AttachedDevice == NULL, "detached");
    TheDriver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Own;
    IoDeleteDevice(Filter);
    Check(!Listed(Filter), "gone");
}

static VOID TestRemovalOrder(VOID)
{
    PDEVICE_OBJECT lower, upper;

    IoCreateDevice(TheDriver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &lower);
    IoCreateDevice(TheDriver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &upper);
    Check(IoAttachDeviceToDeviceStack(upper, lower) == lower, "upper on lower");
    IoDeleteDevice(lower);
    Check(Listed(lower), "a deleted device stays while one is attached to it");
    IoDetachDevice(lower);
    Check(!Listed(lower), "and goes when that detaches");
    IoDeleteDevice(upper);
    Check(!Listed(upper), "as does the upper");
}

VOID TestStack(VOID)
{
    TestFilter();
    TestRemovalOrder();
}
