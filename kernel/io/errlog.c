/* The error log: entries are printed at once, one line each, since there is nobody who would read
 * a log file. Any IRQL up to DISPATCH_LEVEL; an entry belongs to its allocator. */
#include "iop.h"

typedef struct _IOP_LOG_ENTRY {
    PVOID Object; /* driver or device, referenced */
    ULONG Size;
    /* the caller's packet follows */
} IOP_LOG_ENTRY, *PIOP_LOG_ENTRY;

PVOID NTAPI IoAllocateErrorLogEntry(PVOID IoObject, UCHAR EntrySize)
{
    PIOP_LOG_ENTRY entry;

    if (EntrySize < sizeof(IO_ERROR_LOG_PACKET) || EntrySize > ERROR_LOG_LIMIT_SIZE) {
        return NULL;
    }
    entry = ExAllocatePoolWithTag(NonPagedPool, sizeof(*entry) + EntrySize, IOP_TAG);
    if (entry == NULL) {
        return NULL;
    }
    RtlZeroMemory(entry, sizeof(*entry) + EntrySize);
    ObReferenceObject(IoObject);
    entry->Object = IoObject;
    entry->Size = EntrySize;
    return entry + 1;
}

VOID NTAPI IoFreeErrorLogEntry(PVOID ElEntry)
{
    PIOP_LOG_ENTRY entry = (PIOP_LOG_ENTRY)ElEntry - 1;

    ObDereferenceObject(entry->Object);
    ExFreePoolWithTag(entry, IOP_TAG);
}

/* A driver's name may be pageable; its service name is what its image is called, too. */
VOID NTAPI IoWriteErrorLogEntry(PVOID ElEntry)
{
    PIOP_LOG_ENTRY entry = (PIOP_LOG_ENTRY)ElEntry - 1;
    PIO_ERROR_LOG_PACKET packet = ElEntry;
    PDRIVER_OBJECT driver = entry->Object;
    MM_ADDRESS_NAME name;

    if (ObTypeOf(entry->Object) == *IoDeviceObjectType) {
        driver = ((PDEVICE_OBJECT)entry->Object)->DriverObject;
    }
    if (!MmDescribeAddress(driver->DriverStart, &name)) {
        strcpy(name.Image, "the kernel");
    }
    DbgPrint("%s logs error 0x%08lX, final status 0x%08lX, at %lu\n", name.Image,
             (ULONG)packet->ErrorCode, (ULONG)packet->FinalStatus, packet->UniqueErrorValue);
    IoFreeErrorLogEntry(ElEntry);
}
