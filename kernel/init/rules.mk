SRCS += $(wildcard kernel/init/*.c kernel/init/*.asm)
