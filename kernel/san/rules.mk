SRCS += $(if $(SAN),$(wildcard kernel/san/report.c kernel/san/$(SAN).c))
# Checks do not check themselves, nor the pools' own lists and headers.
$(B)/obj/kernel/san/%.o: SAN_CFLAGS :=
ifeq ($(SAN),kasan)
$(patsubst kernel/mm/%.c,$(B)/obj/kernel/mm/%.o,$(wildcard kernel/mm/pool*.c)): SAN_CFLAGS :=
endif
