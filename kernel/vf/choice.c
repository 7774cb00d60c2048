/* Which drivers are verified, and with which options. There is one choice for the system, as NT
 * has it; it counts for images loaded after it was made.
 *
 *   boot option  verifier=N:a.sys,b.sys   for this start only; boot drivers too
 *   registry     Session Manager\Memory Management: VerifyDrivers (REG_SZ, names between blanks,
 *                * for all), VerifyDriverLevel (REG_DWORD); drivers after the boot drivers
 *   console      verifier …               now, and written to the registry
 *
 * Guard: VfChoiceLock. Pageable but for what the loader asks. */
#include "vfp.h"
#include "loader.h"

#define VF_KEY L"Session Manager\\Memory Management"

const VF_OPTION VfOptions[] = {
    {VF_SPECIAL_POOL, FALSE, "special pool"},
    {VF_FORCE_IRQL, TRUE, "force IRQL checking"},
    {VF_LOW_RESOURCES, FALSE, "low resources simulation"},
    {VF_TRACK_POOL, TRUE, "pool tracking"},
    {VF_IO, FALSE, "I/O verification"},
    {VF_DEADLOCK, FALSE, "deadlock detection"},
    {0x40, FALSE, "enhanced I/O verification"},
    {0x80, FALSE, "DMA verification"},
    {0x100, FALSE, "security checks"},
    {0x200, FALSE, "force pending I/O requests"},
    {0x400, FALSE, "IRP logging"},
    {0x800, FALSE, "miscellaneous checks"},
    {VF_DDI, TRUE, "DDI compliance checking"},
    {VF_SYSTEMATIC, FALSE, "systematic low resources simulation"},
};
const ULONG VfOptionCount = RTL_NUMBER_OF(VfOptions);

static FAST_MUTEX VfChoiceLock;
static VF_CHOICE VfChoice; /* guarded by VfChoiceLock */
static BOOLEAN VfChosenAtBoot; /* (c) */

static VOID VfReadBootOption(VOID);
static VOID VfReadRegistry(VOID);
static NTSTATUS VfWriteRegistry(const VF_CHOICE *Choice);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, VfInitSystem, VfReadBootOption, VfReadRegistry)
#pragma alloc_text(PAGE, VfWriteRegistry, VfSetChoice, VfStandardFlags, VfRefusedOption)
#endif

ULONG VfStandardFlags(VOID)
{
    ULONG Flags = 0;

    PAGED_CODE();
    for (ULONG i = 0; i < VfOptionCount; i++) {
        if (VfOptions[i].Implemented && VfOptions[i].Bit != VF_LOW_RESOURCES &&
            VfOptions[i].Bit != VF_SYSTEMATIC) {
            Flags |= VfOptions[i].Bit;
        }
    }
    return Flags;
}

PCSTR VfRefusedOption(ULONG Flags, PULONG Bit)
{
    PAGED_CODE();
    for (*Bit = 1; *Bit != 0; *Bit <<= 1) {
        PCSTR Name = "an unknown option";
        BOOLEAN Implemented = FALSE;

        for (ULONG i = 0; i < VfOptionCount; i++) {
            if (VfOptions[i].Bit == *Bit) {
                Name = VfOptions[i].Name;
                Implemented = VfOptions[i].Implemented;
            }
        }
        if ((Flags & *Bit) && !Implemented) {
            return Name;
        }
    }
    return NULL;
}

VOID VfQueryChoice(VF_CHOICE *Choice)
{
    ExAcquireFastMutex(&VfChoiceLock);
    *Choice = VfChoice;
    ExReleaseFastMutex(&VfChoiceLock);
}

static VOID VfKeepChoice(const VF_CHOICE *Choice)
{
    ExAcquireFastMutex(&VfChoiceLock);
    VfChoice = *Choice;
    ExReleaseFastMutex(&VfChoiceLock);
}

static NTSTATUS VfWriteRegistry(const VF_CHOICE *Choice)
{
    WCHAR Names[VF_NAMES];
    ULONG Length = 0;
    NTSTATUS Status;

    PAGED_CODE();
    if (Choice->Names[0] == 0) {
        RtlDeleteRegistryValue(RTL_REGISTRY_CONTROL, VF_KEY, L"VerifyDrivers");
        RtlDeleteRegistryValue(RTL_REGISTRY_CONTROL, VF_KEY, L"VerifyDriverLevel");
        return STATUS_SUCCESS;
    }
    do {
        Names[Length] = (UCHAR)Choice->Names[Length];
    } while (Names[Length++] != 0);
    Status = RtlWriteRegistryValue(RTL_REGISTRY_CONTROL, VF_KEY, L"VerifyDrivers", REG_SZ, Names,
                                   Length * sizeof(WCHAR));
    if (NT_SUCCESS(Status)) {
        Status = RtlWriteRegistryValue(RTL_REGISTRY_CONTROL, VF_KEY, L"VerifyDriverLevel",
                                       REG_DWORD, (PVOID)&Choice->Flags, sizeof(ULONG));
    }
    return Status;
}

NTSTATUS VfSetChoice(const VF_CHOICE *Choice)
{
    PAGED_CODE();
    VfKeepChoice(Choice);
    return VfWriteRegistry(Choice);
}

/* N, or N:names with commas between them; N in C's notation. No names: all. */
static VOID VfReadBootOption(VOID)
{
    VF_CHOICE Choice = {0};
    CHAR Value[VF_NAMES];
    PSTR Names;
    PCSTR Refused;
    ULONG Bit;

    if (!KeGetBootOption("verifier", Value, sizeof(Value))) {
        return;
    }
    VfChosenAtBoot = TRUE;
    Names = strchr(Value, ':');
    if (Names != NULL) {
        *Names++ = 0;
    }
    if (Value[0] == 0 || strspn(Value, "0123456789abcdefABCDEFx") != strlen(Value) ||
        !NT_SUCCESS(RtlCharToInteger(Value, 0, &Choice.Flags))) {
        DbgPrint("verifier: the boot option is verifier=FLAGS:a.sys,b.sys; nothing is verified\n");
        return;
    }
    while ((Refused = VfRefusedOption(Choice.Flags, &Bit)) != NULL) {
        DbgPrint("verifier: %s (0x%lX) is not implemented; left out\n", Refused, Bit);
        Choice.Flags &= ~Bit;
    }
    strcpy(Choice.Names, Names == NULL || *Names == 0 ? "*" : Names);
    for (PSTR At = Choice.Names; *At != 0; At++) {
        *At = *At == ',' ? ' ' : *At;
    }
    VfKeepChoice(&Choice);
}

static VOID VfReadRegistry(VOID)
{
    WCHAR Buffer[VF_NAMES];
    UNICODE_STRING Names = {0, sizeof(Buffer), Buffer};
    VF_CHOICE Choice = {0};
    RTL_QUERY_REGISTRY_TABLE Table[] = {
        {.Flags = RTL_QUERY_REGISTRY_DIRECT,
         .Name = L"VerifyDrivers",
         .EntryContext = &Names,
         .DefaultType = REG_NONE},
        {.Flags = RTL_QUERY_REGISTRY_DIRECT,
         .Name = L"VerifyDriverLevel",
         .EntryContext = &Choice.Flags,
         .DefaultType = REG_NONE},
        {0}};
    RTL_QUERY_REGISTRY_TABLE *First = &Table[0];
    ULONG Count, Bit;

    if (!NT_SUCCESS(RtlQueryRegistryValues(RTL_REGISTRY_CONTROL, VF_KEY, First, NULL, NULL))) {
        return;
    }
    Count = min(Names.Length / sizeof(WCHAR), VF_NAMES - 1);
    for (ULONG i = 0; i < Count; i++) {
        Choice.Names[i] = Buffer[i] < 0x80 ? (CHAR)Buffer[i] : '?';
    }
    while (VfRefusedOption(Choice.Flags, &Bit) != NULL) {
        Choice.Flags &= ~Bit;
    }
    VfKeepChoice(&Choice);
}

VOID VfInitSystem(ULONG Phase)
{
    if (Phase == 0) {
        ExInitializeFastMutex(&VfChoiceLock);
        VfReadBootOption();
    } else if (!VfChosenAtBoot) {
        VfReadRegistry();
    }
}
