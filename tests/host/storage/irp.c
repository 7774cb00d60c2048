/* IRPs: allocated, sent, completed, as the I/O manager does it. */
#include <stdlib.h>
#include <string.h>
#include "fakes.h"

ULONG_PTR LastInformation;

PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)
{
    ULONG Size = sizeof(IRP) + STACK_LOCATIONS * sizeof(IO_STACK_LOCATION);
    PIRP Irp = Allocate(Size);

    memset(Irp, 0, Size);
    NT_ASSERT(StackSize <= STACK_LOCATIONS);
    Irp->Type = IO_TYPE_IRP;
    Irp->StackCount = StackSize;
    Irp->CurrentLocation = (CHAR)(StackSize + 1);
    Irp->Tail.Overlay.CurrentStackLocation = (PIO_STACK_LOCATION)(Irp + 1) + StackSize;
    return Irp;
}

VOID NTAPI IoFreeIrp(PIRP Irp)
{
    Blocks--;
    free(Irp);
}

PMDL NewMdl(void *Buffer, ULONG Length)
{
    PMDL Mdl = Allocate(sizeof(MDL) + 64 * sizeof(PFN_NUMBER));
    ULONG Pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(Buffer, Length), Index;

    MmInitializeMdl(Mdl, Buffer, Length);
    for (Index = 0; Index < Pages; Index++) {
        MmGetMdlPfnArray(Mdl)[Index] =
            (PtrToUlong(Buffer) >> PAGE_SHIFT) + Index + (FramesHigh ? 0x100000 : 0);
    }
    Mdl->MappedSystemVa = Buffer;
    Mdl->MdlFlags = MDL_SOURCE_IS_NONPAGED_POOL;
    return Mdl;
}

PMDL NTAPI IoAllocateMdl(PVOID Buffer, ULONG Length, BOOLEAN Secondary, BOOLEAN Charge, PIRP Irp)
{
    return NewMdl(Buffer, Length);
}

VOID NTAPI IoFreeMdl(PMDL Mdl)
{
    Blocks--;
    free(Mdl);
}

NTSTATUS FASTCALL IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack;

    IoSetNextIrpStackLocation(Irp);
    NT_ASSERT(Irp->CurrentLocation > 0);
    Stack = IoGetCurrentIrpStackLocation(Irp);
    Stack->DeviceObject = DeviceObject;
    return DeviceObject->DriverObject->MajorFunction[Stack->MajorFunction](DeviceObject, Irp);
}

VOID FASTCALL IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    NT_ASSERT(Irp->IoStatus.Status != STATUS_PENDING);
    while (Irp->CurrentLocation <= Irp->StackCount) {
        PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
        PIO_COMPLETION_ROUTINE Routine = Stack->CompletionRoutine;
        PVOID Context = Stack->Context;
        UCHAR Bit = NT_SUCCESS(Irp->IoStatus.Status) ? SL_INVOKE_ON_SUCCESS : SL_INVOKE_ON_ERROR;
        UCHAR Flags = Stack->Control;

        Irp->PendingReturned = (Flags & SL_PENDING_RETURNED) != 0;
        Stack->CompletionRoutine = NULL;
        Stack->Control = 0;
        IoSkipCurrentIrpStackLocation(Irp);
        if (Routine != NULL && (Flags & Bit) != 0) {
            PDEVICE_OBJECT Device = Irp->CurrentLocation > Irp->StackCount
                                        ? NULL
                                        : IoGetCurrentIrpStackLocation(Irp)->DeviceObject;

            if (Routine(Device, Irp, Context) == STATUS_MORE_PROCESSING_REQUIRED) {
                return;
            }
        }
    }
    NT_ASSERT(Irp->UserIosb != NULL);
    if ((Irp->Flags & IRP_BUFFERED_IO) != 0) {
        if (Irp->UserBuffer != NULL) {
            memcpy(Irp->UserBuffer, Irp->AssociatedIrp.SystemBuffer, Irp->IoStatus.Information);
        }
        ExFreePool(Irp->AssociatedIrp.SystemBuffer);
    }
    *Irp->UserIosb = Irp->IoStatus;
    KeSetEvent(Irp->UserEvent, 0, FALSE);
    if (Irp->MdlAddress != NULL) {
        IoFreeMdl(Irp->MdlAddress);
    }
    IoFreeIrp(Irp);
}

static NTSTATUS NTAPI Arrived(PDEVICE_OBJECT Device, PIRP Irp, PVOID Event)
{
    KeSetEvent(Event, 0, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

BOOLEAN NTAPI IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoSetCompletionRoutine(Irp, Arrived, &Event, TRUE, TRUE, TRUE);
    IofCallDriver(DeviceObject, Irp);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    return TRUE;
}

PIRP NewIrp(UCHAR Major, UCHAR Minor)
{
    PIRP Irp = IoAllocateIrp(STACK_LOCATIONS, FALSE);

    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    FirstLocation(Irp)->MajorFunction = Major;
    FirstLocation(Irp)->MinorFunction = Minor;
    return Irp;
}

PIO_STACK_LOCATION FirstLocation(PIRP Irp)
{
    return IoGetNextIrpStackLocation(Irp);
}

NTSTATUS SendAndWait(PDEVICE_OBJECT Device, PIRP Irp)
{
    IO_STATUS_BLOCK IoStatus = {{STATUS_PENDING}, 0};
    KEVENT Event;
    NTSTATUS Status;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp->UserIosb = &IoStatus;
    Irp->UserEvent = &Event;
    Status = IofCallDriver(Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    } else {
        NT_ASSERT(Status == IoStatus.Status);
    }
    LastInformation = IoStatus.Information;
    return IoStatus.Status;
}

PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG Major, PDEVICE_OBJECT DeviceObject, PVOID Buffer,
                                        ULONG Length, PLARGE_INTEGER Offset, PKEVENT Event,
                                        PIO_STATUS_BLOCK IoStatus)
{
    PIRP Irp = NewIrp((UCHAR)Major, 0);

    if (Buffer != NULL) {
        Irp->MdlAddress = NewMdl(Buffer, Length);
        FirstLocation(Irp)->Parameters.Read.Length = Length;
        FirstLocation(Irp)->Parameters.Read.ByteOffset = *Offset;
    }
    Irp->UserEvent = Event;
    Irp->UserIosb = IoStatus;
    return Irp;
}

PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG Code, PDEVICE_OBJECT DeviceObject, PVOID Input,
                                         ULONG InputLength, PVOID Output, ULONG OutputLength,
                                         BOOLEAN IsInternal, PKEVENT Event,
                                         PIO_STATUS_BLOCK IoStatus)
{
    PIRP Irp = NewIrp(IRP_MJ_DEVICE_CONTROL, 0);
    ULONG Size = max(InputLength, OutputLength);

    Irp->AssociatedIrp.SystemBuffer = Allocate(Size + 1);
    memcpy(Irp->AssociatedIrp.SystemBuffer, Input, InputLength);
    Irp->Flags |= IRP_BUFFERED_IO;
    Irp->UserBuffer = Output;
    FirstLocation(Irp)->Parameters.DeviceIoControl.IoControlCode = Code;
    FirstLocation(Irp)->Parameters.DeviceIoControl.InputBufferLength = InputLength;
    FirstLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength = OutputLength;
    Irp->UserEvent = Event;
    Irp->UserIosb = IoStatus;
    return Irp;
}
