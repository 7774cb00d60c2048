/* verifier: which drivers are verified from their next load on, and what it has seen. Pageable. */
#include "kdp.h"
#include "vf.h"

static NTSTATUS TakeFlags(PCSTR Word, PULONG Flags);
static NTSTATUS AddName(VF_CHOICE *Choice, PCSTR Name);
static VOID PrintSettings(VOID);
static VOID PrintDriver(const VF_DRIVER_STATE *State);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, TakeFlags)
#pragma alloc_text(PAGE, AddName)
#pragma alloc_text(PAGE, PrintSettings)
#pragma alloc_text(PAGE, PrintDriver)
#pragma alloc_text(PAGE, KdpVerifier)
#endif

/* Decimal, or hexadecimal after 0x, as NT's tool takes them. */
static NTSTATUS TakeFlags(PCSTR Word, PULONG Flags)
{
    BOOLEAN Hexadecimal = Word[0] == '0' && (Word[1] | 0x20) == 'x';
    PCSTR Digits = Hexadecimal ? Word + 2 : Word;
    PCSTR Refused;
    CHAR Reason[100];
    ULONG Bit;

    PAGED_CODE();
    if (*Digits == 0 || strlen(Digits) > 10 ||
        strspn(Digits, Hexadecimal ? "0123456789abcdefABCDEF" : "0123456789") != strlen(Digits) ||
        !NT_SUCCESS(RtlCharToInteger(Digits, Hexadecimal ? 16 : 10, Flags))) {
        return KdpUsage("verifier");
    }
    Refused = VfRefusedOption(*Flags, &Bit);
    if (Refused != NULL) {
        _snprintf(Reason, sizeof(Reason) - 1, "%s (0x%lX) is not implemented", Refused, Bit);
        Reason[sizeof(Reason) - 1] = 0;
        return KdpError("verifier", STATUS_NOT_SUPPORTED, Reason);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS AddName(VF_CHOICE *Choice, PCSTR Name)
{
    SIZE_T Length = strlen(Choice->Names);

    PAGED_CODE();
    if (Length + strlen(Name) + 2 > sizeof(Choice->Names)) {
        return KdpError(Name, STATUS_BUFFER_OVERFLOW, "the list of drivers gets too long");
    }
    if (Length != 0) {
        Choice->Names[Length++] = ' ';
    }
    strcpy(Choice->Names + Length, Name);
    return STATUS_SUCCESS;
}

static VOID PrintSettings(VOID)
{
    VF_CHOICE Choice;

    PAGED_CODE();
    VfQueryChoice(&Choice);
    DbgPrint("flags    0x%08X\n", Choice.Names[0] != 0 ? Choice.Flags : 0);
    for (ULONG i = 0; i < VfOptionCount; i++) {
        if (VfOptions[i].Implemented) {
            DbgPrint("  [%c] 0x%08X %s\n",
                     Choice.Names[0] != 0 && (Choice.Flags & VfOptions[i].Bit) ? 'x' : ' ',
                     VfOptions[i].Bit, VfOptions[i].Name);
        }
    }
    DbgPrint("drivers  %s\n", Choice.Names[0] == 0          ? "none"
                              : strcmp(Choice.Names, "*") == 0 ? "all"
                                                               : Choice.Names);
}

static VOID PrintDriver(const VF_DRIVER_STATE *State)
{
    const VF_COUNTERS *Counters = &State->Counters;

    PAGED_CODE();
    DbgPrint("%s %s, flags 0x%08X, loads %u, unloads %u\n", State->Name,
             State->Loaded ? "loaded" : "not loaded", State->Flags, State->Loads, State->Unloads);
    DbgPrint("  RaiseIrqls %u  AcquireSpinLocks %u  SynchExecutions %u  Trims %u\n",
             Counters->RaiseIrqls, Counters->AcquireSpinLocks, Counters->SynchExecutions,
             Counters->Trims);
    DbgPrint("  AllocationsAttempted %u  AllocationsSucceeded %u  AllocationsFailed %u\n",
             Counters->AllocationsTried, Counters->AllocationsDone, Counters->AllocationsFailed);
}

NTSTATUS KdpVerifier(ULONG Count, PSTR *Words)
{
    VF_CHOICE Choice, Old;
    BOOLEAN HaveFlags = FALSE, HaveNames = FALSE;
    NTSTATUS Status = STATUS_SUCCESS;

    PAGED_CODE();
    if (Count == 2 && _stricmp(Words[1], "/query") == 0) {
        VfEnumerateDrivers(PrintDriver);
        return STATUS_SUCCESS;
    }
    if (Count == 2 && _stricmp(Words[1], "/querysettings") == 0) {
        PrintSettings();
        return STATUS_SUCCESS;
    }
    RtlZeroMemory(&Choice, sizeof(Choice));
    if (Count == 2 && _stricmp(Words[1], "/reset") == 0) {
        return VfSetChoice(&Choice);
    }
    VfQueryChoice(&Old);
    for (ULONG i = 1; i < Count && NT_SUCCESS(Status); i++) {
        if (_stricmp(Words[i], "/flags") == 0 && i + 1 < Count && !HaveFlags) {
            HaveFlags = TRUE;
            Status = TakeFlags(Words[++i], &Choice.Flags);
        } else if (_stricmp(Words[i], "/standard") == 0 && !HaveFlags) {
            HaveFlags = TRUE;
            Choice.Flags = VfStandardFlags();
        } else if (_stricmp(Words[i], "/all") == 0 && !HaveNames) {
            HaveNames = TRUE;
            strcpy(Choice.Names, "*");
        } else if (_stricmp(Words[i], "/driver") == 0 && i + 1 < Count && !HaveNames) {
            HaveNames = TRUE;
            while (i + 1 < Count && Words[i + 1][0] != '/' && NT_SUCCESS(Status)) {
                Status = AddName(&Choice, Words[++i]);
            }
        } else {
            return KdpUsage("verifier");
        }
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if ((!HaveFlags && !HaveNames) || (HaveNames && Choice.Names[0] == 0)) {
        return KdpUsage("verifier");
    }
    if (!HaveFlags) {
        Choice.Flags = Old.Names[0] != 0 ? Old.Flags : VfStandardFlags();
    }
    if (!HaveNames) {
        strcpy(Choice.Names, Old.Names);
    }
    if (Choice.Names[0] == 0) {
        return KdpError("verifier", STATUS_INVALID_PARAMETER, "which drivers? /driver or /all");
    }
    Status = VfSetChoice(&Choice);
    if (NT_SUCCESS(Status)) {
        PrintSettings();
    }
    return Status;
}
