# The sanitizer builds, make SAN=…: flags for the kernel and its drivers, never for kernel/san
# itself, and the export lists through which drivers reach the run-time part there.
# docs/sanitizers.md says why what is off is off.

SAN_FLAGS_ubsan := -fsanitize=undefined -fno-sanitize=alignment
SAN_FLAGS_gcov  := --coverage -fprofile-info-section
SAN_FLAGS_kasan := -fsanitize=kernel-address --param asan-instrumentation-with-call-threshold=0 \
                   --param asan-stack=0 --param asan-globals=0
SAN_DEFINE_gcov  := -DPAGODA_GCOV
SAN_DEFINE_kasan := -DPAGODA_KASAN

ifneq ($(SAN),)
ifeq ($(SAN_FLAGS_$(SAN)),)
$(error SAN is one of: $(patsubst SAN_FLAGS_%,%,$(filter SAN_FLAGS_%,$(.VARIABLES))))
endif
# Instrumented code needs more stack than its source asks for and confuses flow warnings.
SAN_CFLAGS := $(SAN_FLAGS_$(SAN)) -Wno-stack-usage -Wno-maybe-uninitialized
# Drivers come and go: their coverage is not counted.
SAN_DRIVER_CFLAGS := $(if $(filter gcov,$(SAN)),,$(SAN_CFLAGS))
SAN_EXPORTS := $(wildcard kernel/san/exports.$(SAN))
KERNEL_CFLAGS += $(SAN_DEFINE_$(SAN))
endif
