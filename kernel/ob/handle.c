/* The handle table: one for the system, since every thread is a kernel thread.
 *
 *   handle value   0x80000000 for OBJ_KERNEL_HANDLE | index << 2; the low bits are the caller's
 *   index          chunk << 7 | entry; index 0 is never used, so that no handle is NULL
 *
 * Chunks come when needed and stay. Free entries form a stack through their Access field.
 * Guard: ObpHandleLock for the table and for every HandleCount. The two pseudo handles (current
 * process -1, current thread -2) are not in the table. */
#include "obp.h"

#define OBP_CHUNK_SHIFT 7
#define OBP_CHUNK_ENTRIES (1u << OBP_CHUNK_SHIFT)
#define OBP_CHUNKS 256
#define OBP_KERNEL_HANDLE 0x80000000u

typedef struct _OBP_HANDLE {
    PVOID Object;       /* (h) NULL: free                                              */
    ACCESS_MASK Access; /* (h) granted; of a free entry: index of the next free, or 0  */
} OBP_HANDLE, *POBP_HANDLE;

FAST_MUTEX ObpHandleLock;
static POBP_HANDLE ObpChunks[OBP_CHUNKS]; /* (h) */
static ULONG ObpChunkCount;               /* (h) */
static ULONG ObpFirstFree;                /* (h) index, 0 if none */

static NTSTATUS ObpGrowTable(VOID);
static POBP_HANDLE ObpEntry(HANDLE Handle);
static ACCESS_MASK ObpMapAccess(ACCESS_MASK Access, POBJECT_TYPE Type);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ObpGrowTable, ObpEntry, ObpMapAccess, ObCreateHandle)
#pragma alloc_text(PAGE, ObReferenceObjectByHandle)
#pragma alloc_text(PAGE, ObOpenObjectByPointer, ZwClose, ZwWaitForSingleObject)
#pragma alloc_text(INIT, ObpInitHandles)
#endif

BOOLEAN ObpInitHandles(VOID)
{
    NTSTATUS status;

    ExInitializeFastMutex(&ObpHandleLock);
    ExAcquireFastMutex(&ObpHandleLock);
    status = ObpGrowTable();
    ExReleaseFastMutex(&ObpHandleLock);
    return NT_SUCCESS(status);
}

/* Adds a chunk of free entries. */
static NTSTATUS ObpGrowTable(VOID)
{
    POBP_HANDLE chunk;
    ULONG first, i;

    PAGED_CODE();
    if (ObpChunkCount == OBP_CHUNKS) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    chunk = ExAllocatePoolWithTag(PagedPool, OBP_CHUNK_ENTRIES * sizeof(OBP_HANDLE), OBP_TAG);
    if (chunk == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    first = ObpChunkCount << OBP_CHUNK_SHIFT;
    for (i = OBP_CHUNK_ENTRIES; i-- > 0;) {
        chunk[i].Object = NULL;
        chunk[i].Access = ObpFirstFree;
        if (first + i != 0) {
            ObpFirstFree = first + i;
        }
    }
    ObpChunks[ObpChunkCount++] = chunk;
    return STATUS_SUCCESS;
}

/* The entry of an open handle, or NULL. ObpHandleLock is held. */
static POBP_HANDLE ObpEntry(HANDLE Handle)
{
    ULONG index = ((ULONG)(ULONG_PTR)Handle & ~OBP_KERNEL_HANDLE) >> 2;
    POBP_HANDLE entry;

    PAGED_CODE();
    if (index == 0 || index >> OBP_CHUNK_SHIFT >= ObpChunkCount) {
        return NULL;
    }
    entry = &ObpChunks[index >> OBP_CHUNK_SHIFT][index & (OBP_CHUNK_ENTRIES - 1)];
    return entry->Object != NULL ? entry : NULL;
}

/* Generic rights become the type's own, MAXIMUM_ALLOWED all there are. */
static ACCESS_MASK ObpMapAccess(ACCESS_MASK Access, POBJECT_TYPE Type)
{
    const GENERIC_MAPPING *map = &Type->Info.GenericMapping;

    PAGED_CODE();
    Access |= (Access & GENERIC_READ ? map->GenericRead : 0) |
              (Access & GENERIC_WRITE ? map->GenericWrite : 0) |
              (Access & GENERIC_EXECUTE ? map->GenericExecute : 0) |
              (Access & GENERIC_ALL ? map->GenericAll : 0) |
              (Access & MAXIMUM_ALLOWED ? Type->Info.ValidAccess : 0);
    return Access & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL |
                      MAXIMUM_ALLOWED);
}

NTSTATUS ObCreateHandle(PVOID Object, ACCESS_MASK GrantedAccess, ULONG Attributes, PHANDLE Handle)
{
    POBJECT_HEADER header = ObpHeader(Object);
    POBJECT_TYPE type = header->Type;
    NTSTATUS status = STATUS_SUCCESS;
    ACCESS_MASK access = ObpMapAccess(GrantedAccess, type);
    POBP_HANDLE entry;
    ULONG index;

    PAGED_CODE();
    if (type->Info.Open != NULL) {
        status = type->Info.Open(Object, access, Attributes);
        if (!NT_SUCCESS(status)) {
            return status;
        }
    }
    ExAcquireFastMutex(&ObpHandleLock);
    if (ObpFirstFree == 0) {
        status = ObpGrowTable();
    }
    if (NT_SUCCESS(status)) {
        index = ObpFirstFree;
        entry = &ObpChunks[index >> OBP_CHUNK_SHIFT][index & (OBP_CHUNK_ENTRIES - 1)];
        ObpFirstFree = entry->Access;
        entry->Object = Object;
        entry->Access = access;
        header->HandleCount++;
        ObfReferenceObject(Object);
        InterlockedIncrement(&type->Handles);
        *Handle = (HANDLE)(ULONG_PTR)(index << 2 |
                                      (Attributes & OBJ_KERNEL_HANDLE ? OBP_KERNEL_HANDLE : 0));
    }
    ExReleaseFastMutex(&ObpHandleLock);
    return status;
}

NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                         POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                         PVOID *Object, POBJECT_HANDLE_INFORMATION Information)
{
    NTSTATUS status = STATUS_SUCCESS;
    ACCESS_MASK granted = 0;
    PVOID object = NULL;

    PAGED_CODE();
    *Object = NULL;
    if (Handle == ZwCurrentThread()) {
        object = PsGetCurrentThread();
        granted = THREAD_ALL_ACCESS;
        ObfReferenceObject(object);
    } else if (Handle == ZwCurrentProcess()) {
        object = PsGetCurrentProcess();
        granted = STANDARD_RIGHTS_ALL | SPECIFIC_RIGHTS_ALL;
        ObfReferenceObject(object);
    } else {
        POBP_HANDLE entry;

        ExAcquireFastMutex(&ObpHandleLock);
        entry = ObpEntry(Handle);
        if (entry != NULL) {
            object = entry->Object;
            granted = entry->Access;
            ObfReferenceObject(object);
        }
        ExReleaseFastMutex(&ObpHandleLock);
    }
    if (object == NULL) {
        return STATUS_INVALID_HANDLE;
    }
    if (ObjectType != NULL && ObpHeader(object)->Type != ObjectType) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    } else if (AccessMode != KernelMode && (DesiredAccess & ~granted) != 0) {
        status = STATUS_ACCESS_DENIED;
    }
    if (!NT_SUCCESS(status)) {
        ObfDereferenceObject(object);
        return status;
    }
    if (Information != NULL) {
        Information->HandleAttributes = 0;
        Information->GrantedAccess = granted;
    }
    *Object = object;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes,
                                     PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess,
                                     POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                     PHANDLE Handle)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(PassedAccessState);
    UNREFERENCED_PARAMETER(AccessMode);
    if (ObjectType != NULL && ObpHeader(Object)->Type != ObjectType) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    return ObCreateHandle(Object, DesiredAccess, HandleAttributes, Handle);
}

NTSTATUS NTAPI ZwClose(HANDLE Handle)
{
    POBJECT_HEADER header;
    POBP_HANDLE entry;
    PVOID object;
    ULONG left;

    PAGED_CODE();
    if (Handle == ZwCurrentThread() || Handle == ZwCurrentProcess()) {
        return STATUS_SUCCESS;
    }
    ExAcquireFastMutex(&ObpHandleLock);
    entry = ObpEntry(Handle);
    if (entry == NULL) {
        ExReleaseFastMutex(&ObpHandleLock);
        return STATUS_INVALID_HANDLE;
    }
    object = entry->Object;
    header = ObpHeader(object);
    entry->Object = NULL;
    entry->Access = ObpFirstFree;
    ObpFirstFree = ((ULONG)(ULONG_PTR)Handle & ~OBP_KERNEL_HANDLE) >> 2;
    left = --header->HandleCount;
    ExReleaseFastMutex(&ObpHandleLock);

    InterlockedDecrement(&header->Type->Handles);
    if (header->Type->Info.Close != NULL) {
        header->Type->Info.Close(object, left);
    }
    if (left == 0) {
        ObpDeleteNameIfUnused(header);
    }
    ObfDereferenceObject(object);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    NTSTATUS status;
    PVOID object, wait;

    PAGED_CODE();
    status = ObReferenceObjectByHandle(Handle, SYNCHRONIZE, NULL, KernelMode, &object, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    wait = ObWaitObject(object);
    status = wait != NULL
                 ? KeWaitForSingleObject(wait, UserRequest, KernelMode, Alertable, Timeout)
                 : STATUS_OBJECT_TYPE_MISMATCH;
    ObfDereferenceObject(object);
    return status;
}
