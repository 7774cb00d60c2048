/* Shared by the parser's host tests: seeds read from files, and one routine that does to an image
 * everything the loader would. Every buffer is exactly as long as it may be read, so that the
 * sanitizers see one byte too many. */
#ifndef PE_TEST_H
#define PE_TEST_H

#include <stdbool.h>
#include "pe.h"
#include "peformat.h"

#define NEW_BASE 0xA0010000u

typedef struct _SEED {
    const char *Name;
    UCHAR *Bytes;
    ULONG Size;
} SEED;

extern SEED Seeds[4]; /* plain, large, small, tiny; the checksum as the linker made it */

void Check(bool Condition, const char *What, ...) __attribute__((format(printf, 2, 3)));
UCHAR *CopySeed(const SEED *Seed);
UCHAR *OptionalHeader(UCHAR *File);
UCHAR *SectionHeader(UCHAR *File, ULONG Index);

/* Parses, lays out, relocates, walks exports and imports, fills every IAT slot. The first status
 * that says no. */
NTSTATUS LoadBytes(const UCHAR *File, ULONG Size);

void TestTruncations(void);
void TestChangedBytes(void);
void TestRandomChanges(void);

#endif
