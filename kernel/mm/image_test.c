/* Tests of the image loader inside the kernel: refusals leave nothing behind, and addresses are
 * told apart. Loading and unloading for real is tested with real drivers (tests/system/imports.py).
 */
#include "ldr.h"
#include "ke.h"
#include "test.h"

extern UCHAR __ImageBase[];

typedef struct _TEST_FILE {
    const VOID *Bytes;
    SIZE_T Size;
} TEST_FILE;

static NTSTATUS ReadTestFile(PVOID Context, PCUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size)
{
    TEST_FILE *File = Context;

    if (File->Bytes == NULL) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    *Buffer = ExAllocatePoolWithTag(PagedPool, File->Size, MI_LOAD_TAG);
    if (*Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(*Buffer, File->Bytes, File->Size);
    *Size = File->Size;
    return STATUS_SUCCESS;
}

static NTSTATUS LoadTestFile(TEST_FILE *File, PMM_LOAD_FAILURE Why)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\SystemRoot\\System32\\drivers\\ktest.sys");
    PLDR_DATA_TABLE_ENTRY Entry;

    return MmLoadSystemImage(&Name, ReadTestFile, File, &Entry, Why);
}

KTEST(image_refusals_leave_nothing)
{
    static const UCHAR NotMz[64] = "ELF";
    static const struct {
        TEST_FILE File;
        NTSTATUS Status;
        PCSTR Text;
    } Cases[] = {
        {{NULL, 0}, STATUS_OBJECT_NAME_NOT_FOUND, "ktest.sys is not there"},
        {{NotMz, 64}, STATUS_INVALID_IMAGE_NOT_MZ, "ktest.sys does not begin with MZ"},
        {{__ImageBase, 64}, STATUS_INVALID_IMAGE_FORMAT, "ktest.sys has no PE header"},
    };
    MM_LOAD_FAILURE Why;
    MM_STATISTICS Before, After;

    for (ULONG i = 0; i < RTL_NUMBER_OF(Cases); i++) {
        TEST_FILE File = Cases[i].File;
        MmQueryStatistics(&Before);
        KCHECK_EQUAL(LoadTestFile(&File, &Why), Cases[i].Status);
        MmQueryStatistics(&After);
        KCHECK(strcmp(Why.Text, Cases[i].Text) == 0);
        KCHECK_EQUAL(After.SystemPtesFree, Before.SystemPtesFree);
    }
}

KTEST(image_names_of_addresses)
{
    MM_ADDRESS_NAME Name;
    ULONG Local = 0;

    KCHECK(MmDescribeAddress((PVOID)(ULONG_PTR)MmDescribeAddress, &Name));
    KCHECK(strcmp(Name.Image, "ntoskrnl.exe") == 0 && strcmp(Name.Section, ".text") == 0);
    KCHECK(MmDescribeAddress((PVOID)(ULONG_PTR)MmLoadSystemImage, &Name));
    KCHECK(strcmp(Name.Section, "PAGE") == 0);
    KCHECK((PUCHAR)Name.Base + Name.Offset == (PUCHAR)(ULONG_PTR)MmLoadSystemImage);
    KCHECK(!MmDescribeAddress(&Local, &Name));
    KCHECK(strcmp(Name.Image, "-") == 0 && strcmp(Name.Section, "-") == 0 && !Name.Unloaded);
}

KTEST(image_system_routines)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"KeSetEvent");
    UNICODE_STRING Hal = RTL_CONSTANT_STRING(L"KfLowerIrql");
    UNICODE_STRING Private = RTL_CONSTANT_STRING(L"MmLoadSystemImage");
    UNICODE_STRING Empty = RTL_CONSTANT_STRING(L"");

    KCHECK(MmGetSystemRoutineAddress(&Name) == (PVOID)(ULONG_PTR)KeSetEvent);
    KCHECK(MmGetSystemRoutineAddress(&Hal) == (PVOID)(ULONG_PTR)KfLowerIrql);
    KCHECK(MmGetSystemRoutineAddress(&Private) == NULL);
    KCHECK(MmGetSystemRoutineAddress(&Empty) == NULL);
}
