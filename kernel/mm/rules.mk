SRCS += $(wildcard kernel/mm/*.c kernel/mm/*.asm)
