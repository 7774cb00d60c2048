/* Names: entering, opening by name, losing the name, and asking for it.
 *
 * An object that is not permanent keeps its name as long as a handle to it is open. The test and
 * the removal are one step under both locks, so a name never points at an object on its way out.
 * Guards: ObpNamespaceLock, and ObpHandleLock for HandleCount. */
#include "obp.h"

FAST_MUTEX ObpNamespaceLock;

static NTSTATUS ObpOpen(POBJECT_ATTRIBUTES Attributes, POBJECT_TYPE Type, ACCESS_MASK DesiredAccess,
                        PVOID ParseContext, PVOID *Object);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ObInsertObject, ObOpenObjectByName, ObReferenceObjectByAttributes)
#pragma alloc_text(PAGE, ObpOpen, ObpDeleteNameIfUnused, ObMakeObjectTemporary, ObQueryObjectName)
#pragma alloc_text(PAGE, ZwMakeTemporaryObject, ObQueryNameString, ObReferenceObjectByName)
#endif

NTSTATUS ObInsertObject(PVOID Object, POBJECT_ATTRIBUTES Attributes, ACCESS_MASK DesiredAccess,
                        PHANDLE Handle)
{
    ULONG flags = Attributes != NULL ? Attributes->Attributes : 0;
    NTSTATUS status = STATUS_SUCCESS, opened;
    PVOID found = Object;

    PAGED_CODE();
    if (Attributes != NULL && Attributes->ObjectName != NULL &&
        Attributes->ObjectName->Length != 0) {
        OB_PARSE_REQUEST request = { ObpHeader(Object)->Type, DesiredAccess, flags, NULL, NULL };

        status = ObpLookup(Attributes, &request, Object, &found);
        ObfDereferenceObject(Object); /* the pointer in *found stands for the caller's now */
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    if (Handle == NULL) {
        if (status == STATUS_OBJECT_NAME_EXISTS) {
            ObfDereferenceObject(found);
            return STATUS_OBJECT_NAME_COLLISION;
        }
        return status;
    }
    opened = ObCreateHandle(found, DesiredAccess, flags, Handle);
    if (!NT_SUCCESS(opened)) {
        if (found == Object) {
            ObMakeObjectTemporary(found);
        }
        status = opened;
    }
    ObfDereferenceObject(found);
    return status;
}

static NTSTATUS ObpOpen(POBJECT_ATTRIBUTES Attributes, POBJECT_TYPE Type, ACCESS_MASK DesiredAccess,
                        PVOID ParseContext, PVOID *Object)
{
    OB_PARSE_REQUEST request = { Type, DesiredAccess, Attributes->Attributes, NULL, ParseContext };

    PAGED_CODE();
    if (Attributes->Length != sizeof(OBJECT_ATTRIBUTES)) {
        return STATUS_INVALID_PARAMETER;
    }
    return ObpLookup(Attributes, &request, NULL, Object);
}

NTSTATUS ObReferenceObjectByAttributes(POBJECT_ATTRIBUTES Attributes, POBJECT_TYPE Type,
                                       ACCESS_MASK DesiredAccess, PVOID ParseContext, PVOID *Object)
{
    PAGED_CODE();
    return ObpOpen(Attributes, Type, DesiredAccess, ParseContext, Object);
}

NTSTATUS ObOpenObjectByName(POBJECT_ATTRIBUTES Attributes, POBJECT_TYPE Type,
                            ACCESS_MASK DesiredAccess, PVOID ParseContext, PHANDLE Handle)
{
    NTSTATUS status;
    PVOID object;

    PAGED_CODE();
    *Handle = NULL;
    status = ObpOpen(Attributes, Type, DesiredAccess, ParseContext, &object);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ObCreateHandle(object, DesiredAccess, Attributes->Attributes, Handle);
    ObfDereferenceObject(object);
    return status;
}

VOID ObpDeleteNameIfUnused(POBJECT_HEADER Header)
{
    PAGED_CODE();
    ExAcquireFastMutex(&ObpNamespaceLock);
    ExAcquireFastMutex(&ObpHandleLock);
    if (Header->Directory != NULL && !Header->Permanent && Header->HandleCount == 0) {
        ObpRemoveEntry(Header);
    }
    ExReleaseFastMutex(&ObpHandleLock);
    ExReleaseFastMutex(&ObpNamespaceLock);
}

VOID ObMakeObjectTemporary(PVOID Object)
{
    PAGED_CODE();
    ExAcquireFastMutex(&ObpNamespaceLock);
    ObpHeader(Object)->Permanent = 0;
    ExReleaseFastMutex(&ObpNamespaceLock);
    ObpDeleteNameIfUnused(ObpHeader(Object));
}

NTSTATUS NTAPI ZwMakeTemporaryObject(HANDLE Handle)
{
    NTSTATUS status;
    PVOID object;

    PAGED_CODE();
    status = ObReferenceObjectByHandle(Handle, DELETE, NULL, KernelMode, &object, NULL);
    if (NT_SUCCESS(status)) {
        ObMakeObjectTemporary(object);
        ObfDereferenceObject(object);
    }
    return status;
}

NTSTATUS ObQueryObjectName(PVOID Object, PUNICODE_STRING Name)
{
    POB_QUERY_NAME_METHOD query = ObpHeader(Object)->Type->Info.QueryName;
    ULONG length = 0, own = 0;
    POBJECT_HEADER header;
    NTSTATUS status;
    PWSTR place;

    PAGED_CODE();
    RtlInitUnicodeString(Name, NULL);
    if (query != NULL) {
        status = query(Object, NULL, 0, &own);
        if (status != STATUS_BUFFER_OVERFLOW && !NT_SUCCESS(status)) {
            return status;
        }
    }
    /* Names and directories may change between the two walks: both are done under the lock. */
    ExAcquireFastMutex(&ObpNamespaceLock);
    for (header = ObpHeader(Object); header->Directory != NULL;
         header = ObpHeader(header->Directory)) {
        length += header->Name.Length + sizeof(WCHAR);
    }
    Name->Buffer = ExAllocatePoolWithTag(PagedPool, length + own + sizeof(WCHAR), OBP_NAME_TAG);
    if (Name->Buffer != NULL) {
        place = Name->Buffer + length / sizeof(WCHAR);
        for (header = ObpHeader(Object); header->Directory != NULL;
             header = ObpHeader(header->Directory)) {
            place -= header->Name.Length / sizeof(WCHAR);
            RtlCopyMemory(place, header->Name.Buffer, header->Name.Length);
            *--place = L'\\';
        }
    }
    ExReleaseFastMutex(&ObpNamespaceLock);
    if (Name->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (own != 0) {
        ULONG needed;

        status = query(Object, Name->Buffer + length / sizeof(WCHAR), own, &needed);
        if (!NT_SUCCESS(status)) {
            ExFreePoolWithTag(Name->Buffer, OBP_NAME_TAG);
            RtlInitUnicodeString(Name, NULL);
            return status;
        }
        own = needed;
    }
    Name->Buffer[(length + own) / sizeof(WCHAR)] = 0;
    Name->Length = (USHORT)(length + own);
    Name->MaximumLength = (USHORT)(Name->Length + sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObQueryNameString(PVOID Object, POBJECT_NAME_INFORMATION ObjectNameInfo,
                                 ULONG Length, PULONG ReturnLength)
{
    UNICODE_STRING name;
    NTSTATUS status;

    PAGED_CODE();
    status = ObQueryObjectName(Object, &name);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    *ReturnLength = sizeof(OBJECT_NAME_INFORMATION);
    if (name.Length != 0) {
        *ReturnLength += name.Length + sizeof(WCHAR);
    }
    if (Length < *ReturnLength) {
        status = STATUS_INFO_LENGTH_MISMATCH;
    } else if (name.Length == 0) {
        RtlInitUnicodeString(&ObjectNameInfo->Name, NULL);
    } else {
        ObjectNameInfo->Name.Buffer = (PWSTR)(ObjectNameInfo + 1);
        ObjectNameInfo->Name.Length = name.Length;
        ObjectNameInfo->Name.MaximumLength = (USHORT)(name.Length + sizeof(WCHAR));
        RtlCopyMemory(ObjectNameInfo->Name.Buffer, name.Buffer, name.Length + sizeof(WCHAR));
    }
    ExFreePool(name.Buffer);
    return status;
}

NTSTATUS NTAPI ObReferenceObjectByName(PUNICODE_STRING ObjectName, ULONG Attributes,
                                       PACCESS_STATE AccessState, ACCESS_MASK DesiredAccess,
                                       POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                       PVOID ParseContext, PVOID *Object)
{
    OBJECT_ATTRIBUTES attributes;

    PAGED_CODE();
    InitializeObjectAttributes(&attributes, ObjectName, Attributes, NULL, NULL);
    return ObpOpen(&attributes, ObjectType, DesiredAccess, ParseContext, Object);
}
