/* Zero-terminated strings of bytes, as the C library has them. Case follows ASCII: the kernel has
 * no locale. Nonpaged, since drivers and the kernel call these at any IRQL. */
#include "libk.h"

int tolower(int Character)
{
    return Character >= 'A' && Character <= 'Z' ? Character + ('a' - 'A') : Character;
}

int toupper(int Character)
{
    return Character >= 'a' && Character <= 'z' ? Character - ('a' - 'A') : Character;
}

int isdigit(int Character)
{
    return Character >= '0' && Character <= '9';
}

int isxdigit(int Character)
{
    return isdigit(Character) || (tolower(Character) >= 'a' && tolower(Character) <= 'f');
}

int isupper(int Character)
{
    return Character >= 'A' && Character <= 'Z';
}

int islower(int Character)
{
    return Character >= 'a' && Character <= 'z';
}

int isspace(int Character)
{
    return Character == ' ' || (Character >= '\t' && Character <= '\r');
}

int isprint(int Character)
{
    return Character >= ' ' && Character <= '~';
}

size_t strlen(const char *String)
{
    const char *End = String;

    while (*End != 0) {
        End++;
    }
    return (size_t)(End - String);
}

char *strcpy(char *Destination, const char *Source)
{
    char *To = Destination;

    while ((*To++ = *Source++) != 0) {
    }
    return Destination;
}

char *strncpy(char *Destination, const char *Source, size_t Count)
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

char *strcat(char *Destination, const char *Source)
{
    strcpy(Destination + strlen(Destination), Source);
    return Destination;
}

char *strncat(char *Destination, const char *Source, size_t Count)
{
    char *To = Destination + strlen(Destination);

    for (; Count != 0 && *Source != 0; Count--) {
        *To++ = *Source++;
    }
    *To = 0;
    return Destination;
}

int strcmp(const char *First, const char *Second)
{
    while (*First != 0 && *First == *Second) {
        First++;
        Second++;
    }
    return (UCHAR)*First - (UCHAR)*Second;
}

int strncmp(const char *First, const char *Second, size_t Count)
{
    for (; Count != 0; Count--, First++, Second++) {
        if (*First != *Second || *First == 0) {
            return (UCHAR)*First - (UCHAR)*Second;
        }
    }
    return 0;
}

int _stricmp(const char *First, const char *Second)
{
    int A, B;

    do {
        A = tolower((UCHAR)*First++);
        B = tolower((UCHAR)*Second++);
    } while (A == B && A != 0);
    return A - B;
}

int _strnicmp(const char *First, const char *Second, size_t Count)
{
    for (; Count != 0; Count--) {
        int A = tolower((UCHAR)*First++);
        int B = tolower((UCHAR)*Second++);

        if (A != B || A == 0) {
            return A - B;
        }
    }
    return 0;
}

char *strchr(const char *String, int Character)
{
    for (;; String++) {
        if (*String == (char)Character) {
            return (char *)String;
        }
        if (*String == 0) {
            return NULL;
        }
    }
}

char *strrchr(const char *String, int Character)
{
    const char *Last = NULL;

    for (;; String++) {
        if (*String == (char)Character) {
            Last = String;
        }
        if (*String == 0) {
            return (char *)Last;
        }
    }
}

char *strstr(const char *String, const char *Wanted)
{
    size_t Length = strlen(Wanted);

    for (;; String++) {
        if (strncmp(String, Wanted, Length) == 0) {
            return (char *)String;
        }
        if (*String == 0) {
            return NULL;
        }
    }
}

size_t strspn(const char *String, const char *Accepted)
{
    size_t Length = 0;

    while (String[Length] != 0 && strchr(Accepted, String[Length]) != NULL) {
        Length++;
    }
    return Length;
}

char *_strupr(char *String)
{
    for (char *At = String; *At != 0; At++) {
        *At = (char)toupper((UCHAR)*At);
    }
    return String;
}

char *_strlwr(char *String)
{
    for (char *At = String; *At != 0; At++) {
        *At = (char)tolower((UCHAR)*At);
    }
    return String;
}
