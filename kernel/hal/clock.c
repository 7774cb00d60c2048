/* Time: the PIT's channel 0 ticks every 10 ms (IRQ 0), the time stamp counter measures between.
 *
 * The TSC is calibrated once against the PIT's channel 2, the best of five short rounds: boot must
 * not wait. KeQueryPerformanceCounter is the TSC itself. The CMOS clock is read once at start-up.
 * Everything here is constant after phase 0. */
#include "halp.h"

#define PIT_CHANNEL0        0x40            /* 8254 data sheet */
#define PIT_CHANNEL2        0x42
#define PIT_COMMAND         0x43
#define PIT_RATE2           0x34            /* channel 0, both bytes, mode 2 */
#define PIT_ONESHOT         0xB0            /* channel 2, both bytes, mode 0 */
#define PIT_FREQUENCY       1193182
#define PIT_TICK            11932           /* 10 ms */
#define SPEAKER_PORT        0x61            /* bit 0 gates channel 2, 1 the speaker, 5: output */
#define SPEAKER_GATE2       0x01
#define SPEAKER_DATA        0x02
#define SPEAKER_OUT2        0x20

#define CALIBRATION_COUNT   1432            /* PIT ticks: 1.2 ms */
#define CALIBRATION_ROUNDS  5
#define CALIBRATION_LIMIT   1000000         /* reads of the port, if there is no channel 2 */
#define DEFAULT_TSC         1000000000ull

#define CMOS_INDEX          0x70            /* MC146818 data sheet */
#define CMOS_DATA           0x71
#define CMOS_STATUS_A       0x0A
#define CMOS_STATUS_B       0x0B
#define CMOS_UPDATING       0x80
#define CMOS_BINARY         0x04
#define CMOS_24_HOURS       0x02

ULONG64 HalTscFrequency = DEFAULT_TSC;
static ULONG HalpTscPerMicrosecond = (ULONG)(DEFAULT_TSC / 1000000);

#ifdef ALLOC_PRAGMA
static ULONG64 HalpMeasureTsc(VOID);
static UCHAR HalpReadCmos(UCHAR Register);
static ULONG HalpFromBcd(UCHAR Value, UCHAR StatusB);
#pragma alloc_text(INIT, HalpMeasureTsc)
#pragma alloc_text(INIT, HalpCalibrateTsc)
#pragma alloc_text(INIT, HalpStartPit)
#pragma alloc_text(INIT, HalpReadCmos)
#pragma alloc_text(INIT, HalpFromBcd)
#pragma alloc_text(INIT, HalQueryRealTime)
#endif

ULONG64 HalReadTsc(VOID)
{
    ULONG64 tsc;

    __asm__ volatile("rdtsc" : "=A"(tsc));
    return tsc;
}

/* TSC ticks in CALIBRATION_COUNT ticks of the PIT, or more if the processor was taken from us
 * meanwhile (a busy host), never less. 0: there is no channel 2. */
static ULONG64 HalpMeasureTsc(VOID)
{
    ULONG limit = CALIBRATION_LIMIT;
    ULONG64 start = HalReadTsc();

    HalpOut8(PIT_COMMAND, PIT_ONESHOT);
    HalpOut8(PIT_CHANNEL2, CALIBRATION_COUNT & 0xFF);
    HalpOut8(PIT_CHANNEL2, CALIBRATION_COUNT >> 8);
    while (!(HalpIn8(SPEAKER_PORT) & SPEAKER_OUT2) && --limit != 0) {
    }
    return limit != 0 ? HalReadTsc() - start : 0;
}

VOID HalpCalibrateTsc(VOID)
{
    ULONG64 least = 0, ticks;
    ULONG i;
    UCHAR gate = HalpIn8(SPEAKER_PORT);

    gate = (UCHAR)((gate & ~SPEAKER_DATA) | SPEAKER_GATE2);
    HalpOut8(SPEAKER_PORT, gate);
    for (i = 0; i < CALIBRATION_ROUNDS; i++) {
        ticks = HalpMeasureTsc();
        if (ticks == 0) {
            break;
        }
        if (least == 0 || ticks < least) {
            least = ticks;
        }
    }
    HalpOut8(SPEAKER_PORT, (UCHAR)(gate & ~SPEAKER_GATE2));
    if (least > CALIBRATION_COUNT) {
        HalTscFrequency = least * PIT_FREQUENCY / CALIBRATION_COUNT;
        HalpTscPerMicrosecond = (ULONG)((HalTscFrequency + 500000) / 1000000);
    }
    KiPcr()->StallScaleFactor = HalpTscPerMicrosecond;
}

VOID HalpStartPit(VOID)
{
    HalpOut8(PIT_COMMAND, PIT_RATE2);
    HalpOut8(PIT_CHANNEL0, PIT_TICK & 0xFF);
    HalpOut8(PIT_CHANNEL0, PIT_TICK >> 8);
    HalEnableIrq(0, FALSE);
}

VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds)
{
    ULONG64 end = HalReadTsc() + (ULONG64)MicroSeconds * HalpTscPerMicrosecond;

    while (HalReadTsc() < end) {
        YieldProcessor();
    }
}

LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
    LARGE_INTEGER now;

    if (PerformanceFrequency != NULL) {
        PerformanceFrequency->QuadPart = (LONGLONG)HalTscFrequency;
    }
    now.QuadPart = (LONGLONG)HalReadTsc();
    return now;
}

static UCHAR HalpReadCmos(UCHAR Register)
{
    HalpOut8(CMOS_INDEX, Register);
    return HalpIn8(CMOS_DATA);
}

static ULONG HalpFromBcd(UCHAR Value, UCHAR StatusB)
{
    return StatusB & CMOS_BINARY ? Value : (ULONG)(Value >> 4) * 10 + (Value & 15);
}

/* The CMOS clock counts UTC here. Read while no update is going on; a century is not stored. */
VOID HalQueryRealTime(PLARGE_INTEGER SystemTime)
{
    static const USHORT daysBefore[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
    UCHAR raw[6], again[6], statusB;
    static const UCHAR registers[6] = { 0, 2, 4, 7, 8, 9 };
    ULONG i, tries = 10, year, month, day, hour, days;
    BOOLEAN same;

    do {
        for (i = 100000; i != 0 && (HalpReadCmos(CMOS_STATUS_A) & CMOS_UPDATING); i--) {
        }
        for (i = 0; i < 6; i++) {
            raw[i] = HalpReadCmos(registers[i]);
        }
        same = TRUE;
        for (i = 0; i < 6; i++) {
            again[i] = HalpReadCmos(registers[i]);
            same = same && again[i] == raw[i];
        }
    } while (!same && --tries != 0);

    statusB = HalpReadCmos(CMOS_STATUS_B);
    hour = HalpFromBcd(raw[2] & 0x7F, statusB);
    if (!(statusB & CMOS_24_HOURS)) {
        hour = hour % 12 + (raw[2] & 0x80 ? 12 : 0);
    }
    day = HalpFromBcd(raw[3], statusB);
    month = HalpFromBcd(raw[4], statusB);
    year = 2000 + HalpFromBcd(raw[5], statusB);
    if (month < 1 || month > 12 || day < 1 || day > 31) {
        year = 2000;
        month = day = 1;
    }
    /* Days since 1601-01-01, a Monday at the start of a 400-year cycle. */
    days = (year - 1601) * 365 + (year - 1601) / 4 - (year - 1601) / 100 + (year - 1601) / 400 +
           daysBefore[month - 1] + day - 1;
    if (month > 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) {
        days++;
    }
    SystemTime->QuadPart =
        ((((LONGLONG)days * 24 + hour) * 60 + HalpFromBcd(raw[1], statusB)) * 60 +
         HalpFromBcd(raw[0], statusB)) * 10000000;
}

BOOLEAN NTAPI HalMakeBeep(ULONG Frequency)
{
    ULONG count, flags;

    if (Frequency == 0) {
        HalpOut8(SPEAKER_PORT, HalpIn8(SPEAKER_PORT) & (UCHAR)~(SPEAKER_GATE2 | SPEAKER_DATA));
        return TRUE;
    }
    count = PIT_FREQUENCY / Frequency;
    if (count == 0 || count > 0xFFFF) {
        return FALSE;
    }
    flags = KiDisableInterrupts();
    HalpOut8(PIT_COMMAND, 0xB6);            /* channel 2, both bytes, square wave */
    HalpOut8(PIT_CHANNEL2, (UCHAR)count);
    HalpOut8(PIT_CHANNEL2, (UCHAR)(count >> 8));
    HalpOut8(SPEAKER_PORT, HalpIn8(SPEAKER_PORT) | SPEAKER_GATE2 | SPEAKER_DATA);
    KiRestoreInterrupts(flags);
    return TRUE;
}
