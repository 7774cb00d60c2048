/* Start-up of the object manager: locks, the three types it is made of, the root, the standard
 * directories. */
#include "obp.h"

POBJECT_DIRECTORY ObpRootDirectory;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, ObInitSystem)
#endif

BOOLEAN ObInitSystem(VOID)
{
    static const OBJECT_TYPE_INITIALIZER type = {
        .Name = L"Type",
        .PoolType = NonPagedPool,
        .ValidAccess = STANDARD_RIGHTS_ALL,
        .WaitOffset = OB_NOT_WAITABLE,
    };
    static const OBJECT_TYPE_INITIALIZER directory = {
        .Name = L"Directory",
        .PoolType = PagedPool,
        .ValidAccess = DIRECTORY_ALL_ACCESS,
        .GenericMapping = { STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
                            STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT |
                                DIRECTORY_CREATE_SUBDIRECTORY,
                            STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
                            DIRECTORY_ALL_ACCESS },
        .WaitOffset = OB_NOT_WAITABLE,
    };
    static const OBJECT_TYPE_INITIALIZER link = {
        .Name = L"SymbolicLink",
        .PoolType = PagedPool,
        .ValidAccess = SYMBOLIC_LINK_ALL_ACCESS,
        .GenericMapping = { STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY, STANDARD_RIGHTS_WRITE,
                            STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY,
                            SYMBOLIC_LINK_ALL_ACCESS },
        .WaitOffset = OB_NOT_WAITABLE,
    };
    static const PCWSTR directories[] = { L"\\ObjectTypes", L"\\Device",     L"\\Driver",
                                          L"\\FileSystem",  L"\\??",         L"\\Callback",
                                          L"\\BaseNamedObjects" };
    static const PCWSTR links[][2] = { { L"\\DosDevices", L"\\??" },
                                       { L"\\GLOBAL??", L"\\??" },
                                       { L"\\??\\GLOBALROOT", L"\\" } };
    UNICODE_STRING name, target;
    POBJECT_DIRECTORY root;
    ULONG i;

    ExInitializeFastMutex(&ObpNamespaceLock);
    if (!ObpInitHandles() || !NT_SUCCESS(ObCreateObjectType(&type, &ObpTypeType)) ||
        !NT_SUCCESS(ObCreateObjectType(&directory, &ObpDirectoryType)) ||
        !NT_SUCCESS(ObCreateObjectType(&link, &ObpSymbolicLinkType)) || !ObpInitEvents() ||
        !NT_SUCCESS(ObCreateObject(ObpDirectoryType, sizeof(OBJECT_DIRECTORY), (PVOID *)&root))) {
        return FALSE;
    }
    ObpRootDirectory = root;
    for (i = 0; i < RTL_NUMBER_OF(directories); i++) {
        if (!NT_SUCCESS(ObCreateDirectory(directories[i]))) {
            return FALSE;
        }
    }
    for (i = 0; i < RTL_NUMBER_OF(links); i++) {
        RtlInitUnicodeString(&name, links[i][0]);
        RtlInitUnicodeString(&target, links[i][1]);
        if (!NT_SUCCESS(ObCreateSymbolicLink(&name, &target, OBJ_PERMANENT))) {
            return FALSE;
        }
    }
    return ObpInitTypes();
}
