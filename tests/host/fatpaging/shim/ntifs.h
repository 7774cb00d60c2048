/* What drivers/fastfat/paging.c takes from <ntifs.h>, for the host, on top of the FAT logic's shim:
 * IRPs with their stack locations, MDLs over plain memory, and locks that only count. */
#pragma once

#include "../../fat/shim/ntifs.h"

#define NTAPI
typedef int32_t *PLONG, KSPIN_LOCK, *PKSPIN_LOCK;
typedef uint8_t KIRQL, *PKIRQL;
typedef int8_t CCHAR;
typedef size_t ULONG_PTR;
typedef union _LARGE_INTEGER {
    LONGLONG QuadPart;
} LARGE_INTEGER;
typedef struct _ERESOURCE {
    int Unused;
} ERESOURCE, *PERESOURCE;
typedef struct _KEVENT {
    int Unused;
} KEVENT;
typedef struct _SHARE_ACCESS {
    int Unused;
} SHARE_ACCESS;
typedef struct _VPB *PVPB;
typedef struct _DRIVER_OBJECT *PDRIVER_OBJECT;
typedef struct _DEVICE_OBJECT {
    int Unused;
} DEVICE_OBJECT, *PDEVICE_OBJECT;
typedef struct _FILE_OBJECT {
    PVOID FsContext;
} FILE_OBJECT, *PFILE_OBJECT;
typedef struct _MDL {
    PUCHAR StartVa; /* here: of the first byte */
    ULONG ByteCount;
    BOOLEAN Partial;
} MDL, *PMDL;
typedef struct _IRP IRP, *PIRP;
typedef NTSTATUS IO_COMPLETION_ROUTINE(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context);
typedef NTSTATUS DRIVER_DISPATCH(PDEVICE_OBJECT Device, PIRP Irp);
typedef NTSTATUS DRIVER_INITIALIZE(PDRIVER_OBJECT Driver, PUNICODE_STRING Path);
typedef struct _IO_STACK_LOCATION {
    UCHAR MajorFunction;
    struct {
        struct {
            ULONG Length;
            LARGE_INTEGER ByteOffset;
        } Read;
    } Parameters;
    PFILE_OBJECT FileObject;
    IO_COMPLETION_ROUTINE *Routine;
    PVOID Context;
    BOOLEAN Pending;
} IO_STACK_LOCATION, *PIO_STACK_LOCATION;
struct _IRP {
    PMDL MdlAddress;
    ULONG Flags;
    struct {
        NTSTATUS Status;
        size_t Information;
    } IoStatus;
    struct {
        struct {
            LIST_ENTRY ListEntry;
        } Overlay;
    } Tail;
    IO_STACK_LOCATION Stack[2]; /* [0] the file system's, [1] the disk's */
    int Current;                /* index of the location in use; -1: back with its owner */
};

#define IRP_PAGING_IO 2
#define IRP_MJ_READ 3
#define IRP_MJ_WRITE 4
#define IO_NO_INCREMENT 0
#define IO_DISK_INCREMENT 1
#define STATUS_PENDING 0x103
#define STATUS_INVALID_DEVICE_REQUEST ((NTSTATUS)0xC0000010)
#define STATUS_MORE_PROCESSING_REQUIRED ((NTSTATUS)0xC0000016)

extern int HostLocks; /* spin locks held */

#define KeAcquireSpinLock(l, i) ((void)(l), *(i) = 0, assert(HostLocks++ == 0))
#define KeReleaseSpinLock(l, i) ((void)(l), (void)(i), assert(--HostLocks == 0))
#define InterlockedExchange(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define IsListEmpty(h) ((h)->Flink == (h))
#define MmGetMdlVirtualAddress(m) ((PVOID)(m)->StartVa)
#define MmPrepareMdlForReuse(m) ((m)->StartVa = NULL)
#define IoGetCurrentIrpStackLocation(i) (&(i)->Stack[(i)->Current])
#define IoGetNextIrpStackLocation(i) (&(i)->Stack[(i)->Current + 1])
#define IoMarkIrpPending(i) (IoGetCurrentIrpStackLocation(i)->Pending = TRUE)

static inline PLIST_ENTRY RemoveHeadList(PLIST_ENTRY Head)
{
    PLIST_ENTRY first = Head->Flink;

    RemoveEntryList(first);
    return first;
}

static inline VOID IoCopyCurrentIrpStackLocationToNext(PIRP Irp)
{
    Irp->Stack[1] = Irp->Stack[0];
    Irp->Stack[1].Routine = NULL;
}

static inline VOID IoSetCompletionRoutine(PIRP Irp, IO_COMPLETION_ROUTINE *Routine, PVOID Context,
                                          BOOLEAN A, BOOLEAN B, BOOLEAN C)
{
    Irp->Stack[1].Routine = Routine;
    Irp->Stack[1].Context = Context;
}

static inline VOID IoBuildPartialMdl(PMDL Source, PMDL Target, PVOID Address, ULONG Length)
{
    assert((PUCHAR)Address >= Source->StartVa);
    assert((PUCHAR)Address + Length <= Source->StartVa + Source->ByteCount);
    Target->StartVa = Address;
    Target->ByteCount = Length;
}

NTSTATUS IoCallDriver(PDEVICE_OBJECT Device, PIRP Irp);
VOID IoCompleteRequest(PIRP Irp, CCHAR Boost);
