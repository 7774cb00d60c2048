# The registry's hive reader, writer and tree under sanitizers.
NAME := hive
SOURCES := tests/host/hive/main.c kernel/cm/tree.c kernel/cm/hive_read.c kernel/cm/hive_write.c \
           $(addprefix libk/, upcase.c unicode_string.c memory.c string.c wstring.c)
HOST_CFLAGS := -Iddk/inc -Ikernel/cm -Ilibk -fshort-wchar -malign-double -mms-bitfields \
               -fno-builtin -include tests/host/libk/rename.h
include tests/host/host.mk
