/* Cancelling, StartIo queues, cancel-safe queues, remove locks, timers, share access. */
#include "test_io.h"

static ULONG IotCancelled, IotStarted[8], IotStarts;
static LIST_ENTRY IotQueue;
static KSPIN_LOCK IotQueueLock;

static NTSTATUS NTAPI IotHold(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Context);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* An IRP standing at a device, as if it had been sent there. */
static PIRP IotIrpAt(PDEVICE_OBJECT Device)
{
    PIRP irp = IoAllocateIrp(2, FALSE);

    if (irp != NULL) {
        IoSetNextIrpStackLocation(irp);
        IoSetCompletionRoutine(irp, IotHold, NULL, TRUE, TRUE, TRUE);
        IoSetNextIrpStackLocation(irp);
        IoGetCurrentIrpStackLocation(irp)->DeviceObject = Device;
    }
    return irp;
}

static VOID NTAPI IotCancelRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KCHECK(DeviceObject == IoGetCurrentIrpStackLocation(Irp)->DeviceObject);
    KCHECK_EQUAL(KeGetCurrentIrql(), DISPATCH_LEVEL);
    KCHECK(Irp->Cancel && Irp->CancelRoutine == NULL);
    IotCancelled++;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
}

KTEST(io_cancel)
{
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    PIRP irp;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, 0);
    KREQUIRE(device != NULL);
    irp = IotIrpAt(device);
    KREQUIRE(irp != NULL);
    IotCancelled = 0;
    KCHECK(!IoCancelIrp(irp)); /* no routine: only marked */
    KCHECK(irp->Cancel);
    KCHECK(IoSetCancelRoutine(irp, IotCancelRoutine) == NULL);
    KCHECK(IoCancelIrp(irp));
    KCHECK_EQUAL(IotCancelled, 1);
    KCHECK(!IoCancelIrp(irp)); /* once */
    KCHECK_EQUAL(KeGetCurrentIrql(), PASSIVE_LEVEL);
    IoFreeIrp(irp);
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
    IotEnd();
}

static VOID NTAPI IotStartIo(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KCHECK_EQUAL(KeGetCurrentIrql(), DISPATCH_LEVEL);
    KCHECK(DeviceObject->CurrentIrp == Irp);
    IotStarted[IotStarts++] = (ULONG)(ULONG_PTR)Irp->UserBuffer;
}

KTEST(io_start_packets)
{
    static const ULONG expected[] = { 0, 3, 1, 2 };
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    ULONG i, key;
    PIRP irps[4];
    KIRQL irql;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    driver->DriverStartIo = IotStartIo;
    device = IotCreateDevice(driver, 0);
    KREQUIRE(device != NULL);
    IotStarts = 0;
    for (i = 0; i < RTL_NUMBER_OF(irps); i++) {
        irps[i] = IotIrpAt(device);
        KREQUIRE(irps[i] != NULL);
        irps[i]->UserBuffer = (PVOID)(ULONG_PTR)i;
        key = i == 3 ? 1 : 10 * i; /* the last one overtakes */
        IoStartPacket(device, irps[i], &key, NULL);
        KCHECK_EQUAL(IotStarts, 1); /* the first was started, the others wait */
    }
    for (i = 0; i < RTL_NUMBER_OF(irps); i++) {
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
        IoStartNextPacket(device, FALSE);
        KeLowerIrql(irql);
    }
    KCHECK_EQUAL(IotStarts, 4);
    for (i = 0; i < RTL_NUMBER_OF(irps); i++) {
        KCHECK_EQUAL(IotStarted[i], expected[i]);
        IoFreeIrp(irps[i]);
    }
    KCHECK(device->CurrentIrp == NULL);
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
    IotEnd();
}

static VOID NTAPI IotCsqInsert(PIO_CSQ Csq, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Csq);
    InsertTailList(&IotQueue, &Irp->Tail.Overlay.ListEntry);
}

static VOID NTAPI IotCsqRemove(PIO_CSQ Csq, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Csq);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}

static PIRP NTAPI IotCsqPeek(PIO_CSQ Csq, PIRP Irp, PVOID PeekContext)
{
    PLIST_ENTRY next = Irp != NULL ? Irp->Tail.Overlay.ListEntry.Flink : IotQueue.Flink;

    UNREFERENCED_PARAMETER(Csq);
    UNREFERENCED_PARAMETER(PeekContext);
    return next == &IotQueue ? NULL : CONTAINING_RECORD(next, IRP, Tail.Overlay.ListEntry);
}

static VOID NTAPI IotCsqAcquire(PIO_CSQ Csq, PKIRQL Irql)
{
    UNREFERENCED_PARAMETER(Csq);
    KeAcquireSpinLock(&IotQueueLock, Irql);
}

static VOID NTAPI IotCsqRelease(PIO_CSQ Csq, KIRQL Irql)
{
    UNREFERENCED_PARAMETER(Csq);
    KeReleaseSpinLock(&IotQueueLock, Irql);
}

static VOID NTAPI IotCsqCancelled(PIO_CSQ Csq, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Csq);
    Irp->IoStatus.Status = STATUS_CANCELLED;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    IotCancelled++;
}

KTEST(io_cancel_safe_queue)
{
    IO_CSQ_IRP_CONTEXT context;
    PDRIVER_OBJECT driver;
    PDEVICE_OBJECT device;
    PIRP irps[4];
    IO_CSQ csq;
    ULONG i;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, 0);
    KREQUIRE(device != NULL);
    InitializeListHead(&IotQueue);
    KeInitializeSpinLock(&IotQueueLock);
    IotCancelled = 0;
    KCHECK_EQUAL(IoCsqInitialize(&csq, IotCsqInsert, IotCsqRemove, IotCsqPeek, IotCsqAcquire,
                                 IotCsqRelease, IotCsqCancelled),
                 STATUS_SUCCESS);
    for (i = 0; i < RTL_NUMBER_OF(irps); i++) {
        irps[i] = IotIrpAt(device);
        KREQUIRE(irps[i] != NULL);
    }
    IoCancelIrp(irps[3]); /* before it is queued */
    IoCsqInsertIrp(&csq, irps[0], NULL);
    IoCsqInsertIrp(&csq, irps[1], NULL);
    IoCsqInsertIrp(&csq, irps[2], &context);
    IoCsqInsertIrp(&csq, irps[3], NULL);
    KCHECK_EQUAL(IotCancelled, 1);
    KCHECK_EQUAL(irps[3]->IoStatus.Status, STATUS_CANCELLED);
    KCHECK(IoCancelIrp(irps[0]));
    KCHECK_EQUAL(IotCancelled, 2);
    KCHECK(IoCsqRemoveIrp(&csq, &context) == irps[2]);
    KCHECK(IoCsqRemoveIrp(&csq, &context) == NULL);
    KCHECK(IoCsqRemoveNextIrp(&csq, NULL) == irps[1]);
    KCHECK(IoCsqRemoveNextIrp(&csq, NULL) == NULL);
    KCHECK(!IoCancelIrp(irps[1])); /* ours now */
    for (i = 0; i < RTL_NUMBER_OF(irps); i++) {
        IoFreeIrp(irps[i]);
    }
    IoDeleteDevice(device);
    IotDeleteDriver(driver);
    IotEnd();
}

static IO_REMOVE_LOCK IotRemoveLock;
static volatile BOOLEAN IotWaited;

static VOID NTAPI IotReleaseLater(PVOID Context)
{
    LARGE_INTEGER tick = { .QuadPart = -500000 };

    UNREFERENCED_PARAMETER(Context);
    KeDelayExecutionThread(KernelMode, FALSE, &tick);
    KCHECK(!IotWaited);
    IoReleaseRemoveLock(&IotRemoveLock, NULL);
}

KTEST(io_remove_lock)
{
    WORK_QUEUE_ITEM item;

    IoInitializeRemoveLock(&IotRemoveLock, IOP_TAG, 0, 0);
    KCHECK_EQUAL(IoAcquireRemoveLock(&IotRemoveLock, NULL), STATUS_SUCCESS);
    IoReleaseRemoveLock(&IotRemoveLock, NULL);
    KCHECK_EQUAL(IoAcquireRemoveLock(&IotRemoveLock, NULL), STATUS_SUCCESS); /* the worker's */
    KCHECK_EQUAL(IoAcquireRemoveLock(&IotRemoveLock, NULL), STATUS_SUCCESS); /* the remover's */
    IotWaited = FALSE;
    ExInitializeWorkItem(&item, IotReleaseLater, NULL);
    ExQueueWorkItem(&item, DelayedWorkQueue);
    IoReleaseRemoveLockAndWait(&IotRemoveLock, NULL);
    IotWaited = TRUE;
    KCHECK_EQUAL(IoAcquireRemoveLock(&IotRemoveLock, NULL), STATUS_DELETE_PENDING);
    KCHECK_EQUAL(IotRemoveLock.Common.IoCount, 0);
}

static volatile LONG IotTicks;

static VOID NTAPI IotTick(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    KCHECK_EQUAL(KeGetCurrentIrql(), DISPATCH_LEVEL);
    InterlockedIncrement(Context);
}

KTEST(io_device_timer)
{
    LARGE_INTEGER wait = { .QuadPart = -13000000 };
    PDEVICE_OBJECT first, second;
    PDRIVER_OBJECT driver;
    LONG ticks;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    first = IotCreateDevice(driver, 0);
    KREQUIRE(first != NULL);
    KREQUIRE(NT_SUCCESS(IoCreateDevice(driver, 0, NULL, 1, 0, FALSE, &second)));
    IotTicks = 0;
    KCHECK_EQUAL(IoInitializeTimer(first, IotTick, (PVOID)&IotTicks), STATUS_SUCCESS);
    KCHECK_EQUAL(IoInitializeTimer(second, IotTick, (PVOID)&IotTicks), STATUS_SUCCESS);
    IoStartTimer(first);
    IoStartTimer(second);
    IoStartTimer(second);
    KeDelayExecutionThread(KernelMode, FALSE, &wait);
    IoStopTimer(first);
    IoStopTimer(second);
    ticks = IotTicks;
    KCHECK_EQUAL(ticks, 2);
    IoStartTimer(first); /* deleted while running */
    IoDeleteDevice(first);
    IoDeleteDevice(second);
    IotDeleteDriver(driver);
    IotEnd();
}

/* Every pair of opens against NT's rule, written down once more: what either does the other must
 * have allowed. */
KTEST(io_share_access)
{
    static const ACCESS_MASK rights[] = { FILE_READ_DATA, FILE_WRITE_DATA, DELETE };
    static FILE_OBJECT first, second;
    ULONG a, b, wrong = 0, i;
    SHARE_ACCESS share;

    for (a = 0; a < 64; a++) {
        for (b = 0; b < 64; b++) {
            ACCESS_MASK accessA = 0, accessB = 0;
            BOOLEAN fits;

            for (i = 0; i < 3; i++) {
                accessA |= a >> i & 1 ? rights[i] : 0;
                accessB |= b >> i & 1 ? rights[i] : 0;
            }
            fits = (a & 7) == 0 || (b & 7) == 0 ||
                   ((a & 7 & ~(b >> 3)) == 0 && (b & 7 & ~(a >> 3)) == 0);
            RtlZeroMemory(&first, sizeof(first));
            RtlZeroMemory(&second, sizeof(second));
            IoSetShareAccess(accessA, a >> 3, &first, &share);
            wrong += NT_SUCCESS(IoCheckShareAccess(accessB, b >> 3, &second, &share, TRUE)) != fits;
            if (fits) {
                IoRemoveShareAccess(&second, &share);
            }
            IoRemoveShareAccess(&first, &share);
            wrong += share.OpenCount + share.Readers + share.Writers + share.Deleters +
                     share.SharedRead + share.SharedWrite + share.SharedDelete;
        }
    }
    KCHECK_EQUAL(wrong, 0);
}
