/* The 64-bit arithmetic of NT's first days, for drivers that still call it. Any IRQL. */
#include "libk.h"

NTSYSAPI LARGE_INTEGER NTAPI RtlEnlargedIntegerMultiply(LONG Multiplicand, LONG Multiplier)
{
    return (LARGE_INTEGER){.QuadPart = (LONGLONG)Multiplicand * Multiplier};
}

NTSYSAPI LARGE_INTEGER NTAPI RtlExtendedIntegerMultiply(LARGE_INTEGER Multiplicand, LONG Multiplier)
{
    return (LARGE_INTEGER){
        .QuadPart = (LONGLONG)((ULONGLONG)Multiplicand.QuadPart * (ULONGLONG)Multiplier)};
}

NTSYSAPI LARGE_INTEGER NTAPI RtlExtendedLargeIntegerDivide(LARGE_INTEGER Dividend, ULONG Divisor,
                                                           PULONG Remainder)
{
    ULONGLONG Value = (ULONGLONG)Dividend.QuadPart;

    if (Remainder != NULL) {
        *Remainder = (ULONG)(Value % Divisor);
    }
    return (LARGE_INTEGER){.QuadPart = (LONGLONG)(Value / Divisor)};
}
