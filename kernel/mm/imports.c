/* Walking an image's imports. Pure code (pe.h). A descriptor names a module and two parallel
 * arrays: the lookup array says what is wanted (a name with a hint, or an ordinal), the address
 * array (IAT) takes the addresses. Old linkers give only the IAT, which then serves as both; that
 * is why an entry is read before its slot is written. */
#include "pe.h"
#include "peformat.h"

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, MiGetImport)
#pragma alloc_text(PAGE, MiGetThunk)
#endif

NTSTATUS MiGetImport(const MI_PE_IMAGE *Image, MI_PE_RANGE Imports, ULONG Index,
                     MI_PE_IMPORT *Import)
{
    PAGED_CODE();
    if (Imports.Size == 0) {
        return STATUS_NO_MORE_ENTRIES;
    }
    if (Imports.Rva >= Image->Size || Index >= (Image->Size - Imports.Rva) / PE_IMPORT_SIZE) {
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    const UCHAR *Descriptor = Image->Base + Imports.Rva + Index * PE_IMPORT_SIZE;
    ULONG Name = MiPe32(Descriptor + PE_IMPORT_NAME);
    Import->Lookup = MiPe32(Descriptor + PE_IMPORT_LOOKUP);
    Import->Iat = MiPe32(Descriptor + PE_IMPORT_IAT);
    if (Name == 0 && Import->Iat == 0) {
        return STATUS_NO_MORE_ENTRIES;
    }
    if (Import->Lookup == 0) {
        Import->Lookup = Import->Iat;
    }
    Import->Module = MiPeString(Image, Name, Image->Size);
    if (Import->Module == NULL || Import->Iat == 0) {
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    for (PCSTR c = Import->Module; *c != 0; c++) {
        if (*c == '\\' || *c == '/' || *c == ':') {
            return STATUS_INVALID_IMAGE_FORMAT; /* a name, never a path */
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS MiGetThunk(const MI_PE_IMAGE *Image, const MI_PE_IMPORT *Import, ULONG Index,
                    MI_PE_THUNK *Thunk)
{
    PAGED_CODE();
    if (Import->Lookup >= Image->Size || Import->Iat >= Image->Size ||
        Index >= (Image->Size - Import->Lookup) / 4 || Index >= (Image->Size - Import->Iat) / 4) {
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    ULONG Entry = MiPe32(Image->Base + Import->Lookup + Index * 4);
    Thunk->Slot = Import->Iat + Index * 4;
    Thunk->Name = NULL;
    Thunk->Hint = 0;
    Thunk->Ordinal = 0;
    if (Entry == 0) {
        return STATUS_NO_MORE_ENTRIES;
    }
    if (Entry & PE_IMPORT_BY_ORDINAL) {
        Thunk->Ordinal = Entry & 0xFFFF;
        return STATUS_SUCCESS;
    }
    if (Entry >= Image->Size || Image->Size - Entry < 2) {
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    Thunk->Hint = MiPe16(Image->Base + Entry);
    Thunk->Name = MiPeString(Image, Entry + 2, Image->Size);
    return Thunk->Name == NULL ? STATUS_INVALID_IMAGE_FORMAT : STATUS_SUCCESS;
}
