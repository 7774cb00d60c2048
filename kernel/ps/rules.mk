SRCS += $(wildcard kernel/ps/*.c kernel/ps/*.asm)
