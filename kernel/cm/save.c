/* Where hives come from and go to. At start-up the module "SYSTEM" serves; once the volume is there
 * its file takes over. A save writes the whole hive beside the old file and renames it over, so
 * that at every moment one whole hive is on the disk.
 *
 * Guards: CmpSaveLock one save at a time, around file I/O; it is outer to CmpLock, which is only
 * held while the tree is turned into a file image. VolumeReady changes once, at start-up. */
#include "cmp.h"
#include "cm.h"
#include "io.h"
#include "mm.h"
#include "loader.h"

#define HIVE_NAME     L"\\SystemRoot\\System32\\config\\SYSTEM"
#define HIVE_NEW_NAME L"\\SystemRoot\\System32\\config\\SYSTEM.new"

static ERESOURCE CmpSaveLock;
static BOOLEAN VolumeReady;

static NTSTATUS LoadModule(VOID);
static VOID LoadVolume(VOID);
static NTSTATUS MakeImage(PVOID *File, PSIZE_T Size);
static NTSTATUS WriteImage(PVOID File, SIZE_T Size);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, CmInitSystem)
#pragma alloc_text(INIT, LoadModule)
#pragma alloc_text(INIT, LoadVolume)
#pragma alloc_text(PAGE, CmShutdownSystem)
#pragma alloc_text(PAGE, CmpSaveHive)
#pragma alloc_text(PAGE, MakeImage)
#pragma alloc_text(PAGE, WriteImage)
#endif

static NTSTATUS LoadModule(VOID)
{
    PHYSICAL_ADDRESS Physical;
    PLOADER_MODULE Module = NULL;
    PCM_KEY Root;
    PVOID File;
    NTSTATUS Status;

    for (ULONG Index = 0; Index < KeLoaderBlock.ModuleCount; Index++) {
        if (_stricmp(KeLoaderBlock.Modules[Index].Name, "SYSTEM") == 0) {
            Module = &KeLoaderBlock.Modules[Index];
        }
    }
    if (Module == NULL) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    Physical.QuadPart = Module->PhysicalBase;
    File = MmMapIoSpace(Physical, Module->Size, MmCached);
    if (File == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = CmpReadHive(File, Module->Size, &Root);
    MmUnmapIoSpace(File, Module->Size);
    if (NT_SUCCESS(Status)) {
        CmpLockExclusive();
        Status = CmpAttachHive(Root);
        CmpUnlock();
    }
    return Status;
}

/* The volume's hive, if it is whole; else the module's goes on. */
static VOID LoadVolume(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(HIVE_NAME);
    PCM_KEY Root;
    PVOID File;
    SIZE_T Size;
    NTSTATUS Status = IoReadWholeFile(&Name, &File, &Size);

    if (NT_SUCCESS(Status)) {
        Status = CmpReadHive(File, Size, &Root);
        ExFreePool(File);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("registry: %wZ cannot be used (0x%08X), going on with the copy the kernel was "
                 "started with\n",
                 &Name, Status);
        return;
    }
    CmpLockExclusive();
    Status = CmpAttachHive(Root);
    CmpUnlock();
    if (!NT_SUCCESS(Status)) {
        DbgPrint("registry: %wZ names no control set\n", &Name);
    }
}

BOOLEAN CmInitSystem(ULONG Phase)
{
    NTSTATUS Status;

    if (Phase == 0) {
        ExInitializeResourceLite(&CmpSaveLock);
        Status = CmpCreateRoots();
        if (NT_SUCCESS(Status)) {
            Status = CmpCreateKeyType();
        }
        if (NT_SUCCESS(Status)) {
            Status = LoadModule();
        }
        return NT_SUCCESS(Status);
    }
    LoadVolume();
    VolumeReady = TRUE;
    return TRUE;
}

static NTSTATUS MakeImage(PVOID *File, PSIZE_T Size)
{
    PAGED_CODE();

    LARGE_INTEGER Now;
    NTSTATUS Status = STATUS_SUCCESS;

    KeQuerySystemTime(&Now);
    CmpLockExclusive();
    *Size = CmpWriteHive(CmpSystem, NULL, Now);
    *File = ExAllocatePoolWithTag(PagedPool, *Size, CM_TAG);
    if (*File == NULL) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        RtlZeroMemory(*File, *Size);
        CmpWriteHive(CmpSystem, *File, Now);
        CmpDirty = FALSE;
    }
    CmpUnlock();
    return Status;
}

static NTSTATUS WriteImage(PVOID File, SIZE_T Size)
{
    PAGED_CODE();

    UNICODE_STRING Name = RTL_CONSTANT_STRING(HIVE_NAME);
    UNICODE_STRING NewName = RTL_CONSTANT_STRING(HIVE_NEW_NAME);
    OBJECT_ATTRIBUTES Attributes;
    NTSTATUS Status = IoWriteWholeFile(&NewName, File, Size);

    if (NT_SUCCESS(Status)) {
        Status = IoRenameFile(&NewName, &Name, TRUE);
    }
    if (!NT_SUCCESS(Status)) { /* half a hive is none: the old one stays */
        InitializeObjectAttributes(&Attributes, &NewName, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                   NULL, NULL);
        ZwDeleteFile(&Attributes);
    }
    return Status;
}

NTSTATUS CmpSaveHive(VOID)
{
    PVOID File = NULL;
    SIZE_T Size;
    NTSTATUS Status = STATUS_SUCCESS;

    PAGED_CODE();
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&CmpSaveLock, TRUE);
    if (VolumeReady && CmpDirty) {
        Status = MakeImage(&File, &Size);
        if (NT_SUCCESS(Status)) {
            Status = WriteImage(File, Size);
            ExFreePoolWithTag(File, CM_TAG);
        }
        if (!NT_SUCCESS(Status)) {
            CmpLockExclusive();
            CmpDirty = TRUE;
            CmpUnlock();
        }
    }
    ExReleaseResourceLite(&CmpSaveLock);
    KeLeaveCriticalRegion();
    return Status;
}

NTSTATUS CmShutdownSystem(VOID)
{
    NTSTATUS Status;

    PAGED_CODE();
    Status = CmpSaveHive();
    if (!NT_SUCCESS(Status)) {
        DbgPrint("registry: the hive could not be saved (0x%08X), the old one stays\n", Status);
    }
    return Status;
}
