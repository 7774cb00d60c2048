/* Interrupt objects for drivers: memory here, the vectors are ke's. */
#include "iop.h"

NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine,
                                  PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector,
                                  KIRQL Irql, KIRQL SynchronizeIrql,
                                  KINTERRUPT_MODE InterruptMode, BOOLEAN ShareVector,
                                  KAFFINITY ProcessorEnableMask, BOOLEAN FloatingSave)
{
    PKINTERRUPT interrupt;

    UNREFERENCED_PARAMETER(FloatingSave);
    *InterruptObject = NULL;
    if ((ProcessorEnableMask & KeQueryActiveProcessors()) == 0 || SynchronizeIrql < Irql) {
        return STATUS_INVALID_PARAMETER;
    }
    interrupt = ExAllocatePoolWithTag(NonPagedPool, sizeof(KINTERRUPT), IOP_TAG);
    if (interrupt == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeInterrupt(interrupt, ServiceRoutine, ServiceContext, SpinLock, Vector, Irql,
                          SynchronizeIrql, InterruptMode, ShareVector);
    /* Before it is connected: a DPC of the first interrupt may look for it there. */
    *InterruptObject = interrupt;
    if (!KeConnectInterrupt(interrupt)) {
        *InterruptObject = NULL;
        ExFreePoolWithTag(interrupt, IOP_TAG);
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject)
{
    KeDisconnectInterrupt(InterruptObject);
    ExFreePoolWithTag(InterruptObject, IOP_TAG);
}
