/* One image file becomes an image: read whole, checked, copied to system PTEs, relocated, its
 * sections described. The bytes of the file are gone when MiReadImage returns, and the file was
 * closed before it got them: from here on the only other place of a page is the page file. */
#include "ldr.h"
#include "peformat.h"
#include "ke.h"
#include "vf.h"

#ifdef ALLOC_PRAGMA
static NTSTATUS MiGetFile(MI_LOAD *Load, PCUNICODE_STRING Name, MI_IMAGE *Importer, PVOID *File,
                          SIZE_T *Size);
static NTSTATUS MiPlaceImage(MI_LOAD *Load, MI_IMAGE *Image, const MI_PE *Pe);
static MI_SECTION_KIND MiSectionKind(const MI_PE_SECTION *Section, PCSTR Image);
static ULONG MiSectionProtection(ULONG Flags);
static PCSTR MiAsciiName(PCUNICODE_STRING Name, CHAR *Buffer, ULONG Size);
#pragma alloc_text(PAGE, MiGetFile)
#pragma alloc_text(PAGE, MiPlaceImage)
#pragma alloc_text(PAGE, MiSectionKind)
#pragma alloc_text(PAGE, MiSectionProtection)
#pragma alloc_text(PAGE, MiAsciiName)
#pragma alloc_text(PAGE, MiReadImage)
#pragma alloc_text(PAGE, MiFreeImage)
#pragma alloc_text(PAGE, MiKeepRange)
#pragma alloc_text(PAGE, MiDescribeSections)
#pragma alloc_text(PAGE, MiSetImageName)
#endif

/* The last component of a path, for messages and for MmDescribeAddress. */
static PCSTR MiAsciiName(PCUNICODE_STRING Name, CHAR *Buffer, ULONG Size)
{
    ULONG Length = Name->Length / sizeof(WCHAR);
    ULONG Start = Length, Used = 0;

    PAGED_CODE();
    while (Start > 0 && Name->Buffer[Start - 1] != L'\\') {
        Start--;
    }
    for (; Start < Length && Used < Size - 1; Start++) {
        WCHAR c = Name->Buffer[Start];
        Buffer[Used++] = c > ' ' && c < 0x7F ? (CHAR)c : '?';
    }
    Buffer[Used] = 0;
    return Buffer;
}

/* Buffer holds FullName's characters and lives as long as the image. */
VOID MiSetImageName(MI_IMAGE *Image, PCUNICODE_STRING FullName, PWCHAR Buffer)
{
    USHORT Start = FullName->Length / sizeof(WCHAR);

    PAGED_CODE();
    while (Start > 0 && FullName->Buffer[Start - 1] != L'\\') {
        Start--;
    }
    Image->Ldr.FullDllName.Buffer = Buffer;
    Image->Ldr.FullDllName.Length = Image->Ldr.FullDllName.MaximumLength = FullName->Length;
    Image->Ldr.BaseDllName.Buffer = Buffer + Start;
    Image->Ldr.BaseDllName.Length = FullName->Length - Start * sizeof(WCHAR);
    Image->Ldr.BaseDllName.MaximumLength = Image->Ldr.BaseDllName.Length;
    MiAsciiName(FullName, Image->Name, sizeof(Image->Name));
}

/* The name decides, as NT documents it; a PAGE section whose flags say otherwise stays. */
static MI_SECTION_KIND MiSectionKind(const MI_PE_SECTION *Section, PCSTR Image)
{
    PAGED_CODE();
    if (RtlCompareMemory(Section->Name, "INIT", 4) == 4) {
        return MiInit;
    }
    if (RtlCompareMemory(Section->Name, "PAGE", 4) == 4) {
        if (Section->Flags & PE_SCN_NOT_PAGED) {
            DbgPrint("%s: section %s is flagged not pageable and stays in memory\n", Image,
                     Section->Name);
            return MiNonpaged;
        }
        return MiPageable;
    }
    if ((Section->Flags & PE_SCN_DISCARDABLE) || strcmp(Section->Name, ".reloc") == 0) {
        return MiInit; /* GNU ld does not flag .reloc */
    }
    return MiNonpaged;
}

static ULONG MiSectionProtection(ULONG Flags)
{
    PAGED_CODE();
    return MM_PROT_READ | (Flags & PE_SCN_WRITE ? MM_PROT_WRITE : 0) |
           (Flags & (PE_SCN_EXECUTE | PE_SCN_CODE) ? MM_PROT_EXECUTE : 0);
}

/* The headers come first, as a section of their own. Room is left for MiKeepRange to cut two
 * sections in three. */
NTSTATUS MiDescribeSections(MI_IMAGE *Image, const MI_PE *Pe)
{
    ULONG Count = 0;

    PAGED_CODE();
    Image->Sections = ExAllocatePoolWithTag(
        NonPagedPool, (Pe->SectionCount + 1 + 4) * sizeof(MI_SECTION), MI_LOAD_TAG);
    if (Image->Sections == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Image->Sections, (Pe->SectionCount + 1 + 4) * sizeof(MI_SECTION));
    MI_SECTION *Header = &Image->Sections[Count++];
    RtlCopyMemory(Header->Name, "HEADER", sizeof("HEADER"));
    Header->Kind = MiNonpaged;
    Header->Base = Image->Ldr.DllBase;
    Header->Size = Pe->HeaderSize;
    Header->Protection = MM_PROT_READ;
    Header->Image = Image;

    for (ULONG i = 0; i < Pe->SectionCount; i++) {
        MI_PE_SECTION Source;

        MiGetPeSection(Pe, i, &Source);
        if (Source.Size == 0) {
            continue;
        }
        MI_SECTION *Section = &Image->Sections[Count++];
        RtlCopyMemory(Section->Name, Source.Name, sizeof(Section->Name));
        Section->Kind = MiSectionKind(&Source, Image->Name);
        Section->Base = (PUCHAR)Image->Ldr.DllBase + Source.Rva;
        Section->Size = Source.Size;
        Section->Protection = MiSectionProtection(Source.Flags);
        Section->Image = Image;
    }
    Image->SectionCount = Count;
    Image->Pages = Pe->ImageSize >> PAGE_SHIFT;
    Image->Ldr.SizeOfImage = Pe->ImageSize;
    Image->Ldr.CheckSum = Pe->CheckSum;
    Image->Ldr.TimeDateStamp = Pe->TimeDateStamp;
    Image->ExportRva = Pe->Exports.Rva;
    Image->ExportSize = Pe->Exports.Size;
    InitializeListHead(&Image->Ldr.InMemoryOrderLinks);
    return STATUS_SUCCESS;
}

VOID MiKeepRange(MI_IMAGE *Image, ULONG Rva, ULONG Size)
{
    ULONG_PTR Low = (ULONG_PTR)PAGE_ALIGN((PUCHAR)Image->Ldr.DllBase + Rva);
    ULONG_PTR High = ROUND_TO_PAGES((PUCHAR)Image->Ldr.DllBase + Rva + Size);

    PAGED_CODE();
    for (ULONG i = 0; i < Image->SectionCount && Size != 0; i++) {
        MI_SECTION *Section = &Image->Sections[i];
        ULONG_PTR Start = (ULONG_PTR)Section->Base, End = Start + Section->Size;

        if (Section->Kind != MiInit || Start >= High || End <= Low) {
            continue;
        }
        /* Up to three pieces: before, kept, after. */
        ULONG_PTR From = Start > Low ? Start : Low, To = End < High ? End : High;
        ULONG Before = From > Start, After = To < End;
        for (ULONG k = Image->SectionCount; k-- > i + 1;) {
            Image->Sections[k + Before + After] = Image->Sections[k];
        }
        if (After) {
            MI_SECTION *Last = Section + Before + 1;
            *Last = *Section;
            Last->Base = (PVOID)To;
            Last->Size = (ULONG)(End - To);
        }
        MI_SECTION *Kept = Section + Before;
        *Kept = *Section;
        Kept->Kind = MiNonpaged;
        Kept->Base = (PVOID)From;
        Kept->Size = (ULONG)(To - From);
        if (Before) {
            Section->Size = (ULONG)(From - Start);
        }
        Image->SectionCount += Before + After;
        return;
    }
}

static NTSTATUS MiGetFile(MI_LOAD *Load, PCUNICODE_STRING Name, MI_IMAGE *Importer, PVOID *File,
                          SIZE_T *Size)
{
    PAGED_CODE();

    NTSTATUS Status = Load->Read(Load->Context, Name, File, Size);
    CHAR Plain[64];

    if (NT_SUCCESS(Status)) {
        return Status;
    }
    MiAsciiName(Name, Plain, sizeof(Plain));
    BOOLEAN Missing = Status == STATUS_OBJECT_NAME_NOT_FOUND ||
                      Status == STATUS_OBJECT_PATH_NOT_FOUND || Status == STATUS_NO_SUCH_FILE ||
                      (Importer != NULL && Status == STATUS_OBJECT_NAME_INVALID);
    if (Importer != NULL && Missing) {
        return MiRefuseImage(Load, STATUS_DLL_NOT_FOUND, "%s imports %s, which is not there",
                             Importer->Name, Plain);
    }
    if (Missing) {
        return MiRefuseImage(Load, STATUS_OBJECT_NAME_NOT_FOUND, "%s is not there", Plain);
    }
    return MiRefuseImage(Load, Status, "%s cannot be read", Plain);
}

/* Addresses and memory; on failure what was taken is in the image and goes with it. */
static NTSTATUS MiPlaceImage(MI_LOAD *Load, MI_IMAGE *Image, const MI_PE *Pe)
{
    PAGED_CODE();

    ULONG Pages = Pe->ImageSize >> PAGE_SHIFT;
    PVOID Va = MiAllocateSystemPtes(Pages);

    if (Va == NULL) {
        return MiRefuseImage(Load, STATUS_INSUFFICIENT_RESOURCES,
                             "%s: no room for it in system space", Image->Name);
    }
    NTSTATUS Status = MiCreateImagePages(Va, Pages);
    if (!NT_SUCCESS(Status)) {
        MiReleaseSystemPtes(Va, Pages);
        return MiRefuseImage(Load, Status, "%s: not enough memory for it", Image->Name);
    }
    Image->Ldr.DllBase = Va;
    Image->Pages = Pages;
    Image->Ldr.EntryPoint = Pe->EntryPoint ? (PUCHAR)Va + Pe->EntryPoint : NULL;

    MI_PE_IMAGE Bytes = {Va, Pe->ImageSize};
    MI_PE_EXPORTS Exports;
    ULONG Delta = (ULONG)(ULONG_PTR)Va - Pe->ImageBase;
    MiLayOutImage(Pe, Va);
    if (Delta != 0 && Pe->RelocationsStripped) {
        return MiRefuseImage(Load, STATUS_CONFLICTING_ADDRESSES,
                             "%s has no relocations and its base address 0x%08lX is taken",
                             Image->Name, Pe->ImageBase);
    }
    if (!NT_SUCCESS(MiRelocateImage(&Bytes, Pe->Relocations, Delta))) {
        return MiRefuseImage(Load, STATUS_INVALID_IMAGE_FORMAT, "%s has damaged relocations",
                             Image->Name);
    }
    if (!NT_SUCCESS(MiOpenExports(&Bytes, Pe->Exports, &Exports))) {
        return MiRefuseImage(Load, STATUS_INVALID_IMAGE_FORMAT, "%s has damaged exports",
                             Image->Name);
    }
    if (!NT_SUCCESS(MiDescribeSections(Image, Pe))) {
        return MiRefuseImage(Load, STATUS_INSUFFICIENT_RESOURCES, "%s: not enough memory for it",
                             Image->Name);
    }
    MiKeepRange(Image, Pe->Exports.Rva, Pe->Exports.Size);
    Image->ImportRva = Pe->Imports.Rva;
    Image->ImportSize = Pe->Imports.Size;
    return STATUS_SUCCESS;
}

NTSTATUS MiReadImage(MI_LOAD *Load, PCUNICODE_STRING Name, MI_IMAGE *Importer, MI_IMAGE **Image)
{
    MI_IMAGE *New = NULL;
    PVOID File = NULL;
    SIZE_T Size = 0;
    MI_PE Pe;

    PAGED_CODE();
    NTSTATUS Status = MiGetFile(Load, Name, Importer, &File, &Size);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    New = ExAllocatePoolWithTag(NonPagedPool, sizeof(MI_IMAGE) + Name->Length, MI_LOAD_TAG);
    if (New == NULL) {
        ExFreePool(File);
        return MiRefuseImage(Load, STATUS_INSUFFICIENT_RESOURCES, "not enough memory to load it");
    }
    RtlZeroMemory(New, sizeof(MI_IMAGE));
    RtlCopyMemory(New + 1, Name->Buffer, Name->Length);
    MiSetImageName(New, Name, (PWCHAR)(New + 1));
    New->Loading = TRUE;
    ExInitializeFastMutex(&New->Paging);
    InitializeListHead(&New->Ldr.InLoadOrderLinks);
    InsertTailList(&Load->Images, &New->Ldr.InInitializationOrderLinks);
    Load->ImageCount++;

    Status = MiParseImage(File, (ULONG)Size, &Pe);
    if (!NT_SUCCESS(Status)) {
        if (Importer != NULL) {
            MiRefuseImage(Load, Status, "%s, imported by %s, %s", New->Name, Importer->Name,
                          Pe.Reason);
        } else {
            MiRefuseImage(Load, Status, "%s %s", New->Name, Pe.Reason);
        }
    } else if (Importer == NULL && Pe.EntryPoint == 0) {
        Status =
            MiRefuseImage(Load, STATUS_INVALID_IMAGE_FORMAT, "%s has no entry point", New->Name);
    } else {
        Status = MiPlaceImage(Load, New, &Pe);
    }
    ExFreePool(File);
    *Image = New;
    return Status;
}

VOID MiFreeImage(MI_IMAGE *Image)
{
    PAGED_CODE();
    VfForgetImage(Image->Verifier);
    if (Image->Ldr.DllBase != NULL) {
        MiDeleteImagePages(Image->Ldr.DllBase, Image->Pages);
        MiReleaseSystemPtes(Image->Ldr.DllBase, Image->Pages);
    }
    if (Image->Sections != NULL) {
        ExFreePoolWithTag(Image->Sections, MI_LOAD_TAG);
    }
    ExFreePoolWithTag(Image, MI_LOAD_TAG);
}
