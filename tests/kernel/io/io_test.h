/* Test of objects, I/O and registry from inside a driver. \Device\TestIo does buffered reads and
 * the control codes below; the tests call it as other drivers would. */
#ifndef IO_TEST_H
#define IO_TEST_H

#include <ntifs.h>

#define TEST_CODE(Function, Method) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (Function), Method, 0)
#define IOCTL_SUM     TEST_CODE(0, METHOD_BUFFERED)   /* in: bytes; out: ULONG, their sum        */
#define IOCTL_FILL    TEST_CODE(1, METHOD_OUT_DIRECT) /* in: one byte; out: filled with it       */
#define IOCTL_NEITHER TEST_CODE(2, METHOD_NEITHER)    /* as SUM, with the caller's own addresses */
#define IOCTL_WAIT    TEST_CODE(3, METHOD_BUFFERED)   /* pends until it is cancelled or released */
#define IOCTL_RELEASE TEST_CODE(4, METHOD_BUFFERED)   /* completes one that waits, from a DPC    */

#define WAIT_LENGTH 13 /* a read of so many bytes waits as IOCTL_WAIT does */

extern PDRIVER_OBJECT TheDriver;
extern PDEVICE_OBJECT TheDevice;
extern LONG Creates, Cleanups, Closes;

VOID Check(BOOLEAN Ok, PCSTR Name);
VOID CheckStatus(NTSTATUS Status, NTSTATUS Expected, PCSTR Name);
BOOLEAN WaitFor(PVOID Object);                  /* five seconds at most */
VOID ReleaseOne(VOID);                          /* as IOCTL_RELEASE */
NTSTATUS Open(PCWSTR Name, ULONG Options, PHANDLE Handle);
PCUNICODE_STRING Name(PCWSTR Text);             /* good until the next call but one */

VOID TestNames(VOID);
VOID TestRegistry(PUNICODE_STRING ServiceKey);
VOID TestRequests(VOID);
VOID TestStack(VOID);
VOID TestLater(VOID);

#endif
