SRCS += $(wildcard libk/*.c libk/*.asm)
