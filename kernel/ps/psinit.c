/* Start-up of ps: object types, the system process, the reaper, the first real thread. And who is
 * running: any IRQL, nothing to guard. */
#include "psp.h"

POBJECT_TYPE PspThreadType;
PEPROCESS PspSystemProcess;
POBJECT_TYPE *PsThreadType;
ETHREAD PsIdleThread;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, PsInitSystem)
#endif

BOOLEAN PsInitSystem(PKSTART_ROUTINE Phase1)
{
    static const OBJECT_TYPE_INITIALIZER threadType = {
        .Name = L"Thread",
        .PoolType = NonPagedPool,
        .ValidAccess = THREAD_ALL_ACCESS,
        .GenericMapping = { STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE,
                            THREAD_ALL_ACCESS },
        .WaitOffset = FIELD_OFFSET(ETHREAD, Tcb.Header),
    };
    static const OBJECT_TYPE_INITIALIZER processType = {
        .Name = L"Process",
        .PoolType = NonPagedPool,
        .ValidAccess = STANDARD_RIGHTS_ALL,
        .WaitOffset = FIELD_OFFSET(EPROCESS, Header),
    };
    POBJECT_TYPE type;

    ExInitializeFastMutex(&PspThreadListLock);
    InitializeListHead(&PspThreadListHead);
    InitializeListHead(&PsIdleThread.IrpList);
    strcpy(PsIdleThread.Name, "idle");
    if (!NT_SUCCESS(ObCreateObjectType(&threadType, &PspThreadType)) ||
        !NT_SUCCESS(ObCreateObjectType(&processType, &type)) ||
        !NT_SUCCESS(ObCreateObject(type, sizeof(EPROCESS), (PVOID *)&PspSystemProcess))) {
        return FALSE;
    }
    PsThreadType = OB_EXPORT_TYPE(PspThreadType);
    InitializeListHead(&PspSystemProcess->Header.WaitListHead);
    PspSystemProcess->UniqueProcessId = (HANDLE)PSP_SYSTEM_ID;
    strcpy(PspSystemProcess->ImageFileName, "System");
    return NT_SUCCESS(PsCreateNamedSystemThread("Ps reaper", PSP_REAPER_PRIORITY, PspReaperThread,
                                                NULL, NULL)) &&
           NT_SUCCESS(PsCreateNamedSystemThread("Console", PSP_SYSTEM_PRIORITY, Phase1, NULL,
                                                NULL));
}

HANDLE NTAPI PsGetCurrentProcessId(VOID)
{
    return PsGetCurrentThread()->Cid.UniqueProcess;
}

HANDLE NTAPI PsGetCurrentThreadId(VOID)
{
    return PsGetCurrentThread()->Cid.UniqueThread;
}

PEPROCESS NTAPI IoGetCurrentProcess(VOID)
{
    return PspSystemProcess;
}

BOOLEAN NTAPI PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber,
                           PUNICODE_STRING CSDVersion)
{
    static WCHAR none[1];

    if (MajorVersion != NULL) {
        *MajorVersion = SharedUserData->NtMajorVersion;
    }
    if (MinorVersion != NULL) {
        *MinorVersion = SharedUserData->NtMinorVersion;
    }
    if (BuildNumber != NULL) {
        *BuildNumber = NtBuildNumber & 0xFFFF;
    }
    if (CSDVersion != NULL) {
        CSDVersion->Length = 0;
        CSDVersion->MaximumLength = sizeof(none);
        CSDVersion->Buffer = none;
    }
    return DBG != 0;
}
