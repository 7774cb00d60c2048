/* Structured exceptions: from a fault or a raise to the frame that takes it.
 *
 *   frame list    fs:[0], innermost first; each frame: next, handler. On the thread's own stack,
 *                 touched by that thread only
 *   search        KiWalkFrames calls each handler: 0 go on where it happened, 1 ask the next
 *   take it       a handler that wants it does not return: RtlUnwind back to its own frame (each
 *                 frame on the way is called with UNWINDING and taken off), then jumps
 *   nobody        0x7E in a thread, 0x1E above APC_LEVEL
 *
 * _except_handler3 is the handler that Microsoft's compilers and clang put into their frames for
 * __try. A frame outside the stack ends the walk. A fault in the system range at low IRQL never
 * gets here: MmAccessFault stops the machine. */
#include "ki.h"
#include "seh.h"

static BOOLEAN KiFrameValid(KI_FRAME *Frame)
{
    PKIPCR pcr = KiPcr();
    ULONG at = (ULONG)Frame;

    if ((at & 3) != 0) {
        return FALSE;
    }
    return (at >= (ULONG)pcr->StackLimit && at + sizeof(*Frame) <= (ULONG)pcr->StackBase) ||
           (pcr->Prcb->DpcRoutineActive &&
            at >= (ULONG)pcr->Prcb->DpcStack - KI_DPC_STACK_SIZE &&
            at < (ULONG)pcr->Prcb->DpcStack);
}

static BOOLEAN KiWalkFrames(PEXCEPTION_RECORD Record, PCONTEXT Context, KI_FRAME *Frame)
{
    PVOID dispatcher = NULL;

    for (; Frame != KI_EXCEPTION_CHAIN_END; Frame = Frame->Next) {
        if (!KiFrameValid(Frame)) {
            return FALSE;
        }
        if (Frame->Handler(Record, Frame, Context, &dispatcher) == ContinueExecution) {
            return (Record->ExceptionFlags & EXCEPTION_NONCONTINUABLE) == 0;
        }
    }
    return FALSE;
}

DECLSPEC_NORETURN static VOID KiUnhandled(PEXCEPTION_RECORD Record, PCONTEXT Context, KIRQL Irql,
                                          PKTRAP_FRAME Trap)
{
    ULONG_PTR code = (ULONG_PTR)Record->ExceptionCode;
    ULONG_PTR address = (ULONG_PTR)Record->ExceptionAddress;

    if (Irql > APC_LEVEL) {
        KeBugCheckTrap(KMODE_EXCEPTION_NOT_HANDLED, code, address, Record->ExceptionInformation[0],
                       Record->ExceptionInformation[1], Trap);
    }
    KeBugCheckTrap(SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, code, address, (ULONG_PTR)Record,
                   (ULONG_PTR)Context, Trap);
}

static VOID KiFillContext(PCONTEXT Context, PKTRAP_FRAME Trap)
{
    RtlZeroMemory(Context, sizeof(*Context));
    Context->ContextFlags = CONTEXT_FULL_I386;
    Context->SegGs = Context->SegEs = Context->SegDs = Context->SegSs = KGDT_R0_DATA;
    Context->SegFs = KGDT_R0_PCR;
    Context->SegCs = KGDT_R0_CODE;
    Context->Edi = Trap->Edi;
    Context->Esi = Trap->Esi;
    Context->Ebx = Trap->Ebx;
    Context->Edx = Trap->Edx;
    Context->Ecx = Trap->Ecx;
    Context->Eax = Trap->Eax;
    Context->Ebp = Trap->Ebp;
    Context->Eip = Trap->Eip;
    Context->EFlags = Trap->EFlags;
}

VOID KiDispatchException(NTSTATUS Code, PKTRAP_FRAME Trap, ULONG Count, ULONG_PTR Information0,
                         ULONG_PTR Information1)
{
    EXCEPTION_RECORD record;
    CONTEXT context;

    RtlZeroMemory(&record, sizeof(record));
    record.ExceptionCode = Code;
    record.ExceptionAddress = (PVOID)Trap->Eip;
    record.NumberParameters = Count;
    record.ExceptionInformation[0] = Information0;
    record.ExceptionInformation[1] = Information1;
    KiFillContext(&context, Trap);
    context.Esp = (ULONG)&Trap->HardwareEsp;

    /* The handlers unwind from the frames as they were when it happened. */
    KiSetExceptionList(Trap->ExceptionList);
    if (!KiWalkFrames(&record, &context, Trap->ExceptionList)) {
        KiUnhandled(&record, &context, (KIRQL)Trap->PreviousIrql, Trap);
    }
    Trap->Edi = context.Edi;
    Trap->Esi = context.Esi;
    Trap->Ebx = context.Ebx;
    Trap->Edx = context.Edx;
    Trap->Ecx = context.Ecx;
    Trap->Eax = context.Eax;
    Trap->Ebp = context.Ebp;
    Trap->Eip = context.Eip;
    Trap->EFlags = context.EFlags;
}

/* KeRaiseStatus and ExRaiseStatus, with the caller's registers from seh.asm. */
VOID KiRaiseStatus(NTSTATUS Status, const KI_RAISE_REGISTERS *Registers)
{
    EXCEPTION_RECORD record;
    CONTEXT context;
    KTRAP_FRAME trap;

    RtlZeroMemory(&trap, sizeof(trap));
    trap.Ebx = Registers->Ebx;
    trap.Esi = Registers->Esi;
    trap.Edi = Registers->Edi;
    trap.Ebp = trap.DbgEbp = Registers->Ebp;
    trap.Eip = trap.DbgEip = Registers->Eip;
    trap.EFlags = KiFlags();
    trap.PreviousIrql = KiIrql();
    RtlZeroMemory(&record, sizeof(record));
    record.ExceptionCode = Status;
    record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
    record.ExceptionAddress = (PVOID)Registers->Eip;
    KiFillContext(&context, &trap);
    context.Esp = (ULONG)(Registers + 1);
    KiWalkFrames(&record, &context, KiExceptionList());
    KiUnhandled(&record, &context, KiIrql(), &trap);
}

VOID NTAPI ExRaiseAccessViolation(VOID)
{
    ExRaiseStatus(STATUS_ACCESS_VIOLATION);
}

VOID NTAPI ExRaiseDatatypeMisalignment(VOID)
{
    ExRaiseStatus(STATUS_DATATYPE_MISALIGNMENT);
}

/* RtlUnwind: calls every frame inside Target (NULL: all of them) and takes it off the list. */
VOID KiUnwindFrames(KI_FRAME *Target, PEXCEPTION_RECORD Record)
{
    EXCEPTION_RECORD own;
    CONTEXT context;
    PVOID dispatcher = NULL;
    KI_FRAME *frame;

    if (Record == NULL) {
        RtlZeroMemory(&own, sizeof(own));
        own.ExceptionCode = STATUS_UNWIND;
        Record = &own;
    }
    Record->ExceptionFlags |= SEH_UNWINDING | (Target == NULL ? SEH_EXIT_UNWIND : 0);
    RtlZeroMemory(&context, sizeof(context));
    while ((frame = KiExceptionList()) != KI_EXCEPTION_CHAIN_END && frame != Target) {
        if (!KiFrameValid(frame)) {
            KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)STATUS_BAD_STACK,
                         (ULONG_PTR)frame, 0, 0);
        }
        frame->Handler(Record, frame, &context, &dispatcher);
        KiSetExceptionList(frame->Next);
    }
}

/* Leaves __try blocks from the inside out until Stop is the current level, running what is
 * __finally. The level is stepped outward first: a block that raises is not run twice. */
static VOID KiLocalUnwind(KI_SCOPE_FRAME *Frame, LONG Stop)
{
    while (Frame->TryLevel != Stop && Frame->TryLevel != SEH_OUTSIDE) {
        const KI_SCOPE *scope = &Frame->ScopeTable[Frame->TryLevel];

        Frame->TryLevel = scope->EnclosingLevel;
        if (scope->Filter == NULL) {
            KiCallInFrame(scope->Handler, &Frame->Ebp);
        }
    }
}

int __cdecl _except_handler3(PEXCEPTION_RECORD Record, PVOID EstablisherFrame, PCONTEXT Context,
                             PVOID Dispatcher)
{
    KI_SCOPE_FRAME *frame = EstablisherFrame;
    EXCEPTION_POINTERS pointers = { Record, Context };
    const KI_SCOPE *scope;
    int disposition = ContinueSearch;
    LONG level, answer;

    if (Record->ExceptionFlags & (SEH_UNWINDING | SEH_EXIT_UNWIND)) {
        KiLocalUnwind(frame, SEH_OUTSIDE);
        return ContinueSearch;
    }
    SEH_POINTERS(frame) = &pointers;
    for (level = frame->TryLevel; level != SEH_OUTSIDE; level = scope->EnclosingLevel) {
        scope = &frame->ScopeTable[level];
        if (scope->Filter == NULL) {
            continue;
        }
        answer = KiCallInFrame(scope->Filter, &frame->Ebp);
        if (answer < 0) {
            disposition = ContinueExecution;
            break;
        }
        if (answer > 0) {
            RtlUnwind(frame, NULL, NULL, NULL);
            KiLocalUnwind(frame, level);
            frame->TryLevel = scope->EnclosingLevel;
            KiEnterHandler(scope->Handler, &frame->Ebp, SEH_SAVED_ESP(frame), Context);
        }
    }
    SEH_POINTERS(frame) = NULL;
    return disposition;
}
