/* Reads, writes and control codes sent straight to the disk the system runs from: pieces, bounce,
 * many at once, and what must be refused. Leaves the disk as it was. Prints TAP. */
#include <ntddk.h>
#include <ntdddisk.h>
#include <ntddstor.h>
#include "tap.h"

#define TAG 'tsTD'
#define LARGE 0x80000                   /* bytes: eight times what atapi moves at once            */
#define MANY 40                         /* requests: more than disk has SRBs                      */
#define SPARE_SECTOR 20                 /* of a FAT32 volume's reserved sectors, used by nobody   */
#define SECTOR 512
#define ODD 3                           /* a PRD must be even: this address needs the bounce buffer */

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;

static PDEVICE_OBJECT Whole, Partition;
static PFILE_OBJECT WholeFile, PartitionFile;
static PUCHAR First, Second;            /* LARGE bytes and a page each                            */

static BOOLEAN Open(PCWSTR Text, PFILE_OBJECT *File, PDEVICE_OBJECT *Device);
static NTSTATUS Send(PDEVICE_OBJECT Device, ULONG Major, PVOID Buffer, ULONG Length,
                     ULONGLONG Offset);
static NTSTATUS Control(PDEVICE_OBJECT Device, ULONG Code, PVOID Input, ULONG InputLength,
                        PVOID Output, ULONG OutputLength);
static VOID ControlCodes(VOID);
static VOID Reading(VOID);
static VOID AtOnce(VOID);
static VOID Writing(VOID);
static VOID Refusing(VOID);

#ifdef ALLOC_PRAGMA
/* All of it at PASSIVE_LEVEL, once. */
#pragma alloc_text(INIT, DriverEntry, Open, Send, Control)
#pragma alloc_text(INIT, ControlCodes, Reading, AtOnce, Writing, Refusing)
#pragma alloc_text(PAGE, Unload)
#endif

static BOOLEAN Open(PCWSTR Text, PFILE_OBJECT *File, PDEVICE_OBJECT *Device)
{
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Text);
    return NT_SUCCESS(IoGetDeviceObjectPointer(&Name, FILE_READ_ATTRIBUTES, File, Device));
}

static NTSTATUS Send(PDEVICE_OBJECT Device, ULONG Major, PVOID Buffer, ULONG Length,
                     ULONGLONG Offset)
{
    IO_STATUS_BLOCK IoStatus;
    LARGE_INTEGER Where;
    KEVENT Event;
    PIRP Irp;
    NTSTATUS Status;

    Where.QuadPart = Offset;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(Major, Device, Buffer, Length, &Where, &Event, &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
        if (NT_SUCCESS(Status) && IoStatus.Information != Length) {
            Status = STATUS_UNSUCCESSFUL;
        }
    }
    return Status;
}

static NTSTATUS Control(PDEVICE_OBJECT Device, ULONG Code, PVOID Input, ULONG InputLength,
                        PVOID Output, ULONG OutputLength)
{
    IO_STATUS_BLOCK IoStatus;
    KEVENT Event;
    PIRP Irp;
    NTSTATUS Status;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(Code, Device, Input, InputLength, Output, OutputLength,
                                        FALSE, &Event, &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    return Status;
}

static VOID ControlCodes(VOID)
{
    GET_LENGTH_INFORMATION WholeLength, Length;
    STORAGE_ADAPTER_DESCRIPTOR Adapter;
    PARTITION_INFORMATION Info;
    STORAGE_DEVICE_NUMBER Number;
    STORAGE_PROPERTY_QUERY Query;
    VERIFY_INFORMATION Verify;
    DISK_GEOMETRY Geometry;

    RtlZeroMemory(&Info, sizeof(Info));
    TAP_CHECK(NT_SUCCESS(Control(Whole, IOCTL_DISK_GET_DRIVE_GEOMETRY, NULL, 0, &Geometry,
                                 sizeof(Geometry))) &&
                  Geometry.BytesPerSector == SECTOR && Geometry.Cylinders.QuadPart > 0,
              "geometry");
    TAP_CHECK(NT_SUCCESS(Control(Whole, IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &WholeLength,
                                 sizeof(WholeLength))) &&
                  NT_SUCCESS(Control(Partition, IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &Length,
                                     sizeof(Length))) &&
                  Length.Length.QuadPart > 0 &&
                  Length.Length.QuadPart < WholeLength.Length.QuadPart,
              "the partition is shorter than the disk");
    TAP_CHECK(NT_SUCCESS(Control(Partition, IOCTL_DISK_GET_PARTITION_INFO, NULL, 0, &Info,
                                 sizeof(Info))) &&
                  Info.PartitionLength.QuadPart == Length.Length.QuadPart &&
                  Info.StartingOffset.QuadPart == 0x100000 && Info.PartitionNumber == 1,
              "partition 1 begins at 1 MiB");
    TAP_CHECK(NT_SUCCESS(Control(Partition, IOCTL_STORAGE_GET_DEVICE_NUMBER, NULL, 0, &Number,
                                 sizeof(Number))) &&
                  Number.DeviceNumber == 0 && Number.PartitionNumber == 1,
              "device number");
    RtlZeroMemory(&Query, sizeof(Query));
    Query.PropertyId = StorageAdapterProperty;
    TAP_CHECK(NT_SUCCESS(Control(Partition, IOCTL_STORAGE_QUERY_PROPERTY, &Query, sizeof(Query),
                                 &Adapter, sizeof(Adapter))) &&
                  Adapter.MaximumTransferLength >= PAGE_SIZE && !Adapter.AdapterUsesPio,
              "what the disk does not know goes on to the port; the disk is used by DMA");
    Verify.StartingOffset.QuadPart = SECTOR;
    Verify.Length = 1000 * SECTOR;
    TAP_CHECK(NT_SUCCESS(Control(Partition, IOCTL_DISK_VERIFY, &Verify, sizeof(Verify), NULL, 0)),
              "verify, in pieces");
    TAP_CHECK(Control(Partition, IOCTL_DISK_GET_PARTITION_INFO, NULL, 0, &Info, 8) ==
                  STATUS_BUFFER_TOO_SMALL,
              "a buffer that is too small");
    TAP_CHECK(Control(Partition, CTL_CODE(FILE_DEVICE_DISK, 0x7FF, METHOD_BUFFERED, 0), NULL, 0,
                      NULL, 0) == STATUS_INVALID_DEVICE_REQUEST,
              "a control code that nobody knows");
}

static VOID Reading(VOID)
{
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Offset;

    TAP_CHECK(NT_SUCCESS(Send(Whole, IRP_MJ_READ, First, SECTOR, 0)) && First[510] == 0x55 &&
                  First[511] == 0xAA,
              "the partition table");
    TAP_CHECK(NT_SUCCESS(Send(Whole, IRP_MJ_READ, First, SECTOR, 0x100000)) &&
                  NT_SUCCESS(Send(Partition, IRP_MJ_READ, Second, SECTOR, 0)) &&
                  RtlEqualMemory(First, Second, SECTOR),
              "a partition's sector 0 is the disk's at 1 MiB");
    TAP_CHECK(NT_SUCCESS(Send(Partition, IRP_MJ_READ, First, LARGE, 0)), "512 KiB in one request");
    for (Offset = 0; Offset < LARGE && NT_SUCCESS(Status); Offset += 3 * SECTOR) {
        ULONG Length = min(3 * SECTOR, LARGE - Offset);

        Status = Send(Partition, IRP_MJ_READ, Second + Offset, Length, Offset);
    }
    TAP_CHECK(NT_SUCCESS(Status) && RtlEqualMemory(First, Second, LARGE),
              "and the same in many small ones");
    RtlZeroMemory(Second, LARGE);
    TAP_CHECK(NT_SUCCESS(Send(Partition, IRP_MJ_READ, Second + ODD, LARGE, 0)) &&
                  RtlEqualMemory(First, Second + ODD, LARGE),
              "and to an odd address, by way of the bounce buffer");
}

static VOID AtOnce(VOID)
{
    struct {
        IO_STATUS_BLOCK IoStatus;
        KEVENT Event;
    } *Requests;
    LARGE_INTEGER Offset;
    ULONG Index, Sent = 0, Good = 0;
    PIRP Irp;

    Requests = ExAllocatePoolWithTag(NonPagedPool, MANY * sizeof(*Requests), TAG);
    if (Requests == NULL) {
        return;
    }
    RtlZeroMemory(Second, LARGE);
    for (Index = 0; Index < MANY; Index++) {
        Offset.QuadPart = Index * PAGE_SIZE;
        KeInitializeEvent(&Requests[Index].Event, NotificationEvent, FALSE);
        Irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, Partition, Second + Index * PAGE_SIZE,
                                           PAGE_SIZE, &Offset, &Requests[Index].Event,
                                           &Requests[Index].IoStatus);
        if (Irp == NULL) {
            break;
        }
        IoCallDriver(Partition, Irp);
        Sent++;
    }
    for (Index = 0; Index < Sent; Index++) {
        KeWaitForSingleObject(&Requests[Index].Event, Executive, KernelMode, FALSE, NULL);
        Good += Requests[Index].IoStatus.Status == STATUS_SUCCESS;
    }
    TAP_CHECK(Good == MANY && RtlEqualMemory(First, Second, MANY * PAGE_SIZE),
              "more reads at once than there are SRBs");
    ExFreePoolWithTag(Requests, TAG);
}

static VOID Writing(VOID)
{
    const ULONGLONG Where = SPARE_SECTOR * SECTOR;
    ULONG Index;

    RtlCopyMemory(Second, First + Where, SECTOR);       /* what is there now */
    for (Index = 0; Index < SECTOR; Index++) {
        Second[PAGE_SIZE + ODD + Index] = (UCHAR)(Index * 3 + 1);
    }
    TAP_CHECK(NT_SUCCESS(Send(Partition, IRP_MJ_WRITE, Second + PAGE_SIZE + ODD, SECTOR, Where)) &&
                  NT_SUCCESS(Send(Partition, IRP_MJ_READ, Second + 2 * PAGE_SIZE, SECTOR, Where)) &&
                  RtlEqualMemory(Second + 2 * PAGE_SIZE, Second + PAGE_SIZE + ODD, SECTOR),
              "a sector written is read back");
    TAP_CHECK(NT_SUCCESS(Send(Partition, IRP_MJ_WRITE, Second, SECTOR, Where)) &&
                  NT_SUCCESS(Send(Partition, IRP_MJ_READ, Second + 2 * PAGE_SIZE, SECTOR, Where)) &&
                  RtlEqualMemory(Second + 2 * PAGE_SIZE, Second, SECTOR),
              "and put back");
    TAP_CHECK(NT_SUCCESS(Send(Partition, IRP_MJ_FLUSH_BUFFERS, NULL, 0, 0)), "flush");
}

static VOID Refusing(VOID)
{
    GET_LENGTH_INFORMATION Length;
    VERIFY_INFORMATION Verify;

    Length.Length.QuadPart = 0;
    Control(Partition, IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &Length, sizeof(Length));
    TAP_CHECK(NT_SUCCESS(Send(Partition, IRP_MJ_READ, Second, SECTOR,
                              Length.Length.QuadPart - SECTOR)),
              "the last sector can be read");
    TAP_CHECK(Send(Partition, IRP_MJ_READ, Second, 2 * SECTOR, Length.Length.QuadPart - SECTOR) ==
                  STATUS_INVALID_PARAMETER,
              "the one after it cannot");
    TAP_CHECK(Send(Partition, IRP_MJ_READ, Second, SECTOR, ~0ull - SECTOR + 1) ==
                  STATUS_INVALID_PARAMETER,
              "nor anything at a negative offset");
    TAP_CHECK(Send(Partition, IRP_MJ_READ, Second, 100, 0) == STATUS_INVALID_PARAMETER,
              "nor part of a sector");
    Verify.StartingOffset.QuadPart = Length.Length.QuadPart;
    Verify.Length = SECTOR;
    TAP_CHECK(Control(Partition, IOCTL_DISK_VERIFY, &Verify, sizeof(Verify), NULL, 0) ==
                  STATUS_INVALID_PARAMETER,
              "nor verified beyond the end");
}

VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    DriverObject->DriverUnload = Unload;
    First = ExAllocatePoolWithTag(NonPagedPool, LARGE + PAGE_SIZE, TAG);
    Second = ExAllocatePoolWithTag(NonPagedPool, LARGE + PAGE_SIZE, TAG);
    TAP_CHECK(First != NULL && Second != NULL, "buffers");
    TAP_CHECK(Open(L"\\Device\\Harddisk0\\Partition0", &WholeFile, &Whole) &&
                  Open(L"\\DosDevices\\PhysicalDrive0", &PartitionFile, &Partition) &&
                  Partition == Whole,
              "the whole disk, by both its names");
    if (PartitionFile != NULL) {
        ObDereferenceObject(PartitionFile);
        PartitionFile = NULL;
    }
    TAP_CHECK(Open(L"\\Device\\Harddisk0\\Partition1", &PartitionFile, &Partition), "partition 1");
    if (TapFailures == 0) {
        /* The pointer leads to what is attached on top: for the partition, to the device itself. */
        Partition = PartitionFile->DeviceObject;
        ControlCodes();
        Reading();
        AtOnce();
        Writing();
        Refusing();
    }
    TAP_DONE();
    if (PartitionFile != NULL) {
        ObDereferenceObject(PartitionFile);
    }
    if (WholeFile != NULL) {
        ObDereferenceObject(WholeFile);
    }
    if (First != NULL) {
        ExFreePoolWithTag(First, TAG);
    }
    if (Second != NULL) {
        ExFreePoolWithTag(Second, TAG);
    }
    return STATUS_SUCCESS;
}
