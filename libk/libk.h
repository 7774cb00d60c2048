/* The freestanding library: what its own files share. Everything public is declared in ddk/inc.
 * Compiled into the kernel and, with 32-bit host GCC, into host tests: no kernel state in here but
 * the pool, which the few routines that make strings take memory from. */
#ifndef PAGODA_LIBK_H
#define PAGODA_LIBK_H

#include <wdm.h>

#define LIBK_TAG 'ltRR'

/* One formatted character at a time goes to Put, until Put says FALSE (no more is wanted). */
typedef struct _LIBK_SINK {
    BOOLEAN (*Put)(struct _LIBK_SINK *Sink, WCHAR Character);
    PVOID Buffer;
    SIZE_T Count; /* characters put so far       */
    SIZE_T Most;  /* characters the buffer holds */
} LIBK_SINK, *PLIBK_SINK;

/* A format string of either width; characters are fetched one by one. */
typedef struct _LIBK_FORMAT {
    const CHAR *Narrow; /* one of the two is NULL */
    const WCHAR *Wide;
} LIBK_FORMAT;

/* Formats everything into the sink. Any IRQL, no locks; what %s points to must be resident there.
 */
VOID LibkFormat(PLIBK_SINK Sink, LIBK_FORMAT Format, va_list Arguments);

#endif
