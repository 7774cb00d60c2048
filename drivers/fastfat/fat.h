/* FAT32 volume logic, apart from NT: what the file system driver and the host tests share.
 *
 * The idea: a volume is a block device (FAT_DEVICE), a small cache of metadata sectors, and one
 * FAT_NODE for each file or directory that somebody has open. Everything below is plain
 * single-threaded code: the caller holds the volume's lock (Vcb->Lock in the driver) around every
 * call, across the device I/O too. Paging I/O never enters here; it has its own map (paging.c).
 *
 * What reaches the disk in which order, so that a crash anywhere leaves something fsck can mend:
 *   grow      data and zeroed directory clusters, then FAT, then directory entry
 *   shrink    directory entry, then FAT
 *   delete    directory entry, then FAT
 *   rename    new directory entry, then the old one goes
 *   first     before any of these the volume is marked dirty; FatFlushVolume marks it clean
 * FatCacheFlush writes FAT sectors before directory sectors; where the order is the other way
 * round, the caller flushes in between.
 *
 * Layout facts: Microsoft, "FAT32 File System Specification" 1.03. */
#pragma once

#include <ntifs.h>

#define FAT_SECTOR 512u
#define FAT_SECTOR_SHIFT 9
#define FAT_ENTRY_MASK 0x0FFFFFFFu  /* the top four bits of a FAT entry are kept as found */
#define FAT_CLUSTER_BAD 0x0FFFFFF7u
#define FAT_CLUSTER_EOC 0x0FFFFFF8u /* this or more: last of its chain */
#define FAT_CLUSTER_END 0x0FFFFFFFu /* what we write there */
#define FAT_CLEAN_SHUTDOWN 0x08000000u /* FAT[1]: set when clean */
#define FAT_DIRENT_SIZE 32u
#define FAT_DIRECTORY_LIMIT (65536u * FAT_DIRENT_SIZE)
#define FAT_NAME_MAX 255u
#define FAT_LFN_CHARS 13u
#define FAT_LFN_LAST 0x40
#define FAT_LFN_ATTRIBUTES 0x0F
#define FAT_ATTRIBUTE_LABEL 0x08
#define FAT_ATTRIBUTES_KEPT 0x37 /* read-only, hidden, system, directory, archive */
#define FAT_DELETED 0xE5
#define FAT_CASE_BASE 0x08 /* NT: the base name is lower case */
#define FAT_CASE_EXT 0x10  /* NT: the extension is lower case */
#define FAT_TAG 'taFP'
#define FAT_CACHE_SLOTS 64u
#define FAT_BOUNCE_SECTORS 8u

typedef struct _FAT_VOLUME FAT_VOLUME, *PFAT_VOLUME;
typedef struct _FAT_NODE FAT_NODE, *PFAT_NODE;

/* The block device. Buffers are system addresses of any alignment; a transfer is whole sectors. */
typedef struct _FAT_DEVICE {
    NTSTATUS (*Read)(struct _FAT_DEVICE *Device, ULONG Sector, ULONG Count, PVOID Buffer);
    NTSTATUS (*Write)(struct _FAT_DEVICE *Device, ULONG Sector, ULONG Count, PVOID Buffer);
    NTSTATUS (*Flush)(struct _FAT_DEVICE *Device);
    LONGLONG (*Now)(struct _FAT_DEVICE *Device); /* 100 ns since 1601 */
    ULONG Sectors;                               /* 0 when not known */
} FAT_DEVICE, *PFAT_DEVICE;

typedef struct _FAT_DIRENT {
    UCHAR Name[11];
    UCHAR Attributes;
    UCHAR Case;
    UCHAR CreateTenths; /* 10 ms units, 0 to 199 */
    USHORT CreateTime;
    USHORT CreateDate;
    USHORT AccessDate;
    USHORT ClusterHigh;
    USHORT WriteTime;
    USHORT WriteDate;
    USHORT ClusterLow;
    ULONG Size;
} FAT_DIRENT, *PFAT_DIRENT;
C_ASSERT(sizeof(FAT_DIRENT) == FAT_DIRENT_SIZE);

/* One directory entry as found: the short entry, where it stands, and both names. */
typedef struct _FAT_FOUND {
    FAT_DIRENT Dirent;
    ULONG Offset;      /* of the short entry, in bytes from the start of the directory */
    ULONG FirstOffset; /* of its first long-name entry, or Offset */
    ULONG NameLength;  /* characters */
    ULONG ShortLength;
    WCHAR Short[12];
    WCHAR Name[20 * FAT_LFN_CHARS];
} FAT_FOUND, *PFAT_FOUND;

typedef enum _FAT_KIND { FatKindFat, FatKindDirectory } FAT_KIND;

typedef struct _FAT_SLOT {
    ULONG Sector;
    ULONG Used; /* clock at last use */
    UCHAR Valid;
    UCHAR Dirty;
    UCHAR Kind;
} FAT_SLOT, *PFAT_SLOT;

typedef struct _FAT_CACHE {
    FAT_SLOT Slots[FAT_CACHE_SLOTS];
    PUCHAR Data; /* FAT_CACHE_SLOTS sectors */
    ULONG Clock;
    ULONG Last; /* slot of the last hit */
} FAT_CACHE;

/* An open file or directory. Lives as long as it is referenced: by file objects and by the nodes
 * of what is open inside it. The driver's FCB is a FAT_NODE with a tail (FAT_VOLUME.NodeSize). */
struct _FAT_NODE {
    LIST_ENTRY Link; /* in Volume->Nodes */
    PFAT_VOLUME Volume;
    PFAT_NODE Parent; /* referenced; NULL for the root */
    ULONG References;
    ULONG Children; /* nodes whose parent this is */
    ULONG Offset;   /* of the short entry in Parent */
    ULONG FirstOffset;
    ULONG FirstCluster; /* 0: none */
    ULONG FileSize;     /* 0 for directories */
    ULONG ValidSize;    /* bytes that hold data; from here to FileSize reads give zeros */
    ULONG Clusters;     /* length of the chain, once Measured */
    ULONG LastCluster;
    ULONG CursorIndex; /* the chain's CursorIndex-th cluster is CursorCluster (0: none) */
    ULONG CursorCluster;
    UCHAR Attributes;
    BOOLEAN Measured;   /* the chain was walked to its end and is sound */
    BOOLEAN EntryDirty; /* the directory entry is older than this node */
    BOOLEAN Removed;    /* no directory entry any more */
    BOOLEAN NoZeroing;  /* page file: what was never written is never read */
    LONGLONG CreationTime;
    LONGLONG LastWriteTime;
    LONGLONG LastAccessTime;
    UNICODE_STRING Name; /* long name, paged pool */
};

struct _FAT_VOLUME {
    PFAT_DEVICE Device;
    ULONG NodeSize; /* bytes to allocate for a node, at least sizeof(FAT_NODE) */
    ULONG SectorsPerCluster;
    ULONG ClusterBytes;
    ULONG ClusterShift; /* ClusterBytes == 1 << ClusterShift */
    ULONG FatStart;     /* sector of the FAT we read */
    ULONG FirstFat;
    ULONG FatSectors;
    ULONG FatCopies;
    BOOLEAN Mirrored; /* every copy is written, else the active one only */
    BOOLEAN Dirty;    /* marked dirty on disk by us */
    BOOLEAN WasDirty; /* at mount: only a checker may call it clean */
    BOOLEAN FreeExact;   /* FreeCount can be used: counted here, or from a clean volume */
    BOOLEAN FreeCounted; /* counted here */
    BOOLEAN InfoDirty;
    ULONG DataStart;
    ULONG ClusterCount; /* clusters are numbered 2 to ClusterCount + 1 */
    ULONG RootCluster;
    ULONG InfoSector; /* 0: none */
    ULONG FreeCount;
    ULONG NextFree; /* where to look for a free cluster first */
    ULONG SerialNumber;
    UCHAR Label[11];
    LIST_ENTRY Nodes;
    PFAT_NODE Root;
    PUCHAR Bounce; /* FAT_BOUNCE_SECTORS sectors, for partial sectors and zeros */
    FAT_CACHE Cache;
    FAT_FOUND Found; /* result of the last lookup by path: owned by whoever holds the lock */
    FAT_FOUND Inner; /* scratch of routines that search a directory on the way */
};

/* volume.c */
NTSTATUS FatMount(PFAT_VOLUME Volume, PFAT_DEVICE Device, ULONG NodeSize);
VOID FatDismount(PFAT_VOLUME Volume);
NTSTATUS FatMarkDirty(PFAT_VOLUME Volume);
NTSTATUS FatFlushVolume(PFAT_VOLUME Volume, BOOLEAN Clean);
NTSTATUS FatReadLabel(PFAT_VOLUME Volume, PWCHAR Label, PULONG Length);

/* boot.c */
NTSTATUS FatParseBootSector(PFAT_VOLUME Volume, const UCHAR *Boot, ULONG DeviceSectors);
NTSTATUS FatReadInfo(PFAT_VOLUME Volume);
NTSTATUS FatWriteInfo(PFAT_VOLUME Volume);
ULONG FatGet16(const UCHAR *At);
ULONG FatGet32(const UCHAR *At);
VOID FatPut32(PUCHAR At, ULONG Value);

/* cache.c */
NTSTATUS FatCacheRead(PFAT_VOLUME Volume, FAT_KIND Kind, ULONG Sector, ULONG Offset, ULONG Length,
                      PVOID Buffer);
NTSTATUS FatCacheWrite(PFAT_VOLUME Volume, FAT_KIND Kind, ULONG Sector, ULONG Offset,
                       ULONG Length, const VOID *Buffer);
NTSTATUS FatCacheFlush(PFAT_VOLUME Volume);
VOID FatCacheDiscard(PFAT_VOLUME Volume, ULONG Sector, ULONG Count);

/* chain.c */
BOOLEAN FatIsCluster(PFAT_VOLUME Volume, ULONG Cluster);
ULONG FatClusterSector(PFAT_VOLUME Volume, ULONG Cluster);
NTSTATUS FatGetEntry(PFAT_VOLUME Volume, ULONG Cluster, PULONG Value);
NTSTATUS FatSetEntry(PFAT_VOLUME Volume, ULONG Cluster, ULONG Value);
NTSTATUS FatNextCluster(PFAT_VOLUME Volume, ULONG Cluster, PULONG Next);
NTSTATUS FatMeasureChain(PFAT_VOLUME Volume, ULONG First, PULONG Count, PULONG Last);
NTSTATUS FatMeasureNode(PFAT_NODE Node);
NTSTATUS FatMapNode(PFAT_NODE Node, ULONG Index, ULONG Max, PULONG Cluster, PULONG Count);

/* alloc.c */
NTSTATUS FatCountFree(PFAT_VOLUME Volume);
NTSTATUS FatAllocateChain(PFAT_VOLUME Volume, ULONG Count, ULONG Hint, PULONG First, PULONG Last);
NTSTATUS FatFreeChain(PFAT_VOLUME Volume, ULONG First, BOOLEAN Cached);
NTSTATUS FatGrowNode(PFAT_NODE Node, ULONG Clusters);
NTSTATUS FatShrinkNode(PFAT_NODE Node, ULONG Clusters);
NTSTATUS FatZeroClusters(PFAT_VOLUME Volume, ULONG Cluster, ULONG Count);

/* file.c */
NTSTATUS FatReadNode(PFAT_NODE Node, ULONG Offset, PVOID Buffer, ULONG Length, PULONG Done);
NTSTATUS FatWriteNode(PFAT_NODE Node, ULONGLONG Offset, PVOID Buffer, ULONG Length);
NTSTATUS FatSetSize(PFAT_NODE Node, ULONGLONG Size);
NTSTATUS FatSetAllocation(PFAT_NODE Node, ULONGLONG Bytes);
NTSTATUS FatSettleNode(PFAT_NODE Node);
ULONG FatClustersFor(PFAT_VOLUME Volume, ULONGLONG Bytes);

/* name.c, shortname.c */
BOOLEAN FatIsNameLegal(PCUNICODE_STRING Name);
BOOLEAN FatNamesEqual(const WCHAR *A, ULONG LengthA, const WCHAR *B, ULONG LengthB);
BOOLEAN FatNameMatches(const WCHAR *Pattern, ULONG PatternLength, const WCHAR *Name,
                       ULONG NameLength);
ULONG FatShortToUnicode(const FAT_DIRENT *Dirent, BOOLEAN ApplyCase, PWCHAR Name);
UCHAR FatShortChecksum(const UCHAR *Name);
BOOLEAN FatMakeShortName(PCUNICODE_STRING Name, PUCHAR Short, PUCHAR Case);
VOID FatTailShortName(PCUNICODE_STRING Name, const UCHAR *Basis, ULONG Try, PUCHAR Short);

/* dir.c */
NTSTATUS FatReadSlot(PFAT_NODE Directory, ULONG Offset, PVOID Slot);
NTSTATUS FatWriteSlot(PFAT_NODE Directory, ULONG Offset, const VOID *Slot);
NTSTATUS FatNextFound(PFAT_NODE Directory, PULONG Offset, PFAT_FOUND Found);
NTSTATUS FatFind(PFAT_NODE Directory, PCUNICODE_STRING Name, PFAT_FOUND Found);
NTSTATUS FatIsEmpty(PFAT_NODE Directory);

/* dirwrite.c */
NTSTATUS FatInsertEntry(PFAT_NODE Directory, PCUNICODE_STRING Name, PFAT_DIRENT Dirent,
                        PULONG Offset, PULONG FirstOffset);
NTSTATUS FatRemoveEntry(PFAT_NODE Directory, ULONG FirstOffset, ULONG Offset);
NTSTATUS FatWriteEntry(PFAT_NODE Node);

/* node.c */
NTSTATUS FatOpenNode(PFAT_NODE Directory, PFAT_FOUND Found, PFAT_NODE *Node);
VOID FatReferenceNode(PFAT_NODE Node);
VOID FatReleaseNode(PFAT_NODE Node);
BOOLEAN FatIsDirectory(PFAT_NODE Node);
ULONG FatPathLength(PFAT_NODE Node);
VOID FatPathCopy(PFAT_NODE Node, PWCHAR Path, ULONG Chars);
VOID FatNodeFromDirent(PFAT_NODE Node, const FAT_DIRENT *Dirent);
VOID FatNodeToDirent(PFAT_NODE Node, PFAT_DIRENT Dirent);

/* ops.c */
NTSTATUS FatWalk(PFAT_NODE Start, PCUNICODE_STRING Path, PFAT_NODE *Parent,
                 PUNICODE_STRING Last, PBOOLEAN TrailingSlash);
NTSTATUS FatCreate(PFAT_NODE Directory, PCUNICODE_STRING Name, UCHAR Attributes, PFAT_NODE *Node);
NTSTATUS FatDelete(PFAT_NODE Node);
NTSTATUS FatRename(PFAT_NODE Node, PFAT_NODE Directory, PCUNICODE_STRING Name);

/* time.c */
LONGLONG FatTimeFromDos(USHORT Date, USHORT Time, UCHAR Tenths);
VOID FatTimeToDos(LONGLONG Time, PUSHORT Date, PUSHORT Clock, PUCHAR Tenths);
