/* Opening files from a driver, and share access: the arithmetic behind FILE_SHARE_…, which file
 * systems keep per file and the kernel does for them. */
#ifndef PAGODA_WDM_IOOPEN_H
#define PAGODA_WDM_IOOPEN_H

/* Opens or creates a file or device: ZwCreateFile with more options.
 *
 *   FileHandle … EaLength   as for ZwCreateFile in zw.h
 *   CreateFileType          CreateFileTypeNone: there are no pipes or mailslots here
 *   ExtraCreateParameters   NULL
 *   Options                 IO_OPEN_PAGING_FILE: the file is a page file: one open, nobody deletes
 *                           it; IO_OPEN_TARGET_DIRECTORY: open the directory a file is in, whether
 *                           the file exists or not; IO_NO_PARAMETER_CHECKING,
 *                           IO_FORCE_ACCESS_CHECK: accepted
 *   IRQL                    PASSIVE_LEVEL
 *   returns                 as ZwCreateFile
 *   see                     IoCreateFile, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                                        POBJECT_ATTRIBUTES ObjectAttributes,
                                        PIO_STATUS_BLOCK IoStatusBlock,
                                        PLARGE_INTEGER AllocationSize, ULONG FileAttributes,
                                        ULONG ShareAccess, ULONG Disposition, ULONG CreateOptions,
                                        PVOID EaBuffer, ULONG EaLength,
                                        CREATE_FILE_TYPE CreateFileType,
                                        PVOID ExtraCreateParameters, ULONG Options);

/* Asks whether one more open fits those a file has.
 *
 *   DesiredAccess        what the new open wants; reading, executing, writing, appending and
 *                        deleting count, the rest asks nothing
 *   DesiredShareAccess   FILE_SHARE_…: what the new open allows others
 *   FileObject           the new open; its ReadAccess … SharedDelete are set from the two above
 *   ShareAccess          the file's counts; the caller's, under the caller's lock
 *   Update               TRUE: count the open if it fits
 *   IRQL                 PASSIVE_LEVEL
 *   returns              STATUS_SUCCESS, STATUS_SHARING_VIOLATION: nothing was counted
 *   see                  IoCheckShareAccess, wdm.h */
NTKERNELAPI NTSTATUS NTAPI IoCheckShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                                              PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess,
                                              BOOLEAN Update);

/* Starts a file's counts with its first open; ShareAccess need not be initialised. Arguments and
 * lock as for IoCheckShareAccess. PASSIVE_LEVEL; see IoSetShareAccess, wdm.h. */
NTKERNELAPI VOID NTAPI IoSetShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                                        PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess);

/* Counts an open that IoCheckShareAccess, called without Update, has found to fit, the lock held
 * all the while. PASSIVE_LEVEL; see IoUpdateShareAccess, wdm.h. */
NTKERNELAPI VOID NTAPI IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess);

/* Takes an open out of the counts, in IRP_MJ_CLEANUP: once per open that was counted.
 * PASSIVE_LEVEL; see IoRemoveShareAccess, wdm.h. */
NTKERNELAPI VOID NTAPI IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess);

#endif
