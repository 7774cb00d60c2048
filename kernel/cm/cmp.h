/* Configuration manager, private. The registry is a tree of keys and values in paged pool; a hive
 * file is read into such a tree whole and written from it whole.
 *
 *   hive_read.c   regf file -> tree: pure, believes nothing     (also compiled into host tests)
 *   hive_write.c  tree -> regf file: pure                       (also compiled into host tests)
 *   tree.c        keys and values: find, add, delete            (also compiled into host tests)
 *   link.c        CurrentControlSet and the roots above the hive
 *   object.c      key objects and the parse routine
 *   zwkey.c       Zw…Key
 *   query.c       RtlQueryRegistryValues and its kin
 *   save.c        loading from and saving to the volume
 *
 * Guards: CmpLock, an ERESOURCE, shared to look and exclusive to change. It is taken in the outer
 * routines (zwkey.c, object.c, save.c); everything else runs under it. */
#ifndef PAGODA_CMP_H
#define PAGODA_CMP_H

#include <ntifs.h>

#define CM_TAG 'yeKC'

#define CMP_MAX_NAME 255           /* characters in a key's name, as in NT   */
#define CMP_MAX_DATA (1024 * 1024) /* bytes in a value, as in NT's old hives */

typedef struct _CM_VALUE { /* paged; all of it under CmpLock */
    LIST_ENTRY Link;       /* in CM_KEY.Values               */
    ULONG Type;
    ULONG DataLength;
    ULONG Cell;        /* where the writer put it        */
    PUCHAR Data;       /* pool of its own, NULL if empty */
    USHORT NameLength; /* bytes                          */
    WCHAR Name[];
} CM_VALUE, *PCM_VALUE;

typedef struct _CM_KEY {    /* paged; all of it under CmpLock                     */
    struct _CM_KEY *Parent; /* NULL: a root, or deleted                           */
    LIST_ENTRY Link;        /* in Parent->Subkeys                                 */
    LIST_ENTRY Subkeys;     /* by name without case, ascending, as regf wants it  */
    LIST_ENTRY Values;      /* in the order they were made                        */
    ULONG SubkeyCount;
    ULONG ValueCount;
    LARGE_INTEGER LastWriteTime;
    ULONG Objects;          /* key objects that stand for it: it stays until none */
    ULONG Cell;             /* where the writer put it                            */
    struct _CM_KEY *Target; /* a link: the key looked up in its place             */
    UNICODE_STRING Class;   /* Buffer in pool of its own, or NULL                 */
    BOOLEAN Volatile;       /* not written to the hive file                       */
    BOOLEAN Permanent;      /* roots and links: never deleted                     */
    BOOLEAN Deleted;
    USHORT NameLength; /* bytes */
    WCHAR Name[];
} CM_KEY, *PCM_KEY;

/* ---- tree.c ---- */
UNICODE_STRING CmpKeyName(PCM_KEY Key);
NTSTATUS CmpCreateKey(PCM_KEY Parent, PCUNICODE_STRING Name, BOOLEAN Volatile, PCM_KEY *Key);
PCM_KEY CmpFindSubkey(PCM_KEY Key, PCUNICODE_STRING Name);
PCM_KEY CmpSubkeyByIndex(PCM_KEY Key, ULONG Index);
VOID CmpUnlinkKey(PCM_KEY Key); /* out of its parent; the memory stays    */
VOID CmpFreeKey(PCM_KEY Key);   /* an unlinked key without subkeys        */
VOID CmpFreeTree(PCM_KEY Root); /* unlinks, and frees everything below it;
                                   keys with objects only become deleted  */
PCM_VALUE CmpFindValue(PCM_KEY Key, PCUNICODE_STRING Name);
PCM_VALUE CmpValueByIndex(PCM_KEY Key, ULONG Index);
NTSTATUS CmpSetValue(PCM_KEY Key, PCUNICODE_STRING Name, ULONG Type, const VOID *Data,
                     ULONG Length);
VOID CmpDeleteValue(PCM_KEY Key, PCM_VALUE Value);
NTSTATUS CmpSetClass(PCM_KEY Key, PCUNICODE_STRING Class);

/* Walks a tree in pre-order: the key after Key below Root, or NULL. No recursion: hives are deep
 * as their makers wish and kernel stacks are not. */
PCM_KEY CmpNextKey(PCM_KEY Root, PCM_KEY Key);

/* ---- hive_read.c, hive_write.c ---- */

/* Makes a tree of a hive file in memory. Anything wrong with it gives STATUS_REGISTRY_CORRUPT (or
 * STATUS_INSUFFICIENT_RESOURCES) and nothing is left behind. */
NTSTATUS CmpReadHive(const VOID *File, SIZE_T Size, PCM_KEY *Root);

/* Makes a hive file of a tree, leaving volatile keys out: first called with File NULL to learn the
 * size, then with as much zeroed memory. The tree must not change between the two. */
SIZE_T CmpWriteHive(PCM_KEY Root, PVOID File, LARGE_INTEGER Now);

/* ---- link.c ---- */
extern ERESOURCE CmpLock;
extern PCM_KEY CmpRoot;   /* (CmpLock) \Registry                                */
extern PCM_KEY CmpSystem; /* (CmpLock) \Registry\Machine\System, the hive       */
extern BOOLEAN CmpDirty;  /* (CmpLock) the hive differs from its file            */

VOID CmpLockShared(VOID);
VOID CmpLockExclusive(VOID);
VOID CmpUnlock(VOID);

/* \Registry, Machine, Hardware and an empty System; once. */
NTSTATUS CmpCreateRoots(VOID);

/* Puts what is below HiveRoot in place of System's contents and frees HiveRoot. Exclusive. */
NTSTATUS CmpAttachHive(PCM_KEY HiveRoot);

/* Full name of a key into Buffer (Length bytes), or only its length with Buffer NULL. Shared. */
ULONG CmpFullName(PCM_KEY Key, PWSTR Buffer);

/* ---- object.c ---- */
extern POBJECT_TYPE CmpKeyType;

typedef struct _CM_KEY_OBJECT { /* body of a key object, paged */
    PCM_KEY Key;                /* constant; counted in Key->Objects */
} CM_KEY_OBJECT, *PCM_KEY_OBJECT;

/* What ZwCreateKey tells the parse routine. */
typedef struct _CM_CREATE {
    PUNICODE_STRING Class; /* or NULL */
    ULONG Options;         /* REG_OPTION_… */
    ULONG Disposition;     /* out: REG_CREATED_NEW_KEY, REG_OPENED_EXISTING_KEY */
} CM_CREATE, *PCM_CREATE;

NTSTATUS CmpCreateKeyType(VOID);

/* The key of a handle, locked as asked; CmpReleaseKey unlocks. STATUS_KEY_DELETED if it is gone. */
NTSTATUS CmpReferenceKey(HANDLE Handle, ACCESS_MASK Access, BOOLEAN Exclusive,
                         PCM_KEY_OBJECT *Object, PCM_KEY *Key);
VOID CmpReleaseKey(PCM_KEY_OBJECT Object);

/* The hive or a volatile key was changed just now. Exclusive. */
VOID CmpTouchKey(PCM_KEY Key);

/* ---- save.c ---- */

/* Writes the hive to the volume if it is dirty and there is a volume. No lock held. */
NTSTATUS CmpSaveHive(VOID);

#endif
