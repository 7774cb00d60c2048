/* A driver as somebody else would write it, against mingw-w64's headers: locks and nests, pages itself
 * entirely and resets, sends itself IRPs, reads and writes files, imports another driver, deletes its
 * own image and goes on with its pages out. Prints TAP from DriverEntry, a thread, and Unload. */

#include <ntddk.h>
#include "tap.h"

#define STRANGER_TAG    0x67727453 /* "Strg" */
#define STRANGER_IOCTL  CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

__declspec(dllimport) ULONG NTAPI HelperAdd(ULONG Amount);
__declspec(dllimport) extern ULONG HelperTotal;
NTSTATUS NTAPI MmTrimAllSystemPagableMemory(ULONG PurgeTransition);
NTSTATUS NTAPI ZwDeleteFile(POBJECT_ATTRIBUTES ObjectAttributes);

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD StrangerUnload;
static DRIVER_DISPATCH StrangerOpenClose;
static DRIVER_DISPATCH StrangerControl;
static ULONG NTAPI StrangerPaged(ULONG Value);
static ULONG NTAPI StrangerLocked(ULONG Value);
static ULONG NTAPI StrangerLocked2(ULONG Value);
static VOID NTAPI StrangerPaging(VOID);
static VOID NTAPI StrangerIrps(VOID);
static VOID NTAPI StrangerFiles(VOID);
static VOID NTAPI StrangerDeletesItself(VOID);
static VOID NTAPI StrangerEntire(VOID);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, StrangerUnload)
#pragma alloc_text(PAGE, StrangerOpenClose)
#pragma alloc_text(PAGE, StrangerControl)
#pragma alloc_text(PAGE, StrangerPaged)
#pragma alloc_text(PAGELOCK, StrangerLocked)
#pragma alloc_text(PAGELOCK, StrangerLocked2)
#pragma data_seg("PAGEDATA")
#endif
static ULONG StrangerData[2048] = {11};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif
static volatile ULONG StrangerGlobal = 77;

static ULONG NTAPI StrangerPaged(ULONG Value)
{
    PAGED_CODE();

    StrangerData[2047] = Value;
    return Value + StrangerData[0];
}

static ULONG NTAPI StrangerLocked(ULONG Value)
{
    return Value * 2 + StrangerGlobal;
}

static ULONG NTAPI StrangerLocked2(ULONG Value)
{
    return Value * 3 + StrangerGlobal;
}

static BOOLEAN StrangerIn(PVOID Address)
{
    return MmIsAddressValid(Address);
}

static VOID NTAPI StrangerPaging(VOID)
{
    PVOID Paged = (PVOID)(ULONG_PTR)StrangerPaged, Locked = (PVOID)(ULONG_PTR)StrangerLocked;
    PVOID Handle, Other;
    KIRQL OldIrql;
    ULONG Value;

    StrangerData[1] = 1234;
    MmTrimAllSystemPagableMemory(TRUE);
    TAP_CHECK(!StrangerIn(Paged), "trimmed: paged code is not valid");
    TAP_CHECK(!StrangerIn(StrangerData), "trimmed: paged data is not valid");
    TAP_CHECK(StrangerPaged(5) == 16, "a call brings the code back");
    TAP_CHECK(StrangerIn(Paged), "and it is valid then");
    TAP_CHECK(StrangerData[1] == 1234 && StrangerData[2047] == 5, "data written survives");

    Handle = MmLockPagableCodeSection(Locked);
    TAP_CHECK(Handle != NULL && StrangerIn(Locked), "locked: valid");
    Other = MmLockPagableDataSection((PVOID)(ULONG_PTR)StrangerLocked2);
    TAP_CHECK(Other == Handle, "another address of the section gives the same handle");
    MmUnlockPagableImageSection(Handle);
    MmTrimAllSystemPagableMemory(TRUE);
    TAP_CHECK(StrangerIn(Locked), "locked twice, unlocked once: still there");
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Value = StrangerLocked(1);
    KeLowerIrql(OldIrql);
    TAP_CHECK(Value == 79, "locked code runs at DISPATCH_LEVEL");
    MmUnlockPagableImageSection(Handle);
    MmTrimAllSystemPagableMemory(TRUE);
    TAP_CHECK(!StrangerIn(Locked), "unlocked: pageable again");
    MmLockPagableSectionByHandle(Handle);
    TAP_CHECK(StrangerIn(Locked), "by handle from 0: locked again");
    MmUnlockPagableImageSection(Handle);
}

/* Paging itself entirely takes out .text too, this routine's own pages included. */
static VOID NTAPI StrangerEntire(VOID)
{
    PVOID Paged = (PVOID)(ULONG_PTR)StrangerPaged;
    PVOID Base = MmPageEntireDriver((PVOID)(ULONG_PTR)StrangerEntire);
    ULONG Sum;

    TAP_CHECK(*(PUSHORT)Base == 0x5A4D, "MmPageEntireDriver returns the image's base");
    StrangerGlobal = 78;
    MmTrimAllSystemPagableMemory(TRUE);
    Sum = StrangerPaged(1);
    TAP_CHECK(Sum == 12 && StrangerGlobal == 78, "paged entirely: code and globals come back");
    MmTrimAllSystemPagableMemory(TRUE);
    MmResetDriverPaging((PVOID)(ULONG_PTR)StrangerEntire);
    TAP_CHECK(StrangerIn((PVOID)&StrangerGlobal), "reset: globals are resident");
    MmTrimAllSystemPagableMemory(TRUE);
    TAP_CHECK(StrangerIn((PVOID)&StrangerGlobal) && !StrangerIn(Paged),
              "reset: only what was declared pageable goes out");
    StrangerGlobal = 77;
}

static NTSTATUS StrangerComplete(PIRP Irp, NTSTATUS Status, ULONG Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI StrangerOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return StrangerComplete(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI StrangerControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PULONG Buffer = Irp->AssociatedIrp.SystemBuffer;

    if (Stack->Parameters.DeviceIoControl.IoControlCode != STRANGER_IOCTL) {
        return StrangerComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    *Buffer = *Buffer + 1;
    return StrangerComplete(Irp, STATUS_SUCCESS, sizeof(ULONG));
}

static VOID NTAPI StrangerIrps(VOID)
{
    UNICODE_STRING Name;
    PFILE_OBJECT File;
    PDEVICE_OBJECT Device;
    IO_STATUS_BLOCK Block;
    KEVENT Event;
    ULONG In = 41, Out = 0;
    PIRP Irp;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, L"\\DosDevices\\Stranger");
    Status = IoGetDeviceObjectPointer(&Name, FILE_READ_DATA, &File, &Device);
    TAP_CHECK(NT_SUCCESS(Status), "IoGetDeviceObjectPointer through a symbolic link");
    if (!NT_SUCCESS(Status)) {
        return;
    }
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(STRANGER_IOCTL, Device, &In, sizeof(In), &Out, sizeof(Out),
                                        FALSE, &Event, &Block);
    TAP_CHECK(Irp != NULL, "IoBuildDeviceIoControlRequest");
    if (Irp != NULL) {
        Status = IoCallDriver(Device, Irp);
        if (Status == STATUS_PENDING) {
            KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
            Status = Block.Status;
        }
        TAP_CHECK(NT_SUCCESS(Status) && Out == 42 && Block.Information == sizeof(ULONG),
                  "a buffered device control request to itself");
    }
    ObDereferenceObject(File);
}

static VOID NTAPI StrangerFiles(VOID)
{
    static CHAR Written[] = "written by a stranger\n";
    CHAR Read[64];
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Block;
    FILE_STANDARD_INFORMATION Standard;
    LARGE_INTEGER Offset;
    HANDLE File, Second;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, L"\\??\\C:\\stranger.txt");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwCreateFile(&File, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &Attributes, &Block,
                          NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_OVERWRITE_IF,
                          FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE, NULL, 0);
    TAP_CHECK(NT_SUCCESS(Status), "ZwCreateFile");
    if (!NT_SUCCESS(Status)) {
        return;
    }
    Status = ZwWriteFile(File, NULL, NULL, NULL, &Block, Written, sizeof(Written) - 1, NULL, NULL);
    TAP_CHECK(NT_SUCCESS(Status) && Block.Information == sizeof(Written) - 1, "ZwWriteFile");
    Offset.QuadPart = 0;
    Status = ZwReadFile(File, NULL, NULL, NULL, &Block, Read, sizeof(Read), &Offset, NULL);
    TAP_CHECK(NT_SUCCESS(Status) && Block.Information == sizeof(Written) - 1
              && RtlCompareMemory(Read, Written, sizeof(Written) - 1) == sizeof(Written) - 1,
              "ZwReadFile reads what was written");
    Status = ZwReadFile(File, NULL, NULL, NULL, &Block, Read, sizeof(Read), NULL, NULL);
    TAP_CHECK(Status == STATUS_END_OF_FILE, "and STATUS_END_OF_FILE after it");
    Status = ZwQueryInformationFile(File, &Block, &Standard, sizeof(Standard),
                                    FileStandardInformation);
    TAP_CHECK(NT_SUCCESS(Status) && Standard.EndOfFile.QuadPart == sizeof(Written) - 1,
              "ZwQueryInformationFile gives its length");
    Status = ZwOpenFile(&Second, GENERIC_READ | SYNCHRONIZE, &Attributes, &Block, FILE_SHARE_READ,
                        FILE_SYNCHRONOUS_IO_NONALERT);
    TAP_CHECK(Status == STATUS_SHARING_VIOLATION, "share access is checked");
    ZwClose(File);
}

static VOID NTAPI StrangerDeletesItself(VOID)
{
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Block;
    HANDLE File;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, L"\\SystemRoot\\System32\\drivers\\stranger.sys");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwDeleteFile(&Attributes);
    TAP_CHECK(NT_SUCCESS(Status), "ZwDeleteFile of its own image");
    Status = ZwOpenFile(&File, GENERIC_READ | SYNCHRONIZE, &Attributes, &Block, FILE_SHARE_READ,
                        FILE_SYNCHRONOUS_IO_NONALERT);
    TAP_CHECK(Status == STATUS_OBJECT_NAME_NOT_FOUND, "the file is gone");
    MmTrimAllSystemPagableMemory(TRUE);
    TAP_CHECK(StrangerPaged(9) == 20 && StrangerData[1] == 1234, "its pages still come back");
}

static VOID NTAPI StrangerUnload(PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING Link;

    TAP_CHECK(HelperAdd(1) == 53, "Unload: pageable code, and the library is still there");
    RtlInitUnicodeString(&Link, L"\\DosDevices\\Stranger");
    IoDeleteSymbolicLink(&Link);
    IoDeleteDevice(DriverObject->DeviceObject);
    TAP_DONE();
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Name, Link, Routine;
    PDEVICE_OBJECT Device;
    NTSTATUS Status;

    TAP_CHECK(HelperTotal == 42, "the library is initialised before DriverEntry; imported data");
    TAP_CHECK(HelperAdd(10) == 52, "imported routine");
    RtlInitUnicodeString(&Name, L"\\Device\\Stranger");
    Status = IoCreateDevice(DriverObject, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlInitUnicodeString(&Link, L"\\DosDevices\\Stranger");
    Status = IoCreateSymbolicLink(&Link, &Name);
    TAP_CHECK(NT_SUCCESS(Status), "IoCreateSymbolicLink");
    DriverObject->MajorFunction[IRP_MJ_CREATE] = StrangerOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = StrangerOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = StrangerOpenClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = StrangerControl;
    DriverObject->DriverUnload = StrangerUnload;
    Device->Flags &= ~DO_DEVICE_INITIALIZING;

    RtlInitUnicodeString(&Routine, L"KeSetEvent");
    TAP_CHECK(MmGetSystemRoutineAddress(&Routine) != NULL, "MmGetSystemRoutineAddress finds one");
    RtlInitUnicodeString(&Routine, L"KeSetNonsense");
    TAP_CHECK(MmGetSystemRoutineAddress(&Routine) == NULL, "and does not find another");
    StrangerPaging();
    StrangerEntire();
    StrangerIrps();
    StrangerFiles();
    StrangerDeletesItself();
    return STATUS_SUCCESS;
}
