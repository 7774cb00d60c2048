/* The error log: a driver's entry becomes one line on COM1 and the screen. */
#ifndef PAGODA_WDM_IOLOG_H
#define PAGODA_WDM_IOLOG_H

typedef struct _IO_ERROR_LOG_PACKET {
    UCHAR MajorFunctionCode;
    UCHAR RetryCount;
    USHORT DumpDataSize;    /* bytes of DumpData                                 */
    USHORT NumberOfStrings;
    USHORT StringOffset;    /* from the packet's start to the first string       */
    USHORT EventCategory;
    NTSTATUS ErrorCode;     /* the message                                       */
    ULONG UniqueErrorValue; /* where in the driver                               */
    NTSTATUS FinalStatus;   /* how the request was completed                     */
    ULONG SequenceNumber;
    ULONG IoControlCode;
    LARGE_INTEGER DeviceOffset;
    ULONG DumpData[1];
} IO_ERROR_LOG_PACKET, *PIO_ERROR_LOG_PACKET;

#define ERROR_LOG_MAXIMUM_SIZE 0x98 /* what EntrySize should not exceed */
#define ERROR_LOG_LIMIT_SIZE   240  /* and what it may not              */

/* Allocates an entry.
 *
 *   IoObject    the driver object, or the device object concerned; referenced until it is written
 *   EntrySize   bytes, sizeof(IO_ERROR_LOG_PACKET) plus dump data and strings
 *   IRQL        <= DISPATCH_LEVEL
 *   returns     a zeroed packet; NULL: no memory, or a size out of range
 *   see         IoAllocateErrorLogEntry, wdm.h */
NTKERNELAPI PVOID NTAPI IoAllocateErrorLogEntry(PVOID IoObject, UCHAR EntrySize);

/* Writes an entry and frees it. <= DISPATCH_LEVEL; see IoWriteErrorLogEntry, wdm.h. */
NTKERNELAPI VOID NTAPI IoWriteErrorLogEntry(PVOID ElEntry);

/* Frees one that is not to be written. <= DISPATCH_LEVEL; see IoFreeErrorLogEntry, wdm.h. */
NTKERNELAPI VOID NTAPI IoFreeErrorLogEntry(PVOID ElEntry);

#endif
