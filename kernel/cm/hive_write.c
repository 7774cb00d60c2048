/* Writing a tree as a regf hive, version 1.3: every value's data in one cell, subkeys in "lf"
 * lists, one security descriptor that all keys share. The same walk runs twice, first counting and
 * then writing, so that the two cannot disagree. Pure; the caller holds the tree still. */
#include "cmp.h"
#include "regf.h"

/* Cells are dealt out in order. A cell does not cross the end of its bin: what is left of the bin
 * becomes a free cell and a new bin is begun. */
typedef struct _WRITER {
    PUCHAR Bins; /* NULL: only counting                  */
    ULONG Used;  /* bytes in finished bins               */
    ULONG BinStart, BinSize, BinUsed;
    ULONG Security; /* cell of the descriptor               */
    ULONG Keys;     /* how many share it                    */
} WRITER;

static VOID WriteValues(WRITER *Writer, PCM_KEY Key, REGF_NK *Nk);
static VOID WriteSubkeyList(WRITER *Writer, PCM_KEY Key, REGF_NK *Nk);
static ULONG WriteKey(WRITER *Writer, PCM_KEY Key, ULONG Parent, BOOLEAN Root);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, CmpWriteHive)
#pragma alloc_text(PAGE, WriteValues)
#pragma alloc_text(PAGE, WriteSubkeyList)
#pragma alloc_text(PAGE, WriteKey)
#endif

static VOID CloseBin(WRITER *Writer)
{
    ULONG Left = Writer->BinSize - Writer->BinUsed;

    if (Writer->Bins != NULL && Left != 0) {
        *(PLONG)(Writer->Bins + Writer->BinStart + Writer->BinUsed) = (LONG)Left;
    }
    Writer->BinStart += Writer->BinSize;
    Writer->BinSize = 0;
    Writer->BinUsed = 0;
}

/* Takes a cell for Length bytes; *Contents is NULL while counting. The memory is zero. */
static ULONG TakeCell(WRITER *Writer, ULONG Length, PVOID *Contents)
{
    ULONG Size = (Length + sizeof(LONG) + 7) & ~7u;
    ULONG Cell;

    if (Writer->BinSize - Writer->BinUsed < Size) {
        CloseBin(Writer);
        Writer->BinSize = (Size + sizeof(REGF_BIN) + REGF_BIN_UNIT - 1) & ~(REGF_BIN_UNIT - 1);
        Writer->BinUsed = sizeof(REGF_BIN);
        if (Writer->Bins != NULL) {
            REGF_BIN *Bin = (REGF_BIN *)(Writer->Bins + Writer->BinStart);

            Bin->Signature = HBIN_SIGNATURE;
            Bin->Offset = Writer->BinStart;
            Bin->Size = Writer->BinSize;
        }
    }
    Cell = Writer->BinStart + Writer->BinUsed;
    Writer->BinUsed += Size;
    *Contents = NULL;
    if (Writer->Bins != NULL) {
        *(PLONG)(Writer->Bins + Cell) = -(LONG)Size;
        *Contents = Writer->Bins + Cell + sizeof(LONG);
    }
    return Cell;
}

static PVOID CellContents(WRITER *Writer, ULONG Cell)
{
    return Writer->Bins == NULL ? NULL : Writer->Bins + Cell + sizeof(LONG);
}

static BOOLEAN IsLatin(const WCHAR *Name, ULONG Length)
{
    for (ULONG Index = 0; Index < Length / sizeof(WCHAR); Index++) {
        if (Name[Index] > 0xFF) {
            return FALSE;
        }
    }
    return TRUE;
}

static VOID PutName(PUCHAR To, const WCHAR *Name, ULONG Length, BOOLEAN Latin)
{
    if (!Latin) {
        RtlCopyMemory(To, Name, Length);
        return;
    }
    for (ULONG Index = 0; Index < Length / sizeof(WCHAR); Index++) {
        To[Index] = (UCHAR)Name[Index];
    }
}

static ULONG WriteValue(WRITER *Writer, PCM_VALUE Value)
{
    BOOLEAN Latin = IsLatin(Value->Name, Value->NameLength);
    ULONG NameLength = Latin ? Value->NameLength / sizeof(WCHAR) : Value->NameLength;
    ULONG DataCell = 0;
    REGF_VK *Vk;
    PVOID Contents;
    ULONG Cell = TakeCell(Writer, sizeof(*Vk) + NameLength, &Contents);

    Vk = Contents;
    if (Value->DataLength > sizeof(ULONG)) {
        DataCell = TakeCell(Writer, Value->DataLength, &Contents);
        if (Contents != NULL) {
            RtlCopyMemory(Contents, Value->Data, Value->DataLength);
        }
    } else if (Value->DataLength != 0) {
        RtlCopyMemory(&DataCell, Value->Data, Value->DataLength);
    }
    if (Vk != NULL) {
        Vk->Signature = CELL_VK;
        Vk->NameLength = (USHORT)NameLength;
        Vk->DataLength =
            Value->DataLength | (Value->DataLength > sizeof(ULONG) ? 0 : VK_INLINE_DATA);
        Vk->Data = DataCell;
        Vk->Type = Value->Type;
        Vk->Flags = Latin ? VK_LATIN_NAME : 0;
        PutName(Vk->Name, Value->Name, Value->NameLength, Latin);
    }
    return Cell;
}

static VOID WriteValues(WRITER *Writer, PCM_KEY Key, REGF_NK *Nk)
{
    PAGED_CODE();

    PVOID Contents;
    ULONG Cell, Index = 0;

    if (Key->ValueCount == 0) {
        return;
    }
    Cell = TakeCell(Writer, Key->ValueCount * sizeof(ULONG), &Contents);
    if (Nk != NULL) {
        Nk->ValueCount = Key->ValueCount;
        Nk->ValueList = Cell;
    }
    for (PLIST_ENTRY At = Key->Values.Flink; At != &Key->Values; At = At->Flink, Index++) {
        PCM_VALUE Value = CONTAINING_RECORD(At, CM_VALUE, Link);
        PULONG List = CellContents(Writer, Cell);
        ULONG ValueCell = WriteValue(Writer, Value);

        if (List != NULL) {
            List[Index] = ValueCell;
            Nk->MaxValueName =
                Nk->MaxValueName > Value->NameLength ? Nk->MaxValueName : Value->NameLength;
            Nk->MaxValueData =
                Nk->MaxValueData > Value->DataLength ? Nk->MaxValueData : Value->DataLength;
        }
    }
}

/* The key's own cell, class and values. */
static ULONG WriteKey(WRITER *Writer, PCM_KEY Key, ULONG Parent, BOOLEAN Root)
{
    PAGED_CODE();

    BOOLEAN Latin = IsLatin(Key->Name, Key->NameLength);
    ULONG NameLength = Latin ? Key->NameLength / sizeof(WCHAR) : Key->NameLength;
    ULONG ClassCell = REGF_NO_CELL;
    REGF_NK *Nk;
    PVOID Contents;

    Key->Cell = TakeCell(Writer, sizeof(*Nk) + NameLength, &Contents);
    Nk = Contents;
    Writer->Keys++;
    if (Key->Class.Length != 0) {
        ClassCell = TakeCell(Writer, Key->Class.Length, &Contents);
        if (Contents != NULL) {
            RtlCopyMemory(Contents, Key->Class.Buffer, Key->Class.Length);
        }
    }
    if (Nk != NULL) {
        Nk->Signature = CELL_NK;
        Nk->Flags = (USHORT)((Latin ? NK_LATIN_NAME : 0) | (Root ? NK_ROOT | NK_NO_DELETE : 0));
        Nk->Timestamp[0] = Key->LastWriteTime.LowPart;
        Nk->Timestamp[1] = (ULONG)Key->LastWriteTime.HighPart;
        Nk->Parent = Parent;
        Nk->SubkeyList = REGF_NO_CELL;
        Nk->VolatileList = REGF_NO_CELL;
        Nk->ValueList = REGF_NO_CELL;
        Nk->Security = Writer->Security;
        Nk->Class = ClassCell;
        Nk->NameLength = (USHORT)NameLength;
        Nk->ClassLength = Key->Class.Length;
        PutName(Nk->Name, Key->Name, Key->NameLength, Latin);
    }
    WriteValues(Writer, Key, Nk);
    return Key->Cell;
}

static BOOLEAN IsWritten(PCM_KEY Key)
{
    return !Key->Volatile && Key->Target == NULL;
}

/* The list of a key's subkeys, and the subkeys' own cells. */
static VOID WriteSubkeyList(WRITER *Writer, PCM_KEY Key, REGF_NK *Nk)
{
    PAGED_CODE();

    ULONG Count = 0, Cell, Index = 0;
    PVOID Contents;

    for (PLIST_ENTRY At = Key->Subkeys.Flink; At != &Key->Subkeys; At = At->Flink) {
        Count += IsWritten(CONTAINING_RECORD(At, CM_KEY, Link));
    }
    if (Count == 0) {
        return;
    }
    Cell = TakeCell(Writer, sizeof(REGF_LIST) + Count * 2 * sizeof(ULONG), &Contents);
    if (Nk != NULL) {
        Nk->SubkeyCount = Count;
        Nk->SubkeyList = Cell;
    }
    for (PLIST_ENTRY At = Key->Subkeys.Flink; At != &Key->Subkeys; At = At->Flink) {
        PCM_KEY Subkey = CONTAINING_RECORD(At, CM_KEY, Link);
        REGF_LIST *List = CellContents(Writer, Cell);

        if (!IsWritten(Subkey)) {
            continue;
        }
        WriteKey(Writer, Subkey, Key->Cell, FALSE);
        if (List != NULL) {
            List->Signature = CELL_LF;
            List->Count = (USHORT)Count;
            List->Items[Index++] = Subkey->Cell;
            for (ULONG Byte = 0; Byte < sizeof(ULONG) && Byte < Subkey->NameLength / sizeof(WCHAR);
                 Byte++) {
                List->Items[Index] |= (Subkey->Name[Byte] & 0xFFu) << (8 * Byte);
            }
            Index++;
            Nk->MaxSubkeyName =
                Nk->MaxSubkeyName > Subkey->NameLength ? Nk->MaxSubkeyName : Subkey->NameLength;
            Nk->MaxSubkeyClass = Nk->MaxSubkeyClass > Subkey->Class.Length ? Nk->MaxSubkeyClass
                                                                           : Subkey->Class.Length;
        }
    }
}

/* Owner Administrators, group SYSTEM, and no access list: we check nobody. */
static VOID WriteSecurity(WRITER *Writer)
{
    static const UCHAR Descriptor[] = {
        1, 0, 0x00, 0x80, 20, 0, 0, 0, 36,   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,  2, 0, 0,
        0, 0, 0,    5,    32, 0, 0, 0, 0x20, 2, 0, 0, 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0,
    };
    REGF_SK *Sk;
    PVOID Contents;

    Writer->Security = TakeCell(Writer, sizeof(*Sk) + sizeof(Descriptor), &Contents);
    Sk = Contents;
    if (Sk != NULL) {
        Sk->Signature = CELL_SK;
        Sk->Next = Writer->Security;
        Sk->Previous = Writer->Security;
        Sk->DescriptorSize = sizeof(Descriptor);
        RtlCopyMemory(Sk->Descriptor, Descriptor, sizeof(Descriptor));
    }
}

static VOID WriteHeader(REGF_HEADER *Header, PCM_KEY Root, ULONG BinsSize, LARGE_INTEGER Now)
{
    static const CHAR FileName[] = "SYSTEM";

    Header->Signature = REGF_SIGNATURE;
    Header->Sequence1 = 1;
    Header->Sequence2 = 1;
    Header->Timestamp[0] = Now.LowPart;
    Header->Timestamp[1] = (ULONG)Now.HighPart;
    Header->Major = 1;
    Header->Minor = 3;
    Header->Format = 1;
    Header->RootCell = Root->Cell;
    Header->BinsSize = BinsSize;
    Header->Cluster = 1;
    for (ULONG Index = 0; FileName[Index] != 0; Index++) {
        Header->FileName[Index] = (USHORT)FileName[Index];
    }
    Header->Checksum = RegfChecksum((const ULONG *)Header);
}

SIZE_T CmpWriteHive(PCM_KEY Root, PVOID File, LARGE_INTEGER Now)
{
    PAGED_CODE();

    WRITER Writer = {0};
    PCM_KEY Key = Root;

    Writer.Bins = File == NULL ? NULL : (PUCHAR)File + REGF_HEADER_SIZE;
    WriteSecurity(&Writer);
    WriteKey(&Writer, Root, REGF_NO_CELL, TRUE);
    while (Key != NULL) {
        if (IsWritten(Key)) {
            WriteSubkeyList(&Writer, Key, CellContents(&Writer, Key->Cell));
            Key = CmpNextKey(Root, Key);
        } else {
            /* Step over everything below a key that is not written. */
            while (Key != Root && Key->Link.Flink == &Key->Parent->Subkeys) {
                Key = Key->Parent;
            }
            Key = Key == Root ? NULL : CONTAINING_RECORD(Key->Link.Flink, CM_KEY, Link);
        }
    }
    CloseBin(&Writer);
    if (File != NULL) {
        ((REGF_SK *)CellContents(&Writer, Writer.Security))->References = Writer.Keys;
        WriteHeader(File, Root, Writer.BinStart, Now);
    }
    return REGF_HEADER_SIZE + Writer.BinStart;
}
