/* NT time (100 ns units since the first of January 1601, Gregorian, UTC) to calendar fields and
 * back. Days are counted in years that begin in March, so that the leap day comes last.
 * Nonpaged: NT has these at any IRQL. */
#include "libk.h"

#define UNITS_PER_MILLISECOND  10000
#define MILLISECONDS_PER_DAY   86400000
#define DAYS_PER_400_YEARS     146097
#define DAYS_FROM_0000_TO_1601 584694 /* 0000-03-01 to 1601-01-01 */
#define SECONDS_1601_TO_1970   11644473600LL
#define SECONDS_1601_TO_1980   11960006400LL

/* Days since 0000-03-01 of a date of the Gregorian calendar. */
static ULONG DaysOfDate(ULONG Year, ULONG Month, ULONG Day)
{
    if (Month <= 2) {
        Year--;
        Month += 12;
    }
    return Year * 365 + Year / 4 - Year / 100 + Year / 400 + ((Month - 3) * 153 + 2) / 5 + Day - 1;
}

static BOOLEAN IsLeapYear(ULONG Year)
{
    return (Year % 4 == 0 && Year % 100 != 0) || Year % 400 == 0;
}

NTSYSAPI VOID NTAPI RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS Fields)
{
    ULONG64 Milliseconds = (ULONG64)Time->QuadPart / UNITS_PER_MILLISECOND;
    ULONG DaysSince1601 = (ULONG)(Milliseconds / MILLISECONDS_PER_DAY);
    ULONG OfDay = (ULONG)(Milliseconds % MILLISECONDS_PER_DAY);
    ULONG Days = DaysSince1601 + DAYS_FROM_0000_TO_1601;
    ULONG Era = Days / DAYS_PER_400_YEARS;
    ULONG OfEra = Days % DAYS_PER_400_YEARS;
    ULONG YearOfEra = (OfEra - OfEra / 1460 + OfEra / 36524 - OfEra / 146096) / 365;
    ULONG OfYear = OfEra - (YearOfEra * 365 + YearOfEra / 4 - YearOfEra / 100);
    ULONG Month = (OfYear * 5 + 2) / 153; /* 0 is March */

    Fields->Day = (SHORT)(OfYear - (Month * 153 + 2) / 5 + 1);
    Fields->Month = (SHORT)(Month < 10 ? Month + 3 : Month - 9);
    Fields->Year = (SHORT)(Era * 400 + YearOfEra + (Month >= 10));
    Fields->Weekday = (SHORT)((DaysSince1601 + 1) % 7); /* 1601-01-01 was a Monday */
    Fields->Milliseconds = (SHORT)(OfDay % 1000);
    OfDay /= 1000;
    Fields->Second = (SHORT)(OfDay % 60);
    OfDay /= 60;
    Fields->Minute = (SHORT)(OfDay % 60);
    Fields->Hour = (SHORT)(OfDay / 60);
}

NTSYSAPI BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS Fields, PLARGE_INTEGER Time)
{
    static const UCHAR DaysInMonth[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (Fields->Year < 1601 || Fields->Month < 1 || Fields->Month > 12 || Fields->Day < 1 ||
        Fields->Day > DaysInMonth[Fields->Month - 1] +
                          (Fields->Month == 2 && IsLeapYear((ULONG)Fields->Year)) ||
        Fields->Hour < 0 || Fields->Hour > 23 || Fields->Minute < 0 || Fields->Minute > 59 ||
        Fields->Second < 0 || Fields->Second > 59 || Fields->Milliseconds < 0 ||
        Fields->Milliseconds > 999) {
        return FALSE;
    }

    ULONG Days = DaysOfDate((ULONG)Fields->Year, (ULONG)Fields->Month, (ULONG)Fields->Day) -
                 DAYS_FROM_0000_TO_1601;
    ULONG OfDay = (ULONG)(((Fields->Hour * 60 + Fields->Minute) * 60 + Fields->Second) * 1000 +
                          Fields->Milliseconds);

    Time->QuadPart = ((LONG64)Days * MILLISECONDS_PER_DAY + OfDay) * UNITS_PER_MILLISECOND;
    return TRUE;
}

static BOOLEAN SecondsSince(PLARGE_INTEGER Time, LONG64 Epoch, PULONG Seconds)
{
    LONG64 Since = Time->QuadPart / (UNITS_PER_MILLISECOND * 1000) - Epoch;

    if (Since < 0 || Since > 0xFFFFFFFFLL) {
        return FALSE;
    }
    *Seconds = (ULONG)Since;
    return TRUE;
}

NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
    return SecondsSince(Time, SECONDS_1601_TO_1970, ElapsedSeconds);
}

NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1980(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
    return SecondsSince(Time, SECONDS_1601_TO_1980, ElapsedSeconds);
}

NTSYSAPI VOID NTAPI RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
    Time->QuadPart = (ElapsedSeconds + SECONDS_1601_TO_1970) * UNITS_PER_MILLISECOND * 1000;
}

NTSYSAPI VOID NTAPI RtlSecondsSince1980ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
    Time->QuadPart = (ElapsedSeconds + SECONDS_1601_TO_1980) * UNITS_PER_MILLISECOND * 1000;
}
