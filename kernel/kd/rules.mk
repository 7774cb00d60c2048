SRCS += $(wildcard kernel/kd/*.c kernel/kd/*.asm)
