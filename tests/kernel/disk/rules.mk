# disk and atapi as a driver above them sees them: run by the console's `test`.
NAME := test_disk
SOURCES := tests/kernel/disk/disk.c
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk
