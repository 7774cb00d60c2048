/* Start-up of the I/O system, in the phase-1 thread:
 *
 *   1  object types, the root of the device tree
 *   2  boot drivers (Start = 0) in group order, from the boot loader's modules
 *   3  root devices of these drivers: the disk stack builds itself down to its partitions
 *   4  boot drivers' reinitialisation routines
 *   5  the volume: partition 1 of disk 0 is mounted, C: and \SystemRoot are made
 *   6  (after the hive, the page file) other root devices, Start = 1, Start = 2, reinitialisation
 *
 * Nothing runs beside it, so nothing is locked but by the parts themselves. */
#include "iop.h"

#define IOP_BOOT_PARTITION L"\\Device\\Harddisk0\\Partition1"

static VOID IopLoadBootDriver(PIOP_SERVICE Service, PVOID Context);
static VOID IopLoadSystemDriver(PIOP_SERVICE Service, PVOID Context);
static VOID IopLink(PCWSTR Name, PCWSTR Target);
static NTSTATUS IopTryVolume(VOID);
static VOID IopMakeDriveLetters(VOID);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, IoInitSystem, IopLoadBootDriver, IopLoadSystemDriver, IopLink)
#pragma alloc_text(INIT, IopTryVolume, IopMakeDriveLetters, IoStartSystemDrivers)
#endif

/* A boot driver that cannot be loaded is one the system cannot run without. */
static VOID IopLoadBootDriver(PIOP_SERVICE Service, PVOID Context)
{
    CHAR reason[IO_REASON_SIZE], sentence[IO_REASON_SIZE + 60];
    PDRIVER_OBJECT driver;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Context);
    reason[0] = 0;
    status = IopLoadService(Service, &driver, reason, sizeof(reason));
    if (NT_SUCCESS(status)) {
        return;
    }
    reason[sizeof(reason) - 1] = 0;
    if (Service->ErrorControl == 0) {
        DbgPrint("%s (0x%08lX)\n", reason, (ULONG)status);
        return;
    }
    _snprintf(sentence, sizeof(sentence), "the boot driver %wZ did not start: %s (0x%08lX).",
              &Service->Name, reason, (ULONG)status);
    sentence[sizeof(sentence) - 1] = 0;
    KeRefuseToRun(sentence);
}

static VOID IopLoadSystemDriver(PIOP_SERVICE Service, PVOID Context)
{
    CHAR reason[IO_REASON_SIZE];
    PDRIVER_OBJECT driver;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Context);
    if (NT_SUCCESS(IopReferenceDriver(&Service->Name, &driver))) {
        ObDereferenceObject(driver); /* loaded already, for a device of the tree */
        return;
    }
    reason[0] = 0;
    status = IopLoadService(Service, &driver, reason, sizeof(reason));
    if (!NT_SUCCESS(status) && Service->ErrorControl != 0) {
        reason[sizeof(reason) - 1] = 0;
        DbgPrint("%s (0x%08lX)\n", reason, (ULONG)status);
    }
}

static VOID IopLink(PCWSTR Name, PCWSTR Target)
{
    UNICODE_STRING name, target;

    RtlInitUnicodeString(&name, Name);
    RtlInitUnicodeString(&target, Target);
    IoCreateSymbolicLink(&name, &target);
}

/* Opens the root directory of the boot partition, which mounts it. */
static NTSTATUS IopTryVolume(VOID)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    UNICODE_STRING name;
    NTSTATUS status;
    HANDLE handle;

    RtlInitUnicodeString(&name, IOP_BOOT_PARTITION L"\\");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    status = ZwOpenFile(&handle, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attributes, &block,
                        FILE_SHARE_VALID_FLAGS, FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
    if (NT_SUCCESS(status)) {
        ZwClose(handle);
    }
    return status;
}

/* C: is the boot partition; D: and so on the other partitions as they are found. */
static VOID IopMakeDriveLetters(VOID)
{
    WCHAR letter[] = L"\\??\\C:", target[48];
    ULONG disk, partition;

    IopLink(letter, IOP_BOOT_PARTITION);
    IopLink(L"\\SystemRoot", IOP_BOOT_PARTITION L"\\Pagoda");
    for (disk = 0; disk < 8 && letter[4] < L'Z'; disk++) {
        for (partition = disk == 0 ? 2 : 1; partition <= 16 && letter[4] < L'Z'; partition++) {
            OBJECT_ATTRIBUTES attributes;
            UNICODE_STRING name;
            PVOID device;

            _snwprintf(target, RTL_NUMBER_OF(target), L"\\Device\\Harddisk%lu\\Partition%lu", disk,
                       partition);
            RtlInitUnicodeString(&name, target);
            InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
            if (!NT_SUCCESS(ObReferenceObjectByAttributes(&attributes, *IoDeviceObjectType, 0, NULL,
                                                          &device))) {
                continue;
            }
            ObDereferenceObject(device);
            letter[4]++;
            IopLink(letter, target);
        }
    }
}

VOID IoInitSystem(VOID)
{
    CHAR sentence[120];
    NTSTATUS status;

    IopInitIrps();
    IopInitFileSystems();
    IopInitShutdown();
    if (!IopCreateDeviceType() || !IopCreateDriverType() || !IopCreateFileType() || !IopInitPnp()) {
        KeRefuseToRun("the I/O system found too little memory.");
    }
    IopLock();
    IopForEachService(0, IopLoadBootDriver, NULL);
    IopUnlock();
    IopEnumerateRoot(FALSE);
    IopRunReinits(TRUE);

    status = IopTryVolume();
    if (!NT_SUCCESS(status)) {
        _snprintf(sentence, sizeof(sentence),
                  status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND
                      ? "there is no disk with a partition (0x%08lX)."
                      : "the first partition of the first disk holds no FAT32 volume (0x%08lX).",
                  (ULONG)status);
        KeRefuseToRun(sentence);
    }
    IopMakeDriveLetters();
    IopVolumeReady = TRUE;
}

VOID IoStartSystemDrivers(VOID)
{
    IopEnumerateRoot(TRUE);
    IopLock();
    IopForEachService(1, IopLoadSystemDriver, NULL);
    IopForEachService(2, IopLoadSystemDriver, NULL);
    IopUnlock();
    IopRunReinits(FALSE);
    IopBooting = FALSE;
}
