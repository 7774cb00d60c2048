SRCS += $(wildcard kernel/vf/*.c kernel/vf/*.asm)
