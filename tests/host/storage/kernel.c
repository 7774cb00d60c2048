/* Everything else that the storage drivers import: devices, waits, DPCs, the clock, memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fakes.h"

KIRQL Irql;
int Devices, Blocks, SectionLocks;
ULONG Seconds;
BOOLEAN NoAllocation, FramesHigh, HasController = TRUE;
CONFIGURATION_INFORMATION Configuration;

static PKSERVICE_ROUTINE Isr;
static PVOID IsrContext;
static LIST_ENTRY DpcQueue = {&DpcQueue, &DpcQueue};
static PKTIMER Timers[4];
static struct {
    char Name[64];
    PDEVICE_OBJECT Device;
} Names[16];

ULONG __cdecl DbgPrint(PCSTR Format, ...)
{
    printf("# says: %.*s\n", (int)strcspn(Format, "\n"), Format);
    return 0;
}

VOID NTAPI RtlAssert(PVOID Failed, PVOID File, ULONG Line, PSTR Message)
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

/* --- Memory --- */

void *Allocate(size_t Size)
{
    void *Block = malloc(Size);

    NT_ASSERT(!NoAllocation);
    memset(Block, 0xA5, Size);
    Blocks++;
    return Block;
}

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T Size, ULONG Tag)
{
    return Allocate(Size);
}

VOID NTAPI ExFreePool(PVOID P)
{
    Blocks--;
    free(P);
}

VOID NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    ExFreePool(P);
}

PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(SIZE_T Size, PHYSICAL_ADDRESS Low,
                                                   PHYSICAL_ADDRESS High,
                                                   PHYSICAL_ADDRESS Boundary,
                                                   MEMORY_CACHING_TYPE Type)
{
    Blocks++;
    return aligned_alloc(65536, (Size + 65535) & ~65535u);
}

VOID NTAPI MmFreeContiguousMemorySpecifyCache(PVOID Base, SIZE_T Size, MEMORY_CACHING_TYPE Type)
{
    ExFreePool(Base);
}

PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID Address)
{
    PHYSICAL_ADDRESS Physical;

    Physical.QuadPart = PtrToUlong(Address);
    return Physical;
}

PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE Mode, MEMORY_CACHING_TYPE Type,
                                         PVOID Address, ULONG BugCheck, MM_PAGE_PRIORITY Priority)
{
    return NULL;
}

VOID NTAPI MmBuildMdlForNonPagedPool(PMDL Mdl)
{
}

PVOID NTAPI MmLockPagableDataSection(PVOID Address)
{
    SectionLocks++;
    return &SectionLocks;
}

VOID NTAPI MmLockPagableSectionByHandle(PVOID Handle)
{
    NT_ASSERT(Handle == &SectionLocks);
    SectionLocks++;
}

VOID NTAPI MmUnlockPagableImageSection(PVOID Handle)
{
    NT_ASSERT(Handle == &SectionLocks);
    SectionLocks--;
}

/* --- Devices --- */

NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG Size, PUNICODE_STRING Name,
                              DEVICE_TYPE Type, ULONG Characteristics, BOOLEAN Exclusive,
                              PDEVICE_OBJECT *DeviceObject)
{
    PDEVICE_OBJECT Device = calloc(1, sizeof(*Device));
    ULONG Index, At;

    Device->DeviceExtension = calloc(1, Size + 1);
    Device->DriverObject = DriverObject;
    Device->StackSize = 1;
    Device->Flags = DO_DEVICE_INITIALIZING;
    Device->NextDevice = DriverObject->DeviceObject;
    DriverObject->DeviceObject = Device;
    Devices++;
    for (Index = 0; Name != NULL && Index < RTL_NUMBER_OF(Names); Index++) {
        if (Names[Index].Device == NULL) {
            for (At = 0; At < Name->Length / 2u; At++) {
                Names[Index].Name[At] = (char)Name->Buffer[At];
            }
            Names[Index].Name[At] = 0;
            Names[Index].Device = Device;
            break;
        }
    }
    *DeviceObject = Device;
    return STATUS_SUCCESS;
}

PDEVICE_OBJECT FindDevice(const char *Name)
{
    ULONG Index;

    for (Index = 0; Index < RTL_NUMBER_OF(Names); Index++) {
        if (Names[Index].Device != NULL && strcmp(Names[Index].Name, Name) == 0) {
            return Names[Index].Device;
        }
    }
    return NULL;
}

VOID NTAPI IoDeleteDevice(PDEVICE_OBJECT Device)
{
    PDEVICE_OBJECT *Link = &Device->DriverObject->DeviceObject;
    ULONG Index;

    while (*Link != Device) {
        Link = &(*Link)->NextDevice;
    }
    *Link = Device->NextDevice;
    for (Index = 0; Index < RTL_NUMBER_OF(Names); Index++) {
        if (Names[Index].Device == Device) {
            Names[Index].Device = NULL;
        }
    }
    Devices--;
    free(Device->DeviceExtension);
    free(Device);
}

PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT Source, PDEVICE_OBJECT Target)
{
    Target->AttachedDevice = Source;
    Source->StackSize = (CCHAR)(Target->StackSize + 1);
    return Target;
}

VOID NTAPI IoDetachDevice(PDEVICE_OBJECT Target)
{
    Target->AttachedDevice = NULL;
}

PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(PDEVICE_OBJECT Device)
{
    while (Device->AttachedDevice != NULL) {
        Device = Device->AttachedDevice;
    }
    return Device;
}

LONG FASTCALL ObfReferenceObject(PVOID Object)
{
    return 2;
}

LONG FASTCALL ObfDereferenceObject(PVOID Object)
{
    return 1;
}

PCONFIGURATION_INFORMATION NTAPI IoGetConfigurationInformation(VOID)
{
    return &Configuration;
}

NTSTATUS NTAPI ZwCreateDirectoryObject(PHANDLE Handle, ACCESS_MASK Access,
                                       POBJECT_ATTRIBUTES Attributes)
{
    *Handle = UlongToHandle(4);
    Blocks++;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwClose(HANDLE Handle)
{
    Blocks--;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING Link, PUNICODE_STRING Name)
{
    Blocks++;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING Link)
{
    Blocks--;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoRegisterShutdownNotification(PDEVICE_OBJECT Device)
{
    Blocks++;
    return STATUS_SUCCESS;
}

VOID NTAPI IoUnregisterShutdownNotification(PDEVICE_OBJECT Device)
{
    Blocks--;
}

NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT Device, PIRP Irp)
{
    return IofCallDriver(Device, Irp);
}

VOID NTAPI PoStartNextPowerIrp(PIRP Irp)
{
}

/* --- Interrupts, DPCs, timers, waits --- */

ULONG NTAPI HalGetInterruptVector(INTERFACE_TYPE Type, ULONG Bus, ULONG Level, ULONG Vector,
                                  PKIRQL DeviceIrql, PKAFFINITY Affinity)
{
    *DeviceIrql = (KIRQL)(27 - Level);
    *Affinity = 1;
    return Level + 0x30;
}

NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *Interrupt, PKSERVICE_ROUTINE Routine, PVOID Context,
                                  PKSPIN_LOCK Lock, ULONG Vector, KIRQL DeviceIrql, KIRQL SyncIrql,
                                  KINTERRUPT_MODE Mode, BOOLEAN Share, KAFFINITY Affinity,
                                  BOOLEAN FloatingSave)
{
    Isr = Routine;
    IsrContext = Context;
    *Interrupt = (PKINTERRUPT)&Isr;
    return STATUS_SUCCESS;
}

VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT Interrupt)
{
    Isr = NULL;
}

VOID NTAPI KeInitializeDpc(PKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    memset(Dpc, 0, sizeof(*Dpc));
    Dpc->DeferredRoutine = Routine;
    Dpc->DeferredContext = Context;
}

BOOLEAN NTAPI KeInsertQueueDpc(PKDPC Dpc, PVOID Argument1, PVOID Argument2)
{
    if (Dpc->DpcData != NULL) {
        return FALSE;
    }
    Dpc->DpcData = &DpcQueue;
    InsertTailList(&DpcQueue, &Dpc->DpcListEntry);
    return TRUE;
}

static BOOLEAN RunDpc(void)
{
    PKDPC Dpc;
    KIRQL Old = Irql;

    if (IsListEmpty(&DpcQueue)) {
        return FALSE;
    }
    Dpc = CONTAINING_RECORD(RemoveHeadList(&DpcQueue), KDPC, DpcListEntry);
    Dpc->DpcData = NULL;
    Irql = DISPATCH_LEVEL;
    Dpc->DeferredRoutine(Dpc, Dpc->DeferredContext, NULL, NULL);
    Irql = Old;
    return TRUE;
}

VOID NTAPI KeFlushQueuedDpcs(VOID)
{
    while (RunDpc()) {
    }
}

VOID NTAPI KeInitializeTimer(PKTIMER Timer)
{
    memset(Timer, 0, sizeof(*Timer));
}

BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER Due, LONG Period, PKDPC Dpc)
{
    ULONG Index = 0;

    while (Timers[Index] != NULL) {
        Index++;
    }
    Timers[Index] = Timer;
    Timer->Dpc = Dpc;
    return FALSE;
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer)
{
    ULONG Index;

    for (Index = 0; Index < RTL_NUMBER_OF(Timers); Index++) {
        if (Timers[Index] == Timer) {
            Timers[Index] = NULL;
        }
    }
    return TRUE;
}

BOOLEAN Pump(void)
{
    BOOLEAN Any = FALSE;
    ULONG Index;

    if (DriveInterrupts() && Isr != NULL) {
        KIRQL Old = Irql;

        Irql = 13;
        Isr(NULL, IsrContext);
        Irql = Old;
        return TRUE;
    }
    if (RunDpc()) {
        return TRUE;
    }
    for (Index = 0; Index < RTL_NUMBER_OF(Timers); Index++) {
        if (Timers[Index] != NULL) {
            KeInsertQueueDpc(Timers[Index]->Dpc, NULL, NULL);
            Any = TRUE;
        }
    }
    Seconds += Any;
    return Any;
}

VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    Event->Header.Type = (UCHAR)Type;
    Event->Header.SignalState = State;
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    Event->Header.SignalState = 1;
    return 0;
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON Reason, KPROCESSOR_MODE Mode,
                                     BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    PKEVENT Event = Object;

    NT_ASSERT(Irql == PASSIVE_LEVEL);
    while (!Event->Header.SignalState) {
        NT_ASSERT(Pump() && Seconds < 100000);
    }
    if (Event->Header.Type == SynchronizationEvent) {
        Event->Header.SignalState = 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE Mode, BOOLEAN Alertable,
                                      PLARGE_INTEGER Interval)
{
    return STATUS_SUCCESS;
}

VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds)
{
}

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return Irql;
}

VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK Lock)
{
    *Lock = 0;
}

KIRQL FASTCALL KfAcquireSpinLock(PKSPIN_LOCK Lock)
{
    KIRQL Old = Irql;

    NT_ASSERT(*Lock == 0);
    *Lock = 1;
    Irql = DISPATCH_LEVEL;
    return Old;
}

VOID FASTCALL KfReleaseSpinLock(PKSPIN_LOCK Lock, KIRQL NewIrql)
{
    NT_ASSERT(*Lock == 1);
    *Lock = 0;
    Irql = NewIrql;
}

VOID FASTCALL KefAcquireSpinLockAtDpcLevel(PKSPIN_LOCK Lock)
{
    NT_ASSERT(*Lock == 0 && Irql == DISPATCH_LEVEL);
    *Lock = 1;
}

VOID FASTCALL KefReleaseSpinLockFromDpcLevel(PKSPIN_LOCK Lock)
{
    NT_ASSERT(*Lock == 1);
    *Lock = 0;
}

/* --- PCI: a host bridge, and a PIIX3 at device 1 --- */

ULONG NTAPI HalGetBusData(BUS_DATA_TYPE Type, ULONG Bus, ULONG Slot, PVOID Buffer, ULONG Length)
{
    PCI_SLOT_NUMBER Number;
    PPCI_COMMON_CONFIG Config = Buffer;

    Number.u.AsULONG = Slot;
    memset(Config, 0, Length);
    Config->VendorID = PCI_INVALID_VENDORID;
    if (Number.u.bits.DeviceNumber == 0 && Number.u.bits.FunctionNumber == 0) {
        Config->VendorID = 0x8086;
        Config->BaseClass = PCI_CLASS_BRIDGE_DEV;
    } else if (Number.u.bits.DeviceNumber == 1 && Number.u.bits.FunctionNumber == 0) {
        Config->VendorID = 0x8086;
        Config->BaseClass = PCI_CLASS_BRIDGE_DEV;
        Config->HeaderType = PCI_MULTIFUNCTION;
    } else if (HasController && Number.u.bits.DeviceNumber == 1 &&
               Number.u.bits.FunctionNumber == 1) {
        Config->VendorID = 0x8086;
        Config->DeviceID = 0x7010;
        Config->BaseClass = PCI_CLASS_MASS_STORAGE_CTLR;
        Config->SubClass = PCI_SUBCLASS_MSC_IDE_CTLR;
        Config->ProgIf = 0x80;
        Config->u.type0.BaseAddresses[4] = 0xC001;
    }
    return Config->VendorID == PCI_INVALID_VENDORID ? 2 : Length;
}

ULONG NTAPI HalSetBusDataByOffset(BUS_DATA_TYPE Type, ULONG Bus, ULONG Slot, PVOID Buffer,
                                  ULONG Offset, ULONG Length)
{
    return Length;
}
