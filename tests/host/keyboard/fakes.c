/* The routines of the kernel that the keyboard drivers import, made of malloc and a trace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ntddk.h>
#include <ntddkbd.h>
#include "fakes.h"

#undef KeAcquireSpinLock
#undef KeReleaseSpinLock

char Trace[512];
BOOLEAN FailConnect;
int Devices, QueuedDpcs;
KIRQL Irql;
PDEVICE_OBJECT LastDevice;

static PKSERVICE_ROUTINE Isr;
static PVOID IsrContext;
static PKDPC Dpcs[8];
static PVOID ClientAddress, ClientMemory;
static int Critical;

void Note(const char *Word)
{
    snprintf(Trace + strlen(Trace), sizeof(Trace) - strlen(Trace), "%s%s",
             Trace[0] ? " " : "", Word);
}

ULONG __cdecl DbgPrint(PCSTR Format, ...)
{
    printf("# %s\n", Format);
    return 0;
}

VOID NTAPI RtlAssert(PVOID Failed, PVOID File, ULONG Line, PCHAR Message)
{
    printf("# assertion %s, %s:%lu\n", (char *)Failed, (char *)File, (unsigned long)Line);
    abort();
}

VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING String, PCWSTR Source)
{
    String->Length = 0;
    while (Source[String->Length / 2] != 0) {
        String->Length += 2;
    }
    String->MaximumLength = String->Length + 2;
    String->Buffer = (PWSTR)Source;
}

/* --- Devices and drivers --- */

NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG Size, PUNICODE_STRING Name,
                              DEVICE_TYPE Type, ULONG Characteristics, BOOLEAN Exclusive,
                              PDEVICE_OBJECT *DeviceObject)
{
    PDEVICE_OBJECT device = calloc(1, sizeof(*device));

    device->DeviceExtension = malloc(Size);
    device->DriverObject = DriverObject;
    device->DeviceType = Type;
    device->StackSize = 1;
    device->Flags = DO_DEVICE_INITIALIZING;
    device->NextDevice = DriverObject->DeviceObject;
    DriverObject->DeviceObject = device;
    Devices++;
    *DeviceObject = device;
    LastDevice = device;
    return STATUS_SUCCESS;
}

/* A deleted device stays until nothing is attached to it. */
VOID NTAPI IoDeleteDevice(PDEVICE_OBJECT DeviceObject)
{
    if (DeviceObject->AttachedDevice != NULL) {
        DeviceObject->Flags |= DO_UNLOAD_PENDING;
        return;
    }
    DeviceObject->DriverObject->DeviceObject = DeviceObject->NextDevice;
    free(DeviceObject->DeviceExtension);
    free(DeviceObject);
    Devices--;
}

PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT Source, PDEVICE_OBJECT Target)
{
    while (Target->AttachedDevice != NULL) {
        Target = Target->AttachedDevice;
    }
    Target->AttachedDevice = Source;
    Source->StackSize = Target->StackSize + 1;
    return Target;
}

VOID NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice)
{
    TargetDevice->AttachedDevice = NULL;
    if (TargetDevice->Flags & DO_UNLOAD_PENDING) {
        IoDeleteDevice(TargetDevice);
    }
}

NTSTATUS NTAPI IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID Address,
                                               ULONG Size, PVOID *Extension)
{
    ClientAddress = Address;
    ClientMemory = *Extension = calloc(1, Size);
    return STATUS_SUCCESS;
}

PVOID NTAPI IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID Address)
{
    return Address == ClientAddress ? ClientMemory : NULL;
}

void FreeDriver(PDRIVER_OBJECT Driver)
{
    free(ClientMemory);
    ClientMemory = NULL;
}

/* --- IRPs --- */

void StartIrp(FAKE_IRP *Irp, UCHAR Major, UCHAR Minor, PFILE_OBJECT File)
{
    memset(Irp, 0, sizeof(*Irp));
    Irp->Irp.CurrentLocation = 4;
    Irp->Irp.Tail.Overlay.CurrentStackLocation = &Irp->Locations[3];
    Irp->Locations[2].MajorFunction = Major;
    Irp->Locations[2].MinorFunction = Minor;
    Irp->Locations[2].FileObject = File;
    Irp->Irp.IoStatus.Status = STATUS_NOT_SUPPORTED;
}

NTSTATUS FASTCALL IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack;

    IoSetNextIrpStackLocation(Irp);
    NT_ASSERT(Irp->CurrentLocation > 0);
    stack = IoGetCurrentIrpStackLocation(Irp);
    stack->DeviceObject = DeviceObject;
    return DeviceObject->DriverObject->MajorFunction[stack->MajorFunction](DeviceObject, Irp);
}

NTSTATUS Send(PDEVICE_OBJECT Device, FAKE_IRP *Irp)
{
    return IofCallDriver(Device, &Irp->Irp);
}

NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return IofCallDriver(DeviceObject, Irp);
}

VOID NTAPI PoStartNextPowerIrp(PIRP Irp)
{
}

VOID FASTCALL IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    FAKE_IRP *irp = CONTAINING_RECORD(Irp, FAKE_IRP, Irp);

    NT_ASSERT(Irp->CancelRoutine == NULL);
    NT_ASSERT(Irp->IoStatus.Status != STATUS_PENDING);
    irp->Completed++;
}

BOOLEAN NTAPI IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    FAKE_IRP *irp = CONTAINING_RECORD(Irp, FAKE_IRP, Irp);
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    CHAR location = Irp->CurrentLocation;

    NT_ASSERT(Irql == PASSIVE_LEVEL);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IofCallDriver(DeviceObject, Irp);
    NT_ASSERT(irp->Completed == 1);
    irp->Completed = 0;
    Irp->CurrentLocation = location;
    Irp->Tail.Overlay.CurrentStackLocation = stack;
    return TRUE;
}

/* Good for one request at a time, which is completed before IofCallDriver returns. */
PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG Code, PDEVICE_OBJECT DeviceObject, PVOID Input,
                                         ULONG InputLength, PVOID Output, ULONG OutputLength,
                                         BOOLEAN Inner, PKEVENT Event, PIO_STATUS_BLOCK Iosb)
{
    static FAKE_IRP irp;
    PIO_STACK_LOCATION stack;

    StartIrp(&irp, Inner ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL, 0, NULL);
    stack = IoGetNextIrpStackLocation(&irp.Irp);
    stack->Parameters.DeviceIoControl.IoControlCode = Code;
    stack->Parameters.DeviceIoControl.InputBufferLength = InputLength;
    stack->Parameters.DeviceIoControl.Type3InputBuffer = Input;
    return &irp.Irp;
}

VOID NTAPI IoReleaseCancelSpinLock(KIRQL NewIrql)
{
    Irql = NewIrql;
}

/* --- Locks and waits: nobody else runs, so a wait must find its object signalled --- */

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return Irql;
}

VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    *SpinLock = 0;
}

KIRQL FASTCALL KfAcquireSpinLock(PKSPIN_LOCK SpinLock)
{
    KIRQL old = Irql;

    NT_ASSERT(*SpinLock == 0 && Irql <= DISPATCH_LEVEL);
    *SpinLock = 1;
    Irql = DISPATCH_LEVEL;
    return old;
}

VOID FASTCALL KfReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    NT_ASSERT(*SpinLock == 1 && Irql == DISPATCH_LEVEL);
    *SpinLock = 0;
    Irql = NewIrql;
}

VOID FASTCALL KefAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    NT_ASSERT(Irql == DISPATCH_LEVEL);
    KfAcquireSpinLock(SpinLock);
}

VOID FASTCALL KefReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    KfReleaseSpinLock(SpinLock, DISPATCH_LEVEL);
}

VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    Event->Header.Type = (UCHAR)Type;
    Event->Header.SignalState = State;
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    LONG old = Event->Header.SignalState;

    Event->Header.SignalState = 1;
    return old;
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON Reason, KPROCESSOR_MODE Mode,
                                     BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    PKEVENT event = Object;

    NT_ASSERT(event->Header.SignalState == 1 && Critical >= 1);
    event->Header.SignalState = 0;
    return STATUS_SUCCESS;
}

VOID NTAPI KeEnterCriticalRegion(VOID)
{
    Critical++;
}

VOID NTAPI KeLeaveCriticalRegion(VOID)
{
    Critical--;
}

VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds)
{
}

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE Mode, BOOLEAN Alertable,
                                      PLARGE_INTEGER Interval)
{
    NT_ASSERT(Irql == PASSIVE_LEVEL);
    return STATUS_SUCCESS;
}

/* --- Interrupts and DPCs --- */

ULONG NTAPI HalGetInterruptVector(INTERFACE_TYPE Type, ULONG Bus, ULONG Level, ULONG Vector,
                                  PKIRQL LevelIrql, PKAFFINITY Affinity)
{
    *LevelIrql = (KIRQL)(27 - Level);
    *Affinity = 1;
    return 0x30 + Level;
}

NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *Object, PKSERVICE_ROUTINE Routine, PVOID Context,
                                  PKSPIN_LOCK Lock, ULONG Vector, KIRQL Level, KIRQL SyncLevel,
                                  KINTERRUPT_MODE Mode, BOOLEAN Share, KAFFINITY Affinity,
                                  BOOLEAN FloatingSave)
{
    NT_ASSERT(Irql == PASSIVE_LEVEL && Isr == NULL && Vector == 0x31 && Level == 26);
    if (FailConnect) {
        Note("connect-fails");
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    NT_ASSERT(!ControllerInterrupts());
    Note("connect");
    Isr = Routine;
    IsrContext = Context;
    *Object = (PKINTERRUPT)&Isr;
    return STATUS_SUCCESS;
}

VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject)
{
    NT_ASSERT(Isr != NULL && !ControllerInterrupts());
    Note("disconnect");
    Isr = NULL;
}

BOOLEAN Connected(void)
{
    return Isr != NULL;
}

BOOLEAN Interrupt(void)
{
    KIRQL old = Irql;
    BOOLEAN handled;

    if (Isr == NULL) {
        return FALSE;
    }
    Irql = 26;
    handled = Isr((PKINTERRUPT)&Isr, IsrContext);
    Irql = old;
    return handled;
}

VOID NTAPI KeInitializeDpc(PKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    Dpc->DeferredRoutine = Routine;
    Dpc->DeferredContext = Context;
    Dpc->DpcData = NULL;
}

BOOLEAN NTAPI KeInsertQueueDpc(PKDPC Dpc, PVOID Argument1, PVOID Argument2)
{
    if (Dpc->DpcData != NULL) {
        return FALSE;
    }
    Dpc->SystemArgument1 = Argument1;
    Dpc->SystemArgument2 = Argument2;
    Dpc->DpcData = Dpc;
    Dpcs[QueuedDpcs++] = Dpc;
    return TRUE;
}

void RunDpcs(void)
{
    KIRQL old = Irql;
    PKDPC dpc;

    Irql = DISPATCH_LEVEL;
    while (QueuedDpcs != 0) {
        dpc = Dpcs[--QueuedDpcs];
        dpc->DpcData = NULL;
        dpc->DeferredRoutine(dpc, dpc->DeferredContext, dpc->SystemArgument1,
                             dpc->SystemArgument2);
    }
    Irql = old;
}

VOID NTAPI KeFlushQueuedDpcs(VOID)
{
    Note("flush");
    RunDpcs();
}

/* --- Paging --- */

PVOID NTAPI MmPageEntireDriver(PVOID Address)
{
    NT_ASSERT(Isr == NULL && QueuedDpcs == 0);
    Note("page");
    return NULL;
}

VOID NTAPI MmResetDriverPaging(PVOID Address)
{
    NT_ASSERT(Isr == NULL);
    Note("reset");
}

PVOID NTAPI MmLockPagableDataSection(PVOID Address)
{
    Note("lock");
    return Address;
}

VOID NTAPI MmLockPagableSectionByHandle(PVOID Handle)
{
    NT_ASSERT(Handle != NULL);
    Note("lock-by-handle");
}

VOID NTAPI MmUnlockPagableImageSection(PVOID Handle)
{
    NT_ASSERT(Handle != NULL && Isr == NULL && QueuedDpcs == 0);
    Note("unlock");
}
