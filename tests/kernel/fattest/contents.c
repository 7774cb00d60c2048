/* What files hold: odd offsets and buffers, sizes, holes, the end, a full disk. */
#include "fattest.h"

#ifdef ALLOC_PRAGMA
/* Runs at PASSIVE_LEVEL only. */
#pragma code_seg("PAGE")
#endif

#define F ROOT L"\\contents.bin"
#define SIZE 200000u

static VOID Fill(PUCHAR Data, ULONG Length, ULONG Seed)
{
    ULONG i;

    PAGED_CODE();
    for (i = 0; i < Length; i++) {
        Seed = Seed * 1103515245 + 12345;
        Data[i] = (UCHAR)(Seed >> 16);
    }
}

/* Pageable buffers that begin at an odd address: locked for the disk, or copied for it. */
VOID TestContents(VOID)
{
    static const ULONG offsets[] = { 0, 1, 511, 512, 513, 4095, 4096, 65535, 70001 };
    PUCHAR data = ExAllocatePoolWithTag(PagedPool, SIZE + 8, TAG);
    PUCHAR back = ExAllocatePoolWithTag(PagedPool, SIZE + 8, TAG);
    ULONG i, done, bad = 0;
    HANDLE handle;

    PAGED_CODE();
    if (data == NULL || back == NULL) {
        Check(FALSE, "memory for the test");
        return;
    }
    Fill(data, SIZE + 8, 7);
    CheckStatus(Open(&handle, NULL, F, FILE_READ_DATA | FILE_WRITE_DATA, 0, FILE_CREATE, 0),
                STATUS_SUCCESS, "a file for data");
    CheckStatus(Write(handle, 0, data, SIZE), STATUS_SUCCESS, "200000 bytes written");
    CheckStatus(Read(handle, 0, back, SIZE + 8, &done), STATUS_SUCCESS, "and read, and no more");
    Check(done == SIZE && RtlCompareMemory(data, back, SIZE) == SIZE, "the same bytes");
    for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        ULONG at = offsets[i], length = 3000 + at % 7000;

        Fill(data + at, length, at);
        bad += !NT_SUCCESS(Write(handle, at, data + at, length));
        bad += !NT_SUCCESS(Read(handle, at / 2, back + 1, length, &done)) || done != length ||
               RtlCompareMemory(data + at / 2, back + 1, length) != length;
    }
    Check(bad == 0, "odd offsets, lengths and buffers");
    CheckStatus(Read(handle, SIZE, back, 1, &done), STATUS_END_OF_FILE, "nothing behind the end");
    CheckStatus(MmTrimAllSystemPagableMemory(TRUE), STATUS_SUCCESS, "buffers and file system out");
    RtlZeroMemory(back, 16);
    CheckStatus(Read(handle, 0, back, SIZE, &done), STATUS_SUCCESS, "read while they come back");
    Check(done == SIZE && RtlCompareMemory(data, back, SIZE) == SIZE, "whole");
    ZwClose(handle);
    CheckStatus(Open(&handle, NULL, F, FILE_READ_DATA, 0, FILE_OPEN,
                     FILE_NO_INTERMEDIATE_BUFFERING),
                STATUS_SUCCESS, "opened without buffering");
    CheckStatus(Read(handle, 0, back, 1000, &done), STATUS_INVALID_PARAMETER, "sectors only then");
    CheckStatus(Read(handle, 512, back, 1024, &done), STATUS_SUCCESS, "two sectors");
    ZwClose(handle);
    CheckStatus(Delete(F), STATUS_SUCCESS, "deleted");
    ExFreePoolWithTag(data, TAG);
    ExFreePoolWithTag(back, TAG);
}

VOID TestSizes(VOID)
{
    LARGE_INTEGER end = { { FILE_WRITE_TO_END_OF_FILE, -1 } };
    FILE_STANDARD_INFORMATION standard;
    FILE_ALLOCATION_INFORMATION allocation;
    IO_STATUS_BLOCK block;
    UCHAR data[64];
    ULONG done;
    HANDLE handle;

    PAGED_CODE();
    CheckStatus(Open(&handle, NULL, F, FILE_READ_DATA | FILE_WRITE_DATA, 0, FILE_CREATE, 0),
                STATUS_SUCCESS, "a file for sizes");
    CheckStatus(Write(handle, 0, "0123456789", 10), STATUS_SUCCESS, "ten bytes");
    CheckStatus(SetSize(handle, 100000), STATUS_SUCCESS, "made longer");
    CheckStatus(Read(handle, 9, data, 64, &done), STATUS_SUCCESS, "read over the old end");
    Check(done == 64 && data[0] == '9' && data[1] == 0 && data[63] == 0, "zeros from there on");
    CheckStatus(Write(handle, 150000, "x", 1), STATUS_SUCCESS, "written behind the end");
    CheckStatus(Read(handle, 149990, data, 64, &done), STATUS_SUCCESS, "read there");
    Check(done == 11 && data[0] == 0 && data[10] == 'x', "zeros, then the byte");
    CheckStatus(SetSize(handle, 4), STATUS_SUCCESS, "cut");
    CheckStatus(ZwWriteFile(handle, NULL, NULL, NULL, &block, "end", 3, &end, NULL), STATUS_SUCCESS,
                "appended");
    CheckStatus(Read(handle, 0, data, 64, &done), STATUS_SUCCESS, "read");
    Check(done == 7 && RtlCompareMemory(data, "0123end", 7) == 7, "both parts");
    CheckStatus(SetSize(handle, 0x200000000ll), STATUS_DISK_FULL, "more than FAT32 can say");
    CheckStatus(SetSize(handle, 0xFFFFFFFFll), STATUS_DISK_FULL, "more than the disk has");
    allocation.AllocationSize.QuadPart = 1000000;
    CheckStatus(Set(handle, FileAllocationInformation, &allocation, sizeof(allocation)),
                STATUS_SUCCESS, "a million bytes set aside");
    CheckStatus(ZwQueryInformationFile(handle, &block, &standard, sizeof(standard),
                                       FileStandardInformation),
                STATUS_SUCCESS, "asked");
    Check(standard.EndOfFile.QuadPart == 7 && standard.AllocationSize.QuadPart >= 1000000,
          "seven bytes, a million set aside");
    ZwClose(handle);
    CheckStatus(Delete(F), STATUS_SUCCESS, "deleted");
}
