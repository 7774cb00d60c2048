/* Pool as a verified driver uses it: IRQL, size and address are checked before the allocator sees
 * them, and every request is counted. */
#include "vfp.h"

/* 0xC4, parameter 1 */
#define VF_POOL_ZERO_BYTES     0x00
#define VF_POOL_PAGED_IRQL     0x01
#define VF_POOL_NONPAGED_IRQL  0x02
#define VF_POOL_FREE_BAD       0x10
#define VF_POOL_FREE_PAGED     0x11
#define VF_POOL_FREE_NONPAGED  0x12
#define VF_POOL_FREED_ALREADY  0x13

static VF_DRIVER *VfBeforeAllocate(POOL_TYPE Type, SIZE_T Bytes, PVOID Caller)
{
    BOOLEAN Paged = (Type & PagedPool) != 0;
    VF_DRIVER *Driver = VfFindDriver(Caller);
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql > (Paged ? APC_LEVEL : DISPATCH_LEVEL)) {
        VfFail(Caller, Paged ? VF_POOL_PAGED_IRQL : VF_POOL_NONPAGED_IRQL, Irql, (ULONG_PTR)Type,
               Bytes, "allocates %s pool at IRQL %u", Paged ? "paged" : "nonpaged", Irql);
    }
    if (Bytes == 0) {
        VfFail(Caller, VF_POOL_ZERO_BYTES, Irql, (ULONG_PTR)Type, 0,
               "allocates zero bytes of %s pool", Paged ? "paged" : "nonpaged");
    }
    VF_COUNT(Driver, AllocationsTried);
    return Driver;
}

static PVOID VfAfterAllocate(VF_DRIVER *Driver, PVOID Block, POOL_TYPE Type, SIZE_T Bytes,
                             ULONG Tag, PVOID Caller)
{
    if (Block != NULL) {
        VfTrackBlock(Driver, Block, Bytes, Tag, Type, Caller);
        VF_COUNT(Driver, AllocationsDone);
    } else {
        VF_COUNT(Driver, AllocationsFailed);
    }
    return Block;
}

static VOID VfBeforeFree(PVOID Block, PVOID Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    POOL_TYPE Type;
    BOOLEAN Paged;

    if (!MmQueryPoolAddress(Block, &Type)) {
        VfFail(Caller, VF_POOL_FREE_BAD, (ULONG_PTR)Block, 0, 0, "frees %p, which is no pool",
               Block);
    }
    Paged = Type == PagedPool;
    if (Irql > (Paged ? APC_LEVEL : DISPATCH_LEVEL)) {
        VfFail(Caller, Paged ? VF_POOL_FREE_PAGED : VF_POOL_FREE_NONPAGED, Irql, (ULONG_PTR)Type,
               (ULONG_PTR)Block, "frees %s pool at IRQL %u", Paged ? "paged" : "nonpaged", Irql);
    }
    if (!MmIsPoolBlock(Block)) {
        VfFail(Caller, VF_POOL_FREED_ALREADY, 0, (ULONG_PTR)Block, 0,
               "frees %p, which is not allocated", Block);
    }
}

static PVOID NTAPI VfExAllocatePoolWithTag(POOL_TYPE Type, SIZE_T Bytes, ULONG Tag)
{
    VF_DRIVER *Driver = VfBeforeAllocate(Type, Bytes, VF_CALLER);

    return VfAfterAllocate(Driver, ExAllocatePoolWithTag(Type, Bytes, Tag), Type, Bytes,
                           Tag, VF_CALLER);
}

static PVOID NTAPI VfExAllocatePool(POOL_TYPE Type, SIZE_T Bytes)
{
    VF_DRIVER *Driver = VfBeforeAllocate(Type, Bytes, VF_CALLER);

    return VfAfterAllocate(Driver, ExAllocatePool(Type, Bytes), Type, Bytes,
                           'enoN', VF_CALLER);
}

static PVOID NTAPI VfExAllocatePoolWithTagPriority(POOL_TYPE Type, SIZE_T Bytes, ULONG Tag,
                                                   EX_POOL_PRIORITY Priority)
{
    VF_DRIVER *Driver = VfBeforeAllocate(Type, Bytes, VF_CALLER);

    return VfAfterAllocate(Driver, ExAllocatePoolWithTagPriority(Type, Bytes, Tag, Priority), Type,
                           Bytes, Tag, VF_CALLER);
}

static PVOID NTAPI VfExAllocatePoolWithQuota(POOL_TYPE Type, SIZE_T Bytes)
{
    VF_DRIVER *Driver = VfBeforeAllocate(Type, Bytes, VF_CALLER);

    return VfAfterAllocate(Driver, ExAllocatePoolWithQuota(Type, Bytes), Type, Bytes,
                           'enoN', VF_CALLER);
}

static PVOID NTAPI VfExAllocatePoolWithQuotaTag(POOL_TYPE Type, SIZE_T Bytes, ULONG Tag)
{
    VF_DRIVER *Driver = VfBeforeAllocate(Type, Bytes, VF_CALLER);

    return VfAfterAllocate(Driver, ExAllocatePoolWithQuotaTag(Type, Bytes, Tag), Type, Bytes,
                           Tag, VF_CALLER);
}

static VOID NTAPI VfExFreePool(PVOID Block)
{
    VfBeforeFree(Block, VF_CALLER);
    ExFreePool(Block);
}

static VOID NTAPI VfExFreePoolWithTag(PVOID Block, ULONG Tag)
{
    VfBeforeFree(Block, VF_CALLER);
    ExFreePoolWithTag(Block, Tag);
}

const VF_WRAPPER VfPoolWrappers[] = {
    {ExAllocatePoolWithTag, VfExAllocatePoolWithTag},
    {ExAllocatePool, VfExAllocatePool},
    {ExAllocatePoolWithTagPriority, VfExAllocatePoolWithTagPriority},
    {ExAllocatePoolWithQuota, VfExAllocatePoolWithQuota},
    {ExAllocatePoolWithQuotaTag, VfExAllocatePoolWithQuotaTag},
    {ExFreePool, VfExFreePool},
    {ExFreePoolWithTag, VfExFreePoolWithTag},
};
const ULONG VfPoolWrapperCount = RTL_NUMBER_OF(VfPoolWrappers);
