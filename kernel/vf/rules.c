/* IRQL rules that need no memory of what happened before: waits, events, fast mutexes, resources
 * and the Mm routines. Those NT checks always come first; those of DDI compliance checking
 * (VF_DDI) say which rule it was and pass its name as parameter 2. */
#include "vfp.h"

/* 0xC4, parameter 1 */
#define VF_FAST_ACQUIRE        0x33
#define VF_FAST_RELEASE        0x34
#define VF_RESOURCE_ACQUIRE    0x37
#define VF_RESOURCE_RELEASE    0x38
#define VF_UNSAFE_ACQUIRE      0x39
#define VF_UNSAFE_RELEASE      0x3A
#define VF_WAIT                0x3B
#define VF_PROBE_AND_LOCK      0x70
#define VF_MAP_IO_SPACE        0x73
#define VF_MAP_KERNEL          0x74
#define VF_MAP_USER            0x75
#define VF_MAP_CACHE_KERNEL    0x76
#define VF_MAP_CACHE_USER      0x77
#define VF_UNLOCK_PAGES        0x78
#define VF_UNMAP_PAGES         0x79
#define VF_UNMAP_IO_SPACE      0x7B
#define VF_UNLOCK_UNLOCKED     0x7C
#define VF_UNLOCK_NONPAGED     0x7D
#define VF_SET_EVENT           0x80
#define VF_PAGEABLE_OBJECT     0xE1
#define VF_CRITICAL_ENTER      0x11A
#define VF_CRITICAL_LEAVE      0x11B
#define VF_RULE_SET_EVENT      0x00020016
#define VF_RULE_MM_APC_LTE     0x00020019
#define VF_RULE_ZW_PASSIVE     0x0002001F

static VOID VfRule(PVOID Caller, KIRQL Highest, ULONG Code, PCSTR Rule, PCSTR Routine)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > Highest && VfHas(VfFindDriver(Caller), VF_DDI)) {
        VfFail(Caller, Code, (ULONG_PTR)Rule, 0, 0, "%s at IRQL %u: rule %s", Routine, Irql, Rule);
    }
}

#define VF_MM_RULE(Routine)                                                                        \
    VfRule(VF_CALLER, APC_LEVEL, VF_RULE_MM_APC_LTE, "IrqlMmApcLte", #Routine)
#define VF_ZW_RULE(Routine)                                                                        \
    VfRule(VF_CALLER, PASSIVE_LEVEL, VF_RULE_ZW_PASSIVE, "IrqlZwPassive", #Routine)

static VOID VfAtMost(PVOID Caller, KIRQL Highest, ULONG Code, ULONG_PTR P3, ULONG_PTR P4,
                     PCSTR Routine)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > Highest) {
        VfFail(Caller, Code, Irql, P3, P4, "%s at IRQL %u", Routine, Irql);
    }
}

/* ---- objects in pageable memory ------------------------------------------------------------ */

static VOID VfResidentObject(PVOID Object, PCSTR Kind, PVOID Caller)
{
    if (VfHas(VfFindDriver(Caller), VF_FORCE_IRQL) && MmIsAddressPageable(Object)) {
        VfFail(Caller, VF_PAGEABLE_OBJECT, KeGetCurrentIrql(), (ULONG_PTR)Object, 0,
               "the %s at %p is in pageable memory", Kind, Object);
    }
}

static VOID NTAPI VfKeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    VfResidentObject(Event, "event", VF_CALLER);
    KeInitializeEvent(Event, Type, State);
}

static VOID NTAPI VfKeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
    VfResidentObject(Semaphore, "semaphore", VF_CALLER);
    KeInitializeSemaphore(Semaphore, Count, Limit);
}

static VOID NTAPI VfKeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
    VfResidentObject(Mutex, "mutex", VF_CALLER);
    KeInitializeMutex(Mutex, Level);
}

static VOID NTAPI VfKeInitializeTimer(PKTIMER Timer)
{
    VfResidentObject(Timer, "timer", VF_CALLER);
    KeInitializeTimer(Timer);
}

static VOID NTAPI VfKeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    VfResidentObject(Timer, "timer", VF_CALLER);
    KeInitializeTimerEx(Timer, Type);
}

static NTSTATUS NTAPI VfExInitializeResourceLite(PERESOURCE Resource)
{
    VfResidentObject(Resource, "resource", VF_CALLER);
    return ExInitializeResourceLite(Resource);
}

/* ---- waits and events ---------------------------------------------------------------------- */

static VOID VfWaitRule(PVOID Object, PLARGE_INTEGER Timeout, PVOID Caller)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > DISPATCH_LEVEL ||
        (Irql == DISPATCH_LEVEL && (Timeout == NULL || Timeout->QuadPart != 0))) {
        VfFail(Caller, VF_WAIT, Irql, (ULONG_PTR)Object, (ULONG_PTR)Timeout, "waits at IRQL %u",
               Irql);
    }
}

static NTSTATUS NTAPI VfKeWaitForSingleObject(PVOID Object, KWAIT_REASON Reason,
                                              KPROCESSOR_MODE Mode, BOOLEAN Alertable,
                                              PLARGE_INTEGER Timeout)
{
    VfWaitRule(Object, Timeout, VF_CALLER);
    return KeWaitForSingleObject(Object, Reason, Mode, Alertable, Timeout);
}

static NTSTATUS NTAPI VfKeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE Type,
                                                 KWAIT_REASON Reason, KPROCESSOR_MODE Mode,
                                                 BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                                 PKWAIT_BLOCK Blocks)
{
    VfWaitRule(Object, Timeout, VF_CALLER);
    return KeWaitForMultipleObjects(Count, Object, Type, Reason, Mode, Alertable, Timeout, Blocks);
}

static NTSTATUS NTAPI VfKeDelayExecutionThread(KPROCESSOR_MODE Mode, BOOLEAN Alertable,
                                               PLARGE_INTEGER Interval)
{
    VfAtMost(VF_CALLER, APC_LEVEL, VF_WAIT, 0, (ULONG_PTR)Interval, "KeDelayExecutionThread");
    return KeDelayExecutionThread(Mode, Alertable, Interval);
}

static LONG NTAPI VfKeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    VfAtMost(VF_CALLER, DISPATCH_LEVEL, VF_SET_EVENT, (ULONG_PTR)Event, 0, "KeSetEvent");
    if (Wait) {
        VfRule(VF_CALLER, APC_LEVEL, VF_RULE_SET_EVENT, "IrqlKeSetEvent", "KeSetEvent with Wait");
    }
    return KeSetEvent(Event, Increment, Wait);
}

static VOID NTAPI VfKeEnterCriticalRegion(VOID)
{
    VfAtMost(VF_CALLER, APC_LEVEL, VF_CRITICAL_ENTER, 0, 0, "KeEnterCriticalRegion");
    KeEnterCriticalRegion();
}

static VOID NTAPI VfKeLeaveCriticalRegion(VOID)
{
    VfAtMost(VF_CALLER, APC_LEVEL, VF_CRITICAL_LEAVE, 0, 0, "KeLeaveCriticalRegion");
    KeLeaveCriticalRegion();
}

/* ---- fast mutexes and resources ------------------------------------------------------------ */

static VOID FASTCALL VfExAcquireFastMutex(PFAST_MUTEX Mutex)
{
    VfAtMost(VF_CALLER, APC_LEVEL, VF_FAST_ACQUIRE, (ULONG_PTR)Mutex, 0, "ExAcquireFastMutex");
    ExAcquireFastMutex(Mutex);
}

static BOOLEAN FASTCALL VfExTryToAcquireFastMutex(PFAST_MUTEX Mutex)
{
    VfAtMost(VF_CALLER, APC_LEVEL, VF_FAST_ACQUIRE, (ULONG_PTR)Mutex, 0,
             "ExTryToAcquireFastMutex");
    return ExTryToAcquireFastMutex(Mutex);
}

static VOID FASTCALL VfExReleaseFastMutex(PFAST_MUTEX Mutex)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql != APC_LEVEL) {
        VfFail(VF_CALLER, VF_FAST_RELEASE, Irql, (ULONG_PTR)Mutex, 0,
               "ExReleaseFastMutex at IRQL %u, not APC_LEVEL", Irql);
    }
    ExReleaseFastMutex(Mutex);
}

/* What needs normal kernel APCs off: by IRQL or by a critical region. */
static VOID VfNoApcs(PVOID Caller, ULONG Code, PVOID Object, PCSTR Routine)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > APC_LEVEL || (Irql < APC_LEVEL && !KeAreApcsDisabled())) {
        VfFail(Caller, Code, Irql, 0, (ULONG_PTR)Object, "%s at IRQL %u%s", Routine, Irql,
               Irql < APC_LEVEL ? " with APCs not disabled" : "");
    }
}

static VOID FASTCALL VfExAcquireFastMutexUnsafe(PFAST_MUTEX Mutex)
{
    VfNoApcs(VF_CALLER, VF_UNSAFE_ACQUIRE, Mutex, "ExAcquireFastMutexUnsafe");
    ExAcquireFastMutexUnsafe(Mutex);
}

static VOID FASTCALL VfExReleaseFastMutexUnsafe(PFAST_MUTEX Mutex)
{
    VfNoApcs(VF_CALLER, VF_UNSAFE_RELEASE, Mutex, "ExReleaseFastMutexUnsafe");
    ExReleaseFastMutexUnsafe(Mutex);
}

#define VF_ACQUIRE_RESOURCE(Routine)                                                               \
    static BOOLEAN NTAPI Vf##Routine(PERESOURCE Resource, BOOLEAN Wait)                            \
    {                                                                                              \
        if (Wait || KeGetCurrentIrql() > DISPATCH_LEVEL) {                                         \
            VfNoApcs(VF_CALLER, VF_RESOURCE_ACQUIRE, Resource, #Routine);                          \
        }                                                                                          \
        return Routine(Resource, Wait);                                                            \
    }
VF_ACQUIRE_RESOURCE(ExAcquireResourceExclusiveLite)
VF_ACQUIRE_RESOURCE(ExAcquireResourceSharedLite)
VF_ACQUIRE_RESOURCE(ExAcquireSharedStarveExclusive)
VF_ACQUIRE_RESOURCE(ExAcquireSharedWaitForExclusive)

static VOID FASTCALL VfExReleaseResourceLite(PERESOURCE Resource)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > DISPATCH_LEVEL || (Irql < APC_LEVEL && !KeAreApcsDisabled())) {
        VfFail(VF_CALLER, VF_RESOURCE_RELEASE, Irql, 0, (ULONG_PTR)Resource,
               "ExReleaseResourceLite at IRQL %u%s", Irql,
               Irql < APC_LEVEL ? " with APCs not disabled" : "");
    }
    ExReleaseResourceLite(Resource);
}

/* ---- sections, MDLs, mappings -------------------------------------------------------------- */

static PVOID NTAPI VfMmLockPagableDataSection(PVOID Address)
{
    VF_MM_RULE(MmLockPagableDataSection);
    return MmLockPagableDataSection(Address);
}

static PVOID NTAPI VfMmLockPagableImageSection(PVOID Address)
{
    VF_MM_RULE(MmLockPagableImageSection);
    return MmLockPagableImageSection(Address);
}

static VOID NTAPI VfMmLockPagableSectionByHandle(PVOID Handle)
{
    VF_MM_RULE(MmLockPagableSectionByHandle);
    MmLockPagableSectionByHandle(Handle);
}

static VOID NTAPI VfMmUnlockPagableImageSection(PVOID Handle)
{
    VF_MM_RULE(MmUnlockPagableImageSection);
    MmUnlockPagableImageSection(Handle);
}

static PVOID NTAPI VfMmPageEntireDriver(PVOID Address)
{
    VF_MM_RULE(MmPageEntireDriver);
    return MmPageEntireDriver(Address);
}

static VOID NTAPI VfMmResetDriverPaging(PVOID Address)
{
    VF_MM_RULE(MmResetDriverPaging);
    MmResetDriverPaging(Address);
}

static PVOID NTAPI VfMmAllocateNonCachedMemory(SIZE_T Bytes)
{
    VF_MM_RULE(MmAllocateNonCachedMemory);
    return MmAllocateNonCachedMemory(Bytes);
}

static VOID NTAPI VfMmFreeNonCachedMemory(PVOID Base, SIZE_T Bytes)
{
    VF_MM_RULE(MmFreeNonCachedMemory);
    MmFreeNonCachedMemory(Base, Bytes);
}

static VOID NTAPI VfMmProbeAndLockPages(PMDL Mdl, KPROCESSOR_MODE Mode, LOCK_OPERATION Operation)
{
    VfAtMost(VF_CALLER, DISPATCH_LEVEL, VF_PROBE_AND_LOCK, (ULONG_PTR)Mdl, (ULONG_PTR)Mode,
             "MmProbeAndLockPages");
    MmProbeAndLockPages(Mdl, Mode, Operation);
}

static VOID NTAPI VfMmUnlockPages(PMDL Mdl)
{
    VfAtMost(VF_CALLER, DISPATCH_LEVEL, VF_UNLOCK_PAGES, (ULONG_PTR)Mdl, 0, "MmUnlockPages");
    if (Mdl->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL) {
        VfFail(VF_CALLER, VF_UNLOCK_NONPAGED, (ULONG_PTR)Mdl, (ULONG_PTR)Mdl->MdlFlags, 0,
               "unlocks the MDL at %p, built for nonpaged pool", Mdl);
    }
    if (!(Mdl->MdlFlags & MDL_PAGES_LOCKED)) {
        VfFail(VF_CALLER, VF_UNLOCK_UNLOCKED, (ULONG_PTR)Mdl, (ULONG_PTR)Mdl->MdlFlags, 0,
               "unlocks the MDL at %p, which is not locked", Mdl);
    }
    MmUnlockPages(Mdl);
}

static PVOID NTAPI VfMmMapLockedPages(PMDL Mdl, KPROCESSOR_MODE Mode)
{
    VfAtMost(VF_CALLER, Mode == KernelMode ? DISPATCH_LEVEL : APC_LEVEL,
             Mode == KernelMode ? VF_MAP_KERNEL : VF_MAP_USER, (ULONG_PTR)Mdl, (ULONG_PTR)Mode,
             "MmMapLockedPages");
    return MmMapLockedPages(Mdl, Mode);
}

static PVOID NTAPI VfMmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE Mode,
                                                  MEMORY_CACHING_TYPE Type, PVOID Base, ULONG Stop,
                                                  MM_PAGE_PRIORITY Priority)
{
    VfAtMost(VF_CALLER, Mode == KernelMode ? DISPATCH_LEVEL : APC_LEVEL,
             Mode == KernelMode ? VF_MAP_CACHE_KERNEL : VF_MAP_CACHE_USER, (ULONG_PTR)Mdl,
             (ULONG_PTR)Mode, "MmMapLockedPagesSpecifyCache");
    return MmMapLockedPagesSpecifyCache(Mdl, Mode, Type, Base, Stop, Priority);
}

static VOID NTAPI VfMmUnmapLockedPages(PVOID Base, PMDL Mdl)
{
    VfAtMost(VF_CALLER, DISPATCH_LEVEL, VF_UNMAP_PAGES, (ULONG_PTR)Base, (ULONG_PTR)Mdl,
             "MmUnmapLockedPages");
    MmUnmapLockedPages(Base, Mdl);
}

static PVOID NTAPI VfMmMapIoSpace(PHYSICAL_ADDRESS Address, SIZE_T Bytes, MEMORY_CACHING_TYPE Type)
{
    VfAtMost(VF_CALLER, DISPATCH_LEVEL, VF_MAP_IO_SPACE, Address.LowPart, Bytes, "MmMapIoSpace");
    return MmMapIoSpace(Address, Bytes, Type);
}

static VOID NTAPI VfMmUnmapIoSpace(PVOID Base, SIZE_T Bytes)
{
    VfAtMost(VF_CALLER, DISPATCH_LEVEL, VF_UNMAP_IO_SPACE, (ULONG_PTR)Base, Bytes,
             "MmUnmapIoSpace");
    MmUnmapIoSpace(Base, Bytes);
}

/* ---- Zw: a few that every driver uses, PASSIVE_LEVEL only ----------------------------------- */

static NTSTATUS NTAPI VfZwOpenKey(PHANDLE Key, ACCESS_MASK Access, POBJECT_ATTRIBUTES Attributes)
{
    VF_ZW_RULE(ZwOpenKey);
    return ZwOpenKey(Key, Access, Attributes);
}

static NTSTATUS NTAPI VfZwClose(HANDLE Handle)
{
    VF_ZW_RULE(ZwClose);
    return ZwClose(Handle);
}

static NTSTATUS NTAPI VfZwReadFile(HANDLE File, HANDLE Event, PIO_APC_ROUTINE Apc, PVOID Context,
                                   PIO_STATUS_BLOCK Iosb, PVOID Buffer, ULONG Length,
                                   PLARGE_INTEGER Offset, PULONG Key)
{
    VF_ZW_RULE(ZwReadFile);
    return ZwReadFile(File, Event, Apc, Context, Iosb, Buffer, Length, Offset, Key);
}

static NTSTATUS NTAPI VfZwWriteFile(HANDLE File, HANDLE Event, PIO_APC_ROUTINE Apc, PVOID Context,
                                    PIO_STATUS_BLOCK Iosb, PVOID Buffer, ULONG Length,
                                    PLARGE_INTEGER Offset, PULONG Key)
{
    VF_ZW_RULE(ZwWriteFile);
    return ZwWriteFile(File, Event, Apc, Context, Iosb, Buffer, Length, Offset, Key);
}

const VF_WRAPPER VfRuleWrappers[] = {
    {KeInitializeEvent, VfKeInitializeEvent},
    {KeInitializeSemaphore, VfKeInitializeSemaphore},
    {KeInitializeMutex, VfKeInitializeMutex},
    {KeInitializeTimer, VfKeInitializeTimer},
    {KeInitializeTimerEx, VfKeInitializeTimerEx},
    {ExInitializeResourceLite, VfExInitializeResourceLite},
    {KeWaitForSingleObject, VfKeWaitForSingleObject},
    {KeWaitForMultipleObjects, VfKeWaitForMultipleObjects},
    {KeDelayExecutionThread, VfKeDelayExecutionThread},
    {KeSetEvent, VfKeSetEvent},
    {KeEnterCriticalRegion, VfKeEnterCriticalRegion},
    {KeLeaveCriticalRegion, VfKeLeaveCriticalRegion},
    {ExAcquireFastMutex, VfExAcquireFastMutex},
    {ExTryToAcquireFastMutex, VfExTryToAcquireFastMutex},
    {ExReleaseFastMutex, VfExReleaseFastMutex},
    {ExAcquireFastMutexUnsafe, VfExAcquireFastMutexUnsafe},
    {ExReleaseFastMutexUnsafe, VfExReleaseFastMutexUnsafe},
    {ExAcquireResourceExclusiveLite, VfExAcquireResourceExclusiveLite},
    {ExAcquireResourceSharedLite, VfExAcquireResourceSharedLite},
    {ExAcquireSharedStarveExclusive, VfExAcquireSharedStarveExclusive},
    {ExAcquireSharedWaitForExclusive, VfExAcquireSharedWaitForExclusive},
    {ExReleaseResourceLite, VfExReleaseResourceLite},
    {MmLockPagableDataSection, VfMmLockPagableDataSection},
    {MmLockPagableImageSection, VfMmLockPagableImageSection},
    {MmLockPagableSectionByHandle, VfMmLockPagableSectionByHandle},
    {MmUnlockPagableImageSection, VfMmUnlockPagableImageSection},
    {MmPageEntireDriver, VfMmPageEntireDriver},
    {MmResetDriverPaging, VfMmResetDriverPaging},
    {MmAllocateNonCachedMemory, VfMmAllocateNonCachedMemory},
    {MmFreeNonCachedMemory, VfMmFreeNonCachedMemory},
    {MmProbeAndLockPages, VfMmProbeAndLockPages},
    {MmUnlockPages, VfMmUnlockPages},
    {MmMapLockedPages, VfMmMapLockedPages},
    {MmMapLockedPagesSpecifyCache, VfMmMapLockedPagesSpecifyCache},
    {MmUnmapLockedPages, VfMmUnmapLockedPages},
    {MmMapIoSpace, VfMmMapIoSpace},
    {MmUnmapIoSpace, VfMmUnmapIoSpace},
    {ZwOpenKey, VfZwOpenKey},
    {ZwClose, VfZwClose},
    {ZwReadFile, VfZwReadFile},
    {ZwWriteFile, VfZwWriteFile},
};
const ULONG VfRuleWrapperCount = RTL_NUMBER_OF(VfRuleWrappers);
