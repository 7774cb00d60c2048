/* Reinitialisation: routines a DriverEntry wants called when other drivers are there.
 *
 *   IoRegisterBootDriverReinitialization   after all boot devices have been started
 *   IoRegisterDriverReinitialization       after the last system driver; for a driver loaded
 *                                          later right after its DriverEntry
 * A routine may register again and is then called in the next round. A driver's INIT sections go
 * when its last entry has run. Guard: IopLoadLock. */
#include "iop.h"

BOOLEAN IopBooting = TRUE;

static LIST_ENTRY IopBootReinits = { &IopBootReinits, &IopBootReinits };
static LIST_ENTRY IopReinits = { &IopReinits, &IopReinits };

static VOID IopRegister(PLIST_ENTRY List, PDRIVER_OBJECT Driver, PDRIVER_REINITIALIZE Routine,
                        PVOID Context);
static VOID IopRemoveOf(PLIST_ENTRY List, PDRIVER_OBJECT Driver);
static BOOLEAN IopPointsIntoInit(PVOID Routine);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopRegister, IopRemoveOf, IopRunReinits, IopForgetReinits)
#pragma alloc_text(PAGE, IopDiscardInit, IopPointsIntoInit)
#pragma alloc_text(PAGE, IoRegisterDriverReinitialization, IoRegisterBootDriverReinitialization)
#endif

static VOID IopRegister(PLIST_ENTRY List, PDRIVER_OBJECT Driver, PDRIVER_REINITIALIZE Routine,
                        PVOID Context)
{
    PIOP_REINIT entry = ExAllocatePoolWithTag(PagedPool, sizeof(*entry), IOP_TAG);

    PAGED_CODE();
    if (entry == NULL) {
        return; /* NT has no way to say it either */
    }
    entry->Driver = Driver;
    entry->Routine = Routine;
    entry->Context = Context;
    IopLock();
    IopDriver(Driver)->PendingReinits++;
    InsertTailList(List, &entry->Link);
    IopUnlock();
}

VOID NTAPI IoRegisterDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                            PDRIVER_REINITIALIZE Routine, PVOID Context)
{
    PAGED_CODE();
    DriverObject->Flags |= DRVO_REINIT_REGISTERED;
    IopRegister(&IopReinits, DriverObject, Routine, Context);
}

VOID NTAPI IoRegisterBootDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                                PDRIVER_REINITIALIZE Routine, PVOID Context)
{
    PAGED_CODE();
    DriverObject->Flags |= DRVO_BOOTREINIT_REGISTERED;
    IopRegister(IopBooting ? &IopBootReinits : &IopReinits, DriverObject, Routine, Context);
}

/* Runs what is queued, and what that queues again, until nothing is left. */
VOID IopRunReinits(BOOLEAN Boot)
{
    PLIST_ENTRY list = Boot ? &IopBootReinits : &IopReinits;

    PAGED_CODE();
    IopLock();
    while (!IsListEmpty(list)) {
        PIOP_REINIT entry = CONTAINING_RECORD(RemoveHeadList(list), IOP_REINIT, Link);
        PDRIVER_OBJECT driver = entry->Driver;

        driver->DriverExtension->Count++;
        entry->Routine(driver, entry->Context, driver->DriverExtension->Count);
        ExFreePoolWithTag(entry, IOP_TAG);
        if (--IopDriver(driver)->PendingReinits == 0) {
            IopDiscardInit(driver);
        }
    }
    IopUnlock();
}

static VOID IopRemoveOf(PLIST_ENTRY List, PDRIVER_OBJECT Driver)
{
    PLIST_ENTRY link, next;

    PAGED_CODE();
    for (link = List->Flink; link != List; link = next) {
        PIOP_REINIT entry = CONTAINING_RECORD(link, IOP_REINIT, Link);

        next = link->Flink;
        if (entry->Driver == Driver) {
            RemoveEntryList(link);
            ExFreePoolWithTag(entry, IOP_TAG);
        }
    }
}

/* The driver is going: what it has queued is never called. */
VOID IopForgetReinits(PDRIVER_OBJECT Driver)
{
    PAGED_CODE();
    IopRemoveOf(&IopBootReinits, Driver);
    IopRemoveOf(&IopReinits, Driver);
    IopDriver(Driver)->PendingReinits = 0;
}

static BOOLEAN IopPointsIntoInit(PVOID Routine)
{
    MM_ADDRESS_NAME name;

    PAGED_CODE();
    return Routine != NULL && MmDescribeAddress(Routine, &name) &&
           strncmp(name.Section, "INIT", 4) == 0;
}

/* INIT goes. A dispatch entry that points into it is a bug that would show only much later. */
VOID IopDiscardInit(PDRIVER_OBJECT Driver)
{
    PIOP_DRIVER driver = IopDriver(Driver);
    ULONG i;

    PAGED_CODE();
    if (driver->Image == NULL) {
        return;
    }
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        if (IopPointsIntoInit(Driver->MajorFunction[i])) {
            DbgPrint("%wZ: MajorFunction[0x%02lX] lies in INIT, which is discarded now\n",
                     &Driver->DriverName, i);
        }
    }
    if (IopPointsIntoInit(Driver->DriverUnload) || IopPointsIntoInit(Driver->DriverStartIo) ||
        IopPointsIntoInit(Driver->DriverExtension->AddDevice)) {
        DbgPrint("%wZ: DriverUnload, StartIo or AddDevice lies in INIT, which is discarded now\n",
                 &Driver->DriverName);
    }
    MmFreeDriverInitialization(driver->Image);
}
