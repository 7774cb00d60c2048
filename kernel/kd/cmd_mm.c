/* drivers, sections, trim, vm, pool: what the memory manager knows. Pageable. */
#include "kdp.h"

#define MAX_TAGS 256

typedef struct _IMAGE_SEARCH {
    PCSTR Name; /* with or without ".sys"; NULL: every image */
    BOOLEAN Found;
    BOOLEAN Out;
    NTSTATUS Status;
} IMAGE_SEARCH;

static BOOLEAN NameIs(PLDR_DATA_TABLE_ENTRY Entry, PCSTR Wanted);
static VOID PrintSection(PVOID Context, const MM_SECTION_STATE *State);
static BOOLEAN PrintImage(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry);
static BOOLEAN SectionsOf(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry);
static BOOLEAN TrimOne(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, NameIs)
#pragma alloc_text(PAGE, PrintSection)
#pragma alloc_text(PAGE, PrintImage)
#pragma alloc_text(PAGE, SectionsOf)
#pragma alloc_text(PAGE, TrimOne)
#pragma alloc_text(PAGE, KdpDrivers)
#pragma alloc_text(PAGE, KdpSections)
#pragma alloc_text(PAGE, KdpTrim)
#pragma alloc_text(PAGE, KdpVm)
#pragma alloc_text(PAGE, KdpPool)
#endif

/* "fastfat" and "fastfat.sys" both name fastfat.sys. */
static BOOLEAN NameIs(PLDR_DATA_TABLE_ENTRY Entry, PCSTR Wanted)
{
    PAGED_CODE();

    CHAR Name[64];
    PSTR Dot;

    _snprintf(Name, sizeof(Name) - 1, "%wZ", &Entry->BaseDllName);
    Name[sizeof(Name) - 1] = 0;
    if (_stricmp(Name, Wanted) == 0) {
        return TRUE;
    }
    Dot = strrchr(Name, '.');
    if (Dot != NULL) {
        *Dot = 0;
    }
    return _stricmp(Name, Wanted) == 0;
}

static BOOLEAN PrintImage(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry)
{
    PAGED_CODE();

    DbgPrint("0x%08X %8u %wZ\n", Entry->DllBase, Entry->SizeOfImage, &Entry->BaseDllName);
    return TRUE;
}

static BOOLEAN PrintDriver(PVOID Context, const IO_DRIVER_STATE *State)
{
    DbgPrint("0x%08X %8u %wZ\n", State->Object, State->Devices, State->Name);
    return TRUE;
}

NTSTATUS KdpDrivers(ULONG Count, PSTR *Words)
{
    PAGED_CODE();

    DbgPrint("# base         size image\n");
    MmEnumerateImages(PrintImage, NULL);
    DbgPrint("# object    devices driver\n");
    IoEnumerateDrivers(PrintDriver, NULL);
    return STATUS_SUCCESS;
}

static VOID PrintSection(PVOID Context, const MM_SECTION_STATE *State)
{
    PAGED_CODE();

    DbgPrint("%-8s %c %5u %8u %8u %7u %5u %9u %5u %5d\n", State->Name[0] == 0 ? "-" : State->Name,
             State->Kind, State->Pages, State->Resident, State->Modified, State->Standby,
             State->Out, State->Discarded, State->Slots, State->Locks);
}

static BOOLEAN SectionsOf(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry)
{
    PAGED_CODE();

    IMAGE_SEARCH *Search = Context;

    if (!NameIs(Entry, Search->Name)) {
        return TRUE;
    }
    Search->Found = TRUE;
    DbgPrint("# name   K pages resident modified standby   out discarded slots locks\n");
    MmQuerySections(Entry, PrintSection, NULL);
    return FALSE;
}

NTSTATUS KdpSections(ULONG Count, PSTR *Words)
{
    IMAGE_SEARCH Search = {0};

    PAGED_CODE();
    if (Count != 2) {
        return KdpUsage("sections");
    }
    Search.Name = Words[1];
    MmEnumerateImages(SectionsOf, &Search);
    return Search.Found
               ? STATUS_SUCCESS
               : KdpError(Words[1], STATUS_OBJECT_NAME_NOT_FOUND, "no such image is loaded");
}

static BOOLEAN TrimOne(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry)
{
    PAGED_CODE();

    IMAGE_SEARCH *Search = Context;

    if (!NameIs(Entry, Search->Name)) {
        return TRUE;
    }
    Search->Found = TRUE;
    Search->Status = MmTrimPages(Entry, Search->Out);
    return FALSE;
}

NTSTATUS KdpTrim(ULONG Count, PSTR *Words)
{
    IMAGE_SEARCH Search = {0};

    PAGED_CODE();
    for (ULONG Index = 1; Index < Count; Index++) {
        if (_stricmp(Words[Index], "/out") == 0) {
            Search.Out = TRUE;
        } else if (Search.Name == NULL) {
            Search.Name = Words[Index];
        } else {
            return KdpUsage("trim");
        }
    }
    if (Search.Name == NULL) {
        Search.Status = MmTrimPages(NULL, Search.Out);
    } else {
        MmEnumerateImages(TrimOne, &Search);
        if (!Search.Found) {
            return KdpError(Search.Name, STATUS_OBJECT_NAME_NOT_FOUND, "no such image is loaded");
        }
    }
    return Search.Status;
}

NTSTATUS KdpVm(ULONG Count, PSTR *Words)
{
    MM_STATISTICS S;

    PAGED_CODE();
    MmQueryStatistics(&S);
    DbgPrint("# pages of 4096 bytes\n");
    DbgPrint("physical     %8u\n", S.PhysicalPages);
    DbgPrint("zeroed       %8u\n", S.Zeroed);
    DbgPrint("free         %8u\n", S.Free);
    DbgPrint("standby      %8u\n", S.Standby);
    DbgPrint("modified     %8u\n", S.Modified);
    DbgPrint("active       %8u\n", S.Active);
    DbgPrint("pinned       %8u\n", S.Pinned);
    DbgPrint("pagetables   %8u\n", S.PageTables);
    DbgPrint("workingset   %8u\n", S.WorkingSet);
    DbgPrint("committed    %8u of %u, peak %u\n", S.Committed, S.CommitLimit, S.CommitPeak);
    DbgPrint("slots        %8u of %u\n", S.SlotsUsed, S.SlotsTotal);
    DbgPrint("ptes         %8u of %u free\n", S.SystemPtesFree, S.SystemPtes);
    DbgPrint("nonpagedpool %8u\n", S.NonPagedPoolPages);
    DbgPrint("pagedpool    %8u\n", S.PagedPoolPages);
    DbgPrint("# events since start-up\n");
    DbgPrint("faults       %8u demand zero, %u soft, %u hard, %u collided\n", S.DemandZeroFaults,
             S.SoftFaults, S.HardFaults, S.CollidedFaults);
    DbgPrint("written      %8u in %u requests, %u errors\n", S.PagesWritten, S.WriteRequests,
             S.WriteErrors);
    DbgPrint("read         %8u, %u errors\n", S.PagesRead, S.ReadErrors);
    DbgPrint("trimmed      %8u\n", S.PagesTrimmed);
    return STATUS_SUCCESS;
}

static int CompareTags(const void *First, const void *Second)
{
    const MM_POOL_TAG_STATE *A = First, *B = Second;
    SIZE_T BytesA = A->NonPagedBytes + A->PagedBytes, BytesB = B->NonPagedBytes + B->PagedBytes;

    return BytesA > BytesB ? -1 : BytesA < BytesB ? 1 : A->Tag < B->Tag ? -1 : 1;
}

static VOID TagText(ULONG Tag, CHAR Text[5])
{
    for (ULONG Index = 0; Index < 4; Index++) {
        CHAR Character = (CHAR)(Tag >> (8 * Index));

        Text[Index] = isprint((UCHAR)Character) ? Character : '.';
    }
    Text[4] = 0;
}

NTSTATUS KdpPool(ULONG Count, PSTR *Words)
{
    MM_POOL_TAG_STATE *Rows;
    ULONG RowCount;

    PAGED_CODE();
    Rows = ExAllocatePoolWithTag(NonPagedPool, MAX_TAGS * sizeof(*Rows), KD_TAG);
    if (Rows == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RowCount = min(MmQueryPoolTags(Rows, MAX_TAGS), MAX_TAGS);
    qsort(Rows, RowCount, sizeof(*Rows), CompareTags);
    DbgPrint("# tag  nonpaged: used    bytes  paged: used    bytes\n");
    for (ULONG Index = 0; Index < RowCount; Index++) {
        MM_POOL_TAG_STATE *Row = &Rows[Index];
        CHAR Tag[5];

        TagText(Row->Tag, Tag);
        if (Count < 2 || KdpMatches(Words[1], Tag)) {
            DbgPrint("%-4s %14u %8u %12u %8u\n", Tag, Row->NonPagedAllocs - Row->NonPagedFrees,
                     Row->NonPagedBytes, Row->PagedAllocs - Row->PagedFrees, Row->PagedBytes);
        }
    }
    ExFreePoolWithTag(Rows, KD_TAG);
    return STATUS_SUCCESS;
}
