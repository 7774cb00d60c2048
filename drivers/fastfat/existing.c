/* Opening what is there: whether sharing, attributes and a pending delete allow it, overwriting,
 * and the last step of every open, which ties file object, FCB and CCB together.
 * Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: part of create. */
#pragma code_seg("PAGE")
#endif

/* Access, sharing, CCB. The file object takes over the caller's reference to the node. */
NTSTATUS FatFinishOpen(PVCB Vcb, PIO_STACK_LOCATION Stack, PFCB Fcb)
{
    PFILE_OBJECT file = Stack->FileObject;
    ACCESS_MASK access = Stack->Parameters.Create.SecurityContext->DesiredAccess;
    ULONG share = Stack->Parameters.Create.ShareAccess;
    BOOLEAN paging = (Stack->Flags & SL_OPEN_PAGING_FILE) != 0;
    NTSTATUS status = STATUS_SUCCESS;
    PCCB ccb;

    PAGED_CODE();
    if (Fcb->Handles != 0) {
        if (paging || Fcb->Paging != NULL) {
            return STATUS_SHARING_VIOLATION; /* a page file is nobody else's */
        }
        status = IoCheckShareAccess(access, share, file, &Fcb->Share, TRUE);
        if (!NT_SUCCESS(status)) {
            return status;
        }
    } else {
        IoSetShareAccess(access, share, file, &Fcb->Share);
    }
    ccb = ExAllocatePoolWithTag(PagedPool, sizeof(*ccb), FAT_TAG);
    if (ccb == NULL) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    } else if (paging) {
        status = FatIsDirectory(&Fcb->Node) ? STATUS_ACCESS_DENIED : FatOpenPageFile(Vcb, Fcb);
    }
    if (!NT_SUCCESS(status)) {
        if (ccb != NULL) {
            ExFreePoolWithTag(ccb, FAT_TAG);
        }
        IoRemoveShareAccess(file, &Fcb->Share);
        return status;
    }
    RtlZeroMemory(ccb, sizeof(*ccb));
    ccb->DeleteOnClose = (Stack->Parameters.Create.Options & FILE_DELETE_ON_CLOSE) != 0 &&
                         (Stack->Flags & SL_OPEN_TARGET_DIRECTORY) == 0;
    file->FsContext = Fcb;
    file->FsContext2 = ccb;
    file->Vpb = Vcb->Vpb;
    Fcb->Handles++;
    return STATUS_SUCCESS;
}

static NTSTATUS FatMayOpenDirectory(PFCB Fcb, ULONG Options)
{
    ULONG disposition = Options >> 24;

    PAGED_CODE();
    if ((Options & FILE_NON_DIRECTORY_FILE) != 0) {
        return STATUS_FILE_IS_A_DIRECTORY;
    }
    if (disposition != FILE_OPEN && disposition != FILE_OPEN_IF) {
        return STATUS_OBJECT_NAME_COLLISION;
    }
    if ((Options & FILE_DELETE_ON_CLOSE) != 0 && Fcb->Node.Parent == NULL) {
        return STATUS_CANNOT_DELETE;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS FatMayOpenFile(PFCB Fcb, ULONG Options, ACCESS_MASK Access, USHORT Attributes)
{
    ULONG kept = Fcb->Node.Attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM);

    PAGED_CODE();
    if ((Options & FILE_DIRECTORY_FILE) != 0) {
        return STATUS_NOT_A_DIRECTORY;
    }
    if (Options >> 24 == FILE_CREATE) {
        return STATUS_OBJECT_NAME_COLLISION;
    }
    if ((Fcb->Node.Attributes & FILE_ATTRIBUTE_READONLY) != 0) {
        if ((Access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0) {
            return STATUS_ACCESS_DENIED;
        }
        if ((Options & FILE_DELETE_ON_CLOSE) != 0) {
            return STATUS_CANNOT_DELETE;
        }
    }
    switch (Options >> 24) {
    case FILE_SUPERSEDE:
    case FILE_OVERWRITE:
    case FILE_OVERWRITE_IF: /* a hidden or system file must be named as such to be overwritten */
        if ((Fcb->Node.Attributes & FILE_ATTRIBUTE_READONLY) != 0 || (kept & ~Attributes) != 0) {
            return STATUS_ACCESS_DENIED;
        }
    }
    return STATUS_SUCCESS;
}

/* Empties a file that is open already, by its new handle. */
static NTSTATUS FatOverwrite(PFCB Fcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    ULONG disposition = Stack->Parameters.Create.Options >> 24;
    UCHAR attributes = (UCHAR)(Stack->Parameters.Create.FileAttributes & 0x27);
    NTSTATUS status;

    PAGED_CODE();
    status = FatSetSize(&Fcb->Node, 0);
    if (NT_SUCCESS(status) && Irp->Overlay.AllocationSize.QuadPart > 0) {
        status = FatSetAllocation(&Fcb->Node, (ULONGLONG)Irp->Overlay.AllocationSize.QuadPart);
    }
    if (NT_SUCCESS(status)) {
        Fcb->Node.Attributes = attributes | FILE_ATTRIBUTE_ARCHIVE;
        Fcb->Node.EntryDirty = TRUE;
        Irp->IoStatus.Information =
            disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED : FILE_OVERWRITTEN;
    }
    return status;
}

/* On failure the reference to the node stays the caller's. */
NTSTATUS FatOpenExisting(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack, PFCB Fcb,
                         BOOLEAN TrailingSlash)
{
    ULONG options = Stack->Parameters.Create.Options, disposition = options >> 24;
    ACCESS_MASK access = Stack->Parameters.Create.SecurityContext->DesiredAccess;
    BOOLEAN overwrite = disposition == FILE_SUPERSEDE || disposition == FILE_OVERWRITE ||
                        disposition == FILE_OVERWRITE_IF;
    NTSTATUS status;

    PAGED_CODE();
    if (Fcb->DeletePending) {
        return STATUS_DELETE_PENDING;
    }
    if (Fcb->Paging != NULL) {
        return STATUS_SHARING_VIOLATION;
    }
    status = FatIsDirectory(&Fcb->Node)
                 ? FatMayOpenDirectory(Fcb, options)
                 : FatMayOpenFile(Fcb, options, access, Stack->Parameters.Create.FileAttributes);
    if (NT_SUCCESS(status) && TrailingSlash && !FatIsDirectory(&Fcb->Node)) {
        status = STATUS_OBJECT_NAME_INVALID;
    }
    if (NT_SUCCESS(status) && overwrite && Fcb->Handles != 0) { /* as if for writing */
        status = IoCheckShareAccess(
            access | (disposition == FILE_SUPERSEDE ? DELETE : FILE_WRITE_DATA),
            Stack->Parameters.Create.ShareAccess, Stack->FileObject, &Fcb->Share, FALSE);
    }
    if (NT_SUCCESS(status)) {
        status = FatFinishOpen(Vcb, Stack, Fcb);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    Irp->IoStatus.Information = FILE_OPENED;
    if (overwrite) {
        status = FatOverwrite(Fcb, Irp, Stack);
        if (!NT_SUCCESS(status)) { /* the open is undone, as cleanup and close would */
            IoRemoveShareAccess(Stack->FileObject, &Fcb->Share);
            ExFreePoolWithTag(Stack->FileObject->FsContext2, FAT_TAG);
            Stack->FileObject->FsContext = Stack->FileObject->FsContext2 = NULL;
            Fcb->Handles--;
        }
    }
    return status;
}
