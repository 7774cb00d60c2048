/* Operations on the tree: walk a path, create, delete, rename.
 *
 * Each leaves the directory it worked on flushed, in the order fat.h lays down, and either did
 * all of it or left things as they were. The caller has checked sharing, attributes and, but for
 * the walk, that the name is legal and not taken. Guard: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: create, delete and rename happen at PASSIVE_LEVEL and serve no page fault. */
#pragma code_seg("PAGE")
#endif

/* Takes the first component off Path. Trailing dots and spaces do not count, as everywhere. */
static BOOLEAN FatComponent(PUNICODE_STRING Path, PUNICODE_STRING First, PBOOLEAN Slash)
{
    USHORT length = 0, bytes;

    PAGED_CODE();
    while (length < Path->Length / sizeof(WCHAR) && Path->Buffer[length] != '\\') {
        length++;
    }
    *Slash = length < Path->Length / sizeof(WCHAR);
    First->Buffer = Path->Buffer;
    bytes = (USHORT)((length + *Slash) * sizeof(WCHAR));
    Path->Buffer += length + *Slash;
    Path->Length -= bytes;
    while (length > 0 && (First->Buffer[length - 1] == '.' || First->Buffer[length - 1] == ' ')) {
        length--;
    }
    First->Length = First->MaximumLength = (USHORT)(length * sizeof(WCHAR));
    return FatIsNameLegal(First);
}

/* Follows Path ("a\b\c", without a leading backslash) from Start to the directory that holds its
 * last component. Parent: referenced. Last: the last component, empty if Path is. */
NTSTATUS FatWalk(PFAT_NODE Start, PCUNICODE_STRING Path, PFAT_NODE *Parent,
                 PUNICODE_STRING Last, PBOOLEAN TrailingSlash)
{
    PFAT_FOUND found = &Start->Volume->Found;
    UNICODE_STRING rest = *Path;
    PFAT_NODE at = Start, next;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    *TrailingSlash = FALSE;
    Last->Buffer = rest.Buffer;
    Last->Length = Last->MaximumLength = 0;
    FatReferenceNode(at);
    while (rest.Length != 0) {
        if (!FatComponent(&rest, Last, TrailingSlash)) {
            status = STATUS_OBJECT_NAME_INVALID;
        } else if (!FatIsDirectory(at) || at->Removed) {
            status = STATUS_OBJECT_PATH_NOT_FOUND;
        }
        if (!NT_SUCCESS(status) || rest.Length == 0) {
            break;
        }
        status = FatFind(at, Last, found);
        if (NT_SUCCESS(status)) {
            status = FatOpenNode(at, found, &next);
        }
        if (!NT_SUCCESS(status)) {
            break;
        }
        FatReleaseNode(at);
        at = next;
    }
    if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
        status = STATUS_OBJECT_PATH_NOT_FOUND;
    }
    if (!NT_SUCCESS(status)) {
        FatReleaseNode(at);
        at = NULL;
    }
    *Parent = at;
    return status;
}

/* Clusters of a new directory: the dot entries, then zeros. Written past the cache. */
static NTSTATUS FatMakeDirectory(PFAT_NODE Parent, PFAT_DIRENT Dirent)
{
    PFAT_VOLUME V = Parent->Volume;
    PFAT_DIRENT dots = (PFAT_DIRENT)V->Bounce;
    ULONG up = Parent->Parent != NULL ? Parent->FirstCluster : 0, first, last;
    NTSTATUS status;

    PAGED_CODE();
    status = FatAllocateChain(V, 1, 0, &first, &last);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    Dirent->ClusterHigh = (USHORT)(first >> 16);
    Dirent->ClusterLow = (USHORT)first;
    status = FatZeroClusters(V, first, 1);
    if (NT_SUCCESS(status)) {
        RtlZeroMemory(V->Bounce, FAT_SECTOR);
        dots[0] = dots[1] = *Dirent;
        RtlCopyMemory(dots[0].Name, ".          ", 11);
        RtlCopyMemory(dots[1].Name, "..         ", 11);
        dots[1].ClusterHigh = (USHORT)(up >> 16);
        dots[1].ClusterLow = (USHORT)up;
        status = V->Device->Write(V->Device, FatClusterSector(V, first), 1, V->Bounce);
    }
    if (!NT_SUCCESS(status)) {
        FatFreeChain(V, first, TRUE);
    }
    return status;
}

/* A new file or directory, its node referenced. */
NTSTATUS FatCreate(PFAT_NODE Directory, PCUNICODE_STRING Name, UCHAR Attributes, PFAT_NODE *Node)
{
    PFAT_VOLUME V = Directory->Volume;
    PFAT_FOUND found = &V->Found;
    PFAT_DIRENT d = &found->Dirent;
    BOOLEAN isDirectory = (Attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    *Node = NULL;
    RtlZeroMemory(d, sizeof(*d));
    d->Attributes = Attributes & FAT_ATTRIBUTES_KEPT;
    FatTimeToDos(V->Device->Now(V->Device), &d->CreateDate, &d->CreateTime, &d->CreateTenths);
    d->WriteDate = d->AccessDate = d->CreateDate;
    d->WriteTime = d->CreateTime;
    if (isDirectory) {
        status = FatMakeDirectory(Directory, d);
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    status = FatInsertEntry(Directory, Name, d, &found->Offset, &found->FirstOffset);
    if (NT_SUCCESS(status)) {
        found->NameLength = Name->Length / sizeof(WCHAR);
        RtlCopyMemory(found->Name, Name->Buffer, Name->Length);
        status = FatCacheFlush(V);
        if (NT_SUCCESS(status)) {
            status = FatOpenNode(Directory, found, Node);
        }
        if (!NT_SUCCESS(status)) {
            FatRemoveEntry(Directory, found->FirstOffset, found->Offset);
        }
    }
    if (!NT_SUCCESS(status) && isDirectory) {
        FatFreeChain(V, (ULONG)d->ClusterHigh << 16 | d->ClusterLow, TRUE);
    }
    if (!NT_SUCCESS(status)) {
        FatCacheFlush(V); /* take it back on the disk as well, if it lets us */
    }
    return status;
}

/* Removes the entry and then frees the clusters. A corrupt chain is left alone: freeing it could
 * free what belongs to others. If the entry's removal does not reach the disk the clusters stay
 * taken, which a checker mends; the other way round it could not. */
NTSTATUS FatDelete(PFAT_NODE Node)
{
    PFAT_VOLUME V = Node->Volume;
    NTSTATUS status;

    PAGED_CODE();
    NT_ASSERT(Node->Parent != NULL && !Node->Removed);
    status = FatMeasureNode(Node);
    if (NT_SUCCESS(status) && FatIsDirectory(Node)) {
        status = FatIsEmpty(Node);
    }
    if (NT_SUCCESS(status)) {
        status = FatRemoveEntry(Node->Parent, Node->FirstOffset, Node->Offset);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    Node->Removed = TRUE;
    status = FatCacheFlush(V);
    if (NT_SUCCESS(status)) {
        status = FatFreeChain(V, Node->FirstCluster, FatIsDirectory(Node));
        Node->FirstCluster = 0;
        Node->Clusters = 0;
        Node->FileSize = Node->ValidSize = 0;
        FatCacheFlush(V);
    }
    return status;
}

/* Only the case changes and no long name is needed: the entry stays where it is. */
static NTSTATUS FatRenameInPlace(PFAT_NODE Node, PFAT_DIRENT Dirent)
{
    NTSTATUS status;

    PAGED_CODE();
    status = FatWriteSlot(Node->Parent, Node->Offset, Dirent);
    if (NT_SUCCESS(status) && Node->FirstOffset != Node->Offset) {
        status = FatRemoveEntry(Node->Parent, Node->FirstOffset, Node->Offset - FAT_DIRENT_SIZE);
    }
    if (NT_SUCCESS(status)) {
        Node->FirstOffset = Node->Offset;
        FatCacheFlush(Node->Volume); /* done in the cache: what fails here is tried again */
    }
    return status;
}

static NTSTATUS FatSetDotDot(PFAT_NODE Directory, PFAT_NODE Parent)
{
    ULONG up = Parent->Parent != NULL ? Parent->FirstCluster : 0;
    NTSTATUS status;
    FAT_DIRENT slot;

    PAGED_CODE();
    status = FatReadSlot(Directory, FAT_DIRENT_SIZE, &slot);
    if (NT_SUCCESS(status) && RtlCompareMemory(slot.Name, "..         ", 11) == 11) {
        slot.ClusterHigh = (USHORT)(up >> 16);
        slot.ClusterLow = (USHORT)up;
        status = FatWriteSlot(Directory, FAT_DIRENT_SIZE, &slot);
    }
    return status;
}

/* The new entry first, then the old one goes: a crash between leaves the file with two names. */
static NTSTATUS FatRenameMove(PFAT_NODE Node, PFAT_NODE Directory, PCUNICODE_STRING Name,
                              PFAT_DIRENT Dirent)
{
    BOOLEAN moved = Directory != Node->Parent;
    ULONG offset, first;
    NTSTATUS status;

    PAGED_CODE();
    status = FatInsertEntry(Directory, Name, Dirent, &offset, &first);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = FatCacheFlush(Node->Volume);
    if (NT_SUCCESS(status) && moved && FatIsDirectory(Node)) {
        status = FatSetDotDot(Node, Directory);
    }
    if (NT_SUCCESS(status)) {
        status = FatRemoveEntry(Node->Parent, Node->FirstOffset, Node->Offset);
    }
    if (!NT_SUCCESS(status)) {
        FatRemoveEntry(Directory, first, offset);
        if (moved && FatIsDirectory(Node)) {
            FatSetDotDot(Node, Node->Parent);
        }
        return status;
    }
    Node->Offset = offset;
    Node->FirstOffset = first;
    if (moved) {
        PFAT_NODE old = Node->Parent;

        FatReferenceNode(Directory);
        Directory->Children++;
        old->Children--;
        Node->Parent = Directory;
        FatReleaseNode(old);
    }
    FatCacheFlush(Node->Volume); /* done in the cache: what fails here is tried again */
    return STATUS_SUCCESS;
}

/* Gives Node the name Name in Directory, which may be its own. */
NTSTATUS FatRename(PFAT_NODE Node, PFAT_NODE Directory, PCUNICODE_STRING Name)
{
    PFAT_NODE up;
    FAT_DIRENT entry;
    UCHAR basis[11], lower;
    NTSTATUS status;
    PWCHAR buffer;

    PAGED_CODE();
    for (up = Directory; up != NULL; up = up->Parent) {
        if (up == Node) {
            return STATUS_INVALID_PARAMETER; /* into itself */
        }
    }
    buffer = ExAllocatePoolWithTag(PagedPool, Name->Length, FAT_TAG);
    if (buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(buffer, Name->Buffer, Name->Length);
    status = FatReadSlot(Node->Parent, Node->Offset, &entry);
    if (NT_SUCCESS(status)) {
        FatNodeToDirent(Node, &entry);
        if (Directory == Node->Parent && FatMakeShortName(Name, basis, &lower) &&
            RtlCompareMemory(basis, entry.Name, 11) == 11) {
            entry.Case = lower;
            status = FatRenameInPlace(Node, &entry);
        } else {
            status = FatRenameMove(Node, Directory, Name, &entry);
        }
    }
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(buffer, FAT_TAG);
        return status;
    }
    ExFreePoolWithTag(Node->Name.Buffer, FAT_TAG);
    Node->Name.Buffer = buffer;
    Node->Name.Length = Node->Name.MaximumLength = Name->Length;
    return STATUS_SUCCESS;
}
