/* Devices, their names and stacks; the life of a driver; plug and play, power and configuration. */
#ifndef PAGODA_WDM_IODEVICE_H
#define PAGODA_WDM_IODEVICE_H

/* Creates a device object for a driver.
 *
 *   DriverObject           whose device it becomes
 *   DeviceExtensionSize    bytes of zeroed nonpaged memory behind DeviceObject->DeviceExtension,
 *                          the driver's own until the device is gone; may be 0
 *   DeviceName             full name, \Device\…, copied; NULL: no name
 *   DeviceType             FILE_DEVICE_…; disks, CDs, tapes and virtual disks get a VPB
 *   DeviceCharacteristics  FILE_REMOVABLE_MEDIA and its like; 0 for most
 *   Exclusive              TRUE: one open handle at a time
 *   DeviceObject           out: the device, one reference, DO_DEVICE_INITIALIZING set. The flag is
 *                          cleared by the kernel after DriverEntry, by the driver in AddDevice
 *   IRQL                   PASSIVE_LEVEL
 *   returns                STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES,
 *                          STATUS_OBJECT_NAME_COLLISION and what else a bad name brings
 *   see                    IoCreateDevice, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
                                          PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
                                          ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                                          PDEVICE_OBJECT *DeviceObject);

/* Takes a device out of the system: its name goes at once, and nothing new can be opened on it. The
 * device itself stays until no file is open on it, no device is attached above it and nobody
 * references it.
 *
 *   DeviceObject   detached from the device below before
 *   IRQL           PASSIVE_LEVEL
 *   misuse         deleting twice is asserted
 *   see            IoDeleteDevice, wdm.h */
NTKERNELAPI VOID NTAPI IoDeleteDevice(PDEVICE_OBJECT DeviceObject);

/* Gives a device a second name, as a symbolic link in the namespace.
 *
 *   SymbolicLinkName   the new name, usually \DosDevices\…; copied
 *   DeviceName         what it stands for; copied, need not exist
 *   IRQL               PASSIVE_LEVEL
 *   returns            STATUS_SUCCESS, STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_PATH_NOT_FOUND,
 *                      STATUS_OBJECT_NAME_INVALID, STATUS_INSUFFICIENT_RESOURCES
 *   see                IoCreateSymbolicLink, wdm.h
 *
 * The link stays until IoDeleteSymbolicLink, even when the driver is unloaded. */
NTKERNELAPI NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName,
                                                PUNICODE_STRING DeviceName);

/* The same here: there are no users to protect a link from. See IoCreateUnprotectedSymbolicLink,
 * wdm.h. */
NTKERNELAPI NTSTATUS NTAPI IoCreateUnprotectedSymbolicLink(PUNICODE_STRING SymbolicLinkName,
                                                           PUNICODE_STRING DeviceName);

/* Removes a name made by IoCreateSymbolicLink.
 *
 *   SymbolicLinkName   as it was given there
 *   IRQL               PASSIVE_LEVEL
 *   returns            STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND,
 *                      STATUS_OBJECT_TYPE_MISMATCH: the name is not a link's
 *   see                IoDeleteSymbolicLink, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName);

/* Attaches a device to the top of the stack that a named device belongs to.
 *
 *   SourceDevice     the caller's device; gets the StackSize, buffering flags, alignment and
 *                    sector size of what it is attached to
 *   TargetDevice     name of any device in the stack
 *   AttachedDevice   out: the device below, where requests are passed on
 *   IRQL             PASSIVE_LEVEL
 *   returns          STATUS_SUCCESS, STATUS_NO_SUCH_DEVICE: it is being deleted, and what opening
 *                    the name brings
 *   see              IoAttachDevice, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoAttachDevice(PDEVICE_OBJECT SourceDevice, PUNICODE_STRING TargetDevice,
                                          PDEVICE_OBJECT *AttachedDevice);

/* Attaches a device to the top of the stack that another device belongs to; AddDevice's way.
 *
 *   SourceDevice   the caller's device; gets StackSize, alignment and sector size from below; its
 *                  Flags are the caller's to copy
 *   TargetDevice   any device of the stack, usually the physical device object
 *   IRQL           <= DISPATCH_LEVEL
 *   returns        the device directly below now, where requests are passed on; NULL: the top is
 *                  being deleted, nothing was done
 *   see            IoAttachDeviceToDeviceStack, wdm.h */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice,
                                                             PDEVICE_OBJECT TargetDevice);

/* Detaches whatever is attached directly above a device.
 *
 *   TargetDevice   the device below, as the attach routine returned it: not the caller's own
 *   IRQL           PASSIVE_LEVEL
 *   misuse         nothing is attached above: the caller's stack is damaged; asserted
 *   see            IoDetachDevice, wdm.h */
NTKERNELAPI VOID NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice);

/* The same without a reference: good only while the caller knows that the stack stays as it is.
 * <= DISPATCH_LEVEL; see IoGetAttachedDevice, ntifs.h. */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject);

/* Finds the top of the stack a device belongs to and references it.
 *
 *   IRQL      <= DISPATCH_LEVEL
 *   returns   the top, perhaps DeviceObject itself; give it back with ObDereferenceObject
 *   see       IoGetAttachedDeviceReference, wdm.h */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject);

/* Opens a device by name, to send it requests.
 *
 *   ObjectName      full name of the device, or of a link to it
 *   DesiredAccess   FILE_READ_DATA and others; FILE_READ_ATTRIBUTES opens without a mount
 *   FileObject      out: the open file, one reference. ObDereferenceObject on this, not on the
 *                   device, when done: that is the close
 *   DeviceObject    out: the top of the stack; not referenced, FileObject keeps it
 *   IRQL            PASSIVE_LEVEL
 *   returns         STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH,
 *                   STATUS_INSUFFICIENT_RESOURCES, and what the driver's create answers
 *   see             IoGetDeviceObjectPointer, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName,
                                                    ACCESS_MASK DesiredAccess,
                                                    PFILE_OBJECT *FileObject,
                                                    PDEVICE_OBJECT *DeviceObject);

/* Says which device gets a file's requests: the top of the file system's stack for a file on a
 * volume, of the device's own stack otherwise.
 *
 *   IRQL      <= DISPATCH_LEVEL
 *   returns   the device, not referenced: good as long as the file is open
 *   see       IoGetRelatedDeviceObject, wdm.h */
NTKERNELAPI PDEVICE_OBJECT NTAPI IoGetRelatedDeviceObject(PFILE_OBJECT FileObject);

/* --- A driver's life --- */

/* Asks for another call of a driver's after its DriverEntry has succeeded. INIT sections stay in
 * memory until the last such call has returned.
 *
 *   DriverObject   the driver
 *   Routine        called in a system thread at PASSIVE_LEVEL, with Context and the number of
 *                  calls so far, this one included. It may register itself again. While the
 *                  system starts it waits until the start of all drivers of its kind is done;
 *                  afterwards it follows DriverEntry
 *   Context        the driver's
 *   IRQL           PASSIVE_LEVEL, from DriverEntry or from such a routine
 *   misuse         registering from a DriverEntry that fails: the call is dropped
 *   see            IoRegisterDriverReinitialization, ntddk.h */
NTKERNELAPI VOID NTAPI IoRegisterDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                                        PDRIVER_REINITIALIZE Routine,
                                                        PVOID Context);

/* The same for boot drivers: called once all boot devices have been found and started. See
 * IoRegisterBootDriverReinitialization, ntddk.h. */
NTKERNELAPI VOID NTAPI IoRegisterBootDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                                            PDRIVER_REINITIALIZE Routine,
                                                            PVOID Context);

/* Asks for IRP_MJ_SHUTDOWN before the machine goes down, while file systems still work.
 *
 *   DeviceObject   gets it, through the top of its stack; the registration holds a reference
 *   IRQL           PASSIVE_LEVEL
 *   returns        STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES
 *   see            IoRegisterShutdownNotification, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject);

/* Takes all of a device's registrations back. A driver that can be unloaded must. PASSIVE_LEVEL;
 * see IoUnregisterShutdownNotification, wdm.h. */
NTKERNELAPI VOID NTAPI IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject);

/* Gives a driver nonpaged memory of its own that is not a device's. It goes with the driver object,
 * after Unload.
 *
 *   DriverObject                  the driver
 *   ClientIdentificationAddress   any address that is unique to the caller, to find it again
 *   DriverObjectExtensionSize     bytes
 *   DriverObjectExtension         out: the memory, zeroed
 *   IRQL                          <= DISPATCH_LEVEL
 *   returns                       STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES,
 *                                 STATUS_OBJECT_NAME_COLLISION: the address is in use
 *   see                           IoAllocateDriverObjectExtension, wdm.h
 *
 * The place for what must be nonpaged in a driver that calls MmPageEntireDriver, whose globals are
 * pageable. */
NTKERNELAPI NTSTATUS NTAPI IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                                           PVOID ClientIdentificationAddress,
                                                           ULONG DriverObjectExtensionSize,
                                                           PVOID *DriverObjectExtension);

/* Finds that memory again; NULL: there is none for this address. <= DISPATCH_LEVEL; see
 * IoGetDriverObjectExtension, wdm.h. */
NTKERNELAPI PVOID NTAPI IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                                   PVOID ClientIdentificationAddress);

/* --- Plug and play, power, configuration --- */

/* Reads a property of a plug and play device.
 *
 *   DeviceObject     its physical device object
 *   DeviceProperty   which: DevicePropertyHardwareID, CompatibleIDs, EnumeratorName, BusNumber,
 *                    LegacyBusType, PhysicalDeviceObjectName; a device has no others here
 *   BufferLength     bytes at PropertyBuffer
 *   PropertyBuffer   out: the value; strings with their terminating zero
 *   ResultLength     out: bytes written, or needed if the status is STATUS_BUFFER_TOO_SMALL
 *   IRQL             PASSIVE_LEVEL
 *   returns          STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL, STATUS_OBJECT_NAME_NOT_FOUND: the
 *                    device has no such property, STATUS_INVALID_DEVICE_REQUEST: not a physical
 *                    device object
 *   see              IoGetDeviceProperty, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject,
                                               DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                               ULONG BufferLength, PVOID PropertyBuffer,
                                               PULONG ResultLength);

/* Opens a plug and play device's own key in the registry.
 *
 *   DeviceObject     its physical device object
 *   DevInstKeyType   PLUGPLAY_REGKEY_DEVICE: "Device Parameters" under its key in Enum;
 *                    PLUGPLAY_REGKEY_DRIVER: "Parameters" under its driver's service key.
 *                    Either is made if it is not there
 *   DesiredAccess    KEY_…
 *   DeviceRegKey     out: the caller's to ZwClose
 *   IRQL             PASSIVE_LEVEL
 *   returns          STATUS_SUCCESS, STATUS_INVALID_PARAMETER, STATUS_INVALID_DEVICE_REQUEST: not
 *                    a physical device object, and what opening a key brings
 *   see              IoOpenDeviceRegistryKey, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject,
                                                   ULONG DevInstKeyType, ACCESS_MASK DesiredAccess,
                                                   PHANDLE DeviceRegKey);

/* Returns the system's counts of disks and other devices, from which class drivers take the number
 * of their next device and which they raise. Never NULL; shared by all, each field changed only
 * by drivers of its kind, during their start. PASSIVE_LEVEL; see IoGetConfigurationInformation,
 * ntddk.h. */
NTKERNELAPI PCONFIGURATION_INFORMATION NTAPI IoGetConfigurationInformation(VOID);

/* Passes a power IRP to the next lower device: IoCallDriver, since power IRPs are not serialised
 * here. IRQL as for IoCallDriver; returns what the driver returns. See PoCallDriver, wdm.h. */
NTKERNELAPI NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp);

/* Says that the next power IRP may come. None is ever held back here, as in Windows Vista and
 * later, so there is nothing to let go. <= DISPATCH_LEVEL; see PoStartNextPowerIrp, wdm.h. */
NTKERNELAPI VOID NTAPI PoStartNextPowerIrp(PIRP Irp);

#endif
