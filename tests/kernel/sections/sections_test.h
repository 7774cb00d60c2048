/* A test driver with several pages of each kind of section, and what its files share. */
#ifndef SECTIONS_TEST_H
#define SECTIONS_TEST_H

#include <ntddk.h>

#define PAGES 3
#define WORDS (PAGES * PAGE_SIZE / sizeof(ULONG))

/* PAGE code of more than two pages: the middle of it is padding that is jumped over. */
#define LONG_FUNCTION() __asm__ volatile("jmp 1f\n\t.space 9000, 0x90\n1:")

extern ULONG PagedNumbers[WORDS]; /* PAGEDATA  */
extern ULONG PlainNumbers[WORDS]; /* .data     */
extern PDRIVER_OBJECT TheDriver;
extern ULONG Points, Failures;

ULONG NTAPI PagedCode(ULONG Value);  /* PAGE, > 2 pages             */
ULONG NTAPI PagedCode2(ULONG Value); /* PAGE, after it              */
ULONG NTAPI SuffixCode(ULONG Value); /* PAGElock                    */
ULONG NTAPI PlainCode(ULONG Value);  /* .text, > 2 pages            */

VOID Check(BOOLEAN Ok, PCSTR Name);
/* All pageable memory out to the page file. */
VOID TrimOut(VOID);
BOOLEAN AllValid(PVOID Base); /* of PAGES pages */
BOOLEAN NoneValid(PVOID Base);
ULONG Sum(const ULONG *Numbers);
ULONG CallAtDispatch(ULONG(NTAPI *Routine)(ULONG), ULONG Value);
PVOID Middle(PVOID Routine); /* an address in the second page of a long function's padding */

VOID TestSections(VOID); /* sections.c: locking, counts, handles, MDLs          */
VOID TestEntire(VOID);   /* entire.c: MmPageEntireDriver, MmResetDriverPaging   */

#endif
