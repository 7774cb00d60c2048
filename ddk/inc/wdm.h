/* wdm.h: what every driver includes: types, then one file for each part of the kernel.
 *
 * wdm.h is contained in ntddk.h, and that in ntifs.h; a driver includes one of the three. */
#ifndef _WDMDDK_
#define _WDMDDK_
#define _WDM_INCLUDED_ 1

#include "ntdef.h"
#include "ntstatus.h"

#ifdef __cplusplus
extern "C" {
#endif

#include "wdm/types.h"
#include "wdm/crt.h"
#include "wdm/rtl.h"
#include "wdm/rtlstr.h"
#include "wdm/ke.h"
#include "wdm/ex.h"
#include "wdm/mm.h"
#include "wdm/hal.h"
#include "wdm/ob.h"
#include "wdm/cm.h"
#include "wdm/io.h"
#include "wdm/ps.h"
#include "wdm/zw.h"

#ifdef __cplusplus
}
#endif

#endif /* _WDMDDK_ */
