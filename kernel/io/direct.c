/* Requests of the kernel itself: sent, waited for, answered without an APC, so that they work in
 * any thread at APC_LEVEL or below whatever else that thread is doing. */
#include "iop.h"

static VOID IopSend(PIRP Irp, PDEVICE_OBJECT Device, PIO_STACK_LOCATION Template,
                    PIO_STATUS_BLOCK Block);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopSend, IopSendAndWait, IopSendWithoutFail)
#endif

/* Irp: status, flags and system buffer are set. It is gone on return. */
static VOID IopSend(PIRP Irp, PDEVICE_OBJECT Device, PIO_STACK_LOCATION Template,
                    PIO_STATUS_BLOCK Block)
{
    PIO_STACK_LOCATION stack;
    KEVENT event;

    PAGED_CODE();
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    Irp->Flags |= IRP_CLOSE_OPERATION | IRP_SYNCHRONOUS_API;
    Irp->UserIosb = Block;
    Irp->UserEvent = &event;
    Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    Irp->Tail.Overlay.OriginalFileObject = Template->FileObject;
    stack = IoGetNextIrpStackLocation(Irp);
    stack->MajorFunction = Template->MajorFunction;
    stack->MinorFunction = Template->MinorFunction;
    stack->Flags = Template->Flags;
    stack->Parameters = Template->Parameters;
    stack->FileObject = Template->FileObject;
    IofCallDriver(Device, Irp);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
}

NTSTATUS IopSendAndWait(PDEVICE_OBJECT Device, PIO_STACK_LOCATION Template, PVOID SystemBuffer,
                        ULONG Flags, NTSTATUS InitialStatus, PULONG_PTR Information)
{
    IO_STATUS_BLOCK block = { { STATUS_INSUFFICIENT_RESOURCES }, 0 };
    PIRP irp;

    PAGED_CODE();
    irp = IoAllocateIrp(Device->StackSize, FALSE);
    if (irp != NULL) {
        irp->Flags = Flags;
        irp->IoStatus.Status = InitialStatus;
        irp->AssociatedIrp.SystemBuffer = SystemBuffer;
        IopSend(irp, Device, Template, &block);
    }
    if (Information != NULL) {
        *Information = block.Information;
    }
    return block.Status;
}

VOID IopSendWithoutFail(PDEVICE_OBJECT Device, PIO_STACK_LOCATION Template)
{
    LARGE_INTEGER tick = { .QuadPart = -100000 };
    IO_STATUS_BLOCK block;
    PIRP irp;

    PAGED_CODE();
    while ((irp = IoAllocateIrp(Device->StackSize, FALSE)) == NULL) {
        KeDelayExecutionThread(KernelMode, FALSE, &tick);
    }
    IopSend(irp, Device, Template, &block);
}
