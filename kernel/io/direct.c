/* Requests of the kernel itself: sent, waited for, answered without an APC, so that they work in
 * any thread at APC_LEVEL or below whatever else that thread is doing. */
#include "iop.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopSendAndWait)
#endif

NTSTATUS IopSendAndWait(PDEVICE_OBJECT Device, PIO_STACK_LOCATION Template, PVOID SystemBuffer,
                        ULONG Flags, NTSTATUS InitialStatus, PULONG_PTR Information)
{
    IO_STATUS_BLOCK block = { { STATUS_UNSUCCESSFUL }, 0 };
    PIO_STACK_LOCATION stack;
    KEVENT event;
    PIRP irp;

    PAGED_CODE();
    irp = IoAllocateIrp(Device->StackSize, FALSE);
    if (irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->Flags = IRP_CLOSE_OPERATION | IRP_SYNCHRONOUS_API | Flags;
    irp->UserIosb = &block;
    irp->UserEvent = &event;
    irp->IoStatus.Status = InitialStatus;
    irp->AssociatedIrp.SystemBuffer = SystemBuffer;
    irp->Tail.Overlay.Thread = PsGetCurrentThread();
    irp->Tail.Overlay.OriginalFileObject = Template->FileObject;
    stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = Template->MajorFunction;
    stack->MinorFunction = Template->MinorFunction;
    stack->Flags = Template->Flags;
    stack->Parameters = Template->Parameters;
    stack->FileObject = Template->FileObject;
    IofCallDriver(Device, irp);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
    if (Information != NULL) {
        *Information = block.Information;
    }
    return block.Status;
}
