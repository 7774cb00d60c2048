# Imports between drivers: run by the console's `test`, and by tests/system/imports.py.
NAME := chainb
SOURCES := tests/kernel/chain/chainb.c
EXPORTS := tests/kernel/chain/chainb.def
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk

NAME := chaina
SOURCES := tests/kernel/chain/chaina.c
EXPORTS := tests/kernel/chain/chaina.def
IMPORTS := chainb
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk

NAME := test_imports
SOURCES := tests/kernel/chain/driver.c
IMPORTS := chaina chainb
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk

NAME := chain2
SOURCES := tests/kernel/chain/driver.c
IMPORTS := chaina chainb
DRIVER_CFLAGS := -Itests/kernel
include ddk/driver.mk
