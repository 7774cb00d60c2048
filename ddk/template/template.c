/* A driver to start from: one device, \Device\Template, that reads zeros and counts what is written.
 *
 * DriverEntry is thrown away after it has run (INIT). What only runs at PASSIVE_LEVEL is pageable
 * (PAGE). The write path may be called at DISPATCH_LEVEL by drivers above, so it is neither. */

#include <ntddk.h>

typedef struct _TEMPLATE_EXTENSION {
    LONG BytesWritten; /* interlocked */
} TEMPLATE_EXTENSION, *PTEMPLATE_EXTENSION;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD TemplateUnload;
static DRIVER_DISPATCH TemplateOpenClose;
static DRIVER_DISPATCH TemplateRead;
static DRIVER_DISPATCH TemplateWrite;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, TemplateUnload)
#pragma alloc_text(PAGE, TemplateOpenClose)
#pragma alloc_text(PAGE, TemplateRead)
#endif

static NTSTATUS TemplateComplete(PIRP Irp, NTSTATUS Status, ULONG Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI TemplateOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAGED_CODE();

    return TemplateComplete(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI TemplateRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    ULONG Length = IoGetCurrentIrpStackLocation(Irp)->Parameters.Read.Length;

    PAGED_CODE();

    RtlZeroMemory(Irp->AssociatedIrp.SystemBuffer, Length);
    return TemplateComplete(Irp, STATUS_SUCCESS, Length);
}

static NTSTATUS NTAPI TemplateWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PTEMPLATE_EXTENSION Extension = DeviceObject->DeviceExtension;
    ULONG Length = IoGetCurrentIrpStackLocation(Irp)->Parameters.Write.Length;

    InterlockedExchangeAdd(&Extension->BytesWritten, (LONG)Length);
    return TemplateComplete(Irp, STATUS_SUCCESS, Length);
}

static VOID NTAPI TemplateUnload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE();

    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Name;
    PDEVICE_OBJECT Device;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, L"\\Device\\Template");
    Status = IoCreateDevice(DriverObject, sizeof(TEMPLATE_EXTENSION), &Name, FILE_DEVICE_UNKNOWN,
                            0, FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }

    Device->Flags |= DO_BUFFERED_IO;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = TemplateOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = TemplateOpenClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = TemplateRead;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = TemplateWrite;
    DriverObject->DriverUnload = TemplateUnload;
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}
