/* Host test of the image loader: loads, shares and unloads drivers and libraries whose code really
 * runs, refuses what must be refused, and gives back everything in every case, also when any one
 * allocation fails. The memory manager and the I/O system below and above are fakes (fakes.c). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fakes.h"

static int Failures;
static char *Notes;

static void Check(int Condition, const char *What, ...)
{
    va_list Arguments;

    if (!Condition) {
        Failures++;
        va_start(Arguments, What);
        printf("# ");
        vprintf(What, Arguments);
        printf("\n");
        va_end(Arguments);
    }
}

static NTSTATUS Load(const char *Name, PLDR_DATA_TABLE_ENTRY *Entry, MM_LOAD_FAILURE *Why)
{
    WCHAR Path[80];
    UNICODE_STRING String = {0, sizeof Path, Path};
    static const char Folder[] = "\\SystemRoot\\System32\\drivers\\";

    for (const char *c = Folder; *c; c++) {
        Path[String.Length++] = (WCHAR)*c;
    }
    for (const char *c = Name; *c; c++) {
        Path[String.Length++] = (WCHAR)*c;
    }
    String.Length *= 2;
    *Entry = NULL;
    memset(Why, 'x', sizeof *Why);
    return MmLoadSystemImage(&String, ReadSeed, NULL, Entry, Why);
}

static int CallEntry(PLDR_DATA_TABLE_ENTRY Entry)
{
    return ((int(NTAPI *)(void *, void *))Entry->EntryPoint)(NULL, NULL);
}

static int ListedImages(void)
{
    int Count = 0;

    for (PLIST_ENTRY Link = PsLoadedModuleList.Flink; Link != &PsLoadedModuleList;
         Link = Link->Flink) {
        Count++;
    }
    return Count;
}

static void CheckClean(const char *When)
{
    Check(Fake.Pool == 0 && Fake.Ptes == 0 && Fake.Pages == 0,
          "%s: %d pool, %d PTEs, %d pages left", When, Fake.Pool, Fake.Ptes, Fake.Pages);
    Check(ListedImages() == 2, "%s: %d images listed", When, ListedImages());
    Check(Fake.Mutex == 0 && Fake.Irql == PASSIVE_LEVEL, "%s: lock or IRQL left", When);
}

static void TestDiamond(void)
{
    PLDR_DATA_TABLE_ENTRY Top, Top2, Unused;
    MM_LOAD_FAILURE Why;
    MM_ADDRESS_NAME Name;

    memset(Notes, 0, 64);
    Check(Load("top.sys", &Top, &Why) == STATUS_SUCCESS, "top.sys: %s", Why.Text);
    Check(strcmp(Notes, "ba") == 0, "initialised innermost first: %s", Notes);
    Check(CallEntry(Top) == 1151, "all kinds of imports work");
    Check(ListedImages() == 5 && Top->LoadCount == 1, "three more images");
    Check(Load("TOP.SYS", &Unused, &Why) == STATUS_IMAGE_ALREADY_LOADED, "not twice: %s", Why.Text);
    Check(Load("la.sys", &Unused, &Why) == STATUS_IMAGE_ALREADY_LOADED, "no library either");

    Check(MmDescribeAddress(Top->EntryPoint, &Name) && !strcmp(Name.Image, "top.sys") &&
              !strcmp(Name.Section, ".text") && Name.Base == Top->DllBase,
          "%s %s", Name.Image, Name.Section);
    Check(MmDescribeAddress(Top->DllBase, &Name) && !strcmp(Name.Section, "HEADER"), "header");

    Check(Load("top2.sys", &Top2, &Why) == STATUS_SUCCESS, "top2.sys: %s", Why.Text);
    Check(strcmp(Notes, "ba") == 0, "a library is initialised once");
    PVOID Old = Top->DllBase;
    MmUnloadSystemImage(Top);
    Check(strcmp(Notes, "baA") == 0, "what is still used stays: %s", Notes);
    Check(CallEntry(Top2) == 100, "and works");
    Check(MmDescribeAddress((PUCHAR)Old + 0x1004, &Name) && Name.Unloaded &&
              !strcmp(Name.Image, "top.sys") && Name.Offset == 0x1004,
          "where an unloaded one was");
    MmUnloadSystemImage(Top2);
    Check(strcmp(Notes, "baAB") == 0, "and goes with its last user: %s", Notes);
    CheckClean("diamond");
}

static void TestRefusals(void)
{
    static const struct {
        const char *Name;
        NTSTATUS Status;
        const char *Notes, *Text;
    } Cases[] = {
        {"absent.sys", STATUS_OBJECT_NAME_NOT_FOUND, "", "absent.sys is not there"},
        {"nodll.sys", STATUS_DLL_NOT_FOUND, "", "nodll.sys imports gone.sys, which is not there"},
        {"noname.sys", STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, "",
         "noname.sys imports Missing from LB.SYS, which has no such routine"},
        {"noord.sys", STATUS_DRIVER_ORDINAL_NOT_FOUND, "",
         "noord.sys imports ordinal 99 from LB.SYS, which has no such routine"},
        {"wronghal.sys", STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, "",
         "wronghal.sys imports Wrong from ntoskrnl.exe, which has no such routine"},
        {"wrongnt.sys", STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, "",
         "wrongnt.sys imports Note2 from hal.dll, which has no such routine"},
        {"lost.sys", STATUS_DRIVER_ENTRYPOINT_NOT_FOUND, "",
         "lost.sys imports Nothing from lb.sys, which has no such routine"},
        {"nowhere.sys", STATUS_DLL_NOT_FOUND, "",
         "nowhere.sys imports gone.It, a forwarder, whose module is not there"},
        {"ca.sys", STATUS_INVALID_IMAGE_FORMAT, "",
         "cb.sys and ca.sys import each other in a circle"},
        {"self.sys", STATUS_INVALID_IMAGE_FORMAT, "",
         "self.sys and self.sys import each other in a circle"},
        {"topbad.sys", STATUS_INVALID_IMAGE_FORMAT, "",
         "bad.sys, imported by topbad.sys, is cut off: a section's bytes are missing"},
        {"fixed.sys", STATUS_CONFLICTING_ADDRESSES, "",
         "fixed.sys has no relocations and its base address 0x00010000 is taken"},
        {"topsulk.sys", STATUS_UNSUCCESSFUL, "basAB", "DllInitialize of sulk.sys said no"},
    };

    for (unsigned i = 0; i < sizeof Cases / sizeof *Cases; i++) {
        PLDR_DATA_TABLE_ENTRY Entry;
        MM_LOAD_FAILURE Why;

        memset(Notes, 0, 64);
        NTSTATUS Status = Load(Cases[i].Name, &Entry, &Why);
        Check(Status == Cases[i].Status, "%s: 0x%08X", Cases[i].Name, (unsigned)Status);
        Check(strcmp(Why.Text, Cases[i].Text) == 0, "%s: %s", Cases[i].Name, Why.Text);
        Check(strcmp(Notes, Cases[i].Notes) == 0, "%s: %s", Cases[i].Name, Notes);
        CheckClean(Cases[i].Name);
    }
}

static void TestInitSections(void)
{
    PLDR_DATA_TABLE_ENTRY Entry;
    MM_LOAD_FAILURE Why;

    Check(Load("initiat.sys", &Entry, &Why) == STATUS_SUCCESS, "%s", Why.Text);
    MmFreeDriverInitialization(Entry);
    Check(CallEntry(Entry) == 100, "INIT that holds the import addresses stays");
    MmUnloadSystemImage(Entry);
    CheckClean("INIT");
}

static void TestGaps(void)
{
    PLDR_DATA_TABLE_ENTRY Entry;
    MM_LOAD_FAILURE Why;

    Check(Load("wide.sys", &Entry, &Why) == STATUS_SUCCESS, "%s", Why.Text);
    Check(Fake.Pages < Fake.Ptes / 2, "%d of %d pages", Fake.Pages, Fake.Ptes);
    Check(CallEntry(Entry) == 100, "works");
    MmUnloadSystemImage(Entry);
    CheckClean("gaps");
}

static void TestFailures(const char *Name, NTSTATUS Final)
{
    PLDR_DATA_TABLE_ENTRY Entry;
    MM_LOAD_FAILURE Why;
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    int Rounds = 0;

    for (;; Rounds++) {
        Fake.FailAfter = Rounds;
        Fake.Failed = 0;
        Status = Load(Name, &Entry, &Why);
        Fake.FailAfter = -1;
        if (!Fake.Failed) {
            break;
        }
        Check(!NT_SUCCESS(Status) && Why.Text[0] != 0, "%s with allocation %d failing: 0x%08X",
              Name, Rounds, (unsigned)Status);
        CheckClean(Name);
    }
    Check(Status == Final && Rounds > 10, "%s after %d rounds: 0x%08X", Name, Rounds,
          (unsigned)Status);
    if (NT_SUCCESS(Status)) {
        MmUnloadSystemImage(Entry);
    }
    CheckClean(Name);
}

static void TestEveryFailure(void)
{
    TestFailures("top.sys", STATUS_SUCCESS);
    TestFailures("topsulk.sys", STATUS_UNSUCCESSFUL);
}

/* Each byte of top.sys changed in turn: loaded or refused, nothing is left. Its code is not run. */
static void TestDamage(void)
{
    static const UCHAR Values[] = {0, 1, 0x7F, 0x80, 0xFF};
    int Loaded = 0, Refused = 0;

    for (Fake.DamageAt = 0; Fake.DamageAt < 0x1000; Fake.DamageAt++) {
        for (unsigned v = 0; v < sizeof Values; v++) {
            PLDR_DATA_TABLE_ENTRY Entry;
            MM_LOAD_FAILURE Why;

            memset(Notes, 0, 64);
            Fake.DamageValue = Values[v];
            NTSTATUS Status = Load("top.sys", &Entry, &Why);
            if (NT_SUCCESS(Status)) {
                Loaded++;
                MmFreeDriverInitialization(Entry);
                MmUnloadSystemImage(Entry);
            } else {
                Refused++;
                Check(Why.Text[0] != 0 && memchr(Why.Text, 0, sizeof Why.Text), "a reason");
            }
            if (Fake.Pool || Fake.Ptes || Fake.Pages || ListedImages() != 2) {
                Check(0, "byte 0x%X = 0x%02X leaves something", Fake.DamageAt, Values[v]);
                Fake.DamageAt = -1;
                return;
            }
        }
    }
    Fake.DamageAt = -1;
    Check(Loaded > 100 && Refused > 100, "%d loaded, %d refused", Loaded, Refused);
}

static void TestKernelImage(void)
{
    UNICODE_STRING Name;
    MM_ADDRESS_NAME Where;

    RtlInitUnicodeString(&Name, L"HalThing");
    PVOID Routine = MmGetSystemRoutineAddress(&Name);
    Check(Routine != NULL && ((int(NTAPI *)(void))Routine)() == 41, "a routine by name");
    Check(MmDescribeAddress(Routine, &Where) && !strcmp(Where.Image, "ntoskrnl.exe") &&
              !strcmp(Where.Section, ".text"),
          "and where it lies");
    RtlInitUnicodeString(&Name, L"HalThin");
    Check(MmGetSystemRoutineAddress(&Name) == NULL, "no routine by half a name");
    Check(!MmDescribeAddress((PVOID)16, &Where) && !strcmp(Where.Image, "-"), "nowhere");
}

int main(void)
{
    static const struct {
        const char *Name;
        void (*Routine)(void);
    } Tests[] = {
        {"the kernel's own image", TestKernelImage},
        {"a diamond of imports, shared and unloaded", TestDiamond},
        {"every refusal: status, text, nothing left", TestRefusals},
        {"INIT with what must stay", TestInitSections},
        {"no memory between sections far apart", TestGaps},
        {"each byte of a driver changed", TestDamage},
        {"each allocation failing in turn", TestEveryFailure},
    };
    unsigned Failed = 0;
    UNICODE_STRING Name;

    setvbuf(stdout, NULL, _IOLBF, 0);
    StartFakes();
    MiInitializeKernelImage();
    Fake.Pool = 0; /* the kernel's own stays */
    RtlInitUnicodeString(&Name, L"Notes");
    Notes = MmGetSystemRoutineAddress(&Name);
    printf("1..%u\n", (unsigned)(sizeof Tests / sizeof *Tests));
    for (unsigned i = 0; i < sizeof Tests / sizeof *Tests; i++) {
        Failures = 0;
        Tests[i].Routine();
        printf("%sok %u - loader: %s\n", Failures ? "not " : "", i + 1, Tests[i].Name);
        Failed += Failures != 0;
    }
    return Failed != 0;
}
