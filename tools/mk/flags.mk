# Tools and compiler flags, the same for the kernel and the drivers, so that struct layout and
# calling conventions cannot differ between the two.

# make V=1 shows whole commands; without it each is one short line.
Q       := $(if $(V),,@)
say      = $(if $(V),,@echo '  $(1) $(2)')

CROSS   := i686-w64-mingw32-
CCACHE  := $(shell command -v ccache 2>/dev/null)
CC      := $(CCACHE) $(CROSS)gcc
OBJCOPY := $(CROSS)objcopy
STRIP   := $(CROSS)strip
NM      := $(CROSS)nm
NASM    := nasm
PYTHON  := python3
HOSTCC  := $(CCACHE) gcc

PLUGIN  := $(B)/plugin/pragma.so
GCC_INC := $(shell $(CROSS)gcc -print-file-name=include 2>/dev/null)

WARNINGS := -Wall -Wextra -Werror -Wvla -Wstack-usage=1024 -Wmissing-prototypes \
            -Wstrict-prototypes -Wshadow -Wno-unused-parameter -Wno-multichar
COMMON_CFLAGS := -std=gnu11 -O2 -g -march=i686 -mno-mmx -mno-sse -mgeneral-regs-only \
                 -ffreestanding -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
                 -fno-strict-aliasing -fno-common -fno-stack-protector -mno-stack-arg-probe \
                 -nostdinc -isystem $(GCC_INC) -Iddk/inc -ffile-prefix-map=$(CURDIR)/= \
                 -D_X86_ -Di386 -DALLOC_PRAGMA -DDBG=1
KERNEL_CFLAGS := $(COMMON_CFLAGS) -D_NTOSKRNL_ -Ikernel/inc -Ilibk $(WARNINGS)
