/* disk: class driver for hard disks, between file systems and a storage port driver.
 *
 *   fastfat           IRP_MJ_READ / WRITE at an offset in the partition
 *      |
 *   \Device\HarddiskN\PartitionM      a device object for each entry of the partition table, with
 *      |                              a VPB; Partition0 is the whole disk, and the FDO
 *   transfer.c        adds the partition's start, cuts the request to what the adapter takes at
 *      |              once, sends the pieces down in the same IRP, one after the other
 *   atapi             SRBs
 *
 * A page-in travels through here, so what a read or a write needs is never pageable:
 *
 *   section    what                                             why it may, or may not, be paged
 *   .text      transfer.c, the dispatch stubs                   DISPATCH_LEVEL, completion
 *                                                               routines; a page fault here would
 *                                                               need itself
 *   PAGE       add, start, partition table, remove, usage       PASSIVE_LEVEL, no paging I/O waits
 *                                                               for any of them
 *   PAGEDISK   device control, power                            pageable as long as the disk holds
 *                                                               no page file: locked on usage
 *                                                               notification
 *   INIT       DriverEntry                                      runs once
 *
 * No pool is allocated between the arrival of a read or write and its completion: the SRBs are in
 * the device extension, and a request that finds none free waits in a list through its IRP. */
#ifndef DISK_H
#define DISK_H

#include <ntddk.h>
#include <ntdddisk.h>
#include <scsi.h>
#include <srb.h>

#define DISK_TAG 'ksiD'
#define DISK_REQUESTS 16                        /* at most so many with the port at once          */
#define DISK_MAX_PARTITIONS 32
#define DISK_TIMEOUT_SECONDS 30
#define DISK_VERIFY_SECTORS 256u                /* in one SRB                                     */

/* The geometry that firmware and drivers agree to make up for a disk that has none. */
#define DISK_HEADS 255
#define DISK_TRACK_SECTORS 63

/* What is known of a partition, and of the disk as its partition 0: the extension of a partition's
 * device object. Constant from START_DEVICE to removal, but for the counts: UsageLock. */
typedef struct _DISK_PARTITION {
    PDEVICE_OBJECT Self;
    struct _DISK *Disk;
    ULONG Number;                               /* 0: the whole disk                              */
    ULONGLONG Start;                            /* bytes, in the disk                             */
    ULONGLONG Length;                           /* bytes                                          */
    UCHAR Type;
    BOOLEAN Bootable;
    KEVENT UsageLock;                           /* one usage notification at a time               */
    volatile LONG PagingCount;                  /* page files, and so on, on it                   */
    volatile LONG HibernationCount;
    volatile LONG DumpCount;
} DISK_PARTITION, *PDISK_PARTITION;

/* One request on its way, and the SRB for the piece of it that is with the port. It belongs to
 * whoever has taken it off the free list. */
typedef struct _DISK_REQUEST {
    LIST_ENTRY Link;
    struct _DISK *Disk;
    PIRP Irp;
    UCHAR Operation;                            /* SCSIOP_READ, WRITE, VERIFY, SYNCHRONIZE_CACHE  */
    ULONGLONG Offset;                           /* of the next piece, in the disk                 */
    ULONG Left;                                 /* bytes, the piece in flight included            */
    ULONG Done;                                 /* bytes                                          */
    ULONG Piece;                                /* bytes in flight                                */
    SCSI_REQUEST_BLOCK Srb;
} DISK_REQUEST, *PDISK_REQUEST;

/* The extension of the FDO. Guards: (p) changed by PnP requests only, (l) Lock. */
typedef struct _DISK {
    DISK_PARTITION Whole;                       /* must be first: the FDO is partition 0          */
    PDEVICE_OBJECT Pdo;                         /* (p) */
    PDEVICE_OBJECT Lower;                       /* (p) */
    HANDLE Directory;                           /* (p) \Device\HarddiskN                          */
    ULONG Number;                               /* (p) N                                          */
    BOOLEAN Started;                            /* (p) */
    ULONG SectorSize;                           /* (p) */
    ULONG SectorShift;                          /* (p) */
    ULONG MaximumTransfer;                      /* (p) bytes, a multiple of SectorSize            */
    ULONG PartitionCount;                       /* (p) */
    PDEVICE_OBJECT Partitions[DISK_MAX_PARTITIONS];     /* (p) */

    KSPIN_LOCK Lock;
    LIST_ENTRY Free;                            /* (l) DISK_REQUESTs                              */
    LIST_ENTRY Waiting;                         /* (l) IRPs, through Tail.Overlay.ListEntry       */
    BOOLEAN Pumping;                            /* (l) somebody is in DiskPump's loop             */
    DISK_REQUEST Requests[DISK_REQUESTS];
} DISK, *PDISK;

/* driver.c */
DRIVER_INITIALIZE DriverEntry;
NTSTATUS DiskComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information);

/* pnp.c: PAGE */
DRIVER_ADD_DEVICE DiskAddDevice;
DRIVER_DISPATCH DiskPnp;

/* partition.c: PAGE */
NTSTATUS DiskReadPartitionTable(PDISK Disk);
VOID DiskDeletePartitions(PDISK Disk);

/* transfer.c: nonpaged */
DRIVER_DISPATCH DiskReadWrite;
DRIVER_DISPATCH DiskFlush;
VOID DiskInitializeRequests(PDISK Disk);
VOID DiskQueueIrp(PDISK Disk, PIRP Irp);
NTSTATUS DiskSendSrb(PDISK Disk, PSCSI_REQUEST_BLOCK Srb, PVOID Buffer, ULONG Length);

/* control.c: PAGEDISK */
NTSTATUS DiskPageableDeviceControl(PDISK_PARTITION Partition, PIRP Irp);
NTSTATUS DiskPageablePower(PDISK_PARTITION Partition, PIRP Irp);

/* usage.c: PAGE */
NTSTATUS DiskUsageNotification(PDISK_PARTITION Partition, PIRP Irp);
BOOLEAN DiskInPagingPath(PDISK_PARTITION Partition);

#endif
