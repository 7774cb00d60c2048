/* Fetching driver files for the loader, whole, with the file closed again before it returns.
 *
 *   before the volume is there    the boot loader's modules, by the last component of the name
 *   afterwards                    a full path as it is; a bare name (an imported DLL) in
 *                                 System32\drivers, then in System32 */
#include "iop.h"
#include "loader.h"

BOOLEAN IopVolumeReady;

static NTSTATUS IopReadModule(PCUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size);

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, IopReadModule, IopReadImage)
#endif

static NTSTATUS IopReadModule(PCUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size)
{
    ULONG length = Name->Length / sizeof(WCHAR), start, i, j;

    PAGED_CODE();
    for (start = length; start != 0 && Name->Buffer[start - 1] != L'\\'; start--) {
    }
    for (i = 0; i < KeLoaderBlock.ModuleCount; i++) {
        const LOADER_MODULE *module = &KeLoaderBlock.Modules[i];
        PHYSICAL_ADDRESS address = { .QuadPart = module->PhysicalBase };
        PVOID mapped;

        for (j = 0; start + j < length; j++) {
            if (RtlUpcaseUnicodeChar((WCHAR)(UCHAR)module->Name[j]) !=
                RtlUpcaseUnicodeChar(Name->Buffer[start + j])) {
                break;
            }
        }
        if (start + j < length || module->Name[j] != 0) {
            continue;
        }
        *Buffer = ExAllocatePoolWithTag(NonPagedPool, module->Size + 1, IOP_FILE_TAG);
        if (*Buffer == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        mapped = MmMapIoSpace(address, module->Size, MmCached);
        if (mapped == NULL) {
            ExFreePoolWithTag(*Buffer, IOP_FILE_TAG);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlCopyMemory(*Buffer, mapped, module->Size);
        MmUnmapIoSpace(mapped, module->Size);
        *Size = module->Size;
        return STATUS_SUCCESS;
    }
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS IopReadImage(PVOID Context, PCUNICODE_STRING Name, PVOID *Buffer, SIZE_T *Size)
{
    static const PCWSTR directories[] = { L"\\SystemRoot\\System32\\drivers\\",
                                          L"\\SystemRoot\\System32\\" };
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    UNICODE_STRING path;
    ULONG i;

    PAGED_CODE();
    UNREFERENCED_PARAMETER(Context);
    if (!IopVolumeReady) {
        return IopReadModule(Name, Buffer, Size);
    }
    if (Name->Length != 0 && Name->Buffer[0] == L'\\') {
        path = *Name;
        return IoReadWholeFile(&path, Buffer, Size);
    }
    for (i = 0; i < RTL_NUMBER_OF(directories); i++) {
        status = IopJoin(&path, directories[i], Name);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        status = IoReadWholeFile(&path, Buffer, Size);
        IopFreeString(&path);
        if (status != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_OBJECT_PATH_NOT_FOUND) {
            break;
        }
    }
    return status == STATUS_OBJECT_PATH_NOT_FOUND ? STATUS_OBJECT_NAME_NOT_FOUND : status;
}
