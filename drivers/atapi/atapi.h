/* atapi: port driver for the IDE function of Intel's PIIX south bridges.
 *
 *   disk.sys      SRBs (READ, WRITE, VERIFY, SYNCHRONIZE CACHE, ...)
 *      |
 *   child PDO     one for each ATA disk           srb.c checks the SRB and queues its IRP
 *      |
 *   channel       primary, secondary              channel.c: one command at a time, interrupt,
 *      |                                           DPC, timeout, retry; transfer.c: DMA and PIO
 *   controller    the FDO: one PCI function       pnp.c finds and starts it
 *
 * A page-in travels through here, so what a read or a write needs is never pageable:
 *
 *   section    what                                             why it may, or may not, be paged
 *   .text      srb.c channel.c transfer.c, the dispatch stubs   DISPATCH_LEVEL, interrupts; a page
 *                                                               fault here would need itself
 *   PAGE       add, start, probe, enumerate, remove             PASSIVE_LEVEL, no paging I/O waits
 *                                                               for any of them
 *   PAGEIDE    device control, power                            pageable as long as none of our
 *                                                               disks holds a page file: locked
 *                                                               on usage notification
 *   INIT       DriverEntry                                      runs once
 *
 * No pool is allocated and nothing waits between the arrival of an SRB and its completion. */
#ifndef ATAPI_H
#define ATAPI_H

#include <ntddk.h>
#include <ntddstor.h>
#include <scsi.h>
#include <srb.h>

#define IDE_TAG 'pedI'
#define IDE_SECTOR 512u
#define IDE_MAX_TRANSFER 0x10000u               /* bytes in one command                           */
#define IDE_MAX_PRDS (IDE_MAX_TRANSFER / PAGE_SIZE + 1)
#define IDE_TIMEOUT_SECONDS 10
#define IDE_RESET_SECONDS 31                    /* ATA-7 9.2: a device may be busy that long      */
#define IDE_DMA_FAILURES 3                      /* after so many, a disk is used with PIO only    */

/* Task file (ATA-7 5): offsets from the command block, and one register in the control block. */
#define ATA_DATA 0
#define ATA_ERROR 1                             /* read  */
#define ATA_FEATURES 1                          /* write */
#define ATA_COUNT 2
#define ATA_LBA_LOW 3
#define ATA_LBA_MID 4
#define ATA_LBA_HIGH 5
#define ATA_DEVICE 6
#define ATA_STATUS 7                            /* read: also takes back the interrupt */
#define ATA_COMMAND 7                           /* write */

#define ATA_STATUS_BUSY 0x80
#define ATA_STATUS_READY 0x40
#define ATA_STATUS_FAULT 0x20
#define ATA_STATUS_DRQ 0x08
#define ATA_STATUS_ERROR 0x01

#define ATA_ERROR_CRC 0x80
#define ATA_ERROR_UNCORRECTABLE 0x40
#define ATA_ERROR_ID_NOT_FOUND 0x10
#define ATA_ERROR_ABORTED 0x04
#define ATA_ERROR_NO_MEDIA 0x02

#define ATA_CONTROL_RESET 0x04
#define ATA_CONTROL_NO_INTERRUPT 0x02

#define ATA_DEVICE_LBA 0xE0                     /* with the two bits that older drives want set */

#define ATA_READ_SECTORS 0x20
#define ATA_READ_SECTORS_EXT 0x24
#define ATA_READ_DMA_EXT 0x25
#define ATA_WRITE_SECTORS 0x30
#define ATA_WRITE_SECTORS_EXT 0x34
#define ATA_WRITE_DMA_EXT 0x35
#define ATA_READ_VERIFY 0x40
#define ATA_READ_VERIFY_EXT 0x42
#define ATA_READ_DMA 0xC8
#define ATA_WRITE_DMA 0xCA
#define ATA_FLUSH_CACHE 0xE7
#define ATA_FLUSH_CACHE_EXT 0xEA
#define ATA_IDENTIFY 0xEC
#define ATA_SET_FEATURES 0xEF
#define ATA_SET_TRANSFER_MODE 0x03

/* Bus master registers, one block of eight for each channel (Intel 290550, PIIX3 2.7). */
#define BM_COMMAND 0
#define BM_STATUS 2
#define BM_PRD_TABLE 4
#define BM_CHANNEL_SIZE 8

#define BM_COMMAND_START 0x01
#define BM_COMMAND_TO_MEMORY 0x08
#define BM_STATUS_ERROR 0x02
#define BM_STATUS_INTERRUPT 0x04

typedef struct _IDE_PRD {
    ULONG Address;                              /* physical, below 4 GiB, even                    */
    USHORT Bytes;                               /* 0 stands for 64 KiB                            */
    USHORT Flags;                               /* IDE_PRD_LAST                                   */
} IDE_PRD, *PIDE_PRD;

#define IDE_PRD_LAST 0x8000
C_ASSERT(sizeof(IDE_PRD) == 8);

/* Both kinds of device object begin like this. */
typedef struct _IDE_COMMON {
    BOOLEAN IsController;
    BOOLEAN Started;
    volatile LONG PagingCount;                  /* page files, and so on, below this device       */
    volatile LONG HibernationCount;
    volatile LONG DumpCount;
    KEVENT UsageLock;                           /* one usage notification at a time               */
} IDE_COMMON, *PIDE_COMMON;

/* A disk: the extension of a child PDO. All constant once the child has been found, but for
 * DmaFailures: channel lock. */
typedef struct _IDE_DISK {
    IDE_COMMON Common;
    PDEVICE_OBJECT Self;
    struct _IDE_CHANNEL *Channel;
    UCHAR Unit;                                 /* 0 master, 1 slave                              */
    BOOLEAN Lba48;
    BOOLEAN Dma;
    BOOLEAN HasFlush;
    BOOLEAN Claimed;
    BOOLEAN Reported;
    ULONG DmaFailures;
    ULONG Sectors;                              /* at most 2 TiB: READ(10) and friends            */
    CHAR Model[41];
    CHAR Serial[21];
    CHAR Revision[9];
} IDE_DISK, *PIDE_DISK;

typedef enum _IDE_OPERATION { IdeRead, IdeWrite, IdeVerify, IdeFlush } IDE_OPERATION;

typedef enum _IDE_STATE {
    IdeIdle,
    IdeBusy,                                    /* a command is with the drive                    */
    IdeResetting                                /* the channel was reset, the request waits       */
} IDE_STATE;

/* The command in progress: guarded by the channel lock. */
typedef struct _IDE_REQUEST {
    PIRP Irp;
    PSCSI_REQUEST_BLOCK Srb;
    PIDE_DISK Disk;
    IDE_OPERATION Operation;
    ULONG Lba;
    ULONG Sectors;
    ULONG Offset;                               /* of the SRB's data in the IRP's MDL             */
    ULONG Attempts;
    BOOLEAN Dma;
    BOOLEAN DmaFailed;                          /* at the first attempt                           */
    BOOLEAN Bounced;
    PUCHAR Buffer;                              /* system address of the data: PIO and bounce     */
    ULONG SectorsDone;                          /* PIO                                            */
} IDE_REQUEST, *PIDE_REQUEST;

/* Guards: (c) constant while started, (l) Lock, (i) written by the interrupt routine while
 * Expecting is set, read by the DPC after it. */
typedef struct _IDE_CHANNEL {
    struct _IDE_CONTROLLER *Controller;         /* (c) */
    PUCHAR Command;                             /* (c) port of the command block                  */
    PUCHAR Control;                             /* (c) port of device control, alternate status   */
    PUCHAR BusMaster;                           /* (c) port, NULL: no DMA                         */
    ULONG Irq;                                  /* (c) */
    PKINTERRUPT Interrupt;                      /* (c) */
    PIDE_PRD Prds;                              /* (c) one page                                   */
    ULONG PrdsPhysical;                         /* (c) */
    PUCHAR Bounce;                              /* (c) IDE_MAX_TRANSFER bytes, below 4 GiB        */
    ULONG BouncePhysical;                       /* (c) */
    PDEVICE_OBJECT Disks[2];                    /* (c) child PDOs                                 */

    KSPIN_LOCK Lock;
    LIST_ENTRY Queue;                           /* (l) IRPs, through Tail.Overlay.ListEntry       */
    IDE_STATE State;                            /* (l) */
    IDE_REQUEST Request;                        /* (l) */
    ULONG Countdown;                            /* (l) seconds until the request has timed out    */
    BOOLEAN Stopping;                           /* (l) */

    volatile LONG Expecting;                    /* (i) the drive owes us an interrupt             */
    volatile LONG Interrupted;                  /* (i) it has paid, the DPC has not seen it yet   */
    volatile UCHAR InterruptStatus;             /* (i) */
    volatile UCHAR InterruptBusMaster;          /* (i) */
    KDPC Dpc;
    KTIMER Timer;                               /* ticks once a second                            */
    KDPC TimerDpc;
} IDE_CHANNEL, *PIDE_CHANNEL;

/* The controller: the extension of the FDO. Changed by PnP requests only. */
typedef struct _IDE_CONTROLLER {
    IDE_COMMON Common;
    PDEVICE_OBJECT Self;
    PDEVICE_OBJECT Pdo;
    PDEVICE_OBJECT Lower;
    PUCHAR BusMasterBase;
    IDE_CHANNEL Channels[2];
} IDE_CONTROLLER, *PIDE_CONTROLLER;

/* driver.c: nonpaged, because paging I/O runs through it */
DRIVER_INITIALIZE DriverEntry;
NTSTATUS IdeComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information);

/* pnp.c, child.c, probe.c: PAGE */
DRIVER_ADD_DEVICE IdeAddDevice;
DRIVER_UNLOAD IdeUnload;
DRIVER_DISPATCH IdeCreateClose;
DRIVER_DISPATCH IdePnp;
NTSTATUS IdeControllerPnp(PIDE_CONTROLLER Controller, PIRP Irp);
NTSTATUS IdeChildPnp(PIDE_DISK Disk, PIRP Irp);
PDEVICE_OBJECT IdeProbeDisk(PIDE_CHANNEL Channel, UCHAR Unit);

/* control.c: PAGEIDE and the PAGE code that locks it */
NTSTATUS IdePageableDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp);
NTSTATUS IdePageablePower(PDEVICE_OBJECT DeviceObject, PIRP Irp);
NTSTATUS IdeUsageNotification(PDEVICE_OBJECT DeviceObject, PIRP Irp);
BOOLEAN IdeInPagingPath(PIDE_COMMON Common);

/* srb.c, channel.c, transfer.c: nonpaged */
DRIVER_DISPATCH IdeScsi;
KSERVICE_ROUTINE IdeInterrupt;
KDEFERRED_ROUTINE IdeDpc;
KDEFERRED_ROUTINE IdeTick;
VOID IdeQueueIrp(PIDE_CHANNEL Channel, PIRP Irp);
BOOLEAN IdeParseSrb(PIDE_DISK Disk, PSCSI_REQUEST_BLOCK Srb, PIDE_REQUEST Request);
VOID IdeStopChannel(PIDE_CHANNEL Channel);
NTSTATUS IdeIssue(PIDE_CHANNEL Channel);
BOOLEAN IdeAdvance(PIDE_CHANNEL Channel, PNTSTATUS Status);
VOID IdeStopDma(PIDE_CHANNEL Channel);
BOOLEAN IdeWait(PIDE_CHANNEL Channel, UCHAR Mask, UCHAR Value);

static inline UCHAR IdeRead8(PIDE_CHANNEL Channel, ULONG Register)
{
    return READ_PORT_UCHAR(Channel->Command + Register);
}

static inline VOID IdeWrite8(PIDE_CHANNEL Channel, ULONG Register, ULONG Value)
{
    WRITE_PORT_UCHAR(Channel->Command + Register, (UCHAR)Value);
}

#endif
