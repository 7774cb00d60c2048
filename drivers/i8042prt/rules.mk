NAME := i8042prt
SOURCES := $(addprefix drivers/i8042prt/,driver.c pnp.c open.c controller.c input.c)
include ddk/driver.mk
