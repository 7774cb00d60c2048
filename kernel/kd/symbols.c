/* The kernel's own symbols, put into its image by the build: routine addresses in ascending order
 * and their names. Read-only and resident, so that a bugcheck at any IRQL can name what it finds.
 */
#include "kdp.h"

typedef struct _KD_SYMBOL {
    ULONG Rva;
    ULONG NameOffset;
} KD_SYMBOL;

extern const ULONG KdpSymbolCount;
extern const KD_SYMBOL KdpSymbols[];
extern const CHAR KdpSymbolNames[];
extern UCHAR __ImageBase[];

#define MAX_ROUTINE_SIZE 0x4000 /* further away than this, the nearest name says nothing */

BOOLEAN KdLookupSymbol(PVOID Address, PCSTR *Name, PULONG Offset)
{
    ULONG Rva = (ULONG)((PUCHAR)Address - __ImageBase);
    ULONG Low = 0, High = KdpSymbolCount;

    if ((PUCHAR)Address < __ImageBase || High == 0) {
        return FALSE;
    }
    while (Low < High) { /* first symbol beyond the address */
        ULONG Middle = (Low + High) / 2;

        if (KdpSymbols[Middle].Rva <= Rva) {
            Low = Middle + 1;
        } else {
            High = Middle;
        }
    }
    if (Low == 0 || Rva - KdpSymbols[Low - 1].Rva >= MAX_ROUTINE_SIZE) {
        return FALSE;
    }
    *Name = KdpSymbolNames + KdpSymbols[Low - 1].NameOffset;
    *Offset = Rva - KdpSymbols[Low - 1].Rva;
    return TRUE;
}
