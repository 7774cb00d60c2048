/* A fault that cannot be resolved: which bugcheck it is.
 *
 *   IRQL            page              who touched it                    code
 *   any             valid             write to read-only                0xBE
 *   any             valid             fetch from no-execute             0xFC
 *   >= DISPATCH     range of an unloaded driver                         0xD4
 *   >= DISPATCH     pageable section of the toucher's own image         0xD3
 *   >= DISPATCH     anything else, the user half too: a driver / kernel 0xD1 / 0x0A
 *   <= APC          range of an unloaded driver                         0xCE
 *   <= APC          discarded INIT, freed or never backed               0x50
 *   <= APC          pageable, thread is doing paging I/O                0xD3
 *
 * Reads page tables only; takes no lock, since whoever holds one is not coming back. */
#include "mi.h"
#include "ke.h"

VOID MiStopFault(ULONG ErrorCode, PVOID Address, PKTRAP_FRAME Trap, KIRQL Irql)
{
    ULONG_PTR Eip = Trap->Eip;
    MMPTE Pte = MiIsPageTablePresent(Address) ? *MiGetPteAddress(Address) : 0;
    ULONG_PTR Access = (ErrorCode & PF_WRITE) ? 1 : (ErrorCode & PF_FETCH) ? 8 : 0;
    MI_IMAGE *Toucher = MiFindImage((PVOID)Eip);
    MI_IMAGE *Owner = MiFindImage(Address);
    MI_SECTION *Section = Owner ? MiFindSection(Owner, Address) : NULL;
    MM_ADDRESS_NAME Name;

    if (Pte & MI_PTE_VALID) {
        if (ErrorCode & PF_WRITE) {
            KeBugCheckTrap(ATTEMPTED_WRITE_TO_READONLY_MEMORY, (ULONG_PTR)Address, (ULONG_PTR)Pte,
                           (ULONG_PTR)Trap, 0, Trap);
        }
        KeBugCheckTrap(ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY, (ULONG_PTR)Address, (ULONG_PTR)Pte,
                       (ULONG_PTR)Trap, 0, Trap);
    }
    if (Owner == NULL && MmDescribeAddress(Address, &Name) && Name.Unloaded) {
        if (Irql >= DISPATCH_LEVEL) {
            KeBugCheckTrap(SYSTEM_SCAN_AT_RAISED_IRQL_CAUGHT_IMPROPER_DRIVER_UNLOAD,
                           (ULONG_PTR)Address, Irql, Access, Eip, Trap);
        }
        KeBugCheckTrap(DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS, (ULONG_PTR)Address,
                       Access, Eip, 0, Trap);
    }
    if (Irql >= DISPATCH_LEVEL) {
        /* A call into a paged-out function leaves EIP at its first byte. */
        if (Toucher != NULL && Toucher == Owner && Section != NULL && !Section->Discarded &&
            !Section->Resident) {
            KeBugCheckTrap(DRIVER_PORTION_MUST_BE_NONPAGED, (ULONG_PTR)Address, Irql, Access, Eip,
                           Trap);
        }
        if (Toucher != NULL && !Toucher->IsKernel) {
            KeBugCheckTrap(DRIVER_IRQL_NOT_LESS_OR_EQUAL, (ULONG_PTR)Address, Irql, Access, Eip,
                           Trap);
        }
        KeBugCheckTrap(IRQL_NOT_LESS_OR_EQUAL, (ULONG_PTR)Address, Irql, Access, Eip, Trap);
    }
    if (Section != NULL && Section->Discarded) {
        DbgPrint("%s: call or reference into discarded section %s\n", Owner->Name, Section->Name);
    } else if (KeGetCurrentThread()->PagingIo != 0 && Pte != 0) {
        DbgPrint("%s: pageable memory touched while a page is being read or written\n",
                 Toucher ? Toucher->Name : "?");
        KeBugCheckTrap(DRIVER_PORTION_MUST_BE_NONPAGED, (ULONG_PTR)Address, Irql, Access, Eip,
                       Trap);
    }
    KeBugCheckTrap(PAGE_FAULT_IN_NONPAGED_AREA, (ULONG_PTR)Address, Access & 1, Eip,
                   MiIsPageTablePresent(Address) ? 0 : 2, Trap);
}
