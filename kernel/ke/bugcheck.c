/* The end: one contracted line, then what helps to understand it, then nothing any more.
 *
 * Everything runs at HIGH_LEVEL with interrupts off and touches only resident code and data; no
 * lock is waited for (KeBugCheckActive tells the output routines). Who is to blame, for the
 * line's IMAGE+offset SECTION:
 *
 *   page fault in a pageable section at high IRQL (0xD3)   the address: that section is wrong
 *   any other fault                                        the instruction
 *   … when that is in no image                             who called it
 *   … and a routine of the kernel called with nonsense     the first driver on the stack
 *
 * A bugcheck within a bugcheck says so in one more line and stops. */
#include "ki.h"
#include "san.h"
#include "mm.h"
#include "kd.h"
#include "ex.h"

#define MAX_FRAMES  24                  /* on COM1 */
#define SCREEN_FRAMES 12                /* on the screen: the first line must stay on it */
#define LINE        160
#define ATTRIBUTE   0x1F                /* white on blue */

volatile BOOLEAN KeBugCheckActive;
PVOID KeBugCheckSite;
static volatile LONG KiBugCheckCount;
static LIST_ENTRY KiBugCheckCallbacks = { &KiBugCheckCallbacks, &KiBugCheckCallbacks };
static BOOLEAN KiOffScreen;             /* what is printed goes to COM1 alone */
static KSPIN_LOCK KiCallbackLock;       /* guards the list; HIGH_LEVEL */

static VOID KiPrint(PCSTR Format, ...)
{
    CHAR line[LINE];
    va_list arguments;
    int length;

    va_start(arguments, Format);
    length = _vsnprintf(line, sizeof(line) - 1, Format, arguments);
    va_end(arguments);
    if (length < 0 || length > (int)sizeof(line) - 1) {
        length = sizeof(line) - 1;
    }
    line[length] = 0;
    HalSerialWrite(line, (ULONG)length);
    if (!KiOffScreen) {
        HalDisplayChars(line, (ULONG)length);
    }
}

static BOOLEAN KiInKernel(const MM_ADDRESS_NAME *Name)
{
    return strcmp(Name->Image, "ntoskrnl.exe") == 0;
}

static BOOLEAN KiDescribe(ULONG Address, PMM_ADDRESS_NAME Name)
{
    return MmDescribeAddress((PVOID)Address, Name) && Name->Image[0] != '-';
}

/* Finds the image and section to blame; FALSE if none is known. */
static BOOLEAN KiFindCulprit(ULONG Code, ULONG_PTR P1, ULONG Eip, const ULONG *Frames, ULONG Count,
                             PMM_ADDRESS_NAME Name)
{
    MM_ADDRESS_NAME caller;
    BOOLEAN found;
    ULONG i;

    if (Code == DRIVER_PORTION_MUST_BE_NONPAGED && KiDescribe(P1, Name)) {
        return TRUE;
    }
    if (KeBugCheckSite != NULL && KiDescribe((ULONG)KeBugCheckSite, Name)) {
        return TRUE;
    }
    found = KiDescribe(Eip, Name);
    if (found && !KiInKernel(Name)) {
        return TRUE;
    }
    for (i = 0; i < Count; i++) {
        if (KiDescribe(Frames[i] - 1, &caller) && !KiInKernel(&caller)) {
            caller.Offset++;
            *Name = caller;
            return TRUE;
        }
    }
    return found;
}

static VOID KiPrintFrame(ULONG Address)
{
    MM_ADDRESS_NAME name;
    PCSTR symbol;
    ULONG offset;

    if (!KiDescribe(Address, &name)) {
        KiPrint("  %08lX\n", Address);
    } else if (KiInKernel(&name) && KdLookupSymbol((PVOID)Address, &symbol, &offset)) {
        KiPrint("  %08lX  %s!%s+0x%lX\n", Address, name.Image, symbol, offset);
    } else {
        KiPrint("  %08lX  %s+0x%lX %s%s\n", Address, name.Image, name.Offset, name.Section,
                name.Unloaded ? " (unloaded)" : "");
    }
}

static VOID KiRunCallbacks(VOID)
{
    PLIST_ENTRY entry;
    PKBUGCHECK_CALLBACK_RECORD record;

    for (entry = KiBugCheckCallbacks.Flink; entry != &KiBugCheckCallbacks; entry = entry->Flink) {
        if (!KeIsAddressMapped(entry)) {
            return;
        }
        record = CONTAINING_RECORD(entry, KBUGCHECK_CALLBACK_RECORD, Entry);
        if (record->State == BufferInserted) {
            record->State = BufferStarted;
            record->CallbackRoutine(record->Buffer, record->Length);
            record->State = BufferFinished;
        }
    }
}

/* When a call went to an address that holds no code there is no frame for it yet: the return
 * address is on top of the stack. */
static ULONG KiCallerOnTop(PKTRAP_FRAME Trap)
{
    PULONG top = Trap->Vector == 8 ? (PULONG)Trap->HardwareEsp : &Trap->HardwareEsp;

    return KeIsAddressMapped(top) ? *top : 0;
}

DECLSPEC_NORETURN static VOID KiBugCheck(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3,
                                         ULONG_PTR P4, ULONG Eip, ULONG Ebp, PKTRAP_FRAME Trap)
{
    ULONG frames[MAX_FRAMES], count = 0, i;
    MM_ADDRESS_NAME culprit;
    CHAR stop[24];
    LONG nesting;

    KiDisableInterrupts();
    KeBugCheckActive = TRUE;
    nesting = InterlockedIncrement(&KiBugCheckCount);
    if (nesting > 1) {
        if (nesting == 2) {
            KiPrint("*** stopped again: 0x%08lX at %08lX\n", Code, Eip);
        }
        HalHalt();
    }
    KiSetIrql(HIGH_LEVEL);
    if (Trap != NULL && !MmDescribeAddress((PVOID)Eip, &culprit)) {
        frames[count++] = KiCallerOnTop(Trap);
    }
    count += KeStackTrace(frames + count, MAX_FRAMES - count, Ebp);

    ExPrintRaw("", 0);              /* what was said without a line end, and the prompt's line */
    HalDisplaySetAttribute(ATTRIBUTE);
    KiPrint("\n");
    if (KiFindCulprit(Code, P1, Eip, frames, count, &culprit)) {
        KiPrint("*** STOP: 0x%08lX (0x%08lX,0x%08lX,0x%08lX,0x%08lX) %s %s+0x%lX %s\n", Code, P1,
                P2, P3, P4, KdBugCheckName(Code), culprit.Image, culprit.Offset, culprit.Section);
    } else {
        KiPrint("*** STOP: 0x%08lX (0x%08lX,0x%08lX,0x%08lX,0x%08lX) %s - -\n", Code, P1, P2, P3,
                P4, KdBugCheckName(Code));
    }
    if (Trap != NULL) {
        KiPrint("eip %08lX  eflags %08lX  irql %lu  error %lX  thread %p\n", Trap->Eip,
                Trap->EFlags, Trap->PreviousIrql, Trap->ErrCode, KiCurrentThread());
        KiPrint("eax %08lX  ebx %08lX  ecx %08lX  edx %08lX  esi %08lX  edi %08lX  ebp %08lX\n",
                Trap->Eax, Trap->Ebx, Trap->Ecx, Trap->Edx, Trap->Esi, Trap->Edi, Trap->Ebp);
    }
    KiPrint("stack:\n");
    KiPrintFrame(Eip);
    for (i = 0; i < count; i++) {
        KiOffScreen = i >= SCREEN_FRAMES;
        KiPrintFrame(frames[i]);
    }
    KiOffScreen = FALSE;
    KiRunCallbacks();
    KiPrint("Pagoda has stopped.\n");
    SanDumpCoverage();
    _snprintf(stop, sizeof(stop), "stop 0x%08lX\n", Code);
    HalDebugConString(stop);
    HalHalt();
}

VOID NTAPI KeBugCheckEx(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4)
{
    PULONG frame = __builtin_frame_address(0);

    KiBugCheck(Code, P1, P2, P3, P4, frame[1], frame[0], NULL);
}

VOID NTAPI KeBugCheck(ULONG Code)
{
    PULONG frame = __builtin_frame_address(0);

    KiBugCheck(Code, 0, 0, 0, 0, frame[1], frame[0], NULL);
}

VOID KeBugCheckTrap(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4,
                    PKTRAP_FRAME Trap)
{
    KiBugCheck(Code, P1, P2, P3, P4, Trap->Eip, Trap->Ebp, Trap);
}

BOOLEAN NTAPI KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
                                         PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine,
                                         PVOID Buffer, ULONG Length, PUCHAR Component)
{
    ULONG flags = KiDisableInterrupts();
    BOOLEAN registered = FALSE;

    KiAcquire(&KiCallbackLock);
    if (CallbackRecord->State == BufferEmpty) {
        CallbackRecord->CallbackRoutine = CallbackRoutine;
        CallbackRecord->Buffer = Buffer;
        CallbackRecord->Length = Length;
        CallbackRecord->Component = Component;
        CallbackRecord->State = BufferInserted;
        InsertTailList(&KiBugCheckCallbacks, &CallbackRecord->Entry);
        registered = TRUE;
    }
    KiRelease(&KiCallbackLock);
    KiRestoreInterrupts(flags);
    return registered;
}

BOOLEAN NTAPI KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)
{
    ULONG flags = KiDisableInterrupts();
    BOOLEAN removed = FALSE;

    KiAcquire(&KiCallbackLock);
    if (CallbackRecord->State == BufferInserted) {
        RemoveEntryList(&CallbackRecord->Entry);
        CallbackRecord->State = BufferEmpty;
        removed = TRUE;
    }
    KiRelease(&KiCallbackLock);
    KiRestoreInterrupts(flags);
    return removed;
}

VOID KeRefuseToRun(PCSTR Sentence)
{
    KiDisableInterrupts();
    KeBugCheckActive = TRUE;            /* output waits for nobody */
    KiPrint("\nPagoda cannot run: %s\n", Sentence);
    HalDebugConString("refused: ");
    HalDebugConString(Sentence);
    HalDebugConString("\n");
    HalHalt();
}
