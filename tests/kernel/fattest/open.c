/* Opening: dispositions, what a name may be, sharing, deleting what is open. */
#include "fattest.h"

#ifdef ALLOC_PRAGMA
/* Runs at PASSIVE_LEVEL only. */
#pragma code_seg("PAGE")
#endif

#define F ROOT L"\\A file with a long name.txt"

static VOID Disposition(ULONG Disposition, NTSTATUS Expect, ULONG_PTR Information, PCSTR Name)
{
    ULONG_PTR information;
    NTSTATUS status;
    HANDLE handle;

    PAGED_CODE();
    status = OpenWith(&handle, F, FILE_READ_DATA | FILE_WRITE_DATA, 0, Disposition, 0,
                      &information);
    CheckStatus(status, Expect, Name);
    if (NT_SUCCESS(status)) {
        Check(information == Information, Name);
        ZwClose(handle);
    }
}

static VOID Refused(PCWSTR Name, ULONG Disposition, ULONG Options, NTSTATUS Expect, PCSTR What)
{
    NTSTATUS status;
    HANDLE handle;

    PAGED_CODE();
    status = Open(&handle, NULL, Name, FILE_READ_ATTRIBUTES, SHARE_ALL, Disposition, Options);
    CheckStatus(status, Expect, What);
    if (NT_SUCCESS(status)) {
        ZwClose(handle);
    }
}

VOID TestOpening(VOID)
{
    HANDLE folder, handle;

    PAGED_CODE();
    Disposition(FILE_OPEN, STATUS_OBJECT_NAME_NOT_FOUND, 0, "open of what is not there");
    Disposition(FILE_OVERWRITE, STATUS_OBJECT_NAME_NOT_FOUND, 0, "overwrite of what is not there");
    Disposition(FILE_CREATE, STATUS_SUCCESS, FILE_CREATED, "create");
    Disposition(FILE_CREATE, STATUS_OBJECT_NAME_COLLISION, 0, "create of what is there");
    Disposition(FILE_OPEN, STATUS_SUCCESS, FILE_OPENED, "open");
    Disposition(FILE_OPEN_IF, STATUS_SUCCESS, FILE_OPENED, "open-if of what is there");
    Disposition(FILE_OVERWRITE, STATUS_SUCCESS, FILE_OVERWRITTEN, "overwrite");
    Disposition(FILE_OVERWRITE_IF, STATUS_SUCCESS, FILE_OVERWRITTEN, "overwrite-if");
    Disposition(FILE_SUPERSEDE, STATUS_SUCCESS, FILE_SUPERSEDED, "supersede");
    CheckStatus(Delete(F), STATUS_SUCCESS, "delete");
    Disposition(FILE_OPEN_IF, STATUS_SUCCESS, FILE_CREATED, "open-if of what is not there");
    Refused(F L"\\x", FILE_OPEN, 0, STATUS_OBJECT_PATH_NOT_FOUND, "a file is no folder");
    Refused(ROOT L"\\no\\x", FILE_OPEN, 0, STATUS_OBJECT_PATH_NOT_FOUND, "folder not there");
    Refused(F, FILE_OPEN, FILE_DIRECTORY_FILE, STATUS_NOT_A_DIRECTORY, "file opened as folder");
    Refused(ROOT, FILE_OPEN, FILE_NON_DIRECTORY_FILE, STATUS_FILE_IS_A_DIRECTORY,
            "folder opened as file");
    Refused(ROOT L"\\a*b", FILE_CREATE, 0, STATUS_OBJECT_NAME_INVALID, "a star in a name");
    Refused(ROOT L"\\\\b", FILE_OPEN, 0, STATUS_OBJECT_NAME_INVALID, "an empty component");
    CheckStatus(Open(&folder, NULL, ROOT, FILE_LIST_DIRECTORY, SHARE_ALL, FILE_OPEN,
                     FILE_DIRECTORY_FILE),
                STATUS_SUCCESS, "the folder is opened");
    CheckStatus(Open(&handle, folder, L"A FILE with a LONG name.TXT", FILE_READ_ATTRIBUTES,
                     SHARE_ALL, FILE_OPEN, 0),
                STATUS_SUCCESS, "a file relative to it, in other case");
    ZwClose(handle);
    CheckStatus(Open(&handle, folder, L"AFILEW~1.TXT", FILE_READ_ATTRIBUTES, SHARE_ALL, FILE_OPEN,
                     0),
                STATUS_SUCCESS, "by its short name");
    ZwClose(handle);
    ZwClose(folder);
    CheckStatus(Delete(F), STATUS_SUCCESS, "deleted again");
    Refused(L"\\??\\C:\\pagefile.sys", FILE_OPEN, 0, STATUS_SHARING_VIOLATION,
            "the page file is nobody else's");
}

VOID TestSharing(VOID)
{
    HANDLE first, second;

    PAGED_CODE();
    CheckStatus(Open(&first, NULL, F, FILE_READ_DATA, FILE_SHARE_READ, FILE_CREATE, 0),
                STATUS_SUCCESS, "opened for reading, sharing reading");
    CheckStatus(Open(&second, NULL, F, FILE_READ_DATA, FILE_SHARE_READ, FILE_OPEN, 0),
                STATUS_SUCCESS, "a second reader");
    ZwClose(second);
    CheckStatus(Open(&second, NULL, F, FILE_WRITE_DATA, SHARE_ALL, FILE_OPEN, 0),
                STATUS_SHARING_VIOLATION, "no writer");
    CheckStatus(Open(&second, NULL, F, FILE_READ_DATA, SHARE_ALL, FILE_OVERWRITE, 0),
                STATUS_SHARING_VIOLATION, "no overwriting");
    CheckStatus(Open(&second, NULL, F, DELETE, SHARE_ALL, FILE_OPEN, 0), STATUS_SHARING_VIOLATION,
                "no deleting");
    CheckStatus(Open(&second, NULL, F, FILE_READ_DATA, 0, FILE_OPEN, 0), STATUS_SHARING_VIOLATION,
                "nobody who does not share");
    ZwClose(first);
    CheckStatus(Open(&second, NULL, F, FILE_WRITE_DATA, 0, FILE_OPEN, 0), STATUS_SUCCESS,
                "alone afterwards");
    ZwClose(second);
    CheckStatus(Delete(F), STATUS_SUCCESS, "deleted again");
}

VOID TestDeleting(VOID)
{
    HANDLE first, second;
    FILE_BASIC_INFORMATION basic;
    CHAR text[8];
    ULONG done;

    PAGED_CODE();
    CheckStatus(Make(F, "hello"), STATUS_SUCCESS, "a file to delete");
    CheckStatus(Open(&first, NULL, F, FILE_READ_DATA, SHARE_ALL, FILE_OPEN, 0), STATUS_SUCCESS,
                "opened by a reader");
    CheckStatus(Delete(F), STATUS_SUCCESS, "deleted under it");
    CheckStatus(Open(&second, NULL, F, FILE_READ_DATA, SHARE_ALL, FILE_OPEN, 0),
                STATUS_DELETE_PENDING, "no new opens");
    CheckStatus(Read(first, 0, text, 5, &done), STATUS_SUCCESS, "the reader goes on reading");
    Check(Exists(F) == FALSE && done == 5, "five bytes");
    ZwClose(first);
    CheckStatus(Open(&second, NULL, F, FILE_READ_DATA, SHARE_ALL, FILE_OPEN, 0),
                STATUS_OBJECT_NAME_NOT_FOUND, "gone with the last handle");
    CheckStatus(Open(&first, NULL, F, DELETE | FILE_WRITE_DATA, 0, FILE_CREATE,
                     FILE_DELETE_ON_CLOSE),
                STATUS_SUCCESS, "delete on close");
    ZwClose(first);
    Check(!Exists(F), "and so it was");
    CheckStatus(Make(F, "x"), STATUS_SUCCESS, "another");
    CheckStatus(Open(&first, NULL, F, FILE_WRITE_ATTRIBUTES | DELETE, SHARE_ALL, FILE_OPEN, 0),
                STATUS_SUCCESS, "opened");
    RtlZeroMemory(&basic, sizeof(basic));
    basic.FileAttributes = FILE_ATTRIBUTE_READONLY;
    CheckStatus(Set(first, FileBasicInformation, &basic, sizeof(basic)), STATUS_SUCCESS,
                "made read-only");
    CheckStatus(Dispose(first, TRUE), STATUS_CANNOT_DELETE, "read-only files stay");
    CheckStatus(Open(&second, NULL, F, FILE_WRITE_DATA, SHARE_ALL, FILE_OPEN, 0),
                STATUS_ACCESS_DENIED, "and are not written");
    basic.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    CheckStatus(Set(first, FileBasicInformation, &basic, sizeof(basic)), STATUS_SUCCESS,
                "made writable");
    CheckStatus(Dispose(first, TRUE), STATUS_SUCCESS, "marked");
    CheckStatus(Dispose(first, FALSE), STATUS_SUCCESS, "unmarked");
    ZwClose(first);
    Check(Exists(F), "still there");
    CheckStatus(Delete(F), STATUS_SUCCESS, "deleted");
    CheckStatus(Open(&first, NULL, ROOT L"\\sub", FILE_LIST_DIRECTORY, SHARE_ALL, FILE_CREATE,
                     FILE_DIRECTORY_FILE),
                STATUS_SUCCESS, "a folder");
    ZwClose(first);
    CheckStatus(Delete(ROOT), STATUS_DIRECTORY_NOT_EMPTY, "a folder with something in it stays");
    CheckStatus(Delete(ROOT L"\\sub"), STATUS_SUCCESS, "an empty one goes");
}
