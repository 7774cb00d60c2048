/* ntddk.h: for drivers that are not plain WDM drivers. What NT gives to those alone is in wdm.h
 * here, next to its like: bus data in wdm/hal.h, system threads in wdm/ps.h, and so on. */
#ifndef _NTDDK_
#define _NTDDK_

#include "wdm.h"
#include "bugcodes.h"

#endif /* _NTDDK_ */
