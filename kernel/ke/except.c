/* Structured exceptions: a walk along the frames at fs:[0].
 *
 * Each frame says what it wants when it is called: 0 go on where it happened (with the context as
 * the handler left it), 1 ask the next one. A handler that takes the exception for good does not
 * return: it unwinds (RtlUnwind) and jumps. Frames lie on the faulting thread's stack and are
 * touched by that thread only. A frame outside the stack ends the walk: nobody took it. */
#include "ki.h"

typedef enum _KI_DISPOSITION {
    ContinueExecution,
    ContinueSearch,
    NestedException,
    CollidedUnwind
} KI_DISPOSITION;

typedef struct _KI_FRAME KI_FRAME;
typedef KI_DISPOSITION(__cdecl *KI_HANDLER)(PEXCEPTION_RECORD Record, KI_FRAME *Frame,
                                            PCONTEXT Context, PVOID Dispatcher);
struct _KI_FRAME {
    KI_FRAME *Next;
    KI_HANDLER Handler;
};

/* NT's CONTEXT for i386; the floating-point part is not filled. */
typedef struct _CONTEXT {
    ULONG ContextFlags;
    ULONG Dr[6];
    UCHAR FloatSave[112];
    ULONG SegGs, SegFs, SegEs, SegDs;
    ULONG Edi, Esi, Ebx, Edx, Ecx, Eax, Ebp;
    ULONG Eip, SegCs, EFlags, Esp, SegSs;
    UCHAR ExtendedRegisters[512];
} CONTEXT;
C_ASSERT(FIELD_OFFSET(CONTEXT, Edi) == 0x9C);
C_ASSERT(FIELD_OFFSET(CONTEXT, Eip) == 0xB8);
C_ASSERT(sizeof(CONTEXT) == 0x2CC);

#define CONTEXT_FULL_I386   0x00010007u
#define FLAG_NONCONTINUABLE 1u
#define FLAG_UNWINDING      2u
#define FLAG_EXIT_UNWIND    4u

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
            return (Record->ExceptionFlags & FLAG_NONCONTINUABLE) == 0;
        }
    }
    return FALSE;
}

BOOLEAN KiDispatchException(NTSTATUS Code, PKTRAP_FRAME Trap, ULONG Count, ULONG_PTR *Information)
{
    EXCEPTION_RECORD record;
    CONTEXT context;
    ULONG i;

    if (Trap->ExceptionList == KI_EXCEPTION_CHAIN_END) {
        return FALSE;
    }
    RtlZeroMemory(&record, sizeof(record));
    record.ExceptionCode = Code;
    record.ExceptionAddress = (PVOID)Trap->Eip;
    record.NumberParameters = Count;
    for (i = 0; i < Count; i++) {
        record.ExceptionInformation[i] = Information[i];
    }
    RtlZeroMemory(&context, sizeof(context));
    context.ContextFlags = CONTEXT_FULL_I386;
    context.SegGs = context.SegEs = context.SegDs = context.SegSs = KGDT_R0_DATA;
    context.SegFs = KGDT_R0_PCR;
    context.SegCs = Trap->SegCs;
    context.Edi = Trap->Edi;
    context.Esi = Trap->Esi;
    context.Ebx = Trap->Ebx;
    context.Edx = Trap->Edx;
    context.Ecx = Trap->Ecx;
    context.Eax = Trap->Eax;
    context.Ebp = Trap->Ebp;
    context.Eip = Trap->Eip;
    context.EFlags = Trap->EFlags;
    context.Esp = (ULONG)&Trap->HardwareEsp;

    /* The handlers unwind from the frames as they were when it happened. */
    KiSetExceptionList(Trap->ExceptionList);
    if (!KiWalkFrames(&record, &context, Trap->ExceptionList)) {
        return FALSE;
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
    return TRUE;
}

/* The caller's registers matter to nobody: whoever takes it unwinds to its own frame. */
VOID KeRaiseStatus(NTSTATUS Status)
{
    EXCEPTION_RECORD record;
    CONTEXT context;
    PULONG frame = __builtin_frame_address(0);

    RtlZeroMemory(&record, sizeof(record));
    record.ExceptionCode = Status;
    record.ExceptionFlags = FLAG_NONCONTINUABLE;
    record.ExceptionAddress = (PVOID)frame[1];
    RtlZeroMemory(&context, sizeof(context));
    context.ContextFlags = CONTEXT_FULL_I386;
    context.SegCs = KGDT_R0_CODE;
    context.SegFs = KGDT_R0_PCR;
    context.SegGs = context.SegEs = context.SegDs = context.SegSs = KGDT_R0_DATA;
    context.Eip = frame[1];
    context.Ebp = frame[0];
    context.Esp = (ULONG)(frame + 2);
    context.EFlags = KiFlags();
    KiWalkFrames(&record, &context, KiExceptionList());
    if (KiIrql() > APC_LEVEL) {
        KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)Status, frame[1], 0, 0);
    }
    KeBugCheckEx(SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, (ULONG_PTR)Status, frame[1],
                 (ULONG_PTR)&record, (ULONG_PTR)&context);
}
