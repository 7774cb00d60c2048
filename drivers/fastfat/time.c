/* DOS dates and times, 1980 to 2107, to and from NT's 100 ns units since 1601.
 *
 * A volume's times are taken as UTC. Days are counted from 1 March so that the leap day comes last
 * in its year. Pure arithmetic: nothing to guard. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: used on directory entries only. */
#pragma code_seg("PAGE")
#endif

#define TICKS_PER_SECOND 10000000u
#define SECONDS_PER_DAY 86400u
#define DAYS_1601_TO_1980 138426u /* 1 January of both */
#define DAYS_MARCH_1600_TO_1601 306u
#define DAYS_PER_CENTURY4 146097u

/* Long division, a byte at a time: Divisor < 2^24. The compiler's own 64-bit division would bring
 * its library with it, and that would be nonpaged. */
static ULONGLONG FatDivide(ULONGLONG Value, ULONG Divisor, PULONG Rest)
{
    ULONGLONG quotient = 0;
    ULONG rest = 0, part;
    int shift;

    PAGED_CODE();
    for (shift = 56; shift >= 0; shift -= 8) {
        part = rest << 8 | (UCHAR)(Value >> shift);
        quotient = quotient << 8 | part / Divisor;
        rest = part % Divisor;
    }
    *Rest = rest;
    return quotient;
}

/* Days from 1 January 1980. */
static ULONG FatDays(ULONG Year, ULONG Month, ULONG Day)
{
    ULONG y = Year - 1600 - (Month <= 2), m = (Month + 9) % 12;

    PAGED_CODE();
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + Day - 1 -
           DAYS_MARCH_1600_TO_1601 - DAYS_1601_TO_1980;
}

static VOID FatDate(ULONG Days, PULONG Year, PULONG Month, PULONG Day)
{
    ULONG d = Days + DAYS_1601_TO_1980 + DAYS_MARCH_1600_TO_1601;
    ULONG era = d / DAYS_PER_CENTURY4, y, m;

    PAGED_CODE();
    d %= DAYS_PER_CENTURY4;
    y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    d -= y * 365 + y / 4 - y / 100;
    m = (d * 5 + 2) / 153;
    *Day = d - (m * 153 + 2) / 5 + 1;
    *Month = m < 10 ? m + 3 : m - 9;
    *Year = 1600 + era * 400 + y + (*Month <= 2);
}

/* A date that makes no sense is brought into range rather than refused. */
LONGLONG FatTimeFromDos(USHORT Date, USHORT Time, UCHAR Tenths)
{
    ULONG month = (Date >> 5) & 15, day = Date & 31, seconds;

    PAGED_CODE();
    if (Date == 0) {
        return 0;
    }
    month = month == 0 ? 1 : min(month, 12u);
    day = day == 0 ? 1 : day;
    seconds = min(Time >> 11, 23) * 3600 + min((Time >> 5) & 63, 59) * 60 + (Time & 31) * 2;
    return (LONGLONG)(((ULONGLONG)(FatDays(1980 + (Date >> 9), month, day) + DAYS_1601_TO_1980) *
                           SECONDS_PER_DAY + seconds) * TICKS_PER_SECOND +
                      (ULONGLONG)Tenths * (TICKS_PER_SECOND / 100));
}

VOID FatTimeToDos(LONGLONG Time, PUSHORT Date, PUSHORT Clock, PUCHAR Tenths)
{
    ULONG ticks, seconds, days, year, month, day;

    PAGED_CODE();
    days = (ULONG)FatDivide(FatDivide((ULONGLONG)Time, TICKS_PER_SECOND, &ticks), SECONDS_PER_DAY,
                            &seconds);
    *Date = 1 << 5 | 1;
    *Clock = 0;
    *Tenths = 0;
    if (Time <= 0 || days < DAYS_1601_TO_1980) {
        return;
    }
    FatDate(days - DAYS_1601_TO_1980, &year, &month, &day);
    if (year > 2107) {
        return;
    }
    *Date = (USHORT)((year - 1980) << 9 | month << 5 | day);
    *Clock = (USHORT)(seconds / 3600 << 11 | seconds / 60 % 60 << 5 | seconds % 60 / 2);
    *Tenths = (UCHAR)(seconds % 2 * 100 + ticks / (TICKS_PER_SECOND / 100));
}
