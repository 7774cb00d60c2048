/* Event objects with names and handles; the event itself is ke's. */
#include "obp.h"

POBJECT_TYPE *ExEventObjectType;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, ObpInitEvents)
#pragma alloc_text(PAGE, ZwCreateEvent, ZwOpenEvent, ZwSetEvent)
#endif

BOOLEAN ObpInitEvents(VOID)
{
    static const OBJECT_TYPE_INITIALIZER initializer = {
        .Name = L"Event",
        .PoolType = NonPagedPool,
        .ValidAccess = EVENT_ALL_ACCESS,
        .GenericMapping = { STANDARD_RIGHTS_READ | EVENT_QUERY_STATE,
                            STANDARD_RIGHTS_WRITE | EVENT_MODIFY_STATE,
                            STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, EVENT_ALL_ACCESS },
        .WaitOffset = 0,
    };
    POBJECT_TYPE type;

    if (!NT_SUCCESS(ObCreateObjectType(&initializer, &type))) {
        return FALSE;
    }
    ExEventObjectType = OB_EXPORT_TYPE(type);
    return TRUE;
}

NTSTATUS NTAPI ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                             BOOLEAN InitialState)
{
    NTSTATUS status;
    PKEVENT event;

    PAGED_CODE();
    if (EventType != NotificationEvent && EventType != SynchronizationEvent) {
        return STATUS_INVALID_PARAMETER;
    }
    status = ObCreateObject(*ExEventObjectType, sizeof(KEVENT), (PVOID *)&event);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    KeInitializeEvent(event, EventType, InitialState);
    return ObInsertObject(event, ObjectAttributes, DesiredAccess, EventHandle);
}

NTSTATUS NTAPI ZwOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes)
{
    PAGED_CODE();
    return ObOpenObjectByName(ObjectAttributes, *ExEventObjectType, DesiredAccess, NULL,
                              EventHandle);
}

NTSTATUS NTAPI ZwSetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    NTSTATUS status;
    PKEVENT event;
    LONG previous;

    PAGED_CODE();
    status = ObReferenceObjectByHandle(EventHandle, EVENT_MODIFY_STATE, *ExEventObjectType,
                                       KernelMode, (PVOID *)&event, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    previous = KeSetEvent(event, EVENT_INCREMENT, FALSE);
    if (PreviousState != NULL) {
        *PreviousState = previous;
    }
    ObfDereferenceObject(event);
    return STATUS_SUCCESS;
}
