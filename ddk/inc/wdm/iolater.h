/* What runs later or elsewhere: StartIo queues, interrupts, DPC requests, timers, work items; and
 * the locks that hold a device while it does. */
#ifndef PAGODA_WDM_IOLATER_H
#define PAGODA_WDM_IOLATER_H

/* Gives an IRP to the driver's StartIo routine, at once if the device is idle, in turn otherwise.
 *
 *   DeviceObject     the driver's; its DeviceQueue is used
 *   Irp              marked pending before; StartIo gets it as DeviceObject->CurrentIrp
 *   Key              NULL: at the end; else the place in the queue, smaller first
 *   CancelFunction   set while the IRP waits, or NULL: it cannot be cancelled meanwhile
 *   IRQL             <= DISPATCH_LEVEL
 *   see              IoStartPacket, ntifs.h */
NTKERNELAPI VOID NTAPI IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key,
                                     PDRIVER_CANCEL CancelFunction);

/* Calls StartIo with the next IRP in the queue, or makes the device idle. Called when the current
 * IRP is done, usually from the DPC.
 *
 *   Cancelable   TRUE if IoStartPacket was given a cancel routine: the cancel lock is then held
 *                while CurrentIrp changes
 *   IRQL         DISPATCH_LEVEL
 *   see          IoStartNextPacket, ntifs.h */
NTKERNELAPI VOID NTAPI IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable);

/* Connects an interrupt service routine to a vector. From here on it can be called.
 *
 *   InterruptObject       out: to disconnect, and for KeSynchronizeExecution
 *   ServiceRoutine        called at Irql with the spin lock held; returns whether it was its
 *                         device's interrupt. It must be resident: not in PAGE, and the driver not
 *                         paged entirely (see MmResetDriverPaging)
 *   ServiceContext        the driver's, resident
 *   SpinLock              NULL, or a lock shared by several interrupts of one driver
 *   Vector, Irql          from HalGetInterruptVector or the assigned resources
 *   SynchronizeIrql       Irql, or the highest of those that share SpinLock
 *   InterruptMode         Latched or LevelSensitive
 *   ShareVector           TRUE: others may connect to the vector too
 *   ProcessorEnableMask   processors it may arrive at
 *   FloatingSave          FALSE
 *   IRQL                  PASSIVE_LEVEL
 *   returns               STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER:
 *                         no such vector, or it is taken and not shared by both
 *   see                   IoConnectInterrupt, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *InterruptObject,
                                              PKSERVICE_ROUTINE ServiceRoutine,
                                              PVOID ServiceContext, PKSPIN_LOCK SpinLock,
                                              ULONG Vector, KIRQL Irql, KIRQL SynchronizeIrql,
                                              KINTERRUPT_MODE InterruptMode, BOOLEAN ShareVector,
                                              KAFFINITY ProcessorEnableMask, BOOLEAN FloatingSave);

/* Disconnects: when it returns, the service routine is not running and is not called again. The
 * interrupt object is gone. A DPC that the routine queued may still be waiting: KeFlushQueuedDpcs
 * before its code is paged or unloaded.
 *
 *   InterruptObject   from IoConnectInterrupt; the device no longer asks for interrupts
 *   IRQL              PASSIVE_LEVEL
 *   see               IoDisconnectInterrupt, wdm.h */
NTKERNELAPI VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject);

/* Prepares DeviceObject->Dpc, one per device, for IoRequestDpc. DpcRoutine is called at
 * DISPATCH_LEVEL and must be resident then. Any IRQL; see IoInitializeDpcRequest, wdm.h. */
FORCEINLINE VOID IoInitializeDpcRequest(PDEVICE_OBJECT DeviceObject, PIO_DPC_ROUTINE DpcRoutine)
{
    KeInitializeDpc(&DeviceObject->Dpc, (PKDEFERRED_ROUTINE)(PVOID)DpcRoutine, DeviceObject);
}

/* Queues the device's DPC with these two arguments; nothing happens if it waits already. From an
 * interrupt service routine; any IRQL. See IoRequestDpc, wdm.h. */
FORCEINLINE VOID IoRequestDpc(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    KeInsertQueueDpc(&DeviceObject->Dpc, Irp, Context);
}

/* Gives a device a routine that is called about once a second once IoStartTimer was called.
 *
 *   DeviceObject   the driver's; one timer each
 *   TimerRoutine   called at DISPATCH_LEVEL; must be resident
 *   Context        the driver's
 *   IRQL           PASSIVE_LEVEL
 *   returns        STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES
 *   see            IoInitializeTimer, ntifs.h */
NTKERNELAPI NTSTATUS NTAPI IoInitializeTimer(PDEVICE_OBJECT DeviceObject,
                                             PIO_TIMER_ROUTINE TimerRoutine, PVOID Context);

/* Starts the device's timer; no matter if it runs already. <= DISPATCH_LEVEL; see IoStartTimer,
 * ntifs.h. */
NTKERNELAPI VOID NTAPI IoStartTimer(PDEVICE_OBJECT DeviceObject);

/* Stops it: not called again after this returns, unless from the timer routine itself.
 * <= DISPATCH_LEVEL; see IoStopTimer, ntifs.h. */
NTKERNELAPI VOID NTAPI IoStopTimer(PDEVICE_OBJECT DeviceObject);

/* Makes a work item: a call in a system thread at PASSIVE_LEVEL. The device is kept while it
 * waits and runs, and with it the driver.
 *
 *   IRQL      <= DISPATCH_LEVEL
 *   returns   the item, the caller's until IoFreeWorkItem; NULL: no memory
 *   see       IoAllocateWorkItem, wdm.h */
NTKERNELAPI PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject);

/* Queues a work item.
 *
 *   IoWorkItem      not queued already; WorkerRoutine may queue or free it again
 *   WorkerRoutine   may be pageable
 *   QueueType       DelayedWorkQueue, as a rule
 *   Context         the driver's
 *   IRQL            <= DISPATCH_LEVEL
 *   see             IoQueueWorkItem, wdm.h */
NTKERNELAPI VOID NTAPI IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
                                       WORK_QUEUE_TYPE QueueType, PVOID Context);

/* Frees an item that is not queued. <= DISPATCH_LEVEL; see IoFreeWorkItem, wdm.h. */
NTKERNELAPI VOID NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem);

/* --- Named events --- */

/* Makes or opens an event by name; a new one is signalled.
 *
 *   EventName     full, as \BaseNamedObjects\NAME
 *   EventHandle   out: close it with ZwClose, which ends the use of the event
 *   IRQL          PASSIVE_LEVEL
 *   returns       the event, NULL on failure
 *   see           IoCreateNotificationEvent, IoCreateSynchronizationEvent, wdm.h */
NTKERNELAPI PKEVENT NTAPI IoCreateNotificationEvent(PUNICODE_STRING EventName,
                                                    PHANDLE EventHandle);
NTKERNELAPI PKEVENT NTAPI IoCreateSynchronizationEvent(PUNICODE_STRING EventName,
                                                       PHANDLE EventHandle);

/* --- Remove locks: a device waits for its users before it goes. Use the macros below. --- */

/* Prepares a lock in nonpaged memory.
 *
 *   AllocateTag        names the lock's owner; not used here
 *   MaxLockedMinutes   after how long a hold is suspicious; 0: never. Not checked here
 *   HighWatermark      how many holds are suspicious; 0: no limit. Not checked here
 *   RemlockSize        sizeof(IO_REMOVE_LOCK) as the caller knows it
 *   IRQL               PASSIVE_LEVEL
 *   see                IoInitializeRemoveLock, wdm.h */
NTKERNELAPI VOID NTAPI IoInitializeRemoveLockEx(PIO_REMOVE_LOCK Lock, ULONG AllocateTag,
                                                ULONG MaxLockedMinutes, ULONG HighWatermark,
                                                ULONG RemlockSize);

/* Takes one hold. Tag names it, usually the IRP. <= DISPATCH_LEVEL. Returns STATUS_SUCCESS, or
 * STATUS_DELETE_PENDING: the device is going, nothing is held. See IoAcquireRemoveLock, wdm.h. */
NTKERNELAPI NTSTATUS NTAPI IoAcquireRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, PCSTR File,
                                                 ULONG Line, ULONG RemlockSize);

/* Gives a hold back. <= DISPATCH_LEVEL; see IoReleaseRemoveLock, wdm.h. */
NTKERNELAPI VOID NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag,
                                             ULONG RemlockSize);

/* Gives the caller's hold back, refuses new ones, and waits until all are back: in
 * IRP_MN_REMOVE_DEVICE, before IoDetachDevice and IoDeleteDevice. PASSIVE_LEVEL; see
 * IoReleaseRemoveLockAndWait, wdm.h. */
NTKERNELAPI VOID NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag,
                                                    ULONG RemlockSize);

#define IoInitializeRemoveLock(Lock, Tag, MaxMinutes, HighWater) \
    IoInitializeRemoveLockEx((Lock), (Tag), (MaxMinutes), (HighWater), sizeof(IO_REMOVE_LOCK))
#define IoAcquireRemoveLock(Lock, Tag) \
    IoAcquireRemoveLockEx((Lock), (Tag), __FILE__, __LINE__, sizeof(IO_REMOVE_LOCK))
#define IoReleaseRemoveLock(Lock, Tag) \
    IoReleaseRemoveLockEx((Lock), (Tag), sizeof(IO_REMOVE_LOCK))
#define IoReleaseRemoveLockAndWait(Lock, Tag) \
    IoReleaseRemoveLockAndWaitEx((Lock), (Tag), sizeof(IO_REMOVE_LOCK))

#endif
