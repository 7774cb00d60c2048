/* Paging of driver images, section by section.
 *
 *   nominal kind            resident when                              leaves for good
 *   N  everything else      not paged entirely, or locked              unload
 *   P  name begins PAGE     locked                                     unload
 *   X  INIT, discardable    until discarded                            MiDiscardSection
 *
 *   event                        effect on a section (L lock count, E image paged entirely)
 *   lock, L 0 -> 1               missing pages read in, all pinned; L = 1
 *   lock, L > 0                  L + 1
 *   unlock, L > 1 / L = 1        L - 1 / L = 0 and unpinned unless still resident by kind
 *   unlock, L = 0                bugcheck 0x1A (0x1010)
 *   MmPageEntireDriver           E; N sections with L = 0 unpinned
 *   MmResetDriverPaging          not E; N sections read in and pinned
 *
 * The image's Paging mutex guards counts and states and is held across the reads of 0 -> 1, so
 * that a second locker returns only when the pages are there. The paging path takes no such
 * mutex while it reads or writes: drivers lock and unlock when a device is opened or told of a
 * page file, never inside a transfer. A pinned page is not on the working-set list and has one
 * pin for its section; MDLs add theirs. */
#include "mi.h"
#include "ke.h"

BOOLEAN MmDisablePagingExecutive;

#define MM_NOT_LOCKED  0x1010 /* MEMORY_MANAGEMENT, parameter 1 */
#define MM_NO_SECTION  0x1234

static BOOLEAN MiMustBeResident(const MI_SECTION *Section)
{
    switch (Section->Kind) {
    case MiInit:
        return !Section->Discarded;
    case MiNonpaged:
        if (!Section->Image->PagedEntirely) {
            return TRUE;
        }
        break;
    case MiPageable:
        break;
    }
    return Section->Locks > 0 || MmDisablePagingExecutive;
}

static VOID MiMakeResident(MI_SECTION *Section)
{
    PUCHAR Va = Section->PageBase;
    KIRQL OldIrql;

    for (ULONG i = 0; i < Section->Pages; i++, Va += PAGE_SIZE) {
        MI_PFN Pfn;
        NTSTATUS Status = MiPinPage(Va, &Pfn);

        if (!NT_SUCCESS(Status)) {
            PMMPTE Pte = MiGetPteAddress(Va);

            KeBugCheckEx(KERNEL_DATA_INPAGE_ERROR, (ULONG_PTR)Pte, (ULONG_PTR)Status,
                         (ULONG_PTR)(*Pte >> 32), (ULONG_PTR)Va);
        }
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        if (MiPfn(Pfn)->Flags & MI_PFN_INWS) {
            MiRemoveFromWorkingSet(Pfn);
        }
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
    }
    Section->Resident = TRUE;
}

static VOID MiReleaseResident(MI_SECTION *Section)
{
    PMMPTE Pte = MiGetPteAddress(Section->PageBase);
    KIRQL OldIrql;

    Section->Resident = FALSE; /* first: who asks meanwhile must not rely on the pages */
    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    for (ULONG i = 0; i < Section->Pages; i++, Pte++) {
        MI_PFN Pfn = MI_PTE_PFN(*Pte);

        NT_ASSERT(*Pte & MI_PTE_VALID);
        MiAddToWorkingSet(Pfn);
        MiUnpinFrame(Pfn);
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
}

static VOID MiUpdateResidency(MI_SECTION *Section)
{
    BOOLEAN Resident = MiMustBeResident(Section);

    if (Resident && !Section->Resident) {
        MiMakeResident(Section);
    } else if (!Resident && Section->Resident) {
        MiReleaseResident(Section);
    }
}

VOID MiUpdateImage(MI_IMAGE *Image)
{
    ExAcquireFastMutex(&Image->Paging);
    for (ULONG i = 0; i < Image->SectionCount; i++) {
        MiUpdateResidency(&Image->Sections[i]);
    }
    ExReleaseFastMutex(&Image->Paging);
}

/* Pages that a neighbouring section shares (alignment below a page) belong to neither: they stay
 * where they are as long as the image does. */
static VOID MiComputeWholePages(MI_IMAGE *Image, ULONG Index)
{
    MI_SECTION *Section = &Image->Sections[Index];
    ULONG_PTR First = (ULONG_PTR)Section->Base;
    ULONG_PTR End = First + Section->Size;
    ULONG_PTR From = First & ~(ULONG_PTR)(PAGE_SIZE - 1);
    ULONG_PTR To = (End + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1);

    if (Index > 0) {
        MI_SECTION *Before = Section - 1;

        if ((ULONG_PTR)Before->Base + Before->Size > From) {
            From += PAGE_SIZE;
        }
    }
    if (Index + 1 < Image->SectionCount && (ULONG_PTR)Section[1].Base < To) {
        To -= PAGE_SIZE;
    }
    Section->PageBase = (PVOID)From;
    Section->Pages = To > From ? (ULONG)((To - From) >> PAGE_SHIFT) : 0;
}

static VOID MiProtectSections(MI_IMAGE *Image)
{
    PUCHAR Base = Image->Ldr.DllBase;

    for (ULONG Page = 0; Page < Image->Pages; Page++) {
        PUCHAR Va = Base + Page * PAGE_SIZE;
        ULONG Protection = 0;

        for (ULONG i = 0; i < Image->SectionCount; i++) {
            MI_SECTION *Section = &Image->Sections[i];

            if ((PUCHAR)Section->Base < Va + PAGE_SIZE &&
                (PUCHAR)Section->Base + Section->Size > Va) {
                Protection |= Section->Protection;
            }
        }
        MiSetImageProtection(Va, 1, Protection ? Protection : MM_PROT_READ);
    }
}

VOID MiStartSections(MI_IMAGE *Image)
{
    ExInitializeFastMutex(&Image->Paging);
    MiProtectSections(Image);
    for (ULONG i = 0; i < Image->SectionCount; i++) {
        MI_SECTION *Section = &Image->Sections[i];

        Section->Image = Image;
        Section->Locks = 0;
        Section->Resident = TRUE;
        MiComputeWholePages(Image, i);
        MiUpdateResidency(Section);
    }
}

VOID MiStopSections(MI_IMAGE *Image)
{
    for (ULONG i = 0; i < Image->SectionCount; i++) {
        if (Image->Sections[i].Locks != 0) {
            DbgPrint("%s: unloaded with section %s locked %d time%s\n", Image->Name,
                     Image->Sections[i].Name, Image->Sections[i].Locks,
                     Image->Sections[i].Locks == 1 ? "" : "s");
        }
    }
}

VOID MiDiscardSection(MI_SECTION *Section)
{
    MI_IMAGE *Image = Section->Image;

    ExAcquireFastMutex(&Image->Paging);
    if (!Section->Discarded && Section->Locks == 0) {
        Section->Discarded = TRUE;
        Section->Resident = FALSE;
        MiDeletePages(Section->PageBase, Section->Pages, MI_PTE_DISCARDED);
    }
    ExReleaseFastMutex(&Image->Paging);
}

MI_SECTION *MiFindSection(MI_IMAGE *Image, PVOID Address)
{
    for (ULONG i = 0; i < Image->SectionCount; i++) {
        MI_SECTION *Section = &Image->Sections[i];

        if ((PUCHAR)Address >= (PUCHAR)Section->Base &&
            (PUCHAR)Address < (PUCHAR)Section->Base + Section->Size) {
            return Section;
        }
    }
    return NULL;
}

BOOLEAN MmIsAddressPageable(PVOID Address)
{
    MI_IMAGE *Image = MiFindImage(Address);
    MI_SECTION *Section = Image != NULL ? MiFindSection(Image, Address) : NULL;

    if (Section != NULL) {
        return !Section->Resident;
    }
    return (ULONG_PTR)Address >= MI_PAGED_POOL && (ULONG_PTR)Address < MI_PAGED_POOL_END;
}

/* ---- what drivers call ------------------------------------------------------------------ */

static VOID MiLockSection(MI_SECTION *Section)
{
    ExAcquireFastMutex(&Section->Image->Paging);
    if (Section->Discarded) {
        KeBugCheckEx(MEMORY_MANAGEMENT, MM_NO_SECTION, (ULONG_PTR)Section->Base, 0, 0);
    }
    Section->Locks++;
    MiUpdateResidency(Section);
    ExReleaseFastMutex(&Section->Image->Paging);
}

PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection)
{
    MI_IMAGE *Image = MiFindImage(AddressWithinSection);
    MI_SECTION *Section = Image != NULL ? MiFindSection(Image, AddressWithinSection) : NULL;

    if (Section == NULL) {
        KeBugCheckEx(MEMORY_MANAGEMENT, MM_NO_SECTION, (ULONG_PTR)AddressWithinSection, 0, 0);
    }
    MiLockSection(Section);
    return Section;
}

/* NT exports the same routine by this name too. */
PVOID NTAPI MmLockPagableImageSection(PVOID AddressWithinSection)
{
    return MmLockPagableDataSection(AddressWithinSection);
}

/* Finds out without a search, so that by-handle stays cheap. */
static MI_SECTION *MiCheckHandle(PVOID Handle, ULONG Misuse)
{
    MI_SECTION *Section = Handle;
    MI_IMAGE *Image;

    if (MmIsAddressValid(Section) && MmIsAddressValid((PUCHAR)(Section + 1) - 1)) {
        Image = Section->Image;
        if (MmIsAddressValid(Image) && MmIsAddressValid((PUCHAR)(Image + 1) - 1) &&
            (ULONG_PTR)Section - (ULONG_PTR)Image->Sections <
                Image->SectionCount * sizeof(MI_SECTION)) {
            return Section;
        }
    }
    KeBugCheckEx(MEMORY_MANAGEMENT, Misuse, (ULONG_PTR)Handle, 0, 0);
}

VOID NTAPI MmLockPagableSectionByHandle(PVOID ImageSectionHandle)
{
    MiLockSection(MiCheckHandle(ImageSectionHandle, MM_NO_SECTION));
}

VOID NTAPI MmUnlockPagableImageSection(PVOID ImageSectionHandle)
{
    MI_SECTION *Section = MiCheckHandle(ImageSectionHandle, MM_NOT_LOCKED);

    ExAcquireFastMutex(&Section->Image->Paging);
    if (Section->Locks == 0) {
        KeBugCheckEx(MEMORY_MANAGEMENT, MM_NOT_LOCKED, (ULONG_PTR)Section->Base,
                     (ULONG_PTR)Section, 0);
    }
    Section->Locks--;
    MiUpdateResidency(Section);
    ExReleaseFastMutex(&Section->Image->Paging);
}

static MI_IMAGE *MiImageOfCaller(PVOID AddressWithinSection)
{
    MI_IMAGE *Image = MiFindImage(AddressWithinSection);

    if (Image == NULL || Image->IsKernel) { /* no driver's address */
        KeBugCheckEx(MEMORY_MANAGEMENT, MM_NO_SECTION, (ULONG_PTR)AddressWithinSection, 0, 0);
    }
    return Image;
}

static VOID MiSetEntirePaging(MI_IMAGE *Image, BOOLEAN PagedEntirely)
{
    ExAcquireFastMutex(&Image->Paging);
    if (Image->PagedEntirely != PagedEntirely) {
        Image->PagedEntirely = PagedEntirely;
        for (ULONG i = 0; i < Image->SectionCount; i++) {
            if (Image->Sections[i].Kind == MiNonpaged) {
                MiUpdateResidency(&Image->Sections[i]);
            }
        }
    }
    ExReleaseFastMutex(&Image->Paging);
}

PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection)
{
    MI_IMAGE *Image = MiImageOfCaller(AddressWithinSection);

    MiSetEntirePaging(Image, TRUE);
    return Image->Ldr.DllBase;
}

VOID NTAPI MmResetDriverPaging(PVOID AddressWithinSection)
{
    MiSetEntirePaging(MiImageOfCaller(AddressWithinSection), FALSE);
}

/* ---- for the console -------------------------------------------------------------------- */

static VOID MiCountPage(MM_SECTION_STATE *State, MMPTE Pte)
{
    if (Pte & MI_PTE_VALID) {
        State->Resident++;
        State->Slots += MiPfn(MI_PTE_PFN(Pte))->Slot != 0;
    } else if (MiIsTransition(Pte)) {
        PMMPFN Page = MiPfn(MI_PTE_PFN(Pte));

        /* On its way in or out a page is still counted where it comes from. */
        if (Page->Flags & MI_PFN_READING) {
            State->Out++;
        } else if (Page->State == MiPageStandby) {
            State->Standby++;
        } else {
            State->Modified++;
        }
        State->Slots += Page->Slot != 0;
    } else if (MI_PTE_SLOT(Pte) != 0) {
        State->Out++;
        State->Slots++;
    } else {
        State->Discarded++;
    }
}

VOID MmQuerySections(PLDR_DATA_TABLE_ENTRY Entry, PMM_SECTION_CALLBACK Callback, PVOID Context)
{
    MI_IMAGE *Image = CONTAINING_RECORD(Entry, MI_IMAGE, Ldr);
    KIRQL OldIrql;

    for (ULONG i = 0; i < Image->SectionCount; i++) {
        MI_SECTION *Section = &Image->Sections[i];
        PMMPTE Pte = MiGetPteAddress(Section->PageBase);
        MM_SECTION_STATE State = {0};

        RtlCopyMemory(State.Name, Section->Name, sizeof(State.Name));
        State.Kind = (CHAR)Section->Kind;
        State.Pages = Section->Pages;
        State.Base = Section->Base;
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        State.Locks = Section->Locks;
        for (ULONG Page = 0; Page < Section->Pages; Page++) {
            MiCountPage(&State, Pte[Page]);
        }
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        Callback(Context, &State);
    }
}
