/* The boot sector and the FSInfo sector: what they say, and whether it can be believed.
 *
 * A volume that is not FAT32 is "not recognised", so that another file system may try. One that
 * says it is FAT32 and contradicts itself is corrupt. Guard: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: only mount, flush and shutdown come here, at PASSIVE_LEVEL, never paging I/O. */
#pragma code_seg("PAGE")
#endif

enum { /* byte offsets in the boot sector */
    BootBytesPerSector = 11,
    BootSectorsPerCluster = 13,
    BootReserved = 14,
    BootFats = 16,
    BootRootEntries = 17,
    BootSectors16 = 19,
    BootFatSectors16 = 22,
    BootSectors32 = 32,
    BootFatSectors32 = 36,
    BootExtFlags = 40,
    BootVersion = 42,
    BootRootCluster = 44,
    BootInfoSector = 48,
    BootState = 65,
    BootSerial = 67,
    BootLabel = 71,
    BootSignature = 510
};

enum { /* byte offsets in the FSInfo sector, and its signatures */
    InfoLead = 0,
    InfoStruct = 484,
    InfoFree = 488,
    InfoNext = 492,
    InfoTrail = 508,
    InfoLeadValue = 0x41615252,
    InfoStructValue = 0x61417272
};

ULONG FatGet16(const UCHAR *At)
{
    PAGED_CODE();
    return At[0] | (ULONG)At[1] << 8;
}

ULONG FatGet32(const UCHAR *At)
{
    PAGED_CODE();
    return FatGet16(At) | FatGet16(At + 2) << 16;
}

VOID FatPut32(PUCHAR At, ULONG Value)
{
    PAGED_CODE();
    At[0] = (UCHAR)Value;
    At[1] = (UCHAR)(Value >> 8);
    At[2] = (UCHAR)(Value >> 16);
    At[3] = (UCHAR)(Value >> 24);
}

static BOOLEAN FatIsBoot(const UCHAR *Boot)
{
    ULONG perCluster = Boot[BootSectorsPerCluster];

    PAGED_CODE();
    return FatGet16(Boot + BootSignature) == 0xAA55 &&
           FatGet16(Boot + BootBytesPerSector) == FAT_SECTOR && perCluster != 0 &&
           (perCluster & (perCluster - 1)) == 0 && FatGet16(Boot + BootReserved) != 0 &&
           Boot[BootFats] != 0 && Boot[BootFats] <= 4 && FatGet16(Boot + BootRootEntries) == 0 &&
           FatGet16(Boot + BootFatSectors16) == 0 && FatGet32(Boot + BootFatSectors32) != 0 &&
           FatGet16(Boot + BootVersion) == 0;
}

/* Fills the volume's geometry. STATUS_UNRECOGNIZED_VOLUME: not FAT32 with 512-byte sectors. */
NTSTATUS FatParseBootSector(PFAT_VOLUME V, const UCHAR *Boot, ULONG DeviceSectors)
{
    ULONG reserved, total, flags;
    ULONGLONG dataStart;

    PAGED_CODE();
    if (!FatIsBoot(Boot)) {
        return STATUS_UNRECOGNIZED_VOLUME;
    }
    reserved = FatGet16(Boot + BootReserved);
    total = FatGet16(Boot + BootSectors16); /* small volumes made by mkfs.fat have it here */
    total = total != 0 ? total : FatGet32(Boot + BootSectors32);
    flags = FatGet16(Boot + BootExtFlags);
    V->SectorsPerCluster = Boot[BootSectorsPerCluster];
    V->ClusterBytes = V->SectorsPerCluster * FAT_SECTOR;
    for (V->ClusterShift = FAT_SECTOR_SHIFT; 1u << V->ClusterShift != V->ClusterBytes;) {
        V->ClusterShift++;
    }
    V->FatCopies = Boot[BootFats];
    V->FatSectors = FatGet32(Boot + BootFatSectors32);
    dataStart = reserved + (ULONGLONG)V->FatCopies * V->FatSectors;
    if (dataStart + V->SectorsPerCluster > total || (DeviceSectors != 0 && total > DeviceSectors)) {
        return STATUS_DISK_CORRUPT_ERROR;
    }
    V->DataStart = (ULONG)dataStart;
    V->ClusterCount = (total - V->DataStart) / V->SectorsPerCluster;
    if (V->ClusterCount > FAT_CLUSTER_BAD - 2 ||
        V->ClusterCount + 2 > (ULONGLONG)V->FatSectors * (FAT_SECTOR / 4)) {
        return STATUS_DISK_CORRUPT_ERROR;
    }
    V->FirstFat = reserved;
    V->Mirrored = (flags & 0x80) == 0;
    if (!V->Mirrored && (flags & 0x0F) >= V->FatCopies) {
        return STATUS_DISK_CORRUPT_ERROR;
    }
    V->FatStart = reserved + (V->Mirrored ? 0 : (flags & 0x0F) * V->FatSectors);
    V->RootCluster = FatGet32(Boot + BootRootCluster);
    V->InfoSector = FatGet16(Boot + BootInfoSector);
    if (V->InfoSector >= reserved) {
        V->InfoSector = 0;
    }
    V->WasDirty = (Boot[BootState] & 1) != 0;
    V->SerialNumber = FatGet32(Boot + BootSerial);
    RtlCopyMemory(V->Label, Boot + BootLabel, sizeof(V->Label));
    return FatIsCluster(V, V->RootCluster) ? STATUS_SUCCESS : STATUS_DISK_CORRUPT_ERROR;
}

static BOOLEAN FatIsInfo(const UCHAR *Info)
{
    PAGED_CODE();
    return FatGet32(Info + InfoLead) == InfoLeadValue &&
           FatGet32(Info + InfoStruct) == InfoStructValue &&
           FatGet32(Info + InfoTrail) == 0xAA550000;
}

/* Free count and search hint. They are believed only from a volume that was closed cleanly;
 * otherwise FreeExact stays FALSE with FreeCount 0 and the FAT is counted when it matters. */
NTSTATUS FatReadInfo(PFAT_VOLUME V)
{
    NTSTATUS status;
    ULONG next;

    PAGED_CODE();
    V->FreeCount = 0;
    V->FreeExact = FALSE;
    V->NextFree = 2;
    if (V->InfoSector == 0) {
        return STATUS_SUCCESS;
    }
    status = V->Device->Read(V->Device, V->InfoSector, 1, V->Bounce);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (!FatIsInfo(V->Bounce)) {
        V->InfoSector = 0; /* not ours to write then */
        return STATUS_SUCCESS;
    }
    next = FatGet32(V->Bounce + InfoNext);
    if (FatIsCluster(V, next)) {
        V->NextFree = next;
    }
    V->FreeCount = FatGet32(V->Bounce + InfoFree);
    V->FreeExact = !V->WasDirty && V->FreeCount <= V->ClusterCount;
    return STATUS_SUCCESS;
}

/* Brings the FSInfo sector up to date. */
NTSTATUS FatWriteInfo(PFAT_VOLUME V)
{
    NTSTATUS status;

    PAGED_CODE();
    if (!V->InfoDirty || V->InfoSector == 0) {
        return STATUS_SUCCESS;
    }
    if (!V->FreeExact) {
        status = FatCountFree(V);
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    status = V->Device->Read(V->Device, V->InfoSector, 1, V->Bounce);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    FatPut32(V->Bounce + InfoFree, V->FreeCount);
    FatPut32(V->Bounce + InfoNext, V->NextFree);
    status = V->Device->Write(V->Device, V->InfoSector, 1, V->Bounce);
    if (NT_SUCCESS(status)) {
        V->InfoDirty = FALSE;
    }
    return status;
}
