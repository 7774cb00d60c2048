/* One planted bug a build (BUG=n), and the same without it (BUG=0): what each line does is right
 * in the #else. Built with mingw-w64's own kit. */
#include <ntddk.h>

#ifndef BUG
#define BUG 0
#endif

static KSPIN_LOCK Lock;
static FAST_MUTEX Mutex;
static KEVENT Event;
static int PagedData __attribute__((section("PAGEDATA"))) = 1;
static KSPIN_LOCK PagedLock __attribute__((section("PAGEDATA")));

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path);

static __attribute__((section("PAGE"), noinline)) void Paged(void)
{
    PagedData++;
}

static __attribute__((section("PAGE"), noinline)) void PagedLocker(PKSPIN_LOCK What)
{
    KIRQL Irql;

    KeAcquireSpinLock(What, &Irql);
    KeReleaseSpinLock(What, Irql);
    PagedData += 2;
}

static __attribute__((noinline)) void Locker(void)
{
    KIRQL Irql;

    KeAcquireSpinLock(&Lock, &Irql);
    if (BUG == 1) {
        Paged();
    }
    if (BUG == 2) {
        PagedData++;
    }
    KeReleaseSpinLock(&Lock, BUG == 3 ? DISPATCH_LEVEL + 1 : Irql);
    Paged();
}

static __attribute__((noinline)) void Raiser(PULONG Pool)
{
    PVOID Handle = NULL;
    KIRQL Irql;

    if (BUG != 7) {
        Handle = MmLockPagableDataSection(&PagedData);
    }
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    if (BUG == 4) {
        (*Pool)++;
    }
    if (BUG == 5) {
        ExFreePool(ExAllocatePoolWithTag(PagedPool, 40, 'tseT'));
    }
    if (BUG == 6) {
        ExAcquireFastMutex(&Mutex);
    }
    if (BUG == 7) {
        Handle = MmLockPagableDataSection(&PagedData);
    }
    if (BUG == 8) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    }
    if (BUG == 9) {
        KeRaiseIrql(APC_LEVEL, &Irql);
    }
    if (BUG != 7) {
        PagedData++; /* its section is locked */
    }
    KeLowerIrql(BUG == 10 ? HIGH_LEVEL : Irql);
    MmUnlockPagableImageSection(Handle);
    (*Pool)++;
}

typedef KIRQL(__attribute__((fastcall)) * RAISE)(KIRQL);

static void Others(void)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"KfRaiseIrql");
    PVOID Block = ExAllocatePoolWithTag(NonPagedPool, BUG == 11 ? 0 : 100, 'tseT');
    KIRQL Irql;
    RAISE Raise;

    ExFreePoolWithTag(BUG == 12 ? (PVOID)&Mutex : Block, 'tseT');
    if (BUG == 13) {
        ExFreePoolWithTag(Block, 'tseT');
    }
    if (BUG == 14) {
        KeReleaseSpinLock(&Lock, PASSIVE_LEVEL);
    }
    ExAcquireFastMutex(&Mutex);
    if (BUG == 15) {
        KeLowerIrql(PASSIVE_LEVEL);
    }
    ExReleaseFastMutex(&Mutex);
    KeAcquireSpinLock(&Lock, &Irql);
    if (BUG == 16) {
        KeAcquireSpinLock(&Lock, &Irql);
    }
    KeReleaseSpinLock(&Lock, Irql);
    Raise = (RAISE)MmGetSystemRoutineAddress(&Name);
    Irql = Raise(DISPATCH_LEVEL);
    if (BUG == 17) {
        Paged();
    }
    KeLowerIrql(Irql);
    if (BUG == 18) {
        PagedLocker(&Lock);
    }
    if (BUG == 19) {
        KeAcquireSpinLock(&PagedLock, &Irql);
    }
    if (BUG == 20) {
        KeAcquireSpinLockAtDpcLevel(&Lock);
    }
    Paged();
}

static PVOID Kept, Section, Thread;
static KTIMER Timer;
static KDPC Dpc;

static VOID NTAPI Tick(PKDPC What, PVOID Context, PVOID First, PVOID Second)
{
}

static VOID NTAPI Run(PVOID Context)
{
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* What Unload has to take back. */
static void Keep(void)
{
    LARGE_INTEGER Hour = {.QuadPart = -36000000000ll};
    HANDLE Handle;

    Kept = ExAllocatePoolWithTag(NonPagedPool, 123, 'kaeL');
    Section = MmLockPagableDataSection(&PagedData);
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, Tick, NULL);
    KeSetTimer(&Timer, Hour, &Dpc);
    if (NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Run, NULL))) {
        ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, NULL, KernelMode, &Thread, NULL);
        ZwClose(Handle);
    }
}

static VOID NTAPI Unload(PDRIVER_OBJECT Driver)
{
    if (BUG != 21) {
        ExFreePool(Kept);
    }
    if (BUG != 22) {
        KeCancelTimer(&Timer);
    }
    if (BUG != 23) {
        MmUnlockPagableImageSection(Section);
    }
    if (BUG != 24) {
        KeSetEvent(&Event, 0, FALSE);
        KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    }
    ObDereferenceObject(Thread);
    DbgPrint("verified: unloaded, %d\n", PagedData);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    PULONG Pool = ExAllocatePoolWithTag(PagedPool, 64, 'tseT');

    Driver->DriverUnload = Unload;
    KeInitializeSpinLock(&Lock);
    ExInitializeFastMutex(&Mutex);
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    *Pool = 0;
    Locker();
    Raiser(Pool);
    Others();
    Keep();
    ExFreePoolWithTag(Pool, 'tseT');
    DbgPrint("verified: done\n");
    return STATUS_SUCCESS;
}
