/* FileRenameInformation: another name, another directory, another file in the way.
 *
 * The I/O manager has opened the target's directory (SL_OPEN_TARGET_DIRECTORY) if the new name has
 * one; without it the new name is taken in the file's own directory. A file in the way is deleted
 * first if the caller asked for that and nobody has it open. Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: asked at PASSIVE_LEVEL. */
#pragma code_seg("PAGE")
#endif

/* The part of the new name behind its last backslash, trailing dots and blanks cut off. */
static VOID FatNewName(PFILE_RENAME_INFORMATION Info, PUNICODE_STRING Name)
{
    ULONG end = Info->FileNameLength / sizeof(WCHAR), start = end;

    PAGED_CODE();
    while (start > 0 && Info->FileName[start - 1] != '\\') {
        start--;
    }
    while (end > start && (Info->FileName[end - 1] == '.' || Info->FileName[end - 1] == ' ')) {
        end--;
    }
    Name->Buffer = Info->FileName + start;
    Name->Length = Name->MaximumLength = (USHORT)((end - start) * sizeof(WCHAR));
}

/* Deletes what has the new name already. */
static NTSTATUS FatClearTarget(PVCB Vcb, PFAT_NODE Directory, BOOLEAN Replace)
{
    PFAT_NODE node;
    NTSTATUS status;
    PFCB fcb;

    PAGED_CODE();
    if (!Replace) {
        return STATUS_OBJECT_NAME_COLLISION;
    }
    status = FatOpenNode(Directory, &Vcb->Volume.Found, &node);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    fcb = CONTAINING_RECORD(node, FCB, Node);
    if (FatIsDirectory(node) || fcb->Handles != 0 ||
        (node->Attributes & FILE_ATTRIBUTE_READONLY) != 0) {
        status = STATUS_ACCESS_DENIED;
    } else {
        status = FatDelete(node);
    }
    FatReleaseNode(node);
    return status;
}

NTSTATUS FatSetRename(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PFILE_RENAME_INFORMATION info = Irp->AssociatedIrp.SystemBuffer;
    PFILE_OBJECT target = Stack->Parameters.SetFile.FileObject;
    PFCB fcb = Stack->FileObject->FsContext;
    PFAT_NODE node = &fcb->Node, directory = node->Parent;
    PFAT_FOUND found = &Vcb->Volume.Found;
    UNICODE_STRING name;
    NTSTATUS status;

    PAGED_CODE();
    if (info->FileNameLength >
            Stack->Parameters.SetFile.Length - FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) ||
        node->Parent == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    if (fcb->Paging != NULL || (FatIsDirectory(node) && node->Children != 0)) {
        return STATUS_ACCESS_DENIED; /* open files below must keep their path */
    }
    if (target != NULL) {
        if (target->FsContext == NULL || target->Vpb != Vcb->Vpb) {
            return STATUS_NOT_SAME_DEVICE;
        }
        directory = &((PFCB)target->FsContext)->Node;
    }
    FatNewName(info, &name);
    if (!FatIsNameLegal(&name)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    if (!FatIsDirectory(directory) || directory->Removed) {
        return STATUS_OBJECT_PATH_NOT_FOUND;
    }
    status = FatFind(directory, &name, found);
    if (NT_SUCCESS(status) && !(directory == node->Parent && found->Offset == node->Offset)) {
        status = FatClearTarget(Vcb, directory,
                                info->ReplaceIfExists ||
                                    Stack->Parameters.SetFile.ReplaceIfExists);
    } else if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
        status = STATUS_SUCCESS;
    }
    return NT_SUCCESS(status) ? FatRename(node, directory, &name) : status;
}
