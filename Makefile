# Pagoda's build. `make` builds kernel, drivers, disk and ISO into build/; `make run`, `make test`
# and `make bench` install what is missing, build, and do their job. Each folder lists its sources
# in a rules.mk; the rules themselves are in tools/mk and ddk/driver.mk.

# SAN=ubsan, gcov or kasan builds the same sources with checks, see docs/sanitizers.md.
B := build$(addprefix -,$(SAN))
export PAGODA_SAN := $(SAN)
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

include tools/mk/flags.mk
include tools/mk/san.mk
include tools/mk/ddk.mk
include tools/mk/kernel.mk
include tools/mk/drivers.mk
include tools/mk/host.mk
include tools/mk/disk.mk

.PHONY: all kernel drivers run test bench stress deps clean
all: kernel drivers $(B)/disk.img $(B)/pagoda.iso
kernel: $(B)/ntoskrnl.exe $(B)/ntoskrnl.dbg

deps:
	@tools/deps build run test

run:
	@tools/deps build run
	@$(MAKE) --no-print-directory kernel drivers $(B)/disk.img
	@tools/pagoda run

# T=GLOB selects tests by name: make test T='host/*'
test:
	@tools/deps build run test
	@failed=; $(MAKE) --no-print-directory -k all $(if $(SAN),,host-tests) || failed=--build-failed; \
	tools/runtests $$failed '$(or $(T),*)'

bench:
	@tools/deps build run
	@$(MAKE) --no-print-directory kernel drivers $(B)/disk.img
	@tools/bench

# SEED=n MINUTES=m, shared by machines of 16, 32 and 64 MiB (or of MEMORY=mib).
stress:
	@tools/deps build run
	@$(MAKE) --no-print-directory kernel drivers
	@tools/stress.py --seed $(or $(SEED),1) --minutes $(or $(MINUTES),3) \
	    $(addprefix --memory ,$(MEMORY))

clean:
	rm -rf $(B)

-include $(shell find $(B)/obj $(B)/host -name '*.d' 2>/dev/null)
