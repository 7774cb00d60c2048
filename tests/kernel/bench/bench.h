/* What the files of the benchmark driver share. Everything runs in the thread that writes to
 * \Device\Bench, one benchmark at a time; helper threads end before their benchmark returns. */
#ifndef BENCH_H
#define BENCH_H

#include <ntddk.h>

#define BENCH_TAG       0x636E6542 /* "Benc" */
#define BENCH_SAMPLES   1024

/* Does the work Count times at most and leaves the time stamp counter's difference of each time in
 * Samples; returns how often, 0 when the benchmark could not be run. */
typedef ULONG BENCH_ROUTINE(PULONG Samples, ULONG Count);

extern PDRIVER_OBJECT BenchDriver;

BENCH_ROUTINE BenchDemandZero, BenchDemandZeroClear, BenchSoftFault, BenchHardFault;
BENCH_ROUTINE BenchPageOut, BenchPageIn;
BENCH_ROUTINE BenchLockSection, BenchProbeLock, BenchMapUnmap, BenchPool64, BenchPool1024;
BENCH_ROUTINE BenchSwitch, BenchThread, BenchWorkItem, BenchDpc, BenchSpinLock;
BENCH_ROUTINE BenchIrp, BenchIrp2;
BENCH_ROUTINE BenchLoadUnload, BenchFileRead;

/* Completes an IRP and returns its status. */
NTSTATUS BenchComplete(PIRP Irp, NTSTATUS Status, ULONG Information);

/* Time since Start, which KeQueryPerformanceCounter gave, in units of 1/PerSecond seconds. */
ULONG BenchElapsed(LARGE_INTEGER Start, ULONG PerSecond);

/* The low half of the time stamp counter; nothing measured here takes 2^32 ticks. */
FORCEINLINE ULONG BenchNow(VOID)
{
    ULONG Low, High;

    __asm__ __volatile__("rdtsc" : "=a"(Low), "=d"(High) : : "memory");
    return Low;
}

#endif
