# Builds one host test from NAME, SOURCES and HOST_CFLAGS into build/host/NAME.

define host-rules
$(B)/host/$(1): $(patsubst %.c,$(B)/host/obj/$(1)/%.o,$(2))
	$$(call say,HOSTLD,$$@)
	$$(Q)gcc -m32 -fsanitize=address,undefined -o $$@ $$^
$(B)/host/obj/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(call say,HOSTCC,$$<)
	$$(Q)$(HOSTCC) -m32 -std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	    -fno-omit-frame-pointer $(WARNINGS) -Wno-stack-usage $(3) -MMD -MP -c -o $$@ $$<
endef

HOST_TESTS += $(B)/host/$(NAME)
$(eval $(call host-rules,$(NAME),$(SOURCES),$(HOST_CFLAGS)))
NAME :=
SOURCES :=
HOST_CFLAGS :=
