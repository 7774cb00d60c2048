/* Devices: names, stacks, opens, exclusive devices, deletion while open. */
#include "test_io.h"

KTEST(io_device_life)
{
    PDEVICE_OBJECT device, second;
    PDRIVER_OBJECT driver;
    UNICODE_STRING name;

    IotBegin();
    driver = IotCreateDriver(NULL);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, DO_BUFFERED_IO);
    KREQUIRE(device != NULL);
    KCHECK_EQUAL(device->Size, sizeof(DEVICE_OBJECT) + 12);
    KCHECK_EQUAL(device->StackSize, 1);
    KCHECK(device->DeviceExtension == device + 1);
    KCHECK(driver->DeviceObject == device);
    RtlInitUnicodeString(&name, L"\\Device\\iotest");
    KCHECK_EQUAL(IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &second),
                 STATUS_OBJECT_NAME_COLLISION);
    KCHECK(NT_SUCCESS(IoCreateDevice(driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &second)));
    KCHECK(driver->DeviceObject == second && second->NextDevice == device);
    KCHECK(second->DeviceExtension == NULL);
    IoDeleteDevice(device);
    KCHECK(driver->DeviceObject == second && second->NextDevice == NULL);
    IoDeleteDevice(second);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_unfilled_major_is_invalid_request)
{
    PDRIVER_OBJECT driver;
    HANDLE handle;

    IotBegin();
    driver = IotCreateDriver(NULL);
    KREQUIRE(driver != NULL);
    KREQUIRE(IotCreateDevice(driver, 0) != NULL);
    KCHECK_EQUAL(IotOpen(L"\\Device\\IoTest", 0, &handle), STATUS_INVALID_DEVICE_REQUEST);
    KCHECK_EQUAL(driver->DeviceObject->ReferenceCount, 0);
    IoDeleteDevice(driver->DeviceObject);
    IotDeleteDriver(driver);
    IotEnd();
}

/* A driver that fails cleanup or close is asked once all the same. */
KTEST(io_cleanup_and_close_are_sent_once)
{
    PDRIVER_OBJECT driver;
    HANDLE handle;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    KREQUIRE(IotCreateDevice(driver, 0) != NULL);
    KREQUIRE(NT_SUCCESS(IotOpen(L"\\Device\\IoTest", 0, &handle)));
    IotLastStatus = STATUS_INSUFFICIENT_RESOURCES;
    KCHECK_EQUAL(ZwClose(handle), STATUS_SUCCESS);
    IotLastStatus = STATUS_SUCCESS;
    KCHECK_EQUAL(IotSeen[IRP_MJ_CLEANUP], 1);
    KCHECK_EQUAL(IotSeen[IRP_MJ_CLOSE], 1);
    IoDeleteDevice(driver->DeviceObject);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_attach_detach)
{
    PDEVICE_OBJECT bottom, middle, top, found;
    PDRIVER_OBJECT driver;
    PFILE_OBJECT file;
    UNICODE_STRING name;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    bottom = IotCreateDevice(driver, 0);
    KREQUIRE(bottom != NULL);
    bottom->AlignmentRequirement = FILE_LONG_ALIGNMENT;
    KREQUIRE(NT_SUCCESS(IoCreateDevice(driver, 0, NULL, 1, 0, FALSE, &middle)));
    KREQUIRE(NT_SUCCESS(IoCreateDevice(driver, 0, NULL, 1, 0, FALSE, &top)));
    KCHECK(IoAttachDeviceToDeviceStack(middle, bottom) == bottom);
    KCHECK(IoAttachDeviceToDeviceStack(top, bottom) == middle);
    KCHECK_EQUAL(middle->StackSize, 2);
    KCHECK_EQUAL(top->StackSize, 3);
    KCHECK_EQUAL(top->AlignmentRequirement, FILE_LONG_ALIGNMENT);
    found = IoGetAttachedDeviceReference(bottom);
    KCHECK(found == top);
    ObDereferenceObject(found);
    top->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    middle->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    RtlInitUnicodeString(&name, L"\\Device\\IoTest");
    KCHECK_EQUAL(IoGetDeviceObjectPointer(&name, FILE_READ_DATA, &file, &found), STATUS_SUCCESS);
    KCHECK(found == top && file->DeviceObject == bottom);
    KCHECK_EQUAL(bottom->ReferenceCount, 1);
    KCHECK_EQUAL(IotSeen[IRP_MJ_CLEANUP], 1);
    KCHECK_EQUAL(IotSeen[IRP_MJ_CLOSE], 0);
    ObDereferenceObject(file);
    KCHECK_EQUAL(IotSeen[IRP_MJ_CLOSE], 1);
    KCHECK_EQUAL(bottom->ReferenceCount, 0);
    IoDetachDevice(middle);
    IoDetachDevice(bottom);
    KCHECK(bottom->AttachedDevice == NULL);
    IoDeleteDevice(top);
    IoDeleteDevice(middle);
    IoDeleteDevice(bottom);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_open_rules)
{
    PDEVICE_OBJECT device;
    PDRIVER_OBJECT driver;
    HANDLE first, second;

    IotBegin();
    driver = IotCreateDriver(IotDispatch);
    KREQUIRE(driver != NULL);
    device = IotCreateDevice(driver, DO_DEVICE_INITIALIZING);
    KREQUIRE(device != NULL);
    device->Flags |= DO_DEVICE_INITIALIZING;
    KCHECK_EQUAL(IotOpen(L"\\Device\\IoTest", 0, &first), STATUS_NO_SUCH_DEVICE);
    device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    device->Flags |= DO_EXCLUSIVE;
    KREQUIRE(NT_SUCCESS(IotOpen(L"\\Device\\IoTest", 0, &first)));
    KCHECK_EQUAL(IotOpen(L"\\Device\\IoTest", 0, &second), STATUS_ACCESS_DENIED);
    KCHECK_EQUAL(IotSeen[IRP_MJ_CREATE], 1);

    /* Deleted while open: no name any more, and gone with the last file. */
    IoDeleteDevice(device);
    KCHECK_EQUAL(IotOpen(L"\\Device\\IoTest", 0, &second), STATUS_OBJECT_NAME_NOT_FOUND);
    KCHECK(driver->DeviceObject == device);
    ZwClose(first);
    KCHECK(driver->DeviceObject == NULL);
    KCHECK_EQUAL(IotSeen[IRP_MJ_CLEANUP], 1);
    KCHECK_EQUAL(IotSeen[IRP_MJ_CLOSE], 1);
    IotDeleteDriver(driver);
    IotEnd();
}

KTEST(io_create_parameter_rules)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;
    HANDLE handle;

    IotBegin();
    RtlInitUnicodeString(&name, L"\\Device\\IoTest");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KCHECK_EQUAL(ZwOpenFile(&handle, FILE_READ_DATA, &attributes, &block, 8, 0),
                 STATUS_INVALID_PARAMETER); /* no such share bit */
    KCHECK_EQUAL(ZwOpenFile(&handle, FILE_READ_DATA, &attributes, &block, 0,
                            FILE_SYNCHRONOUS_IO_NONALERT),
                 STATUS_INVALID_PARAMETER); /* no SYNCHRONIZE */
    KCHECK_EQUAL(ZwOpenFile(&handle, FILE_READ_DATA, &attributes, &block, 0,
                            FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE),
                 STATUS_INVALID_PARAMETER);
    KCHECK_EQUAL(ZwOpenFile(&handle, FILE_READ_DATA, &attributes, &block, 0, FILE_DELETE_ON_CLOSE),
                 STATUS_INVALID_PARAMETER); /* no DELETE */
    KCHECK_EQUAL(ZwCreateFile(&handle, FILE_READ_DATA, &attributes, &block, NULL, 0, 0, 6, 0, NULL,
                              0),
                 STATUS_INVALID_PARAMETER); /* no such disposition */
    KCHECK_EQUAL(ZwOpenFile(&handle, FILE_READ_DATA, &attributes, &block, 0, 0),
                 STATUS_OBJECT_NAME_NOT_FOUND);
    RtlInitUnicodeString(&name, L"\\ObjectTypes\\Event");
    KCHECK_EQUAL(ZwOpenFile(&handle, FILE_READ_DATA, &attributes, &block, 0, 0),
                 STATUS_OBJECT_TYPE_MISMATCH);
    IotEnd();
}

KTEST(io_driver_extension)
{
    static ULONG first, second;
    PDRIVER_OBJECT driver;
    PVOID extension, again;

    IotBegin();
    driver = IotCreateDriver(NULL);
    KREQUIRE(driver != NULL);
    KCHECK(IoGetDriverObjectExtension(driver, &first) == NULL);
    KCHECK_EQUAL(IoAllocateDriverObjectExtension(driver, &first, 40, &extension), STATUS_SUCCESS);
    KCHECK_EQUAL(IoAllocateDriverObjectExtension(driver, &first, 40, &again),
                 STATUS_OBJECT_NAME_COLLISION);
    KCHECK(IoGetDriverObjectExtension(driver, &first) == extension);
    KCHECK(IoGetDriverObjectExtension(driver, &second) == NULL);
    IotDeleteDriver(driver);
    IotEnd();
}
