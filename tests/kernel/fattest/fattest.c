/* Entry, and the Zw calls in a shorter form. */
#include "fattest.h"
#include "tap.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
/* All of it may page, and under `trim /out` it does, while it waits for the file system. */
#pragma code_seg("PAGE")
#endif

VOID Check(BOOLEAN Ok, PCSTR Name)
{
    TAP_CHECK(Ok, Name);
}

VOID CheckStatus(NTSTATUS Status, NTSTATUS Expect, PCSTR Name)
{
    if (Status != Expect) {
        DbgPrint("# 0x%08lX, expected 0x%08lX\n", Status, Expect);
    }
    TAP_CHECK(Status == Expect, Name);
}

static NTSTATUS OpenAny(PHANDLE Handle, HANDLE Root, PCWSTR Name, ACCESS_MASK Access,
                        ULONG Attributes, ULONG Share, ULONG Disposition, ULONG Options,
                        PULONG_PTR Information)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;
    NTSTATUS status;

    PAGED_CODE();
    RtlInitUnicodeString(&name, Name);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, Root,
                               NULL);
    block.Information = 99;
    status = ZwCreateFile(Handle, Access | SYNCHRONIZE, &attributes, &block, NULL, Attributes,
                          Share, Disposition, Options | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    if (Information != NULL) {
        *Information = block.Information;
    }
    return status;
}

NTSTATUS Open(PHANDLE Handle, HANDLE Root, PCWSTR Name, ACCESS_MASK Access, ULONG Share,
              ULONG Disposition, ULONG Options)
{
    PAGED_CODE();
    return OpenAny(Handle, Root, Name, Access, FILE_ATTRIBUTE_NORMAL, Share, Disposition, Options,
                   NULL);
}

NTSTATUS OpenWith(PHANDLE Handle, PCWSTR Name, ACCESS_MASK Access, ULONG Attributes,
                  ULONG Disposition, ULONG Options, PULONG_PTR Information)
{
    PAGED_CODE();
    return OpenAny(Handle, NULL, Name, Access, Attributes, SHARE_ALL, Disposition, Options,
                   Information);
}

NTSTATUS Read(HANDLE Handle, ULONG Offset, PVOID Buffer, ULONG Length, PULONG Done)
{
    LARGE_INTEGER at = { .QuadPart = Offset };
    IO_STATUS_BLOCK block = { { 0 }, 0 };
    NTSTATUS status;

    PAGED_CODE();
    status = ZwReadFile(Handle, NULL, NULL, NULL, &block, Buffer, Length, &at, NULL);
    *Done = NT_SUCCESS(status) ? (ULONG)block.Information : 0;
    return status;
}

NTSTATUS Write(HANDLE Handle, LONGLONG Offset, PVOID Buffer, ULONG Length)
{
    LARGE_INTEGER at = { .QuadPart = Offset };
    IO_STATUS_BLOCK block = { { 0 }, 0 };
    NTSTATUS status;

    PAGED_CODE();
    status = ZwWriteFile(Handle, NULL, NULL, NULL, &block, Buffer, Length, &at, NULL);
    if (NT_SUCCESS(status) && block.Information != Length) {
        status = STATUS_UNSUCCESSFUL;
    }
    return status;
}

NTSTATUS Set(HANDLE Handle, FILE_INFORMATION_CLASS Class, PVOID Buffer, ULONG Length)
{
    IO_STATUS_BLOCK block;

    PAGED_CODE();
    return ZwSetInformationFile(Handle, &block, Buffer, Length, Class);
}

NTSTATUS SetSize(HANDLE Handle, LONGLONG Size)
{
    FILE_END_OF_FILE_INFORMATION info = { { .QuadPart = Size } };

    PAGED_CODE();
    return Set(Handle, FileEndOfFileInformation, &info, sizeof(info));
}

NTSTATUS Dispose(HANDLE Handle, BOOLEAN Gone)
{
    FILE_DISPOSITION_INFORMATION info = { Gone };

    PAGED_CODE();
    return Set(Handle, FileDispositionInformation, &info, sizeof(info));
}

NTSTATUS Rename(HANDLE Handle, PCWSTR Name, BOOLEAN Replace)
{
    ULONG bytes = (ULONG)wcslen(Name) * sizeof(WCHAR);
    ULONG size = sizeof(FILE_RENAME_INFORMATION) + bytes;
    PFILE_RENAME_INFORMATION info = ExAllocatePoolWithTag(PagedPool, size, TAG);
    NTSTATUS status;

    PAGED_CODE();
    if (info == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(info, size);
    info->ReplaceIfExists = Replace;
    info->FileNameLength = bytes;
    RtlCopyMemory(info->FileName, Name, bytes);
    status = Set(Handle, FileRenameInformation, info, size);
    ExFreePoolWithTag(info, TAG);
    return status;
}

BOOLEAN Exists(PCWSTR Name)
{
    HANDLE handle;

    PAGED_CODE();
    if (!NT_SUCCESS(Open(&handle, NULL, Name, FILE_READ_ATTRIBUTES, SHARE_ALL, FILE_OPEN, 0))) {
        return FALSE;
    }
    ZwClose(handle);
    return TRUE;
}

NTSTATUS Delete(PCWSTR Name)
{
    NTSTATUS status;
    HANDLE handle;

    PAGED_CODE();
    status = Open(&handle, NULL, Name, DELETE, SHARE_ALL, FILE_OPEN, 0);
    if (NT_SUCCESS(status)) {
        status = Dispose(handle, TRUE);
        ZwClose(handle);
    }
    return status;
}

NTSTATUS Make(PCWSTR Name, PCSTR Text)
{
    NTSTATUS status;
    HANDLE handle;

    PAGED_CODE();
    status = Open(&handle, NULL, Name, FILE_GENERIC_WRITE, 0, FILE_OVERWRITE_IF, 0);
    if (NT_SUCCESS(status)) {
        status = Write(handle, 0, (PVOID)(ULONG_PTR)Text, (ULONG)strlen(Text));
        ZwClose(handle);
    }
    return status;
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    HANDLE handle;

    DriverObject->DriverUnload = Unload;
    CheckStatus(Open(&handle, NULL, ROOT, FILE_LIST_DIRECTORY, SHARE_ALL, FILE_CREATE,
                     FILE_DIRECTORY_FILE),
                STATUS_SUCCESS, "a folder is made");
    ZwClose(handle);
    TestOpening();
    TestSharing();
    TestDeleting();
    TestContents();
    TestSizes();
    TestInformation();
    TestRenaming();
    TestListing();
    TestVolume();
    TestStress();
    CheckStatus(Delete(ROOT), STATUS_SUCCESS, "the folder is empty and can be deleted");
    Check(!Exists(ROOT), "it is gone");
    TAP_DONE();
    return STATUS_SUCCESS;
}
