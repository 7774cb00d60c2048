/* The metadata cache: FAT_CACHE_SLOTS sectors of FAT and directories, written back.
 *
 * Callers copy bytes in and out, so nothing is pinned and a slot can go at any time. A changed
 * sector stays here until FatCacheFlush: FAT sectors first (every copy), then directories. When
 * all slots are dirty the cache flushes itself, in that same order. A sector that could not be
 * written stays dirty and is tried again by the next flush. File data never comes here.
 * Guard: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: metadata is touched by create, directory and size changes only, under the volume's
 * lock at PASSIVE_LEVEL. The sectors themselves are nonpaged, since the disk reads into them. */
#pragma code_seg("PAGE")
#endif

static PUCHAR FatSlotData(FAT_CACHE *Cache, ULONG Slot)
{
    PAGED_CODE();
    return Cache->Data + Slot * FAT_SECTOR;
}

static NTSTATUS FatWriteSlotOut(PFAT_VOLUME V, ULONG Index)
{
    FAT_SLOT *slot = &V->Cache.Slots[Index];
    ULONG copies = 1, step = 0, first = slot->Sector, i;
    NTSTATUS status = STATUS_SUCCESS, result = STATUS_SUCCESS;

    PAGED_CODE();
    if (slot->Kind == FatKindFat && V->Mirrored) {
        copies = V->FatCopies;
        step = V->FatSectors;
    }
    for (i = 0; i < copies; i++) {
        status = V->Device->Write(V->Device, first + i * step, 1, FatSlotData(&V->Cache, Index));
        if (!NT_SUCCESS(status)) {
            result = status;
        }
    }
    if (NT_SUCCESS(result)) {
        slot->Dirty = FALSE;
    }
    return result;
}

/* Writes the dirty sectors of one kind, lowest first: disks like it, and tests can repeat it. */
static NTSTATUS FatFlushKind(PFAT_VOLUME V, FAT_KIND Kind)
{
    NTSTATUS status, result = STATUS_SUCCESS;
    ULONG i, best, from = 0;

    PAGED_CODE();
    for (;;) {
        best = FAT_CACHE_SLOTS;
        for (i = 0; i < FAT_CACHE_SLOTS; i++) {
            FAT_SLOT *slot = &V->Cache.Slots[i];

            if (slot->Dirty && slot->Kind == Kind && slot->Sector >= from &&
                (best == FAT_CACHE_SLOTS || slot->Sector < V->Cache.Slots[best].Sector)) {
                best = i;
            }
        }
        if (best == FAT_CACHE_SLOTS) {
            return result;
        }
        from = V->Cache.Slots[best].Sector + 1;
        status = FatWriteSlotOut(V, best);
        if (!NT_SUCCESS(status)) {
            result = status;
        }
    }
}

/* Directory sectors may name clusters that the FAT has yet to show as used, so they are held back
 * when the FAT could not be written. */
NTSTATUS FatCacheFlush(PFAT_VOLUME V)
{
    NTSTATUS status;

    PAGED_CODE();
    status = FatFlushKind(V, FatKindFat);
    if (NT_SUCCESS(status)) {
        status = FatFlushKind(V, FatKindDirectory);
    }
    return status;
}

/* Forgets sectors that are metadata no more, changed or not. */
VOID FatCacheDiscard(PFAT_VOLUME V, ULONG Sector, ULONG Count)
{
    ULONG i;

    PAGED_CODE();
    for (i = 0; i < FAT_CACHE_SLOTS; i++) {
        FAT_SLOT *slot = &V->Cache.Slots[i];

        if (slot->Valid && slot->Sector - Sector < Count) {
            slot->Valid = slot->Dirty = FALSE;
        }
    }
}

static ULONG FatOldestClean(FAT_CACHE *Cache)
{
    ULONG i, best = FAT_CACHE_SLOTS;

    PAGED_CODE();
    for (i = 0; i < FAT_CACHE_SLOTS; i++) {
        if (!Cache->Slots[i].Valid) {
            return i;
        }
        if (!Cache->Slots[i].Dirty && (best == FAT_CACHE_SLOTS ||
                                       Cache->Slots[i].Used - Cache->Clock <
                                           Cache->Slots[best].Used - Cache->Clock)) {
            best = i; /* unsigned distance from the clock: the smallest is the longest ago */
        }
    }
    return best;
}

/* Finds the sector in the cache, or reads it into the slot that was unused longest. */
static NTSTATUS FatLoad(PFAT_VOLUME V, FAT_KIND Kind, ULONG Sector, PULONG Index)
{
    FAT_CACHE *cache = &V->Cache;
    ULONG i = cache->Last;
    NTSTATUS status;

    PAGED_CODE();
    cache->Clock++;
    if (!cache->Slots[i].Valid || cache->Slots[i].Sector != Sector) {
        for (i = 0; i < FAT_CACHE_SLOTS; i++) {
            if (cache->Slots[i].Valid && cache->Slots[i].Sector == Sector) {
                break;
            }
        }
    }
    if (i == FAT_CACHE_SLOTS) {
        i = FatOldestClean(cache);
        if (i == FAT_CACHE_SLOTS) {
            status = FatCacheFlush(V);
            i = FatOldestClean(cache);
            if (i == FAT_CACHE_SLOTS) {
                return status; /* not one could be written */
            }
        }
        cache->Slots[i].Valid = FALSE;
        status = V->Device->Read(V->Device, Sector, 1, FatSlotData(cache, i));
        if (!NT_SUCCESS(status)) {
            return status;
        }
        cache->Slots[i].Valid = TRUE;
        cache->Slots[i].Dirty = FALSE;
        cache->Slots[i].Sector = Sector;
        cache->Slots[i].Kind = (UCHAR)Kind;
    }
    cache->Slots[i].Used = cache->Clock;
    cache->Last = i;
    *Index = i;
    return STATUS_SUCCESS;
}

NTSTATUS FatCacheRead(PFAT_VOLUME V, FAT_KIND Kind, ULONG Sector, ULONG Offset, ULONG Length,
                      PVOID Buffer)
{
    NTSTATUS status;
    ULONG i;

    PAGED_CODE();
    NT_ASSERT(Offset + Length <= FAT_SECTOR);
    status = FatLoad(V, Kind, Sector, &i);
    if (NT_SUCCESS(status)) {
        RtlCopyMemory(Buffer, FatSlotData(&V->Cache, i) + Offset, Length);
    }
    return status;
}

NTSTATUS FatCacheWrite(PFAT_VOLUME V, FAT_KIND Kind, ULONG Sector, ULONG Offset, ULONG Length,
                       const VOID *Buffer)
{
    NTSTATUS status;
    ULONG i;

    PAGED_CODE();
    NT_ASSERT(Offset + Length <= FAT_SECTOR);
    status = FatMarkDirty(V);
    if (NT_SUCCESS(status)) {
        status = FatLoad(V, Kind, Sector, &i);
    }
    if (NT_SUCCESS(status)) {
        RtlCopyMemory(FatSlotData(&V->Cache, i) + Offset, Buffer, Length);
        V->Cache.Slots[i].Dirty = TRUE;
        V->Cache.Slots[i].Kind = (UCHAR)Kind;
    }
    return status;
}
