/* Runs the FAT tests and prints TAP. A test is a function; a CHECK that fails makes it "not ok". */
#include "fattest.h"

int HostPoolFail, HostPoolCount;

static unsigned Seed;
static int Failures;

void RandomSeed(unsigned To)
{
    Seed = To;
}

unsigned Random(void)
{
    Seed = Seed * 1103515245u + 12345u;
    return (Seed >> 1) ^ (Seed >> 17);
}

void CheckFailed(const char *File, int Line, const char *What)
{
    if (++Failures <= 20) {
        printf("# %s:%d: %s\n", File, Line, What);
    }
}

PVOID ExAllocatePoolWithTag(int Type, SIZE_T Bytes, ULONG Tag)
{
    if (HostPoolFail != 0 && --HostPoolFail == 0) {
        return NULL;
    }
    HostPoolCount++;
    return malloc(Bytes);
}

VOID ExFreePoolWithTag(PVOID Block, ULONG Tag)
{
    HostPoolCount--;
    free(Block);
}

WCHAR RtlUpcaseUnicodeChar(WCHAR C)
{
    if ((C >= 'a' && C <= 'z') || (C >= 0xE0 && C <= 0xFE && C != 0xF7)) {
        return C - 0x20;
    }
    return C;
}

SIZE_T RtlCompareMemory(const VOID *A, const VOID *B, SIZE_T Length)
{
    const UCHAR *a = A, *b = B;
    SIZE_T i = 0;

    while (i < Length && a[i] == b[i]) {
        i++;
    }
    return i;
}

int main(void)
{
    static const struct {
        const char *Name;
        void (*Run)(void);
    } tests[] = {
        {"names: legal, short, wildcards", TestNames},
        {"times: there and back", TestTimes},
        {"files and directories, one by one", TestBasics},
        {"random operations against a model, fsck and mtools", TestRandom},
        {"disk full: refused whole, nothing lost", TestFull},
        {"read, write and pool errors", TestErrors},
        {"power lost at every write: repairable, nothing settled is lost", TestCrash},
        {"every byte of boot sector, FAT and directories changed", TestCorrupt},
    };
    unsigned count = sizeof(tests) / sizeof(tests[0]), i, bad = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..%u\n", count);
    for (i = 0; i < count; i++) {
        Failures = 0;
        tests[i].Run();
        if (HostPoolCount != 0) {
            printf("# %d pool blocks left\n", HostPoolCount);
            Failures++;
            HostPoolCount = 0;
        }
        printf("%sok %u - %s\n", Failures ? "not " : "", i + 1, tests[i].Name);
        fflush(stdout);
        bad += Failures != 0;
    }
    return bad != 0;
}
