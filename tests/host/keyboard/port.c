/* i8042prt as one unit: on the host both drivers live in one program, and so need two names for
 * DriverEntry. */
#define DriverEntry PortDriverEntry
#include "i8042prt/driver.c"
#include "i8042prt/pnp.c"
#include "i8042prt/open.c"
#include "i8042prt/controller.c"
#include "i8042prt/input.c"
