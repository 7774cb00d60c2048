/* Object types, which are objects themselves: permanent, in \ObjectTypes, never deleted.
 *
 * The first types are made before there is a directory to name them in; they get their names
 * when ObInitSystem has made \ObjectTypes. The list of types only grows, under ObpTypeLock. */
#include "obp.h"

#define OBP_MAXIMUM_TYPES 32

POBJECT_TYPE ObpTypeType, ObpDirectoryType, ObpSymbolicLinkType;

static FAST_MUTEX ObpTypeLock; /* made ready with the first type */
static POBJECT_TYPE ObpTypes[OBP_MAXIMUM_TYPES]; /* entries below ObpTypeCount are constant */
static volatile ULONG ObpTypeCount;              /* written under ObpTypeLock               */

static NTSTATUS ObpNameType(POBJECT_TYPE Type);
static ULONG ObpTagFromName(PCWSTR Name);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ObCreateObjectType, ObpNameType, ObpTagFromName, ObQueryStatistics)
#pragma alloc_text(INIT, ObpInitTypes)
#endif

/* Enters a type as \ObjectTypes\Name. */
static NTSTATUS ObpNameType(POBJECT_TYPE Type)
{
    WCHAR buffer[64] = L"\\ObjectTypes\\";
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;

    PAGED_CODE();
    name.Buffer = buffer;
    name.Length = 13 * sizeof(WCHAR);
    name.MaximumLength = sizeof(buffer);
    RtlAppendUnicodeStringToString(&name, &Type->Name);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, NULL,
                               NULL);
    return ObInsertObject(Type, &attributes, 0, NULL);
}

/* First four letters of the name, as a pool tag. */
static ULONG ObpTagFromName(PCWSTR Name)
{
    ULONG tag = 0, i;

    PAGED_CODE();
    for (i = 0; i < 4; i++) {
        tag |= (ULONG)(UCHAR)(*Name != 0 ? *Name++ : ' ') << (8 * i);
    }
    return tag;
}

NTSTATUS ObCreateObjectType(const OBJECT_TYPE_INITIALIZER *Initializer, POBJECT_TYPE *Type)
{
    POBJECT_TYPE type;
    NTSTATUS status;

    PAGED_CODE();
    if (ObpTypeType == NULL) {
        OBJECT_TYPE first; /* the type of types is made before its own type exists */

        RtlZeroMemory(&first, sizeof(first));
        first.Info.PoolType = NonPagedPool;
        first.Tag = 'epyT';
        status = ObCreateObject(&first, sizeof(OBJECT_TYPE), (PVOID *)&type);
        if (NT_SUCCESS(status)) {
            ObpHeader(type)->Type = type;
            type->Objects = 1;
            ObpTypeType = type;
            ExInitializeFastMutex(&ObpTypeLock);
        }
    } else {
        status = ObCreateObject(ObpTypeType, sizeof(OBJECT_TYPE), (PVOID *)&type);
    }
    if (!NT_SUCCESS(status)) {
        return status;
    }
    type->Self = type;
    type->Info = *Initializer;
    type->Tag = ObpTagFromName(Initializer->Name);
    RtlInitUnicodeString(&type->Name, Initializer->Name);
    if (ObpRootDirectory != NULL) {
        status = ObpNameType(type);
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    ExAcquireFastMutex(&ObpTypeLock);
    NT_ASSERT(ObpTypeCount < OBP_MAXIMUM_TYPES);
    ObpTypes[ObpTypeCount] = type;
    ObpTypeCount++;
    ExReleaseFastMutex(&ObpTypeLock);
    *Type = type;
    return STATUS_SUCCESS;
}

/* Names the types made before \ObjectTypes was there. */
BOOLEAN ObpInitTypes(VOID)
{
    ULONG i;

    for (i = 0; i < ObpTypeCount; i++) {
        if (!NT_SUCCESS(ObpNameType(ObpTypes[i]))) {
            return FALSE;
        }
    }
    return TRUE;
}

VOID ObQueryStatistics(POB_STATISTICS Statistics)
{
    ULONG i;

    PAGED_CODE();
    RtlZeroMemory(Statistics, sizeof(*Statistics));
    for (i = 0; i < ObpTypeCount; i++) {
        Statistics->Objects += ObpTypes[i]->Objects;
        Statistics->Handles += ObpTypes[i]->Handles;
    }
    Statistics->Deferred = ObpQueryDeferred();
}
