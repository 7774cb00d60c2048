/* The C library's strings and numbers. */
#include "libktest.h"

static int __cdecl CompareInts(const void *First, const void *Second)
{
    int A = *(const int *)First, B = *(const int *)Second;

    return A < B ? -1 : A > B;
}

static void TestSort(void)
{
    int Numbers[200];

    for (unsigned Round = 0; Round < 200; Round++) {
        unsigned Count = Random(200), Sum = 0, After = 0;

        for (unsigned Index = 0; Index < Count; Index++) {
            Numbers[Index] = (int)Random(50) - 25;
            Sum += (unsigned)Numbers[Index];
        }
        qsort(Numbers, Count, sizeof(Numbers[0]), CompareInts);
        for (unsigned Index = 0; Index < Count; Index++) {
            After += (unsigned)Numbers[Index];
            CHECK(Index == 0 || Numbers[Index - 1] <= Numbers[Index]);
        }
        CHECK(Sum == After);
    }
}

static void TestNumbers(void)
{
    char Text[40];
    wchar_t Wide[40], *End;

    CHECK(atoi(" -42x") == -42 && atol("+7") == 7 && atoi("") == 0);
    CHECK(strcmp(_itoa(-2147483647 - 1, Text, 10), "-2147483648") == 0);
    CHECK(strcmp(_itoa(-1, Text, 16), "ffffffff") == 0);
    CHECK(strcmp(_itoa(5, Text, 2), "101") == 0);
    CHECK(wcscmp(_itow(255, Wide, 16), L"ff") == 0);
    CHECK(wcstoul(L" 0x1Fz", &End, 0) == 0x1F && *End == L'z');
    CHECK(wcstoul(L"017", &End, 0) == 15 && wcstoul(L"99999999999", &End, 10) == 0xFFFFFFFF);
    CHECK(wcstoul(L"zz", &End, 10) == 0 && *End == L'z');
    srand(1);
    CHECK(rand() == 41 && rand() == 18467);
}

void TestStrings(void)
{
    char Text[64];
    wchar_t Wide[64];

    CHECK(strlen("") == 0 && strlen("abc") == 3 && wcslen(L"abcd") == 4);
    CHECK(strcmp("abc", "abd") < 0 && strcmp("b", "a") > 0 && strcmp("a", "a") == 0 &&
          strcmp("\xFF", "a") > 0);
    CHECK(strncmp("abcX", "abcY", 3) == 0 && strncmp("a", "b", 0) == 0);
    CHECK(_stricmp("HeLLo", "hEllO") == 0 && _stricmp("a", "b") < 0 &&
          _strnicmp("ABcd", "abCX", 3) == 0);
    CHECK(_wcsicmp(L"\x00C4pfel", L"\x00E4PFEL") == 0 && _wcsnicmp(L"ABx", L"aby", 2) == 0);
    CHECK(wcscmp(L"a", L"b") < 0 && wcsncmp(L"ab", L"ac", 1) == 0);
    CHECK(strcmp(strcat(strcpy(Text, "abc"), "def"), "abcdef") == 0);
    CHECK(strcmp(strncat(strcpy(Text, "abc"), "def", 2), "abcde") == 0);
    strncpy(Text, "ab", 5);
    CHECK(Text[2] == 0 && Text[4] == 0);
    CHECK(wcscmp(wcscat(wcscpy(Wide, L"ab"), L"cd"), L"abcd") == 0);
    CHECK(wcscmp(wcsncat(wcscpy(Wide, L"ab"), L"cdef", 1), L"abc") == 0);
    CHECK(strcmp(strchr("a.b.c", '.'), ".b.c") == 0 && strcmp(strrchr("a.b.c", '.'), ".c") == 0);
    CHECK(strchr("abc", 'x') == NULL && *strchr("abc", 0) == 0 &&
          strcmp(strstr("aaab", "aab"), "aab") == 0);
    CHECK(strstr("abc", "x") == NULL && strspn("1234x", "0123456789") == 4);
    CHECK(wcscmp(wcschr(L"a.b", L'.'), L".b") == 0 && wcscmp(wcsrchr(L"a.b.c", L'.'), L".c") == 0);
    CHECK(wcscmp(wcsstr(L"xaby", L"ab"), L"aby") == 0 && wcsspn(L"aab", L"a") == 2);
    CHECK(strcmp(_strupr(strcpy(Text, "aZ1")), "AZ1") == 0 &&
          strcmp(_strlwr(strcpy(Text, "aZ1")), "az1") == 0);
    CHECK(wcscmp(_wcsupr(wcscpy(Wide, L"a\x00E9")), L"A\x00C9") == 0);
    CHECK(wcscmp(_wcslwr(wcscpy(Wide, L"A\x0416")), L"a\x0436") == 0);
    for (int Character = 0; Character < 256; Character++) {
        CHECK(toupper(tolower(Character)) == toupper(Character));
        CHECK(isupper(Character) == (Character >= 'A' && Character <= 'Z'));
        CHECK(!isxdigit(Character) || isdigit(Character) || islower(tolower(Character)));
    }
    CHECK(isspace('\t') && !isspace('x') && isprint('~') && !isprint(0x7F));
    TestNumbers();
    TestSort();
}
