# A driver that does one forbidden thing; tests/system/leftovers.py says which.
NAME := crash
SOURCES := tests/kernel/crash/crash.c
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk
