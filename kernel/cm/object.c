/* Key objects: what a handle to a key refers to. Each open makes one; the tree's key counts them
 * and stays in memory until the last is gone, also when it was deleted meanwhile. \Registry is such
 * an object, entered in the object namespace; from there on the parse routine walks the tree.
 *
 * Guards: CmpLock. The object manager calls in with no lock of its own held. */
#include "cmp.h"
#include "ob.h"

POBJECT_TYPE CmpKeyType;

static NTSTATUS NewKeyObject(PCM_KEY Key, PVOID *Object);
static VOID DeleteKeyObject(PVOID Object);
static NTSTATUS ParseKey(PVOID ParseObject, POB_PARSE_REQUEST Request,
                         PUNICODE_STRING RemainingName, PUNICODE_STRING NewName, PVOID *Object);
static NTSTATUS QueryKeyName(PVOID Object, PWSTR Buffer, ULONG Length, PULONG Needed);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, CmpCreateKeyType)
#pragma alloc_text(PAGE, NewKeyObject)
#pragma alloc_text(PAGE, DeleteKeyObject)
#pragma alloc_text(PAGE, ParseKey)
#pragma alloc_text(PAGE, QueryKeyName)
#pragma alloc_text(PAGE, CmpReferenceKey)
#pragma alloc_text(PAGE, CmpReleaseKey)
#pragma alloc_text(PAGE, CmpTouchKey)
#endif

static NTSTATUS NewKeyObject(PCM_KEY Key, PVOID *Object)
{
    PAGED_CODE();

    NTSTATUS Status = ObCreateObject(CmpKeyType, sizeof(CM_KEY_OBJECT), Object);

    if (NT_SUCCESS(Status)) {
        ((PCM_KEY_OBJECT)*Object)->Key = Key;
        Key->Objects++;
    }
    return Status;
}

static VOID DeleteKeyObject(PVOID Object)
{
    PCM_KEY Key = ((PCM_KEY_OBJECT)Object)->Key;

    PAGED_CODE();
    if (Key == NULL) {
        return;
    }
    CmpLockExclusive();
    if (--Key->Objects == 0 && Key->Deleted) {
        CmpFreeKey(Key);
    }
    CmpUnlock();
}

/* Cuts the next component off a name; empty when there is none. */
static UNICODE_STRING NextComponent(PUNICODE_STRING Name)
{
    UNICODE_STRING Component;

    while (Name->Length != 0 && Name->Buffer[0] == L'\\') {
        Name->Buffer++;
        Name->Length -= sizeof(WCHAR);
    }
    Component = *Name;
    Component.Length = 0;
    while (Name->Length != 0 && Name->Buffer[0] != L'\\') {
        Name->Buffer++;
        Name->Length -= sizeof(WCHAR);
        Component.Length += sizeof(WCHAR);
    }
    return Component;
}

/* One step down; with Create the last step may make the key. Exclusive when Create is given. */
static NTSTATUS Step(PCM_KEY *Key, PCUNICODE_STRING Component, BOOLEAN Last, PCM_CREATE Create)
{
    PCM_KEY Next = CmpFindSubkey(*Key, Component);
    BOOLEAN Volatile;
    NTSTATUS Status;

    if (Next != NULL) {
        *Key = Next->Target != NULL ? Next->Target : Next;
        return STATUS_SUCCESS;
    }
    if (!Last || Create == NULL) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    Volatile = (Create->Options & REG_OPTION_VOLATILE) != 0;
    if ((*Key)->Volatile && !Volatile) {
        if (*Key != CmpSystem && (*Key)->Permanent) {
            Volatile = TRUE; /* the roots keep nothing */
        } else {
            return STATUS_CHILD_MUST_BE_VOLATILE;
        }
    }
    Status = CmpCreateKey(*Key, Component, Volatile, &Next);
    if (NT_SUCCESS(Status) && Create->Class != NULL) {
        Status = CmpSetClass(Next, Create->Class);
        if (!NT_SUCCESS(Status)) {
            CmpUnlinkKey(Next);
            CmpFreeKey(Next);
        }
    }
    if (NT_SUCCESS(Status)) {
        CmpTouchKey(*Key);
        CmpTouchKey(Next);
        Create->Disposition = REG_CREATED_NEW_KEY;
        *Key = Next;
    }
    return Status;
}

static NTSTATUS ParseKey(PVOID ParseObject, POB_PARSE_REQUEST Request,
                         PUNICODE_STRING RemainingName, PUNICODE_STRING NewName, PVOID *Object)
{
    PCM_CREATE Create = Request->ParseContext;
    PCM_KEY Key = ((PCM_KEY_OBJECT)ParseObject)->Key;
    UNICODE_STRING Name = *RemainingName;
    UNICODE_STRING Component;
    NTSTATUS Status = STATUS_SUCCESS;

    PAGED_CODE();
    if (Request->ExpectedType != NULL && Request->ExpectedType != CmpKeyType) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    CmpLockExclusive();
    if (Key->Deleted) {
        Status = STATUS_KEY_DELETED;
    }
    if (Create != NULL) {
        Create->Disposition = REG_OPENED_EXISTING_KEY;
    }
    for (Component = NextComponent(&Name); NT_SUCCESS(Status) && Component.Length != 0;
         Component = NextComponent(&Name)) {
        UNICODE_STRING Ahead = Name;

        Status = Step(&Key, &Component, NextComponent(&Ahead).Length == 0, Create);
    }
    if (NT_SUCCESS(Status)) {
        Status = NewKeyObject(Key, Object);
    }
    CmpUnlock();
    return Status;
}

static NTSTATUS QueryKeyName(PVOID Object, PWSTR Buffer, ULONG Length, PULONG Needed)
{
    PCM_KEY Key = ((PCM_KEY_OBJECT)Object)->Key;
    NTSTATUS Status = STATUS_SUCCESS;

    PAGED_CODE();
    CmpLockShared();
    *Needed = CmpFullName(Key, NULL);
    if (*Needed <= Length) {
        CmpFullName(Key, Buffer);
    } else {
        Status = STATUS_BUFFER_OVERFLOW;
    }
    CmpUnlock();
    return Status;
}

NTSTATUS CmpCreateKeyType(VOID)
{
    OBJECT_TYPE_INITIALIZER Type = {
        .Name = L"Key",
        .PoolType = PagedPool,
        .ValidAccess = KEY_ALL_ACCESS,
        .GenericMapping = {KEY_READ, KEY_WRITE, KEY_EXECUTE, KEY_ALL_ACCESS},
        .WaitOffset = OB_NOT_WAITABLE,
        .Delete = DeleteKeyObject,
        .Parse = ParseKey,
        .QueryName = QueryKeyName,
    };
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Registry");
    OBJECT_ATTRIBUTES Attributes;
    PVOID Object;
    NTSTATUS Status;

    Status = ObCreateObjectType(&Type, &CmpKeyType);
    if (NT_SUCCESS(Status)) {
        Status = NewKeyObject(CmpRoot, &Object);
    }
    if (NT_SUCCESS(Status)) {
        InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, NULL,
                                   NULL);
        Status = ObInsertObject(Object, &Attributes, KEY_ALL_ACCESS, NULL);
    }
    return Status;
}

NTSTATUS CmpReferenceKey(HANDLE Handle, ACCESS_MASK Access, BOOLEAN Exclusive,
                         PCM_KEY_OBJECT *Object, PCM_KEY *Key)
{
    NTSTATUS Status;

    PAGED_CODE();
    Status =
        ObReferenceObjectByHandle(Handle, Access, CmpKeyType, KernelMode, (PVOID *)Object, NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Exclusive) {
        CmpLockExclusive();
    } else {
        CmpLockShared();
    }
    *Key = (*Object)->Key;
    if ((*Key)->Deleted) {
        CmpReleaseKey(*Object);
        return STATUS_KEY_DELETED;
    }
    return STATUS_SUCCESS;
}

VOID CmpReleaseKey(PCM_KEY_OBJECT Object)
{
    PAGED_CODE();

    CmpUnlock();
    ObDereferenceObject(Object);
}

VOID CmpTouchKey(PCM_KEY Key)
{
    PAGED_CODE();

    KeQuerySystemTime(&Key->LastWriteTime);
    if (!Key->Volatile) {
        CmpDirty = TRUE;
    }
}
