/* The namespace: links, directories, events, handles and references. */
#include "io_test.h"

static VOID TestLinks(VOID)
{
    static WCHAR buffer[32];
    UNICODE_STRING target = { 0, sizeof(buffer), buffer };
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\TestIoLink");
    UNICODE_STRING device = RTL_CONSTANT_STRING(L"\\Device\\TestIo");
    OBJECT_ATTRIBUTES attributes;
    HANDLE handle;

    CheckStatus(IoCreateSymbolicLink(&link, &device), STATUS_SUCCESS, "a link is made");
    CheckStatus(IoCreateSymbolicLink(&link, &device), STATUS_OBJECT_NAME_COLLISION,
                "and not twice");
    CheckStatus(Open(L"\\??\\testiolink", 0, &handle), STATUS_SUCCESS,
                "opened by \\?? and in another case");
    ZwClose(handle);

    InitializeObjectAttributes(&attributes, &link, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CheckStatus(ZwOpenSymbolicLinkObject(&handle, SYMBOLIC_LINK_QUERY, &attributes),
                STATUS_SUCCESS, "the link itself opens");
    CheckStatus(ZwQuerySymbolicLinkObject(handle, &target, NULL), STATUS_SUCCESS, "and says");
    Check(RtlEqualUnicodeString(&target, &device, FALSE), "what it stands for");
    ZwClose(handle);

    CheckStatus(IoDeleteSymbolicLink(&link), STATUS_SUCCESS, "the link is deleted");
    CheckStatus(Open(L"\\DosDevices\\TestIoLink", 0, &handle), STATUS_OBJECT_NAME_NOT_FOUND,
                "and gone");
    CheckStatus(IoDeleteSymbolicLink(&link), STATUS_OBJECT_NAME_NOT_FOUND, "once");
}

static VOID TestObjects(VOID)
{
    static UCHAR space[128];
    POBJECT_NAME_INFORMATION information = (POBJECT_NAME_INFORMATION)space;
    UNICODE_STRING driver = RTL_CONSTANT_STRING(L"\\Driver\\test_io");
    UNICODE_STRING device = RTL_CONSTANT_STRING(L"\\Device\\TestIo");
    PFILE_OBJECT file;
    PDEVICE_OBJECT top;
    PVOID object;
    ULONG length;

    CheckStatus(ObReferenceObjectByName(&driver, OBJ_CASE_INSENSITIVE, NULL, 0,
                                        *IoDriverObjectType, KernelMode, NULL, &object),
                STATUS_SUCCESS, "the driver object is found by name");
    Check(object == TheDriver, "and it is this one");
    ObDereferenceObject(object);
    CheckStatus(ObReferenceObjectByName(&driver, OBJ_CASE_INSENSITIVE, NULL, 0,
                                        *IoFileObjectType, KernelMode, NULL, &object),
                STATUS_OBJECT_TYPE_MISMATCH, "not as another type");

    CheckStatus(ObQueryNameString(TheDevice, information, sizeof(space), &length), STATUS_SUCCESS,
                "a device knows its name");
    Check(RtlEqualUnicodeString(&information->Name, &device, FALSE), "in full");
    CheckStatus(ObQueryNameString(TheDevice, information, 12, &length),
                STATUS_INFO_LENGTH_MISMATCH, "if there is room");

    CheckStatus(IoGetDeviceObjectPointer(&device, FILE_READ_DATA, &file, &top), STATUS_SUCCESS,
                "IoGetDeviceObjectPointer");
    Check(top == TheDevice && IoGetRelatedDeviceObject(file) == top && Creates - Closes == 1,
          "gives the device and an open file");
    ObDereferenceObject(file);
    Check(Creates == Closes, "which its last reference closes");
}

static VOID TestEvents(VOID)
{
    UNICODE_STRING path = RTL_CONSTANT_STRING(L"\\TestIoDirectory");
    UNICODE_STRING relative = RTL_CONSTANT_STRING(L"Event");
    OBJECT_ATTRIBUTES attributes;
    HANDLE directory, event, again;
    LARGE_INTEGER timeout;
    PVOID object;
    LONG previous;

    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CheckStatus(ZwCreateDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &attributes),
                STATUS_SUCCESS, "a directory is made");
    InitializeObjectAttributes(&attributes, &relative, OBJ_CASE_INSENSITIVE | OBJ_OPENIF, directory,
                               NULL);
    CheckStatus(ZwCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, SynchronizationEvent, FALSE),
                STATUS_SUCCESS, "an event in it");
    CheckStatus(ZwCreateEvent(&again, EVENT_ALL_ACCESS, &attributes, SynchronizationEvent, FALSE),
                STATUS_OBJECT_NAME_EXISTS, "is there for the next");

    timeout.QuadPart = -10000;
    CheckStatus(ZwWaitForSingleObject(event, FALSE, &timeout), STATUS_TIMEOUT, "not signalled");
    CheckStatus(ZwSetEvent(again, &previous), STATUS_SUCCESS, "signalled through the other");
    CheckStatus(ZwWaitForSingleObject(event, FALSE, &timeout), STATUS_SUCCESS, "and seen");
    CheckStatus(ObReferenceObjectByHandle(event, 0, *ExEventObjectType, KernelMode, &object, NULL),
                STATUS_SUCCESS, "a handle is an event");
    ObDereferenceObject(object);
    CheckStatus(ObReferenceObjectByHandle(event, 0, *IoFileObjectType, KernelMode, &object, NULL),
                STATUS_OBJECT_TYPE_MISMATCH, "and no file");
    ZwClose(again);
    CheckStatus(ZwClose(event), STATUS_SUCCESS, "closed");
    CheckStatus(ObReferenceObjectByHandle(event, 0, NULL, KernelMode, &object, NULL),
                STATUS_INVALID_HANDLE, "a closed handle is none");
    ZwClose(directory);
    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CheckStatus(ZwOpenDirectoryObject(&directory, DIRECTORY_QUERY, &attributes),
                STATUS_OBJECT_NAME_NOT_FOUND, "the directory went with its last handle");
}

VOID TestNames(VOID)
{
    TestLinks();
    TestObjects();
    TestEvents();
}
