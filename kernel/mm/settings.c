/* What the registry says about paging, read once at start-up from
 * Control\Session Manager\Memory Management:
 *
 *   PagingFiles             REG_MULTI_SZ  "C:\pagefile.sys MINIMUM MAXIMUM", sizes in MiB
 *   DisablePagingExecutive  REG_DWORD     1: drivers and the kernel stay in memory
 *
 * A page file that cannot be used is named with its reason; the machine runs without it. */
#include "pagefile.h"

#define MI_SETTINGS_KEY  L"Session Manager\\Memory Management"
#define MI_PATH_PREFIX   L"\\??\\"
#define MI_PATH_CHARS    128
#define MI_PAGES_IN_MIB  (1048576u >> PAGE_SHIFT)
#define MI_MOST_MIB      ((1u << MI_SLOT_PAGE_BITS) / MI_PAGES_IN_MIB)

static NTSTATUS NTAPI MiReadPagingFile(PWSTR Name, ULONG Type, PVOID Data, ULONG Length,
                                       PVOID Context, PVOID Entry);
static ULONG MiTakeNumber(PCUNICODE_STRING Text, PUSHORT At);
static BOOLEAN MiKeepImage(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, MmCreatePagingFiles, MiReadPagingFile, MiTakeNumber, MiKeepImage)
#endif

/* The decimal number after blanks at *At, 0 if there is none. Moves *At behind it. */
static ULONG MiTakeNumber(PCUNICODE_STRING Text, PUSHORT At)
{
    USHORT Chars = Text->Length / sizeof(WCHAR);
    ULONG Number = 0;

    while (*At < Chars && Text->Buffer[*At] == L' ') {
        (*At)++;
    }
    for (; *At < Chars && Text->Buffer[*At] >= L'0' && Text->Buffer[*At] <= L'9'; (*At)++) {
        Number = min(Number * 10 + (Text->Buffer[*At] - L'0'), MI_MOST_MIB);
    }
    return Number;
}

/* One string of PagingFiles. */
static NTSTATUS NTAPI MiReadPagingFile(PWSTR ValueName, ULONG Type, PVOID Data, ULONG Length,
                                       PVOID Context, PVOID Entry)
{
    WCHAR Buffer[MI_PATH_CHARS];
    UNICODE_STRING Text, Path;
    ULONG Minimum, Maximum;
    NTSTATUS Status;
    USHORT At = 0;

    if (Type != REG_SZ) {
        return STATUS_SUCCESS;
    }
    RtlInitUnicodeString(&Text, Data);
    while (At < Text.Length / sizeof(WCHAR) && Text.Buffer[At] != L' ') {
        At++;
    }
    RtlInitEmptyUnicodeString(&Path, Buffer, sizeof(Buffer));
    RtlAppendUnicodeToString(&Path, MI_PATH_PREFIX);
    Text.Length = At * sizeof(WCHAR);
    Status = RtlAppendUnicodeStringToString(&Path, &Text);
    RtlInitUnicodeString(&Text, Data);
    Minimum = MiTakeNumber(&Text, &At);
    Maximum = max(MiTakeNumber(&Text, &At), Minimum);
    if (NT_SUCCESS(Status)) {
        Status = MmCreatePagingFile(&Path, Minimum * MI_PAGES_IN_MIB, Maximum * MI_PAGES_IN_MIB);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("Page file \"%ws\" cannot be used (0x%08lX)\n", (PWSTR)Data, Status);
    }
    return STATUS_SUCCESS;
}

static BOOLEAN MiKeepImage(PVOID Context, PLDR_DATA_TABLE_ENTRY Entry)
{
    MiUpdateImage(CONTAINING_RECORD(Entry, MI_IMAGE, Ldr));
    return TRUE;
}

VOID MmCreatePagingFiles(VOID)
{
    ULONG Disable = 0;
    RTL_QUERY_REGISTRY_TABLE Table[] = {
        {.Flags = RTL_QUERY_REGISTRY_DIRECT,
         .Name = L"DisablePagingExecutive",
         .EntryContext = &Disable,
         .DefaultType = REG_NONE},
        {.QueryRoutine = MiReadPagingFile, .Name = L"PagingFiles"},
        {0}};
    RTL_QUERY_REGISTRY_TABLE *First = &Table[0];

    RtlQueryRegistryValues(RTL_REGISTRY_CONTROL, MI_SETTINGS_KEY, First, NULL, NULL);
    if (Disable != 0) {
        /* Loaded images gave their pages to the working set; none has left memory for long. */
        MmDisablePagingExecutive = TRUE;
        MmEnumerateImages(MiKeepImage, NULL);
    }
    if (!MmPagingActive) {
        DbgPrint("No page file is in use: nothing will be paged out\n");
    }
}
