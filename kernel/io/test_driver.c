/* The driver that the I/O tests drive. One test at a time, so its variables need no lock. */
#include "test_io.h"

ULONG IotSeen[IRP_MJ_MAXIMUM_FUNCTION + 1];
BOOLEAN IotPend;
ULONG IotBadBytes;
NTSTATUS IotLastStatus;

static OB_STATISTICS IotObjects;
static ULONG IotIrps;

VOID IotBegin(VOID)
{
    ObFlushDeferredDeletes();
    ObQueryStatistics(&IotObjects);
    IotIrps = IoQueryIrps(NULL, 0);
    RtlZeroMemory(IotSeen, sizeof(IotSeen));
    IotPend = FALSE;
    IotBadBytes = 0;
    IotLastStatus = STATUS_SUCCESS;
}

VOID IotEnd(VOID)
{
    OB_STATISTICS now;

    ObFlushDeferredDeletes();
    ObQueryStatistics(&now);
    KCHECK_EQUAL(now.Objects, IotObjects.Objects);
    KCHECK_EQUAL(now.Handles, IotObjects.Handles);
    KCHECK_EQUAL(IoQueryIrps(NULL, 0), IotIrps);
}

PDRIVER_OBJECT IotCreateDriver(PDRIVER_DISPATCH Dispatch)
{
    UNICODE_STRING name, service;
    PDRIVER_OBJECT driver = NULL;
    ULONG i;

    RtlInitUnicodeString(&name, L"\\Driver\\IoTest");
    RtlInitUnicodeString(&service, L"IoTest");
    if (KCHECK(NT_SUCCESS(IopCreateDriver(&name, &service, &driver)))) {
        for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION && Dispatch != NULL; i++) {
            driver->MajorFunction[i] = Dispatch;
        }
    }
    return driver;
}

VOID IotDeleteDriver(PDRIVER_OBJECT Driver)
{
    KCHECK(Driver->DeviceObject == NULL);
    ObMakeObjectTemporary(Driver);
    ObDereferenceObject(Driver);
}

PDEVICE_OBJECT IotCreateDevice(PDRIVER_OBJECT Driver, ULONG Flags)
{
    PDEVICE_OBJECT device = NULL;
    UNICODE_STRING name;

    RtlInitUnicodeString(&name, L"\\Device\\IoTest");
    if (KCHECK(NT_SUCCESS(
            IoCreateDevice(Driver, 12, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device)))) {
        device->Flags |= Flags;
        device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    }
    return device;
}

NTSTATUS IotOpen(PCWSTR Name, ULONG Options, PHANDLE Handle)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;

    RtlInitUnicodeString(&name, Name);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return ZwOpenFile(Handle, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &block,
                      FILE_SHARE_VALID_FLAGS, Options);
}

static VOID IotFill(PUCHAR Buffer, ULONG Length)
{
    ULONG i;

    for (i = 0; i < Length; i++) {
        Buffer[i] = (UCHAR)(i + 1);
    }
}

static VOID IotCheck(const UCHAR *Buffer, ULONG Length)
{
    ULONG i;

    for (i = 0; i < Length; i++) {
        IotBadBytes += Buffer[i] != (UCHAR)(i + 1);
    }
}

/* The buffer of a read or write, wherever the device's flags put it. */
static PUCHAR IotBuffer(PIRP Irp)
{
    if (Irp->MdlAddress != NULL) {
        return MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    }
    return Irp->AssociatedIrp.SystemBuffer != NULL ? Irp->AssociatedIrp.SystemBuffer
                                                   : Irp->UserBuffer;
}

static VOID IotControl(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    ULONG in = Stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG out = Stack->Parameters.DeviceIoControl.OutputBufferLength;

    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = out;
    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_IOT_BUFFERED:
        IotCheck(Irp->AssociatedIrp.SystemBuffer, in);
        IotFill(Irp->AssociatedIrp.SystemBuffer, out);
        break;
    case IOCTL_IOT_IN_DIRECT: /* the second buffer is input too */
        IotCheck(Irp->AssociatedIrp.SystemBuffer, in);
        IotCheck(IotBuffer(Irp), out);
        break;
    case IOCTL_IOT_OUT_DIRECT:
        IotCheck(Irp->AssociatedIrp.SystemBuffer, in);
        IotFill(MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority), out);
        break;
    case IOCTL_IOT_NEITHER:
        IotCheck(Stack->Parameters.DeviceIoControl.Type3InputBuffer, in);
        IotFill(Irp->UserBuffer, out);
        break;
    default:
        Irp->IoStatus.Status = STATUS_INVALID_PARAMETER;
        Irp->IoStatus.Information = 0;
        break;
    }
}

static VOID IotDo(PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG length = stack->Parameters.Read.Length;

    switch (stack->MajorFunction) {
    case IRP_MJ_READ:
        IotFill(IotBuffer(Irp), length);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Irp->IoStatus.Information = length;
        break;
    case IRP_MJ_WRITE:
        IotCheck(IotBuffer(Irp), length);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Irp->IoStatus.Information = length;
        break;
    default:
        IotControl(Irp, stack);
        break;
    }
}

static VOID NTAPI IotLater(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    LARGE_INTEGER tick = { .QuadPart = -200000 };
    PIRP irp = Context;
    KIRQL irql;

    UNREFERENCED_PARAMETER(DeviceObject);
    KeDelayExecutionThread(KernelMode, FALSE, &tick);
    IotDo(irp);
    IoFreeWorkItem(irp->Tail.Overlay.DriverContext[0]);
    KeRaiseIrql(DISPATCH_LEVEL, &irql); /* as from a DPC */
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    KeLowerIrql(irql);
}

NTSTATUS NTAPI IotDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UCHAR major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;
    PIO_WORKITEM item;
    NTSTATUS status;

    IotSeen[major]++;
    if (major != IRP_MJ_READ && major != IRP_MJ_WRITE && major != IRP_MJ_DEVICE_CONTROL &&
        major != IRP_MJ_INTERNAL_DEVICE_CONTROL) {
        status = major == IRP_MJ_CLEANUP || major == IRP_MJ_CLOSE ? IotLastStatus : STATUS_SUCCESS;
        Irp->IoStatus.Status = status;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return status;
    }
    if (IotPend && (item = IoAllocateWorkItem(DeviceObject)) != NULL) {
        IoMarkIrpPending(Irp);
        Irp->Tail.Overlay.DriverContext[0] = item;
        IoQueueWorkItem(item, IotLater, DelayedWorkQueue, Irp);
        return STATUS_PENDING;
    }
    IotDo(Irp);
    status = Irp->IoStatus.Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}
