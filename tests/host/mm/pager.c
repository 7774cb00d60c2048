/* The fake pager: transfers stay in flight until chance ends them, in any order. A write takes the
 * frame's content at a moment of its own between start and end; an error may have written or not. */
#include <string.h>
#include "mmtest.h"
#include "pagefile.h"

#define READ_STOCK  2
#define WRITE_STOCK 2

typedef struct {
    MI_PAGE_IO Io;
    ULONG Slot;
    bool InFlight, MayFail;
} TRANSFER;

static TRANSFER Transfers[READ_STOCK + WRITE_STOCK];
static LIST_ENTRY Idle[2];
static KEVENT Freed;
ULONG SlotData[SLOTS];
ULONG FailWrites, FailReads;
static ULONG SlotBits[SLOTS / 32];

void InitializePager(void)
{
    InitializeListHead(&Idle[0]);
    InitializeListHead(&Idle[1]);
    KeInitializeEvent(&Freed, NotificationEvent, FALSE);
    for (ULONG i = 0; i < READ_STOCK + WRITE_STOCK; i++) {
        Transfers[i].Io.Write = i >= READ_STOCK;
        KeInitializeEvent(&Transfers[i].Io.Done, NotificationEvent, FALSE);
        InsertTailList(&Idle[Transfers[i].Io.Write], &Transfers[i].Io.Links);
    }
    RtlInitializeBitMap(&MiPageFiles[0].Map, SlotBits, SLOTS);
    RtlSetBits(&MiPageFiles[0].Map, 0, 1);
    MiPageFiles[0].Pages = SLOTS;
    MiPageFiles[0].Used = 1;
    MiPageFiles[0].Hint = 1;
    MiPageFileCount = 1;
    MmPagingActive = TRUE;
}

MI_PAGE_IO *MiTryGetPageIo(BOOLEAN Write)
{
    MI_PAGE_IO *Io;

    if (IsListEmpty(&Idle[Write])) {
        return NULL;
    }
    Io = CONTAINING_RECORD(RemoveHeadList(&Idle[Write]), MI_PAGE_IO, Links);
    Io->Users = 1;
    KeClearEvent(&Io->Done);
    return Io;
}

VOID MiDropPageIo(MI_PAGE_IO *Io)
{
    if (--Io->Users == 0) {
        InsertTailList(&Idle[Io->Write], &Io->Links);
        KeSetEvent(&Freed, 0, FALSE);
    }
}

VOID MiWaitForPageIo(BOOLEAN Write)
{
    while (IsListEmpty(&Idle[Write])) {
        KeClearEvent(&Freed);
        KeWaitForSingleObject(&Freed, WrPageIn, KernelMode, FALSE, NULL);
    }
}

VOID MiStartPageIo(MI_PAGE_IO *Io, ULONG Slot)
{
    TRANSFER *Transfer = CONTAINING_RECORD(Io, TRANSFER, Io);

    if (Transfer->InFlight || Slot == 0 || Slot + Io->Pages > SLOTS) {
        Fail("transfer of slot %u, %u pages", (unsigned)Slot, (unsigned)Io->Pages);
    }
    Transfer->Slot = Slot;
    Transfer->InFlight = true;
    Transfer->MayFail = Io->Write || ReadErrorsAllowed();
}

static void Move(TRANSFER *Transfer)
{
    for (ULONG i = 0; i < Transfer->Io.Pages; i++) {
        if (Transfer->Io.Write) {
            SlotData[Transfer->Slot + i] = FrameData[Transfer->Io.Frames[i]];
        } else {
            FrameData[Transfer->Io.Frames[i]] = SlotData[Transfer->Slot + i];
        }
    }
}

bool CompleteSomething(void)
{
    TRANSFER *Transfer = &Transfers[Random(READ_STOCK + WRITE_STOCK)];
    bool Failed;

    if (!Transfer->InFlight) {
        return false;
    }
    if (Transfer->Io.Write && Random(3) == 0) {
        Move(Transfer); /* early; the device may still look at the frame again */
        return false;
    }
    Failed = Transfer->MayFail && Random(100) < (Transfer->Io.Write ? FailWrites : FailReads);
    if (!Failed || Random(2) == 0) {
        Move(Transfer);
    }
    Transfer->InFlight = false;
    Transfer->Io.Iosb.Status = Failed ? STATUS_IO_DEVICE_ERROR : STATUS_SUCCESS;
    Transfer->Io.Iosb.Information = Failed ? 0 : Transfer->Io.Pages * PAGE_SIZE;
    KeSetEvent(&Transfer->Io.Done, 0, FALSE);
    return true;
}
