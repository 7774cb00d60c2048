/* Bitmaps: bit n is bit n % 32 of word n / 32. The map does no locking; its owner does. Nonpaged,
 * because file systems and allocators search maps at raised IRQL. */
#include "libk.h"

#define ALL_ONES  0xFFFFFFFFu
#define NOT_FOUND 0xFFFFFFFFu

NTSYSAPI VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP Map, PULONG Buffer, ULONG SizeOfBitMap)
{
    Map->SizeOfBitMap = SizeOfBitMap;
    Map->Buffer = Buffer;
}

NTSYSAPI VOID NTAPI RtlClearAllBits(PRTL_BITMAP Map)
{
    RtlZeroMemory(Map->Buffer, (Map->SizeOfBitMap + 31) / 32 * 4);
}

NTSYSAPI VOID NTAPI RtlSetAllBits(PRTL_BITMAP Map)
{
    memset(Map->Buffer, 0xFF, (Map->SizeOfBitMap + 31) / 32 * 4);
}

NTSYSAPI BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP Map, ULONG BitNumber)
{
    return (Map->Buffer[BitNumber / 32] >> (BitNumber % 32)) & 1;
}

NTSYSAPI VOID NTAPI RtlSetBit(PRTL_BITMAP Map, ULONG BitNumber)
{
    Map->Buffer[BitNumber / 32] |= 1u << (BitNumber % 32);
}

NTSYSAPI VOID NTAPI RtlClearBit(PRTL_BITMAP Map, ULONG BitNumber)
{
    Map->Buffer[BitNumber / 32] &= ~(1u << (BitNumber % 32));
}

/* Applies one value to a run of bits, a word at a time. */
static VOID ChangeRun(PRTL_BITMAP Map, ULONG Start, ULONG Count, BOOLEAN Set)
{
    while (Count != 0) {
        ULONG Shift = Start % 32;
        ULONG Here = 32 - Shift < Count ? 32 - Shift : Count;
        ULONG Mask = (Here == 32 ? ALL_ONES : (1u << Here) - 1) << Shift;

        if (Set) {
            Map->Buffer[Start / 32] |= Mask;
        } else {
            Map->Buffer[Start / 32] &= ~Mask;
        }
        Start += Here;
        Count -= Here;
    }
}

NTSYSAPI VOID NTAPI RtlSetBits(PRTL_BITMAP Map, ULONG StartingIndex, ULONG NumberToSet)
{
    ChangeRun(Map, StartingIndex, NumberToSet, TRUE);
}

NTSYSAPI VOID NTAPI RtlClearBits(PRTL_BITMAP Map, ULONG StartingIndex, ULONG NumberToClear)
{
    ChangeRun(Map, StartingIndex, NumberToClear, FALSE);
}

/* How many bits from Start on have the value, at most up to End. */
static ULONG RunLength(PRTL_BITMAP Map, ULONG Start, ULONG End, BOOLEAN Set)
{
    ULONG At = Start;

    while (At < End) {
        ULONG Word = Map->Buffer[At / 32] ^ (Set ? 0 : ALL_ONES);
        ULONG Shift = At % 32;

        if (Shift == 0 && Word == ALL_ONES && End - At >= 32) {
            At += 32;
        } else if (((Word >> Shift) & 1) != 0) {
            At++;
        } else {
            break;
        }
    }
    return At - Start;
}

/* The first run of at least Count bits of the value that begins in [Start, End). */
static ULONG FindRun(PRTL_BITMAP Map, ULONG Start, ULONG End, ULONG Count, BOOLEAN Set)
{
    ULONG At = Start;

    while (At < End && Map->SizeOfBitMap - At >= Count) {
        At += RunLength(Map, At, Map->SizeOfBitMap, !Set);
        if (At >= End || Map->SizeOfBitMap - At < Count) {
            break;
        }

        ULONG Run = RunLength(Map, At, At + Count, Set);

        if (Run == Count) {
            return At;
        }
        At += Run;
    }
    return NOT_FOUND;
}

/* From the hint to the end, then from the beginning, as NT searches. */
static ULONG FindFromHint(PRTL_BITMAP Map, ULONG Count, ULONG Hint, BOOLEAN Set)
{
    if (Hint >= Map->SizeOfBitMap) {
        Hint = 0;
    }
    if (Count == 0) {
        return Hint & ~7u;
    }

    ULONG Found = FindRun(Map, Hint, Map->SizeOfBitMap, Count, Set);

    return Found != NOT_FOUND || Hint == 0 ? Found : FindRun(Map, 0, Hint, Count, Set);
}

NTSYSAPI ULONG NTAPI RtlFindClearBits(PRTL_BITMAP Map, ULONG NumberToFind, ULONG HintIndex)
{
    return FindFromHint(Map, NumberToFind, HintIndex, FALSE);
}

NTSYSAPI ULONG NTAPI RtlFindSetBits(PRTL_BITMAP Map, ULONG NumberToFind, ULONG HintIndex)
{
    return FindFromHint(Map, NumberToFind, HintIndex, TRUE);
}

NTSYSAPI ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP Map, ULONG NumberToFind, ULONG HintIndex)
{
    ULONG Found = RtlFindClearBits(Map, NumberToFind, HintIndex);

    if (Found != NOT_FOUND) {
        RtlSetBits(Map, Found, NumberToFind);
    }
    return Found;
}

NTSYSAPI ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP Map, ULONG NumberToFind, ULONG HintIndex)
{
    ULONG Found = RtlFindSetBits(Map, NumberToFind, HintIndex);

    if (Found != NOT_FOUND) {
        RtlClearBits(Map, Found, NumberToFind);
    }
    return Found;
}

NTSYSAPI ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP Map)
{
    ULONG Count = 0;

    for (ULONG Index = 0; Index < Map->SizeOfBitMap; Index += 32) {
        ULONG Word = Map->Buffer[Index / 32];

        if (Map->SizeOfBitMap - Index < 32) {
            Word &= (1u << (Map->SizeOfBitMap - Index)) - 1;
        }
        for (; Word != 0; Word &= Word - 1) {
            Count++;
        }
    }
    return Count;
}

NTSYSAPI ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP Map)
{
    return Map->SizeOfBitMap - RtlNumberOfSetBits(Map);
}

static BOOLEAN IsRun(PRTL_BITMAP Map, ULONG Start, ULONG Count, BOOLEAN Set)
{
    if (Start >= Map->SizeOfBitMap || Count > Map->SizeOfBitMap - Start || Count == 0) {
        return FALSE;
    }
    return RunLength(Map, Start, Start + Count, Set) == Count;
}

NTSYSAPI BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP Map, ULONG StartingIndex, ULONG Length)
{
    return IsRun(Map, StartingIndex, Length, TRUE);
}

NTSYSAPI BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP Map, ULONG StartingIndex, ULONG Length)
{
    return IsRun(Map, StartingIndex, Length, FALSE);
}

NTSYSAPI ULONG NTAPI RtlFindNextForwardRunClear(PRTL_BITMAP Map, ULONG FromIndex,
                                                PULONG StartingRunIndex)
{
    if (FromIndex >= Map->SizeOfBitMap) {
        *StartingRunIndex = FromIndex;
        return 0;
    }
    *StartingRunIndex = FromIndex + RunLength(Map, FromIndex, Map->SizeOfBitMap, TRUE);
    return RunLength(Map, *StartingRunIndex, Map->SizeOfBitMap, FALSE);
}

NTSYSAPI ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP Map, PULONG StartingIndex)
{
    return RtlFindNextForwardRunClear(Map, 0, StartingIndex);
}

NTSYSAPI ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP Map, PULONG StartingIndex)
{
    ULONG At = 0, Best = 0;

    *StartingIndex = 0;
    while (At < Map->SizeOfBitMap) {
        ULONG Start;
        ULONG Run = RtlFindNextForwardRunClear(Map, At, &Start);

        if (Run > Best) {
            Best = Run;
            *StartingIndex = Start;
        }
        At = Start + Run;
    }
    return Best;
}
