/* The formatter behind every printf of the kernel. One walk over the format, one conversion at a
 * time into a small record, characters out through a sink, so that narrow, wide, bounded and
 * counting output share this code. No floating point, no %n.
 *
 *   %[-+ #0][width|*][.precision|.*][h l ll w z t I I32 I64]conversion
 *   d i u o x X p   integers; p is eight upper-case digits on this machine
 *   c C s S         a capital means the other width than the format's own; h narrow, l and w wide
 *   Z               counted string: PANSI_STRING, or PUNICODE_STRING with w or l
 *
 * Used at any IRQL, so it is nonpaged, takes no lock and needs little stack. */
#include "libk.h"

typedef enum _SIZE_PREFIX {
    SizeNone,
    SizeShort,
    SizeByte,
    SizeLong,
    SizeWide,
    SizeLongLong
} SIZE_PREFIX;

typedef struct _CONVERSION {
    BOOLEAN Left, Plus, Blank, Alternate, Zero;
    INT Width;
    INT Precision; /* -1: none given */
    SIZE_PREFIX Size;
} CONVERSION;

static WCHAR Peek(const LIBK_FORMAT *Format)
{
    return Format->Narrow != NULL ? (UCHAR)*Format->Narrow : *Format->Wide;
}

static WCHAR Take(LIBK_FORMAT *Format)
{
    return Format->Narrow != NULL ? (UCHAR)*Format->Narrow++ : *Format->Wide++;
}

static VOID Put(PLIBK_SINK Sink, WCHAR Character)
{
    if (Sink->Put(Sink, Character)) {
        Sink->Count++;
    }
}

static VOID Pad(PLIBK_SINK Sink, WCHAR Character, INT Count)
{
    for (; Count > 0; Count--) {
        Put(Sink, Character);
    }
}

/* A string of one width or the other; Length is -1 when it ends with a zero. */
static VOID PutString(PLIBK_SINK Sink, const CONVERSION *How, const VOID *Text, BOOLEAN Wide,
                      INT Length)
{
    const CHAR *Narrow = Text;
    const WCHAR *Broad = Text;
    INT Count = 0;

    if (Text == NULL) {
        Narrow = "(null)";
        Wide = FALSE;
        Length = -1;
    }
    while ((How->Precision < 0 || Count < How->Precision) && (Length < 0 || Count < Length)) {
        if (Length < 0 && (Wide ? Broad[Count] == 0 : Narrow[Count] == 0)) {
            break;
        }
        Count++;
    }
    if (!How->Left) {
        Pad(Sink, ' ', How->Width - Count);
    }
    for (INT Index = 0; Index < Count; Index++) {
        Put(Sink, Wide ? Broad[Index] : (UCHAR)Narrow[Index]);
    }
    if (How->Left) {
        Pad(Sink, ' ', How->Width - Count);
    }
}

static VOID PutInteger(PLIBK_SINK Sink, const CONVERSION *How, ULONG64 Value, BOOLEAN Negative,
                       ULONG Base, BOOLEAN Capital)
{
    CHAR Digits[24];
    INT Count = 0;
    CHAR Lead[3];
    INT LeadCount = 0;

    if (Negative) {
        Lead[LeadCount++] = '-';
    } else if (How->Plus) {
        Lead[LeadCount++] = '+';
    } else if (How->Blank) {
        Lead[LeadCount++] = ' ';
    }
    if (How->Alternate && Base == 16 && Value != 0) {
        Lead[LeadCount++] = '0';
        Lead[LeadCount++] = Capital ? 'X' : 'x';
    }
    while (Value != 0) {
        ULONG Digit = (ULONG)(Value % Base);

        Digits[Count++] = (CHAR)(Digit < 10 ? '0' + Digit : (Capital ? 'A' : 'a') + Digit - 10);
        Value /= Base;
    }
    if (How->Alternate && Base == 8) {
        Digits[Count++] = '0';
    }

    INT Zeros = (How->Precision < 0 ? 1 : How->Precision) - Count;

    if (Zeros < 0) {
        Zeros = 0;
    }
    if (How->Zero && !How->Left && How->Precision < 0 && How->Width - LeadCount - Count > Zeros) {
        Zeros = How->Width - LeadCount - Count;
    }
    if (!How->Left) {
        Pad(Sink, ' ', How->Width - LeadCount - Zeros - Count);
    }
    for (INT Index = 0; Index < LeadCount; Index++) {
        Put(Sink, (UCHAR)Lead[Index]);
    }
    Pad(Sink, '0', Zeros);
    for (INT Index = Count; Index > 0; Index--) {
        Put(Sink, (UCHAR)Digits[Index - 1]);
    }
    if (How->Left) {
        Pad(Sink, ' ', How->Width - LeadCount - Zeros - Count);
    }
}

static VOID TakeFlags(LIBK_FORMAT *Format, CONVERSION *How)
{
    for (;; Take(Format)) {
        switch (Peek(Format)) {
        case '-':
            How->Left = TRUE;
            break;
        case '+':
            How->Plus = TRUE;
            break;
        case ' ':
            How->Blank = TRUE;
            break;
        case '#':
            How->Alternate = TRUE;
            break;
        case '0':
            How->Zero = TRUE;
            break;
        default:
            return;
        }
    }
}

/* A number in the format, kept small so that sums of it cannot overflow. */
static INT TakeNumber(LIBK_FORMAT *Format)
{
    INT Number = 0;

    while (Peek(Format) >= '0' && Peek(Format) <= '9') {
        Number = Number * 10 + (Take(Format) - '0');
        if (Number > 100000) {
            Number = 100000;
        }
    }
    return Number;
}

static SIZE_PREFIX TakeSize(LIBK_FORMAT *Format)
{
    switch (Peek(Format)) {
    case 'h':
        Take(Format);
        if (Peek(Format) == 'h') {
            Take(Format);
            return SizeByte;
        }
        return SizeShort;
    case 'l':
        Take(Format);
        if (Peek(Format) == 'l') {
            Take(Format);
            return SizeLongLong;
        }
        return SizeLong;
    case 'w':
        Take(Format);
        return SizeWide;
    case 'z':
    case 't':
        Take(Format);
        return SizeNone;
    case 'I': {
        Take(Format);
        LIBK_FORMAT Ahead = *Format;
        WCHAR First = Take(&Ahead);

        if (First == '6' && Peek(&Ahead) == '4') {
            Take(&Ahead);
            *Format = Ahead;
            return SizeLongLong;
        }
        if (First == '3' && Peek(&Ahead) == '2') {
            Take(&Ahead);
            *Format = Ahead;
        }
        return SizeNone;
    }
    default:
        return SizeNone;
    }
}

static VOID PutSigned(PLIBK_SINK Sink, const CONVERSION *How, LONG64 Value)
{
    PutInteger(Sink, How, Value < 0 ? 0 - (ULONG64)Value : (ULONG64)Value, Value < 0, 10, FALSE);
}

static VOID PutCounted(PLIBK_SINK Sink, const CONVERSION *How, const VOID *String, BOOLEAN Wide)
{
    const STRING *Narrow = String;
    const UNICODE_STRING *Broad = String;

    if (String == NULL) {
        PutString(Sink, How, NULL, FALSE, -1);
    } else if (Wide) {
        PutString(Sink, How, Broad->Buffer, TRUE, Broad->Length / (INT)sizeof(WCHAR));
    } else {
        PutString(Sink, How, Narrow->Buffer, FALSE, Narrow->Length);
    }
}

VOID LibkFormat(PLIBK_SINK Sink, LIBK_FORMAT Format, va_list Arguments)
{
    BOOLEAN WideFormat = Format.Narrow == NULL;

    while (Peek(&Format) != 0) {
        WCHAR Character = Take(&Format);

        if (Character != '%') {
            Put(Sink, Character);
            continue;
        }

        CONVERSION How = {.Precision = -1};

        TakeFlags(&Format, &How);
        if (Peek(&Format) == '*') {
            Take(&Format);
            How.Width = va_arg(Arguments, int);
            if (How.Width < 0) {
                How.Left = TRUE;
                How.Width = How.Width < -100000 ? 100000 : -How.Width;
            }
        } else {
            How.Width = TakeNumber(&Format);
        }
        if (Peek(&Format) == '.') {
            Take(&Format);
            if (Peek(&Format) == '*') {
                Take(&Format);
                How.Precision = va_arg(Arguments, int);
            } else {
                How.Precision = TakeNumber(&Format);
            }
        }
        How.Size = TakeSize(&Format);

        BOOLEAN Wide = WideFormat;

        Character = Take(&Format);
        if (Character == 'S' || Character == 'C') {
            Wide = !WideFormat;
        }
        if (How.Size == SizeLong || How.Size == SizeWide) {
            Wide = TRUE;
        } else if (How.Size == SizeShort) {
            Wide = FALSE;
        }
        switch (Character) {
        case 'd':
        case 'i':
            if (How.Size == SizeLongLong) {
                PutSigned(Sink, &How, va_arg(Arguments, LONG64));
            } else {
                LONG Value = va_arg(Arguments, LONG);

                PutSigned(Sink, &How,
                          How.Size == SizeShort  ? (SHORT)Value
                          : How.Size == SizeByte ? (signed char)Value
                                                 : Value);
            }
            break;
        case 'u':
        case 'o':
        case 'x':
        case 'X': {
            ULONG Base = Character == 'u' ? 10 : Character == 'o' ? 8 : 16;
            ULONG64 Value;

            if (How.Size == SizeLongLong) {
                Value = va_arg(Arguments, ULONG64);
            } else {
                Value = va_arg(Arguments, ULONG);
                if (How.Size == SizeShort) {
                    Value = (USHORT)Value;
                } else if (How.Size == SizeByte) {
                    Value = (UCHAR)Value;
                }
            }
            How.Plus = FALSE;
            How.Blank = FALSE;
            PutInteger(Sink, &How, Value, FALSE, Base, Character == 'X');
            break;
        }
        case 'p':
        case 'P':
            How.Precision = 8;
            How.Plus = FALSE;
            How.Blank = FALSE;
            PutInteger(Sink, &How, (ULONG_PTR)va_arg(Arguments, PVOID), FALSE, 16, TRUE);
            break;
        case 'c':
        case 'C': {
            WCHAR One = (WCHAR)va_arg(Arguments, int);

            How.Precision = -1;
            if (!Wide) {
                One &= 0xFF;
            }
            PutString(Sink, &How, &One, TRUE, 1);
            break;
        }
        case 's':
        case 'S':
            PutString(Sink, &How, va_arg(Arguments, const VOID *), Wide, -1);
            break;
        case 'Z':
            PutCounted(Sink, &How, va_arg(Arguments, const VOID *),
                       How.Size == SizeLong || How.Size == SizeWide);
            break;
        case 0:
            return;
        default:
            Put(Sink, Character);
            break;
        }
    }
}
