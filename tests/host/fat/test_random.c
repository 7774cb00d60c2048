/* Random operations, each done on the volume and on a plain model of it, with both compared all the
 * way; then fsck.fat and mtools look at what is on the disk. */
#include <unistd.h>
#include "fattest.h"

#define ENTRIES 48
#define FILE_LIMIT 60000u
#define PATH_MAX_CHARS 500

typedef struct _ENTRY {
    BOOLEAN Used, Directory;
    int Parent; /* index, or -1 for the root */
    char Name[64];
    UCHAR *Data;
    ULONG Size;
    PFAT_NODE Open;
} ENTRY;

static ENTRY Model[ENTRIES];
static UCHAR Scratch[FILE_LIMIT + 1];

static int FindEntry(int Parent, const char *Name, int Except)
{
    int i;

    for (i = 0; i < ENTRIES; i++) {
        if (i != Except && Model[i].Used && Model[i].Parent == Parent &&
            strcasecmp(Model[i].Name, Name) == 0) {
            return i;
        }
    }
    return -1;
}

static void MakePath(int Index, char *Path)
{
    Path[0] = 0;
    if (Index >= 0) {
        MakePath(Model[Index].Parent, Path);
        if (Path[0] != 0) {
            strcat(Path, "\\");
        }
        strcat(Path, Model[Index].Name);
    }
}

static void RandomName(char *Name)
{
    static const char *stems[] = {"file", "FILE", "A long name with blanks", "Mixed", "x",
                                  "exactly13char", "verylongnamethatneedsmanymoreslots"};
    static const char *ends[] = {"", ".txt", ".TXT", ".Text", ".sys", ".a.b"};

    sprintf(Name, "%s%u%s", stems[Random() % 7], Random() % 12, ends[Random() % 6]);
}

static int RandomEntry(int WantDirectory)
{
    int i = Random() % ENTRIES, n;

    for (n = 0; n < ENTRIES; n++, i = (i + 1) % ENTRIES) {
        if (Model[i].Used && Model[i].Directory == WantDirectory) {
            return i;
        }
    }
    return -1;
}

static int RandomParent(void)
{
    return Random() % 3 == 0 ? -1 : RandomEntry(TRUE);
}

static BOOLEAN HasChildren(int Index)
{
    int i;

    for (i = 0; i < ENTRIES; i++) {
        if (Model[i].Used && Model[i].Parent == Index) {
            return TRUE;
        }
    }
    return FALSE;
}

static PFAT_NODE Open(FAT_VOLUME *V, int Index)
{
    char path[PATH_MAX_CHARS];

    if (Model[Index].Open == NULL) {
        MakePath(Index, path);
        CHECK(NT_SUCCESS(PathOpen(V, path, &Model[Index].Open)));
    }
    return Model[Index].Open;
}

static void Close(int Index)
{
    if (Model[Index].Open != NULL) {
        PathClose(Model[Index].Open);
        Model[Index].Open = NULL;
    }
}

static void DoCreate(FAT_VOLUME *V)
{
    int parent = RandomParent(), depth, up, i;
    BOOLEAN directory = Random() % 4 == 0;
    char path[PATH_MAX_CHARS], name[64];
    NTSTATUS status;
    PFAT_NODE node;

    for (depth = 0, up = parent; up >= 0; up = Model[up].Parent) {
        depth++;
    }
    for (i = 0; i < ENTRIES && Model[i].Used; i++) {
    }
    if (i == ENTRIES || depth > 5) {
        return;
    }
    RandomName(name);
    MakePath(parent, path);
    sprintf(path + strlen(path), "%s%s", path[0] ? "\\" : "", name);
    status = PathCreate(V, path, directory ? FILE_ATTRIBUTE_DIRECTORY : 0, &node);
    if (FindEntry(parent, name, -1) >= 0) {
        CHECK(status == STATUS_OBJECT_NAME_COLLISION);
        return;
    }
    CHECK(NT_SUCCESS(status));
    if (NT_SUCCESS(status)) {
        memset(&Model[i], 0, sizeof(Model[i]));
        Model[i].Used = TRUE;
        Model[i].Directory = directory;
        Model[i].Parent = parent;
        strcpy(Model[i].Name, name);
        Model[i].Data = directory ? NULL : calloc(1, FILE_LIMIT);
        Model[i].Open = node;
        if (Random() % 2) {
            Close(i);
        }
    }
}

static void DoWrite(FAT_VOLUME *V)
{
    int i = RandomEntry(FALSE);
    ULONG offset, length, n;

    if (i < 0 || Open(V, i) == NULL) {
        return;
    }
    offset = Random() % 3 ? Random() % (Model[i].Size + 1) : Random() % (FILE_LIMIT / 2);
    offset = Random() % 2 ? offset & ~511u : offset;
    length = Random() % 2 ? Random() % 20000 : Random() % 600;
    length = min(length, FILE_LIMIT - offset);
    for (n = 0; n < length; n++) {
        Scratch[n] = (UCHAR)Random();
    }
    CHECK(NT_SUCCESS(FatWriteNode(Model[i].Open, offset, Scratch, length)));
    memcpy(Model[i].Data + offset, Scratch, length);
    if (length != 0) {
        Model[i].Size = max(Model[i].Size, offset + length);
    }
}

static void DoSize(FAT_VOLUME *V)
{
    int i = RandomEntry(FALSE);
    ULONG size = Random() % 4 ? Random() % FILE_LIMIT : 0;

    if (i < 0 || Open(V, i) == NULL) {
        return;
    }
    if (Random() % 4 == 0) { /* allocation: cuts, never grows the size */
        CHECK(NT_SUCCESS(FatSetAllocation(Model[i].Open, size)));
        size = min(size, Model[i].Size);
    } else {
        CHECK(NT_SUCCESS(FatSetSize(Model[i].Open, size)));
    }
    if (size < Model[i].Size) {
        memset(Model[i].Data + size, 0, Model[i].Size - size);
    }
    Model[i].Size = size;
}

static void CheckFile(FAT_VOLUME *V, int Index)
{
    ENTRY *e = &Model[Index];
    PFAT_NODE node = Open(V, Index);
    ULONG done = 0, offset = e->Size > 3000 ? Random() % 3000 : 0;

    if (node == NULL) {
        return;
    }
    CHECK(node->FileSize == e->Size);
    if (e->Size != 0) {
        CHECK(NT_SUCCESS(FatReadNode(node, 0, Scratch, FILE_LIMIT, &done)) && done == e->Size);
        CHECK(memcmp(Scratch, e->Data, e->Size) == 0);
        CHECK(NT_SUCCESS(FatReadNode(node, offset, Scratch, 777, &done)));
        CHECK(memcmp(Scratch, e->Data + offset, done) == 0);
    }
}

static void DoDelete(FAT_VOLUME *V)
{
    int i = RandomEntry(Random() % 4 == 0);
    char path[PATH_MAX_CHARS];
    NTSTATUS status;

    if (i < 0) {
        return;
    }
    MakePath(i, path);
    Close(i);
    status = PathDelete(V, path);
    if (HasChildren(i)) {
        CHECK(status == STATUS_DIRECTORY_NOT_EMPTY);
    } else {
        CHECK(NT_SUCCESS(status));
        free(Model[i].Data);
        Model[i].Used = FALSE;
    }
}

static void DoRename(FAT_VOLUME *V)
{
    int i = RandomEntry(Random() % 3 == 0), parent = RandomParent(), up;
    char from[PATH_MAX_CHARS], to[PATH_MAX_CHARS], name[64];
    BOOLEAN inside = FALSE;
    NTSTATUS status;

    if (i < 0) {
        return;
    }
    RandomName(name);
    if (Random() % 4 == 0) { /* only the case */
        parent = Model[i].Parent;
        strcpy(name, Model[i].Name);
        name[0] ^= 0x20;
    }
    for (up = parent; up >= 0; up = Model[up].Parent) {
        inside |= up == i;
    }
    MakePath(i, from);
    MakePath(parent, to);
    if (strlen(to) > 300) {
        return;
    }
    sprintf(to + strlen(to), "%s%s", to[0] ? "\\" : "", name);
    status = PathRename(V, from, to);
    if (FindEntry(parent, name, i) >= 0) {
        CHECK(status == STATUS_OBJECT_NAME_COLLISION);
    } else if (inside) {
        CHECK(status == STATUS_INVALID_PARAMETER);
    } else {
        CHECK(NT_SUCCESS(status));
        Model[i].Parent = parent;
        strcpy(Model[i].Name, name);
    }
}

static void CheckAll(FAT_VOLUME *V)
{
    int i;

    for (i = 0; i < ENTRIES; i++) {
        if (Model[i].Used && !Model[i].Directory) {
            CheckFile(V, i);
            Close(i);
        }
    }
}

static void CheckWithMtools(RAM_DISK *Disk)
{
    char path[PATH_MAX_CHARS], host[PATH_MAX_CHARS + 64], *p;
    int i;

    DiskSave(Disk, DiskFile);
    Shell("rm -rf %s.d; mkdir %s.d", DiskFile, DiskFile);
    CHECK(Shell("MTOOLS_SKIP_CHECK=1 mcopy -s -Q -n -i %s ::/ %s.d/ >/dev/null", DiskFile,
                DiskFile) == 0);
    for (i = 0; i < ENTRIES; i++) {
        FILE *file;
        size_t size;

        if (!Model[i].Used || Model[i].Directory) {
            continue;
        }
        MakePath(i, path);
        while ((p = strchr(path, '\\')) != NULL) {
            *p = '/';
        }
        sprintf(host, "%s.d/%s", DiskFile, path);
        file = fopen(host, "rb");
        if (file == NULL) {
            printf("# mtools does not see %s\n", path);
            CHECK(file != NULL);
            continue;
        }
        size = fread(Scratch, 1, sizeof(Scratch), file);
        CHECK(size == Model[i].Size && memcmp(Scratch, Model[i].Data, size) == 0);
        fclose(file);
    }
    Shell("rm -rf %s.d", DiskFile);
}

/* mtools takes a volume for FAT32 only if it has 65525 clusters or more: Large. */
static void RunSeed(unsigned Seed, const char *Options, BOOLEAN Large, ULONG Operations)
{
    FAT_VOLUME *v = malloc(sizeof(*v));
    RAM_DISK disk = {0};
    ULONG n;
    int i;

    memset(Model, 0, sizeof(Model));
    RandomSeed(Seed);
    DiskFormat(&disk, Large ? 40000 : 4096, Options);
    CHECK(NT_SUCCESS(FatMount(v, &disk.Device, sizeof(FAT_NODE))));
    for (n = 0; n < Operations; n++) {
        switch (Random() % 10) {
        case 0:
        case 1:
            DoCreate(v);
            break;
        case 2:
        case 3:
        case 4:
            DoWrite(v);
            break;
        case 5:
            DoSize(v);
            break;
        case 6:
            DoDelete(v);
            break;
        case 7:
            DoRename(v);
            break;
        case 8:
            i = RandomEntry(FALSE);
            if (i >= 0) {
                CheckFile(v, i);
            }
            break;
        default:
            i = RandomEntry(Random() & 1);
            if (i >= 0) {
                Close(i);
            }
        }
        if (n % 500 == 499) {
            CHECK(NT_SUCCESS(FatFlushVolume(v, Random() & 1)));
        }
        if (n % 1000 == 999) {
            for (i = 0; i < ENTRIES; i++) {
                Close(i);
            }
            CHECK(NT_SUCCESS(FatFlushVolume(v, TRUE)));
            FatDismount(v);
            CHECK(DiskCheck(&disk) == 0);
            CHECK(NT_SUCCESS(FatMount(v, &disk.Device, sizeof(FAT_NODE))));
        }
    }
    CheckAll(v);
    for (i = 0; i < ENTRIES; i++) {
        Close(i);
    }
    CHECK(NT_SUCCESS(FatFlushVolume(v, TRUE)));
    FatDismount(v);
    CHECK(DiskCheck(&disk) == 0);
    if (Large) {
        CheckWithMtools(&disk);
    }
    for (i = 0; i < ENTRIES; i++) {
        if (Model[i].Used) {
            free(Model[i].Data);
        }
    }
    DiskFree(&disk);
    free(v);
}

void TestRandom(void)
{
    unsigned seed;

    for (seed = 1; seed <= 6; seed++) {
        RunSeed(seed, seed % 3 == 0 ? "-s 8 -f 1" : seed % 3 == 1 ? "-s 1" : "-s 2",
                seed % 3 == 1, 4000);
    }
}
