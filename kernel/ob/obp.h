/* Object manager's own: the header before each body, directories, links, and the locks.
 *
 * Guards: (c) constant after creation, (i) interlocked, (n) ObpNamespaceLock,
 *         (h) ObpHandleLock. The order of the locks is in ob.h. */
#ifndef PAGODA_OBP_H
#define PAGODA_OBP_H

#include <ntifs.h>
#include "ob.h"
#include "ke.h"

#define OBP_TAG 'tcbO'
#define OBP_NAME_TAG 'mNbO'
#define OBP_HASH_BUCKETS 37
#define OBP_MAXIMUM_REPARSES 32

typedef struct _OBJECT_HEADER OBJECT_HEADER, *POBJECT_HEADER;

typedef struct _OBJECT_DIRECTORY {
    POBJECT_HEADER Buckets[OBP_HASH_BUCKETS]; /* (n) each entry holds a pointer on its object */
    ULONG Count;                              /* (n)                                          */
} OBJECT_DIRECTORY, *POBJECT_DIRECTORY;

typedef struct _OBJECT_SYMBOLIC_LINK {
    UNICODE_STRING Target; /* (c) */
} OBJECT_SYMBOLIC_LINK, *POBJECT_SYMBOLIC_LINK;

struct _OBJECT_HEADER {
    volatile LONG PointerCount;  /* (i)                                                       */
    LONG HandleCount;            /* (h)                                                       */
    POBJECT_TYPE Type;           /* (c)                                                       */
    POBJECT_DIRECTORY Directory; /* (n) where the name is; holds a pointer on it; NULL if none */
    union {
        POBJECT_HEADER HashNext; /* (n) next in the directory's bucket                        */
        POBJECT_HEADER ReapNext; /* (i) next to be deleted: has no name any more              */
    };
    UNICODE_STRING Name; /* (n) last component, in paged pool                                 */
    ULONG Permanent;     /* (n) keeps its name without handles                                */
};

/* The body follows the header and must stay aligned for a LARGE_INTEGER. */
C_ASSERT(sizeof(OBJECT_HEADER) % 8 == 0);

FORCEINLINE POBJECT_HEADER ObpHeader(PVOID Object)
{
    return (POBJECT_HEADER)Object - 1;
}

FORCEINLINE PVOID ObpBody(POBJECT_HEADER Header)
{
    return Header + 1;
}

extern FAST_MUTEX ObpNamespaceLock;
extern FAST_MUTEX ObpHandleLock;
extern POBJECT_DIRECTORY ObpRootDirectory;

/* object.c */
LONG ObpQueryDeferred(VOID);

/* type.c */
BOOLEAN ObpInitTypes(VOID);

/* directory.c: all with ObpNamespaceLock held */
POBJECT_HEADER ObpFindEntry(POBJECT_DIRECTORY Directory, PCUNICODE_STRING Name);
VOID ObpInsertEntry(POBJECT_DIRECTORY Directory, POBJECT_HEADER Header);
VOID ObpRemoveEntry(POBJECT_HEADER Header);

/* name.c */
VOID ObpDeleteNameIfUnused(POBJECT_HEADER Header);

/* lookup.c: finds the object Attributes name, or, with Insert, enters Insert under that name.
 * *Found is referenced; with Insert and success it is Insert itself (referenced) unless
 * OBJ_OPENIF found another one: then the status is STATUS_OBJECT_NAME_EXISTS. */
NTSTATUS ObpLookup(POBJECT_ATTRIBUTES Attributes, POB_PARSE_REQUEST Request, PVOID Insert,
                   PVOID *Found);

/* handle.c */
BOOLEAN ObpInitHandles(VOID);

/* event.c */
BOOLEAN ObpInitEvents(VOID);

#endif
