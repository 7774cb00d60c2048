SRCS += $(if $(SAN),$(wildcard kernel/san/report.c kernel/san/$(SAN).c))
# Checks do not check themselves.
$(B)/obj/kernel/san/%.o: SAN_CFLAGS :=
