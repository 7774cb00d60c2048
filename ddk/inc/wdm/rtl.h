/* wdm/rtl.h: run-time library: lists, strings, bitmaps, time, registry helpers, debug output. */
#ifndef _WDM_RTL_
#define _WDM_RTL_

/* Debug output */
#define DPFLTR_ERROR_LEVEL 0
#define DPFLTR_WARNING_LEVEL 1
#define DPFLTR_TRACE_LEVEL 2
#define DPFLTR_INFO_LEVEL 3
#define DPFLTR_MASK 0x80000000
#define DPFLTR_SYSTEM_ID 0
#define DPFLTR_IHVDRIVER_ID 77
#define DPFLTR_IHVVIDEO_ID 78
#define DPFLTR_IHVAUDIO_ID 79
#define DPFLTR_IHVNETWORK_ID 80
#define DPFLTR_IHVSTREAMING_ID 81
#define DPFLTR_IHVBUS_ID 82
#define DPFLTR_DEFAULT_ID 101

/* Prints to COM1, and to the screen until the console runs.
 *
 *   Format   as for printf, with %ws, %wZ (a UNICODE_STRING), %Z, %I64; no floating point
 *   returns  STATUS_SUCCESS, as a ULONG
 *   IRQL     <= DIRQL; %ws and %wZ with pageable text <= APC_LEVEL
 *   see      DbgPrint, Windows driver documentation, wdm.h */
NTSYSAPI ULONG __cdecl DbgPrint(PCSTR Format, ...);

/* DbgPrint that can be filtered by component and level. Nothing is filtered here.
 *
 *   ComponentId  DPFLTR_IHVDRIVER_ID for drivers
 *   Level        DPFLTR_ERROR_LEVEL to DPFLTR_INFO_LEVEL
 *   Format       as for DbgPrint
 *   returns      STATUS_SUCCESS, as a ULONG
 *   IRQL         as DbgPrint
 *   see          DbgPrintEx, Windows driver documentation, wdm.h */
NTSYSAPI ULONG __cdecl DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);

/* DbgPrintEx with the arguments in a va_list.
 *
 *   ComponentId  as there
 *   Level        as there
 *   Format       as there
 *   Arguments    from va_start
 *   returns      as there
 *   IRQL         as DbgPrint
 *   see          vDbgPrintEx, Windows driver documentation, wdm.h */
NTSYSAPI ULONG NTAPI vDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format,
                                 va_list Arguments);

/* Breaks into the kernel debugger. DbgBreakPointWithStatus tells it a number.
 *
 *   IRQL    any
 *   misuse  nobody is there to catch it: bugcheck 0x7E (0x80000003, address, …), at
 *           DISPATCH_LEVEL and above 0x1E
 *   see     DbgBreakPoint, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI DbgBreakPoint(VOID);
NTSYSAPI VOID NTAPI DbgBreakPointWithStatus(ULONG Status);

/* What a failed assertion calls: prints it, then breaks.
 *
 *   FailedAssertion  its text
 *   FileName         where it stands
 *   LineNumber       in that file
 *   Message          more text, or NULL
 *   IRQL             any
 *   see              RtlAssert, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber,
                              PSTR Message);

#if DBG
#define KdPrint(_x_) DbgPrint _x_
#define KdPrintEx(_x_) DbgPrintEx _x_
#define KdBreakPoint() DbgBreakPoint()
#define RTL_ASSERT(e)                                                                              \
    ((e) ? TRUE : (RtlAssert((PVOID)#e, (PVOID)__FILE__, __LINE__, NULL), FALSE))
#define RTL_ASSERTMSG(m, e)                                                                        \
    ((e) ? TRUE : (RtlAssert((PVOID)#e, (PVOID)__FILE__, __LINE__, (PSTR)(m)), FALSE))
#define ASSERT(e) ((void)RTL_ASSERT(e))
#define ASSERTMSG(m, e) ((void)RTL_ASSERTMSG(m, e))
#define NT_ASSERT(e) ((void)RTL_ASSERT(e))
#define NT_VERIFY(e) RTL_ASSERT(e)
#define RTL_VERIFY(e) RTL_ASSERT(e)
#else
#define KdPrint(_x_)
#define KdPrintEx(_x_)
#define KdBreakPoint()
#define RTL_ASSERT(e) ((void)0)
#define ASSERT(e) ((void)0)
#define ASSERTMSG(m, e) ((void)0)
#define NT_ASSERT(e) ((void)0)
#define NT_VERIFY(e) ((e) ? TRUE : FALSE)
#define RTL_VERIFY(e) ((e) ? TRUE : FALSE)
#endif

/* Doubly linked lists */
FORCEINLINE VOID InitializeListHead(PLIST_ENTRY ListHead)
{
    ListHead->Flink = ListHead->Blink = ListHead;
}

FORCEINLINE BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead)
{
    return ListHead->Flink == ListHead;
}

/* Returns TRUE when the list is empty afterwards. */
FORCEINLINE BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)
{
    PLIST_ENTRY Flink = Entry->Flink;
    PLIST_ENTRY Blink = Entry->Blink;

    Blink->Flink = Flink;
    Flink->Blink = Blink;
    return Flink == Blink;
}

FORCEINLINE PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY Entry = ListHead->Flink;

    ListHead->Flink = Entry->Flink;
    Entry->Flink->Blink = ListHead;
    return Entry;
}

FORCEINLINE PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY Entry = ListHead->Blink;

    ListHead->Blink = Entry->Blink;
    Entry->Blink->Flink = ListHead;
    return Entry;
}

FORCEINLINE VOID InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    PLIST_ENTRY Flink = ListHead->Flink;

    Entry->Flink = Flink;
    Entry->Blink = ListHead;
    Flink->Blink = Entry;
    ListHead->Flink = Entry;
}

FORCEINLINE VOID InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    PLIST_ENTRY Blink = ListHead->Blink;

    Entry->Flink = ListHead;
    Entry->Blink = Blink;
    Blink->Flink = Entry;
    ListHead->Blink = Entry;
}

FORCEINLINE VOID AppendTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListToAppend)
{
    PLIST_ENTRY ListEnd = ListHead->Blink;

    ListHead->Blink->Flink = ListToAppend;
    ListHead->Blink = ListToAppend->Blink;
    ListToAppend->Blink->Flink = ListHead;
    ListToAppend->Blink = ListEnd;
}

FORCEINLINE PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY ListHead)
{
    PSINGLE_LIST_ENTRY First = ListHead->Next;

    if (First != NULL) {
        ListHead->Next = First->Next;
    }
    return First;
}

FORCEINLINE VOID PushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY Entry)
{
    Entry->Next = ListHead->Next;
    ListHead->Next = Entry;
}

/* Memory: the macros are what drivers compile to, the exports are for those that import them. */

/* How many bytes at the beginning of two ranges are equal.
 *
 *   Source1  one
 *   Source2  the other
 *   Length   bytes of both
 *   returns  the number; Length: they are equal
 *   IRQL     any, as long as both may be touched at it
 *   see      RtlCompareMemory, Windows driver documentation, wdm.h */
NTSYSAPI SIZE_T NTAPI RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length);

/* How many bytes at the beginning of a range repeat a ULONG.
 *
 *   Source   aligned to 4
 *   Length   bytes, a multiple of 4
 *   Pattern  the ULONG
 *   returns  the number, a multiple of 4
 *   IRQL     any
 *   see      RtlCompareMemoryUlong, Windows driver documentation, wdm.h */
NTSYSAPI SIZE_T NTAPI RtlCompareMemoryUlong(PVOID Source, SIZE_T Length, ULONG Pattern);

/* memmove, memset and the like as exports. The names are macros too, which is what drivers
 * compile to.
 *
 *   Destination  where
 *   Source       from where; may overlap
 *   Length       bytes
 *   IRQL         any, as long as the memory may be touched at it
 *   see          RtlMoveMemory, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlMoveMemory(PVOID Destination, const VOID *Source, SIZE_T Length);
NTSYSAPI VOID NTAPI RtlFillMemory(PVOID Destination, SIZE_T Length, UCHAR Fill);

/* Fills a range with a ULONG.
 *
 *   Destination  aligned to 4
 *   Length       bytes, a multiple of 4
 *   Pattern      the ULONG
 *   IRQL         any
 *   see          RtlFillMemoryUlong, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlFillMemoryUlong(PVOID Destination, SIZE_T Length, ULONG Pattern);
NTSYSAPI VOID NTAPI RtlZeroMemory(PVOID Destination, SIZE_T Length);
#define RtlCopyMemory(Destination, Source, Length) memcpy((Destination), (Source), (Length))
#define RtlCopyBytes RtlCopyMemory
#define RtlMoveMemory(Destination, Source, Length) memmove((Destination), (Source), (Length))
#define RtlFillMemory(Destination, Length, Fill) memset((Destination), (Fill), (Length))
#define RtlFillBytes RtlFillMemory
#define RtlZeroMemory(Destination, Length) memset((Destination), 0, (Length))
#define RtlZeroBytes RtlZeroMemory
#define RtlEqualMemory(Left, Right, Length) (memcmp((Left), (Right), (Length)) == 0)

FORCEINLINE PVOID RtlSecureZeroMemory(PVOID Destination, SIZE_T Length)
{
    memset(Destination, 0, Length);
    __asm__ __volatile__("" : : "r"(Destination) : "memory");
    return Destination;
}

#define RtlRetrieveUlong(Destination, Source) memcpy((Destination), (Source), sizeof(ULONG))
#define RtlStoreUlong(Address, Value)                                                              \
    do {                                                                                           \
        ULONG _value = (Value);                                                                    \
        memcpy((Address), &_value, sizeof(ULONG));                                                 \
    } while (0)
#define RtlRetrieveUshort(Destination, Source) memcpy((Destination), (Source), sizeof(USHORT))
#define RtlStoreUshort(Address, Value)                                                             \
    do {                                                                                           \
        USHORT _value = (Value);                                                                   \
        memcpy((Address), &_value, sizeof(USHORT));                                                \
    } while (0)

/* Turns the bytes of a 2-, 4- or 8-byte value round.
 *
 *   Source   the value
 *   returns  the same, back to front
 *   IRQL     any
 *   see      RtlUshortByteSwap, Windows driver documentation, wdm.h */
NTSYSAPI USHORT FASTCALL RtlUshortByteSwap(USHORT Source);
NTSYSAPI ULONG FASTCALL RtlUlongByteSwap(ULONG Source);
NTSYSAPI ULONGLONG FASTCALL RtlUlonglongByteSwap(ULONGLONG Source);
#define RtlUshortByteSwap(Source) __builtin_bswap16(Source)
#define RtlUlongByteSwap(Source) ((ULONG)__builtin_bswap32(Source))
#define RtlUlonglongByteSwap(Source) __builtin_bswap64(Source)

/* Bitmaps */
typedef struct _RTL_BITMAP {
    ULONG SizeOfBitMap;             /* bits */
    PULONG Buffer;
} RTL_BITMAP, *PRTL_BITMAP;

typedef struct _RTL_BITMAP_RUN {
    ULONG StartingIndex;
    ULONG NumberOfBits;
} RTL_BITMAP_RUN, *PRTL_BITMAP_RUN;

/* Sets up a bitmap. Bit 0 is the lowest of the first ULONG.
 *
 *   BitMapHeader  points to the buffer from now on
 *   BitMapBuffer  ULONGs enough, not changed
 *   SizeOfBitMap  in bits
 *   IRQL          any; this and all that follows: when header and buffer are nonpaged
 *   see           RtlInitializeBitMap, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer,
                                        ULONG SizeOfBitMap);

/* Sets or clears: RtlClearAllBits, RtlSetAllBits all of them, RtlClearBit, RtlSetBit one.
 *
 *   BitMapHeader  the bitmap
 *   BitNumber     which, below its size
 *   IRQL          any, when nonpaged
 *   see           RtlClearAllBits, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlClearAllBits(PRTL_BITMAP BitMapHeader);
NTSYSAPI VOID NTAPI RtlSetAllBits(PRTL_BITMAP BitMapHeader);
NTSYSAPI VOID NTAPI RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber);
NTSYSAPI VOID NTAPI RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber);

/* Whether a bit is set.
 *
 *   BitMapHeader  the bitmap
 *   BitNumber     which, below its size
 *   returns       TRUE: it is
 *   IRQL          any, when nonpaged
 *   see           RtlTestBit, Windows driver documentation, wdm.h */
NTSYSAPI BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber);

/* Clears, or, RtlSetBits, sets bits in a row.
 *
 *   BitMapHeader   the bitmap
 *   StartingIndex  the first one
 *   NumberToClear  how many; all of them inside the bitmap
 *   IRQL           any, when nonpaged
 *   see            RtlClearBits, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex,
                                 ULONG NumberToClear);
NTSYSAPI VOID NTAPI RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet);

/* Whether bits in a row are all clear, or, RtlAreBitsSet, all set.
 *
 *   BitMapHeader   the bitmap
 *   StartingIndex  the first one
 *   Length         how many
 *   returns        TRUE: they are; FALSE also outside the bitmap and for none
 *   IRQL           any, when nonpaged
 *   see            RtlAreBitsClear, Windows driver documentation, wdm.h */
NTSYSAPI BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex,
                                       ULONG Length);
NTSYSAPI BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length);

/* Finds clear bits in a row, or, RtlFindSetBits, set ones.
 *
 *   BitMapHeader  the bitmap
 *   NumberToFind  how many
 *   HintIndex     where to begin; the search goes on from 0 after the end
 *   returns       the first one's number; 0xFFFFFFFF: there are none
 *   IRQL          any, when nonpaged
 *   see           RtlFindClearBits, Windows driver documentation, wdm.h */
NTSYSAPI ULONG NTAPI RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind,
                                      ULONG HintIndex);
NTSYSAPI ULONG NTAPI RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind,
                                    ULONG HintIndex);

/* RtlFindClearBits, and sets them; RtlFindSetBitsAndClear is the other way round.
 *
 *   BitMapHeader  the bitmap
 *   NumberToFind  how many
 *   HintIndex     where to begin
 *   returns       as RtlFindClearBits
 *   IRQL          any, when nonpaged
 *   see           RtlFindClearBitsAndSet, Windows driver documentation, wdm.h */
NTSYSAPI ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind,
                                            ULONG HintIndex);
NTSYSAPI ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind,
                                            ULONG HintIndex);

/* The first clear bits in a row, or, RtlFindLongestRunClear, most of them in a row.
 *
 *   BitMapHeader   the bitmap
 *   StartingIndex  receives the first one's number
 *   returns        how many; 0: none
 *   IRQL           any, when nonpaged
 *   see            RtlFindFirstRunClear, Windows driver documentation, wdm.h */
NTSYSAPI ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex);
NTSYSAPI ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex);

/* The next clear bits in a row.
 *
 *   BitMapHeader      the bitmap
 *   FromIndex         where to begin
 *   StartingRunIndex  receives the first one's number
 *   returns           how many; 0: none
 *   IRQL              any, when nonpaged
 *   see               RtlFindNextForwardRunClear, Windows driver documentation, wdm.h */
NTSYSAPI ULONG NTAPI RtlFindNextForwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
                                                PULONG StartingRunIndex);

/* How many bits are clear, or, RtlNumberOfSetBits, set.
 *
 *   BitMapHeader  the bitmap
 *   returns       the number
 *   IRQL          any, when nonpaged
 *   see           RtlNumberOfClearBits, Windows driver documentation, wdm.h */
NTSYSAPI ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader);
NTSYSAPI ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader);
#define RtlCheckBit(BitMapHeader, Bit) (((BitMapHeader)->Buffer[(Bit) / 32] >> ((Bit) % 32)) & 1)

/* Time: 100 ns units since 1601 */

/* Takes a time apart.
 *
 *   Time        units of 100 ns since 1601-01-01
 *   TimeFields  receives year, month and so on; Weekday 0 is Sunday
 *   IRQL        any
 *   see         RtlTimeToTimeFields, Windows driver documentation, wdm.h */
NTSYSAPI VOID NTAPI RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields);

/* Puts a time together. Weekday is ignored.
 *
 *   TimeFields  year, month and so on
 *   Time        receives units of 100 ns since 1601-01-01
 *   returns     FALSE: there is no such time
 *   IRQL        any
 *   see         RtlTimeFieldsToTime, Windows driver documentation, wdm.h */
NTSYSAPI BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time);

/* Seconds since 1970, as Unix counts, and back; the routines with 1980 count from there.
 *
 *   Time            units of 100 ns since 1601-01-01
 *   ElapsedSeconds  receives seconds
 *   returns         FALSE: the time is before that year or after what 32 bits hold
 *   IRQL            any
 *   see             RtlTimeToSecondsSince1970, Windows driver documentation, wdm.h */
NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds);
NTSYSAPI VOID NTAPI RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time);
NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1980(PLARGE_INTEGER Time, PULONG ElapsedSeconds);
NTSYSAPI VOID NTAPI RtlSecondsSince1980ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time);

/* 64-bit arithmetic of old */
#define RtlConvertLongToLargeInteger(Value)                                                        \
    ((LARGE_INTEGER){.QuadPart = (LONGLONG)(LONG)(Value)})
#define RtlConvertUlongToLargeInteger(Value)                                                       \
    ((LARGE_INTEGER){.QuadPart = (LONGLONG)(ULONGLONG)(ULONG)(Value)})
#define RtlLargeIntegerAdd(Left, Right)                                                            \
    ((LARGE_INTEGER){.QuadPart = (Left).QuadPart + (Right).QuadPart})
#define RtlLargeIntegerSubtract(Left, Right)                                                       \
    ((LARGE_INTEGER){.QuadPart = (Left).QuadPart - (Right).QuadPart})

/* Products and quotients of 64 bits, from before compilers had them.
 *
 *   Multiplicand  one factor
 *   Multiplier    the other
 *   returns       the product
 *   IRQL          any
 *   see           RtlEnlargedIntegerMultiply, Windows driver documentation, wdm.h */
NTSYSAPI LARGE_INTEGER NTAPI RtlEnlargedIntegerMultiply(LONG Multiplicand, LONG Multiplier);
NTSYSAPI LARGE_INTEGER NTAPI RtlExtendedIntegerMultiply(LARGE_INTEGER Multiplicand,
                                                        LONG Multiplier);
NTSYSAPI LARGE_INTEGER NTAPI RtlExtendedLargeIntegerDivide(LARGE_INTEGER Dividend, ULONG Divisor,
                                                           PULONG Remainder);

/* Registry */
#define RTL_REGISTRY_ABSOLUTE 0
#define RTL_REGISTRY_SERVICES 1
#define RTL_REGISTRY_CONTROL 2
#define RTL_REGISTRY_WINDOWS_NT 3
#define RTL_REGISTRY_DEVICEMAP 4
#define RTL_REGISTRY_USER 5
#define RTL_REGISTRY_MAXIMUM 6
#define RTL_REGISTRY_HANDLE 0x40000000
#define RTL_REGISTRY_OPTIONAL 0x80000000
#define RTL_QUERY_REGISTRY_SUBKEY 0x00000001
#define RTL_QUERY_REGISTRY_TOPKEY 0x00000002
#define RTL_QUERY_REGISTRY_REQUIRED 0x00000004
#define RTL_QUERY_REGISTRY_NOVALUE 0x00000008
#define RTL_QUERY_REGISTRY_NOEXPAND 0x00000010
#define RTL_QUERY_REGISTRY_DIRECT 0x00000020
#define RTL_QUERY_REGISTRY_DELETE 0x00000040

typedef NTSTATUS(NTAPI *PRTL_QUERY_REGISTRY_ROUTINE)(PWSTR ValueName, ULONG ValueType,
                                                     PVOID ValueData, ULONG ValueLength,
                                                     PVOID Context, PVOID EntryContext);

typedef struct _RTL_QUERY_REGISTRY_TABLE {
    PRTL_QUERY_REGISTRY_ROUTINE QueryRoutine;
    ULONG Flags;
    PCWSTR Name;
    PVOID EntryContext;
    ULONG DefaultType;
    PVOID DefaultData;
    ULONG DefaultLength;
} RTL_QUERY_REGISTRY_TABLE, *PRTL_QUERY_REGISTRY_TABLE;

/* Reads several registry values as a table says.
 *
 *   RelativeTo   RTL_REGISTRY_ABSOLUTE: Path is a full one; RTL_REGISTRY_SERVICES: below the
 *                services key; RTL_REGISTRY_HANDLE: Path is a handle; and so on
 *   Path         the key
 *   QueryTable   entry by entry, up to one with neither a routine nor a name: values to store
 *                (RTL_QUERY_REGISTRY_DIRECT) or to give to a routine, subkeys to go into,
 *                defaults
 *   Context      for the routines
 *   Environment  NULL
 *   returns      STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND: no such key, or a required value
 *                is missing; STATUS_INVALID_PARAMETER: a bad entry; STATUS_BUFFER_TOO_SMALL;
 *                STATUS_NO_MEMORY; what a routine returned
 *   IRQL         PASSIVE_LEVEL
 *   see          RtlQueryRegistryValues, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path,
                                               PRTL_QUERY_REGISTRY_TABLE QueryTable,
                                               PVOID Context, PVOID Environment);

/* Writes a registry value; makes the key if it is not there.
 *
 *   RelativeTo   as for RtlQueryRegistryValues
 *   Path         the key
 *   ValueName    its name
 *   ValueType    REG_SZ, REG_DWORD and so on
 *   ValueData    the data
 *   ValueLength  bytes of it
 *   returns      STATUS_SUCCESS, or what ZwCreateKey and ZwSetValueKey return
 *   IRQL         PASSIVE_LEVEL
 *   see          RtlWriteRegistryValue, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName,
                                              ULONG ValueType, PVOID ValueData,
                                              ULONG ValueLength);

/* Deletes a registry value.
 *
 *   RelativeTo  as for RtlQueryRegistryValues
 *   Path        the key
 *   ValueName   its name
 *   returns     STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND
 *   IRQL        PASSIVE_LEVEL
 *   see         RtlDeleteRegistryValue, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName);

/* Makes a registry key, or, RtlCheckRegistryKey, looks whether it is there.
 *
 *   RelativeTo  as for RtlQueryRegistryValues
 *   Path        the key
 *   returns     STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND
 *   IRQL        PASSIVE_LEVEL
 *   see         RtlCreateRegistryKey, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path);
NTSYSAPI NTSTATUS NTAPI RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path);

/* Version */
typedef struct _OSVERSIONINFOW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
} OSVERSIONINFOW, *POSVERSIONINFOW, RTL_OSVERSIONINFOW, *PRTL_OSVERSIONINFOW;

typedef struct _OSVERSIONINFOEXW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
    USHORT wServicePackMajor;
    USHORT wServicePackMinor;
    USHORT wSuiteMask;
    UCHAR wProductType;
    UCHAR wReserved;
} OSVERSIONINFOEXW, *POSVERSIONINFOEXW, RTL_OSVERSIONINFOEXW, *PRTL_OSVERSIONINFOEXW;

#define VER_PLATFORM_WIN32_NT 2

/* Which NT this kernel behaves as.
 *
 *   VersionInformation  dwOSVersionInfoSize set to the size of one of the two structures;
 *                       receives the rest
 *   returns             STATUS_SUCCESS
 *   IRQL                PASSIVE_LEVEL
 *   see                 RtlGetVersion, Windows driver documentation, wdm.h */
NTSYSAPI NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW VersionInformation);

/* Takes frames off the list at fs:[0], calling the handler of each with UNWINDING set: what a
 * handler does before it jumps into its own function.
 *
 *   TargetFrame      the frame to stop at, which stays; NULL: all of them
 *   TargetIp         where to go on, with the caller's registers; NULL: where it was called
 *   ExceptionRecord  of the exception; NULL: one with STATUS_UNWIND is made
 *   ReturnValue      found in EAX
 *   IRQL             that of the exception
 *   misuse           a frame outside the stack: bugcheck 0x1E
 *   see              RtlUnwind, Windows documentation, winnt.h */
NTSYSAPI VOID NTAPI RtlUnwind(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord,
                              PVOID ReturnValue);

#endif
