/* i8042prt: the port driver of the PC's keyboard controller, and the worked example of
 * MmPageEntireDriver: while nobody has the keyboard open, none of this driver is in memory.
 *
 *   DriverEntry           MmPageEntireDriver: code and data of every section may leave
 *   first IRP_MJ_CREATE   MmResetDriverPaging, then IoConnectInterrupt
 *   last IRP_MJ_CLOSE     interrupt off, IoDisconnectInterrupt, KeFlushQueuedDpcs, then
 *                         MmPageEntireDriver
 *
 * What makes that legal. Everything that runs while the driver is out is called at PASSIVE_LEVEL
 * and may fault. Whatever the kernel touches above that level (locks, DPC, interrupt, device
 * extension) lies in nonpaged pool: the driver has no writable globals at all. */
#ifndef I8042PRT_H
#define I8042PRT_H

#include <ntddk.h>
#include <kbdmou.h>

/* One for the driver, in its driver object extension: paging is a matter of the whole image. */
typedef struct _PORT_DRIVER {
    KEVENT OpenLock;        /* taken around every open and close                    */
    ULONG ActiveDevices;    /* (OpenLock) devices with their interrupt connected    */
} PORT_DRIVER, *PPORT_DRIVER;

#define PORT_RING 256       /* bytes: the indices are UCHARs and wrap by themselves */

/* Guards: (c) constant while the device is started, (o) PORT_DRIVER.OpenLock, (s) only the ISR
 * writes it, (d) only the DPC writes it; neither runs twice at once. Whoever writes (s) or (d)
 * otherwise holds the open lock with the interrupt disconnected. */
typedef struct _PORT_DEVICE {
    PDEVICE_OBJECT Self;            /* (c)                                           */
    PDEVICE_OBJECT Lower;           /* (c) next device down the stack                */
    PPORT_DRIVER Driver;            /* (c)                                           */
    PUCHAR DataPort;                /* (c) 0x60                                      */
    PUCHAR CommandPort;             /* (c) 0x64: commands out, status in             */
    ULONG Vector;                   /* (c)                                           */
    KIRQL Irql;                     /* (c)                                           */
    KINTERRUPT_MODE Mode;           /* (c)                                           */
    KAFFINITY Affinity;             /* (c)                                           */
    CONNECT_DATA Class;             /* (c) set once, before the first open           */
    BOOLEAN Started;                /* (o)                                           */
    ULONG Opens;                    /* (o)                                           */
    PKINTERRUPT Interrupt;          /* (o) NULL while not connected                  */
    UCHAR Ring[PORT_RING];          /* (s) scan code bytes, from the ISR to the DPC  */
    volatile UCHAR Head;            /* (s) where the ISR puts the next one           */
    volatile UCHAR Tail;            /* (d) where the DPC takes the next one          */
    volatile BOOLEAN Overrun;       /* the ISR sets it, the DPC clears it: bytes lost */
    USHORT Prefix;                  /* (d) KEY_E0 or KEY_E1 seen, key code to follow */
} PORT_DEVICE, *PPORT_DEVICE;

DRIVER_INITIALIZE DriverEntry;

/* pnp.c */
DRIVER_ADD_DEVICE PortAddDevice;
DRIVER_DISPATCH PortPnp;
DRIVER_DISPATCH PortPower;
DRIVER_DISPATCH PortSystemControl;

/* open.c */
DRIVER_DISPATCH PortCreate;
DRIVER_DISPATCH PortCleanup;
DRIVER_DISPATCH PortClose;
DRIVER_DISPATCH PortInternalDeviceControl;
VOID PortAcquireOpenLock(PPORT_DRIVER Driver);
VOID PortReleaseOpenLock(PPORT_DRIVER Driver);

/* controller.c */
NTSTATUS PortResetKeyboard(PPORT_DEVICE Port);
VOID PortEnableInterrupt(PPORT_DEVICE Port);
VOID PortDisableInterrupt(PPORT_DEVICE Port);

/* input.c */
KSERVICE_ROUTINE PortInterrupt;
IO_DPC_ROUTINE PortDpc;

#endif
