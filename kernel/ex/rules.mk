SRCS += $(wildcard kernel/ex/*.c kernel/ex/*.asm)
