/* Object manager tests: counts come back to where they were after everything. */
#include "obp.h"
#include "test.h"

static OB_STATISTICS ObtBefore;

static VOID ObtBegin(VOID)
{
    ObFlushDeferredDeletes();
    ObQueryStatistics(&ObtBefore);
}

static VOID ObtEnd(VOID)
{
    OB_STATISTICS after;

    ObFlushDeferredDeletes();
    ObQueryStatistics(&after);
    KCHECK_EQUAL(after.Objects, ObtBefore.Objects);
    KCHECK_EQUAL(after.Handles, ObtBefore.Handles);
}

static NTSTATUS ObtEvent(PCWSTR Name, ULONG Attributes, PHANDLE Handle)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;

    RtlInitUnicodeString(&name, Name);
    InitializeObjectAttributes(&attributes, &name, Attributes, NULL, NULL);
    return ZwCreateEvent(Handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE);
}

static NTSTATUS ObtFind(PCWSTR Name, POBJECT_TYPE Type, PVOID *Object)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;

    RtlInitUnicodeString(&name, Name);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return ObReferenceObjectByAttributes(&attributes, Type, 0, NULL, Object);
}

KTEST(ob_event_by_handle)
{
    LARGE_INTEGER none = { .QuadPart = 0 };
    HANDLE handle;
    PKEVENT event;
    LONG previous = 7;

    ObtBegin();
    KREQUIRE(NT_SUCCESS(
        ZwCreateEvent(&handle, EVENT_ALL_ACCESS, NULL, SynchronizationEvent, FALSE)));
    KCHECK_EQUAL(ZwWaitForSingleObject(handle, FALSE, &none), STATUS_TIMEOUT);
    KCHECK_EQUAL(ZwSetEvent(handle, &previous), STATUS_SUCCESS);
    KCHECK_EQUAL(previous, 0);
    KCHECK_EQUAL(ZwWaitForSingleObject(handle, FALSE, &none), STATUS_SUCCESS);
    KCHECK_EQUAL(ZwWaitForSingleObject(handle, FALSE, &none), STATUS_TIMEOUT);
    KCHECK_EQUAL(ObReferenceObjectByHandle(handle, EVENT_MODIFY_STATE, *ExEventObjectType,
                                           KernelMode, (PVOID *)&event, NULL),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(ZwClose(handle), STATUS_SUCCESS);
    KeSetEvent(event, 0, FALSE); /* still alive: we have a pointer */
    ObDereferenceObject(event);
    ObtEnd();
}

KTEST(ob_bad_handles)
{
    HANDLE handle;
    PVOID object;

    ObtBegin();
    KCHECK_EQUAL(ZwClose(NULL), STATUS_INVALID_HANDLE);
    KCHECK_EQUAL(ZwClose((HANDLE)0x7FFFFFFC), STATUS_INVALID_HANDLE);
    KCHECK_EQUAL(ZwClose((HANDLE)0x80000FFC), STATUS_INVALID_HANDLE);
    KREQUIRE(NT_SUCCESS(
        ZwCreateEvent(&handle, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE)));
    KCHECK_EQUAL(ObReferenceObjectByHandle(handle, 0, ObpDirectoryType, KernelMode, &object, NULL),
                 STATUS_OBJECT_TYPE_MISMATCH);
    KCHECK(object == NULL);
    KCHECK_EQUAL(ZwClose(handle), STATUS_SUCCESS);
    KCHECK_EQUAL(ZwClose(handle), STATUS_INVALID_HANDLE);
    KCHECK_EQUAL(ZwSetEvent(handle, NULL), STATUS_INVALID_HANDLE);
    ObtEnd();
}

KTEST(ob_access_is_checked_for_user_mode)
{
    HANDLE handle;
    PVOID object;

    ObtBegin();
    KREQUIRE(NT_SUCCESS(ZwCreateEvent(&handle, SYNCHRONIZE, NULL, NotificationEvent, FALSE)));
    KCHECK_EQUAL(ObReferenceObjectByHandle(handle, EVENT_MODIFY_STATE, NULL, UserMode, &object,
                                           NULL),
                 STATUS_ACCESS_DENIED);
    KREQUIRE(ObReferenceObjectByHandle(handle, EVENT_MODIFY_STATE, NULL, KernelMode, &object,
                                       NULL) == STATUS_SUCCESS);
    ObDereferenceObject(object);
    ZwClose(handle);
    ObtEnd();
}

KTEST(ob_many_handles)
{
    static HANDLE handles[600]; /* several chunks of the table */
    ULONG i, j;

    ObtBegin();
    for (i = 0; i < RTL_NUMBER_OF(handles); i++) {
        if (!KCHECK(NT_SUCCESS(ZwCreateEvent(&handles[i], EVENT_ALL_ACCESS, NULL,
                                             NotificationEvent, FALSE)))) {
            break;
        }
    }
    KCHECK(handles[0] != handles[1]);
    for (j = 1; j < i; j += 2) {
        KCHECK_EQUAL(ZwClose(handles[j]), STATUS_SUCCESS);
    }
    for (j = 0; j < i; j += 2) {
        KCHECK_EQUAL(ZwClose(handles[j]), STATUS_SUCCESS);
    }
    ObtEnd();
}

KTEST(ob_name_goes_with_last_handle)
{
    HANDLE first, second;
    PVOID object;

    ObtBegin();
    KREQUIRE(NT_SUCCESS(ObtEvent(L"\\BaseNamedObjects\\ObTest", 0, &first)));
    KCHECK_EQUAL(ObtEvent(L"\\BaseNamedObjects\\obTEST", 0, &second),
                 STATUS_OBJECT_NAME_COLLISION);
    KCHECK_EQUAL(ObtEvent(L"\\BaseNamedObjects\\obTEST", OBJ_OPENIF, &second),
                 STATUS_OBJECT_NAME_EXISTS);
    ZwSetEvent(first, NULL);
    ZwClose(first);
    KCHECK(NT_SUCCESS(ObtFind(L"\\BaseNamedObjects\\OBTEST", *ExEventObjectType, &object)));
    KCHECK_EQUAL(KeReadStateEvent(object), 1); /* one and the same event */
    ZwClose(second);
    KCHECK_EQUAL(ObtFind(L"\\BaseNamedObjects\\ObTest", NULL, &second),
                 STATUS_OBJECT_NAME_NOT_FOUND);
    ObDereferenceObject(object);
    ObtEnd();
}

KTEST(ob_permanent_until_made_temporary)
{
    HANDLE handle;
    PVOID object;

    ObtBegin();
    KREQUIRE(NT_SUCCESS(ObtEvent(L"\\BaseNamedObjects\\ObTest", OBJ_PERMANENT, &handle)));
    ZwClose(handle);
    KREQUIRE(NT_SUCCESS(ObtFind(L"\\BaseNamedObjects\\ObTest", NULL, &object)));
    ObMakeObjectTemporary(object);
    ObDereferenceObject(object);
    KCHECK_EQUAL(ObtFind(L"\\BaseNamedObjects\\ObTest", NULL, &object),
                 STATUS_OBJECT_NAME_NOT_FOUND);
    ObtEnd();
}

KTEST(ob_walk_errors)
{
    HANDLE handle;
    PVOID object;

    ObtBegin();
    KCHECK_EQUAL(ObtFind(L"", NULL, &object), STATUS_OBJECT_NAME_INVALID);
    KCHECK_EQUAL(ObtFind(L"Device", NULL, &object), STATUS_OBJECT_PATH_SYNTAX_BAD);
    KCHECK_EQUAL(ObtFind(L"\\Nowhere", NULL, &object), STATUS_OBJECT_NAME_NOT_FOUND);
    KCHECK_EQUAL(ObtFind(L"\\Nowhere\\x", NULL, &object), STATUS_OBJECT_PATH_NOT_FOUND);
    KCHECK_EQUAL(ObtFind(L"\\Device\\\\x", NULL, &object), STATUS_OBJECT_NAME_INVALID);
    KCHECK_EQUAL(ObtFind(L"\\ObjectTypes\\Event\\x", NULL, &object), STATUS_OBJECT_PATH_NOT_FOUND);
    KCHECK_EQUAL(ObtFind(L"\\Device", *ExEventObjectType, &object), STATUS_OBJECT_TYPE_MISMATCH);
    KREQUIRE(NT_SUCCESS(ObtFind(L"\\", ObpDirectoryType, &object)));
    KCHECK(object == ObpRootDirectory);
    ObDereferenceObject(object);
    KCHECK_EQUAL(ObtEvent(L"\\Nowhere\\ObTest", 0, &handle), STATUS_OBJECT_PATH_NOT_FOUND);
    KCHECK_EQUAL(ObtEvent(L"\\Device", 0, &handle), STATUS_OBJECT_NAME_COLLISION);
    ObtEnd();
}

KTEST(ob_symbolic_links)
{
    UNICODE_STRING name, target;
    HANDLE event, link;
    WCHAR buffer[40];
    ULONG length;
    PVOID object;
    OBJECT_ATTRIBUTES attributes;

    ObtBegin();
    KREQUIRE(NT_SUCCESS(ObtEvent(L"\\BaseNamedObjects\\ObTest", 0, &event)));
    RtlInitUnicodeString(&name, L"\\DosDevices\\ObLink");
    RtlInitUnicodeString(&target, L"\\BaseNamedObjects");
    KREQUIRE(NT_SUCCESS(ObCreateSymbolicLink(&name, &target, OBJ_PERMANENT)));
    KCHECK_EQUAL(ObCreateSymbolicLink(&name, &target, OBJ_PERMANENT),
                 STATUS_OBJECT_NAME_COLLISION);
    KCHECK(NT_SUCCESS(ObtFind(L"\\??\\oblink\\OBTEST", *ExEventObjectType, &object)));
    ObDereferenceObject(object);

    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KREQUIRE(NT_SUCCESS(ZwOpenSymbolicLinkObject(&link, SYMBOLIC_LINK_QUERY, &attributes)));
    RtlInitEmptyUnicodeString(&target, buffer, sizeof(buffer));
    KCHECK_EQUAL(ZwQuerySymbolicLinkObject(link, &target, &length), STATUS_SUCCESS);
    KCHECK_EQUAL(target.Length, 17 * sizeof(WCHAR));
    KCHECK_EQUAL(length, 17 * sizeof(WCHAR));
    RtlInitEmptyUnicodeString(&target, buffer, 4);
    KCHECK_EQUAL(ZwQuerySymbolicLinkObject(link, &target, &length), STATUS_BUFFER_TOO_SMALL);
    ZwClose(link);
    KCHECK_EQUAL(ObDeleteSymbolicLink(&name), STATUS_SUCCESS);
    KCHECK_EQUAL(ObDeleteSymbolicLink(&name), STATUS_OBJECT_NAME_NOT_FOUND);

    /* A link to itself ends somewhere. */
    RtlInitUnicodeString(&target, L"\\??\\ObLink\\x");
    KREQUIRE(NT_SUCCESS(ObCreateSymbolicLink(&name, &target, OBJ_PERMANENT)));
    KCHECK_EQUAL(ObtFind(L"\\??\\ObLink", NULL, &object), STATUS_OBJECT_NAME_INVALID);
    KCHECK_EQUAL(ObDeleteSymbolicLink(&name), STATUS_SUCCESS);
    ZwClose(event);
    ObtEnd();
}

KTEST(ob_links_that_are_always_there)
{
    static const PCWSTR names[] = { L"\\DosDevices", L"\\GLOBAL??", L"\\??\\GLOBALROOT\\??",
                                    L"\\DosDevices\\GlobalRoot\\GLOBAL??" };
    PVOID wanted, found;
    ULONG i;

    ObtBegin();
    KREQUIRE(NT_SUCCESS(ObtFind(L"\\??", ObpDirectoryType, &wanted)));
    for (i = 0; i < RTL_NUMBER_OF(names); i++) {
        if (KCHECK(NT_SUCCESS(ObtFind(names[i], ObpDirectoryType, &found)))) {
            KCHECK(found == wanted);
            ObDereferenceObject(found);
        }
    }
    KCHECK(NT_SUCCESS(ObtFind(L"\\??\\GLOBALROOT", ObpDirectoryType, &found)));
    KCHECK(found == ObpRootDirectory);
    ObDereferenceObject(found);
    ObDereferenceObject(wanted);
    ObtEnd();
}

KTEST(ob_relative_names)
{
    OBJECT_ATTRIBUTES attributes;
    HANDLE directory, event;
    UNICODE_STRING name;
    PVOID object;

    ObtBegin();
    RtlInitUnicodeString(&name, L"\\BaseNamedObjects\\ObDir");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    KREQUIRE(NT_SUCCESS(ZwCreateDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &attributes)));
    RtlInitUnicodeString(&name, L"Inner");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, directory, NULL);
    KCHECK(NT_SUCCESS(
        ZwCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE)));
    KCHECK(NT_SUCCESS(ObtFind(L"\\BaseNamedObjects\\ObDir\\inner", NULL, &object)));
    ObDereferenceObject(object);
    RtlInitUnicodeString(&name, L"\\Inner");
    KCHECK_EQUAL(ObReferenceObjectByAttributes(&attributes, NULL, 0, NULL, &object),
                 STATUS_OBJECT_PATH_SYNTAX_BAD);
    /* The directory loses its name first; the event keeps it alive until it goes itself. */
    ZwClose(directory);
    KCHECK_EQUAL(ObtFind(L"\\BaseNamedObjects\\ObDir", NULL, &object),
                 STATUS_OBJECT_NAME_NOT_FOUND);
    ZwClose(event);
    ObtEnd();
}

KTEST(ob_query_name)
{
    POBJECT_NAME_INFORMATION info;
    UNICODE_STRING expected;
    UCHAR buffer[128];
    HANDLE event;
    PVOID object;
    ULONG length;

    ObtBegin();
    info = (POBJECT_NAME_INFORMATION)buffer;
    KREQUIRE(NT_SUCCESS(ObtEvent(L"\\BaseNamedObjects\\ObTest", 0, &event)));
    KREQUIRE(NT_SUCCESS(ObtFind(L"\\BaseNamedObjects\\obtest", NULL, &object)));
    KCHECK_EQUAL(ObQueryNameString(object, info, sizeof(buffer), &length), STATUS_SUCCESS);
    RtlInitUnicodeString(&expected, L"\\BaseNamedObjects\\ObTest");
    KCHECK(RtlEqualUnicodeString(&info->Name, &expected, FALSE));
    KCHECK_EQUAL(length, sizeof(*info) + expected.Length + sizeof(WCHAR));
    KCHECK_EQUAL(ObQueryNameString(object, info, length - 1, &length),
                 STATUS_INFO_LENGTH_MISMATCH);
    ObDereferenceObject(object);
    ZwClose(event);
    ObtEnd();
}

KTEST(ob_last_dereference_at_dispatch_level)
{
    HANDLE handle;
    PVOID object;
    KIRQL irql;
    ULONG i;

    ObtBegin();
    for (i = 0; i < 50; i++) {
        KREQUIRE(NT_SUCCESS(
            ZwCreateEvent(&handle, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE)));
        KREQUIRE(NT_SUCCESS(
            ObReferenceObjectByHandle(handle, 0, NULL, KernelMode, &object, NULL)));
        ZwClose(handle);
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
        ObDereferenceObject(object);
        KeLowerIrql(irql);
    }
    ObtEnd();
}

/* A driver's *IoFileObjectType must come out right whether its linker sees the variable or the
 * import slot. */
KTEST(ob_exported_types)
{
    KCHECK((PVOID)*ExEventObjectType == (PVOID)ExEventObjectType);
    KCHECK((PVOID)*IoFileObjectType == (PVOID)IoFileObjectType);
    KCHECK((PVOID)*IoDeviceObjectType == (PVOID)IoDeviceObjectType);
}
