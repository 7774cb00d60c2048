/* kbdclass as one unit; see port.c. */
#define DriverEntry ClassDriverEntry
#include "kbdclass/driver.c"
#include "kbdclass/pnp.c"
#include "kbdclass/open.c"
#include "kbdclass/read.c"
