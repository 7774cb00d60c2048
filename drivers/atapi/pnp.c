/* The controller's life: found on PCI, started, asked for its disks, removed.
 *
 * PAGE: PnP requests come at PASSIVE_LEVEL in a system thread. The page file needs none of them
 * while it is in use, for QUERY_STOP and QUERY_REMOVE are refused then. */
#include "atapi.h"

#define IDE_PRIMARY_COMMAND 0x1F0
#define IDE_PRIMARY_CONTROL 0x3F6
#define IDE_PRIMARY_IRQ 14
#define IDE_SECONDARY_COMMAND 0x170
#define IDE_SECONDARY_CONTROL 0x376
#define IDE_SECONDARY_IRQ 15

/* PCI programming interface of an IDE function (PCI IDE controller specification). */
#define PCI_IDE_NATIVE_MODE 0x05
#define PCI_IDE_BUS_MASTER 0x80
#define PCI_IDE_BUS_MASTER_BAR 4

static VOID FindController(PIDE_CONTROLLER Controller);
static NTSTATUS StartChannel(PIDE_CHANNEL Channel);
static VOID StopChannel(PIDE_CHANNEL Channel);
static NTSTATUS StartController(PIDE_CONTROLLER Controller);
static VOID StopController(PIDE_CONTROLLER Controller);
static NTSTATUS ReportChildren(PIDE_CONTROLLER Controller, PIRP Irp);
static NTSTATUS RemoveController(PIDE_CONTROLLER Controller, PIRP Irp);

#ifdef ALLOC_PRAGMA
/* PASSIVE_LEVEL, and never on the way of a read or a write. */
#pragma alloc_text(PAGE, IdeAddDevice)
#pragma alloc_text(PAGE, IdePnp)
#pragma alloc_text(PAGE, IdeControllerPnp)
#pragma alloc_text(PAGE, FindController)
#pragma alloc_text(PAGE, StartChannel)
#pragma alloc_text(PAGE, StopChannel)
#pragma alloc_text(PAGE, StartController)
#pragma alloc_text(PAGE, StopController)
#pragma alloc_text(PAGE, ReportChildren)
#pragma alloc_text(PAGE, RemoveController)
#endif

NTSTATUS NTAPI IdeAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    PDEVICE_OBJECT Fdo;
    PIDE_CONTROLLER Controller;
    NTSTATUS Status;

    PAGED_CODE();
    Status = IoCreateDevice(DriverObject, sizeof(IDE_CONTROLLER), NULL, FILE_DEVICE_CONTROLLER,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Fdo);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Controller = Fdo->DeviceExtension;
    Controller->Common.IsController = TRUE;
    KeInitializeEvent(&Controller->Common.UsageLock, SynchronizationEvent, TRUE);
    Controller->Self = Fdo;
    Controller->Pdo = Pdo;
    Controller->Lower = IoAttachDeviceToDeviceStack(Fdo, Pdo);
    if (Controller->Lower == NULL) {
        IoDeleteDevice(Fdo);
        return STATUS_NO_SUCH_DEVICE;
    }
    Fdo->Flags |= Controller->Lower->Flags & (DO_POWER_PAGABLE | DO_POWER_INRUSH);
    Fdo->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Finds the PCI function and its bus master registers. Without one the two channels are still
 * tried at the places every PC has them, and work by PIO. */
static VOID FindController(PIDE_CONTROLLER Controller)
{
    PCI_COMMON_CONFIG Config;
    PCI_SLOT_NUMBER Slot;
    ULONG Device, Function;

    PAGED_CODE();
    for (Device = 0; Device < PCI_MAX_DEVICES; Device++) {
        for (Function = 0; Function < PCI_MAX_FUNCTION; Function++) {
            ULONG Port;
            USHORT Command;

            Slot.u.AsULONG = 0;
            Slot.u.bits.DeviceNumber = Device;
            Slot.u.bits.FunctionNumber = Function;
            if (HalGetBusData(PCIConfiguration, 0, Slot.u.AsULONG, &Config,
                              PCI_COMMON_HDR_LENGTH) < PCI_COMMON_HDR_LENGTH ||
                Config.VendorID == PCI_INVALID_VENDORID) {
                if (Function == 0) {
                    break;
                }
                continue;
            }
            if (Config.BaseClass != PCI_CLASS_MASS_STORAGE_CTLR ||
                Config.SubClass != PCI_SUBCLASS_MSC_IDE_CTLR ||
                (Config.ProgIf & PCI_IDE_NATIVE_MODE) != 0 ||
                (Config.ProgIf & PCI_IDE_BUS_MASTER) == 0) {
                if (Function == 0 && !PCI_MULTIFUNCTION_DEVICE(&Config)) {
                    break;
                }
                continue;
            }
            Port = Config.u.type0.BaseAddresses[PCI_IDE_BUS_MASTER_BAR];
            if ((Port & PCI_ADDRESS_IO_SPACE) == 0 || (Port & PCI_ADDRESS_IO_ADDRESS_MASK) == 0) {
                return;                         /* the firmware gave it no ports */
            }
            Command = Config.Command | PCI_ENABLE_IO_SPACE | PCI_ENABLE_BUS_MASTER;
            HalSetBusDataByOffset(PCIConfiguration, 0, Slot.u.AsULONG, &Command,
                                  FIELD_OFFSET(PCI_COMMON_CONFIG, Command), sizeof(Command));
            Controller->BusMasterBase = UlongToPtr(Port & PCI_ADDRESS_IO_ADDRESS_MASK);
            return;
        }
    }
}

/* Gives a channel that has disks what it needs to run: all of it now, for reads and writes must
 * not allocate. */
static NTSTATUS StartChannel(PIDE_CHANNEL Channel)
{
    PHYSICAL_ADDRESS Low, High, Boundary;
    LARGE_INTEGER Second;
    KAFFINITY Affinity;
    KIRQL Irql;
    ULONG Vector;
    NTSTATUS Status;

    PAGED_CODE();
    Low.QuadPart = 0;
    High.QuadPart = MAXULONG;                   /* the bus master has 32 address lines */
    Boundary.QuadPart = 0x10000;                /* and does not carry into the upper half */
    if (Channel->BusMaster != NULL) {
        Channel->Prds = MmAllocateContiguousMemorySpecifyCache(PAGE_SIZE, Low, High, Boundary,
                                                               MmCached);
        Channel->Bounce = MmAllocateContiguousMemorySpecifyCache(IDE_MAX_TRANSFER, Low, High,
                                                                 Boundary, MmCached);
        if (Channel->Prds == NULL || Channel->Bounce == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Channel->PrdsPhysical = MmGetPhysicalAddress(Channel->Prds).LowPart;
        Channel->BouncePhysical = MmGetPhysicalAddress(Channel->Bounce).LowPart;
    }
    Vector = HalGetInterruptVector(Isa, 0, Channel->Irq, Channel->Irq, &Irql, &Affinity);
    Status = IoConnectInterrupt(&Channel->Interrupt, IdeInterrupt, Channel, NULL, Vector, Irql,
                                Irql, Latched, FALSE, Affinity, FALSE);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WRITE_PORT_UCHAR(Channel->Control, 0);      /* interrupts on */
    Second.QuadPart = -10000000;
    KeSetTimerEx(&Channel->Timer, Second, 1000, &Channel->TimerDpc);
    return STATUS_SUCCESS;
}

/* Undoes StartChannel, however far it came. */
static VOID StopChannel(PIDE_CHANNEL Channel)
{
    ULONG Unit;

    PAGED_CODE();
    if (Channel->Interrupt != NULL) {
        WRITE_PORT_UCHAR(Channel->Control, ATA_CONTROL_NO_INTERRUPT);
        IoDisconnectInterrupt(Channel->Interrupt);
        Channel->Interrupt = NULL;
        KeCancelTimer(&Channel->Timer);
        KeFlushQueuedDpcs();
    }
    IdeStopChannel(Channel);
    for (Unit = 0; Unit < RTL_NUMBER_OF(Channel->Disks); Unit++) {
        if (Channel->Disks[Unit] != NULL) {
            IoDeleteDevice(Channel->Disks[Unit]);
            Channel->Disks[Unit] = NULL;
        }
    }
    if (Channel->Bounce != NULL) {
        MmFreeContiguousMemorySpecifyCache(Channel->Bounce, IDE_MAX_TRANSFER, MmCached);
        Channel->Bounce = NULL;
    }
    if (Channel->Prds != NULL) {
        MmFreeContiguousMemorySpecifyCache(Channel->Prds, PAGE_SIZE, MmCached);
        Channel->Prds = NULL;
    }
}

static NTSTATUS StartController(PIDE_CONTROLLER Controller)
{
    static const struct {
        USHORT Command, Control, Irq;
    } Places[2] = {
        {IDE_PRIMARY_COMMAND, IDE_PRIMARY_CONTROL, IDE_PRIMARY_IRQ},
        {IDE_SECONDARY_COMMAND, IDE_SECONDARY_CONTROL, IDE_SECONDARY_IRQ},
    };
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Index;
    UCHAR Unit;

    PAGED_CODE();
    FindController(Controller);
    for (Index = 0; Index < RTL_NUMBER_OF(Places) && NT_SUCCESS(Status); Index++) {
        PIDE_CHANNEL Channel = &Controller->Channels[Index];

        RtlZeroMemory(Channel, sizeof(*Channel));
        Channel->Controller = Controller;
        Channel->Command = UlongToPtr(Places[Index].Command);
        Channel->Control = UlongToPtr(Places[Index].Control);
        Channel->Irq = Places[Index].Irq;
        if (Controller->BusMasterBase != NULL) {
            Channel->BusMaster = Controller->BusMasterBase + Index * BM_CHANNEL_SIZE;
        }
        KeInitializeSpinLock(&Channel->Lock);
        InitializeListHead(&Channel->Queue);
        KeInitializeDpc(&Channel->Dpc, IdeDpc, Channel);
        KeInitializeDpc(&Channel->TimerDpc, IdeTick, Channel);
        KeInitializeTimer(&Channel->Timer);

        WRITE_PORT_UCHAR(Channel->Control, ATA_CONTROL_NO_INTERRUPT);
        for (Unit = 0; Unit < RTL_NUMBER_OF(Channel->Disks); Unit++) {
            Channel->Disks[Unit] = IdeProbeDisk(Channel, Unit);
        }
        if (Channel->Disks[0] != NULL || Channel->Disks[1] != NULL) {
            Status = StartChannel(Channel);
        }
    }
    if (!NT_SUCCESS(Status)) {
        StopController(Controller);
        return Status;
    }
    Controller->Common.Started = TRUE;
    return STATUS_SUCCESS;
}

static VOID StopController(PIDE_CONTROLLER Controller)
{
    ULONG Index;

    PAGED_CODE();
    Controller->Common.Started = FALSE;
    for (Index = 0; Index < RTL_NUMBER_OF(Controller->Channels); Index++) {
        if (Controller->Channels[Index].Controller != NULL) {
            StopChannel(&Controller->Channels[Index]);
            Controller->Channels[Index].Controller = NULL;
        }
    }
}

/* BusRelations: the disks, each with a reference, after what others have already put there. */
static NTSTATUS ReportChildren(PIDE_CONTROLLER Controller, PIRP Irp)
{
    PDEVICE_RELATIONS Before = (PDEVICE_RELATIONS)Irp->IoStatus.Information;
    PDEVICE_RELATIONS Relations;
    ULONG Count = Before != NULL ? Before->Count : 0;
    ULONG Index, Unit;

    PAGED_CODE();
    Relations = ExAllocatePoolWithTag(PagedPool,
                                      sizeof(DEVICE_RELATIONS) +
                                          (Count + 4) * sizeof(PDEVICE_OBJECT),
                                      IDE_TAG);
    if (Relations == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Relations->Count = Count;
    for (Index = 0; Index < Count; Index++) {
        Relations->Objects[Index] = Before->Objects[Index];
    }
    for (Index = 0; Index < RTL_NUMBER_OF(Controller->Channels); Index++) {
        for (Unit = 0; Unit < 2; Unit++) {
            PDEVICE_OBJECT Child = Controller->Channels[Index].Disks[Unit];

            if (Child != NULL) {
                ObReferenceObject(Child);
                Relations->Objects[Relations->Count++] = Child;
            }
        }
    }
    if (Before != NULL) {
        ExFreePool(Before);
    }
    Irp->IoStatus.Information = (ULONG_PTR)Relations;
    return STATUS_SUCCESS;
}

static NTSTATUS RemoveController(PIDE_CONTROLLER Controller, PIRP Irp)
{
    NTSTATUS Status;

    PAGED_CODE();
    StopController(Controller);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Controller->Lower, Irp);
    IoDetachDevice(Controller->Lower);
    IoDeleteDevice(Controller->Self);
    return Status;
}

NTSTATUS IdeControllerPnp(PIDE_CONTROLLER Controller, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    PAGED_CODE();
    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        IoCopyCurrentIrpStackLocationToNext(Irp);
        Status = IoForwardIrpSynchronously(Controller->Lower, Irp) ? Irp->IoStatus.Status
                                                                   : STATUS_UNSUCCESSFUL;
        if (NT_SUCCESS(Status)) {
            Status = StartController(Controller);
        }
        return IdeComplete(Irp, Status, 0);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        if (Stack->Parameters.QueryDeviceRelations.Type == BusRelations) {
            Status = ReportChildren(Controller, Irp);
            if (!NT_SUCCESS(Status)) {
                return IdeComplete(Irp, Status, Irp->IoStatus.Information);
            }
            Irp->IoStatus.Status = Status;
        }
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
        if (IdeInPagingPath(&Controller->Common)) {
            return IdeComplete(Irp, STATUS_DEVICE_BUSY, 0);
        }
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_STOP_DEVICE:
        StopController(Controller);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_REMOVE_DEVICE:
        return RemoveController(Controller, Irp);
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
        return IdeUsageNotification(Controller->Self, Irp);
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Controller->Lower, Irp);
}

NTSTATUS NTAPI IdePnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIDE_COMMON Common = DeviceObject->DeviceExtension;

    PAGED_CODE();
    return Common->IsController ? IdeControllerPnp((PIDE_CONTROLLER)Common, Irp)
                                : IdeChildPnp((PIDE_DISK)Common, Irp);
}
