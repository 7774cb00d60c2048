/* libk under sanitizers, against the host's C library, plain C arithmetic and slow, obvious models.
 */
#include "libktest.h"

unsigned Checks, Failures;
long Allocations;

void Check(int Good, const char *File, int Line, const char *What)
{
    Checks++;
    if (!Good) {
        Failures++;
        printf("# %s:%d: %s\n", File, Line, What);
    }
}

static unsigned long long Seed = 0x9E3779B97F4A7C15ull;

unsigned Random(unsigned Below)
{
    Seed = Seed * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(Seed >> 33) % Below;
}

unsigned long long Random64(void)
{
    unsigned long long Value = (unsigned long long)Random(1u << 31) << 42 ^
                               (unsigned long long)Random(1u << 31) << 21 ^ Random(1u << 31);

    switch (Random(4)) {
    case 0:
        return Value;
    case 1:
        return Value >> Random(64);
    case 2:
        return ~(Value >> Random(64));
    default:
        return (1ull << Random(64)) + Random(3) - 1;
    }
}

/* The pool, as far as strings need it. */
PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE Type, SIZE_T Size, ULONG Tag)
{
    Allocations++;
    return malloc(Size);
}

VOID NTAPI ExFreePoolWithTag(PVOID Block, ULONG Tag)
{
    Allocations--;
    free(Block);
}

int main(void)
{
    static const struct {
        const char *Name;
        void (*Run)(void);
    } Tests[] = {
        {"memory blocks", TestMemory}, {"C strings", TestStrings},
        {"formatter", TestFormat},     {"64-bit helpers", TestArithmetic},
        {"bitmaps", TestBitmap},       {"counted strings", TestUnicode},
        {"time fields", TestTime},
    };
    unsigned Failed = 0;

    for (unsigned Index = 0; Index < RTL_NUMBER_OF(Tests); Index++) {
        unsigned Before = Failures;

        Tests[Index].Run();
        Failed += Failures != Before;
        printf("%s %u - libk: %s\n", Failures == Before ? "ok" : "not ok", Index + 1,
               Tests[Index].Name);
    }
    printf("1..%u\n# %u checks\n", (unsigned)RTL_NUMBER_OF(Tests), Checks);
    return Failed != 0;
}
