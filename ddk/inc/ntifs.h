/* File system drivers' view: everything of ntddk.h, and volumes, directory listings, renames. */
#ifndef _NTIFS_
#define _NTIFS_

#include "ntddk.h"

#define FILE_CASE_SENSITIVE_SEARCH 0x00000001
#define FILE_CASE_PRESERVED_NAMES  0x00000002
#define FILE_UNICODE_ON_DISK       0x00000004
#define FILE_READ_ONLY_VOLUME      0x00080000

typedef struct _FILE_DIRECTORY_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_DIRECTORY_INFORMATION, *PFILE_DIRECTORY_INFORMATION;

typedef struct _FILE_FULL_DIR_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    WCHAR FileName[1];
} FILE_FULL_DIR_INFORMATION, *PFILE_FULL_DIR_INFORMATION;

typedef struct _FILE_BOTH_DIR_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    CCHAR ShortNameLength;
    WCHAR ShortName[12];
    WCHAR FileName[1];
} FILE_BOTH_DIR_INFORMATION, *PFILE_BOTH_DIR_INFORMATION;

typedef struct _FILE_NAMES_INFORMATION {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_NAMES_INFORMATION, *PFILE_NAMES_INFORMATION;

typedef struct _FILE_INTERNAL_INFORMATION {
    LARGE_INTEGER IndexNumber;
} FILE_INTERNAL_INFORMATION, *PFILE_INTERNAL_INFORMATION;

typedef struct _FILE_EA_INFORMATION {
    ULONG EaSize;
} FILE_EA_INFORMATION, *PFILE_EA_INFORMATION;

typedef struct _FILE_ACCESS_INFORMATION {
    ACCESS_MASK AccessFlags;
} FILE_ACCESS_INFORMATION, *PFILE_ACCESS_INFORMATION;

typedef struct _FILE_MODE_INFORMATION {
    ULONG Mode;
} FILE_MODE_INFORMATION, *PFILE_MODE_INFORMATION;

typedef struct _FILE_ALL_INFORMATION {
    FILE_BASIC_INFORMATION BasicInformation;
    FILE_STANDARD_INFORMATION StandardInformation;
    FILE_INTERNAL_INFORMATION InternalInformation;
    FILE_EA_INFORMATION EaInformation;
    FILE_ACCESS_INFORMATION AccessInformation;
    FILE_POSITION_INFORMATION PositionInformation;
    FILE_MODE_INFORMATION ModeInformation;
    FILE_ALIGNMENT_INFORMATION AlignmentInformation;
    FILE_NAME_INFORMATION NameInformation;
} FILE_ALL_INFORMATION, *PFILE_ALL_INFORMATION;

typedef struct _FILE_ALLOCATION_INFORMATION {
    LARGE_INTEGER AllocationSize;
} FILE_ALLOCATION_INFORMATION, *PFILE_ALLOCATION_INFORMATION;

typedef struct _FILE_RENAME_INFORMATION {
    BOOLEAN ReplaceIfExists;
    HANDLE RootDirectory;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_RENAME_INFORMATION, *PFILE_RENAME_INFORMATION;

typedef struct _FILE_FS_ATTRIBUTE_INFORMATION {
    ULONG FileSystemAttributes;
    LONG MaximumComponentNameLength;
    ULONG FileSystemNameLength;
    WCHAR FileSystemName[1];
} FILE_FS_ATTRIBUTE_INFORMATION, *PFILE_FS_ATTRIBUTE_INFORMATION;

/* Two more types for ObReferenceObjectBy…: see wdm/ob.h. */
NTKERNELAPI extern POBJECT_TYPE *IoDriverObjectType;
NTKERNELAPI extern POBJECT_TYPE *IoDeviceObjectType;

/* Announces a file system: its device is asked to mount (IRP_MJ_FILE_SYSTEM_CONTROL,
 * IRP_MN_MOUNT_VOLUME) when a device with a VPB and without a volume is first opened.
 *
 *   DeviceObject   the file system's control device, of type FILE_DEVICE_DISK_FILE_SYSTEM; holds a
 *                  reference until it is unregistered. Registered later is asked first
 *   IRQL           PASSIVE_LEVEL
 *   see            IoRegisterFileSystem, ntifs.h in the Windows driver documentation */
NTKERNELAPI VOID NTAPI IoRegisterFileSystem(PDEVICE_OBJECT DeviceObject);

/* Takes that back: it is not asked again. PASSIVE_LEVEL; see IoUnregisterFileSystem, ntifs.h. */
NTKERNELAPI VOID NTAPI IoUnregisterFileSystem(PDEVICE_OBJECT DeviceObject);

/* Takes the lock that guards the Flags, ReferenceCount and DeviceObject of every VPB; returns at
 * DISPATCH_LEVEL with the former IRQL in *Irql. Resident callers only. <= DISPATCH_LEVEL; see
 * IoAcquireVpbSpinLock, ntifs.h. */
NTKERNELAPI VOID NTAPI IoAcquireVpbSpinLock(PKIRQL Irql);

/* Lets it go. DISPATCH_LEVEL; see IoReleaseVpbSpinLock, ntifs.h. */
NTKERNELAPI VOID NTAPI IoReleaseVpbSpinLock(KIRQL Irql);

/* Says an object's full name.
 *
 *   Object           referenced by the caller
 *   ObjectNameInfo   out: a UNICODE_STRING whose Buffer lies behind it, zero-terminated; empty for
 *                    an object without a name
 *   Length           bytes at ObjectNameInfo
 *   ReturnLength     out: bytes written or needed
 *   IRQL             PASSIVE_LEVEL
 *   returns          STATUS_SUCCESS, STATUS_INFO_LENGTH_MISMATCH: it does not fit
 *   see              ObQueryNameString, ntifs.h */
NTKERNELAPI NTSTATUS NTAPI ObQueryNameString(PVOID Object,
                                             POBJECT_NAME_INFORMATION ObjectNameInfo, ULONG Length,
                                             PULONG ReturnLength);

/* Finds an object by its name in the namespace and references it, without a handle: how filter
 * drivers get at \Driver\NAME.
 *
 *   ObjectName      full name
 *   Attributes      OBJ_CASE_INSENSITIVE and its like
 *   AccessState     NULL
 *   DesiredAccess   0
 *   ObjectType      the type it must have: *IoDriverObjectType
 *   AccessMode      KernelMode
 *   ParseContext    NULL
 *   Object          out: the object; ObDereferenceObject when done
 *   IRQL            PASSIVE_LEVEL
 *   returns         STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND,
 *                   STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_TYPE_MISMATCH
 *   see             not documented by Microsoft; exported by NT and in wide use */
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByName(PUNICODE_STRING ObjectName, ULONG Attributes,
                                                   PACCESS_STATE AccessState,
                                                   ACCESS_MASK DesiredAccess,
                                                   POBJECT_TYPE ObjectType,
                                                   KPROCESSOR_MODE AccessMode, PVOID ParseContext,
                                                   PVOID *Object);

#endif
