/* Counted strings, conversions between them, numbers and GUIDs as text. */
#include "libktest.h"

static UNICODE_STRING Make(const wchar_t *Text)
{
    UNICODE_STRING String;

    RtlInitUnicodeString(&String, Text);
    return String;
}

static void TestCase(void)
{
    for (unsigned Character = 0; Character < 0x10000; Character++) {
        WCHAR Up = RtlUpcaseUnicodeChar((WCHAR)Character),
              Down = RtlDowncaseUnicodeChar((WCHAR)Character);

        CHECK(RtlUpcaseUnicodeChar(Up) == Up);
        CHECK(Down == Character || RtlUpcaseUnicodeChar(Down) == Character);
        CHECK((Up < 0x80) == (Character < 0x80));
    }
    CHECK(RtlUpcaseUnicodeChar(0xFF) == 0x178 && RtlUpcaseUnicodeChar(0xDF) == 0xDF);
    CHECK(RtlUpcaseUnicodeChar(0x3C2) == 0x3A3 && RtlDowncaseUnicodeChar(0x3A3) == 0x3C3);
    CHECK(RtlUpperChar('z') == 'Z' && RtlUpperChar((CHAR)0xE9) == (CHAR)0xC9);
}

static void TestCompare(void)
{
    UNICODE_STRING A = Make(L"\\Device\\Disk"), B = Make(L"\\DEVICE\\disk0"), Empty = Make(NULL);
    ULONG HashA, HashB;

    CHECK(RtlCompareUnicodeString(&A, &B, TRUE) < 0 && RtlPrefixUnicodeString(&A, &B, TRUE));
    CHECK(!RtlPrefixUnicodeString(&A, &B, FALSE) && !RtlPrefixUnicodeString(&B, &A, TRUE));
    B.Length -= 2;
    CHECK(RtlEqualUnicodeString(&A, &B, TRUE) && !RtlEqualUnicodeString(&A, &B, FALSE));
    CHECK(RtlHashUnicodeString(&A, TRUE, 0, &HashA) == STATUS_SUCCESS &&
          NT_SUCCESS(RtlHashUnicodeString(&B, TRUE, 1, &HashB)));
    CHECK(HashA == HashB && RtlHashUnicodeString(&A, TRUE, 2, &HashA) == STATUS_INVALID_PARAMETER);
    CHECK(Empty.Length == 0 && Empty.MaximumLength == 0 &&
          RtlPrefixUnicodeString(&Empty, &A, TRUE));

    STRING N1, N2;

    RtlInitString(&N1, "Abc");
    RtlInitAnsiString(&N2, "aBC");
    CHECK(RtlEqualString(&N1, &N2, TRUE) && !RtlEqualString(&N1, &N2, FALSE) &&
          RtlCompareString(&N1, &N2, FALSE) < 0);
}

static void TestCopies(void)
{
    WCHAR Space[6];
    UNICODE_STRING To = {0, sizeof(Space), Space}, From = Make(L"abcd"), Long = Make(L"0123456789");
    UNICODE_STRING Made;

    RtlCopyUnicodeString(&To, &From);
    CHECK(To.Length == 8 && Space[4] == 0);
    CHECK(RtlAppendUnicodeToString(&To, L"e") == STATUS_SUCCESS && To.Length == 10 &&
          Space[5] == 0);
    CHECK(RtlAppendUnicodeToString(&To, L"f") == STATUS_SUCCESS && To.Length == 12);
    CHECK(RtlAppendUnicodeStringToString(&To, &From) == STATUS_BUFFER_TOO_SMALL && To.Length == 12);
    RtlCopyUnicodeString(&To, &Long);
    CHECK(To.Length == 12 && Space[5] == L'5');
    RtlCopyUnicodeString(&To, NULL);
    CHECK(To.Length == 0);
    CHECK(RtlUpcaseUnicodeString(&To, &Long, FALSE) == STATUS_BUFFER_OVERFLOW);
    CHECK(RtlUpcaseUnicodeString(&To, &From, FALSE) == STATUS_SUCCESS && Space[0] == L'A' &&
          To.Length == 8);
    CHECK(RtlDowncaseUnicodeString(&Made, &To, TRUE) == STATUS_SUCCESS && Made.Buffer[0] == L'a');
    RtlFreeUnicodeString(&Made);
    CHECK(Made.Buffer == NULL && Allocations == 0);
}

static void TestConversions(void)
{
    CHAR Space[4];
    ANSI_STRING Ansi, Small = {0, sizeof(Space), Space};
    UNICODE_STRING Wide, From = Make(L"a\x00E9\x4E00z");

    CHECK(NT_SUCCESS(RtlUnicodeStringToAnsiString(&Ansi, &From, TRUE)) && Ansi.Length == 4);
    CHECK(strcmp(Ansi.Buffer, "a\xE9?z") == 0 && RtlxUnicodeStringToAnsiSize(&From) == 5);
    CHECK(RtlUnicodeStringToAnsiString(&Small, &From, FALSE) == STATUS_BUFFER_OVERFLOW);
    CHECK(Small.Length == 3 && Space[3] == 0);
    CHECK(NT_SUCCESS(RtlAnsiStringToUnicodeString(&Wide, &Ansi, TRUE)) && Wide.Length == 8);
    CHECK(Wide.Buffer[1] == 0xE9 && Wide.Buffer[4] == 0 &&
          RtlxAnsiStringToUnicodeSize(&Ansi) == 10);
    RtlFreeAnsiString(&Ansi);
    RtlFreeUnicodeString(&Wide);
    CHECK(Allocations == 0);
}

static void TestNumbers(void)
{
    WCHAR Space[40];
    UNICODE_STRING Text = {0, sizeof(Space), Space}, In;
    ULONG Value;

    CHECK(NT_SUCCESS(RtlIntegerToUnicodeString(0xDEADBEEF, 16, &Text)) &&
          wcscmp(Space, L"DEADBEEF") == 0);
    CHECK(NT_SUCCESS(RtlIntegerToUnicodeString(0, 0, &Text)) && wcscmp(Space, L"0") == 0);
    CHECK(NT_SUCCESS(RtlInt64ToUnicodeString(~0ull, 10, &Text)) &&
          wcscmp(Space, L"18446744073709551615") == 0);
    CHECK(RtlIntegerToUnicodeString(1, 7, &Text) == STATUS_INVALID_PARAMETER);
    Text.MaximumLength = 4;
    CHECK(RtlIntegerToUnicodeString(100, 10, &Text) == STATUS_BUFFER_OVERFLOW);
    In = Make(L"  -0x1Fg");
    CHECK(NT_SUCCESS(RtlUnicodeStringToInteger(&In, 0, &Value)) && (LONG)Value == -31);
    In = Make(L"0o17");
    CHECK(NT_SUCCESS(RtlUnicodeStringToInteger(&In, 0, &Value)) && Value == 15);
    CHECK(NT_SUCCESS(RtlCharToInteger("0b101", 0, &Value)) && Value == 5);
    CHECK(NT_SUCCESS(RtlCharToInteger("ff", 16, &Value)) && Value == 255 &&
          RtlCharToInteger("1", 3, &Value) < 0);
}

static void TestGuids(void)
{
    GUID Guid = {0x12345678, 0x9ABC, 0xDEF0, {1, 2, 3, 4, 5, 6, 7, 0xF8}}, Back;
    UNICODE_STRING Text;

    CHECK(NT_SUCCESS(RtlStringFromGUID(&Guid, &Text)));
    CHECK(wcscmp(Text.Buffer, L"{12345678-9abc-def0-0102-0304050607f8}") == 0);
    CHECK(NT_SUCCESS(RtlGUIDFromString(&Text, &Back)) && memcmp(&Guid, &Back, sizeof(Guid)) == 0);
    Text.Buffer[9] = L'x';
    CHECK(RtlGUIDFromString(&Text, &Back) == STATUS_INVALID_PARAMETER);
    RtlFreeUnicodeString(&Text);
    CHECK(Allocations == 0);
}

void TestUnicode(void)
{
    TestCase();
    TestCompare();
    TestCopies();
    TestConversions();
    TestNumbers();
    TestGuids();
}
