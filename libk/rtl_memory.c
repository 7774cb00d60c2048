/* RtlCompareMemory, which counts what is equal, and the block and byte-order routines NT exports
 * under Rtl names, though the headers make macros of most. Nonpaged: any IRQL. */
#include "libk.h"

#undef RtlMoveMemory
#undef RtlZeroMemory
#undef RtlFillMemory
#undef RtlUshortByteSwap
#undef RtlUlongByteSwap
#undef RtlUlonglongByteSwap

NTSYSAPI SIZE_T NTAPI RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
    const UCHAR *A = Source1;
    const UCHAR *B = Source2;
    SIZE_T Equal = 0;

    while (Equal < Length && A[Equal] == B[Equal]) {
        Equal++;
    }
    return Equal;
}

NTSYSAPI SIZE_T NTAPI RtlCompareMemoryUlong(PVOID Source, SIZE_T Length, ULONG Pattern)
{
    const ULONG *Words = Source;
    SIZE_T Equal = 0;

    while (Equal < Length / sizeof(ULONG) && Words[Equal] == Pattern) {
        Equal++;
    }
    return Equal * sizeof(ULONG);
}

NTSYSAPI VOID NTAPI RtlMoveMemory(PVOID Destination, const VOID *Source, SIZE_T Length)
{
    memmove(Destination, Source, Length);
}

NTSYSAPI VOID NTAPI RtlZeroMemory(PVOID Destination, SIZE_T Length)
{
    memset(Destination, 0, Length);
}

NTSYSAPI VOID NTAPI RtlFillMemory(PVOID Destination, SIZE_T Length, UCHAR Fill)
{
    memset(Destination, Fill, Length);
}

NTSYSAPI VOID NTAPI RtlFillMemoryUlong(PVOID Destination, SIZE_T Length, ULONG Pattern)
{
    PULONG Words = Destination;

    for (SIZE_T Index = 0; Index < Length / sizeof(ULONG); Index++) {
        Words[Index] = Pattern;
    }
}

NTSYSAPI USHORT FASTCALL RtlUshortByteSwap(USHORT Source)
{
    return __builtin_bswap16(Source);
}

NTSYSAPI ULONG FASTCALL RtlUlongByteSwap(ULONG Source)
{
    return __builtin_bswap32(Source);
}

NTSYSAPI ULONGLONG FASTCALL RtlUlonglongByteSwap(ULONGLONG Source)
{
    return __builtin_bswap64(Source);
}
