/* fastfat.sys: the FAT32 file system driver, around the volume logic of fat.h.
 *
 *   file               what it does                                            may page
 *   fastfat.c          DriverEntry; every request but paging I/O enters here    INIT, PAGE
 *   paging.c           paging I/O of a page file                                never
 *   pagefile.c         opening, growing and closing a page file                 PAGE
 *   device.c           the volume's own reads and writes                        PAGE, and .text
 *   lockable.c         device control: must stay while there is a page file     PAGEFFAT
 *   all the others     create, read, write, information, directories, volume    PAGE
 *
 * Locks, in this order:
 *   FatGlobal.Lock     resource; the list of volumes. Mount and shutdown only.
 *   Vcb->Lock          resource, always exclusive; everything of the volume: nodes, FCBs, CCBs,
 *                      share access, metadata cache, the volume's IRP and MDL.
 *   PagingFile->Lock   spin lock; a page file's extents and its queue. Held around nothing that
 *                      waits or calls out.
 * Both resources are held across disk I/O: nothing is dropped and nothing needs re-checking.
 *
 * The trap this must not fall into: code and data here are pageable, so a thread that holds
 * Vcb->Lock can take a page fault, and serving it brings a paging read back into this driver, on
 * the same thread; or the fault needs a free frame, and the modified page writer brings a paging
 * write on another. Were paging I/O to want Vcb->Lock, or the volume's IRP, or a pageable byte,
 * that would be the end. So paging I/O takes only PagingFile->Lock, maps by an array read when
 * the page file was opened, touches nonpaged memory only, allocates nothing and never waits.
 * A FAST_MUTEX would not do for Vcb->Lock: it raises to APC_LEVEL around our own disk I/O. */
#pragma once

#include "fat.h"

/* One piece of a page file, in sectors. */
typedef struct _FAT_EXTENT {
    ULONG FileSector; /* where it begins in the file */
    ULONG DiskSector;
    ULONG Count;
} FAT_EXTENT, *PFAT_EXTENT;

/* A page file in use, in nonpaged pool. Guards: (s) Lock, (c) constant once open, (a) the one
 * request that is Active, (i) interlocked. */
typedef struct _PAGING_FILE {
    KSPIN_LOCK Lock;
    PDEVICE_OBJECT Target; /* (c) */
    PFAT_EXTENT Extents;   /* (s) sorted by FileSector, without gaps */
    ULONG ExtentCount;     /* (s) */
    ULONG Sectors;         /* (s) size of the file */
    PIRP Active;           /* (s) the request in several pieces that is under way, or NULL */
    LIST_ENTRY Waiting;    /* (s) others like it: Irp->Tail.Overlay.ListEntry */
    PMDL Partial;          /* (a) describes the piece under way */
    PMDL Whole;            /* (a) the active request's own MDL */
    ULONG Done;            /* (a) bytes moved */
    ULONG Piece;           /* (a) bytes in the piece under way */
    NTSTATUS Status;       /* (a) of the last piece */
    LONG State;            /* (i) FAT_PIECE_… */
} PAGING_FILE, *PPAGING_FILE;

/* An open file or directory. Nonpaged, for the sake of Paging. Guard: Vcb->Lock, but for Paging,
 * which is set before the page file's first paging I/O and cleared after its last. */
typedef struct _FCB {
    FAT_NODE Node;
    SHARE_ACCESS Share;
    ULONG Handles; /* opens not cleaned up */
    BOOLEAN DeletePending;
    PPAGING_FILE Paging;
} FCB, *PFCB;

/* One open of it, in paged pool. Guard: Vcb->Lock. */
typedef struct _CCB {
    BOOLEAN DeleteOnClose;
    BOOLEAN Started; /* the directory listing has its pattern */
    BOOLEAN Matched; /* and has returned something */
    ULONG Offset;    /* where it goes on */
    UNICODE_STRING Pattern;
} CCB, *PCCB;

/* A mounted volume: the device extension of its device object. Guards: (L) Lock, (c) constant while
 * mounted, (i) interlocked. */
typedef struct _VCB {
    ERESOURCE Lock;
    LIST_ENTRY Link; /* in FatGlobal.Volumes, by its lock */
    FAT_VOLUME Volume; /* (L) */
    FAT_DEVICE Device; /* (c) */
    PDEVICE_OBJECT DeviceObject; /* (c) ours */
    PDEVICE_OBJECT Target;       /* (c) the partition we live on */
    PVPB Vpb;                    /* (c) */
    PIRP Irp;                    /* (L) for the volume's own transfers: these allocate nothing */
    PMDL Mdl;                    /* (L) FAT_TRANSFER_MAX bytes anywhere in a page */
    PUCHAR Aligned;              /* (L) a page, for buffers the disk would not take */
    KEVENT IoDone;               /* (L) */
    LONG PagingFiles;            /* (i) usage notifications */
    PVOID LockedCode;            /* (L) handle of PAGEFFAT while PagingFiles != 0 */
} VCB, *PVCB;

typedef struct _FAT_GLOBAL {
    PDEVICE_OBJECT ControlDevice; /* constant */
    PDRIVER_OBJECT Driver;        /* constant */
    ERESOURCE Lock;
    LIST_ENTRY Volumes; /* by Lock */
} FAT_GLOBAL;

#define FAT_TRANSFER_MAX (64u * 1024)

extern FAT_GLOBAL FatGlobal; /* nonpaged: it holds a resource */

/* What FatDispatch calls, with Vcb->Lock held. Sets IoStatus.Information, returns the status. */
typedef NTSTATUS FAT_HANDLER(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack);
FAT_HANDLER FatCreateFile, FatCleanup, FatClose, FatRead, FatWrite, FatQueryInformation,
    FatSetInformation, FatQueryVolume, FatDirectoryControl, FatFlush, FatPnp;

DRIVER_INITIALIZE DriverEntry;
DRIVER_DISPATCH FatDispatch, FatReadWrite, FatDeviceControl;

/* mount.c */
NTSTATUS FatMountVolume(PIO_STACK_LOCATION Stack);
VOID FatShutdown(VOID);
VOID FatLock(PERESOURCE Lock);
VOID FatUnlock(PERESOURCE Lock);

/* device.c */
NTSTATUS FatDeviceInitialize(PVCB Vcb);
VOID FatDeviceFree(PVCB Vcb);

/* existing.c */
NTSTATUS FatOpenExisting(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack, PFCB Fcb,
                         BOOLEAN TrailingSlash);
NTSTATUS FatFinishOpen(PVCB Vcb, PIO_STACK_LOCATION Stack, PFCB Fcb);

/* rename.c */
NTSTATUS FatSetRename(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack);

/* pagefile.c, paging.c */
NTSTATUS FatOpenPageFile(PVCB Vcb, PFCB Fcb);
NTSTATUS FatRemapPageFile(PFCB Fcb);
VOID FatClosePageFile(PFCB Fcb);
NTSTATUS FatPagingTransfer(PPAGING_FILE File, PIRP Irp);
VOID FatSwapExtents(PPAGING_FILE File, PFAT_EXTENT *Extents, ULONG Count, ULONG Sectors);
