/* Damage: every byte of the boot sector, the FSInfo sector, the FAT in use and the directories
 * is changed in turn, and everything is tried on the result. Nothing may crash, leak or loop
 * (RAM_DISK.Limit); then the classic damages, with the status each must give. */
#include "fattest.h"

static UCHAR Junk[3000];

static void TryAll(RAM_DISK *Disk)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    PFAT_NODE node;

    Disk->Limit = Disk->Transfers + 20000;
    if (NT_SUCCESS(FatMount(v, &Disk->Device, sizeof(FAT_NODE)))) {
        TreeWalk(v, v->Root, 6, TRUE);
        PathWrite(v, "dir\\inner\\new file in here", 0, Junk, sizeof(Junk));
        PathWrite(v, "big file.bin", 9000, Junk, sizeof(Junk));
        PathRename(v, "dir\\small", "moved away");
        if (NT_SUCCESS(PathCreate(v, "dir\\more", FILE_ATTRIBUTE_DIRECTORY, &node))) {
            PathClose(node);
        }
        if (NT_SUCCESS(PathOpen(v, "dir\\inner\\cut me", &node))) {
            FatSetSize(node, 600);
            PathClose(node);
        }
        PathDelete(v, "big file.bin");
        PathDelete(v, "dir\\inner");
        TreeWalk(v, v->Root, 6, TRUE);
        FatFlushVolume(v, TRUE);
        FatDismount(v);
    }
    free(v);
}

static void MakeTree(RAM_DISK *Disk, FAT_VOLUME *V)
{
    PFAT_NODE node;

    DiskFormat(Disk, 256, "-s 1");
    CHECK(NT_SUCCESS(FatMount(V, &Disk->Device, sizeof(FAT_NODE))));
    CHECK(NT_SUCCESS(PathCreate(V, "dir", FILE_ATTRIBUTE_DIRECTORY, &node)));
    PathClose(node);
    CHECK(NT_SUCCESS(PathCreate(V, "dir\\inner", FILE_ATTRIBUTE_DIRECTORY, &node)));
    PathClose(node);
    CHECK(NT_SUCCESS(PathWrite(V, "dir\\small", 0, Junk, 700)));
    CHECK(NT_SUCCESS(PathWrite(V, "big file.bin", 0, Junk, 3000)));
    CHECK(NT_SUCCESS(PathWrite(V, "dir\\inner\\cut me", 0, Junk, 2500)));
    CHECK(NT_SUCCESS(PathWrite(V, "big file.bin", 3000, Junk, 3000)));
    CHECK(NT_SUCCESS(FatFlushVolume(V, TRUE)));
}

static void Mutate(const RAM_DISK *Clean, RAM_DISK *Work, ULONG Sector, ULONG Copies, ULONG Step)
{
    static const UCHAR flips[] = {0x01, 0x04, 0x10, 0x80, 0xFF};
    ULONG byte, way, copy;
    UCHAR value;

    for (byte = 0; byte < FAT_SECTOR; byte++) {
        for (way = 0; way < 7; way++) {
            DiskCopy(Work, Clean);
            value = Work->Bytes[Sector * FAT_SECTOR + byte];
            value = way < 5 ? value ^ flips[way] : way == 5 ? 0 : 2 + Random() % 20;
            for (copy = 0; copy < Copies; copy++) {
                Work->Bytes[(Sector + copy * Step) * FAT_SECTOR + byte] = value;
            }
            TryAll(Work);
        }
    }
}

static void PutFat(RAM_DISK *Disk, FAT_VOLUME *V, ULONG Cluster, ULONG Value)
{
    ULONG copy;

    for (copy = 0; copy < V->FatCopies; copy++) {
        FatPut32(Disk->Bytes + (V->FirstFat + copy * V->FatSectors) * FAT_SECTOR + Cluster * 4,
                 Value);
    }
}

/* One damage to a file's chain, and what reading and deleting the file must answer. */
static void Classic(const RAM_DISK *Clean, ULONG First, ULONG Which, ULONG Value)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK disk = {0};
    PFAT_NODE node;
    ULONG done;

    DiskCopy(&disk, Clean);
    disk.Limit = 20000;
    CHECK(NT_SUCCESS(FatMount(v, &disk.Device, sizeof(FAT_NODE))));
    FatDismount(v); /* only the geometry was wanted */
    PutFat(&disk, v, First + Which, Value);
    CHECK(NT_SUCCESS(FatMount(v, &disk.Device, sizeof(FAT_NODE))));
    CHECK(NT_SUCCESS(PathOpen(v, "big file.bin", &node)));
    CHECK(FatReadNode(node, 0, Junk, 100, &done) == STATUS_FILE_CORRUPT_ERROR && done == 0);
    CHECK(FatWriteNode(node, 0, Junk, 100) == STATUS_FILE_CORRUPT_ERROR);
    CHECK(FatSetSize(node, 0) == STATUS_FILE_CORRUPT_ERROR);
    CHECK(FatDelete(node) == STATUS_FILE_CORRUPT_ERROR);
    PathClose(node);
    CHECK(NT_SUCCESS(PathOpen(v, "dir\\small", &node)));
    CHECK(NT_SUCCESS(FatReadNode(node, 0, Junk, 700, &done)) && done == 700);
    PathClose(node);
    FatDismount(v);
    free(disk.Bytes);
    free(v);
}

/* An entry that claims another's first cluster: a file a file's, a directory its parent's. */
static void CrossLinks(const RAM_DISK *Clean, ULONG DirectorySector, ULONG Slot, ULONG Cluster,
                       const char *Other, const char *Path)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK disk = {0};
    PFAT_NODE other, node;
    FAT_DIRENT *entry;

    DiskCopy(&disk, Clean);
    disk.Limit = 20000;
    entry = (FAT_DIRENT *)(disk.Bytes + DirectorySector * FAT_SECTOR + Slot);
    entry->ClusterHigh = (USHORT)(Cluster >> 16);
    entry->ClusterLow = (USHORT)Cluster;
    CHECK(NT_SUCCESS(FatMount(v, &disk.Device, sizeof(FAT_NODE))));
    CHECK(NT_SUCCESS(PathOpen(v, Other, &other)));
    CHECK(PathOpen(v, Path, &node) == STATUS_FILE_CORRUPT_ERROR);
    PathClose(other);
    FatDismount(v);
    free(disk.Bytes);
    free(v);
}

void TestCorrupt(void)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK clean = {0}, work = {0};
    PFAT_NODE node, inner;
    ULONG first, dir, sub, slot, file, parent;

    RandomSeed(5);
    MakeTree(&clean, v);
    CHECK(NT_SUCCESS(PathOpen(v, "big file.bin", &node)));
    CHECK(NT_SUCCESS(PathOpen(v, "dir\\inner", &inner)));
    first = node->FirstCluster;
    sub = FatClusterSector(v, inner->FirstCluster);
    dir = FatClusterSector(v, inner->Parent->FirstCluster);
    parent = inner->Parent->FirstCluster;
    slot = inner->Offset;
    FatReleaseNode(node);
    FatReleaseNode(inner);
    CHECK(NT_SUCCESS(PathOpen(v, "dir\\small", &node)));
    file = node->Offset;
    FatReleaseNode(node);
    FatDismount(v);
    CrossLinks(&clean, dir, slot, parent, "dir", "dir\\inner");
    CrossLinks(&clean, dir, slot, v->RootCluster, "dir", "dir\\inner\\dir");
    CrossLinks(&clean, dir, file, first, "big file.bin", "dir\\small");
    Classic(&clean, first, 0, first);      /* a loop of one */
    Classic(&clean, first, 2, first);      /* a loop back to the start */
    Classic(&clean, first, 1, 0);          /* free in the middle */
    Classic(&clean, first, 1, 1);          /* a number that is no cluster */
    Classic(&clean, first, 1, 0x0FFFFFF7); /* bad */
    Classic(&clean, first, 1, 0x0ABCDEF);  /* beyond the end */
    Classic(&clean, first, 1, 0x0FFFFFFF); /* too short for its size */
    Mutate(&clean, &work, 0, 1, 0);
    Mutate(&clean, &work, v->InfoSector, 1, 0);
    Mutate(&clean, &work, v->FirstFat, v->FatCopies, v->FatSectors);
    Mutate(&clean, &work, v->DataStart, 1, 0);
    Mutate(&clean, &work, dir, 1, 0);
    Mutate(&clean, &work, sub, 1, 0);
    free(work.Bytes);
    DiskFree(&clean);
    free(v);
}
