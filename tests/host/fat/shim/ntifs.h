/* What the FAT logic takes from <ntifs.h>, for the host: types, lists, strings, pool.
 *
 * Pool is malloc, so ASan sees every overrun and leak; HostPoolFail makes the n-th allocation from
 * now fail. */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef void VOID, *PVOID;
typedef char CHAR;
typedef uint8_t UCHAR, *PUCHAR, BOOLEAN, *PBOOLEAN;
typedef uint16_t USHORT, *PUSHORT, WCHAR, *PWCHAR;
typedef int32_t LONG, NTSTATUS;
typedef uint32_t ULONG, *PULONG;
typedef int64_t LONGLONG;
typedef uint64_t ULONGLONG;
typedef size_t SIZE_T;
typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink, *Blink;
} LIST_ENTRY, *PLIST_ENTRY;
typedef struct _UNICODE_STRING {
    USHORT Length, MaximumLength;
    PWCHAR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

#define TRUE 1
#define FALSE 0
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define C_ASSERT(e) _Static_assert(e, #e)
#define NT_ASSERT(e) assert(e)
#define NT_SUCCESS(s) ((NTSTATUS)(s) >= 0)
#define PAGED_CODE() ((void)0)
#define CONTAINING_RECORD(p, type, field) ((type *)((char *)(p) - offsetof(type, field)))
#define RtlCopyMemory memcpy
#define RtlZeroMemory(p, n) memset(p, 0, n)
#define RtlFillMemory(p, n, c) memset(p, c, n)

enum { NonPagedPool, PagedPool };
enum {
    FILE_ATTRIBUTE_READONLY = 0x01,
    FILE_ATTRIBUTE_DIRECTORY = 0x10,
    FILE_ATTRIBUTE_ARCHIVE = 0x20
};

#define STATUS_SUCCESS 0
#define STATUS_NO_MORE_FILES ((NTSTATUS)0x80000006)
#define STATUS_INVALID_PARAMETER ((NTSTATUS)0xC000000D)
#define STATUS_END_OF_FILE ((NTSTATUS)0xC0000011)
#define STATUS_DISK_CORRUPT_ERROR ((NTSTATUS)0xC0000032)
#define STATUS_OBJECT_NAME_INVALID ((NTSTATUS)0xC0000033)
#define STATUS_OBJECT_NAME_NOT_FOUND ((NTSTATUS)0xC0000034)
#define STATUS_OBJECT_NAME_COLLISION ((NTSTATUS)0xC0000035)
#define STATUS_OBJECT_PATH_NOT_FOUND ((NTSTATUS)0xC000003A)
#define STATUS_DISK_FULL ((NTSTATUS)0xC000007F)
#define STATUS_INSUFFICIENT_RESOURCES ((NTSTATUS)0xC000009A)
#define STATUS_DIRECTORY_NOT_EMPTY ((NTSTATUS)0xC0000101)
#define STATUS_FILE_CORRUPT_ERROR ((NTSTATUS)0xC0000102)
#define STATUS_FILE_DELETED ((NTSTATUS)0xC0000123)
#define STATUS_UNRECOGNIZED_VOLUME ((NTSTATUS)0xC000014F)
#define STATUS_IO_DEVICE_ERROR ((NTSTATUS)0xC0000185)

extern int HostPoolFail;  /* 0: never; n: the n-th allocation from now fails */
extern int HostPoolCount; /* blocks allocated and not freed */

PVOID ExAllocatePoolWithTag(int Type, SIZE_T Bytes, ULONG Tag);
VOID ExFreePoolWithTag(PVOID Block, ULONG Tag);
WCHAR RtlUpcaseUnicodeChar(WCHAR C);
SIZE_T RtlCompareMemory(const VOID *A, const VOID *B, SIZE_T Length);

static inline VOID InitializeListHead(PLIST_ENTRY Head)
{
    Head->Flink = Head->Blink = Head;
}

static inline VOID InsertTailList(PLIST_ENTRY Head, PLIST_ENTRY Entry)
{
    Entry->Flink = Head;
    Entry->Blink = Head->Blink;
    Head->Blink->Flink = Entry;
    Head->Blink = Entry;
}

static inline VOID RemoveEntryList(PLIST_ENTRY Entry)
{
    Entry->Blink->Flink = Entry->Flink;
    Entry->Flink->Blink = Entry->Blink;
}
