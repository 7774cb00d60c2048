/* Between a keyboard class driver and the port driver under it: how the two are connected. */
#ifndef _KBDMOU_
#define _KBDMOU_

#include "ntddkbd.h"

#define IOCTL_INTERNAL_KEYBOARD_CONNECT \
    CTL_CODE(FILE_DEVICE_KEYBOARD, 0x0080, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_KEYBOARD_DISCONNECT \
    CTL_CODE(FILE_DEVICE_KEYBOARD, 0x0100, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_KEYBOARD_ENABLE \
    CTL_CODE(FILE_DEVICE_KEYBOARD, 0x0200, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_KEYBOARD_DISABLE \
    CTL_CODE(FILE_DEVICE_KEYBOARD, 0x0400, METHOD_NEITHER, FILE_ANY_ACCESS)

/* Type3InputBuffer of the connect request: the class device, and its service callback. */
typedef struct _CONNECT_DATA {
    PDEVICE_OBJECT ClassDeviceObject;
    PVOID ClassService;
} CONNECT_DATA, *PCONNECT_DATA;

/* What ClassService points at. Called by the port driver at DISPATCH_LEVEL:
 *   NormalContext     CONNECT_DATA.ClassDeviceObject
 *   SystemArgument1   PKEYBOARD_INPUT_DATA, the first packet
 *   SystemArgument2   PKEYBOARD_INPUT_DATA, just past the last
 *   SystemArgument3   PULONG, out: how many packets were taken */
typedef VOID(NTAPI *PSERVICE_CALLBACK_ROUTINE)(PVOID NormalContext, PVOID SystemArgument1,
                                               PVOID SystemArgument2, PVOID SystemArgument3);

#endif
