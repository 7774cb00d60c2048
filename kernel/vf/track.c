/* Pool tracking: who allocated what and where, until it is freed, by whomever.
 *
 * A hash table by address, under VfBlockLock. ExFreePoolWithTag asks for every block it frees as
 * long as any is tracked; the kernel frees what drivers handed over. Without memory for an entry a
 * block is simply not tracked: no leak is reported that is not one. */
#include "vfp.h"

#define VF_BUCKETS      256
#define VF_REPORTED     16 /* blocks named at unload */

typedef struct _VF_BLOCK {
    struct _VF_BLOCK *Next;
    PVOID Va;
    SIZE_T Bytes;
    ULONG Tag;
    POOL_TYPE Type;
    PVOID Caller;
    VF_DRIVER *Driver;
} VF_BLOCK;

volatile LONG VfTrackedBlocks;
static VF_BLOCK *VfBlocks[VF_BUCKETS]; /* VfBlockLock */
static KSPIN_LOCK VfBlockLock;

static VF_BLOCK **VfBucket(PVOID Va)
{
    return &VfBlocks[((ULONG_PTR)Va >> 3 ^ (ULONG_PTR)Va >> 12) % VF_BUCKETS];
}

VOID VfTrackBlock(VF_DRIVER *Driver, PVOID Va, SIZE_T Bytes, ULONG Tag, POOL_TYPE Type,
                  PVOID Caller)
{
    VF_BLOCK *Block;
    KIRQL OldIrql;

    if (Va == NULL || !VfHas(Driver, VF_TRACK_POOL)) {
        return;
    }
    Block = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Block), VF_TAG);
    if (Block == NULL) {
        return;
    }
    *Block = (VF_BLOCK){.Va = Va, .Bytes = Bytes, .Tag = Tag, .Type = Type & PagedPool,
                        .Caller = Caller, .Driver = Driver};
    KeAcquireSpinLock(&VfBlockLock, &OldIrql);
    Block->Next = *VfBucket(Va);
    *VfBucket(Va) = Block;
    VfTrackedBlocks++;
    KeReleaseSpinLock(&VfBlockLock, OldIrql);
}

VOID VfForgetBlock(PVOID Va)
{
    VF_BLOCK *Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&VfBlockLock, &OldIrql);
    for (VF_BLOCK **At = VfBucket(Va); *At != NULL; At = &(*At)->Next) {
        if ((*At)->Va == Va) {
            Found = *At;
            *At = Found->Next;
            VfTrackedBlocks--;
            break;
        }
    }
    KeReleaseSpinLock(&VfBlockLock, OldIrql);
    if (Found != NULL) {
        ExFreePoolWithTag(Found, VF_TAG);
    }
}

ULONG VfReportBlocks(VF_DRIVER *Driver, PVOID *Site)
{
    VF_BLOCK Left[VF_REPORTED];
    ULONG Count = 0;
    KIRQL OldIrql;

    KeAcquireSpinLock(&VfBlockLock, &OldIrql);
    for (ULONG i = 0; i < VF_BUCKETS; i++) {
        for (VF_BLOCK *Block = VfBlocks[i]; Block != NULL; Block = Block->Next) {
            if (Block->Driver == Driver) {
                Left[min(Count, VF_REPORTED - 1)] = *Block;
                Count++;
            }
        }
    }
    KeReleaseSpinLock(&VfBlockLock, OldIrql);
    for (ULONG i = 0; i < min(Count, VF_REPORTED); i++) {
        MM_ADDRESS_NAME Where;

        MmDescribeAddress(Left[i].Caller, &Where);
        *Site = Left[i].Caller;
        DbgPrint("verifier: %s left %u bytes of %s pool at %p, tag %.4s, allocated at "
                 "%s+0x%lX %s\n",
                 Driver->Name, Left[i].Bytes, Left[i].Type == PagedPool ? "paged" : "nonpaged",
                 Left[i].Va, (PCSTR)&Left[i].Tag, Where.Image, Where.Offset, Where.Section);
    }
    return Count;
}
