/* The fake kernel and the fake PIIX under the storage drivers. Single-threaded: a wait runs
 * interrupts, DPCs and, when nothing else is left to do, the clock. */
#ifndef FAKES_H
#define FAKES_H

#include <ntddk.h>
#include <ntdddisk.h>

#define STACK_LOCATIONS 6

/* kernel.c */
extern KIRQL Irql;
extern int Devices, Blocks, SectionLocks;
extern ULONG Seconds;                   /* that the fake clock has advanced                   */
extern BOOLEAN NoAllocation;            /* an allocation now is a failure of the test         */
extern BOOLEAN FramesHigh;              /* MDLs name frames above 4 GiB from now on           */
extern CONFIGURATION_INFORMATION Configuration;
extern BOOLEAN HasController;           /* PCI shows an IDE function                          */
BOOLEAN Pump(void);                     /* runs one thing; FALSE: there is nothing            */
PDEVICE_OBJECT FindDevice(const char *Name);
PDEVICE_OBJECT NewPdo(PDRIVER_OBJECT Driver);
void *Allocate(size_t Size);

/* irp.c */
PIRP NewIrp(UCHAR Major, UCHAR Minor);
PIO_STACK_LOCATION FirstLocation(PIRP Irp);
NTSTATUS SendAndWait(PDEVICE_OBJECT Device, PIRP Irp);  /* frees the IRP                      */
extern ULONG_PTR LastInformation;
PMDL NewMdl(void *Buffer, ULONG Length);

/* drive.c */
typedef struct _DRIVE {
    unsigned char *Data;                /* NULL: there is none                                */
    ULONG Sectors;
    BOOLEAN NoDma;                      /* IDENTIFY denies it                                 */
    BOOLEAN Lba48;
    int BreakDma;                       /* so many DMA commands fail                          */
    int Hang;                           /* so many commands are never answered                */
    ULONG BadSector;                    /* cannot be read; 0: none                            */
    int DmaCommands, PioCommands, Flushes, Resets;
} DRIVE;

extern DRIVE Drives[2];
BOOLEAN DriveInterrupts(void);          /* the line is up                                     */

#endif
