SRCS += $(wildcard kernel/ke/*.c kernel/ke/*.asm)
