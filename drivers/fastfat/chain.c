/* FAT entries and cluster chains: read, write, follow, measure, map.
 *
 * No chain is trusted before it was walked to its end once (FatMeasureNode): a value out of range,
 * a free or bad cluster in the middle, or more clusters than the volume has (a loop) makes the file
 * corrupt. After that a map from file to disk cannot run away. Guard: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: paging I/O maps by an array of its own (paging.c) and never follows a chain. */
#pragma code_seg("PAGE")
#endif

BOOLEAN FatIsCluster(PFAT_VOLUME V, ULONG Cluster)
{
    PAGED_CODE();
    return Cluster >= 2 && Cluster - 2 < V->ClusterCount;
}

ULONG FatClusterSector(PFAT_VOLUME V, ULONG Cluster)
{
    PAGED_CODE();
    NT_ASSERT(FatIsCluster(V, Cluster));
    return V->DataStart + (Cluster - 2) * V->SectorsPerCluster;
}

NTSTATUS FatGetEntry(PFAT_VOLUME V, ULONG Cluster, PULONG Value)
{
    NTSTATUS status;

    PAGED_CODE();
    NT_ASSERT(FatIsCluster(V, Cluster));
    status = FatCacheRead(V, FatKindFat, V->FatStart + Cluster / (FAT_SECTOR / 4),
                          Cluster % (FAT_SECTOR / 4) * 4, 4, Value);
    *Value &= FAT_ENTRY_MASK;
    return status;
}

NTSTATUS FatSetEntry(PFAT_VOLUME V, ULONG Cluster, ULONG Value)
{
    ULONG sector = V->FatStart + Cluster / (FAT_SECTOR / 4);
    ULONG offset = Cluster % (FAT_SECTOR / 4) * 4;
    NTSTATUS status;
    ULONG old;

    PAGED_CODE();
    NT_ASSERT(FatIsCluster(V, Cluster));
    status = FatCacheRead(V, FatKindFat, sector, offset, 4, &old);
    if (NT_SUCCESS(status)) {
        Value = (old & ~FAT_ENTRY_MASK) | Value;
        status = FatCacheWrite(V, FatKindFat, sector, offset, 4, &Value);
    }
    return status;
}

/* The cluster after this one; 0 at the end of the chain. */
NTSTATUS FatNextCluster(PFAT_VOLUME V, ULONG Cluster, PULONG Next)
{
    NTSTATUS status;
    ULONG value;

    PAGED_CODE();
    *Next = 0;
    status = FatGetEntry(V, Cluster, &value);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (value >= FAT_CLUSTER_EOC) {
        return STATUS_SUCCESS;
    }
    if (!FatIsCluster(V, value)) {
        return STATUS_FILE_CORRUPT_ERROR;
    }
    *Next = value;
    return STATUS_SUCCESS;
}

/* Length and last cluster of a chain. Brent's method finds a loop after a few rounds of it: Anchor
 * stands still while the walk goes on, and is moved up at every power of two. */
NTSTATUS FatMeasureChain(PFAT_VOLUME V, ULONG First, PULONG Count, PULONG Last)
{
    ULONG cluster = First, anchor = First, limit = 2, count = 0;
    NTSTATUS status;

    PAGED_CODE();
    *Count = *Last = 0;
    while (cluster != 0) {
        *Last = cluster;
        count++;
        status = FatNextCluster(V, cluster, &cluster);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        if (cluster == anchor || count > V->ClusterCount) {
            return STATUS_FILE_CORRUPT_ERROR;
        }
        if (count == limit) {
            anchor = cluster;
            limit *= 2;
        }
    }
    *Count = count;
    return STATUS_SUCCESS;
}

NTSTATUS FatMeasureNode(PFAT_NODE Node)
{
    PFAT_VOLUME V = Node->Volume;
    NTSTATUS status;
    ULONG count, last;

    PAGED_CODE();
    if (Node->Measured) {
        return STATUS_SUCCESS;
    }
    status = FatMeasureChain(V, Node->FirstCluster, &count, &last);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (count < FatClustersFor(V, Node->FileSize)) {
        return STATUS_FILE_CORRUPT_ERROR;
    }
    Node->Clusters = count;
    Node->LastCluster = last;
    Node->CursorCluster = 0;
    Node->Measured = TRUE;
    return STATUS_SUCCESS;
}

/* Where the Index-th cluster of the file lies, and how many clusters, at most Max, follow it on the
 * disk without a gap. STATUS_END_OF_FILE when the chain is shorter. */
NTSTATUS FatMapNode(PFAT_NODE Node, ULONG Index, ULONG Max, PULONG Cluster, PULONG Count)
{
    PFAT_VOLUME V = Node->Volume;
    ULONG at = 0, cluster = Node->FirstCluster, next, run;
    NTSTATUS status;

    PAGED_CODE();
    status = FatMeasureNode(Node);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (Index >= Node->Clusters) {
        return STATUS_END_OF_FILE;
    }
    if (Node->CursorCluster != 0 && Node->CursorIndex <= Index) {
        at = Node->CursorIndex;
        cluster = Node->CursorCluster;
    }
    for (; at < Index; at++, cluster = next) {
        status = FatNextCluster(V, cluster, &next);
        if (!NT_SUCCESS(status) || next == 0) {
            return NT_SUCCESS(status) ? STATUS_FILE_CORRUPT_ERROR : status;
        }
    }
    Node->CursorIndex = Index;
    Node->CursorCluster = *Cluster = cluster;
    for (run = 1; run < Max && Index + run < Node->Clusters; run++) {
        status = FatNextCluster(V, cluster + run - 1, &next);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        if (next != cluster + run) {
            break;
        }
    }
    *Count = run;
    return STATUS_SUCCESS;
}
