/* Executive, private: what its files share. */
#ifndef PAGODA_EXP_H
#define PAGODA_EXP_H

#include <ntifs.h>
#include "ke.h"
#include "hal.h"
#include "ob.h"
#include "ps.h"
#include "ex.h"

#define EX_TAG_RESOURCE 'seRE'
#define EX_TAG_CALLBACK 'lCxE'

#define WORKER_INVALID 0xE4

/* Worker threads, made in phase 1. */
BOOLEAN ExpInitializeWorkers(VOID);

/* The callback object type, its directory and NT's own callbacks, made in phase 1. */
BOOLEAN ExpInitializeCallbacks(VOID);

#endif
