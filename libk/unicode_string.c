/* Counted UTF-16 strings: set up, copy, append, compare, change case. What only names and compares
 * is nonpaged, since file systems do it at raised IRQL; what takes memory is for PASSIVE_LEVEL. */
#include "libk.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, RtlFreeUnicodeString)
#pragma alloc_text(PAGE, RtlUpcaseUnicodeString)
#pragma alloc_text(PAGE, RtlDowncaseUnicodeString)
#endif

NTSYSAPI VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING Destination, PCWSTR Source)
{
    SIZE_T Length = Source == NULL ? 0 : wcslen(Source) * sizeof(WCHAR);

    if (Length > 0xFFFC) {
        Length = 0xFFFC;
    }
    Destination->Length = (USHORT)Length;
    Destination->MaximumLength = Source == NULL ? 0 : (USHORT)(Length + sizeof(WCHAR));
    Destination->Buffer = (PWSTR)Source;
}

NTSYSAPI VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    USHORT Length = 0;

    if (Source != NULL) {
        Length = Source->Length < Destination->MaximumLength ? Source->Length
                                                             : Destination->MaximumLength;
        RtlMoveMemory(Destination->Buffer, Source->Buffer, Length);
    }
    Destination->Length = Length;
    if (Source != NULL && Length + sizeof(WCHAR) <= Destination->MaximumLength) {
        Destination->Buffer[Length / sizeof(WCHAR)] = 0;
    }
}

static NTSTATUS Append(PUNICODE_STRING Destination, PCWSTR Source, SIZE_T Length)
{
    if (Destination->Length + Length > Destination->MaximumLength) {
        return STATUS_BUFFER_TOO_SMALL;
    }

    PWSTR End = Destination->Buffer + Destination->Length / sizeof(WCHAR);

    RtlMoveMemory(End, Source, Length);
    Destination->Length = (USHORT)(Destination->Length + Length);
    if (Destination->Length + sizeof(WCHAR) <= Destination->MaximumLength) {
        End[Length / sizeof(WCHAR)] = 0;
    }
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Destination,
                                                       PCUNICODE_STRING Source)
{
    return Append(Destination, Source->Buffer, Source->Length);
}

NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
    return Source == NULL ? STATUS_SUCCESS
                          : Append(Destination, Source, wcslen(Source) * sizeof(WCHAR));
}

NTSYSAPI LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                            BOOLEAN CaseInSensitive)
{
    ULONG Length1 = String1->Length / sizeof(WCHAR);
    ULONG Length2 = String2->Length / sizeof(WCHAR);

    for (ULONG Index = 0; Index < Length1 && Index < Length2; Index++) {
        WCHAR A = String1->Buffer[Index];
        WCHAR B = String2->Buffer[Index];

        if (A != B && CaseInSensitive) {
            A = RtlUpcaseUnicodeChar(A);
            B = RtlUpcaseUnicodeChar(B);
        }
        if (A != B) {
            return (LONG)A - (LONG)B;
        }
    }
    return (LONG)Length1 - (LONG)Length2;
}

NTSYSAPI BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                             BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length &&
           RtlCompareUnicodeString(String1, String2, CaseInSensitive) == 0;
}

NTSYSAPI BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                              BOOLEAN CaseInSensitive)
{
    if (String1->Length > String2->Length) {
        return FALSE;
    }

    UNICODE_STRING Start = {String1->Length, String1->Length, String2->Buffer};

    return RtlCompareUnicodeString(String1, &Start, CaseInSensitive) == 0;
}

NTSYSAPI NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING String, BOOLEAN CaseInSensitive,
                                             ULONG HashAlgorithm, PULONG HashValue)
{
    ULONG Hash = 0;

    if (String == NULL || HashValue == NULL || HashAlgorithm > HASH_STRING_ALGORITHM_X65599) {
        return STATUS_INVALID_PARAMETER;
    }
    for (ULONG Index = 0; Index < String->Length / sizeof(WCHAR); Index++) {
        WCHAR Character = String->Buffer[Index];

        Hash = Hash * 65599 + (CaseInSensitive ? RtlUpcaseUnicodeChar(Character) : Character);
    }
    *HashValue = Hash;
    return STATUS_SUCCESS;
}

NTSYSAPI VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING String)
{
    PAGED_CODE();

    if (String->Buffer != NULL) {
        ExFreePoolWithTag(String->Buffer, 0);
        String->Buffer = NULL;
        String->Length = 0;
        String->MaximumLength = 0;
    }
}

/* Changes case into Destination, which gets memory first when the caller asks for that. */
static NTSTATUS ChangeCase(PUNICODE_STRING Destination, PCUNICODE_STRING Source, BOOLEAN Allocate,
                           WCHAR(NTAPI *Change)(WCHAR))
{
    if (Allocate) {
        Destination->MaximumLength = Source->Length;
        Destination->Buffer =
            ExAllocatePoolWithTag(PagedPool, Source->Length + sizeof(WCHAR), LIBK_TAG);
        if (Destination->Buffer == NULL) {
            return STATUS_NO_MEMORY;
        }
    } else if (Source->Length > Destination->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    for (ULONG Index = 0; Index < Source->Length / sizeof(WCHAR); Index++) {
        Destination->Buffer[Index] = Change(Source->Buffer[Index]);
    }
    Destination->Length = Source->Length;
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING Destination, PCUNICODE_STRING Source,
                                               BOOLEAN AllocateDestinationString)
{
    PAGED_CODE();

    return ChangeCase(Destination, Source, AllocateDestinationString, RtlUpcaseUnicodeChar);
}

NTSYSAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING Destination,
                                                 PCUNICODE_STRING Source,
                                                 BOOLEAN AllocateDestinationString)
{
    PAGED_CODE();

    return ChangeCase(Destination, Source, AllocateDestinationString, RtlDowncaseUnicodeChar);
}
