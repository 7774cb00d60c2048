/* GUIDs as text, {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}, and back. PASSIVE_LEVEL: pageable. */
#include "libk.h"

#define GUID_CHARACTERS 38

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, RtlStringFromGUID)
#pragma alloc_text(PAGE, RtlGUIDFromString)
#endif

NTSYSAPI NTSTATUS NTAPI RtlStringFromGUID(REFGUID Guid, PUNICODE_STRING GuidString)
{
    PAGED_CODE();

    ULONG Size = (GUID_CHARACTERS + 1) * sizeof(WCHAR);

    GuidString->Buffer = ExAllocatePoolWithTag(PagedPool, Size, LIBK_TAG);
    if (GuidString->Buffer == NULL) {
        return STATUS_NO_MEMORY;
    }
    GuidString->Length = (USHORT)(Size - sizeof(WCHAR));
    GuidString->MaximumLength = (USHORT)Size;
    swprintf(GuidString->Buffer, L"{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", Guid->Data1,
             Guid->Data2, Guid->Data3, Guid->Data4[0], Guid->Data4[1], Guid->Data4[2],
             Guid->Data4[3], Guid->Data4[4], Guid->Data4[5], Guid->Data4[6], Guid->Data4[7]);
    return STATUS_SUCCESS;
}

NTSYSAPI NTSTATUS NTAPI RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid)
{
    static const CHAR Form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
    UCHAR Bytes[16] = {0};
    ULONG Digits = 0;

    PAGED_CODE();

    if (GuidString->Length != GUID_CHARACTERS * sizeof(WCHAR)) {
        return STATUS_INVALID_PARAMETER;
    }
    for (ULONG Index = 0; Index < GUID_CHARACTERS; Index++) {
        WCHAR Character = GuidString->Buffer[Index];

        if (Form[Index] != 'x') {
            if (Character != Form[Index]) {
                return STATUS_INVALID_PARAMETER;
            }
        } else if (Character > 0x7F || !isxdigit(Character)) {
            return STATUS_INVALID_PARAMETER;
        } else {
            int Digit = isdigit(Character) ? Character - '0' : tolower(Character) - 'a' + 10;

            Bytes[Digits / 2] = (UCHAR)(Bytes[Digits / 2] << 4 | Digit);
            Digits++;
        }
    }
    Guid->Data1 = (ULONG)Bytes[0] << 24 | (ULONG)Bytes[1] << 16 | (ULONG)Bytes[2] << 8 | Bytes[3];
    Guid->Data2 = (USHORT)(Bytes[4] << 8 | Bytes[5]);
    Guid->Data3 = (USHORT)(Bytes[6] << 8 | Bytes[7]);
    RtlCopyMemory(Guid->Data4, Bytes + 8, sizeof(Guid->Data4));
    return STATUS_SUCCESS;
}
