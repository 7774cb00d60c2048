/* Page files and the drivers under them: the usage notification, and the check that what such a
 * driver must keep in memory is there.
 *
 * The notification goes to the file system's stack; each driver passes it down to the root. What
 * is checked afterwards (they have had their chance to lock sections): read, write, power and
 * device-control entries of every driver on the way. The way is found from the volume's stack and
 * the disk's; a partition is not attached to the disk it lies on, so that from a disk driver we
 * go on through its attached devices, and from a physical device to the parent in the tree.
 * PASSIVE_LEVEL; guard: IopLoadLock, under which the tree stays as it is. A driver that attaches
 * itself to one of the stacks meanwhile may be missed. */
#include "iop.h"

#define IOP_MAXIMUM_PATH 16

typedef struct _IOP_PATH {
    PDRIVER_OBJECT Drivers[IOP_MAXIMUM_PATH]; /* each referenced */
    ULONG Count;
} IOP_PATH, *PIOP_PATH;

static NTSTATUS IopSendUsage(PDEVICE_OBJECT Device, PFILE_OBJECT File, BOOLEAN InPath);
static VOID IopAddStack(PIOP_PATH Path, PDEVICE_OBJECT Device, ULONG Depth);
static NTSTATUS IopCheckResident(PDRIVER_OBJECT Driver);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopSendUsage, IopAddStack, IopCheckResident, IoNotifyPagingPath)
#endif

static NTSTATUS IopSendUsage(PDEVICE_OBJECT Device, PFILE_OBJECT File, BOOLEAN InPath)
{
    IO_STACK_LOCATION stack;

    PAGED_CODE();
    RtlZeroMemory(&stack, sizeof(stack));
    stack.MajorFunction = IRP_MJ_PNP;
    stack.MinorFunction = IRP_MN_DEVICE_USAGE_NOTIFICATION;
    stack.FileObject = File;
    stack.Parameters.UsageNotification.InPath = InPath;
    stack.Parameters.UsageNotification.Type = DeviceUsageTypePaging;
    return IopSendAndWait(Device, &stack, NULL, 0, STATUS_NOT_SUPPORTED, NULL);
}

/* Adds the drivers of a device's stack from here down, and of what lies below it. */
static VOID IopAddStack(PIOP_PATH Path, PDEVICE_OBJECT Device, ULONG Depth)
{
    PAGED_CODE();
    while (Device != NULL && Depth < IOP_MAXIMUM_PATH) {
        PDRIVER_OBJECT driver = Device->DriverObject;
        PDEVICE_OBJECT other;
        PIOP_NODE node;
        ULONG i;

        for (i = 0; i < Path->Count && Path->Drivers[i] != driver; i++) {
        }
        if (i == Path->Count && i < IOP_MAXIMUM_PATH) {
            ObReferenceObject(driver);
            Path->Drivers[Path->Count++] = driver;
            /* A device attached to nothing and in no tree is one the driver made beside its
             * stack, as disk does for partitions: its other devices show the way. */
            if (IopDeviceExtension(Device)->AttachedTo == NULL &&
                IopDeviceExtension(Device)->Node == NULL) {
                for (other = driver->DeviceObject; other != NULL; other = other->NextDevice) {
                    IopAddStack(Path, IopDeviceExtension(other)->AttachedTo, Depth + 1);
                }
            }
        }
        node = IopDeviceExtension(Device)->Node;
        if (IopDeviceExtension(Device)->AttachedTo != NULL) {
            Device = IopDeviceExtension(Device)->AttachedTo;
        } else if (node != NULL && node->Parent != NULL && node->Parent->Pdo != NULL) {
            Device = IopGetTop(node->Parent->Pdo);
        } else {
            Device = NULL;
        }
        Depth++;
    }
}

static NTSTATUS IopCheckResident(PDRIVER_OBJECT Driver)
{
    static const struct {
        UCHAR Major;
        PCSTR Name;
    } entries[] = { { IRP_MJ_READ, "read" },
                    { IRP_MJ_WRITE, "write" },
                    { IRP_MJ_POWER, "power" },
                    { IRP_MJ_DEVICE_CONTROL, "device-control" },
                    { IRP_MJ_INTERNAL_DEVICE_CONTROL, "internal device-control" } };
    ULONG i;

    PAGED_CODE();
    for (i = 0; i < RTL_NUMBER_OF(entries); i++) {
        PDRIVER_DISPATCH routine = Driver->MajorFunction[entries[i].Major];

        if (routine != IopInvalidDeviceRequest && MmIsAddressPageable((PVOID)(ULONG_PTR)routine)) {
            DbgPrint("%wZ may not carry a page file: its %s routine can be paged out\n",
                     &Driver->DriverName, entries[i].Name);
            return STATUS_DRIVER_INTERNAL_ERROR;
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS IoNotifyPagingPath(PFILE_OBJECT File, BOOLEAN InPath)
{
    PDEVICE_OBJECT volume = IoGetRelatedDeviceObject(File);
    PDEVICE_OBJECT disk = File->Vpb != NULL ? IopGetTop(File->Vpb->RealDevice) : NULL;
    IOP_PATH path = { { NULL }, 0 };
    PDEVICE_OBJECT told = volume;
    NTSTATUS status;
    ULONG i;

    PAGED_CODE();
    IopLock();
    status = IopSendUsage(volume, File, InPath);
    if ((status == STATUS_NOT_SUPPORTED || status == STATUS_INVALID_DEVICE_REQUEST) &&
        disk != NULL) {
        told = disk; /* a file system that knows no plug and play */
        status = IopSendUsage(disk, File, InPath);
    }
    if (NT_SUCCESS(status) && InPath) {
        IopAddStack(&path, volume, 0);
        IopAddStack(&path, disk, 0);
        for (i = 0; i < path.Count && NT_SUCCESS(status); i++) {
            status = IopCheckResident(path.Drivers[i]);
        }
        for (i = 0; i < path.Count; i++) {
            ObDereferenceObject(path.Drivers[i]);
        }
        if (!NT_SUCCESS(status)) {
            IopSendUsage(told, File, FALSE);
        }
    }
    IopUnlock();
    return status;
}
