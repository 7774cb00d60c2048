/* ntddk.h: wdm.h, and beside it what NT gives to drivers that are not plain WDM drivers. */
#ifndef _NTDDK_
#define _NTDDK_

#include "wdm.h"
#include "bugcodes.h"

#endif /* _NTDDK_ */
