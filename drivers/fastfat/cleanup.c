/* The end of an open: cleanup when its last handle goes, close when its last reference goes.
 *
 * Cleanup does what others can see: sharing, pending delete, size and times in the directory entry.
 * Close only frees memory, for the I/O manager may still have requests referring to the file
 * object between the two. Also here: flush. Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: handles are closed at PASSIVE_LEVEL. */
#pragma code_seg("PAGE")
#endif

/* What could not be written stays in the cache and is tried again by the next flush; a close has
 * nobody to tell. */
NTSTATUS FatCleanup(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PFILE_OBJECT file = Stack->FileObject;
    PFCB fcb = file->FsContext;
    PCCB ccb = file->FsContext2;

    PAGED_CODE();
    if (fcb == NULL) {
        return STATUS_SUCCESS; /* the volume itself */
    }
    fcb->DeletePending |= ccb->DeleteOnClose;
    IoRemoveShareAccess(file, &fcb->Share);
    file->Flags |= FO_CLEANUP_COMPLETE;
    if (--fcb->Handles != 0) {
        return STATUS_SUCCESS;
    }
    if (fcb->DeletePending && !fcb->Node.Removed && NT_SUCCESS(FatDelete(&fcb->Node))) {
        return STATUS_SUCCESS;
    }
    fcb->DeletePending = fcb->Node.Removed; /* a directory that was filled again lives on */
    if (NT_SUCCESS(FatSettleNode(&fcb->Node))) {
        FatCacheFlush(&Vcb->Volume);
    }
    return STATUS_SUCCESS;
}

NTSTATUS FatClose(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PFILE_OBJECT file = Stack->FileObject;
    PFCB fcb = file->FsContext;
    PCCB ccb = file->FsContext2;

    PAGED_CODE();
    if (fcb == NULL) {
        return STATUS_SUCCESS;
    }
    file->FsContext = NULL;
    file->FsContext2 = NULL;
    if (ccb->Pattern.Buffer != NULL) {
        ExFreePoolWithTag(ccb->Pattern.Buffer, FAT_TAG);
    }
    ExFreePoolWithTag(ccb, FAT_TAG);
    if (fcb->Paging != NULL && fcb->Handles == 0) {
        FatClosePageFile(fcb);
    }
    FatReleaseNode(&fcb->Node);
    return STATUS_SUCCESS;
}

/* A file, or by the volume's own file object everything. */
NTSTATUS FatFlush(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PFCB fcb = Stack->FileObject->FsContext;
    NTSTATUS status;

    PAGED_CODE();
    if (fcb == NULL || fcb->Node.Parent == NULL) {
        return FatFlushVolume(&Vcb->Volume, FALSE);
    }
    status = FatSettleNode(&fcb->Node);
    if (NT_SUCCESS(status)) {
        status = FatCacheFlush(&Vcb->Volume);
    }
    return NT_SUCCESS(status) ? Vcb->Device.Flush(&Vcb->Device) : status;
}
