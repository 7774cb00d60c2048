# The file system as a driver sees it through Zw routines: tests/system/fat.py loads it.
NAME := fattest
SOURCES := tests/kernel/fattest/fattest.c tests/kernel/fattest/open.c \
    tests/kernel/fattest/contents.c tests/kernel/fattest/tree.c \
    tests/kernel/fattest/stress.c
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk
