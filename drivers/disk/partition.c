/* The partition table of an MBR disk, and a device object for each partition in it.
 *
 * PAGE: runs in START_DEVICE and REMOVE_DEVICE at PASSIVE_LEVEL. No partition has a page file
 * before it exists, and none is removed while it has one. */
#include "disk.h"

/* Master boot record, one sector (the layout every PC system uses). */
#define MBR_ENTRIES 4
#define MBR_SIGNATURE 0xAA55
#define MBR_BOOTABLE 0x80

#pragma pack(push, 1)
typedef struct _MBR_ENTRY {
    UCHAR Flags;
    UCHAR FirstChs[3];
    UCHAR Type;
    UCHAR LastChs[3];
    ULONG FirstSector;
    ULONG SectorCount;
} MBR_ENTRY, *PMBR_ENTRY;

typedef struct _MBR {
    UCHAR Code[446];
    MBR_ENTRY Entries[MBR_ENTRIES];
    USHORT Signature;
} MBR, *PMBR;
#pragma pack(pop)

C_ASSERT(sizeof(MBR) == 512);

static NTSTATUS ReadSector(PDISK Disk, ULONGLONG Sector, PVOID Buffer);
static NTSTATUS AddPartition(PDISK Disk, const MBR_ENTRY *Entry, ULONGLONG Base);
static NTSTATUS AddLogicalDrives(PDISK Disk, ULONGLONG Extended, PMBR Mbr);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, DiskReadPartitionTable)
#pragma alloc_text(PAGE, DiskDeletePartitions)
#pragma alloc_text(PAGE, ReadSector)
#pragma alloc_text(PAGE, AddPartition)
#pragma alloc_text(PAGE, AddLogicalDrives)
#endif

/* Reads through our own read routine, as anybody would. */
static NTSTATUS ReadSector(PDISK Disk, ULONGLONG Sector, PVOID Buffer)
{
    IO_STATUS_BLOCK IoStatus;
    LARGE_INTEGER Offset;
    KEVENT Event;
    PIRP Irp;
    NTSTATUS Status;

    PAGED_CODE();
    Offset.QuadPart = Sector << Disk->SectorShift;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, Disk->Whole.Self, Buffer, Disk->SectorSize,
                                       &Offset, &Event, &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Disk->Whole.Self, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    return Status;
}

/* Makes the device object for an entry. Entries that do not fit into the disk are passed over. */
static NTSTATUS AddPartition(PDISK Disk, const MBR_ENTRY *Entry, ULONGLONG Base)
{
    WCHAR Buffer[64];
    UNICODE_STRING Name;
    PDEVICE_OBJECT Device;
    PDISK_PARTITION Partition;
    ULONGLONG First = Base + Entry->FirstSector;
    ULONGLONG Sectors = Disk->Whole.Length >> Disk->SectorShift;
    NTSTATUS Status;

    PAGED_CODE();
    if (Entry->SectorCount == 0 || First >= Sectors || Entry->SectorCount > Sectors - First ||
        Disk->PartitionCount == DISK_MAX_PARTITIONS) {
        DbgPrint("disk: Harddisk%u: partition at sector 0x%X passed over\n", Disk->Number,
                 (ULONG)First);
        return STATUS_SUCCESS;
    }
    _snwprintf(Buffer, RTL_NUMBER_OF(Buffer), L"\\Device\\Harddisk%u\\Partition%u", Disk->Number,
               Disk->PartitionCount + 1);
    RtlInitUnicodeString(&Name, Buffer);
    Status = IoCreateDevice(Disk->Whole.Self->DriverObject, sizeof(DISK_PARTITION), &Name,
                            FILE_DEVICE_DISK, FILE_DEVICE_SECURE_OPEN, FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Disk->Partitions[Disk->PartitionCount++] = Device;
    Partition = Device->DeviceExtension;
    Partition->Self = Device;
    Partition->Disk = Disk;
    Partition->Number = Disk->PartitionCount;
    Partition->Start = First << Disk->SectorShift;
    Partition->Length = (ULONGLONG)Entry->SectorCount << Disk->SectorShift;
    Partition->Type = Entry->Type;
    Partition->Bootable = (Entry->Flags & MBR_BOOTABLE) != 0;
    KeInitializeEvent(&Partition->UsageLock, SynchronizationEvent, TRUE);

    /* Requests to a partition go from here straight to the port, so it is one above that. */
    Device->StackSize = (CCHAR)(Disk->Lower->StackSize + 1);
    Device->AlignmentRequirement = Disk->Whole.Self->AlignmentRequirement;
    Device->SectorSize = (USHORT)Disk->SectorSize;
    Device->Flags |= DO_DIRECT_IO | (Disk->Whole.Self->Flags & DO_POWER_PAGABLE);
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* An extended partition is a chain of tables: in each an entry for a logical drive, relative to
 * the table, and one for the next table, relative to the extended partition. */
static NTSTATUS AddLogicalDrives(PDISK Disk, ULONGLONG Extended, PMBR Mbr)
{
    ULONGLONG Table = Extended;
    ULONG Links;

    PAGED_CODE();
    for (Links = 0; Links < DISK_MAX_PARTITIONS; Links++) {     /* a chain may be a circle */
        NTSTATUS Status = ReadSector(Disk, Table, Mbr);

        if (!NT_SUCCESS(Status) || Mbr->Signature != MBR_SIGNATURE) {
            return STATUS_SUCCESS;              /* damage here leaves the others usable */
        }
        if (Mbr->Entries[0].Type != PARTITION_ENTRY_UNUSED &&
            !IsContainerPartition(Mbr->Entries[0].Type)) {
            Status = AddPartition(Disk, &Mbr->Entries[0], Table);
            if (!NT_SUCCESS(Status)) {
                return Status;
            }
        }
        if (!IsContainerPartition(Mbr->Entries[1].Type)) {
            break;
        }
        Table = Extended + Mbr->Entries[1].FirstSector;
    }
    return STATUS_SUCCESS;
}

NTSTATUS DiskReadPartitionTable(PDISK Disk)
{
    ULONGLONG Extended = 0;
    ULONG Index;
    NTSTATUS Status;
    PMBR Mbr;

    PAGED_CODE();
    Mbr = ExAllocatePoolWithTag(NonPagedPool, max(Disk->SectorSize, sizeof(MBR)), DISK_TAG);
    if (Mbr == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = ReadSector(Disk, 0, Mbr);
    if (!NT_SUCCESS(Status)) {
        DbgPrint("disk: Harddisk%u: cannot read the partition table (0x%X)\n", Disk->Number,
                 Status);
    } else if (Mbr->Signature == MBR_SIGNATURE) {
        for (Index = 0; Index < MBR_ENTRIES && NT_SUCCESS(Status); Index++) {
            const MBR_ENTRY *Entry = &Mbr->Entries[Index];

            if (IsContainerPartition(Entry->Type)) {
                Extended = Entry->FirstSector;
            } else if (Entry->Type != PARTITION_ENTRY_UNUSED) {
                Status = AddPartition(Disk, Entry, 0);
            }
        }
        if (NT_SUCCESS(Status) && Extended != 0) {
            Status = AddLogicalDrives(Disk, Extended, Mbr);
        }
    }
    ExFreePoolWithTag(Mbr, DISK_TAG);
    return Status;
}

VOID DiskDeletePartitions(PDISK Disk)
{
    PAGED_CODE();
    while (Disk->PartitionCount != 0) {
        IoDeleteDevice(Disk->Partitions[--Disk->PartitionCount]);
    }
}
