/* IRPs: the walk down and up a stack, the kinds of buffer, pending, cancelling, the helpers. */
#include "test_io.h"

/* --- The way up --- */

static ULONG IotOrder[8], IotOrders;
static BOOLEAN IotPendingSeen[8];

static NTSTATUS NTAPI IotNote(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IotPendingSeen[IotOrders] = Irp->PendingReturned;
    IotOrder[IotOrders++] = (ULONG)(ULONG_PTR)Context;
    if (Irp->PendingReturned && Irp->CurrentLocation <= Irp->StackCount) {
        IoMarkIrpPending(Irp);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI IotKeep(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    IotNote(DeviceObject, Irp, Context);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

KTEST(io_completion_order_and_conditions)
{
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    PIRP irp;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, 0);
    KREQUIRE(device != NULL);
    irp = IoAllocateIrp(4, FALSE);
    KREQUIRE(irp != NULL);
    KCHECK_EQUAL(irp->CurrentLocation, 5);
    KCHECK_EQUAL(irp->Size, IoSizeOfIrp(4));
    IotOrders = 0;
    IoSetCompletionRoutine(irp, IotKeep, (PVOID)1, TRUE, TRUE, TRUE);
    IoSetNextIrpStackLocation(irp);
    IoSetCompletionRoutine(irp, IotNote, (PVOID)2, FALSE, TRUE, FALSE); /* only on error */
    IoSetNextIrpStackLocation(irp);
    IoSetCompletionRoutine(irp, IotNote, (PVOID)3, TRUE, FALSE, FALSE); /* only on success */
    IoSetNextIrpStackLocation(irp);
    IoSetCompletionRoutine(irp, IotNote, (PVOID)4, FALSE, FALSE, TRUE); /* only if cancelled */
    IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
    KCHECK_EQUAL(IoCallDriver(device, irp), STATUS_SUCCESS);
    KCHECK_EQUAL(IotOrders, 2);
    KCHECK_EQUAL(IotOrder[0], 3);
    KCHECK_EQUAL(IotOrder[1], 1);
    KCHECK_EQUAL(irp->CurrentLocation, 5);
    IoReuseIrp(irp, STATUS_NOT_SUPPORTED);
    KCHECK_EQUAL(irp->IoStatus.Status, STATUS_NOT_SUPPORTED);
    KCHECK_EQUAL(irp->CurrentLocation, 5);
    IoFreeIrp(irp);
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_forward_synchronously)
{
    static const BOOLEAN pend[] = { FALSE, TRUE };
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    UCHAR buffer[16];
    ULONG i;
    PIRP irp;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, 0);
    KREQUIRE(device != NULL);
    for (i = 0; i < RTL_NUMBER_OF(pend); i++) {
        irp = IoAllocateIrp(2, FALSE);
        KREQUIRE(irp != NULL);
        IotPend = pend[i];
        irp->UserBuffer = buffer;
        IoSetNextIrpStackLocation(irp);
        IoGetCurrentIrpStackLocation(irp)->MajorFunction = IRP_MJ_READ;
        IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length = sizeof(buffer);
        RtlZeroMemory(buffer, sizeof(buffer));
        KCHECK(IoForwardIrpSynchronously(device, irp));
        KCHECK_EQUAL(irp->IoStatus.Status, STATUS_SUCCESS);
        KCHECK_EQUAL(irp->IoStatus.Information, sizeof(buffer));
        KCHECK_EQUAL(buffer[15], 16);
        IoFreeIrp(irp);
    }
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
    IotEnd();
}

/* --- Buffers --- */

static VOID IotTransfers(ULONG Flags, BOOLEAN Pend, ULONG Options)
{
    LARGE_INTEGER offset = { .QuadPart = 0 };
    PDRIVER_OBJECT driver = IotCreateDriver(IotDispatch);
    IO_STATUS_BLOCK block = { { 0x12345678 }, 0 };
    PDEVICE_OBJECT device;
    NTSTATUS status;
    HANDLE handle;
    PUCHAR buffer;
    ULONG i, bad = 0;

    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, Flags);
    KREQUIRE(device != NULL);
    KREQUIRE(NT_SUCCESS(IotOpen(L"\\Device\\IoTest", Options, &handle)));
    buffer = ExAllocatePoolWithTag(PagedPool, 9000, IOP_TAG);
    KREQUIRE(buffer != NULL);
    RtlZeroMemory(buffer, 9000);
    IotPend = Pend;
    status = ZwReadFile(handle, NULL, NULL, NULL, &block, buffer, 9000, &offset, NULL);
    KCHECK_EQUAL(status, Pend && Options == 0 ? STATUS_PENDING : STATUS_SUCCESS);
    if (status == STATUS_PENDING) {
        KCHECK_EQUAL(ZwWaitForSingleObject(handle, FALSE, NULL), STATUS_SUCCESS);
    }
    KCHECK_EQUAL(block.Status, STATUS_SUCCESS);
    KCHECK_EQUAL(block.Information, 9000);
    for (i = 0; i < 9000; i++) {
        bad += buffer[i] != (UCHAR)(i + 1);
    }
    KCHECK_EQUAL(bad, 0);
    status = ZwWriteFile(handle, NULL, NULL, NULL, &block, buffer, 9000, &offset, NULL);
    if (status == STATUS_PENDING) {
        ZwWaitForSingleObject(handle, FALSE, NULL);
    }
    KCHECK_EQUAL(block.Status, STATUS_SUCCESS);
    KCHECK_EQUAL(IotBadBytes, 0);
    ExFreePoolWithTag(buffer, IOP_TAG);
    ZwClose(handle);
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
}

KTEST(io_read_write_all_kinds)
{
    static const ULONG flags[] = { 0, DO_BUFFERED_IO, DO_DIRECT_IO };
    ULONG i;

    IotBegin();
    for (i = 0; i < RTL_NUMBER_OF(flags); i++) {
        IotTransfers(flags[i], FALSE, 0);
        IotTransfers(flags[i], TRUE, 0);
        IotTransfers(flags[i], FALSE, FILE_SYNCHRONOUS_IO_NONALERT);
        IotTransfers(flags[i], TRUE, FILE_SYNCHRONOUS_IO_NONALERT);
    }
    IotEnd();
}

static ULONG IotApcs;

static VOID NTAPI IotUserApc(PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, ULONG Reserved)
{
    UNREFERENCED_PARAMETER(Reserved);
    IotApcs += ApcContext == &IotApcs && IoStatusBlock->Information == 10;
}

KTEST(io_event_and_apc)
{
    LARGE_INTEGER offset = { .QuadPart = 0 };
    PDRIVER_OBJECT driver;
    HANDLE handle, event;
    IO_STATUS_BLOCK block;
    UCHAR buffer[10];

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    KREQUIRE(IotCreateDevice(driver, DO_BUFFERED_IO) != NULL);
    KREQUIRE(NT_SUCCESS(IotOpen(L"\\Device\\IoTest", 0, &handle)));
    KREQUIRE(NT_SUCCESS(ZwCreateEvent(&event, EVENT_ALL_ACCESS, NULL, NotificationEvent, TRUE)));
    IotPend = TRUE;
    IotApcs = 0;
    KCHECK_EQUAL(ZwReadFile(handle, event, IotUserApc, &IotApcs, &block, buffer, 10, &offset, NULL),
                 STATUS_PENDING);
    KCHECK_EQUAL(ZwWaitForSingleObject(event, FALSE, NULL), STATUS_SUCCESS);
    KCHECK_EQUAL(block.Information, 10);
    KCHECK_EQUAL(IotApcs, 1);
    KCHECK_EQUAL(ZwReadFile(handle, NULL, NULL, NULL, &block, buffer, 10, NULL, NULL),
                 STATUS_INVALID_PARAMETER); /* asynchronous files have no position */
    ZwClose(event);
    ZwClose(handle);
    IoDeleteDevice(driver->DeviceObject);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_control_all_methods)
{
    static const ULONG codes[] = { IOCTL_IOT_BUFFERED, IOCTL_IOT_IN_DIRECT, IOCTL_IOT_OUT_DIRECT,
                                   IOCTL_IOT_NEITHER };
    UCHAR in[20], out[24];
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    IO_STATUS_BLOCK block;
    HANDLE handle;
    ULONG i, j;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, 0);
    KREQUIRE(device != NULL);
    KREQUIRE(NT_SUCCESS(
        IotOpen(L"\\Device\\IoTest", FILE_SYNCHRONOUS_IO_NONALERT, &handle)));
    for (j = 0; j < sizeof(in); j++) {
        in[j] = (UCHAR)(j + 1);
    }
    for (i = 0; i < 3 * RTL_NUMBER_OF(codes); i++) {
        ULONG code = codes[i % RTL_NUMBER_OF(codes)];

        for (j = 0; j < sizeof(out); j++) {
            out[j] = code == IOCTL_IOT_IN_DIRECT ? (UCHAR)(j + 1) : 0;
        }
        IotPend = i / RTL_NUMBER_OF(codes) == 1;
        if (i < 2 * RTL_NUMBER_OF(codes)) {
            KCHECK_EQUAL(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &block, code, in,
                                               sizeof(in), out, sizeof(out)),
                         STATUS_SUCCESS);
        } else {
            NTSTATUS status;
            KEVENT event;
            PIRP irp;

            IotPend = TRUE;
            KeInitializeEvent(&event, NotificationEvent, FALSE);
            irp = IoBuildDeviceIoControlRequest(code, device, in, sizeof(in), out, sizeof(out),
                                                (i & 1) != 0, &event, &block);
            KREQUIRE(irp != NULL);
            status = IoCallDriver(device, irp);
            KCHECK_EQUAL(status, STATUS_PENDING);
            KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
        }
        KCHECK_EQUAL(block.Status, STATUS_SUCCESS);
        KCHECK_EQUAL(block.Information, sizeof(out));
        KCHECK_EQUAL(out[0], 1);
        KCHECK_EQUAL(out[23], 24);
        KCHECK_EQUAL(IotBadBytes, 0);
    }
    IotPend = FALSE;
    KCHECK_EQUAL(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &block, IOCTL_IOT_FAIL, NULL, 0,
                                       NULL, 0),
                 STATUS_INVALID_PARAMETER);
    IotPend = TRUE;
    KCHECK_EQUAL(ZwDeviceIoControlFile(handle, NULL, NULL, NULL, &block, IOCTL_IOT_FAIL, NULL, 0,
                                       NULL, 0),
                 STATUS_INVALID_PARAMETER);
    ZwClose(handle);
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_synchronous_fsd_request)
{
    LARGE_INTEGER offset = { .QuadPart = 0 };
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    IO_STATUS_BLOCK block;
    UCHAR buffer[600];
    KEVENT event;
    PIRP irp;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, DO_DIRECT_IO);
    KREQUIRE(device != NULL);
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    IotPend = TRUE;
    irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, device, buffer, sizeof(buffer), &offset, &event,
                                       &block);
    KREQUIRE(irp != NULL);
    KCHECK_EQUAL(IoCallDriver(device, irp), STATUS_PENDING);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    KCHECK_EQUAL(block.Information, sizeof(buffer));
    KCHECK_EQUAL(buffer[255], 0);
    KCHECK_EQUAL(buffer[300], (UCHAR)301);
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_associated_irps)
{
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    PIRP master, parts[3];
    ULONG i;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, 0);
    KREQUIRE(device != NULL);
    master = IoAllocateIrp(1, FALSE);
    KREQUIRE(master != NULL);
    IotOrders = 0;
    IoSetCompletionRoutine(master, IotKeep, (PVOID)9, TRUE, TRUE, TRUE);
    IoSetNextIrpStackLocation(master);
    master->IoStatus.Status = STATUS_SUCCESS;
    master->AssociatedIrp.IrpCount = RTL_NUMBER_OF(parts);
    for (i = 0; i < RTL_NUMBER_OF(parts); i++) {
        parts[i] = IoMakeAssociatedIrp(master, 1);
        KREQUIRE(parts[i] != NULL);
        IoGetNextIrpStackLocation(parts[i])->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
    }
    for (i = 0; i < RTL_NUMBER_OF(parts); i++) {
        KCHECK_EQUAL(IotOrders, 0);
        IoCallDriver(device, parts[i]);
    }
    KCHECK_EQUAL(IotOrders, 1);
    IoFreeIrp(master);
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_partial_mdl)
{
    PUCHAR buffer = ExAllocatePoolWithTag(NonPagedPool, 3 * PAGE_SIZE, IOP_TAG), part;
    PMDL source, target;

    KREQUIRE(buffer != NULL);
    buffer[PAGE_SIZE + 100] = 0x5A;
    source = IoAllocateMdl(buffer, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
    KREQUIRE(source != NULL);
    MmBuildMdlForNonPagedPool(source);
    target = IoAllocateMdl(buffer + PAGE_SIZE + 100, 500, FALSE, FALSE, NULL);
    KREQUIRE(target != NULL);
    IoBuildPartialMdl(source, target, buffer + PAGE_SIZE + 100, 500);
    KCHECK_EQUAL(MmGetMdlByteCount(target), 500);
    KCHECK_EQUAL(MmGetMdlPfnArray(target)[0], MmGetMdlPfnArray(source)[1]);
    part = MmGetSystemAddressForMdlSafe(target, NormalPagePriority);
    KCHECK(part == buffer + PAGE_SIZE + 100);
    KCHECK_EQUAL(*part, 0x5A);
    IoFreeMdl(target);
    IoFreeMdl(source);
    ExFreePoolWithTag(buffer, IOP_TAG);
}
