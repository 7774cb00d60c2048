/* Switching off, resetting, stopping. Soft off is the PIIX4's SLP_EN with type 0 (QEMU, Bochs,
 * v86's Bochs BIOS), with QEMU's fixed ports behind it; reset goes through port 0xCF9, then the
 * keyboard controller, then a triple fault. None of it comes back; nothing is guarded. */
#include "halp.h"
#include "san.h"

#define PIIX4_ID            0x71138086u     /* power management function */
#define PIIX4_PMBA          0x40            /* 82371AB data sheet 7.1.12: PM base */
#define PIIX4_PMREGMISC     0x80
#define PMREGMISC_IOSE      0x01
#define PM_CONTROL          4               /* PMCNTRL */
#define PM_SLP_EN           0x2000
#define QEMU_PM_CONTROL     0x604
#define BOCHS_POWER         0x8900
#define POWER_OFF_TIME      500000          /* microseconds until we no longer believe in it */
#define RESET_CONTROL       0xCF9
#define RESET_FULL          0x06
#define KBC_COMMAND         0x64
#define KBC_PULSE_RESET     0xFE

VOID HalHalt(VOID)
{
    SanDumpCoverage();
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

static USHORT HalpFindPmBase(VOID)
{
    ULONG device, function;
    USHORT base = 0;

    for (device = 0; device < PCI_MAX_DEVICES; device++) {
        for (function = 0; function < PCI_MAX_FUNCTION; function++) {
            if (HalPciRead(0, device, function, 0, 4) == PIIX4_ID) {
                base = (USHORT)(HalPciRead(0, device, function, PIIX4_PMBA, 4) & 0xFFC0);
                if (base != 0) {
                    HalPciWrite(0, device, function, PIIX4_PMREGMISC, 1, PMREGMISC_IOSE);
                }
                return base;
            }
        }
    }
    return 0;
}

VOID HalPowerOff(VOID)
{
    static const CHAR text[] = "It is now safe to turn off the machine.\n";
    PCSTR shutdown = "Shutdown";
    USHORT base = HalpFindPmBase();

    SanDumpCoverage();
    KiDisableInterrupts();
    if (base != 0) {
        HalpOut16((USHORT)(base + PM_CONTROL), PM_SLP_EN);
    }
    HalpOut16(QEMU_PM_CONTROL, PM_SLP_EN);
    while (*shutdown != 0) {
        HalpOut8(BOCHS_POWER, (UCHAR)*shutdown++);
    }
    KeStallExecutionProcessor(POWER_OFF_TIME);
    HalDisplayChars(text, sizeof(text) - 1);
    HalSerialWrite(text, sizeof(text) - 1);
    HalHalt();
}

VOID HalReset(VOID)
{
    struct __attribute__((packed)) {
        USHORT Limit;
        ULONG Base;
    } none = { 0, 0 };

    SanDumpCoverage();
    KiDisableInterrupts();
    HalpOut8(RESET_CONTROL, RESET_FULL);
    HalpOut8(KBC_COMMAND, KBC_PULSE_RESET);
    KeStallExecutionProcessor(10000);
    __asm__ volatile("lidt %0; int3" : : "m"(none));
    HalHalt();
}

VOID NTAPI HalReturnToFirmware(FIRMWARE_REENTRY Action)
{
    if (Action == HalPowerDownRoutine) {
        HalPowerOff();
    }
    if (Action == HalHaltRoutine) {
        HalHalt();
    }
    HalReset();
}
