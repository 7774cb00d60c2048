SRCS += $(wildcard kernel/io/*.c kernel/io/*.asm)
