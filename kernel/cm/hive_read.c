/* Reading a regf hive into a tree. Nothing in the file is believed: every cell is checked to lie in
 * the file before it is looked at, and every number against what the file could hold.
 *
 * A damaged file can name one cell many times, or a key as its own descendant. No set of visited
 * cells is kept: there cannot be more keys, values and bytes of data than the file has room for,
 * and a file that yields more is damaged. That bounds time and memory as well.
 *
 * A file half written (sequence numbers differ) is damaged too: we keep no log to replay.
 * Pure but for paged pool; guarded by being the only one to know the tree. */
#include "cmp.h"
#include "regf.h"

typedef struct _HIVE {
    const UCHAR *Bins; /* first bin                               */
    ULONG Size;        /* bytes in all bins                       */
    ULONG Minor;
    ULONG KeysLeft; /* what the file still has room for        */
    ULONG ValuesLeft;
    ULONG BytesLeft;
} HIVE;

static NTSTATUS ReadKey(HIVE *Hive, ULONG Cell, PCM_KEY Parent, PCM_KEY *Key);
static NTSTATUS ReadValues(HIVE *Hive, const REGF_NK *Nk, PCM_KEY Key);
static NTSTATUS ReadSubkeys(HIVE *Hive, PCM_KEY Root);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, CmpReadHive)
#pragma alloc_text(PAGE, ReadKey)
#pragma alloc_text(PAGE, ReadValues)
#pragma alloc_text(PAGE, ReadSubkeys)
#endif

/* The contents of a cell of at least Wanted bytes, or NULL. */
static const VOID *GetCell(const HIVE *Hive, ULONG Offset, ULONG Wanted, PULONG Length)
{
    LONG Size;

    if (Offset % 8 != 0 || Offset >= Hive->Size || Hive->Size - Offset < sizeof(Size)) {
        return NULL;
    }
    Size = *(const LONG *)(Hive->Bins + Offset);
    if (Size >= -(LONG)sizeof(Size) || Size == (LONG)MINLONG ||
        (ULONG)-Size > Hive->Size - Offset) {
        return NULL;
    }
    if ((ULONG)-Size - sizeof(Size) < Wanted) {
        return NULL;
    }
    if (Length != NULL) {
        *Length = (ULONG)-Size - sizeof(Size);
    }
    return Hive->Bins + Offset + sizeof(Size);
}

/* A name of bytes or of UTF-16 units into a buffer of CMP_MAX_NAME characters. */
static BOOLEAN GetName(const UCHAR *Name, ULONG Length, BOOLEAN Latin, WCHAR *Buffer,
                       PUNICODE_STRING String)
{
    ULONG Count = Latin ? Length : Length / sizeof(WCHAR);

    if (Count > CMP_MAX_NAME || (!Latin && Length % sizeof(WCHAR) != 0)) {
        return FALSE;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        Buffer[Index] = Latin ? Name[Index] : (WCHAR)(Name[2 * Index] | Name[2 * Index + 1] << 8);
    }
    String->Buffer = Buffer;
    String->Length = (USHORT)(Count * sizeof(WCHAR));
    String->MaximumLength = String->Length;
    return TRUE;
}

/* Data kept in segments, gathered into pool the caller frees. */
static NTSTATUS GatherSegments(const HIVE *Hive, const REGF_DB *Db, ULONG Length, PUCHAR *Data)
{
    const ULONG *List = GetCell(Hive, Db->List, Db->Count * sizeof(ULONG), NULL);
    PUCHAR Buffer;

    if (Db->Signature != CELL_DB || List == NULL ||
        (Length + REGF_SEGMENT - 1) / REGF_SEGMENT > Db->Count) {
        return STATUS_REGISTRY_CORRUPT;
    }
    Buffer = ExAllocatePoolWithTag(PagedPool, Length, CM_TAG);
    if (Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG Done = 0; Done < Length; Done += REGF_SEGMENT) {
        ULONG Part = Length - Done < REGF_SEGMENT ? Length - Done : REGF_SEGMENT;
        const VOID *Segment = GetCell(Hive, List[Done / REGF_SEGMENT], Part, NULL);

        if (Segment == NULL) {
            ExFreePoolWithTag(Buffer, CM_TAG);
            return STATUS_REGISTRY_CORRUPT;
        }
        RtlCopyMemory(Buffer + Done, Segment, Part);
    }
    *Data = Buffer;
    return STATUS_SUCCESS;
}

static NTSTATUS ReadValue(HIVE *Hive, ULONG Cell, PCM_KEY Key)
{
    WCHAR Buffer[CMP_MAX_NAME];
    UNICODE_STRING Name;
    ULONG Length, DataLength;
    const REGF_VK *Vk = GetCell(Hive, Cell, sizeof(*Vk), &Length);
    const VOID *Data = NULL;
    PUCHAR Gathered = NULL;
    NTSTATUS Status;

    if (Vk == NULL || Vk->Signature != CELL_VK || Vk->NameLength > Length - sizeof(*Vk) ||
        !GetName(Vk->Name, Vk->NameLength, (Vk->Flags & VK_LATIN_NAME) != 0, Buffer, &Name) ||
        CmpFindValue(Key, &Name) != NULL) {
        return STATUS_REGISTRY_CORRUPT;
    }
    DataLength = Vk->DataLength & ~VK_INLINE_DATA;
    if ((Vk->DataLength & VK_INLINE_DATA) != 0) {
        if (DataLength > sizeof(Vk->Data)) {
            return STATUS_REGISTRY_CORRUPT;
        }
        Data = &Vk->Data;
    } else if (DataLength > Hive->BytesLeft || DataLength > CMP_MAX_DATA) {
        return STATUS_REGISTRY_CORRUPT;
    } else if (DataLength > REGF_SEGMENT && Hive->Minor >= 4) {
        const REGF_DB *Db = GetCell(Hive, Vk->Data, sizeof(*Db), NULL);

        if (Db == NULL) {
            return STATUS_REGISTRY_CORRUPT;
        }
        Status = GatherSegments(Hive, Db, DataLength, &Gathered);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        Data = Gathered;
    } else if (DataLength != 0) {
        Data = GetCell(Hive, Vk->Data, DataLength, NULL);
        if (Data == NULL) {
            return STATUS_REGISTRY_CORRUPT;
        }
    }
    if ((Vk->DataLength & VK_INLINE_DATA) == 0) {
        Hive->BytesLeft -= DataLength;
    }
    Status = CmpSetValue(Key, &Name, Vk->Type, Data, DataLength);
    if (Gathered != NULL) {
        ExFreePoolWithTag(Gathered, CM_TAG);
    }
    return Status;
}

static NTSTATUS ReadValues(HIVE *Hive, const REGF_NK *Nk, PCM_KEY Key)
{
    PAGED_CODE();

    if (Nk->ValueCount == 0) {
        return STATUS_SUCCESS;
    }
    if (Nk->ValueCount > Hive->ValuesLeft) {
        return STATUS_REGISTRY_CORRUPT;
    }
    Hive->ValuesLeft -= Nk->ValueCount;

    const ULONG *List = GetCell(Hive, Nk->ValueList, Nk->ValueCount * sizeof(ULONG), NULL);

    if (List == NULL) {
        return STATUS_REGISTRY_CORRUPT;
    }
    for (ULONG Index = 0; Index < Nk->ValueCount; Index++) {
        NTSTATUS Status = ReadValue(Hive, List[Index], Key);

        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    return STATUS_SUCCESS;
}

/* One key with its values, without its subkeys; its cell is remembered for them. */
static NTSTATUS ReadKey(HIVE *Hive, ULONG Cell, PCM_KEY Parent, PCM_KEY *Key)
{
    PAGED_CODE();

    WCHAR Buffer[CMP_MAX_NAME];
    UNICODE_STRING Name;
    ULONG Length;
    const REGF_NK *Nk = GetCell(Hive, Cell, sizeof(*Nk), &Length);
    NTSTATUS Status;

    if (Nk == NULL || Nk->Signature != CELL_NK || Nk->NameLength > Length - sizeof(*Nk) ||
        !GetName(Nk->Name, Nk->NameLength, (Nk->Flags & NK_LATIN_NAME) != 0, Buffer, &Name) ||
        Hive->KeysLeft == 0) {
        return STATUS_REGISTRY_CORRUPT;
    }
    if (Parent != NULL && (Name.Length == 0 || CmpFindSubkey(Parent, &Name) != NULL)) {
        return STATUS_REGISTRY_CORRUPT;
    }
    Hive->KeysLeft--;
    Status = CmpCreateKey(Parent, &Name, FALSE, Key);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    (*Key)->Cell = Cell;
    (*Key)->LastWriteTime.LowPart = Nk->Timestamp[0];
    (*Key)->LastWriteTime.HighPart = (LONG)Nk->Timestamp[1];
    if (Nk->ClassLength != 0 && Nk->Class != REGF_NO_CELL) {
        const VOID *Class = GetCell(Hive, Nk->Class, Nk->ClassLength, NULL);
        UNICODE_STRING String = {Nk->ClassLength & ~1, Nk->ClassLength & ~1, (PWSTR)Class};

        Status = Class == NULL ? STATUS_REGISTRY_CORRUPT : CmpSetClass(*Key, &String);
    }
    if (NT_SUCCESS(Status)) {
        Status = ReadValues(Hive, Nk, *Key);
    }
    if (!NT_SUCCESS(Status)) {
        CmpUnlinkKey(*Key);
        CmpFreeKey(*Key);
    }
    return Status;
}

/* One list cell: its items are keys, every Stride words. */
static NTSTATUS ReadList(HIVE *Hive, ULONG Cell, PCM_KEY Parent, BOOLEAN Indirect)
{
    ULONG Length;
    const REGF_LIST *List = GetCell(Hive, Cell, sizeof(*List), &Length);
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Stride;

    if (List == NULL) {
        return STATUS_REGISTRY_CORRUPT;
    }
    Stride = List->Signature == CELL_LF || List->Signature == CELL_LH                 ? 2
             : List->Signature == CELL_LI || (List->Signature == CELL_RI && Indirect) ? 1
                                                                                      : 0;
    if (Stride == 0 || List->Count * Stride * sizeof(ULONG) > Length - sizeof(*List)) {
        return STATUS_REGISTRY_CORRUPT;
    }
    for (ULONG Index = 0; Index < List->Count && NT_SUCCESS(Status); Index++) {
        PCM_KEY Key;

        if (List->Signature == CELL_RI) {
            Status = ReadList(Hive, List->Items[Index], Parent, FALSE);
        } else {
            Status = ReadKey(Hive, List->Items[Index * Stride], Parent, &Key);
        }
    }
    return Status;
}

/* Everything below the root, key by key in pre-order: the walk meets the keys it has just added. */
static NTSTATUS ReadSubkeys(HIVE *Hive, PCM_KEY Root)
{
    PAGED_CODE();

    for (PCM_KEY Key = Root; Key != NULL; Key = CmpNextKey(Root, Key)) {
        const REGF_NK *Nk = GetCell(Hive, Key->Cell, sizeof(*Nk), NULL);

        if (Nk->SubkeyCount != 0) {
            NTSTATUS Status = ReadList(Hive, Nk->SubkeyList, Key, TRUE);

            if (!NT_SUCCESS(Status)) {
                return Status;
            }
        }
        if (Nk->SubkeyCount != Key->SubkeyCount) {
            return STATUS_REGISTRY_CORRUPT;
        }
    }
    return STATUS_SUCCESS;
}

/* The bins must follow each other without a gap and fill what the header says. */
static BOOLEAN BinsAreSound(const HIVE *Hive)
{
    ULONG At = 0;

    while (At < Hive->Size) {
        const REGF_BIN *Bin = (const REGF_BIN *)(Hive->Bins + At);

        if (Bin->Signature != HBIN_SIGNATURE || Bin->Offset != At || Bin->Size == 0 ||
            Bin->Size % REGF_BIN_UNIT != 0 || Bin->Size > Hive->Size - At) {
            return FALSE;
        }
        At += Bin->Size;
    }
    return TRUE;
}

NTSTATUS CmpReadHive(const VOID *File, SIZE_T Size, PCM_KEY *Root)
{
    PAGED_CODE();

    const REGF_HEADER *Header = File;
    HIVE Hive;
    NTSTATUS Status;

    if (Size < REGF_HEADER_SIZE + REGF_BIN_UNIT || Header->Signature != REGF_SIGNATURE ||
        Header->Checksum != RegfChecksum(File) || Header->Sequence1 != Header->Sequence2 ||
        Header->Major != 1 || Header->Minor < 2 || Header->Minor > 6 || Header->Type != 0 ||
        Header->Format != 1 || Header->BinsSize == 0 || Header->BinsSize % REGF_BIN_UNIT != 0 ||
        Header->BinsSize > Size - REGF_HEADER_SIZE) {
        return STATUS_REGISTRY_CORRUPT;
    }
    Hive.Bins = (const UCHAR *)File + REGF_HEADER_SIZE;
    Hive.Size = Header->BinsSize;
    Hive.Minor = Header->Minor;
    Hive.KeysLeft = Hive.Size / sizeof(REGF_NK);
    Hive.ValuesLeft = Hive.Size / sizeof(REGF_VK);
    Hive.BytesLeft = Hive.Size;
    if (!BinsAreSound(&Hive)) {
        return STATUS_REGISTRY_CORRUPT;
    }
    Status = ReadKey(&Hive, Header->RootCell, NULL, Root);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ReadSubkeys(&Hive, *Root);
    if (!NT_SUCCESS(Status)) {
        CmpFreeTree(*Root);
        *Root = NULL;
    }
    return Status;
}
