/* Events by name, for drivers that meet there: made when they are not there yet, signalled. */
#include "iop.h"

static PKEVENT IopNamedEvent(PUNICODE_STRING Name, EVENT_TYPE Type, PHANDLE Handle);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopNamedEvent, IoCreateNotificationEvent, IoCreateSynchronizationEvent)
#endif

static PKEVENT IopNamedEvent(PUNICODE_STRING Name, EVENT_TYPE Type, PHANDLE Handle)
{
    OBJECT_ATTRIBUTES attributes;
    PKEVENT event;

    PAGED_CODE();
    InitializeObjectAttributes(&attributes, Name,
                               OBJ_CASE_INSENSITIVE | OBJ_OPENIF | OBJ_KERNEL_HANDLE, NULL, NULL);
    if (!NT_SUCCESS(ZwCreateEvent(Handle, EVENT_ALL_ACCESS, &attributes, Type, TRUE))) {
        return NULL;
    }
    if (!NT_SUCCESS(ObReferenceObjectByHandle(*Handle, 0, *ExEventObjectType, KernelMode,
                                              (PVOID *)&event, NULL))) {
        ZwClose(*Handle);
        return NULL;
    }
    ObDereferenceObject(event); /* the handle keeps it */
    return event;
}

PKEVENT NTAPI IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    PAGED_CODE();
    return IopNamedEvent(EventName, NotificationEvent, EventHandle);
}

PKEVENT NTAPI IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    PAGED_CODE();
    return IopNamedEvent(EventName, SynchronizationEvent, EventHandle);
}
