/* atapi and disk, one on the other, as a file system and the memory manager see them. Prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fakes.h"

DRIVER_INITIALIZE AtapiDriverEntry, DiskDriverEntry;

#define DISK_SECTORS 4096
#define FIRST 63                        /* the partition's first sector, and how many */
#define COUNT 4000

static int Points, Failures;
static DRIVER_OBJECT Root, Atapi, Disk;
static DRIVER_EXTENSION AtapiExtension, DiskExtension;
static PDEVICE_OBJECT RootPdo, Controller, Partition;
static LONG RootUsage;                  /* notifications in force at the bottom */
static NTSTATUS RootUsageStatus;
static UCHAR *Area;                     /* of the test's buffers */

static void Check(const char *What, BOOLEAN Good)
{
    printf("%s %d - %s\n", Good ? "ok" : "not ok", ++Points, What);
    Failures += !Good;
}

static NTSTATUS NTAPI RootPnp(PDEVICE_OBJECT Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = STATUS_SUCCESS;

    if (Stack->MinorFunction == IRP_MN_DEVICE_USAGE_NOTIFICATION) {
        Status = RootUsageStatus;
        if (NT_SUCCESS(Status)) {
            RootUsage += Stack->Parameters.UsageNotification.InPath ? 1 : -1;
        }
    }
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, 0);
    return Status;
}

static NTSTATUS Pnp(PDEVICE_OBJECT Device, UCHAR Minor)
{
    return SendAndWait(Device, NewIrp(IRP_MJ_PNP, Minor));
}

static NTSTATUS Transfer(PDEVICE_OBJECT Device, BOOLEAN Write, void *Buffer, ULONG Sector,
                         ULONG Bytes)
{
    PIRP Irp = NewIrp(Write ? IRP_MJ_WRITE : IRP_MJ_READ, 0);
    NTSTATUS Status;

    Irp->MdlAddress = NewMdl(Buffer, Bytes);
    FirstLocation(Irp)->Parameters.Read.Length = Bytes;
    FirstLocation(Irp)->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)Sector * 512;
    NoAllocation = TRUE;
    Status = SendAndWait(Device, Irp);
    NoAllocation = FALSE;
    return Status;
}

/* Drivers, devices, stacks: what the I/O manager would do. */
static BOOLEAN Build(ULONG Drive)
{
    PIRP Irp;
    PDEVICE_RELATIONS Relations;
    PDEVICE_OBJECT Child = NULL;
    IO_STATUS_BLOCK IoStatus;
    KEVENT Event;

    Configuration.DiskCount = 0;
    memset(&Root, 0, sizeof(Root));
    memset(&Atapi, 0, sizeof(Atapi));
    memset(&Disk, 0, sizeof(Disk));
    Root.MajorFunction[IRP_MJ_PNP] = RootPnp;
    Root.MajorFunction[IRP_MJ_POWER] = RootPnp;
    Atapi.DriverExtension = &AtapiExtension;
    Disk.DriverExtension = &DiskExtension;
    AtapiDriverEntry(&Atapi, NULL);
    DiskDriverEntry(&Disk, NULL);
    IoCreateDevice(&Root, 0, NULL, 0, 0, FALSE, &RootPdo);
    RootPdo->Flags |= DO_POWER_PAGABLE;
    AtapiExtension.AddDevice(&Atapi, RootPdo);
    Controller = RootPdo->AttachedDevice;
    if (!NT_SUCCESS(Pnp(Controller, IRP_MN_START_DEVICE))) {
        return FALSE;
    }
    Irp = NewIrp(IRP_MJ_PNP, IRP_MN_QUERY_DEVICE_RELATIONS);
    FirstLocation(Irp)->Parameters.QueryDeviceRelations.Type = BusRelations;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp->UserEvent = &Event;
    Irp->UserIosb = &IoStatus;
    IoCallDriver(Controller, Irp);
    Relations = (PDEVICE_RELATIONS)IoStatus.Information;
    if (Relations != NULL) {
        Child = Relations->Count > Drive ? Relations->Objects[Drive] : NULL;
        ExFreePool(Relations);
    }
    if (Child == NULL) {
        return FALSE;
    }
    DiskExtension.AddDevice(&Disk, Child);
    if (!NT_SUCCESS(Pnp(Child->AttachedDevice, IRP_MN_START_DEVICE))) {
        return FALSE;
    }
    Partition = FindDevice("\\Device\\Harddisk0\\Partition1");
    return TRUE;
}

static void Remove(void)
{
    PDEVICE_OBJECT Whole = FindDevice("\\Device\\Harddisk0\\Partition0");

    if (Whole != NULL) {
        Pnp(Whole, IRP_MN_REMOVE_DEVICE);
    }
    Pnp(Controller, IRP_MN_REMOVE_DEVICE);
    IoDeleteDevice(RootPdo);
    Check("nothing is left after removal", Devices == 0 && Blocks == 0 && SectionLocks == 0);
}

static void Fill(void *Buffer, ULONG Bytes, UCHAR Seed)
{
    ULONG Index;

    for (Index = 0; Index < Bytes; Index++) {
        ((UCHAR *)Buffer)[Index] = (UCHAR)(Seed + Index * 7 + (Index >> 9) * 13);
    }
}

/* A write and a read back, compared with the medium too. */
static BOOLEAN RoundTrip(ULONG Offset, ULONG Sector, ULONG Bytes, UCHAR Seed)
{
    UCHAR *Out = Area + Offset;
    UCHAR *In = Area + 0x50000 + Offset;

    Fill(Out, Bytes, Seed);
    memset(In, 0, Bytes);
    return NT_SUCCESS(Transfer(Partition, TRUE, Out, Sector, Bytes)) && LastInformation == Bytes &&
           memcmp(Drives[0].Data + (FIRST + Sector) * 512, Out, Bytes) == 0 &&
           NT_SUCCESS(Transfer(Partition, FALSE, In, Sector, Bytes)) && LastInformation == Bytes &&
           memcmp(In, Out, Bytes) == 0;
}

static void Put32(UCHAR *At, ULONG Value)
{
    memcpy(At, &Value, 4);
}

static void Sign(UCHAR *At)
{
    At[0] = 0x55;
    At[1] = 0xAA;
}

static void NewDrive(void)
{
    UCHAR *Entry;

    free(Drives[0].Data);
    memset(Drives, 0, sizeof(Drives));
    Drives[0].Sectors = DISK_SECTORS;
    Drives[0].Data = calloc(DISK_SECTORS, 512);
    Entry = Drives[0].Data + 446;
    Entry[0] = 0x80;
    Entry[4] = 0x0C;
    Put32(Entry + 8, FIRST);
    Put32(Entry + 12, COUNT);
    Sign(Drives[0].Data + 510);
    RootUsageStatus = STATUS_SUCCESS;
    FramesHigh = FALSE;
    HasController = TRUE;
}

static void Starting(void)
{
    PARTITION_INFORMATION Info;
    KEVENT Event;
    IO_STATUS_BLOCK IoStatus;
    ULONG Nothing;
    PIRP Irp;

    NewDrive();
    Check("starts", Build(0));
    Check("partition 1 is there, 2 is not",
          Partition != NULL && FindDevice("\\Device\\Harddisk0\\Partition2") == NULL);
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(IOCTL_DISK_GET_PARTITION_INFO, Partition, &Nothing, 0,
                                        &Info, sizeof(Info), FALSE, &Event, &IoStatus);
    IoCallDriver(Partition, Irp);
    Check("it knows itself", IoStatus.Status == STATUS_SUCCESS && Info.PartitionNumber == 1 &&
                                 Info.StartingOffset.QuadPart == FIRST * 512 &&
                                 Info.PartitionLength.QuadPart == COUNT * 512 &&
                                 Info.PartitionType == 0x0C && Info.BootIndicator &&
                                 Info.RecognizedPartition);
    Check("its stack is deep enough", Partition->StackSize == 2);
    Remove();
}

static void Moving(void)
{
    NewDrive();
    Build(0);
    Check("one sector by DMA", RoundTrip(0, 5, 512, 1) && Drives[0].PioCommands == 0);
    Check("a page inside two", RoundTrip(0x200, 9, 4096, 2));
    Check("more than the adapter takes, in pieces", RoundTrip(0, 100, 0x38000, 3) &&
                                                        Drives[0].PioCommands == 0);
    Check("an odd address, bounced", RoundTrip(0x201, 40, 0x1A000, 4) &&
                                         Drives[0].PioCommands == 0);
    FramesHigh = TRUE;
    Check("frames above 4 GiB, bounced", RoundTrip(0x400, 77, 0x12000, 5) &&
                                             Drives[0].PioCommands == 0);
    FramesHigh = FALSE;
    Check("nothing to move", Transfer(Partition, FALSE, Area, 0, 0) == STATUS_SUCCESS);
    Check("beyond the end", Transfer(Partition, FALSE, Area, COUNT - 1, 1024) ==
                                STATUS_INVALID_PARAMETER);
    Check("far beyond the end",
          Transfer(Partition, FALSE, Area, 0x80000000, 512) == STATUS_INVALID_PARAMETER);
    Check("half a sector", Transfer(Partition, TRUE, Area, 0, 100) == STATUS_INVALID_PARAMETER);
    Check("the last sector", RoundTrip(0, COUNT - 1, 512, 6));
    Check("flush", SendAndWait(Partition, NewIrp(IRP_MJ_FLUSH_BUFFERS, 0)) == STATUS_SUCCESS &&
                       Drives[0].Flushes == 1);
    Remove();
}

static void Pio(void)
{
    NewDrive();
    Drives[0].NoDma = TRUE;
    Build(0);
    Check("a drive without DMA", RoundTrip(0x10, 3, 0x15000, 7) && Drives[0].DmaCommands == 0);
    Remove();
    NewDrive();
    HasController = FALSE;
    Build(0);
    Check("no bus master", RoundTrip(0, 3, 0x15000, 8) && Drives[0].DmaCommands == 0);
    Remove();
    NewDrive();
    Drives[0].Lba48 = TRUE;
    Drives[0].Sectors = 0x10100000;     /* the data wraps every 4096 sectors */
    Build(0);
    Check("beyond 128 GiB",
          NT_SUCCESS(Transfer(FindDevice("\\Device\\Harddisk0\\Partition0"), TRUE, Area,
                              0x10000000 + 17, 4096)) &&
              memcmp(Drives[0].Data + 17 * 512, Area, 4096) == 0);
    Remove();
}

static void Errors(void)
{
    ULONG Before;
    int Index;

    NewDrive();
    Build(0);
    Drives[0].BreakDma = 1;
    Check("DMA fails once: PIO does it", RoundTrip(0, 3, 4096, 9) && Drives[0].PioCommands == 1);
    Drives[0].BreakDma = 100;
    for (Index = 0; Index < 4; Index++) {
        RoundTrip(0, 3, 4096, (UCHAR)Index);
    }
    Index = Drives[0].DmaCommands;
    Check("after three failures it is not tried again",
          RoundTrip(0, 3, 4096, 10) && Drives[0].DmaCommands == Index);
    Remove();

    NewDrive();
    Build(0);
    Drives[0].BadSector = FIRST + 50;
    Check("a sector that cannot be read",
          Transfer(Partition, FALSE, Area, 48, 4096) == STATUS_DEVICE_DATA_ERROR &&
              LastInformation == 0);
    Check("its neighbours can", RoundTrip(0, 60, 4096, 11));
    Check("an error in a later piece fails the whole",
          Transfer(Partition, FALSE, Area, 0, 0x20000) == STATUS_DEVICE_DATA_ERROR);
    Drives[0].BadSector = 0;
    Before = Seconds;
    Drives[0].Hang = 1;
    Check("a command without an answer: reset, then again",
          RoundTrip(0, 3, 4096, 12) && Drives[0].Resets == 1 && Seconds - Before >= 10 &&
              Seconds - Before < 20);
    Drives[0].Hang = 3;
    Check("twice: the request fails",
          Transfer(Partition, FALSE, Area, 3, 512) == STATUS_IO_TIMEOUT);
    Drives[0].Hang = 0;
    Check("and the drive works again", RoundTrip(0, 3, 4096, 13));
    Remove();
}

static NTSTATUS Usage(PDEVICE_OBJECT Device, BOOLEAN InPath)
{
    PIRP Irp = NewIrp(IRP_MJ_PNP, IRP_MN_DEVICE_USAGE_NOTIFICATION);

    FirstLocation(Irp)->Parameters.UsageNotification.InPath = InPath;
    FirstLocation(Irp)->Parameters.UsageNotification.Type = DeviceUsageTypePaging;
    return SendAndWait(Device, Irp);
}

static void Paging(void)
{
    PDEVICE_OBJECT Whole;

    NewDrive();
    Build(0);
    Whole = FindDevice("\\Device\\Harddisk0\\Partition0");
    Check("in the paging path", Usage(Partition, TRUE) == STATUS_SUCCESS);
    Check("everybody has locked, down to the root", SectionLocks == 4 && RootUsage == 1);
    Check("power may not page any more", (Partition->Flags & DO_POWER_PAGABLE) == 0 &&
                                             (Whole->Flags & DO_POWER_PAGABLE) == 0 &&
                                             (Controller->Flags & DO_POWER_PAGABLE) == 0);
    Check("no removal now", Pnp(Whole, IRP_MN_QUERY_REMOVE_DEVICE) == STATUS_DEVICE_BUSY &&
                                Pnp(Controller, IRP_MN_QUERY_STOP_DEVICE) == STATUS_DEVICE_BUSY);
    Check("a second page file counts", Usage(Partition, TRUE) == STATUS_SUCCESS &&
                                           SectionLocks == 8 &&
                                           Usage(Partition, FALSE) == STATUS_SUCCESS &&
                                           SectionLocks == 4 &&
                                           (Whole->Flags & DO_POWER_PAGABLE) == 0);
    Check("and out again", Usage(Partition, FALSE) == STATUS_SUCCESS && SectionLocks == 0 &&
                               RootUsage == 0 && (Whole->Flags & DO_POWER_PAGABLE) != 0 &&
                               (Controller->Flags & DO_POWER_PAGABLE) != 0);
    RootUsageStatus = STATUS_UNSUCCESSFUL;
    Check("refused below: nothing stays locked", Usage(Partition, TRUE) == STATUS_UNSUCCESSFUL &&
                                                     SectionLocks == 0 && RootUsage == 0);
    Check("removal is possible again",
          Pnp(Whole, IRP_MN_QUERY_REMOVE_DEVICE) == STATUS_SUCCESS);
    RootUsageStatus = STATUS_SUCCESS;
    Remove();
}

/* More requests at once than there are SRBs. */
static void Crowd(void)
{
    enum { Many = 40 };
    static PIRP Irps[Many];
    static IO_STATUS_BLOCK IoStatus[Many];
    static KEVENT Events[Many];
    BOOLEAN Good = TRUE;
    int Index;

    NewDrive();
    Build(0);
    Fill(Drives[0].Data + FIRST * 512, 0x60000, 77);
    for (Index = 0; Index < Many; Index++) {
        LARGE_INTEGER Offset;

        Offset.QuadPart = Index * 4096;
        KeInitializeEvent(&Events[Index], NotificationEvent, FALSE);
        Irps[Index] = IoBuildSynchronousFsdRequest(IRP_MJ_READ, Partition, Area + Index * 4096,
                                                   4096, &Offset, &Events[Index],
                                                   &IoStatus[Index]);
    }
    NoAllocation = TRUE;
    for (Index = 0; Index < Many; Index++) {
        IoCallDriver(Partition, Irps[Index]);
    }
    for (Index = 0; Index < Many; Index++) {
        KeWaitForSingleObject(&Events[Index], Executive, KernelMode, FALSE, NULL);
        Good = Good && IoStatus[Index].Status == STATUS_SUCCESS &&
               IoStatus[Index].Information == 4096;
    }
    NoAllocation = FALSE;
    Check("40 reads at once", Good && memcmp(Area, Drives[0].Data + FIRST * 512, Many * 4096) == 0);
    Remove();
}

/* Tables that lie about the disk, and logical drives. */
static void Tables(void)
{
    UCHAR *Entry;

    NewDrive();
    Entry = Drives[0].Data + 446;
    Put32(Entry + 12, 0xFFFFFFFF);
    Entry[16 + 4] = 0x05;
    Put32(Entry + 16 + 8, 2000);
    Put32(Entry + 16 + 12, 1000);
    Entry = Drives[0].Data + 2000 * 512 + 446;
    Entry[4] = 0x06;
    Put32(Entry + 8, 10);
    Put32(Entry + 12, 100);
    Entry[16 + 4] = 0x05;               /* the chain closes in itself */
    Put32(Entry + 16 + 8, 0);
    Put32(Entry + 16 + 12, 100);
    Sign(Drives[0].Data + 2000 * 512 + 510);
    Check("a circle of logical drives ends", Build(0));
    Check("a partition that does not fit is passed over, a logical drive is found",
          Partition != NULL && NT_SUCCESS(Transfer(Partition, TRUE, Area, 0, 512)) &&
              memcmp(Drives[0].Data + 2010 * 512, Area, 512) == 0);
    Remove();
    NewDrive();
    Drives[0].Data[510] = 0;
    Check("no table: the whole disk only", Build(0) && Partition == NULL &&
                                               FindDevice("\\Device\\Harddisk0\\Partition0"));
    Remove();
    NewDrive();
    Drives[1] = Drives[0];
    Drives[0].Data = NULL;
    Check("a slave alone", Build(0));
    Remove();
    Drives[0].Data = Drives[1].Data;
    Drives[1].Data = NULL;
    free(Drives[0].Data);
    Drives[0].Data = NULL;
    Check("no drive at all", !Build(0));
    Remove();
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    Area = aligned_alloc(65536, 0x100000);
    memset(Area, 0x3C, 0x100000);
    Starting();
    Moving();
    Pio();
    Errors();
    Paging();
    Crowd();
    Tables();
    free(Area);
    printf("1..%d\n", Points);
    return Failures != 0;
}
