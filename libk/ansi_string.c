/* Counted byte strings, and the way between them and UTF-16. The code page is Latin 1: a byte is
 * the unit of the same number; what does not fit a byte becomes '?'. Nonpaged but for what
 * allocates. */
#include "libk.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, RtlAnsiStringToUnicodeString)
#pragma alloc_text(PAGE, RtlUnicodeStringToAnsiString)
#pragma alloc_text(PAGE, RtlFreeAnsiString)
#endif

NTSYSAPI VOID NTAPI RtlInitAnsiString(PANSI_STRING Destination, PCSZ Source)
{
    SIZE_T Length = Source == NULL ? 0 : strlen(Source);

    if (Length > 0xFFFE) {
        Length = 0xFFFE;
    }
    Destination->Length = (USHORT)Length;
    Destination->MaximumLength = Source == NULL ? 0 : (USHORT)(Length + 1);
    Destination->Buffer = (PCHAR)Source;
}

NTSYSAPI VOID NTAPI RtlInitString(PSTRING Destination, PCSZ Source)
{
    RtlInitAnsiString(Destination, Source);
}

NTSYSAPI VOID NTAPI RtlCopyString(PSTRING Destination, const STRING *Source)
{
    USHORT Length = 0;

    if (Source != NULL) {
        Length = Source->Length < Destination->MaximumLength ? Source->Length
                                                             : Destination->MaximumLength;
        RtlMoveMemory(Destination->Buffer, Source->Buffer, Length);
    }
    Destination->Length = Length;
}

NTSYSAPI LONG NTAPI RtlCompareString(const STRING *String1, const STRING *String2,
                                     BOOLEAN CaseInSensitive)
{
    for (ULONG Index = 0; Index < String1->Length && Index < String2->Length; Index++) {
        CHAR A = String1->Buffer[Index];
        CHAR B = String2->Buffer[Index];

        if (CaseInSensitive) {
            A = RtlUpperChar(A);
            B = RtlUpperChar(B);
        }
        if (A != B) {
            return (LONG)(UCHAR)A - (LONG)(UCHAR)B;
        }
    }
    return (LONG)String1->Length - (LONG)String2->Length;
}

NTSYSAPI BOOLEAN NTAPI RtlEqualString(const STRING *String1, const STRING *String2,
                                      BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length &&
           RtlCompareString(String1, String2, CaseInSensitive) == 0;
}

NTSYSAPI VOID NTAPI RtlUpperString(PSTRING Destination, const STRING *Source)
{
    USHORT Length =
        Source->Length < Destination->MaximumLength ? Source->Length : Destination->MaximumLength;

    for (ULONG Index = 0; Index < Length; Index++) {
        Destination->Buffer[Index] = RtlUpperChar(Source->Buffer[Index]);
    }
    Destination->Length = Length;
}

NTSYSAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(const STRING *AnsiString)
{
    return (AnsiString->Length + 1u) * sizeof(WCHAR);
}

NTSYSAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString)
{
    return UnicodeString->Length / sizeof(WCHAR) + 1;
}

NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH UnicodeString, ULONG MaxBytesInUnicodeString,
                                               PULONG BytesInUnicodeString,
                                               const CHAR *MultiByteString,
                                               ULONG BytesInMultiByteString)
{
    ULONG Count = MaxBytesInUnicodeString / sizeof(WCHAR);

    if (Count > BytesInMultiByteString) {
        Count = BytesInMultiByteString;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        UnicodeString[Index] = (UCHAR)MultiByteString[Index];
    }
    if (BytesInUnicodeString != NULL) {
        *BytesInUnicodeString = Count * sizeof(WCHAR);
    }
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR MultiByteString,
                                               ULONG MaxBytesInMultiByteString,
                                               PULONG BytesInMultiByteString, PCWCH UnicodeString,
                                               ULONG BytesInUnicodeString)
{
    ULONG Count = BytesInUnicodeString / sizeof(WCHAR);

    if (Count > MaxBytesInMultiByteString) {
        Count = MaxBytesInMultiByteString;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        MultiByteString[Index] = UnicodeString[Index] < 0x100 ? (CHAR)UnicodeString[Index] : '?';
    }
    if (BytesInMultiByteString != NULL) {
        *BytesInMultiByteString = Count;
    }
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING Destination,
                                                     const STRING *Source,
                                                     BOOLEAN AllocateDestinationString)
{
    PAGED_CODE();

    ULONG Size = RtlxAnsiStringToUnicodeSize(Source);
    ULONG Length;

    if (Size > 0xFFFE) {
        return STATUS_INVALID_PARAMETER_2;
    }
    if (AllocateDestinationString) {
        Destination->Buffer = ExAllocatePoolWithTag(PagedPool, Size, LIBK_TAG);
        if (Destination->Buffer == NULL) {
            return STATUS_NO_MEMORY;
        }
        Destination->MaximumLength = (USHORT)Size;
    } else if (Size - sizeof(WCHAR) > Destination->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlMultiByteToUnicodeN(Destination->Buffer, Size - sizeof(WCHAR), &Length, Source->Buffer,
                           Source->Length);
    Destination->Length = (USHORT)Length;
    if (Size <= Destination->MaximumLength) {
        Destination->Buffer[Length / sizeof(WCHAR)] = 0;
    }
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING Destination,
                                                     PCUNICODE_STRING Source,
                                                     BOOLEAN AllocateDestinationString)
{
    PAGED_CODE();

    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Size = RtlxUnicodeStringToAnsiSize(Source);
    ULONG Length;

    if (AllocateDestinationString) {
        Destination->Buffer = ExAllocatePoolWithTag(PagedPool, Size, LIBK_TAG);
        if (Destination->Buffer == NULL) {
            return STATUS_NO_MEMORY;
        }
        Destination->MaximumLength = (USHORT)Size;
    } else if (Size > Destination->MaximumLength) {
        if (Destination->MaximumLength == 0) {
            return STATUS_BUFFER_OVERFLOW;
        }
        Size = Destination->MaximumLength;
        Status = STATUS_BUFFER_OVERFLOW;
    }
    RtlUnicodeToMultiByteN(Destination->Buffer, Size - 1, &Length, Source->Buffer, Source->Length);
    Destination->Buffer[Length] = 0;
    Destination->Length = (USHORT)Length;
    return Status;
}

NTSYSAPI VOID NTAPI RtlFreeAnsiString(PANSI_STRING String)
{
    PAGED_CODE();

    if (String->Buffer != NULL) {
        ExFreePoolWithTag(String->Buffer, 0);
        RtlZeroMemory(String, sizeof(*String));
    }
}
