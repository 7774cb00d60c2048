/* The list of loaded images, and what lies where.
 *
 * PsLoadedModuleList holds ntoskrnl.exe first, then a hal.dll that has a name and no pages of its
 * own (its routines live in the kernel image), then drivers and DLLs in load order.
 *
 * MmLoadMutex guards loading and unloading as a whole. The list itself changes at HIGH_LEVEL under
 * MiModuleLock, so that it can be walked at any IRQL, in a page fault or a bugcheck too: a reader
 * raises to HIGH_LEVEL and then cannot be interrupted by a change on this processor. On the way
 * into a bugcheck nothing is waited for, so readers do not take the lock. */
#include "ldr.h"
#include "ke.h"
#include <bugcodes.h>

#define MI_UNLOADED_DRIVERS 32

typedef struct _MI_UNLOADED_DRIVER {
    CHAR Name[32];
    PVOID Start, End; /* End: first byte after it; both NULL: free */
} MI_UNLOADED_DRIVER;

LIST_ENTRY PsLoadedModuleList = {&PsLoadedModuleList, &PsLoadedModuleList};
KMUTEX MmLoadMutex;
MI_IMAGE MiKernelImage, MiHalImage;
MI_PE_EXPORTS MiKernelExports;
static KSPIN_LOCK MiModuleLock;
static MI_UNLOADED_DRIVER MmUnloadedDrivers[MI_UNLOADED_DRIVERS]; /* a ring; MiModuleLock */
static ULONG MmLastUnloadedDriver;                                /* next to fill; MiModuleLock */

extern UCHAR __ImageBase[];        /* the kernel's first byte, from the linker   */
extern const PCSTR KiHalExports[]; /* generated: hal.dll's names, sorted         */
extern const ULONG KiHalExportCount;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, MiInitializeKernelImage)
#pragma alloc_text(PAGE, MiLookupImage)
#pragma alloc_text(PAGE, MmEnumerateImages)
#pragma alloc_text(PAGE, MiIsHalName)
#pragma alloc_text(PAGE, MmGetSystemRoutineAddress)
#endif

static KIRQL MiLockModules(VOID)
{
    KIRQL OldIrql = KfRaiseIrql(HIGH_LEVEL);

    KeAcquireSpinLockAtDpcLevel(&MiModuleLock);
    return OldIrql;
}

static VOID MiUnlockModules(KIRQL OldIrql)
{
    KeReleaseSpinLockFromDpcLevel(&MiModuleLock);
    KfLowerIrql(OldIrql);
}

VOID MiInsertImage(MI_IMAGE *Image)
{
    KIRQL OldIrql = MiLockModules();
    PUCHAR Start = Image->Ldr.DllBase;

    /* What was unloaded from these addresses is no longer what lies there. */
    for (ULONG i = 0; i < MI_UNLOADED_DRIVERS; i++) {
        MI_UNLOADED_DRIVER *Old = &MmUnloadedDrivers[i];
        if (Start < (PUCHAR)Old->End && Start + Image->Ldr.SizeOfImage > (PUCHAR)Old->Start) {
            Old->Start = Old->End = NULL;
        }
    }
    InsertTailList(&PsLoadedModuleList, &Image->Ldr.InLoadOrderLinks);
    MiUnlockModules(OldIrql);
}

VOID MiRemoveImage(MI_IMAGE *Image)
{
    KIRQL OldIrql = MiLockModules();
    MI_UNLOADED_DRIVER *Slot = &MmUnloadedDrivers[MmLastUnloadedDriver++ % MI_UNLOADED_DRIVERS];

    RemoveEntryList(&Image->Ldr.InLoadOrderLinks);
    RtlCopyMemory(Slot->Name, Image->Name, sizeof(Slot->Name));
    Slot->Start = Image->Ldr.DllBase;
    Slot->End = (PUCHAR)Image->Ldr.DllBase + Image->Ldr.SizeOfImage;
    MiUnlockModules(OldIrql);
}

MI_IMAGE *MiFindImage(PVOID Address)
{
    KIRQL OldIrql = KfRaiseIrql(HIGH_LEVEL);
    MI_IMAGE *Found = NULL;

    for (PLIST_ENTRY Link = PsLoadedModuleList.Flink; Link != &PsLoadedModuleList;
         Link = Link->Flink) {
        MI_IMAGE *Image = CONTAINING_RECORD(Link, MI_IMAGE, Ldr.InLoadOrderLinks);
        if ((PUCHAR)Address >= (PUCHAR)Image->Ldr.DllBase &&
            (ULONG)((PUCHAR)Address - (PUCHAR)Image->Ldr.DllBase) < Image->Ldr.SizeOfImage) {
            Found = Image;
            break;
        }
    }
    KfLowerIrql(OldIrql);
    return Found;
}

static BOOLEAN MiFindUnloaded(PVOID Address, PMM_ADDRESS_NAME Name)
{
    KIRQL OldIrql = KfRaiseIrql(HIGH_LEVEL);

    for (ULONG i = 0; i < MI_UNLOADED_DRIVERS && !Name->Unloaded; i++) {
        MI_UNLOADED_DRIVER *Old = &MmUnloadedDrivers[i];
        if (Address >= Old->Start && Address < Old->End) {
            RtlCopyMemory(Name->Image, Old->Name, sizeof(Name->Image));
            Name->Base = Old->Start;
            Name->Offset = (ULONG)((PUCHAR)Address - (PUCHAR)Old->Start);
            Name->Unloaded = TRUE;
        }
    }
    KfLowerIrql(OldIrql);
    return Name->Unloaded;
}

BOOLEAN MmDescribeAddress(PVOID Address, PMM_ADDRESS_NAME Name)
{
    MI_IMAGE *Image = MiFindImage(Address);

    RtlZeroMemory(Name, sizeof(*Name));
    Name->Image[0] = '-';
    Name->Section[0] = '-';
    if (Image == NULL) {
        return MiFindUnloaded(Address, Name);
    }
    MI_SECTION *Section = MiFindSection(Image, Address);
    RtlCopyMemory(Name->Image, Image->Name, sizeof(Name->Image));
    if (Section != NULL) {
        RtlCopyMemory(Name->Section, Section->Name, sizeof(Section->Name));
    }
    Name->Base = Image->Ldr.DllBase;
    Name->Offset = (ULONG)((PUCHAR)Address - (PUCHAR)Image->Ldr.DllBase);
    return TRUE;
}

VOID MmEnumerateImages(PMM_IMAGE_CALLBACK Routine, PVOID Context)
{
    PAGED_CODE();

    KeWaitForSingleObject(&MmLoadMutex, Executive, KernelMode, FALSE, NULL);
    for (PLIST_ENTRY At = PsLoadedModuleList.Flink; At != &PsLoadedModuleList; At = At->Flink) {
        if (!Routine(Context, CONTAINING_RECORD(At, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks))) {
            break;
        }
    }
    KeReleaseMutex(&MmLoadMutex, FALSE);
}

/* Under MmLoadMutex. */
MI_IMAGE *MiLookupImage(PCUNICODE_STRING BaseName)
{
    PAGED_CODE();
    for (PLIST_ENTRY Link = PsLoadedModuleList.Flink; Link != &PsLoadedModuleList;
         Link = Link->Flink) {
        MI_IMAGE *Image = CONTAINING_RECORD(Link, MI_IMAGE, Ldr.InLoadOrderLinks);
        if (RtlEqualUnicodeString(&Image->Ldr.BaseDllName, BaseName, TRUE)) {
            return Image;
        }
    }
    return NULL;
}

BOOLEAN MiIsHalName(PCSTR Name)
{
    ULONG Low = 0, High = KiHalExportCount;

    PAGED_CODE();
    while (Low < High) {
        ULONG Middle = (Low + High) / 2;
        int Order = strcmp(Name, KiHalExports[Middle]);
        if (Order == 0) {
            return TRUE;
        }
        if (Order < 0) {
            High = Middle;
        } else {
            Low = Middle + 1;
        }
    }
    return FALSE;
}

PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    ULONG Length = SystemRoutineName->Length / sizeof(WCHAR);
    CHAR Name[80];
    PCSTR Forwarder;
    ULONG Rva;

    PAGED_CODE();
    if (Length >= sizeof(Name)) {
        return NULL; /* no export has so long a name */
    }
    for (ULONG i = 0; i < Length; i++) {
        WCHAR c = SystemRoutineName->Buffer[i];
        Name[i] = c < 0x80 ? (CHAR)c : '?';
    }
    Name[Length] = 0;
    if (!NT_SUCCESS(MiFindExportByName(&MiKernelExports, Name, 0, &Rva, &Forwarder)) || Forwarder) {
        return NULL;
    }
    return __ImageBase + Rva;
}

/* The kernel is an image like others, but that the boot loader laid it out. */
VOID MiInitializeKernelImage(VOID)
{
    static const UNICODE_STRING KernelName =
        RTL_CONSTANT_STRING(L"\\SystemRoot\\System32\\ntoskrnl.exe");
    static const UNICODE_STRING HalName = RTL_CONSTANT_STRING(L"\\SystemRoot\\System32\\hal.dll");
    MI_PE_IMAGE Bytes = {__ImageBase, 0};
    MI_PE Pe;

    KeInitializeMutex(&MmLoadMutex, 0);
    KeInitializeSpinLock(&MiModuleLock);
    /* Its file is mapped as it is, so memory reads like the file; only the size is to be found. */
    NTSTATUS Status = MiParseLayout(__ImageBase, MI_PE_MAXIMUM_SIZE, &Pe);
    if (NT_SUCCESS(Status)) {
        Bytes.Size = Pe.ImageSize;
        MiKernelImage.Ldr.DllBase = __ImageBase;
        Status = MiDescribeSections(&MiKernelImage, &Pe);
    }
    if (NT_SUCCESS(Status)) {
        Status = MiOpenExports(&Bytes, Pe.Exports, &MiKernelExports);
    }
    if (!NT_SUCCESS(Status)) {
        KeBugCheckEx(MEMORY_MANAGEMENT, (ULONG_PTR)Status, (ULONG_PTR)__ImageBase, 0, 0);
    }
    MiKernelImage.IsKernel = TRUE;
    MiKernelImage.Initialized = TRUE;
    MiKernelImage.Ldr.LoadCount = 0xFFFF;
    MiKernelImage.Ldr.EntryPoint = __ImageBase + Pe.EntryPoint;
    MiSetImageName(&MiKernelImage, &KernelName, KernelName.Buffer);
    MiInsertImage(&MiKernelImage);
    MiStartSections(&MiKernelImage);

    MiHalImage.Initialized = TRUE;
    MiHalImage.Ldr.DllBase = __ImageBase;
    MiHalImage.Ldr.LoadCount = 0xFFFF;
    MiSetImageName(&MiHalImage, &HalName, HalName.Buffer);
    ExInitializeFastMutex(&MiHalImage.Paging);
    MiInsertImage(&MiHalImage);
}
