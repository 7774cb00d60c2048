/* MmPageEntireDriver and MmResetDriverPaging. The code that checks runs from .text itself, so what
 * is looked at is the second page of a long function and of a long array. */
#include "sections_test.h"

static VOID CallOwnDevice(VOID)
{
    IO_STATUS_BLOCK Iosb = {{STATUS_UNSUCCESSFUL}, 0};
    KEVENT Done;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_FLUSH_BUFFERS, TheDriver->DeviceObject, NULL, 0, NULL,
                                       &Done, &Iosb);
    if (Irp != NULL && IoCallDriver(TheDriver->DeviceObject, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
    }
    Check(NT_SUCCESS(Iosb.Status), "10 dispatch routines fault in when called");
}

static VOID TestPageEntire(VOID)
{
    PVOID Base = MmPageEntireDriver((PVOID)(ULONG_PTR)PlainCode);

    Check(Base == TheDriver->DriverStart, "10 MmPageEntireDriver returns the image's start");
    PlainNumbers[WORDS / 2] = 31;
    TrimOut();
    Check(!MmIsAddressValid(Middle((PVOID)(ULONG_PTR)PlainCode)), "10 .text is out");
    Check(!MmIsAddressValid(&PlainNumbers[WORDS / 2]), "10 .data is out");
    Check(PlainNumbers[WORDS / 2] == 31, "10 .data comes back as it was");
    Check(PlainCode(1) == 5, "10 .text comes back");
    TrimOut();
    CallOwnDevice();

    MmPageEntireDriver((PVOID)(ULONG_PTR)PlainCode);
    MmResetDriverPaging((PVOID)(ULONG_PTR)PlainCode);
    Check(MmIsAddressValid(Middle((PVOID)(ULONG_PTR)PlainCode)), "11 paged twice, reset once: in");
    TrimOut();
    Check(MmIsAddressValid(Middle((PVOID)(ULONG_PTR)PlainCode)) && AllValid(PlainNumbers),
          "11 and stays in");
    Check(!MmIsAddressValid((PVOID)(ULONG_PTR)PagedCode2), "11 PAGE stays pageable");
    Check(CallAtDispatch(PlainCode, 1) == 5, "11 .text runs at DISPATCH_LEVEL again");
}

static VOID TestResetAlone(VOID)
{
    PVOID Data = MmLockPagableDataSection(PagedNumbers);

    MmResetDriverPaging(PlainNumbers);
    TrimOut();
    Check(AllValid(PagedNumbers), "12 reset without paging changes no count");
    MmUnlockPagableImageSection(Data);
    TrimOut();
    Check(NoneValid(PagedNumbers), "12 neither up nor down");
}

static VOID TestLocksBesideEntire(VOID)
{
    PVOID Handle = MmLockPagableDataSection(PagedNumbers);

    MmPageEntireDriver(PlainNumbers);
    TrimOut();
    Check(AllValid(PagedNumbers), "13 a locked section stays when the driver is paged");
    Check(!MmIsAddressValid(&PlainNumbers[WORDS / 2]), "13 the others leave");
    MmUnlockPagableImageSection(Handle);
    MmResetDriverPaging(PlainNumbers);

    MmPageEntireDriver(PlainNumbers);
    TrimOut();
    Handle = MmLockPagableDataSection(PlainNumbers);
    Check(AllValid(PlainNumbers), "14 a nonpaged section of a paged driver can be locked");
    PVOID Paged = MmLockPagableDataSection(PagedNumbers);
    MmResetDriverPaging(PlainNumbers);
    MmUnlockPagableImageSection(Handle);
    MmUnlockPagableImageSection(Paged);
    TrimOut();
    Check(AllValid(PlainNumbers), "14 reset and unlocked: nonpaged sections stay");
    Check(NoneValid(PagedNumbers), "14 PAGE sections leave");
}

VOID TestEntire(VOID)
{
    TestPageEntire();
    TestResetAlone();
    TestLocksBesideEntire();
}
