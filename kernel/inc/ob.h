/* Object manager, for the rest of the kernel: types, objects, names, handles. What drivers may
 * call (ObReferenceObjectByHandle, ObfDereferenceObject, ZwClose, …) is in ddk/inc.
 *
 * An object is a header followed by its body; everybody else holds pointers to the body. It lives
 * while PointerCount > 0: every handle and every directory entry counts as one pointer. An object
 * that is not permanent loses its name when its last handle goes.
 *
 * Lock order, outermost first:
 *   ObpNamespaceLock   directories, names, Permanent                           (fast mutex)
 *   ObpHandleLock      handle table, HandleCount                                (fast mutex)
 * No lock is held while a type's procedure is called. */
#ifndef PAGODA_OB_H
#define PAGODA_OB_H

#include <ntifs.h>

/* Makes the object types of ob and its directories. After ExInitSystem(0), before CmInitSystem. */
BOOLEAN ObInitSystem(VOID);

/* --- Types --- */

/* The last pointer is gone: release what the body owns; the caller frees the body. PASSIVE_LEVEL,
 * any thread. */
typedef VOID (*POB_DELETE_METHOD)(PVOID Object);

/* A handle was closed; HandlesLeft counts those that remain. PASSIVE_LEVEL, in the closer's thread. */
typedef VOID (*POB_CLOSE_METHOD)(PVOID Object, ULONG HandlesLeft);

/* A handle is about to be created; any failure status prevents it. */
typedef NTSTATUS (*POB_OPEN_METHOD)(PVOID Object, ACCESS_MASK DesiredAccess, ULONG Attributes);

/* What a parse method is told about the open that reached its object. */
typedef struct _OB_PARSE_REQUEST {
    POBJECT_TYPE ExpectedType;      /* NULL: any                                              */
    ACCESS_MASK DesiredAccess;
    ULONG Attributes;               /* OBJ_…                                                  */
    PUNICODE_STRING CompleteName;   /* whole name that is being walked, for messages          */
    PVOID ParseContext;             /* as given to ObOpenObjectByName: type's own             */
} OB_PARSE_REQUEST, *POB_PARSE_REQUEST;

/* The walk has reached ParseObject with RemainingName left (begins with '\', or is empty, or, for
 * a name relative to ParseObject's handle, begins with a component). Returns a referenced object,
 * or STATUS_REPARSE with *NewName (pool, freed by ob with ExFreePool): walk on from the root. */
typedef NTSTATUS (*POB_PARSE_METHOD)(PVOID ParseObject, POB_PARSE_REQUEST Request,
                                     PUNICODE_STRING RemainingName, PUNICODE_STRING NewName,
                                     PVOID *Object);

/* Adds the object's own name (a file's, a key's) to what its directory entry gives. Writes at
 * most Length bytes to Buffer and the length needed to *Needed. PASSIVE_LEVEL. */
typedef NTSTATUS (*POB_QUERY_NAME_METHOD)(PVOID Object, PWSTR Buffer, ULONG Length,
                                          PULONG Needed);

#define OB_NOT_WAITABLE     ((LONG)-1)

typedef struct _OBJECT_TYPE_INITIALIZER {
    PCWSTR Name;                    /* appears as \ObjectTypes\Name                           */
    POOL_TYPE PoolType;             /* PagedPool only if nobody derefers it above APC_LEVEL   */
    ACCESS_MASK ValidAccess;
    GENERIC_MAPPING GenericMapping;
    LONG WaitOffset;                /* of the DISPATCHER_HEADER in the body, or OB_NOT_WAITABLE */
    BOOLEAN WaitIsPointer;          /* at WaitOffset is a pointer to the dispatcher object    */
    POB_DELETE_METHOD Delete;       /* each may be NULL                                       */
    POB_OPEN_METHOD Open;
    POB_CLOSE_METHOD Close;
    POB_PARSE_METHOD Parse;
    POB_QUERY_NAME_METHOD QueryName;
} OBJECT_TYPE_INITIALIZER, *POBJECT_TYPE_INITIALIZER;

/* Guards: (c) constant, (i) interlocked. Itself an object of the type "Type". */
typedef struct _OBJECT_TYPE {
    struct _OBJECT_TYPE *Self;      /* (c) see OB_EXPORT_TYPE                                 */
    OBJECT_TYPE_INITIALIZER Info;   /* (c)                                                    */
    UNICODE_STRING Name;            /* (c)                                                    */
    ULONG Tag;                      /* (c) pool tag, first letters of the name                */
    volatile LONG Objects;          /* (i) alive now                                          */
    volatile LONG Handles;          /* (i) open now                                           */
} OBJECT_TYPE;

NTSTATUS ObCreateObjectType(const OBJECT_TYPE_INITIALIZER *Initializer, POBJECT_TYPE *Type);

/* The value for an exported variable such as IoFileObjectType. Drivers write *IoFileObjectType;
 * whether their linker takes the name for the variable or for its import slot, one of the two
 * loads ends at the type itself, and the first word of a type points at the type. */
#define OB_EXPORT_TYPE(Type) (&(Type)->Self)

extern POBJECT_TYPE ObpTypeType, ObpDirectoryType, ObpSymbolicLinkType;

/* --- Objects --- */

/* Makes an object with one pointer, body zeroed, no name, no handle. ObDereferenceObject undoes. */
NTSTATUS ObCreateObject(POBJECT_TYPE Type, SIZE_T BodySize, PVOID *Object);

/* Enters a new object under Attributes' name (if it has one) and opens a handle (if Handle is not
 * NULL). Takes over the caller's pointer when it fails or when a handle was made; with Handle ==
 * NULL a success leaves the caller its pointer. OBJ_PERMANENT keeps the name without handles.
 * With OBJ_OPENIF an object of the same type and name that exists already is opened instead and
 * STATUS_OBJECT_NAME_EXISTS returned. */
NTSTATUS ObInsertObject(PVOID Object, POBJECT_ATTRIBUTES Attributes, ACCESS_MASK DesiredAccess,
                        PHANDLE Handle);

/* Looks a name up (from Attributes->RootDirectory or the root) and opens a handle. */
NTSTATUS ObOpenObjectByName(POBJECT_ATTRIBUTES Attributes, POBJECT_TYPE Type,
                            ACCESS_MASK DesiredAccess, PVOID ParseContext, PHANDLE Handle);

/* The same without a handle: *Object is returned with a pointer of the caller's. */
NTSTATUS ObReferenceObjectByAttributes(POBJECT_ATTRIBUTES Attributes, POBJECT_TYPE Type,
                                       ACCESS_MASK DesiredAccess, PVOID ParseContext,
                                       PVOID *Object);

/* Name of an object as the namespace has it ("" when it has none), in pool: the caller frees
 * Name->Buffer with ExFreePool. PASSIVE_LEVEL. */
NTSTATUS ObQueryObjectName(PVOID Object, PUNICODE_STRING Name);

/* Makes the symbolic link Name -> Target. OBJ_PERMANENT: stays until made temporary. */
NTSTATUS ObCreateSymbolicLink(PUNICODE_STRING Name, PCUNICODE_STRING Target, ULONG Attributes);

/* Removes a symbolic link made permanent. */
NTSTATUS ObDeleteSymbolicLink(PUNICODE_STRING Name);

/* Makes a permanent directory. */
NTSTATUS ObCreateDirectory(PCWSTR Name);

/* Opens a handle to an object at hand (consumes no pointer of the caller's). */
NTSTATUS ObCreateHandle(PVOID Object, ACCESS_MASK GrantedAccess, ULONG Attributes, PHANDLE Handle);

/* A permanent object loses its permanence, and with it its name unless a handle is open. */
VOID ObMakeObjectTemporary(PVOID Object);

POBJECT_TYPE ObTypeOf(PVOID Object);

/* The dispatcher object to wait on for Object, NULL if it is not waitable. */
PVOID ObWaitObject(PVOID Object);

/* Waits until deletes that were put off (last dereference above PASSIVE_LEVEL) have been done. */
VOID ObFlushDeferredDeletes(VOID);

/* --- Watching (console, leak tests) --- */
typedef struct _OB_STATISTICS {
    LONG Objects;           /* all types */
    LONG Handles;
    LONG Deferred;          /* waiting to be deleted at PASSIVE_LEVEL */
} OB_STATISTICS, *POB_STATISTICS;
VOID ObQueryStatistics(POB_STATISTICS Statistics);

/* Calls Routine for each entry of a directory (the object is referenced for the call); FALSE ends. */
typedef BOOLEAN (*POB_ENTRY_CALLBACK)(PVOID Context, PCUNICODE_STRING Name, PVOID Object,
                                      POBJECT_TYPE Type);
NTSTATUS ObEnumerateDirectory(PUNICODE_STRING Directory, POB_ENTRY_CALLBACK Routine,
                              PVOID Context);

/* Name of the type, counts of an object: for `obj`. */
VOID ObQueryCounts(PVOID Object, PLONG Pointers, PLONG Handles);

#endif
