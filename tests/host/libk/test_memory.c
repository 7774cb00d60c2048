/* Copies and fills of every small length and alignment, overlapping ones too, checked byte by byte.
 */
#include "libktest.h"

#define SIZE 80

static unsigned char Block[SIZE], Model[SIZE];

static void Fill(void)
{
    for (unsigned Index = 0; Index < SIZE; Index++) {
        Block[Index] = Model[Index] = (unsigned char)Random(256);
    }
}

static int Same(void)
{
    for (unsigned Index = 0; Index < SIZE; Index++) {
        if (Block[Index] != Model[Index]) {
            return 0;
        }
    }
    return 1;
}

static void Move(unsigned To, unsigned From, unsigned Length)
{
    unsigned char Copy[SIZE];

    for (unsigned Index = 0; Index < Length; Index++) {
        Copy[Index] = Model[From + Index];
    }
    for (unsigned Index = 0; Index < Length; Index++) {
        Model[To + Index] = Copy[Index];
    }
}

void TestMemory(void)
{
    for (unsigned Round = 0; Round < 20000; Round++) {
        unsigned Length = Random(40), To = Random(40), From = Random(40);

        Fill();
        CHECK(memmove(Block + To, Block + From, Length) == Block + To);
        Move(To, From, Length);
        CHECK(Same());
        if (To + Length <= From || From + Length <= To) {
            CHECK(memcpy(Block + To, Block + From, Length) == Block + To);
            CHECK(Same());
        }
        CHECK(memset(Block + To, (int)(From | 0x80), Length) == Block + To);
        for (unsigned Index = 0; Index < Length; Index++) {
            Model[To + Index] = (unsigned char)(From | 0x80);
        }
        CHECK(Same());
        CHECK(RtlCompareMemory(Block, Model, SIZE) == SIZE);
        CHECK(memcmp(Block, Model, SIZE) == 0);
        Block[From] ^= 0x80;
        CHECK(RtlCompareMemory(Block, Model, SIZE) == From);
        CHECK((memcmp(Block, Model, SIZE) < 0) == (Block[From] < Model[From]));
    }
    CHECK(memchr("abc", 'c', 3) != NULL && memchr("abc", 'd', 3) == NULL);

    ULONG Words[4];

    RtlFillMemoryUlong(Words, sizeof(Words), 0x12345678);
    CHECK(RtlCompareMemoryUlong(Words, sizeof(Words), 0x12345678) == sizeof(Words));
    Words[2]++;
    CHECK(RtlCompareMemoryUlong(Words, sizeof(Words), 0x12345678) == 8);
}
