/* Opening and closing: when the PAGEKBDC section is locked into memory and when it is let go.
 *
 *   first create   lock the section, then pass the create down: keys may come as soon as the port
 *                  driver has seen it
 *   last close     pass the close down first: when it comes back no key can come any more; then
 *                  unlock
 *
 * OpenLock makes each of the two one step against opens and closes on other threads. */
#include "kbdclass.h"

static VOID ClassAcquireOpenLock(PCLASS_DEVICE Class);
static VOID ClassReleaseOpenLock(PCLASS_DEVICE Class);
static VOID ClassLockCode(PCLASS_DEVICE Class);

/* PASSIVE_LEVEL and allowed to wait, so allowed to fault. They must not lie in the section that
 * they lock: nothing would keep it in before the lock, or after the unlock. */
#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ClassCreate, ClassClose)
#pragma alloc_text(PAGE, ClassAcquireOpenLock, ClassReleaseOpenLock, ClassLockCode)
#endif

NTSTATUS NTAPI ClassCreate(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PCLASS_DEVICE class = DeviceObject->DeviceExtension;
    NTSTATUS status;

    PAGED_CODE();
    ClassAcquireOpenLock(class);
    if (class->Opens == 0) {
        ClassLockCode(class);
    }
    if (!IoForwardIrpSynchronously(class->Lower, Irp)) {
        Irp->IoStatus.Status = STATUS_UNSUCCESSFUL;
    }
    status = Irp->IoStatus.Status;
    if (NT_SUCCESS(status)) {
        class->Opens++;
    } else if (class->Opens == 0) {
        MmUnlockPagableImageSection(class->CodeHandle);
    }
    ClassReleaseOpenLock(class);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}

NTSTATUS NTAPI ClassClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PCLASS_DEVICE class = DeviceObject->DeviceExtension;
    NTSTATUS status;

    PAGED_CODE();
    ClassAcquireOpenLock(class);
    if (!IoForwardIrpSynchronously(class->Lower, Irp)) {
        Irp->IoStatus.Status = STATUS_UNSUCCESSFUL;
    }
    status = Irp->IoStatus.Status;
    if (--class->Opens == 0) {
        /* Nobody reads and nobody delivers: what was typed unread is forgotten, and the code that
         * would have served it may be paged out. One unlock for the one lock. */
        class->First = 0;
        class->Count = 0;
        MmUnlockPagableImageSection(class->CodeHandle);
    }
    ClassReleaseOpenLock(class);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}

/* An event rather than a mutex that raises the IRQL: the drivers below are called with it held,
 * at PASSIVE_LEVEL. In a critical region: no APC may open the device a second time under it. */
static VOID ClassAcquireOpenLock(PCLASS_DEVICE Class)
{
    PAGED_CODE();
    KeEnterCriticalRegion();
    KeWaitForSingleObject(&Class->OpenLock, Executive, KernelMode, FALSE, NULL);
}

static VOID ClassReleaseOpenLock(PCLASS_DEVICE Class)
{
    PAGED_CODE();
    KeSetEvent(&Class->OpenLock, IO_NO_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
}

/* The first time by address, which has to search for the section; then by the handle, which stays
 * good until the driver is unloaded. Any routine in the section names it. */
static VOID ClassLockCode(PCLASS_DEVICE Class)
{
    PAGED_CODE();
    if (Class->CodeHandle == NULL) {
        Class->CodeHandle = MmLockPagableCodeSection(ClassRead);
    } else {
        MmLockPagableSectionByHandle(Class->CodeHandle);
    }
}
