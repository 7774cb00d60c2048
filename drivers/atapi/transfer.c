/* One command: the task file, the way the data goes, and what the drive says at the end.
 *
 *   data goes by       when
 *   bus master         the drive can, and every page lies below 4 GiB at an even address
 *   bus master, bounce the drive can, but a page does not: through 64 KiB of our own below 4 GiB
 *   PIO                no bus master, no DMA mode, or DMA has failed for this request
 *
 * Guarded by the channel lock. Nonpaged: runs at DISPATCH_LEVEL with the page file's data. */
#include "atapi.h"

/* Polls for up to 5 ms. Good drives need microseconds; what takes longer ends in an interrupt. */
BOOLEAN IdeWait(PIDE_CHANNEL Channel, UCHAR Mask, UCHAR Value)
{
    ULONG Tries;

    for (Tries = 0; Tries < 5000; Tries++) {
        if ((READ_PORT_UCHAR(Channel->Control) & Mask) == Value) {
            return TRUE;
        }
        KeStallExecutionProcessor(1);
    }
    return FALSE;
}

VOID IdeStopDma(PIDE_CHANNEL Channel)
{
    if (Channel->BusMaster != NULL) {
        WRITE_PORT_UCHAR(Channel->BusMaster + BM_COMMAND, 0);
        WRITE_PORT_UCHAR(Channel->BusMaster + BM_STATUS, BM_STATUS_INTERRUPT | BM_STATUS_ERROR);
    }
}

/* Describes the request's pages to the bus master. FALSE: it cannot reach them. */
static BOOLEAN BuildPrds(PIDE_CHANNEL Channel)
{
    PIDE_REQUEST Request = &Channel->Request;
    PMDL Mdl = Request->Irp->MdlAddress;
    PPFN_NUMBER Frames = MmGetMdlPfnArray(Mdl);
    ULONG Position = MmGetMdlByteOffset(Mdl) + Request->Offset;
    ULONG Left = Request->Sectors * IDE_SECTOR;
    PIDE_PRD Prd = Channel->Prds;

    if ((Position & 1) != 0) {
        return FALSE;
    }
    while (Left != 0) {
        PFN_NUMBER Frame = Frames[Position >> PAGE_SHIFT];
        ULONG Bytes = min(Left, PAGE_SIZE - BYTE_OFFSET(Position));

        if (Frame >= 0x100000) {                /* 4 GiB */
            return FALSE;
        }
        NT_ASSERT(Prd < Channel->Prds + IDE_MAX_PRDS);
        Prd->Address = (ULONG)(Frame << PAGE_SHIFT) + BYTE_OFFSET(Position);
        Prd->Bytes = (USHORT)Bytes;
        Prd->Flags = Bytes == Left ? IDE_PRD_LAST : 0;
        Prd++;
        Position += Bytes;
        Left -= Bytes;
    }
    return TRUE;
}

/* A system address for the data, for the processor to move it. */
static BOOLEAN MapBuffer(PIDE_REQUEST Request)
{
    PUCHAR Base = MmGetSystemAddressForMdlSafe(Request->Irp->MdlAddress, HighPagePriority);

    if (Base == NULL) {
        return FALSE;
    }
    Request->Buffer = Base + Request->Offset;
    return TRUE;
}

static BOOLEAN PrepareData(PIDE_CHANNEL Channel)
{
    PIDE_REQUEST Request = &Channel->Request;
    ULONG Bytes = Request->Sectors * IDE_SECTOR;

    Request->SectorsDone = 0;
    Request->Bounced = FALSE;
    if (!Request->Dma) {
        return MapBuffer(Request);
    }
    if (!BuildPrds(Channel)) {
        if (!MapBuffer(Request)) {
            return FALSE;
        }
        Request->Bounced = TRUE;
        Channel->Prds[0].Address = Channel->BouncePhysical;
        Channel->Prds[0].Bytes = (USHORT)Bytes;
        Channel->Prds[0].Flags = IDE_PRD_LAST;
        if (Request->Operation == IdeWrite) {
            RtlCopyMemory(Channel->Bounce, Request->Buffer, Bytes);
        }
    }
    WRITE_PORT_ULONG((PULONG)(Channel->BusMaster + BM_PRD_TABLE), Channel->PrdsPhysical);
    WRITE_PORT_UCHAR(Channel->BusMaster + BM_STATUS, BM_STATUS_INTERRUPT | BM_STATUS_ERROR);
    return TRUE;
}

static UCHAR CommandFor(PIDE_REQUEST Request, BOOLEAN Lba48)
{
    switch (Request->Operation) {
    case IdeRead:
        if (Request->Dma) {
            return Lba48 ? ATA_READ_DMA_EXT : ATA_READ_DMA;
        }
        return Lba48 ? ATA_READ_SECTORS_EXT : ATA_READ_SECTORS;
    case IdeWrite:
        if (Request->Dma) {
            return Lba48 ? ATA_WRITE_DMA_EXT : ATA_WRITE_DMA;
        }
        return Lba48 ? ATA_WRITE_SECTORS_EXT : ATA_WRITE_SECTORS;
    case IdeVerify:
        return Lba48 ? ATA_READ_VERIFY_EXT : ATA_READ_VERIFY;
    default:
        return Lba48 ? ATA_FLUSH_CACHE_EXT : ATA_FLUSH_CACHE;
    }
}

static VOID WriteSector(PIDE_CHANNEL Channel)
{
    PIDE_REQUEST Request = &Channel->Request;

    WRITE_PORT_BUFFER_USHORT((PUSHORT)(Channel->Command + ATA_DATA),
                             (PUSHORT)(Request->Buffer + Request->SectorsDone * IDE_SECTOR),
                             IDE_SECTOR / 2);
}

/* Gives the channel's request to the drive. STATUS_PENDING: an interrupt will follow. Lock held. */
NTSTATUS IdeIssue(PIDE_CHANNEL Channel)
{
    PIDE_REQUEST Request = &Channel->Request;
    PIDE_DISK Disk = Request->Disk;
    ULONG Lba = Request->Lba;
    BOOLEAN Moves = Request->Operation == IdeRead || Request->Operation == IdeWrite;
    BOOLEAN Lba48 = Disk->Lba48 && (Lba + Request->Sectors > 0x10000000 || Lba >= 0x10000000 ||
                                    Request->Operation == IdeFlush);
    ULONG Device = ATA_DEVICE_LBA | ((ULONG)Disk->Unit << 4);

    IdeWrite8(Channel, ATA_DEVICE, Device | (Lba48 ? 0 : Lba >> 24));
    KeStallExecutionProcessor(1);               /* ATA-7 5.2: status is good after 400 ns */
    if (!IdeWait(Channel, ATA_STATUS_BUSY | ATA_STATUS_DRQ, 0)) {
        return STATUS_IO_TIMEOUT;
    }
    if (Moves && !PrepareData(Channel)) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Lba48) {
        IdeWrite8(Channel, ATA_COUNT, Request->Sectors >> 8);
        IdeWrite8(Channel, ATA_LBA_LOW, Lba >> 24);
        IdeWrite8(Channel, ATA_LBA_MID, 0);
        IdeWrite8(Channel, ATA_LBA_HIGH, 0);
    }
    IdeWrite8(Channel, ATA_COUNT, Request->Sectors);    /* 256 is 0, as LBA28 has it */
    IdeWrite8(Channel, ATA_LBA_LOW, Lba);
    IdeWrite8(Channel, ATA_LBA_MID, Lba >> 8);
    IdeWrite8(Channel, ATA_LBA_HIGH, Lba >> 16);

    /* The interrupt may come with the next write to a port. */
    Channel->Countdown = IDE_TIMEOUT_SECONDS;
    Channel->Interrupted = FALSE;
    Channel->Expecting = TRUE;
    KeMemoryBarrier();
    IdeWrite8(Channel, ATA_COMMAND, CommandFor(Request, Lba48));

    if (Request->Dma) {
        WRITE_PORT_UCHAR(Channel->BusMaster + BM_COMMAND,
                         BM_COMMAND_START |
                             (Request->Operation == IdeRead ? BM_COMMAND_TO_MEMORY : 0));
    } else if (Request->Operation == IdeWrite) {
        /* The first sector is asked for without an interrupt. If it is not, either an error
         * interrupt comes or none does; both are looked after. */
        KeStallExecutionProcessor(1);
        if (IdeWait(Channel, ATA_STATUS_BUSY | ATA_STATUS_DRQ, ATA_STATUS_DRQ)) {
            WriteSector(Channel);
        }
    }
    return STATUS_PENDING;
}

/* What the drive's error register means (ATA-7 6). */
static NTSTATUS DriveError(PIDE_CHANNEL Channel)
{
    UCHAR Error;

    if ((Channel->InterruptStatus & ATA_STATUS_FAULT) != 0) {
        return STATUS_IO_DEVICE_ERROR;
    }
    Error = IdeRead8(Channel, ATA_ERROR);
    if ((Error & ATA_ERROR_UNCORRECTABLE) != 0) {
        return STATUS_DEVICE_DATA_ERROR;
    }
    if ((Error & ATA_ERROR_ID_NOT_FOUND) != 0) {
        return STATUS_NONEXISTENT_SECTOR;
    }
    if ((Error & ATA_ERROR_CRC) != 0) {
        return STATUS_CRC_ERROR;
    }
    if ((Error & ATA_ERROR_NO_MEDIA) != 0) {
        return STATUS_NO_MEDIA_IN_DEVICE;
    }
    return STATUS_IO_DEVICE_ERROR;
}

/* After an interrupt: moves what PIO has to move. TRUE: the command is over, with *Status. */
BOOLEAN IdeAdvance(PIDE_CHANNEL Channel, PNTSTATUS Status)
{
    PIDE_REQUEST Request = &Channel->Request;

    if ((Channel->InterruptStatus & (ATA_STATUS_ERROR | ATA_STATUS_FAULT)) != 0) {
        *Status = DriveError(Channel);
        return TRUE;
    }
    *Status = STATUS_SUCCESS;
    if (Request->Operation == IdeVerify || Request->Operation == IdeFlush) {
        return TRUE;
    }
    if (Request->Dma) {
        if ((Channel->InterruptBusMaster & BM_STATUS_ERROR) != 0) {
            *Status = STATUS_ADAPTER_HARDWARE_ERROR;
        } else if (Request->Bounced && Request->Operation == IdeRead) {
            RtlCopyMemory(Request->Buffer, Channel->Bounce, Request->Sectors * IDE_SECTOR);
        }
        return TRUE;
    }
    if (Request->Operation == IdeWrite) {
        if (++Request->SectorsDone == Request->Sectors) {
            return TRUE;
        }
        Channel->Expecting = TRUE;
        WriteSector(Channel);
        return FALSE;
    }
    if ((Channel->InterruptStatus & ATA_STATUS_DRQ) == 0) {
        *Status = STATUS_IO_DEVICE_ERROR;
        return TRUE;
    }
    /* The interrupt for the next sector may come with the last word of this one. */
    Channel->Expecting = Request->SectorsDone + 1 < Request->Sectors;
    READ_PORT_BUFFER_USHORT((PUSHORT)(Channel->Command + ATA_DATA),
                            (PUSHORT)(Request->Buffer + Request->SectorsDone * IDE_SECTOR),
                            IDE_SECTOR / 2);
    return ++Request->SectorsDone == Request->Sectors;
}
