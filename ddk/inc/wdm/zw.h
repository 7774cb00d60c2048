/* System services as drivers call them: objects, files, registry keys, drivers.
 *
 * What holds for all of them, and is not said again below: IRQL PASSIVE_LEVEL; buffers and
 * out-parameters are the caller's and may be pageable; OBJECT_ATTRIBUTES come from
 * InitializeObjectAttributes, names in them are full paths or relative to RootDirectory, without
 * regard to case if OBJ_CASE_INSENSITIVE; a handle that comes out is the caller's to ZwClose. There
 * is one process, so handles with and without OBJ_KERNEL_HANDLE are alike. "As a name brings" are
 * STATUS_OBJECT_NAME_NOT_FOUND, _NAME_INVALID, _PATH_NOT_FOUND, _PATH_SYNTAX_BAD and
 * _TYPE_MISMATCH; "as a handle brings" STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH and, for
 * access the handle was not granted, STATUS_ACCESS_DENIED; STATUS_INSUFFICIENT_RESOURCES may come
 * from anything that makes something. Called at a higher IRQL they may fault, which is a bugcheck.
 * The Windows driver documentation has each under its own name, wdm.h or ntifs.h. */
#ifndef PAGODA_WDM_ZW_H
#define PAGODA_WDM_ZW_H

#define ZwCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define NtCurrentProcess() ZwCurrentProcess()
#define ZwCurrentThread()  ((HANDLE)(LONG_PTR)-2)
#define NtCurrentThread()  ZwCurrentThread()

/* --- Handles, directories, symbolic links, events --- */

/* Closes a handle. The object lives on as long as it is referenced otherwise or permanent.
 * Returns STATUS_SUCCESS, STATUS_INVALID_HANDLE. */
NTSYSAPI NTSTATUS NTAPI ZwClose(HANDLE Handle);

/* Takes OBJ_PERMANENT back: a named object goes with its last handle then. Returns STATUS_SUCCESS,
 * and as a handle brings. */
NTSYSAPI NTSTATUS NTAPI ZwMakeTemporaryObject(HANDLE Handle);

/* Makes a directory in the namespace; or opens it with OBJ_OPENIF.
 *
 *   DesiredAccess   DIRECTORY_…
 *   returns         STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS: opened;
 *                   STATUS_OBJECT_NAME_COLLISION; as a name brings */
NTSYSAPI NTSTATUS NTAPI ZwCreateDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                                POBJECT_ATTRIBUTES ObjectAttributes);

/* Opens one. Returns STATUS_SUCCESS, and as a name brings. */
NTSYSAPI NTSTATUS NTAPI ZwOpenDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                              POBJECT_ATTRIBUTES ObjectAttributes);

/* Opens a symbolic link itself and not what it stands for. Returns STATUS_SUCCESS, and as a name
 * brings. */
NTSYSAPI NTSTATUS NTAPI ZwOpenSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
                                                 POBJECT_ATTRIBUTES ObjectAttributes);

/* Says what a link stands for.
 *
 *   LinkTarget       in: Buffer and MaximumLength in bytes; out: Length and the text
 *   ReturnedLength   out: bytes the text needs; may be NULL
 *   returns          STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL, as a handle brings */
NTSYSAPI NTSTATUS NTAPI ZwQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget,
                                                  PULONG ReturnedLength);

/* Opens an event by name. Returns STATUS_SUCCESS, and as a name brings. */
NTSYSAPI NTSTATUS NTAPI ZwOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes);

/* Makes an event object, for ZwReadFile and its like or by name for others.
 *
 *   ObjectAttributes   may be NULL
 *   EventType          NotificationEvent: stays signalled; SynchronizationEvent: lets one waiter go
 *   InitialState       TRUE: signalled
 *   returns            STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS: opened, with OBJ_OPENIF;
 *                      STATUS_OBJECT_NAME_COLLISION; STATUS_INVALID_PARAMETER; as a name brings */
NTSYSAPI NTSTATUS NTAPI ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                                      POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                                      BOOLEAN InitialState);

/* Signals it. PreviousState, out, may be NULL. Returns STATUS_SUCCESS, and as a handle brings. */
NTSYSAPI NTSTATUS NTAPI ZwSetEvent(HANDLE EventHandle, PLONG PreviousState);

/* Waits for an event, a thread or a file to be signalled.
 *
 *   Alertable   TRUE: an alert ends the wait
 *   Timeout     in 100 ns: negative from now, positive since 1601; NULL: for ever
 *   returns     STATUS_SUCCESS, STATUS_TIMEOUT, STATUS_ALERTED; STATUS_INVALID_HANDLE;
 *               STATUS_OBJECT_TYPE_MISMATCH: nothing that can be waited for */
NTSYSAPI NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable,
                                              PLARGE_INTEGER Timeout);

/* --- Files and devices --- */

/* Opens or creates a file, a directory or a device.
 *
 *   DesiredAccess       FILE_…, GENERIC_…, DELETE; SYNCHRONIZE with a synchronous open
 *   IoStatusBlock       out: status, and FILE_OPENED, FILE_CREATED and so on in Information
 *   AllocationSize      bytes to reserve for a new file; NULL: none
 *   FileAttributes      FILE_ATTRIBUTE_… of a new file
 *   ShareAccess         FILE_SHARE_…: what others may do meanwhile; 0: nothing
 *   CreateDisposition   FILE_OPEN, FILE_CREATE, FILE_OPEN_IF, FILE_OVERWRITE, FILE_OVERWRITE_IF,
 *                       FILE_SUPERSEDE
 *   CreateOptions       FILE_DIRECTORY_FILE, FILE_SYNCHRONOUS_IO_NONALERT, FILE_DELETE_ON_CLOSE, …
 *   EaBuffer, EaLength  NULL, 0 but for devices that want them
 *   returns             STATUS_SUCCESS, STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING,
 *                       STATUS_OBJECT_NAME_COLLISION, STATUS_FILE_IS_A_DIRECTORY,
 *                       STATUS_NOT_A_DIRECTORY, STATUS_CANNOT_DELETE, STATUS_DISK_FULL,
 *                       STATUS_INVALID_PARAMETER, as a name brings, and what the driver says */
NTSYSAPI NTSTATUS NTAPI ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes,
                                     PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER AllocationSize,
                                     ULONG FileAttributes, ULONG ShareAccess,
                                     ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                                     ULONG EaLength);

/* ZwCreateFile of what exists: FILE_OPEN. Statuses as there. */
NTSYSAPI NTSTATUS NTAPI ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                                   POBJECT_ATTRIBUTES ObjectAttributes,
                                   PIO_STATUS_BLOCK IoStatusBlock, ULONG ShareAccess,
                                   ULONG OpenOptions);

/* Reads.
 *
 *   Event           an event's handle, reset now and signalled at completion; or NULL
 *   ApcRoutine, ApcContext   called in this thread at completion, when it waits alertably; or NULL
 *   IoStatusBlock   out: status and bytes read; in place until completion, as is Buffer
 *   Buffer, Length  bytes; a file opened with FILE_NO_INTERMEDIATE_BUFFERING wants whole sectors
 *   ByteOffset      where in the file; NULL on a synchronous file: at its current position
 *   Key             NULL
 *   returns         STATUS_SUCCESS; STATUS_PENDING: asynchronous file, the rest comes later;
 *                   STATUS_END_OF_FILE: at or behind the end; STATUS_INVALID_PARAMETER;
 *                   STATUS_CANCELLED; as a handle brings; what the driver says */
NTSYSAPI NTSTATUS NTAPI ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                   PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                                   ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key);

/* Writes; arguments as ZwReadFile. ByteOffset FILE_WRITE_TO_END_OF_FILE with HighPart -1 appends.
 * Returns STATUS_SUCCESS, STATUS_PENDING, STATUS_DISK_FULL, STATUS_MEDIA_WRITE_PROTECTED and as
 * ZwReadFile. */
NTSYSAPI NTSTATUS NTAPI ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                    PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer,
                                    ULONG Length, PLARGE_INTEGER ByteOffset, PULONG Key);

/* Writes out what is cached of a file, or on a volume's handle of the whole volume. Returns
 * STATUS_SUCCESS, as a handle brings, what the driver says. */
NTSYSAPI NTSTATUS NTAPI ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock);

/* Times, sizes and attributes of a file by name, which is opened and closed for it. Returns
 * STATUS_SUCCESS, and as a name and a file system bring. */
NTSYSAPI NTSTATUS NTAPI ZwQueryFullAttributesFile(POBJECT_ATTRIBUTES ObjectAttributes,
                                                  PFILE_NETWORK_OPEN_INFORMATION FileInformation);

/* Deletes a file by name: opens it with DELETE, sharing everything, marks it, closes it. It goes
 * with the last handle to it. Returns STATUS_SUCCESS, STATUS_CANNOT_DELETE,
 * STATUS_SHARING_VIOLATION, as a name brings. */
NTSYSAPI NTSTATUS NTAPI ZwDeleteFile(POBJECT_ATTRIBUTES ObjectAttributes);

/* Reads one kind of information about a file.
 *
 *   FileInformation, Length   out: the structure of that class, and its bytes
 *   FileInformationClass      FileBasicInformation, FileStandardInformation, FileNameInformation,
 *                             FilePositionInformation, FileNetworkOpenInformation, …
 *   returns                   STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW: the name did not fit, the
 *                             rest is there; STATUS_INFO_LENGTH_MISMATCH;
 *                             STATUS_INVALID_INFO_CLASS; as a handle brings */
NTSYSAPI NTSTATUS NTAPI ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                               PVOID FileInformation, ULONG Length,
                                               FILE_INFORMATION_CLASS FileInformationClass);

/* Changes a file: times and attributes (FileBasicInformation), size (FileEndOfFileInformation,
 * FileAllocationInformation), name (FileRenameInformation), position, or marks it for deletion
 * (FileDispositionInformation; the handle needs DELETE).
 *
 *   FileInformation, Length   the structure of that class, and its bytes
 *   returns                   STATUS_SUCCESS, STATUS_CANNOT_DELETE, STATUS_DIRECTORY_NOT_EMPTY,
 *                             STATUS_OBJECT_NAME_COLLISION, STATUS_DISK_FULL,
 *                             STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_INFO_CLASS, as a handle
 *                             brings */
NTSYSAPI NTSTATUS NTAPI ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                             PVOID FileInformation, ULONG Length,
                                             FILE_INFORMATION_CLASS FileInformationClass);

/* Lists a directory, as many entries a call as fit.
 *
 *   Event … IoStatusBlock     as ZwReadFile
 *   FileInformation, Length   out: a chain by NextEntryOffset, 0 in the last
 *   FileInformationClass      FileDirectoryInformation, FileFullDirectoryInformation,
 *                             FileBothDirectoryInformation, FileNamesInformation
 *   ReturnSingleEntry         TRUE: one entry
 *   FileName                  a pattern with * and ?, taken from the first call on this handle;
 *                             NULL: all
 *   RestartScan               TRUE: from the beginning
 *   returns                   STATUS_SUCCESS; STATUS_NO_MORE_FILES; STATUS_NO_SUCH_FILE: the first
 *                             call found none; STATUS_BUFFER_OVERFLOW; STATUS_INVALID_INFO_CLASS;
 *                             as a handle brings */
NTSYSAPI NTSTATUS NTAPI ZwQueryDirectoryFile(HANDLE FileHandle, HANDLE Event,
                                             PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                             PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation,
                                             ULONG Length,
                                             FILE_INFORMATION_CLASS FileInformationClass,
                                             BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
                                             BOOLEAN RestartScan);

/* Reads one kind of information about the volume a file is on: FileFsVolumeInformation,
 * FileFsSizeInformation, FileFsDeviceInformation, FileFsAttributeInformation. Statuses as
 * ZwQueryInformationFile. */
NTSYSAPI NTSTATUS NTAPI ZwQueryVolumeInformationFile(HANDLE FileHandle,
                                                     PIO_STATUS_BLOCK IoStatusBlock,
                                                     PVOID FsInformation, ULONG Length,
                                                     FS_INFORMATION_CLASS FsInformationClass);

/* Sends a device control request.
 *
 *   Event … IoStatusBlock     as ZwReadFile; Information: bytes of output
 *   IoControlCode             CTL_CODE; its access bits are asked of the handle
 *   InputBuffer, …Length      bytes in; may be NULL, 0
 *   OutputBuffer, …Length     bytes out; may be NULL, 0
 *   returns                   STATUS_SUCCESS, STATUS_PENDING, STATUS_INVALID_DEVICE_REQUEST: the
 *                             driver does not know the code, as a handle brings, what the driver
 *                             says */
NTSYSAPI NTSTATUS NTAPI ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event,
                                              PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                              PIO_STATUS_BLOCK IoStatusBlock, ULONG IoControlCode,
                                              PVOID InputBuffer, ULONG InputBufferLength,
                                              PVOID OutputBuffer, ULONG OutputBufferLength);

/* --- The registry: \Registry\Machine\System\… --- */

/* Opens a key, or makes it where it is not; the key above must be there.
 *
 *   TitleIndex      0
 *   Class           not kept; may be NULL
 *   CreateOptions   REG_OPTION_NON_VOLATILE, or REG_OPTION_VOLATILE: not saved
 *   Disposition     out: REG_CREATED_NEW_KEY or REG_OPENED_EXISTING_KEY; may be NULL
 *   returns         STATUS_SUCCESS, as a name brings */
NTSYSAPI NTSTATUS NTAPI ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex,
                                    PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition);

/* Opens a key. Returns STATUS_SUCCESS, as a name brings. */
NTSYSAPI NTSTATUS NTAPI ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                                  POBJECT_ATTRIBUTES ObjectAttributes);

/* Describes a key.
 *
 *   KeyInformation, Length   out: KEY_…_INFORMATION of that class, and its bytes
 *   ResultLength             out: bytes written or needed
 *   returns                  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL: not even the fixed part fits;
 *                            STATUS_BUFFER_OVERFLOW: cut short; STATUS_INVALID_PARAMETER: no such
 *                            class; STATUS_KEY_DELETED; as a handle brings */
NTSYSAPI NTSTATUS NTAPI ZwQueryKey(HANDLE KeyHandle, KEY_INFORMATION_CLASS KeyInformationClass,
                                   PVOID KeyInformation, ULONG Length, PULONG ResultLength);

/* Describes a key's sub key number Index, from 0. Statuses as ZwQueryKey, and
 * STATUS_NO_MORE_ENTRIES. */
NTSYSAPI NTSTATUS NTAPI ZwEnumerateKey(HANDLE KeyHandle, ULONG Index,
                                       KEY_INFORMATION_CLASS KeyInformationClass,
                                       PVOID KeyInformation, ULONG Length, PULONG ResultLength);

/* Deletes a key without sub keys; its handles stay, and answer STATUS_KEY_DELETED. Returns
 * STATUS_SUCCESS, STATUS_CANNOT_DELETE: it has sub keys, as a handle brings. */
NTSYSAPI NTSTATUS NTAPI ZwDeleteKey(HANDLE KeyHandle);

/* Saves the hive the key is in to disk: returns when it is there. Returns STATUS_SUCCESS, what
 * writing the file brings, as a handle brings. */
NTSYSAPI NTSTATUS NTAPI ZwFlushKey(HANDLE KeyHandle);

/* Reads a value.
 *
 *   ValueName                     without regard to case; empty: the key's default value
 *   KeyValueInformation, Length   out: KEY_VALUE_…_INFORMATION of that class, and its bytes
 *   ResultLength                  out: bytes written or needed
 *   returns                       STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND, else as
 *                                 ZwQueryKey */
NTSYSAPI NTSTATUS NTAPI ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                                        KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                        PVOID KeyValueInformation, ULONG Length,
                                        PULONG ResultLength);

/* Reads a key's value number Index, from 0. Statuses as ZwQueryKey, and STATUS_NO_MORE_ENTRIES. */
NTSYSAPI NTSTATUS NTAPI ZwEnumerateValueKey(HANDLE KeyHandle, ULONG Index,
                                            KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                            PVOID KeyValueInformation, ULONG Length,
                                            PULONG ResultLength);

/* Writes a value, new or not. It is on disk after ZwFlushKey or an orderly shutdown.
 *
 *   TitleIndex       0
 *   Type             REG_…
 *   Data, DataSize   bytes; strings with their terminating zero; copied
 *   returns          STATUS_SUCCESS, STATUS_KEY_DELETED, as a handle brings */
NTSYSAPI NTSTATUS NTAPI ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                                      ULONG TitleIndex, ULONG Type, PVOID Data, ULONG DataSize);

/* Deletes a value. Returns STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_KEY_DELETED, as a
 * handle brings. */
NTSYSAPI NTSTATUS NTAPI ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName);

/* --- Drivers --- */

/* Loads the driver a service key describes, with every DLL it imports, and starts it.
 *
 *   DriverServiceName   \Registry\Machine\System\CurrentControlSet\Services\…
 *   returns             STATUS_SUCCESS, STATUS_IMAGE_ALREADY_LOADED, STATUS_OBJECT_NAME_NOT_FOUND:
 *                       no such key or file, STATUS_DLL_NOT_FOUND, STATUS_INVALID_IMAGE_NOT_MZ,
 *                       STATUS_INVALID_IMAGE_WIN_64, STATUS_INVALID_IMAGE_FORMAT,
 *                       STATUS_IMAGE_CHECKSUM_MISMATCH, STATUS_DRIVER_ENTRYPOINT_NOT_FOUND,
 *                       STATUS_DRIVER_ORDINAL_NOT_FOUND, STATUS_CONFLICTING_ADDRESSES,
 *                       STATUS_INSUFFICIENT_RESOURCES, STATUS_COMMITMENT_LIMIT, or what DriverEntry
 *                       returned. Nothing is left behind on failure; a line on COM1 says why */
NTSYSAPI NTSTATUS NTAPI ZwLoadDriver(PUNICODE_STRING DriverServiceName);

/* Calls the driver's Unload and takes it out of memory.
 *
 *   returns   STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST: it has no Unload routine or belongs to
 *             a plug and play device; STATUS_DEVICE_BUSY: one of its devices is open or has
 *             something attached; STATUS_OBJECT_NAME_NOT_FOUND: it is not loaded */
NTSYSAPI NTSTATUS NTAPI ZwUnloadDriver(PUNICODE_STRING DriverServiceName);

#endif
