# libk under sanitizers, its C library under names of its own beside the host's.
NAME := libk
SOURCES := $(wildcard tests/host/libk/*.c libk/*.c)
HOST_CFLAGS := -Iddk/inc -Ilibk -fshort-wchar -malign-double -mms-bitfields -fno-builtin \
               -include tests/host/libk/rename.h
include tests/host/host.mk

$(B)/host/libk: $(B)/host/obj/libk/arith64.o
$(B)/host/obj/libk/arith64.o: libk/arith64.asm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -o $@ $<
