/* Tests: symbols, names of codes, names with * and ?, names as they are typed. */
#include "kdp.h"
#include <bugcodes.h>

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

KTEST(kd_symbols)
{
    PCSTR Name;
    ULONG Offset;

    KREQUIRE(KdLookupSymbol((PVOID)(ULONG_PTR)KdConsole, &Name, &Offset));
    KCHECK(strcmp(Name, "KdConsole") == 0 && Offset == 0);
    KREQUIRE(KdLookupSymbol((PUCHAR)(ULONG_PTR)KdLookupSymbol + 5, &Name, &Offset));
    KCHECK(strcmp(Name, "KdLookupSymbol") == 0 && Offset == 5);
    KCHECK(!KdLookupSymbol(NULL, &Name, &Offset));
    KCHECK(!KdLookupSymbol((PVOID)0xFFFFFFFF, &Name, &Offset));
    KCHECK(!KdLookupSymbol(&Offset, &Name, &Offset));
}

KTEST(kd_names_of_codes)
{
    KCHECK(strcmp(KdBugCheckName(IRQL_NOT_LESS_OR_EQUAL), "IRQL_NOT_LESS_OR_EQUAL") == 0);
    KCHECK(strcmp(KdBugCheckName(0x12345678), "UNKNOWN_BUGCHECK") == 0);
    KCHECK(strcmp(KdStatusName(STATUS_SUCCESS), "STATUS_SUCCESS") == 0);
    KCHECK(strcmp(KdStatusName(STATUS_DLL_NOT_FOUND), "STATUS_DLL_NOT_FOUND") == 0);
    KCHECK(strcmp(KdStatusName((NTSTATUS)0xC7654321), "STATUS_UNKNOWN") == 0);
}

KTEST(kd_globs)
{
    KCHECK(KdpMatches("*", "") && KdpMatches("*", "abc") && KdpMatches("a?c", "ABC"));
    KCHECK(KdpMatches("*b*d", "abcbd") && KdpMatches("a**", "a") && KdpMatches("", ""));
    KCHECK(!KdpMatches("a?", "a") && !KdpMatches("*b", "abc") && !KdpMatches("", "a"));
    KCHECK(!KdpMatches("abc", "ab") && KdpMatches("*.sys", "x.y.sys"));
}

static BOOLEAN KdtGives(PCSTR Typed, PCWSTR Expected)
{
    UNICODE_STRING Name;
    BOOLEAN Same;

    if (!NT_SUCCESS(KdpFileName(Typed, &Name))) {
        return FALSE;
    }
    Same = wcscmp(Name.Buffer, Expected) == 0 && Name.Length == wcslen(Expected) * sizeof(WCHAR);
    ExFreePool(Name.Buffer);
    return Same;
}

KTEST(kd_file_names)
{
    KCHECK(KdtGives("x.txt", L"\\??\\C:\\x.txt"));
    KCHECK(KdtGives("C:", L"\\??\\C:\\") && KdtGives("C:/a/b", L"\\??\\C:\\a\\b"));
    KCHECK(KdtGives("\\SystemRoot\\x", L"\\SystemRoot\\x") && KdtGives("", L"\\??\\C:\\"));
}
