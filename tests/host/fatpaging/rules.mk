NAME := fatpaging
SOURCES := tests/host/fatpaging/main.c drivers/fastfat/paging.c
HOST_CFLAGS := -fshort-wchar -Itests/host/fatpaging/shim -Idrivers/fastfat
include tests/host/host.mk
