/* Work items, DPC requests, StartIo, timers, remove locks, share access, driver extensions. */
#include "io_test.h"

static KEVENT Ran;
static KIRQL RanAt;
static ULONG Started[4], StartedCount;

static VOID NTAPI Work(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    RanAt = KeGetCurrentIrql();
    KeSetEvent(&Ran, IO_NO_INCREMENT, FALSE);
    IoFreeWorkItem(Context);
}

static VOID NTAPI Dpc(PKDPC TheDpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    RanAt = KeGetCurrentIrql();
    if (DeviceObject == TheDevice && Context == &Ran) {
        KeSetEvent(&Ran, IO_NO_INCREMENT, FALSE);
    }
}

static VOID NTAPI Tick(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    KeSetEvent(&Ran, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI StartIo(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    Started[StartedCount++] = (ULONG)(ULONG_PTR)Irp->UserBuffer;
}

static VOID TestRoutines(VOID)
{
    PIO_WORKITEM item = IoAllocateWorkItem(TheDevice);

    KeInitializeEvent(&Ran, SynchronizationEvent, FALSE);
    IoQueueWorkItem(item, Work, DelayedWorkQueue, item);
    Check(WaitFor(&Ran) && RanAt == PASSIVE_LEVEL, "a work item runs at PASSIVE_LEVEL");
    IoInitializeDpcRequest(TheDevice, Dpc);
    IoRequestDpc(TheDevice, NULL, &Ran);
    Check(WaitFor(&Ran) && RanAt == DISPATCH_LEVEL, "a DPC request at DISPATCH_LEVEL");
    CheckStatus(IoInitializeTimer(TheDevice, Tick, NULL), STATUS_SUCCESS, "a device timer");
    IoStartTimer(TheDevice);
    Check(WaitFor(&Ran) && WaitFor(&Ran), "ticks, and again");
    IoStopTimer(TheDevice);
}

/* Requests with keys 1, 30, 20, 10 while the first is being worked on: the others in order. */
static VOID TestStartIo(VOID)
{
    static const ULONG keys[] = { 1, 30, 20, 10 };
    PIRP irps[4];
    KIRQL irql;
    ULONG i, key;

    TheDriver->DriverStartIo = StartIo;
    StartedCount = 0;
    for (i = 0; i < 4; i++) {
        irps[i] = IoAllocateIrp(1, FALSE);
        IoSetNextIrpStackLocation(irps[i]);
        irps[i]->UserBuffer = UlongToPtr(keys[i]);
        key = keys[i];
        IoStartPacket(TheDevice, irps[i], &key, NULL);
    }
    Check(StartedCount == 1 && TheDevice->CurrentIrp == irps[0], "StartIo gets one at a time");
    for (i = 0; i < 4; i++) {
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
        IoStartNextPacket(TheDevice, FALSE);
        KeLowerIrql(irql);
    }
    Check(StartedCount == 4 && Started[1] == 10 && Started[2] == 20 && Started[3] == 30,
          "the rest by their keys");
    Check(TheDevice->CurrentIrp == NULL, "then the device is idle");
    for (i = 0; i < 4; i++) {
        IoFreeIrp(irps[i]);
    }
    TheDriver->DriverStartIo = NULL;
}

static VOID NTAPI LetGo(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    LARGE_INTEGER interval;

    interval.QuadPart = -200000;
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
    RanAt = 99;
    IoReleaseRemoveLock((PIO_REMOVE_LOCK)Context, NULL);
}

static VOID TestRemoveLock(VOID)
{
    static IO_REMOVE_LOCK lock;
    PIO_WORKITEM item = IoAllocateWorkItem(TheDevice);

    IoInitializeRemoveLock(&lock, 'tseT', 0, 0);
    CheckStatus(IoAcquireRemoveLock(&lock, NULL), STATUS_SUCCESS, "a remove lock is held");
    CheckStatus(IoAcquireRemoveLock(&lock, &lock), STATUS_SUCCESS, "twice");
    IoQueueWorkItem(item, LetGo, DelayedWorkQueue, &lock);
    IoReleaseRemoveLockAndWait(&lock, &lock);
    Check(RanAt == 99, "waits for the other");
    CheckStatus(IoAcquireRemoveLock(&lock, NULL), STATUS_DELETE_PENDING, "and lets nobody in");
    IoFreeWorkItem(item);
}

static VOID TestShare(VOID)
{
    static FILE_OBJECT first, second;
    SHARE_ACCESS share;

    IoSetShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &first, &share);
    CheckStatus(IoCheckShareAccess(FILE_WRITE_DATA, FILE_SHARE_READ, &second, &share, TRUE),
                STATUS_SHARING_VIOLATION, "no writer beside one who shares reading");
    CheckStatus(IoCheckShareAccess(FILE_READ_DATA, 0, &second, &share, TRUE),
                STATUS_SHARING_VIOLATION, "nobody who shares nothing");
    CheckStatus(IoCheckShareAccess(FILE_READ_ATTRIBUTES, 0, &second, &share, TRUE), STATUS_SUCCESS,
                "attributes always");
    CheckStatus(IoCheckShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &second, &share, TRUE),
                STATUS_SUCCESS, "another reader");
    Check(share.OpenCount == 2 && share.Readers == 2, "is counted");
    IoRemoveShareAccess(&first, &share);
    IoRemoveShareAccess(&second, &share);
    Check(share.OpenCount == 0 && share.Readers == 0 && share.SharedRead == 0, "and taken out");
}

static VOID TestExtension(VOID)
{
    PVOID memory;

    CheckStatus(IoAllocateDriverObjectExtension(TheDriver, &Ran, 40, &memory), STATUS_SUCCESS,
                "a driver object extension");
    Check(IoGetDriverObjectExtension(TheDriver, &Ran) == memory, "is found again");
    CheckStatus(IoAllocateDriverObjectExtension(TheDriver, &Ran, 40, &memory),
                STATUS_OBJECT_NAME_COLLISION, "one for each address");
    Check(IoGetDriverObjectExtension(TheDriver, &RanAt) == NULL, "none for another");
}

VOID TestLater(VOID)
{
    TestRoutines();
    TestStartIo();
    TestRemoveLock();
    TestShare();
    TestExtension();
}
