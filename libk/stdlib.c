/* The C library's numbers, random numbers and sorting, as far as NT's kernel exports them. */
#include "libk.h"

/* What a digit counts for, 36 when it is none. */
static ULONG DigitValue(WCHAR Character)
{
    if (Character >= '0' && Character <= '9') {
        return Character - '0';
    }
    if (Character >= 'a' && Character <= 'z') {
        return Character - 'a' + 10;
    }
    return Character >= 'A' && Character <= 'Z' ? Character - 'A' + 10 : 36;
}

long atol(const char *String)
{
    ULONG Value = 0;

    while (isspace((UCHAR)*String)) {
        String++;
    }

    BOOLEAN Negative = *String == '-';

    if (*String == '-' || *String == '+') {
        String++;
    }
    while (isdigit((UCHAR)*String)) {
        Value = Value * 10 + (ULONG)(*String++ - '0');
    }
    return (long)(Negative ? 0 - Value : Value);
}

int atoi(const char *String)
{
    return (int)atol(String);
}

unsigned long wcstoul(const wchar_t *String, wchar_t **End, int Radix)
{
    const WCHAR *At = (const WCHAR *)String;
    ULONG Base = (ULONG)Radix, Value = 0;
    BOOLEAN Negative, Overflow = FALSE, Any = FALSE;

    while (*At == ' ' || (*At >= '\t' && *At <= '\r')) {
        At++;
    }
    Negative = *At == '-';
    if (*At == '-' || *At == '+') {
        At++;
    }
    if ((Base == 0 || Base == 16) && At[0] == '0' && (At[1] == 'x' || At[1] == 'X') &&
        DigitValue(At[2]) < 16) {
        Base = 16;
        At += 2;
    } else if (Base == 0) {
        Base = At[0] == '0' ? 8 : 10;
    }
    for (; DigitValue(*At) < Base; At++, Any = TRUE) {
        ULONG Digit = DigitValue(*At);

        if (Value > (MAXULONG - Digit) / Base) {
            Overflow = TRUE;
        }
        Value = Value * Base + Digit;
    }
    if (End != NULL) {
        *End = (wchar_t *)(Any ? At : (const WCHAR *)String);
    }
    return Overflow ? MAXULONG : Negative ? 0 - Value : Value;
}

/* Digits of a number from the last to the first; returns how many there are. */
static ULONG MakeDigits(int Value, int Radix, CHAR Digits[33])
{
    BOOLEAN Negative = Radix == 10 && Value < 0;
    ULONG Rest = Negative ? 0 - (ULONG)Value : (ULONG)Value;
    ULONG Count = 0;

    do {
        ULONG Digit = Rest % (ULONG)Radix;

        Digits[Count++] = (CHAR)(Digit < 10 ? '0' + Digit : 'a' + Digit - 10);
        Rest /= (ULONG)Radix;
    } while (Rest != 0);
    if (Negative) {
        Digits[Count++] = '-';
    }
    return Count;
}

char *_itoa(int Value, char *Buffer, int Radix)
{
    CHAR Digits[33];
    ULONG Count = MakeDigits(Value, Radix, Digits);

    for (ULONG Index = 0; Index < Count; Index++) {
        Buffer[Index] = Digits[Count - 1 - Index];
    }
    Buffer[Count] = 0;
    return Buffer;
}

wchar_t *_itow(int Value, wchar_t *Buffer, int Radix)
{
    CHAR Digits[33];
    ULONG Count = MakeDigits(Value, Radix, Digits);

    for (ULONG Index = 0; Index < Count; Index++) {
        Buffer[Index] = (UCHAR)Digits[Count - 1 - Index];
    }
    Buffer[Count] = 0;
    return Buffer;
}

/* One seed for the whole machine; racing callers get numbers all the same. */
static volatile ULONG RandomSeed = 1;

void srand(unsigned int Seed)
{
    RandomSeed = Seed;
}

int rand(void)
{
    RandomSeed = RandomSeed * 214013 + 2531011;
    return (int)(RandomSeed >> 16 & 0x7FFF);
}

static VOID SwapBlocks(PUCHAR A, PUCHAR B, size_t Size)
{
    for (; Size != 0; Size--, A++, B++) {
        UCHAR Byte = *A;

        *A = *B;
        *B = Byte;
    }
}

/* Lets the element at Root sink until the heap below it is one again. */
static VOID Sink(PUCHAR Base, size_t Root, size_t Count, size_t Size,
                 int(__cdecl *Compare)(const void *, const void *))
{
    for (size_t Child = 2 * Root + 1; Child < Count; Child = 2 * Root + 1) {
        if (Child + 1 < Count && Compare(Base + Child * Size, Base + (Child + 1) * Size) < 0) {
            Child++;
        }
        if (Compare(Base + Root * Size, Base + Child * Size) >= 0) {
            return;
        }
        SwapBlocks(Base + Root * Size, Base + Child * Size, Size);
        Root = Child;
    }
}

/* Heap sort: no recursion on a small kernel stack and no bad case. */
void qsort(void *Base, size_t Count, size_t Size, int(__cdecl *Compare)(const void *, const void *))
{
    for (size_t Root = Count / 2; Root-- > 0;) {
        Sink(Base, Root, Count, Size, Compare);
    }
    for (size_t Last = Count; Last-- > 1;) {
        SwapBlocks(Base, (PUCHAR)Base + Last * Size, Size);
        Sink(Base, 0, Last, Size, Compare);
    }
}
