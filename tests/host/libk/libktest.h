/* What the files of this test share: checks, random numbers and the host's routines they use. The
 * host's headers stay out, because their names are libk's. */
#ifndef LIBKTEST_H
#define LIBKTEST_H

#include <wdm.h>

int printf(const char *Format, ...);
int snprintf(char *Buffer, size_t Count, const char *Format, ...);
void *malloc(size_t Size);
void free(void *Block);

extern unsigned Checks, Failures;
extern long Allocations; /* pool blocks not freed */

void Check(int Good, const char *File, int Line, const char *What);
#define CHECK(What) Check(!!(What), __FILE__, __LINE__, #What)

unsigned Random(unsigned Below);
unsigned long long Random64(void); /* of every length */

void TestMemory(void);
void TestStrings(void);
void TestFormat(void);
void TestArithmetic(void);
void TestBitmap(void);
void TestUnicode(void);
void TestTime(void);

#endif
