/* The model: a few images and pool regions, what each of their pages must hold, and the operations
 * that fibers do to them. An object is used by any number of fibers or by one that makes or takes
 * it away; beyond that nothing keeps operations from meeting. */
#include <string.h>
#undef VOID
#include <stdio.h>
#define VOID void
#include "mmtest.h"

#define OBJECT_PAGES 32      /* address space of one object                     */
#define PIN_BUDGET   16      /* frames that locks and MDLs together may hold    */

OBJECT Objects[OBJECTS];
ULONG Operations[16];
const char *const OperationNames[16] = {
    "read", "write", "trim some", "trim all", "trim out", "lock", "unlock", "page entire",
    "reset", "load", "unload", "discard INIT", "allocate pool", "free pool", "MDL", "MDL failed"};
static ULONG Pinned;         /* upper bound of what sections and MDLs pin       */

static PVOID Va(OBJECT *Object, ULONG Page)
{
    return (PVOID)(VA_BASE + ((Object->First + Page) << PAGE_SHIFT));
}

void InitializeModel(void)
{
    for (ULONG i = 0; i < OBJECTS; i++) {
        Objects[i].First = i * OBJECT_PAGES;
    }
}

/* Only section handles and what they lead to are asked about, and those are the model's own. */
BOOLEAN NTAPI MmIsAddressValid(PVOID Address)
{
    return Address != NULL;
}

MI_IMAGE *MiFindImage(PVOID Address)
{
    for (ULONG i = 0; i < OBJECTS; i++) {
        if (Objects[i].Kind == DriverImage &&
            (ULONG_PTR)Address - (ULONG_PTR)Va(&Objects[i], 0) < Objects[i].Pages << PAGE_SHIFT) {
            return &Objects[i].Image;
        }
    }
    return NULL;
}

static MI_SECTION *SectionOf(OBJECT *Object, ULONG Page)
{
    return Object->Kind == DriverImage ? MiFindSection(&Object->Image, Va(Object, Page)) : NULL;
}

/* As the CPU does it: the PTE decides, a fault tries again. */
static void Touch(OBJECT *Object, ULONG Page, bool Write)
{
    PMMPTE Pte = MiGetPteAddress(Va(Object, Page));
    MI_SECTION *Section = SectionOf(Object, Page);
    KTRAP_FRAME Trap = {0};

    if (Section != NULL && (Section->Discarded || Section->Kind == MiInit)) {
        return;
    }
    if (Section != NULL && !(Section->Protection & MM_PROT_WRITE)) {
        Write = false;
    }
    while (!(*Pte & MI_PTE_VALID)) {
        MmAccessFault(Write ? PF_WRITE : 0, Va(Object, Page), &Trap);
    }
    *Pte |= MI_PTE_ACCESSED;
    if (FrameData[MI_PTE_PFN(*Pte)] != Object->Value[Page]) {
        Fail("page %u holds 0x%X, must hold 0x%X", (unsigned)(Object->First + Page),
             (unsigned)FrameData[MI_PTE_PFN(*Pte)], (unsigned)Object->Value[Page]);
    }
    if (Write) {
        *Pte |= MI_PTE_DIRTY;
        Object->Value[Page] = FrameData[MI_PTE_PFN(*Pte)] = Random(0x7FFFFFFF) + 1;
    }
    Operations[Write]++;
}

static void Mdl(OBJECT *Object, ULONG Page)
{
    bool Write = Random(2) != 0;
    NTSTATUS Status;
    KIRQL OldIrql;
    MI_PFN Pfn;

    if (Pinned >= PIN_BUDGET || (SectionOf(Object, Page) && SectionOf(Object, Page)->Discarded)) {
        return;
    }
    Pinned++;
    AllowReadErrors(true);
    Status = MiPinPage(Va(Object, Page), &Pfn);
    AllowReadErrors(false);
    if (NT_SUCCESS(Status)) {
        Object->MdlPins[Page]++;
        for (ULONG i = Random(3); i != 0; i--) {
            Yield();
        }
        if (FrameData[Pfn] != Object->Value[Page]) {
            Fail("MDL of page %u sees 0x%X, must see 0x%X", (unsigned)(Object->First + Page),
                 (unsigned)FrameData[Pfn], (unsigned)Object->Value[Page]);
        }
        KeAcquireSpinLock(&MmPfnLock, &OldIrql);
        if (Write) { /* by DMA: no PTE knows */
            Object->Value[Page] = FrameData[Pfn] = Random(0x7FFFFFFF) + 1;
            MiMarkDirty(MiPfn(Pfn));
        }
        MiUnpinFrame(Pfn);
        Object->MdlPins[Page]--;
        KeReleaseSpinLock(&MmPfnLock, OldIrql);
        Operations[14]++;
    } else {
        Operations[15]++;
    }
    Pinned--;
}

static void AllocatePool(OBJECT *Object)
{
    ULONG Pages = 1 + Random(OBJECT_PAGES);

    if (!MiChargeCommit(Pages)) {
        return;
    }
    for (ULONG i = 0; i < Pages; i++) {
        MiWritePte(MiGetPteAddress(Va(Object, i)), MiSoftPte(MM_PROT_READ | MM_PROT_WRITE));
        Object->Value[i] = 0;
    }
    Object->Pages = Pages;
    Object->Kind = PoolRegion;
    Operations[12]++;
}

/* .text N, .data N, PAGE P, PAGEDATA P, INIT X: one to four pages each. */
static void Load(OBJECT *Object)
{
    static const struct {
        const char *Name;
        MI_SECTION_KIND Kind;
        ULONG Protection;
    } Layout[MAX_SECTIONS] = {
        {".text", MiNonpaged, MM_PROT_READ | MM_PROT_EXECUTE},
        {".data", MiNonpaged, MM_PROT_READ | MM_PROT_WRITE},
        {"PAGE", MiPageable, MM_PROT_READ | MM_PROT_EXECUTE},
        {"PAGEDATA", MiPageable, MM_PROT_READ | MM_PROT_WRITE},
        {"INIT", MiInit, MM_PROT_READ | MM_PROT_EXECUTE}};
    ULONG Pages = 0;

    if (Pinned >= PIN_BUDGET / 2) {
        return;
    }
    memset(&Object->Image, 0, sizeof(Object->Image));
    memset(Object->Sections, 0, sizeof(Object->Sections));
    memset(Object->Locks, 0, sizeof(Object->Locks));
    for (ULONG i = 0; i < MAX_SECTIONS; i++) {
        MI_SECTION *Section = &Object->Sections[i];
        ULONG Count = Layout[i].Kind == MiPageable ? 1 + Random(4) : 1;

        snprintf(Section->Name, sizeof(Section->Name), "%s", Layout[i].Name);
        Section->Kind = Layout[i].Kind;
        Section->Protection = Layout[i].Protection;
        Section->Base = Va(Object, Pages);
        Section->Size = Count * PAGE_SIZE - Random(PAGE_SIZE - 1);
        Pages += Count;
    }
    if (!NT_SUCCESS(MiCreateImagePages(Va(Object, 0), Pages))) {
        return;
    }
    for (ULONG i = 0; i < Pages; i++) {
        Object->Value[i] = Random(0x7FFFFFFF) + 1;
        FrameData[MI_PTE_PFN(*MiGetPteAddress(Va(Object, i)))] = Object->Value[i];
    }
    Object->Image.Ldr.DllBase = Va(Object, 0);
    Object->Image.Ldr.SizeOfImage = Pages << PAGE_SHIFT;
    Object->Image.Pages = Object->Pages = Pages;
    Object->Image.Sections = Object->Sections;
    Object->Image.SectionCount = MAX_SECTIONS;
    MiStartSections(&Object->Image);
    Object->Kind = DriverImage;
    Pinned += 3;
    Operations[9]++;
}

static void TakeAway(OBJECT *Object)
{
    if (Object->Kind == DriverImage) {
        for (ULONG i = 0; i < MAX_SECTIONS; i++) {
            Pinned -= Object->Sections[i].Pages * (Object->Locks[i] != 0);
        }
        Pinned -= Object->Sections[MAX_SECTIONS - 1].Discarded ? 2 : 3;
        MiStopSections(&Object->Image);
        Operations[10]++;
    } else {
        Operations[13]++;
    }
    MiDeletePages(Va(Object, 0), Object->Pages, 0);
    Object->Kind = Empty;
}

static void Lock(OBJECT *Object, ULONG Index)
{
    MI_SECTION *Section = &Object->Sections[Index];

    if (Section->Kind == MiInit || Object->Locks[Index] > 3 ||
        (Object->Locks[Index] == 0 && Pinned + Section->Pages > PIN_BUDGET)) {
        return;
    }
    if (Object->Locks[Index]++ == 0) {
        Pinned += Section->Pages;
    }
    if (MmLockPagableDataSection((PUCHAR)Section->Base + Random(Section->Size)) != Section) {
        Fail("lock of %s returns another handle", Section->Name);
    }
    for (ULONG i = 0; i < Section->Pages; i++) {
        if (!(*MiGetPteAddress((PUCHAR)Section->PageBase + i * PAGE_SIZE) & MI_PTE_VALID) &&
            Object->Locks[Index] != 0) {
            Fail("%s locked and page %u not valid", Section->Name, (unsigned)i);
        }
    }
    Operations[5]++;
}

static void Unlock(OBJECT *Object, ULONG Index)
{
    MI_SECTION *Section = &Object->Sections[Index];

    /* Only what some lock call has finished counting. */
    if (Object->Locks[Index] == 0 || Section->Locks == 0 || Section->Image->Paging.Owner != NULL) {
        return;
    }
    MmUnlockPagableImageSection(Section);
    if (--Object->Locks[Index] == 0) {
        Pinned -= Section->Pages;
    }
    Operations[6]++;
}

static void ActOnImage(OBJECT *Object)
{
    switch (Random(8)) {
    case 0:
    case 1:
        Lock(Object, Random(MAX_SECTIONS));
        break;
    case 2:
    case 3:
        Unlock(Object, Random(MAX_SECTIONS));
        break;
    case 4:
        MmPageEntireDriver(Object->Image.Ldr.DllBase);
        Operations[7]++;
        break;
    case 5:
        MmResetDriverPaging(Object->Image.Ldr.DllBase);
        Operations[8]++;
        break;
    case 6:
        if (!Object->Sections[MAX_SECTIONS - 1].Discarded && Object->Users == 1) {
            MiDiscardSection(&Object->Sections[MAX_SECTIONS - 1]);
            Pinned--;
            Operations[11]++;
        }
        break;
    case 7:
        MmTrimPages(&Object->Image.Ldr, (BOOLEAN)Random(2));
        Operations[4]++;
        break;
    }
}

void Act(void)
{
    OBJECT *Object = &Objects[Random(OBJECTS)];

    switch (Random(64)) {
    case 0:
        MiTrimWorkingSet(1 + Random(20), FALSE);
        Operations[2]++;
        return;
    case 1:
        MmTrimAllSystemPagableMemory(FALSE);
        Operations[3]++;
        return;
    case 2:
        MmTrimPages(NULL, TRUE);
        Operations[4]++;
        return;
    }
    if (Object->Exclusive) {
        return;
    }
    if (Object->Users == 0 && (Object->Kind == Empty || Random(40) == 0)) {
        Object->Exclusive = true;
        if (Object->Kind != Empty) {
            TakeAway(Object);
        } else if (Random(2) == 0) {
            AllocatePool(Object);
        } else {
            Load(Object);
        }
        Object->Exclusive = false;
        return;
    }
    if (Object->Kind == Empty) {
        return;
    }
    Object->Users++;
    if (Object->Kind == DriverImage && Random(4) == 0) {
        ActOnImage(Object);
    } else if (Random(12) == 0) {
        Mdl(Object, Random(Object->Pages));
    } else {
        Touch(Object, Random(Object->Pages), Random(3) == 0);
    }
    Object->Users--;
}
