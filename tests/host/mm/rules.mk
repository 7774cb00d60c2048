# The memory manager's paging core on this machine: real kernel sources, fake CPU, fake pager.
NAME := mm
SOURCES := $(addprefix tests/host/mm/,main.c fake.c pager.c model.c check.c) \
           $(addprefix kernel/mm/,pfn.c fault.c trim.c writer.c zero.c slots.c section.c \
           nonpaged.c commit.c) libk/bitmap.c
HOST_CFLAGS := -Iddk/inc -Ikernel/inc -Ikernel/mm -D_NTOSKRNL_ -DMI_HOST -DDBG=1 -fshort-wchar \
               -malign-double -mms-bitfields -fno-builtin -Wno-multichar -D_X86_ -Di386
include tests/host/host.mk
