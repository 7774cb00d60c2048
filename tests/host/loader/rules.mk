# The image loader over fakes; its seeds are linked here and run on this machine.
NAME := loader
SOURCES := tests/host/loader/main.c tests/host/loader/fakes.c kernel/mm/image.c kernel/mm/layout.c \
           kernel/mm/bind.c kernel/mm/modules.c kernel/mm/pe.c kernel/mm/relocate.c \
           kernel/mm/imports.c kernel/mm/exports.c
HOST_CFLAGS := -Iddk/inc -Ikernel/inc -Ikernel/mm -fshort-wchar -malign-double -mms-bitfields \
               -fno-builtin -Wno-missing-prototypes -Wno-multichar -D_NTOSKRNL_ \
               -DSEEDS='"$(B)/host/loader-seeds/"'
include tests/host/host.mk

$(B)/host/loader: | $(B)/host/loader-seeds/done
$(B)/host/loader-seeds/done: tests/host/loader/seeds.sh tests/host/loader/seeds.c
	$(call say,SEEDS,$(@D))
	$(Q)LC_ALL=C sh $< $(@D)
