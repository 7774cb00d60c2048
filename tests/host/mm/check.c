/* Every PTE, frame, list, slot and count looked at, between two operations. */
#include <string.h>
#include "mmtest.h"
#include "pagefile.h"

static bool SlotSeen[SLOTS];

static void SeeSlot(ULONG Slot)
{
    if (Slot >= SLOTS || SlotSeen[Slot] || !RtlCheckBit(&MiPageFiles[0].Map, Slot)) {
        Fail("slot %u: out of range, held twice, or free", (unsigned)Slot);
    }
    SlotSeen[Slot] = true;
}

static void CheckList(MI_LIST *List, const char *Name)
{
    MI_PFN Before = MI_NO_PFN;
    ULONG Count = 0;

    for (MI_PFN Pfn = List->First; Pfn != MI_NO_PFN; Pfn = MiPfn(Pfn)->Flink) {
        PMMPFN Page = MiPfn(Pfn);

        if (Page->State != List->State || Page->Blink != Before || ++Count > FRAMES) {
            Fail("%s list is broken at frame %u", Name, (unsigned)Pfn);
        }
        if (List == &MiWorkingSet && !(Page->Flags & MI_PFN_INWS)) {
            Fail("frame %u is on the working-set list unmarked", (unsigned)Pfn);
        }
        if ((List == &MiStandbyList || List == &MiModifiedList) &&
            (Page->Pins != 0 || !MiIsTransition(*Page->PteAddress) ||
             MI_PTE_PFN(*Page->PteAddress) != Pfn)) {
            Fail("frame %u on the %s list: pins %d, PTE disagrees", (unsigned)Pfn, Name,
                 (int)Page->Pins);
        }
        if (List == &MiStandbyList &&
            (Page->Slot == 0 || SlotData[Page->Slot] != FrameData[Pfn])) {
            Fail("standby frame %u differs from its slot", (unsigned)Pfn);
        }
        if (List == &MiModifiedList && (Page->Slot != 0 || !(Page->Flags & MI_PFN_MODIFIED))) {
            Fail("modified frame %u holds a slot", (unsigned)Pfn);
        }
        if (List == &MiZeroedList && FrameData[Pfn] != 0) {
            Fail("zeroed frame %u holds 0x%X", (unsigned)Pfn, (unsigned)FrameData[Pfn]);
        }
        Before = Pfn;
    }
    if (Count != List->Count || List->Last != Before) {
        Fail("%s list counts %u, has %u", Name, (unsigned)List->Count, (unsigned)Count);
    }
}

static void CheckPage(OBJECT *Object, ULONG Page, MI_SECTION *Section, ULONG *Charged)
{
    MMPTE Pte = Ptes[Object->First + Page];
    bool MustStay = Section != NULL && Section->Resident;
    ULONG Holds;

    if (Pte == MI_PTE_DISCARDED) {
        if (Section == NULL || !Section->Discarded) {
            Fail("page %u discarded too early", (unsigned)(Object->First + Page));
        }
        return;
    }
    (*Charged)++;
    if (Pte & MI_PTE_VALID) {
        PMMPFN Frame = MiPfn(MI_PTE_PFN(Pte));
        LONG OtherPins = (LONG)Object->MdlPins[Page] + ((Frame->Flags & MI_PFN_WRITING) != 0);

        if (Frame->PteAddress != &Ptes[Object->First + Page] || Frame->State != MiPageActive) {
            Fail("page %u: its frame belongs elsewhere", (unsigned)(Object->First + Page));
        }
        if (MustStay && (Frame->Pins < 1 + OtherPins || (Frame->Flags & MI_PFN_INWS))) {
            Fail("page %u of a resident section can be trimmed", (unsigned)(Object->First + Page));
        }
        Holds = FrameData[MI_PTE_PFN(Pte)];
        if (Frame->Slot != 0 && !(Pte & MI_PTE_DIRTY) && !(Frame->Flags & MI_PFN_MODIFIED) &&
            !(Frame->Flags & MI_PFN_WRITING) && SlotData[Frame->Slot] != Holds) {
            Fail("page %u is clean and differs from its slot", (unsigned)(Object->First + Page));
        }
    } else if (MustStay && Object->Users == 0) {
        Fail("page %u of a resident section is not valid", (unsigned)(Object->First + Page));
    } else if (MiIsTransition(Pte)) {
        PMMPFN Frame = MiPfn(MI_PTE_PFN(Pte));

        if (Frame->PteAddress != &Ptes[Object->First + Page]) {
            Fail("page %u in transition: its frame belongs elsewhere",
                 (unsigned)(Object->First + Page));
        }
        Holds = (Frame->Flags & MI_PFN_READING) ? SlotData[Frame->Slot]
                                                : FrameData[MI_PTE_PFN(Pte)];
    } else if (MI_PTE_SLOT(Pte) != 0) {
        SeeSlot(MI_PTE_SLOT(Pte));
        Holds = SlotData[MI_PTE_SLOT(Pte)];
    } else {
        Holds = 0;
    }
    if (Holds != Object->Value[Page]) {
        Fail("page %u (PTE 0x%llX): 0x%X is kept, 0x%X was written",
             (unsigned)(Object->First + Page), (unsigned long long)Pte, (unsigned)Holds,
             (unsigned)Object->Value[Page]);
    }
}

void CheckAll(void)
{
    ULONG Charged = 0, Lists, Other = 0, Slots = 0;
    MM_STATISTICS Commit;
    bool Busy = false;

    memset(SlotSeen, 0, sizeof(SlotSeen));
    CheckList(&MiZeroedList, "zeroed");
    CheckList(&MiFreeList, "free");
    CheckList(&MiStandbyList, "standby");
    CheckList(&MiModifiedList, "modified");
    CheckList(&MiWorkingSet, "working set");
    for (MI_PFN Pfn = 0; Pfn < FRAMES; Pfn++) {
        PMMPFN Page = MiPfn(Pfn);

        if (Page->Pins < 0) {
            Fail("frame %u has %d pins", (unsigned)Pfn, (int)Page->Pins);
        }
        if (Page->Slot != 0) {
            SeeSlot(Page->Slot);
        }
        Other += Page->State == MiPageActive || Page->State == MiPageTransition;
    }
    Lists = MiZeroedList.Count + MiFreeList.Count + MiStandbyList.Count + MiModifiedList.Count;
    if (Lists + Other != FRAMES) {
        Fail("%u frames on lists, %u in use: not %u", (unsigned)Lists, (unsigned)Other, FRAMES);
    }
    for (ULONG i = 0; i < OBJECTS; i++) {
        OBJECT *Object = &Objects[i];

        Busy |= Object->Exclusive;
        for (ULONG Page = 0; Object->Kind != Empty && !Object->Exclusive && Page < Object->Pages;
             Page++) {
            CheckPage(Object, Page,
                      Object->Kind == DriverImage
                          ? MiFindSection(&Object->Image, (PVOID)(VA_BASE + ((Object->First + Page)
                                                                             << PAGE_SHIFT)))
                          : NULL,
                      &Charged);
        }
    }
    for (ULONG Slot = 1; Slot < SLOTS; Slot++) {
        Slots += SlotSeen[Slot];
        if (!Busy && !SlotSeen[Slot] && RtlCheckBit(&MiPageFiles[0].Map, Slot)) {
            Fail("slot %u is lost", (unsigned)Slot);
        }
    }
    if (!Busy && Slots != MiPageFiles[0].Used - 1) {
        Fail("%u slots held, %u counted", (unsigned)Slots, (unsigned)MiPageFiles[0].Used - 1);
    }
    MiQueryCommit(&Commit);
    if (!Busy && Commit.Committed < Charged) {
        Fail("commit %u for %u pages", (unsigned)Commit.Committed, (unsigned)Charged);
    }
    for (ULONG Page = 0; Page < VA_PAGES; Page++) {
        if (!(Ptes[Page] & MI_PTE_VALID) && Ptes[Page] != 0 && !Flushed[Page] &&
            MiIsTransition(Ptes[Page]) && MiPfn(MI_PTE_PFN(Ptes[Page]))->State == MiPageStandby) {
            Fail("page %u left the working set without a TLB flush", (unsigned)Page);
        }
    }
}
