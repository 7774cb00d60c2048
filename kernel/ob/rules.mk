SRCS += $(wildcard kernel/ob/*.c kernel/ob/*.asm)
