/* The I/O manager, part by part: numbers, files, plug and play and power, structures, then the
 * routines for devices, for IRPs, for what runs later, for the error log, and for opening files.
 *
 * In the comments "see" names the page of the Windows driver documentation a routine follows, and
 * the header it is in there. */
#ifndef PAGODA_WDM_IO_H
#define PAGODA_WDM_IO_H

#include "iocodes.h"
#include "iofile.h"
#include "iopnp.h"
#include "iotypes.h"
#include "iodevice.h"
#include "ioirp.h"
#include "iolater.h"
#include "iolog.h"
#include "ioopen.h"

#endif
