/* Mounting a volume, and putting all of them in order at shutdown.
 *
 * A mounted volume is a device object of ours that the partition's VPB points to; the I/O manager
 * sends it every request for a file on that partition. Guard: FatGlobal.Lock for the list. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: mount happens before there is a page file on the volume, shutdown serves no fault. */
#pragma code_seg("PAGE")
#endif

/* Resources are taken in a critical region: a thread suspended while it holds one would hold up
 * everybody else. */
VOID FatLock(PERESOURCE Lock)
{
    PAGED_CODE();
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(Lock, TRUE);
}

VOID FatUnlock(PERESOURCE Lock)
{
    PAGED_CODE();
    ExReleaseResourceLite(Lock);
    KeLeaveCriticalRegion();
}

static VOID FatFillVpb(PVCB Vcb)
{
    PVPB vpb = Vcb->Vpb;
    ULONG length;

    PAGED_CODE();
    vpb->SerialNumber = Vcb->Volume.SerialNumber;
    vpb->VolumeLabelLength = 0;
    if (NT_SUCCESS(FatReadLabel(&Vcb->Volume, vpb->VolumeLabel, &length))) {
        vpb->VolumeLabelLength = (USHORT)(length * sizeof(WCHAR));
    }
    vpb->DeviceObject = Vcb->DeviceObject;
}

static NTSTATUS FatMountOn(PVCB Vcb, PDEVICE_OBJECT Device, PIO_STACK_LOCATION Stack)
{
    NTSTATUS status;

    PAGED_CODE();
    RtlZeroMemory(Vcb, sizeof(*Vcb));
    Vcb->DeviceObject = Device;
    Vcb->Target = Stack->Parameters.MountVolume.DeviceObject;
    Vcb->Vpb = Stack->Parameters.MountVolume.Vpb;
    Device->StackSize = Vcb->Target->StackSize + 1;
    Device->AlignmentRequirement = Vcb->Target->AlignmentRequirement;
    Device->SectorSize = FAT_SECTOR;
    status = FatDeviceInitialize(Vcb);
    if (NT_SUCCESS(status)) {
        status = FatMount(&Vcb->Volume, &Vcb->Device, sizeof(FCB));
        if (!NT_SUCCESS(status)) {
            FatDeviceFree(Vcb);
        }
    }
    return status;
}

/* STATUS_UNRECOGNIZED_VOLUME: not ours, another file system may try. */
NTSTATUS FatMountVolume(PIO_STACK_LOCATION Stack)
{
    PDEVICE_OBJECT device;
    NTSTATUS status;
    PVCB vcb;

    PAGED_CODE();
    status = IoCreateDevice(FatGlobal.Driver, sizeof(VCB), NULL, FILE_DEVICE_DISK_FILE_SYSTEM, 0,
                            FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    vcb = device->DeviceExtension;
    status = FatMountOn(vcb, device, Stack);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    ExInitializeResourceLite(&vcb->Lock);
    FatFillVpb(vcb);
    FatLock(&FatGlobal.Lock);
    InsertTailList(&FatGlobal.Volumes, &vcb->Link);
    FatUnlock(&FatGlobal.Lock);
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Everything to the disk, volumes marked clean. The volumes stay mounted: the page file is still
 * in use, and paging I/O changes no metadata. */
VOID FatShutdown(VOID)
{
    PLIST_ENTRY link;

    PAGED_CODE();
    FatLock(&FatGlobal.Lock);
    for (link = FatGlobal.Volumes.Flink; link != &FatGlobal.Volumes; link = link->Flink) {
        PVCB vcb = CONTAINING_RECORD(link, VCB, Link);

        FatLock(&vcb->Lock);
        FatFlushVolume(&vcb->Volume, TRUE);
        FatUnlock(&vcb->Lock);
    }
    FatUnlock(&FatGlobal.Lock);
}
