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

VOID MiQuerySlots(MM_STATISTICS *Statistics)
{
    for (ULONG i = 0; i < MiPageFileCount; i++) {
        Statistics->SlotsTotal += MiPageFiles[i].Pages - 1;
        Statistics->SlotsUsed += MiPageFiles[i].Used - 1;
    }
}
