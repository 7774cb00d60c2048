/* Binding: every import of an image becomes an address in its IAT.
 *
 *   the import names            where it is looked for
 *   ntoskrnl.exe, hal.dll       the kernel's own exports, each under the right name only
 *   an image already loaded     its exports; a reference keeps it
 *   an image of this same load  its exports; importing in a circle is refused
 *   anything else               read in now and appended to the load: its own imports follow
 *
 * An image only has to be laid out for others to bind to it, so binding needs no order: the load's
 * list grows at its end while MmLoadSystemImage walks it, and nothing recurses. A forwarder is
 * followed in the same way; the importer holds the reference on where it ends.
 *
 * An image chosen for the driver verifier gets the verifier's wrapper where a routine has one. */
#include "ldr.h"
#include "peformat.h"
#include "ke.h"
#include "vf.h"

#ifdef ALLOC_PRAGMA
static BOOLEAN MiReaches(MI_LOAD *Load, MI_IMAGE *From, MI_IMAGE *To);
static NTSTATUS MiAddImport(MI_LOAD *Load, MI_IMAGE *Importer, MI_IMAGE *Exporter);
static MI_IMAGE *MiFindLoading(MI_LOAD *Load, PCUNICODE_STRING BaseName);
static NTSTATUS MiResolveImage(MI_LOAD *Load, MI_IMAGE *Importer, PCSTR Name, ULONG Length,
                               PCSTR Extension, BOOLEAN MayRead, MI_IMAGE **Exporter);
static NTSTATUS MiResolveForwarder(MI_LOAD *Load, MI_IMAGE *Importer, PCSTR Forwarder,
                                   MI_IMAGE **Exporter, MI_PE_THUNK *Thunk);
static NTSTATUS MiFindInKernel(MI_IMAGE *Exporter, const MI_PE_THUNK *Thunk, ULONG *Rva);
static NTSTATUS MiFindRoutine(MI_LOAD *Load, MI_IMAGE *Importer, MI_IMAGE *Exporter,
                              const MI_PE_THUNK *Wanted, PVOID *Address);
static NTSTATUS MiBindModule(MI_LOAD *Load, MI_IMAGE *Image, const MI_PE_IMAGE *Bytes,
                             const MI_PE_IMPORT *Import, MI_PE_RANGE *Iat, ULONG *Slots);
#pragma alloc_text(PAGE, MiReaches)
#pragma alloc_text(PAGE, MiAddImport)
#pragma alloc_text(PAGE, MiFindLoading)
#pragma alloc_text(PAGE, MiResolveImage)
#pragma alloc_text(PAGE, MiResolveForwarder)
#pragma alloc_text(PAGE, MiFindInKernel)
#pragma alloc_text(PAGE, MiFindRoutine)
#pragma alloc_text(PAGE, MiBindModule)
#pragma alloc_text(PAGE, MiBindImage)
#pragma alloc_text(PAGE, MiDropImports)
#pragma alloc_text(PAGE, MiFindOwnExport)
#endif

#define MI_MAXIMUM_MODULE_NAME 120

/* Whether From imports To, directly or through others of this load. */
static BOOLEAN MiReaches(MI_LOAD *Load, MI_IMAGE *From, MI_IMAGE *To)
{
    BOOLEAN Grown = TRUE;
    PLIST_ENTRY Link;

    PAGED_CODE();
    for (Link = Load->Images.Flink; Link != &Load->Images; Link = Link->Flink) {
        CONTAINING_RECORD(Link, MI_IMAGE, Ldr.InInitializationOrderLinks)->Visited = FALSE;
    }
    From->Visited = TRUE;
    while (Grown && !To->Visited) {
        Grown = FALSE;
        for (Link = Load->Images.Flink; Link != &Load->Images; Link = Link->Flink) {
            MI_IMAGE *Image = CONTAINING_RECORD(Link, MI_IMAGE, Ldr.InInitializationOrderLinks);
            for (MI_IMPORT *Import = Image->Visited ? Image->Imports : NULL; Import != NULL;
                 Import = Import->Next) {
                if (Import->Image->Loading && !Import->Image->Visited) {
                    Import->Image->Visited = TRUE;
                    Grown = TRUE;
                }
            }
        }
    }
    return To->Visited;
}

static NTSTATUS MiAddImport(MI_LOAD *Load, MI_IMAGE *Importer, MI_IMAGE *Exporter)
{
    PAGED_CODE();
    if (Exporter == &MiKernelImage || Exporter == &MiHalImage) {
        return STATUS_SUCCESS;
    }
    if (Exporter->Loading && MiReaches(Load, Exporter, Importer)) {
        return MiRefuseImage(Load, STATUS_INVALID_IMAGE_FORMAT,
                             "%s and %s import each other in a circle", Importer->Name,
                             Exporter->Name);
    }
    for (MI_IMPORT *Import = Importer->Imports; Import != NULL; Import = Import->Next) {
        if (Import->Image == Exporter) {
            return STATUS_SUCCESS;
        }
    }
    MI_IMPORT *New = ExAllocatePoolWithTag(NonPagedPool, sizeof(*New), MI_LOAD_TAG);
    if (New == NULL || Exporter->Ldr.LoadCount == 0xFFFE) {
        if (New != NULL) {
            ExFreePoolWithTag(New, MI_LOAD_TAG);
        }
        return MiRefuseImage(Load, STATUS_INSUFFICIENT_RESOURCES, "%s: not enough memory for it",
                             Importer->Name);
    }
    New->Image = Exporter;
    New->Next = Importer->Imports;
    Importer->Imports = New;
    Exporter->Ldr.LoadCount++;
    return STATUS_SUCCESS;
}

VOID MiDropImports(MI_IMAGE *Image, PLIST_ENTRY Unused)
{
    MI_IMPORT *Import;

    PAGED_CODE();
    while ((Import = Image->Imports) != NULL) {
        MI_IMAGE *Exporter = Import->Image;
        Image->Imports = Import->Next;
        ExFreePoolWithTag(Import, MI_LOAD_TAG);
        if (--Exporter->Ldr.LoadCount == 0 && Unused != NULL) {
            InsertTailList(Unused, &Exporter->Ldr.InInitializationOrderLinks);
        }
    }
}

static MI_IMAGE *MiFindLoading(MI_LOAD *Load, PCUNICODE_STRING BaseName)
{
    PAGED_CODE();
    for (PLIST_ENTRY Link = Load->Images.Flink; Link != &Load->Images; Link = Link->Flink) {
        MI_IMAGE *Image = CONTAINING_RECORD(Link, MI_IMAGE, Ldr.InInitializationOrderLinks);
        if (RtlEqualUnicodeString(&Image->Ldr.BaseDllName, BaseName, TRUE)) {
            return Image;
        }
    }
    return NULL;
}

/* The image of a name (with an extension to be added, for forwarders), read in if need be. */
static NTSTATUS MiResolveImage(MI_LOAD *Load, MI_IMAGE *Importer, PCSTR Name, ULONG Length,
                               PCSTR Extension, BOOLEAN MayRead, MI_IMAGE **Exporter)
{
    WCHAR Buffer[MI_MAXIMUM_MODULE_NAME + 4];
    UNICODE_STRING BaseName = {0, sizeof(Buffer), Buffer};

    PAGED_CODE();
    if (Length == 0 || Length > MI_MAXIMUM_MODULE_NAME) {
        return MiRefuseImage(Load, STATUS_INVALID_IMAGE_FORMAT, "%s has damaged imports",
                             Importer->Name);
    }
    for (ULONG i = 0; i < Length; i++) {
        Buffer[BaseName.Length++] = (UCHAR)Name[i];
    }
    for (ULONG i = 0; Extension[i] != 0; i++) {
        Buffer[BaseName.Length++] = (UCHAR)Extension[i];
    }
    BaseName.Length *= sizeof(WCHAR);

    *Exporter = MiLookupImage(&BaseName);
    if (*Exporter == NULL) {
        *Exporter = MiFindLoading(Load, &BaseName);
    }
    if (*Exporter == NULL && !MayRead) {
        return STATUS_DLL_NOT_FOUND;
    }
    if (*Exporter == NULL) {
        if (Load->ImageCount == MI_MAXIMUM_IMAGES) {
            return MiRefuseImage(Load, STATUS_INVALID_IMAGE_FORMAT, "%s imports too many images",
                                 Importer->Name);
        }
        NTSTATUS Status = MiReadImage(Load, &BaseName, Importer, Exporter);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    return MiAddImport(Load, Importer, *Exporter);
}

/* "MODULE.Routine" or "MODULE.#Ordinal", the module without its extension. */
static NTSTATUS MiResolveForwarder(MI_LOAD *Load, MI_IMAGE *Importer, PCSTR Forwarder,
                                   MI_IMAGE **Exporter, MI_PE_THUNK *Thunk)
{
    static const CHAR Extensions[][5] = {".exe", ".sys", ".dll"};
    NTSTATUS Status = STATUS_DLL_NOT_FOUND;
    ULONG Length = 0;

    PAGED_CODE();
    for (ULONG i = 0; Forwarder[i] != 0; i++) {
        if (Forwarder[i] == '.') {
            Length = i;
        } else if (Forwarder[i] == '\\' || Forwarder[i] == '/' || Forwarder[i] == ':') {
            Length = 0;
            break;
        }
    }
    /* First among what is there, then among files, but no .exe file: that is the kernel's. */
    for (ULONG i = 0; i < 3 && Status == STATUS_DLL_NOT_FOUND; i++) {
        Status = MiResolveImage(Load, Importer, Forwarder, Length, Extensions[i], FALSE, Exporter);
    }
    for (ULONG i = 1; i < 3 && Status == STATUS_DLL_NOT_FOUND; i++) {
        Status = MiResolveImage(Load, Importer, Forwarder, Length, Extensions[i], TRUE, Exporter);
    }
    if (Status == STATUS_DLL_NOT_FOUND) {
        return MiRefuseImage(Load, Status,
                             "%s imports %.60s, a forwarder, whose module is not there",
                             Importer->Name, Forwarder);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    PCSTR Routine = Forwarder + Length + 1;
    Thunk->Hint = 0;
    Thunk->Ordinal = 0;
    Thunk->Name = Routine;
    if (*Routine == '#') {
        Thunk->Name = NULL;
        while (*++Routine >= '0' && *Routine <= '9' && Thunk->Ordinal < 0x10000) {
            Thunk->Ordinal = Thunk->Ordinal * 10 + (ULONG)(*Routine - '0');
        }
    }
    return STATUS_SUCCESS;
}

/* hal.dll has no ordinals of its own; the kernel's are those of its export table. */
static NTSTATUS MiFindInKernel(MI_IMAGE *Exporter, const MI_PE_THUNK *Thunk, ULONG *Rva)
{
    BOOLEAN IsHal = Exporter == &MiHalImage;
    PCSTR Forwarder;

    PAGED_CODE();
    if (Thunk->Name == NULL) {
        return IsHal ? STATUS_DRIVER_ORDINAL_NOT_FOUND
                     : MiFindExportByOrdinal(&MiKernelExports, Thunk->Ordinal, Rva, &Forwarder);
    }
    if (MiIsHalName(Thunk->Name) != IsHal) {
        return STATUS_DRIVER_ENTRYPOINT_NOT_FOUND;
    }
    return MiFindExportByName(&MiKernelExports, Thunk->Name, Thunk->Hint, Rva, &Forwarder);
}

static NTSTATUS MiFindRoutine(MI_LOAD *Load, MI_IMAGE *Importer, MI_IMAGE *Exporter,
                              const MI_PE_THUNK *Wanted, PVOID *Address)
{
    MI_PE_THUNK Thunk = *Wanted;
    NTSTATUS Status = STATUS_SUCCESS;
    PCSTR Forwarder = NULL;
    ULONG Rva = 0;

    PAGED_CODE();
    for (ULONG Hops = 0; Hops < MI_MAXIMUM_HOPS; Hops++) {
        if (Exporter == &MiKernelImage || Exporter == &MiHalImage) {
            Status = MiFindInKernel(Exporter, &Thunk, &Rva);
            Forwarder = NULL;
        } else {
            if (Load->Opened != Exporter) {
                MI_PE_IMAGE Bytes = {Exporter->Ldr.DllBase, Exporter->Ldr.SizeOfImage};
                MI_PE_RANGE Range = {Exporter->ExportRva, Exporter->ExportSize};
                Load->Opened = NULL;
                Status = MiOpenExports(&Bytes, Range, &Load->Exports);
                if (!NT_SUCCESS(Status)) {
                    break;
                }
                Load->Opened = Exporter;
            }
            Status =
                Thunk.Name != NULL
                    ? MiFindExportByName(&Load->Exports, Thunk.Name, Thunk.Hint, &Rva, &Forwarder)
                    : MiFindExportByOrdinal(&Load->Exports, Thunk.Ordinal, &Rva, &Forwarder);
        }
        if (!NT_SUCCESS(Status)) {
            break;
        }
        if (Forwarder == NULL) {
            *Address = (PUCHAR)Exporter->Ldr.DllBase + Rva;
            return STATUS_SUCCESS;
        }
        Status = MiResolveForwarder(Load, Importer, Forwarder, &Exporter, &Thunk);
        if (!NT_SUCCESS(Status)) {
            return Status; /* the reason is noted */
        }
    }
    if (NT_SUCCESS(Status)) {
        return MiRefuseImage(Load, STATUS_INVALID_IMAGE_FORMAT, "%s: forwarders without end",
                             Exporter->Name);
    }
    if (Thunk.Name != NULL) {
        return MiRefuseImage(Load, Status, "%s imports %.60s from %s, which has no such routine",
                             Importer->Name, Thunk.Name, Exporter->Name);
    }
    return MiRefuseImage(Load, Status, "%s imports ordinal %lu from %s, which has no such routine",
                         Importer->Name, Thunk.Ordinal, Exporter->Name);
}

static NTSTATUS MiBindModule(MI_LOAD *Load, MI_IMAGE *Image, const MI_PE_IMAGE *Bytes,
                             const MI_PE_IMPORT *Import, MI_PE_RANGE *Iat, ULONG *Slots)
{
    PAGED_CODE();

    MI_IMAGE *Exporter;
    NTSTATUS Status = MiResolveImage(Load, Image, Import->Module, (ULONG)strlen(Import->Module), "",
                                     TRUE, &Exporter);

    for (ULONG i = 0; NT_SUCCESS(Status); i++) {
        MI_PE_THUNK Thunk;
        PVOID Address = NULL;

        Status = MiGetThunk(Bytes, Import, i, &Thunk);
        if (Status == STATUS_NO_MORE_ENTRIES) {
            return STATUS_SUCCESS;
        }
        if (!NT_SUCCESS(Status) || ++*Slots > Bytes->Size / sizeof(PVOID)) {
            return MiRefuseImage(Load, STATUS_INVALID_IMAGE_FORMAT, "%s has damaged imports",
                                 Image->Name);
        }
        Status = MiFindRoutine(Load, Image, Exporter, &Thunk, &Address);
        if (NT_SUCCESS(Status)) {
            ULONG End = Iat->Rva + Iat->Size;
            if (Image->Verifier != NULL) {
                Address = VfSubstitute(Address);
            }
            MiPeStore32(Bytes->Base + Thunk.Slot, (ULONG)(ULONG_PTR)Address);
            Iat->Rva = Iat->Size == 0 || Thunk.Slot < Iat->Rva ? Thunk.Slot : Iat->Rva;
            End = Thunk.Slot + sizeof(PVOID) > End ? Thunk.Slot + sizeof(PVOID) : End;
            Iat->Size = End - Iat->Rva;
        }
    }
    return Status;
}

NTSTATUS MiBindImage(MI_LOAD *Load, MI_IMAGE *Image)
{
    MI_PE_IMAGE Bytes = {Image->Ldr.DllBase, Image->Ldr.SizeOfImage};
    MI_PE_RANGE Imports = {Image->ImportRva, Image->ImportSize};
    MI_PE_RANGE Iat = {0, 0};
    ULONG Slots = 0;

    PAGED_CODE();
    Image->Verifier = VfChooseImage(Image->Name, Image->Ldr.DllBase, Image->Ldr.SizeOfImage);
    for (ULONG i = 0;; i++) {
        MI_PE_IMPORT Import;
        NTSTATUS Status = MiGetImport(&Bytes, Imports, i, &Import);

        if (Status == STATUS_NO_MORE_ENTRIES) {
            break;
        }
        if (!NT_SUCCESS(Status)) {
            return MiRefuseImage(Load, Status, "%s has damaged imports", Image->Name);
        }
        Status = MiBindModule(Load, Image, &Bytes, &Import, &Iat, &Slots);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    MiKeepRange(Image, Iat.Rva, Iat.Size);
    return STATUS_SUCCESS;
}

PVOID MiFindOwnExport(MI_IMAGE *Image, PCSTR Name)
{
    MI_PE_IMAGE Bytes = {Image->Ldr.DllBase, Image->Ldr.SizeOfImage};
    MI_PE_RANGE Range = {Image->ExportRva, Image->ExportSize};
    MI_PE_EXPORTS Exports;
    PCSTR Forwarder;
    ULONG Rva;

    PAGED_CODE();
    if (!NT_SUCCESS(MiOpenExports(&Bytes, Range, &Exports)) ||
        !NT_SUCCESS(MiFindExportByName(&Exports, Name, 0, &Rva, &Forwarder)) || Forwarder) {
        return NULL;
    }
    return Bytes.Base + Rva;
}
