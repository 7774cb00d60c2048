/* Tests: keys and values through the Zw routines, CurrentControlSet, deleted keys, tables of
 * queries. */
#include "cmp.h"
#include "test.h"

#ifdef ALLOC_PRAGMA
#pragma code_seg("PAGETEST")
#endif

static NTSTATUS CmtOpen(HANDLE Root, PCWSTR Text, BOOLEAN Create, PHANDLE Key, PULONG Disposition)
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Text);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, Root,
                               NULL);
    return Create ? ZwCreateKey(Key, KEY_ALL_ACCESS, &Attributes, 0, NULL, REG_OPTION_VOLATILE,
                                Disposition)
                  : ZwOpenKey(Key, KEY_ALL_ACCESS, &Attributes);
}

static NTSTATUS CmtSet(HANDLE Key, PCWSTR Text, ULONG Type, PVOID Data, ULONG Length)
{
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Text);
    return ZwSetValueKey(Key, &Name, 0, Type, Data, Length);
}

KTEST(cm_keys_and_values)
{
    UCHAR Buffer[128];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    PKEY_NAME_INFORMATION Name = (PKEY_NAME_INFORMATION)Buffer;
    UNICODE_STRING Number = RTL_CONSTANT_STRING(L"number");
    ULONG Disposition, Length, Data = 0x12345678;
    HANDLE Key, Subkey;

    KREQUIRE(NT_SUCCESS(
        CmtOpen(NULL, L"\\Registry\\Machine\\Hardware\\CmTest", TRUE, &Key, &Disposition)));
    KCHECK_EQUAL(Disposition, REG_CREATED_NEW_KEY);
    KCHECK(NT_SUCCESS(CmtSet(Key, L"Number", REG_DWORD, &Data, sizeof(Data))));
    KCHECK(NT_SUCCESS(
        ZwQueryValueKey(Key, &Number, KeyValuePartialInformation, Value, sizeof(Buffer), &Length)));
    KCHECK(Length == 16 && Value->Type == REG_DWORD && *(PULONG)Value->Data == Data);
    KCHECK_EQUAL(ZwQueryValueKey(Key, &Number, KeyValuePartialInformation, Value, 4, &Length),
                 STATUS_BUFFER_TOO_SMALL);
    KCHECK_EQUAL(ZwQueryValueKey(Key, &Number, KeyValuePartialInformation, Value, 14, &Length),
                 STATUS_BUFFER_OVERFLOW);
    KCHECK_EQUAL(Length, 16);
    KCHECK(NT_SUCCESS(CmtOpen(Key, L"B", TRUE, &Subkey, &Disposition)));
    KCHECK_EQUAL(ZwDeleteKey(Key), STATUS_CANNOT_DELETE);
    KCHECK(NT_SUCCESS(ZwQueryKey(Subkey, KeyNameInformation, Name, sizeof(Buffer), &Length)));
    KCHECK(Name->NameLength == 35 * 2 && Name->Name[34] == L'B');
    KCHECK(NT_SUCCESS(ZwDeleteKey(Subkey)));
    KCHECK_EQUAL(CmtSet(Subkey, L"x", REG_DWORD, &Data, sizeof(Data)), STATUS_KEY_DELETED);
    ZwClose(Subkey);
    KCHECK_EQUAL(ZwEnumerateKey(Key, 0, KeyBasicInformation, Buffer, sizeof(Buffer), &Length),
                 STATUS_NO_MORE_ENTRIES);
    KCHECK(NT_SUCCESS(ZwDeleteValueKey(Key, &Number)));
    KCHECK_EQUAL(ZwDeleteValueKey(Key, &Number), STATUS_OBJECT_NAME_NOT_FOUND);
    KCHECK_EQUAL(
        ZwEnumerateValueKey(Key, 0, KeyValueBasicInformation, Buffer, sizeof(Buffer), &Length),
        STATUS_NO_MORE_ENTRIES);
    KCHECK(NT_SUCCESS(ZwDeleteKey(Key)));
    ZwClose(Key);
    KCHECK_EQUAL(CmtOpen(NULL, L"\\Registry\\Machine\\Hardware\\CmTest", FALSE, &Key, NULL),
                 STATUS_OBJECT_NAME_NOT_FOUND);
}

KTEST(cm_current_control_set_is_a_link)
{
    UCHAR Buffer[256];
    PKEY_NAME_INFORMATION Name = (PKEY_NAME_INFORMATION)Buffer;
    UNICODE_STRING Full,
        Expected =
            RTL_CONSTANT_STRING(L"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\disk");
    ULONG Length;
    HANDLE Key, Set;

    KREQUIRE(
        NT_SUCCESS(CmtOpen(NULL, L"\\registry\\machine\\system\\currentcontrolset\\services\\disk",
                           FALSE, &Key, NULL)));
    KCHECK(NT_SUCCESS(ZwQueryKey(Key, KeyNameInformation, Name, sizeof(Buffer), &Length)));
    Full = (UNICODE_STRING){(USHORT)Name->NameLength, (USHORT)Name->NameLength, Name->Name};
    KCHECK(RtlEqualUnicodeString(&Full, &Expected, TRUE));
    ZwClose(Key);
    KREQUIRE(NT_SUCCESS(
        CmtOpen(NULL, L"\\Registry\\Machine\\System\\CurrentControlSet", FALSE, &Set, NULL)));
    KCHECK_EQUAL(ZwDeleteKey(Set), STATUS_CANNOT_DELETE);
    ZwClose(Set);
}

static ULONG CmtStrings;

static NTSTATUS NTAPI CmtRoutine(PWSTR Name, ULONG Type, PVOID Data, ULONG Length, PVOID Context,
                                 PVOID Entry)
{
    if (Type == REG_SZ && Length == 4) {
        CmtStrings = CmtStrings * 10 + *(PWSTR)Data - L'0';
    }
    return STATUS_SUCCESS;
}

KTEST(cm_query_registry_values)
{
    static const WCHAR Multi[] = L"1\0"
                                 L"2\0"
                                 L"3\0";
    ULONG Number = 7, Missing = 0, Default = 42, Binary[5] = {(ULONG)-20, 0, 0, 0, 0};
    ULONG Data[5] = {1, 2, 3, 4, 5};
    UNICODE_STRING Text = {0, 0, NULL};
    RTL_QUERY_REGISTRY_TABLE Table[] = {
        {NULL, RTL_QUERY_REGISTRY_DIRECT, L"Number", &Number, REG_NONE, NULL, 0},
        {NULL, RTL_QUERY_REGISTRY_DIRECT, L"Missing", &Missing, REG_DWORD, &Default,
         sizeof(Default)},
        {NULL, RTL_QUERY_REGISTRY_DIRECT, L"Text", &Text, REG_NONE, NULL, 0},
        {NULL, RTL_QUERY_REGISTRY_DIRECT, L"Binary", Binary, REG_NONE, NULL, 0},
        {CmtRoutine, 0, L"Multi", NULL, REG_NONE, NULL, 0},
        {NULL, RTL_QUERY_REGISTRY_SUBKEY, L"Below", NULL, REG_NONE, NULL, 0},
        {NULL, RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED, L"Deep", &Missing, REG_NONE,
         NULL, 0},
        {NULL, 0, NULL, NULL, REG_NONE, NULL, 0},
    };
    RTL_QUERY_REGISTRY_TABLE Required[] = {
        {NULL, RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED, L"Missing", &Missing,
         REG_NONE, NULL, 0},
        {NULL, 0, NULL, NULL, REG_NONE, NULL, 0},
    };
    HANDLE Key, Below;

    KREQUIRE(
        NT_SUCCESS(CmtOpen(NULL, L"\\Registry\\Machine\\Hardware\\CmTest2", TRUE, &Key, NULL)));
    KREQUIRE(NT_SUCCESS(CmtOpen(Key, L"Below", TRUE, &Below, NULL)));
    CmtSet(Key, L"Number", REG_DWORD, &Data[2], 4);
    CmtSet(Key, L"Text", REG_SZ, L"hello", 12);
    CmtSet(Key, L"Binary", REG_BINARY, Data, sizeof(Data));
    CmtSet(Key, L"Multi", REG_MULTI_SZ, (PVOID)Multi, sizeof(Multi));
    CmtSet(Below, L"Deep", REG_DWORD, &Data[4], 4);
    CmtStrings = 0;
    KCHECK_EQUAL(RtlQueryRegistryValues(RTL_REGISTRY_HANDLE, (PCWSTR)Key, Required, NULL, NULL),
                 STATUS_OBJECT_NAME_NOT_FOUND);
    KCHECK_EQUAL(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE,
                                        L"\\Registry\\Machine\\Hardware\\CmTest2", Table, NULL,
                                        NULL),
                 STATUS_SUCCESS);
    KCHECK_EQUAL(Number, 3);
    KCHECK_EQUAL(Missing, 5); /* 42 first, then what is below */
    KCHECK(Text.Buffer != NULL && Text.Length == 10 && Text.Buffer[0] == L'h');
    RtlFreeUnicodeString(&Text);
    KCHECK(memcmp(Binary, Data, sizeof(Data)) == 0);
    KCHECK_EQUAL(CmtStrings, 123);
    KCHECK_EQUAL(RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, L"disk"), STATUS_SUCCESS);
    KCHECK_EQUAL(RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, L"nobody"),
                 STATUS_OBJECT_NAME_NOT_FOUND);
    ZwDeleteKey(Below);
    ZwClose(Below);
    ZwDeleteKey(Key);
    ZwClose(Key);
}
