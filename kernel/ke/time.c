/* The clock interrupt, and the time of day that it keeps.
 *
 * Interrupt time, system time and tick count live in KUSER_SHARED_DATA, where anybody reads them
 * without a call: High2, Low, High1 are written in that order by the boot processor's clock
 * interrupt alone, and a reader takes High1, Low, High2 until both highs agree. */
#include "ki.h"

volatile CCHAR KeNumberProcessors = 1;
volatile KSYSTEM_TIME KeTickCount;
ULONG NtBuildNumber = 0xF0000000 | 3790;        /* free build's number, as NT 5.2 has it */

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, KiInitializeTime)
#endif

static ULONG64 KiReadTime(volatile KSYSTEM_TIME *Time)
{
    ULONG low;
    LONG high;

    do {
        high = Time->High1Time;
        low = Time->LowPart;
    } while (high != Time->High2Time);
    return (ULONG64)(ULONG)high << 32 | low;
}

static VOID KiWriteTime(volatile KSYSTEM_TIME *Time, ULONG64 Value)
{
    Time->High2Time = (LONG)(Value >> 32);
    KeMemoryBarrierWithoutFence();
    Time->LowPart = (ULONG)Value;
    KeMemoryBarrierWithoutFence();
    Time->High1Time = (LONG)(Value >> 32);
}

VOID KiInitializeTime(VOID)
{
    static const WCHAR root[] = L"C:\\Pagoda";
    PKUSER_SHARED_DATA shared = SharedUserData;
    LARGE_INTEGER now;

    HalQueryRealTime(&now);
    KiWriteTime(&shared->SystemTime, (ULONG64)now.QuadPart);
    shared->TickCountMultiplier = (ULONG)((HAL_TIME_INCREMENT / 10000) << 24);
    shared->NtMajorVersion = 5;
    shared->NtMinorVersion = 2;
    shared->NtProductType = NtProductServer;
    shared->ProductTypeIsValid = TRUE;
    shared->ProcessorFeatures[PF_RDTSC_INSTRUCTION_AVAILABLE] = TRUE;
    shared->ProcessorFeatures[PF_PAE_ENABLED] = TRUE;
    shared->ProcessorFeatures[PF_NX_ENABLED] = (KeFeatureBits & KF_NX) != 0;
    RtlCopyMemory(shared->NtSystemRoot, root, sizeof(root));
}

/* IRQ 0 at CLOCK2_LEVEL. Trap is NULL when the interrupt was deferred: then IRQL was high. */
VOID KiClockTick(PKTRAP_FRAME Trap)
{
    PKUSER_SHARED_DATA shared = SharedUserData;
    KPRCB *prcb = KiCurrentPrcb();
    PKTHREAD thread = prcb->CurrentThread;
    BOOLEAN dispatch = FALSE;
    ULONG64 ticks;

    KiWriteTime(&shared->InterruptTime, KiReadTime(&shared->InterruptTime) + HAL_TIME_INCREMENT);
    KiWriteTime(&shared->SystemTime, KiReadTime(&shared->SystemTime) + HAL_TIME_INCREMENT);
    ticks = KiReadTime(&KeTickCount) + 1;
    KiWriteTime(&KeTickCount, ticks);
    KiWriteTime(&shared->TickCount, ticks);
    shared->TickCountLowDeprecated = (ULONG)ticks;

    if (Trap == NULL || Trap->PreviousIrql >= DISPATCH_LEVEL) {
        prcb->InterruptTime++;
    } else if (thread == prcb->IdleThread) {
        prcb->IdleTime++;
    } else {
        prcb->KernelTime++;
        thread->KernelTime++;
    }
    if (KiTimerCount != 0) {
        prcb->TimerRequest = TRUE;
        dispatch = TRUE;
    }
    if (thread != prcb->IdleThread) {
        thread->Quantum -= KI_TICK_QUANTUM;
        if (thread->Quantum <= 0) {
            thread->Quantum = 0;
            prcb->QuantumEnd = TRUE;
            dispatch = TRUE;
        }
    }
    if (dispatch) {
        HalRequestSoftwareInterrupt(DISPATCH_LEVEL);
    }
}

ULONGLONG NTAPI KeQueryInterruptTime(VOID)
{
    return KiNow();
}

VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = (LONGLONG)KiReadTime(&SharedUserData->SystemTime);
}

#undef KeQueryTickCount
VOID NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount)
{
    CurrentCount->QuadPart = (LONGLONG)KiReadTime(&KeTickCount);
}

ULONG NTAPI KeQueryTimeIncrement(VOID)
{
    return HAL_TIME_INCREMENT;
}

KAFFINITY NTAPI KeQueryActiveProcessors(VOID)
{
    return ((KAFFINITY)1 << KeNumberProcessors) - 1;
}

ULONG NTAPI KeGetRecommendedSharedDataAlignment(VOID)
{
    return 64;
}
