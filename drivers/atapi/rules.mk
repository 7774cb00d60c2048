NAME := atapi
SOURCES := $(addprefix drivers/atapi/,driver.c pnp.c child.c probe.c control.c srb.c channel.c \
           transfer.c)
include ddk/driver.mk
