/* The one fault that an S-list pop may take by design: see slist.asm. Any IRQL. */
#include "exp.h"

extern const UCHAR ExpPopFault[], ExpPopAgain[];

BOOLEAN ExFixSListFault(PKTRAP_FRAME Trap)
{
    const ULONG *Head = (const ULONG *)Trap->Ebp;

    if (Trap->Eip != (ULONG)ExpPopFault || (Head[0] == Trap->Eax && Head[1] == Trap->Edx)) {
        return FALSE;
    }
    Trap->Eip = (ULONG)ExpPopAgain;
    return TRUE;
}
