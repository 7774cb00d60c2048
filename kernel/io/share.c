/* Share access: who has a file open how, and whether one more open fits. The SHARE_ACCESS belongs
 * to the file system, which calls these with its own lock on the file held. An open that neither
 * reads, writes nor deletes does not count. */
#include "iop.h"

static BOOLEAN IopNoteAccess(PFILE_OBJECT File, ACCESS_MASK Access, ULONG Share);
static VOID IopCountShare(PFILE_OBJECT File, PSHARE_ACCESS Share, LONG By);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopNoteAccess, IopCountShare, IoCheckShareAccess, IoSetShareAccess)
#pragma alloc_text(PAGE, IoUpdateShareAccess, IoRemoveShareAccess)
#endif

/* Writes into the file object what it was opened for; TRUE if that counts. */
static BOOLEAN IopNoteAccess(PFILE_OBJECT File, ACCESS_MASK Access, ULONG Share)
{
    PAGED_CODE();
    File->ReadAccess = (Access & (FILE_READ_DATA | FILE_EXECUTE)) != 0;
    File->WriteAccess = (Access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
    File->DeleteAccess = (Access & DELETE) != 0;
    if (!File->ReadAccess && !File->WriteAccess && !File->DeleteAccess) {
        return FALSE;
    }
    File->SharedRead = (Share & FILE_SHARE_READ) != 0;
    File->SharedWrite = (Share & FILE_SHARE_WRITE) != 0;
    File->SharedDelete = (Share & FILE_SHARE_DELETE) != 0;
    return TRUE;
}

static VOID IopCountShare(PFILE_OBJECT File, PSHARE_ACCESS Share, LONG By)
{
    PAGED_CODE();
    Share->OpenCount += (ULONG)By;
    Share->Readers += (ULONG)(File->ReadAccess ? By : 0);
    Share->Writers += (ULONG)(File->WriteAccess ? By : 0);
    Share->Deleters += (ULONG)(File->DeleteAccess ? By : 0);
    Share->SharedRead += (ULONG)(File->SharedRead ? By : 0);
    Share->SharedWrite += (ULONG)(File->SharedWrite ? By : 0);
    Share->SharedDelete += (ULONG)(File->SharedDelete ? By : 0);
}

NTSTATUS NTAPI IoCheckShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                                  PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess,
                                  BOOLEAN Update)
{
    PAGED_CODE();
    if (!IopNoteAccess(FileObject, DesiredAccess, DesiredShareAccess)) {
        return STATUS_SUCCESS;
    }
    if ((FileObject->ReadAccess && ShareAccess->SharedRead < ShareAccess->OpenCount) ||
        (FileObject->WriteAccess && ShareAccess->SharedWrite < ShareAccess->OpenCount) ||
        (FileObject->DeleteAccess && ShareAccess->SharedDelete < ShareAccess->OpenCount) ||
        (ShareAccess->Readers != 0 && !FileObject->SharedRead) ||
        (ShareAccess->Writers != 0 && !FileObject->SharedWrite) ||
        (ShareAccess->Deleters != 0 && !FileObject->SharedDelete)) {
        return STATUS_SHARING_VIOLATION;
    }
    if (Update) {
        IopCountShare(FileObject, ShareAccess, 1);
    }
    return STATUS_SUCCESS;
}

VOID NTAPI IoSetShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                            PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    PAGED_CODE();
    RtlZeroMemory(ShareAccess, sizeof(*ShareAccess));
    if (IopNoteAccess(FileObject, DesiredAccess, DesiredShareAccess)) {
        IopCountShare(FileObject, ShareAccess, 1);
    }
}

VOID NTAPI IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    PAGED_CODE();
    if (FileObject->ReadAccess || FileObject->WriteAccess || FileObject->DeleteAccess) {
        IopCountShare(FileObject, ShareAccess, 1);
    }
}

VOID NTAPI IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    PAGED_CODE();
    if (FileObject->ReadAccess || FileObject->WriteAccess || FileObject->DeleteAccess) {
        IopCountShare(FileObject, ShareAccess, -1);
    }
}
