/* A driver whose pages can be watched leaving and coming back: data in PAGEDATA that only exists at
 * run time, and a pageable Unload that reads all of it. */

#include <ntddk.h>

#define WORDS 4096

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD PagerUnload;
static ULONG NTAPI PagerSum(VOID);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, PagerUnload)
#pragma alloc_text(PAGE, PagerSum)
#endif

#ifdef ALLOC_PRAGMA
#pragma data_seg("PAGEDATA")
#endif
static ULONG PagerWords[WORDS] = {1};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif

/* A pattern that is in no file: "PAGE" xor the index, spread by a multiplication. */
static ULONG NTAPI PagerWord(ULONG Index)
{
    return 0x45474150 ^ (Index * 2654435761u);
}

static ULONG NTAPI PagerSum(VOID)
{
    ULONG Wrong = 0, Index;

    for (Index = 0; Index < WORDS; Index++) {
        Wrong += PagerWords[Index] != PagerWord(Index);
    }
    return Wrong;
}

static VOID NTAPI PagerUnload(PDRIVER_OBJECT DriverObject)
{
    DbgPrint("pager: %u words of %u wrong\n", PagerSum(), WORDS);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    ULONG Index;

    for (Index = 0; Index < WORDS; Index++) {
        PagerWords[Index] = PagerWord(Index);
    }
    DriverObject->DriverUnload = PagerUnload;
    return STATUS_SUCCESS;
}
