/* Opening and closing: the two moments at which the driver changes between "may be out of memory
 * entirely" and "paged as declared". PORT_DRIVER.OpenLock makes each change one step: without it
 * an open could connect the interrupt while a close on another thread pages the handler out. */
#include "i8042prt.h"

static NTSTATUS PortFirstOpen(PPORT_DEVICE Port);
static VOID PortLastClose(PPORT_DEVICE Port);
static NTSTATUS PortComplete(PIRP Irp, NTSTATUS Status);

/* Create and close are called at PASSIVE_LEVEL, may wait, and may therefore fault: they bring
 * themselves in when the driver is out, and need not stay in while the keyboard is used. */
#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, PortCreate, PortCleanup, PortClose, PortInternalDeviceControl)
#pragma alloc_text(PAGE, PortFirstOpen, PortLastClose, PortComplete)
#pragma alloc_text(PAGE, PortAcquireOpenLock, PortReleaseOpenLock)
#endif

NTSTATUS NTAPI PortCreate(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PPORT_DEVICE port = DeviceObject->DeviceExtension;
    NTSTATUS status = STATUS_SUCCESS;

    PAGED_CODE();
    PortAcquireOpenLock(port->Driver);
    if (port->Opens == 0) {
        status = PortFirstOpen(port);
    }
    if (NT_SUCCESS(status)) {
        port->Opens++;
    }
    PortReleaseOpenLock(port->Driver);
    return PortComplete(Irp, status);
}

/* Reads wait in the class driver above; nothing of a file's is kept here. */
NTSTATUS NTAPI PortCleanup(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PAGED_CODE();
    return PortComplete(Irp, STATUS_SUCCESS);
}

NTSTATUS NTAPI PortClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PPORT_DEVICE port = DeviceObject->DeviceExtension;

    PAGED_CODE();
    PortAcquireOpenLock(port->Driver);
    if (--port->Opens == 0) {
        PortLastClose(port);
    }
    PortReleaseOpenLock(port->Driver);
    return PortComplete(Irp, STATUS_SUCCESS);
}

/* The class driver says who takes the keys; it does so once, before anybody can open. */
NTSTATUS NTAPI PortInternalDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PPORT_DEVICE port = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    PCONNECT_DATA connect = stack->Parameters.DeviceIoControl.Type3InputBuffer;

    PAGED_CODE();
    if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_INTERNAL_KEYBOARD_CONNECT) {
        return PortComplete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(CONNECT_DATA)) {
        return PortComplete(Irp, STATUS_INVALID_PARAMETER);
    }
    if (port->Class.ClassService != NULL) {
        return PortComplete(Irp, STATUS_SHARING_VIOLATION);
    }
    port->Class = *connect;
    return PortComplete(Irp, STATUS_SUCCESS);
}

/* The lock is an event, so that its holder stays at PASSIVE_LEVEL, where IoConnectInterrupt has
 * to be called. Called in a critical region: no APC may run a second open under the first. */
VOID PortAcquireOpenLock(PPORT_DRIVER Driver)
{
    PAGED_CODE();
    KeEnterCriticalRegion();
    KeWaitForSingleObject(&Driver->OpenLock, Executive, KernelMode, FALSE, NULL);
}

VOID PortReleaseOpenLock(PPORT_DRIVER Driver)
{
    PAGED_CODE();
    KeSetEvent(&Driver->OpenLock, IO_NO_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
}

/* From "may be out entirely" to "interrupts arrive". Undone in reverse order on failure. */
static NTSTATUS PortFirstOpen(PPORT_DEVICE Port)
{
    NTSTATUS status;

    PAGED_CODE();
    if (!Port->Started || Port->Class.ClassService == NULL) {
        return STATUS_DEVICE_NOT_READY;
    }

    /* Before the interrupt is connected: PortInterrupt and PortDpc run where a fault is a
     * bugcheck. When this returns, every section that was built nonpaged is in memory, pinned. */
    if (Port->Driver->ActiveDevices++ == 0) {
        MmResetDriverPaging((PVOID)(ULONG_PTR)PortInterrupt);
    }

    status = PortResetKeyboard(Port);
    if (!NT_SUCCESS(status)) {
        goto PageAgain;
    }
    Port->Head = 0;
    Port->Tail = 0;
    Port->Overrun = FALSE;
    Port->Prefix = 0;
    status = IoConnectInterrupt(&Port->Interrupt, PortInterrupt, Port, NULL, Port->Vector,
                                Port->Irql, Port->Irql, Port->Mode, FALSE, Port->Affinity, FALSE);
    if (!NT_SUCCESS(status)) {
        Port->Interrupt = NULL;
        goto PageAgain;
    }

    /* Only now: until the handler is connected, controller.c reads the data port itself. */
    PortEnableInterrupt(Port);
    return STATUS_SUCCESS;

PageAgain:
    if (--Port->Driver->ActiveDevices == 0) {
        MmPageEntireDriver((PVOID)(ULONG_PTR)PortInterrupt);
    }
    return status;
}

/* And back, in the one order that is safe: the device stops asking, the handler is disconnected,
 * a DPC it has queued is waited for, and only then may the code of both leave memory. */
static VOID PortLastClose(PPORT_DEVICE Port)
{
    PAGED_CODE();
    PortDisableInterrupt(Port);
    IoDisconnectInterrupt(Port->Interrupt);
    Port->Interrupt = NULL;
    KeFlushQueuedDpcs();
    if (--Port->Driver->ActiveDevices == 0) {
        MmPageEntireDriver((PVOID)(ULONG_PTR)PortInterrupt);
    }
}

static NTSTATUS PortComplete(PIRP Irp, NTSTATUS Status)
{
    PAGED_CODE();
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}
