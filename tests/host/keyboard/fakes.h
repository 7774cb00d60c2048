/* The fake kernel and the fake 8042 under the keyboard drivers. Single-threaded: an "interrupt"
 * is a call, and a DPC runs when the test says so or when it is flushed. */
#ifndef FAKES_H
#define FAKES_H

#include <ntddk.h>

typedef struct _FAKE_IRP {
    IRP Irp;
    IO_STACK_LOCATION Locations[3]; /* [0] is the lowest driver's */
    int Completed;
    KEYBOARD_INPUT_DATA *Buffer;
} FAKE_IRP;

/* What the drivers did, in order, as words: "reset connect …" */
extern char Trace[512];
void Note(const char *Word);

extern BOOLEAN FailConnect;     /* the next IoConnectInterrupt fails          */
extern int Devices;             /* alive                                      */
extern KIRQL Irql;
extern PDEVICE_OBJECT LastDevice;
extern int QueuedDpcs;

void StartIrp(FAKE_IRP *Irp, UCHAR Major, UCHAR Minor, PFILE_OBJECT File);
NTSTATUS Send(PDEVICE_OBJECT Device, FAKE_IRP *Irp);
void RunDpcs(void);
BOOLEAN Interrupt(void);        /* calls the connected ISR; FALSE: none, or not its interrupt */
BOOLEAN Connected(void);
void FreeDriver(PDRIVER_OBJECT Driver);

/* controller.c */
extern BOOLEAN ControllerBroken, KeyboardMissing;
void Press(const char *Bytes, int Count); /* bytes of scan codes come from the keyboard */
BOOLEAN ControllerInterrupts(void);

#endif
