/* File data: read, write, change of size.
 *
 * Whole sectors go straight between the caller's buffer and the disk; a partial sector goes
 * through the volume's bounce buffer. FAT32 stores no valid data length, so a node keeps one in
 * memory: bytes from ValidSize to FileSize read as zeros and are zeroed on the disk before
 * something is written behind them, or at the latest when the file is settled (last close, flush).
 * Guard: the volume's lock, held across the transfer. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: ordinary reads and writes only. A page fault taken here is served through paging.c,
 * which needs neither this code nor the volume's lock. */
#pragma code_seg("PAGE")
#endif

#define FAT_SIZE_LIMIT 0xFFFFFFFFull /* the size field has 32 bits */

ULONG FatClustersFor(PFAT_VOLUME V, ULONGLONG Bytes)
{
    PAGED_CODE();
    return (ULONG)((Bytes + V->ClusterBytes - 1) >> V->ClusterShift);
}

/* Part of one sector. Buffer NULL: zeros. */
static NTSTATUS FatPartSector(PFAT_VOLUME V, ULONG Sector, ULONG Skew, PUCHAR Buffer, ULONG Length,
                              BOOLEAN Write)
{
    NTSTATUS status;

    PAGED_CODE();
    status = V->Device->Read(V->Device, Sector, 1, V->Bounce);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (!Write) {
        RtlCopyMemory(Buffer, V->Bounce + Skew, Length);
        return STATUS_SUCCESS;
    }
    if (Buffer != NULL) {
        RtlCopyMemory(V->Bounce + Skew, Buffer, Length);
    } else {
        RtlZeroMemory(V->Bounce + Skew, Length);
    }
    return V->Device->Write(V->Device, Sector, 1, V->Bounce);
}

static NTSTATUS FatWholeSectors(PFAT_VOLUME V, ULONG Sector, PUCHAR Buffer, ULONG Count,
                                BOOLEAN Write)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG now;

    PAGED_CODE();
    if (!Write) {
        return V->Device->Read(V->Device, Sector, Count, Buffer);
    }
    if (Buffer != NULL) {
        return V->Device->Write(V->Device, Sector, Count, Buffer);
    }
    RtlZeroMemory(V->Bounce, FAT_BOUNCE_SECTORS * FAT_SECTOR);
    for (; NT_SUCCESS(status) && Count != 0; Count -= now, Sector += now) {
        now = min(Count, FAT_BOUNCE_SECTORS);
        status = V->Device->Write(V->Device, Sector, now, V->Bounce);
    }
    return status;
}

/* Bytes that lie in one piece on the disk, from Skew bytes into Sector on. */
static NTSTATUS FatTransferRun(PFAT_VOLUME V, ULONG Sector, ULONG Skew, PUCHAR Buffer,
                               ULONG Length, BOOLEAN Write)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG now;

    PAGED_CODE();
    while (NT_SUCCESS(status) && Length != 0) {
        if (Skew != 0 || Length < FAT_SECTOR) {
            now = min(Length, FAT_SECTOR - Skew);
            status = FatPartSector(V, Sector, Skew, Buffer, now, Write);
        } else {
            now = Length & ~(FAT_SECTOR - 1);
            status = FatWholeSectors(V, Sector, Buffer, now >> FAT_SECTOR_SHIFT, Write);
        }
        Sector += (Skew + now) >> FAT_SECTOR_SHIFT;
        Skew = 0;
        Buffer = Buffer != NULL ? Buffer + now : NULL;
        Length -= now;
    }
    return status;
}

/* Done: bytes moved before a failure, to the granularity of runs. The chain must be long enough. */
static NTSTATUS FatTransfer(PFAT_NODE Node, ULONG Offset, PUCHAR Buffer, ULONG Length,
                            BOOLEAN Write, PULONG Done)
{
    PFAT_VOLUME V = Node->Volume;
    ULONG within, cluster, count, now;
    NTSTATUS status;

    PAGED_CODE();
    for (*Done = 0; *Done < Length; *Done += now, Offset += now) {
        within = Offset & (V->ClusterBytes - 1);
        status = FatMapNode(Node, Offset >> V->ClusterShift,
                            FatClustersFor(V, (ULONGLONG)within + Length - *Done), &cluster,
                            &count);
        if (!NT_SUCCESS(status)) {
            return status == STATUS_END_OF_FILE ? STATUS_FILE_CORRUPT_ERROR : status;
        }
        now = (ULONG)min((ULONGLONG)count * V->ClusterBytes - within, Length - *Done);
        status = FatTransferRun(V, FatClusterSector(V, cluster) + (within >> FAT_SECTOR_SHIFT),
                                within & (FAT_SECTOR - 1),
                                Buffer != NULL ? Buffer + *Done : NULL, now, Write);
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    return STATUS_SUCCESS;
}

/* Reads at most up to the end of the file. Done: bytes read, on failure too. */
NTSTATUS FatReadNode(PFAT_NODE Node, ULONG Offset, PVOID Buffer, ULONG Length, PULONG Done)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG stored;

    PAGED_CODE();
    *Done = 0;
    if (Node->Removed) {
        return STATUS_FILE_DELETED;
    }
    if (Length == 0) {
        return STATUS_SUCCESS;
    }
    if (Offset >= Node->FileSize) {
        return STATUS_END_OF_FILE;
    }
    Length = min(Length, Node->FileSize - Offset);
    stored = Offset < Node->ValidSize ? min(Length, Node->ValidSize - Offset) : 0;
    if (stored != 0) {
        status = FatTransfer(Node, Offset, Buffer, stored, FALSE, Done);
    }
    if (NT_SUCCESS(status)) {
        RtlZeroMemory((PUCHAR)Buffer + stored, Length - stored);
        *Done = Length;
    }
    return status;
}

/* Writes zeros from ValidSize to End. */
static NTSTATUS FatZeroGap(PFAT_NODE Node, ULONG End)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG done;

    PAGED_CODE();
    if (Node->ValidSize < End) {
        if (!Node->NoZeroing) {
            status = FatTransfer(Node, Node->ValidSize, NULL, End - Node->ValidSize, TRUE, &done);
        }
        if (NT_SUCCESS(status)) {
            Node->ValidSize = End;
        }
    }
    return status;
}

/* Writes all of it or fails; a file that was to grow keeps its old size then. */
NTSTATUS FatWriteNode(PFAT_NODE Node, ULONGLONG Offset, PVOID Buffer, ULONG Length)
{
    ULONGLONG end = Offset + Length;
    ULONG old, done;
    NTSTATUS status;

    PAGED_CODE();
    if (Node->Removed) {
        return STATUS_FILE_DELETED;
    }
    if (Length == 0) {
        return STATUS_SUCCESS;
    }
    if (end > FAT_SIZE_LIMIT || end < Offset) {
        return STATUS_DISK_FULL;
    }
    status = FatMeasureNode(Node);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    old = Node->Clusters;
    status = FatGrowNode(Node, FatClustersFor(Node->Volume, end));
    if (NT_SUCCESS(status)) {
        status = FatMarkDirty(Node->Volume);
    }
    if (NT_SUCCESS(status)) {
        status = FatZeroGap(Node, (ULONG)Offset);
    }
    if (NT_SUCCESS(status)) {
        status = FatTransfer(Node, (ULONG)Offset, Buffer, Length, TRUE, &done);
    }
    if (!NT_SUCCESS(status)) {
        Node->ValidSize = min(Node->ValidSize, Node->FileSize);
        if (Node->Clusters > old) {
            FatShrinkNode(Node, old); /* failing that, the file settles later */
        }
        return status;
    }
    Node->ValidSize = (ULONG)max(end, Node->ValidSize);
    Node->FileSize = max(Node->FileSize, Node->ValidSize);
    Node->LastWriteTime = Node->Volume->Device->Now(Node->Volume->Device);
    Node->Attributes |= FILE_ATTRIBUTE_ARCHIVE;
    Node->EntryDirty = TRUE;
    return STATUS_SUCCESS;
}

static NTSTATUS FatCut(PFAT_NODE Node, ULONG Size)
{
    ULONG oldSize = Node->FileSize, oldValid = Node->ValidSize;
    ULONG keep = FatClustersFor(Node->Volume, Size);
    NTSTATUS status;

    PAGED_CODE();
    Node->FileSize = Size;
    Node->ValidSize = min(Node->ValidSize, Size);
    Node->EntryDirty = TRUE;
    status = FatShrinkNode(Node, keep);
    if (!NT_SUCCESS(status) && Node->Clusters > keep) {
        Node->FileSize = oldSize; /* nothing was freed */
        Node->ValidSize = oldValid;
    }
    return status;
}

/* Sets the end of file. A file that grows owns its clusters at once; a page file's entry says so
 * on the disk at once too, since nobody will close it for a long time. */
NTSTATUS FatSetSize(PFAT_NODE Node, ULONGLONG Size)
{
    NTSTATUS status;

    PAGED_CODE();
    if (Node->Removed) {
        return STATUS_FILE_DELETED;
    }
    if (Size > FAT_SIZE_LIMIT) {
        return STATUS_DISK_FULL;
    }
    status = FatMeasureNode(Node);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (Size < Node->FileSize) {
        status = FatCut(Node, (ULONG)Size);
    } else {
        status = FatGrowNode(Node, FatClustersFor(Node->Volume, Size));
        if (NT_SUCCESS(status)) {
            Node->FileSize = (ULONG)Size;
            Node->EntryDirty = TRUE;
        }
    }
    if (NT_SUCCESS(status)) {
        Node->LastWriteTime = Node->Volume->Device->Now(Node->Volume->Device);
        if (Node->NoZeroing) {
            Node->ValidSize = Node->FileSize;
            status = FatWriteEntry(Node);
            if (NT_SUCCESS(status)) {
                status = FatCacheFlush(Node->Volume);
            }
        }
    }
    return status;
}

/* Space beyond the end is kept until the file is settled; less space than data cuts the data. */
NTSTATUS FatSetAllocation(PFAT_NODE Node, ULONGLONG Bytes)
{
    ULONG clusters;
    NTSTATUS status;

    PAGED_CODE();
    if (Bytes < Node->FileSize) {
        return FatSetSize(Node, Bytes);
    }
    if (Node->Removed || Bytes > FAT_SIZE_LIMIT) {
        return Node->Removed ? STATUS_FILE_DELETED : STATUS_DISK_FULL;
    }
    clusters = FatClustersFor(Node->Volume, Bytes);
    status = FatGrowNode(Node, clusters);
    return NT_SUCCESS(status) ? FatShrinkNode(Node, clusters) : status;
}

/* Makes the disk agree with the node: zeros written, spare clusters given back, entry current.
 * What goes to the cache is the caller's to flush. */
NTSTATUS FatSettleNode(PFAT_NODE Node)
{
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    if (Node->Removed) {
        return STATUS_SUCCESS;
    }
    if (!FatIsDirectory(Node)) {
        status = FatZeroGap(Node, Node->FileSize);
        if (NT_SUCCESS(status) && Node->Measured) {
            status = FatShrinkNode(Node, FatClustersFor(Node->Volume, Node->FileSize));
        }
    }
    if (NT_SUCCESS(status) && Node->EntryDirty) {
        status = FatWriteEntry(Node);
    }
    return status;
}
