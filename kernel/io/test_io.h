/* What the I/O tests share: leak counts, and a driver made here that does what a test tells it. */
#ifndef PAGODA_TEST_IO_H
#define PAGODA_TEST_IO_H

#include "iop.h"
#include "test.h"

/* Counts objects, handles and IRPs now, and checks that they are the same again. */
VOID IotBegin(VOID);
VOID IotEnd(VOID);

/* \Driver\IoTest with a dispatch routine for every major; gone with IotDeleteDriver. */
PDRIVER_OBJECT IotCreateDriver(PDRIVER_DISPATCH Dispatch);
VOID IotDeleteDriver(PDRIVER_OBJECT Driver);

/* \Device\IoTest with these flags, ready to be opened. */
PDEVICE_OBJECT IotCreateDevice(PDRIVER_OBJECT Driver, ULONG Flags);
NTSTATUS IotOpen(PCWSTR Name, ULONG Options, PHANDLE Handle);

/* A dispatch routine that knows create, cleanup, close, read (bytes 1, 2, 3 …), write (checks
 * them) and control codes; counts what it sees. */
DRIVER_DISPATCH IotDispatch;
extern ULONG IotSeen[IRP_MJ_MAXIMUM_FUNCTION + 1];
extern BOOLEAN IotPend; /* read, write and control are pended and completed by a work item */
extern ULONG IotBadBytes;
extern NTSTATUS IotLastStatus; /* what cleanup and close return */

#define IOCTL_IOT_BUFFERED CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_IOT_IN_DIRECT CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_IN_DIRECT, FILE_ANY_ACCESS)
#define IOCTL_IOT_OUT_DIRECT \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_OUT_DIRECT, FILE_ANY_ACCESS)
#define IOCTL_IOT_NEITHER CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_IOT_FAIL CTL_CODE(FILE_DEVICE_UNKNOWN, 0x804, METHOD_BUFFERED, FILE_ANY_ACCESS)

#endif
