# The SYSTEM hive, the hard disk image and the ISO.

BOOT_DRIVERS := $(filter $(patsubst %,$(B)/drivers/%.sys,atapi disk fastfat),$(DRIVERS))

$(B)/SYSTEM: tools/mkhive tools/system.reg
	@mkdir -p $(@D)
	$(call say,HIVE,$@)
	$(Q)tools/mkhive $@ tools/system.reg

$(B)/disk.img: $(B)/SYSTEM $(DRIVERS) tools/mkdisk
	$(call say,DISK,$@)
	$(Q)tools/mkdisk $@ $(B)/SYSTEM $(DRIVERS)

$(B)/pagoda.iso: $(B)/ntoskrnl.exe $(B)/SYSTEM $(BOOT_DRIVERS) tools/mkiso
	$(call say,ISO,$@)
	$(Q)tools/mkiso $@ $(B)/ntoskrnl.exe $(B)/SYSTEM $(BOOT_DRIVERS)
