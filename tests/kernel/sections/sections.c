/* Lock counts and handles of sections, and MDLs beside them. Numbers are those of the list of
 * assertions this test follows: what a driver may rely on when its sections are pageable. */
#include "sections_test.h"
#include "mmlib/mmlib.h"

static VOID TestTrimAndReturn(VOID)
{
    TrimOut();
    Check(!MmIsAddressValid((PVOID)(ULONG_PTR)PagedCode2), "1 trimmed PAGE code is not valid");
    Check(PagedCode2(5) == 7, "1 it runs all the same");
    Check(MmIsAddressValid((PVOID)(ULONG_PTR)PagedCode2), "1 and is valid then");
    Check(MmIsAddressValid((PVOID)(ULONG_PTR)PlainCode), "1 .text stays");
}

static VOID TestLock(VOID)
{
    PVOID Code = MmLockPagableCodeSection(PagedCode);

    Check(AllValid((PVOID)(ULONG_PTR)PagedCode), "2 lock brings in every page");
    TrimOut();
    Check(AllValid((PVOID)(ULONG_PTR)PagedCode), "2 which survive trimming");
    Check(CallAtDispatch(PagedCode, 1) == 2, "2 and run at DISPATCH_LEVEL");
    Check(MmLockPagableCodeSection(PagedCode2) == Code, "5 another address, the same handle");
    MmUnlockPagableImageSection(Code);
    TrimOut();
    Check(AllValid((PVOID)(ULONG_PTR)PagedCode), "3 locked twice, unlocked once: pinned");
    MmUnlockPagableImageSection(Code);
    TrimOut();
    Check(NoneValid((PVOID)(ULONG_PTR)PagedCode), "3 unlocked twice: out");
    MmLockPagableSectionByHandle(Code);
    Check(AllValid((PVOID)(ULONG_PTR)PagedCode), "4 the handle is good at count 0");
    MmUnlockPagableImageSection(Code);
}

static VOID TestDataSurvives(VOID)
{
    PVOID Data;
    ULONG Before;

    for (ULONG i = 0; i < WORDS; i++) {
        PagedNumbers[i] = i * 2654435761u;
    }
    Before = Sum(PagedNumbers);
    TrimOut();
    Check(NoneValid(PagedNumbers), "4 PAGEDATA is out");
    Data = MmLockPagableDataSection(&PagedNumbers[WORDS / 2]);
    Check(AllValid(PagedNumbers), "4 lock brings it back");
    Check(Sum(PagedNumbers) == Before, "4 with what was written");
    MmUnlockPagableImageSection(Data);

    TrimOut();
    PagedNumbers[0] = 11;
    TrimOut();
    MmTrimAllSystemPagableMemory(FALSE);
    PagedNumbers[0]++;
    TrimOut();
    Check(PagedNumbers[0] == 12, "4 a page written, trimmed and written again keeps both");
}

static VOID TestOtherImage(VOID)
{
    PVOID Mine = MmLockPagableDataSection(PagedNumbers);
    PVOID Theirs;

    TrimOut();
    Check(AllValid(PagedNumbers) && !MmIsAddressValid(MmlibData()),
          "6 a lock on my PAGEDATA is none on the library's");
    Theirs = MmLockPagableDataSection(MmlibData());
    Check(Theirs != Mine, "6 two images, two handles");
    MmUnlockPagableImageSection(Mine);
    TrimOut();
    Check(NoneValid(PagedNumbers) && MmIsAddressValid(MmlibData()), "6 and two counts");
    MmUnlockPagableImageSection(Theirs);
    TrimOut();
    Check(MmlibCode(5) == 15 && *(PULONG)MmlibData() == 7, "6 the library's pages come back");
}

static VOID TestSuffix(VOID)
{
    PVOID Handle;

    TrimOut();
    Check(!MmIsAddressValid((PVOID)(ULONG_PTR)SuffixCode), "PAGElock is pageable too");
    Handle = MmLockPagableCodeSection(SuffixCode);
    TrimOut();
    Check(CallAtDispatch(SuffixCode, 1) == 4, "and a section of its own to lock");
    Check(!MmIsAddressValid((PVOID)(ULONG_PTR)PagedCode2), "which leaves PAGE alone");
    MmUnlockPagableImageSection(Handle);
}

static VOID TestMdl(VOID)
{
    PVOID Section = MmLockPagableDataSection(PagedNumbers);
    PMDL Mdl = IoAllocateMdl(PagedNumbers, sizeof(PagedNumbers), FALSE, FALSE, NULL);
    PULONG Mapped;

    if (Mdl == NULL) {
        Check(FALSE, "17 an MDL");
        return;
    }
    PagedNumbers[1] = 21;
    MmProbeAndLockPages(Mdl, KernelMode, IoModifyAccess);
    PHYSICAL_ADDRESS Before = MmGetPhysicalAddress(&PagedNumbers[1]);
    MmUnlockPagableImageSection(Section);
    TrimOut();
    Mapped = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority);
    Check(Mapped != NULL && Mapped[1] == 21, "17 frames of an MDL outlive the section's lock");
    if (Mapped != NULL) {
        Check(MmGetPhysicalAddress(&Mapped[1]).QuadPart == Before.QuadPart, "17 the same frames");
        Mapped[1] = 22;
    }
    MmUnlockPages(Mdl);
    IoFreeMdl(Mdl);
    TrimOut();
    Check(NoneValid(PagedNumbers), "17 unlocked, the pages leave");
    Check(PagedNumbers[1] == 22, "17 and what was written through the MDL is not lost");
}

VOID TestSections(VOID)
{
    TestTrimAndReturn();
    TestLock();
    TestDataSurvives();
    TestOtherImage();
    TestSuffix();
    TestMdl();
}
