/* The pool routines that say more than they mean here: quota, of which there is none because there
 * is one process without a limit, and priority. No state of their own. */
#include "mi.h"

#define MI_POOL_PRIORITY_MASK 0x3F /* Low 0, Normal 16, High 32; below that, special pool */

PVOID NTAPI ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    ULONG Type = PoolType;

    /* Contrary to the plain routine, this one raises unless it is told not to. */
    if ((Type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE) == 0) {
        Type |= POOL_RAISE_IF_ALLOCATION_FAILURE;
    }
    Type &= ~POOL_QUOTA_FAIL_INSTEAD_OF_RAISE;
    return ExAllocatePoolWithTag((POOL_TYPE)Type, NumberOfBytes, Tag);
}

PVOID NTAPI ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return ExAllocatePoolWithQuotaTag(PoolType, NumberOfBytes, 'enoN');
}

/* Who can do without does without while the balance set is short of free frames. */
PVOID NTAPI ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                          EX_POOL_PRIORITY Priority)
{
    if ((Priority & MI_POOL_PRIORITY_MASK) < NormalPoolPriority &&
        MiAvailablePages() < MiLowPages) {
        return NULL;
    }
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}
