SRCS += $(wildcard kernel/hal/*.c kernel/hal/*.asm)
