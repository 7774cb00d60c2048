# Pageable sections from a driver's point of view. The console's `test` loads and unloads it, and
# tests/system/assertions.py on machines of several kinds.
NAME := test_sections
SOURCES := tests/kernel/sections/driver.c tests/kernel/sections/sections.c \
           tests/kernel/sections/entire.c
IMPORTS := mmlib
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk
