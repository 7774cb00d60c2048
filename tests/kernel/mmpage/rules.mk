# Pageable sections from a driver's point of view: tests/system/paging.py loads it.
NAME := mmpage
SOURCES := tests/kernel/mmpage/mmpage.c tests/kernel/mmpage/sections.c tests/kernel/mmpage/entire.c
IMPORTS := mmlib
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk
