/* Putting a page file into use, in the order of the paging-path contract:
 *
 *   open exclusively, as a paging file      the file system reads its extents once
 *   set its size                            clusters are allocated now, not when a page leaves
 *   usage notification down the stack       drivers lock what they must; any may refuse
 *   check of the stack's entry points       each in memory that cannot leave
 *   transfers, slot bitmap, commit limit    from here on pages may leave
 *
 * A step that fails undoes those before it. Runs at PASSIVE_LEVEL, one call at a time (start-up);
 * slots are counted in under MmPfnLock. */
#include "pagefile.h"
#include "io.h"
#include "ke.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, MmCreatePagingFile)
#endif

static NTSTATUS MiOpenPageFile(PUNICODE_STRING Name, ULONG Pages, HANDLE *Handle)
{
    OBJECT_ATTRIBUTES Attributes;
    FILE_END_OF_FILE_INFORMATION Size;
    IO_STATUS_BLOCK Iosb;
    NTSTATUS Status;

    InitializeObjectAttributes(&Attributes, Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = IoCreateFile(Handle, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE, &Attributes,
                          &Iosb, NULL, FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM, 0,
                          FILE_OPEN_IF, FILE_NO_INTERMEDIATE_BUFFERING | FILE_NON_DIRECTORY_FILE |
                          FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, CreateFileTypeNone, NULL,
                          IO_OPEN_PAGING_FILE);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Size.EndOfFile.QuadPart = (LONGLONG)Pages << PAGE_SHIFT;
    Status = ZwSetInformationFile(*Handle, &Iosb, &Size, sizeof(Size), FileEndOfFileInformation);
    if (!NT_SUCCESS(Status)) {
        ZwClose(*Handle);
    }
    return Status;
}

/* The file is ready: from here on its slots are given out. Not pageable: the lock. */
static VOID MiUsePageFile(VOID)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    MiPageFileCount++;
    MmPagingActive = TRUE;
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
}

NTSTATUS MmCreatePagingFile(PUNICODE_STRING Name, ULONG MinimumPages, ULONG MaximumPages)
{
    MI_PAGE_FILE *File;
    HANDLE Handle;
    PULONG Bits;
    NTSTATUS Status;

    PAGED_CODE();
    if (MinimumPages < 2 || MinimumPages > MaximumPages ||
        MaximumPages > 1u << MI_SLOT_PAGE_BITS) {
        return STATUS_INVALID_PARAMETER;
    }
    if (MiPageFileCount == MI_MAX_PAGE_FILES) {
        return STATUS_TOO_MANY_PAGING_FILES;
    }
    File = &MiPageFiles[MiPageFileCount];
    Bits = ExAllocatePoolWithTag(NonPagedPool, (MinimumPages + 31) / 32 * sizeof(ULONG), 'sPmM');
    if (Bits == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = MiOpenPageFile(Name, MinimumPages, &Handle);
    if (!NT_SUCCESS(Status)) {
        goto FreeBits;
    }
    Status = ObReferenceObjectByHandle(Handle, FILE_READ_DATA | FILE_WRITE_DATA, *IoFileObjectType,
                                       KernelMode, (PVOID *)&File->FileObject, NULL);
    if (!NT_SUCCESS(Status)) {
        goto Close;
    }
    File->Device = IoGetRelatedDeviceObject(File->FileObject);
    File->StackSize = File->Device->StackSize;
    Status = IoNotifyPagingPath(File->FileObject, TRUE);
    if (!NT_SUCCESS(Status)) {
        goto Dereference;
    }
    Status = MiCreatePageIos(File->StackSize);
    if (!NT_SUCCESS(Status)) {
        IoNotifyPagingPath(File->FileObject, FALSE);
        goto Dereference;
    }
    RtlInitializeBitMap(&File->Map, Bits, MinimumPages);
    RtlClearAllBits(&File->Map);
    RtlSetBits(&File->Map, 0, 1);
    File->Pages = MinimumPages;
    File->Used = 1;
    File->Hint = 1;
    MiUsePageFile();
    MiRaiseCommitLimit(MinimumPages - 1);
    /* The handle stays open: the file object keeps everybody else out. */
    return STATUS_SUCCESS;

Dereference:
    ObDereferenceObject(File->FileObject);
Close:
    ZwClose(Handle);
FreeBits:
    ExFreePoolWithTag(Bits, 'sPmM');
    return Status;
}

VOID MmShutdownSystem(VOID)
{
    KIRQL OldIrql;

    /* What is out stays readable until the power goes; nothing more leaves. */
    KeAcquireSpinLock(&MmPfnLock, &OldIrql);
    MmPagingActive = FALSE;
    KeReleaseSpinLock(&MmPfnLock, OldIrql);
    MiWaitForWrites();
}
