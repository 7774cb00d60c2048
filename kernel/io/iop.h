/* I/O manager's own: what hangs behind driver and device objects, and the locks.
 *
 * Lock order, outermost first:
 *   IopLoadLock        loading, starting, unloading drivers; the device tree  (recursive mutex)
 *   IopMounting        one mount at a time                                        (mutex)
 *   IopMountLock       list of file systems                                       (fast mutex)
 *   IopShutdownLock    list of devices to tell at shutdown                        (fast mutex)
 *   a file's lock      FILE_OBJECT.Lock of a synchronous file                  (event)
 *   IoCancelSpinLock   Irp->CancelRoutine when an IRP is cancelled, StartIo queues (spin lock)
 *   IopDatabaseLock    stacks, device lists, reference counts of devices and VPBs  (spin lock)
 *   IopIrpLock         list of IRPs alive                                          (spin lock)
 *   IopTimerLock       list of device timers                                       (spin lock)
 * No spin lock is held while a driver is called, but the cancel spin lock in a cancel routine,
 * which releases it. */
#ifndef PAGODA_IOP_H
#define PAGODA_IOP_H

#include <ntifs.h>
#include "mm.h"
#include "ke.h"
#include "ps.h"
#include "ob.h"
#include "io.h"

#define IOP_TAG ' oI '
#define IOP_NAME_TAG 'mNoI'
#define IOP_FILE_TAG 'liFI'

/* --- Driver objects --- */

/* A routine to run later, from IoRegister(Boot)DriverReinitialization. */
typedef struct _IOP_REINIT {
    LIST_ENTRY Link; /* IopLoadLock */
    PDRIVER_OBJECT Driver;
    PDRIVER_REINITIALIZE Routine;
    PVOID Context;
} IOP_REINIT, *PIOP_REINIT;

typedef struct _IOP_CLIENT_EXTENSION {
    struct _IOP_CLIENT_EXTENSION *Next;
    PVOID Identification;
    /* the client's bytes follow */
} IOP_CLIENT_EXTENSION, *PIOP_CLIENT_EXTENSION;

C_ASSERT(sizeof(IOP_CLIENT_EXTENSION) % 8 == 0);

/* The body of a driver object. Guards: (c) constant once DriverEntry is called,
 * (d) IopDatabaseLock, (l) IopLoadLock */
typedef struct _IOP_DRIVER {
    DRIVER_OBJECT Object;            /* DeviceObject list: (d)                              */
    DRIVER_EXTENSION Extension;      /* what drivers see of it                              */
    PIOP_CLIENT_EXTENSION Clients;   /* (d)                                                 */
    struct _LDR_DATA_TABLE_ENTRY *Image; /* (c) NULL for the kernel's own drivers           */
    ULONG PendingReinits;            /* (l) entries queued: INIT stays while not 0          */
    BOOLEAN Started;                 /* (l) DriverEntry has succeeded                       */
} IOP_DRIVER, *PIOP_DRIVER;

extern POBJECT_TYPE *IoDriverObjectType, *IoDeviceObjectType;
extern KMUTEX IopLoadLock;
extern BOOLEAN IopBooting; /* (l) reinitialisation routines are collected, not run at once */

FORCEINLINE PIOP_DRIVER IopDriver(PDRIVER_OBJECT Driver)
{
    return CONTAINING_RECORD(Driver, IOP_DRIVER, Object);
}

/* driver.c */
NTSTATUS IopCreateDriver(PCUNICODE_STRING Name, PCUNICODE_STRING ServiceName,
                         PDRIVER_OBJECT *Driver);
NTSTATUS IopReferenceDriver(PCUNICODE_STRING ServiceName, PDRIVER_OBJECT *Driver);
BOOLEAN IopCreateDriverType(VOID);
VOID IopLock(VOID);
VOID IopUnlock(VOID);

/* service.c */
typedef struct _IOP_SERVICE {
    ULONG Type, Start, ErrorControl, Tag;
    UNICODE_STRING Name;      /* last component of the key; pool               */
    UNICODE_STRING KeyPath;   /* whole path of the key; pool                   */
    UNICODE_STRING ImagePath; /* full path of the file; pool                   */
    UNICODE_STRING Group;     /* pool, may be empty                            */
} IOP_SERVICE, *PIOP_SERVICE;
#define IOP_SERVICES_KEY L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"
#define IOP_CONTROL_KEY L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\"
#define IOP_ENUM_KEY L"\\Registry\\Machine\\System\\CurrentControlSet\\Enum\\"
NTSTATUS IopReadService(PCUNICODE_STRING KeyPath, PIOP_SERVICE Service);
VOID IopFreeService(PIOP_SERVICE Service);
/* Reads a value into pool; *Length in bytes. Strings get a terminating zero behind Length. */
NTSTATUS IopQueryValue(HANDLE Key, PCWSTR Name, PULONG Type, PVOID *Data, PULONG Length);
ULONG IopQueryDword(HANDLE Key, PCWSTR Name, ULONG Default);
NTSTATUS IopOpenKey(PHANDLE Key, HANDLE Root, PCUNICODE_STRING Name);
NTSTATUS IopOpenKeyZ(PHANDLE Key, PCWSTR Prefix, PCUNICODE_STRING Rest);
/* Prefix followed by Rest, with a terminating zero, in pool. */
NTSTATUS IopJoin(PUNICODE_STRING Result, PCWSTR Prefix, PCUNICODE_STRING Rest);
NTSTATUS IopCopyString(PUNICODE_STRING Result, PCUNICODE_STRING Source);
VOID IopFreeString(PUNICODE_STRING String);

/* order.c: calls Routine for every driver service with this Start value, in load order. */
typedef VOID (*PIOP_SERVICE_ROUTINE)(PIOP_SERVICE Service, PVOID Context);
NTSTATUS IopForEachService(ULONG Start, PIOP_SERVICE_ROUTINE Routine, PVOID Context);

/* image.c */
extern BOOLEAN IopVolumeReady; /* images come from the volume, before that from boot modules */
NTSTATUS IopReadImage(PVOID Context, PCUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size);

/* load.c, reinit.c */
NTSTATUS IopLoadService(PIOP_SERVICE Service, PDRIVER_OBJECT *Driver, PCHAR Reason,
                        ULONG ReasonSize);
VOID IopDropDriver(PIOP_DRIVER Driver);
VOID IopRunReinits(BOOLEAN Boot);
VOID IopForgetReinits(PDRIVER_OBJECT Driver);
VOID IopDiscardInit(PDRIVER_OBJECT Driver);

/* --- Devices --- */

struct _IOP_NODE;

/* Behind each device object and the driver's extension. Guards as above. */
typedef struct _IOP_DEVICE_EXTENSION {
    CSHORT Type;
    USHORT Size;
    PDEVICE_OBJECT DeviceObject;
    PDEVICE_OBJECT AttachedTo;  /* (d) the device below                                    */
    struct _IOP_NODE *Node;     /* (l) of a physical device object                         */
    BOOLEAN DeletePending;      /* (d) IoDeleteDevice was called while it was in use       */
    BOOLEAN Unlinked;           /* (d) off its driver's list                               */
} IOP_DEVICE_EXTENSION, *PIOP_DEVICE_EXTENSION;

extern KSPIN_LOCK IopDatabaseLock;

FORCEINLINE PIOP_DEVICE_EXTENSION IopDeviceExtension(PDEVICE_OBJECT Device)
{
    return (PIOP_DEVICE_EXTENSION)Device->DeviceObjectExtension;
}

/* device.c */
BOOLEAN IopCreateDeviceType(VOID);
VOID IopDereferenceDevice(PDEVICE_OBJECT Device, PVPB Vpb);
VOID IopUnlinkDevice(PDEVICE_OBJECT Device);
/* timer.c */
VOID IopRemoveTimer(PDEVICE_OBJECT DeviceObject);
/* attach.c */
PDEVICE_OBJECT IopGetAttachedDevice(PDEVICE_OBJECT Device); /* IopDatabaseLock held */
PDEVICE_OBJECT IopGetTop(PDEVICE_OBJECT Device);            /* takes the lock itself */

/* --- IRPs --- */

VOID IopInitIrps(VOID);
VOID IopQueueThreadIrp(PIRP Irp);
VOID IopDequeueThreadIrp(PIRP Irp);
/* The last part of completion, at APC_LEVEL in the issuing thread: copies, signals, frees. */
VOID IopFinishIrp(PIRP Irp, PFILE_OBJECT File, PVOID Auxiliary);
DRIVER_DISPATCH IopInvalidDeviceRequest;

/* build.c: buffers of a request; IopDiscardIrp frees a request that was never sent. */
VOID IopDiscardIrp(PIRP Irp);
NTSTATUS IopMakeSystemBuffer(PIRP Irp, ULONG Length, PVOID Source, ULONG SourceLength);
NTSTATUS IopSetTransferBuffer(PIRP Irp, PDEVICE_OBJECT Device, PVOID Buffer, ULONG Length,
                              BOOLEAN Input);
NTSTATUS IopSetControlBuffers(PIRP Irp, ULONG Method, PVOID InputBuffer, ULONG InputLength,
                              PVOID OutputBuffer, ULONG OutputLength);
NTSTATUS IopLockBuffer(PIRP Irp, PVOID Buffer, ULONG Length, LOCK_OPERATION Operation);

/* direct.c: sends an IRP made from Template (majors, parameters, file) and waits for it. Status
 * and information come back directly, without an APC: for the kernel's own requests. */
NTSTATUS IopSendAndWait(PDEVICE_OBJECT Device, PIO_STACK_LOCATION Template, PVOID SystemBuffer,
                        ULONG Flags, NTSTATUS InitialStatus, PULONG_PTR Information);
/* The same for what cannot fail: waits for an IRP, and does not ask what came of it. */
VOID IopSendWithoutFail(PDEVICE_OBJECT Device, PIO_STACK_LOCATION Template);

/* --- File services (fileio.c): what ZwReadFile and its sisters have in common --- */

/* A service call on its way: filled by IopBeginRequest, used up by IopFinishRequest. */
typedef struct _IOP_REQUEST {
    PFILE_OBJECT File;     /* referenced                                        */
    PKEVENT Event;         /* referenced, or NULL                               */
    PDEVICE_OBJECT Device; /* the one that gets the IRP                         */
    PIRP Irp;
    BOOLEAN Synchronous;   /* the file's lock is held, the service waits        */
} IOP_REQUEST, *PIOP_REQUEST;

NTSTATUS IopBeginRequest(PIOP_REQUEST Request, HANDLE Handle, HANDLE Event,
                         PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                         PIO_STATUS_BLOCK IoStatusBlock);
VOID IopAbandonRequest(PIOP_REQUEST Request);
NTSTATUS IopFinishRequest(PIOP_REQUEST Request);
VOID IopAcquireFileLock(PFILE_OBJECT File);
VOID IopReleaseFileLock(PFILE_OBJECT File);

/* --- Files --- */

/* What ZwCreateFile wants, on its way through the object manager to the device's parse routine. */
typedef struct _IOP_OPEN {
    ULONG Signature; /* IOP_OPEN_SIGNATURE: nobody else's parse context gets here */
    PFILE_OBJECT RelatedFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG ShareAccess;
    ULONG Disposition;
    ULONG CreateOptions;
    PVOID EaBuffer;
    ULONG EaLength;
    ULONG Options; /* IO_… of IoCreateFile */
    NTSTATUS FinalStatus;
    ULONG_PTR Information;
} IOP_OPEN, *PIOP_OPEN;
#define IOP_OPEN_SIGNATURE 'nepO'

BOOLEAN IopCreateFileType(VOID);
NTSTATUS IopParseDevice(PVOID ParseObject, POB_PARSE_REQUEST Request,
                        PUNICODE_STRING RemainingName, PUNICODE_STRING NewName, PVOID *Object);
NTSTATUS IopParseFile(PVOID ParseObject, POB_PARSE_REQUEST Request, PUNICODE_STRING RemainingName,
                      PUNICODE_STRING NewName, PVOID *Object);
NTSTATUS IopMountVolume(PDEVICE_OBJECT Device);
PVPB IopCreateVpb(PDEVICE_OBJECT Device);
VOID IopInitFileSystems(VOID);
VOID IopShutdownFileSystems(VOID);

/* shutdown.c */
VOID IopInitShutdown(VOID);

/* --- Plug and play --- */

typedef enum _IOP_NODE_STATE {
    IopNodeFound,   /* the PDO exists                       */
    IopNodeStarted, /* stack built and START succeeded      */
    IopNodeFailed   /* no driver, or one of them said no    */
} IOP_NODE_STATE;

/* A device of the tree. All fields: IopLoadLock. */
typedef struct _IOP_NODE {
    struct _IOP_NODE *Parent;
    LIST_ENTRY Children;    /* of IOP_NODE.Sibling               */
    LIST_ENTRY Sibling;
    PDEVICE_OBJECT Pdo;     /* referenced                        */
    IOP_NODE_STATE State;
    NTSTATUS Status;        /* why it failed                     */
    UNICODE_STRING Instance; /* "Root\atapi\0000": key under Enum */
    UNICODE_STRING Service; /* name of the function driver       */
    PWSTR HardwareIds;      /* REG_MULTI_SZ, pool, or NULL       */
    PWSTR CompatibleIds;
} IOP_NODE, *PIOP_NODE;

extern IOP_NODE IopRootNode;
extern PDRIVER_OBJECT IopPnpDriver;

BOOLEAN IopInitPnp(VOID);
PIOP_NODE IopCreateNode(PIOP_NODE Parent, PDEVICE_OBJECT Pdo);
VOID IopFindRootDevices(VOID);
VOID IopEnumerateRoot(BOOLEAN LoadDrivers);
VOID IopStartNode(PIOP_NODE Node, BOOLEAN LoadDrivers);
VOID IopStartChildren(PIOP_NODE Node, BOOLEAN LoadDrivers);
VOID IopStartWaitingNodes(VOID);
NTSTATUS IopBuildStack(PIOP_NODE Node, BOOLEAN LoadDrivers);
DRIVER_DISPATCH IopPnpDispatch, IopPnpPower;

#endif
