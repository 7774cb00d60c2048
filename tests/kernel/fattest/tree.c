/* Information, renaming, listing, the volume. */
#include "fattest.h"

#ifdef ALLOC_PRAGMA
/* Runs at PASSIVE_LEVEL only. */
#pragma code_seg("PAGE")
#endif

VOID TestInformation(VOID)
{
    FILE_BASIC_INFORMATION basic;
    FILE_NAME_INFORMATION *name;
    IO_STATUS_BLOCK block;
    LONGLONG time = 132223104000000000ll; /* 1 January 2020 */
    UCHAR buffer[128];
    HANDLE handle;

    PAGED_CODE();
    CheckStatus(Make(ROOT L"\\info", "some text"), STATUS_SUCCESS, "a file to ask about");
    CheckStatus(Open(&handle, NULL, ROOT L"\\info", FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES,
                     SHARE_ALL, FILE_OPEN, 0),
                STATUS_SUCCESS, "opened");
    CheckStatus(ZwQueryInformationFile(handle, &block, &basic, sizeof(basic), FileBasicInformation),
                STATUS_SUCCESS, "basic information");
    Check((basic.FileAttributes & FILE_ATTRIBUTE_ARCHIVE) != 0 &&
              basic.CreationTime.QuadPart > time,
          "archive bit, made since 2020");
    RtlZeroMemory(&basic, sizeof(basic));
    basic.LastWriteTime.QuadPart = time;
    basic.FileAttributes = FILE_ATTRIBUTE_HIDDEN;
    CheckStatus(Set(handle, FileBasicInformation, &basic, sizeof(basic)), STATUS_SUCCESS, "set");
    CheckStatus(ZwQueryInformationFile(handle, &block, &basic, sizeof(basic), FileBasicInformation),
                STATUS_SUCCESS, "asked again");
    Check(basic.LastWriteTime.QuadPart == time && basic.FileAttributes == FILE_ATTRIBUTE_HIDDEN,
          "as set");
    name = (PFILE_NAME_INFORMATION)buffer;
    CheckStatus(ZwQueryInformationFile(handle, &block, name, sizeof(buffer), FileNameInformation),
                STATUS_SUCCESS, "its name");
    Check(name->FileNameLength == 26 &&
              RtlCompareMemory(name->FileName, L"\\fattest\\info", 26) == 26,
          "from the volume's root");
    CheckStatus(ZwQueryInformationFile(handle, &block, name, 10, FileNameInformation),
                STATUS_BUFFER_OVERFLOW, "too little room for it");
    CheckStatus(ZwQueryInformationFile(handle, &block, &basic, 8, FileBasicInformation),
                STATUS_INFO_LENGTH_MISMATCH, "too little room for anything");
    ZwClose(handle);
    CheckStatus(Delete(ROOT L"\\info"), STATUS_SUCCESS, "deleted");
}

VOID TestRenaming(VOID)
{
    HANDLE handle, folder;

    PAGED_CODE();
    CheckStatus(Make(ROOT L"\\one", "1"), STATUS_SUCCESS, "one");
    CheckStatus(Make(ROOT L"\\two", "22"), STATUS_SUCCESS, "two");
    CheckStatus(Open(&folder, NULL, ROOT L"\\a folder", FILE_LIST_DIRECTORY, SHARE_ALL, FILE_CREATE,
                     FILE_DIRECTORY_FILE),
                STATUS_SUCCESS, "a folder");
    ZwClose(folder);
    CheckStatus(Open(&handle, NULL, ROOT L"\\one", DELETE, SHARE_ALL, FILE_OPEN, 0),
                STATUS_SUCCESS, "one opened");
    CheckStatus(Rename(handle, L"two", FALSE), STATUS_OBJECT_NAME_COLLISION, "two is taken");
    CheckStatus(Rename(handle, L"th*ree", FALSE), STATUS_OBJECT_NAME_INVALID, "no such name");
    CheckStatus(Rename(handle, L"a name of some length", FALSE), STATUS_SUCCESS, "a free name");
    CheckStatus(Rename(handle, L"A NAME of some length", FALSE), STATUS_SUCCESS, "its case");
    Check(!Exists(ROOT L"\\one") && Exists(ROOT L"\\a name of some length"), "there by that name");
    CheckStatus(Rename(handle, ROOT L"\\a folder\\moved", FALSE), STATUS_SUCCESS, "moved");
    Check(Exists(ROOT L"\\a folder\\moved"), "there");
    CheckStatus(Rename(handle, ROOT L"\\two", TRUE), STATUS_SUCCESS, "moved over two");
    ZwClose(handle);
    Check(Exists(ROOT L"\\two") && !Exists(ROOT L"\\a folder\\moved"), "there, and not here");
    CheckStatus(Open(&handle, NULL, ROOT L"\\a folder", DELETE, SHARE_ALL, FILE_OPEN,
                     FILE_DIRECTORY_FILE),
                STATUS_SUCCESS, "the folder opened");
    CheckStatus(Rename(handle, ROOT L"\\a folder\\inside", FALSE), STATUS_INVALID_PARAMETER,
                "not into itself");
    CheckStatus(Rename(handle, L"folder", FALSE), STATUS_SUCCESS, "renamed");
    ZwClose(handle);
    CheckStatus(Delete(ROOT L"\\folder"), STATUS_SUCCESS, "deleted");
    CheckStatus(Delete(ROOT L"\\two"), STATUS_SUCCESS, "deleted");
}

/* Lists with a pattern and a buffer of so many bytes; returns how many entries came. */
static ULONG Count(HANDLE Folder, PCWSTR Pattern, ULONG Length, NTSTATUS *Last)
{
    PUCHAR buffer = ExAllocatePoolWithTag(PagedPool, Length, TAG);
    ULONG count = 0, at;
    IO_STATUS_BLOCK block;
    UNICODE_STRING pattern;
    BOOLEAN restart = TRUE;

    PAGED_CODE();
    RtlInitUnicodeString(&pattern, Pattern);
    for (;;) {
        *Last = ZwQueryDirectoryFile(Folder, NULL, NULL, NULL, &block, buffer, Length,
                                     FileBothDirectoryInformation, FALSE, &pattern, restart);
        restart = FALSE;
        if (!NT_SUCCESS(*Last) || count > 1000) {
            break;
        }
        for (at = 0;; at += ((PFILE_BOTH_DIR_INFORMATION)(buffer + at))->NextEntryOffset) {
            count++;
            if (((PFILE_BOTH_DIR_INFORMATION)(buffer + at))->NextEntryOffset == 0) {
                break;
            }
        }
    }
    ExFreePoolWithTag(buffer, TAG);
    return count;
}

static VOID ListName(ULONG Number, PWCHAR Name)
{
    PAGED_CODE();
    RtlCopyMemory(Name, ROOT L"\\entry number 00.txt", sizeof(ROOT L"\\entry number 00.txt"));
    Name[wcslen(Name) - 6] = (WCHAR)('0' + Number / 10);
    Name[wcslen(Name) - 5] = (WCHAR)('0' + Number % 10);
}

VOID TestListing(VOID)
{
    WCHAR name[64];
    ULONG i, bad = 0;
    NTSTATUS last;
    HANDLE folder;

    PAGED_CODE();
    for (i = 0; i < 60; i++) {
        ListName(i, name);
        bad += !NT_SUCCESS(Make(name, "listed"));
    }
    Check(bad == 0, "sixty files made");
    CheckStatus(Open(&folder, NULL, ROOT, FILE_LIST_DIRECTORY, SHARE_ALL, FILE_OPEN,
                     FILE_DIRECTORY_FILE),
                STATUS_SUCCESS, "the folder opened");
    Check(Count(folder, L"*", 4096, &last) == 62, "all, and the dot entries");
    CheckStatus(last, STATUS_NO_MORE_FILES, "until there are no more");
    Check(Count(folder, L"entry*3?.TXT", 400, &last) == 10, "ten match, a few at a time");
    Check(Count(folder, L"*.exe", 4096, &last) == 0, "none match");
    CheckStatus(last, STATUS_NO_SUCH_FILE, "and it says so");
    ZwClose(folder);
    for (i = 0; i < 60; i++) {
        ListName(i, name);
        bad += !NT_SUCCESS(Delete(name));
    }
    Check(bad == 0, "sixty files deleted");
}

VOID TestVolume(VOID)
{
    FILE_FS_SIZE_INFORMATION size;
    IO_STATUS_BLOCK block;
    struct {
        FILE_FS_VOLUME_INFORMATION Info;
        WCHAR More[32];
    } volume;
    HANDLE handle;

    PAGED_CODE();
    CheckStatus(Open(&handle, NULL, L"\\??\\C:\\", FILE_LIST_DIRECTORY, SHARE_ALL, FILE_OPEN,
                     FILE_DIRECTORY_FILE),
                STATUS_SUCCESS, "the root");
    CheckStatus(ZwQueryVolumeInformationFile(handle, &block, &size, sizeof(size),
                                             FileFsSizeInformation),
                STATUS_SUCCESS, "sizes");
    Check(size.BytesPerSector == 512 && size.AvailableAllocationUnits.QuadPart > 0 &&
              size.AvailableAllocationUnits.QuadPart < size.TotalAllocationUnits.QuadPart,
          "that can be");
    CheckStatus(ZwQueryVolumeInformationFile(handle, &block, &volume, sizeof(volume),
                                             FileFsVolumeInformation),
                STATUS_SUCCESS, "label and serial number");
    Check(volume.Info.VolumeLabelLength == 12 &&
              RtlCompareMemory(volume.Info.VolumeLabel, L"PAGODA", 12) == 12,
          "PAGODA");
    CheckStatus(ZwFlushBuffersFile(handle, &block), STATUS_SUCCESS, "flushed");
    CheckStatus(Dispose(handle, TRUE), STATUS_CANNOT_DELETE, "the root stays");
    ZwClose(handle);
}
