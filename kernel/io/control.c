/* ZwDeviceIoControlFile: buffers by the method in the control code (build.c). */
#include "iop.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, ZwDeviceIoControlFile)
#endif

NTSTATUS NTAPI ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                     PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                                     ULONG IoControlCode, PVOID InputBuffer,
                                     ULONG InputBufferLength, PVOID OutputBuffer,
                                     ULONG OutputBufferLength)
{
    PIO_STACK_LOCATION stack;
    IOP_REQUEST request;
    NTSTATUS status;

    PAGED_CODE();
    status = IopBeginRequest(&request, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    stack = IoGetNextIrpStackLocation(request.Irp);
    stack->MajorFunction = IRP_MJ_DEVICE_CONTROL;
    stack->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
    stack->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
    stack->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
    status = IopSetControlBuffers(request.Irp, METHOD_FROM_CTL_CODE(IoControlCode), InputBuffer,
                                  InputBufferLength, OutputBuffer, OutputBufferLength);
    if (!NT_SUCCESS(status)) {
        IopAbandonRequest(&request);
        return status;
    }
    return IopFinishRequest(&request);
}
