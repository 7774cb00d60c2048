# The sanitizer builds, make SAN=…: flags for the kernel and its drivers, never for kernel/san
# itself, and the export lists through which drivers reach the run-time part there.

SAN_FLAGS_ubsan := -fsanitize=undefined -fno-sanitize=alignment

ifneq ($(SAN),)
ifeq ($(SAN_FLAGS_$(SAN)),)
$(error SAN is one of: $(patsubst SAN_FLAGS_%,%,$(filter SAN_FLAGS_%,$(.VARIABLES))))
endif
# Instrumented code needs more stack than its source asks for and confuses flow warnings.
SAN_CFLAGS := $(SAN_FLAGS_$(SAN)) -Wno-stack-usage -Wno-maybe-uninitialized
SAN_DRIVER_CFLAGS := $(SAN_CFLAGS)
SAN_EXPORTS := $(wildcard kernel/san/exports.$(SAN))
endif
