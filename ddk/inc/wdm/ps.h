/* System threads: making and ending them, and who is running. */
#ifndef PAGODA_WDM_PS_H
#define PAGODA_WDM_PS_H

/* Starts a system thread: kernel mode, priority 8, 12 KiB of stack.
 *
 *   ThreadHandle       out: the caller's to ZwClose, which does not end the thread
 *   DesiredAccess      THREAD_ALL_ACCESS, or what the handle is for
 *   ObjectAttributes   NULL, or attributes of the handle; threads have no names
 *   ProcessHandle      NULL: the system process, there is no other
 *   ClientId           out: process and thread id; or NULL
 *   StartRoutine       called at PASSIVE_LEVEL; may be pageable. Returning from it ends the thread
 *   StartContext       the driver's
 *   IRQL               PASSIVE_LEVEL
 *   returns            STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES
 *   see                PsCreateSystemThread, wdm.h
 *
 * A driver waits for its threads before it is unloaded: ObReferenceObjectByHandle, ZwClose, and in
 * Unload KeWaitForSingleObject on the thread object. */
NTKERNELAPI NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                                                POBJECT_ATTRIBUTES ObjectAttributes,
                                                HANDLE ProcessHandle, PCLIENT_ID ClientId,
                                                PKSTART_ROUTINE StartRoutine, PVOID StartContext);

/* Ends the calling thread, a system thread; its object is signalled. PASSIVE_LEVEL, no locks held.
 * Does not return. See PsTerminateSystemThread, wdm.h. */
NTKERNELAPI NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus);

/* Ids of the calling thread and of its process, as in CLIENT_ID. <= DISPATCH_LEVEL; see
 * PsGetCurrentProcessId, PsGetCurrentThreadId, ntddk.h. */
NTKERNELAPI HANDLE NTAPI PsGetCurrentProcessId(VOID);
NTKERNELAPI HANDLE NTAPI PsGetCurrentThreadId(VOID);

/* Says which version of NT's driver interface this is; the numbers of Windows 2000's successors.
 *
 *   MajorVersion, MinorVersion, BuildNumber   out, each may be NULL
 *   CSDVersion                                out: empty; may be NULL. Its Buffer is the kernel's
 *   IRQL                                      PASSIVE_LEVEL
 *   returns                                   TRUE for a checked kernel
 *   see                                       PsGetVersion, ntddk.h */
NTKERNELAPI BOOLEAN NTAPI PsGetVersion(PULONG MajorVersion, PULONG MinorVersion,
                                       PULONG BuildNumber, PUNICODE_STRING CSDVersion);

/* The process of the calling thread, not referenced: always the system process. Any IRQL; see
 * IoGetCurrentProcess, wdm.h. */
NTKERNELAPI PEPROCESS NTAPI IoGetCurrentProcess(VOID);

#define PsGetCurrentProcess IoGetCurrentProcess
#define PsGetCurrentThread() ((PETHREAD)KeGetCurrentThread())

#endif
