/* wdm/rtlstr.h: counted strings: comparing, copying, case, conversion to and from numbers. */
#ifndef _WDM_RTLSTR_
#define _WDM_RTLSTR_

/* Counted strings, 8 bits */

/* Sets up a counted string for a zero-terminated one; RtlInitAnsiString is the same.
 *
 *   DestinationString  points into SourceString from now on
 *   SourceString       the text, or NULL for an empty string
 *   IRQL               any
 *   see                RtlInitString, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlInitString(PSTRING DestinationString, PCSZ SourceString);
NTSYSAPI VOID NTAPI RtlInitAnsiString(PANSI_STRING DestinationString, PCSZ SourceString);

/* Copies a counted string; what does not fit is cut off.
 *
 *   DestinationString  with a buffer of MaximumLength bytes
 *   SourceString       from where, or NULL for nothing
 *   IRQL               <= DISPATCH_LEVEL when nonpaged
 *   see                RtlCopyString, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlCopyString(PSTRING DestinationString, const STRING *SourceString);

/* The order of two strings.
 *
 *   String1          one
 *   String2          the other
 *   CaseInSensitive  TRUE: a and A are equal
 *   returns          negative, 0 or positive
 *   IRQL             any, when nonpaged
 *   see              RtlCompareString, Windows driver documentation, wdm.h */
NTSYSAPI LONG NTAPI RtlCompareString(const STRING *String1, const STRING *String2,
                                     BOOLEAN CaseInSensitive);

/* Whether two strings are equal.
 *
 *   String1          one
 *   String2          the other
 *   CaseInSensitive  TRUE: a and A are equal
 *   returns          TRUE: they are
 *   IRQL             any, when nonpaged
 *   see              RtlEqualString, Windows driver documentation, wdm.h */
NTSYSAPI BOOLEAN NTAPI RtlEqualString(const STRING *String1, const STRING *String2,
                                      BOOLEAN CaseInSensitive);

/* Copies a string in upper case; what does not fit is cut off.
 *
 *   DestinationString  with a buffer
 *   SourceString       from where
 *   IRQL               any, when nonpaged
 *   see                RtlUpperString, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlUpperString(PSTRING DestinationString, const STRING *SourceString);

/* A character in upper case.
 *
 *   Character  any
 *   returns    the same, unless it is a lower-case letter
 *   IRQL       any
 *   see        RtlUpperChar, Windows driver documentation, wdm.h */
NTSYSAPI CHAR NTAPI RtlUpperChar(CHAR Character);

/* Frees what RtlUnicodeStringToAnsiString has allocated.
 *
 *   AnsiString  its destination; empty afterwards
 *   IRQL        <= APC_LEVEL
 *   see         RtlFreeAnsiString, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlFreeAnsiString(PANSI_STRING AnsiString);

/* The number that a string begins with.
 *
 *   String   may begin with blanks, a sign, 0x, 0o or 0b
 *   Base     2, 8, 10 or 16; 0: as the string says
 *   Value    receives the number
 *   returns  STATUS_SUCCESS; STATUS_INVALID_PARAMETER: another base
 *   IRQL     any, when nonpaged
 *   see      RtlCharToInteger, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlCharToInteger(PCSZ String, ULONG Base, PULONG Value);

/* Counted strings, 16 bits */

/* Sets up a UNICODE_STRING for a zero-terminated one.
 *
 *   DestinationString  points into SourceString from now on
 *   SourceString       the text, or NULL for an empty string
 *   IRQL               any
 *   see                RtlInitUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString);

/* Copies a string; what does not fit is cut off.
 *
 *   DestinationString  with a buffer of MaximumLength bytes
 *   SourceString       from where, or NULL for nothing
 *   IRQL               <= DISPATCH_LEVEL when nonpaged
 *   see                RtlCopyUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING DestinationString,
                                         PCUNICODE_STRING SourceString);

/* Appends a zero-terminated string.
 *
 *   Destination  with room in its buffer
 *   Source       what to append, or NULL
 *   returns      STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL: nothing was changed
 *   IRQL         <= DISPATCH_LEVEL when nonpaged
 *   see          RtlAppendUnicodeToString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source);

/* Appends a counted string.
 *
 *   Destination  with room in its buffer
 *   Source       what to append
 *   returns      STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL: nothing was changed
 *   IRQL         <= DISPATCH_LEVEL when nonpaged
 *   see          RtlAppendUnicodeStringToString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Destination,
                                                       PCUNICODE_STRING Source);

/* The order of two strings.
 *
 *   String1          one
 *   String2          the other
 *   CaseInSensitive  TRUE: upper and lower case are equal
 *   returns          negative, 0 or positive
 *   IRQL             PASSIVE_LEVEL as Microsoft has it; here any, when nonpaged
 *   see              RtlCompareUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                            BOOLEAN CaseInSensitive);

/* Whether two strings are equal.
 *
 *   String1          one
 *   String2          the other
 *   CaseInSensitive  TRUE: upper and lower case are equal
 *   returns          TRUE: they are
 *   IRQL             as RtlCompareUnicodeString
 *   see              RtlEqualUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                             BOOLEAN CaseInSensitive);

/* Whether one string begins with another.
 *
 *   String1          the beginning
 *   String2          the longer one
 *   CaseInSensitive  TRUE: upper and lower case are equal
 *   returns          TRUE: it does
 *   IRQL             as RtlCompareUnicodeString
 *   see              RtlPrefixUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                              BOOLEAN CaseInSensitive);

/* Copies a string in upper case, or, RtlDowncaseUnicodeString, in lower case.
 *
 *   DestinationString          with a buffer, or without one to be allocated
 *   SourceString               from where; may be the same
 *   AllocateDestinationString  TRUE: allocate; RtlFreeUnicodeString frees it
 *   returns                    STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY
 *   IRQL                       PASSIVE_LEVEL
 *   see                        RtlUpcaseUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString,
                                               PCUNICODE_STRING SourceString,
                                               BOOLEAN AllocateDestinationString);
NTSYSAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString,
                                                 PCUNICODE_STRING SourceString,
                                                 BOOLEAN AllocateDestinationString);

/* A character in upper case, or, RtlDowncaseUnicodeChar, in lower case.
 *
 *   SourceCharacter  any
 *   returns          the same, unless it is a letter of the other case
 *   IRQL             PASSIVE_LEVEL as Microsoft has it; here any
 *   see              RtlUpcaseUnicodeChar, Windows driver documentation, wdm.h */
NTSYSAPI WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR SourceCharacter);
NTSYSAPI WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR SourceCharacter);

/* Frees a string that an Rtl routine has allocated.
 *
 *   UnicodeString  its destination; empty afterwards
 *   IRQL           PASSIVE_LEVEL
 *   see            RtlFreeUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString);

/* A number for a string, for hash tables.
 *
 *   String           the string
 *   CaseInSensitive  TRUE: the same for upper and lower case
 *   HashAlgorithm    HASH_STRING_ALGORITHM_DEFAULT or _X65599, which are the same
 *   HashValue        receives the number
 *   returns          STATUS_SUCCESS; STATUS_INVALID_PARAMETER
 *   IRQL             PASSIVE_LEVEL
 *   see              RtlHashUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING String, BOOLEAN CaseInSensitive,
                                             ULONG HashAlgorithm, PULONG HashValue);

#define HASH_STRING_ALGORITHM_DEFAULT 0
#define HASH_STRING_ALGORITHM_X65599 1
#define HASH_STRING_ALGORITHM_INVALID 0xffffffff

FORCEINLINE VOID RtlInitEmptyUnicodeString(PUNICODE_STRING String, PWCHAR Buffer, USHORT Size)
{
    String->Length = 0;
    String->MaximumLength = Size;
    String->Buffer = Buffer;
}

FORCEINLINE VOID RtlInitEmptyAnsiString(PANSI_STRING String, PCHAR Buffer, USHORT Size)
{
    String->Length = 0;
    String->MaximumLength = Size;
    String->Buffer = Buffer;
}

/* Conversion */

/* From 8 to 16 bits a character. The code page is Latin-1.
 *
 *   DestinationString          with a buffer, or without one to be allocated; ends in a zero
 *   SourceString               from where
 *   AllocateDestinationString  TRUE: allocate; RtlFreeUnicodeString frees it
 *   returns                    STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW; STATUS_NO_MEMORY;
 *                              STATUS_INVALID_PARAMETER_2: too long
 *   IRQL                       PASSIVE_LEVEL
 *   see                        RtlAnsiStringToUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
                                                     const STRING *SourceString,
                                                     BOOLEAN AllocateDestinationString);

/* From 16 to 8 bits a character. What has no place there becomes a question mark.
 *
 *   DestinationString          with a buffer, or without one to be allocated; ends in a zero
 *   SourceString               from where
 *   AllocateDestinationString  TRUE: allocate; RtlFreeAnsiString frees it
 *   returns                    STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW: cut off; STATUS_NO_MEMORY
 *   IRQL                       PASSIVE_LEVEL
 *   see                        RtlUnicodeStringToAnsiString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString,
                                                     PCUNICODE_STRING SourceString,
                                                     BOOLEAN AllocateDestinationString);

/* Bytes that a converted string takes, its zero included; RtlxUnicodeStringToAnsiSize is for the
 * other way.
 *
 *   AnsiString  the string to convert
 *   returns     bytes
 *   IRQL        PASSIVE_LEVEL
 *   see         RtlxAnsiStringToUnicodeSize, Windows driver documentation, wdm.h */
NTSYSAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(const STRING *AnsiString);
NTSYSAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString);
#define RtlAnsiStringToUnicodeSize(String) (((String)->Length + sizeof(ANSI_NULL)) * sizeof(WCHAR))
#define RtlUnicodeStringToAnsiSize(String)                                                         \
    (((String)->Length + sizeof(UNICODE_NULL)) / sizeof(WCHAR))

/* Converts characters without a header; RtlUnicodeToMultiByteN is for the other way.
 *
 *   UnicodeString            receives them, without a zero
 *   MaxBytesInUnicodeString  its size
 *   BytesInUnicodeString     receives the bytes written; may be NULL
 *   MultiByteString          from where
 *   BytesInMultiByteString   how many
 *   returns                  STATUS_SUCCESS; what does not fit is left out
 *   IRQL                     PASSIVE_LEVEL
 *   see                      RtlMultiByteToUnicodeN, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH UnicodeString, ULONG MaxBytesInUnicodeString,
                                               PULONG BytesInUnicodeString,
                                               const CHAR *MultiByteString,
                                               ULONG BytesInMultiByteString);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR MultiByteString,
                                               ULONG MaxBytesInMultiByteString,
                                               PULONG BytesInMultiByteString, PCWCH UnicodeString,
                                               ULONG BytesInUnicodeString);

/* Writes a number.
 *
 *   Value    the number
 *   Base     2, 8, 10 or 16; 0: 10
 *   String   with a buffer; gets a zero if there is room
 *   returns  STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW; STATUS_INVALID_PARAMETER: another base
 *   IRQL     PASSIVE_LEVEL
 *   see      RtlIntegerToUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String);

/* RtlIntegerToUnicodeString for 64 bits.
 *
 *   Value    the number
 *   Base     as there
 *   String   as there
 *   returns  as there
 *   IRQL     PASSIVE_LEVEL
 *   see      RtlInt64ToUnicodeString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base,
                                                PUNICODE_STRING String);

/* The number that a string begins with.
 *
 *   String   as for RtlCharToInteger
 *   Base     as there
 *   Value    receives the number
 *   returns  STATUS_SUCCESS; STATUS_INVALID_PARAMETER: another base
 *   IRQL     PASSIVE_LEVEL
 *   see      RtlUnicodeStringToInteger, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base,
                                                  PULONG Value);

/* Writes a GUID as {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}.
 *
 *   Guid        the GUID
 *   GuidString  allocated; RtlFreeUnicodeString frees it
 *   returns     STATUS_SUCCESS; STATUS_NO_MEMORY
 *   IRQL        PASSIVE_LEVEL
 *   see         RtlStringFromGUID, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString);

/* Reads what RtlStringFromGUID has written.
 *
 *   GuidString  the text
 *   Guid        receives the GUID
 *   returns     STATUS_SUCCESS; STATUS_INVALID_PARAMETER
 *   IRQL        PASSIVE_LEVEL
 *   see         RtlGUIDFromString, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid);
#define RtlIntPtrToUnicodeString(Value, Base, String) RtlIntegerToUnicodeString(Value, Base, String)

#endif
