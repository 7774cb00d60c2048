/* Opening, growing and closing a page file: what paging I/O (paging.c) finds ready.
 *
 * The file's whole chain is read here, once, into an array of extents in nonpaged pool, together
 * with the partial MDL that a request in pieces will need. Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: runs before the first page can be out, or, when a page file in use is set to another
 * size, while the extents in force stay in force until the new ones are swapped in. */
#pragma code_seg("PAGE")
#endif

/* Walks the chain twice: to count the extents, then to write them down. */
static NTSTATUS FatCollectExtents(PFAT_NODE Node, PFAT_EXTENT Extents, PULONG Count)
{
    PFAT_VOLUME v = Node->Volume;
    ULONG index, cluster, run, n = 0;
    NTSTATUS status;

    PAGED_CODE();
    for (index = 0; index < Node->Clusters; index += run, n++) {
        status = FatMapNode(Node, index, Node->Clusters - index, &cluster, &run);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        if (Extents != NULL) {
            Extents[n].FileSector = index * v->SectorsPerCluster;
            Extents[n].DiskSector = FatClusterSector(v, cluster);
            Extents[n].Count = run * v->SectorsPerCluster;
        }
    }
    *Count = n;
    return STATUS_SUCCESS;
}

/* Reads the extents again after the file's size has changed. */
NTSTATUS FatRemapPageFile(PFCB Fcb)
{
    PFAT_NODE node = &Fcb->Node;
    PFAT_EXTENT extents = NULL;
    NTSTATUS status;
    ULONG count;

    PAGED_CODE();
    status = FatMeasureNode(node);
    if (NT_SUCCESS(status)) {
        status = FatCollectExtents(node, NULL, &count);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (count != 0) {
        extents = ExAllocatePoolWithTag(NonPagedPool, count * sizeof(FAT_EXTENT), FAT_TAG);
        if (extents == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        status = FatCollectExtents(node, extents, &count);
    }
    if (NT_SUCCESS(status)) {
        FatSwapExtents(Fcb->Paging, &extents, count, node->FileSize >> FAT_SECTOR_SHIFT);
    }
    if (extents != NULL) {
        ExFreePoolWithTag(extents, FAT_TAG);
    }
    return status;
}

/* The first and only open of a page file: the caller has seen to that. */
NTSTATUS FatOpenPageFile(PVCB Vcb, PFCB Fcb)
{
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    PPAGING_FILE file;

    PAGED_CODE();
    file = ExAllocatePoolWithTag(NonPagedPool, sizeof(*file), FAT_TAG);
    if (file == NULL) {
        return status;
    }
    RtlZeroMemory(file, sizeof(*file));
    KeInitializeSpinLock(&file->Lock);
    InitializeListHead(&file->Waiting);
    file->Target = Vcb->Target;
    file->Partial = IoAllocateMdl(NULL, FAT_TRANSFER_MAX + PAGE_SIZE, FALSE, FALSE, NULL);
    Fcb->Paging = file;
    Fcb->Node.NoZeroing = TRUE;
    Fcb->Node.ValidSize = Fcb->Node.FileSize;
    if (file->Partial != NULL) {
        status = FatRemapPageFile(Fcb);
    }
    if (!NT_SUCCESS(status)) {
        FatClosePageFile(Fcb);
    }
    return status;
}

/* No paging I/O is under way any more: the memory manager has closed the file. */
VOID FatClosePageFile(PFCB Fcb)
{
    PPAGING_FILE file = Fcb->Paging;

    PAGED_CODE();
    Fcb->Paging = NULL;
    Fcb->Node.NoZeroing = FALSE;
    NT_ASSERT(file->Active == NULL);
    if (file->Partial != NULL) {
        IoFreeMdl(file->Partial);
    }
    if (file->Extents != NULL) {
        ExFreePoolWithTag(file->Extents, FAT_TAG);
    }
    ExFreePoolWithTag(file, FAT_TAG);
}
