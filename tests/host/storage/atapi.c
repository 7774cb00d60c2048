/* The port driver's entry, under a name of its own: there are two drivers in this program. */
#define DriverEntry AtapiDriverEntry
#include "../../../drivers/atapi/driver.c"
