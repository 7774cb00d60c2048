/* A disk as a device of its own: what plug and play asks a child PDO.
 *
 * PAGE: PASSIVE_LEVEL, and never on the way of a read or a write. */
#include "atapi.h"

/* The compatible ID by which the disk class driver is found. */
#define IDE_COMPATIBLE_ID L"GenDisk"

static NTSTATUS QueryId(PIDE_DISK Disk, PIRP Irp, BUS_QUERY_ID_TYPE Type);
static NTSTATUS QueryText(PIDE_DISK Disk, PIRP Irp, DEVICE_TEXT_TYPE Type);
static NTSTATUS QueryCapabilities(PIDE_DISK Disk, PDEVICE_CAPABILITIES Capabilities);
static NTSTATUS QueryTarget(PIDE_DISK Disk, PIRP Irp);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IdeChildPnp)
#pragma alloc_text(PAGE, QueryId)
#pragma alloc_text(PAGE, QueryText)
#pragma alloc_text(PAGE, QueryCapabilities)
#pragma alloc_text(PAGE, QueryTarget)
#endif

static NTSTATUS QueryId(PIDE_DISK Disk, PIRP Irp, BUS_QUERY_ID_TYPE Type)
{
    const ULONG Size = 128;                     /* characters; the longest needs 100 */
    PWCHAR Text, P;
    ULONG Channel = Disk->Channel->Irq - Disk->Channel->Controller->Channels[0].Irq;

    PAGED_CODE();
    Text = ExAllocatePoolWithTag(PagedPool, Size * sizeof(WCHAR), IDE_TAG);
    if (Text == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Text, Size * sizeof(WCHAR));  /* lists end in two terminators */
    switch (Type) {
    case BusQueryDeviceID:
        _snwprintf(Text, Size - 1, L"IDE\\Disk%hs", Disk->Model);
        break;
    case BusQueryHardwareIDs:
        _snwprintf(Text, Size - 2, L"IDE\\Disk%hs%hs", Disk->Model, Disk->Revision);
        break;
    case BusQueryCompatibleIDs:
        RtlCopyMemory(Text, IDE_COMPATIBLE_ID, sizeof(IDE_COMPATIBLE_ID));
        break;
    case BusQueryInstanceID:
        _snwprintf(Text, Size - 1, L"%u.%u", (unsigned int)Channel, (unsigned int)Disk->Unit);
        break;
    default:
        ExFreePoolWithTag(Text, IDE_TAG);
        return Irp->IoStatus.Status;
    }
    /* An ID holds neither blanks nor commas nor anything but plain characters. */
    for (P = Text; *P != L'\0'; P++) {
        if (*P <= L' ' || *P >= 0x7F || *P == L',') {
            *P = L'_';
        }
    }
    Irp->IoStatus.Information = (ULONG_PTR)Text;
    return STATUS_SUCCESS;
}

static NTSTATUS QueryText(PIDE_DISK Disk, PIRP Irp, DEVICE_TEXT_TYPE Type)
{
    const ULONG Size = sizeof(Disk->Model);
    PWCHAR Text;

    PAGED_CODE();
    if (Type != DeviceTextDescription) {
        return Irp->IoStatus.Status;
    }
    Text = ExAllocatePoolWithTag(PagedPool, Size * sizeof(WCHAR), IDE_TAG);
    if (Text == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Text, Size * sizeof(WCHAR));
    _snwprintf(Text, Size - 1, L"%hs", Disk->Model);
    Irp->IoStatus.Information = (ULONG_PTR)Text;
    return STATUS_SUCCESS;
}

static NTSTATUS QueryCapabilities(PIDE_DISK Disk, PDEVICE_CAPABILITIES Capabilities)
{
    PAGED_CODE();
    if (Capabilities->Version != 1 || Capabilities->Size < sizeof(*Capabilities)) {
        return STATUS_UNSUCCESSFUL;
    }
    Capabilities->UniqueID = FALSE;             /* good on this controller only */
    Capabilities->SilentInstall = TRUE;
    Capabilities->Address = Disk->Unit;
    Capabilities->DeviceState[PowerSystemWorking] = PowerDeviceD0;
    return STATUS_SUCCESS;
}

static NTSTATUS QueryTarget(PIDE_DISK Disk, PIRP Irp)
{
    PDEVICE_RELATIONS Relations;

    PAGED_CODE();
    Relations = ExAllocatePoolWithTag(PagedPool, sizeof(*Relations), IDE_TAG);
    if (Relations == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ObReferenceObject(Disk->Self);
    Relations->Count = 1;
    Relations->Objects[0] = Disk->Self;
    Irp->IoStatus.Information = (ULONG_PTR)Relations;
    return STATUS_SUCCESS;
}

NTSTATUS IdeChildPnp(PIDE_DISK Disk, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = Irp->IoStatus.Status;     /* what is not known goes back untouched */

    PAGED_CODE();
    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        Disk->Common.Started = TRUE;
        Status = STATUS_SUCCESS;
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
        Status = IdeInPagingPath(&Disk->Common) ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
        break;
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_REMOVE_DEVICE:
        /* The object itself lasts as long as the disk: until the controller goes. */
        Disk->Common.Started = FALSE;
        Disk->Claimed = FALSE;
        Status = STATUS_SUCCESS;
        break;
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        Status = STATUS_SUCCESS;
        break;
    case IRP_MN_QUERY_ID:
        Status = QueryId(Disk, Irp, Stack->Parameters.QueryId.IdType);
        break;
    case IRP_MN_QUERY_DEVICE_TEXT:
        Status = QueryText(Disk, Irp, Stack->Parameters.QueryDeviceText.DeviceTextType);
        break;
    case IRP_MN_QUERY_CAPABILITIES:
        Status = QueryCapabilities(Disk, Stack->Parameters.DeviceCapabilities.Capabilities);
        break;
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        if (Stack->Parameters.QueryDeviceRelations.Type == TargetDeviceRelation) {
            Status = QueryTarget(Disk, Irp);
        }
        break;
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
        return IdeUsageNotification(Disk->Self, Irp);
    }
    return IdeComplete(Irp, Status, Irp->IoStatus.Information);
}
