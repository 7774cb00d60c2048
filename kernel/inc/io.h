/* I/O manager, for the rest of the kernel. What drivers call is in ddk/inc/wdm/io*.h, zw.h. */
#ifndef PAGODA_IO_H
#define PAGODA_IO_H

#include <ntifs.h>

struct _LDR_DATA_TABLE_ENTRY;

/* Brings the I/O system up in the phase-1 thread: object types, boot drivers by group, root
 * devices, their children, C: and \SystemRoot. When it returns, files can be opened; when a boot
 * driver or the volume is missing it does not return (KeRefuseToRun with one sentence). */
VOID IoInitSystem(VOID);

/* Loads Start = 1 drivers in group order, then Start = 2; runs the reinitialisation routines.
 * After CmInitSystem(1) and the page file. A driver that fails is reported in one line. */
VOID IoStartSystemDrivers(VOID);

/* Last calls before power-off: IRP_MJ_SHUTDOWN to devices that registered, then to file systems. */
VOID IoShutdownSystem(VOID);

/* --- Drivers --- */

#define IO_REASON_SIZE 200

/* Loads and starts the driver a service key describes. On failure nothing is left behind and
 * Reason (ReasonSize bytes) says in one line why: file, cause, module and routine. PASSIVE_LEVEL,
 * any thread; DriverEntry runs in a system thread. */
NTSTATUS IopLoadDriver(PUNICODE_STRING ServiceKeyPath, PCHAR Reason, ULONG ReasonSize);

/* Calls DriverUnload and gives everything back. STATUS_INVALID_DEVICE_REQUEST: the driver has no
 * Unload routine, or it belongs to a device stack; STATUS_DEVICE_BUSY: a device is open or
 * something is attached to it; nothing has been done then. STATUS_OBJECT_NAME_NOT_FOUND. */
NTSTATUS IopUnloadDriver(PUNICODE_STRING ServiceKeyPath);

/* One started driver, for `drivers` and `sections`; valid during the callback. */
typedef struct _IO_DRIVER_STATE {
    PCUNICODE_STRING Name;                      /* \Driver\NAME                           */
    PDRIVER_OBJECT Object;
    struct _LDR_DATA_TABLE_ENTRY *Image;        /* NULL for the kernel's own drivers      */
    ULONG Devices;
} IO_DRIVER_STATE, *PIO_DRIVER_STATE;
typedef BOOLEAN (*PIO_DRIVER_CALLBACK)(PVOID Context, const IO_DRIVER_STATE *State);
VOID IoEnumerateDrivers(PIO_DRIVER_CALLBACK Callback, PVOID Context);

/* --- IRPs alive (allocated by IoAllocateIrp and not freed), for `irp` and leak tests --- */
typedef struct _IO_IRP_STATE {
    PIRP Irp;                                   /* for its address only                   */
    UCHAR MajorFunction, MinorFunction;
    PDEVICE_OBJECT Device;                      /* where it is now, for its address only  */
    PETHREAD Thread;
    BOOLEAN Cancelled, AtDriver;                /* AtDriver: has a current stack location */
} IO_IRP_STATE, *PIO_IRP_STATE;
/* Copies up to Count rows, returns how many IRPs there are. <= DISPATCH_LEVEL. */
ULONG IoQueryIrps(PIO_IRP_STATE Rows, ULONG Count);

/* The device tree and its stacks as text, line by line, for `dev`. PASSIVE_LEVEL. */
typedef VOID (*PIO_LINE_CALLBACK)(PVOID Context, PCSTR Line);
VOID IoDescribeDevices(PIO_LINE_CALLBACK Callback, PVOID Context);

/* --- Threads --- */

/* Called by ps when a thread ends: cancels the IRPs it issued and waits until they are gone. */
VOID IoCancelThreadIo(PETHREAD Thread);

/* --- Paging --- */

/* Tells the stack that holds File that it is (no longer) in the paging path: IRP_MN_DEVICE_USAGE_
 * NOTIFICATION to the file system's volume and the disk stack under it. With InPath it also
 * checks that read, write, power and device-control entries of every driver in the stack lie in
 * resident memory: STATUS_DRIVER_INTERNAL_ERROR names the driver in a line on COM1. */
NTSTATUS IoNotifyPagingPath(PFILE_OBJECT File, BOOLEAN InPath);

/* --- Files, whole --- */

/* Reads a whole file into pool (freed by the caller with ExFreePool) and closes it. */
NTSTATUS IoReadWholeFile(PUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size);

/* Creates or overwrites a file with Size bytes, flushes and closes it. */
NTSTATUS IoWriteWholeFile(PUNICODE_STRING Name, PVOID Buffer, SIZE_T Size);

/* A "\Device\…\file" name for ZwSetInformationFile's rename is taken relative to the file's own
 * directory when it has no '\'. Renames (and replaces) by full names. */
NTSTATUS IoRenameFile(PUNICODE_STRING Name, PUNICODE_STRING NewName, BOOLEAN Replace);

#endif
