/* The volume's own transfers: metadata and file data, one at a time, waited for.
 *
 * Each volume has one IRP and one MDL for them, made at mount, so that a transfer in the middle of
 * a metadata change cannot fail for want of memory. The disk gets an MDL of locked pages; a buffer
 * it would not take as it lies goes through a page of our own. Guard: Vcb->Lock, held by the
 * caller across the wait. Paging I/O has its own way (paging.c) and its own IRPs. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: whoever waits here holds Vcb->Lock and waits for the disk, not for a page fault. */
#pragma alloc_text(PAGE, FatDeviceInitialize)
#pragma alloc_text(PAGE, FatDeviceFree)
/* FatIoDone is an I/O completion routine: it runs at DISPATCH_LEVEL and must not page. */
#endif

static NTSTATUS NTAPI FatIoDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    KeSetEvent(Context, IO_DISK_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED; /* the IRP is the volume's, to be used again */
}

#ifdef ALLOC_PRAGMA
/* May page, as above. */
#pragma code_seg("PAGE")
#endif

/* Sends the volume's IRP, with the MDL given, and waits for it. */
static NTSTATUS FatSend(PVCB Vcb, UCHAR Major, PMDL Mdl, LONGLONG Offset, ULONG Length)
{
    PIO_STACK_LOCATION next;
    NTSTATUS status;

    PAGED_CODE();
    IoReuseIrp(Vcb->Irp, STATUS_SUCCESS);
    Vcb->Irp->MdlAddress = Mdl;
    Vcb->Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    next = IoGetNextIrpStackLocation(Vcb->Irp);
    next->MajorFunction = Major;
    next->Parameters.Read.Length = Length; /* Write lies in the same place */
    next->Parameters.Read.ByteOffset.QuadPart = Offset;
    KeClearEvent(&Vcb->IoDone);
    IoSetCompletionRoutine(Vcb->Irp, FatIoDone, &Vcb->IoDone, TRUE, TRUE, TRUE);
    IoCallDriver(Vcb->Target, Vcb->Irp);
    KeWaitForSingleObject(&Vcb->IoDone, Executive, KernelMode, FALSE, NULL);
    Vcb->Irp->MdlAddress = NULL;
    status = Vcb->Irp->IoStatus.Status;
    if (NT_SUCCESS(status) && Vcb->Irp->IoStatus.Information < Length) {
        status = STATUS_IO_DEVICE_ERROR;
    }
    return status;
}

static NTSTATUS FatSendBuffer(PVCB Vcb, UCHAR Major, ULONG Sector, PUCHAR Buffer, ULONG Length)
{
    NTSTATUS status;

    PAGED_CODE();
    MmInitializeMdl(Vcb->Mdl, Buffer, Length);
    MmProbeAndLockPages(Vcb->Mdl, KernelMode,
                        Major == IRP_MJ_READ ? IoWriteAccess : IoReadAccess);
    status = FatSend(Vcb, Major, Vcb->Mdl, (LONGLONG)Sector << FAT_SECTOR_SHIFT, Length);
    MmUnlockPages(Vcb->Mdl);
    return status;
}

static NTSTATUS FatDeviceTransfer(PFAT_DEVICE Device, UCHAR Major, ULONG Sector, ULONG Count,
                                  PUCHAR Buffer)
{
    PVCB vcb = CONTAINING_RECORD(Device, VCB, Device);
    BOOLEAN copy = ((ULONG_PTR)Buffer & vcb->Target->AlignmentRequirement) != 0;
    ULONG most = (copy ? PAGE_SIZE : FAT_TRANSFER_MAX) >> FAT_SECTOR_SHIFT, now, bytes;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    for (; NT_SUCCESS(status) && Count != 0; Count -= now, Sector += now, Buffer += bytes) {
        now = min(Count, most);
        bytes = now << FAT_SECTOR_SHIFT;
        if (!copy) {
            status = FatSendBuffer(vcb, Major, Sector, Buffer, bytes);
            continue;
        }
        if (Major == IRP_MJ_WRITE) {
            RtlCopyMemory(vcb->Aligned, Buffer, bytes);
        }
        status = FatSendBuffer(vcb, Major, Sector, vcb->Aligned, bytes);
        if (NT_SUCCESS(status) && Major == IRP_MJ_READ) {
            RtlCopyMemory(Buffer, vcb->Aligned, bytes);
        }
    }
    return status;
}

static NTSTATUS FatDeviceRead(PFAT_DEVICE Device, ULONG Sector, ULONG Count, PVOID Buffer)
{
    PAGED_CODE();
    return FatDeviceTransfer(Device, IRP_MJ_READ, Sector, Count, Buffer);
}

static NTSTATUS FatDeviceWrite(PFAT_DEVICE Device, ULONG Sector, ULONG Count, PVOID Buffer)
{
    PAGED_CODE();
    return FatDeviceTransfer(Device, IRP_MJ_WRITE, Sector, Count, Buffer);
}

/* A device without a write cache may not know the request. */
static NTSTATUS FatDeviceFlush(PFAT_DEVICE Device)
{
    PVCB vcb = CONTAINING_RECORD(Device, VCB, Device);
    NTSTATUS status;

    PAGED_CODE();
    status = FatSend(vcb, IRP_MJ_FLUSH_BUFFERS, NULL, 0, 0);
    return status == STATUS_INVALID_DEVICE_REQUEST || status == STATUS_NOT_IMPLEMENTED
               ? STATUS_SUCCESS
               : status;
}

static LONGLONG FatDeviceNow(PFAT_DEVICE Device)
{
    LARGE_INTEGER now;

    PAGED_CODE();
    KeQuerySystemTime(&now);
    return now.QuadPart;
}

NTSTATUS FatDeviceInitialize(PVCB Vcb)
{
    PAGED_CODE();
    Vcb->Device.Read = FatDeviceRead;
    Vcb->Device.Write = FatDeviceWrite;
    Vcb->Device.Flush = FatDeviceFlush;
    Vcb->Device.Now = FatDeviceNow;
    KeInitializeEvent(&Vcb->IoDone, NotificationEvent, FALSE);
    Vcb->Irp = IoAllocateIrp(Vcb->Target->StackSize, FALSE);
    Vcb->Mdl = IoAllocateMdl(NULL, FAT_TRANSFER_MAX + PAGE_SIZE, FALSE, FALSE, NULL);
    Vcb->Aligned = ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, FAT_TAG);
    if (Vcb->Irp == NULL || Vcb->Mdl == NULL || Vcb->Aligned == NULL) {
        FatDeviceFree(Vcb);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

VOID FatDeviceFree(PVCB Vcb)
{
    PAGED_CODE();
    if (Vcb->Irp != NULL) {
        IoFreeIrp(Vcb->Irp);
    }
    if (Vcb->Mdl != NULL) {
        IoFreeMdl(Vcb->Mdl);
    }
    if (Vcb->Aligned != NULL) {
        ExFreePoolWithTag(Vcb->Aligned, FAT_TAG);
    }
}
