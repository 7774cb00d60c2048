/* The formatter: random integer conversions against the host's snprintf, and NT's own by example.
 */
#include "libktest.h"

static void TestIntegers(void)
{
    static const char *const Sizes[] = {"", "h", "hh", "l", "ll"};
    static const char Conversions[] = "diuxXo";

    for (unsigned Round = 0; Round < 100000; Round++) {
        char Format[40], Expected[400], Got[400];
        unsigned Size = Random(RTL_NUMBER_OF(Sizes)), At = 0;
        unsigned long long Value = Random64();
        int Want, Length;

        Format[At++] = '%';
        for (unsigned Flags = Random(3); Flags != 0; Flags--) {
            Format[At++] = "-+ #0"[Random(5)];
        }
        if (Random(2)) {
            At += (unsigned)snprintf(Format + At, 8, "%u", 1 + Random(30));
        }
        if (Random(3) == 0) {
            At += (unsigned)snprintf(Format + At, 8, ".%u", Random(20));
        }
        snprintf(Format + At, 8, "%s%c", Sizes[Size], Conversions[Random(6)]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        if (Size == 4) {
            Want = snprintf(Expected, sizeof(Expected), Format, Value);
            Length = _snprintf(Got, sizeof(Got), Format, Value);
        } else {
            Want = snprintf(Expected, sizeof(Expected), Format, (unsigned)Value);
            Length = _snprintf(Got, sizeof(Got), Format, (unsigned)Value);
        }
#pragma GCC diagnostic pop
        if (Length != Want || strcmp(Got, Expected) != 0) {
            printf("# \"%s\": \"%s\", expected \"%s\"\n", Format, Got, Expected);
            CHECK(!"integer conversion");
        }
        Checks++;
    }
}

static int Gives(const char *Expected, const char *Format, ...)
{
    char Got[200];
    va_list Arguments;

    va_start(Arguments, Format);
    int Length = _vsnprintf(Got, sizeof(Got), Format, Arguments);
    va_end(Arguments);
    if (Length != (int)strlen(Expected) || strcmp(Got, Expected) != 0) {
        printf("# \"%s\": \"%s\", expected \"%s\"\n", Format, Got, Expected);
        return 0;
    }
    return 1;
}

static int GivesWide(const wchar_t *Expected, const wchar_t *Format, ...)
{
    wchar_t Got[200];
    va_list Arguments;

    va_start(Arguments, Format);
    int Length = _vsnwprintf(Got, RTL_NUMBER_OF(Got), Format, Arguments);
    va_end(Arguments);
    return Length == (int)wcslen(Expected) && wcscmp(Got, Expected) == 0;
}

static void TestBounds(void)
{
    char Text[8];
    wchar_t Wide[8];

    memset(Text, 'x', sizeof(Text));
    CHECK(_snprintf(Text, 4, "%s", "abc") == 3 && Text[3] == 0);
    memset(Text, 'x', sizeof(Text));
    CHECK(_snprintf(Text, 4, "%s", "abcd") == 4 && Text[3] == 'd' && Text[4] == 'x');
    memset(Text, 'x', sizeof(Text));
    CHECK(_snprintf(Text, 4, "%s", "abcde") == -1 && Text[3] == 'd' && Text[4] == 'x');
    CHECK(_snprintf(NULL, 0, "") == 0 && _snprintf(NULL, 0, "a") == -1);
    Wide[3] = L'x';
    CHECK(_snwprintf(Wide, 3, L"%s", L"abcde") == -1 && Wide[3] == L'x');
    CHECK(swprintf(Wide, L"%d", 12) == 2 && wcscmp(Wide, L"12") == 0);
    CHECK(sprintf(Text, "%c%%", 'a') == 2 && strcmp(Text, "a%") == 0);
}

void TestFormat(void)
{
    UNICODE_STRING Unicode = {6, 8, (PWSTR)L"abcd"};
    ANSI_STRING Ansi = {2, 4, (PCHAR) "xyz"};

    TestIntegers();
    TestBounds();
    CHECK(Gives("[abc]", "[%wZ]", &Unicode) && Gives("[xy]", "[%Z]", &Ansi) &&
          Gives("(null)", "%wZ", NULL));
    CHECK(Gives("[  abc][abc  ][a]", "[%5wZ][%-5wZ][%.1wZ]", &Unicode, &Unicode, &Unicode));
    CHECK(Gives("wide wide wide", "%ws %ls %S", L"wide", L"wide", L"wide"));
    CHECK(Gives("(null) (null)", "%s %ws", NULL, NULL) && Gives("ab", "%.2s", "abc") &&
          Gives("n", "%hs", "n"));
    CHECK(Gives("?", "%ws", L"\x4E00") && Gives("\xE9", "%ws", L"\x00E9"));
    CHECK(Gives("0000BEEF", "%p", (PVOID)0xBEEF) && Gives("ffffffffffffffff", "%I64x", ~0ull));
    CHECK(Gives("-9223372036854775808", "%I64d", 0x8000000000000000ull) &&
          Gives("7 8", "%I32u %Iu", 7, 8));
    CHECK(Gives("    5|5    |00005", "%*d|%-*d|%.*d", 5, 5, 5, 5, 5, 5) &&
          Gives("5  |", "%*d|", -3, 5));
    CHECK(Gives("a b", "%c %wc", 'a', L'b') && Gives("100%", "100%%") && Gives("", "%") &&
          Gives("q", "%q"));
    CHECK(GivesWide(L"wide narrow narrow", L"%s %S %hs", L"wide", "narrow", "narrow"));
    CHECK(GivesWide(L"abc xy \x4E00", L"%wZ %Z %c", &Unicode, &Ansi, 0x4E00));
}
