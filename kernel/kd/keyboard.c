/* The keyboard as the console has it: \Device\KeyboardClass0 is opened, read by a thread of its
 * own, and scan codes (set 1, US layout) become characters. Closing it makes the keyboard drivers
 * page themselves.
 *
 * The thread opens, reads and closes; the console only starts it and tells it to stop. A read is
 * pending most of the time: closing the handle makes the class driver give it back.
 *
 * Guards: everything here belongs to the console's thread but what the pump reads, which is set up
 * before it starts: Stop, Opened, OpenStatus (valid once Opened is set). */
#include "kdp.h"
#include <ntddkbd.h>

#define READ_COUNT 16

static KEVENT Stop, Opened;
static NTSTATUS OpenStatus;
static PETHREAD Pump; /* NULL: closed */

/* Modifier keys held down; the pump's own. */
static BOOLEAN Shift, Control, CapsLock;

static const CHAR Plain[] = "\0\x1B"
                            "1234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const CHAR Shifted[] = "\0\x1B"
                              "!@#$%^&*()_+\b\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

#define SCAN_CONTROL     0x1D
#define SCAN_LEFT_SHIFT  0x2A
#define SCAN_RIGHT_SHIFT 0x36
#define SCAN_CAPS_LOCK   0x3A
#define SCAN_UP          0x48
#define SCAN_DOWN        0x50
#define SCAN_ENTER       0x1C
#define SCAN_SLASH       0x35

static CHAR TranslateKey(USHORT MakeCode, USHORT Flags);
static VOID NTAPI PumpKeys(PVOID Context);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, TranslateKey)
#pragma alloc_text(PAGE, PumpKeys)
#pragma alloc_text(PAGE, KdpOpenKeyboard)
#pragma alloc_text(PAGE, KdpCloseKeyboard)
#endif

/* The character of a key going down, 0 for none. */
static CHAR TranslateKey(USHORT MakeCode, USHORT Flags)
{
    BOOLEAN Down = (Flags & KEY_BREAK) == 0;
    CHAR Character;

    PAGED_CODE();
    if (MakeCode == SCAN_CONTROL) {
        Control = Down;
    } else if ((Flags & KEY_E0) == 0 &&
               (MakeCode == SCAN_LEFT_SHIFT || MakeCode == SCAN_RIGHT_SHIFT)) {
        Shift = Down;
    } else if (MakeCode == SCAN_CAPS_LOCK && Down) {
        CapsLock = !CapsLock;
    }
    if (!Down) {
        return 0;
    }
    if ((Flags & KEY_E0) != 0) {
        switch (MakeCode) {
        case SCAN_UP:
            return KD_KEY_PREVIOUS;
        case SCAN_DOWN:
            return KD_KEY_NEXT;
        case SCAN_ENTER:
            return '\r';
        case SCAN_SLASH:
            return '/';
        default:
            return 0;
        }
    }
    if (MakeCode >= sizeof(Plain) - 1) {
        return 0;
    }
    Character = Plain[MakeCode];
    if (Character >= 'a' && Character <= 'z') {
        if (Control) {
            return Character - 'a' + 1;
        }
        return Shift != CapsLock ? Shifted[MakeCode] : Character;
    }
    return Shift ? Shifted[MakeCode] : Character;
}

static VOID NTAPI PumpKeys(PVOID Context)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\KeyboardClass0");
    KEYBOARD_INPUT_DATA Keys[READ_COUNT];
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    HANDLE File, EventHandle = NULL;
    PVOID Waits[2] = {NULL, &Stop};
    NTSTATUS Status;

    PAGED_CODE();
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwCreateFile(&File, FILE_READ_DATA, &Attributes, &IoStatus, NULL, 0, 0, FILE_OPEN, 0,
                          NULL, 0);
    if (NT_SUCCESS(Status)) {
        Status = ZwCreateEvent(&EventHandle, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);
        if (NT_SUCCESS(Status)) {
            Status = ObReferenceObjectByHandle(EventHandle, 0, *ExEventObjectType, KernelMode,
                                               &Waits[0], NULL);
        }
        if (!NT_SUCCESS(Status)) {
            ZwClose(File);
        }
    }
    OpenStatus = Status;
    KeSetEvent(&Opened, IO_NO_INCREMENT, FALSE);
    while (NT_SUCCESS(Status)) {
        LARGE_INTEGER Offset = {.QuadPart = 0};

        Status =
            ZwReadFile(File, EventHandle, NULL, NULL, &IoStatus, Keys, sizeof(Keys), &Offset, NULL);
        if (Status == STATUS_PENDING) {
            if (KeWaitForMultipleObjects(2, Waits, WaitAny, Executive, KernelMode, FALSE, NULL,
                                         NULL) != STATUS_WAIT_0) {
                break;
            }
            Status = IoStatus.Status;
        }
        for (ULONG Index = 0; NT_SUCCESS(Status) && Index < IoStatus.Information / sizeof(Keys[0]);
             Index++) {
            CHAR Character = TranslateKey(Keys[Index].MakeCode, Keys[Index].Flags);

            if (Character != 0) {
                KdpPutKey(Character);
            }
        }
    }
    if (NT_SUCCESS(OpenStatus)) {
        ZwClose(File);
        if (Status == STATUS_PENDING) {
            /* The read uses Keys and IoStatus: wait for the class driver to give it back. */
            KeWaitForSingleObject(Waits[0], Executive, KernelMode, FALSE, NULL);
        }
        ObDereferenceObject(Waits[0]);
    }
    if (EventHandle != NULL) {
        ZwClose(EventHandle);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS KdpOpenKeyboard(VOID)
{
    NTSTATUS Status;

    PAGED_CODE();
    if (Pump != NULL) {
        return STATUS_SUCCESS;
    }
    KeInitializeEvent(&Stop, NotificationEvent, FALSE);
    KeInitializeEvent(&Opened, NotificationEvent, FALSE);
    Status = PsCreateNamedSystemThread("keyboard", 10, PumpKeys, NULL, &Pump);
    if (!NT_SUCCESS(Status)) {
        Pump = NULL;
        return Status;
    }
    KeWaitForSingleObject(&Opened, Executive, KernelMode, FALSE, NULL);
    Status = OpenStatus;
    if (!NT_SUCCESS(Status)) {
        KdpCloseKeyboard();
    }
    return Status;
}

NTSTATUS KdpCloseKeyboard(VOID)
{
    PAGED_CODE();

    if (Pump != NULL) {
        KeSetEvent(&Stop, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(Pump, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Pump);
        Pump = NULL;
        Shift = Control = CapsLock = FALSE;
    }
    return STATUS_SUCCESS;
}
