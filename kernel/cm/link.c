/* The top of the registry and the link in it.
 *
 *   \Registry
 *       Machine
 *           Hardware            volatile: what drivers say about the machine
 *           System              the SYSTEM hive
 *               ControlSet001
 *               CurrentControlSet -> ControlSet00n, n from Select\Current
 *       User
 *
 * A key with a Target is a link: whoever comes by is sent on to the target. */
#include "cmp.h"

ERESOURCE CmpLock;
PCM_KEY CmpRoot;
PCM_KEY CmpSystem;
BOOLEAN CmpDirty;

static NTSTATUS SetCurrentControlSet(VOID);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, CmpCreateRoots)
#pragma alloc_text(PAGE, CmpLockShared)
#pragma alloc_text(PAGE, CmpLockExclusive)
#pragma alloc_text(PAGE, CmpUnlock)
#pragma alloc_text(PAGE, CmpAttachHive)
#pragma alloc_text(PAGE, CmpFullName)
#pragma alloc_text(PAGE, SetCurrentControlSet)
#endif

VOID CmpLockShared(VOID)
{
    PAGED_CODE();

    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&CmpLock, TRUE);
}

VOID CmpLockExclusive(VOID)
{
    PAGED_CODE();

    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&CmpLock, TRUE);
}

VOID CmpUnlock(VOID)
{
    PAGED_CODE();

    ExReleaseResourceLite(&CmpLock);
    KeLeaveCriticalRegion();
}

NTSTATUS CmpCreateRoots(VOID)
{
    static PCM_KEY Machine, User, Hardware, Description, System, DeviceMap;
    static const struct {
        PCM_KEY *Parent;
        PCWSTR Name;
        PCM_KEY *Key;
    } Roots[] = {
        {NULL, L"REGISTRY", &CmpRoot},
        {&CmpRoot, L"MACHINE", &Machine},
        {&CmpRoot, L"USER", &User},
        {&Machine, L"HARDWARE", &Hardware},
        {&Hardware, L"DESCRIPTION", &Description},
        {&Description, L"SYSTEM", &System},
        {&Hardware, L"DEVICEMAP", &DeviceMap},
        {&Machine, L"SYSTEM", &CmpSystem},
    };
    NTSTATUS Status = STATUS_SUCCESS;

    ExInitializeResourceLite(&CmpLock);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Roots) && NT_SUCCESS(Status); Index++) {
        UNICODE_STRING Name;

        RtlInitUnicodeString(&Name, Roots[Index].Name);
        Status = CmpCreateKey(Roots[Index].Parent == NULL ? NULL : *Roots[Index].Parent, &Name,
                              TRUE, Roots[Index].Key);
        if (NT_SUCCESS(Status)) {
            (*Roots[Index].Key)->Permanent = TRUE;
        }
    }
    return Status;
}

/* Makes CurrentControlSet what Select\Current says, or set 1 when it says nothing. */
static NTSTATUS SetCurrentControlSet(VOID)
{
    PAGED_CODE();

    UNICODE_STRING SelectName = RTL_CONSTANT_STRING(L"Select");
    UNICODE_STRING CurrentName = RTL_CONSTANT_STRING(L"Current");
    UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"CurrentControlSet");
    WCHAR Buffer[24];
    UNICODE_STRING SetName;
    PCM_KEY Select = CmpFindSubkey(CmpSystem, &SelectName);
    PCM_VALUE Value = Select == NULL ? NULL : CmpFindValue(Select, &CurrentName);
    PCM_KEY Set, Link;
    ULONG Number = 1;
    NTSTATUS Status;

    if (Value != NULL && Value->Type == REG_DWORD && Value->DataLength == sizeof(ULONG)) {
        RtlCopyMemory(&Number, Value->Data, sizeof(Number));
    }
    _snwprintf(Buffer, RTL_NUMBER_OF(Buffer), L"ControlSet%03u", Number);
    RtlInitUnicodeString(&SetName, Buffer);
    Set = CmpFindSubkey(CmpSystem, &SetName);
    if (Set == NULL || CmpFindSubkey(CmpSystem, &LinkName) != NULL) {
        return STATUS_REGISTRY_CORRUPT;
    }
    Status = CmpCreateKey(CmpSystem, &LinkName, TRUE, &Link);
    if (NT_SUCCESS(Status)) {
        Link->Target = Set;
        Link->Permanent = TRUE;
        Set->Permanent = TRUE;
    }
    return Status;
}

NTSTATUS CmpAttachHive(PCM_KEY HiveRoot)
{
    PAGED_CODE();

    while (!IsListEmpty(&CmpSystem->Subkeys)) {
        CmpFreeTree(CONTAINING_RECORD(CmpSystem->Subkeys.Flink, CM_KEY, Link));
    }
    while (!IsListEmpty(&CmpSystem->Values)) {
        CmpDeleteValue(CmpSystem, CONTAINING_RECORD(CmpSystem->Values.Flink, CM_VALUE, Link));
    }
    while (!IsListEmpty(&HiveRoot->Subkeys)) {
        PCM_KEY Key = CONTAINING_RECORD(RemoveHeadList(&HiveRoot->Subkeys), CM_KEY, Link);

        InsertTailList(&CmpSystem->Subkeys, &Key->Link);
        Key->Parent = CmpSystem;
        CmpSystem->SubkeyCount++;
    }
    while (!IsListEmpty(&HiveRoot->Values)) {
        InsertTailList(&CmpSystem->Values, RemoveHeadList(&HiveRoot->Values));
        CmpSystem->ValueCount++;
    }
    CmpSystem->LastWriteTime = HiveRoot->LastWriteTime;
    CmpSystem->Volatile = FALSE;
    CmpFreeKey(HiveRoot);
    CmpDirty = FALSE;
    return SetCurrentControlSet();
}

ULONG CmpFullName(PCM_KEY Key, PWSTR Buffer)
{
    PAGED_CODE();

    ULONG Length = 0, At;
    PCM_KEY Walk;

    for (Walk = Key; Walk != NULL; Walk = Walk->Parent) {
        Length += sizeof(WCHAR) + Walk->NameLength;
    }
    At = Length;
    for (Walk = Key; Walk != NULL && Buffer != NULL; Walk = Walk->Parent) {
        At -= Walk->NameLength;
        RtlCopyMemory((PUCHAR)Buffer + At, Walk->Name, Walk->NameLength);
        At -= sizeof(WCHAR);
        Buffer[At / sizeof(WCHAR)] = L'\\';
    }
    return Length;
}
