NAME := disk
SOURCES := $(addprefix drivers/disk/,driver.c pnp.c partition.c transfer.c control.c usage.c)
include ddk/driver.mk
