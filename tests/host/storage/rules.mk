# atapi and disk over a fake kernel and a fake PIIX: data both ways by DMA, bounce and PIO, errors,
# timeouts, usage notification; and no allocation between a read and its completion.
NAME := storage
SOURCES := $(addprefix tests/host/storage/,main.c kernel.c irp.c drive.c atapi.c disk.c) \
           $(addprefix drivers/atapi/,pnp.c child.c probe.c control.c srb.c channel.c transfer.c) \
           $(addprefix drivers/disk/,pnp.c partition.c transfer.c control.c usage.c) \
           $(addprefix libk/,printf.c format.c)
HOST_CFLAGS := -Iddk/inc -Ilibk -Itests/host/storage -fshort-wchar -malign-double \
               -mms-bitfields -fno-builtin -Wno-unknown-pragmas -Wno-missing-prototypes \
               -D_NTOSKRNL_ -DDBG=1
include tests/host/host.mk
