/* Verified drivers by name and by address, and how one of them ends. An entry is made when a
 * driver is first loaded as verified and stays, so that its counters outlive it and nobody who
 * walks the list needs a lock. */
#include "vfp.h"
#include <bugcodes.h>

static VF_DRIVER *volatile VfDrivers; /* written under MmLoadMutex */

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, VfEnumerateDrivers)
#endif

VF_DRIVER *VfFindDriver(PVOID Address)
{
    for (VF_DRIVER *Driver = VfDrivers; Driver != NULL; Driver = Driver->Next) {
        if (Driver->Base != NULL && (ULONG_PTR)Address - (ULONG_PTR)Driver->Base < Driver->Size) {
            return Driver;
        }
    }
    return NULL;
}

/* Under MmLoadMutex. NULL without memory. */
static VF_DRIVER *VfMakeDriver(PCSTR Name)
{
    VF_DRIVER *Driver;

    for (Driver = VfDrivers; Driver != NULL; Driver = Driver->Next) {
        if (_stricmp(Driver->Name, Name) == 0) {
            return Driver;
        }
    }
    Driver = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Driver), VF_TAG);
    if (Driver != NULL) {
        RtlZeroMemory(Driver, sizeof(*Driver));
        strncpy(Driver->Name, Name, sizeof(Driver->Name) - 1);
        Driver->Next = VfDrivers;
        VfDrivers = Driver;
    }
    return Driver;
}

static BOOLEAN VfIsChosen(const VF_CHOICE *Choice, PCSTR Name)
{
    PCSTR Word = Choice->Names;

    while (*Word != 0) {
        PCSTR End = strchr(Word, ' ');
        SIZE_T Length = End != NULL ? (SIZE_T)(End - Word) : strlen(Word);
        SIZE_T Given = strlen(Name);

        if ((Length == 1 && *Word == '*') ||
            (_strnicmp(Word, Name, Length) == 0 &&
             (Given == Length || _stricmp(Name + Length, ".sys") == 0))) {
            return TRUE;
        }
        Word += Length;
        Word += strspn(Word, " ");
    }
    return FALSE;
}

VF_DRIVER *VfChooseImage(PCSTR Name, PVOID Base, ULONG Size)
{
    VF_DRIVER *Driver;
    VF_CHOICE Choice;

    VfQueryChoice(&Choice);
    if (!VfIsChosen(&Choice, Name)) {
        return NULL;
    }
    Driver = VfMakeDriver(Name);
    if (Driver == NULL || Driver->Base != NULL) {
        return NULL;
    }
    Driver->Flags = Choice.Flags;
    Driver->Size = Size;
    Driver->Loads++;
    Driver->Base = Base;
    return Driver;
}

VOID VfForgetImage(VF_DRIVER *Driver)
{
    if (Driver != NULL) {
        Driver->Base = NULL;
        Driver->Unloads++;
    }
}

VOID VfEnumerateDrivers(PVF_DRIVER_CALLBACK Routine)
{
    PAGED_CODE();
    for (VF_DRIVER *Driver = VfDrivers; Driver != NULL; Driver = Driver->Next) {
        VF_DRIVER_STATE State = {.Name = Driver->Name,
                                 .Loaded = Driver->Base != NULL,
                                 .Flags = Driver->Flags,
                                 .Loads = Driver->Loads,
                                 .Unloads = Driver->Unloads,
                                 .Counters = Driver->Counters};
        Routine(&State);
    }
}

VOID VfFail(PVOID Caller, ULONG Code, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4, PCSTR Format, ...)
{
    MM_ADDRESS_NAME Where;
    CHAR Text[120];
    va_list Arguments;

    va_start(Arguments, Format);
    _vsnprintf(Text, sizeof(Text) - 1, Format, Arguments);
    va_end(Arguments);
    Text[sizeof(Text) - 1] = 0;
    MmDescribeAddress(Caller, &Where);
    DbgPrint("verifier: %s+0x%lX %s: %s\n", Where.Image, Where.Offset, Where.Section, Text);
    KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, Code, P2, P3, P4);
}
