/* Benchmarks of IRPs: to a device that completes at once, alone and with a filter above it. Reads
 * go to devices of our own driver object, whose extension says what they do. */

#include "bench.h"

typedef struct _BENCH_EXTENSION {
    PDEVICE_OBJECT Lower; /* pass down to it; NULL: complete */
} BENCH_EXTENSION;

static NTSTATUS NTAPI BenchRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    BENCH_EXTENSION *Extension = DeviceObject->DeviceExtension;

    if (Extension->Lower != NULL) {
        IoSkipCurrentIrpStackLocation(Irp);
        return IoCallDriver(Extension->Lower, Irp);
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI BenchReadDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static ULONG BenchReads(PULONG Samples, ULONG Count, PDEVICE_OBJECT Top)
{
    ULONG Index, Start;
    PIRP Irp;

    for (Index = 0; Index < Count; Index++) {
        Start = BenchNow();
        Irp = IoAllocateIrp(Top->StackSize, FALSE);
        if (Irp == NULL) {
            return Index;
        }
        IoGetNextIrpStackLocation(Irp)->MajorFunction = IRP_MJ_READ;
        IoSetCompletionRoutine(Irp, BenchReadDone, NULL, TRUE, TRUE, TRUE);
        IoCallDriver(Top, Irp);
        IoFreeIrp(Irp);
        Samples[Index] = BenchNow() - Start;
    }
    return Count;
}

static ULONG BenchStack(PULONG Samples, ULONG Count, BOOLEAN Filter)
{
    PDEVICE_OBJECT Null, Upper = NULL;
    ULONG Done = 0;

    BenchDriver->MajorFunction[IRP_MJ_READ] = BenchRead;
    if (!NT_SUCCESS(IoCreateDevice(BenchDriver, sizeof(BENCH_EXTENSION), NULL, FILE_DEVICE_UNKNOWN,
                                   0, FALSE, &Null))) {
        return 0;
    }
    ((BENCH_EXTENSION *)Null->DeviceExtension)->Lower = NULL;
    Null->Flags &= ~DO_DEVICE_INITIALIZING;
    if (!Filter) {
        Done = BenchReads(Samples, Count, Null);
    } else if (NT_SUCCESS(IoCreateDevice(BenchDriver, sizeof(BENCH_EXTENSION), NULL,
                                         FILE_DEVICE_UNKNOWN, 0, FALSE, &Upper))) {
        ((BENCH_EXTENSION *)Upper->DeviceExtension)->Lower = IoAttachDeviceToDeviceStack(Upper,
                                                                                         Null);
        Upper->Flags &= ~DO_DEVICE_INITIALIZING;
        Done = BenchReads(Samples, Count, Upper);
        IoDetachDevice(Null);
        IoDeleteDevice(Upper);
    }
    IoDeleteDevice(Null);
    return Done;
}

ULONG BenchIrp(PULONG Samples, ULONG Count)
{
    return BenchStack(Samples, Count, FALSE);
}

ULONG BenchIrp2(PULONG Samples, ULONG Count)
{
    return BenchStack(Samples, Count, TRUE);
}
