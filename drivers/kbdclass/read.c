/* Reads and the keys that satisfy them.
 *
 *   ClassService   keys arrive: queue them, complete waiting reads with them
 *   ClassRead      a read arrives: keys are there, or it waits
 *   ClassCancel    a waiting read is cancelled
 *   ClassCleanup   a handle is closed: its waiting reads are cancelled
 *
 * One lock, QueueLock, guards keys and waiting reads together, so that a read never waits while
 * a key does. Whether a read is completed or cancelled is decided by who gets its cancel routine
 * out: IoSetCancelRoutine(irp, NULL) returns it to one caller only. */
#include "kbdclass.h"

static DRIVER_CANCEL ClassCancel;
static ULONG ClassTakeKeys(PCLASS_DEVICE Class, PIRP Irp);
static PIRP ClassNextRead(PCLASS_DEVICE Class, PFILE_OBJECT File);

/* All of these run at DISPATCH_LEVEL, by their caller or by the spin lock they take, so while they
 * can be called they must be in memory; and they can be called only while the device is open.
 * Hence neither PAGE nor .text but a section of their own, which open.c locks meanwhile. The
 * helpers are named too: a function that is not would be nonpaged for ever. */
#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGEKBDC, ClassRead, ClassCleanup, ClassService)
#pragma alloc_text(PAGEKBDC, ClassCancel, ClassTakeKeys, ClassNextRead)
#endif

NTSTATUS NTAPI ClassRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PCLASS_DEVICE class = DeviceObject->DeviceExtension;
    ULONG length = IoGetCurrentIrpStackLocation(Irp)->Parameters.Read.Length;
    NTSTATUS status;
    KIRQL irql;

    PAGED_CODE_LOCKED();
    Irp->IoStatus.Information = 0;
    if (length == 0 || length % sizeof(KEYBOARD_INPUT_DATA) != 0) {
        status = length == 0 ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
        Irp->IoStatus.Status = status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return status;
    }

    KeAcquireSpinLock(&class->QueueLock, &irql);
    if (class->Count != 0) {
        Irp->IoStatus.Information = ClassTakeKeys(class, Irp);
        status = STATUS_SUCCESS;
    } else {
        IoSetCancelRoutine(Irp, ClassCancel);
        if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
            /* Cancelled before the routine was there: nobody else will complete it. */
            status = STATUS_CANCELLED;
        } else {
            /* Still ours, or ClassCancel runs and waits for the lock: it finds the IRP queued. */
            IoMarkIrpPending(Irp);
            InsertTailList(&class->Reads, &Irp->Tail.Overlay.ListEntry);
            status = STATUS_PENDING;
        }
    }
    KeReleaseSpinLock(&class->QueueLock, irql);

    if (status != STATUS_PENDING) {
        Irp->IoStatus.Status = status;
        IoCompleteRequest(Irp, IO_KEYBOARD_INCREMENT);
    }
    return status;
}

/* Called by the port driver's DPC at DISPATCH_LEVEL; see kbdmou.h for the arguments. */
VOID NTAPI ClassService(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2,
                        PVOID SystemArgument3)
{
    PCLASS_DEVICE class = ((PDEVICE_OBJECT)NormalContext)->DeviceExtension;
    PKEYBOARD_INPUT_DATA key = SystemArgument1, end = SystemArgument2;
    PULONG taken = SystemArgument3;
    LIST_ENTRY done;
    PIRP irp;

    InitializeListHead(&done);
    *taken = 0;
    KeAcquireSpinLockAtDpcLevel(&class->QueueLock);
    while (key != end && class->Count < CLASS_QUEUE) {
        class->Keys[(class->First + class->Count) % CLASS_QUEUE] = *key++;
        class->Count++;
        ++*taken;
    }
    while (class->Count != 0 && (irp = ClassNextRead(class, NULL)) != NULL) {
        irp->IoStatus.Information = ClassTakeKeys(class, irp);
        InsertTailList(&done, &irp->Tail.Overlay.ListEntry);
    }
    KeReleaseSpinLockFromDpcLevel(&class->QueueLock);

    /* Without the lock: a completion routine above may read again at once. */
    while (!IsListEmpty(&done)) {
        irp = CONTAINING_RECORD(RemoveHeadList(&done), IRP, Tail.Overlay.ListEntry);
        irp->IoStatus.Status = STATUS_SUCCESS;
        IoCompleteRequest(irp, IO_KEYBOARD_INCREMENT);
    }
}

/* The last handle of a file object is closed: its reads go, then the port driver hears of it. */
NTSTATUS NTAPI ClassCleanup(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PCLASS_DEVICE class = DeviceObject->DeviceExtension;
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    KIRQL irql;
    PIRP read;

    PAGED_CODE_LOCKED();
    for (;;) {
        KeAcquireSpinLock(&class->QueueLock, &irql);
        read = ClassNextRead(class, file);
        KeReleaseSpinLock(&class->QueueLock, irql);
        if (read == NULL) {
            break;
        }
        read->IoStatus.Status = STATUS_CANCELLED;
        read->IoStatus.Information = 0;
        IoCompleteRequest(read, IO_NO_INCREMENT);
    }
    return ClassPassDown(DeviceObject, Irp);
}

/* Called with the cancel lock held, the cancel routine already taken out of the IRP. */
static VOID NTAPI ClassCancel(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PCLASS_DEVICE class = DeviceObject->DeviceExtension;
    KIRQL irql;

    IoReleaseCancelSpinLock(Irp->CancelIrql);
    KeAcquireSpinLock(&class->QueueLock, &irql);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&class->QueueLock, irql);
    Irp->IoStatus.Status = STATUS_CANCELLED;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

/* Moves as many keys as fit into the read's buffer; returns their size in bytes. QueueLock. */
static ULONG ClassTakeKeys(PCLASS_DEVICE Class, PIRP Irp)
{
    PKEYBOARD_INPUT_DATA buffer = Irp->AssociatedIrp.SystemBuffer;
    ULONG room = IoGetCurrentIrpStackLocation(Irp)->Parameters.Read.Length / sizeof(*buffer);
    ULONG i;

    for (i = 0; i < room && Class->Count != 0; i++) {
        buffer[i] = Class->Keys[Class->First];
        Class->First = (Class->First + 1) % CLASS_QUEUE;
        Class->Count--;
    }
    return i * sizeof(*buffer);
}

/* Takes the oldest waiting read, of one file object or of any (File NULL), out of the list and
 * makes it uncancellable; NULL if there is none. A read whose cancel routine somebody else has
 * is passed over: ClassCancel waits for the lock and unlinks it itself. QueueLock. */
static PIRP ClassNextRead(PCLASS_DEVICE Class, PFILE_OBJECT File)
{
    PLIST_ENTRY entry;
    PIRP irp;

    for (entry = Class->Reads.Flink; entry != &Class->Reads; entry = entry->Flink) {
        irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
        if ((File == NULL || IoGetCurrentIrpStackLocation(irp)->FileObject == File) &&
            IoSetCancelRoutine(irp, NULL) != NULL) {
            RemoveEntryList(entry);
            return irp;
        }
    }
    return NULL;
}
