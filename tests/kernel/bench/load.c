/* Benchmarks of loading: empty.sys is loaded from a device of ours that serves the file from
 * memory, so that no disk takes part, and that notes when it is opened and when closed; reading the
 * same file from the volume is a figure of its own. */

#include "bench.h"

#define LOAD_COUNT      64

static const WCHAR BenchVolumeFile[] = L"\\SystemRoot\\System32\\drivers\\empty.sys";
static const WCHAR BenchMemoryFile[] = L"\\Device\\BenchFile\\empty.sys";
static const WCHAR BenchService[] =
    L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\empty";

static PUCHAR BenchImage;       /* the file, in nonpaged pool */
static ULONG BenchImageSize;
static ULONG BenchOpened;       /* when the file was opened last */
static ULONG BenchReading;      /* ticks from its opening to its closing */

/* Reads empty.sys from the volume; NULL if that fails. */
static PUCHAR BenchReadFile(PULONG Size)
{
    FILE_STANDARD_INFORMATION Information;
    OBJECT_ATTRIBUTES Attributes;
    LARGE_INTEGER Offset = {.QuadPart = 0};
    UNICODE_STRING Name;
    IO_STATUS_BLOCK Block;
    PUCHAR Image = NULL;
    NTSTATUS Status;
    HANDLE File;

    RtlInitUnicodeString(&Name, BenchVolumeFile);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwCreateFile(&File, FILE_READ_DATA | SYNCHRONIZE, &Attributes, &Block, NULL, 0,
                          FILE_SHARE_READ, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    if (!NT_SUCCESS(Status)) {
        return NULL;
    }
    Status = ZwQueryInformationFile(File, &Block, &Information, sizeof(Information),
                                    FileStandardInformation);
    if (NT_SUCCESS(Status)) {
        *Size = Information.EndOfFile.LowPart;
        Image = ExAllocatePoolWithTag(NonPagedPool, *Size, BENCH_TAG);
    }
    if (Image != NULL) {
        Status = ZwReadFile(File, NULL, NULL, NULL, &Block, Image, *Size, &Offset, NULL);
        if (!NT_SUCCESS(Status) || Block.Information != *Size) {
            ExFreePoolWithTag(Image, BENCH_TAG);
            Image = NULL;
        }
    }
    ZwClose(File);
    return Image;
}

static NTSTATUS NTAPI BenchFileCreate(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    BenchOpened = BenchNow();
    return BenchComplete(Irp, STATUS_SUCCESS, FILE_OPENED);
}

static NTSTATUS NTAPI BenchFileClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS Status = BenchComplete(Irp, STATUS_SUCCESS, 0);

    BenchReading += BenchNow() - BenchOpened;
    return Status;
}

static NTSTATUS NTAPI BenchFileQuery(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PFILE_STANDARD_INFORMATION Information = Irp->AssociatedIrp.SystemBuffer;

    if (Stack->Parameters.QueryFile.FileInformationClass != FileStandardInformation) {
        return BenchComplete(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    RtlZeroMemory(Information, sizeof(*Information));
    Information->EndOfFile.QuadPart = Information->AllocationSize.QuadPart = BenchImageSize;
    Information->NumberOfLinks = 1;
    return BenchComplete(Irp, STATUS_SUCCESS, sizeof(*Information));
}

/* Reads come in the thread of the reader, with its own buffer: the device is neither buffered nor
 * direct. */
static NTSTATUS NTAPI BenchFileServe(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Offset = Stack->Parameters.Read.ByteOffset.LowPart;

    if (Offset >= BenchImageSize) {
        return BenchComplete(Irp, STATUS_END_OF_FILE, 0);
    }
    RtlCopyMemory(Irp->UserBuffer, BenchImage + Offset,
                  min(Stack->Parameters.Read.Length, BenchImageSize - Offset));
    return BenchComplete(Irp, STATUS_SUCCESS,
                         min(Stack->Parameters.Read.Length, BenchImageSize - Offset));
}

/* The service's key, whose image is the file in memory; NULL if it cannot be made. */
static HANDLE BenchMakeService(PUNICODE_STRING Name)
{
    UNICODE_STRING Value;
    OBJECT_ATTRIBUTES Attributes;
    NTSTATUS Status;
    HANDLE Key;

    InitializeObjectAttributes(&Attributes, Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwCreateKey(&Key, KEY_ALL_ACCESS, &Attributes, 0, NULL, REG_OPTION_VOLATILE, NULL);
    if (!NT_SUCCESS(Status)) {
        return NULL;
    }
    RtlInitUnicodeString(&Value, L"ImagePath");
    Status = ZwSetValueKey(Key, &Value, 0, REG_SZ, (PVOID)BenchMemoryFile, sizeof(BenchMemoryFile));
    if (!NT_SUCCESS(Status)) {
        ZwDeleteKey(Key);
        ZwClose(Key);
        return NULL;
    }
    return Key;
}

static ULONG BenchLoads(PULONG Samples, ULONG Count)
{
    UNICODE_STRING Service;
    ULONG Index = 0, Start;
    HANDLE Key;

    RtlInitUnicodeString(&Service, BenchService);
    Key = BenchMakeService(&Service);
    if (Key == NULL) {
        return 0;
    }
    for (; Index < Count; Index++) {
        BenchReading = 0;
        Start = BenchNow();
        if (!NT_SUCCESS(ZwLoadDriver(&Service)) || !NT_SUCCESS(ZwUnloadDriver(&Service))) {
            break;
        }
        Samples[Index] = BenchNow() - Start - BenchReading;
    }
    ZwDeleteKey(Key);
    ZwClose(Key);
    return Index;
}

ULONG BenchLoadUnload(PULONG Samples, ULONG Count)
{
    PDRIVER_DISPATCH Create = BenchDriver->MajorFunction[IRP_MJ_CREATE];
    PDRIVER_DISPATCH Close = BenchDriver->MajorFunction[IRP_MJ_CLOSE];
    PDEVICE_OBJECT Device;
    UNICODE_STRING Name;
    ULONG Done = 0;

    BenchImage = BenchReadFile(&BenchImageSize);
    if (BenchImage == NULL) {
        return 0;
    }
    RtlInitUnicodeString(&Name, L"\\Device\\BenchFile");
    if (NT_SUCCESS(IoCreateDevice(BenchDriver, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device))) {
        BenchDriver->MajorFunction[IRP_MJ_CREATE] = BenchFileCreate;
        BenchDriver->MajorFunction[IRP_MJ_CLOSE] = BenchFileClose;
        BenchDriver->MajorFunction[IRP_MJ_READ] = BenchFileServe;
        BenchDriver->MajorFunction[IRP_MJ_QUERY_INFORMATION] = BenchFileQuery;
        Device->Flags &= ~DO_DEVICE_INITIALIZING;
        Done = BenchLoads(Samples, min(Count, LOAD_COUNT));
        IoDeleteDevice(Device);
        BenchDriver->MajorFunction[IRP_MJ_CREATE] = Create;
        BenchDriver->MajorFunction[IRP_MJ_CLOSE] = Close;
    }
    ExFreePoolWithTag(BenchImage, BENCH_TAG);
    return Done;
}

ULONG BenchFileRead(PULONG Samples, ULONG Count)
{
    ULONG Index, Size;
    LARGE_INTEGER Start;
    PUCHAR Image;

    for (Index = 0; Index < min(Count, LOAD_COUNT); Index++) {
        Start = KeQueryPerformanceCounter(NULL);
        Image = BenchReadFile(&Size);
        if (Image == NULL) {
            break;
        }
        Samples[Index] = BenchElapsed(Start, 1000000);
        ExFreePoolWithTag(Image, BENCH_TAG);
    }
    return Index;
}
