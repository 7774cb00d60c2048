/* IRP_MJ_QUERY_VOLUME_INFORMATION: sizes, label, attributes, device. Guard: Vcb->Lock. */
#include "fastfat.h"

#ifdef ALLOC_PRAGMA
/* May page: asked at PASSIVE_LEVEL. */
#pragma code_seg("PAGE")
#endif

/* Copies as many characters as fit behind the fixed part. */
static NTSTATUS FatTail(PVOID Buffer, ULONG Fixed, ULONG Length, const WCHAR *Text, ULONG Bytes,
                        PULONG_PTR Used)
{
    ULONG fits = min(Bytes, Length - Fixed);

    PAGED_CODE();
    RtlCopyMemory((PUCHAR)Buffer + Fixed, Text, fits);
    *Used = Fixed + fits;
    return fits < Bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS FatVolumeInfo(PVCB Vcb, PFILE_FS_VOLUME_INFORMATION Info, ULONG Length,
                              PULONG_PTR Used)
{
    PAGED_CODE();
    Info->VolumeCreationTime.QuadPart = 0;
    Info->VolumeSerialNumber = Vcb->Volume.SerialNumber;
    Info->VolumeLabelLength = Vcb->Vpb->VolumeLabelLength;
    Info->SupportsObjects = FALSE;
    return FatTail(Info, FIELD_OFFSET(FILE_FS_VOLUME_INFORMATION, VolumeLabel), Length,
                   Vcb->Vpb->VolumeLabel, Vcb->Vpb->VolumeLabelLength, Used);
}

static NTSTATUS FatSizeInfo(PVCB Vcb, PFILE_FS_SIZE_INFORMATION Info, PULONG_PTR Used)
{
    PFAT_VOLUME v = &Vcb->Volume;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    if (!v->FreeExact) {
        status = FatCountFree(v);
    }
    Info->TotalAllocationUnits.QuadPart = v->ClusterCount;
    Info->AvailableAllocationUnits.QuadPart = v->FreeCount;
    Info->SectorsPerAllocationUnit = v->SectorsPerCluster;
    Info->BytesPerSector = FAT_SECTOR;
    *Used = NT_SUCCESS(status) ? sizeof(*Info) : 0;
    return status;
}

static NTSTATUS FatFullSizeInfo(PVCB Vcb, PFILE_FS_FULL_SIZE_INFORMATION Info, PULONG_PTR Used)
{
    FILE_FS_SIZE_INFORMATION size;
    NTSTATUS status;

    PAGED_CODE();
    status = FatSizeInfo(Vcb, &size, Used);
    if (NT_SUCCESS(status)) {
        Info->TotalAllocationUnits = size.TotalAllocationUnits;
        Info->CallerAvailableAllocationUnits = size.AvailableAllocationUnits;
        Info->ActualAvailableAllocationUnits = size.AvailableAllocationUnits;
        Info->SectorsPerAllocationUnit = size.SectorsPerAllocationUnit;
        Info->BytesPerSector = size.BytesPerSector;
        *Used = sizeof(*Info);
    }
    return status;
}

static NTSTATUS FatAttributeInfo(PFILE_FS_ATTRIBUTE_INFORMATION Info, ULONG Length,
                                 PULONG_PTR Used)
{
    PAGED_CODE();
    Info->FileSystemAttributes = FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK;
    Info->MaximumComponentNameLength = FAT_NAME_MAX;
    Info->FileSystemNameLength = 5 * sizeof(WCHAR);
    return FatTail(Info, FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName), Length,
                   L"FAT32", 5 * sizeof(WCHAR), Used);
}

static NTSTATUS FatDeviceInfo(PVCB Vcb, PFILE_FS_DEVICE_INFORMATION Info, PULONG_PTR Used)
{
    PAGED_CODE();
    Info->DeviceType = FILE_DEVICE_DISK;
    Info->Characteristics = Vcb->Target->Characteristics;
    *Used = sizeof(*Info);
    return STATUS_SUCCESS;
}

static ULONG FatVolumeMinimum(FS_INFORMATION_CLASS Class)
{
    PAGED_CODE();
    switch (Class) {
    case FileFsVolumeInformation:
        return FIELD_OFFSET(FILE_FS_VOLUME_INFORMATION, VolumeLabel);
    case FileFsSizeInformation:
        return sizeof(FILE_FS_SIZE_INFORMATION);
    case FileFsFullSizeInformation:
        return sizeof(FILE_FS_FULL_SIZE_INFORMATION);
    case FileFsAttributeInformation:
        return FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName);
    case FileFsDeviceInformation:
        return sizeof(FILE_FS_DEVICE_INFORMATION);
    default:
        return 0;
    }
}

NTSTATUS FatQueryVolume(PVCB Vcb, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    FS_INFORMATION_CLASS class = Stack->Parameters.QueryVolume.FsInformationClass;
    ULONG length = Stack->Parameters.QueryVolume.Length, least = FatVolumeMinimum(class);
    PULONG_PTR used = &Irp->IoStatus.Information;
    PVOID buffer = Irp->AssociatedIrp.SystemBuffer;

    PAGED_CODE();
    if (least == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (length < least) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    switch (class) {
    case FileFsVolumeInformation:
        return FatVolumeInfo(Vcb, buffer, length, used);
    case FileFsSizeInformation:
        return FatSizeInfo(Vcb, buffer, used);
    case FileFsFullSizeInformation:
        return FatFullSizeInfo(Vcb, buffer, used);
    case FileFsAttributeInformation:
        return FatAttributeInfo(buffer, length, used);
    default:
        return FatDeviceInfo(Vcb, buffer, used);
    }
}
