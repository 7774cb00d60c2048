/* Does one forbidden thing, named by the part of its service's name after '_': crash_mdl.sys
 * unlocks an MDL twice, and so on. tests/system/leftovers.py copies this file under all the names
 * and knows what each must end in. The deed is done when the driver is loaded, or, where the table
 * says so, when it is unloaded. */
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

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma data_seg("PAGEDATA")
#endif
static ULONG PagedNumbers[2048] = {1};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif
static const UCHAR PlainBytes[16];
static const ULONG Constant = 5;
static KTIMER Timer;
static KDPC Dpc;
static CRASH_ROUTINE AtUnload;

static KIRQL Raise(VOID)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    return OldIrql;
}

static VOID CrashKernelTouch(VOID)
{
    PVOID Block = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, 'tseT');

    RtlZeroMemory(Block, PAGE_SIZE);
    MmTrimAllSystemPagableMemory(TRUE);
    Raise();
    RtlCompareMemory(Block, PlainBytes, sizeof(PlainBytes));
}

static VOID CrashWriteConst(VOID)
{
    *(volatile ULONG *)&Constant = 6;
}

static VOID CrashMdl(VOID)
{
    PMDL Mdl = IoAllocateMdl(PagedNumbers, sizeof(PagedNumbers), FALSE, FALSE, NULL);

    MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess);
    MmUnlockPages(Mdl);
    MmUnlockPages(Mdl);
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
    {L"kerneltouch", CrashKernelTouch, FALSE},
    {L"writeconst", CrashWriteConst, FALSE},
    {L"mdl", CrashMdl, FALSE},
    {L"latedpc", CrashLateDpc, TRUE},
    {L"latethread", CrashLateThread, TRUE},
    {L"leavelocked", LeaveLocked, TRUE},
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
