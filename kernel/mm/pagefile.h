/* A page file and its slots. A slot number holds the file's number in its upper bits and the page
 * within the file below; page 0 of a file is never given out, so that slot 0 means "none". */
#ifndef PAGODA_PAGEFILE_H
#define PAGODA_PAGEFILE_H

#include "mi.h"

#define MI_SLOT_PAGE_BITS 28
#define MI_MAX_PAGE_FILES 16

/* Guards: (c) constant once in use, (p) MmPfnLock */
typedef struct _MI_PAGE_FILE {
    PFILE_OBJECT FileObject; /* (c) referenced; opened exclusively               */
    PDEVICE_OBJECT Device;   /* (c) the file system's device                     */
    CCHAR StackSize;         /* (c) of that device                               */
    ULONG Pages;             /* (c) size, page 0 included                        */
    ULONG Used;              /* (p) slots given out                              */
    ULONG Hint;              /* (p) where the next search begins                 */
    RTL_BITMAP Map;          /* (p) a bit a page                                 */
} MI_PAGE_FILE;

extern MI_PAGE_FILE MiPageFiles[MI_MAX_PAGE_FILES]; /* entries (c) once counted  */
extern ULONG MiPageFileCount;                       /* (p) */

static inline MI_PAGE_FILE *MiPageFileOfSlot(ULONG Slot)
{
    return &MiPageFiles[Slot >> MI_SLOT_PAGE_BITS];
}

static inline ULONG MiPageOfSlot(ULONG Slot)
{
    return Slot & ((1u << MI_SLOT_PAGE_BITS) - 1);
}

/* pageio.c: makes the transfers, once; all page files share them. STATUS_NOT_SUPPORTED: there are
 * some, but their IRPs have fewer stack locations; STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS MiCreatePageIos(CCHAR StackSize);

#endif
