/* IRP_MN_QUERY_DIRECTORY: listing a directory, entry after entry, into the caller's buffer.
 *
 * The four layouts begin alike, so one routine fills them and a table says how long each is. The
 * pattern comes with the first call and stays in the CCB. Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: asked at PASSIVE_LEVEL. */
#pragma code_seg("PAGE")
#endif

/* Bytes before the name; 0 for a class that is not a directory listing. */
static ULONG FatEntryHeader(FILE_INFORMATION_CLASS Class)
{
    PAGED_CODE();
    switch (Class) {
    case FileDirectoryInformation:
        return FIELD_OFFSET(FILE_DIRECTORY_INFORMATION, FileName);
    case FileFullDirectoryInformation:
        return FIELD_OFFSET(FILE_FULL_DIR_INFORMATION, FileName);
    case FileBothDirectoryInformation:
        return FIELD_OFFSET(FILE_BOTH_DIR_INFORMATION, FileName);
    case FileNamesInformation:
        return FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName);
    default:
        return 0;
    }
}

/* Size and times of an open file are newer in its node than in its directory entry. */
static VOID FatFreshen(PFAT_NODE Directory, PFAT_FOUND Found)
{
    PLIST_ENTRY head = &Directory->Volume->Nodes, link;

    PAGED_CODE();
    for (link = head->Flink; link != head; link = link->Flink) {
        PFAT_NODE node = CONTAINING_RECORD(link, FAT_NODE, Link);

        if (node->Parent == Directory && node->Offset == Found->Offset && node->EntryDirty &&
            !node->Removed) {
            FatNodeToDirent(node, &Found->Dirent);
        }
    }
}

static VOID FatFillTimes(PFAT_VOLUME V, const FAT_DIRENT *D, PFILE_BOTH_DIR_INFORMATION Info)
{
    ULONG clusters;

    PAGED_CODE();
    Info->CreationTime.QuadPart = FatTimeFromDos(D->CreateDate, D->CreateTime, D->CreateTenths);
    Info->LastWriteTime.QuadPart = FatTimeFromDos(D->WriteDate, D->WriteTime, 0);
    Info->LastAccessTime.QuadPart = FatTimeFromDos(D->AccessDate, 0, 0);
    Info->ChangeTime = Info->LastWriteTime;
    if ((D->Attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        clusters = FatClustersFor(V, D->Size);
        Info->EndOfFile.QuadPart = D->Size;
        Info->AllocationSize.QuadPart = (LONGLONG)clusters << V->ClusterShift;
    }
    Info->FileAttributes = D->Attributes & FAT_ATTRIBUTES_KEPT;
    if (Info->FileAttributes == 0) {
        Info->FileAttributes = FILE_ATTRIBUTE_NORMAL;
    }
}

/* One entry. NameBytes: how much of the name goes in. */
static VOID FatFillEntry(PFAT_VOLUME V, FILE_INFORMATION_CLASS Class, PFAT_FOUND Found,
                         PVOID Buffer, ULONG NameBytes)
{
    PFILE_BOTH_DIR_INFORMATION both = Buffer;
    PFILE_NAMES_INFORMATION names = Buffer;
    ULONG header = FatEntryHeader(Class);

    PAGED_CODE();
    RtlZeroMemory(Buffer, header);
    if (Class == FileNamesInformation) {
        names->FileNameLength = Found->NameLength * sizeof(WCHAR);
    } else {
        FatFillTimes(V, &Found->Dirent, both);
        both->FileNameLength = Found->NameLength * sizeof(WCHAR);
    }
    if (Class == FileBothDirectoryInformation &&
        !FatNamesEqual(Found->Name, Found->NameLength, Found->Short, Found->ShortLength)) {
        both->ShortNameLength = (CCHAR)(Found->ShortLength * sizeof(WCHAR));
        RtlCopyMemory(both->ShortName, Found->Short, Found->ShortLength * sizeof(WCHAR));
    }
    RtlCopyMemory((PUCHAR)Buffer + header, Found->Name, NameBytes);
}

static NTSTATUS FatKeepPattern(PCCB Ccb, PUNICODE_STRING Pattern)
{
    PAGED_CODE();
    Ccb->Started = TRUE;
    if (Pattern == NULL || Pattern->Length == 0) {
        return STATUS_SUCCESS; /* everything */
    }
    if (Pattern->Length > 2 * FAT_NAME_MAX * sizeof(WCHAR)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    if (Ccb->Pattern.Buffer != NULL) {
        ExFreePoolWithTag(Ccb->Pattern.Buffer, FAT_TAG);
        Ccb->Pattern.Length = 0;
    }
    Ccb->Pattern.Buffer = ExAllocatePoolWithTag(PagedPool, Pattern->Length, FAT_TAG);
    if (Ccb->Pattern.Buffer == NULL) {
        Ccb->Started = FALSE;
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Ccb->Pattern.Buffer, Pattern->Buffer, Pattern->Length);
    Ccb->Pattern.Length = Ccb->Pattern.MaximumLength = Pattern->Length;
    return STATUS_SUCCESS;
}

static BOOLEAN FatWanted(PCCB Ccb, PFAT_FOUND Found)
{
    ULONG length = Ccb->Pattern.Length / sizeof(WCHAR);

    PAGED_CODE();
    return length == 0 ||
           FatNameMatches(Ccb->Pattern.Buffer, length, Found->Name, Found->NameLength) ||
           FatNameMatches(Ccb->Pattern.Buffer, length, Found->Short, Found->ShortLength);
}

/* Fills the buffer from Ccb->Offset on. Used: bytes in it. */
static NTSTATUS FatList(PFCB Fcb, PCCB Ccb, PIO_STACK_LOCATION Stack, PUCHAR Buffer,
                        PULONG_PTR Used)
{
    FILE_INFORMATION_CLASS class = Stack->Parameters.QueryDirectory.FileInformationClass;
    ULONG length = Stack->Parameters.QueryDirectory.Length, header = FatEntryHeader(class);
    PFAT_VOLUME v = Fcb->Node.Volume;
    PFAT_FOUND found = &v->Found;
    ULONG next = Ccb->Offset, at = 0, name;
    PULONG link = NULL; /* NextEntryOffset of the entry before */
    NTSTATUS status;

    PAGED_CODE();
    for (;;) {
        status = FatNextFound(&Fcb->Node, &next, found);
        if (!NT_SUCCESS(status)) {
            break;
        }
        if (!FatWanted(Ccb, found)) {
            Ccb->Offset = next;
            continue;
        }
        name = found->NameLength * sizeof(WCHAR);
        if (link != NULL && (at > length || header + name > length - at)) {
            return STATUS_SUCCESS; /* the next call's */
        }
        FatFreshen(&Fcb->Node, found);
        name = min(name, length - header);
        FatFillEntry(v, class, found, Buffer + at, name);
        *Used = at + header + name;
        if (link != NULL) {
            *link = at - (ULONG)((PUCHAR)link - Buffer);
        }
        link = (PULONG)(Buffer + at);
        at = (at + header + name + 7) & ~7u;
        Ccb->Offset = next;
        Ccb->Matched = TRUE;
        if (name < found->NameLength * sizeof(WCHAR)) {
            return STATUS_BUFFER_OVERFLOW;
        }
        if ((Stack->Flags & SL_RETURN_SINGLE_ENTRY) != 0) {
            return STATUS_SUCCESS;
        }
    }
    if (status == STATUS_NO_MORE_FILES && link != NULL) {
        return STATUS_SUCCESS;
    }
    if (status == STATUS_NO_MORE_FILES && !Ccb->Matched) {
        return STATUS_NO_SUCH_FILE;
    }
    return status;
}

NTSTATUS FatDirectoryControl(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PFCB fcb = Stack->FileObject->FsContext;
    PCCB ccb = Stack->FileObject->FsContext2;
    PUCHAR buffer = Irp->UserBuffer;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    if (Stack->MinorFunction != IRP_MN_QUERY_DIRECTORY) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (fcb == NULL || !FatIsDirectory(&fcb->Node)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (FatEntryHeader(Stack->Parameters.QueryDirectory.FileInformationClass) == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Stack->Parameters.QueryDirectory.Length <
        FatEntryHeader(Stack->Parameters.QueryDirectory.FileInformationClass)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Irp->MdlAddress != NULL) {
        buffer = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    } else if (buffer == NULL) {
        buffer = Irp->AssociatedIrp.SystemBuffer;
    }
    if (buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if ((Stack->Flags & SL_RESTART_SCAN) != 0) {
        ccb->Offset = 0;
        ccb->Matched = FALSE;
        ccb->Started &= Stack->Parameters.QueryDirectory.FileName == NULL;
    }
    if (!ccb->Started) {
        status = FatKeepPattern(ccb, Stack->Parameters.QueryDirectory.FileName);
    }
    if (NT_SUCCESS(status)) {
        status = FatList(fcb, ccb, Stack, buffer, &Irp->IoStatus.Information);
    }
    return status;
}
