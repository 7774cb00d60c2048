SRCS += $(wildcard kernel/cm/*.c kernel/cm/*.asm)
