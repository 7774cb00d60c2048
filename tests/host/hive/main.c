/* The registry's hive reader and writer under sanitizers: random trees written and read back, hives
 * with every byte changed, truncated, and memory that runs out. With arguments it serves
 * tests/host/hivex.py: hive --write FILE   writes a known tree       hive --dump FILE   prints a
 * hive's keys and values */
#include "cmp.h"
#include "regf.h"

int printf(const char *Format, ...);
void *malloc(size_t Size);
void free(void *Block);
typedef struct _IO_FILE FILE;
FILE *fopen(const char *Name, const char *Mode);
int fclose(FILE *File);
size_t fread(void *Buffer, size_t Size, size_t Count, FILE *File);
size_t fwrite(const void *Buffer, size_t Size, size_t Count, FILE *File);

static unsigned Checks, Failures;
static long Allocations;
static long FailAfter = -1; /* allocations that still succeed; -1: all */
static unsigned long long Seed = 1;

static void Check(int Good, int Line, const char *What)
{
    Checks++;
    if (!Good) {
        Failures++;
        printf("# %s:%d: %s\n", __FILE__, Line, What);
    }
}
#define CHECK(What) Check(!!(What), __LINE__, #What)

static unsigned Random(unsigned Below)
{
    Seed = Seed * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(Seed >> 33) % Below;
}

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE Type, SIZE_T Size, ULONG Tag)
{
    if (FailAfter == 0) {
        return NULL;
    }
    FailAfter -= FailAfter > 0;
    Allocations++;
    return malloc(Size);
}

VOID NTAPI ExFreePoolWithTag(PVOID Block, ULONG Tag)
{
    Allocations--;
    free(Block);
}

static PCM_KEY AddKey(PCM_KEY Parent, const WCHAR *Text)
{
    UNICODE_STRING Name;
    PCM_KEY Key = NULL;

    RtlInitUnicodeString(&Name, Text);
    CHECK(NT_SUCCESS(CmpCreateKey(Parent, &Name, FALSE, &Key)));
    return Key;
}

static void AddValue(PCM_KEY Key, const WCHAR *Text, ULONG Type, const void *Data, ULONG Length)
{
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Text);
    CHECK(NT_SUCCESS(CmpSetValue(Key, &Name, Type, Data, Length)));
}

/* The tree hivex.py knows too. */
static PCM_KEY KnownTree(void)
{
    static UCHAR Large[20000];
    PCM_KEY Root = AddKey(NULL, L"SYSTEM"), Select = AddKey(Root, L"Select"),
            Set = AddKey(Root, L"ControlSet001");
    PCM_KEY Services = AddKey(Set, L"Services");
    ULONG One = 1;

    for (unsigned Index = 0; Index < sizeof(Large); Index++) {
        Large[Index] = (UCHAR)(Index * 7);
    }
    AddValue(Select, L"Current", REG_DWORD, &One, sizeof(One));
    AddValue(AddKey(Services, L"disk"), L"ImagePath", REG_SZ, L"\\x\\disk.sys", 24);
    AddValue(AddKey(Services, L"Atapi"), L"", REG_SZ, L"default", 16);
    AddValue(AddKey(Services, L"\x0416\x00E9\x4E00"), L"\x03A9", REG_BINARY, "\1\2\3\4\5", 5);
    AddValue(Services, L"Large", REG_BINARY, Large, sizeof(Large));
    AddValue(Services, L"Empty", REG_BINARY, NULL, 0);
    return Root;
}

static PVOID Write(PCM_KEY Root, SIZE_T *Size)
{
    LARGE_INTEGER Now = {.QuadPart = 0x01D0000000000000ll};
    PVOID File;

    *Size = CmpWriteHive(Root, NULL, Now);
    File = malloc(*Size);
    RtlZeroMemory(File, *Size);
    CHECK(CmpWriteHive(Root, File, Now) == *Size && *Size % 4096 == 0);
    return File;
}

/* Both trees alike, as far as a hive keeps them. */
static BOOLEAN SameTree(PCM_KEY RootA, PCM_KEY RootB)
{
    PCM_KEY A = RootA, B = RootB;

    while (A != NULL && B != NULL) {
        PLIST_ENTRY AtB = B->Values.Flink;

        if (A->NameLength != B->NameLength || !RtlEqualMemory(A->Name, B->Name, A->NameLength) ||
            A->SubkeyCount != B->SubkeyCount || A->ValueCount != B->ValueCount ||
            A->LastWriteTime.QuadPart != B->LastWriteTime.QuadPart ||
            A->Class.Length != B->Class.Length ||
            !RtlEqualMemory(A->Class.Buffer, B->Class.Buffer, A->Class.Length)) {
            return FALSE;
        }
        for (PLIST_ENTRY AtA = A->Values.Flink; AtA != &A->Values;
             AtA = AtA->Flink, AtB = AtB->Flink) {
            PCM_VALUE V = CONTAINING_RECORD(AtA, CM_VALUE, Link),
                      W = CONTAINING_RECORD(AtB, CM_VALUE, Link);

            if (V->Type != W->Type || V->DataLength != W->DataLength ||
                V->NameLength != W->NameLength ||
                !RtlEqualMemory(V->Name, W->Name, V->NameLength) ||
                !RtlEqualMemory(V->Data, W->Data, V->DataLength)) {
                return FALSE;
            }
        }
        A = CmpNextKey(RootA, A);
        B = CmpNextKey(RootB, B);
    }
    return A == NULL && B == NULL;
}

static void RandomName(WCHAR *Name)
{
    unsigned Length = 1 + Random(Random(10) == 0 ? 200 : 12), Index;

    for (Index = 0; Index < Length; Index++) {
        Name[Index] = (WCHAR)(Random(20) == 0 ? 0x400 + Random(64) : 'A' + Random(50));
    }
    Name[Index] = 0;
}

static PCM_KEY RandomTree(unsigned Keys)
{
    static UCHAR Data[70000];
    PCM_KEY All[400];
    unsigned Count = 1;

    All[0] = AddKey(NULL, L"ROOT");
    for (unsigned Index = 0; Index < sizeof(Data); Index++) {
        Data[Index] = (UCHAR)Random(256);
    }
    while (Count < Keys) {
        PCM_KEY Parent = All[Random(Count)];
        WCHAR Text[256];
        UNICODE_STRING Name;

        RandomName(Text);
        RtlInitUnicodeString(&Name, Text);
        if (CmpFindSubkey(Parent, &Name) != NULL) {
            continue;
        }
        PCM_KEY Key = AddKey(Parent, Text);
        Key->LastWriteTime.QuadPart = (LONGLONG)Random(1000000) << 20;
        if (Random(5) == 0) {
            CHECK(NT_SUCCESS(CmpSetClass(Key, &Name)));
        }
        for (unsigned Values = Random(4); Values != 0; Values--) {
            RandomName(Text);
            AddValue(Key, Text, Random(12), Data,
                     Random(8) == 0 ? Random(sizeof(Data)) : Random(40));
        }
        All[Count++] = Key;
    }
    return All[0];
}

static void TestRoundTrip(void)
{
    for (unsigned Round = 0; Round < 40; Round++) {
        PCM_KEY Root = RandomTree(1 + Random(200)), Back = NULL;
        SIZE_T Size;
        PVOID File = Write(Root, &Size);

        CHECK(NT_SUCCESS(CmpReadHive(File, Size, &Back)));
        if (Back != NULL) {
            CHECK(SameTree(Root, Back));
            CmpFreeTree(Back);
        }
        CmpFreeTree(Root);
        free(File);
        CHECK(Allocations == 0);
    }
}

static void TestVolatile(void)
{
    PCM_KEY Root = KnownTree(), Expected = KnownTree(), Back = NULL, Set;
    UNICODE_STRING SetName = RTL_CONSTANT_STRING(L"ControlSet001"),
                   Name = RTL_CONSTANT_STRING(L"Gone");
    PCM_KEY Volatile, Link;
    SIZE_T Size;
    PVOID File;

    Set = CmpFindSubkey(Root, &SetName);
    CHECK(NT_SUCCESS(CmpCreateKey(Set, &Name, TRUE, &Volatile)));
    AddKey(AddKey(Volatile, L"below"), L"further below");
    CHECK(NT_SUCCESS(CmpCreateKey(Root, &Name, TRUE, &Link)));
    Link->Target = Set;
    File = Write(Root, &Size);
    CHECK(NT_SUCCESS(CmpReadHive(File, Size, &Back)) && SameTree(Back, Expected));
    CmpFreeTree(Root);
    CmpFreeTree(Expected);
    CmpFreeTree(Back);
    free(File);
    CHECK(Allocations == 0);
}

/* Reads from memory of exactly the file's size, so that a byte too far is seen. */
static NTSTATUS ReadCopy(const UCHAR *File, SIZE_T Size)
{
    PCM_KEY Root = NULL;
    NTSTATUS Status = CmpReadHive(File, Size, &Root);

    if (NT_SUCCESS(Status)) {
        SIZE_T NewSize;

        free(Write(Root, &NewSize)); /* what was accepted can be walked and written */
        CmpFreeTree(Root);
    } else {
        CHECK(Status == STATUS_REGISTRY_CORRUPT || Status == STATUS_INSUFFICIENT_RESOURCES);
    }
    CHECK(Allocations == 0);
    return Status;
}

static void FixChecksum(PUCHAR File)
{
    REGF_HEADER *Header = (REGF_HEADER *)File;

    Header->Checksum = RegfChecksum((const ULONG *)File);
}

static void TestEveryByte(void)
{
    static const UCHAR Flips[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x40, 0x80, 0xFF};
    PCM_KEY Root = KnownTree();
    SIZE_T Size;
    PUCHAR File = Write(Root, &Size);
    ULONG Damaged = 0, Accepted = 0;

    CmpFreeTree(Root);
    for (SIZE_T At = 0; At < Size; At++) {
        if (At >= sizeof(REGF_HEADER) && At < REGF_HEADER_SIZE) {
            continue; /* reserved, not looked at */
        }
        for (ULONG Flip = 0; Flip < RTL_NUMBER_OF(Flips); Flip++) {
            if (File[At] == 0 && At > 8192 && Flip != 0) {
                break; /* the long runs of large data and free space: once is enough */
            }
            File[At] ^= Flips[Flip];
            if (At < sizeof(REGF_HEADER)) {
                CHECK(ReadCopy(File, Size) == STATUS_REGISTRY_CORRUPT);
                FixChecksum(File);
            }
            if (NT_SUCCESS(ReadCopy(File, Size))) {
                Accepted++;
            } else {
                Damaged++;
            }
            File[At] ^= Flips[Flip];
            FixChecksum(File);
        }
    }
    CHECK(Damaged > 500 && Accepted != 0);
    for (SIZE_T Cut = 0; Cut < Size; Cut += Cut < 600 ? 1 : 64) {
        PUCHAR Copy = malloc(Cut);

        RtlCopyMemory(Copy, File, Cut);
        CHECK(ReadCopy(Copy, Cut) == STATUS_REGISTRY_CORRUPT);
        free(Copy);
    }
    free(File);
}

/* Random words over random places: chains that lead anywhere. */
static void TestScramble(void)
{
    PCM_KEY Root = RandomTree(60);
    SIZE_T Size;
    PUCHAR File = Write(Root, &Size), Copy = malloc(Size);

    CmpFreeTree(Root);
    for (unsigned Round = 0; Round < 3000; Round++) {
        RtlCopyMemory(Copy, File, Size);
        for (unsigned Count = 1 + Random(4); Count != 0; Count--) {
            ULONG To = REGF_HEADER_SIZE + Random((unsigned)(Size - REGF_HEADER_SIZE)) / 4 * 4;
            ULONG From = REGF_HEADER_SIZE + Random((unsigned)(Size - REGF_HEADER_SIZE)) / 4 * 4;

            RtlCopyMemory(Copy + To, Random(2) ? File + From : (PUCHAR)&To, 4);
        }
        ReadCopy(Copy, Size);
    }
    free(File);
    free(Copy);
}

static void TestNoMemory(void)
{
    PCM_KEY Root = KnownTree(), Back;
    SIZE_T Size;
    PVOID File = Write(Root, &Size);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;

    CmpFreeTree(Root);
    for (long Left = 0; Status == STATUS_INSUFFICIENT_RESOURCES; Left++) {
        FailAfter = Left;
        Status = CmpReadHive(File, Size, &Back);
        FailAfter = -1;
        CHECK(NT_SUCCESS(Status) || (Status == STATUS_INSUFFICIENT_RESOURCES && Allocations == 0));
    }
    CHECK(NT_SUCCESS(Status));
    CmpFreeTree(Back);
    free(File);
}

static void TestObjects(void)
{
    PCM_KEY Root = KnownTree(), Set = CONTAINING_RECORD(Root->Subkeys.Flink, CM_KEY, Link);

    Set->Objects = 1; /* somebody has it open: it outlives its tree */
    CmpFreeTree(Root);
    CHECK(Set->Deleted && Set->Parent == NULL);
    CmpFreeKey(Set);
    CHECK(Allocations == 0);
}

static int WriteKnown(const char *Name)
{
    PCM_KEY Root = KnownTree();
    SIZE_T Size;
    PVOID Image = Write(Root, &Size);
    FILE *File = fopen(Name, "wb");

    fwrite(Image, 1, Size, File);
    fclose(File);
    free(Image);
    CmpFreeTree(Root);
    return Failures != 0;
}

static void PrintText(const WCHAR *Text, ULONG Length)
{
    for (ULONG Index = 0; Index < Length / sizeof(WCHAR); Index++) {
        if (Text[Index] < 0x7F && Text[Index] >= ' ') {
            printf("%c", Text[Index]);
        } else {
            printf("<%04X>", Text[Index]);
        }
    }
}

static int Dump(const char *Name)
{
    static UCHAR Image[1 << 20];
    FILE *File = fopen(Name, "rb");
    SIZE_T Size = fread(Image, 1, sizeof(Image), File);
    PCM_KEY Root;
    NTSTATUS Status = CmpReadHive(Image, Size, &Root);

    fclose(File);
    if (!NT_SUCCESS(Status)) {
        printf("status %08X\n", (unsigned)Status);
        return 1;
    }
    for (PCM_KEY Key = Root; Key != NULL; Key = CmpNextKey(Root, Key)) {
        printf("key ");
        PrintText(Key->Name, Key->NameLength);
        printf("\n");
        for (PLIST_ENTRY At = Key->Values.Flink; At != &Key->Values; At = At->Flink) {
            PCM_VALUE Value = CONTAINING_RECORD(At, CM_VALUE, Link);

            printf("value ");
            PrintText(Value->Name, Value->NameLength);
            printf(" type %u length %u\n", (unsigned)Value->Type, (unsigned)Value->DataLength);
        }
    }
    CmpFreeTree(Root);
    return 0;
}

int main(int Count, char **Words)
{
    static const struct {
        const char *Name;
        void (*Run)(void);
    } Tests[] = {
        {"written and read back", TestRoundTrip},
        {"volatile keys and links stay out", TestVolatile},
        {"every byte changed, cut off", TestEveryByte},
        {"words scrambled", TestScramble},
        {"memory runs out", TestNoMemory},
        {"open keys outlive the tree", TestObjects},
    };
    unsigned Failed = 0;

    if (Count == 3) {
        return strcmp(Words[1], "--write") == 0 ? WriteKnown(Words[2]) : Dump(Words[2]);
    }
    for (unsigned Index = 0; Index < RTL_NUMBER_OF(Tests); Index++) {
        unsigned Before = Failures;

        Tests[Index].Run();
        Failed += Failures != Before;
        printf("%s %u - hive: %s\n", Failures == Before ? "ok" : "not ok", Index + 1,
               Tests[Index].Name);
    }
    printf("1..%u\n# %u checks\n", (unsigned)RTL_NUMBER_OF(Tests), Checks);
    return Failed != 0;
}
