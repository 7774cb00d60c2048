/* Routine -> wrapper. A verified image is bound to the wrapper, and MmGetSystemRoutineAddress
 * hands it out as well: the image gets a wrapper for that routine, too. */
#include "vfp.h"

static PVOID NTAPI VfMmGetSystemRoutineAddress(PUNICODE_STRING Name);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, VfMmGetSystemRoutineAddress)
#endif

static const VF_WRAPPER VfTableWrappers[] = {
    {MmGetSystemRoutineAddress, VfMmGetSystemRoutineAddress},
};

static PVOID VfFindWrapper(const VF_WRAPPER *Table, ULONG Count, PVOID Routine)
{
    for (ULONG i = 0; i < Count; i++) {
        if (Table[i].Routine == Routine) {
            return Table[i].Wrapper;
        }
    }
    return NULL;
}

PVOID VfSubstitute(PVOID Routine)
{
    PVOID Wrapper = VfFindWrapper(VfIrqlWrappers, VfIrqlWrapperCount, Routine);

    if (Wrapper == NULL) {
        Wrapper = VfFindWrapper(VfRuleWrappers, VfRuleWrapperCount, Routine);
    }
    if (Wrapper == NULL) {
        Wrapper = VfFindWrapper(VfPoolWrappers, VfPoolWrapperCount, Routine);
    }
    if (Wrapper == NULL) {
        Wrapper = VfFindWrapper(VfTableWrappers, RTL_NUMBER_OF(VfTableWrappers), Routine);
    }
    return Wrapper != NULL ? Wrapper : Routine;
}

static PVOID NTAPI VfMmGetSystemRoutineAddress(PUNICODE_STRING Name)
{
    PVOID Routine;

    PAGED_CODE();
    Routine = MmGetSystemRoutineAddress(Name);
    return Routine != NULL ? VfSubstitute(Routine) : NULL;
}
