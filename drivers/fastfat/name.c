/* Long names: which are legal, when two are the same, and which a wildcard pattern matches.
 *
 * Comparison is without regard to case, by the system's upcase table. Patterns know NT's five
 * wildcards: '*' and '?', and what Win32 makes of DOS patterns: '<' (DOS_STAR), '>' (DOS_QM) and
 * '"' (DOS_DOT). Pure functions: nothing to guard. */
#include "fat.h"

#ifdef ALLOC_PRAGMA
/* May page: names occur in create, rename and directory listing, never in paging I/O. */
#pragma code_seg("PAGE")
#endif

/* A name for a new entry: 1 to 255 characters, none reserved, not dots alone. */
BOOLEAN FatIsNameLegal(PCUNICODE_STRING Name)
{
    static const WCHAR reserved[] = L"\"*/:<>?\\|";
    ULONG length = Name->Length / sizeof(WCHAR), i, j;
    BOOLEAN real = FALSE;

    PAGED_CODE();
    for (i = 0; i < length; i++) {
        for (j = 0; reserved[j] != 0; j++) {
            if (Name->Buffer[i] == reserved[j]) {
                return FALSE;
            }
        }
        if (Name->Buffer[i] < ' ') {
            return FALSE;
        }
        real |= Name->Buffer[i] != '.' && Name->Buffer[i] != ' ';
    }
    return real && length <= FAT_NAME_MAX;
}

BOOLEAN FatNamesEqual(const WCHAR *A, ULONG LengthA, const WCHAR *B, ULONG LengthB)
{
    ULONG i;

    PAGED_CODE();
    if (LengthA != LengthB) {
        return FALSE;
    }
    for (i = 0; i < LengthA; i++) {
        if (A[i] != B[i] && RtlUpcaseUnicodeChar(A[i]) != RtlUpcaseUnicodeChar(B[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

static BOOLEAN FatHasDot(const WCHAR *Name, ULONG From, ULONG To)
{
    PAGED_CODE();
    for (; From < To; From++) {
        if (Name[From] == '.') {
            return TRUE;
        }
    }
    return FALSE;
}

/* Does one pattern character take the name's character at N? '*' and '<' are the caller's. */
static BOOLEAN FatTakes(WCHAR Pattern, const WCHAR *Name, ULONG N, ULONG Length)
{
    PAGED_CODE();
    if (N == Length) {
        return FALSE;
    }
    switch (Pattern) {
    case '?':
        return TRUE;
    case '>':
        return Name[N] != '.';
    case '"':
        return Name[N] == '.';
    default:
        return RtlUpcaseUnicodeChar(Pattern) == RtlUpcaseUnicodeChar(Name[N]);
    }
}

/* May one pattern character stand for nothing at the name's character N? */
static BOOLEAN FatMayBeNothing(WCHAR Pattern, const WCHAR *Name, ULONG N, ULONG Length)
{
    PAGED_CODE();
    return (Pattern == '>' && (N == Length || Name[N] == '.')) || (Pattern == '"' && N == Length);
}

/* The usual two-pointer match: on a mismatch the last star takes one character more. '<' does not
 * run over the last dot; '>' and '"' may stand for nothing at the end of the name, '>' before a
 * dot too. */
BOOLEAN FatNameMatches(const WCHAR *Pattern, ULONG PatternLength, const WCHAR *Name,
                       ULONG NameLength)
{
    ULONG p = 0, n = 0, starP = 0, starN = 0;
    BOOLEAN star = FALSE;

    PAGED_CODE();
    for (;;) {
        if (p < PatternLength && (Pattern[p] == '*' || Pattern[p] == '<')) {
            star = TRUE;
            starP = p++;
            starN = n;
        } else if (p == PatternLength && n == NameLength) {
            return TRUE;
        } else if (p < PatternLength && FatTakes(Pattern[p], Name, n, NameLength)) {
            p++;
            n++;
        } else if (p < PatternLength && FatMayBeNothing(Pattern[p], Name, n, NameLength)) {
            p++;
        } else if (star && starN < NameLength &&
                   (Pattern[starP] == '*' || Name[starN] != '.' ||
                    FatHasDot(Name, starN + 1, NameLength))) {
            p = starP + 1;
            n = ++starN;
        } else {
            return FALSE;
        }
    }
}
