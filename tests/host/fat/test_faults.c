/* What goes wrong on a sound volume: a full disk, failing transfers, no memory, power lost. */
#include "fattest.h"

static UCHAR Pattern[70000];

static void MakePattern(void)
{
    ULONG i;

    RandomSeed(99);
    for (i = 0; i < sizeof(Pattern); i++) {
        Pattern[i] = (UCHAR)Random();
    }
}

static BOOLEAN Holds(FAT_VOLUME *V, const char *Path, ULONG Size)
{
    static UCHAR data[sizeof(Pattern)];
    PFAT_NODE node;
    ULONG done;
    BOOLEAN same;

    if (!NT_SUCCESS(PathOpen(V, Path, &node))) {
        return FALSE;
    }
    same = node->FileSize == Size;
    if (same && Size != 0) {
        same = NT_SUCCESS(FatReadNode(node, 0, data, Size, &done)) && done == Size &&
               memcmp(data, Pattern, Size) == 0;
    }
    FatReleaseNode(node);
    return same;
}

void TestFull(void)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK disk = {0};
    PFAT_NODE node;
    ULONG free0, i;
    char name[40];

    MakePattern();
    DiskFormat(&disk, 1024, "-s 1");
    CHECK(NT_SUCCESS(FatMount(v, &disk.Device, sizeof(FAT_NODE))));
    CHECK(NT_SUCCESS(PathWrite(v, "keep", 0, Pattern, 60000)));
    CHECK(NT_SUCCESS(PathOpen(v, "keep", &node)));
    free0 = v->FreeCount;
    CHECK(FatSetSize(node, 60000 + free0 * 512ull + 4096) == STATUS_DISK_FULL);
    CHECK(FatWriteNode(node, 2000000, Pattern, 100) == STATUS_DISK_FULL);
    CHECK(v->FreeCount == free0 && node->FileSize == 60000);
    for (i = 0; i < 1000; i++) {
        sprintf(name, "file number %u", i);
        if (!NT_SUCCESS(PathWrite(v, name, 0, Pattern, 30000))) {
            break;
        }
    }
    CHECK(i > 5 && i < 1000);
    CHECK(Holds(v, name, 0)); /* made, and nothing written into it */
    while (NT_SUCCESS(FatSetSize(node, node->FileSize + 512))) {
    }
    CHECK(v->FreeCount == 0);
    for (i = 0; i < 200; i++) { /* until the root directory cannot grow */
        sprintf(name, "another number %u", i);
        if (PathWrite(v, name, 0, NULL, 0) == STATUS_DISK_FULL) {
            break;
        }
    }
    CHECK(i < 200);
    CHECK(PathWrite(v, "keep", 2000000, Pattern, 1) == STATUS_DISK_FULL);
    CHECK(NT_SUCCESS(FatSetSize(node, 60000)) && v->FreeCount > 0);
    PathClose(node);
    CHECK(Holds(v, "keep", 60000) && Holds(v, "file number 3", 30000));
    CHECK(NT_SUCCESS(FatFlushVolume(v, TRUE)));
    FatDismount(v);
    CHECK(DiskCheck(&disk) == 0);
    DiskFree(&disk);
    free(v);
}

/* The work that is interrupted. Stops at the first failure and says how far it came. */
static ULONG Work(FAT_VOLUME *V)
{
    static const ULONG deleted = FILE_ATTRIBUTE_DIRECTORY;
    PFAT_NODE node;

    if (!NT_SUCCESS(PathWrite(V, "one", 0, Pattern, 20000))) {
        return 0;
    }
    if (!NT_SUCCESS(PathCreate(V, "A directory", deleted, &node))) {
        return 1;
    }
    PathClose(node);
    if (!NT_SUCCESS(PathWrite(V, "A directory\\two with a long name", 0, Pattern, 5000))) {
        return 2;
    }
    if (!NT_SUCCESS(PathRename(V, "one", "A directory\\one moved here"))) {
        return 3;
    }
    if (!NT_SUCCESS(PathWrite(V, "A directory\\two with a long name", 5000, Pattern + 5000,
                              9000))) {
        return 4;
    }
    if (!NT_SUCCESS(PathDelete(V, "victim"))) {
        return 5;
    }
    if (!NT_SUCCESS(PathOpen(V, "shrinks", &node))) {
        return 6;
    }
    if (!NT_SUCCESS(FatSetSize(node, 700))) {
        PathClose(node);
        return 7;
    }
    PathClose(node);
    if (!NT_SUCCESS(PathWrite(V, "three", 0, Pattern, 12345))) {
        return 8;
    }
    return 9;
}

static void Prepare(FAT_VOLUME *V, RAM_DISK *Disk)
{
    DiskFormat(Disk, 1024, "-s 1");
    CHECK(NT_SUCCESS(FatMount(V, &Disk->Device, sizeof(FAT_NODE))));
    CHECK(NT_SUCCESS(PathWrite(V, "settled", 0, Pattern, 50000)));
    CHECK(NT_SUCCESS(PathWrite(V, "shrinks", 0, Pattern, 9000)));
    CHECK(NT_SUCCESS(PathWrite(V, "victim", 0, Pattern, 9000)));
    CHECK(NT_SUCCESS(FatFlushVolume(V, TRUE)));
    FatDismount(V);
}

/* After trouble: what was not part of it is whole. */
static void CheckSettled(FAT_VOLUME *V, RAM_DISK *Disk)
{
    CHECK(NT_SUCCESS(FatMount(V, &Disk->Device, sizeof(FAT_NODE))));
    CHECK(Holds(V, "settled", 50000));
    CHECK(Holds(V, "shrinks", 9000) || Holds(V, "shrinks", 700));
    FatDismount(V);
}

static void ErrorsOnce(const RAM_DISK *Clean, ULONG Read, ULONG Write, int Pool, ULONG Every)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK disk = {0};
    NTSTATUS status;

    DiskCopy(&disk, Clean);
    disk.Limit = 20000;
    disk.FailRead = Read;
    disk.FailWrite = Write;
    disk.FailEvery = Every;
    HostPoolFail = Pool;
    status = FatMount(v, &disk.Device, sizeof(FAT_NODE));
    if (NT_SUCCESS(status)) {
        Work(v);
        status = FatFlushVolume(v, FALSE);
        disk.FailRead = disk.FailWrite = HostPoolFail = 0;
        CHECK(NT_SUCCESS(FatFlushVolume(v, TRUE))); /* the trouble is over: all gets through */
        FatDismount(v);
    } else {
        CHECK(status == STATUS_IO_DEVICE_ERROR || status == STATUS_INSUFFICIENT_RESOURCES);
    }
    HostPoolFail = 0;
    disk.FailRead = disk.FailWrite = 0;
    CHECK(DiskRepair(&disk) == 0);
    CheckSettled(v, &disk);
    free(disk.Bytes);
    free(v);
}

void TestErrors(void)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK disk = {0};
    ULONG n;

    MakePattern();
    Prepare(v, &disk);
    for (n = 1; n < 70; n++) {
        ErrorsOnce(&disk, n, 0, 0, 0);
        ErrorsOnce(&disk, 0, n, 0, 0);
        ErrorsOnce(&disk, n, 0, 0, 1); /* and all after it */
        ErrorsOnce(&disk, 0, n, 0, 1);
        if (n < 40) {
            ErrorsOnce(&disk, 0, 0, n, 0);
        }
    }
    DiskFree(&disk);
    free(v);
}

void TestCrash(void)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK clean = {0}, disk = {0};
    ULONG n, before;

    MakePattern();
    Prepare(v, &clean);
    for (n = 1; n < 400; n++) {
        DiskCopy(&disk, &clean);
        CHECK(NT_SUCCESS(FatMount(v, &disk.Device, sizeof(FAT_NODE))));
        disk.LosePower = n;
        CHECK(Work(v) == 9);
        FatFlushVolume(v, TRUE);
        FatDismount(v);
        before = disk.LosePower;
        disk.LosePower = 0;
        CHECK(DiskRepair(&disk) == 0);
        CheckSettled(v, &disk);
        if (before != 1) {
            break; /* the work was done before the power went */
        }
    }
    CHECK(n > 40 && n < 400);
    free(disk.Bytes);
    DiskFree(&clean);
    free(v);
}
