/* The registry: keys and values under the driver's own service key. */
#include "io_test.h"

static UCHAR Space[256];

static NTSTATUS QueryDword(HANDLE Key, PCWSTR Value, PULONG Data)
{
    PKEY_VALUE_PARTIAL_INFORMATION partial = (PKEY_VALUE_PARTIAL_INFORMATION)Space;
    NTSTATUS status;
    ULONG length;

    status = ZwQueryValueKey(Key, (PUNICODE_STRING)Name(Value), KeyValuePartialInformation, partial,
                             sizeof(Space), &length);
    if (NT_SUCCESS(status) && partial->Type == REG_DWORD && partial->DataLength == sizeof(ULONG)) {
        *Data = *(PULONG)partial->Data;
    }
    return status;
}

VOID TestRegistry(PUNICODE_STRING ServiceKey)
{
    PKEY_BASIC_INFORMATION basic = (PKEY_BASIC_INFORMATION)Space;
    OBJECT_ATTRIBUTES attributes;
    HANDLE service, key, sub;
    ULONG value = 0, length, disposition, i;

    InitializeObjectAttributes(&attributes, ServiceKey, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CheckStatus(ZwOpenKey(&service, KEY_ALL_ACCESS, &attributes), STATUS_SUCCESS,
                "the service key opens");
    CheckStatus(QueryDword(service, L"type", &value), STATUS_SUCCESS, "and has Type");
    Check(value == 1, "kernel driver");
    CheckStatus(QueryDword(service, L"NoSuchValue", &value), STATUS_OBJECT_NAME_NOT_FOUND,
                "no such value");

    InitializeObjectAttributes(&attributes, (PUNICODE_STRING)Name(L"TestKey"), OBJ_CASE_INSENSITIVE,
                               service, NULL);
    CheckStatus(ZwCreateKey(&key, KEY_ALL_ACCESS, &attributes, 0, NULL, REG_OPTION_VOLATILE,
                            &disposition),
                STATUS_SUCCESS, "a key is made");
    Check(disposition == REG_CREATED_NEW_KEY, "new");
    InitializeObjectAttributes(&attributes, (PUNICODE_STRING)Name(L"Sub"), OBJ_CASE_INSENSITIVE,
                               key, NULL);
    CheckStatus(ZwCreateKey(&sub, KEY_ALL_ACCESS, &attributes, 0, NULL, REG_OPTION_VOLATILE, NULL),
                STATUS_SUCCESS, "and one in it");

    for (i = 0; i < 3; i++) {
        static const PCWSTR names[] = { L"one", L"two", L"three" };

        value = 100 + i;
        CheckStatus(ZwSetValueKey(key, (PUNICODE_STRING)Name(names[i]), 0, REG_DWORD, &value,
                                  sizeof(value)),
                    STATUS_SUCCESS, "a value is set");
    }
    value = 0;
    QueryDword(key, L"TWO", &value);
    Check(value == 101, "and read, in any case");
    for (i = 0; i < 4; i++) {
        CheckStatus(ZwEnumerateValueKey(key, i, KeyValueBasicInformation, Space, sizeof(Space),
                                        &length),
                    i < 3 ? STATUS_SUCCESS : STATUS_NO_MORE_ENTRIES, "values are listed");
    }
    CheckStatus(ZwEnumerateKey(key, 0, KeyBasicInformation, Space, sizeof(Space), &length),
                STATUS_SUCCESS, "sub keys are listed");
    Check(basic->NameLength == 6 && memcmp(basic->Name, L"Sub", 6) == 0, "by name");
    CheckStatus(ZwEnumerateKey(key, 1, KeyBasicInformation, Space, sizeof(Space), &length),
                STATUS_NO_MORE_ENTRIES, "to the last");
    CheckStatus(ZwQueryValueKey(key, (PUNICODE_STRING)Name(L"one"), KeyValuePartialInformation,
                                Space, 4, &length),
                STATUS_BUFFER_TOO_SMALL, "a buffer too small");
    Check(length == FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + 4, "is told the size");

    CheckStatus(ZwDeleteValueKey(key, (PUNICODE_STRING)Name(L"two")), STATUS_SUCCESS,
                "a value is deleted");
    CheckStatus(QueryDword(key, L"two", &value), STATUS_OBJECT_NAME_NOT_FOUND, "and gone");
    CheckStatus(ZwDeleteKey(key), STATUS_CANNOT_DELETE, "a key with sub keys stays");
    CheckStatus(ZwDeleteKey(sub), STATUS_SUCCESS, "the sub key goes");
    CheckStatus(ZwDeleteKey(key), STATUS_SUCCESS, "then the key");
    CheckStatus(QueryDword(key, L"one", &value), STATUS_KEY_DELETED, "its handle knows");
    ZwClose(sub);
    ZwClose(key);
    ZwClose(service);
}
