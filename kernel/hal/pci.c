/* PCI configuration space by mechanism 1 (PCI Local Bus Specification 3.0, 3.2.2.3.2), and the
 * bus-data routines of NT on top of it. The address and data ports belong together:
 * HalpPciLock, interrupts off. */
#include "halp.h"

#define CONFIG_ADDRESS  0xCF8
#define CONFIG_DATA     0xCFC
#define CONFIG_ENABLE   0x80000000u
#define CONFIG_SIZE     256
#define ISA_LINES       16

static KSPIN_LOCK HalpPciLock;

static ULONG HalpPciAddress(ULONG Bus, ULONG Device, ULONG Function, ULONG Offset)
{
    return CONFIG_ENABLE | Bus << 16 | Device << 11 | Function << 8 | (Offset & 0xFC);
}

ULONG HalPciRead(ULONG Bus, ULONG Device, ULONG Function, ULONG Offset, ULONG Width)
{
    ULONG flags = HalpLockOutput(&HalpPciLock);
    USHORT port = (USHORT)(CONFIG_DATA + (Offset & 3));
    ULONG value;

    HalpOut32(CONFIG_ADDRESS, HalpPciAddress(Bus, Device, Function, Offset));
    value = Width == 1 ? HalpIn8(port) : Width == 2 ? HalpIn16(port) : HalpIn32(CONFIG_DATA);
    HalpUnlockOutput(&HalpPciLock, flags);
    return value;
}

VOID HalPciWrite(ULONG Bus, ULONG Device, ULONG Function, ULONG Offset, ULONG Width, ULONG Value)
{
    ULONG flags = HalpLockOutput(&HalpPciLock);
    USHORT port = (USHORT)(CONFIG_DATA + (Offset & 3));

    HalpOut32(CONFIG_ADDRESS, HalpPciAddress(Bus, Device, Function, Offset));
    if (Width == 1) {
        HalpOut8(port, (UCHAR)Value);
    } else if (Width == 2) {
        HalpOut16(port, (USHORT)Value);
    } else {
        HalpOut32(CONFIG_DATA, Value);
    }
    HalpUnlockOutput(&HalpPciLock, flags);
}

/* NT's rules: 0 no such bus, 2 (the vendor id only, 0xFFFF) no such device, else bytes done. */
static ULONG HalpPciTransfer(ULONG Bus, ULONG Slot, PUCHAR Buffer, ULONG Offset, ULONG Length,
                             BOOLEAN Write)
{
    PCI_SLOT_NUMBER slot;
    ULONG device, function, done;

    slot.u.AsULONG = Slot;
    device = slot.u.bits.DeviceNumber;
    function = slot.u.bits.FunctionNumber;
    if (Bus > 255) {
        return 0;
    }
    if (HalPciRead(Bus, device, function, 0, 2) == PCI_INVALID_VENDORID) {
        if (!Write && Length >= 2) {
            Buffer[0] = Buffer[1] = 0xFF;
            return 2;
        }
        return 0;
    }
    if (Offset >= CONFIG_SIZE) {
        return 0;
    }
    if (Length > CONFIG_SIZE - Offset) {
        Length = CONFIG_SIZE - Offset;
    }
    /* Whole words where both sides are aligned: some registers take nothing else. */
    for (done = 0; done < Length;) {
        ULONG at = Offset + done, left = Length - done;
        ULONG width = (at & 3) == 0 && left >= 4 ? 4 : (at & 1) == 0 && left >= 2 ? 2 : 1;
        ULONG value = 0, i;

        if (Write) {
            for (i = 0; i < width; i++) {
                value |= (ULONG)Buffer[done + i] << (8 * i);
            }
            HalPciWrite(Bus, device, function, at, width, value);
        } else {
            value = HalPciRead(Bus, device, function, at, width);
            for (i = 0; i < width; i++) {
                Buffer[done + i] = (UCHAR)(value >> (8 * i));
            }
        }
        done += width;
    }
    return done;
}

ULONG NTAPI HalGetBusDataByOffset(BUS_DATA_TYPE Type, ULONG Bus, ULONG Slot, PVOID Buffer,
                                  ULONG Offset, ULONG Length)
{
    return Type == PCIConfiguration ? HalpPciTransfer(Bus, Slot, Buffer, Offset, Length, FALSE)
                                    : 0;
}

ULONG NTAPI HalSetBusDataByOffset(BUS_DATA_TYPE Type, ULONG Bus, ULONG Slot, PVOID Buffer,
                                  ULONG Offset, ULONG Length)
{
    return Type == PCIConfiguration ? HalpPciTransfer(Bus, Slot, Buffer, Offset, Length, TRUE)
                                    : 0;
}

ULONG NTAPI HalGetBusData(BUS_DATA_TYPE Type, ULONG Bus, ULONG Slot, PVOID Buffer, ULONG Length)
{
    return HalGetBusDataByOffset(Type, Bus, Slot, Buffer, 0, Length);
}

ULONG NTAPI HalSetBusData(BUS_DATA_TYPE Type, ULONG Bus, ULONG Slot, PVOID Buffer, ULONG Length)
{
    return HalSetBusDataByOffset(Type, Bus, Slot, Buffer, 0, Length);
}

/* ISA lines and what the BIOS wrote into PCI interrupt-line registers are 8259 inputs alike. */
ULONG NTAPI HalGetInterruptVector(INTERFACE_TYPE InterfaceType, ULONG BusNumber, ULONG Level,
                                  ULONG Vector, PKIRQL Irql, PKAFFINITY Affinity)
{
    if (Level >= ISA_LINES) {
        *Irql = 0;
        *Affinity = 0;
        return 0;
    }
    *Affinity = KeQueryActiveProcessors();
    return HalIrqToVector(Level, Irql);
}

/* x86 buses hand addresses through unchanged: ports stay ports, memory stays memory. */
BOOLEAN NTAPI HalTranslateBusAddress(INTERFACE_TYPE InterfaceType, ULONG BusNumber,
                                     PHYSICAL_ADDRESS BusAddress, PULONG AddressSpace,
                                     PPHYSICAL_ADDRESS TranslatedAddress)
{
    *TranslatedAddress = BusAddress;
    return TRUE;
}
