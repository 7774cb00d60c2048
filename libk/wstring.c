/* Zero-terminated strings of UTF-16 units, as the C library has them. Case by RtlUpcaseUnicodeChar
 * in the …i… forms, so that they agree with the object names they are used on. Nonpaged. */
#include "libk.h"

wchar_t towupper(wchar_t Character)
{
    return RtlUpcaseUnicodeChar(Character);
}

wchar_t towlower(wchar_t Character)
{
    return RtlDowncaseUnicodeChar(Character);
}

size_t wcslen(const wchar_t *String)
{
    const wchar_t *End = String;

    while (*End != 0) {
        End++;
    }
    return (size_t)(End - String);
}

wchar_t *wcscpy(wchar_t *Destination, const wchar_t *Source)
{
    wchar_t *To = Destination;

    while ((*To++ = *Source++) != 0) {
    }
    return Destination;
}

wchar_t *wcsncpy(wchar_t *Destination, const wchar_t *Source, size_t Count)
{
    size_t Index = 0;

    for (; Index < Count && Source[Index] != 0; Index++) {
        Destination[Index] = Source[Index];
    }
    for (; Index < Count; Index++) {
        Destination[Index] = 0;
    }
    return Destination;
}

wchar_t *wcscat(wchar_t *Destination, const wchar_t *Source)
{
    wcscpy(Destination + wcslen(Destination), Source);
    return Destination;
}

wchar_t *wcsncat(wchar_t *Destination, const wchar_t *Source, size_t Count)
{
    wchar_t *To = Destination + wcslen(Destination);

    for (; Count != 0 && *Source != 0; Count--) {
        *To++ = *Source++;
    }
    *To = 0;
    return Destination;
}

int wcscmp(const wchar_t *First, const wchar_t *Second)
{
    while (*First != 0 && *First == *Second) {
        First++;
        Second++;
    }
    return (int)*First - (int)*Second;
}

int wcsncmp(const wchar_t *First, const wchar_t *Second, size_t Count)
{
    for (; Count != 0; Count--, First++, Second++) {
        if (*First != *Second || *First == 0) {
            return (int)*First - (int)*Second;
        }
    }
    return 0;
}

int _wcsicmp(const wchar_t *First, const wchar_t *Second)
{
    int A, B;

    do {
        A = towlower(*First++);
        B = towlower(*Second++);
    } while (A == B && A != 0);
    return A - B;
}

int _wcsnicmp(const wchar_t *First, const wchar_t *Second, size_t Count)
{
    for (; Count != 0; Count--) {
        int A = towlower(*First++);
        int B = towlower(*Second++);

        if (A != B || A == 0) {
            return A - B;
        }
    }
    return 0;
}

wchar_t *wcschr(const wchar_t *String, wchar_t Character)
{
    for (;; String++) {
        if (*String == Character) {
            return (wchar_t *)String;
        }
        if (*String == 0) {
            return NULL;
        }
    }
}

wchar_t *wcsrchr(const wchar_t *String, wchar_t Character)
{
    const wchar_t *Last = NULL;

    for (;; String++) {
        if (*String == Character) {
            Last = String;
        }
        if (*String == 0) {
            return (wchar_t *)Last;
        }
    }
}

wchar_t *wcsstr(const wchar_t *String, const wchar_t *Wanted)
{
    size_t Length = wcslen(Wanted);

    for (;; String++) {
        if (wcsncmp(String, Wanted, Length) == 0) {
            return (wchar_t *)String;
        }
        if (*String == 0) {
            return NULL;
        }
    }
}

size_t wcsspn(const wchar_t *String, const wchar_t *Accepted)
{
    size_t Length = 0;

    while (String[Length] != 0 && wcschr(Accepted, String[Length]) != NULL) {
        Length++;
    }
    return Length;
}

wchar_t *_wcsupr(wchar_t *String)
{
    for (wchar_t *At = String; *At != 0; At++) {
        *At = towupper(*At);
    }
    return String;
}

wchar_t *_wcslwr(wchar_t *String)
{
    for (wchar_t *At = String; *At != 0; At++) {
        *At = towlower(*At);
    }
    return String;
}
