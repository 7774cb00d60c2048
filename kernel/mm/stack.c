/* Kernel stacks: pinned pages above one page that is never present, so that an overflow is a
 * double fault at a known place and not somebody's data. */
#include "mi.h"

#define MI_STACK_PAGES (KERNEL_STACK_SIZE >> PAGE_SHIFT)

PVOID MmCreateKernelStack(VOID)
{
    PUCHAR Guard = MiAllocateSystemPtes(MI_STACK_PAGES + 1);

    if (Guard == NULL) {
        return NULL;
    }
    if (!NT_SUCCESS(MiCreatePinnedPages(Guard + PAGE_SIZE, MI_STACK_PAGES,
                                        MM_PROT_READ | MM_PROT_WRITE))) {
        MiReleaseSystemPtes(Guard, MI_STACK_PAGES + 1);
        return NULL;
    }
    return Guard + PAGE_SIZE + KERNEL_STACK_SIZE;
}

VOID MmDeleteKernelStack(PVOID StackBase)
{
    PUCHAR Guard = (PUCHAR)StackBase - KERNEL_STACK_SIZE - PAGE_SIZE;

    MiDeletePages(Guard + PAGE_SIZE, MI_STACK_PAGES, 0);
    MiReleaseSystemPtes(Guard, MI_STACK_PAGES + 1);
}
