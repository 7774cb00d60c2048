/* Driver verifier, for the rest of the kernel.
 *
 * A driver is chosen by name before it is loaded. The loader then binds its imports to checking
 * wrappers instead of the routines themselves; a driver that is not chosen never comes here. */
#ifndef PAGODA_VF_H
#define PAGODA_VF_H

#include <ntifs.h>

/* NT's option bits (verifier /flags). */
#define VF_SPECIAL_POOL  0x00000001u
#define VF_FORCE_IRQL    0x00000002u
#define VF_LOW_RESOURCES 0x00000004u
#define VF_TRACK_POOL    0x00000008u
#define VF_IO            0x00000010u
#define VF_DEADLOCK      0x00000020u
#define VF_DDI           0x00020000u
#define VF_SYSTEMATIC    0x00040000u

struct _VF_DRIVER;

/* The boot option verifier=N:a.sys,b.sys, before the boot drivers; what the registry says, when
 * there was no such option, once the volume's hive is there. */
VOID VfInitSystem(ULONG Phase);

/* --- The loader, under MmLoadMutex --- */
/* NULL when no driver of that name is chosen. */
struct _VF_DRIVER *VfChooseImage(PCSTR Name, PVOID Base, ULONG Size);
/* What a chosen image is bound to for an address of the kernel: a wrapper, or the address. */
PVOID VfSubstitute(PVOID Routine);
/* The image is about to go: names what it leaves behind, and stops the machine for it. A section
 * that is still locked, if any, and how often. */
VOID VfCheckUnload(struct _VF_DRIVER *Driver, PCSTR LockedSection, ULONG Locks);
/* Its addresses mean nothing any more. */
VOID VfForgetImage(struct _VF_DRIVER *Driver);

/* --- The pool --- */
extern volatile LONG VfTrackedBlocks; /* while not 0, VfForgetBlock is told of every free */
VOID VfForgetBlock(PVOID Va);

/* --- Choosing, PASSIVE_LEVEL --- */
typedef struct _VF_OPTION {
    ULONG Bit;
    BOOLEAN Implemented;
    PCSTR Name;
} VF_OPTION;
extern const VF_OPTION VfOptions[];
extern const ULONG VfOptionCount;
ULONG VfStandardFlags(VOID);
/* The first option among Flags that is not implemented or has no name; NULL: all may be used. */
PCSTR VfRefusedOption(ULONG Flags, PULONG Bit);

#define VF_NAMES 256
typedef struct _VF_CHOICE {
    ULONG Flags;
    CHAR Names[VF_NAMES]; /* separated by blanks; "*": all; "": none */
} VF_CHOICE;
VOID VfQueryChoice(VF_CHOICE *Choice);
/* For images loaded from now on, and in the registry for the next start. */
NTSTATUS VfSetChoice(const VF_CHOICE *Choice);

/* --- Watching --- */
typedef struct _VF_COUNTERS {
    LONG RaiseIrqls, AcquireSpinLocks, SynchExecutions, Trims;
    LONG AllocationsTried, AllocationsDone, AllocationsFailed;
} VF_COUNTERS;
typedef struct _VF_DRIVER_STATE {
    PCSTR Name;
    BOOLEAN Loaded;
    ULONG Flags; /* it was bound with */
    ULONG Loads, Unloads;
    VF_COUNTERS Counters;
} VF_DRIVER_STATE;
typedef VOID (*PVF_DRIVER_CALLBACK)(const VF_DRIVER_STATE *State);
VOID VfEnumerateDrivers(PVF_DRIVER_CALLBACK Routine);

#endif
