/* Tests: raised exceptions and faults reach __try, the innermost that wants them first, and
 * __finally runs on the way. sehtest.asm stands for a compiler that knows __try. */
#include "ki.h"
#include "ktthread.h"

NTSTATUS KtTry(VOID (*Routine)(PVOID Context), PVOID Context);
extern volatile ULONG KtFinallyCount;
extern volatile NTSTATUS KtTryCode;
extern volatile LONG KtFilterAnswer;

static VOID KtRaise(PVOID Context)
{
    ExRaiseStatus((NTSTATUS)(ULONG_PTR)Context);
}

static VOID KtTouchUser(PVOID Context)
{
    *(volatile ULONG *)Context = 1;
}

static VOID KtNothing(PVOID Context)
{
}

/* Another __try within: it declines, or it takes it. */
static VOID KtNested(PVOID Context)
{
    KtTry(KtRaise, Context);
}

KTEST(ke_try_takes_what_is_raised)
{
    PVOID list = KiExceptionList();

    KtFilterAnswer = 1;
    KtFinallyCount = 0;
    KCHECK_EQUAL(KtTry(KtNothing, NULL), STATUS_SUCCESS);
    KCHECK_EQUAL(KtFinallyCount, 1);
    KCHECK_EQUAL(KtTry(KtRaise, (PVOID)STATUS_DEVICE_BUSY), STATUS_DEVICE_BUSY);
    KCHECK_EQUAL(KtFinallyCount, 2);
    KCHECK_EQUAL(KtTry(KtTouchUser, (PVOID)0x1000), STATUS_ACCESS_VIOLATION);
    KCHECK_EQUAL(KtFinallyCount, 3);
    KCHECK(KiExceptionList() == list);
    KCHECK(KiFlags() & KI_INTERRUPTS_ON);
    KCHECK_EQUAL(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

KTEST(ke_try_nests)
{
    PVOID list = KiExceptionList();

    KtFilterAnswer = 1;
    KtFinallyCount = 0;
    KCHECK_EQUAL(KtTry(KtNested, (PVOID)STATUS_DEVICE_BUSY), STATUS_SUCCESS);   /* inner took it */
    KCHECK_EQUAL(KtFinallyCount, 2);
    KCHECK(KiExceptionList() == list);
}
