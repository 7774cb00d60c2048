/* Commit charge: a promise of memory, given when memory is created and never when it is touched.
 *
 * The limit is the memory that can hold pages: RAM less a margin that keeps paging itself alive,
 * plus every page-file slot. Charges are interlocked and hold no lock, so that a routine at
 * DISPATCH_LEVEL can charge. */
#include "mi.h"

static volatile LONG MiCommitted; /* interlocked: pages promised */
static volatile LONG MiLimit;     /* interlocked: pages there are */
static volatile LONG MiPeak;      /* interlocked, may lag behind   */

BOOLEAN MiChargeCommit(ULONG Pages)
{
    LONG Old, New;

    do {
        Old = MiCommitted;
        New = Old + (LONG)Pages;
        if (New > MiLimit || New < Old) {
            return FALSE;
        }
    } while (InterlockedCompareExchange(&MiCommitted, New, Old) != Old);
    if (New > MiPeak) {
        MiPeak = New;
    }
    return TRUE;
}

VOID MiReturnCommit(ULONG Pages)
{
    LONG Old = InterlockedExchangeAdd(&MiCommitted, -(LONG)Pages);

    NT_ASSERT(Old >= (LONG)Pages);
    (VOID)Old;
}

VOID MiRaiseCommitLimit(ULONG Pages)
{
    InterlockedExchangeAdd(&MiLimit, (LONG)Pages);
}

VOID MiWithdrawCommit(ULONG Pages)
{
    InterlockedExchangeAdd(&MiLimit, -(LONG)Pages);
    MiReturnCommit(Pages);
}

VOID MiQueryCommit(MM_STATISTICS *Statistics)
{
    Statistics->Committed = (ULONG)MiCommitted;
    Statistics->CommitLimit = (ULONG)MiLimit;
    Statistics->CommitPeak = (ULONG)MiPeak;
}
