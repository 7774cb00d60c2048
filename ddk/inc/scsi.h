/* SCSI commands as far as disks use them (SBC, SPC): operation codes, the 10-byte read and write
 * block, capacity and sense data. Multi-byte fields are big-endian on the wire. */
#ifndef _NTSCSI_
#define _NTSCSI_

#define SCSIOP_TEST_UNIT_READY   0x00
#define SCSIOP_REQUEST_SENSE     0x03
#define SCSIOP_READ6             0x08
#define SCSIOP_WRITE6            0x0A
#define SCSIOP_INQUIRY           0x12
#define SCSIOP_MODE_SENSE        0x1A
#define SCSIOP_START_STOP_UNIT   0x1B
#define SCSIOP_MEDIUM_REMOVAL    0x1E
#define SCSIOP_READ_CAPACITY     0x25
#define SCSIOP_READ              0x28
#define SCSIOP_WRITE             0x2A
#define SCSIOP_VERIFY            0x2F
#define SCSIOP_SYNCHRONIZE_CACHE 0x35
#define SCSIOP_READ16            0x88
#define SCSIOP_WRITE16           0x8A

#define SCSISTAT_GOOD             0x00
#define SCSISTAT_CHECK_CONDITION  0x02
#define SCSISTAT_CONDITION_MET    0x04
#define SCSISTAT_BUSY             0x08
#define SCSISTAT_RESERVATION_CONFLICT 0x18
#define SCSISTAT_COMMAND_TERMINATED 0x22
#define SCSISTAT_QUEUE_FULL       0x28

#define SCSI_SENSE_NO_SENSE        0x00
#define SCSI_SENSE_RECOVERED_ERROR 0x01
#define SCSI_SENSE_NOT_READY       0x02
#define SCSI_SENSE_MEDIUM_ERROR    0x03
#define SCSI_SENSE_HARDWARE_ERROR  0x04
#define SCSI_SENSE_ILLEGAL_REQUEST 0x05
#define SCSI_SENSE_UNIT_ATTENTION  0x06
#define SCSI_SENSE_DATA_PROTECT    0x07
#define SCSI_SENSE_BLANK_CHECK     0x08
#define SCSI_SENSE_ABORTED_COMMAND 0x0B

#define SCSI_ADSENSE_NO_SENSE              0x00
#define SCSI_ADSENSE_LUN_NOT_READY         0x04
#define SCSI_ADSENSE_UNRECOVERED_ERROR     0x11
#define SCSI_ADSENSE_ILLEGAL_COMMAND       0x20
#define SCSI_ADSENSE_ILLEGAL_BLOCK         0x21
#define SCSI_ADSENSE_INVALID_CDB           0x24
#define SCSI_ADSENSE_WRITE_PROTECT         0x27
#define SCSI_ADSENSE_NO_MEDIA_IN_DEVICE    0x3A

#define CDB6GENERIC_LENGTH  6
#define CDB10GENERIC_LENGTH 10

typedef union _CDB {
    struct {
        UCHAR OperationCode;
        UCHAR RelativeAddress : 1;
        UCHAR Reserved1 : 2;
        UCHAR ForceUnitAccess : 1;
        UCHAR DisablePageOut : 1;
        UCHAR LogicalUnitNumber : 3;
        UCHAR LogicalBlockByte0;
        UCHAR LogicalBlockByte1;
        UCHAR LogicalBlockByte2;
        UCHAR LogicalBlockByte3;
        UCHAR Reserved2;
        UCHAR TransferBlocksMsb;
        UCHAR TransferBlocksLsb;
        UCHAR Control;
    } CDB10;
    struct {
        UCHAR OperationCode;
        UCHAR CommandUniqueBits : 4;
        UCHAR Reserved1 : 1;
        UCHAR LogicalUnitNumber : 3;
        UCHAR CommandUniqueBytes[3];
        UCHAR Link : 1;
        UCHAR Flag : 1;
        UCHAR Reserved2 : 4;
        UCHAR VendorUnique : 2;
    } CDB6GENERIC;
    struct {
        UCHAR OperationCode;
        UCHAR Reserved1 : 5;
        UCHAR LogicalUnitNumber : 3;
        UCHAR PageCode;
        UCHAR IReserved;
        UCHAR AllocationLength;
        UCHAR Control;
    } CDB6INQUIRY;
    UCHAR AsByte[16];
} CDB, *PCDB;

typedef struct _READ_CAPACITY_DATA {
    ULONG LogicalBlockAddress;
    ULONG BytesPerBlock;
} READ_CAPACITY_DATA, *PREAD_CAPACITY_DATA;

#pragma pack(push, 1)
typedef struct _SENSE_DATA {
    UCHAR ErrorCode : 7;
    UCHAR Valid : 1;
    UCHAR SegmentNumber;
    UCHAR SenseKey : 4;
    UCHAR Reserved : 1;
    UCHAR IncorrectLength : 1;
    UCHAR EndOfMedia : 1;
    UCHAR FileMark : 1;
    UCHAR Information[4];
    UCHAR AdditionalSenseLength;
    UCHAR CommandSpecificInformation[4];
    UCHAR AdditionalSenseCode;
    UCHAR AdditionalSenseCodeQualifier;
    UCHAR FieldReplaceableUnitCode;
    UCHAR SenseKeySpecific[3];
} SENSE_DATA, *PSENSE_DATA;
#pragma pack(pop)

#define SENSE_BUFFER_SIZE 18
C_ASSERT(sizeof(SENSE_DATA) == SENSE_BUFFER_SIZE);

typedef union _FOUR_BYTE {
    struct {
        UCHAR Byte0;
        UCHAR Byte1;
        UCHAR Byte2;
        UCHAR Byte3;
    };
    ULONG AsULong;
} FOUR_BYTE, *PFOUR_BYTE;

#define REVERSE_BYTES(Destination, Source) \
    (((PFOUR_BYTE)(Destination))->AsULong = __builtin_bswap32(((PFOUR_BYTE)(Source))->AsULong))

#endif
