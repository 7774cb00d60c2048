/* Answers of ZwQueryKey, ZwEnumerateKey, ZwQueryValueKey and ZwEnumerateValueKey. Under CmpLock.
 * STATUS_BUFFER_TOO_SMALL: not even the fixed part fits; STATUS_BUFFER_OVERFLOW: the rest was cut;
 * *ResultLength is what would have fitted everything. */
#ifndef PAGODA_CM_INFORM_H
#define PAGODA_CM_INFORM_H

#include "cmp.h"

NTSTATUS CmpInformKey(PCM_KEY Key, KEY_INFORMATION_CLASS Class, PVOID Buffer, ULONG Length,
                      PULONG ResultLength);
NTSTATUS CmpInformValue(PCM_VALUE Value, KEY_VALUE_INFORMATION_CLASS Class, PVOID Buffer,
                        ULONG Length, PULONG ResultLength);

#endif
