/* Interrupt objects: which service routines stand behind a vector.
 *
 * KiVectorLock (interrupts off) guards the lists. A service routine is called without it: the
 * vector's Walkers counts processors that are inside, and disconnecting takes the object out of
 * the list and then waits until nobody walks, so that it may be freed at once. The routine runs
 * at SynchronizeIrql with its object's spin lock held; KeSynchronizeExecution takes the same. */
#include "ki.h"

typedef struct _KI_VECTOR {
    LIST_ENTRY Interrupts;          /* KiVectorLock; read by walkers */
    volatile LONG Walkers;          /* interlocked                   */
} KI_VECTOR;

static KSPIN_LOCK KiVectorLock;
static KI_VECTOR KiVectors[HAL_IRQ_COUNT];

static KI_VECTOR *KiVectorOf(ULONG Vector)
{
    KI_VECTOR *vector = &KiVectors[Vector - HAL_VECTOR_BASE];

    if (vector->Interrupts.Flink == NULL) {
        InitializeListHead(&vector->Interrupts);
    }
    return vector;
}

VOID KeInitializeInterrupt(PKINTERRUPT Interrupt, PKSERVICE_ROUTINE Routine, PVOID Context,
                           PKSPIN_LOCK Lock, ULONG Vector, KIRQL Irql, KIRQL SynchronizeIrql,
                           KINTERRUPT_MODE Mode, BOOLEAN ShareVector)
{
    RtlZeroMemory(Interrupt, sizeof(*Interrupt));
    Interrupt->ServiceRoutine = Routine;
    Interrupt->ServiceContext = Context;
    Interrupt->ActualLock = Lock != NULL ? Lock : &Interrupt->SpinLock;
    Interrupt->Vector = Vector;
    Interrupt->Irql = Irql;
    Interrupt->SynchronizeIrql = SynchronizeIrql;
    Interrupt->Latched = Mode == Latched;
    Interrupt->ShareVector = ShareVector;
}

BOOLEAN KeConnectInterrupt(PKINTERRUPT Interrupt)
{
    ULONG irq = Interrupt->Vector - HAL_VECTOR_BASE, flags;
    BOOLEAN connected = FALSE, first = FALSE;
    KI_VECTOR *vector;
    PKINTERRUPT other;

    /* The clock's line is the kernel's own. */
    if (irq == 0 || irq >= HAL_IRQ_COUNT || Interrupt->Irql != HAL_IRQ_TO_IRQL(irq) ||
        Interrupt->SynchronizeIrql < Interrupt->Irql) {
        return FALSE;
    }
    flags = KiDisableInterrupts();
    KiAcquire(&KiVectorLock);
    vector = KiVectorOf(Interrupt->Vector);
    if (!Interrupt->Connected) {
        first = IsListEmpty(&vector->Interrupts);
        connected = first;
        if (!first) {
            other = CONTAINING_RECORD(vector->Interrupts.Flink, KINTERRUPT, InterruptListEntry);
            connected = other->ShareVector && Interrupt->ShareVector &&
                        other->Latched == Interrupt->Latched;
        }
        if (connected) {
            Interrupt->Connected = TRUE;
            InsertTailList(&vector->Interrupts, &Interrupt->InterruptListEntry);
        }
    }
    KiRelease(&KiVectorLock);
    KiRestoreInterrupts(flags);
    if (first && connected) {
        HalEnableIrq(irq, !Interrupt->Latched);
    }
    return connected;
}

BOOLEAN KeDisconnectInterrupt(PKINTERRUPT Interrupt)
{
    ULONG flags = KiDisableInterrupts();
    BOOLEAN connected, last = FALSE;
    KI_VECTOR *vector;

    KiAcquire(&KiVectorLock);
    vector = KiVectorOf(Interrupt->Vector);
    connected = Interrupt->Connected;
    if (connected) {
        RemoveEntryList(&Interrupt->InterruptListEntry);
        Interrupt->Connected = FALSE;
        last = IsListEmpty(&vector->Interrupts);
        if (last) {
            HalDisableIrq(Interrupt->Vector - HAL_VECTOR_BASE);
        }
    }
    KiRelease(&KiVectorLock);
    KiRestoreInterrupts(flags);
    while (connected && vector->Walkers != 0) {
        YieldProcessor();
    }
    return connected;
}

/* Calls what is connected to a vector: all of it for an edge, which may stand for several
 * devices; up to the first that claims it for a level, which comes again if there is more.
 * On entry IRQL is the vector's and interrupts are off; they are on meanwhile, off on return. */
VOID KiCallVector(ULONG Vector, PKTRAP_FRAME Trap)
{
    KI_VECTOR *vector = &KiVectors[Vector - HAL_VECTOR_BASE];
    PLIST_ENTRY entry;
    PKINTERRUPT interrupt;
    KIRQL irql = KiIrql();
    BOOLEAN claimed;

    KiCurrentPrcb()->InterruptCount++;
    if (Vector == HAL_VECTOR_BASE) {
        __asm__ volatile("sti" : : : "memory");
        KiClockTick(Trap);
        __asm__ volatile("cli" : : : "memory");
        return;
    }
    InterlockedIncrement(&vector->Walkers);
    __asm__ volatile("sti" : : : "memory");
    for (entry = vector->Interrupts.Flink; entry != NULL && entry != &vector->Interrupts;
         entry = entry->Flink) {
        interrupt = CONTAINING_RECORD(entry, KINTERRUPT, InterruptListEntry);
        KiSetIrql(interrupt->SynchronizeIrql);
        KiAcquire(interrupt->ActualLock);
        claimed = interrupt->ServiceRoutine(interrupt, interrupt->ServiceContext);
        KiRelease(interrupt->ActualLock);
        if (KiIrql() != interrupt->SynchronizeIrql) {
            KeBugCheckEx(IRQL_UNEXPECTED_VALUE,
                         (ULONG)KiIrql() << 16 | (ULONG)interrupt->SynchronizeIrql << 8 | 3,
                         (ULONG_PTR)interrupt->ServiceRoutine, (ULONG_PTR)interrupt, 0);
        }
        KfLowerIrql(irql);
        if (claimed && !interrupt->Latched) {
            break;
        }
    }
    __asm__ volatile("cli" : : : "memory");
    InterlockedDecrement(&vector->Walkers);
}

KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)
{
    KIRQL old = KfRaiseIrql(Interrupt->SynchronizeIrql);

    KiAcquire(Interrupt->ActualLock);
    return old;
}

VOID NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)
{
    KiRelease(Interrupt->ActualLock);
    KfLowerIrql(OldIrql);
}

BOOLEAN NTAPI KeSynchronizeExecution(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE Routine,
                                     PVOID Context)
{
    KIRQL old = KeAcquireInterruptSpinLock(Interrupt);
    BOOLEAN result = Routine(Context);

    KeReleaseInterruptSpinLock(Interrupt, old);
    return result;
}
