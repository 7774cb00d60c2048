/* Bitmaps against an array of bytes, one for each bit. */
#include "libktest.h"

#define BITS 203

static unsigned char Model[BITS];
static ULONG Words[(BITS + 31) / 32];
static RTL_BITMAP Map;

static unsigned ModelRun(unsigned Start, unsigned Value)
{
    unsigned Length = 0;

    while (Start + Length < BITS && Model[Start + Length] == Value) {
        Length++;
    }
    return Length;
}

static unsigned ModelFind(unsigned Count, unsigned Hint, unsigned Value)
{
    if (Hint >= BITS) {
        Hint = 0;
    }
    for (unsigned At = Hint; At < BITS; At++) {
        if (ModelRun(At, Value) >= Count) {
            return At;
        }
    }
    for (unsigned At = 0; At < Hint; At++) {
        if (ModelRun(At, Value) >= Count) {
            return At;
        }
    }
    return ~0u;
}

static void CompareAll(void)
{
    unsigned Set = 0, Longest = 0, Where, Start;

    for (unsigned Bit = 0; Bit < BITS; Bit++) {
        Set += Model[Bit];
        CHECK(RtlTestBit(&Map, Bit) == Model[Bit]);
        if (Model[Bit] == 0 && ModelRun(Bit, 0) > Longest) {
            Longest = ModelRun(Bit, 0);
        }
    }
    CHECK(RtlNumberOfSetBits(&Map) == Set && RtlNumberOfClearBits(&Map) == BITS - Set);
    CHECK(RtlFindLongestRunClear(&Map, (PULONG)&Where) == Longest);
    CHECK(Longest == 0 || ModelRun(Where, 0) == Longest);
    Start = Random(BITS);
    Where = Start + ModelRun(Start, 1);
    unsigned Length = Where < BITS ? ModelRun(Where, 0) : 0;
    CHECK(RtlFindNextForwardRunClear(&Map, Start, (PULONG)&Start) == Length &&
          (Length == 0 || Start == Where));
}

void TestBitmap(void)
{
    RtlInitializeBitMap(&Map, Words, BITS);
    RtlClearAllBits(&Map);
    for (unsigned Round = 0; Round < 4000; Round++) {
        unsigned Start = Random(BITS), Length = Random(BITS - Start + 1);
        unsigned Value = Random(2), Count = 1 + Random(40), Hint = Random(BITS + 20);

        switch (Random(4)) {
        case 0:
            if (Value) {
                RtlSetBits(&Map, Start, Length);
            } else {
                RtlClearBits(&Map, Start, Length);
            }
            for (unsigned Bit = Start; Bit < Start + Length; Bit++) {
                Model[Bit] = (unsigned char)Value;
            }
            break;
        case 1:
            if (Value) {
                RtlSetBit(&Map, Start);
            } else {
                RtlClearBit(&Map, Start);
            }
            Model[Start] = (unsigned char)Value;
            break;
        case 2:
            CHECK(RtlFindClearBits(&Map, Count, Hint) == ModelFind(Count, Hint, 0));
            CHECK(RtlFindSetBits(&Map, Count, Hint) == ModelFind(Count, Hint, 1));
            if (Length != 0) {
                CHECK(RtlAreBitsSet(&Map, Start, Length) == (ModelRun(Start, 1) >= Length));
                CHECK(RtlAreBitsClear(&Map, Start, Length) == (ModelRun(Start, 0) >= Length));
            }
            break;
        default: {
            unsigned Found = ModelFind(Count, Hint, 0);

            CHECK(RtlFindClearBitsAndSet(&Map, Count, Hint) == Found);
            for (unsigned Bit = Found; Found != ~0u && Bit < Found + Count; Bit++) {
                Model[Bit] = 1;
            }
            if (Random(20) == 0) {
                RtlClearAllBits(&Map);
                memset(Model, 0, sizeof(Model));
            }
            break;
        }
        }
        if (Round % 16 == 0) {
            CompareAll();
        }
    }
    RtlSetAllBits(&Map);
    CHECK(RtlNumberOfSetBits(&Map) == BITS && RtlFindClearBits(&Map, 1, 0) == ~0u);
}
