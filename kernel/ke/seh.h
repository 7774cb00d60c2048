/* What structured exceptions look like in memory: NT's i386 CONTEXT, frames, scope tables. */
#ifndef PAGODA_SEH_H
#define PAGODA_SEH_H

#include <ntifs.h>

typedef enum _KI_DISPOSITION {
    ContinueExecution,
    ContinueSearch
} KI_DISPOSITION;

typedef struct _KI_FRAME KI_FRAME;
struct _KI_FRAME {
    KI_FRAME *Next;
    int(__cdecl *Handler)(PEXCEPTION_RECORD Record, KI_FRAME *Frame, PCONTEXT Context,
                          PVOID Dispatcher);
};

/* The floating-point part is not filled. */
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
C_ASSERT(FIELD_OFFSET(CONTEXT, Esi) == 0xA0);
C_ASSERT(FIELD_OFFSET(CONTEXT, Ebx) == 0xA4);
C_ASSERT(FIELD_OFFSET(CONTEXT, Eip) == 0xB8);
C_ASSERT(sizeof(CONTEXT) == 0x2CC);

#define CONTEXT_FULL_I386   0x00010007u
#define SEH_UNWINDING       2u          /* EXCEPTION_RECORD.ExceptionFlags */
#define SEH_EXIT_UNWIND     4u
#define SEH_OUTSIDE         (-1)        /* TryLevel: in no __try block     */

/* A __try or its kind within a function; Filter NULL: Handler is a __finally block. */
typedef struct _KI_SCOPE {
    LONG EnclosingLevel;
    PVOID Filter;
    PVOID Handler;
} KI_SCOPE;

/* The frame _except_handler3 works on. Filters and handlers run with EBP = &Ebp; below the frame
 * lie the EXCEPTION_POINTERS that filters look at and the ESP of the function's body. */
typedef struct _KI_SCOPE_FRAME {
    KI_FRAME Frame;
    const KI_SCOPE *ScopeTable;
    LONG TryLevel;
    ULONG Ebp;
} KI_SCOPE_FRAME;
C_ASSERT(FIELD_OFFSET(KI_SCOPE_FRAME, TryLevel) == 0x0C);
C_ASSERT(FIELD_OFFSET(KI_SCOPE_FRAME, Ebp) == 0x10);

#define SEH_POINTERS(ScopeFrame) (((PEXCEPTION_POINTERS *)(ScopeFrame))[-1])
#define SEH_SAVED_ESP(ScopeFrame) (((PVOID *)(ScopeFrame))[-2])

/* What seh.asm leaves of the registers of a routine that raises. */
typedef struct _KI_RAISE_REGISTERS {
    ULONG Ebx, Esi, Edi, Ebp, Eip;
    NTSTATUS Status;
} KI_RAISE_REGISTERS;

VOID KiRaiseStatus(NTSTATUS Status, const KI_RAISE_REGISTERS *Registers);
VOID KiUnwindFrames(KI_FRAME *Target, PEXCEPTION_RECORD Record);
int KiCallInFrame(PVOID Routine, PVOID Ebp);
DECLSPEC_NORETURN VOID KiEnterHandler(PVOID Handler, PVOID Ebp, PVOID Esp, PCONTEXT Context);

#endif
