SRCS += $(wildcard boot/*.c boot/*.asm)
