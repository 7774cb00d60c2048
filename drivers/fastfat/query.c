/* IRP_MJ_QUERY_INFORMATION: what is known of an open file. Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: asked at PASSIVE_LEVEL. */
#pragma code_seg("PAGE")
#endif

static ULONG FatShownAttributes(PFAT_NODE Node)
{
    PAGED_CODE();
    return Node->Attributes != 0 ? Node->Attributes : FILE_ATTRIBUTE_NORMAL;
}

/* Bytes on the disk. A chain that is corrupt counts as the file's size. */
static LONGLONG FatAllocated(PFAT_NODE Node)
{
    PAGED_CODE();
    if (NT_SUCCESS(FatMeasureNode(Node))) {
        return (LONGLONG)Node->Clusters << Node->Volume->ClusterShift;
    }
    return Node->FileSize;
}

static VOID FatQueryBasic(PFAT_NODE Node, PFILE_BASIC_INFORMATION Info)
{
    PAGED_CODE();
    RtlZeroMemory(Info, sizeof(*Info));
    Info->CreationTime.QuadPart = Node->CreationTime;
    Info->LastAccessTime.QuadPart = Node->LastAccessTime;
    Info->LastWriteTime.QuadPart = Node->LastWriteTime;
    Info->ChangeTime.QuadPart = Node->LastWriteTime;
    Info->FileAttributes = FatShownAttributes(Node);
}

static VOID FatQueryStandard(PFCB Fcb, PFILE_STANDARD_INFORMATION Info)
{
    PAGED_CODE();
    RtlZeroMemory(Info, sizeof(*Info));
    Info->AllocationSize.QuadPart = FatAllocated(&Fcb->Node);
    Info->EndOfFile.QuadPart = Fcb->Node.FileSize;
    Info->NumberOfLinks = Fcb->DeletePending ? 0 : 1;
    Info->DeletePending = Fcb->DeletePending;
    Info->Directory = FatIsDirectory(&Fcb->Node);
}

static VOID FatQueryNetwork(PFAT_NODE Node, PFILE_NETWORK_OPEN_INFORMATION Info)
{
    PAGED_CODE();
    RtlZeroMemory(Info, sizeof(*Info));
    Info->CreationTime.QuadPart = Node->CreationTime;
    Info->LastAccessTime.QuadPart = Node->LastAccessTime;
    Info->LastWriteTime.QuadPart = Node->LastWriteTime;
    Info->ChangeTime.QuadPart = Node->LastWriteTime;
    Info->AllocationSize.QuadPart = FatAllocated(Node);
    Info->EndOfFile.QuadPart = Node->FileSize;
    Info->FileAttributes = FatShownAttributes(Node);
}

/* As much of the path as there is room for; STATUS_BUFFER_OVERFLOW if that is not all. */
static NTSTATUS FatQueryName(PFAT_NODE Node, PFILE_NAME_INFORMATION Info, ULONG Length,
                             PULONG Used)
{
    ULONG room = (Length - FIELD_OFFSET(FILE_NAME_INFORMATION, FileName)) / sizeof(WCHAR);
    ULONG chars = FatPathLength(Node), fits = min(chars, room);

    PAGED_CODE();
    Info->FileNameLength = chars * sizeof(WCHAR);
    FatPathCopy(Node, Info->FileName, fits);
    *Used = FIELD_OFFSET(FILE_NAME_INFORMATION, FileName) + fits * sizeof(WCHAR);
    return fits < chars ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* Everything at once. Access and mode belong to the handle, not to the file: zero here. */
static NTSTATUS FatQueryAll(PFCB Fcb, PFILE_OBJECT File, PFILE_ALL_INFORMATION Info, ULONG Length,
                            PULONG Used)
{
    ULONG before = FIELD_OFFSET(FILE_ALL_INFORMATION, NameInformation), name;
    NTSTATUS status;

    PAGED_CODE();
    RtlZeroMemory(Info, before);
    FatQueryBasic(&Fcb->Node, &Info->BasicInformation);
    FatQueryStandard(Fcb, &Info->StandardInformation);
    Info->InternalInformation.IndexNumber.QuadPart = (ULONG_PTR)Fcb;
    Info->PositionInformation.CurrentByteOffset = File->CurrentByteOffset;
    Info->AlignmentInformation.AlignmentRequirement =
        File->DeviceObject->AlignmentRequirement;
    status = FatQueryName(&Fcb->Node, &Info->NameInformation, Length - before, &name);
    *Used = before + name;
    return status;
}

static ULONG FatQuerySize(FILE_INFORMATION_CLASS Class)
{
    PAGED_CODE();
    switch (Class) {
    case FileBasicInformation:
        return sizeof(FILE_BASIC_INFORMATION);
    case FileStandardInformation:
        return sizeof(FILE_STANDARD_INFORMATION);
    case FileInternalInformation:
        return sizeof(FILE_INTERNAL_INFORMATION);
    case FileEaInformation:
        return sizeof(FILE_EA_INFORMATION);
    case FilePositionInformation:
        return sizeof(FILE_POSITION_INFORMATION);
    case FileNetworkOpenInformation:
        return sizeof(FILE_NETWORK_OPEN_INFORMATION);
    case FileAttributeTagInformation:
        return sizeof(FILE_ATTRIBUTE_TAG_INFORMATION);
    case FileNameInformation:
        return FIELD_OFFSET(FILE_NAME_INFORMATION, FileName);
    case FileAllInformation:
        return FIELD_OFFSET(FILE_ALL_INFORMATION, NameInformation.FileName);
    default:
        return 0;
    }
}

NTSTATUS FatQueryInformation(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    FILE_INFORMATION_CLASS class = Stack->Parameters.QueryFile.FileInformationClass;
    ULONG length = Stack->Parameters.QueryFile.Length, used = FatQuerySize(class);
    PFCB fcb = Stack->FileObject->FsContext;
    PVOID buffer = Irp->AssociatedIrp.SystemBuffer;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    if (fcb == NULL || used == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (length < used) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    switch (class) {
    case FileBasicInformation:
        FatQueryBasic(&fcb->Node, buffer);
        break;
    case FileStandardInformation:
        FatQueryStandard(fcb, buffer);
        break;
    case FileInternalInformation:
        ((PFILE_INTERNAL_INFORMATION)buffer)->IndexNumber.QuadPart = (ULONG_PTR)fcb;
        break;
    case FileEaInformation:
        ((PFILE_EA_INFORMATION)buffer)->EaSize = 0;
        break;
    case FilePositionInformation:
        ((PFILE_POSITION_INFORMATION)buffer)->CurrentByteOffset =
            Stack->FileObject->CurrentByteOffset;
        break;
    case FileNetworkOpenInformation:
        FatQueryNetwork(&fcb->Node, buffer);
        break;
    case FileAttributeTagInformation:
        ((PFILE_ATTRIBUTE_TAG_INFORMATION)buffer)->FileAttributes = FatShownAttributes(&fcb->Node);
        ((PFILE_ATTRIBUTE_TAG_INFORMATION)buffer)->ReparseTag = 0;
        break;
    case FileAllInformation:
        status = FatQueryAll(fcb, Stack->FileObject, buffer, length, &used);
        break;
    default:
        status = FatQueryName(&fcb->Node, buffer, length, &used);
        break;
    }
    Irp->IoStatus.Information = used;
    return status;
}
