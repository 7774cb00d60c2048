/* A volume as a whole: mount, the dirty mark, flush, dismount.
 *
 * The dirty mark is two bits, one in the boot sector and one in FAT[1], as Windows and Linux have
 * it. Both are set before the first metadata sector changes and cleared only when everything else
 * is on the disk. A volume that was dirty when mounted stays marked: only a checker knows better.
 * Guard: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: mount, flush and shutdown run at PASSIVE_LEVEL and serve no page fault. */
#pragma code_seg("PAGE")
#endif

#define FAT_BOOT_STATE 65 /* byte of the boot sector; bit 0: not closed cleanly */

static NTSTATUS FatSetBootState(PFAT_VOLUME V, BOOLEAN Dirty)
{
    NTSTATUS status;

    PAGED_CODE();
    status = V->Device->Read(V->Device, 0, 1, V->Bounce);
    if (NT_SUCCESS(status)) {
        V->Bounce[FAT_BOOT_STATE] &= ~1;
        V->Bounce[FAT_BOOT_STATE] |= Dirty ? 1 : 0;
        status = V->Device->Write(V->Device, 0, 1, V->Bounce);
    }
    return status;
}

static NTSTATUS FatSetFatState(PFAT_VOLUME V, BOOLEAN Dirty)
{
    NTSTATUS status;
    ULONG value;

    PAGED_CODE();
    status = FatCacheRead(V, FatKindFat, V->FatStart, 4, 4, &value);
    if (NT_SUCCESS(status)) {
        value = Dirty ? value & ~FAT_CLEAN_SHUTDOWN : value | FAT_CLEAN_SHUTDOWN;
        status = FatCacheWrite(V, FatKindFat, V->FatStart, 4, 4, &value);
    }
    return status;
}

/* Called before every change of metadata; costs nothing but the first time. */
NTSTATUS FatMarkDirty(PFAT_VOLUME V)
{
    NTSTATUS status;

    PAGED_CODE();
    if (V->Dirty) {
        return STATUS_SUCCESS;
    }
    status = FatSetBootState(V, TRUE);
    if (NT_SUCCESS(status)) {
        V->Dirty = TRUE;
        status = FatSetFatState(V, TRUE);
        if (!NT_SUCCESS(status)) {
            V->Dirty = FALSE;
        }
    }
    return status;
}

static NTSTATUS FatMarkClean(PFAT_VOLUME V)
{
    NTSTATUS status;

    PAGED_CODE();
    if (!V->Dirty || V->WasDirty) {
        return STATUS_SUCCESS;
    }
    status = FatSetFatState(V, FALSE);
    if (NT_SUCCESS(status)) {
        status = FatCacheFlush(V);
    }
    if (NT_SUCCESS(status)) {
        status = FatSetBootState(V, FALSE);
    }
    if (NT_SUCCESS(status)) {
        V->Dirty = FALSE;
        status = V->Device->Flush(V->Device);
    }
    return status;
}

/* Puts everything on the disk. Clean: and says so there, until the next change. */
NTSTATUS FatFlushVolume(PFAT_VOLUME V, BOOLEAN Clean)
{
    NTSTATUS status, result = STATUS_SUCCESS;
    PLIST_ENTRY link;

    PAGED_CODE();
    for (link = V->Nodes.Flink; link != &V->Nodes; link = link->Flink) {
        status = FatSettleNode(CONTAINING_RECORD(link, FAT_NODE, Link));
        if (!NT_SUCCESS(status)) {
            result = status;
        }
    }
    status = FatCacheFlush(V);
    if (NT_SUCCESS(status)) {
        status = FatWriteInfo(V);
    }
    if (NT_SUCCESS(status)) {
        status = V->Device->Flush(V->Device);
    }
    if (NT_SUCCESS(status) && NT_SUCCESS(result) && Clean) {
        status = FatMarkClean(V);
    }
    return NT_SUCCESS(status) ? result : status;
}

static PFAT_NODE FatMakeRoot(PFAT_VOLUME V)
{
    PFAT_NODE root;

    PAGED_CODE();
    root = ExAllocatePoolWithTag(NonPagedPool, V->NodeSize, FAT_TAG);
    if (root != NULL) {
        RtlZeroMemory(root, V->NodeSize);
        root->Volume = V;
        root->References = 1;
        root->FirstCluster = V->RootCluster;
        root->Attributes = FILE_ATTRIBUTE_DIRECTORY;
        InsertTailList(&V->Nodes, &root->Link);
    }
    return root;
}

static NTSTATUS FatMountWith(PFAT_VOLUME V)
{
    NTSTATUS status;
    ULONG value;

    PAGED_CODE();
    status = V->Device->Read(V->Device, 0, 1, V->Bounce);
    if (NT_SUCCESS(status)) {
        status = FatParseBootSector(V, V->Bounce, V->Device->Sectors);
    }
    if (NT_SUCCESS(status)) {
        status = FatCacheRead(V, FatKindFat, V->FatStart, 4, 4, &value);
    }
    if (NT_SUCCESS(status)) {
        V->WasDirty |= (value & FAT_CLEAN_SHUTDOWN) == 0;
        status = FatReadInfo(V);
    }
    if (NT_SUCCESS(status)) {
        V->Root = FatMakeRoot(V);
        status = V->Root != NULL ? FatMeasureNode(V->Root) : STATUS_INSUFFICIENT_RESOURCES;
        if (status == STATUS_FILE_CORRUPT_ERROR) {
            status = STATUS_DISK_CORRUPT_ERROR;
        }
    }
    return status;
}

/* Volume: zeroed or any memory of the caller's. On failure nothing is left behind. */
NTSTATUS FatMount(PFAT_VOLUME V, PFAT_DEVICE Device, ULONG NodeSize)
{
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    PAGED_CODE();
    RtlZeroMemory(V, sizeof(*V));
    V->Device = Device;
    V->NodeSize = NodeSize;
    InitializeListHead(&V->Nodes);
    V->Bounce = ExAllocatePoolWithTag(NonPagedPool, FAT_BOUNCE_SECTORS * FAT_SECTOR, FAT_TAG);
    V->Cache.Data = ExAllocatePoolWithTag(NonPagedPool, FAT_CACHE_SLOTS * FAT_SECTOR, FAT_TAG);
    if (V->Bounce != NULL && V->Cache.Data != NULL) {
        status = FatMountWith(V);
    }
    if (!NT_SUCCESS(status)) {
        FatDismount(V);
    }
    return status;
}

/* Gives the memory back; flush first. No node but the root may be left. */
VOID FatDismount(PFAT_VOLUME V)
{
    PAGED_CODE();
    if (V->Root != NULL) {
        NT_ASSERT(V->Root->References == 1);
        RemoveEntryList(&V->Root->Link);
        ExFreePoolWithTag(V->Root, FAT_TAG);
        V->Root = NULL;
    }
    if (V->Cache.Data != NULL) {
        ExFreePoolWithTag(V->Cache.Data, FAT_TAG);
        V->Cache.Data = NULL;
    }
    if (V->Bounce != NULL) {
        ExFreePoolWithTag(V->Bounce, FAT_TAG);
        V->Bounce = NULL;
    }
}

/* The label: the root's label entry, else what the boot sector says. Label: room for 11. */
NTSTATUS FatReadLabel(PFAT_VOLUME V, PWCHAR Label, PULONG Length)
{
    FAT_DIRENT entry;
    const UCHAR *raw = V->Label;
    NTSTATUS status;
    ULONG offset, i;

    PAGED_CODE();
    for (offset = 0; offset < FAT_DIRECTORY_LIMIT; offset += FAT_DIRENT_SIZE) {
        status = FatReadSlot(V->Root, offset, &entry);
        if (status == STATUS_END_OF_FILE || (NT_SUCCESS(status) && entry.Name[0] == 0)) {
            break;
        }
        if (!NT_SUCCESS(status)) {
            return status;
        }
        if (entry.Name[0] != FAT_DELETED && entry.Attributes != FAT_LFN_ATTRIBUTES &&
            (entry.Attributes & FAT_ATTRIBUTE_LABEL) != 0) {
            raw = entry.Name;
            break;
        }
    }
    if (RtlCompareMemory(raw, "NO NAME    ", 11) == 11) {
        *Length = 0;
        return STATUS_SUCCESS;
    }
    for (i = 0; i < 11; i++) {
        Label[i] = raw[i];
    }
    while (i > 0 && Label[i - 1] == ' ') {
        i--;
    }
    *Length = i;
    return STATUS_SUCCESS;
}
