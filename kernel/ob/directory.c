/* Directories: a hash table of names. An entry holds a pointer on its object, and the object one
 * on the directory, so neither goes while the name is there. Names are compared without case.
 * Guard: ObpNamespaceLock for everything in a directory. */
#include "obp.h"

static ULONG ObpHashName(PCUNICODE_STRING Name);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ObpHashName, ObpFindEntry, ObpInsertEntry, ObpRemoveEntry)
#pragma alloc_text(PAGE, ObEnumerateDirectory, ObCreateDirectory)
#pragma alloc_text(PAGE, ZwCreateDirectoryObject, ZwOpenDirectoryObject)
#endif

static ULONG ObpHashName(PCUNICODE_STRING Name)
{
    ULONG hash = 0, i;

    PAGED_CODE();
    for (i = 0; i < Name->Length / sizeof(WCHAR); i++) {
        hash = hash * 31 + RtlUpcaseUnicodeChar(Name->Buffer[i]);
    }
    return hash % OBP_HASH_BUCKETS;
}

POBJECT_HEADER ObpFindEntry(POBJECT_DIRECTORY Directory, PCUNICODE_STRING Name)
{
    POBJECT_HEADER entry;

    PAGED_CODE();
    for (entry = Directory->Buckets[ObpHashName(Name)]; entry != NULL; entry = entry->HashNext) {
        if (RtlEqualUnicodeString(&entry->Name, Name, TRUE)) {
            break;
        }
    }
    return entry;
}

VOID ObpInsertEntry(POBJECT_DIRECTORY Directory, POBJECT_HEADER Header)
{
    POBJECT_HEADER *bucket = &Directory->Buckets[ObpHashName(&Header->Name)];

    PAGED_CODE();
    Header->HashNext = *bucket;
    *bucket = Header;
    Header->Directory = Directory;
    Directory->Count++;
    ObfReferenceObject(ObpBody(Header));
    ObfReferenceObject(Directory);
}

/* Takes an entry out of its directory; the two pointers go with it (deletion is put off, since
 * the caller holds the namespace lock at APC_LEVEL). */
VOID ObpRemoveEntry(POBJECT_HEADER Header)
{
    POBJECT_DIRECTORY directory = Header->Directory;
    POBJECT_HEADER *link = &directory->Buckets[ObpHashName(&Header->Name)];

    PAGED_CODE();
    while (*link != Header) {
        link = &(*link)->HashNext;
    }
    *link = Header->HashNext;
    Header->HashNext = NULL;
    Header->Directory = NULL;
    directory->Count--;
    ExFreePoolWithTag(Header->Name.Buffer, OBP_NAME_TAG);
    RtlInitUnicodeString(&Header->Name, NULL);
    ObfDereferenceObject(directory);
    ObfDereferenceObject(ObpBody(Header));
}

NTSTATUS ObEnumerateDirectory(PUNICODE_STRING Directory, POB_ENTRY_CALLBACK Routine, PVOID Context)
{
    OBJECT_ATTRIBUTES attributes;
    POBJECT_DIRECTORY directory;
    ULONG index = 0;
    NTSTATUS status;
    BOOLEAN more;

    PAGED_CODE();
    InitializeObjectAttributes(&attributes, Directory, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ObReferenceObjectByAttributes(&attributes, ObpDirectoryType, DIRECTORY_QUERY, NULL,
                                           (PVOID *)&directory);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    /* One entry at a time, so that no lock is held while the routine runs. */
    do {
        POBJECT_HEADER entry = NULL;
        UNICODE_STRING name = { 0, 0, NULL };
        ULONG bucket, seen = 0;

        ExAcquireFastMutex(&ObpNamespaceLock);
        for (bucket = 0; bucket < OBP_HASH_BUCKETS; bucket++) {
            for (entry = directory->Buckets[bucket]; entry != NULL && seen != index;
                 entry = entry->HashNext) {
                seen++;
            }
            if (entry != NULL) {
                break;
            }
        }
        if (entry != NULL) {
            name.Buffer = ExAllocatePoolWithTag(PagedPool, entry->Name.Length, OBP_NAME_TAG);
            if (name.Buffer != NULL) {
                name.Length = name.MaximumLength = entry->Name.Length;
                RtlCopyMemory(name.Buffer, entry->Name.Buffer, name.Length);
                ObfReferenceObject(ObpBody(entry));
            }
        }
        ExReleaseFastMutex(&ObpNamespaceLock);
        if (entry == NULL) {
            break;
        }
        if (name.Buffer == NULL) {
            status = STATUS_INSUFFICIENT_RESOURCES;
            break;
        }
        more = Routine(Context, &name, ObpBody(entry), entry->Type);
        ObfDereferenceObject(ObpBody(entry));
        ExFreePoolWithTag(name.Buffer, OBP_NAME_TAG);
        index++;
    } while (more);
    ObfDereferenceObject(directory);
    return status;
}

NTSTATUS ObCreateDirectory(PCWSTR Name)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    HANDLE handle;
    NTSTATUS status;

    PAGED_CODE();
    RtlInitUnicodeString(&name, Name);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, NULL,
                               NULL);
    status = ZwCreateDirectoryObject(&handle, DIRECTORY_ALL_ACCESS, &attributes);
    if (NT_SUCCESS(status)) {
        ZwClose(handle);
    }
    return status;
}

NTSTATUS NTAPI ZwCreateDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes)
{
    POBJECT_DIRECTORY directory;
    NTSTATUS status;

    PAGED_CODE();
    status = ObCreateObject(ObpDirectoryType, sizeof(OBJECT_DIRECTORY), (PVOID *)&directory);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    return ObInsertObject(directory, ObjectAttributes, DesiredAccess, DirectoryHandle);
}

NTSTATUS NTAPI ZwOpenDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes)
{
    PAGED_CODE();
    return ObOpenObjectByName(ObjectAttributes, ObpDirectoryType, DesiredAccess, NULL,
                              DirectoryHandle);
}
