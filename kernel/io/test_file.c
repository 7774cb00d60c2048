/* Files on the volume through the Zw services: what is the I/O manager's in them. The file
 * system's own tests are beside it. And drivers that are refused. */
#include "test_io.h"

#define IOT_FILE L"\\??\\C:\\IoTest.tmp"
#define IOT_RENAMED L"\\??\\C:\\Pagoda\\IoTest2.tmp"

static NTSTATUS IotCreateFile(PCWSTR Name, ULONG Disposition, ULONG Share, PHANDLE Handle,
                              PULONG_PTR Information)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;
    NTSTATUS status;

    RtlInitUnicodeString(&name, Name);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ZwCreateFile(Handle, FILE_READ_DATA | FILE_WRITE_DATA | DELETE | SYNCHRONIZE,
                          &attributes, &block, NULL, FILE_ATTRIBUTE_NORMAL, Share, Disposition,
                          FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE, NULL, 0);
    if (Information != NULL) {
        *Information = block.Information;
    }
    return status;
}

KTEST(io_file_position_and_information)
{
    FILE_POSITION_INFORMATION position;
    FILE_STANDARD_INFORMATION standard;
    FILE_ALIGNMENT_INFORMATION alignment;
    FILE_MODE_INFORMATION mode;
    ULONG_PTR information;
    IO_STATUS_BLOCK block;
    CHAR buffer[16];
    HANDLE file;

    IotBegin();
    KREQUIRE(NT_SUCCESS(IotCreateFile(IOT_FILE, FILE_OVERWRITE_IF, 0, &file, &information)));
    KCHECK_EQUAL(information, FILE_CREATED);
    KCHECK_EQUAL(ZwWriteFile(file, NULL, NULL, NULL, &block, "Pagoda has roofs", 16, NULL, NULL),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(ZwQueryInformationFile(file, &block, &position, sizeof(position),
                                        FilePositionInformation),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(position.CurrentByteOffset.LowPart, 16);
    position.CurrentByteOffset.QuadPart = 7;
    KCHECK_EQUAL(ZwSetInformationFile(file, &block, &position, sizeof(position),
                                      FilePositionInformation),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(ZwReadFile(file, NULL, NULL, NULL, &block, buffer, 3, NULL, NULL), STATUS_SUCCESS);
    KCHECK(memcmp(buffer, "has", 3) == 0);
    KCHECK_EQUAL(ZwReadFile(file, NULL, NULL, NULL, &block, buffer, 16, NULL, NULL),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(block.Information, 6);
    KCHECK_EQUAL(ZwReadFile(file, NULL, NULL, NULL, &block, buffer, 16, NULL, NULL),
                 STATUS_END_OF_FILE);
    KCHECK_EQUAL(ZwQueryInformationFile(file, &block, &standard, sizeof(standard),
                                        FileStandardInformation),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(standard.EndOfFile.LowPart, 16);
    KCHECK_EQUAL(ZwQueryInformationFile(file, &block, &standard, sizeof(standard) - 1,
                                        FileStandardInformation),
                 STATUS_INFO_LENGTH_MISMATCH);
    KCHECK_EQUAL(ZwQueryInformationFile(file, &block, &standard, sizeof(standard),
                                        (FILE_INFORMATION_CLASS)99),
                 STATUS_INVALID_INFO_CLASS);
    KCHECK_EQUAL(ZwQueryInformationFile(file, &block, &alignment, sizeof(alignment),
                                        FileAlignmentInformation),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(ZwQueryInformationFile(file, &block, &mode, sizeof(mode), FileModeInformation),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(mode.Mode, FILE_SYNCHRONOUS_IO_NONALERT);
    KCHECK_EQUAL(ZwFlushBuffersFile(file, &block), STATUS_SUCCESS);
    ZwClose(file);
    IotEnd();
}

KTEST(io_file_rename_delete_share)
{
    UNICODE_STRING name, renamed;
    OBJECT_ATTRIBUTES attributes;
    ULONG_PTR information;
    HANDLE file, second;
    SIZE_T size;
    PVOID data;

    IotBegin();
    RtlInitUnicodeString(&name, IOT_FILE);
    RtlInitUnicodeString(&renamed, IOT_RENAMED);
    KREQUIRE(NT_SUCCESS(IoWriteWholeFile(&name, "abc", 3)));
    KREQUIRE(NT_SUCCESS(IotCreateFile(IOT_FILE, FILE_OPEN, 0, &file, &information)));
    KCHECK_EQUAL(information, FILE_OPENED);
    KCHECK_EQUAL(IotCreateFile(IOT_FILE, FILE_OPEN, FILE_SHARE_VALID_FLAGS, &second, NULL),
                 STATUS_SHARING_VIOLATION);
    ZwClose(file);
    KCHECK_EQUAL(IotCreateFile(IOT_FILE, FILE_CREATE, 0, &file, NULL),
                 STATUS_OBJECT_NAME_COLLISION);
    KCHECK_EQUAL(IoRenameFile(&name, &renamed, FALSE), STATUS_SUCCESS);
    KCHECK_EQUAL(IotCreateFile(IOT_FILE, FILE_OPEN, 0, &file, NULL), STATUS_OBJECT_NAME_NOT_FOUND);
    KCHECK(NT_SUCCESS(IoWriteWholeFile(&name, "defg", 4)));
    KCHECK_EQUAL(IoRenameFile(&name, &renamed, FALSE), STATUS_OBJECT_NAME_COLLISION);
    KCHECK_EQUAL(IoRenameFile(&name, &renamed, TRUE), STATUS_SUCCESS);
    KCHECK_EQUAL(IoReadWholeFile(&renamed, &data, &size), STATUS_SUCCESS);
    KCHECK_EQUAL(size, 4);
    if (data != NULL) {
        KCHECK(memcmp(data, "defg", 4) == 0);
        ExFreePool(data);
    }
    InitializeObjectAttributes(&attributes, &renamed, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KCHECK_EQUAL(ZwDeleteFile(&attributes), STATUS_SUCCESS);
    KCHECK_EQUAL(ZwDeleteFile(&attributes), STATUS_OBJECT_NAME_NOT_FOUND);
    IotEnd();
}

KTEST(io_file_by_relative_name)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;
    HANDLE root, drivers;
    ULONG found = 0;
    UCHAR buffer[512];

    IotBegin();
    RtlInitUnicodeString(&name, L"\\SystemRoot");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KREQUIRE(NT_SUCCESS(ZwOpenFile(&root, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attributes, &block,
                                   FILE_SHARE_VALID_FLAGS,
                                   FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT)));
    RtlInitUnicodeString(&name, L"System32\\DRIVERS");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, root, NULL);
    KREQUIRE(NT_SUCCESS(ZwOpenFile(&drivers, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attributes, &block,
                                   FILE_SHARE_VALID_FLAGS,
                                   FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT)));
    RtlInitUnicodeString(&name, L"*.sys");
    while (NT_SUCCESS(ZwQueryDirectoryFile(drivers, NULL, NULL, NULL, &block, buffer,
                                           sizeof(buffer), FileNamesInformation, TRUE, &name,
                                           found == 0))) {
        found++;
    }
    KCHECK(found >= 2);
    ZwClose(drivers);
    ZwClose(root);
    IotEnd();
}

KTEST(io_device_of_volume_itself)
{
    FILE_FS_DEVICE_INFORMATION device;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;
    HANDLE handle;

    IotBegin();
    RtlInitUnicodeString(&name, L"\\??\\C:");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KREQUIRE(NT_SUCCESS(ZwOpenFile(&handle, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attributes, &block,
                                   FILE_SHARE_VALID_FLAGS, FILE_SYNCHRONOUS_IO_NONALERT)));
    KCHECK_EQUAL(ZwQueryVolumeInformationFile(handle, &block, &device, sizeof(device),
                                              FileFsDeviceInformation),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(device.DeviceType, FILE_DEVICE_DISK);
    ZwClose(handle);
    IotEnd();
}

KTEST(io_driver_that_is_not_there)
{
    CHAR reason[IO_REASON_SIZE];
    UNICODE_STRING name;

    IotBegin();
    RtlInitUnicodeString(&name, IOP_SERVICES_KEY L"NoSuchDriver");
    KCHECK_EQUAL(IopLoadDriver(&name, reason, sizeof(reason)), STATUS_OBJECT_NAME_NOT_FOUND);
    KCHECK(reason[0] != 0);
    KCHECK_EQUAL(ZwUnloadDriver(&name), STATUS_OBJECT_NAME_NOT_FOUND);
    RtlInitUnicodeString(&name, IOP_SERVICES_KEY L"fastfat");
    KCHECK_EQUAL(IopLoadDriver(&name, reason, sizeof(reason)), STATUS_IMAGE_ALREADY_LOADED);
    KCHECK(strstr(reason, "loaded already") != NULL);
    KCHECK(!NT_SUCCESS(ZwUnloadDriver(&name)));
    RtlInitUnicodeString(&name, IOP_SERVICES_KEY L"atapi");
    KCHECK(!NT_SUCCESS(ZwUnloadDriver(&name)));
    IotEnd();
}

/* What every test and every service must leave as it was. */
KTEST(io_thread_is_clean)
{
    KCHECK_EQUAL(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KCHECK_EQUAL(KiCurrentThread()->KernelApcDisable, 0);
    KCHECK(IsListEmpty(&PsGetCurrentThread()->IrpList));
}
