/* A boot-start filter above the disk's port driver, in the way of every paging transfer. FILTER says what
 * is wrong with it: 0 nothing, 1 it refuses to carry a page file, 2 its requests go through a
 * pageable routine, 3 it touches pageable memory on the way. */
#include <ntddk.h>

typedef struct {
    PDEVICE_OBJECT Lower;
} EXTENSION, *PEXTENSION;

static volatile LONG *Paged;

static NTSTATUS Pass(PDEVICE_OBJECT Device, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(((PEXTENSION)Device->DeviceExtension)->Lower, Irp);
}

static NTSTATUS NTAPI DispatchPower(PDEVICE_OBJECT Device, PIRP Irp)
{
    PoStartNextPowerIrp(Irp);
    IoSkipCurrentIrpStackLocation(Irp);
    return PoCallDriver(((PEXTENSION)Device->DeviceExtension)->Lower, Irp);
}

NTSTATUS NTAPI DispatchAny(PDEVICE_OBJECT Device, PIRP Irp);

#if FILTER == 2
#pragma alloc_text(PAGE, DispatchAny)
#endif

NTSTATUS NTAPI DispatchAny(PDEVICE_OBJECT Device, PIRP Irp)
{
#if FILTER == 3
    if (Irp->Flags & IRP_PAGING_IO) {
        (*Paged)++;
    }
#endif
    return Pass(Device, Irp);
}

static NTSTATUS NTAPI DispatchPnp(PDEVICE_OBJECT Device, PIRP Irp)
{
#if FILTER == 1
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    if (Stack->MinorFunction == IRP_MN_DEVICE_USAGE_NOTIFICATION &&
        Stack->Parameters.UsageNotification.InPath) {
        DbgPrint("pathfilter: no page file here\n");
        Irp->IoStatus.Status = STATUS_ACCESS_DENIED;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return STATUS_ACCESS_DENIED;
    }
#endif
    return Pass(Device, Irp);
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Pdo)
{
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IoCreateDevice(Driver, sizeof(EXTENSION), NULL, FILE_DEVICE_CONTROLLER, 0,
                                     FALSE, &Device);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    ((PEXTENSION)Device->DeviceExtension)->Lower = IoAttachDeviceToDeviceStack(Device, Pdo);
    Device->Flags |= ((PEXTENSION)Device->DeviceExtension)->Lower->Flags &
                     (DO_DIRECT_IO | DO_BUFFERED_IO | DO_POWER_PAGABLE);
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    for (ULONG i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        Driver->MajorFunction[i] = DispatchAny;
    }
    Driver->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    Driver->MajorFunction[IRP_MJ_POWER] = DispatchPower;
    Driver->DriverExtension->AddDevice = AddDevice;
    Paged = ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, 'htaP');
    return Paged != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}
