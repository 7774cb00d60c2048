/* Short (8.3) names: from and to the eleven bytes of a directory entry.
 *
 * A long name that fits 8.3 in one case for the base and one for the extension needs no long-name
 * entries: two bits in the entry say which part is lower case (as NT writes it and Linux and mtools
 * read it). Bytes above 0x7F are read as Latin-1 and never written. Pure functions. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: names occur in create, rename and directory listing, never in paging I/O. */
#pragma code_seg("PAGE")
#endif

/* Returns the number of characters, at most 12. ApplyCase: with NT's lower-case bits. */
ULONG FatShortToUnicode(const FAT_DIRENT *Dirent, BOOLEAN ApplyCase, PWCHAR Name)
{
    ULONG i, length = 0, base = 8, end = 11;

    PAGED_CODE();
    while (base > 0 && Dirent->Name[base - 1] == ' ') {
        base--;
    }
    while (end > 8 && Dirent->Name[end - 1] == ' ') {
        end--;
    }
    for (i = 0; i < end; i++) {
        UCHAR c = Dirent->Name[i];
        UCHAR bit = i < 8 ? FAT_CASE_BASE : FAT_CASE_EXT;

        if (i == base && i < 8) {
            i = 7;
            continue;
        }
        if (i == 8) {
            Name[length++] = '.';
        }
        if (i == 0 && c == 0x05) {
            c = 0xE5;
        }
        if (ApplyCase && (Dirent->Case & bit) != 0 && c >= 'A' && c <= 'Z') {
            c += 'a' - 'A';
        }
        Name[length++] = c;
    }
    return length;
}

UCHAR FatShortChecksum(const UCHAR *Name)
{
    UCHAR sum = 0;
    ULONG i;

    PAGED_CODE();
    for (i = 0; i < 11; i++) {
        sum = (UCHAR)((sum & 1) << 7 | sum >> 1) + Name[i];
    }
    return sum;
}

/* The byte for a character in a short name; 0 if it cannot stand there. */
static UCHAR FatShortChar(WCHAR C)
{
    static const char legal[] = "$%'-_@~`!(){}^#&";
    ULONG i;

    PAGED_CODE();
    if ((C >= 'A' && C <= 'Z') || (C >= '0' && C <= '9')) {
        return (UCHAR)C;
    }
    if (C >= 'a' && C <= 'z') {
        return (UCHAR)(C - 'a' + 'A');
    }
    for (i = 0; legal[i] != 0; i++) {
        if (C == (UCHAR)legal[i]) {
            return (UCHAR)C;
        }
    }
    return 0;
}

/* One part, base or extension, into at most Room bytes. TRUE if nothing was lost or changed but
 * case; Lower, Upper: letters of that case were seen. */
static BOOLEAN FatShortPart(const WCHAR *Text, ULONG Length, ULONG Room, PUCHAR Out,
                            PBOOLEAN Lower, PBOOLEAN Upper)
{
    BOOLEAN exact = Length <= Room;
    ULONG i, used = 0;
    UCHAR c;

    PAGED_CODE();
    *Lower = *Upper = FALSE;
    for (i = 0; i < Length && used < Room; i++) {
        c = FatShortChar(Text[i]);
        *Lower |= Text[i] >= 'a' && Text[i] <= 'z';
        *Upper |= Text[i] >= 'A' && Text[i] <= 'Z';
        exact &= c != 0;
        if (Text[i] != ' ' && Text[i] != '.') {
            Out[used++] = c != 0 ? c : '_';
        }
    }
    return exact;
}

/* Short: the short name, or the basis for one. TRUE if it stands for Name by itself, with Case in
 * the entry; FALSE if Name needs long-name entries and the basis a numeric tail. */
BOOLEAN FatMakeShortName(PCUNICODE_STRING Name, PUCHAR Short, PUCHAR Case)
{
    ULONG length = Name->Length / sizeof(WCHAR), dot = length, start = 0;
    BOOLEAN exact, lower, upper;

    PAGED_CODE();
    RtlFillMemory(Short, 11, ' ');
    *Case = 0;
    while (start < length && (Name->Buffer[start] == '.' || Name->Buffer[start] == ' ')) {
        start++;
    }
    while (dot > start && Name->Buffer[dot - 1] != '.') {
        dot--;
    }
    dot = dot > start ? dot - 1 : length;
    exact = FatShortPart(Name->Buffer + start, dot - start, 8, Short, &lower, &upper);
    exact &= start == 0 && dot != 0 && !(lower && upper);
    *Case |= lower ? FAT_CASE_BASE : 0;
    if (dot < length) {
        exact &= FatShortPart(Name->Buffer + dot + 1, length - dot - 1, 3, Short + 8, &lower,
                              &upper);
        exact &= !(lower && upper) && dot + 1 < length;
        *Case |= lower ? FAT_CASE_EXT : 0;
    }
    if (Short[0] == ' ') {
        Short[0] = '_';
        exact = FALSE;
    }
    return exact;
}

/* The Try-th short name on a basis: NAME~1 to NAME~4, then two letters and a hash of the long name,
 * so that a thousand files that begin alike do not take a thousand searches each. */
VOID FatTailShortName(PCUNICODE_STRING Name, const UCHAR *Basis, ULONG Try, PUCHAR Short)
{
    static const char digits[] = "0123456789ABCDEF";
    ULONG hash = 5381, base = 0, keep, number = Try, i;
    UCHAR tail[8];
    ULONG used = 0;

    PAGED_CODE();
    RtlCopyMemory(Short, Basis, 11);
    while (base < 8 && Basis[base] != ' ') {
        base++;
    }
    if (Try > 4) {
        for (i = 0; i < Name->Length / sizeof(WCHAR); i++) {
            hash = hash * 33 + RtlUpcaseUnicodeChar(Name->Buffer[i]);
        }
        number = (Try - 5) % 9 + 1;
        hash += (Try - 5) / 9 * 0x9E37u;
    }
    tail[used++] = (UCHAR)('0' + number);
    tail[used++] = '~';
    for (i = 0; Try > 4 && i < 4; i++) {
        tail[used++] = (UCHAR)digits[hash >> i * 4 & 15];
    }
    keep = min(base, Try > 4 ? 2u : 6u);
    for (i = 0; i < used; i++) {
        Short[keep + i] = tail[used - 1 - i];
    }
    for (i = keep + used; i < 8; i++) {
        Short[i] = ' ';
    }
}
