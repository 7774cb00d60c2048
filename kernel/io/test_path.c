/* The paging path's check, a thread that ends with a request under way, and named events. */
#include "test_io.h"

static NTSTATUS NTAPI IotPagedRead(PDEVICE_OBJECT DeviceObject, PIRP Irp);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IotPagedRead)
#endif

/* Never called: it is only where no read routine of a disk's filter may be. */
static NTSTATUS NTAPI IotPagedRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAGED_CODE();
    return IotDispatch(DeviceObject, Irp);
}

static NTSTATUS NTAPI IotPassPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(IopDeviceExtension(DeviceObject)->AttachedTo, Irp);
}

KTEST(io_paging_path_is_checked)
{
    OBJECT_ATTRIBUTES attributes;
    PDEVICE_OBJECT filter, disk;
    PDRIVER_OBJECT driver;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;
    PFILE_OBJECT file;
    HANDLE handle;

    IotBegin();
    RtlInitUnicodeString(&name, L"\\SystemRoot\\System32\\drivers\\i8042prt.sys");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KREQUIRE(NT_SUCCESS(ZwOpenFile(&handle, FILE_READ_DATA | SYNCHRONIZE, &attributes, &block,
                                   FILE_SHARE_VALID_FLAGS, FILE_SYNCHRONOUS_IO_NONALERT)));
    KREQUIRE(NT_SUCCESS(ObReferenceObjectByHandle(handle, 0, *IoFileObjectType, KernelMode,
                                                  (PVOID *)&file, NULL)));
    KCHECK_EQUAL(IoNotifyPagingPath(file, TRUE), STATUS_SUCCESS);
    KCHECK_EQUAL(IoNotifyPagingPath(file, FALSE), STATUS_SUCCESS);

    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    driver->MajorFunction[IRP_MJ_PNP] = IotPassPnp;
    KREQUIRE(NT_SUCCESS(IoCreateDevice(driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &filter)));
    disk = IoAttachDeviceToDeviceStack(filter, file->Vpb->RealDevice);
    KREQUIRE(disk != NULL);
    KCHECK_EQUAL(IoNotifyPagingPath(file, TRUE), STATUS_SUCCESS);
    KCHECK_EQUAL(IoNotifyPagingPath(file, FALSE), STATUS_SUCCESS);
    driver->MajorFunction[IRP_MJ_READ] = IotPagedRead;
    KCHECK_EQUAL(IoNotifyPagingPath(file, TRUE), STATUS_DRIVER_INTERNAL_ERROR);
    IoDetachDevice(disk);
    IoDeleteDevice(filter);
    IotDeleteDriver(driver);
    ObDereferenceObject(file);
    ZwClose(handle);
    IotEnd();
}

/* --- A thread that goes away --- */

static PIRP IotHeld;
static volatile BOOLEAN IotHeldCancelled;

static VOID NTAPI IotCancelHeld(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    IotHeldCancelled = TRUE;
    Irp->IoStatus.Status = STATUS_CANCELLED;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static NTSTATUS NTAPI IotHoldRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoMarkIrpPending(Irp);
    IotHeld = Irp;
    IoSetCancelRoutine(Irp, IotCancelHeld);
    return STATUS_PENDING;
}

static IO_STATUS_BLOCK IotHeldBlock;
static UCHAR IotHeldBuffer[8];

static VOID NTAPI IotReadAndLeave(PVOID Context)
{
    LARGE_INTEGER offset = { .QuadPart = 0 };

    KCHECK_EQUAL(ZwReadFile(Context, NULL, NULL, NULL, &IotHeldBlock, IotHeldBuffer, 8, &offset,
                            NULL),
                 STATUS_PENDING);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

KTEST(io_thread_end_cancels_its_requests)
{
    PDRIVER_OBJECT driver;
    HANDLE handle, thread;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    driver->MajorFunction[IRP_MJ_READ] = IotHoldRead;
    KREQUIRE(IotCreateDevice(driver, DO_BUFFERED_IO) != NULL);
    KREQUIRE(NT_SUCCESS(IotOpen(L"\\Device\\IoTest", 0, &handle)));
    IotHeldCancelled = FALSE;
    IotHeldBlock.Status = STATUS_PENDING;
    KREQUIRE(NT_SUCCESS(PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                             IotReadAndLeave, handle)));
    KCHECK_EQUAL(ZwWaitForSingleObject(thread, FALSE, NULL), STATUS_SUCCESS);
    KCHECK(IotHeldCancelled);
    KCHECK_EQUAL(IotHeldBlock.Status, STATUS_CANCELLED);
    ZwClose(thread);
    ZwClose(handle);
    IoDeleteDevice(driver->DeviceObject);
    IotDeleteDriver(driver);
    {
        /* The reaper takes a moment with the thread's object. */
        LARGE_INTEGER tick = { .QuadPart = -500000 };

        KeDelayExecutionThread(KernelMode, FALSE, &tick);
    }
    IotEnd();
}

KTEST(io_named_events)
{
    HANDLE first, second;
    UNICODE_STRING name;
    PKEVENT a, b;

    IotBegin();
    RtlInitUnicodeString(&name, L"\\BaseNamedObjects\\IoTest");
    a = IoCreateNotificationEvent(&name, &first);
    KREQUIRE(a != NULL);
    KCHECK_EQUAL(KeReadStateEvent(a), 1);
    b = IoCreateNotificationEvent(&name, &second);
    KCHECK(a == b);
    ZwClose(first);
    ZwClose(second);
    IotEnd();
}

KTEST(io_error_log_entries)
{
    PIO_ERROR_LOG_PACKET packet;
    PDRIVER_OBJECT driver;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    KCHECK(IoAllocateErrorLogEntry(driver, 8) == NULL);
    packet = IoAllocateErrorLogEntry(driver, sizeof(*packet));
    KREQUIRE(packet != NULL);
    IoFreeErrorLogEntry(packet);
    packet = IoAllocateErrorLogEntry(driver, sizeof(*packet));
    KREQUIRE(packet != NULL);
    IoWriteErrorLogEntry(packet);
    IotDeleteDriver(driver);
    IotEnd();
}
