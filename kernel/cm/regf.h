/* The regf file: structures on disk, little endian, packed by nature. Cells are found by their
 * offset from the first bin, which follows the 4 KiB header. Names as in the published descriptions
 * of the format (M. Suhanov, "Windows registry file format specification"). */
#ifndef PAGODA_REGF_H
#define PAGODA_REGF_H

#define REGF_SIGNATURE   0x66676572u /* "regf" */
#define HBIN_SIGNATURE   0x6E696268u /* "hbin" */
#define REGF_HEADER_SIZE 4096u
#define REGF_BIN_UNIT    4096u
#define REGF_NO_CELL     0xFFFFFFFFu
#define REGF_SEGMENT     16344u /* data bytes in each segment of a "db" value */

#define CELL_NK 0x6B6Eu /* key                              */
#define CELL_VK 0x6B76u /* value                            */
#define CELL_SK 0x6B73u /* security descriptor              */
#define CELL_LF 0x666Cu /* subkeys, with hints              */
#define CELL_LH 0x686Cu /* subkeys, with hashes             */
#define CELL_LI 0x696Cu /* subkeys, bare                    */
#define CELL_RI 0x6972u /* lists of subkeys                 */
#define CELL_DB 0x6264u /* data in segments                 */

#define NK_ROOT        0x0004u
#define NK_NO_DELETE   0x0008u
#define NK_LATIN_NAME  0x0020u /* one byte a character             */
#define VK_LATIN_NAME  0x0001u
#define VK_INLINE_DATA 0x80000000u /* up to 4 bytes, in the data field */

typedef struct _REGF_HEADER {
    ULONG Signature;
    ULONG Sequence1, Sequence2; /* equal when the file was written completely */
    ULONG Timestamp[2];
    ULONG Major, Minor;
    ULONG Type;   /* 0: a primary file  */
    ULONG Format; /* 1: memory layout   */
    ULONG RootCell;
    ULONG BinsSize;
    ULONG Cluster;
    USHORT FileName[32];
    ULONG Reserved[99];
    ULONG Checksum; /* XOR of the 127 words before; 0 and -1 are avoided */
} REGF_HEADER;
C_ASSERT(sizeof(REGF_HEADER) == 512);

typedef struct _REGF_BIN {
    ULONG Signature;
    ULONG Offset, Size;
    ULONG Reserved[2];
    ULONG Timestamp[2];
    ULONG Spare;
} REGF_BIN;
C_ASSERT(sizeof(REGF_BIN) == 32);

typedef struct _REGF_NK {
    USHORT Signature, Flags;
    ULONG Timestamp[2];
    ULONG Access;
    ULONG Parent;
    ULONG SubkeyCount, VolatileCount;
    ULONG SubkeyList, VolatileList;
    ULONG ValueCount, ValueList;
    ULONG Security;
    ULONG Class;
    ULONG MaxSubkeyName, MaxSubkeyClass, MaxValueName, MaxValueData;
    ULONG Reserved;
    USHORT NameLength, ClassLength;
    UCHAR Name[];
} REGF_NK;
C_ASSERT(sizeof(REGF_NK) == 76);

typedef struct _REGF_VK {
    USHORT Signature, NameLength;
    ULONG DataLength, Data, Type;
    USHORT Flags, Spare;
    UCHAR Name[];
} REGF_VK;
C_ASSERT(sizeof(REGF_VK) == 20);

typedef struct _REGF_LIST { /* lf, lh: pairs; li, ri: single offsets */
    USHORT Signature, Count;
    ULONG Items[];
} REGF_LIST;

typedef struct _REGF_SK {
    USHORT Signature, Reserved;
    ULONG Next, Previous;
    ULONG References;
    ULONG DescriptorSize;
    UCHAR Descriptor[];
} REGF_SK;

typedef struct _REGF_DB {
    USHORT Signature, Count;
    ULONG List;
} REGF_DB;

static inline ULONG RegfChecksum(const ULONG *Header)
{
    ULONG Sum = 0;

    for (ULONG Index = 0; Index < 127; Index++) {
        Sum ^= Header[Index];
    }
    return Sum == 0 ? 1 : Sum == 0xFFFFFFFF ? 0xFFFFFFFE : Sum;
}

#endif
