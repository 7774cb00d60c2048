/* Start-up of the executive. Phase 0 has nothing to do but exist in the order of things: every
 * lock, list and the print lock are static. Phase 1 has threads and objects. */
#include "exp.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, ExInitSystem)
#endif

BOOLEAN ExInitSystem(ULONG Phase)
{
    return Phase == 0 || (ExpInitializeWorkers() && ExpInitializeCallbacks());
}
