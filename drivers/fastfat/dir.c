/* Reading directories: slots of 32 bytes, put together into names.
 *
 * A long name stands in the slots before its short entry, last part first, tied to it by a
 * checksum of the short name. What does not fit together is ignored, as the specification asks:
 * then the short name is the name. A directory ends at its first zero slot, at the end of its
 * chain, or at the 65536 slots it may have. Guard: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: directories are read at PASSIVE_LEVEL under the volume's lock. The page file's own
 * entry is read when the page file is opened, before anything depends on it. */
#pragma code_seg("PAGE")
#endif

static NTSTATUS FatSlotSector(PFAT_NODE Directory, ULONG Offset, PULONG Sector)
{
    PFAT_VOLUME V = Directory->Volume;
    ULONG cluster, count;
    NTSTATUS status;

    PAGED_CODE();
    if (Offset >= FAT_DIRECTORY_LIMIT) {
        return STATUS_END_OF_FILE;
    }
    status = FatMapNode(Directory, Offset >> V->ClusterShift, 1, &cluster, &count);
    if (NT_SUCCESS(status)) {
        *Sector = FatClusterSector(V, cluster) +
                  ((Offset & (V->ClusterBytes - 1)) >> FAT_SECTOR_SHIFT);
    }
    return status;
}

/* STATUS_END_OF_FILE behind the end of the chain. */
NTSTATUS FatReadSlot(PFAT_NODE Directory, ULONG Offset, PVOID Slot)
{
    NTSTATUS status;
    ULONG sector;

    PAGED_CODE();
    status = FatSlotSector(Directory, Offset, &sector);
    if (NT_SUCCESS(status)) {
        status = FatCacheRead(Directory->Volume, FatKindDirectory, sector,
                              Offset & (FAT_SECTOR - 1), FAT_DIRENT_SIZE, Slot);
    }
    return status;
}

NTSTATUS FatWriteSlot(PFAT_NODE Directory, ULONG Offset, const VOID *Slot)
{
    NTSTATUS status;
    ULONG sector;

    PAGED_CODE();
    status = FatSlotSector(Directory, Offset, &sector);
    if (NT_SUCCESS(status)) {
        status = FatCacheWrite(Directory->Volume, FatKindDirectory, sector,
                               Offset & (FAT_SECTOR - 1), FAT_DIRENT_SIZE, Slot);
    }
    return status;
}

/* A long name as far as it has been collected. Next: the ordinal that must come; 0: complete. */
typedef struct _FAT_LFN_STATE {
    ULONG Parts;
    ULONG Next;
    ULONG FirstOffset;
    UCHAR Checksum;
} FAT_LFN_STATE;

static VOID FatCollect(FAT_LFN_STATE *State, const UCHAR *Slot, ULONG Offset, PWCHAR Name)
{
    static const UCHAR places[FAT_LFN_CHARS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    ULONG ordinal = Slot[0] & ~FAT_LFN_LAST, i;

    PAGED_CODE();
    if ((Slot[0] & FAT_LFN_LAST) != 0 && ordinal >= 1 && ordinal <= 20) {
        State->Parts = ordinal;
        State->FirstOffset = Offset;
        State->Checksum = Slot[13];
    } else if (State->Parts == 0 || ordinal == 0 || ordinal != State->Next ||
               Slot[13] != State->Checksum) {
        State->Parts = 0;
        return;
    }
    State->Next = ordinal - 1;
    for (i = 0; i < FAT_LFN_CHARS; i++) {
        Name[(ordinal - 1) * FAT_LFN_CHARS + i] = (WCHAR)FatGet16(Slot + places[i]);
    }
}

/* Gives the entry its names, from the parts collected if they belong to it. */
static VOID FatFinish(FAT_LFN_STATE *State, PFAT_FOUND Found, ULONG Offset)
{
    ULONG length = 0;

    PAGED_CODE();
    Found->Offset = Found->FirstOffset = Offset;
    Found->ShortLength = FatShortToUnicode(&Found->Dirent, FALSE, Found->Short);
    if (State->Parts != 0 && State->Next == 0 &&
        State->Checksum == FatShortChecksum(Found->Dirent.Name)) {
        while (length < State->Parts * FAT_LFN_CHARS && Found->Name[length] != 0) {
            length++;
        }
        Found->FirstOffset = State->FirstOffset;
    }
    if (length == 0 || length > FAT_NAME_MAX) {
        length = FatShortToUnicode(&Found->Dirent, TRUE, Found->Name);
    }
    Found->NameLength = length;
}

/* The next file or directory at or after *Offset, which moves on behind it. The dot entries are
 * among them, the volume label is not. STATUS_NO_MORE_FILES at the end. */
NTSTATUS FatNextFound(PFAT_NODE Directory, PULONG Offset, PFAT_FOUND Found)
{
    FAT_LFN_STATE state = {0, 0, 0, 0};
    NTSTATUS status;
    ULONG at;

    PAGED_CODE();
    for (;;) {
        at = *Offset;
        status = FatReadSlot(Directory, at, &Found->Dirent);
        if (status == STATUS_END_OF_FILE || (NT_SUCCESS(status) && Found->Dirent.Name[0] == 0)) {
            return STATUS_NO_MORE_FILES;
        }
        if (!NT_SUCCESS(status)) {
            return status;
        }
        *Offset = at + FAT_DIRENT_SIZE;
        if (Found->Dirent.Name[0] == FAT_DELETED) {
            state.Parts = 0;
        } else if ((Found->Dirent.Attributes & 0x3F) == FAT_LFN_ATTRIBUTES) {
            FatCollect(&state, (const UCHAR *)&Found->Dirent, at, Found->Name);
        } else if ((Found->Dirent.Attributes & FAT_ATTRIBUTE_LABEL) != 0) {
            state.Parts = 0;
        } else {
            FatFinish(&state, Found, at);
            return STATUS_SUCCESS;
        }
    }
}

/* By long or short name. STATUS_OBJECT_NAME_NOT_FOUND if there is none. The dot entries are not
 * found: a path has no use for them here. */
NTSTATUS FatFind(PFAT_NODE Directory, PCUNICODE_STRING Name, PFAT_FOUND Found)
{
    ULONG offset = 0, length = Name->Length / sizeof(WCHAR);
    NTSTATUS status;

    PAGED_CODE();
    for (;;) {
        status = FatNextFound(Directory, &offset, Found);
        if (!NT_SUCCESS(status)) {
            return status == STATUS_NO_MORE_FILES ? STATUS_OBJECT_NAME_NOT_FOUND : status;
        }
        if (Found->Dirent.Name[0] != '.' &&
            (FatNamesEqual(Name->Buffer, length, Found->Name, Found->NameLength) ||
             FatNamesEqual(Name->Buffer, length, Found->Short, Found->ShortLength))) {
            return STATUS_SUCCESS;
        }
    }
}

/* STATUS_SUCCESS, or STATUS_DIRECTORY_NOT_EMPTY. */
NTSTATUS FatIsEmpty(PFAT_NODE Directory)
{
    PFAT_FOUND found = &Directory->Volume->Inner;
    ULONG offset = 0;
    NTSTATUS status;

    PAGED_CODE();
    do {
        status = FatNextFound(Directory, &offset, found);
    } while (NT_SUCCESS(status) && found->Dirent.Name[0] == '.');
    if (status == STATUS_NO_MORE_FILES) {
        return STATUS_SUCCESS;
    }
    return NT_SUCCESS(status) ? STATUS_DIRECTORY_NOT_EMPTY : status;
}
