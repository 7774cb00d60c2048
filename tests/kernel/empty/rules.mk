# The driver that the benchmark driver.load_unload loads.
NAME := empty
SOURCES := tests/kernel/empty/empty.c
include ddk/driver.mk
