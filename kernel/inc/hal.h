/* The hardware layer for the rest of the kernel: screen, COM1, debug console, PCI, clock, power.
 *
 * What drivers see of the HAL (ports, KfRaiseIrql, HalGetBusDataByOffset, …) is declared in
 * ddk/inc with NTHALAPI. Output routines here may be called at any IRQL, also while a bugcheck
 * is going on: each call takes its device's lock with interrupts off and writes as one piece. */
#ifndef PAGODA_HAL_H
#define PAGODA_HAL_H

#include <ntifs.h>

/* Phase 0: interrupt controller, ports, screen, COM1 output. Phase 1 (interrupts on, threads
 * exist): COM1 input. */
VOID HalInitSystem(ULONG Phase);

/* ---- screen (VGA text, 80 x 25) ---- */
VOID HalDisplayChars(PCSTR Text, ULONG Length);     /* \n \r \b \t understood; scrolls */
VOID HalDisplayClear(UCHAR Attribute);              /* e.g. 0x07 grey on black         */
VOID HalDisplaySetAttribute(UCHAR Attribute);       /* for what is written from now on */

/* ---- COM1, 115200 8n1 ---- */
VOID HalSerialWrite(PCSTR Text, ULONG Length);      /* \n goes out as \r\n             */

/* Input ring of COM1, filled by its interrupt. TryGetChar does not wait: FALSE when the ring is
 * empty. The event is signalled while there is something in it, so that a console can wait for
 * several sources at once. */
BOOLEAN HalSerialTryGetChar(PUCHAR Character);      /* <= DISPATCH_LEVEL               */
PKEVENT HalSerialInputEvent(VOID);                  /* notification event              */

/* ---- isa-debugcon, port 0xE9: a string as one piece ---- */
VOID HalDebugConString(PCSTR String);

/* ---- PCI configuration space, mechanism 1 ---- */
ULONG HalPciRead(ULONG Bus, ULONG Device, ULONG Function, ULONG Offset, ULONG Width);
VOID HalPciWrite(ULONG Bus, ULONG Device, ULONG Function, ULONG Offset, ULONG Width, ULONG Value);

/* ---- clock ---- */
#define HAL_TIME_INCREMENT  100000                  /* 100 ns units in a clock tick: 10 ms */
VOID HalQueryRealTime(PLARGE_INTEGER SystemTime);   /* CMOS clock as NT time; start-up only */
ULONG64 HalReadTsc(VOID);
extern ULONG64 HalTscFrequency;                     /* Hz, measured at phase 0             */
VOID HalpStartPit(VOID);                            /* clock interrupts from here on       */

/* ---- interrupts ---- */
#define HAL_IRQ_COUNT       16
#define HAL_VECTOR_BASE     0x30                    /* vector of IRQ 0 */
#define HAL_IRQ_TO_IRQL(Irq) ((KIRQL)((Irq) == 0 ? CLOCK2_LEVEL : PROFILE_LEVEL - (Irq)))

/* HalGetInterruptVector for an ISA line: vector is HAL_VECTOR_BASE + Irq. */
ULONG HalIrqToVector(ULONG Irq, PKIRQL Irql);
VOID HalEnableIrq(ULONG Irq, BOOLEAN Level);        /* Level: level triggered          */
VOID HalDisableIrq(ULONG Irq);

/* Asks for an APC_LEVEL or DISPATCH_LEVEL software interrupt on this processor. Taken at once
 * when the current IRQL is lower and interrupts are enabled, else when IRQL drops. */
VOID FASTCALL HalRequestSoftwareInterrupt(KIRQL Level);

/* ---- going down ---- */
DECLSPEC_NORETURN VOID HalPowerOff(VOID);           /* PIIX4 soft off; else says so and halts */
DECLSPEC_NORETURN VOID HalReset(VOID);
DECLSPEC_NORETURN VOID HalHalt(VOID);               /* interrupts off, for ever              */

#endif
