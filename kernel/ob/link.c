/* Symbolic links: a name that stands for another. The walk itself (lookup.c) follows them; a link's
 * target is constant, to change it delete the link and make a new one. */
#include "obp.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ObCreateSymbolicLink, ObDeleteSymbolicLink)
#pragma alloc_text(PAGE, ZwOpenSymbolicLinkObject, ZwQuerySymbolicLinkObject)
#endif

NTSTATUS ObCreateSymbolicLink(PUNICODE_STRING Name, PCUNICODE_STRING Target, ULONG Attributes)
{
    POBJECT_SYMBOLIC_LINK link;
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;
    HANDLE handle;

    PAGED_CODE();
    if (Target->Length == 0 || Target->Length % sizeof(WCHAR) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    status = ObCreateObject(ObpSymbolicLinkType, sizeof(OBJECT_SYMBOLIC_LINK) + Target->Length,
                            (PVOID *)&link);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    link->Target.Buffer = (PWSTR)(link + 1);
    link->Target.Length = link->Target.MaximumLength = Target->Length;
    RtlCopyMemory(link->Target.Buffer, Target->Buffer, Target->Length);
    InitializeObjectAttributes(&attributes, Name, OBJ_CASE_INSENSITIVE | Attributes, NULL, NULL);
    status = ObInsertObject(link, &attributes, SYMBOLIC_LINK_ALL_ACCESS, &handle);
    if (NT_SUCCESS(status)) {
        ZwClose(handle);
    }
    return status;
}

NTSTATUS ObDeleteSymbolicLink(PUNICODE_STRING Name)
{
    OBJECT_ATTRIBUTES attributes;
    PVOID link;
    NTSTATUS status;

    PAGED_CODE();
    InitializeObjectAttributes(&attributes, Name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ObReferenceObjectByAttributes(&attributes, ObpSymbolicLinkType, DELETE, NULL, &link);
    if (NT_SUCCESS(status)) {
        ObMakeObjectTemporary(link);
        ObfDereferenceObject(link);
    }
    return status;
}

NTSTATUS NTAPI ZwOpenSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
                                        POBJECT_ATTRIBUTES ObjectAttributes)
{
    PAGED_CODE();
    return ObOpenObjectByName(ObjectAttributes, ObpSymbolicLinkType, DesiredAccess, NULL,
                              LinkHandle);
}

NTSTATUS NTAPI ZwQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget,
                                         PULONG ReturnedLength)
{
    POBJECT_SYMBOLIC_LINK link;
    NTSTATUS status;

    PAGED_CODE();
    status = ObReferenceObjectByHandle(LinkHandle, SYMBOLIC_LINK_QUERY, ObpSymbolicLinkType,
                                       KernelMode, (PVOID *)&link, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (ReturnedLength != NULL) {
        *ReturnedLength = link->Target.Length;
    }
    if (LinkTarget->MaximumLength < link->Target.Length) {
        status = STATUS_BUFFER_TOO_SMALL;
    } else {
        RtlCopyUnicodeString(LinkTarget, &link->Target);
    }
    ObfDereferenceObject(link);
    return status;
}
