/* Paging I/O: reads and writes of a page file for the memory manager.
 *
 *   one extent     the IRP goes on to the disk with the disk's offset in it, and that is all
 *   several        the same IRP is sent once for each piece, with a partial MDL, from here or from
 *                  its completion routine; one such request at a time for each page file, the
 *                  others wait in a queue
 *
 * Nothing here pages, allocates or waits, and no lock of the file system is taken: somebody may
 * have faulted while holding them (fastfat.h). This file therefore has no alloc_text at all: not
 * even a lockable PAGExxxx section may hold it, since it would have to be in before the first
 * page can come in. Callers are at APC_LEVEL or below, completion at DISPATCH_LEVEL or below.
 * Guard: PagingFile->Lock. */
#include "fastfat.h"

enum { FAT_PIECE_ISSUING, FAT_PIECE_DONE, FAT_PIECE_WAITING };

/* Read and write of every kind enter the driver here. */
NTSTATUS NTAPI FatReadWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    PFCB fcb = file != NULL ? file->FsContext : NULL;

    if ((Irp->Flags & IRP_PAGING_IO) == 0 || DeviceObject == FatGlobal.ControlDevice) {
        return FatDispatch(DeviceObject, Irp);
    }
    if (fcb == NULL || fcb->Paging == NULL) {
        Irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return FatPagingTransfer(fcb->Paging, Irp);
}

/* Where a sector of the file lies, and how many follow it there. Count 0: beyond the end. */
static ULONG FatMapSector(PPAGING_FILE File, ULONG Sector, PULONG Count)
{
    ULONG low = 0, high, middle, disk = 0;
    PFAT_EXTENT e;
    KIRQL irql;

    *Count = 0;
    KeAcquireSpinLock(&File->Lock, &irql);
    for (high = File->ExtentCount; low < high;) {
        middle = (low + high) / 2;
        e = &File->Extents[middle];
        if (Sector < e->FileSector) {
            high = middle;
        } else if (Sector - e->FileSector >= e->Count) {
            low = middle + 1;
        } else {
            disk = e->DiskSector + (Sector - e->FileSector);
            *Count = e->Count - (Sector - e->FileSector);
            break;
        }
    }
    KeReleaseSpinLock(&File->Lock, irql);
    return disk;
}

/* Takes the finished request away, completes it, and makes the next in the queue the active one. */
static BOOLEAN FatFinishActive(PPAGING_FILE File)
{
    PIRP irp = File->Active, next = NULL;
    KIRQL irql;

    irp->MdlAddress = File->Whole;
    irp->IoStatus.Status = File->Status;
    irp->IoStatus.Information = NT_SUCCESS(File->Status) ? File->Done : 0;
    MmPrepareMdlForReuse(File->Partial);
    KeAcquireSpinLock(&File->Lock, &irql);
    if (!IsListEmpty(&File->Waiting)) {
        next = CONTAINING_RECORD(RemoveHeadList(&File->Waiting), IRP, Tail.Overlay.ListEntry);
    }
    File->Active = next;
    if (next != NULL) {
        File->Whole = next->MdlAddress;
        File->Done = 0;
        File->Status = STATUS_SUCCESS;
    }
    KeReleaseSpinLock(&File->Lock, irql);
    IoCompleteRequest(irp, IO_DISK_INCREMENT);
    return next != NULL;
}

static IO_COMPLETION_ROUTINE FatPieceDone;

/* Sends the active request's next piece. */
static VOID FatSendPiece(PPAGING_FILE File)
{
    PIRP irp = File->Active;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp), next;
    ULONG at = (ULONG)(stack->Parameters.Read.ByteOffset.QuadPart >> FAT_SECTOR_SHIFT);
    ULONG left = stack->Parameters.Read.Length - File->Done, disk, count;

    disk = FatMapSector(File, at + (File->Done >> FAT_SECTOR_SHIFT), &count);
    File->Piece = min(left, min(count, FAT_TRANSFER_MAX >> FAT_SECTOR_SHIFT) << FAT_SECTOR_SHIFT);
    MmPrepareMdlForReuse(File->Partial);
    IoBuildPartialMdl(File->Whole, File->Partial,
                      (PUCHAR)MmGetMdlVirtualAddress(File->Whole) + File->Done, File->Piece);
    irp->MdlAddress = File->Partial;
    IoCopyCurrentIrpStackLocationToNext(irp);
    next = IoGetNextIrpStackLocation(irp);
    next->Parameters.Read.Length = File->Piece;
    next->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)disk << FAT_SECTOR_SHIFT;
    IoSetCompletionRoutine(irp, FatPieceDone, File, TRUE, TRUE, TRUE);
    InterlockedExchange(&File->State, FAT_PIECE_ISSUING);
    IoCallDriver(File->Target, irp);
}

/* Goes on with the active request, and those after it, until one has to wait for the disk. A disk
 * that completes at once makes this loop turn, not recurse: who comes second to State goes on. */
static VOID FatRunActive(PPAGING_FILE File)
{
    do {
        PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(File->Active);

        if (!NT_SUCCESS(File->Status) || File->Done == stack->Parameters.Read.Length) {
            if (!FatFinishActive(File)) {
                return;
            }
        }
        FatSendPiece(File);
    } while (InterlockedExchange(&File->State, FAT_PIECE_WAITING) == FAT_PIECE_DONE);
}

static NTSTATUS NTAPI FatPieceDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PPAGING_FILE file = Context;

    file->Status = Irp->IoStatus.Status;
    if (NT_SUCCESS(file->Status)) {
        file->Done += file->Piece;
    }
    if (InterlockedExchange(&file->State, FAT_PIECE_DONE) == FAT_PIECE_WAITING) {
        FatRunActive(file);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* A request in several pieces: at once if no other is under way, else in its turn. */
static NTSTATUS FatStartPieces(PPAGING_FILE File, PIRP Irp)
{
    BOOLEAN start = FALSE;
    KIRQL irql;

    IoMarkIrpPending(Irp);
    KeAcquireSpinLock(&File->Lock, &irql);
    if (File->Active == NULL) {
        File->Active = Irp;
        File->Whole = Irp->MdlAddress;
        File->Done = 0;
        File->Status = STATUS_SUCCESS;
        start = TRUE;
    } else {
        InsertTailList(&File->Waiting, &Irp->Tail.Overlay.ListEntry);
    }
    KeReleaseSpinLock(&File->Lock, irql);
    if (start) {
        FatRunActive(File);
    }
    return STATUS_PENDING;
}

NTSTATUS FatPagingTransfer(PPAGING_FILE File, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    LONGLONG offset = stack->Parameters.Read.ByteOffset.QuadPart; /* Write lies in the same place */
    ULONG length = stack->Parameters.Read.Length, count = 0, disk = 0;

    if (Irp->MdlAddress != NULL && length != 0 && offset >= 0 &&
        (((ULONG)offset | length) & (FAT_SECTOR - 1)) == 0 &&
        ((ULONGLONG)offset + length) >> FAT_SECTOR_SHIFT <= File->Sectors) {
        disk = FatMapSector(File, (ULONG)(offset >> FAT_SECTOR_SHIFT), &count);
    }
    if (count == 0) {
        Irp->IoStatus.Status = STATUS_INVALID_PARAMETER;
        Irp->IoStatus.Information = 0;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return STATUS_INVALID_PARAMETER;
    }
    if (count < length >> FAT_SECTOR_SHIFT) {
        return FatStartPieces(File, Irp);
    }
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoGetNextIrpStackLocation(Irp)->Parameters.Read.ByteOffset.QuadPart =
        (LONGLONG)disk << FAT_SECTOR_SHIFT;
    return IoCallDriver(File->Target, Irp);
}

/* Puts new extents in place of the old ones, which come back in *Extents. */
VOID FatSwapExtents(PPAGING_FILE File, PFAT_EXTENT *Extents, ULONG Count, ULONG Sectors)
{
    PFAT_EXTENT old;
    KIRQL irql;

    KeAcquireSpinLock(&File->Lock, &irql);
    old = File->Extents;
    File->Extents = *Extents;
    File->ExtentCount = Count;
    File->Sectors = Sectors;
    KeReleaseSpinLock(&File->Lock, irql);
    *Extents = old;
}
