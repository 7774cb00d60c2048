/* Changing directories: insert, remove and update entries.
 *
 * Everything goes through the cache; when it reaches the disk is the caller's business. An insert
 * that fails marks what it wrote as deleted again. A removal starts with the short entry, so that
 * what a crash can leave is an ignored piece of long name. Guard: the volume's lock. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: entries change in create, rename, delete and cleanup, all at PASSIVE_LEVEL. */
#pragma code_seg("PAGE")
#endif

#define FAT_SHORT_TRIES (4 + 9 * 64)

static NTSTATUS FatIsShortTaken(PFAT_NODE Directory, const UCHAR *Short, PBOOLEAN Taken)
{
    NTSTATUS status;
    FAT_DIRENT slot;
    ULONG offset;

    PAGED_CODE();
    *Taken = FALSE;
    for (offset = 0;; offset += FAT_DIRENT_SIZE) {
        status = FatReadSlot(Directory, offset, &slot);
        if (status == STATUS_END_OF_FILE || (NT_SUCCESS(status) && slot.Name[0] == 0)) {
            return STATUS_SUCCESS;
        }
        if (!NT_SUCCESS(status)) {
            return status;
        }
        if (slot.Name[0] != FAT_DELETED && (slot.Attributes & FAT_ATTRIBUTE_LABEL) == 0 &&
            RtlCompareMemory(slot.Name, Short, 11) == 11) {
            *Taken = TRUE;
            return STATUS_SUCCESS;
        }
    }
}

/* Chooses the short name. Slots: 1 if it is enough, else as many as the long name needs too. */
static NTSTATUS FatChooseShort(PFAT_NODE Directory, PCUNICODE_STRING Name, PFAT_DIRENT Dirent,
                               PULONG Slots)
{
    UCHAR basis[11];
    BOOLEAN exact, taken = TRUE;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG try;

    PAGED_CODE();
    exact = FatMakeShortName(Name, basis, &Dirent->Case);
    RtlCopyMemory(Dirent->Name, basis, 11);
    *Slots = 1;
    if (exact) {
        status = FatIsShortTaken(Directory, Dirent->Name, &taken);
        if (!NT_SUCCESS(status) || !taken) {
            return status;
        }
    }
    *Slots += (Name->Length / sizeof(WCHAR) + FAT_LFN_CHARS - 1) / FAT_LFN_CHARS;
    Dirent->Case = 0;
    for (try = 1; taken && NT_SUCCESS(status); try++) {
        if (try > FAT_SHORT_TRIES) {
            return STATUS_OBJECT_NAME_COLLISION;
        }
        FatTailShortName(Name, basis, try, Dirent->Name);
        status = FatIsShortTaken(Directory, Dirent->Name, &taken);
    }
    return status;
}

/* Finds Slots free slots in a row. AtEnd: they use up the end mark. Lengthens the directory if
 * need be. */
static NTSTATUS FatFindRoom(PFAT_NODE Directory, ULONG Slots, PULONG Start, PBOOLEAN AtEnd)
{
    PFAT_VOLUME V = Directory->Volume;
    ULONG offset, run = 0, need;
    NTSTATUS status;
    FAT_DIRENT slot;

    PAGED_CODE();
    *AtEnd = FALSE;
    for (offset = 0; run < Slots; offset += FAT_DIRENT_SIZE) {
        status = FatReadSlot(Directory, offset, &slot);
        if (status == STATUS_END_OF_FILE || (NT_SUCCESS(status) && slot.Name[0] == 0)) {
            *Start = offset - run * FAT_DIRENT_SIZE;
            need = *Start + Slots * FAT_DIRENT_SIZE;
            *AtEnd = TRUE;
            return need > FAT_DIRECTORY_LIMIT ? STATUS_DISK_FULL
                                              : FatGrowNode(Directory, FatClustersFor(V, need));
        }
        if (!NT_SUCCESS(status)) {
            return status;
        }
        run = slot.Name[0] == FAT_DELETED ? run + 1 : 0;
    }
    *Start = offset - Slots * FAT_DIRENT_SIZE;
    return STATUS_SUCCESS;
}

/* The specification lets anything stand behind the end mark: put a new one there. */
static NTSTATUS FatMoveEnd(PFAT_NODE Directory, ULONG Offset)
{
    NTSTATUS status;
    FAT_DIRENT slot;

    PAGED_CODE();
    status = FatReadSlot(Directory, Offset, &slot);
    if (status == STATUS_END_OF_FILE || (NT_SUCCESS(status) && slot.Name[0] == 0)) {
        return STATUS_SUCCESS;
    }
    if (NT_SUCCESS(status)) {
        RtlZeroMemory(&slot, sizeof(slot));
        status = FatWriteSlot(Directory, Offset, &slot);
    }
    return status;
}

/* One long-name slot: characters from (Ordinal - 1) * 13 on, a zero, then 0xFFFF. */
static VOID FatMakeLfn(PCUNICODE_STRING Name, ULONG Ordinal, BOOLEAN Last, UCHAR Checksum,
                       PUCHAR Slot)
{
    static const UCHAR places[FAT_LFN_CHARS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    ULONG length = Name->Length / sizeof(WCHAR), i, at;
    WCHAR c;

    PAGED_CODE();
    RtlZeroMemory(Slot, FAT_DIRENT_SIZE);
    Slot[0] = (UCHAR)(Ordinal | (Last ? FAT_LFN_LAST : 0));
    Slot[11] = FAT_LFN_ATTRIBUTES;
    Slot[13] = Checksum;
    for (i = 0; i < FAT_LFN_CHARS; i++) {
        at = (Ordinal - 1) * FAT_LFN_CHARS + i;
        c = at < length ? Name->Buffer[at] : at == length ? 0 : 0xFFFF;
        Slot[places[i]] = (UCHAR)c;
        Slot[places[i] + 1] = (UCHAR)(c >> 8);
    }
}

/* Dirent: everything but the name, which is filled in. */
NTSTATUS FatInsertEntry(PFAT_NODE Directory, PCUNICODE_STRING Name, PFAT_DIRENT Dirent,
                        PULONG Offset, PULONG FirstOffset)
{
    ULONG slots, start, i;
    UCHAR lfn[FAT_DIRENT_SIZE];
    NTSTATUS status;
    BOOLEAN atEnd;
    UCHAR sum;

    PAGED_CODE();
    status = FatChooseShort(Directory, Name, Dirent, &slots);
    if (NT_SUCCESS(status)) {
        status = FatFindRoom(Directory, slots, &start, &atEnd);
    }
    if (NT_SUCCESS(status) && atEnd) {
        status = FatMoveEnd(Directory, start + slots * FAT_DIRENT_SIZE);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    sum = FatShortChecksum(Dirent->Name);
    for (i = 0; NT_SUCCESS(status) && i + 1 < slots; i++) {
        FatMakeLfn(Name, slots - 1 - i, i == 0, sum, lfn);
        status = FatWriteSlot(Directory, start + i * FAT_DIRENT_SIZE, lfn);
    }
    *FirstOffset = start;
    *Offset = start + (slots - 1) * FAT_DIRENT_SIZE;
    if (NT_SUCCESS(status)) {
        status = FatWriteSlot(Directory, *Offset, Dirent);
    }
    if (!NT_SUCCESS(status)) {
        FatRemoveEntry(Directory, *FirstOffset, *Offset);
    }
    return status;
}

NTSTATUS FatRemoveEntry(PFAT_NODE Directory, ULONG FirstOffset, ULONG Offset)
{
    NTSTATUS status;
    FAT_DIRENT slot;
    ULONG at = Offset;

    PAGED_CODE();
    for (;;) {
        status = FatReadSlot(Directory, at, &slot);
        if (NT_SUCCESS(status)) {
            slot.Name[0] = FAT_DELETED;
            status = FatWriteSlot(Directory, at, &slot);
        }
        if (!NT_SUCCESS(status) || at == FirstOffset) {
            return status;
        }
        at -= FAT_DIRENT_SIZE;
    }
}

/* Brings the node's directory entry up to date, in the cache. */
NTSTATUS FatWriteEntry(PFAT_NODE Node)
{
    NTSTATUS status = STATUS_SUCCESS;
    FAT_DIRENT slot;

    PAGED_CODE();
    if (Node->Parent != NULL && !Node->Removed) {
        status = FatReadSlot(Node->Parent, Node->Offset, &slot);
        if (NT_SUCCESS(status)) {
            FatNodeToDirent(Node, &slot);
            status = FatWriteSlot(Node->Parent, Node->Offset, &slot);
        }
    }
    if (NT_SUCCESS(status)) {
        Node->EntryDirty = FALSE;
    }
    return status;
}
