/* DbgPrint and its kin, assertions, break points. A message is formatted on the caller's stack
 * outside every lock, so that a bad argument faults in the caller's name, and printed as a piece.
 * Levels and components are not filtered: whoever writes a driver here wants to see what it says.
 * Any IRQL. */
#include "exp.h"

#define MESSAGE_SIZE 512

NTSYSAPI ULONG NTAPI vDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, va_list Arguments)
{
    CHAR Message[MESSAGE_SIZE];
    int Length = _vsnprintf(Message, sizeof(Message), Format, Arguments);

    ExPrintText(Message, Length < 0 ? sizeof(Message) : (ULONG)Length);
    return STATUS_SUCCESS;
}

NTSYSAPI ULONG __cdecl DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    ULONG Status = vDbgPrintEx(ComponentId, Level, Format, Arguments);
    va_end(Arguments);
    return Status;
}

NTSYSAPI ULONG __cdecl DbgPrint(PCSTR Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    ULONG Status = vDbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_INFO_LEVEL, Format, Arguments);
    va_end(Arguments);
    return Status;
}

NTSYSAPI VOID NTAPI DbgBreakPoint(VOID)
{
    __asm__ __volatile__("int3");
}

NTSYSAPI VOID NTAPI DbgBreakPointWithStatus(ULONG Status)
{
    __asm__ __volatile__("int3" : : "a"(Status));
}

NTSYSAPI VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message)
{
    DbgPrint("*** Assertion failed: %s%s%s\n***   Source file: %s, line %u\n",
             Message != NULL ? Message : "", Message != NULL ? ": " : "", (PCSTR)FailedAssertion,
             (PCSTR)FileName, LineNumber);
    DbgBreakPoint();
}
