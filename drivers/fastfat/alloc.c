/* Free clusters: counted, taken and given back; chains grown and cut.
 *
 * A request for clusters is granted whole or not at all: what was taken on the way is given back,
 * so a full disk changes nothing. Guard: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: the page file's clusters are taken when it is created, never by paging I/O. */
#pragma code_seg("PAGE")
#endif

static NTSTATUS FatCountSectors(PFAT_VOLUME V, ULONG First, ULONG Count, PULONG Free)
{
    ULONG cluster = First * (FAT_SECTOR / 4);
    ULONG end = cluster + Count * (FAT_SECTOR / 4), i = 0;
    NTSTATUS status;

    PAGED_CODE();
    status = V->Device->Read(V->Device, V->FatStart + First, Count, V->Bounce);
    for (i = 0; NT_SUCCESS(status) && cluster < end; cluster++, i += 4) {
        if (FatIsCluster(V, cluster) && (FatGet32(V->Bounce + i) & FAT_ENTRY_MASK) == 0) {
            ++*Free;
        }
    }
    return status;
}

/* Counts the free clusters by reading the whole FAT, past the cache. */
NTSTATUS FatCountFree(PFAT_VOLUME V)
{
    ULONG sectors = (V->ClusterCount + 2 + FAT_SECTOR / 4 - 1) / (FAT_SECTOR / 4);
    ULONG sector, count, free = 0;
    NTSTATUS status;

    PAGED_CODE();
    status = FatCacheFlush(V);
    for (sector = 0; NT_SUCCESS(status) && sector < sectors; sector += count) {
        count = min(FAT_BOUNCE_SECTORS, sectors - sector);
        status = FatCountSectors(V, sector, count, &free);
    }
    if (NT_SUCCESS(status)) {
        V->InfoDirty |= V->FreeCount != free;
        V->FreeCount = free;
        V->FreeExact = V->FreeCounted = TRUE;
    }
    return status;
}

/* STATUS_DISK_FULL if there are not Count free clusters. A count from the FSInfo sector is checked
 * against the FAT before anybody is refused because of it. */
static NTSTATUS FatReserve(PFAT_VOLUME V, ULONG Count)
{
    NTSTATUS status;

    PAGED_CODE();
    if (!V->FreeExact || (Count > V->FreeCount && !V->FreeCounted)) {
        status = FatCountFree(V);
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    return Count > V->FreeCount ? STATUS_DISK_FULL : STATUS_SUCCESS;
}

/* Takes one cluster if it is free and hangs it behind Previous (0: none). */
static NTSTATUS FatTake(PFAT_VOLUME V, ULONG Cluster, ULONG Previous, PBOOLEAN Taken)
{
    NTSTATUS status;
    ULONG value;

    PAGED_CODE();
    *Taken = FALSE;
    status = FatGetEntry(V, Cluster, &value);
    if (!NT_SUCCESS(status) || value != 0) {
        return status;
    }
    status = FatSetEntry(V, Cluster, FAT_CLUSTER_END);
    if (NT_SUCCESS(status)) {
        V->FreeCount -= V->FreeCount != 0;
        V->InfoDirty = TRUE;
        *Taken = TRUE;
        if (Previous != 0) {
            status = FatSetEntry(V, Previous, Cluster);
            if (!NT_SUCCESS(status) && NT_SUCCESS(FatSetEntry(V, Cluster, 0))) {
                V->FreeCount++;
                *Taken = FALSE;
            }
        }
    }
    return status;
}

/* A chain of Count (> 0) clusters, as far as possible in one piece from Hint on (0: anywhere). */
NTSTATUS FatAllocateChain(PFAT_VOLUME V, ULONG Count, ULONG Hint, PULONG First, PULONG Last)
{
    ULONG cluster = FatIsCluster(V, Hint) ? Hint : V->NextFree, got = 0, scanned;
    NTSTATUS status;
    BOOLEAN taken;

    PAGED_CODE();
    *First = *Last = 0;
    status = FatReserve(V, Count);
    for (scanned = 0; NT_SUCCESS(status) && got < Count && scanned < V->ClusterCount; scanned++) {
        status = FatTake(V, cluster, *Last, &taken);
        if (taken && NT_SUCCESS(status)) {
            *First = got == 0 ? cluster : *First;
            *Last = cluster;
            got++;
        }
        cluster = FatIsCluster(V, cluster + 1) ? cluster + 1 : 2;
    }
    if (NT_SUCCESS(status) && got < Count) {
        V->FreeExact = FALSE; /* it promised more */
        status = STATUS_DISK_FULL;
    }
    if (NT_SUCCESS(status)) {
        V->NextFree = cluster;
    } else if (*First != 0) {
        FatFreeChain(V, *First, FALSE);
        *First = *Last = 0;
    }
    return status;
}

/* Gives a chain back. Cached: its clusters were a directory's and may be in the cache. Stops at the
 * first value that makes no sense; a loop ends there too, at the cluster that is free by then. */
NTSTATUS FatFreeChain(PFAT_VOLUME V, ULONG First, BOOLEAN Cached)
{
    ULONG cluster = First, next;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    while (cluster != 0) {
        status = FatNextCluster(V, cluster, &next);
        if (!NT_SUCCESS(status)) {
            break;
        }
        status = FatSetEntry(V, cluster, 0);
        if (!NT_SUCCESS(status)) {
            break;
        }
        V->FreeCount++;
        V->InfoDirty = TRUE;
        if (Cached) {
            FatCacheDiscard(V, FatClusterSector(V, cluster), V->SectorsPerCluster);
        }
        cluster = next;
    }
    return status;
}

NTSTATUS FatZeroClusters(PFAT_VOLUME V, ULONG Cluster, ULONG Count)
{
    ULONG sector = FatClusterSector(V, Cluster), left = Count * V->SectorsPerCluster, now;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    FatCacheDiscard(V, sector, left); /* in case it was a directory's before */
    RtlZeroMemory(V->Bounce, FAT_BOUNCE_SECTORS * FAT_SECTOR);
    while (NT_SUCCESS(status) && left != 0) {
        now = min(left, FAT_BOUNCE_SECTORS);
        status = V->Device->Write(V->Device, sector, now, V->Bounce);
        sector += now;
        left -= now;
    }
    return status;
}

/* A directory's new clusters must read as free slots before the chain reaches them. */
static NTSTATUS FatZeroChain(PFAT_VOLUME V, ULONG First)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG cluster = First;

    PAGED_CODE();
    while (NT_SUCCESS(status) && cluster != 0) {
        status = FatZeroClusters(V, cluster, 1);
        if (NT_SUCCESS(status)) {
            status = FatNextCluster(V, cluster, &cluster);
        }
    }
    return status;
}

/* Lengthens the chain to Clusters. On failure it is as it was. */
NTSTATUS FatGrowNode(PFAT_NODE Node, ULONG Clusters)
{
    PFAT_VOLUME V = Node->Volume;
    ULONG first, last;
    NTSTATUS status;

    PAGED_CODE();
    status = FatMeasureNode(Node);
    if (!NT_SUCCESS(status) || Clusters <= Node->Clusters) {
        return status;
    }
    status = FatAllocateChain(V, Clusters - Node->Clusters,
                              Node->LastCluster != 0 ? Node->LastCluster + 1 : 0, &first, &last);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (FatIsDirectory(Node)) {
        status = FatZeroChain(V, first);
    }
    if (NT_SUCCESS(status) && Node->LastCluster != 0) {
        status = FatSetEntry(V, Node->LastCluster, first);
    }
    if (!NT_SUCCESS(status)) {
        FatFreeChain(V, first, FALSE);
        return status;
    }
    if (Node->FirstCluster == 0) {
        Node->FirstCluster = first;
        Node->EntryDirty = TRUE;
    }
    Node->LastCluster = last;
    Node->Clusters = Clusters;
    return STATUS_SUCCESS;
}

/* Cuts the chain to Clusters. FileSize must already fit; the entry that says so goes first. */
NTSTATUS FatShrinkNode(PFAT_NODE Node, ULONG Clusters)
{
    PFAT_VOLUME V = Node->Volume;
    ULONG rest, keep = 0, count;
    NTSTATUS status;

    PAGED_CODE();
    status = FatMeasureNode(Node);
    if (!NT_SUCCESS(status) || Clusters >= Node->Clusters) {
        return status;
    }
    rest = Node->FirstCluster;
    if (Clusters != 0) {
        status = FatMapNode(Node, Clusters - 1, 1, &keep, &count);
        if (NT_SUCCESS(status)) {
            status = FatNextCluster(V, keep, &rest);
        }
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    Node->FirstCluster = Clusters != 0 ? Node->FirstCluster : 0;
    Node->EntryDirty = TRUE;
    status = FatWriteEntry(Node);
    if (NT_SUCCESS(status)) {
        status = FatCacheFlush(V);
    }
    if (NT_SUCCESS(status) && keep != 0) {
        status = FatSetEntry(V, keep, FAT_CLUSTER_END);
    }
    if (!NT_SUCCESS(status)) {
        Node->FirstCluster = Clusters != 0 ? Node->FirstCluster : rest;
        Node->EntryDirty = TRUE; /* nothing was freed: the old entry is right again */
        return status;
    }
    Node->Clusters = Clusters;
    Node->LastCluster = keep;
    Node->CursorCluster = 0;
    status = FatFreeChain(V, rest, FALSE);
    return NT_SUCCESS(status) ? FatCacheFlush(V) : status;
}
