/* Calendar fields: every day from 1601 to 2401 counted one after the other, and times of day. */
#include "libktest.h"

#define DAY (24ll * 60 * 60 * 1000 * 10000)

static int Leap(int Year)
{
    return (Year % 4 == 0 && Year % 100 != 0) || Year % 400 == 0;
}

void TestTime(void)
{
    static const int Lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    LARGE_INTEGER Time = {.QuadPart = 0}, Back;
    TIME_FIELDS Fields;
    ULONG Seconds;
    int Weekday = 1;

    for (int Year = 1601; Year < 2402; Year++) {
        for (int Month = 1; Month <= 12; Month++) {
            for (int Day = 1; Day <= Lengths[Month - 1] + (Month == 2 && Leap(Year)); Day++) {
                LARGE_INTEGER At = {.QuadPart = Time.QuadPart + Random(86400000) * 10000ll};

                RtlTimeToTimeFields(&At, &Fields);
                CHECK(Fields.Year == Year && Fields.Month == Month && Fields.Day == Day);
                CHECK(Fields.Weekday == Weekday);
                CHECK(RtlTimeFieldsToTime(&Fields, &Back) && Back.QuadPart == At.QuadPart);
                Weekday = (Weekday + 1) % 7;
                Time.QuadPart += DAY;
            }
        }
    }
    RtlSecondsSince1970ToTime(951782400, &Time); /* 2000-02-29 */
    RtlTimeToTimeFields(&Time, &Fields);
    CHECK(Fields.Year == 2000 && Fields.Month == 2 && Fields.Day == 29 && Fields.Hour == 0);
    CHECK(RtlTimeToSecondsSince1970(&Time, &Seconds) && Seconds == 951782400);
    CHECK(RtlTimeToSecondsSince1980(&Time, &Seconds) && Seconds == 951782400 - 315532800);
    Time.QuadPart = 0;
    CHECK(!RtlTimeToSecondsSince1970(&Time, &Seconds));
    Fields.Month = 13;
    CHECK(!RtlTimeFieldsToTime(&Fields, &Time));
    Fields.Month = 2;
    Fields.Year = 2001;
    CHECK(!RtlTimeFieldsToTime(&Fields, &Time));
}
