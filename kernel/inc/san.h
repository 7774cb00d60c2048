/* What the sanitizer builds (make SAN=…, docs/sanitizers.md) ask of the rest of the kernel;
 * nothing in the normal build. */
#ifndef PAGODA_SAN_H
#define PAGODA_SAN_H

#include <ntifs.h>

#ifdef PAGODA_GCOV
/* Gives what has been counted to the host, once, leaving interrupts off; the machine then stops. */
VOID SanDumpCoverage(VOID);
#else
static inline VOID SanDumpCoverage(VOID)
{
}
#endif

#ifdef PAGODA_KASAN
#define SAN_KASAN TRUE
/* Shadow for the first Bytes of a pool's range, all of it forbidden; Shadow has Bytes / 8. */
VOID KasanCoverPool(BOOLEAN Paged, PVOID Base, SIZE_T Bytes, PVOID Shadow);
/* Bytes at Va (8-byte aligned) may be used; what is left of the last 8 may not. */
VOID KasanAllow(PVOID Va, SIZE_T Bytes);
/* Bytes at Va may not be used: they were freed, or never belonged to anybody. */
VOID KasanForbid(PVOID Va, SIZE_T Bytes, BOOLEAN Freed);
/* An access that no instrumented load or store makes; Frame of the routine to be named. */
VOID KasanTouch(const VOID *Va, SIZE_T Bytes, BOOLEAN Store, PVOID Frame);
#else
#define SAN_KASAN FALSE
static inline VOID KasanAllow(PVOID Va, SIZE_T Bytes)
{
}
static inline VOID KasanForbid(PVOID Va, SIZE_T Bytes, BOOLEAN Freed)
{
}
#endif

#endif
