# Builds one driver. A driver's makefile is three lines:
#
#   NAME := mydriver
#   SOURCES := mydriver.c other.c
#   include /path/to/pagoda/ddk/driver.mk
#
# and `make` leaves build/mydriver.sys and build/mydriver.dbg (ELF symbols for GDB). Also understood:
#   EXPORTS := mydriver.def    the driver is a DLL for other drivers; leaves build/libmydriver.a
#   IMPORTS := other           DLLs it imports, by NAME, built before in the same build folder
#   DRIVER_CFLAGS := -D…       more flags
# The import libraries and the plugin come from a built Pagoda tree (`make kernel` once there).
# Pagoda's own drivers include this file too, once each, from one make.

DDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
PAGODA_BUILD ?= $(DDK)/../build
DRIVER_OUT ?= build

DRIVER_CROSS := i686-w64-mingw32-
DRIVER_CC ?= $(shell command -v ccache 2>/dev/null) $(DRIVER_CROSS)gcc
DRIVER_PLUGIN := $(PAGODA_BUILD)/plugin/pragma.so
DRIVER_FLAGS ?= -std=gnu11 -O2 -g -march=i686 -mno-mmx -mno-sse -mgeneral-regs-only \
    -ffreestanding -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
    -fno-strict-aliasing -fno-common -fno-stack-protector -mno-stack-arg-probe \
    -nostdinc -isystem $(shell $(DRIVER_CROSS)gcc -print-file-name=include 2>/dev/null) \
    -I$(DDK)/inc -D_X86_ -Di386 -DALLOC_PRAGMA -DDBG=1 -Wall -Wextra -Wno-unused-parameter
DRIVER_LDFLAGS := -nostdlib -Wl,--subsystem,native -Wl,--image-base,0x10000 \
    -Wl,--file-alignment,0x200 -Wl,--section-alignment,0x1000 -Wl,--dynamicbase \
    -Wl,--enable-reloc-section -Wl,--exclude-all-symbols -Wl,--kill-at \
    -Wl,--no-insert-timestamp

Q ?= @

ifndef PAGODA_TREE
ifeq ($(wildcard $(DRIVER_PLUGIN)),)
$(error $(DRIVER_PLUGIN) is missing: run `make kernel` in the Pagoda tree first)
endif
endif

ifndef DRIVER_RULES
DRIVER_RULES := yes
# $(call driver-rules,NAME,SOURCES,EXPORTS,IMPORTS,CFLAGS,OUT)
define driver-rules
$(6)/obj/$(1)/%.o: %.c $(DRIVER_PLUGIN)
	@mkdir -p $$(@D)
	@echo '  CC $$<'
	$$(Q)$(DRIVER_CC) $(DRIVER_FLAGS) $(5) -fplugin=$(DRIVER_PLUGIN) -MMD -MP -c -o $$@ $$<

$(6)/$(1).full: $(patsubst %.c,$(6)/obj/$(1)/%.o,$(2)) $(3) $(PAGODA_BUILD)/lib/libntoskrnl.a \
        $(PAGODA_BUILD)/lib/libhal.a $(patsubst %,$(6)/lib%.a,$(4))
	@echo '  LD $$@'
	$$(Q)$(DRIVER_CROSS)gcc $(DRIVER_LDFLAGS) $(if $(3),-shared) -Wl,--entry,_DriverEntry@8 -o $$@ \
	    $(patsubst %.c,$(6)/obj/$(1)/%.o,$(2)) $(3) $(patsubst %,$(6)/lib%.a,$(4)) \
	    -L$(PAGODA_BUILD)/lib -lntoskrnl -lhal -lgcc

$(6)/$(1).sys: $(6)/$(1).full $(6)/$(1).dbg
	$$(Q)$(DRIVER_CROSS)strip -o $$@ $$<
	$$(Q)python3 $(DDK)/../tools/pefix.py $(if $(3),--dll) $$@

$(6)/$(1).dbg: $(6)/$(1).full
	$$(Q)$(DRIVER_CROSS)objcopy -O elf32-i386 $$< $$@

$(if $(3),$(6)/lib$(1).a: $(3)
	@mkdir -p $$(@D)
	$$(Q)$(DRIVER_CROSS)dlltool -k -d $$< -l $$@)

-include $(patsubst %.c,$(6)/obj/$(1)/%.d,$(2))
endef
endif

DRIVERS += $(DRIVER_OUT)/$(NAME).sys
ifndef PAGODA_TREE
.DEFAULT_GOAL := $(DRIVER_OUT)/$(NAME).sys
endif
$(eval $(call driver-rules,$(NAME),$(SOURCES),$(EXPORTS),$(IMPORTS),$(DRIVER_CFLAGS),$(DRIVER_OUT)))
NAME :=
SOURCES :=
EXPORTS :=
IMPORTS :=
DRIVER_CFLAGS :=
