/* Commands: a line is cut into words, the first is looked up in the table, the routine gets the
 * words. A routine that fails has said why by KdpError; if it has not, that is done for it.
 * Pageable. */
#include "kdp.h"

static const KD_COMMAND Commands[] = {
    {"help", "[COMMAND]", "what there is, or how to use one", KdpHelp},
    {"dir", "[PATH]", "files of a folder; * and ? in the last part", KdpDir},
    {"type", "FILE", "prints a text file", KdpType},
    {"copy", "FROM TO", "copies a file", KdpCopy},
    {"del", "FILE", "deletes a file", KdpDel},
    {"ren", "FILE NAME", "renames a file within its folder", KdpRen},
    {"sc", "create|start|stop|delete|query [NAME] [binPath= FILE] [start= KIND]", "services",
     KdpSc},
    {"load", "NAME.sys", "loads and starts a driver, with a service made for it if there is none",
     KdpLoad},
    {"unload", "NAME", "stops a driver and gives everything back", KdpUnload},
    {"drivers", "", "images and drivers in memory", KdpDrivers},
    {"sections", "NAME", "where the pages of an image's sections are", KdpSections},
    {"trim", "[/out] [NAME]", "pageable pages leave the working set; /out: memory, too", KdpTrim},
    {"vm", "", "memory in numbers", KdpVm},
    {"pool", "[TAG]", "pool by tag, largest first", KdpPool},
    {"ps", "", "threads", KdpPs},
    {"irp", "", "requests under way", KdpIrp},
    {"obj", "[DIRECTORY]", "objects of a directory of the namespace", KdpObj},
    {"dev", "", "devices and their stacks", KdpDev},
    {"test", "[GLOB]", "tests in the kernel, then test_*.sys", KdpTest},
    {"bench", "[GLOB]", "benchmarks of bench.sys", KdpBench},
    {"crash", "CODE [P1 P2 P3 P4]", "a bugcheck, numbers in hexadecimal", KdpCrash},
    {"keyboard", "on|off", "opens or closes the keyboard", KdpKeyboard},
    {"verifier", "[/flags N | /standard] [/driver NAMES | /all] | /query | /querysettings | /reset",
     "checks drivers from their next load on", KdpVerifier},
    {"shutdown", "", "writes everything back and turns the machine off", KdpShutdown},
};

static const CHAR NoSuchCommand[] = "there is no such command; try help";
static BOOLEAN ErrorSaid; /* the running command has said what is wrong */

static ULONG CutWords(PSTR Line, PSTR *Words);
static const KD_COMMAND *FindCommand(PCSTR Name);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, CutWords)
#pragma alloc_text(PAGE, FindCommand)
#pragma alloc_text(PAGE, KdpRunLine)
#pragma alloc_text(PAGE, KdpError)
#pragma alloc_text(PAGE, KdpUsage)
#pragma alloc_text(PAGE, KdpHelp)
#endif

/* Blanks separate words; "…" holds one together. The line is cut in place. */
static ULONG CutWords(PSTR Line, PSTR *Words)
{
    PAGED_CODE();

    ULONG Count = 0;
    PSTR To = Line;

    while (Count < KD_MAX_WORDS) {
        BOOLEAN Quoted = FALSE;

        while (*Line == ' ' || *Line == '\t') {
            Line++;
        }
        if (*Line == 0) {
            break;
        }
        Words[Count++] = To;
        while (*Line != 0 && (Quoted || (*Line != ' ' && *Line != '\t'))) {
            if (*Line == '"') {
                Quoted = !Quoted;
                Line++;
            } else {
                *To++ = *Line++;
            }
        }
        if (*Line != 0) {
            Line++;
        }
        *To++ = 0;
    }
    return Count;
}

static const KD_COMMAND *FindCommand(PCSTR Name)
{
    PAGED_CODE();

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Commands); Index++) {
        if (_stricmp(Commands[Index].Name, Name) == 0) {
            return &Commands[Index];
        }
    }
    return NULL;
}

NTSTATUS KdpRunLine(PSTR Line)
{
    PSTR Words[KD_MAX_WORDS];
    ULONG Count = CutWords(Line, Words);
    const KD_COMMAND *Command;
    NTSTATUS Status;

    PAGED_CODE();
    if (Count == 0) {
        return STATUS_SUCCESS;
    }
    ErrorSaid = FALSE;
    Command = FindCommand(Words[0]);
    if (Command == NULL) {
        return KdpError(Words[0], STATUS_NOT_IMPLEMENTED, NoSuchCommand);
    }
    Status = Command->Routine(Count, Words);
    if (!NT_SUCCESS(Status) && !ErrorSaid) {
        KdpError(Words[0], Status, NULL);
    }
    return Status;
}

NTSTATUS KdpError(PCSTR Subject, NTSTATUS Status, PCSTR Reason)
{
    SIZE_T Length = strlen(Subject);

    PAGED_CODE();

    if (Reason == NULL) {
        Reason = KdpStatusText(Status);
    } else if (_strnicmp(Reason, Subject, Length) == 0 && Reason[Length] == ' ') {
        Reason += Length + 1; /* a sentence about the subject: its name is said once */
    } else if (_strnicmp(Reason, Subject, Length) == 0 && Reason[Length] == ':') {
        Reason += Length + 2;
    }
    DbgPrint("error: %s: %s (%s 0x%08X)\n", Subject, Reason == NULL ? "it failed" : Reason,
             KdStatusName(Status), Status);
    ErrorSaid = TRUE;
    return Status;
}

NTSTATUS KdpUsage(PCSTR Name)
{
    const KD_COMMAND *Command = FindCommand(Name);
    CHAR Reason[120];

    PAGED_CODE();
    _snprintf(Reason, sizeof(Reason) - 1, "usage: %s %s", Command->Name, Command->Arguments);
    Reason[sizeof(Reason) - 1] = 0;
    return KdpError(Name, STATUS_INVALID_PARAMETER, Reason);
}

NTSTATUS KdpHelp(ULONG Count, PSTR *Words)
{
    PAGED_CODE();

    if (Count > 1) {
        const KD_COMMAND *Command = FindCommand(Words[1]);

        if (Command == NULL) {
            return KdpError(Words[1], STATUS_NOT_IMPLEMENTED, NoSuchCommand);
        }
        DbgPrint("%s %s\n    %s\n", Command->Name, Command->Arguments, Command->Help);
        return STATUS_SUCCESS;
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Commands); Index++) {
        DbgPrint("%-9s %s\n", Commands[Index].Name, Commands[Index].Help);
    }
    return STATUS_SUCCESS;
}
