/* Kernel console, symbols and names of codes, for the rest of the kernel. */
#ifndef PAGODA_KD_H
#define PAGODA_KD_H

/* Makes the console's input ready; before KdConsole. */
VOID KdInitSystem(VOID);

/* The console: prompts, reads and runs commands for ever in the calling thread (PASSIVE_LEVEL). */
VOID KdConsole(VOID);

/* The routine of the kernel image an address lies in: its name and how far in. Any IRQL, resident. */
BOOLEAN KdLookupSymbol(PVOID Address, PCSTR *Name, PULONG Offset);

/* "STATUS_NO_MEMORY", or "STATUS_UNKNOWN" for a status not in the list. PASSIVE_LEVEL. */
PCSTR KdStatusName(NTSTATUS Status);

/* "PAGE_FAULT_IN_NONPAGED_AREA", or "UNKNOWN_BUGCHECK". Any IRQL, resident. */
PCSTR KdBugCheckName(ULONG Code);

#endif
