/* i8042prt and kbdclass, one on the other, as a reader of \Device\KeyboardClass0 and as the memory
 * manager see them. Prints TAP. */
#include <stdio.h>
#include <string.h>
#include <ntddk.h>
#include <kbdmou.h>
#include "fakes.h"

DRIVER_INITIALIZE PortDriverEntry, ClassDriverEntry;

static int Points, Failures;
static DRIVER_OBJECT PdoDriver, Port, Class;
static DRIVER_EXTENSION PortExtension, ClassExtension;
static PDEVICE_OBJECT Pdo, Top;
static FILE_OBJECT FileA, FileB;

static void Check(const char *What, BOOLEAN Good)
{
    printf("%s %d - %s\n", Good ? "ok" : "not ok", ++Points, What);
    Failures += !Good;
}

/* Compares what the drivers did since the last time with what they should have done. */
static void CheckTrace(const char *What, const char *Expected)
{
    if (strcmp(Trace, Expected) != 0) {
        printf("# did \"%s\", expected \"%s\"\n", Trace, Expected);
    }
    Check(What, strcmp(Trace, Expected) == 0);
    Trace[0] = 0;
}

static NTSTATUS NTAPI CompleteInPdo(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS Simple(UCHAR Major, UCHAR Minor, PFILE_OBJECT File)
{
    FAKE_IRP irp;
    NTSTATUS status;

    StartIrp(&irp, Major, Minor, File);
    status = Send(Top, &irp);
    NT_ASSERT(irp.Completed == 1 && irp.Irp.IoStatus.Status == status);
    return status;
}

/* Sends a read for Room keys; the buffer is zeroed. */
static NTSTATUS Read(FAKE_IRP *Irp, PFILE_OBJECT File, KEYBOARD_INPUT_DATA *Keys, ULONG Room)
{
    StartIrp(Irp, IRP_MJ_READ, 0, File);
    memset(Keys, 0, Room * sizeof(*Keys));
    Irp->Irp.AssociatedIrp.SystemBuffer = Keys;
    Irp->Locations[2].Parameters.Read.Length = Room * sizeof(*Keys);
    return Send(Top, Irp);
}

static void Cancel(FAKE_IRP *Irp)
{
    PDRIVER_CANCEL routine;

    Irp->Irp.Cancel = TRUE;
    routine = IoSetCancelRoutine(&Irp->Irp, NULL);
    if (routine != NULL) {
        Irp->Irp.CancelIrql = Irql;
        Irql = DISPATCH_LEVEL;
        routine(IoGetCurrentIrpStackLocation(&Irp->Irp)->DeviceObject, &Irp->Irp);
    }
}

static void Build(void)
{
    ULONG i;

    PdoDriver.DeviceObject = NULL;
    for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        PdoDriver.MajorFunction[i] = CompleteInPdo;
    }
    Port.DriverExtension = &PortExtension;
    Class.DriverExtension = &ClassExtension;
    IoCreateDevice(&PdoDriver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Pdo);
    Pdo->Flags |= DO_POWER_PAGABLE;

    Check("i8042prt starts", PortDriverEntry(&Port, NULL) == STATUS_SUCCESS);
    CheckTrace("and is pageable entirely", "page");
    Check("kbdclass starts", ClassDriverEntry(&Class, NULL) == STATUS_SUCCESS);
    Check("the port device attaches", PortExtension.AddDevice(&Port, Pdo) == STATUS_SUCCESS);
    Check("the class device attaches", ClassExtension.AddDevice(&Class, Pdo) == STATUS_SUCCESS);
    Top = LastDevice;
    Check("ready for requests", (Top->Flags & (DO_DEVICE_INITIALIZING | DO_BUFFERED_IO |
                                               DO_POWER_PAGABLE)) ==
                                    (DO_BUFFERED_IO | DO_POWER_PAGABLE));
}

static void Opening(void)
{
    Check("not before it is started",
          Simple(IRP_MJ_CREATE, 0, &FileA) == STATUS_DEVICE_NOT_READY);
    CheckTrace("locked and unlocked for that", "lock unlock");
    Check("starts", Simple(IRP_MJ_PNP, IRP_MN_START_DEVICE, NULL) == STATUS_SUCCESS);
    CheckTrace("without touching anything", "");

    Check("opens", Simple(IRP_MJ_CREATE, 0, &FileA) == STATUS_SUCCESS);
    CheckTrace("resident before the interrupt is connected", "lock-by-handle reset connect");
    Check("interrupts are on", ControllerInterrupts());
    Check("opens twice", Simple(IRP_MJ_CREATE, 0, &FileB) == STATUS_SUCCESS);
    Check("is not stopped while open",
          Simple(IRP_MJ_PNP, IRP_MN_QUERY_REMOVE_DEVICE, NULL) == STATUS_DEVICE_BUSY);
    Simple(IRP_MJ_CLEANUP, 0, &FileB);
    Simple(IRP_MJ_CLOSE, 0, &FileB);
    CheckTrace("the second changes nothing", "");

    Press("\x1E", 1);
    Check("a DPC waits", QueuedDpcs == 1);
    Simple(IRP_MJ_CLEANUP, 0, &FileA);
    Simple(IRP_MJ_CLOSE, 0, &FileA);
    CheckTrace("the last close, in the safe order", "disconnect flush page unlock");
    Check("interrupts are off", !ControllerInterrupts());
    Press("\x1E", 1);

    Check("opens again", Simple(IRP_MJ_CREATE, 0, &FileA) == STATUS_SUCCESS);
    CheckTrace("by its handle", "lock-by-handle reset connect");
    Simple(IRP_MJ_CLOSE, 0, &FileA);
    Trace[0] = 0;
}

static void FailingOpens(void)
{
    ControllerBroken = TRUE;
    Check("broken controller", Simple(IRP_MJ_CREATE, 0, &FileA) == STATUS_IO_DEVICE_ERROR);
    CheckTrace("everything taken back", "lock-by-handle reset page unlock");
    ControllerBroken = FALSE;
    KeyboardMissing = TRUE;
    Check("no keyboard", Simple(IRP_MJ_CREATE, 0, &FileA) == STATUS_DEVICE_NOT_CONNECTED);
    CheckTrace("everything taken back", "lock-by-handle reset page unlock");
    KeyboardMissing = FALSE;
    FailConnect = TRUE;
    Check("no interrupt", Simple(IRP_MJ_CREATE, 0, &FileA) == STATUS_INSUFFICIENT_RESOURCES);
    CheckTrace("everything taken back", "lock-by-handle reset connect-fails page unlock");
    FailConnect = FALSE;
    Check("and then it opens", Simple(IRP_MJ_CREATE, 0, &FileA) == STATUS_SUCCESS);
    Trace[0] = 0;
}

static void Keys(void)
{
    KEYBOARD_INPUT_DATA keys[4], many[200];
    FAKE_IRP irp;
    int i;

    Check("nothing typed while closed is read",
          Read(&irp, &FileA, keys, 4) == STATUS_PENDING && irp.Completed == 0);
    Press("\x1E", 1);
    RunDpcs();
    Check("a key completes a waiting read",
          irp.Completed == 1 && irp.Irp.IoStatus.Status == STATUS_SUCCESS &&
              irp.Irp.IoStatus.Information == sizeof(keys[0]) && keys[0].MakeCode == 0x1E &&
              keys[0].Flags == KEY_MAKE);

    Press("\x9E\xE0\x48\xE0\xC8\xFA\xE1\x1D\x45", 9);
    RunDpcs();
    Check("a read takes what is there",
          Read(&irp, &FileA, keys, 4) == STATUS_SUCCESS && irp.Completed == 1 &&
              irp.Irp.IoStatus.Information == 4 * sizeof(keys[0]));
    Check("break", keys[0].MakeCode == 0x1E && keys[0].Flags == KEY_BREAK);
    Check("E0 make", keys[1].MakeCode == 0x48 && keys[1].Flags == KEY_E0);
    Check("E0 break", keys[2].MakeCode == 0x48 && keys[2].Flags == (KEY_E0 | KEY_BREAK));
    Check("E1; acknowledges are no keys", keys[3].MakeCode == 0x1D && keys[3].Flags == KEY_E1);
    Check("the rest stays for the next read",
          Read(&irp, &FileA, keys, 4) == STATUS_SUCCESS &&
              irp.Irp.IoStatus.Information == sizeof(keys[0]) && keys[0].MakeCode == 0x45 &&
              keys[0].Flags == 0);

    for (i = 0; i < 300; i++) {
        Press("\x10", 1);
    }
    RunDpcs();
    Read(&irp, &FileA, many, 200);
    Check("128 keys are kept, and no more", irp.Irp.IoStatus.Information == 128 * sizeof(many[0]));
    Press("\xFF", 1);
    RunDpcs();
    Read(&irp, &FileA, keys, 1);
    Check("an overrun in the keyboard is reported",
          keys[0].MakeCode == KEYBOARD_OVERRUN_MAKE_CODE);

    StartIrp(&irp, IRP_MJ_READ, 0, &FileA);
    irp.Locations[2].Parameters.Read.Length = sizeof(keys[0]) + 1;
    Check("odd length", Send(Top, &irp) == STATUS_BUFFER_TOO_SMALL && irp.Completed == 1);
    StartIrp(&irp, IRP_MJ_READ, 0, &FileA);
    Check("no length", Send(Top, &irp) == STATUS_SUCCESS && irp.Completed == 1);
}

static void Cancelling(void)
{
    KEYBOARD_INPUT_DATA keys[3];
    FAKE_IRP first, second, third;
    PDRIVER_CANCEL routine;

    Read(&first, &FileA, &keys[0], 1);
    Read(&second, &FileB, &keys[1], 1);
    Cancel(&first);
    Check("cancelled", first.Completed == 1 && first.Irp.IoStatus.Status == STATUS_CANCELLED &&
                           Irql == PASSIVE_LEVEL);
    Check("only that one", second.Completed == 0);

    Read(&first, &FileA, &keys[0], 1);
    Read(&third, &FileB, &keys[2], 1);
    Simple(IRP_MJ_CLEANUP, 0, &FileB);
    Check("a closed handle's reads are cancelled",
          second.Completed == 1 && second.Irp.IoStatus.Status == STATUS_CANCELLED &&
              third.Completed == 1);
    Check("another's are not", first.Completed == 0);

    /* A cancel has its routine but not yet the lock when a key comes: the read is not the key's. */
    Read(&second, &FileA, &keys[1], 1);
    routine = IoSetCancelRoutine(&first.Irp, NULL);
    Press("\x1E", 1);
    RunDpcs();
    Check("a key goes past a read being cancelled", first.Completed == 0 && second.Completed == 1);
    first.Irp.CancelIrql = PASSIVE_LEVEL;
    Irql = DISPATCH_LEVEL;
    routine(Top, &first.Irp);
    Check("which its cancel completes",
          first.Completed == 1 && first.Irp.IoStatus.Status == STATUS_CANCELLED);

    StartIrp(&first, IRP_MJ_READ, 0, &FileA);
    first.Irp.AssociatedIrp.SystemBuffer = keys;
    first.Irp.Cancel = TRUE;
    first.Locations[2].Parameters.Read.Length = sizeof(keys[0]);
    Check("cancelled before it came", Send(Top, &first) == STATUS_CANCELLED &&
                                          first.Completed == 1);
}

static void Leaving(void)
{
    Simple(IRP_MJ_CLEANUP, 0, &FileA);
    Simple(IRP_MJ_CLOSE, 0, &FileA);
    Simple(IRP_MJ_PNP, IRP_MN_QUERY_REMOVE_DEVICE, NULL);
    Simple(IRP_MJ_PNP, IRP_MN_REMOVE_DEVICE, NULL);
    Check("both devices are gone", Devices == 1 && Pdo->AttachedDevice == NULL);
    Class.DriverUnload(&Class);
    Port.DriverUnload(&Port);
    FreeDriver(&Port);
    IoDeleteDevice(Pdo);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    Build();
    Opening();
    FailingOpens();
    Keys();
    Cancelling();
    Leaving();
    printf("1..%d\n", Points);
    return Failures != 0;
}
