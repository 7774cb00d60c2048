/* Walking a name from the root, or from a handle, to an object.
 *
 *   component names          the walk
 *   a directory              goes on inside it
 *   a symbolic link          starts again at the root with target + rest (at most 32 times);
 *                            the last component is the link itself if a link was asked for
 *   a type with a parse      hands the rest over and takes what comes back; STATUS_REPARSE
 *   procedure                starts again with the new name
 *   anything else            must be the last component
 *
 * Guard: ObpNamespaceLock while a directory is looked at, never while a procedure runs: what was
 * found is referenced first. */
#include "obp.h"

static NTSTATUS ObpNextComponent(PUNICODE_STRING Rest, PUNICODE_STRING Component);
static NTSTATUS ObpSubstitute(PCUNICODE_STRING Target, PCUNICODE_STRING Rest,
                              PUNICODE_STRING Result);
static NTSTATUS ObpEnter(POBJECT_DIRECTORY Directory, PCUNICODE_STRING Name,
                         POB_PARSE_REQUEST Request, PVOID Insert, PVOID *Found);
static NTSTATUS ObpWalk(POBJECT_DIRECTORY Start, PUNICODE_STRING Name, POB_PARSE_REQUEST Request,
                        PVOID Insert, PVOID *Found, PUNICODE_STRING NewName);
static NTSTATUS ObpStart(POBJECT_ATTRIBUTES Attributes, POB_PARSE_REQUEST Request, PVOID Insert,
                         PVOID *Found, PUNICODE_STRING NewName);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ObpNextComponent, ObpSubstitute, ObpEnter, ObpWalk, ObpStart, ObpLookup)
#endif

/* Splits "\first\rest" into "first" and "\rest" ("" at the end). */
static NTSTATUS ObpNextComponent(PUNICODE_STRING Rest, PUNICODE_STRING Component)
{
    ULONG length;

    PAGED_CODE();
    if (Rest->Length != 0 && Rest->Buffer[0] == L'\\') {
        Rest->Buffer++;
        Rest->Length -= sizeof(WCHAR);
    }
    for (length = 0; length < Rest->Length / sizeof(WCHAR); length++) {
        if (Rest->Buffer[length] == L'\\') {
            break;
        }
    }
    if (length == 0) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Component->Buffer = Rest->Buffer;
    Component->Length = Component->MaximumLength = (USHORT)(length * sizeof(WCHAR));
    Rest->Buffer += length;
    Rest->Length -= Component->Length;
    Rest->MaximumLength = Rest->Length;
    return STATUS_SUCCESS;
}

/* Target followed by Rest, in pool. */
static NTSTATUS ObpSubstitute(PCUNICODE_STRING Target, PCUNICODE_STRING Rest,
                              PUNICODE_STRING Result)
{
    ULONG first = Target->Length, length;

    PAGED_CODE();
    if (first == sizeof(WCHAR) && Rest->Length != 0) {
        first = 0; /* a link to the root: not "\\rest" but "\rest" */
    }
    length = first + Rest->Length;
    if (length > MAXUSHORT - sizeof(WCHAR)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Result->Buffer = ExAllocatePoolWithTag(PagedPool, length + sizeof(WCHAR), OBP_NAME_TAG);
    if (Result->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Result->Length = (USHORT)length;
    Result->MaximumLength = (USHORT)(length + sizeof(WCHAR));
    RtlCopyMemory(Result->Buffer, Target->Buffer, first);
    RtlCopyMemory((PUCHAR)Result->Buffer + first, Rest->Buffer, Rest->Length);
    return STATUS_SUCCESS;
}

/* The last component, when an object is to be entered and the name was free a moment ago. */
static NTSTATUS ObpEnter(POBJECT_DIRECTORY Directory, PCUNICODE_STRING Name,
                         POB_PARSE_REQUEST Request, PVOID Insert, PVOID *Found)
{
    POBJECT_HEADER header = ObpHeader(Insert), entry;
    NTSTATUS status = STATUS_SUCCESS;
    PWSTR buffer;

    PAGED_CODE();
    buffer = ExAllocatePoolWithTag(PagedPool, Name->Length, OBP_NAME_TAG);
    if (buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(buffer, Name->Buffer, Name->Length);

    ExAcquireFastMutex(&ObpNamespaceLock);
    entry = ObpFindEntry(Directory, Name);
    if (entry == NULL) {
        header->Name.Buffer = buffer;
        header->Name.Length = header->Name.MaximumLength = Name->Length;
        header->Permanent = (Request->Attributes & OBJ_PERMANENT) != 0;
        ObpInsertEntry(Directory, header);
        ObfReferenceObject(Insert);
        *Found = Insert;
        buffer = NULL;
    } else if (!(Request->Attributes & OBJ_OPENIF)) {
        status = STATUS_OBJECT_NAME_COLLISION;
    } else if (entry->Type != header->Type) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    } else {
        ObfReferenceObject(ObpBody(entry));
        *Found = ObpBody(entry);
        status = STATUS_OBJECT_NAME_EXISTS;
    }
    ExReleaseFastMutex(&ObpNamespaceLock);
    if (buffer != NULL) {
        ExFreePoolWithTag(buffer, OBP_NAME_TAG);
    }
    return status;
}

/* Walks Name from Start. STATUS_REPARSE: go on with *NewName from the root. */
static NTSTATUS ObpWalk(POBJECT_DIRECTORY Start, PUNICODE_STRING Name, POB_PARSE_REQUEST Request,
                        PVOID Insert, PVOID *Found, PUNICODE_STRING NewName)
{
    PVOID object = Start;
    UNICODE_STRING rest = *Name;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    ObfReferenceObject(object);
    while (rest.Length != 0) {
        POBJECT_TYPE type = ObpHeader(object)->Type;
        POBJECT_HEADER entry;
        UNICODE_STRING component;

        if (type != ObpDirectoryType) {
            status = STATUS_OBJECT_PATH_NOT_FOUND;
            break;
        }
        status = ObpNextComponent(&rest, &component);
        if (!NT_SUCCESS(status)) {
            break;
        }
        ExAcquireFastMutex(&ObpNamespaceLock);
        entry = ObpFindEntry(object, &component);
        if (entry != NULL) {
            ObfReferenceObject(ObpBody(entry));
        }
        ExReleaseFastMutex(&ObpNamespaceLock);
        if (entry == NULL) {
            if (rest.Length != 0) {
                status = STATUS_OBJECT_PATH_NOT_FOUND;
            } else if (Insert == NULL) {
                status = STATUS_OBJECT_NAME_NOT_FOUND;
            } else {
                status = ObpEnter(object, &component, Request, Insert, Found);
                ObfDereferenceObject(object);
                return status;
            }
            break;
        }
        ObfDereferenceObject(object);
        object = ObpBody(entry);
        type = entry->Type;

        if (type == ObpSymbolicLinkType) {
            BOOLEAN wanted = Request->ExpectedType == ObpSymbolicLinkType ||
                             (Request->Attributes & OBJ_OPENLINK) != 0;

            if (rest.Length != 0 || !wanted) {
                status = ObpSubstitute(&((POBJECT_SYMBOLIC_LINK)object)->Target, &rest, NewName);
                if (NT_SUCCESS(status)) {
                    status = STATUS_REPARSE;
                }
                break;
            }
        } else if (type->Info.Parse != NULL && Insert == NULL) {
            status = type->Info.Parse(object, Request, &rest, NewName, Found);
            ObfDereferenceObject(object);
            return status;
        }
    }
    if (NT_SUCCESS(status) && status != STATUS_REPARSE && Insert != NULL) {
        if (!(Request->Attributes & OBJ_OPENIF)) {
            status = STATUS_OBJECT_NAME_COLLISION;
        } else if (ObpHeader(object)->Type != ObpHeader(Insert)->Type) {
            status = STATUS_OBJECT_TYPE_MISMATCH;
        } else {
            status = STATUS_OBJECT_NAME_EXISTS;
        }
    }
    if (NT_SUCCESS(status) && status != STATUS_REPARSE) {
        *Found = object;
    } else {
        ObfDereferenceObject(object);
    }
    return status;
}

/* The first leg: from Attributes' root handle or from the root directory. */
static NTSTATUS ObpStart(POBJECT_ATTRIBUTES Attributes, POB_PARSE_REQUEST Request, PVOID Insert,
                         PVOID *Found, PUNICODE_STRING NewName)
{
    static UNICODE_STRING empty;
    PUNICODE_STRING name = Attributes->ObjectName != NULL ? Attributes->ObjectName : &empty;
    PVOID root;
    NTSTATUS status;

    PAGED_CODE();
    if (Attributes->RootDirectory == NULL) {
        UNICODE_STRING rest = *name;

        if (rest.Length == 0) {
            return STATUS_OBJECT_NAME_INVALID;
        }
        if (rest.Length % sizeof(WCHAR) != 0 || rest.Buffer[0] != L'\\') {
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        }
        if (rest.Length == sizeof(WCHAR)) {
            rest.Length = 0; /* "\" is the root directory itself */
        }
        return ObpWalk(ObpRootDirectory, &rest, Request, Insert, Found, NewName);
    }

    status = ObReferenceObjectByHandle(Attributes->RootDirectory, 0, NULL, KernelMode, &root,
                                       NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (ObpHeader(root)->Type == ObpDirectoryType) {
        if (name->Length != 0 && name->Buffer[0] == L'\\') {
            status = STATUS_OBJECT_PATH_SYNTAX_BAD;
        } else {
            status = ObpWalk(root, name, Request, Insert, Found, NewName);
        }
    } else if (ObpHeader(root)->Type->Info.Parse != NULL && Insert == NULL) {
        UNICODE_STRING rest = *name;

        status = ObpHeader(root)->Type->Info.Parse(root, Request, &rest, NewName, Found);
    } else {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    }
    ObfDereferenceObject(root);
    return status;
}

NTSTATUS ObpLookup(POBJECT_ATTRIBUTES Attributes, POB_PARSE_REQUEST Request, PVOID Insert,
                   PVOID *Found)
{
    UNICODE_STRING name = { 0, 0, NULL }, next = { 0, 0, NULL };
    ULONG reparses = 0;
    NTSTATUS status;

    PAGED_CODE();
    Request->CompleteName = Attributes->ObjectName;
    status = ObpStart(Attributes, Request, Insert, Found, &next);
    while (status == STATUS_REPARSE) {
        UNICODE_STRING rest;

        if (name.Buffer != NULL) {
            ExFreePool(name.Buffer);
        }
        name = next;
        next.Buffer = NULL;
        Request->CompleteName = &name;
        rest = name;
        if (++reparses > OBP_MAXIMUM_REPARSES) {
            status = STATUS_OBJECT_NAME_INVALID;
        } else if (rest.Length == 0 || rest.Buffer[0] != L'\\') {
            status = STATUS_OBJECT_PATH_SYNTAX_BAD;
        } else {
            if (rest.Length == sizeof(WCHAR)) {
                rest.Length = 0;
            }
            status = ObpWalk(ObpRootDirectory, &rest, Request, Insert, Found, &next);
        }
    }
    if (name.Buffer != NULL) {
        ExFreePool(name.Buffer);
    }
    if (NT_SUCCESS(status) && Request->ExpectedType != NULL &&
        ObpHeader(*Found)->Type != Request->ExpectedType) {
        ObfDereferenceObject(*Found);
        status = STATUS_OBJECT_TYPE_MISMATCH;
    }
    return status;
}
