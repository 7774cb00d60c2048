/* kbdclass: the class driver above any keyboard port driver, and the worked example of a lockable
 * code section. Readers open \Device\KeyboardClass0 and read KEYBOARD_INPUT_DATA.
 *
 *   INIT       DriverEntry: thrown away after it has returned
 *   PAGE       AddDevice, create, close, PnP: PASSIVE_LEVEL, may fault
 *   PAGEKBDC   reads, their cancellation, and the callback that brings keys: they hold a spin
 *              lock or are called at DISPATCH_LEVEL, but only between the first open and the last
 *              close. Locked in memory for exactly that time (open.c); pageable for the rest of it
 *   .text      what may be called at DISPATCH_LEVEL at any time: power, and passing requests down */
#ifndef KBDCLASS_H
#define KBDCLASS_H

#include <ntddk.h>
#include <kbdmou.h>

#define CLASS_QUEUE 128 /* keys kept for the next read; a power of two */

/* Guards: (c) constant after AddDevice, (p) PnP requests, which come one at a time,
 * (o) OpenLock, (q) QueueLock */
typedef struct _CLASS_DEVICE {
    PDEVICE_OBJECT Self;                    /* (c)                                          */
    PDEVICE_OBJECT Lower;                   /* (c) next device down the stack               */
    BOOLEAN Connected;                      /* (p) the port driver knows ClassService       */
    KEVENT OpenLock;                        /* taken around every create and close          */
    ULONG Opens;                            /* (o)                                          */
    PVOID CodeHandle;                       /* (o) section PAGEKBDC, once it was locked     */
    KSPIN_LOCK QueueLock;
    LIST_ENTRY Reads;                       /* (q) pending IRP_MJ_READs, oldest first       */
    ULONG First;                            /* (q) oldest key in Keys                       */
    ULONG Count;                            /* (q) keys in Keys                             */
    KEYBOARD_INPUT_DATA Keys[CLASS_QUEUE];  /* (q) typed and not yet read                   */
} CLASS_DEVICE, *PCLASS_DEVICE;

DRIVER_INITIALIZE DriverEntry;

/* pnp.c */
DRIVER_ADD_DEVICE ClassAddDevice;
DRIVER_DISPATCH ClassPnp;
DRIVER_DISPATCH ClassPower;
DRIVER_DISPATCH ClassPassDown;

/* open.c */
DRIVER_DISPATCH ClassCreate;
DRIVER_DISPATCH ClassClose;

/* read.c */
DRIVER_DISPATCH ClassRead;
DRIVER_DISPATCH ClassCleanup;
VOID NTAPI ClassService(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2,
                        PVOID SystemArgument3);

#endif
