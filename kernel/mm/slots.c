/* Page-file slots: one bit a page, given out in runs so that a cluster is one transfer. The search
 * goes on where the last one ended, so that consecutive clusters lie side by side on the disk.
 * Everything here runs under MmPfnLock. */
#include "pagefile.h"

MI_PAGE_FILE MiPageFiles[MI_MAX_PAGE_FILES];
ULONG MiPageFileCount;

ULONG MiAllocateSlots(ULONG Wanted, ULONG *Got)
{
    for (ULONG Run = Wanted; Run != 0; Run /= 2) {
        for (ULONG i = 0; i < MiPageFileCount; i++) {
            MI_PAGE_FILE *File = &MiPageFiles[i];
            ULONG Page;

            if (File->Pages - File->Used < Run) {
                continue;
            }
            Page = RtlFindClearBitsAndSet(&File->Map, Run, File->Hint);
            if (Page != MAXULONG) {
                File->Used += Run;
                File->Hint = Page + Run;
                *Got = Run;
                return (i << MI_SLOT_PAGE_BITS) | Page;
            }
        }
    }
    *Got = 0;
    return 0;
}

VOID MiFreeSlot(ULONG Slot)
{
    MI_PAGE_FILE *File = MiPageFileOfSlot(Slot);
    ULONG Page = MiPageOfSlot(Slot);

    NT_ASSERT(Page != 0 && RtlCheckBit(&File->Map, Page));
    RtlClearBits(&File->Map, Page, 1);
    File->Used--;
}

ULONG MiFreeSlots(VOID)
{
    ULONG Free = 0;

    for (ULONG i = 0; i < MiPageFileCount; i++) {
        Free += MiPageFiles[i].Pages - MiPageFiles[i].Used;
    }
    return Free;
}

/* The page file is full while active pages keep slots for the day they are trimmed clean. Takes
 * some of those back: such a page is written again when it leaves, but one that has no copy
 * anywhere can leave now. Looks at a stretch of the PFN database and goes on there next time. */
#define MI_RECLAIM_STRETCH 4096
#define MI_RECLAIM_WANTED  MI_CLUSTER_PAGES

BOOLEAN MiReclaimSlots(VOID)
{
    static MI_PFN Cursor; /* (p) */
    ULONG Reclaimed = 0;

    for (ULONG Left = MiHighestPfn + 1; Left != 0 && Reclaimed < MI_RECLAIM_WANTED; Left--) {
        PMMPFN Page;

        if (Reclaimed != 0 && Left % MI_RECLAIM_STRETCH == 0) {
            break;
        }
        Cursor = Cursor < MiHighestPfn ? Cursor + 1 : 0;
        Page = MiPfn(Cursor);
        if (Page->State == MiPageActive && Page->Slot != 0 && !(Page->Flags & MI_PFN_WRITING)) {
            MiMarkDirty(Page);
            Reclaimed++;
        }
    }
    return Reclaimed != 0;
}

VOID MiQuerySlots(MM_STATISTICS *Statistics)
{
    for (ULONG i = 0; i < MiPageFileCount; i++) {
        Statistics->SlotsTotal += MiPageFiles[i].Pages - 1;
        Statistics->SlotsUsed += MiPageFiles[i].Used - 1;
    }
}
