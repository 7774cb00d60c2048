# The drivers and the test drivers, each built through ddk/driver.mk as anybody else's.

PAGODA_TREE := yes
PAGODA_BUILD := $(B)
DRIVER_OUT := $(B)/drivers
DRIVER_FLAGS = $(COMMON_CFLAGS) $(WARNINGS) $(SAN_DRIVER_CFLAGS)
DRIVERS :=
include $(wildcard drivers/*/rules.mk tests/kernel/*/rules.mk)

drivers: $(DRIVERS)
