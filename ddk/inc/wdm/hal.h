/* wdm/hal.h: ports, registers and buses. */
#ifndef _WDM_HAL_
#define _WDM_HAL_

/* Port I/O */

/* Reads 1, 2 or 4 bytes from an I/O port.
 *
 *   Port     the port's number as an address
 *   returns  what the device put on the bus
 *   IRQL     any
 *   see      READ_PORT_UCHAR, Windows driver documentation, wdm.h */
NTHALAPI UCHAR NTAPI READ_PORT_UCHAR(PUCHAR Port);
NTHALAPI USHORT NTAPI READ_PORT_USHORT(PUSHORT Port);
NTHALAPI ULONG NTAPI READ_PORT_ULONG(PULONG Port);

/* Writes 1, 2 or 4 bytes to an I/O port. The device has them when it returns.
 *
 *   Port   the port's number as an address
 *   Value  what to write
 *   IRQL   any
 *   see    WRITE_PORT_UCHAR, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI WRITE_PORT_UCHAR(PUCHAR Port, UCHAR Value);
NTHALAPI VOID NTAPI WRITE_PORT_USHORT(PUSHORT Port, USHORT Value);
NTHALAPI VOID NTAPI WRITE_PORT_ULONG(PULONG Port, ULONG Value);

/* Reads the same port again and again.
 *
 *   Port    the port's number as an address
 *   Buffer  receives the values; at raised IRQL it must be nonpaged or locked
 *   Count   how many values, not bytes
 *   IRQL    any
 *   see     READ_PORT_BUFFER_UCHAR, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI READ_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count);
NTHALAPI VOID NTAPI READ_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count);
NTHALAPI VOID NTAPI READ_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count);

/* Writes to the same port again and again.
 *
 *   Port    the port's number as an address
 *   Buffer  the values; at raised IRQL it must be nonpaged or locked
 *   Count   how many values, not bytes
 *   IRQL    any
 *   see     WRITE_PORT_BUFFER_UCHAR, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI WRITE_PORT_BUFFER_UCHAR(PUCHAR Port, PUCHAR Buffer, ULONG Count);
NTHALAPI VOID NTAPI WRITE_PORT_BUFFER_USHORT(PUSHORT Port, PUSHORT Buffer, ULONG Count);
NTHALAPI VOID NTAPI WRITE_PORT_BUFFER_ULONG(PULONG Port, PULONG Buffer, ULONG Count);

/* Memory-mapped registers */

/* Reads 1, 2 or 4 bytes from a device register in memory.
 *
 *   Register  its address, from MmMapIoSpace
 *   returns   what it holds
 *   IRQL      any
 *   see       READ_REGISTER_UCHAR, Windows driver documentation, wdm.h */
NTKERNELAPI UCHAR NTAPI READ_REGISTER_UCHAR(PUCHAR Register);
NTKERNELAPI USHORT NTAPI READ_REGISTER_USHORT(PUSHORT Register);
NTKERNELAPI ULONG NTAPI READ_REGISTER_ULONG(PULONG Register);

/* Writes 1, 2 or 4 bytes to a device register in memory. The write is not held back behind later
 * ones.
 *
 *   Register  its address, from MmMapIoSpace
 *   Value     what to write
 *   IRQL      any
 *   see       WRITE_REGISTER_UCHAR, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI WRITE_REGISTER_UCHAR(PUCHAR Register, UCHAR Value);
NTKERNELAPI VOID NTAPI WRITE_REGISTER_USHORT(PUSHORT Register, USHORT Value);
NTKERNELAPI VOID NTAPI WRITE_REGISTER_ULONG(PULONG Register, ULONG Value);

/* Reads consecutive registers.
 *
 *   Register  the first one's address
 *   Buffer    receives the values
 *   Count     how many values, not bytes
 *   IRQL      any
 *   see       READ_REGISTER_BUFFER_UCHAR, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI READ_REGISTER_BUFFER_UCHAR(PUCHAR Register, PUCHAR Buffer, ULONG Count);
NTKERNELAPI VOID NTAPI READ_REGISTER_BUFFER_USHORT(PUSHORT Register, PUSHORT Buffer, ULONG Count);
NTKERNELAPI VOID NTAPI READ_REGISTER_BUFFER_ULONG(PULONG Register, PULONG Buffer, ULONG Count);

/* Writes consecutive registers.
 *
 *   Register  the first one's address
 *   Buffer    the values
 *   Count     how many values, not bytes
 *   IRQL      any
 *   see       WRITE_REGISTER_BUFFER_UCHAR, Windows driver documentation, wdm.h */
NTKERNELAPI VOID NTAPI WRITE_REGISTER_BUFFER_UCHAR(PUCHAR Register, PUCHAR Buffer, ULONG Count);
NTKERNELAPI VOID NTAPI WRITE_REGISTER_BUFFER_USHORT(PUSHORT Register, PUSHORT Buffer, ULONG Count);
NTKERNELAPI VOID NTAPI WRITE_REGISTER_BUFFER_ULONG(PULONG Register, PULONG Buffer, ULONG Count);

/* Buses */
typedef enum _BUS_DATA_TYPE {
    ConfigurationSpaceUndefined = -1,
    Cmos,
    EisaConfiguration,
    Pos,
    CbusConfiguration,
    PCIConfiguration,
    VMEConfiguration,
    NuBusConfiguration,
    PCMCIAConfiguration,
    MPIConfiguration,
    MPSAConfiguration,
    PNPISAConfiguration,
    SgiInternalConfiguration,
    MaximumBusDataType
} BUS_DATA_TYPE, *PBUS_DATA_TYPE;

typedef struct _PCI_SLOT_NUMBER {
    union {
        struct {
            ULONG DeviceNumber : 5;
            ULONG FunctionNumber : 3;
            ULONG Reserved : 24;
        } bits;
        ULONG AsULONG;
    } u;
} PCI_SLOT_NUMBER, *PPCI_SLOT_NUMBER;

#define PCI_TYPE0_ADDRESSES 6
#define PCI_TYPE1_ADDRESSES 2
#define PCI_MAX_DEVICES 32
#define PCI_MAX_FUNCTION 8
#define PCI_INVALID_VENDORID 0xFFFF

typedef struct _PCI_COMMON_CONFIG {
    USHORT VendorID;
    USHORT DeviceID;
    USHORT Command;
    USHORT Status;
    UCHAR RevisionID;
    UCHAR ProgIf;
    UCHAR SubClass;
    UCHAR BaseClass;
    UCHAR CacheLineSize;
    UCHAR LatencyTimer;
    UCHAR HeaderType;
    UCHAR BIST;
    union {
        struct _PCI_HEADER_TYPE_0 {
            ULONG BaseAddresses[PCI_TYPE0_ADDRESSES];
            ULONG CIS;
            USHORT SubVendorID;
            USHORT SubSystemID;
            ULONG ROMBaseAddress;
            UCHAR CapabilitiesPtr;
            UCHAR Reserved1[3];
            ULONG Reserved2;
            UCHAR InterruptLine;
            UCHAR InterruptPin;
            UCHAR MinimumGrant;
            UCHAR MaximumLatency;
        } type0;
        struct _PCI_HEADER_TYPE_1 {
            ULONG BaseAddresses[PCI_TYPE1_ADDRESSES];
            UCHAR PrimaryBus;
            UCHAR SecondaryBus;
            UCHAR SubordinateBus;
            UCHAR SecondaryLatency;
            UCHAR IOBase;
            UCHAR IOLimit;
            USHORT SecondaryStatus;
            USHORT MemoryBase;
            USHORT MemoryLimit;
            USHORT PrefetchBase;
            USHORT PrefetchLimit;
            ULONG PrefetchBaseUpper32;
            ULONG PrefetchLimitUpper32;
            USHORT IOBaseUpper16;
            USHORT IOLimitUpper16;
            UCHAR CapabilitiesPtr;
            UCHAR Reserved1[3];
            ULONG ROMBaseAddress;
            UCHAR InterruptLine;
            UCHAR InterruptPin;
            USHORT BridgeControl;
        } type1;
    } u;
    UCHAR DeviceSpecific[192];
} PCI_COMMON_CONFIG, *PPCI_COMMON_CONFIG;

#define PCI_COMMON_HDR_LENGTH (FIELD_OFFSET(PCI_COMMON_CONFIG, DeviceSpecific))
#define PCI_MULTIFUNCTION 0x80
#define PCI_DEVICE_TYPE 0x00
#define PCI_BRIDGE_TYPE 0x01
#define PCI_CONFIGURATION_TYPE(PciData) (((PPCI_COMMON_CONFIG)(PciData))->HeaderType & 0x7F)
#define PCI_MULTIFUNCTION_DEVICE(PciData)                                                          \
    ((((PPCI_COMMON_CONFIG)(PciData))->HeaderType & PCI_MULTIFUNCTION) != 0)
#define PCI_ENABLE_IO_SPACE 0x0001
#define PCI_ENABLE_MEMORY_SPACE 0x0002
#define PCI_ENABLE_BUS_MASTER 0x0004
#define PCI_DISABLE_LEVEL_INTERRUPT 0x0400
#define PCI_ADDRESS_IO_SPACE 0x00000001
#define PCI_ADDRESS_MEMORY_TYPE_MASK 0x00000006
#define PCI_ADDRESS_IO_ADDRESS_MASK 0xfffffffc
#define PCI_ADDRESS_MEMORY_ADDRESS_MASK 0xfffffff0
#define PCI_CLASS_MASS_STORAGE_CTLR 0x01
#define PCI_SUBCLASS_MSC_IDE_CTLR 0x01
#define PCI_CLASS_BRIDGE_DEV 0x06

/* HalGetBusDataByOffset from offset 0.
 *
 *   BusDataType  PCIConfiguration; there are no others
 *   BusNumber    of the bus
 *   SlotNumber   a PCI_SLOT_NUMBER as a ULONG
 *   Buffer       receives the data
 *   Length       bytes wanted
 *   returns      bytes read; 0: no such bus; 2, with PCI_INVALID_VENDORID in the buffer: no such
 *                device
 *   IRQL         <= DISPATCH_LEVEL
 *   see          HalGetBusData, Windows driver documentation, wdm.h */
NTHALAPI ULONG NTAPI HalGetBusData(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber,
                                   PVOID Buffer, ULONG Length);

/* Reads a device's configuration.
 *
 *   BusDataType  PCIConfiguration; there are no others
 *   BusNumber    of the bus
 *   SlotNumber   a PCI_SLOT_NUMBER as a ULONG
 *   Buffer       receives the data
 *   Offset       of the first byte
 *   Length       bytes wanted
 *   returns      bytes read, as HalGetBusData
 *   IRQL         <= DISPATCH_LEVEL
 *   see          HalGetBusDataByOffset, Windows driver documentation, wdm.h */
NTHALAPI ULONG NTAPI HalGetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber,
                                           ULONG SlotNumber, PVOID Buffer, ULONG Offset,
                                           ULONG Length);

/* HalSetBusDataByOffset to offset 0.
 *
 *   BusDataType  PCIConfiguration; there are no others
 *   BusNumber    of the bus
 *   SlotNumber   a PCI_SLOT_NUMBER as a ULONG
 *   Buffer       the data
 *   Length       bytes to write
 *   returns      bytes written
 *   IRQL         <= DISPATCH_LEVEL
 *   see          HalSetBusData, Windows driver documentation, wdm.h */
NTHALAPI ULONG NTAPI HalSetBusData(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber,
                                   PVOID Buffer, ULONG Length);

/* Writes a device's configuration.
 *
 *   BusDataType  PCIConfiguration; there are no others
 *   BusNumber    of the bus
 *   SlotNumber   a PCI_SLOT_NUMBER as a ULONG
 *   Buffer       the data
 *   Offset       of the first byte
 *   Length       bytes to write
 *   returns      bytes written
 *   IRQL         <= DISPATCH_LEVEL
 *   see          HalSetBusDataByOffset, Windows driver documentation, wdm.h */
NTHALAPI ULONG NTAPI HalSetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber,
                                           ULONG SlotNumber, PVOID Buffer, ULONG Offset,
                                           ULONG Length);

/* From a bus's interrupt line to what IoConnectInterrupt wants.
 *
 *   InterfaceType       Isa, PCIBus, …
 *   BusNumber           of the bus
 *   BusInterruptLevel   the line: an IRQ number
 *   BusInterruptVector  the same
 *   Irql                receives the device's IRQL
 *   Affinity            receives the processors that may be interrupted
 *   returns             the vector; 0: there is no such line
 *   IRQL                PASSIVE_LEVEL
 *   see                 HalGetInterruptVector, Windows driver documentation, wdm.h */
NTHALAPI ULONG NTAPI HalGetInterruptVector(INTERFACE_TYPE InterfaceType, ULONG BusNumber,
                                           ULONG BusInterruptLevel, ULONG BusInterruptVector,
                                           PKIRQL Irql, PKAFFINITY Affinity);

/* From an address on a bus to one the processor uses. On a PC they are the same.
 *
 *   InterfaceType      Isa, PCIBus, …
 *   BusNumber          of the bus
 *   BusAddress         the address there
 *   AddressSpace       in and out: 0 memory, 1 ports
 *   TranslatedAddress  receives the processor's address
 *   returns            TRUE
 *   IRQL               any
 *   see                HalTranslateBusAddress, Windows driver documentation, wdm.h */
NTHALAPI BOOLEAN NTAPI HalTranslateBusAddress(INTERFACE_TYPE InterfaceType, ULONG BusNumber,
                                              PHYSICAL_ADDRESS BusAddress, PULONG AddressSpace,
                                              PPHYSICAL_ADDRESS TranslatedAddress);

/* Writes to the screen.
 *
 *   String  ends in 0; a line feed begins a new line
 *   IRQL    any
 *   see     HalDisplayString, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI HalDisplayString(PUCHAR String);

/* Sounds the PC's loudspeaker.
 *
 *   Frequency  in Hz; 0: silence
 *   returns    FALSE: it cannot make that tone
 *   IRQL       any
 *   see        HalMakeBeep, Windows driver documentation, wdm.h */
NTHALAPI BOOLEAN NTAPI HalMakeBeep(ULONG Frequency);

typedef enum _FIRMWARE_REENTRY {
    HalHaltRoutine,
    HalPowerDownRoutine,
    HalRestartRoutine,
    HalRebootRoutine,
    HalInteractiveModeRoutine,
    HalMaximumRoutine
} FIRMWARE_REENTRY;

/* Ends the operating system at once. Nothing is saved: shut down first.
 *
 *   Action  HalPowerDownRoutine: power off; HalRebootRoutine, HalRestartRoutine: reset;
 *           HalHaltRoutine: stop
 *   IRQL    any; does not return
 *   see     HalReturnToFirmware, Windows driver documentation, wdm.h */
NTHALAPI VOID NTAPI HalReturnToFirmware(FIRMWARE_REENTRY Action);

#endif
