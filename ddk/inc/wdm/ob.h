/* Objects: access rights, handles' attributes, and the object manager's routines.
 *
 * Every object is counted twice: by handles and by pointers. ObReferenceXxx adds a pointer
 * reference, ObDereferenceObject takes it away; the object goes with the last of them. */
#ifndef PAGODA_WDM_OB_H
#define PAGODA_WDM_OB_H

#define DIRECTORY_QUERY               0x0001
#define DIRECTORY_TRAVERSE            0x0002
#define DIRECTORY_CREATE_OBJECT       0x0004
#define DIRECTORY_CREATE_SUBDIRECTORY 0x0008
#define DIRECTORY_ALL_ACCESS          (STANDARD_RIGHTS_REQUIRED | 0xF)

#define SYMBOLIC_LINK_QUERY      0x0001
#define SYMBOLIC_LINK_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | 0x1)

#define THREAD_TERMINATE         0x0001
#define THREAD_SUSPEND_RESUME    0x0002
#define THREAD_ALERT             0x0004
#define THREAD_GET_CONTEXT       0x0008
#define THREAD_SET_CONTEXT       0x0010
#define THREAD_SET_INFORMATION   0x0020
#define THREAD_QUERY_INFORMATION 0x0040

#define OWNER_SECURITY_INFORMATION 0x00000001
#define GROUP_SECURITY_INFORMATION 0x00000002
#define DACL_SECURITY_INFORMATION  0x00000004
#define SACL_SECURITY_INFORMATION  0x00000008

typedef enum _SECURITY_IMPERSONATION_LEVEL {
    SecurityAnonymous,
    SecurityIdentification,
    SecurityImpersonation,
    SecurityDelegation
} SECURITY_IMPERSONATION_LEVEL, *PSECURITY_IMPERSONATION_LEVEL;

typedef struct _SECURITY_QUALITY_OF_SERVICE {
    ULONG Length;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    BOOLEAN ContextTrackingMode;
    BOOLEAN EffectiveOnly;
} SECURITY_QUALITY_OF_SERVICE, *PSECURITY_QUALITY_OF_SERVICE;

typedef struct _ACCESS_STATE *PACCESS_STATE;

typedef struct _OBJECT_HANDLE_INFORMATION {
    ULONG HandleAttributes;
    ACCESS_MASK GrantedAccess;
} OBJECT_HANDLE_INFORMATION, *POBJECT_HANDLE_INFORMATION;

typedef struct _OBJECT_NAME_INFORMATION {
    UNICODE_STRING Name;
} OBJECT_NAME_INFORMATION, *POBJECT_NAME_INFORMATION;

typedef struct _OBJECT_DIRECTORY_INFORMATION {
    UNICODE_STRING Name;
    UNICODE_STRING TypeName;
} OBJECT_DIRECTORY_INFORMATION, *POBJECT_DIRECTORY_INFORMATION;

/* The types a handle can be checked against, for ObReferenceObjectByHandle. Each is the address of
 * a variable in the kernel: pass *IoFileObjectType. */
NTKERNELAPI extern POBJECT_TYPE *ExEventObjectType;
NTKERNELAPI extern POBJECT_TYPE *IoFileObjectType;
NTKERNELAPI extern POBJECT_TYPE *PsThreadType;

/* Turns a handle into a pointer to its object, with a reference.
 *
 *   Handle          of this system process, or NtCurrentThread() and NtCurrentProcess()
 *   DesiredAccess   what the handle must have been granted; asked in user mode only
 *   ObjectType      *IoFileObjectType and so on; NULL: any
 *   AccessMode      KernelMode
 *   Object          out: the object's body; give it back with ObDereferenceObject
 *   Information     out: granted access and attributes, or NULL
 *   IRQL            <= APC_LEVEL
 *   returns         STATUS_SUCCESS, STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 *                   STATUS_ACCESS_DENIED
 *   see             ObReferenceObjectByHandle, wdm.h in the Windows driver documentation */
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                                     POBJECT_TYPE ObjectType,
                                                     KPROCESSOR_MODE AccessMode, PVOID *Object,
                                                     POBJECT_HANDLE_INFORMATION Information);

/* Adds a reference to an object after checking its type.
 *
 *   Object                      referenced by the caller already, or else alive for sure
 *   DesiredAccess, AccessMode   not looked at for KernelMode
 *   ObjectType                  the type it must have; NULL: any, for KernelMode
 *   IRQL                        <= DISPATCH_LEVEL
 *   returns                     STATUS_SUCCESS, STATUS_OBJECT_TYPE_MISMATCH
 *   see                         ObReferenceObjectByPointer, wdm.h */
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess,
                                                      POBJECT_TYPE ObjectType,
                                                      KPROCESSOR_MODE AccessMode);

/* Opens a handle to an object the caller has a pointer to.
 *
 *   Object              referenced by the caller; the handle holds a reference of its own
 *   HandleAttributes    OBJ_KERNEL_HANDLE and its like
 *   PassedAccessState   NULL
 *   DesiredAccess       what the handle shall be granted
 *   ObjectType          the type it must have; NULL: any
 *   AccessMode          KernelMode
 *   Handle              out: the caller's to ZwClose
 *   IRQL                PASSIVE_LEVEL
 *   returns             STATUS_SUCCESS, STATUS_OBJECT_TYPE_MISMATCH, STATUS_INSUFFICIENT_RESOURCES
 *   see                 ObOpenObjectByPointer, ntifs.h */
NTKERNELAPI NTSTATUS NTAPI ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes,
                                                 PACCESS_STATE PassedAccessState,
                                                 ACCESS_MASK DesiredAccess,
                                                 POBJECT_TYPE ObjectType,
                                                 KPROCESSOR_MODE AccessMode, PHANDLE Handle);

/* Adds a reference to an object that is alive. Drivers write ObReferenceObject. <= DISPATCH_LEVEL;
 * returns the new count, of use for diagnosis only. See ObReferenceObject, wdm.h. */
NTKERNELAPI LONG FASTCALL ObfReferenceObject(PVOID Object);

/* Takes a reference away; the object goes with the last one. At DISPATCH_LEVEL the going is left to
 * a system thread. Drivers write ObDereferenceObject. <= DISPATCH_LEVEL; returns the new count.
 * misuse: more often than referenced is bugcheck 0x18 (type, Object, 2, …). See
 * ObDereferenceObject, wdm.h. */
NTKERNELAPI LONG FASTCALL ObfDereferenceObject(PVOID Object);

#define ObReferenceObject(Object)   ObfReferenceObject(Object)
#define ObDereferenceObject(Object) ObfDereferenceObject(Object)

#endif
