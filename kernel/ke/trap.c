/* Exceptions: what each vector means, and who gets it.
 *
 *   #PF            MmAccessFault, interrupts on again if they were (else it counts as a fault at
 *                  HIGH_LEVEL); it resolves the fault, stops the machine, or returns a status to
 *                  be raised (user-half address at or below APC_LEVEL)
 *   #DE #BR #OF #UD #BP #DB #AC  raised as an NTSTATUS to the SEH frames at fs:[0]
 *                  (except.c); nobody took it: 0x7E in a thread, 0x1E above APC_LEVEL
 *   the rest       0x7F with the vector; NMI 0x80, machine check 0x9C
 *
 * Double fault never comes here: it has a task of its own (processor.c). */
#include "ki.h"
#include "mm.h"
#include "ex.h"

#define VECTOR_DIVIDE           0
#define VECTOR_DEBUG            1
#define VECTOR_NMI              2
#define VECTOR_BREAKPOINT       3
#define VECTOR_OVERFLOW         4
#define VECTOR_BOUND            5
#define VECTOR_INVALID_OPCODE   6
#define VECTOR_PAGE_FAULT       14
#define VECTOR_ALIGNMENT        17
#define VECTOR_MACHINE_CHECK    18
#define VECTOR_LAST             31

#define AV_READ     0           /* EXCEPTION_RECORD of an access violation: information 0 */
#define AV_WRITE    1
#define AV_EXECUTE  8

static VOID KiPageFault(PKTRAP_FRAME Trap)
{
    KIRQL irql = KiIrql();
    PVOID address;
    NTSTATUS status;

    __asm__ volatile("mov %%cr2, %0" : "=r"(address));
    if (Trap->EFlags & KI_INTERRUPTS_ON) {
        __asm__ volatile("sti" : : : "memory");
    }
    if (ExFixSListFault(Trap)) {        /* a pop that lost its entry: it starts over */
        return;
    }
    if (!(Trap->EFlags & KI_INTERRUPTS_ON)) {
        KiSetIrql(HIGH_LEVEL);          /* nothing may be waited for either */
    }
    status = MmAccessFault(Trap->ErrCode, address, Trap);
    KiSetIrql(irql);
    if (!NT_SUCCESS(status)) {
        KiDispatchException(status, Trap, 2,
                            Trap->ErrCode & PF_FETCH ? AV_EXECUTE
                            : Trap->ErrCode & PF_WRITE ? AV_WRITE : AV_READ,
                            (ULONG_PTR)address);
    }
}

/* Called by trapentry.asm with interrupts off; returning resumes from the frame. */
VOID KiHandleException(PKTRAP_FRAME Trap)
{
    if (Trap->Vector == VECTOR_PAGE_FAULT) {
        KiPageFault(Trap);
        return;
    }
    if (Trap->Vector == VECTOR_NMI) {
        KeBugCheckTrap(NMI_HARDWARE_FAILURE, 0, 0, 0, 0, Trap);
    }
    if (Trap->Vector == VECTOR_MACHINE_CHECK) {
        KeBugCheckTrap(MACHINE_CHECK_EXCEPTION, 0, 0, 0, 0, Trap);
    }
    if (Trap->EFlags & KI_INTERRUPTS_ON) {
        __asm__ volatile("sti" : : : "memory");
    }
    switch (Trap->Vector) {
    case VECTOR_DIVIDE:
        KiDispatchException(STATUS_INTEGER_DIVIDE_BY_ZERO, Trap, 0, 0, 0);
        return;
    case VECTOR_DEBUG:
        KiDispatchException(STATUS_SINGLE_STEP, Trap, 0, 0, 0);
        return;
    case VECTOR_BREAKPOINT:
        Trap->Eip--;
        Trap->DbgEip = Trap->Eip;
        KiDispatchException(STATUS_BREAKPOINT, Trap, 1, 0, 0);
        return;
    case VECTOR_OVERFLOW:
        KiDispatchException(STATUS_INTEGER_OVERFLOW, Trap, 0, 0, 0);
        return;
    case VECTOR_BOUND:
        KiDispatchException(STATUS_ARRAY_BOUNDS_EXCEEDED, Trap, 0, 0, 0);
        return;
    case VECTOR_INVALID_OPCODE:
        KiDispatchException(STATUS_ILLEGAL_INSTRUCTION, Trap, 0, 0, 0);
        return;
    case VECTOR_ALIGNMENT:
        KiDispatchException(STATUS_DATATYPE_MISALIGNMENT, Trap, 0, 0, 0);
        return;
    default:
        if (Trap->Vector > VECTOR_LAST) {
            return;         /* a vector nobody programmed: nothing to acknowledge */
        }
        KeBugCheckTrap(UNEXPECTED_KERNEL_MODE_TRAP, Trap->Vector, Trap->ErrCode, 0, Trap->Eip,
                       Trap);
    }
}

/* Called by trapentry.asm with interrupts off. */
VOID KiHandleInterrupt(PKTRAP_FRAME Trap)
{
    ULONG irq = Trap->Vector - HAL_VECTOR_BASE;
    KIRQL old;

    if (HalpBeginInterrupt(irq, &old)) {
        KiCallVector(Trap->Vector, Trap);
        HalpEndInterrupt(irq, old);
    }
}
