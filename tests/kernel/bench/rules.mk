# The benchmarks: the console's `bench` loads this driver. tests/kernel/bench/bench.c says what
# each figure is.
NAME := bench
SOURCES := $(wildcard tests/kernel/bench/*.c)
include ddk/driver.mk
