NAME := kbdclass
SOURCES := $(addprefix drivers/kbdclass/,driver.c pnp.c open.c read.c)
include ddk/driver.mk
