/* Integers to text and back. For PASSIVE_LEVEL, so all of it is pageable. */
#include "libk.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, RtlIntegerToUnicodeString)
#pragma alloc_text(PAGE, RtlInt64ToUnicodeString)
#pragma alloc_text(PAGE, RtlUnicodeStringToInteger)
#pragma alloc_text(PAGE, RtlCharToInteger)
#endif

NTSYSAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String)
{
    PAGED_CODE();

    WCHAR Digits[65];
    ULONG At = RTL_NUMBER_OF(Digits);

    if (Base == 0) {
        Base = 10;
    }
    if (Base != 2 && Base != 8 && Base != 10 && Base != 16) {
        return STATUS_INVALID_PARAMETER;
    }
    Digits[--At] = 0;
    do {
        ULONG Digit = (ULONG)(Value % Base);

        Digits[--At] = (WCHAR)(Digit < 10 ? '0' + Digit : 'A' + Digit - 10);
        Value /= Base;
    } while (Value != 0);

    ULONG Length = (RTL_NUMBER_OF(Digits) - 1 - At) * sizeof(WCHAR);

    if (Length > String->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlCopyMemory(String->Buffer, Digits + At, Length);
    String->Length = (USHORT)Length;
    if (Length + sizeof(WCHAR) <= String->MaximumLength) {
        String->Buffer[Length / sizeof(WCHAR)] = 0;
    }
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
    PAGED_CODE();

    return RtlInt64ToUnicodeString(Value, Base, String);
}

/* One way of reading for both widths: blanks, a sign, 0x 0o 0b when no base is given, digits up to
 * the first character that is none. Too large a number wraps, as NT's does. */
static NTSTATUS ReadInteger(const CHAR *Narrow, const WCHAR *Wide, ULONG Count, ULONG Base,
                            PULONG Value)
{
    ULONG At = 0, Result = 0;
    BOOLEAN Negative = FALSE;

#define CHARACTER_AT(Index)                                                                        \
    ((Index) >= Count ? 0 : Narrow != NULL ? (UCHAR)Narrow[Index] : Wide[Index])
    while (CHARACTER_AT(At) != 0 && CHARACTER_AT(At) <= ' ') {
        At++;
    }
    if (CHARACTER_AT(At) == '-' || CHARACTER_AT(At) == '+') {
        Negative = CHARACTER_AT(At) == '-';
        At++;
    }
    if (Base == 0) {
        Base = 10;
        if (CHARACTER_AT(At) == '0') {
            WCHAR Kind = CHARACTER_AT(At + 1);

            Base = Kind == 'x' ? 16 : Kind == 'o' ? 8 : Kind == 'b' ? 2 : 10;
            At += Base == 10 ? 0 : 2;
        }
    }
    if (Base != 2 && Base != 8 && Base != 10 && Base != 16) {
        return STATUS_INVALID_PARAMETER;
    }
    for (;; At++) {
        WCHAR Character = RtlUpcaseUnicodeChar(CHARACTER_AT(At));
        ULONG Digit = Character >= '0' && Character <= '9'   ? Character - '0'
                      : Character >= 'A' && Character <= 'F' ? Character - 'A' + 10
                                                             : 16;

        if (Digit >= Base) {
            break;
        }
        Result = Result * Base + Digit;
    }
#undef CHARACTER_AT
    *Value = Negative ? 0 - Result : Result;
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
    PAGED_CODE();

    return ReadInteger(NULL, String->Buffer, String->Length / sizeof(WCHAR), Base, Value);
}

NTSYSAPI NTSTATUS NTAPI RtlCharToInteger(PCSZ String, ULONG Base, PULONG Value)
{
    PAGED_CODE();

    return ReadInteger(String, NULL, strlen(String), Base, Value);
}
