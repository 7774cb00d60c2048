/* What the sanitizers' run-time parts share: a report on COM1 that needs nothing of the kernel.
 *
 * A report may come from any instrumented line: inside the COM1 lock, at HIGH_LEVEL, before the
 * kernel is initialised. So the text goes to the port directly, polled, with interrupts off,
 * and takes no lock; there is one processor. tools/vm.py looks for the lines. */
#ifndef PAGODA_SANP_H
#define PAGODA_SANP_H

#include <ntifs.h>

/* Interrupts off until SanEnd; FALSE (and nothing to end) while another report is being made. */
BOOLEAN SanBegin(PULONG Flags);
VOID SanText(PCSTR Text);
VOID SanHex(ULONG64 Value);
VOID SanDecimal(LONG Value);
VOID SanEnd(ULONG Flags);

#endif
