/* The I/O manager, in five parts: the numbers, the structures, plug and play and power,
 * file information, and the routines. */
#ifndef PAGODA_WDM_IO_H
#define PAGODA_WDM_IO_H

#include "iocodes.h"
#include "iofile.h"
#include "iopnp.h"
#include "iotypes.h"
#include "ioapi.h"

#endif
