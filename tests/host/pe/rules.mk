# The PE parser under sanitizers, on drivers linked here in four ways.
NAME := pe
SOURCES := tests/host/pe/main.c tests/host/pe/mutate.c kernel/mm/pe.c kernel/mm/relocate.c \
           kernel/mm/imports.c kernel/mm/exports.c
HOST_CFLAGS := -Iddk/inc -Ikernel/mm -fshort-wchar -malign-double -mms-bitfields \
               -DSEEDS='"$(B)/host/pe-seeds/"'
include tests/host/host.mk

PE_SEEDS := $(patsubst %,$(B)/host/pe-seeds/%.sys,plain large small tiny)
$(B)/host/pe: | $(PE_SEEDS)
PE_ALIGN_plain := 0x1000 0x200
PE_ALIGN_large := 0x4000 0x200
PE_ALIGN_small := 0x80 0x80
PE_ALIGN_tiny := 0x20 0x20
$(B)/host/pe-seeds/%.sys: tests/host/pe/seed.c tests/host/pe/seed.def tests/host/pe/imports.def
	@mkdir -p $(@D)
	$(call say,SEED,$@)
	$(Q)i686-w64-mingw32-dlltool -k -d tests/host/pe/imports.def -l $(@D)/$*.imports.a
	$(Q)i686-w64-mingw32-dlltool -k -d tests/host/pe/seedlib.def -l $(@D)/$*.lib.a
	$(Q)i686-w64-mingw32-gcc -O2 -ffreestanding -fno-asynchronous-unwind-tables -nostdlib -shared \
	    -Wl,--subsystem,native -Wl,--image-base,0x10000 -Wl,--entry,_DriverEntry@8 -Wl,--kill-at \
	    -Wl,--enable-reloc-section -s -Wl,--section-alignment,$(word 1,$(PE_ALIGN_$*)) \
	    -Wl,--file-alignment,$(word 2,$(PE_ALIGN_$*)) -o $@ tests/host/pe/seed.c \
	    tests/host/pe/seed.def $(@D)/$*.imports.a $(@D)/$*.lib.a
