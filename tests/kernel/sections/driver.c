/* Test of the pageable-section routines from inside a driver: INIT and reinitialisation first,
 * everything else when it is unloaded, since then INIT must be gone. Prints TAP. */
#include "sections_test.h"
#include "tap.h"

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;
DRIVER_REINITIALIZE Again;
DRIVER_DISPATCH Flush;

PDRIVER_OBJECT TheDriver;
static PDEVICE_OBJECT Device;
static ULONG Reinitialised;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, Again)
#pragma alloc_text(PAGE, PagedCode)
#pragma alloc_text(PAGE, PagedCode2)
#pragma alloc_text(PAGElock, SuffixCode)
#pragma data_seg("PAGEDATA")
#endif
ULONG PagedNumbers[WORDS] = {1, 2, 3};
#ifdef ALLOC_PRAGMA
#pragma data_seg()
#endif
ULONG PlainNumbers[WORDS] = {4, 5, 6};

ULONG NTAPI PagedCode(ULONG Value)
{
    LONG_FUNCTION();
    return Value + 1;
}

ULONG NTAPI PagedCode2(ULONG Value)
{
    return Value + 2;
}

ULONG NTAPI SuffixCode(ULONG Value)
{
    return Value + 3;
}

ULONG NTAPI PlainCode(ULONG Value)
{
    LONG_FUNCTION();
    return Value + 4;
}

VOID Check(BOOLEAN Ok, PCSTR Name)
{
    TAP_CHECK(Ok, Name);
}

VOID TrimOut(VOID)
{
    NTSTATUS Status = MmTrimAllSystemPagableMemory(TRUE);

    if (!NT_SUCCESS(Status)) {
        DbgPrint("# trim: 0x%08lX\n", Status);
        Check(FALSE, "pageable memory can be trimmed");
    }
}

BOOLEAN AllValid(PVOID Base)
{
    for (ULONG i = 0; i < PAGES; i++) {
        if (!MmIsAddressValid((PUCHAR)Base + i * PAGE_SIZE)) {
            return FALSE;
        }
    }
    return TRUE;
}

BOOLEAN NoneValid(PVOID Base)
{
    for (ULONG i = 0; i < PAGES; i++) {
        if (MmIsAddressValid((PUCHAR)Base + i * PAGE_SIZE)) {
            return FALSE;
        }
    }
    return TRUE;
}

ULONG Sum(const ULONG *Numbers)
{
    ULONG Total = 0;

    for (ULONG i = 0; i < WORDS; i++) {
        Total = (Total << 5 | Total >> 27) ^ Numbers[i];
    }
    return Total;
}

ULONG CallAtDispatch(ULONG(NTAPI *Routine)(ULONG), ULONG Value)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Value = Routine(Value);
    KeLowerIrql(OldIrql);
    return Value;
}

PVOID Middle(PVOID Routine)
{
    return (PUCHAR)Routine + PAGE_SIZE;
}

NTSTATUS NTAPI Flush(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

/* Lives in INIT itself: it stays until the last registered call of it has returned. */
VOID NTAPI Again(PDRIVER_OBJECT DriverObject, PVOID Context, ULONG Count)
{
    Reinitialised++;
    Check(Count == Reinitialised, "the reinitialisation routine is told how often it was called");
    Check(MmIsAddressValid((PVOID)(ULONG_PTR)DriverEntry), "INIT is there while it runs");
    if (Count < 3) {
        IoRegisterDriverReinitialization(DriverObject, Again, Context);
    }
}

VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    Check(Reinitialised == 3, "the reinitialisation routine ran as often as it asked to");
    Check(!MmIsAddressValid((PVOID)(ULONG_PTR)DriverEntry), "INIT is gone");
    Check(!MmIsNonPagedSystemAddressValid((PVOID)(ULONG_PTR)DriverEntry), "and not nonpaged");
    TestSections();
    TestEntire();
    IoDeleteDevice(Device);
    TAP_DONE();
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\TestSections");
    NTSTATUS Status =
        IoCreateDevice(DriverObject, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    TheDriver = DriverObject;
    DriverObject->DriverUnload = Unload;
    DriverObject->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = Flush;
    Check(MmIsAddressValid((PVOID)(ULONG_PTR)DriverEntry), "INIT is there in DriverEntry");
    IoRegisterDriverReinitialization(DriverObject, Again, NULL);
    return STATUS_SUCCESS;
}
