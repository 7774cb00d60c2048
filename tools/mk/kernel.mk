# The kernel: every source named by a rules.mk of boot, libk and kernel/*, linked twice. The first
# link gives addresses for the symbol table that the second one carries.

KERNEL_FOLDERS := boot libk $(patsubst %/,%,$(wildcard kernel/*/))
SRCS :=
-include $(wildcard $(addsuffix /rules.mk,$(KERNEL_FOLDERS)))
SRCS := $(sort $(SRCS))

KOBJ := $(patsubst %.asm,$(B)/obj/%.asm.o,$(filter %.asm,$(SRCS))) \
        $(patsubst %.c,$(B)/obj/%.o,$(filter %.c,$(SRCS)))
# The entry stub holds the Multiboot headers and must be linked first.
KENTRY := $(filter $(B)/obj/boot/entry.asm.o,$(KOBJ))
KREST  := $(filter-out $(KENTRY),$(KOBJ)) $(B)/obj/gen/halexports.o
LIBGCC := $(shell $(CROSS)gcc -print-libgcc-file-name 2>/dev/null)

KLDFLAGS := -m i386pe --image-base 0x80100000 --section-alignment 4096 --file-alignment 4096 \
            --subsystem native --entry _KiBootEntry --kill-at --exclude-all-symbols \
            --enable-stdcall-fixup --disable-reloc-section --disable-dynamicbase \
            --no-insert-timestamp -T tools/kernel.ld

$(B)/obj/%.asm.o: %.asm
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(NASM) -f win32 -Werror -MD $(@:.o=.d) -MQ $@ -I $(<D)/ -o $@ $<

$(B)/obj/%.o: %.c $(PLUGIN)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(KERNEL_CFLAGS) $(SAN_CFLAGS) -fplugin=$(PLUGIN) -MMD -MP -c -o $@ $<

$(B)/obj/gen/%.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/gen/%.o: $(B)/gen/%.asm
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(NASM) -f win32 -o $@ $<

$(B)/gen/nosymbols.asm: tools/symbols.py
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/symbols.py -o $@

$(B)/kernel1.exe: $(KENTRY) $(KREST) $(B)/obj/gen/nosymbols.o $(B)/ntoskrnl.def tools/kernel.ld
	$(call say,LD,$@)
	$(Q)$(CROSS)ld $(KLDFLAGS) -o $@ $(B)/ntoskrnl.def $(KENTRY) $(KREST) \
	    $(B)/obj/gen/nosymbols.o $(LIBGCC)

$(B)/gen/symbols.asm: $(B)/kernel1.exe tools/symbols.py
	$(Q)$(PYTHON) tools/symbols.py --image $< -o $@

$(B)/kernel2.exe: $(B)/obj/gen/symbols.o $(B)/kernel1.exe
	$(call say,LD,$@)
	$(Q)$(CROSS)ld $(KLDFLAGS) -o $@ $(B)/ntoskrnl.def $(KENTRY) $(KREST) \
	    $(B)/obj/gen/symbols.o $(LIBGCC)

$(B)/ntoskrnl.exe: $(B)/kernel2.exe tools/pefix.py
	$(call say,FIX,$@)
	$(Q)$(STRIP) -o $@ $<
	$(Q)$(PYTHON) tools/pefix.py --kernel $@

$(B)/ntoskrnl.dbg: $(B)/kernel2.exe
	$(Q)$(OBJCOPY) -O elf32-i386 $< $@

# make check-mm compiles one folder and links nothing.
check-%:
	@$(MAKE) --no-print-directory -k $(or $(filter $(B)/obj/kernel/$*/% $(B)/obj/$*/%,$(KOBJ)), \
	    $(error no sources in kernel/$* or $*))
