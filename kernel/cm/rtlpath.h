/* Opening the keys that Rtl…Registry… name by a root and a path. */
#ifndef PAGODA_CM_RTLPATH_H
#define PAGODA_CM_RTLPATH_H

#include <ntifs.h>

/* Opens (with Create: makes) the key; *Owned is FALSE when it is the caller's own handle. */
NTSTATUS CmpOpenRelative(ULONG RelativeTo, PCWSTR Path, BOOLEAN Create, ACCESS_MASK Access,
                         PHANDLE Key, PBOOLEAN Owned);
VOID CmpCloseRelative(HANDLE Key, BOOLEAN Owned);

#endif
