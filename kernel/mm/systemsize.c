/* How large a machine drivers should think they are on. Constant after start-up. */
#include "mi.h"

#define MI_MEDIUM_FRAMES (32u << 20 >> PAGE_SHIFT)
#define MI_LARGE_FRAMES (128u << 20 >> PAGE_SHIFT)

MM_SYSTEMSIZE NTAPI MmQuerySystemSize(VOID)
{
    if (MiHighestPfn < MI_MEDIUM_FRAMES) {
        return MmSmallSystem;
    }
    return MiHighestPfn < MI_LARGE_FRAMES ? MmMediumSystem : MmLargeSystem;
}

BOOLEAN NTAPI MmIsThisAnNtAsSystem(VOID)
{
    return FALSE;
}
