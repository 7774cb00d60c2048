/* Which disks hang on a channel: IDENTIFY DEVICE, by polling, before interrupts are connected.
 *
 * PAGE: runs in START_DEVICE at PASSIVE_LEVEL. Without the disks it finds there is no page file
 * yet; after that it is not called again. */
#include "atapi.h"

/* Words of IDENTIFY DEVICE data (ATA-7 6.17). */
#define ID_SERIAL 10
#define ID_REVISION 23
#define ID_MODEL 27
#define ID_CAPABILITIES 49
#define ID_VALID 53
#define ID_SECTORS28 60
#define ID_MULTIWORD_DMA 63
#define ID_COMMANDS 83
#define ID_ULTRA_DMA 88
#define ID_SECTORS48 100

#define ID_CAPABILITIES_DMA 0x0100
#define ID_CAPABILITIES_LBA 0x0200
#define ID_VALID_ULTRA_DMA 0x0004
#define ID_COMMANDS_LBA48 0x0400
#define ID_COMMANDS_FLUSH 0x1000

#define TRANSFER_MODE_MULTIWORD 0x20
#define TRANSFER_MODE_ULTRA 0x40

static BOOLEAN WaitNotBusy(PIDE_CHANNEL Channel);
static BOOLEAN PollCommand(PIDE_CHANNEL Channel, UCHAR Command);
static BOOLEAN Identify(PIDE_CHANNEL Channel, UCHAR Unit, PUSHORT Words);
static BOOLEAN ChooseDma(PIDE_CHANNEL Channel, const USHORT *Words);
static VOID CopyString(PCHAR Text, const USHORT *Words, ULONG Count);

#ifdef ALLOC_PRAGMA
/* All of it waits for the drive at PASSIVE_LEVEL, once, when the controller starts. */
#pragma alloc_text(PAGE, WaitNotBusy)
#pragma alloc_text(PAGE, PollCommand)
#pragma alloc_text(PAGE, Identify)
#pragma alloc_text(PAGE, ChooseDma)
#pragma alloc_text(PAGE, CopyString)
#pragma alloc_text(PAGE, IdeProbeDisk)
#endif

/* Up to two seconds: after power-on a drive may still be spinning up. */
static BOOLEAN WaitNotBusy(PIDE_CHANNEL Channel)
{
    LARGE_INTEGER Interval;
    ULONG Tries;

    PAGED_CODE();
    Interval.QuadPart = -10 * 10000;            /* 10 ms */
    for (Tries = 0; Tries < 200; Tries++) {
        if (IdeWait(Channel, ATA_STATUS_BUSY, 0)) {
            return TRUE;
        }
        KeDelayExecutionThread(KernelMode, FALSE, &Interval);
    }
    return FALSE;
}

/* Gives a command to the selected drive and waits until it is no longer busy. */
static BOOLEAN PollCommand(PIDE_CHANNEL Channel, UCHAR Command)
{
    PAGED_CODE();
    IdeWrite8(Channel, ATA_COMMAND, Command);
    KeStallExecutionProcessor(1);
    return IdeRead8(Channel, ATA_STATUS) != 0 && WaitNotBusy(Channel) &&
           (IdeRead8(Channel, ATA_STATUS) & (ATA_STATUS_ERROR | ATA_STATUS_FAULT)) == 0;
}

static BOOLEAN Identify(PIDE_CHANNEL Channel, UCHAR Unit, PUSHORT Words)
{
    UCHAR Status;

    PAGED_CODE();
    IdeWrite8(Channel, ATA_DEVICE, ATA_DEVICE_LBA | ((ULONG)Unit << 4));
    KeStallExecutionProcessor(1);
    Status = IdeRead8(Channel, ATA_STATUS);
    if (Status == 0xFF || Status == 0x7F) {
        return FALSE;                           /* nothing drives the bus */
    }
    /* A drive keeps what is written to its registers; an empty place does not. */
    IdeWrite8(Channel, ATA_COUNT, 0x55);
    IdeWrite8(Channel, ATA_LBA_LOW, 0xAA);
    if (IdeRead8(Channel, ATA_COUNT) != 0x55 || IdeRead8(Channel, ATA_LBA_LOW) != 0xAA) {
        return FALSE;
    }
    /* Packet devices (CD-ROM) refuse this command, and are not for us. */
    if (!WaitNotBusy(Channel) || !PollCommand(Channel, ATA_IDENTIFY) ||
        !IdeWait(Channel, ATA_STATUS_DRQ, ATA_STATUS_DRQ)) {
        return FALSE;
    }
    READ_PORT_BUFFER_USHORT((PUSHORT)(Channel->Command + ATA_DATA), Words, IDE_SECTOR / 2);
    return (Words[0] & 0x8000) == 0 && (Words[ID_CAPABILITIES] & ID_CAPABILITIES_LBA) != 0;
}

/* The firmware has usually set a DMA mode; if not, the fastest one the PIIX3 can drive is set. */
static BOOLEAN ChooseDma(PIDE_CHANNEL Channel, const USHORT *Words)
{
    ULONG Ultra = (Words[ID_VALID] & ID_VALID_ULTRA_DMA) != 0 ? Words[ID_ULTRA_DMA] : 0;
    ULONG Multiword = Words[ID_MULTIWORD_DMA];
    ULONG Mode;

    PAGED_CODE();
    if (Channel->BusMaster == NULL || (Words[ID_CAPABILITIES] & ID_CAPABILITIES_DMA) == 0) {
        return FALSE;
    }
    if (((Ultra | Multiword) >> 8) != 0) {
        return TRUE;                            /* bits 8 and up: the mode in force */
    }
    if ((Ultra & 7) != 0) {
        Mode = TRANSFER_MODE_ULTRA | ((Ultra & 4) != 0 ? 2 : (Ultra & 2) != 0 ? 1 : 0);
    } else if ((Multiword & 7) != 0) {
        Mode = TRANSFER_MODE_MULTIWORD | ((Multiword & 4) != 0 ? 2 : (Multiword & 2) != 0 ? 1 : 0);
    } else {
        return FALSE;
    }
    IdeWrite8(Channel, ATA_FEATURES, ATA_SET_TRANSFER_MODE);
    IdeWrite8(Channel, ATA_COUNT, Mode);
    return PollCommand(Channel, ATA_SET_FEATURES);
}

/* Two characters a word, the first one in the high byte, padded with blanks. */
static VOID CopyString(PCHAR Text, const USHORT *Words, ULONG Count)
{
    ULONG Index;

    PAGED_CODE();
    for (Index = 0; Index < Count; Index++) {
        Text[2 * Index] = (CHAR)(Words[Index] >> 8);
        Text[2 * Index + 1] = (CHAR)Words[Index];
    }
    for (Index = 2 * Count; Index > 0 && Text[Index - 1] == ' '; Index--) {
    }
    Text[Index] = '\0';
}

/* The child PDO for the disk in one of the channel's two places, or NULL. */
PDEVICE_OBJECT IdeProbeDisk(PIDE_CHANNEL Channel, UCHAR Unit)
{
    USHORT Words[IDE_SECTOR / 2];
    PDEVICE_OBJECT Child;
    PIDE_DISK Disk;
    NTSTATUS Status;

    PAGED_CODE();
    if (!Identify(Channel, Unit, Words)) {
        return NULL;
    }
    Status = IoCreateDevice(Channel->Controller->Self->DriverObject, sizeof(IDE_DISK), NULL,
                            FILE_DEVICE_MASS_STORAGE, FILE_DEVICE_SECURE_OPEN, FALSE, &Child);
    if (!NT_SUCCESS(Status)) {
        return NULL;
    }
    Disk = Child->DeviceExtension;
    Disk->Self = Child;
    Disk->Channel = Channel;
    Disk->Unit = Unit;
    KeInitializeEvent(&Disk->Common.UsageLock, SynchronizationEvent, TRUE);
    CopyString(Disk->Model, &Words[ID_MODEL], 20);
    CopyString(Disk->Serial, &Words[ID_SERIAL], 10);
    CopyString(Disk->Revision, &Words[ID_REVISION], 4);
    Disk->HasFlush = (Words[ID_COMMANDS] & ID_COMMANDS_FLUSH) != 0;
    Disk->Lba48 = (Words[ID_COMMANDS] & ID_COMMANDS_LBA48) != 0;
    Disk->Sectors = Words[ID_SECTORS28] | ((ULONG)Words[ID_SECTORS28 + 1] << 16);
    if (Disk->Lba48) {
        Disk->Sectors = Words[ID_SECTORS48] | ((ULONG)Words[ID_SECTORS48 + 1] << 16);
        if ((Words[ID_SECTORS48 + 2] | Words[ID_SECTORS48 + 3]) != 0) {
            Disk->Sectors = MAXULONG;           /* more than 2 TiB: the rest is out of reach */
        }
    }
    Disk->Dma = ChooseDma(Channel, Words);

    Child->AlignmentRequirement = FILE_WORD_ALIGNMENT;
    Child->Flags |= DO_DIRECT_IO | DO_POWER_PAGABLE;
    Child->Flags &= ~DO_DEVICE_INITIALIZING;
    return Child;
}
