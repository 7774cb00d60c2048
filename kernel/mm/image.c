/* Loading and unloading driver images.
 *
 *   MmLoadSystemImage
 *     1  the image and, one after the other, every image it needs that is not loaded yet: file read
 *        and closed, laid out, relocated; imports bound, which is how more images are found
 *     2  all of them: protections set, pageable sections under paging, in PsLoadedModuleList
 *     3  DllInitialize of the new DLLs, each after those it imports; their INIT is discarded
 *   and back to the caller, who calls DriverEntry and then MmFreeDriverInitialization.
 *
 * A refusal in any step undoes all of them: the images of this load are unbound, their memory and
 * addresses given back, and one line says why. A loaded image lives while somebody holds it: its
 * driver (one reference) and every image that imports it (one each).
 *
 * Lock order: MmLoadMutex is outermost; reading files, DllInitialize and DllUnload run under it
 * (it may be taken again by the same thread). All of it is pageable code at PASSIVE_LEVEL. */
#include "ldr.h"
#include "ke.h"
#include "vf.h"

typedef NTSTATUS(NTAPI *MI_DLL_INITIALIZE)(PUNICODE_STRING RegistryPath);
typedef NTSTATUS(NTAPI *MI_DLL_UNLOAD)(VOID);

#define MI_SERVICES L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

#ifdef ALLOC_PRAGMA
static VOID MiLockLoader(VOID);
static VOID MiUnlockLoader(VOID);
static VOID MiStartImages(MI_LOAD *Load);
static VOID MiDiscardUseless(MI_IMAGE *Image);
static VOID MiDeleteGaps(MI_IMAGE *Image);
static BOOLEAN MiImportsAreInitialized(MI_IMAGE *Image);
static NTSTATUS MiInitializeDll(MI_LOAD *Load, MI_IMAGE *Dll);
static NTSTATUS MiInitializeDlls(MI_LOAD *Load, MI_IMAGE *Driver);
static VOID MiCallDllUnload(MI_IMAGE *Dll);
static VOID MiUndoLoad(MI_LOAD *Load);
static VOID MiVerifyUnload(MI_IMAGE *Image);
static VOID MiUnloadUnused(PLIST_ENTRY Unused);
#pragma alloc_text(PAGE, MiLockLoader)
#pragma alloc_text(PAGE, MiUnlockLoader)
#pragma alloc_text(PAGE, MiStartImages)
#pragma alloc_text(PAGE, MiDiscardUseless)
#pragma alloc_text(PAGE, MiDeleteGaps)
#pragma alloc_text(PAGE, MiImportsAreInitialized)
#pragma alloc_text(PAGE, MiInitializeDll)
#pragma alloc_text(PAGE, MiInitializeDlls)
#pragma alloc_text(PAGE, MiCallDllUnload)
#pragma alloc_text(PAGE, MiUndoLoad)
#pragma alloc_text(PAGE, MiVerifyUnload)
#pragma alloc_text(PAGE, MiUnloadUnused)
#pragma alloc_text(PAGE, MiRefuseImage)
#pragma alloc_text(PAGE, MmLoadSystemImage)
#pragma alloc_text(PAGE, MmUnloadSystemImage)
#pragma alloc_text(PAGE, MmFreeDriverInitialization)
#pragma alloc_text(PAGE, MmFreeKernelInitialization)
#endif

static VOID MiLockLoader(VOID)
{
    PAGED_CODE();
    KeWaitForSingleObject(&MmLoadMutex, Executive, KernelMode, FALSE, NULL);
}

static VOID MiUnlockLoader(VOID)
{
    PAGED_CODE();
    KeReleaseMutex(&MmLoadMutex, FALSE);
}

static MI_IMAGE *MiNextImage(PLIST_ENTRY Link)
{
    return CONTAINING_RECORD(Link, MI_IMAGE, Ldr.InInitializationOrderLinks);
}

NTSTATUS MiRefuseImage(MI_LOAD *Load, NTSTATUS Status, PCSTR Format, ...)
{
    PSTR Text = Load->Why->Text;
    va_list Arguments;

    PAGED_CODE();
    va_start(Arguments, Format);
    _vsnprintf(Text, sizeof(Load->Why->Text) - 1, Format, Arguments);
    va_end(Arguments);
    Text[sizeof(Load->Why->Text) - 1] = 0;
    return Status;
}

/* What nobody will read again: relocations that have been applied, and debug information. */
static VOID MiDiscardUseless(MI_IMAGE *Image)
{
    PAGED_CODE();
    for (ULONG i = 0; i < Image->SectionCount; i++) {
        MI_SECTION *Section = &Image->Sections[i];
        if (Section->Kind == MiInit &&
            (strcmp(Section->Name, ".reloc") == 0 || Section->Name[0] == '/' ||
             strncmp(Section->Name, ".debug", 6) == 0)) {
            MiDiscardSection(Section);
        }
    }
}

/* Alignments above a page leave pages between sections that belong to nobody. */
static VOID MiDeleteGaps(MI_IMAGE *Image)
{
    PUCHAR Next = Image->Ldr.DllBase;

    PAGED_CODE();
    for (ULONG i = 0; i <= Image->SectionCount; i++) {
        MI_SECTION *Section = i < Image->SectionCount ? &Image->Sections[i] : NULL;
        PUCHAR Start = Section != NULL ? PAGE_ALIGN(Section->Base)
                                       : (PUCHAR)Image->Ldr.DllBase + Image->Ldr.SizeOfImage;
        if (Start > Next) {
            MiDeleteImagePages(Next, (ULONG)(Start - Next) >> PAGE_SHIFT);
        }
        if (Section != NULL) {
            Next = (PUCHAR)ROUND_TO_PAGES((PUCHAR)Section->Base + Section->Size);
        }
    }
}

static VOID MiStartImages(MI_LOAD *Load)
{
    PAGED_CODE();
    for (PLIST_ENTRY Link = Load->Images.Flink; Link != &Load->Images; Link = Link->Flink) {
        MI_IMAGE *Image = MiNextImage(Link);

        Image->Loading = FALSE;
        MiStartSections(Image);
        MiDiscardUseless(Image);
        MiDeleteGaps(Image);
        MiInsertImage(Image);
    }
}

static BOOLEAN MiImportsAreInitialized(MI_IMAGE *Image)
{
    PAGED_CODE();
    for (MI_IMPORT *Import = Image->Imports; Import != NULL; Import = Import->Next) {
        if (!Import->Image->Initialized) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The registry path handed over is the service key of the DLL's name, as for a driver. */
static NTSTATUS MiInitializeDll(MI_LOAD *Load, MI_IMAGE *Dll)
{
    PAGED_CODE();

    MI_DLL_INITIALIZE Initialize = (MI_DLL_INITIALIZE)MiFindOwnExport(Dll, "DllInitialize");
    NTSTATUS Status = STATUS_SUCCESS;
    UNICODE_STRING Path;

    if (Initialize == NULL) {
        Initialize = (MI_DLL_INITIALIZE)MiFindOwnExport(Dll, "DllInitialize@4");
    }
    if (Initialize != NULL) {
        UNICODE_STRING Name = Dll->Ldr.BaseDllName;
        for (USHORT i = Name.Length / sizeof(WCHAR); i > 1; i--) {
            if (Name.Buffer[i - 1] == L'.') {
                Name.Length = (i - 1) * sizeof(WCHAR);
                break;
            }
        }
        Path.Length = 0;
        Path.MaximumLength = sizeof(MI_SERVICES) + Name.Length;
        Path.Buffer = ExAllocatePoolWithTag(PagedPool, Path.MaximumLength, MI_LOAD_TAG);
        if (Path.Buffer == NULL) {
            return MiRefuseImage(Load, STATUS_INSUFFICIENT_RESOURCES,
                                 "%s: not enough memory to initialise it", Dll->Name);
        }
        RtlAppendUnicodeToString(&Path, MI_SERVICES);
        RtlAppendUnicodeStringToString(&Path, &Name);
        Status = Initialize(&Path);
        ExFreePoolWithTag(Path.Buffer, MI_LOAD_TAG);
    }
    if (!NT_SUCCESS(Status)) {
        return MiRefuseImage(Load, Status, "DllInitialize of %s said no", Dll->Name);
    }
    Dll->Initialized = TRUE;
    InsertHeadList(&Load->Initialized, &Dll->Ldr.InMemoryOrderLinks);
    return Status;
}

/* Imports have no circle, so in every round some DLL has all it needs. */
static NTSTATUS MiInitializeDlls(MI_LOAD *Load, MI_IMAGE *Driver)
{
    BOOLEAN Progress = TRUE;

    PAGED_CODE();
    while (Progress) {
        Progress = FALSE;
        for (PLIST_ENTRY Link = Load->Images.Flink; Link != &Load->Images; Link = Link->Flink) {
            MI_IMAGE *Dll = MiNextImage(Link);
            if (Dll == Driver || Dll->Initialized || !MiImportsAreInitialized(Dll)) {
                continue;
            }
            NTSTATUS Status = MiInitializeDll(Load, Dll);
            if (!NT_SUCCESS(Status)) {
                return Status;
            }
            MmFreeDriverInitialization(&Dll->Ldr);
            Progress = TRUE;
        }
    }
    Driver->Initialized = TRUE; /* for drivers that import it; its DriverEntry is the caller's */
    return STATUS_SUCCESS;
}

static VOID MiCallDllUnload(MI_IMAGE *Dll)
{
    PAGED_CODE();

    MI_DLL_UNLOAD Unload = (MI_DLL_UNLOAD)MiFindOwnExport(Dll, "DllUnload");

    if (Unload == NULL) {
        Unload = (MI_DLL_UNLOAD)MiFindOwnExport(Dll, "DllUnload@0");
    }
    if (Unload != NULL) {
        Unload();
    }
}

static VOID MiVerifyUnload(MI_IMAGE *Image)
{
    MI_SECTION *Locked = NULL;

    if (Image->Verifier == NULL) {
        return;
    }
    for (ULONG i = 0; i < Image->SectionCount; i++) {
        Locked = Image->Sections[i].Locks != 0 ? &Image->Sections[i] : Locked;
    }
    VfCheckUnload(Image->Verifier, Locked != NULL ? Locked->Name : NULL,
                  Locked != NULL ? (ULONG)Locked->Locks : 0);
}

/* Images nobody holds any more, and those that they alone held. An image's DllUnload runs while
 * what it imports is still there. */
static VOID MiUnloadUnused(PLIST_ENTRY Unused)
{
    PAGED_CODE();
    while (!IsListEmpty(Unused)) {
        MI_IMAGE *Image = MiNextImage(RemoveHeadList(Unused));

        if (Image->Initialized && Image->IsDll) {
            MiCallDllUnload(Image);
        }
        MiVerifyUnload(Image);
        MiStopSections(Image);
        MiRemoveImage(Image);
        MiDropImports(Image, Unused);
        MiFreeImage(Image);
    }
}

/* The new DLLs that were initialised are told, the last one first; then everything goes. */
static VOID MiUndoLoad(MI_LOAD *Load)
{
    PLIST_ENTRY Link;

    PAGED_CODE();
    while (!IsListEmpty(&Load->Initialized)) {
        Link = RemoveHeadList(&Load->Initialized);
        MiCallDllUnload(CONTAINING_RECORD(Link, MI_IMAGE, Ldr.InMemoryOrderLinks));
    }
    /* Members of this load hold references on each other: their counts fall to zero here without
     * putting them on a list a second time. Others cannot fall to zero, their holders live. */
    for (Link = Load->Images.Flink; Link != &Load->Images; Link = Link->Flink) {
        MiDropImports(MiNextImage(Link), NULL);
    }
    while (!IsListEmpty(&Load->Images)) {
        MI_IMAGE *Image = MiNextImage(RemoveHeadList(&Load->Images));
        if (!IsListEmpty(&Image->Ldr.InLoadOrderLinks)) {
            MiStopSections(Image);
            MiRemoveImage(Image);
        }
        MiFreeImage(Image);
    }
}

NTSTATUS MmLoadSystemImage(PCUNICODE_STRING Name, PMM_READ_IMAGE Read, PVOID Context,
                           PLDR_DATA_TABLE_ENTRY *Entry, PMM_LOAD_FAILURE Why)
{
    MI_LOAD Load = {.Read = Read, .Context = Context, .Why = Why};
    UNICODE_STRING BaseName = *Name;
    MI_IMAGE *Image = NULL;
    NTSTATUS Status;

    PAGED_CODE();
    Why->Text[0] = 0;
    InitializeListHead(&Load.Images);
    InitializeListHead(&Load.Initialized);
    for (USHORT i = Name->Length / sizeof(WCHAR); i > 0; i--) {
        if (Name->Buffer[i - 1] == L'\\') {
            BaseName.Buffer = Name->Buffer + i;
            BaseName.Length = Name->Length - i * sizeof(WCHAR);
            break;
        }
    }
    MiLockLoader();
    Image = MiLookupImage(&BaseName);
    if (Image != NULL) {
        Status =
            MiRefuseImage(&Load, STATUS_IMAGE_ALREADY_LOADED, "%s is loaded already", Image->Name);
    } else {
        Status = MiReadImage(&Load, Name, NULL, &Image);
    }
    /* The list grows while it is walked: binding appends the images it had to read in. */
    for (PLIST_ENTRY Link = Load.Images.Flink; NT_SUCCESS(Status) && Link != &Load.Images;
         Link = Link->Flink) {
        MiNextImage(Link)->IsDll = MiNextImage(Link) != Image;
        Status = MiBindImage(&Load, MiNextImage(Link));
    }
    if (NT_SUCCESS(Status)) {
        Image->Ldr.LoadCount++;
        MiStartImages(&Load);
        Status = MiInitializeDlls(&Load, Image);
    }
    if (NT_SUCCESS(Status)) {
        *Entry = &Image->Ldr;
        while (!IsListEmpty(&Load.Images)) {
            PLIST_ENTRY Link = RemoveHeadList(&Load.Images);
            InitializeListHead(Link);
        }
        while (!IsListEmpty(&Load.Initialized)) {
            PLIST_ENTRY Link = RemoveHeadList(&Load.Initialized);
            InitializeListHead(Link);
        }
    } else {
        MiUndoLoad(&Load);
    }
    MiUnlockLoader();
    return Status;
}

NTSTATUS MmUnloadSystemImage(PLDR_DATA_TABLE_ENTRY Entry)
{
    LIST_ENTRY Unused;

    PAGED_CODE();
    InitializeListHead(&Unused);
    MiLockLoader();
    if (--Entry->LoadCount == 0) {
        InsertTailList(&Unused, &Entry->InInitializationOrderLinks);
        MiUnloadUnused(&Unused);
    }
    MiUnlockLoader();
    return STATUS_SUCCESS;
}

VOID MmFreeDriverInitialization(PLDR_DATA_TABLE_ENTRY Entry)
{
    MI_IMAGE *Image = CONTAINING_RECORD(Entry, MI_IMAGE, Ldr);

    PAGED_CODE();
    for (ULONG i = 0; i < Image->SectionCount; i++) {
        if (Image->Sections[i].Kind == MiInit) {
            MiDiscardSection(&Image->Sections[i]);
        }
    }
}

/* Its PAGE sections were under paging from the start; they leave once there is a page file. */
VOID MmFreeKernelInitialization(VOID)
{
    PAGED_CODE();
    MmFreeDriverInitialization(&MiKernelImage.Ldr);
}
