/* Fakes below and above the image loader: pool, system PTEs, pages that can be run, sections that
 * are filled with breakpoints when discarded, a volume that is a folder of this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "fakes.h"
#include "ke.h"

#define POOL_MARK 0x6C6F6F50

FAKE_STATE Fake = {.FailAfter = -1, .DamageAt = -1};
UCHAR __ImageBase[0x10000] __attribute__((aligned(0x10000)));
extern const PCSTR KiHalExports[];
extern const ULONG KiHalExportCount;
const PCSTR KiHalExports[] = {"HalThing"};
const ULONG KiHalExportCount = 1;

static PUCHAR Present[4096]; /* the pages that are there, in no order */

static BOOLEAN Refused(void)
{
    if (Fake.FailAfter < 0 || Fake.FailAfter-- > 0) {
        return FALSE;
    }
    Fake.FailAfter = -1; /* this one only */
    Fake.Failed++;
    return TRUE;
}

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE Type, SIZE_T Size, ULONG Tag)
{
    ULONG *Block = Refused() ? NULL : malloc(Size + 8);

    if (Block == NULL) {
        return NULL;
    }
    Block[0] = POOL_MARK;
    Block[1] = Tag;
    memset(Block + 2, 0xA5, Size);
    Fake.Pool++;
    return Block + 2;
}

VOID NTAPI ExFreePoolWithTag(PVOID Pointer, ULONG Tag)
{
    ULONG *Block = (ULONG *)Pointer - 2;

    if (Block[0] != POOL_MARK || (Tag != 0 && Block[1] != Tag)) {
        abort();
    }
    Fake.Pool--;
    free(Block);
}

VOID NTAPI ExFreePool(PVOID Pointer)
{
    ExFreePoolWithTag(Pointer, 0);
}

PVOID MiAllocateSystemPtes(ULONG Pages)
{
    if (Refused()) {
        return NULL;
    }
    /* With a page before and one after that nobody may touch. */
    PUCHAR Va = mmap(NULL, (Pages + 2) * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (Va == MAP_FAILED) {
        return NULL;
    }
    Fake.Ptes += (int)Pages;
    return Va + PAGE_SIZE;
}

VOID MiReleaseSystemPtes(PVOID Va, ULONG Pages)
{
    Fake.Ptes -= (int)Pages;
    munmap((PUCHAR)Va - PAGE_SIZE, (Pages + 2) * PAGE_SIZE);
}

NTSTATUS MiCreatePinnedPages(PVOID Va, ULONG Pages, ULONG Protection)
{
    if (Refused()) {
        return STATUS_COMMITMENT_LIMIT;
    }
    mprotect(Va, Pages * PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
    for (ULONG i = 0; i < Pages; i++) {
        Present[Fake.Pages++] = (PUCHAR)Va + i * PAGE_SIZE;
    }
    return STATUS_SUCCESS;
}

VOID MiDeletePages(PVOID Va, ULONG Pages, MMPTE Leave)
{
    for (int i = Fake.Pages; i-- > 0;) {
        if (Present[i] >= (PUCHAR)Va && Present[i] < (PUCHAR)Va + Pages * PAGE_SIZE) {
            Present[i] = Present[--Fake.Pages];
        }
    }
    mprotect(Va, Pages * PAGE_SIZE, PROT_NONE);
}

VOID MiStartSections(MI_IMAGE *Image)
{
    for (ULONG i = 0; i < Image->SectionCount; i++) {
        MI_SECTION *Section = &Image->Sections[i];
        if (Section->Image != Image || (i > 0 && Section->Base < Section[-1].Base)) {
            abort();
        }
        Section->PageBase = Section->Base;
        Section->Pages = (Section->Size + PAGE_SIZE - 1) / PAGE_SIZE;
    }
}

VOID MiStopSections(MI_IMAGE *Image)
{
}

VOID MiDiscardSection(MI_SECTION *Section)
{
    Section->Discarded = TRUE;
    memset(Section->PageBase, 0xCC, Section->Pages * PAGE_SIZE); /* int3 */
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

/* Read once, then from memory. */
static UCHAR *ReadFile(const char *Name, long *Size)
{
    static struct {
        char Name[80];
        UCHAR *Bytes;
        long Size;
    } Cache[40];
    char Path[300];
    unsigned n = 0;

    for (; n < 40 && Cache[n].Bytes != NULL; n++) {
        if (strcmp(Cache[n].Name, Name) == 0) {
            *Size = Cache[n].Size;
            return Cache[n].Bytes;
        }
    }

    snprintf(Path, sizeof Path, "%s%s", SEEDS, Name);
    FILE *File = fopen(Path, "rb");
    if (File == NULL) {
        return NULL;
    }
    fseek(File, 0, SEEK_END);
    *Size = ftell(File);
    rewind(File);
    UCHAR *Bytes = malloc((size_t)*Size);
    *Size = (long)fread(Bytes, 1, (size_t)*Size, File);
    fclose(File);
    if (n < 40) {
        strcpy(Cache[n].Name, Name);
        Cache[n].Bytes = Bytes;
        Cache[n].Size = *Size;
    }
    return Bytes;
}

NTSTATUS ReadSeed(PVOID Context, PCUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size)
{
    ULONG Start = Name->Length / 2, Length = 0;
    char Plain[80];
    long Bytes;

    while (Start > 0 && Name->Buffer[Start - 1] != '\\') {
        Start--;
    }
    for (; Start < Name->Length / 2u; Start++) {
        char c = (char)Name->Buffer[Start];
        Plain[Length++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; /* a FAT volume */
    }
    Plain[Length] = 0;
    UCHAR *File = ReadFile(Plain, &Bytes);
    if (File == NULL) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    *Buffer = ExAllocatePoolWithTag(PagedPool, (SIZE_T)Bytes, 'daeR');
    *Size = (SIZE_T)Bytes;
    if (*Buffer != NULL) {
        memcpy(*Buffer, File, (size_t)Bytes);
        BOOLEAN Damaged = Fake.DamageAt >= 0 && strcmp(Plain, "top.sys") == 0;
        if (Damaged || strcmp(Plain, "initiat.sys") == 0) { /* changed: no checksum */
            memset((UCHAR *)*Buffer + *(ULONG *)((UCHAR *)*Buffer + 0x3C) + 0x58, 0, 4);
        }
        if (Damaged && Fake.DamageAt < Bytes) {
            ((UCHAR *)*Buffer)[Fake.DamageAt] = Fake.DamageValue;
        }
    }
    return *Buffer == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

void StartFakes(void)
{
    long Size;
    UCHAR *File = ReadFile("ntoskrnl.exe", &Size);
    MI_PE Pe;

    if (File == NULL || !NT_SUCCESS(MiParseImage(File, (ULONG)Size, &Pe)) ||
        Pe.ImageSize > sizeof __ImageBase) {
        printf("Bail out! no seeds\n");
        exit(1);
    }
    MI_PE_IMAGE Image = {__ImageBase, Pe.ImageSize};
    MiLayOutImage(&Pe, __ImageBase);
    MiRelocateImage(&Image, Pe.Relocations, (ULONG)(ULONG_PTR)__ImageBase - Pe.ImageBase);
    if (mprotect(__ImageBase, sizeof __ImageBase, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) {
        perror("Bail out! mprotect");
        exit(1);
    }
}

/* The rest does next to nothing. */
KIRQL FASTCALL KfRaiseIrql(KIRQL NewIrql)
{
    KIRQL Old = Fake.Irql;

    Fake.Irql = NewIrql;
    return Old;
}

VOID FASTCALL KfLowerIrql(KIRQL NewIrql)
{
    Fake.Irql = NewIrql;
}

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return Fake.Irql;
}

VOID FASTCALL KefAcquireSpinLockAtDpcLevel(PKSPIN_LOCK Lock)
{
}

VOID FASTCALL KefReleaseSpinLockFromDpcLevel(PKSPIN_LOCK Lock)
{
}

VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK Lock)
{
    *Lock = 0;
}

VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
}

VOID NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON Reason, KPROCESSOR_MODE Mode,
                                     BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    Fake.Mutex++;
    return STATUS_SUCCESS;
}

LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
    return --Fake.Mutex;
}

VOID NTAPI KeBugCheckEx(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4)
{
    printf("# bugcheck 0x%X\n", (unsigned)Code);
    abort();
}

VOID NTAPI RtlAssert(PVOID What, PVOID File, ULONG Line, PCHAR Message)
{
    printf("# %s:%u: %s\n", (char *)File, (unsigned)Line, (char *)What);
    abort();
}

ULONG __cdecl DbgPrint(PCSTR Format, ...)
{
    return 0;
}

int __cdecl _vsnprintf(char *Buffer, size_t Count, const char *Format, va_list Arguments)
{
    return vsnprintf(Buffer, Count, Format, Arguments);
}

SIZE_T NTAPI RtlCompareMemory(const VOID *Left, const VOID *Right, SIZE_T Length)
{
    SIZE_T i = 0;

    while (i < Length && ((const UCHAR *)Left)[i] == ((const UCHAR *)Right)[i]) {
        i++;
    }
    return i;
}

VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING String, PCWSTR Source)
{
    String->Length = 0;
    String->Buffer = (PWSTR)Source;
    while (Source[String->Length / 2] != 0) {
        String->Length += 2;
    }
    String->MaximumLength = String->Length + 2;
}

BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING Left, PCUNICODE_STRING Right, BOOLEAN NoCase)
{
    if (Left->Length != Right->Length) {
        return FALSE;
    }
    for (ULONG i = 0; i < Left->Length / 2u; i++) {
        WCHAR a = Left->Buffer[i], b = Right->Buffer[i];
        a = a >= 'a' && a <= 'z' ? (WCHAR)(a - 32) : a;
        b = b >= 'a' && b <= 'z' ? (WCHAR)(b - 32) : b;
        if (a != b) {
            return FALSE;
        }
    }
    return TRUE;
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Target, PCUNICODE_STRING Source)
{
    memcpy((UCHAR *)Target->Buffer + Target->Length, Source->Buffer, Source->Length);
    Target->Length += Source->Length;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING Target, PCWSTR Source)
{
    UNICODE_STRING String;

    RtlInitUnicodeString(&String, Source);
    return RtlAppendUnicodeStringToString(Target, &String);
}

/* Nothing is verified here. */
struct _VF_DRIVER *VfChooseImage(PCSTR Name, PVOID Base, ULONG Size)
{
    return NULL;
}

PVOID VfSubstitute(PVOID Routine)
{
    return Routine;
}

VOID VfForgetImage(struct _VF_DRIVER *Driver)
{
}

VOID VfCheckUnload(struct _VF_DRIVER *Driver, PCSTR LockedSection, ULONG Locks)
{
}
