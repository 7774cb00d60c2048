# The load of `make stress` and tests/system/stress.py: tests/kernel/stress/main.c says what it does.
NAME := stress
SOURCES := $(wildcard tests/kernel/stress/*.c)
include ddk/driver.mk
