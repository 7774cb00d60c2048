/* Descriptor tables and the processor control region of the boot processor.
 *
 * GDT with NT's selectors; FS always holds KGDT_R0_PCR, so that per-CPU data is one instruction
 * away. IDT: 256 gates to the stubs of trapentry.asm, all interrupt gates. Double fault goes
 * through a task gate to a stack of its own, because its usual cause is a stack that ran into
 * its guard page. Written once at start-up by the boot processor, constant afterwards. */
#include "ki.h"

#define GDT_ENTRIES         11              /* up to KGDT_DF_TSS */
#define IDT_ENTRIES         256
#define VECTOR_DOUBLE_FAULT 8

/* Intel SDM 3A 3.4.5, 6.11, 7.2. */
#define DESCRIPTOR_CODE     0x00CF9B00u
#define DESCRIPTOR_DATA     0x00CF9300u
#define DESCRIPTOR_TSS      0x00008900u
#define DESCRIPTOR_PCR      0x00409300u     /* byte granular, writable data */
#define GATE_INTERRUPT      0x8E00u
#define GATE_TASK           0x8500u

typedef struct _KTSS {
    ULONG Backlink, Esp0, Ss0, Esp1, Ss1, Esp2, Ss2, Cr3, Eip, EFlags;
    ULONG Eax, Ecx, Edx, Ebx, Esp, Ebp, Esi, Edi;
    ULONG Es, Cs, Ss, Ds, Fs, Gs, Ldt;
    USHORT Trap, IoMapBase;
} KTSS;
C_ASSERT(sizeof(KTSS) == 104);

typedef struct _KDESCRIPTOR {
    ULONG Low, High;
} KDESCRIPTOR;

typedef struct __attribute__((packed)) _KTABLE_REGISTER {
    USHORT Limit;
    PVOID Base;
} KTABLE_REGISTER;

extern const PVOID KiTrapTable[IDT_ENTRIES];    /* trapentry.asm */

static KDESCRIPTOR KiGdt[GDT_ENTRIES];
static KDESCRIPTOR KiIdt[IDT_ENTRIES];
static KTSS KiTss, KiDoubleFaultTss;
static UCHAR KiDoubleFaultStack[0x2000] __attribute__((aligned(16)));

static VOID KiDoubleFault(VOID);

#ifdef ALLOC_PRAGMA
static VOID KiSetDescriptor(ULONG Selector, PVOID Base, ULONG Limit, ULONG Bits);
#pragma alloc_text(INIT, KeInitProcessor)
#pragma alloc_text(INIT, KiSetDescriptor)
#endif

static VOID KiSetDescriptor(ULONG Selector, PVOID Base, ULONG Limit, ULONG Bits)
{
    ULONG base = (ULONG)Base;

    KiGdt[Selector / 8].Low = (base << 16) | (Limit & 0xFFFF);
    KiGdt[Selector / 8].High = (base & 0xFF000000) | (Limit & 0xF0000) | Bits |
                               ((base >> 16) & 0xFF);
}

/* Runs as a task: the interrupted state is in KiTss, interrupts are off. */
static VOID KiDoubleFault(VOID)
{
    KTRAP_FRAME frame;
    PULONG to = (PULONG)&frame;
    ULONG i;

    for (i = 0; i < sizeof(frame) / sizeof(ULONG); i++) {
        to[i] = 0;
    }
    frame.DbgEbp = frame.Ebp = KiTss.Ebp;
    frame.DbgEip = frame.Eip = KiTss.Eip;
    frame.Eax = KiTss.Eax;
    frame.Ebx = KiTss.Ebx;
    frame.Ecx = KiTss.Ecx;
    frame.Edx = KiTss.Edx;
    frame.Esi = KiTss.Esi;
    frame.Edi = KiTss.Edi;
    frame.EFlags = KiTss.EFlags;
    frame.SegCs = KiTss.Cs;
    frame.HardwareEsp = KiTss.Esp;
    frame.Vector = VECTOR_DOUBLE_FAULT;
    frame.PreviousIrql = KiIrql();
    KeBugCheckTrap(UNEXPECTED_KERNEL_MODE_TRAP, VECTOR_DOUBLE_FAULT, (ULONG_PTR)&KiTss, KiTss.Esp,
                   KiTss.Eip, &frame);
}

VOID KeInitProcessor(VOID)
{
    PKIPCR pcr = (PKIPCR)KI_PCR_ADDRESS;
    KTABLE_REGISTER gdtr = { sizeof(KiGdt) - 1, KiGdt };
    KTABLE_REGISTER idtr = { sizeof(KiIdt) - 1, KiIdt };
    ULONG i, handler;

    KiSetDescriptor(KGDT_R0_CODE, 0, 0xFFFFF, DESCRIPTOR_CODE);
    KiSetDescriptor(KGDT_R0_DATA, 0, 0xFFFFF, DESCRIPTOR_DATA);
    KiSetDescriptor(KGDT_R0_PCR, pcr, PAGE_SIZE - 1, DESCRIPTOR_PCR);
    KiSetDescriptor(KGDT_TSS, &KiTss, sizeof(KTSS) - 1, DESCRIPTOR_TSS);
    KiSetDescriptor(KGDT_DF_TSS, &KiDoubleFaultTss, sizeof(KTSS) - 1, DESCRIPTOR_TSS);

    KiTss.Ss0 = KGDT_R0_DATA;
    KiTss.Esp0 = (ULONG)KiBootStackTop;
    KiTss.IoMapBase = sizeof(KTSS);
    KiDoubleFaultTss = KiTss;
    KiDoubleFaultTss.Esp = KiDoubleFaultTss.Esp0 =
        (ULONG)(KiDoubleFaultStack + sizeof(KiDoubleFaultStack) - 16);
    KiDoubleFaultTss.Eip = (ULONG)KiDoubleFault;
    KiDoubleFaultTss.EFlags = 2;
    KiDoubleFaultTss.Cs = KGDT_R0_CODE;
    KiDoubleFaultTss.Ds = KiDoubleFaultTss.Es = KiDoubleFaultTss.Ss = KGDT_R0_DATA;
    KiDoubleFaultTss.Gs = KGDT_R0_DATA;
    KiDoubleFaultTss.Fs = KGDT_R0_PCR;
    __asm__ volatile("mov %%cr3, %0" : "=r"(KiDoubleFaultTss.Cr3));
    KiTss.Cr3 = KiDoubleFaultTss.Cr3;

    for (i = 0; i < IDT_ENTRIES; i++) {
        handler = (ULONG)KiTrapTable[i];
        KiIdt[i].Low = (KGDT_R0_CODE << 16) | (handler & 0xFFFF);
        KiIdt[i].High = (handler & 0xFFFF0000) | GATE_INTERRUPT;
    }
    KiIdt[VECTOR_DOUBLE_FAULT].Low = KGDT_DF_TSS << 16;
    KiIdt[VECTOR_DOUBLE_FAULT].High = GATE_TASK;

    __asm__ volatile("lgdt %0; lidt %1\n\t"
                     "ljmp $8, $1f\n"
                     "1:\n\t"
                     "movw %2, %%ds; movw %2, %%es; movw %2, %%gs; movw %2, %%ss\n\t"
                     "movw %3, %%fs; ltr %4"
                     : : "m"(gdtr), "m"(idtr), "r"((USHORT)KGDT_R0_DATA),
                     "r"((USHORT)KGDT_R0_PCR), "r"((USHORT)KGDT_TSS) : "memory");

    pcr->ExceptionList = KI_EXCEPTION_CHAIN_END;
    pcr->StackBase = KiBootStackTop;
    pcr->StackLimit = KiBootStack;
    pcr->SelfPcr = pcr;
    pcr->Prcb = &pcr->PrcbData;
    pcr->Idt = KiIdt;
    pcr->Gdt = KiGdt;
    pcr->Tss = &KiTss;
    pcr->MajorVersion = 1;
    pcr->MinorVersion = 1;
    pcr->SetMember = 1;
    pcr->Irql = HIGH_LEVEL;
    pcr->PrcbData.MajorVersion = 1;
    pcr->PrcbData.MinorVersion = 1;
    pcr->PrcbData.SetMember = 1;
    pcr->PrcbData.DpcListHead.Flink = pcr->PrcbData.DpcListHead.Blink =
        &pcr->PrcbData.DpcListHead;
}
