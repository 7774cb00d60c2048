/* The printf family over the formatter: NT's C library as drivers know it. The bounded forms return
 * -1 when the text does not fit and end it with a zero only when there is room for one. Nonpaged:
 * used by DbgPrint at any IRQL. */
#include "libk.h"

static CHAR Narrowed(WCHAR Character)
{
    return Character < 0x100 ? (CHAR)Character : '?';
}

static BOOLEAN PutNarrow(PLIBK_SINK Sink, WCHAR Character)
{
    if (Sink->Count < Sink->Most) {
        ((CHAR *)Sink->Buffer)[Sink->Count] = Narrowed(Character);
    }
    return TRUE;
}

static BOOLEAN PutWide(PLIBK_SINK Sink, WCHAR Character)
{
    if (Sink->Count < Sink->Most) {
        ((WCHAR *)Sink->Buffer)[Sink->Count] = Character;
    }
    return TRUE;
}

int _vsnprintf(char *Buffer, size_t Count, const char *Format, va_list Arguments)
{
    LIBK_SINK Sink = {PutNarrow, Buffer, 0, Count};

    LibkFormat(&Sink, (LIBK_FORMAT){Format, NULL}, Arguments);
    if (Sink.Count < Count) {
        Buffer[Sink.Count] = 0;
    }
    return Sink.Count <= Count ? (int)Sink.Count : -1;
}

int _snprintf(char *Buffer, size_t Count, const char *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    int Length = _vsnprintf(Buffer, Count, Format, Arguments);
    va_end(Arguments);
    return Length;
}

int vsprintf(char *Buffer, const char *Format, va_list Arguments)
{
    return _vsnprintf(Buffer, MAXLONG, Format, Arguments);
}

int sprintf(char *Buffer, const char *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    int Length = vsprintf(Buffer, Format, Arguments);
    va_end(Arguments);
    return Length;
}

int _vsnwprintf(wchar_t *Buffer, size_t Count, const wchar_t *Format, va_list Arguments)
{
    LIBK_SINK Sink = {PutWide, Buffer, 0, Count};

    LibkFormat(&Sink, (LIBK_FORMAT){NULL, (const WCHAR *)Format}, Arguments);
    if (Sink.Count < Count) {
        Buffer[Sink.Count] = 0;
    }
    return Sink.Count <= Count ? (int)Sink.Count : -1;
}

int _snwprintf(wchar_t *Buffer, size_t Count, const wchar_t *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    int Length = _vsnwprintf(Buffer, Count, Format, Arguments);
    va_end(Arguments);
    return Length;
}

int swprintf(wchar_t *Buffer, const wchar_t *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    int Length = _vsnwprintf(Buffer, MAXLONG, Format, Arguments);
    va_end(Arguments);
    return Length;
}
