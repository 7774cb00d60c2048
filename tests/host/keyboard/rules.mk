# The keyboard drivers over a fake kernel and a fake 8042: keys, cancellation, and the order in
# which they page and lock themselves.
NAME := keyboard
SOURCES := $(addprefix tests/host/keyboard/,main.c fakes.c controller.c port.c class.c)
HOST_CFLAGS := -Iddk/inc -Idrivers -Itests/host/keyboard -fshort-wchar -malign-double \
               -mms-bitfields -fno-builtin -Wno-unknown-pragmas -Wno-missing-prototypes \
               -D_NTOSKRNL_ -DDBG=1
include tests/host/host.mk
