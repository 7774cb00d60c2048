/* What mmlib.sys offers to other test drivers. */
#ifndef MMLIB_H
#define MMLIB_H

ULONG NTAPI MmlibCode(ULONG Value); /* in PAGE                      */
PVOID NTAPI MmlibData(VOID);        /* two pages in PAGEDATA; 7 ... */
extern ULONG MmlibNumbers[2048];

#endif
