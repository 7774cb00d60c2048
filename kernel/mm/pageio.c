/* The memory manager's one arrow up to the I/O system: paging reads and writes.
 *
 * A transfer (MI_PAGE_IO) carries its own IRP, MDL and mapping, made together with the page file,
 * so that paging needs no memory. Reads and writes have separate stocks: a page-in never waits
 * for a slot that a page-out holds. While the drivers' dispatch routines run on our thread,
 * KTHREAD.PagingIo says that this thread may not fault: MmAccessFault names whoever does.
 *
 * The IRP is ours: completion takes it back (STATUS_MORE_PROCESSING_REQUIRED) and sets an event.
 * No APC is involved, since pages are read in at APC_LEVEL too. */
#include "mi.h"
#include "ke.h"
#include "pagefile.h"

#define MI_READ_STOCK  8
#define MI_WRITE_STOCK 2

static LIST_ENTRY MiIdleIo[2];      /* (p) free transfers: [0] reads, [1] writes   */
static CCHAR MiIoStackSize;         /* (c) stack locations of their IRPs; 0: none yet */
static ULONG MiIoWaiters;           /* (p) threads in MiWaitForPageIo              */
static KEVENT MiIoFreed;            /* notification                                */
volatile LONG MiTransfersInFlight;  /* interlocked                                 */

static NTSTATUS NTAPI MiPageIoDone(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context)
{
    MI_PAGE_IO *Io = Context;

    (VOID)Device;
    InterlockedDecrement(&MiTransfersInFlight);
    Io->Iosb = Irp->IoStatus;
    KeSetEvent(&Io->Done, Io->Write ? 0 : 2, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

VOID MiStartPageIo(MI_PAGE_IO *Io, ULONG Slot)
{
    MI_PAGE_FILE *File = MiPageFileOfSlot(Slot);
    PDEVICE_OBJECT Device = File->Device;
    PMMPTE Pte = MiGetPteAddress(Io->Window);
    ULONG Length = Io->Pages << PAGE_SHIFT;
    PIO_STACK_LOCATION Stack;

    for (ULONG i = 0; i < Io->Pages; i++) {
        MiWritePte(Pte + i, MiValidPte((MI_PFN)Io->Frames[i], MM_PROT_READ | MM_PROT_WRITE));
    }
    MiFlushRange(Io->Window, Io->Pages);
    Io->Mdl.Next = NULL;
    Io->Mdl.Size = (CSHORT)(sizeof(MDL) + Io->Pages * sizeof(PFN_NUMBER));
    Io->Mdl.MdlFlags = MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA |
                       (Io->Write ? 0 : MDL_IO_PAGE_READ | MDL_WRITE_OPERATION);
    Io->Mdl.Process = NULL;
    Io->Mdl.MappedSystemVa = Io->Window;
    Io->Mdl.StartVa = Io->Window;
    Io->Mdl.ByteCount = Length;
    Io->Mdl.ByteOffset = 0;

    IoInitializeIrp(Io->Irp, IoSizeOfIrp(File->StackSize), File->StackSize);
    Io->Irp->Flags = IRP_PAGING_IO | IRP_NOCACHE | (Io->Write ? 0 : IRP_SYNCHRONOUS_PAGING_IO);
    Io->Irp->MdlAddress = &Io->Mdl;
    Io->Irp->UserBuffer = Io->Window;
    Io->Irp->RequestorMode = KernelMode;
    Io->Irp->Tail.Overlay.OriginalFileObject = File->FileObject;
    Io->Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    Stack = IoGetNextIrpStackLocation(Io->Irp);
    Stack->MajorFunction = Io->Write ? IRP_MJ_WRITE : IRP_MJ_READ;
    Stack->FileObject = File->FileObject;
    Stack->Parameters.Read.Length = Length;
    Stack->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)MiPageOfSlot(Slot) << PAGE_SHIFT;
    IoSetCompletionRoutine(Io->Irp, MiPageIoDone, Io, TRUE, TRUE, TRUE);

    InterlockedIncrement(&MiTransfersInFlight);
    KeGetCurrentThread()->PagingIo++;
    IoCallDriver(Device, Io->Irp);
    KeGetCurrentThread()->PagingIo--;
}

MI_PAGE_IO *MiTryGetPageIo(BOOLEAN Write)
{
    MI_PAGE_IO *Io;

    if (IsListEmpty(&MiIdleIo[Write])) {
        return NULL;
    }
    Io = CONTAINING_RECORD(RemoveHeadList(&MiIdleIo[Write]), MI_PAGE_IO, Links);
    Io->Users = 1;
    KeClearEvent(&Io->Done);
    return Io;
}

VOID MiDropPageIo(MI_PAGE_IO *Io)
{
    if (--Io->Users != 0) {
        return;
    }
    InsertTailList(&MiIdleIo[Io->Write], &Io->Links);
    if (MiIoWaiters != 0) {
        MiIoWaiters = 0;
        KeSetEvent(&MiIoFreed, 0, FALSE);
    }
}

VOID MiWaitForPageIo(BOOLEAN Write)
{
    BOOLEAN Wait;
    KIRQL OldIrql;

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    Wait = IsListEmpty(&MiIdleIo[Write]);
    if (Wait && MiIoWaiters++ == 0) {
        KeClearEvent(&MiIoFreed);
    }
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    if (Wait) {
        KeWaitForSingleObject(&MiIoFreed, WrPageIn, KernelMode, FALSE, NULL);
    }
}

static MI_PAGE_IO *MiCreatePageIo(BOOLEAN Write, CCHAR StackSize)
{
    MI_PAGE_IO *Io = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Io), 'oImM');

    if (Io == NULL) {
        return NULL;
    }
    RtlZeroMemory(Io, sizeof(*Io));
    Io->Write = Write;
    KeInitializeEvent(&Io->Done, NotificationEvent, FALSE);
    Io->Irp = IoAllocateIrp(StackSize, FALSE);
    Io->Window = MiAllocateSystemPtes(MI_CLUSTER_PAGES);
    if (Io->Irp == NULL || Io->Window == NULL) {
        if (Io->Irp != NULL) {
            IoFreeIrp(Io->Irp);
        }
        if (Io->Window != NULL) {
            MiReleaseSystemPtes(Io->Window, MI_CLUSTER_PAGES);
        }
        ExFreePoolWithTag(Io, 'oImM');
        return NULL;
    }
    return Io;
}

static VOID MiDeletePageIos(VOID)
{
    for (ULONG Kind = 0; Kind < 2; Kind++) {
        while (!IsListEmpty(&MiIdleIo[Kind])) {
            MI_PAGE_IO *Io = CONTAINING_RECORD(RemoveHeadList(&MiIdleIo[Kind]), MI_PAGE_IO, Links);

            IoFreeIrp(Io->Irp);
            MiReleaseSystemPtes(Io->Window, MI_CLUSTER_PAGES);
            ExFreePoolWithTag(Io, 'oImM');
        }
    }
}

NTSTATUS MiCreatePageIos(CCHAR StackSize)
{
    if (MiIoStackSize != 0) {
        return StackSize <= MiIoStackSize ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    }
    InitializeListHead(&MiIdleIo[FALSE]);
    InitializeListHead(&MiIdleIo[TRUE]);
    KeInitializeEvent(&MiIoFreed, NotificationEvent, FALSE);
    for (ULONG i = 0; i < MI_READ_STOCK + MI_WRITE_STOCK; i++) {
        BOOLEAN Write = i >= MI_READ_STOCK;
        MI_PAGE_IO *Io = MiCreatePageIo(Write, StackSize);

        if (Io == NULL) {
            MiDeletePageIos();
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        InsertTailList(&MiIdleIo[Write], &Io->Links);
    }
    MiIoStackSize = StackSize;
    return STATUS_SUCCESS;
}
