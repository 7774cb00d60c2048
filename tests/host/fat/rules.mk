NAME := fat
SOURCES := $(wildcard tests/host/fat/*.c) $(addprefix drivers/fastfat/, boot.c cache.c volume.c \
    chain.c alloc.c file.c time.c name.c shortname.c dir.c dirwrite.c node.c ops.c)
HOST_CFLAGS := -fshort-wchar -Itests/host/fat/shim -Idrivers/fastfat -Itests/host/fat
include tests/host/host.mk
