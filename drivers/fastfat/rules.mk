NAME := fastfat
SOURCES := $(addprefix drivers/fastfat/, fastfat.c mount.c device.c paging.c pagefile.c lockable.c \
    pnp.c create.c existing.c cleanup.c data.c query.c set.c rename.c directory.c volinfo.c \
    boot.c cache.c volume.c chain.c alloc.c file.c time.c name.c shortname.c dir.c dirwrite.c \
    node.c ops.c)
include ddk/driver.mk
