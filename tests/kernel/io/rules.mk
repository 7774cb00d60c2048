# The object and I/O managers and the registry from a driver's point of view. The console's `test`
# loads and unloads it.
NAME := test_io
SOURCES := $(addprefix tests/kernel/io/,driver.c names.c registry.c requests.c stack.c later.c)
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk
