# The driver that the stress loads and unloads, under several names.
NAME := small
SOURCES := tests/kernel/small/small.c
include ddk/driver.mk
