/* Does one thing a driver must not do, chosen by MISUSE when it is compiled, in a system thread a
 * moment after DriverEntry has returned. Every case must end in the bugcheck bugchecks.py expects. */

#include <ntddk.h>

#define TAG 0x5453554D /* "MUST" */

DRIVER_INITIALIZE DriverEntry;
static NTSTATUS NTAPI MisuseInit(ULONG Depth);
static NTSTATUS NTAPI MisusePaged(ULONG Depth);
static NTSTATUS NTAPI MisuseLockable(ULONG Depth);
NTSTATUS NTAPI MmTrimAllSystemPagableMemory(ULONG PurgeTransition);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, MisuseInit)
#pragma alloc_text(PAGE, MisusePaged)
#pragma alloc_text(PAGELK, MisuseLockable)
#pragma data_seg("PAGEDATA")
#endif
static volatile ULONG MisusePagedData[16] = {7};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif
static UCHAR MisuseData[16] = {0xC3};
static volatile ULONG Sink;
static KSPIN_LOCK MisuseLock;

static NTSTATUS NTAPI MisuseInit(ULONG Depth)
{
    return (NTSTATUS)(Depth + Sink);
}

static NTSTATUS NTAPI MisusePaged(ULONG Depth)
{
    return (NTSTATUS)(Depth + Sink);
}

static NTSTATUS NTAPI MisuseLockable(ULONG Depth)
{
    return (NTSTATUS)(Depth - Sink);
}

/* Fills the kernel stack: the volatile array keeps every frame. */
static ULONG NTAPI MisuseRecurse(ULONG Depth)
{
    volatile ULONG Frame[64];

    Frame[Depth % 64] = Depth;
    Sink += MisuseRecurse(Depth + 1) + Frame[(Depth + 1) % 64];
    return Sink;
}

static DECLSPEC_NOINLINE VOID NTAPI Misuse(VOID)
{
    KIRQL OldIrql;
    PVOID Handle;
    PULONG Pool;
    volatile ULONG *Address;

    switch (MISUSE) {
    case 1: /* unlock at 0 */
        Handle = MmLockPagableDataSection((PVOID)(ULONG_PTR)MisuseLockable);
        MmUnlockPagableImageSection(Handle);
        MmUnlockPagableImageSection(Handle);
        break;
    case 2: /* lock outside of any section: pool */
        Pool = ExAllocatePoolWithTag(NonPagedPool, 64, TAG);
        MmLockPagableDataSection(Pool);
        break;
    case 3: /* lock outside of any section: stack */
        MmLockPagableDataSection(&OldIrql);
        break;
    case 4: /* pageable data at DISPATCH_LEVEL */
        MmTrimAllSystemPagableMemory(TRUE);
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        Sink = MisusePagedData[0];
        break;
    case 5: /* pageable code at DISPATCH_LEVEL */
        MmTrimAllSystemPagableMemory(TRUE);
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        MisusePaged(1);
        break;
    case 6: /* only taken out of the working set: it must be caught all the same */
        MmTrimAllSystemPagableMemory(FALSE);
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        Sink = MisusePagedData[0];
        break;
    case 7: /* paged pool at DISPATCH_LEVEL */
        Pool = ExAllocatePoolWithTag(PagedPool, 4096, TAG);
        Pool[0] = 1;
        MmTrimAllSystemPagableMemory(TRUE);
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        Sink = *(volatile ULONG *)Pool;
        break;
    case 8: /* call into INIT that is gone */
        MisuseInit(1);
        break;
    case 9: /* write to code */
        Address = (volatile ULONG *)(ULONG_PTR)Misuse;
        *Address = 0;
        break;
    case 10: /* execute data */
        ((VOID(*)(VOID))(ULONG_PTR)MisuseData)();
        break;
    case 11: /* free twice */
        Pool = ExAllocatePoolWithTag(NonPagedPool, 64, TAG);
        ExFreePoolWithTag(Pool, TAG);
        ExFreePoolWithTag(Pool, TAG);
        break;
    case 12: /* free with the wrong tag */
        Pool = ExAllocatePoolWithTag(NonPagedPool, 64, TAG);
        ExFreePoolWithTag(Pool, 0x58585858);
        break;
    case 13: /* paged pool above APC_LEVEL */
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        Pool = ExAllocatePoolWithTag(PagedPool, 64, TAG);
        break;
    case 14: /* stack overflow */
        Sink = MisuseRecurse(1);
        break;
    case 15: /* an address that is nobody's */
        Address = (volatile ULONG *)0xBFFF0000;
        Sink = *Address;
        break;
    case 16: /* a null pointer */
        Address = (volatile ULONG *)0x10;
        Sink = *Address;
        break;
    case 17: /* the code of its own choice */
        KeBugCheckEx(0xDEADDEAD, 1, 2, 3, 4);
        break;
    case 18: /* the page cannot be read back: the disk fails, see pagein.py */
        MmTrimAllSystemPagableMemory(TRUE);
        Sink = MisusePagedData[0] + MisusePaged(1);
        break;
    case 19: /* lock by a handle that is none */
        MmLockPagableSectionByHandle(MisusePagedData);
        break;
    case 20: /* unlock by a handle that is none */
        MmUnlockPagableImageSection((PVOID)(ULONG_PTR)0x1234);
        break;
    case 21: /* a spin lock taken twice */
        KeInitializeSpinLock(&MisuseLock);
        KeAcquireSpinLock(&MisuseLock, &OldIrql);
        KeAcquireSpinLockAtDpcLevel(&MisuseLock);
        break;
    case 22: /* a null pointer at DISPATCH_LEVEL */
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        Address = (volatile ULONG *)0x10;
        Sink = *Address;
        break;
    }
}

static VOID NTAPI MisuseThread(PVOID Context)
{
    LARGE_INTEGER Delay;

    Delay.QuadPart = -2000000; /* 200 ms */
    KeDelayExecutionThread(KernelMode, FALSE, &Delay);
    DbgPrint("misuse: now\n");
    Misuse();
    DbgPrint("misuse: survived\n");
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    HANDLE Thread;
    NTSTATUS Status;

    MisusePagedData[1] = MisuseInit(3);
    Status = PsCreateSystemThread(&Thread, 0, NULL, NULL, NULL, MisuseThread, NULL);
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}
