/* One IDE channel with up to two ATA drives and its half of a bus master, register by register. The
 * secondary channel floats. */
#include <string.h>
#include "fakes.h"

DRIVE Drives[2];

static UCHAR Registers[8], Previous[8], Control, Status, Error, BmCommand, BmStatus;
static ULONG PrdTable;
static BOOLEAN Line;
static UCHAR Buffer[512];
static ULONG BufferAt, SectorsLeft, Lba;
static UCHAR Command;

static DRIVE *Selected(void)
{
    return &Drives[(Registers[6] >> 4) & 1];
}

BOOLEAN DriveInterrupts(void)
{
    return Line && (Control & 2) == 0;
}

static void Raise(void)
{
    Line = TRUE;
    BmStatus |= 4;
}

static void Fail(UCHAR Why)
{
    Status = 0x41;
    Error = Why;
    Raise();
}

static void Identify(DRIVE *Drive)
{
    USHORT Words[256];

    memset(Words, 0, sizeof(Words));
    memcpy(&Words[27], "AFEKD IRVE                              ", 40);
    memcpy(&Words[23], "1.0     ", 8);
    Words[49] = (USHORT)(0x200 | (Drive->NoDma ? 0 : 0x100));
    Words[53] = 4;
    Words[60] = (USHORT)(Drive->Lba48 ? 0xFFFF : Drive->Sectors);
    Words[61] = (USHORT)(Drive->Lba48 ? 0x0FFF : Drive->Sectors >> 16);
    Words[83] = (USHORT)(0x5000 | (Drive->Lba48 ? 0x400 : 0));
    Words[88] = Drive->NoDma ? 0 : 0x0007;
    Words[100] = (USHORT)Drive->Sectors;
    Words[101] = (USHORT)(Drive->Sectors >> 16);
    memcpy(Buffer, Words, 512);
    BufferAt = 0;
    SectorsLeft = 1;
    Status = 0x48;
    Raise();
}

static void StartTransfer(BOOLEAN Extended)
{
    SectorsLeft = Registers[2];
    if (Extended) {
        SectorsLeft |= (ULONG)Previous[2] << 8;
        Lba = Registers[3] | (Registers[4] << 8) | (Registers[5] << 16) |
              ((ULONG)Previous[3] << 24);
        SectorsLeft = SectorsLeft != 0 ? SectorsLeft : 65536;
    } else {
        Lba = Registers[3] | (Registers[4] << 8) | (Registers[5] << 16) |
              ((ULONG)(Registers[6] & 15) << 24);
        SectorsLeft = SectorsLeft != 0 ? SectorsLeft : 256;
    }
}

/* FALSE: the command has failed already. */
static BOOLEAN InRange(DRIVE *Drive, BOOLEAN Reading)
{
    if (Lba >= Drive->Sectors || SectorsLeft > Drive->Sectors - Lba) {
        Fail(0x10);
        return FALSE;
    }
    if (Reading && Drive->BadSector >= Lba && Drive->BadSector < Lba + SectorsLeft &&
        Drive->BadSector != 0) {
        Fail(0x40);
        return FALSE;
    }
    return TRUE;
}

static void NextPioRead(DRIVE *Drive)
{
    memcpy(Buffer, Drive->Data + (size_t)(Lba % 4096) * 512, 512);
    BufferAt = 0;
    Status = 0x48;
    Raise();
}

static void Execute(DRIVE *Drive, UCHAR NewCommand)
{
    Command = NewCommand;
    Status = 0x40;
    Error = 0;
    if (Drive->Hang > 0 && Command != 0xEC) {
        Drive->Hang--;
        Command = 0;
        Status = 0x80;
        return;
    }
    switch (Command) {
    case 0xEC:
        Identify(Drive);
        break;
    case 0xEF:
        Raise();
        break;
    case 0xE7:
    case 0xEA:
        Drive->Flushes++;
        Raise();
        break;
    case 0x40:
    case 0x42:
        StartTransfer(Command == 0x42);
        if (InRange(Drive, TRUE)) {
            Raise();
        }
        break;
    case 0x20:
    case 0x24:
        StartTransfer(Command == 0x24);
        Drive->PioCommands++;
        if (InRange(Drive, TRUE)) {
            NextPioRead(Drive);
        }
        break;
    case 0x30:
    case 0x34:
        StartTransfer(Command == 0x34);
        Drive->PioCommands++;
        if (InRange(Drive, FALSE)) {
            BufferAt = 0;
            Status = 0x48;              /* asks for the first sector without an interrupt */
        }
        break;
    case 0xC8:
    case 0x25:
    case 0xCA:
    case 0x35:
        StartTransfer(Command == 0x25 || Command == 0x35);
        Drive->DmaCommands++;
        if (Drive->BreakDma > 0) {
            Drive->BreakDma--;
            BmStatus |= 2;
            Raise();
            Command = 0;
        } else if (!InRange(Drive, Command == 0xC8 || Command == 0x25)) {
            Command = 0;
        }
        break;
    default:
        Fail(4);
    }
}

/* The bus master: "physical" addresses are this program's pointers. */
static void RunDma(void)
{
    DRIVE *Drive = Selected();
    BOOLEAN ToMemory = (BmCommand & 8) != 0;
    PUCHAR Prd = UlongToPtr(PrdTable);
    PUCHAR Data = Drive->Data + (size_t)(Lba % 4096) * 512;
    ULONG Left = SectorsLeft * 512;

    if (Command != 0xC8 && Command != 0x25 && Command != 0xCA && Command != 0x35) {
        return;
    }
    while (Left != 0) {
        ULONG Address = *(PULONG)Prd;
        ULONG Bytes = *(PUSHORT)(Prd + 4);
        BOOLEAN Last = (*(PUSHORT)(Prd + 6) & 0x8000) != 0;

        Bytes = Bytes != 0 ? Bytes : 65536;
        if (Bytes > Left || (Address & 1) != 0 ||
            (Address & 0xFFFF0000) != ((Address + Bytes - 1) & 0xFFFF0000)) {
            BmStatus |= 2;
            break;
        }
        if (ToMemory) {
            memcpy(UlongToPtr(Address), Data, Bytes);
        } else {
            memcpy(Data, UlongToPtr(Address), Bytes);
        }
        Data += Bytes;
        Left -= Bytes;
        Prd += 8;
        if (Last != (Left == 0)) {
            BmStatus |= 2;
            break;
        }
    }
    Command = 0;
    Raise();
}

UCHAR NTAPI READ_PORT_UCHAR(PUCHAR PortPointer)
{
    ULONG Port = PtrToUlong(PortPointer);
    BOOLEAN Any = Drives[0].Data != NULL || Drives[1].Data != NULL;

    if (Port >= 0xC000) {
        return Port == 0xC002 ? BmStatus : 0;
    }
    if ((Port & ~7u) == 0x170 || Port == 0x376 || !Any) {
        return 0xFF;
    }
    if (Selected()->Data == NULL) {
        return 0;
    }
    switch (Port) {
    case 0x1F1:
        return Error;
    case 0x1F7:
        Line = FALSE;
        return Status;
    case 0x3F6:
        return Status;
    default:
        return Registers[Port & 7];
    }
}

VOID NTAPI WRITE_PORT_UCHAR(PUCHAR PortPointer, UCHAR Value)
{
    ULONG Port = PtrToUlong(PortPointer);

    switch (Port) {
    case 0xC000:
        BmCommand = Value;
        if ((Value & 1) != 0) {
            RunDma();
        }
        return;
    case 0xC002:
        BmStatus &= (UCHAR)~(Value & 6);
        return;
    case 0x3F6:
        if ((Value & 4) != 0) {
            Status = 0x80;
        } else if ((Control & 4) != 0) {
            Status = 0x40;
            Command = 0;
            Drives[0].Resets++;
        }
        Control = Value;
        return;
    case 0x1F7:
        if (Selected()->Data != NULL) {
            Execute(Selected(), Value);
        }
        return;
    }
    if ((Port & ~7u) == 0x1F0) {
        Previous[Port & 7] = Registers[Port & 7];
        Registers[Port & 7] = Value;
    }
}

VOID NTAPI WRITE_PORT_ULONG(PULONG PortPointer, ULONG Value)
{
    if (PtrToUlong(PortPointer) == 0xC004) {
        PrdTable = Value;
    }
}

VOID NTAPI READ_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Data, ULONG Count)
{
    memcpy(Data, Buffer, Count * 2);
    Status = 0x40;
    if (--SectorsLeft != 0) {
        Lba++;
        NextPioRead(Selected());
    }
}

VOID NTAPI WRITE_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Data, ULONG Count)
{
    memcpy(Selected()->Data + (size_t)(Lba % 4096) * 512, Data, Count * 2);
    Lba++;
    Status = --SectorsLeft != 0 ? 0x48 : 0x40;
    Raise();
}
