/* The one way text leaves the machine: whole lines to COM1 and the screen.
 *
 * Writers hand over pieces. A piece without a line end waits in a slot that belongs to its writer
 * (a thread, or the interrupt level above it) until the rest comes; a full slot, or the want of
 * one, ends a line early. The prompt with the line being typed is shown last: before anything else
 * is printed its line is ended, and afterwards it is shown again.
 *
 * Guards: PrintLock everything, taken with interrupts off so that any IRQL may print. It is inner
 * to every lock but those of the hardware layer. All of it nonpaged. */
#include "exp.h"

#define SLOT_COUNT  8
#define SLOT_SIZE   512
#define PROMPT_SIZE 256

typedef struct _PRINT_SLOT {
    ULONG_PTR Writer; /* 0: free */
    ULONG Length;
    CHAR Text[SLOT_SIZE];
} PRINT_SLOT, *PPRINT_SLOT;

static volatile LONG PrintLock;
static PRINT_SLOT Slots[SLOT_COUNT];
static ULONG NextVictim;
static CHAR Prompt[PROMPT_SIZE];
static ULONG PromptLength;
static PEX_PRINT_WATCH PrintWatch;
static PVOID PrintWatchContext;

static ULONG LockPrint(VOID)
{
    ULONG Flags = KiDisableInterrupts();

    while (_InterlockedExchange(&PrintLock, 1) != 0) {
        YieldProcessor();
    }
    return Flags;
}

static VOID UnlockPrint(ULONG Flags)
{
    __atomic_store_n(&PrintLock, 0, __ATOMIC_RELEASE);
    KiRestoreInterrupts(Flags);
}

static VOID Send(PCSTR Text, ULONG Length)
{
    HalSerialWrite(Text, Length);
    HalDisplayChars(Text, Length);
}

/* Prints a slot's text as a line and empties the slot. */
static VOID EmitLine(PPRINT_SLOT Slot)
{
    if (PrintWatch != NULL) {
        PrintWatch(PrintWatchContext, Slot->Text, Slot->Length);
    }
    if (PromptLength != 0) {
        Send("\n", 1);
    }
    Send(Slot->Text, Slot->Length);
    Send("\n", 1);
    if (PromptLength != 0) {
        Send(Prompt, PromptLength);
    }
    Slot->Length = 0;
    Slot->Writer = 0;
}

/* The writer's own unfinished line, or a free slot; when there is none, somebody's line ends here.
 */
static PPRINT_SLOT FindSlot(ULONG_PTR Writer)
{
    PPRINT_SLOT Free = NULL;

    for (ULONG Index = 0; Index < SLOT_COUNT; Index++) {
        if (Slots[Index].Writer == Writer) {
            return &Slots[Index];
        }
        if (Slots[Index].Writer == 0 && Free == NULL) {
            Free = &Slots[Index];
        }
    }
    if (Free == NULL) {
        Free = &Slots[NextVictim++ % SLOT_COUNT];
        EmitLine(Free);
    }
    Free->Writer = Writer;
    return Free;
}

VOID ExPrintText(PCSTR Text, ULONG Length)
{
    /* Interrupts and DPCs borrow a thread's name: keep their lines apart from its own. */
    ULONG_PTR Writer =
        (ULONG_PTR)KeGetCurrentThread() | (KeGetCurrentIrql() >= DISPATCH_LEVEL ? 1 : 0);
    ULONG Flags = LockPrint();
    PPRINT_SLOT Slot = NULL;

    for (ULONG Index = 0; Index < Length; Index++) {
        if (Text[Index] == '\r' || Text[Index] == 0) {
            continue;
        }
        if (Slot == NULL || Slot->Writer == 0) {
            Slot = FindSlot(Writer);
        }
        if (Text[Index] == '\n') {
            EmitLine(Slot);
            continue;
        }
        Slot->Text[Slot->Length++] = Text[Index];
        if (Slot->Length == SLOT_SIZE) {
            EmitLine(Slot);
        }
    }
    UnlockPrint(Flags);
}

VOID ExFlushPrint(VOID)
{
    ULONG Flags = LockPrint();

    for (ULONG Index = 0; Index < SLOT_COUNT; Index++) {
        if (Slots[Index].Writer != 0) {
            EmitLine(&Slots[Index]);
        }
    }
    UnlockPrint(Flags);
}

VOID ExSetPrintWatch(PEX_PRINT_WATCH Watch, PVOID Context)
{
    ULONG Flags = LockPrint();

    PrintWatch = Watch;
    PrintWatchContext = Context;
    UnlockPrint(Flags);
}

VOID ExPromptText(PCSTR Text, ULONG Length)
{
    CHAR Copy[PROMPT_SIZE];
    ULONG Same = 0;

    /* Text may be pageable: no touching it with interrupts off. */
    Length = min(Length, PROMPT_SIZE);
    RtlCopyMemory(Copy, Text, Length);

    ULONG Flags = LockPrint();

    while (Same < Length && Same < PromptLength && Copy[Same] == Prompt[Same]) {
        Same++;
    }
    for (ULONG Index = PromptLength; Index > Same; Index--) {
        Send("\b \b", 3);
    }
    Send(Copy + Same, Length - Same);
    RtlCopyMemory(Prompt, Copy, Length);
    PromptLength = Length;
    UnlockPrint(Flags);
}

VOID ExPromptDone(VOID)
{
    ULONG Flags = LockPrint();

    if (PromptLength != 0) {
        Send("\n", 1);
    }
    PromptLength = 0;
    UnlockPrint(Flags);
}

VOID ExPrintRaw(PCSTR Text, ULONG Length)
{
    PrintWatch = NULL;
    if (PromptLength != 0) {
        PromptLength = 0;
        Send("\n", 1);
    }
    for (ULONG Index = 0; Index < SLOT_COUNT; Index++) {
        if (Slots[Index].Writer != 0) {
            EmitLine(&Slots[Index]);
        }
    }
    Send(Text, Length);
}
