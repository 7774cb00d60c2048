/* Does one forbidden thing, named by the part of its service's name after '_': crash_unlock.sys
 * unlocks a section that is not locked, and so on. tests/system/bugchecks.py copies this file under
 * all the names and knows which bugcheck each must end in. The deed is done when the driver is
 * loaded, or, where the table says so, when it is unloaded. */
#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;
KDEFERRED_ROUTINE LateDpc;
VOID NTAPI LateThread(PVOID Context);

typedef VOID (*CRASH_ROUTINE)(VOID);
typedef struct _CRASH_KIND {
    PCWSTR Name;
    CRASH_ROUTINE Routine;
    BOOLEAN AtUnload;
} CRASH_KIND;

static ULONG InitRoutine(ULONG Value);
static ULONG PagedRoutine(ULONG Value);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, InitRoutine)
#pragma alloc_text(PAGE, PagedRoutine)
#pragma data_seg("PAGEDATA")
#endif
static ULONG PagedNumbers[2048] = { 1 };
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif
static UCHAR DataCode[16] = { 0xC3 }; /* ret */
static const ULONG Constant = 5;
static PVOID volatile NullPointer;
static KTIMER Timer;
static KDPC Dpc;
static CRASH_ROUTINE AtUnload;

static ULONG InitRoutine(ULONG Value)
{
    return Value + 1;
}

static ULONG PagedRoutine(ULONG Value)
{
    return Value + 2;
}

static KIRQL Raise(VOID)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    return OldIrql;
}

static VOID CrashUnlock(VOID)
{
    PVOID Handle = MmLockPagableDataSection(PagedNumbers);

    MmUnlockPagableImageSection(Handle);
    MmUnlockPagableImageSection(Handle);
}

static VOID CrashLockPool(VOID)
{
    MmLockPagableDataSection(ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT'));
}

static VOID CrashLockStack(VOID)
{
    ULONG Local = 0;

    MmLockPagableDataSection(&Local);
}

static VOID CrashTouch(VOID)
{
    MmTrimAllSystemPagableMemory(TRUE);
    Raise();
    PagedNumbers[0]++;
}

static VOID CrashTouchSoft(VOID)
{
    PagedNumbers[0] = 1;
    MmTrimAllSystemPagableMemory(FALSE);
    Raise();
    PagedNumbers[0]++;
}

static VOID CrashCall(VOID)
{
    MmTrimAllSystemPagableMemory(TRUE);
    Raise();
    PagedRoutine(1);
}

static VOID CrashPagedPool(VOID)
{
    volatile ULONG *Block = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, 'tseT');

    Block[0] = 1;
    MmTrimAllSystemPagableMemory(TRUE);
    Raise();
    Block[0]++;
}

static VOID CrashKernelTouch(VOID)
{
    PVOID Block = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, 'tseT');

    RtlZeroMemory(Block, PAGE_SIZE);
    MmTrimAllSystemPagableMemory(TRUE);
    Raise();
    RtlCompareMemory(Block, DataCode, 16);
}

static VOID CrashWriteCode(VOID)
{
    *(volatile UCHAR *)(ULONG_PTR)CrashUnlock = 0xCC;
}

static VOID CrashWriteConst(VOID)
{
    *(volatile ULONG *)&Constant = 6;
}

static VOID CrashExecData(VOID)
{
    ((VOID (*)(VOID))(ULONG_PTR)DataCode)();
}

static VOID CrashInit(VOID)
{
    InitRoutine(1);
}

static VOID CrashUnmapped(VOID)
{
    *(volatile ULONG *)0xBFFF0000 = 1;
}

static VOID CrashNull(VOID)
{
    volatile ULONG *Nowhere = (PULONG)NullPointer + 4;

    *Nowhere = 1;
}

static VOID CrashFreeTwice(VOID)
{
    PVOID Block = ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT');

    ExFreePoolWithTag(Block, 'tseT');
    ExFreePoolWithTag(Block, 'tseT');
}

static VOID CrashFreeTag(VOID)
{
    ExFreePoolWithTag(ExAllocatePoolWithTag(NonPagedPool, 64, 'tseT'), 'rehO');
}

static VOID CrashPoolIrql(VOID)
{
    Raise();
    ExAllocatePoolWithTag(PagedPool, 64, 'tseT');
}

static VOID CrashMdl(VOID)
{
    PMDL Mdl = IoAllocateMdl(PagedNumbers, sizeof(PagedNumbers), FALSE, FALSE, NULL);

    MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess);
    MmUnlockPages(Mdl);
    MmUnlockPages(Mdl);
}

static ULONG __attribute__((noinline)) Deep(volatile ULONG *Above)
{
    volatile ULONG Block[64];

    Block[0] = *Above + 1;
    return *Above == 0xFFFFFFFF ? 0 : Deep(Block) + Block[0];
}

static VOID CrashStack(VOID)
{
    volatile ULONG Start = 0;

    Deep(&Start);
}

static VOID CrashManual(VOID)
{
    KeBugCheckEx(0xE2, 1, 2, 3, 4);
}

VOID NTAPI LateDpc(PKDPC Unused, PVOID Context, PVOID Argument1, PVOID Argument2)
{
}

/* Leaves a timer behind whose DPC then runs at DISPATCH_LEVEL where the driver was. */
static VOID CrashLateDpc(VOID)
{
    LARGE_INTEGER Due;

    Due.QuadPart = -5000000; /* 0.5 s */
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, LateDpc, NULL);
    KeSetTimer(&Timer, Due, &Dpc);
}

VOID NTAPI LateThread(PVOID Context)
{
    LARGE_INTEGER Delay;

    Delay.QuadPart = -5000000; /* 0.5 s */
    KeDelayExecutionThread(KernelMode, FALSE, &Delay);
}

/* Leaves a thread behind that returns into the driver at PASSIVE_LEVEL. */
static VOID CrashLateThread(VOID)
{
    HANDLE Thread;
    LARGE_INTEGER Delay;

    PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, LateThread, NULL);
    ZwClose(Thread);
    Delay.QuadPart = -1000000; /* it shall be asleep by then */
    KeDelayExecutionThread(KernelMode, FALSE, &Delay);
}

/* No crash: the loader says that a section was left locked. */
static VOID LeaveLocked(VOID)
{
    MmLockPagableDataSection(PagedNumbers);
}

static const CRASH_KIND Kinds[] = {
    { L"unlock", CrashUnlock, FALSE },
    { L"lockpool", CrashLockPool, FALSE },
    { L"lockstack", CrashLockStack, FALSE },
    { L"touch", CrashTouch, FALSE },
    { L"touchsoft", CrashTouchSoft, FALSE },
    { L"call", CrashCall, FALSE },
    { L"pagedpool", CrashPagedPool, FALSE },
    { L"kerneltouch", CrashKernelTouch, FALSE },
    { L"writecode", CrashWriteCode, FALSE },
    { L"writeconst", CrashWriteConst, FALSE },
    { L"execdata", CrashExecData, FALSE },
    { L"init", CrashInit, TRUE },
    { L"unmapped", CrashUnmapped, FALSE },
    { L"null", CrashNull, FALSE },
    { L"freetwice", CrashFreeTwice, FALSE },
    { L"freetag", CrashFreeTag, FALSE },
    { L"poolirql", CrashPoolIrql, FALSE },
    { L"mdl", CrashMdl, FALSE },
    { L"stack", CrashStack, FALSE },
    { L"manual", CrashManual, FALSE },
    { L"latedpc", CrashLateDpc, TRUE },
    { L"latethread", CrashLateThread, TRUE },
    { L"leavelocked", LeaveLocked, TRUE },
};

VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    if (AtUnload != NULL) {
        AtUnload();
    }
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Kind = *RegistryPath, Name;
    USHORT Start = RegistryPath->Length / sizeof(WCHAR);

    while (Start > 0 && RegistryPath->Buffer[Start - 1] != L'_') {
        Start--;
    }
    Kind.Buffer += Start;
    Kind.Length -= Start * sizeof(WCHAR);
    DriverObject->DriverUnload = Unload;
    for (ULONG i = 0; i < RTL_NUMBER_OF(Kinds); i++) {
        RtlInitUnicodeString(&Name, Kinds[i].Name);
        if (!RtlEqualUnicodeString(&Kind, &Name, TRUE)) {
            continue;
        }
        if (Kinds[i].AtUnload) {
            AtUnload = Kinds[i].Routine;
            return STATUS_SUCCESS;
        }
        Kinds[i].Routine();
        DbgPrint("crash: still here\n");
        return STATUS_UNSUCCESSFUL;
    }
    DbgPrint("crash: no such kind\n");
    return STATUS_NOT_FOUND;
}
