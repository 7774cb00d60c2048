NAME := mmlib
SOURCES := tests/kernel/mmlib/mmlib.c
EXPORTS := tests/kernel/mmlib/mmlib.def
include ddk/driver.mk
