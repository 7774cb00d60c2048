/* IRP_MJ_CREATE: from a name to a file object that knows its FCB.
 *
 *   name            relative to                      means
 *   ""              nothing                          the volume itself: information and flush only
 *   \a\b            nothing                          from the root
 *   a\b, or ""      RelatedFileObject, a directory   from there
 *
 * With SL_OPEN_TARGET_DIRECTORY (the I/O manager preparing a rename) the directory that holds, or
 * would hold, the last component is opened, and FileName is cut down to that component.
 * Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: names are resolved at PASSIVE_LEVEL. A page fault in here goes to paging.c. */
#pragma code_seg("PAGE")
#endif

static NTSTATUS FatOpenVolume(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    ULONG disposition = Stack->Parameters.Create.Options >> 24;

    PAGED_CODE();
    if (disposition != FILE_OPEN && disposition != FILE_OPEN_IF) {
        return STATUS_ACCESS_DENIED;
    }
    if ((Stack->Parameters.Create.Options & FILE_DIRECTORY_FILE) != 0) {
        return STATUS_NOT_A_DIRECTORY;
    }
    Stack->FileObject->FsContext = NULL;
    Stack->FileObject->FsContext2 = NULL;
    Stack->FileObject->Vpb = Vcb->Vpb;
    Irp->IoStatus.Information = FILE_OPENED;
    return STATUS_SUCCESS;
}

/* Where the path starts, and the path without what that takes care of. */
static NTSTATUS FatStartOfPath(PVCB Vcb, PFILE_OBJECT File, PFAT_NODE *Start,
                               PUNICODE_STRING Path)
{
    PFCB fcb = File->RelatedFileObject != NULL ? File->RelatedFileObject->FsContext : NULL;
    BOOLEAN absolute = File->FileName.Length != 0 && File->FileName.Buffer[0] == '\\';

    PAGED_CODE();
    *Path = File->FileName;
    if (fcb != NULL) {
        *Start = &fcb->Node;
        if (!FatIsDirectory(*Start) || absolute) {
            return STATUS_INVALID_PARAMETER;
        }
        return (*Start)->Removed || fcb->DeletePending ? STATUS_DELETE_PENDING : STATUS_SUCCESS;
    }
    if (!absolute) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    *Start = Vcb->Volume.Root;
    Path->Buffer++;
    Path->Length -= sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/* A file that is not there: made, opened, and unmade if the opening fails. */
static NTSTATUS FatCreateNew(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack, PFAT_NODE Directory,
                             PCUNICODE_STRING Name, BOOLEAN TrailingSlash)
{
    ULONG options = Stack->Parameters.Create.Options, disposition = options >> 24;
    UCHAR attributes = (UCHAR)(Stack->Parameters.Create.FileAttributes & 0x27);
    BOOLEAN isDirectory = (options & FILE_DIRECTORY_FILE) != 0;
    PFCB parent = CONTAINING_RECORD(Directory, FCB, Node), fcb;
    PFAT_NODE node;
    NTSTATUS status;

    PAGED_CODE();
    if (disposition == FILE_OPEN || disposition == FILE_OVERWRITE) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (TrailingSlash && !isDirectory) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    if (parent->DeletePending) {
        return STATUS_DELETE_PENDING;
    }
    if ((options & FILE_DELETE_ON_CLOSE) != 0 && (attributes & FILE_ATTRIBUTE_READONLY) != 0) {
        return STATUS_CANNOT_DELETE;
    }
    attributes |= isDirectory ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE;
    status = FatCreate(Directory, Name, attributes, &node);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    fcb = CONTAINING_RECORD(node, FCB, Node);
    if (!isDirectory && Irp->Overlay.AllocationSize.QuadPart > 0) {
        status = FatSetAllocation(node, (ULONGLONG)Irp->Overlay.AllocationSize.QuadPart);
    }
    if (NT_SUCCESS(status)) {
        status = FatFinishOpen(Vcb, Stack, fcb);
    }
    if (!NT_SUCCESS(status)) {
        FatDelete(node);
        FatReleaseNode(node);
        return status;
    }
    Irp->IoStatus.Information = FILE_CREATED;
    return STATUS_SUCCESS;
}

/* SL_OPEN_TARGET_DIRECTORY. Information says whether the target itself exists. */
static NTSTATUS FatOpenTarget(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack, PFAT_NODE Directory,
                              PCUNICODE_STRING Last)
{
    PUNICODE_STRING name = &Stack->FileObject->FileName;
    NTSTATUS status;

    PAGED_CODE();
    if (Last->Length == 0) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    status = FatFind(Directory, Last, &Vcb->Volume.Found);
    if (!NT_SUCCESS(status) && status != STATUS_OBJECT_NAME_NOT_FOUND) {
        return status;
    }
    Irp->IoStatus.Information = NT_SUCCESS(status) ? FILE_EXISTS : FILE_DOES_NOT_EXIST;
    FatReferenceNode(Directory);
    status = FatFinishOpen(Vcb, Stack, CONTAINING_RECORD(Directory, FCB, Node));
    if (!NT_SUCCESS(status)) {
        FatReleaseNode(Directory);
        return status;
    }
    RtlMoveMemory(name->Buffer, Last->Buffer, Last->Length);
    name->Length = Last->Length;
    return STATUS_SUCCESS;
}

/* The last component, looked for in its directory: there, or not there. */
static NTSTATUS FatOpenLast(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack, PFAT_NODE Directory,
                            PCUNICODE_STRING Last, BOOLEAN TrailingSlash)
{
    PFAT_NODE node = Directory;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    if (Last->Length != 0) {
        status = FatFind(Directory, Last, &Vcb->Volume.Found);
        if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
            return FatCreateNew(Vcb, Irp, Stack, Directory, Last, TrailingSlash);
        }
        if (NT_SUCCESS(status)) {
            status = FatOpenNode(Directory, &Vcb->Volume.Found, &node);
        }
    } else {
        FatReferenceNode(node);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = FatOpenExisting(Vcb, Irp, Stack, CONTAINING_RECORD(node, FCB, Node), TrailingSlash);
    if (!NT_SUCCESS(status)) {
        FatReleaseNode(node);
    }
    return status;
}

NTSTATUS FatCreateFile(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PFILE_OBJECT file = Stack->FileObject;
    ULONG options = Stack->Parameters.Create.Options;
    UNICODE_STRING path, last;
    PFAT_NODE start, directory;
    BOOLEAN slash;
    NTSTATUS status;

    PAGED_CODE();
    if ((options & FILE_OPEN_BY_FILE_ID) != 0 || options >> 24 > FILE_MAXIMUM_DISPOSITION ||
        (options & (FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE)) ==
            (FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (file->FileName.Length == 0 &&
        (file->RelatedFileObject == NULL || file->RelatedFileObject->FsContext == NULL)) {
        return FatOpenVolume(Vcb, Irp, Stack);
    }
    status = FatStartOfPath(Vcb, file, &start, &path);
    if (NT_SUCCESS(status)) {
        status = FatWalk(start, &path, &directory, &last, &slash);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = (Stack->Flags & SL_OPEN_TARGET_DIRECTORY) != 0
                 ? FatOpenTarget(Vcb, Irp, Stack, directory, &last)
                 : FatOpenLast(Vcb, Irp, Stack, directory, &last, slash);
    FatReleaseNode(directory);
    return status;
}
