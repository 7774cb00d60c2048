/* Names as they are typed, made into names as the system wants them, and names with * and ?.
 * Pageable. */
#include "kdp.h"

#define SERVICES "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

static NTSTATUS Join(PCSTR Prefix, PCSTR Rest, BOOLEAN Slashes, PUNICODE_STRING Name);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, Join)
#pragma alloc_text(PAGE, KdpFileName)
#pragma alloc_text(PAGE, KdpServiceKeyName)
#pragma alloc_text(PAGE, KdpMatches)
#endif

static NTSTATUS Join(PCSTR Prefix, PCSTR Rest, BOOLEAN Slashes, PUNICODE_STRING Name)
{
    PAGED_CODE();

    ULONG PrefixLength = strlen(Prefix), Length = PrefixLength + strlen(Rest);

    Name->Buffer = ExAllocatePoolWithTag(PagedPool, (Length + 1) * sizeof(WCHAR), KD_TAG);
    if (Name->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Name->Length = (USHORT)(Length * sizeof(WCHAR));
    Name->MaximumLength = Name->Length + sizeof(WCHAR);
    for (ULONG Index = 0; Index < Length; Index++) {
        UCHAR Character =
            (UCHAR)(Index < PrefixLength ? Prefix[Index] : Rest[Index - PrefixLength]);

        Name->Buffer[Index] = Character == '/' && Slashes ? '\\' : Character;
    }
    Name->Buffer[Length] = 0;
    return STATUS_SUCCESS;
}

/* "C:\x" and "x" are on C:, "\x" is a name of the object namespace. */
NTSTATUS KdpFileName(PCSTR Typed, PUNICODE_STRING Name)
{
    PAGED_CODE();

    if (Typed[0] == '\\' || Typed[0] == '/') {
        return Join("", Typed, TRUE, Name);
    }
    if (Typed[0] != 0 && Typed[1] == ':') {
        return Join(Typed[2] == 0 ? "\\??\\C:\\" : "\\??\\", Typed[2] == 0 ? "" : Typed, TRUE,
                    Name);
    }
    return Join("\\??\\C:\\", Typed, TRUE, Name);
}

NTSTATUS KdpServiceKeyName(PCSTR Service, PUNICODE_STRING Name)
{
    PAGED_CODE();

    return Join(SERVICES, Service, FALSE, Name);
}

BOOLEAN KdpMatches(PCSTR Glob, PCSTR Name)
{
    PCSTR Star = NULL, Retry = NULL;

    PAGED_CODE();
    while (*Name != 0) {
        if (*Glob == '*') {
            Star = ++Glob;
            Retry = Name;
        } else if (*Glob == '?' || (*Glob != 0 && tolower((UCHAR)*Glob) == tolower((UCHAR)*Name))) {
            Glob++;
            Name++;
        } else if (Star != NULL) {
            Glob = Star;
            Name = ++Retry;
        } else {
            return FALSE;
        }
    }
    while (*Glob == '*') {
        Glob++;
    }
    return *Glob == 0;
}
