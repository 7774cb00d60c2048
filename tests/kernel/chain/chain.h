/* A diamond of imports: test_imports.sys uses chaina.sys and chainb.sys, chaina.sys uses
 * chainb.sys. */
#ifndef CHAIN_H
#define CHAIN_H

#include <ntddk.h>

/* chainb.sys: 1, 2, 3 … with each call, and what was called when. */
ULONG NTAPI ChainStep(VOID);
/* chainb.sys, exported without a name. */
ULONG NTAPI ChainByOrdinal(VOID);
/* chaina.sys: which step its DllInitialize was, 0: it has not run. */
ULONG NTAPI ChainaStep(VOID);
/* Exported by chaina.sys, forwarded to chainb.sys. */
ULONG NTAPI ChainForwarded(VOID);

/* Whether a registry path ends with \NAME. */
static inline BOOLEAN EndsWith(PUNICODE_STRING Path, PCWSTR Name)
{
    UNICODE_STRING Tail, Wanted;

    RtlInitUnicodeString(&Wanted, Name);
    if (Path == NULL || Path->Length <= Wanted.Length) {
        return FALSE;
    }
    Tail.Buffer = Path->Buffer + (Path->Length - Wanted.Length) / sizeof(WCHAR);
    Tail.Length = Tail.MaximumLength = Wanted.Length;
    return RtlEqualUnicodeString(&Tail, &Wanted, TRUE);
}

#endif
