/* The class driver's entry, under a name of its own. */
#define DriverEntry DiskDriverEntry
#include "../../../drivers/disk/driver.c"
